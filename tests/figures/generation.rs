//! How a language model reads and writes: tokens, context, the price of a question, sampling.

use crate::sheet::{Sheet, about, cents, number, percent};

pub(crate) fn sheets() -> Vec<Sheet> {
    vec![context_windows(), llm_fundamentals(), sampling_parameters(), tokenization_and_vocabulary()]
}

fn context_windows() -> Sheet {
    let questions = 5_000.0 * 30.0;
    let (input, cached, output) = (2.0 / 1e6, 0.2 / 1e6, 8.0 / 1e6);
    let (manual, prompt, speed) = (120_000.0, 4_000.0, 10_000.0);
    let month = |dollars: f64| number(dollars * questions, 0);
    assert!((manual * questions * input - 36_000.0).abs() < 1e-6);
    Sheet::of("context-windows", [
        "accepts 200,000 tokens",
        "5,000 questions a day, 30 days a month",
        "manual of 120,000 tokens",
        "archive of 40 million tokens",
        "Input costs 2 dollars per million tokens, cached input 0.20 dollars, output 8 dollars",
        "reads 10,000 tokens a second",
        "4,000 tokens. An answer has 300",
    ])
    .states("at 2 dollars a million are {} cents a question; {} questions a month make {} dollars", [
        cents(manual * input, 0),
        number(questions, 0),
        month(manual * input),
    ])
    .states("tokens are {} cents, {} dollars a month", [cents(prompt * input, 1), month(prompt * input)])
    .states("tokens are {} cents, so {} dollars a month", [cents(prompt * input, 1), month(prompt * input)])
    .states("The output adds {} dollars", [month(300.0 * output)])
    .states("it costs {} cents, {} dollars a month", [cents(manual * cached, 1), month(manual * cached)])
    .states("costs {} cents a question, or {} dollars a month", [
        cents(manual * cached, 1),
        month(manual * cached),
    ])
    .states("10,000 a second are {} seconds until the first word; 4,000 take {}", [
        number(manual / speed, 0),
        number(prompt / speed, 1),
    ])
    .states("most of these {} seconds", [number(manual / speed, 0)])
    .states("{} dollars a month for everything; {} with retrieval; {} with a cached prefix; {} seconds against {}", [
        month(manual * input),
        month(prompt * input),
        month(manual * cached),
        number(manual / speed, 0),
        number(prompt / speed, 1),
    ])
    .states("{} dollars for the whole manual, {} with retrieval, {} with a cached prefix, and {} seconds against {}", [
        month(manual * input),
        month(prompt * input),
        month(manual * cached),
        number(manual / speed, 0),
        number(prompt / speed, 1),
    ])
    .states("costs {} cents a question, which makes {} dollars", [
        cents(manual * input, 0),
        month(manual * input),
    ])
    .states("takes {} seconds until the first word, while 4,000 take {}", [
        number(manual / speed, 0),
        number(prompt / speed, 1),
    ])
    .states("would cost {} dollars a month", [month(manual * input)])
    .states("The archive is {} times larger", [number(40e6 / 200_000.0, 0)])
    .free(["20", "95"])
}

fn llm_fundamentals() -> Sheet {
    let questions = 2_000.0 * 30.0;
    let (input, output) = (1.0 / 1e6, 4.0 / 1e6);
    let handbook = 400.0 * 500.0;
    let (asked, answered) = (2_500.0 * input, 250.0 * output);
    let seconds = 250.0 / 100.0;
    assert!((55.0..60.0).contains(&(handbook * input / (asked + answered))), "almost sixty times as high");
    Sheet::of(
        "llm-fundamentals",
        [
            "400 pages of about 500 tokens",
            "2,000 questions a day, 30 days a month",
            "window of 128,000 tokens",
            "costs 1 dollar per million input tokens and 4 dollars per million output tokens",
            "writes 100 tokens a second",
            "about 2,500 tokens and an answer about 250",
            "within 4 seconds",
        ],
    )
    .states("The whole handbook is {} tokens", [number(handbook, 0)])
    .states(
        "would cost {} cents a question, {} dollars a month",
        [cents(handbook * input, 0), number(handbook * input * questions, 0)],
    )
    .states(
        "2,500 input tokens are {} cents and 250 output tokens are {} cents",
        [cents(asked, 2), cents(answered, 1)],
    )
    .states(
        "costs about {} cents, and {} questions make about {} dollars a month",
        [cents(asked + answered, 2), number(questions, 0), number(questions * (asked + answered), 0)],
    )
    .states(
        "costs about {} cents, which makes about {} dollars a month",
        [cents(asked + answered, 2), number(questions * (asked + answered), 0)],
    )
    .states("250 tokens take about {} seconds", [number(seconds, 1)])
    .states("That leaves {} seconds", [number(4.0 - seconds, 1)])
    .states(
        "about {} dollars a month; {} tokens against the window",
        [number(questions * (asked + answered), 0), number(handbook, 0)],
    )
    .states(
        "about {} dollars a month, {} tokens do not fit, {} cents a question if they did, and {} seconds",
        [
            number(questions * (asked + answered), 0),
            number(handbook, 0),
            cents(handbook * input, 0),
            number(seconds, 1),
        ],
    )
    .states("the bill is about {} dollars a month", [number(questions * (asked + answered), 0)])
    .states("The 400 pages are {} tokens", [number(handbook, 0)])
    .states("into each prompt would cost {} cents", [cents(handbook * input, 0)])
    .states("cost about {} cents instead of {}", [cents(handbook * input, 0), cents(asked + answered, 2)])
    .states("400 times 500 is {}", [number(handbook, 0)])
    .states("come to about {} tokens", [number(handbook, 0)])
    .free(["0"])
}

