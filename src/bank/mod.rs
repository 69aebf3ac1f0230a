//! The bank: all rubrics on the search path.

mod parse;
mod rubric;
mod schema;

pub use rubric::{
    Criterion, CriterionId, Difficulty, Dimension, Exemplar, FORMAT, LEVELS, Mistake, MistakeId, MistakeKind,
    QuestionId, Rubric,
};
pub use schema::rubric_schema;
