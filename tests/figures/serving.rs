//! Batching, the price of a request, and quantization.

use crate::sheet::{Sheet, about, cents, number, percent};

pub(crate) fn sheets() -> Vec<Sheet> {
    vec![batching_and_throughput(), cost_per_request(), quantization()]
}

fn batching_and_throughput() -> Sheet {
    let (weights, bandwidth, cache) = (8e9 * 2.0, 3.2e12, 131e3 * 1_000.0);
    let step = |requests: f64| (weights + requests * cache) / bandwidth;
    let rate = |requests: f64| requests / step(requests);
    let (alone, batch) = (weights / bandwidth, step(64.0));
    let even = weights / cache;
    let room = ((80e9 - 4e9 - weights) / cache).floor();
    let shared = [about(rate(64.0), 100.0), number(1.0 / batch, 0)];
    let ms = |seconds: f64, decimals| number(seconds * 1e3, decimals);
    assert!((rate(2.0 * even) / rate(even) - 4.0 / 3.0).abs() < 0.01, "only a third more");
    assert!(
        (alone / (2.0 * 8e9 / 400e12) - even).abs() < 5.0,
        "arithmetic ends the gain at about the same size"
    );
    Sheet::of(
        "batching-and-throughput",
        [
            "8 billion parameters in 16 bits",
            "80 GB of memory, of which 4 GB stay reserved",
            "reads 3.2 TB a second and does 400 trillion operations a second",
            "131 KB a token",
            "1,000 tokens on average",
            "batch of 64",
            "10 requests arrive each second and each stays 4 seconds",
        ],
    )
    .states("At about {} requests the caches weigh as much", [about(even, 10.0)])
    .states("Beyond about {} requests the caches outweigh", [about(even, 10.0)])
    .states("doubling the batch from {} to {}", [number(even, 0), number(2.0 * even, 0)])
    .states("two operations per parameter, {} milliseconds here", [ms(2.0 * 8e9 / 400e12, 2)])
    .states("The weights are {} GB", [number(weights / 1e9, 0)])
    .states(
        "takes {} milliseconds, so a single request gets {} tokens a second",
        [ms(alone, 0), number(1.0 / alone, 0)],
    )
    .states(
        "{} GB of cache come on top: {} GB, or {} milliseconds a step",
        [number(64.0 * cache / 1e9, 1), number((weights + 64.0 * cache) / 1e9, 1), ms(batch, 1)],
    )
    .states(
        "about {} tokens a second in all, {} times as many",
        [about(rate(64.0), 100.0), number(rate(64.0) * alone, 0)],
    )
    .states("Each user gets {} a second instead of {}", [number(1.0 / batch, 0), number(1.0 / alone, 0)])
    .states(
        "80 minus {} minus 4 leaves {} GB, at {} MB a request room for about {}",
        [
            number(weights / 1e9, 0),
            number((80e9 - 4e9 - weights) / 1e9, 0),
            number(cache / 1e6, 0),
            number(room, 0),
        ],
    )
    .states("10 a second times 4 seconds is {} requests", [number(40.0, 0)])
    .states(
        "step reads {} GB, which takes {} milliseconds",
        [number((weights + 64.0 * cache) / 1e9, 1), ms(batch, 1)],
    )
    .states("makes about {} tokens a second in all, and {} for each user", shared.clone())
    .states(
        "{} GB are left for the cache, at {} MB a request room for about {}",
        [number((80e9 - 4e9 - weights) / 1e9, 0), number(cache / 1e6, 0), number(room, 0)],
    )
    .states("10 requests a second times 4 seconds is {} running", [number(10.0 * 4.0, 0)])
    .states(
        "{} ms and {} tokens a second alone; {} ms at 64; {} tokens a second in all and {} for each",
        [
            ms(alone, 0),
            number(1.0 / alone, 0),
            ms(batch, 1),
            about(rate(64.0), 100.0),
            number(1.0 / batch, 0),
        ],
    )
    .states("about {} in memory; {} at once", [number(room, 0), number(10.0 * 4.0, 0)])
    .states(
        "{} ms or {} tokens a second, {} ms, {} in all and {} for each user, about {} in memory, {} at once",
        [
            ms(alone, 0),
            number(1.0 / alone, 0),
            ms(batch, 1),
            about(rate(64.0), 100.0),
            number(1.0 / batch, 0),
            number(room, 0),
            number(10.0 * 4.0, 0),
        ],
    )
    .states("a batch of 64 takes {} instead of {} milliseconds a step", [ms(batch, 1), ms(alone, 0)])
    .states("The {} tokens a second are shared by 64 requests; one user gets {} a second", shared.clone())
    .states("The {} tokens a second are shared by 64 users, so each gets {}", shared.clone())
    .states("an answer of 400 tokens takes about {} seconds", [number(400.0 * batch, 0)])
    .states(
        "takes about {} seconds in the batch of 64 and {} seconds alone",
        [number(400.0 * batch, 0), number(400.0 * alone, 0)],
    )
    .states("not {} milliseconds", [about(400.0 / rate(64.0) * 1e3, 10.0)])
    .states("always takes {} milliseconds, but at 64 it takes {}", [ms(alone, 0), ms(batch, 1)])
    // targets and percentiles that the candidate sets
    .free(["70", "95", "90", "99.9"])
}