fn softmax(logits: [f64; 3], temperature: f64) -> [f64; 3] {
    let powers = logits.map(|logit| (logit / temperature).exp());
    let total: f64 = powers.iter().sum();
    powers.map(|power| power / total)
}

fn sampling_parameters() -> Sheet {
    let logits = [2.0, 1.0, 0.0];
    let (plain, sharp, flat) = (softmax(logits, 1.0), softmax(logits, 0.5), softmax(logits, 2.0));
    let three = |values: [f64; 3]| values.map(|value| number(value, 3));
    let kept = plain[0] + plain[1];
    assert!(plain[0] < 0.9 && kept >= 0.9, "top-p 0.9 keeps two tokens");
    let powers = logits.map(f64::exp);
    let [first, second, third] = three(plain);
    let [sharp_first, sharp_second, sharp_third] = three(sharp);
    Sheet::of(
        "sampling-parameters",
        ["logits 2, 1 and 0", "temperature 1 and at temperature 0.5", "top-p 0.9"],
    )
    .states(
        "e to the 2, 1 and 0 are {}, {} and {}, together {}",
        [number(powers[0], 3), number(powers[1], 3), number(powers[2], 0), number(powers.iter().sum(), 3)],
    )
    .states("That gives {}, {} and {}", three(plain))
    .states("1 the probabilities are {}, {} and {}", three(plain))
    .states("the logits become {}, {} and {}", logits.map(|logit| number(logit / 0.5, 0)))
    .states("and the probabilities {}, {} and {}", three(sharp))
    .states("which gives {}, {} and {}", three(sharp))
    .states(
        "{} alone is not enough, {} plus {} is {}",
        [first.clone(), first.clone(), second.clone(), number(kept, 3)],
    )
    .states("because {} plus {} is {}", [first.clone(), second.clone(), number(kept, 3)])
    .states(
        "{} over {}, that is {}, and {}",
        [first.clone(), number(kept, 3), number(plain[0] / kept, 3), number(plain[1] / kept, 3)],
    )
    .states("are drawn with {} and {}", [number(plain[0] / kept, 3), number(plain[1] / kept, 3)])
    .states(
        "rounding: {}, {}, {}; {}, {}, {}; two tokens with {}; {} and {}",
        [
            first,
            second,
            third.clone(),
            sharp_first,
            sharp_second,
            sharp_third,
            number(kept, 3),
            number(plain[0] / kept, 3),
            number(plain[1] / kept, 3),
        ],
    )
    .states("and {} against {}", [number(plain[0] / kept, 3), number(plain[1] / kept, 3)])
    .states("The third token, with {}", [third])
    .states("the sum after two tokens is {}", [number(kept, 3)])
    .states("the three probabilities are {}, {} and {}", three(flat))
    // settings and counts that the candidate chooses
    .free(["40", "0.95", "90", "100", "200"])
}

fn tokenization_and_vocabulary() -> Sheet {
    let (hidden, parameters) = (2_048.0, 1e9);
    let matrix = |vocabulary: f64| vocabulary * hidden;
    assert_eq!(about(100.0 * matrix(256_000.0) / parameters, 10.0), "50", "256,000 would take half");
    Sheet::of("tokenization-and-vocabulary", ["about one billion parameters"])
        .states(
            "hidden size of 2,048, a vocabulary of 64,000 takes {} million parameters, about {} percent",
            [number(matrix(64_000.0) / 1e6, 0), percent(matrix(64_000.0) / parameters, 0)],
        )
        .states("the {} byte values", [number(2_f64.powi(8), 0)])
        .states("{} bytes cover any text", [number(2_f64.powi(8), 0)])
        // sizes to compare, two similar numbers, a row of the matrix
        .free(["256,000", "32,000", "128,000", "50,000", "250,000", "2024", "2031", "1,234"])
}
