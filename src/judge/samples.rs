//! One model asked several times for the same critique: `--samples`. What the samples come to is decided in
//! `critique::consensus`, whether they are enough in `quorum`.

use futures::future::join_all;

use crate::bank::Rubric;
use crate::error::Result;
use crate::record::JudgeRecord;
use crate::score::Reason;

use super::model::ModelJudge;
use super::quorum::{Vote, agreed};
use super::{Forecast, JudgeFailure, Judgement};

/// The sampling temperature where several samples are wanted and none is configured. At 0 a model says the same each
/// time, so that further samples would cost money and tell nothing. Self-consistency is shown at 0.7 (Wang et al.
/// 2022, arXiv:2203.11171, section 3.1).
pub const SAMPLING_TEMPERATURE: f64 = 0.7;

/// A model that is asked several times. Each sample has a seed of its own, and its own replies in the cache.
#[derive(Debug)]
pub struct Samples {
    model: ModelJudge,
    /// The same model, each with a seed of its own.
    each: Vec<ModelJudge>,
    identity: String,
}

impl Samples {
    /// `count` samples of what `judge` says, as it is configured to sample.
    pub fn of(judge: ModelJudge, count: u32) -> Self {
        let identity = serde_json::json!({"samples": count, "of": judge.identity()}).to_string();
        let each = (0..count).map(|number| judge.sample(number)).collect();
        Self { model: judge, each, identity }
    }

    /// The model, to be asked for something else than a critique.
    pub(super) fn model(&self) -> &ModelJudge {
        &self.model
    }

    pub(super) fn identity(&self) -> &str {
        &self.identity
    }

    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.each.len()).unwrap_or(u32::MAX)
    }

    /// Judges one answer; all samples are asked for at once, as far as the endpoint takes them.
    pub(super) async fn critique(
        &self,
        rubric: &Rubric,
        answer: &str,
        record: JudgeRecord,
    ) -> Result<Judgement, JudgeFailure> {
        let votes: Vec<Vote> =
            join_all(self.each.iter().map(|sample| sample.critique(rubric, answer, None))).await;
        let (consensus, spent) = agreed(rubric, &votes, "samples", |_| None)?;
        let procedure = votes.iter().flatten().find_map(|vote| vote.judge.procedure).or(record.procedure);
        let failed: Vec<Reason> = votes.into_iter().filter_map(Result::err).map(|it| it.reason).collect();
        let judge = JudgeRecord { procedure, agreement: consensus.agreement, failed, ..record };
        Ok(Judgement { critique: consensus.critique, spent, judge })
    }

    /// How many answers keep the endpoint busy.
    pub(super) fn at_once(&self) -> usize {
        self.model.at_once().div_ceil(self.each.len().max(1))
    }

    pub(super) fn forecast(&self, rubric: &Rubric, answer: &str) -> Result<Forecast> {
        let mut all = Forecast::default();
        for sample in &self.each {
            all += sample.forecast(rubric, answer)?;
        }
        Ok(all)
    }
}
