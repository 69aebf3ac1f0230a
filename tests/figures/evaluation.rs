//! Metrics, cross-validation, judges, contamination.

use crate::sheet::{Sheet, about, margin, number, percent};

pub(crate) fn sheets() -> Vec<Sheet> {
    vec![
        data_contamination(),
        evaluating_generative_models(),
        k_fold_cross_validation(),
        llm_as_judge(),
        metrics_for_imbalanced_risk(),
    ]
}

fn data_contamination() -> Sheet {
    let (public, overlap) = (1_200.0, 240.0);
    let rest = public - overlap;
    assert!(((overlap * 0.98 + rest * 0.855) / public - 0.88_f64).abs() < 0.001, "98 and 85.5 make 88");
    let interval = 100.0 * margin(0.77, 300.0);
    let larger = 2_f64.sqrt() * 100.0 * margin(0.77, 2_000.0);
    Sheet::of(
        "data-contamination",
        [
            "1,200 questions model A scores 88 percent, model B 80",
            "300 new questions",
            "A scores 76 and B 78",
            "240 of the 1,200",
            "A scores 98, on the other 960 it scores 85.5",
            "A falls from 88 to 81 and B from 80 to 79",
            "20,000 questions",
        ],
    )
    .states("A loses {} points and B only {}.", [number(88.0 - 76.0, 0), number(80.0 - 78.0, 0)])
    .states(
        "A loses {} points on the new questions and B only {}, so some {} points",
        [number(88.0 - 76.0, 0), number(80.0 - 78.0, 0), number((88.0 - 76.0) - (80.0 - 78.0), 0)],
    )
    .states("A loses {} points on new questions and B {}", [number(88.0 - 76.0, 0), number(80.0 - 78.0, 0)])
    .states("A loses {} points where B loses {}", [number(88.0 - 76.0, 0), number(80.0 - 78.0, 0)])
    .states("about {} points of A's score", [number((88.0 - 76.0) - (80.0 - 78.0), 0)])
    .states("costs A {} points and B {}", [number(88.0 - 81.0, 0), number(80.0 - 79.0, 0)])
    .states("the {} questions without", [number(rest, 0)])
    .states("uncertainty of about {} points", [number(interval, 0)])
    .states("a difference of about {} points becomes visible", [number(larger, 0)])
    .states("still loses {} points", [number(85.5 - 76.0, 1)])
    .states("It has {} points less", [number(85.5 - 76.0, 1)])
    .states(
        "{} against {} points; 98 on the overlap; {} not clean",
        [number(88.0 - 76.0, 0), number(80.0 - 78.0, 0), number(rest, 0)],
    )
    // how many new questions the candidate wants
    .free(["1,000", "2,000"])
}

fn evaluating_generative_models() -> Sheet {
    Sheet::of(
        "evaluating-generative-models",
        ["200 transcripts", "from 0.41 to 0.47", "from 0.12 to 0.10", "in 62 percent", "40 percent longer"],
    )
    // the sample that the candidate takes, a published rate of agreement, a temperature
    .free(["100", "80", "0"])
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0)).sqrt()
}

