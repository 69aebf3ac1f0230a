//! A judge grades one answer: the built-in one, or a model behind an endpoint.
//!
//! Judges have no screen and no disk. What one finds is a critique; what went wrong is a [`JudgeFailure`],
//! which is never evidence about the answer.

pub mod built_in;
mod deferred;
pub mod draft;
pub mod model;
pub mod prompt;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::answer::Answer;
use crate::bank::{Criterion, QuestionId, Rubric};
use crate::config::BUILT_IN;
use crate::critique::{Critique, Flag, Rating};
use crate::endpoint::{ChatReply, Usage};
use crate::error::Result;
use crate::follow_up::plain_question;
use crate::record::{JudgeRecord, UsageRecord};
use crate::score::Reason;
use crate::summary::Spending;

use built_in::{BuiltIn, PreparedRubric};
use model::ModelJudge;

/// What grades answers.
#[derive(Debug)]
pub enum Judge {
    /// Compiled in, deterministic, offline; an estimate.
    BuiltIn(BuiltInJudge),
    /// A model behind an endpoint.
    Model(Box<ModelJudge>),
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

/// What judging some answers would take, as far as one can tell beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Forecast {
    /// Requests, when all goes well.
    pub calls: u64,
    /// Tokens sent.
    pub prompt_tokens: u64,
    /// Tokens received.
    pub completion_tokens: u64,
}

impl Forecast {
    /// Whether nothing has to be asked, because the reply is kept from before.
    pub fn is_kept(&self) -> bool {
        self.calls == 0
    }
}

impl std::ops::AddAssign for Forecast {
    fn add_assign(&mut self, other: Self) {
        self.calls += other.calls;
        self.prompt_tokens += other.prompt_tokens;
        self.completion_tokens += other.completion_tokens;
    }
}

/// What judging took, all requests together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spent {
    /// Tokens sent.
    pub prompt_tokens: u64,
    /// Tokens received.
    pub completion_tokens: u64,
    /// Time that the endpoint took.
    pub latency: Duration,
    /// Money, where the price is known.
    pub cost: Option<f64>,
}

impl Spent {
    fn add(&mut self, reply: &ChatReply, cost: Option<f64>) {
        self.cost = cost.map(|cost| self.cost.unwrap_or_default() + cost);
        self.prompt_tokens += reply.usage.prompt_tokens;
        self.completion_tokens += reply.usage.completion_tokens;
        self.latency += reply.latency;
    }

    /// As a grades file keeps it.
    pub fn record(&self) -> UsageRecord {
        UsageRecord {
            prompt_tokens: self.prompt_tokens,
            completion_tokens: self.completion_tokens,
            cost: self.cost,
            latency_ms: u64::try_from(self.latency.as_millis()).unwrap_or(u64::MAX),
        }
    }
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
            return Ok(Judgement { critique: empty_critique(rubric), spent: Spent::default() });
        }
        match self {
            Self::BuiltIn(judge) => {
                let critique = judge.critique(rubric, answer);
                Ok(Judgement { critique, spent: Spent::default() })
            }
            Self::Model(judge) => judge.critique(rubric, answer, watch).await,
        }
    }

    /// How many answers it takes at once at the moment.
    pub fn at_once(&self) -> usize {
        match self {
            Self::BuiltIn(_) => usize::MAX,
            Self::Model(judge) => judge.at_once(),
        }
    }

    /// What judging an answer would take. Sends nothing.
    pub fn forecast(&self, rubric: &Rubric, answer: &str) -> Result<Forecast> {
        match self {
            Self::Model(judge) if Answer::has_words(answer) => judge.forecast(rubric, answer),
            Self::BuiltIn(_) | Self::Model(_) => Ok(Forecast::default()),
        }
    }

    /// What tokens cost, where the price is known.
    pub fn cost(&self, prompt_tokens: u64, completion_tokens: u64) -> Option<f64> {
        match self {
            Self::BuiltIn(_) => None,
            Self::Model(judge) => judge.cost(Usage { prompt_tokens, completion_tokens }),
        }
    }

    /// What all requests took so far, those that were tried again included.
    pub fn spending(&self) -> Spending {
        match self {
            Self::BuiltIn(_) => Spending::default(),
            Self::Model(judge) => judge.spending(),
        }
    }

    /// A follow-up question about a criterion, given its rating. The built-in judge takes one of the rubric's that
    /// asks for what is missing, else one made of the criterion's title.
    pub async fn follow_up(
        &self,
        rubric: &Rubric,
        criterion: &Criterion,
        rating: &Rating,
        answer: &str,
    ) -> Result<String, JudgeFailure> {
        match self {
            Self::BuiltIn(_) => Ok(rubrics_follow_up(rubric, criterion, rating)),
            Self::Model(judge) => judge.follow_up(rubric, criterion, &rating.missing, answer).await,
        }
    }

    /// The judge's name: `built-in`, or the one in the configuration.
    pub fn name(&self) -> &str {
        match self {
            Self::BuiltIn(_) => BUILT_IN,
            Self::Model(judge) => judge.name(),
        }
    }

    /// The model, if one judges.
    pub fn model(&self) -> Option<&str> {
        match self {
            Self::BuiltIn(_) => None,
            Self::Model(judge) => Some(judge.model()),
        }
    }

    /// All that decides a grade on the judge's side, as text.
    pub fn identity(&self) -> &str {
        match self {
            Self::BuiltIn(_) => built_in::IDENTITY,
            Self::Model(judge) => judge.identity(),
        }
    }

    /// Who judged, as a grades file keeps it.
    pub fn record(&self) -> JudgeRecord {
        let model = self.model().map(str::to_owned);
        JudgeRecord { name: self.name().to_owned(), model, samples: 1, agreement: None }
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
