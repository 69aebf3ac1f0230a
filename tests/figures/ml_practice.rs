//! Machine learning in a product: ranking, classifiers, targeting, features.

use crate::sheet::{Sheet, cents, margin, number, percent};

pub(crate) fn sheets() -> Vec<Sheet> {
    vec![
        ads_ranking(),
        build_and_evaluate_a_classifier(),
        cost_sensitive_classifier(),
        ctr_modeling(),
        uplift_model(),
        zip_features_and_missingness(),
    ]
}

fn ads_ranking() -> Sheet {
    let (a, b) = (2.00 * 0.01, 0.50 * 0.05);
    let price = a / 0.05;
    let truth = 0.1 / (0.1 + 10.0 * 0.9);
    let rate = 0.012;
    let change = 0.02 * rate;
    let sample = 16.0 * rate * (1.0 - rate) / (change * change);
    Sheet::of("ads-ranking", [
        "2 million active ads and 20,000 requests a second",
        "at most 100 milliseconds",
        "1.2 percent of the impressions",
        "bids 2.00 euros and has a predicted click-through rate of 1 percent, ad B bids 0.50 euros and has 5 percent",
        "one in ten of the other impressions, and the model says 10 percent",
        "relative change of 2 percent",
    ])
    .states("ad A is worth {} euros and ad B {} euros", [number(1_000.0 * a, 0), number(1_000.0 * b, 0)])
    .states("{} against {} euros", [number(1_000.0 * b, 0), number(1_000.0 * a, 0)])
    .states("ad B pays {} euros per click", [number(price, 2)])
    .states("price of {} euros", [number(price, 2)])
    .states("ad A's value of {} euros", [number(a, 2)])
    .states("10 percent then means about {} percent", [percent(truth, 1)])
    .states("{} divided by the sum of {} and ten times {}", [number(0.1, 1), number(0.1, 1), number(0.9, 1)])
    .states("a prediction of 10 percent means about {} percent", [percent(truth, 1)])
    .states("10 percent corrected to about {} percent", [percent(truth, 1)])
    .states("{} percent after correction", [percent(truth, 1)])
    .states("a change of {} points", [percent(change, 3)])
    .states("gives about {} million impressions", [number(sample / 1e6, 1)])
    .states("Each arm needs about {} million impressions", [number(sample / 1e6, 1)])
    .states("clicks; {} million impressions", [number(sample / 1e6, 1)])
    .states("clicks, about {} million impressions", [number(sample / 1e6, 1)])
    .states("{} times p times 1 minus p", [number(16.0, 0)])
    // how the candidate divides the milliseconds
    .free(["40"])
}

fn build_and_evaluate_a_classifier() -> Sheet {
    let (reviews, share): (f64, f64) = (20_000.0, 0.03);
    let (read, written) = (reviews * 400.0, reviews * 10.0);
    let cost = read / 1e6 * 1.0 + written / 1e6 * 4.0;
    let positives = 6_000.0 * share;
    let tested = positives / 5.0;
    let daily = reviews * share;
    Sheet::of("build-and-evaluate-a-classifier", [
        "20,000 product reviews a day",
        "About 3 percent",
        "1,000 reviews a day",
        "6,000 reviews",
        "disagree on 8 percent",
        "1 dollar per million input tokens and 4 dollars per million output tokens",
        "400 tokens in and 10 tokens out",
    ])
    .states("hold only about {} dangerous", [number(positives, 0)])
    .states("reads; labelling guide; disputed labels settled; about {} positives", [number(positives, 0)])
    .states("about {} positives as too few", [number(positives, 0)])
    .states("are {} million input tokens, so {} dollars, and {} output tokens, {} cents: {} dollars a day", [
        number(read / 1e6, 0),
        number(read / 1e6, 0),
        number(written, 0),
        cents(written / 1e6 * 4.0, 0),
        number(cost, 2),
    ])
    .states("take {} million input tokens, so the language model costs {} dollars a day", [
        number(read / 1e6, 0),
        number(cost, 2),
    ])
    .states("cost of {} dollars a day", [number(cost, 2)])
    .states("prompted language model; {} dollars a day", [number(cost, 2)])
    .states("{} million input tokens a day cost {} dollars", [number(read / 1e6, 0), number(read / 1e6, 0)])
    .states("would be {} percent accurate", [percent(1.0 - share, 0)])
    .states("would already be {} percent accurate", [percent(1.0 - share, 0)])
    .states("is {} percent accurate and useless", [percent(1.0 - share, 0)])
    .states("{} % for flagging nothing", [percent(1.0 - share, 0)])
    .states("{} % accuracy for flagging nothing", [percent(1.0 - share, 0)])
    .states("about {} dangerous reviews a day", [number(daily, 0)])
    .states("With {} dangerous reviews a day and 1,000 reads, precision can be at most {} percent", [
        number(daily, 0),
        percent(daily / 1_000.0, 0),
    ])
    .states("the precision can be at most {} percent", [percent(daily / 1_000.0, 0)])
    .states("precision of at most {} %", [percent(daily / 1_000.0, 0)])
    .states("at most {} % precision", [percent(daily / 1_000.0, 0)])
    .states("has only about {} dangerous reviews. A recall of {} percent then has an interval of plus or minus {} points", [
        number(tested, 0),
        percent(0.9, 0),
        number(100.0 * margin(0.9, tested), 0),
    ])
    .states("only {} dangerous reviews in the test set, a recall of 90 percent is uncertain by {} points", [
        number(tested, 0),
        number(100.0 * margin(0.9, tested), 0),
    ])
    .states("interval of {} points", [number(100.0 * margin(0.9, tested), 0)])
    .states("interval of about {} points", [number(100.0 * margin(0.9, tested), 0)])
    .states("{} percent agreement sounds high", [percent(1.0 - 0.08, 0)])
}

