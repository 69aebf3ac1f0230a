//! Classical machine learning: ensembles, regularization, components, networks, generalisation.

use crate::sheet::{Sheet, number, percent};

pub(crate) fn sheets() -> Vec<Sheet> {
    vec![
        activations_cv_vision_sorting(),
        bagging_vs_boosting(),
        core_ml_fundamentals(),
        overfitting_and_regularization(),
        pca_and_shap(),
    ]
}

fn activations_cv_vision_sorting() -> Sheet {
    let (convolution, dense) = (3.0 * 3.0 * 3.0 * 64.0, 224.0 * 224.0 * 3.0 * 64.0);
    let patches = f64::powi(224.0 / 16.0, 2);
    let comparisons = (1..=10).map(|k| f64::from(k).log2()).sum::<f64>().ceil();
    assert!((0.9e-6..1.1e-6).contains(&0.25_f64.powi(10)), "about one in a million");
    Sheet::of(
        "activations-cv-vision-sorting",
        [
            "at most 0.25",
            "ten sigmoid layers",
            "1,000 X-ray images of 200 patients",
            "five-fold",
            "224 by 224 pixels",
            "3 by 3 convolution from 3 to 64 channels",
            "from the image to 64 units",
        ],
    )
    .states("folds, {} each", [number(200.0 / 5.0, 0)])
    .states(
        "3 times 3 times 3 times 64, so {} weights, and {} parameters with the biases",
        [number(convolution, 0), number(convolution + 64.0, 0)],
    )
    .states(
        "channels has {} weights, or {} parameters",
        [number(convolution, 0), number(convolution + 64.0, 0)],
    )
    .states(
        "shared filter; {} weights ({} with biases); about {} million",
        [number(convolution, 0), number(convolution + 64.0, 0), number(dense / 1e6, 1)],
    )
    .states(
        "{} weights or {} parameters, about {} million",
        [number(convolution, 0), number(convolution + 64.0, 0), number(dense / 1e6, 1)],
    )
    .states("The image has {} values", [number(224.0 * 224.0 * 3.0, 0)])
    .states("dense layer has about {} million weights", [number(dense / 1e6, 1)])
    .states("here that makes {} tokens", [number(patches, 0)])
    .states("for ten items at least {}", [number(comparisons, 0)])
    // the range of a sigmoid, and the side of a patch
    .free(["0", "1", "16"])
}

fn bagging_vs_boosting() -> Sheet {
    let (claims, frauds): (f64, f64) = (200_000.0, 2_000.0);
    let honest = claims - frauds;
    let weight = honest / frauds;
    let drawn = 500.0 * 2_000.0 / honest;
    let left_out = f64::exp(-1.0);
    let truth = 1.0 / (1.0 + weight);
    assert!((drawn - 5.0).abs() < 0.1, "about five times in all");
    Sheet::of("bagging-vs-boosting", ["200,000 claims", "2,000 of them, 1 percent", "1,000 claims"])
        .states("{} to 2,000, which is {}", [number(honest, 0), number(weight, 0)])
        .states("{} divided by 2,000, which is {}", [number(honest, 0), number(weight, 0)])
        .states("multiplies the odds by {}", [number(weight, 0)])
        .states("weight of {}", [number(weight, 0)])
        .states("become 1 to {}", [number(weight, 0)])
        .states("weights fraud by {}", [number(weight, 0)])
        .states("a true probability of about {} percent", [percent(truth, 0)])
        .states("0.5 means about {} %", [percent(truth, 0)])
        .states("0.5 then means about {} %", [percent(truth, 0)])
        .states("0.5 stands for about {} percent", [percent(truth, 0)])
        .states("0.5 means only about {} percent", [percent(truth, 0)])
        .states("about {} percent for each tree", [percent(left_out, 0)])
        .states("honest claims are {} of 100", [number(100.0 - 1.0, 0)])
        .free(["500"])
}

fn core_ml_fundamentals() -> Sheet {
    let (training, validation): (f64, f64) = (0.998, 0.962);
    let failures = 0.04;
    Sheet::of(
        "core-ml-fundamentals",
        [
            "1,000 machines",
            "50 weeks of data, so 50,000 rows, and 4 percent",
            "40,000 for training and 10,000 for validation",
            "99.8 percent on the training rows and 96.2 percent",
        ],
    )
    .states(
        "the error is {} percent on training rows and {} percent",
        [percent(1.0 - training, 1), percent(1.0 - validation, 1)],
    )
    .states("is right in {} percent of the rows", [percent(1.0 - failures, 0)])
    .states("is right in {} percent, a simple model", [percent(1.0 - failures, 0)])
    .states("{} percent without any model", [percent(1.0 - failures, 0)])
    .states(
        "{} errors instead of {} in 10,000 rows",
        [number((1.0 - validation) * 10_000.0, 0), number(failures * 10_000.0, 0)],
    )
    .states("only {} points above", [percent(validation - (1.0 - failures), 1)])
}

