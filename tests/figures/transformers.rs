//! Attention, positions, caches and experts.

use std::f64::consts::TAU;

use crate::sheet::{Sheet, about, number, percent};

pub(crate) fn sheets() -> Vec<Sheet> {
    vec![kv_cache_and_latency(), mixture_of_experts(), positional_encodings(), self_attention()]
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