fn cost_sensitive_classifier() -> Sheet {
    let (default, refusal) = (5_000.0, 500.0);
    let threshold = refusal / (default + refusal);
    let cost = |defaults: f64, good: f64| (800.0 - defaults) * default + good * refusal;
    let costs = [cost(160.0, 90.0), cost(380.0, 600.0), cost(560.0, 1_900.0), cost(720.0, 4_800.0)];
    let [half, fifth, ninth, least] = costs;
    let everyone = 800.0 * default;
    let million = |dollars: f64, decimals| number(dollars / 1e6, decimals);
    assert!(costs.iter().all(|cost| *cost >= ninth), "0.09 is the cheapest");
    Sheet::of("cost-sensitive-classifier", [
        "loses 5,000 dollars",
        "loses 500 dollars of profit",
        "10,000 held-out loans, of which 800 defaulted",
        "at 0.5, 160 defaults and 90 good customers are refused; at 0.2, 380 and 600; at 0.09, 560 and 1,900; at 0.03, 720 and 4,800",
    ])
    .states("equal at 500 divided by {}, so the best threshold is about {} percent", [
        number(default + refusal, 0),
        percent(threshold, 1),
    ])
    .states("500 divided by {}, which is about {} percent", [
        number(default + refusal, 0),
        percent(threshold, 1),
    ])
    .states("500 divided by {}, so about {} percent", [number(default + refusal, 0), percent(threshold, 0)])
    .states("500/{} or {} %", [number(default + refusal, 0), percent(threshold, 1)])
    .states("compares expected costs; {} %", [percent(threshold, 1)])
    .states("they meet at {} percent", [percent(threshold, 1)])
    .states("and use {} percent", [percent(threshold, 1)])
    .states("approve {} defaults, so {} million, plus {} for 90 good customers: {} million", [
        number(800.0 - 160.0, 0),
        million(640.0 * default, 1),
        number(90.0 * refusal, 0),
        million(half, 3),
    ])
    .states("At 0.2 the cost is {} million plus {}, so {} million", [
        million((800.0 - 380.0) * default, 1),
        number(600.0 * refusal, 0),
        million(fifth, 1),
    ])
    .states("At 0.09 it is {} million plus {}, so {} million", [
        million((800.0 - 560.0) * default, 1),
        number(1_900.0 * refusal, 0),
        million(ninth, 2),
    ])
    .states("At 0.03 it is {} plus {} million, so {} million", [
        number((800.0 - 720.0) * default, 0),
        million(4_800.0 * refusal, 1),
        million(least, 1),
    ])
    .states("costs 800 times 5,000, so {} million", [million(everyone, 0)])
    .states("we save {} million, or {} percent", [
        million(everyone - ninth, 2),
        percent((everyone - ninth) / everyone, 0),
    ])
    .states("we save {} million dollars, or {} percent", [
        million(everyone - ninth, 2),
        percent((everyone - ninth) / everyone, 0),
    ])
    .states("{} million at 0.5; {} million at 0.09; {} million for approving all; saving of {} million", [
        million(half, 3),
        million(ninth, 2),
        million(everyone, 0),
        million(everyone - ninth, 2),
    ])
    .states("{} million at 0.5, {} million at 0.09 as the lowest, {} million for approving everyone, and a saving of {} million or {} %", [
        million(half, 3),
        million(ninth, 2),
        million(everyone, 0),
        million(everyone - ninth, 2),
        percent((everyone - ninth) / everyone, 0),
    ])
    .states("threshold of 0.5 the total cost is {} million", [million(half, 3)])
    .states("threshold of 0.09 the total cost is {} million", [million(ninth, 2)])
    .states("at 0.5 the cost is {} million higher", [million(half - ninth, 1)])
    .states("approve {} defaults, which costs {} million", [number(800.0 - 160.0, 0), million(half, 3)])
    .states("a weight of {}", [number(default / refusal, 0)])
    .states("5,000/{} or {} percent", [
        number(default + refusal, 0),
        percent(default / (default + refusal), 0),
    ])
    .states("round you get {} percent", [percent(default / (default + refusal), 0)])
    .states("at least {} percent", [percent(default / (default + refusal), 0)])
    .states("output of 0.5 already stands for {} percent", [percent(1.0 / (1.0 + 10.0), 0)])
    // other costs to try, and the one in (1 - p)
    .free(["3,000", "8,000", "1"])
}

