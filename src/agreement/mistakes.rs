//! How far the mistakes that the judge flagged are those that humans listed.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::bootstrap::intervals;
use super::estimate::Estimate;
use super::statistics::Undefined;
use crate::bank::MistakeId;

/// How often a mistake was named, and by whom.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// By both, of the same answer.
    pub both: usize,
    /// By the judge alone.
    pub only_ours: usize,
    /// By the human alone.
    pub only_human: usize,
}

impl Counts {
    /// Share of the flagged mistakes that the human listed too.
    pub fn precision(self) -> Result<f64, Undefined> {
        share(self.both, self.both + self.only_ours, Undefined::NoneFlagged)
    }

    /// Share of the listed mistakes that the judge flagged too.
    pub fn recall(self) -> Result<f64, Undefined> {
        share(self.both, self.both + self.only_human, Undefined::NoneListed)
    }

    /// Harmonic mean of precision and recall (van Rijsbergen 1979, Information Retrieval, chapter 7).
    pub fn f1(self) -> Result<f64, Undefined> {
        share(2 * self.both, 2 * self.both + self.only_ours + self.only_human, Undefined::NoMistakes)
    }

    fn plus(self, other: Self) -> Self {
        Self {
            both: self.both + other.both,
            only_ours: self.only_ours + other.only_ours,
            only_human: self.only_human + other.only_human,
        }
    }
}

fn share(of: usize, all: usize, undefined: Undefined) -> Result<f64, Undefined> {
    if all == 0 { Err(undefined) } else { Ok(of as f64 / all as f64) }
}

/// How far flagged mistakes are the listed ones, over all answers whose human looked for mistakes; every
/// mistake of every answer counts once (micro average).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MistakeAgreement {
    /// Answers whose human looked for mistakes.
    pub answers: usize,
    /// All mistakes together.
    #[serde(flatten)]
    pub counts: Counts,
    /// Share of the flagged mistakes that the human listed too.
    pub precision: Estimate,
    /// Share of the listed mistakes that the judge flagged too.
    pub recall: Estimate,
    /// Harmonic mean of the two.
    pub f1: Estimate,
    /// Each mistake that anybody named.
    pub by_mistake: BTreeMap<MistakeId, Counts>,
}

impl MistakeAgreement {
    /// Compares what humans listed with what was flagged, answer by answer; `None` of no answers.
    pub fn of(answers: &[&(BTreeSet<MistakeId>, BTreeSet<MistakeId>)]) -> Option<Self> {
        if answers.is_empty() {
            return None;
        }
        let of_answers: Vec<Counts> = answers.iter().map(|(human, ours)| counts(human, ours)).collect();
        let sum = |counts: Counts, other: &Counts| counts.plus(*other);
        let all = of_answers.iter().fold(Counts::default(), sum);
        let statistics = |counts: Counts| [counts.precision(), counts.recall(), counts.f1()];
        let found = intervals(of_answers.len(), statistics(all).len(), |drawn| {
            let drawn = drawn.iter().map(|&index| &of_answers[index]).fold(Counts::default(), sum);
            statistics(drawn).map(Result::ok).to_vec()
        });
        let estimate = |index: usize| {
            let value = statistics(all)[index];
            Estimate { value, interval: found[index].filter(|_| value.is_ok()) }
        };
        Some(Self {
            answers: answers.len(),
            counts: all,
            precision: estimate(0),
            recall: estimate(1),
            f1: estimate(2),
            by_mistake: by_mistake(answers),
        })
    }
}

fn counts(human: &BTreeSet<MistakeId>, ours: &BTreeSet<MistakeId>) -> Counts {
    Counts {
        both: human.intersection(ours).count(),
        only_ours: ours.difference(human).count(),
        only_human: human.difference(ours).count(),
    }
}

fn by_mistake(answers: &[&(BTreeSet<MistakeId>, BTreeSet<MistakeId>)]) -> BTreeMap<MistakeId, Counts> {
    let mut found: BTreeMap<MistakeId, Counts> = BTreeMap::new();
    for (human, ours) in answers {
        for id in human.union(ours) {
            let counts = found.entry(id.clone()).or_default();
            match (human.contains(id), ours.contains(id)) {
                (true, true) => counts.both += 1,
                (true, false) => counts.only_human += 1,
                (false, _) => counts.only_ours += 1,
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(listed: &[(&[&str], &[&str])]) -> Vec<(BTreeSet<MistakeId>, BTreeSet<MistakeId>)> {
        let set = |ids: &[&str]| ids.iter().map(|id| MistakeId::from(*id)).collect();
        listed.iter().map(|(human, ours)| (set(human), set(ours))).collect()
    }

    #[test]
    fn shares_are_those_of_scikit_learn() {
        // scikit-learn 1.9.1: precision_recall_fscore_support(T, P, average='micro') with the columns x, y, z and
        // T = [[1,0,0],[1,1,0],[0,0,0],[0,1,1],[1,0,0]], P = [[1,0,0],[0,1,1],[1,0,0],[0,1,0],[1,0,0]]
        let both = answers(&[
            (&["x"], &["x"]),
            (&["x", "y"], &["y", "z"]),
            (&[], &["x"]),
            (&["y", "z"], &["y"]),
            (&["x"], &["x"]),
        ]);
        let found = MistakeAgreement::of(&both.iter().collect::<Vec<_>>()).unwrap();
        for estimate in [found.precision, found.recall, found.f1] {
            assert!((estimate.value.unwrap() - 2.0 / 3.0).abs() < 1e-12);
            let interval = estimate.interval.unwrap();
            assert!(interval.low < 0.6 && interval.high > 0.7);
        }
        assert_eq!(found.counts, Counts { both: 4, only_ours: 2, only_human: 2 });
        assert_eq!(found.by_mistake["z"], Counts { both: 0, only_ours: 1, only_human: 1 });
    }

    #[test]
    fn without_mistakes_there_is_no_share() {
        assert_eq!(MistakeAgreement::of(&[]), None);
        for (human, ours, undefined) in [
            (
                &[][..],
                &[][..],
                [Some(Undefined::NoneFlagged), Some(Undefined::NoneListed), Some(Undefined::NoMistakes)],
            ),
            (&["x"], &[], [Some(Undefined::NoneFlagged), None, None]),
            (&[], &["x"], [None, Some(Undefined::NoneListed), None]),
        ] {
            let both = answers(&[(human, ours)]);
            let found = MistakeAgreement::of(&both.iter().collect::<Vec<_>>()).unwrap();
            assert_eq!([found.precision, found.recall, found.f1].map(|it| it.value.err()), undefined);
        }
    }
}
