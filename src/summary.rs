//! What a run over many answers came to.

use std::collections::BTreeMap;

use crate::bank::MistakeId;
use crate::record::{GradeRecord, Status, UsageRecord};
use crate::score::{Band, ReasonKind};

/// Counts and sums over the grades of a run; memory does not grow with the answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    graded: u64,
    known: u64,
    points: f64,
    lowest: Option<f64>,
    bands: BTreeMap<Band, u64>,
    mistakes: BTreeMap<MistakeId, u64>,
    reasons: BTreeMap<ReasonKind, u64>,
    spending: Spending,
}

/// What judging took.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Spending {
    /// Requests sent.
    pub requests: u64,
    /// Tokens sent.
    pub prompt_tokens: u64,
    /// Tokens received.
    pub completion_tokens: u64,
    /// Money, where the price is known.
    pub cost: Option<f64>,
}

/// A run, and the whole file where earlier runs had begun it.
#[derive(Debug, Clone, PartialEq)]
pub struct Summaries {
    /// What this run did.
    pub run: Summary,
    /// All that the file holds after it.
    pub whole: Option<Summary>,
}

impl Summaries {
    /// Everything there is to sum up.
    pub fn of_all(&self) -> &Summary {
        self.whole.as_ref().unwrap_or(&self.run)
    }
}

impl Spending {
    fn add(&mut self, usage: &UsageRecord) {
        // A file of grades may say anything.
        self.prompt_tokens = self.prompt_tokens.saturating_add(usage.prompt_tokens);
        self.completion_tokens = self.completion_tokens.saturating_add(usage.completion_tokens);
        if let Some(cost) = usage.cost {
            self.cost = Some(self.cost.unwrap_or_default() + cost);
        }
    }
}

impl Summary {
    /// Counts one line of the output.
    pub fn add(&mut self, record: &GradeRecord) {
        match &record.status {
            Status::Ungraded { reason, usage } => {
                *self.reasons.entry(reason.kind).or_default() += 1;
                self.spending.add(&usage.unwrap_or_default());
            }
            Status::Graded(graded) => {
                self.graded += 1;
                let points = graded.score.points();
                self.points += points;
                self.lowest = Some(self.lowest.map_or(points, |lowest| lowest.min(points)));
                *self.bands.entry(graded.band).or_default() += 1;
                for mistake in &graded.mistakes {
                    *self.mistakes.entry(mistake.id.clone()).or_default() += 1;
                }
                self.spending.add(&graded.usage);
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

    /// Mean score of the graded answers, 0 to 100.
    pub fn mean(&self) -> Option<f64> {
        (self.graded > 0).then(|| self.points / self.graded as f64)
    }

    /// Lowest score of the graded answers, 0 to 100.
    pub fn lowest(&self) -> Option<f64> {
        self.lowest
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

    /// What the lines say that judging took; requests are not counted there.
    pub fn spending(&self) -> Spending {
        self.spending
    }
}