fn ctr_modeling() -> Sheet {
    let (impressions, rate, kept) = (50e6, 0.008_f64, 0.05);
    let (clicks, others) = (impressions * rate, impressions * (1.0 - rate));
    let truth = |q: f64| q / (q + (1.0 - q) / kept);
    let baseline = -(rate * rate.ln() + (1.0 - rate) * (1.0 - rate).ln());
    assert!(0.5 < 2.0 * 0.3 && truth(0.5) > 2.0 * truth(0.3), "the order turns round");
    Sheet::of(
        "ctr-modeling",
        [
            "50 million impressions a day, of which 0.8 percent",
            "200 candidate ads within 20 milliseconds",
            "only 5 percent of the impressions without a click",
            "an output of 0.2",
        ],
    )
    .states(
        "A day has {} clicks and {} million other impressions, of which 5 percent, {} million, are kept",
        [number(clicks, 0), number(others / 1e6, 1), number(others * kept / 1e6, 2)],
    )
    .states(
        "{} percent of the thinned log instead of {}",
        [percent(clicks / (clicks + others * kept), 1), percent(rate, 1)],
    )
    .states("where w is {}", [number(kept, 2)])
    .states("w = {}", [number(kept, 2)])
    .states("therefore stands for a click rate of about {} percent", [percent(truth(0.2), 1)])
    .states("An output of 0.2 stands for a true click rate of about {} percent", [percent(truth(0.2), 1)])
    .states("An output of 0.2 stands for about {} percent", [percent(truth(0.2), 1)])
    .states("0.2 means about {} %", [percent(truth(0.2), 1)])
    .states("{} % for an output of 0.2", [percent(truth(0.2), 1)])
    .states("weight of {}", [number(1.0 / kept, 0)])
    .states("weights of {}", [number(1.0 / kept, 0)])
    .states(
        "a bid of {} with an output of {}, and a bid of {} with {}",
        [number(1.0, 0), number(0.5, 1), number(2.0, 0), number(0.3, 1)],
    )
    .states("true rates, {} and {} percent", [percent(truth(0.5), 1), percent(truth(0.3), 1)])
    .states("log loss of {} nats", [number(baseline, 4)])
    .states("no click every time is {} percent right", [percent(1.0 - rate, 1)])
    .states("no click is {} % right", [percent(1.0 - rate, 1)])
    .states("milliseconds leave {} milliseconds for each", [number(20.0 / 200.0, 1)])
    .states(
        "With {} clicks and {} million kept non-clicks, clicks make up {} percent",
        [number(clicks, 0), number(others * kept / 1e6, 2), percent(clicks / (clicks + others * kept), 1)],
    )
    .states("{} % clicks in the log", [percent(clicks / (clicks + others * kept), 1)])
    .states(
        "the thinned log has {} percent clicks, the shop {}",
        [percent(clicks / (clicks + others * kept), 1), percent(rate, 1)],
    )
    // the window for a click, and two ads made up for the example
    .free(["30", "0.5", "0.3", "1", "2"])
}

