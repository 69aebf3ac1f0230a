//! Statistics of how closely two raters match. Each is a pure function of paired ratings.
//!
//! They are written here because no well-kept crate has them: `statrs` ranks and averages, but has neither
//! kappa nor an intraclass correlation, and the rest is a few sums.

use serde::Serialize;

/// One thing that a human and the judge rated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// What the human gave: points of 100, or a level.
    pub human: f64,
    /// What the judge gave, in the same unit.
    pub ours: f64,
    /// The human's rating as one of a few ordered steps, 0 the lowest: the score's band, or the level.
    pub human_step: u8,
    /// The judge's rating as a step.
    pub our_step: u8,
}

/// Through two points there is always a line, so that a correlation of two pairs is 1 or -1 whatever was rated.
pub const LEAST_FOR_CORRELATION: usize = 3;

/// Mean squares need one degree of freedom: two things rated.
const LEAST_FOR_ICC: usize = 2;

/// One pair alone has no agreement by chance that it could exceed.
const LEAST_FOR_KAPPA: usize = 2;

/// What a statistic measures. The first five look at the numbers, the others at the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Statistic {
    /// Pearson's product-moment correlation, -1 to 1 (Pearson 1895, Proc. R. Soc. Lond. 58, 240-242).
    Pearson,
    /// Spearman's rank correlation, -1 to 1: Pearson's of the mid-ranks (Spearman 1904, Am. J. Psychol. 15,
    /// 72-101; ties after Kendall 1945, Biometrika 33, 239-251).
    Spearman,
    /// ICC(2,1), at most 1: the intraclass correlation of a single rating, both raters drawn at random,
    /// absolute agreement (Shrout & Fleiss 1979, Psychol. Bull. 86, 420-428, case 2).
    Icc,
    /// Mean absolute difference, in the unit of the ratings.
    MeanAbsoluteError,
    /// Mean of judge less human, in the unit of the ratings: above 0 the judge is the milder one.
    Bias,
    /// Share of pairs on the same step, 0 to 1.
    Exact,
    /// Share of pairs at most one step apart, 0 to 1.
    WithinOne,
    /// Cohen's kappa of the steps, at most 1: agreement beyond chance (Cohen 1960, Educ. Psychol. Meas. 20,
    /// 37-46).
    Kappa,
    /// Kappa with weights that grow with the square of the distance in steps (Cohen 1968, Psychol. Bull. 70,
    /// 213-220).
    WeightedKappa,
}

/// Why a statistic has no value for these pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undefined {
    /// There are fewer pairs than it needs.
    TooFew {
        /// How many it needs.
        needs: usize,
        /// How many there are.
        has: usize,
    },
    /// The human gave the same rating throughout, so nothing can vary with it.
    HumanConstant,
    /// The judge gave the same rating throughout.
    OursConstant,
    /// Both gave the same rating throughout; chance alone would make them agree.
    BothConstant,
    /// No question has enough answers with ratings that differ.
    NoQuestionVaries,
    /// The judge flagged no mistake, so none can be right.
    NoneFlagged,
    /// The human listed no mistake, so none can be found.
    NoneListed,
    /// Neither named a mistake.
    NoMistakes,
}

impl std::fmt::Display for Undefined {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooFew { needs, has } => write!(f, "needs {needs} pairs, has {has}"),
            Self::HumanConstant => f.write_str("the human ratings are all the same"),
            Self::OursConstant => f.write_str("the judge's ratings are all the same"),
            Self::BothConstant => f.write_str("all ratings are the same"),
            Self::NoQuestionVaries => f.write_str("no question has 3 answers whose ratings differ"),
            Self::NoneFlagged => f.write_str("the judge flagged no mistake"),
            Self::NoneListed => f.write_str("the human listed no mistake"),
            Self::NoMistakes => f.write_str("neither named a mistake"),
        }
    }
}

