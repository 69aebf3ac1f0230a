//! Percentile bootstrap intervals: how far a statistic would move had other answers been rated.
//!
//! Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapter 13.

use serde::Serialize;

/// How often the answers are drawn again. Efron & Tibshirani (page 275) advise about a thousand for the ends
/// of a 95 % interval.
pub const RESAMPLES: u32 = 1000;

/// The same file gives the same intervals. Any number would do; this is the year of the book.
const SEED: u64 = 1993;

/// The ends of the interval, as shares of the resampled values: 95 % lie between them.
const ENDS: [f64; 2] = [0.025, 0.975];

/// A statistic that has no value in more than this share of the resamples (each draw of a few answers may
/// well be constant) gets no interval: what remains would be a selection.
const MOST_UNDEFINED: f64 = 0.1;

/// The middle 95 % of a statistic over the resamples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// 2.5 % of the resamples gave less.
    pub low: f64,
    /// 2.5 % of the resamples gave more.
    pub high: f64,
}

/// An interval for each of `count` statistics, from drawing `units` numbers below `units` with replacement,
/// [`RESAMPLES`] times. All statistics see the same draws; `None` stands for no value.
pub fn intervals(
    units: usize,
    count: usize,
    mut statistics: impl FnMut(&[usize]) -> Vec<Option<f64>>,
) -> Vec<Option<Interval>> {
    let mut values: Vec<Vec<f64>> = vec![Vec::with_capacity(RESAMPLES as usize); count];
    let mut random = SplitMix(SEED);
    let mut drawn = vec![0; units];
    // Of one answer every draw is the same one, which says nothing.
    let resamples = if units > 1 { RESAMPLES } else { 0 };
    for _ in 0..resamples {
        drawn.fill_with(|| random.below(units));
        for (values, value) in values.iter_mut().zip(statistics(&drawn)) {
            values.extend(value);
        }
    }
    values.into_iter().map(interval).collect()
}

fn interval(mut values: Vec<f64>) -> Option<Interval> {
    let least = (1.0 - MOST_UNDEFINED) * f64::from(RESAMPLES);
    if (values.len() as f64) < least {
        return None;
    }
    values.sort_unstable_by(f64::total_cmp);
    let [low, high] = ENDS.map(|share| quantile(&values, share));
    Some(Interval { low: low?, high: high? })
}

/// The value below which a share of sorted values lies, interpolated between neighbours (Hyndman & Fan 1996,
/// type 7, as numpy does).
pub(crate) fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * sorted.len().checked_sub(1)? as f64;
    let below = *sorted.get(place.floor() as usize)?;
    let above = *sorted.get(place.ceil() as usize)?;
    Some(below + (above - below) * place.fract())
}

/// Steele, Lea & Flood 2014, Fast splittable pseudorandom number generators (`SplitMix64`). Written here because
/// the intervals have to stay the same when a crate for random numbers changes.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; what favours some numbers is below 1 in 2^40 for any file that fits into memory.
    fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::super::statistics::{pearson, spearman};
    use super::*;

    /// `h` and `o` of the tests of the statistics.
    const SCORES: [(f64, f64); 10] = [
        (82.5, 75.0),
        (40.0, 52.1),
        (61.0, 61.0),
        (61.0, 48.0),
        (95.0, 88.8),
        (12.5, 30.0),
        (70.0, 71.5),
        (70.0, 49.0),
        (33.3, 20.0),
        (55.0, 55.0),
    ];

    #[test]
    fn intervals_are_those_of_scipy_up_to_chance() {
        // scipy 1.17.1: scipy.stats.bootstrap((h, o), f, paired=True, vectorized=False, method='percentile',
        // n_resamples=20000, rng=numpy.random.default_rng(1)).confidence_interval
        let expected = [(0.651_807, 0.982_812), (0.294_672, 1.0), (4.92, 13.56)];
        // Two runs of 1000 resamples differ by so much in the ends of these intervals.
        let close = [0.04, 0.06, 0.6];
        let found = intervals(SCORES.len(), 3, |drawn| {
            let pairs: Vec<(f64, f64)> = drawn.iter().map(|&index| SCORES[index]).collect();
            let error = pairs.iter().map(|(human, ours)| (human - ours).abs()).sum::<f64>() / 10.0;
            vec![pearson(&pairs).ok(), spearman(&pairs).ok(), Some(error)]
        });
        for ((found, expected), close) in found.into_iter().zip(expected).zip(close) {
            let found = found.unwrap();
            assert!((found.low - expected.0).abs() < close, "{found:?} {expected:?}");
            assert!((found.high - expected.1).abs() < close, "{found:?} {expected:?}");
        }
    }

    #[test]
    fn the_same_answers_give_the_same_interval() {
        let run = || intervals(5, 1, |drawn| vec![Some(drawn.iter().sum::<usize>() as f64)]);
        assert_eq!(run(), run());
    }

    #[test]
    fn what_is_mostly_undefined_has_no_interval() {
        for (units, defined, has_interval) in [(20, 20, true), (20, 19, false), (1, 1, false), (0, 0, false)]
        {
            let found =
                intervals(units, 1, |drawn| vec![drawn.iter().all(|&at| at < defined).then_some(1.0)]);
            assert_eq!(found[0].is_some(), has_interval, "{units} {defined}");
        }
    }

    #[test]
    fn quantiles_are_interpolated() {
        // numpy 2.4.6: numpy.percentile([3, 1, 4, 1, 5, 9, 2, 6], [2.5, 50, 97.5]) = [1, 3.5, 8.475]
        let sorted = [1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 9.0];
        for (share, expected) in [(0.025, 1.0), (0.5, 3.5), (0.975, 8.475), (0.0, 1.0), (1.0, 9.0)] {
            let found = quantile(&sorted, share).unwrap();
            assert!((found - expected).abs() < 1e-12, "{share}: {found}");
        }
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn the_generator_is_the_published_one() {
        // The first numbers of the authors' splitmix64.c from seed 1234567.
        let mut random = SplitMix(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }
}
