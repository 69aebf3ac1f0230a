//! Whether a judge puts the exemplars of a rubric into the order that their author's labels give.
//!
//! Names do not count: an exemplar is strong when its labelled levels and mistakes come to a strong score.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::score::{Band, SOLID_FROM, STRONG_FROM, Score};

/// Authors who put two answers so many points apart mean it: as far as the narrowest band is wide, so that the two
/// are never neighbours within "solid" or "strong".
pub const WIDE_MARGIN: f64 = STRONG_FROM - SOLID_FROM;

/// The bands that have to come in this order, best first.
const COMPARED: [Band; 3] = [Band::Strong, Band::Solid, Band::Weak];

/// Whether strong > solid > weak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// In the mean score that the judge gave to each band's exemplars, it does.
    Holds,
    /// It does not.
    Fails,
    /// A band has no graded exemplar, and the others are in order.
    Incomplete,
}

/// The mean score that the judge gave to the exemplars of each band.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Order {
    /// Whether strong > solid > weak.
    pub verdict: Verdict,
    /// The judge's mean score of the exemplars whose labels put them into a band.
    pub means: BTreeMap<Band, f64>,
}

impl Order {
    /// The order of (expected, judged) scores.
    pub fn of(scores: &[(Score, Score)]) -> Self {
        let mut sums: BTreeMap<Band, (f64, f64)> = BTreeMap::new();
        for (expected, judged) in scores {
            let (sum, count) = sums.entry(expected.band()).or_default();
            *sum += judged.points();
            *count += 1.0;
        }
        let means: BTreeMap<Band, f64> = sums
            .into_iter()
            .map(|(band, (sum, count))| (band, (10.0 * sum / count).round() / 10.0))
            .collect();
        let found: Vec<f64> = COMPARED.iter().filter_map(|band| means.get(band).copied()).collect();
        let verdict = if found.windows(2).any(|two| two[0] <= two[1]) {
            Verdict::Fails
        } else if found.len() < COMPARED.len() {
            Verdict::Incomplete
        } else {
            Verdict::Holds
        };
        Self { verdict, means }
    }
}

/// How many pairs of exemplars of one rubric have labels at least [`WIDE_MARGIN`] points apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Pairs {
    /// All of them.
    pub wide: usize,
    /// Those that the judge puts the other way round. Equal scores are not the other way round.
    pub discordant: usize,
}

/// Two exemplars that the judge puts the other way round.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Discordant {
    /// The exemplar that is better by its labels.
    pub better: String,
    /// The one that is worse by its labels.
    pub worse: String,
    /// What the labels come to: the better's, the worse's.
    pub expected: [Score; 2],
    /// What the judge gave: the better one, the worse one.
    pub got: [Score; 2],
}

impl Pairs {
    /// The pairs of (name, expected, judged), and those that are the other way round.
    pub fn of(scores: &[(&str, Score, Score)]) -> (Self, Vec<Discordant>) {
        let mut wide = 0;
        let mut found = Vec::new();
        for better in scores {
            for worse in scores.iter().filter(|worse| better.1.points() - worse.1.points() >= WIDE_MARGIN) {
                wide += 1;
                if better.2 < worse.2 {
                    found.push(Discordant {
                        better: better.0.to_owned(),
                        worse: worse.0.to_owned(),
                        expected: [better.1, worse.1],
                        got: [better.2, worse.2],
                    });
                }
            }
        }
        (Self { wide, discordant: found.len() }, found)
    }

    /// These pairs and those of another rubric.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { wide: self.wide + other.wide, discordant: self.discordant + other.discordant }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(points: f64) -> Score {
        serde_json::from_value(serde_json::json!(points)).unwrap()
    }

    #[test]
    fn bands_are_compared_by_the_mean_that_the_judge_gave() {
        for (scores, verdict) in [
            (&[(90.0, 80.0), (75.0, 60.0), (50.0, 90.0), (20.0, 50.0)][..], Verdict::Holds),
            (&[(90.0, 80.0), (75.0, 60.0), (20.0, 60.0)], Verdict::Fails),
            (&[(90.0, 80.0), (75.0, 85.0), (70.0, 65.0), (20.0, 0.0)], Verdict::Holds),
            (&[(90.0, 80.0), (75.0, 85.0), (20.0, 0.0)], Verdict::Fails),
            (&[(90.0, 80.0), (20.0, 0.0)], Verdict::Incomplete),
            (&[(90.0, 0.0), (20.0, 0.0)], Verdict::Fails),
            (&[], Verdict::Incomplete),
        ] {
            let scores: Vec<_> = scores.iter().map(|&(a, b)| (score(a), score(b))).collect();
            assert_eq!(Order::of(&scores).verdict, verdict, "{scores:?}");
        }
    }

    #[test]
    fn pairs_far_apart_must_not_change_places() {
        let (a, b, c, d) = (("a", 90.0, 60.0), ("b", 75.0, 61.0), ("c", 76.0, 90.0), ("d", 0.0, 60.0));
        let scores = [a, b, c, d].map(|(name, expected, judged)| (name, score(expected), score(judged)));
        let (pairs, discordant) = Pairs::of(&scores);
        // a-b, a-d, b-d and c-d are 15 apart or more; a equals d, which is no exchange.
        assert_eq!(pairs, Pairs { wide: 4, discordant: 1 });
        assert_eq!((discordant[0].better.as_str(), discordant[0].worse.as_str()), ("a", "b"));
        assert_eq!(pairs.plus(pairs), Pairs { wide: 8, discordant: 2 });
    }
}