impl Statistic {
    /// Every statistic, in the order in which they are shown.
    pub const ALL: [Self; 9] = [
        Self::Pearson,
        Self::Spearman,
        Self::Icc,
        Self::MeanAbsoluteError,
        Self::Bias,
        Self::Exact,
        Self::WithinOne,
        Self::Kappa,
        Self::WeightedKappa,
    ];

    /// Its value for these pairs.
    pub fn of(self, pairs: &[Pair]) -> Result<f64, Undefined> {
        match self {
            Self::Pearson => pearson(&numbers(pairs)),
            Self::Spearman => spearman(&numbers(pairs)),
            Self::Icc => icc(&pairs.iter().flat_map(|pair| [pair.human, pair.ours]).collect::<Vec<_>>(), 2),
            Self::MeanAbsoluteError => mean(pairs, |pair| (pair.ours - pair.human).abs()),
            Self::Bias => mean(pairs, |pair| pair.ours - pair.human),
            Self::Exact => mean(pairs, |pair| f64::from(apart(pair) == 0)),
            Self::WithinOne => mean(pairs, |pair| f64::from(apart(pair) <= 1)),
            Self::Kappa => kappa(pairs),
            Self::WeightedKappa => weighted_kappa(pairs),
        }
    }
}

fn numbers(pairs: &[Pair]) -> Vec<(f64, f64)> {
    pairs.iter().map(|pair| (pair.human, pair.ours)).collect()
}

fn apart(pair: &Pair) -> u8 {
    pair.human_step.abs_diff(pair.our_step)
}

fn mean(pairs: &[Pair], value: impl Fn(&Pair) -> f64) -> Result<f64, Undefined> {
    needs(1, pairs.len())?;
    Ok(pairs.iter().map(value).sum::<f64>() / pairs.len() as f64)
}

fn needs(needs: usize, has: usize) -> Result<(), Undefined> {
    if has < needs { Err(Undefined::TooFew { needs, has }) } else { Ok(()) }
}

/// Pearson's r of (human, ours): covariance over the product of the standard deviations.
pub fn pearson(pairs: &[(f64, f64)]) -> Result<f64, Undefined> {
    needs(LEAST_FOR_CORRELATION, pairs.len())?;
    // Asked of the numbers themselves: rounding can leave a constant rater a variance that is not quite 0.
    match (is_constant(pairs.iter().map(|pair| pair.0)), is_constant(pairs.iter().map(|pair| pair.1))) {
        (true, true) => return Err(Undefined::BothConstant),
        (true, false) => return Err(Undefined::HumanConstant),
        (false, true) => return Err(Undefined::OursConstant),
        (false, false) => {}
    }
    let count = pairs.len() as f64;
    let mean_human = pairs.iter().map(|pair| pair.0).sum::<f64>() / count;
    let mean_ours = pairs.iter().map(|pair| pair.1).sum::<f64>() / count;
    let (mut both, mut human, mut ours) = (0.0, 0.0, 0.0);
    for pair in pairs {
        let (x, y) = (pair.0 - mean_human, pair.1 - mean_ours);
        both += x * y;
        human += x * x;
        ours += y * y;
    }
    Ok((both / (human.sqrt() * ours.sqrt())).clamp(-1.0, 1.0))
}

fn is_constant(mut values: impl Iterator<Item = f64>) -> bool {
    let first = values.next();
    values.all(|value| Some(value) == first)
}

/// Spearman's rho of (human, ours): Pearson's r of the mid-ranks.
pub fn spearman(pairs: &[(f64, f64)]) -> Result<f64, Undefined> {
    let human = mid_ranks(&pairs.iter().map(|pair| pair.0).collect::<Vec<_>>());
    let ours = mid_ranks(&pairs.iter().map(|pair| pair.1).collect::<Vec<_>>());
    pearson(&human.into_iter().zip(ours).collect::<Vec<_>>())
}

/// The ranks of values from 1, in their order; equal values share the mean of their ranks.
pub fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for tied in order.chunk_by(|&a, &b| values[a].total_cmp(&values[b]).is_eq()) {
        let rank = before as f64 + f64::midpoint(1.0, tied.len() as f64);
        for &index in tied {
            ranks[index] = rank;
        }
        before += tied.len();
    }
    ranks
}

