//! The transcript of judgements: what a model was asked, what it replied, and what came of it.
//!
//! Here an entry is put together; where it goes is not known here. No key is in it: the endpoint hides it in what it
//! tells, and prompts never have it.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::model::ModelJudge;
use crate::answer::{key, rubric_digest};
use crate::bank::Rubric;
use crate::critique::Critique;
use crate::endpoint::{Capabilities, Exchange, Exchanges};

/// Where entries go. Called by several judgements at once.
pub trait Transcript: Send + Sync + fmt::Debug {
    /// Notes one entry.
    fn note(&self, entry: &Entry<'_>);
}

/// One judgement, follow-up question or draft.
#[derive(Debug, Serialize)]
pub struct Entry<'a> {
    /// What the model was asked for.
    pub kind: Kind,
    /// The question's id.
    pub question: &'a str,
    /// The `key` of the answer's line in a grades file; of judgements.
    pub key: Option<String>,
    /// The judge's name in the configuration.
    pub judge: &'a str,
    /// The model's name at the endpoint.
    pub model: &'a str,
    /// The endpoint's base URL, without a query.
    pub base_url: String,
    /// What the server is known to take, after this.
    pub capabilities: Capabilities,
    /// Every call in order; those that ask for a correction have `repair`.
    pub exchanges: Vec<Exchange>,
    /// What came of it.
    pub outcome: Outcome<'a>,
}

/// What came of asking.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome<'a> {
    /// What the replies were found to say.
    Found(Found<'a>),
    /// Why nothing was found.
    Failed(String),
}

/// What a model was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A critique of an answer.
    Judgement,
    /// A question that goes on from an answer.
    FollowUp,
    /// A rubric.
    Draft,
}

/// What a model's replies were found to say.
#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Found<'a> {
    /// The level of each criterion.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub levels: BTreeMap<&'a str, u8>,
    /// The mistakes flagged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mistakes: Vec<&'a str>,
    /// The follow-up question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<&'a str>,
}

impl<'a> Found<'a> {
    /// What a critique says, in short; the grades file has the rest.
    pub(super) fn of_critique(critique: &'a Critique) -> Self {
        Self {
            levels: critique.ratings.iter().map(|rating| (rating.id.as_str(), rating.level)).collect(),
            mistakes: critique.mistakes.iter().map(|mistake| mistake.id.as_str()).collect(),
            follow_up: None,
        }
    }

    /// A follow-up question.
    pub(super) fn of_follow_up(question: &'a str) -> Self {
        Self { follow_up: Some(question), ..Self::default() }
    }
}

/// Notes what was asked and what came of it, where somebody keeps a transcript. `answer` is the one judged.
pub(super) fn transcribe(
    model: &ModelJudge,
    (kind, rubric, answer): (Kind, &Rubric, Option<&str>),
    exchanges: &Exchanges,
    outcome: Result<Found<'_>, String>,
) {
    let Some(transcript) = model.transcript() else { return };
    transcript.note(&Entry {
        kind,
        question: rubric.id.as_str(),
        key: answer.map(|answer| key(answer, &rubric_digest(rubric), model.identity())),
        judge: model.name(),
        model: model.model(),
        base_url: model.base_url(),
        capabilities: model.capabilities(),
        exchanges: exchanges.take(),
        outcome: outcome.map_or_else(Outcome::Failed, Outcome::Found),
    });
}
