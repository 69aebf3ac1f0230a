//! The statistics against the values that other programs and a published table give.
//!
//! Python 3.11.7 with scipy 1.17.1, scikit-learn 1.9.1, statsmodels 0.15.0 and pingouin 0.7.0 made the values:
//! `h` and `o` are the two lists, `L = list(range(5))`, and
//!
//! - r: `scipy.stats.pearsonr(h, o)[0]`; rho: `scipy.stats.spearmanr(h, o)[0]`
//! - ICC: `pingouin.intraclass_corr(d, targets='t', raters='r', ratings='s')`, row `ICC(A,1)`, where `d` is
//!   `pandas.DataFrame(dict(t=[*range(n)] * 2, r=['h'] * n + ['o'] * n, s=[*h, *o]))`
//! - MAE: `sklearn.metrics.mean_absolute_error(h, o)`; bias: `numpy.mean(o - h)`
//! - exact: `numpy.mean(h == o)`; within one: `numpy.mean(abs(h - o) <= 1)`
//! - kappa: `sklearn.metrics.cohen_kappa_score(h, o, labels=L)`, weighted with `weights='quadratic'`; the same
//!   as `statsmodels.stats.inter_rater.cohens_kappa(table, return_results=False)`, weighted with `wt='fc'`

use super::*;

const CLOSE: f64 = 1e-9;

fn levels(human: &[u8], ours: &[u8]) -> Vec<Pair> {
    let pair = |(&human, &ours): (&u8, &u8)| Pair {
        human: f64::from(human),
        ours: f64::from(ours),
        human_step: human,
        our_step: ours,
    };
    human.iter().zip(ours).map(pair).collect()
}

fn assert_close(name: &str, got: Result<f64, Undefined>, expected: Result<f64, Undefined>) {
    match (got, expected) {
        (Ok(got), Ok(expected)) => assert!((got - expected).abs() < CLOSE, "{name}: {got}, not {expected}"),
        (got, expected) => assert_eq!(got, expected, "{name}"),
    }
}

