//! A model asked by way of a file: the request that a judge would send first for an answer, as a line, and the judgement
//! of a reply that came back in another file.
//!
//! Prompt, schema, reader and the check of the evidence are those of a live judgement, so that the same reply gives the
//! same critique. Only that nothing can be asked back: what a live judge would send back once is no critique here.

use crate::bank::Rubric;
use crate::critique::Critique;
use crate::endpoint::batches::BatchReply;
use crate::endpoint::{ChatReply, EndpointError, Finish};
use crate::error::{Error, Result};
use crate::record::{JudgeRecord, Procedure};
use crate::score::{Reason, ReasonKind};

use super::model::ModelJudge;
use super::{Judge, JudgeFailure, Judgement, Spent, Stop};

impl Judge {
    /// The model that can be asked by way of a file.
    ///
    /// # Errors
    /// The built-in judge, which asks nobody, and judges that need several replies for one critique.
    pub fn deferred(&self) -> Result<&ModelJudge> {
        match self {
            Self::Model(judge) => match judge.procedure() {
                Procedure::AtOnce | Procedure::WithEstimate => Ok(judge),
                Procedure::Careful => {
                    Err(Error::misused("a batch asks once about each answer; --careful asks on")
                        .hint("use `coach grade`, or a judge without `careful`"))
                }
            },
            Self::BuiltIn(_) => {
                Err(Error::misused("the built-in judge needs no batch: it grades on this machine")
                    .hint("use `coach grade`, or name a model behind an endpoint with --judge"))
            }
            Self::Samples(_) | Self::Panel(_) => {
                let message = "a batch asks one model once about each answer; several samples and panels are asked live";
                Err(Error::misused(message)
                    .hint("use `coach grade`, or leave out --samples and name one of the panel's members with --judge"))
            }
        }
    }
}

impl ModelJudge {
    /// Refuses a rubric whose answers this judge would be asked about differently when it can be asked more than once: a
    /// grade has to be the same whichever way it came.
    pub fn takes_once(&self, rubric: &Rubric) -> Result<()> {
        match self.procedure_for(rubric) {
            Procedure::AtOnce | Procedure::WithEstimate => Ok(()),
            Procedure::Careful => {
                let message = format!(
                    "a batch asks once about each answer; with the built-in judge's estimate, {} is asked on about \
                     answers to {}, whose rubric has one criterion",
                    self.name(),
                    rubric.id
                );
                Err(Error::misused(message)
                    .hint("use `coach grade`, or set `estimate = false` in the judge's table"))
            }
        }
    }

    /// The line that asks this judge about an answer; `custom_id` comes back with the reply.
    ///
    /// # Errors
    /// A rubric that it does not [take at once](Self::takes_once).
    pub fn batch_line(&self, custom_id: &str, rubric: &Rubric, answer: &str) -> Result<Vec<u8>> {
        self.takes_once(rubric)?;
        let request = self.opening(rubric, answer)?;
        self.endpoint().batch_line(custom_id, &request).map_err(|error| Error::failed(error.to_string()))
    }

    /// What a reply to [`Self::batch_line`] is worth.
    pub fn judged(
        &self,
        rubric: &Rubric,
        answer: &str,
        reply: BatchReply,
    ) -> Result<Judgement, JudgeFailure> {
        match reply {
            BatchReply::Reply(reply) => {
                let spent = self.deferred_spent(&reply);
                let critique = match self.in_reply(rubric, answer, &reply) {
                    Ok(critique) => critique,
                    Err(reason) => return Err(JudgeFailure { reason, stop: Stop::No, hint: None, spent }),
                };
                Ok(Judgement {
                    critique,
                    spent,
                    judge: JudgeRecord::of_model(self.name(), self.model(), self.procedure()),
                })
            }
            BatchReply::Refused(error) => Err(failure(refused(&error))),
            BatchReply::NotDone(said) => {
                Err(failure(reason(ReasonKind::EndpointFailed, format!("the batch left it out: {said}"))))
            }
        }
    }

    /// The critique in a reply, if a live judge would have taken it as it is.
    fn in_reply(&self, rubric: &Rubric, answer: &str, reply: &ChatReply) -> Result<Critique, Reason> {
        match reply.finish {
            Finish::Stop | Finish::Other => {}
            Finish::ContentFilter => {
                let message = "the endpoint's content filter refused to judge this answer".to_owned();
                return Err(reason(ReasonKind::Refused, message));
            }
            Finish::Length => {
                let message = "the model's reply was cut by the token cap; asked once".to_owned();
                return Err(reason(ReasonKind::Truncated, message));
            }
        }
        self.of_opening(rubric, answer, &reply.text).map_err(|complaints| {
            let first = complaints.first().map_or("it was empty", String::as_str);
            let message = format!("the model's reply can't be used; asked once: {first}");
            reason(ReasonKind::MalformedCritique, message)
        })
    }

    fn deferred_spent(&self, reply: &ChatReply) -> Spent {
        let cost = self.endpoint().batch_cost(reply.usage);
        let mut spent = Spent::default();
        spent.add(reply, cost);
        spent
    }
}

fn refused(error: &EndpointError) -> Reason {
    let kind = match error {
        EndpointError::ContextTooLong { .. } => ReasonKind::TooLong,
        EndpointError::Refused { .. } => ReasonKind::Refused,
        _ => ReasonKind::EndpointFailed,
    };
    reason(kind, error.to_string())
}

fn reason(kind: ReasonKind, message: String) -> Reason {
    Reason { kind, message }
}

fn failure(reason: Reason) -> JudgeFailure {
    JudgeFailure { reason, stop: Stop::No, hint: None, spent: Spent::default() }
}
