//! A judge grades one answer: the built-in one, or a model behind an endpoint.
//!
//! Judges have no screen and no disk. What one finds is a critique; what went wrong is a [`JudgeFailure`],
//! which is never evidence about the answer.

mod asking_on;
pub mod built_in;
mod deferred;
pub mod draft;
pub mod model;
pub mod panel;
pub mod prompt;
mod quorum;
pub mod samples;
mod spent;
pub mod transcript;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::answer::Answer;
use crate::bank::{Criterion, QuestionId, Rubric};
use crate::config::BUILT_IN;
use crate::critique::{Critique, Flag, Rating};
use crate::endpoint::Usage;
use crate::error::Result;
use crate::follow_up::plain_question;
use crate::record::JudgeRecord;
use crate::score::Reason;
use crate::summary::Spending;

use built_in::{BuiltIn, PreparedRubric};
use model::ModelJudge;
use panel::Panel;
use samples::Samples;
use spent::together;

pub use spent::{Account, Forecast, Spent};

/// What grades answers.
#[derive(Debug)]
pub enum Judge {
    /// Compiled in, deterministic, offline; an estimate.
    BuiltIn(BuiltInJudge),
    /// A model behind an endpoint.
    Model(Box<ModelJudge>),
    /// A model that is asked several times.
    Samples(Box<Samples>),
    /// Several judges with one grade.
    Panel(Box<Panel>),
}

/// The built-in judge with the rubrics that it has prepared so far.
#[derive(Debug, Default)]
pub struct BuiltInJudge {
    judge: BuiltIn,
    prepared: Mutex<HashMap<QuestionId, Arc<PreparedRubric>>>,
}

/// What can be seen while a judge works.
#[derive(Debug)]
pub enum Sighting<'a> {
    /// A rating is complete. The critique in the end decides.
    Rating(&'a Rating),
    /// Forget what was seen: the judge starts over.
    Restarted,
}

/// Someone who looks on while a judge works.
pub type Watch<'w> = dyn FnMut(Sighting<'_>) + Send + 'w;

/// A critique and what it took.
#[derive(Debug)]
pub struct Judgement {
    /// What the judge found.
    pub critique: Critique,
    /// What it took.
    pub spent: Spent,
    /// Who judged, and how far they agreed where they were several.
    pub judge: JudgeRecord,
}

/// Why there is no critique. Says nothing about the answer.
#[derive(Debug)]
pub struct JudgeFailure {
    /// The reason, as a grades file keeps it.
    pub reason: Reason,
    /// Whether a run over many answers had better stop.
    pub stop: Stop,
    /// What the user can do.
    pub hint: Option<String>,
    /// What the attempt took.
    pub spent: Spent,
}

/// What a failure means for a run over many answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The next answer may fare better.
    No,
    /// The next answer would fail in the same way.
    Failed,
    /// A cap on what the run may take is reached.
    Capped,
}

impl Judge {
    /// The built-in judge.
    pub fn built_in() -> Self {
        Self::BuiltIn(BuiltInJudge::default())
    }

    /// Judges one answer; `watch` sees ratings as they are completed.
    pub async fn critique(
        &self,
        rubric: &Rubric,
        answer: &str,
        watch: &mut Watch<'_>,
    ) -> Result<Judgement, JudgeFailure> {
        self.judged(rubric, answer, Some(watch)).await
    }

    /// Judges one answer while nobody looks on, which takes less: replies come whole.
    pub async fn critique_unseen(&self, rubric: &Rubric, answer: &str) -> Result<Judgement, JudgeFailure> {
        self.judged(rubric, answer, None).await
    }

    async fn judged(
        &self,
        rubric: &Rubric,
        answer: &str,
        watch: Option<&mut Watch<'_>>,
    ) -> Result<Judgement, JudgeFailure> {
        if !Answer::has_words(answer) {
            let (critique, spent, judge) = (empty_critique(rubric), Spent::default(), self.record());
            return Ok(Judgement { critique, spent, judge });
        }
        match self {
            Self::BuiltIn(judge) => {
                let critique = judge.critique(rubric, answer);
                Ok(Judgement { critique, spent: Spent::default(), judge: self.record() })
            }
            Self::Model(judge) => judge.critique(rubric, answer, watch).await,
            // Nobody looks on: what one says may not be what they come to.
            Self::Samples(samples) => samples.critique(rubric, answer, self.record()).await,
            Self::Panel(panel) => panel.critique(rubric, answer, self.record()).await,
        }
    }

    /// How many answers it takes at once at the moment.
    pub fn at_once(&self) -> usize {
        match self {
            Self::BuiltIn(_) => usize::MAX,
            Self::Model(judge) => judge.at_once(),
            Self::Samples(samples) => samples.at_once(),
            Self::Panel(panel) => panel.at_once(),
        }
    }

    /// What judging an answer would take. Sends nothing.
    pub fn forecast(&self, rubric: &Rubric, answer: &str) -> Result<Forecast> {
        if !Answer::has_words(answer) {
            return Ok(Forecast::default());
        }
        match self {
            Self::BuiltIn(_) => Ok(Forecast::default()),
            Self::Model(judge) => judge.forecast(rubric, answer),
            Self::Samples(samples) => samples.forecast(rubric, answer),
            Self::Panel(panel) => panel.forecast(rubric, answer),
        }
    }

    /// The models that it asks, each once.
    fn models(&self) -> Vec<&ModelJudge> {
        match self {
            Self::BuiltIn(_) => Vec::new(),
            Self::Model(judge) => vec![judge],
            Self::Samples(samples) => vec![samples.model()],
            Self::Panel(panel) => panel.members().iter().flat_map(Self::models).collect(),
        }
    }

