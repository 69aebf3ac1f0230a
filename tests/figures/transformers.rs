//! Attention, positions, caches, context windows, sampling and experts.

use std::f64::consts::TAU;

use crate::sheet::{Sheet, about, number, percent};

pub fn sheets() -> Vec<Sheet> {
    vec![
        context_windows(),
        kv_cache_and_latency(),
        llm_fundamentals(),
        mixture_of_experts(),
        positional_encodings(),
        sampling_parameters(),
        self_attention(),
    ]
}

fn context_windows() -> Sheet {
    let questions = 5_000.0 * 30.0;
    let (input, cached, output) = (2.0 / 1e6, 0.2 / 1e6, 8.0 / 1e6);
    let (manual, prompt, speed) = (120_000.0, 4_000.0, 10_000.0);
    let cents = |dollars: f64, decimals| number(100.0 * dollars, decimals);
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

fn kv_cache_and_latency() -> Sheet {
    let (layers, heads, dimension, bytes) = (80.0, 8.0, 128.0, 2.0);
    let token = 2.0 * layers * heads * dimension * bytes;
    let request = 8_192.0 * token;
    let gibi = f64::powi(1_024.0, 3);
    let weights = 70e9 * 2.0;
    let room = 320e9 - 20e9 - weights;
    let prompt = 2.0 * 70e9 * 8_192.0;
    // two products of n by n by width in each layer, half of them under the causal mask
    let attention = 2.0 * 2.0 * f64::powi(8_192.0, 2) * 64.0 * dimension * layers / 2.0;
    let seconds = prompt / 1_600e12;
    Sheet::of(
        "kv-cache-and-latency",
        [
            "70 billion parameters in 16 bits",
            "80 layers, 64 query heads of dimension 128 and 8 key-value heads",
            "320 GB of memory, of which 20 GB stay reserved",
            "read 12 TB a second and do 1,600 trillion operations a second",
            "8,192 tokens",
        ],
    )
    .states(
        "2 times 80 times 8 times 128 times 2, so {} bytes or {} KiB per token",
        [number(token, 0), number(token / 1_024.0, 0)],
    )
    .states(
        "2 times 80 layers times 8 heads times 128 times 2 bytes, which is {} KiB per token",
        [number(token / 1_024.0, 0)],
    )
    .states("holds {} GiB", [number(request / gibi, 1)])
    .states(
        "The weights take {} GB; with 20 reserved, {} GB are left, which is room for {} requests",
        [number(weights / 1e9, 0), number(room / 1e9, 0), number((room / request).floor(), 0)],
    )
    .states(
        "After {} GB of weights, {} GB are left, which is room for {} requests",
        [number(weights / 1e9, 0), number(room / 1e9, 0), number((room / request).floor(), 0)],
    )
    .states("{} trillion in all, so about {} seconds", [about(prompt / 1e12, 10.0), number(seconds, 1)])
    .states(
        "about {} trillion operations, so it takes about {} seconds",
        [about(prompt / 1e12, 10.0), number(seconds, 1)],
    )
    .states("attention scores add some {} percent", [percent(attention / prompt, 0)])
    .states(
        "reads {} GB at 12 TB a second, so a token takes at least {} milliseconds",
        [number(weights / 1e9, 0), number(weights / 12e12 * 1e3, 0)],
    )
    .states(
        "reads {} GB at 12 TB a second, at least {} milliseconds",
        [number(weights / 1e9, 0), number(weights / 12e12 * 1e3, 0)],
    )
    .states(
        "{} GiB a request, and only {} requests",
        [number(8.0 * request / gibi, 0), number((room / request / 8.0).floor(), 0)],
    )
    .states("eight times larger, {} GiB a request", [number(8.0 * request / gibi, 0)])
    .states("it would be {} GiB per request", [number(8.0 * request / gibi, 0)])
    .states(
        "{} KiB a token, {} GiB a request, {} requests, {} seconds for the prompt, {} milliseconds",
        [
            number(token / 1_024.0, 0),
            number(request / gibi, 1),
            number((room / request).floor(), 0),
            number(seconds, 1),
            number(weights / 12e12 * 1e3, 0),
        ],
    )
    .states(
        "about {} KiB a token, {} GiB a request, {} requests, {} seconds, {} milliseconds",
        [
            number(token / 1_024.0, 0),
            number(request / gibi, 1),
            number((room / request).floor(), 0),
            number(seconds, 1),
            number(weights / 12e12 * 1e3, 0),
        ],
    )
    .states(
        "{} MiB a token instead of {} KiB",
        [number(8.0 * token / f64::powi(1_024.0, 2), 1), number(token / 1_024.0, 0)],
    )
    .free(["95"])
}

fn llm_fundamentals() -> Sheet {
    let questions = 2_000.0 * 30.0;
    let (input, output) = (1.0 / 1e6, 4.0 / 1e6);
    let handbook = 400.0 * 500.0;
    let (asked, answered) = (2_500.0 * input, 250.0 * output);
    let cents = |dollars: f64, decimals| number(100.0 * dollars, decimals);
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

fn mixture_of_experts() -> Sheet {
    let (shared, expert) = (2.0, 5.5);
    let (total, active) = (shared + 8.0 * expert, shared + 2.0 * expert);
    let missed = 0.75_f64.powi(16);
    let used = 8.0 * (1.0 - missed);
    let ms = |parameters: f64| parameters * 2.0 / 4.0;
    let read = shared + used * expert;
    Sheet::of("mixture-of-experts", [
        "replaced by 8 experts, of which each token uses 2",
        "share have 2 billion parameters",
        "has 5.5 billion",
        "in 16 bits, and the GPUs together read 4 TB a second",
        "do 16 tokens use",
    ])
    .states("2 plus 8 times 5.5 is {} billion", [number(total, 0)])
    .states("2 plus 2 times 5.5 is {} billion", [number(active, 0)])
    .states("of which {} billion are active", [number(active, 0)])
    .states("weights need {} GB", [number(total * 2.0, 0)])
    .states("a token costs {} billion operations, instead of {} billion for a dense model of {} billion", [
        number(active * 2.0, 0),
        number(total * 2.0, 0),
        number(total, 0),
    ])
    .states("A token costs {} billion operations, instead of {} billion", [
        number(active * 2.0, 0),
        number(total * 2.0, 0),
    ])
    .states("A token costs {} billion operations instead of {} billion", [
        number(active * 2.0, 0),
        number(total * 2.0, 0),
    ])
    .states("{} to the 16, which is {}", [number(0.75, 2), number(missed, 2)])
    .states("16 tokens use {} of the 8 experts", [number(used, 1)])
    .states("a step reads {} GB, in {} milliseconds", [number(active * 2.0, 0), number(ms(active), 1)])
    .states("all of the {} GB, in about {} milliseconds", [number(total * 2.0, 0), number(ms(read), 0)])
    .states("Reading takes {} milliseconds for one token and about {}", [
        number(ms(active), 1),
        number(ms(read), 0),
    ])
    .states("A step takes {} milliseconds for one token and {} for 16", [
        number(ms(active), 1),
        number(ms(read), 0),
    ])
    .states("a step reads {} GB, although {} GB have", [number(active * 2.0, 0), number(total * 2.0, 0)])
    .states("active computation, here {} billion, and one with the same memory, {} billion", [
        number(active, 0),
        number(total, 0),
    ])
    .states("of equal active size, {} billion, and one of equal memory, {} billion", [
        number(active, 0),
        number(total, 0),
    ])
    .states("{} billion in all and {} active; {} GB; {} against {} billion operations; {} experts; {} against {} milliseconds", [
        number(total, 0),
        number(active, 0),
        number(total * 2.0, 0),
        number(active * 2.0, 0),
        number(total * 2.0, 0),
        number(used, 1),
        number(ms(active), 1),
        number(ms(read), 0),
    ])
    .states("{} and {} billion parameters, {} GB, {} against {} billion operations, {} of 8 experts, {} and about {}", [
        number(total, 0),
        number(active, 0),
        number(total * 2.0, 0),
        number(active * 2.0, 0),
        number(total * 2.0, 0),
        number(used, 1),
        number(ms(active), 1),
        number(ms(read), 0),
    ])
    .states("the {} billion active parameters, so that {} GB suffice", [
        number(active, 0),
        number(active * 2.0, 0),
    ])
    .states("dense models of {} and of {} billion", [number(active, 0), number(total, 0)])
}

fn positional_encodings() -> Sheet {
    let (dimension, base): (f64, f64) = (128.0, 10_000.0);
    let slowest = TAU * base.powf((dimension - 2.0) / dimension);
    let score = f64::cos(0.5 * (3.0 - 1.0));
    Sheet::of("positional-encodings", [
        "head dimension 128 and base 10,000",
        "turns by 0.5 radians a token, with the query (1, 0) at position 3 and the key (1, 0) at position 1",
        "positions 103 and 101",
        "up to 4,096 tokens and should now read 16,384",
        "position 12,000",
    ])
    .states("for position {} there is no vector", [number(4_096.0 + 1.0, 0)])
    .states("128 dimensions are {} pairs", [number(dimension / 2.0, 0)])
    .states("a full turn in {} tokens. The slowest turns by 10,000 to the minus {}/128, a full turn in about {} tokens", [
        number(TAU, 1),
        number(dimension - 2.0, 0),
        about(slowest, 1e3),
    ])
    .states("the difference is {} tokens, so {} radian, and the pair adds the cosine of {}, {}", [
        number(3.0 - 1.0, 0),
        number(0.5 * 2.0, 0),
        number(0.5 * 2.0, 0),
        number(score, 2),
    ])
    .states("At 103 and 101 it is {} again", [number(score, 2)])
    .states("so 12,000 becomes {}", [number(12_000.0 * 4_096.0 / 16_384.0, 0)])
    .states("128 makes {} pairs", [number(dimension / 2.0, 0)])
    .states("a full turn in {} tokens and the slowest in about {}", [number(TAU, 1), about(slowest, 1e3)])
    .states("the cosine of 1, which is {}", [number(score, 2)])
    .states("12,000 is treated as {}", [number(12_000.0 / 4.0, 0)])
    .states("{} pairs; full turns in {} and about {} tokens; {} at both places; 12,000 becomes {}", [
        number(dimension / 2.0, 0),
        number(TAU, 1),
        about(slowest, 1e3),
        number(score, 2),
        number(12_000.0 / 4.0, 0),
    ])
    .states("{} pairs, full turns in {} and about {} tokens, {} at both places, {} for position 12,000", [
        number(dimension / 2.0, 0),
        number(TAU, 1),
        about(slowest, 1e3),
        number(score, 2),
        number(12_000.0 / 4.0, 0),
    ])
    // lengths at which the candidate tests
    .free(["4,000", "8,000", "16,000"])
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

fn self_attention() -> Sheet {
    let token = 2.0 * 32.0 * 8.0 * 128.0 * 2.0;
    Sheet::of("self-attention", ["square root of d_k"])
        .states("With d_k of 64 the standard deviation is {}, and scores beyond plus or minus {}", [
            number(64_f64.sqrt(), 0),
            number(2.0 * 64_f64.sqrt(), 0),
        ])
        .states("For 32 layers, 8 key-value heads of dimension 128 and two bytes a number, that is {} KiB a token, so 8,192 tokens take {} GiB", [
            number(token / 1_024.0, 0),
            number(8_192.0 * token / f64::powi(1_024.0, 3), 0),
        ])
}