fn cost_per_request() -> Sheet {
    let requests = 200_000.0;
    let (input, cached, output) = (3.0 / 1e6, 0.3 / 1e6, 15.0 / 1e6);
    let (read, written) = (6_000.0 * input, 400.0 * output);
    let large = read + written;
    let small = 6_000.0 * 0.3 / 1e6 + 400.0 * 1.5 / 1e6;
    let hit = 0.9 * 3_000.0 * (input - cached);
    let routed = 0.6 * small + 0.4 * (large - hit);
    let night = 100_000.0 * (4_000.0 * input + 200.0 * output);
    let night_small = 100_000.0 * (4_000.0 * 0.3 / 1e6 + 200.0 * 1.5 / 1e6);
    let fit = (6.0 - 0.8) * 50.0;
    Sheet::of("cost-per-request", [
        "200,000 requests a day",
        "3,000 tokens of instructions",
        "2,000 tokens of retrieved passages, and 1,000 tokens of history",
        "400 tokens",
        "costs 3 dollars per million input tokens, 0.30 for input that is read from the prompt cache, and 15 for output",
        "starts after 0.8 seconds and writes 50 tokens a second",
        "costs 0.30 for input and 1.50 for output, starts after 0.3 seconds and writes 150 tokens a second",
        "costs half",
        "60 percent are simple",
        "large model solves 60 percent and the small one 45",
        "for 4 dollars",
        "100,000 conversations are summarised by the large model, with 4,000 tokens in and 200 out",
        "90 percent of requests",
    ])
    .states("{} input tokens at 3 dollars per million are {} cents", [number(6_000.0, 0), cents(read, 1)])
    .states("{} input tokens at 3 dollars per million cost {} cents", [number(6_000.0, 0), cents(read, 1)])
    .states("15 dollars are {} cents. So {} cents a request, {} dollars a day, about {} dollars a month", [
        cents(written, 1),
        cents(large, 1),
        number(large * requests, 0),
        number(large * requests * 30.0, 0),
    ])
    .states("add {} cents, so a request costs {} cents in all", [cents(written, 1), cents(large, 1)])
    .states("that is {} dollars a day, or about {} dollars a month", [
        number(large * requests, 0),
        number(large * requests * 30.0, 0),
    ])
    .states("{} cents of input; {} cents in all; {} dollars a day", [
        cents(read, 1),
        cents(large, 1),
        number(large * requests, 0),
    ])
    .states("input at {} cents, {} cents of output for {} in all, {} dollars a day (or {} a month)", [
        cents(read, 1),
        cents(written, 1),
        cents(large, 1),
        number(large * requests, 0),
        number(large * requests * 30.0, 0),
    ])
    .states("saves {} cents a request, about {} dollars a day", [cents(hit, 2), about(hit * requests, 10.0)])
    .states("about {} dollars saved", [about(hit * requests, 10.0)])
    .states("save about {} cents a request or {} dollars a day", [cents(hit, 2), about(hit * requests, 10.0)])
    .states("each thousand less saves {} dollars a day", [number(1_000.0 * input * requests, 0)])
    .states("The small model costs {} cents a request, a tenth", [cents(small, 2)])
    .states("costs a tenth, {} cents", [cents(small, 2)])
    .states("the average falls to {} cents, {} dollars a day", [cents(routed, 2), about(routed * requests, 5.0)])
    .states("the average falls to about {} cents", [cents(routed, 2)])
    .states("save about {} cents each, less with caching, but {} more in 100 would go to a person, and that costs {} cents", [
        cents(large - small, 0),
        percent(0.60 - 0.45, 0),
        cents((0.60 - 0.45) * 4.0, 0),
    ])
    .states("because {} more in 100 would need a person, {} cents a request", [
        percent(0.60 - 0.45, 0),
        cents((0.60 - 0.45) * 4.0, 0),
    ])
    .states("{} more in 100 would end with a person. That costs {} cents a request and saves about {}", [
        percent(0.60 - 0.45, 0),
        cents((0.60 - 0.45) * 4.0, 0),
        cents(large - small, 0),
    ])
    .states("would save {} cents and cost {}", [cents(large - small, 0), cents((0.60 - 0.45) * 4.0, 0)])
    .states("400 divided by 50, which is {} seconds", [number(0.8 + 400.0 / 50.0, 1)])
    .states("The large model needs {} seconds for 400 tokens", [number(0.8 + 400.0 / 50.0, 1)])
    .states("the large model needs {} seconds and misses", [number(0.8 + 400.0 / 50.0, 1)])
    .states("About {} tokens fit into six seconds", [number(fit, 0)])
    .states("Only about {} tokens fit into six seconds", [number(fit, 0)])
    .states("about {} tokens would fit", [number(fit, 0)])
    .states("{} seconds; a cap near {} tokens", [number(0.8 + 400.0 / 50.0, 1), number(fit, 0)])
    .states("saves output, up to {} cents a request", [cents((400.0 - 250.0) * output, 1)])
    .states("The small model needs {} seconds for 400 tokens", [number(0.3 + 400.0 / 150.0, 1)])
    .states("the small model needs about {} seconds", [number(0.3 + 400.0 / 150.0, 0)])
    .states("The small model finishes in about {} seconds", [number(0.3 + 400.0 / 150.0, 0)])
    .states("costs {} dollars at the normal price", [number(night, 0)])
    .states("goes to the batch interface and costs {}", [number(night / 2.0, 0)])
    .states("it would be {} dollars in batch", [number(night_small / 2.0, 0)])
    .states("batch for {} dollars", [number(night / 2.0, 0)])
    .states("batch interface for {} instead of {} dollars", [number(night / 2.0, 0), number(night, 0)])
    .states("batch interface and cost {} instead of {} dollars", [number(night / 2.0, 0), number(night, 0)])
    .states("by one point costs {} dollars a day", [number(0.01 * requests * 4.0, 0)])
    .states("as much as {} calls of the large model", [number((4.0 / large).floor(), 0)])
    .states("all {} tokens by one price", [number(6_400.0, 0)])
    .states("{} input tokens cost {} cents and 400 output tokens {} cents", [
        number(6_000.0, 0),
        cents(read, 1),
        cents(written, 1),
    ])
    // the cap that the candidate sets on answers
    .free(["250", "0"])
}

