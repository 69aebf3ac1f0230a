//! Language models in a product: agents, tools, prompts and their release.

use crate::sheet::{Sheet, about, cents, margin, number, percent};

pub(crate) fn sheets() -> Vec<Sheet> {
    vec![
        agents(),
        canary_and_rollback_of_a_prompt(),
        extract_companies_from_noisy_text(),
        prompting_and_chain_of_thought(),
        structured_output_and_tool_use(),
    ]
}

fn agents() -> Sheet {
    let tokens = |steps: f64| 3_000.0 * steps + 1_500.0 * steps * (steps - 1.0) / 2.0;
    let cost = |steps: f64| tokens(steps) / 1e6 + 300.0 * steps * 5.0 / 1e6;
    let person = 12.0 / 60.0 * 40.0;
    let (routine, research) = (5_000.0 * 0.7, 5_000.0 * 0.3);
    Sheet::of(
        "agents",
        [
            "5,000 tickets a day",
            "About 70 percent",
            "The other 30 percent",
            "12 minutes for a ticket and costs 40 dollars an hour",
            "right 95 percent of the time",
            "3,000 tokens, each further step 1,500 more than the one before; every step writes 300",
            "Input costs 1 dollar per million tokens, output 5 dollars",
        ],
    )
    .states(
        "ten steps succeed in about {} percent of the runs and twenty in {} percent",
        [percent(0.95_f64.powi(10), 0), percent(0.95_f64.powi(20), 0)],
    )
    .states(
        "to the tenth power leaves {} percent, to the twentieth {} percent",
        [percent(0.95_f64.powi(10), 0), percent(0.95_f64.powi(20), 0)],
    )
    .states(
        "errors multiply to {} or {} percent",
        [percent(0.95_f64.powi(10), 0), percent(0.95_f64.powi(20), 0)],
    )
    .states(
        "errors multiply to {} and {} percent",
        [percent(0.95_f64.powi(10), 0), percent(0.95_f64.powi(20), 0)],
    )
    .states(
        "Ten steps read {} tokens, which with output costs about {} cents. Twenty steps cost {} cents",
        [number(tokens(10.0), 0), cents(cost(10.0), 0), cents(cost(20.0), 1)],
    )
    .states(
        "Ten rounds cost roughly {} cents and twenty {} cents",
        [cents(cost(10.0), 0), cents(cost(20.0), 1)],
    )
    .states("Ten rounds come to {} cents and twenty to {}", [cents(cost(10.0), 0), cents(cost(20.0), 1)])
    .states(
        "For {} research tickets at ten steps that is some {} dollars",
        [number(research, 0), about(research * cost(10.0), 10.0)],
    )
    .states(
        "A single call is {} cents, so the {} routine tickets cost about {} dollars",
        [cents(cost(1.0), 2), number(routine, 0), number(routine * cost(1.0), 0)],
    )
    .states(
        "Single calls at {} cents settle the {} simple cases for about {} dollars",
        [cents(cost(1.0), 2), number(routine, 0), number(routine * cost(1.0), 0)],
    )
    .states("single calls for {} dollars", [number(routine * cost(1.0), 0)])
    .states("A person costs {} dollars a ticket", [number(person, 0)])
    .states("{} to the tenth power", [number(0.95, 2)])
    // the size of the test set
    .free(["200"])
}

/// The probability of at least `least` events where `mean` are expected.
fn poisson_tail(least: u32, mean: f64) -> f64 {
    let mut term = f64::exp(-mean);
    let mut below = 0.0;
    for k in 0..least {
        below += term;
        term *= mean / f64::from(k + 1);
    }
    1.0 - below
}