fn k_fold_cross_validation() -> Sheet {
    let (a, b) = ([0.81, 0.84, 0.79, 0.86, 0.80], [0.83, 0.85, 0.80, 0.87, 0.83]);
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| b - a).collect();
    let gap = mean(&differences);
    let plain = gap / (deviation(&differences) / 5_f64.sqrt());
    // Nadeau and Bengio 2003: 1/k becomes 1/k plus test share over training share
    let corrected = gap / (deviation(&differences) * f64::sqrt(1.0 / 5.0 + 0.2 / 0.8));
    let quantile = 2.776; // of the t distribution with 4 degrees of freedom at 97.5 percent
    assert!(corrected < quantile && quantile < plain, "just short of the usual 5 percent level");
    let (fits, nested) = (40.0 * 5.0, 5.0 * (40.0 * 5.0) + 5.0);
    let least = differences.iter().copied().fold(f64::INFINITY, f64::min);
    let most = differences.iter().copied().fold(0.0, f64::max);
    Sheet::of(
        "k-fold-cross-validation",
        [
            "3,000 scans from 1,200 patients",
            "15 percent",
            "40 hyperparameter settings with 5-fold",
            "two minutes",
            "best 50 of 2,000",
            "0.81, 0.84, 0.79, 0.86 and 0.80",
            "0.83, 0.85, 0.80, 0.87 and 0.83",
        ],
    )
    .states(
        "{} settings times {} folds are {} fits, so {} minutes",
        [number(40.0, 0), number(5.0, 0), number(fits, 0), number(fits * 2.0, 0)],
    )
    .states("settings need {} fits", [number(fits, 0)])
    .states("mean of the scores; {} fits", [number(fits, 0)])
    .states("with 5 folds on {} percent", [percent(0.8, 0)])
    .states(
        "five times {} fits plus five refits, so {} fits or about {} and a half hours",
        [number(fits, 0), number(nested, 0), number((nested * 2.0 / 60.0).floor(), 0)],
    )
    .states(
        "need about {} fits, some {} hours",
        [about(nested, 100.0), number((nested * 2.0 / 60.0).floor(), 0)],
    )
    .states("about {} fits", [about(nested, 100.0)])
    .states(
        "A has a mean of {} and B a mean of {}, a difference of {}",
        [number(mean(&a), 2), number(mean(&b), 3), number(gap, 3)],
    )
    .states("A has a mean AUC of {} and B a mean of {}", [number(mean(&a), 2), number(mean(&b), 3)])
    .states("means {} and {}", [number(mean(&a), 2), number(mean(&b), 3)])
    .states("in all five, by {} to {}", [number(least, 2), number(most, 2)])
    .states("gives a t of {}", [number(plain, 1)])
    .states("Bengio it is about {}", [number(corrected, 1)])
    .states(
        "{} is small next to the spread between the folds, which is about {}",
        [number(gap, 3), number(f64::midpoint(deviation(&a), deviation(&b)), 2)],
    )
    .states(
        "The difference of {} is small next to the spread between the folds, about {}",
        [number(gap, 3), number(f64::midpoint(deviation(&a), deviation(&b)), 2)],
    )
    // the usual numbers of folds
    .free(["10"])
}

