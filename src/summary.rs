//! What a run over many answers came to.

use std::collections::BTreeMap;

use crate::bank::MistakeId;
use crate::record::{GradeRecord, Status};
use crate::score::{Band, ReasonKind};

/// Counts and sums over the grades of a run; memory does not grow with the answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    graded: u64,
    known: u64,
    points: f64,
    bands: BTreeMap<Band, u64>,
    mistakes: BTreeMap<MistakeId, u64>,
    reasons: BTreeMap<ReasonKind, u64>,
    prompt_tokens: u64,
    completion_tokens: u64,
}

impl Summary {
    /// Counts one line of the output.
    pub fn add(&mut self, record: &GradeRecord) {
        match &record.status {
            Status::Ungraded { reason } => *self.reasons.entry(reason.kind).or_default() += 1,
            Status::Graded(graded) => {
                self.graded += 1;
                self.points += graded.score.points();
                *self.bands.entry(graded.band).or_default() += 1;
                for mistake in &graded.mistakes {
                    *self.mistakes.entry(mistake.id.clone()).or_default() += 1;
                }
                self.prompt_tokens += graded.usage.prompt_tokens;
                self.completion_tokens += graded.usage.completion_tokens;
            }
        }
    }

    /// Counts an answer that an earlier run graded.
    pub fn add_known(&mut self) {
        self.known += 1;
    }

    /// Answers of all kinds.
    pub fn answers(&self) -> u64 {
        self.graded + self.known + self.ungraded()
    }

    /// Answers that got a grade in this run.
    pub fn graded(&self) -> u64 {
        self.graded
    }

    /// Answers that an earlier run graded.
    pub fn known(&self) -> u64 {
        self.known
    }

    /// Answers without a grade.
    pub fn ungraded(&self) -> u64 {
        self.reasons.values().sum()
    }

    /// Mean score of the answers graded in this run, 0 to 100.
    pub fn mean(&self) -> Option<f64> {
        (self.graded > 0).then(|| self.points / self.graded as f64)
    }

    /// How many answers are in a band.
    pub fn in_band(&self, band: Band) -> u64 {
        self.bands.get(&band).copied().unwrap_or(0)
    }

    /// The mistakes by how often they were flagged, most often first.
    pub fn most_flagged(&self) -> Vec<(&MistakeId, u64)> {
        let mut mistakes: Vec<_> = self.mistakes.iter().map(|(id, count)| (id, *count)).collect();
        mistakes.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        mistakes
    }

    /// Why answers are ungraded, most often first.
    pub fn reasons(&self) -> Vec<(ReasonKind, u64)> {
        let mut reasons: Vec<_> = self.reasons.iter().map(|(kind, count)| (*kind, *count)).collect();
        reasons.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        reasons
    }

    /// Tokens sent and received for the answers graded in this run.
    pub fn tokens(&self) -> (u64, u64) {
        (self.prompt_tokens, self.completion_tokens)
    }
}
