//! Reports: what graded answers come to, as a page, a sheet, a summary or test cases.
//!
//! A report is made of a plain list of [`ReportedAnswer`]s and the rubrics of their questions, wherever they come
//! from: a grades file or a history. Everything here is text in, text out; reading and writing are left to
//! [`crate::files`]. All that answers, candidates and models wrote is untrusted: [`sanitised`] shows control and
//! reordering characters as visible escapes, and each format escapes what it would take for markup.
//!
//! [`sanitised`]: crate::terminal::sanitised

mod figures;
mod junit;
mod markdown;
mod marks;
mod page;
mod table;
mod time;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::civil::Date;
pub use junit::junit;
pub use markdown::markdown;
pub use page::page;
pub use table::{Rows, table};

use crate::answer::Answer;
use crate::attempt::{Attempt, Origin};
use crate::bank::{Bank, MistakeId, QuestionId, Rubric};
use crate::config::BUILT_IN;
use crate::record::{GradeRecord, GradedRecord, Status};
use crate::score::Reason;

/// One answer of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportedAnswer {
    /// What came of it.
    pub record: GradeRecord,
    /// What the candidate wrote, where it is known.
    pub text: Option<String>,
    /// How it came about, where it is from a history.
    pub sitting: Option<Sitting>,
}

/// When and how an answer of a history was given.
#[derive(Debug, Clone, PartialEq)]
pub struct Sitting {
    /// The day that it was there.
    pub day: Date,
    /// From memory, as a revision, or as a reply to a follow-up question.
    pub origin: Origin,
}

impl From<Attempt> for ReportedAnswer {
    fn from(attempt: Attempt) -> Self {
        let record = attempt.grade_record();
        let sitting = Sitting { day: attempt.moment.day, origin: attempt.origin };
        Self { record, text: Some(attempt.answer), sitting: Some(sitting) }
    }
}

impl ReportedAnswer {
    /// The day, as it is shown; empty where it is not known.
    fn day(&self) -> String {
        self.sitting.as_ref().map_or_else(String::new, |sitting| sitting.day.to_string())
    }

    /// The grade, if there is one.
    pub fn graded(&self) -> Option<&GradedRecord> {
        match &self.record.status {
            Status::Graded(graded) => Some(graded),
            Status::Ungraded { .. } => None,
        }
    }

    /// Why there is no grade, if there is none.
    pub fn reason(&self) -> Option<&Reason> {
        self.record.reason()
    }

    /// Lets go of quotations and missing points, most of a grade's bytes, which only the page shows.
    pub fn drop_quotations(&mut self) {
        let Status::Graded(graded) = &mut self.record.status else { return };
        for rating in &mut graded.criteria {
            rating.evidence = Vec::new();
            rating.missing = Vec::new();
        }
        for mistake in &mut graded.mistakes {
            (mistake.quote, mistake.start, mistake.end) = (None, None, None);
        }
    }

    fn question(&self) -> &str {
        self.record.question.as_ref().map_or("", QuestionId::as_str)
    }

    fn candidate(&self) -> &str {
        self.record.candidate.as_deref().unwrap_or("")
    }
}

/// Answers in the order they were read, and the rubrics of their questions.
#[derive(Debug, Clone, Default)]
pub struct Report {
    answers: Vec<ReportedAnswer>,
    rubrics: BTreeMap<QuestionId, Arc<Rubric>>,
    least: Option<f64>,
}

impl Report {
    /// A report of these answers. Questions that the bank does not have are named by their ids.
    pub fn new(answers: Vec<ReportedAnswer>, bank: &Bank) -> Self {
        let questions = answers.iter().filter_map(|answer| answer.record.question.as_ref());
        let rubrics = questions.filter_map(|id| Some((id.clone(), Arc::clone(bank.rubric(id.as_str())?))));
        let rubrics = rubrics.collect();
        Self { answers, rubrics, least: None }
    }

    /// The same with the score that every answer has to reach, 0 to 100.
    #[must_use]
    pub fn with_least(self, least: Option<f64>) -> Self {
        Self { least, ..self }
    }

    /// Every answer.
    pub fn answers(&self) -> &[ReportedAnswer] {
        &self.answers
    }

    /// The score that every answer has to reach, if one was named.
    pub fn least(&self) -> Option<f64> {
        self.least
    }

    /// The answers that do not reach the least score; ungraded ones are not among them.
    pub fn below(&self) -> impl Iterator<Item = &ReportedAnswer> {
        self.answers.iter().filter(|answer| self.is_below(answer))
    }

    fn is_below(&self, answer: &ReportedAnswer) -> bool {
        let points = answer.graded().map(|graded| graded.score.points());
        self.least.zip(points).is_some_and(|(least, points)| points < least)
    }

    fn rubric(&self, question: &str) -> Option<&Rubric> {
        self.rubrics.get(question).map(AsRef::as_ref)
    }

    /// The question's title, or its id where the bank does not have it.
    fn title<'r>(&'r self, question: &'r str) -> &'r str {
        self.rubric(question).map_or(question, |rubric| &rubric.title)
    }

    fn topic(&self, question: &str) -> &str {
        self.rubric(question).map_or("", |rubric| &rubric.topic)
    }

    /// Who judged: name and model, or that it is an estimate.
    fn judges(&self) -> BTreeSet<String> {
        let judges = self.answers.iter().filter_map(ReportedAnswer::graded).map(|graded| &graded.judge);
        let named = judges.map(|judge| match &judge.model {
            Some(model) => {
                let samples =
                    if judge.samples > 1 { format!(", {} samples", judge.samples) } else { String::new() };
                format!("{}, {model}{samples}{}", judge.name, judge.share_of_built_in())
            }
            None if !judge.members.is_empty() => {
                let members: Vec<&str> = judge.members.iter().map(|member| member.name.as_str()).collect();
                format!("{}, a panel of {}", judge.name, members.join(", "))
            }
            None if judge.name == BUILT_IN => format!("{BUILT_IN}, an estimate"),
            None => judge.name.clone(),
        });
        named.collect()
    }

    /// The mistake's title from the rubrics of this report, or its id.
    fn mistake_title<'r>(&'r self, id: &'r MistakeId) -> &'r str {
        let known = self.rubrics.values().find_map(|rubric| rubric.mistake(id.as_str()));
        known.map_or(id.as_str(), |mistake| &mistake.title)
    }
}

/// Gives each grade the text that it is about. The first answer of an id counts, as in grading; one to another
/// question is another answer, and one that names no question is to whichever was asked. Returns how many grades
/// found none.
pub fn add_texts(reported: &mut [ReportedAnswer], answers: Vec<Answer>) -> usize {
    let mut by_id: HashMap<String, Answer> = HashMap::with_capacity(answers.len());
    for answer in answers {
        by_id.entry(answer.id.clone()).or_insert(answer);
    }
    let mut missing = 0;
    for it in reported {
        let found = by_id.get(&it.record.id);
        let found = found.filter(|answer| {
            answer.question.as_str().is_empty() || Some(&answer.question) == it.record.question.as_ref()
        });
        it.text = found.map(|answer| answer.text.clone());
        missing += usize::from(it.text.is_none());
    }
    missing
}

#[cfg(test)]
mod specimen;