fn llm_as_judge() -> Sheet {
    let (wins, losses, first, second) = (175.0, 125.0, 150.0, 50.0);
    let flips: f64 = (first + second) / 500.0;
    let share: f64 = wins / (wins + losses);
    let even: f64 = 41.0 / 80.0;
    let observed: f64 = (150.0 + 20.0) / 200.0;
    let (judge, expert) = (170.0 / 200.0, 160.0 / 200.0);
    let chance = judge * expert + (1.0 - judge) * (1.0 - expert);
    let kappa = (observed - chance) / (1.0 - chance);
    let (right, wrong) = (150.0 / 160.0, 20.0 / 40.0);
    let truth = (0.78 - wrong) / (right - wrong);
    let low = |share: f64, count| percent(share - margin(share, count), 0);
    let high = |share: f64, count| percent(share + margin(share, count), 0);
    Sheet::of("llm-as-judge", [
        "500 customer questions",
        "175 times, the old one 125 times. In 150 pairs the judge picks whichever answer comes first, in 50",
        "Of the 300 pairs",
        "80 have answers of about equal length; there the new version wins 41",
        "Of 200 answers, an expert passed 160 and failed 40. The judge passed 150 of those 160 and 20 of those 40",
        "kappa of 0.72",
        "passed 78 percent",
        "costs 2 cents; an expert needs 3 minutes",
    ])
    .states("in {} of the 500 pairs, that is {} percent", [number(first + second, 0), percent(flips, 0)])
    .states("it would have won {} percent", [percent((wins + first) / 500.0, 0)])
    .states("175 wins out of {}, or {} percent, with an interval of about {} to {}", [
        number(wins + losses, 0),
        percent(share, 0),
        low(share, 300.0),
        high(share, 300.0),
    ])
    .states("175 of {} is given as {} percent", [number(wins + losses, 0), percent(share, 0)])
    .states("{} percent flips; lean to the first; both orders with flips as ties; {} percent", [
        percent(flips, 0),
        percent(share, 0),
    ])
    .states("the interval is {} to {} percent", [low(even, 80.0), high(even, 80.0)])
    .states("agree on {} of 200 answers, {} percent", [number(170.0, 0), percent(observed, 0)])
    .states("already reach {}", [percent(expert, 0)])
    .states("judge passes {} percent and the expert {}, so the expected agreement is {}, and kappa is about {}", [
        percent(judge, 0),
        percent(expert, 0),
        number(chance, 2),
        number(kappa, 2),
    ])
    .states("the expected agreement is {}, so kappa is about {}", [number(chance, 2), number(kappa, 2)])
    .states("{} against {} for always passing; kappa {}", [
        percent(observed, 0),
        percent(expert, 0),
        number(kappa, 2),
    ])
    .states("kappa corrected for chance is about {}", [number(kappa, 2)])
    .states("Kappa is {}", [number(kappa, 2)])
    .states("Raw agreement is {} percent", [percent(observed, 0)])
    .states("It passes {} percent of the answers that are right and {} percent", [
        percent(right, 0),
        percent(wrong, 0),
    ])
    .states("{} minus {}, divided by {} minus {}, which is about {} percent", [
        number(0.78, 2),
        number(wrong, 1),
        number(right, 2),
        number(wrong, 1),
        percent(truth, 0),
    ])
    .states("true pass rate is about {} percent", [percent(truth, 0)])
    .states("true rate about {}", [percent(truth, 0)])
    .states("{} judge calls for the 500 pairs are {} dollars, while an expert would need {} hours", [
        number(1_000.0, 0),
        number(1_000.0 * 0.02, 0),
        number(500.0 * 3.0 / 60.0, 0),
    ])
    .states("would need {} hours for all pairs", [number(500.0 * 3.0 / 60.0, 0)])
    .states("is corrected to about {}", [percent(truth, 0)])
    .states("saying pass gives {} percent", [percent(expert, 0)])
    .free(["0"])
}