#[test]
fn levels_agree_as_the_reference_programs_say() {
    // r, rho, ICC, MAE, bias, exact, within one, kappa, weighted kappa
    type Row = (&'static str, &'static [u8], &'static [u8], [Result<f64, Undefined>; 9]);
    let constant = Err(Undefined::OursConstant);
    let table: [Row; 5] = [
        (
            "ties",
            &[0, 1, 1, 2, 3, 3, 4, 4, 4, 2],
            &[0, 1, 2, 2, 3, 4, 4, 3, 4, 1],
            [
                Ok(0.891_304_347_826_086_7),
                Ok(0.870_253_164_556_962),
                Ok(0.901_098_901_098_901),
                Ok(0.4),
                Ok(0.0),
                Ok(0.6),
                Ok(1.0),
                Ok(0.487_179_487_179_487_2),
                Ok(0.891_304_347_826_086_9),
            ],
        ),
        (
            "reversed",
            &[0, 1, 2, 3, 4],
            &[4, 3, 2, 1, 0],
            [
                Ok(-1.0),
                Ok(-1.0),
                Ok(-1.666_666_666_666_666_7),
                Ok(2.4),
                Ok(0.0),
                Ok(0.2),
                Ok(0.2),
                Ok(0.0),
                Ok(-1.0),
            ],
        ),
        (
            "perfect",
            &[0, 1, 2, 3, 4],
            &[0, 1, 2, 3, 4],
            [Ok(1.0), Ok(1.0), Ok(1.0), Ok(0.0), Ok(0.0), Ok(1.0), Ok(1.0), Ok(1.0), Ok(1.0)],
        ),
        (
            "one rater constant",
            &[0, 1, 2, 3, 4, 1],
            &[2, 2, 2, 2, 2, 2],
            [
                constant,
                constant,
                Ok(0.0),
                Ok(1.166_666_666_666_666_7),
                Ok(0.166_666_666_666_666_66),
                Ok(0.166_666_666_666_666_66),
                Ok(0.666_666_666_666_666_6),
                Ok(0.0),
                Ok(0.0),
            ],
        ),
        (
            "harsh",
            &[4, 4, 3, 4, 2, 3, 4, 1],
            &[2, 3, 1, 2, 0, 2, 3, 0],
            [
                Ok(0.894_606_568_732_135_2),
                Ok(0.874_651_819_933_764_3),
                Ok(0.489_051_094_890_510_96),
                Ok(1.5),
                Ok(-1.5),
                Ok(0.0),
                Ok(0.5),
                Ok(-0.142_857_142_857_142_8),
                Ok(0.455_782_312_925_17),
            ],
        ),
    ];
    for (name, human, ours, expected) in table {
        let pairs = levels(human, ours);
        for (statistic, expected) in Statistic::ALL.into_iter().zip(expected) {
            assert_close(&format!("{name}: {statistic:?}"), statistic.of(&pairs), expected);
        }
    }
}

/// `h=[82.5,40,61,61,95,12.5,70,70,33.3,55]; o=[75,52.1,61,48,88.8,30,71.5,49,20,55]`, as above.
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
fn scores_agree_as_the_reference_programs_say() {
    let pairs: Vec<Pair> =
        SCORES.map(|(human, ours)| Pair { human, ours, human_step: 0, our_step: 0 }).to_vec();
    for (statistic, expected) in [
        (Statistic::Pearson, 0.874_616_931_647_856_3),
        (Statistic::Spearman, 0.810_990_686_314_408_4),
        (Statistic::Icc, 0.866_919_063_371_385),
        (Statistic::MeanAbsoluteError, 9.21),
        (Statistic::Bias, -2.99),
    ] {
        let got = statistic.of(&pairs).unwrap();
        assert!((got - expected).abs() < CLOSE, "{statistic:?}: {got}");
    }
}

#[test]
fn the_published_table_of_shrout_and_fleiss_gives_its_icc() {
    // Shrout & Fleiss 1979, table 2: six targets, four judges; table 4 gives ICC(2,1) = .29.
    // pingouin, `ICC(A,1)`: 0.289764.
    let ratings: [[f64; 4]; 6] = [
        [9.0, 2.0, 5.0, 8.0],
        [6.0, 1.0, 3.0, 2.0],
        [8.0, 4.0, 6.0, 8.0],
        [7.0, 1.0, 2.0, 6.0],
        [10.0, 5.0, 6.0, 9.0],
        [6.0, 2.0, 4.0, 7.0],
    ];
    let icc = icc(ratings.as_flattened(), 4).unwrap();
    assert!((icc - 0.289_764).abs() < 1e-6, "{icc}");
}

#[test]
fn kappa_of_a_two_by_two_table() {
    // sklearn.metrics.cohen_kappa_score([0]*20+[0]*5+[1]*10+[1]*15, [0]*20+[1]*5+[0]*10+[1]*15) = 0.4
    let mut pairs = levels(&[0; 25], &[&[0; 20][..], &[1; 5]].concat());
    pairs.extend(levels(&[1; 25], &[&[0; 10][..], &[1; 15]].concat()));
    assert_close("kappa", Statistic::Kappa.of(&pairs), Ok(0.4));
}

#[test]
fn what_has_no_value_says_why() {
    use Statistic::{Bias, Exact, Icc, Kappa, MeanAbsoluteError, Pearson, Spearman, WeightedKappa};
    let too_few = |needs, has| Err(Undefined::TooFew { needs, has });
    for (statistic, human, ours, expected) in [
        (Pearson, &[][..], &[][..], too_few(3, 0)),
        (Pearson, &[0, 1], &[0, 1], too_few(3, 2)),
        (Spearman, &[0, 1], &[0, 1], too_few(3, 2)),
        (Pearson, &[3, 3, 3], &[0, 1, 2], Err(Undefined::HumanConstant)),
        (Spearman, &[0, 1, 2], &[3, 3, 3], Err(Undefined::OursConstant)),
        (Pearson, &[3, 3, 3], &[3, 3, 3], Err(Undefined::BothConstant)),
        (Icc, &[1], &[2], too_few(2, 1)),
        (Icc, &[3, 3], &[3, 3], Err(Undefined::BothConstant)),
        (Kappa, &[1], &[2], too_few(2, 1)),
        (Kappa, &[3, 3], &[3, 3], Err(Undefined::BothConstant)),
        (WeightedKappa, &[], &[], too_few(2, 0)),
        (WeightedKappa, &[3, 3], &[3, 3], Err(Undefined::BothConstant)),
        (MeanAbsoluteError, &[], &[], too_few(1, 0)),
        (Bias, &[], &[], too_few(1, 0)),
        (Exact, &[], &[], too_few(1, 0)),
        // Constant raters who differ never agree beyond chance: scikit-learn gives 0.0 too.
        (Kappa, &[3, 3], &[2, 2], Ok(0.0)),
    ] {
        assert_close(
            &format!("{statistic:?} {human:?} {ours:?}"),
            statistic.of(&levels(human, ours)),
            expected,
        );
    }
}

#[test]
fn equal_values_share_the_mean_of_their_ranks() {
    // scipy.stats.rankdata([3, 1, 3, 2, 3, 1])
    assert_eq!(mid_ranks(&[3.0, 1.0, 3.0, 2.0, 3.0, 1.0]), [5.0, 1.5, 5.0, 3.0, 5.0, 1.5]);
    assert!(mid_ranks(&[]).is_empty());
}