    /// The one model that it asks, for something else than a critique.
    pub fn only_model(&self) -> Option<&ModelJudge> {
        match self {
            Self::BuiltIn(_) | Self::Panel(_) => None,
            Self::Model(judge) => Some(judge),
            Self::Samples(samples) => Some(samples.model()),
        }
    }

    /// Whether a critique takes requests.
    pub fn asks_a_model(&self) -> bool {
        match self {
            Self::BuiltIn(_) => false,
            Self::Model(_) | Self::Samples(_) => true,
            Self::Panel(panel) => panel.members().iter().any(Self::asks_a_model),
        }
    }

    /// The models whose price is not known.
    pub fn unpriced(&self) -> Vec<&str> {
        let has_no_price = |model: &&ModelJudge| model.cost(Usage::default()).is_none();
        self.models().into_iter().filter(has_no_price).map(ModelJudge::model).collect()
    }

    /// What all requests took so far, those that were tried again included.
    pub fn spending(&self) -> Spending {
        let each = self.models().into_iter().map(ModelJudge::spending);
        each.reduce(together).unwrap_or_default()
    }

    /// A follow-up question about a criterion, given its rating. The built-in judge takes one of the rubric's that
    /// asks for what is missing, else one made of the criterion's title; a panel leaves it to its first model.
    pub async fn follow_up(
        &self,
        rubric: &Rubric,
        criterion: &Criterion,
        rating: &Rating,
        answer: &str,
    ) -> Result<String, JudgeFailure> {
        match self.models().first() {
            None => Ok(rubrics_follow_up(rubric, criterion, rating)),
            Some(model) => model.follow_up(rubric, criterion, &rating.missing, answer).await,
        }
    }

    /// The judge's name: `built-in`, or the one in the configuration.
    pub fn name(&self) -> &str {
        match self {
            Self::BuiltIn(_) => BUILT_IN,
            Self::Model(judge) => judge.name(),
            Self::Samples(samples) => samples.model().name(),
            Self::Panel(panel) => panel.name(),
        }
    }

    /// The model, if one judges.
    pub fn model(&self) -> Option<&str> {
        self.only_model().map(ModelJudge::model)
    }

    /// All that decides a grade on the judge's side, as text.
    pub fn identity(&self) -> &str {
        match self {
            Self::BuiltIn(_) => built_in::IDENTITY,
            Self::Model(judge) => judge.identity(),
            Self::Samples(samples) => samples.identity(),
            Self::Panel(panel) => panel.identity(),
        }
    }

    /// Who judges, as a grades file keeps it; how far samples and members agree is known of each judgement only.
    pub fn record(&self) -> JudgeRecord {
        let of = |model: &ModelJudge| JudgeRecord::of_model(model.name(), model.model(), model.procedure());
        match self {
            Self::BuiltIn(_) | Self::Panel(_) => JudgeRecord::once(self.name()),
            Self::Model(model) => of(model),
            Self::Samples(samples) => JudgeRecord { samples: samples.count(), ..of(samples.model()) },
        }
    }
}

impl BuiltInJudge {
    fn critique(&self, rubric: &Rubric, answer: &str) -> Critique {
        self.judge.critique(&self.prepared(rubric), rubric, answer)
    }

    /// A bank has one rubric of an id, so the id identifies it.
    fn prepared(&self, rubric: &Rubric) -> Arc<PreparedRubric> {
        let known = || self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(prepared) = known().get(&rubric.id) {
            return Arc::clone(prepared);
        }
        let prepared = Arc::new(self.judge.prepare(rubric));
        Arc::clone(known().entry(rubric.id.clone()).or_insert(prepared))
    }
}

/// The rubric's follow-up question that asks for what is missing, else one made of the criterion's title.
pub fn rubrics_follow_up(rubric: &Rubric, criterion: &Criterion, rating: &Rating) -> String {
    let missing = if rating.missing.is_empty() { &criterion.key_points } else { &rating.missing };
    let found = BuiltIn::new().most_about(missing, &rubric.follow_ups);
    let found = found.and_then(|place| rubric.follow_ups.get(place)).cloned();
    found.unwrap_or_else(|| plain_question(criterion))
}

/// An answer without words needs no judge: nothing is said, so nothing is earned and nothing is a mistake.
fn empty_critique(rubric: &Rubric) -> Critique {
    let ratings = rubric.criteria.iter().map(|criterion| Rating {
        id: criterion.id.clone(),
        level: 0,
        reason: "The answer has no words.".to_owned(),
        advice: String::new(),
        evidence: Vec::new(),
        missing: criterion.key_points.clone(),
        unfounded: false,
    });
    Critique { ratings: ratings.collect(), mistakes: Vec::new(), flags: vec![Flag::Empty] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::Bank;

    fn rating(criterion: &Criterion) -> Rating {
        Rating {
            id: criterion.id.clone(),
            level: 0,
            reason: String::new(),
            advice: String::new(),
            evidence: Vec::new(),
            missing: criterion.key_points.clone(),
            unfounded: false,
        }
    }

    #[test]
    fn the_rubrics_follow_up_is_asked_where_it_is_about_the_criterion() {
        let bank = Bank::shipped().unwrap();
        for (question, title, asked) in [
            ("rag-pipeline-design", "How one knows that it works", "Recall at five is 70 percent."),
            ("sampling-parameters", "Top-k and top-p", "What happens to the three probabilities"),
            ("positional-encodings", "How RoPE works", "Let us stay with one part: How RoPE works."),
        ] {
            let rubric = bank.rubric(question).unwrap();
            let criterion = rubric.criteria.iter().find(|criterion| criterion.title == title).unwrap();
            let found = rubrics_follow_up(rubric, criterion, &rating(criterion));
            assert!(found.starts_with(asked), "{question}: {found}");
        }
    }
}