fn uplift_model() -> Sheet {
    let (voucher, margin_kept, vouchers) = (2.0, 80.0, 300_000.0);
    let overall = |fifths: [f64; 3]| 0.2 * fifths[0] + 0.2 * fifths[1] + 0.6 * fifths[2];
    let without: f64 = overall([20.0, 12.0, 2.7]);
    let with: f64 = overall([19.0, 7.0, 3.0]);
    assert_eq!([number(without, 1), number(with, 1)], ["8.0", "7.0"], "the fifths add up to the pilot");
    let error = f64::sqrt(0.08 * 0.92 / 1e5 + 0.07 * 0.93 / 1e5);
    let gain = |uplift: f64| uplift * margin_kept - voucher;
    Sheet::of(
        "uplift-model",
        [
            "2,000,000 customers",
            "costs 2 euros",
            "worth 80 euros",
            "300,000 vouchers",
            "100,000 did and 100,000 did not",
            "8.0 percent had cancelled without a voucher and 7.0 percent with one",
            "20 percent without and 19 percent with a voucher, in the second fifth 12 and 7 percent",
            "2.7 and 3.0 percent",
        ],
    )
    .states(
        "effect is {} point with a standard error of about {} points",
        [number(8.0 - 7.0, 1), percent(error, 2)],
    )
    .states("effect of {} point", [number(8.0 - 7.0, 1)])
    .states("2 divided by 80, which is {} points", [percent(voucher / margin_kept, 1)])
    .states("stop at {} points", [percent(voucher / margin_kept, 1)])
    .states("break-even at {} points", [percent(voucher / margin_kept, 1)])
    .states("we gain {} point, worth {} cents", [number(8.0 - 7.0, 0), cents(0.01 * margin_kept, 0)])
    .states("would lose {} euros each", [number(-gain(0.01), 2)])
    .states("{} points are worth {} euros", [number(12.0 - 7.0, 0), number(0.05 * margin_kept, 0)])
    .states("vouchers there earn about {} euros", [number(vouchers * gain(0.05), 0)])
    .states("vouchers earn about {} euros", [number(vouchers * gain(0.05), 0)])
    .states("vouchers lose about {} euros", [number(-vouchers * gain(0.01), 0)])
    .states(
        "points; {} euros gained; {} euros lost",
        [number(vouchers * gain(0.05), 0), number(-vouchers * gain(0.01), 0)],
    )
    .states(
        "about {} euros gained in the second fifth, about {} euros lost",
        [number(vouchers * gain(0.05), 0), number(-vouchers * gain(0.01), 0)],
    )
    .states("the top {} percent", [percent(vouchers / 2e6, 0)])
}

fn zip_features_and_missingness() -> Sheet {
    let smoothed = |claims: f64, policies: f64| (claims + 20.0 * 0.06) / (policies + 20.0);
    let missing = 0.5 * 0.30 + 0.5 * 0.02;
    assert_eq!(percent(missing, 0), "16");
    Sheet::of(
        "zip-features-and-missingness",
        [
            "6 percent do",
            "1.2 million policies",
            "30,000 distinct values",
            "In 16 percent of the rows",
            "in 30 percent of the policies sold online and in 2 percent",
            "smoothing weight of 20",
            "4 policies and 2 claims",
            "2,000 policies and 200 claims",
        ],
    )
    .states(
        "gets {} divided by {}, about {} percent, instead of a wild {} percent",
        [
            number(2.0 + 20.0 * 0.06, 1),
            number(4.0 + 20.0, 0),
            percent(smoothed(2.0, 4.0), 1),
            percent(2.0 / 4.0, 0),
        ],
    )
    .states(
        "gets {} divided by {}, about {} percent, so it keeps",
        [number(200.0 + 20.0 * 0.06, 1), number(2_000.0 + 20.0, 0), percent(smoothed(200.0, 2_000.0), 1)],
    )
    .states(
        "towards the mean, {} and {} percent",
        [percent(smoothed(2.0, 4.0), 1), percent(smoothed(200.0, 2_000.0), 1)],
    )
    .states(
        "gets about {} percent and the one with 2,000 policies about {} percent",
        [percent(smoothed(2.0, 4.0), 1), percent(smoothed(200.0, 2_000.0), 1)],
    )
    .states(
        "would lose {} policies, {} of them sold online",
        [number(1.2e6 * missing, 0), number(1.2e6 * 0.5 * 0.30, 0)],
    )
    .states("would lose {} policies, most", [number(1.2e6 * missing, 0)])
    .states("and {} policies or the online customers", [number(1.2e6 * missing, 0)])
    .states("{} must become 02139", [number(2_139.0, 0).replace(',', "")])
    .free(["1"])
}