fn metrics_for_imbalanced_risk() -> Sheet {
    let (all, frauds) = (100_000.0, 1_000.0);
    let honest = all - frauds;
    let precision = |hits: f64, false_alarms: f64| hits / (hits + false_alarms);
    let recall = |hits: f64| hits / frauds;
    let accuracy = |hits: f64, false_alarms: f64| (hits + honest - false_alarms) / all;
    let f1 = |hits: f64, false_alarms: f64| 2.0 * hits / (hits + false_alarms + frauds);
    let reviews = |hits: f64, false_alarms: f64| 20.0 * (hits + false_alarms);
    let missed = |hits: f64| 500.0 * (frauds - hits);
    let (a, b) = ((700.0, 2_800.0), (600.0, 900.0));
    let cost = |(hits, alarms): (f64, f64)| reviews(hits, alarms) + missed(hits);
    let bill = |model: (f64, f64)| {
        [number(cost(model), 0), number(reviews(model.0, model.1), 0), number(missed(model.0), 0)]
    };
    let rates =
        [precision(a.0, a.1), recall(a.0), precision(b.0, b.1), recall(b.0)].map(|rate| percent(rate, 0));
    let accuracies = [accuracy(a.0, a.1), accuracy(b.0, b.1)].map(|share| percent(share, 1));
    let interval = [percent(recall(a.0), 0), number(100.0 * margin(recall(a.0), frauds), 0)];
    let threshold = 20.0 / 500.0;
    let balanced = recall(a.0) / (recall(a.0) + a.1 / honest);
    Sheet::of(
        "metrics-for-imbalanced-risk",
        [
            "100,000 payments, of which 1,000 are fraudulent",
            "flags 700 of the frauds and 2,800 honest payments",
            "flags 600 of the frauds and 900 honest payments",
            "costs 20 dollars",
            "costs 500 dollars",
            "at most 4,000 payments",
        ],
    )
    .states(
        "Model A flags {} payments, of which 700 are fraud. So model A has a precision of {} percent",
        [number(a.0 + a.1, 0), percent(precision(a.0, a.1), 0)],
    )
    .states("Model A has a recall of {} percent", [percent(recall(a.0), 0)])
    .states(
        "Model B flags {} payments, 600 of them fraud, so model B has a precision of {} percent",
        [number(b.0 + b.1, 0), percent(precision(b.0, b.1), 0)],
    )
    .states("Model B has a recall of {} percent", [percent(recall(b.0), 0)])
    .states(
        "Model A has a precision of {} percent, because 700 of its {} flags",
        [percent(precision(a.0, a.1), 0), number(a.0 + a.1, 0)],
    )
    .states(
        "Model B has a precision of {} percent, because 600 of its {} flags",
        [percent(precision(b.0, b.1), 0), number(b.0 + b.1, 0)],
    )
    .states("A precision {} %, A recall {} %, B precision {} %, B recall {} %", rates.clone())
    .states("A has precision {} % and recall {} %, B has precision {} % and recall {} %", rates.clone())
    .states("is right on {} percent of the payments", [percent(honest / all, 0)])
    .states("flags nothing is {} percent accurate", [percent(honest / all, 0)])
    .states("flags nothing reaches {} percent", [percent(honest / all, 0)])
    .states("Model A has an accuracy of {} percent and model B {}", accuracies.clone())
    .states("Both models, at {} and {} percent", accuracies.clone())
    .states("divides by {} honest payments", [number(honest, 0)])
    .states("{} percent looks low for model A", [percent(a.1 / honest, 1)])
    .states("the share of fraud, here {} percent", [percent(frauds / all, 0)])
    .states(
        "Model A costs {} dollars: {} for {} reviews and {} for {} missed frauds",
        [
            number(cost(a), 0),
            number(reviews(a.0, a.1), 0),
            number(a.0 + a.1, 0),
            number(missed(a.0), 0),
            number(frauds - a.0, 0),
        ],
    )
    .states(
        "Model B costs {} dollars: {} for reviews and {} for {} missed frauds",
        [number(cost(b), 0), number(reviews(b.0, b.1), 0), number(missed(b.0), 0), number(frauds - b.0, 0)],
    )
    .states("Model A costs {} dollars: {} for reviews and {} for missed fraud", bill(a))
    .states("Model B costs {} dollars: {} for reviews and {} for missed fraud", bill(b))
    .states("A is cheaper by {}", [number(cost(b) - cost(a), 0)])
    .states("F1 prefers model B, {} against {}", [number(f1(b.0, b.1), 2), number(f1(a.0, a.1), 2)])
    .states("Doing nothing would cost {}", [number(missed(0.0), 0)])
    .states(
        "{} for A; {} for B; F1 points the other way; review above {} % probability",
        [number(cost(a), 0), number(cost(b), 0), percent(threshold, 0)],
    )
    .states("A costs {}, B costs {}", [number(cost(a), 0), number(cost(b), 0)])
    .states("above a probability of {} percent", [percent(threshold, 0)])
    .states("above a probability of {} %", [percent(threshold, 0)])
    .states("20 divided by 500, which is {} percent", [percent(threshold, 0)])
    .states("so above {} percent", [percent(threshold, 0)])
    .states("the best threshold is near {} percent", [percent(threshold, 0)])
    .states("costs {} times as much as a review", [number(500.0 / 20.0, 0)])
    .states(
        "a recall of {} percent has a 95 percent interval of about plus or minus {} points",
        interval.clone(),
    )
    .states("a recall of {} percent has an interval of about plus or minus {} points", interval.clone())
    .states("an interval of about {} points on the recall", [number(100.0 * margin(recall(a.0), frauds), 0)])
    .states("the precision of model A would be about {} percent", [percent(balanced, 0)])
    .states("natural share of {} percent fraud", [percent(frauds / all, 0)])
    .free(["0.5", "50", "95"])
}
