//! From how a model weighs an answer to a level, on a scale that the rubric itself sets.
//!
//! Small models call almost everything "most": on one of 1.5 billion parameters, exam answers of no merit and full
//! ones differ by a tenth of the scale. But they differ, and where nothing and everything lie on the model's own scale
//! can be measured: by asking about an answer that says nothing, and about the rubric's model answer. Calibrating
//! against an input without content is from Zhao et al. 2021, "Calibrate Before Use", arXiv:2102.09690; weighing the
//! options by their probabilities, from Liu et al. 2023, "G-Eval", arXiv:2303.16634. A model that gives nothing to the
//! one and everything to the other is not changed by it.

use std::collections::BTreeMap;

/// Ends that are nearer to each other than this show a model that cannot tell nothing from everything; stretching
/// them to the whole scale would only stretch noise.
const LEAST_SPREAD: f64 = 0.02;

/// Where nothing and everything lie on a model's own scale from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ends {
    /// What the model gives an answer that says nothing.
    pub(super) nothing: f64,
    /// What it gives the model answer.
    pub(super) everything: f64,
}

impl Ends {
    /// The ends of a scale that is used whole.
    pub(super) const WHOLE: Self = Self { nothing: 0.0, everything: 1.0 };

    /// A share on the model's scale as one on the rubric's, 0 to 1.
    pub(super) fn calibrated(self, share: f64) -> f64 {
        let spread = self.everything - self.nothing;
        if spread < LEAST_SPREAD { share } else { ((share - self.nothing) / spread).clamp(0.0, 1.0) }
    }
}

/// The mean of the options, numbers from 0 to `highest`, as a share of the highest; `None` where no weight is one.
pub(super) fn share(weights: &BTreeMap<String, f64>, highest: u8) -> Option<f64> {
    let numbered = weights.iter().filter_map(|(option, weight)| Some((option.parse::<u8>().ok()?, *weight)));
    let (mean, sum) = numbered
        .filter(|(option, _)| *option <= highest)
        .fold((0.0, 0.0), |(mean, sum), (option, weight)| (mean + f64::from(option) * weight, sum + weight));
    (sum > 0.0 && highest > 0).then(|| mean / sum / f64::from(highest))
}

/// The level nearest to a share of the highest one.
pub(super) fn level(share: f64, highest: u8) -> u8 {
    (share.clamp(0.0, 1.0) * f64::from(highest)).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(of: &[(&str, f64)]) -> BTreeMap<String, f64> {
        of.iter().map(|(option, weight)| ((*option).to_owned(), *weight)).collect()
    }

    #[test]
    fn the_share_is_the_mean_of_what_was_weighed() {
        for (of, expected) in [
            (&[("4", 1.0)][..], Some(1.0)),
            (&[("0", 0.5), ("4", 0.5)], Some(0.5)),
            (&[("3", 0.3), ("4", 0.1)], Some(0.8125)),
            (&[("yes", 1.0)], None),
            (&[("7", 1.0)], None),
            (&[], None),
        ] {
            let found = share(&weights(of), 4);
            assert_eq!(
                found.map(|share| (share * 1e6).round()),
                expected.map(|share: f64| share * 1e6),
                "{of:?}"
            );
        }
    }

    #[test]
    fn the_ends_of_the_scale_are_the_models_own() {
        let small = Ends { nothing: 0.54, everything: 0.62 };
        for (share, expected) in [(0.5, 0.0), (0.54, 0.0), (0.58, 0.5), (0.62, 1.0), (0.9, 1.0)] {
            assert!((small.calibrated(share) - expected).abs() < 1e-9, "{share}");
        }
        let strong = Ends { nothing: 0.0, everything: 1.0 };
        assert!(
            (strong.calibrated(0.25) - 0.25).abs() < 1e-9,
            "a model that can tell them apart is not changed"
        );
        let blind = Ends { nothing: 0.75, everything: 0.75 };
        assert!((blind.calibrated(0.5) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn levels_are_rounded() {
        for (share, highest, expected) in
            [(0.0, 4, 0), (0.12, 4, 0), (0.13, 4, 1), (0.5, 1, 1), (0.96, 10, 10), (1.2, 4, 4)]
        {
            assert_eq!(level(share, highest), expected, "{share} of {highest}");
        }
    }
}
