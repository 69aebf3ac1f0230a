//! A statistic's value with its interval, or why it has none.

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use super::bootstrap::{Interval, intervals};
use super::statistics::{Pair, Statistic, Undefined};

/// A statistic's value with its interval, or why it has none.
///
/// As JSON: `{"value": 0.61, "low": 0.58, "high": 0.64}`, with `null` for what does not exist and `undefined`
/// for why there is no value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The value, or why there is none.
    pub value: Result<f64, Undefined>,
    /// 95 % percentile bootstrap interval, if the resamples give one.
    pub interval: Option<Interval>,
}

impl Serialize for Estimate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("value", &self.value.ok().map(rounded))?;
        map.serialize_entry("low", &self.interval.map(|interval| rounded(interval.low)))?;
        map.serialize_entry("high", &self.interval.map(|interval| rounded(interval.high)))?;
        if let Err(undefined) = self.value {
            map.serialize_entry("undefined", &undefined.to_string())?;
        }
        map.end()
    }
}

/// Six decimals: more than any number of answers supports, and the same on every machine.
pub(super) fn rounded(value: f64) -> f64 {
    // Adding 0 makes 0 of -0.
    (value * 1e6).round() / 1e6 + 0.0
}

/// Two raters compared: every statistic of the same pairs.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Answers that both rated.
    pub answers: usize,
    /// Pairs of ratings; of levels an answer has several.
    pub ratings: usize,
    /// Every statistic, in the order of [`Statistic::ALL`].
    pub estimates: Vec<(Statistic, Estimate)>,
}

impl Comparison {
    /// Compares the ratings of each answer. Answers are drawn with all their ratings, because ratings of one
    /// answer are not independent.
    pub fn of(answers: &[Vec<Pair>]) -> Self {
        let pairs = answers.concat();
        let found = intervals(answers.len(), Statistic::ALL.len(), |drawn| {
            let pairs: Vec<Pair> = drawn.iter().flat_map(|&index| &answers[index]).copied().collect();
            Statistic::ALL.iter().map(|statistic| statistic.of(&pairs).ok()).collect()
        });
        let estimates = Statistic::ALL.into_iter().zip(found).map(|(statistic, interval)| {
            let value = statistic.of(&pairs);
            (statistic, Estimate { interval: interval.filter(|_| value.is_ok()), value })
        });
        Self { answers: answers.len(), ratings: pairs.len(), estimates: estimates.collect() }
    }

    /// The estimate of one statistic.
    pub fn estimate(&self, wanted: Statistic) -> Option<&Estimate> {
        self.estimates.iter().find(|(statistic, _)| *statistic == wanted).map(|(_, estimate)| estimate)
    }
}

impl Serialize for Comparison {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("answers", &self.answers)?;
        map.serialize_entry("ratings", &self.ratings)?;
        for (statistic, estimate) in &self.estimates {
            map.serialize_entry(statistic, estimate)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_undefined_is_null_with_its_reason_and_never_nan() {
        let pair = Pair { human: 1.0, ours: 1.0, human_step: 1, our_step: 1 };
        let comparison = Comparison::of(&[vec![pair], vec![pair], vec![pair]]);
        let json = serde_json::to_value(&comparison).unwrap();
        let reason = "all ratings are the same";
        assert_eq!(
            json["pearson"],
            serde_json::json!({"value": null, "low": null, "high": null, "undefined": reason})
        );
        assert_eq!(json["bias"], serde_json::json!({"value": 0.0, "low": 0.0, "high": 0.0}));
        assert_eq!((&json["answers"], &json["ratings"]), (&3.into(), &3.into()));
    }

    #[test]
    fn an_answer_is_drawn_with_all_its_ratings() {
        let rated = |human: u8, ours: u8| Pair {
            human: f64::from(human),
            ours: f64::from(ours),
            human_step: human,
            our_step: ours,
        };
        // Within each answer one rating is met and one missed, so every draw has exactly half of them.
        let answers: Vec<Vec<Pair>> =
            (0..6).map(|level| vec![rated(level, level), rated(level, 9)]).collect();
        let comparison = Comparison::of(&answers);
        let exact = comparison.estimate(Statistic::Exact).unwrap();
        assert_eq!(exact.interval, Some(Interval { low: 0.5, high: 0.5 }));
        assert_eq!((comparison.answers, comparison.ratings), (6, 12));
    }
}