fn quantization() -> Sheet {
    let parameters = 70e9;
    let read_back = |largest: f64, weight: f64| {
        let scale = largest / 127.0;
        let stored = (weight / scale).round();
        (scale, stored, stored * scale)
    };
    let (fine, fine_stored, fine_back) = read_back(2.54, 0.515);
    let (coarse, coarse_stored, coarse_back) = read_back(25.4, 0.515);
    let request = 8_192.0 * 328e3;
    let free = 80e9 - 4e9;
    let bits = 4.0 + 16.0 / 128.0;
    let (eight, four) = (parameters, parameters * bits / 8.0);
    let fitting = |weights: f64| number(((free - weights) / request).floor(), 0);
    let ms = |bytes: f64| number(bytes / 3e12 * 1e3, 0);
    let gb = |bytes: f64| number(bytes / 1e9, 0);
    assert_eq!([fitting(eight), fitting(four)], ["2", "14"]);
    Sheet::of("quantization", [
        "70 billion parameters in 16 bits",
        "80 GB of memory, 4 GB of them reserved, and 3 TB read a second",
        "328 KB a token, and a request has up to 8,192 tokens",
        "from -127 to 127",
        "the largest absolute value is 2.54, and one weight is 0.515",
        "one weight of the group is 25.4",
        "groups of 128 weights, each group with a 16-bit scale",
    ])
    .states("{} over 127 is a scale of {}", [number(2.54, 2), number(fine, 2)])
    .states("0.515 over {} is {}, so {} is stored and {} comes back, an error of {}", [
        number(fine, 2),
        number(0.515 / fine, 2),
        number(fine_stored, 0),
        number(fine_back, 2),
        number(fine_back - 0.515, 3),
    ])
    .states("the scale is {}. 0.515 then becomes {}, and {} is read back, an error of {}", [
        number(coarse, 1),
        number(coarse_stored, 0),
        number(coarse_back, 1),
        number(coarse_back - 0.515, 3),
    ])
    .states("With a scale of {}, the weight 0.515 is stored as {} and read back as {}", [
        number(fine, 2),
        number(fine_stored, 0),
        number(fine_back, 2),
    ])
    .states("25.4 in the group the scale is {}, so {} is stored and {} comes back", [
        number(coarse, 1),
        number(coarse_stored, 0),
        number(coarse_back, 1),
    ])
    .states("16 bits are {} GB", [gb(parameters * 2.0)])
    .states("8 bits are {} GB, and of the {} GB only {} are left", [gb(eight), gb(free), gb(free - eight)])
    .states("A request takes {} GB of cache", [number(request / 1e9, 1)])
    .states("are {} bits a weight, about {} GB; {} GB are left, room for {} requests", [
        number(bits, 3),
        gb(four),
        gb(free - four),
        fitting(four),
    ])
    .states("takes {} milliseconds at 8 bits and {} at 4 bits", [ms(eight), ms(four)])
    .states("takes {} milliseconds at 8 bits and {} milliseconds at 4", [ms(eight), ms(four)])
    .states("takes {} milliseconds instead of {}", [ms(four), ms(eight)])
    .states("8 bits take {} GB and leave {}", [gb(eight), gb(free - eight)])
    .states("are {} bits a weight, about {} GB, and leave room for {} requests", [
        number(bits, 3),
        gb(four),
        fitting(four),
    ])
    .states("{} and {}; {} and {}; {} GB with two requests; about {} GB with {} requests; {} ms against {} ms", [
        number(fine_stored, 0),
        number(fine_back, 2),
        number(coarse_stored, 0),
        number(coarse_back, 1),
        gb(eight),
        gb(four),
        fitting(four),
        ms(eight),
        ms(four),
    ])
    .states("{} with the small scale, {} with the outlier, {} GB and two requests, about {} GB and {} requests, {} and {} milliseconds", [
        number(fine_back, 2),
        number(coarse_back, 1),
        gb(eight),
        gb(four),
        fitting(four),
        ms(eight),
        ms(four),
    ])
    .states("parameters take {} GB, and at 4 bits about {} GB", [gb(eight), gb(four)])
}