fn overfitting_and_regularization() -> Sheet {
    let lambda = 1.0;
    let l1 = |a: f64| (a - lambda).max(0.0);
    let l2 = |a: f64| a / (1.0 + lambda);
    // the closed forms give the lowest loss of a fine grid
    for a in [3.0, 0.8] {
        let loss = |w: f64| (w - a) * (w - a) / 2.0;
        let best = |penalty: &dyn Fn(f64) -> f64| {
            let grid = (-5_000..=5_000).map(|at| f64::from(at) / 1_000.0);
            grid.min_by(|v, w| (loss(*v) + penalty(*v)).total_cmp(&(loss(*w) + penalty(*w)))).unwrap()
        };
        assert!((best(&|w| lambda * w.abs()) - l1(a)).abs() < 1e-9);
        assert!((best(&|w| lambda / 2.0 * w * w) - l2(a)).abs() < 1e-9);
    }
    Sheet::of(
        "overfitting-and-regularization",
        [
            "400 features on 600 customers",
            "99 percent, validation accuracy is 71 percent",
            "one half times (w - a) squared",
            "lambda times |w|, the L2 penalty is lambda/2 times w squared, and lambda is 1",
            "a = 3, and which for a = 0.8",
        ],
    )
    .states(
        "For a of 3, L1 gives a weight of {}. For a of 0.8, L1 gives a weight of exactly {}",
        [number(l1(3.0), 0), number(l1(0.8), 0)],
    )
    .states(
        "a of 3, L2 gives a weight of {}, and for a of 0.8, L2 gives a weight of {}",
        [number(l2(3.0), 1), number(l2(0.8), 1)],
    )
    .states("For a of 3, the best weight under L1 is {}", [number(l1(3.0), 0)])
    .states("For a of 0.8, the best weight under L1 is exactly {}", [number(l1(0.8), 0)])
    .states("For a of 3, the best weight under L2 is {}", [number(l2(3.0), 1)])
    .states("For a of 0.8, the best weight under L2 is {}", [number(l2(0.8), 1)])
    .states(
        "L1 gives {} and {}, L2 gives {} and {}",
        [number(l1(3.0), 0), number(l1(0.8), 0), number(l2(3.0), 1), number(l2(0.8), 1)],
    )
    .states(
        "L1 gives {} for a = 3 and {} for a = 0.8, L2 gives {} and {}",
        [number(l1(3.0), 0), number(l1(0.8), 0), number(l2(3.0), 1), number(l2(0.8), 1)],
    )
    .states("For a of 0.8, L2 leaves a weight of {}", [number(l2(0.8), 1)])
    // the ends of the grid for lambda
    .free(["0.001", "100"])
}

fn pca_and_shap() -> Sheet {
    let correlation = 0.8;
    let (first, second) = (1.0 + correlation, 1.0 - correlation);
    let (average, utilisation, late, both) = (8.0, 14.0, 11.0, 20.0);
    let shap = |alone: f64, other: f64| f64::midpoint(alone - average, both - other);
    let (of_utilisation, of_late) = (shap(utilisation, late), shap(late, utilisation));
    Sheet::of("pca-and-shap", [
        "60 numeric features",
        "correlation of 0.8",
        "predicts 8 percent on average",
        "is 14 percent if we know only the utilisation, 11 percent if we know only the late payments, and 20 percent",
    ])
    .states("eigenvalues are {} and {}, so the first component explains {} percent of the variance and the second {}", [
        number(first, 1),
        number(second, 1),
        percent(first / 2.0, 0),
        percent(second / 2.0, 0),
    ])
    .states("The first component explains {} percent of the variance and the second {} percent", [
        percent(first / 2.0, 0),
        percent(second / 2.0, 0),
    ])
    .states("{} and {} percent; {} points; {} points", [
        percent(first / 2.0, 0),
        percent(second / 2.0, 0),
        number(of_utilisation, 1),
        number(of_late, 1),
    ])
    .states("shares of {} and {} percent, {} points for utilisation and {} points", [
        percent(first / 2.0, 0),
        percent(second / 2.0, 0),
        number(of_utilisation, 1),
        number(of_late, 1),
    ])
    .states("first, it adds {}; if it comes second, it adds {} minus {}, which is {}. The mean is {}, so the SHAP value of utilisation is {} points", [
        number(utilisation - average, 0),
        number(both, 0),
        number(late, 0),
        number(both - late, 0),
        number(of_utilisation, 1),
        number(of_utilisation, 1),
    ])
    .states("Late payments add {} or {}, so the SHAP value of late payments is {} points", [
        number(late - average, 0),
        number(both - utilisation, 0),
        number(of_late, 1),
    ])
    .states("{} plus {} plus {} is {}", [
        number(average, 0),
        number(of_utilisation, 1),
        number(of_late, 1),
        number(both, 0),
    ])
    .states("The SHAP value of utilisation is {}", [number(of_utilisation, 1)])
    .states("The SHAP value of late payments is {}", [number(of_late, 1)])
    .states("of this applicant by {} points", [number(of_utilisation, 1)])
    // the range of a ratio
    .free(["0", "1"])
}