/// ICC(2,1) of a table with a row for each thing rated and a column for each rater, given row by row:
/// `(BMS - EMS) / (BMS + (k - 1) EMS + k (JMS - EMS) / n)` with the mean squares between things (BMS), between
/// raters (JMS) and of the rest (EMS).
pub fn icc(ratings: &[f64], raters: usize) -> Result<f64, Undefined> {
    let things = ratings.len() / raters;
    needs(LEAST_FOR_ICC, things)?;
    if is_constant(ratings.iter().copied()) {
        return Err(Undefined::BothConstant);
    }
    let (n, k) = (things as f64, raters as f64);
    let grand = ratings.iter().sum::<f64>() / (n * k);
    let squared = |sum: f64, of: f64| (sum / of - grand).powi(2);
    let total: f64 = ratings.iter().map(|rating| (rating - grand).powi(2)).sum();
    let between: f64 = ratings.chunks(raters).map(|row| k * squared(row.iter().sum(), k)).sum();
    let of_raters: f64 =
        (0..raters).map(|rater| n * squared(ratings.iter().skip(rater).step_by(raters).sum(), n)).sum();
    let between_mean = between / (n - 1.0);
    let raters_mean = of_raters / (k - 1.0);
    let rest_mean = (total - between - of_raters) / ((n - 1.0) * (k - 1.0));
    let all = between_mean + (k - 1.0) * rest_mean + k * (raters_mean - rest_mean) / n;
    Ok((between_mean - rest_mean) / all)
}

/// Steps that there are: a step is a `u8`.
const STEPS: usize = u8::MAX as usize + 1;

/// `(observed - expected) / (1 - expected)` with the share of equal steps, observed and expected by chance.
fn kappa(pairs: &[Pair]) -> Result<f64, Undefined> {
    needs(LEAST_FOR_KAPPA, pairs.len())?;
    let (mut human, mut ours, mut equal) = ([0u64; STEPS], [0u64; STEPS], 0u64);
    for pair in pairs {
        human[usize::from(pair.human_step)] += 1;
        ours[usize::from(pair.our_step)] += 1;
        equal += u64::from(apart(pair) == 0);
    }
    // Whole numbers up to the end, so that "all the same" is found exactly.
    let count = pairs.len() as u64;
    let by_chance: u64 = human.iter().zip(&ours).map(|(human, ours)| human * ours).sum();
    if by_chance == count * count {
        return Err(Undefined::BothConstant);
    }
    let (count, expected) = (count as f64, by_chance as f64 / (count * count) as f64);
    Ok((equal as f64 / count - expected) / (1.0 - expected))
}

/// `1 - observed / expected` with the mean squared distance in steps, observed and expected by chance.
///
/// By chance the two steps are independent, so that the mean of (a - b)^2 is that of a^2 and of b^2 less twice
/// the product of the means; no table of all pairs of steps is needed.
fn weighted_kappa(pairs: &[Pair]) -> Result<f64, Undefined> {
    needs(LEAST_FOR_KAPPA, pairs.len())?;
    let (mut observed, mut squares, mut human, mut ours) = (0u64, 0u64, 0u64, 0u64);
    for pair in pairs {
        let (a, b) = (u64::from(pair.human_step), u64::from(pair.our_step));
        observed += u64::from(apart(pair)).pow(2);
        squares += a * a + b * b;
        human += a;
        ours += b;
    }
    let count = pairs.len() as u64;
    // Both times the square of the count, to stay in whole numbers. The second is no less than 0: it is a sum
    // of squares over all pairs of steps.
    let expected = count * squares - 2 * human * ours;
    if expected == 0 {
        return Err(Undefined::BothConstant);
    }
    Ok(1.0 - (count * observed) as f64 / expected as f64)
}

#[cfg(test)]
#[path = "statistics_tests.rs"]
mod tests;