fn canary_and_rollback_of_a_prompt() -> Sheet {
    let (conversations, canary): (f64, f64) = (40_000.0, 2_000.0);
    let rest = conversations - canary;
    let apart = 196.0 * f64::sqrt(0.74 * 0.26 / 300.0 + 0.70 * 0.30 / 300.0);
    let (new, old) = (6.0 / canary, 20.0 / rest);
    let expected = old * canary;
    assert!((5.5..6.0).contains(&(new / old)), "almost six times as many");
    assert!((0.9..1.2).contains(&expected), "about one would have been expected");
    assert!((5e-4..2e-3).contains(&poisson_tail(6, expected)), "about one in a thousand");
    Sheet::of(
        "canary-and-rollback-of-a-prompt",
        [
            "40,000 conversations a day",
            "resolves 70 percent",
            "900 tokens longer, and input costs 3 dollars per million tokens",
            "On 300 test conversations the new prompt resolves 74 percent, the old one 70",
            "5 percent of the conversations, 2,000 of them, the canary resolves 71.5 percent",
            "6 of its 2,000 conversations and in 20 of the other 38,000",
            "from 3.1 to 3.9 seconds",
        ],
    )
    .states("about plus or minus {} points", [number(apart, 0)])
    .states("the interval is about {} points either way", [number(apart, 0)])
    .states("within about {} points of noise", [number(apart, 0)])
    .states(
        "known to plus or minus {} points, after a week to about {}",
        [number(100.0 * margin(0.70, canary), 0), number(100.0 * margin(0.70, 7.0 * canary), 1)],
    )
    .states("leaves plus or minus {} points", [number(100.0 * margin(0.70, canary), 0)])
    .states("lies within those {} points", [number(100.0 * margin(0.70, canary), 0)])
    .states("is {} percent against {}, almost six times", [percent(new, 1), percent(old, 2)])
    .states("times as frequent, {} against {} percent", [percent(new, 1), percent(old, 2)])
    .states("{} percent against {}. Then ask", [percent(new, 1), percent(old, 2)])
    .states("went up by {} seconds", [number(3.9 - 3.1, 1)])
    .states("costs {} dollars a day at full traffic", [number(900.0 * 3.0 / 1e6 * conversations, 0)])
    .states("they would be about {} a day", [number(new * conversations, 0)])
    .states("it is {} wrong promises a day", [number(new * conversations, 0)])
    // the stages of a canary
    .free(["1", "25", "100"])
}

fn extract_companies_from_noisy_text() -> Sheet {
    let call = 500.0 * 0.2 / 1e6 + 60.0 * 0.8 / 1e6;
    let texts = 2e6;
    let (precision, recall) = (810.0 / 900.0, 810.0 / 1_000.0);
    let f1 = 2.0 * precision * recall / (precision + recall);
    Sheet::of(
        "extract-companies-from-noisy-text",
        [
            "2 million texts a day, 30 days a month",
            "cost 2,000 dollars a month",
            "0.20 dollars per million input tokens and 0.80 dollars per million output tokens",
            "500 input and 60 output tokens",
            "900 mentions in a test set that holds 1,000, and 810 of the 900",
        ],
    )
    .states("50,000 more, for about {} dollars", [number(50_000.0 * call, 0)])
    .states(
        "One call costs {} cents. 2 million a day are {} dollars a day, about {} a month",
        [cents(call, 4), number(texts * call, 0), number(texts * call * 30.0, 0)],
    )
    .states("costs about {} dollars a month, more", [number(texts * call * 30.0, 0)])
    .states(
        "about {} dollars a month for all, about {} for a tenth, {} texts a second",
        [number(texts * call * 30.0, 0), number(texts * call * 3.0, 0), number(texts / 86_400.0, 0)],
    )
    .states("With ten percent it is about {} dollars", [number(texts * call * 3.0, 0)])
    .states("With ten percent of the texts it is about {} dollars", [number(texts * call * 3.0, 0)])
    .states("2 million a day are {} texts a second", [number(texts / 86_400.0, 0)])
    .states("costs about {} dollars a month and the budget", [number(texts * call * 30.0, 0)])
    .states("would cost {} dollars a month", [number(texts * call * 30.0, 0)])
    .states(
        "810 of 900, {}, a recall of 810 of 1,000, {}, and an F1 of about {}",
        [number(precision, 2), number(recall, 2), number(f1, 2)],
    )
    .states(
        "a precision of {}, a recall of {} and an F1 of about {}",
        [number(precision, 2), number(recall, 2), number(f1, 2)],
    )
    .states("{}, {} and about {}", [number(precision, 2), number(recall, 2), number(f1, 2)])
    .free(["50,000", "97"])
}

fn structured_output_and_tool_use() -> Sheet {
    let emails = 30_000.0;
    let (read, written, described) = (1_500.0 / 1e6, 300.0 * 4.0 / 1e6, 2_000.0 / 1e6);
    let call = read + written;
    Sheet::of(
        "structured-output-and-tool-use",
        [
            "30,000 emails a day",
            "12 fields",
            "For 3 percent of the emails the output does not parse, and in 4 percent of the others",
            "1,500 input and 300 output tokens, at 1 dollar and 4 dollars per million",
            "2,000 more input tokens",
        ],
    )
    .states("about {} emails a day still have", [about(emails * 0.04, 100.0)])
    .states("so about {} emails with an error remain", [about(emails * 0.04, 100.0)])
    .states(
        "A call is {} cents in and {} cents out, together {} cents, so {} dollars a day",
        [cents(read, 2), cents(written, 2), cents(call, 2), number(emails * call, 0)],
    )
    .states(
        "The descriptions add {} cents a call, another {} dollars",
        [cents(described, 1), number(emails * described, 0)],
    )
    .states("would cost only about {} dollars", [number((0.03 * emails * call * 10.0).round() / 10.0, 2)])
    .states("costs merely about {} dollars", [number((0.03 * emails * call * 10.0).round() / 10.0, 2)])
    .states(
        "A single call costs {} cents, which makes {} dollars daily",
        [cents(call, 2), number(emails * call, 0)],
    )
    .states("add another {} dollars", [number(emails * described, 0)])
    .states("{} dollars for single calls, {} more", [number(emails * call, 0), number(emails * described, 0)])
    .states("{} dollars for single calls; {} more", [number(emails * call, 0), number(emails * described, 0)])
    .states("{} dollars and {} more", [number(emails * call, 0), number(emails * described, 0)])
    .states("A call costs {} cents, so {} dollars a day", [cents(call, 2), number(emails * call, 0)])
    .states("even {} percent is {} failures", [number(0.1, 1), number(emails * 0.001, 0)])
    .free(["0"])
}

fn prompting_and_chain_of_thought() -> Sheet {
    let letters = 8_000.0 * 30.0;
    let (plain, reasoned) = (1_200.0 / 1e6 + 30.0 * 4.0 / 1e6, 1_200.0 / 1e6 + 330.0 * 4.0 / 1e6);
    let half = 100.0 * margin(0.78, 200.0);
    assert!((5.5..6.0).contains(&half), "nearly 6 points");
    Sheet::of(
        "prompting-and-chain-of-thought",
        [
            "8,000 letters a day, 30 days a month",
            "312 of 400 labelled cases, 78 percent",
            "1,200 input tokens and 30 output tokens; input costs 1 dollar and output 4 dollars per million",
            "writes 100 tokens a second",
            "within 5 seconds",
            "takes 300 tokens",
        ],
    )
    .states(
        "it is {} cents a letter, about {} dollars a month for {} letters",
        [cents(plain, 2), number(letters * plain, 0), number(letters, 0)],
    )
    .states("it is {} cents, about {} dollars a month", [cents(reasoned, 2), number(letters * reasoned, 0)])
    .states("from {} to {} plus the reading", [number(30.0 / 100.0, 1), number(330.0 / 100.0, 1)])
    .states("1,000 more input tokens are about {} dollars a month", [number(letters * 1_000.0 / 1e6, 0)])
    .states("five times as much, about {} dollars", [number(5.0 * letters * reasoned, 0)])
    .states("from about {} to about {} dollars", [number(letters * plain, 0), number(letters * reasoned, 0)])
    .states("about {} against {} dollars", [number(letters * plain, 0), number(letters * reasoned, 0)])
    .states("we pay {} instead of {} dollars", [number(letters * reasoned, 0), number(letters * plain, 0)])
    .states("uncertain by about {} points", [number(100.0 * margin(0.78, 400.0), 0)])
    .states("noise of about {} points", [number(100.0 * margin(0.78, 400.0), 0)])
    .states("it is nearly {} points", [number(half, 0)])
    .free(["0", "80", "200"])
}
