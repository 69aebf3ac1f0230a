//! Information, inversions, policy gradients and scaling laws.

use crate::sheet::{Sheet, about, number, percent};

pub(crate) fn sheets() -> Vec<Sheet> {
    vec![surprisal(), expected_inversions(), policy_gradients(), scaling_laws()]
}

fn surprisal() -> Sheet {
    let (bits, nats, hartleys) = (8_f64.log2(), 8_f64.ln(), 8_f64.log10());
    let distribution = [0.5, 0.25, 0.125, 0.125];
    let entropy: f64 = distribution.iter().map(|p: &f64| -p * p.log2()).sum();
    let tokens = [0.25, 0.5, 0.125, 0.25];
    let total: f64 = tokens.iter().map(|p: &f64| -p.log2()).sum();
    let cross_entropy = total / 4.0;
    let perplexity = cross_entropy.exp2();
    let ln2 = 2_f64.ln();
    Sheet::of(
        "surprisal",
        ["a probability of 1/8", "distribution is 1/2, 1/4, 1/8, 1/8", "that came 1/4, 1/2, 1/8 and 1/4"],
    )
    .states("one bit is {} nats", [number(ln2, 3)])
    .states("three times {}", [number(ln2, 3)])
    .states("one nat is {} bits", [number(1.0 / ln2, 3)])
    .states("One hartley is {} bits", [number(10_f64.log2(), 3)])
    .states("a surprisal of {} bits", [number(bits, 0)])
    .states("1/8 is about {} nats", [number(nats, 3)])
    .states("1/8 is about {} hartleys", [number(hartleys, 3)])
    .states(
        "that is {} plus {} plus {} plus {}",
        distribution.map(|p| number(-p * p.log2(), 3).trim_end_matches('0').to_owned()),
    )
    .states("distribution is {} bits", [number(entropy, 2)])
    .states("1/2, 1/4, 1/8, 1/8 is {} bits", [number(entropy, 2)])
    .states("Four equally likely words would give {} bits", [number(4_f64.log2(), 0)])
    .states(
        "surprisals are {}, {}, {} and {} bits, {} bits in all",
        [
            number(-tokens[0].log2(), 0),
            number(-tokens[1].log2(), 0),
            number(-tokens[2].log2(), 0),
            number(-tokens[3].log2(), 0),
            number(total, 0),
        ],
    )
    .states("have {} bits in all", [number(total, 0)])
    .states("cross-entropy is {} bits per token", [number(cross_entropy, 0)])
    .states(
        "perplexity is {} to the power of {}, which is {}",
        [number(2.0, 0), number(cross_entropy, 0), number(perplexity, 0)],
    )
    .states("In nats, {} bits are {}", [number(cross_entropy, 0), number(cross_entropy * ln2, 3)])
    .states("e to the power of {} is again {}", [number(cross_entropy * ln2, 3), number(perplexity, 0)])
    .states(
        "{} bits, {} nats, {} hartleys, {} bits, {} bits, perplexity {}",
        [
            number(bits, 0),
            number(nats, 3),
            number(hartleys, 3),
            number(entropy, 2),
            number(cross_entropy, 0),
            number(perplexity, 0),
        ],
    )
    .states(
        "{} bits, {} nats, {} hartleys, entropy {} bits, {} bits a token, perplexity {}",
        [
            number(bits, 0),
            number(nats, 3),
            number(hartleys, 3),
            number(entropy, 2),
            number(cross_entropy, 0),
            number(perplexity, 0),
        ],
    )
    .states("1/8 has {} bits or {} nats", [number(bits, 0), number(nats, 3)])
    .states("1/8 is {} bits, or {} nats", [number(bits, 0), number(nats, 3)])
    .states(
        "two to the power of {} is about {}, not {}",
        [number(nats, 3), number(nats.exp2(), 1), number(nats.exp(), 0)],
    )
    .states("{} nats would be about {} bits", [number(3.0, 0), number(3.0 / ln2, 2)])
    .states("Bits times {} are nats", [number(ln2, 3)])
    .states("divide by {}", [number(ln2, 3)])
    .states("p = 1/8 gives {} bits", [number(bits, 0)])
    .states("logarithm to base {} gives bits", [number(2.0, 0)])
    .states("logarithm to base {} gives hartleys", [number(10.0, 0)])
    .free(["0"])
}

/// The inversions of every order of 1 to n: how often each count occurs.
fn inversions(n: usize) -> Vec<f64> {
    fn visit(rest: &mut Vec<usize>, so_far: usize, counts: &mut Vec<f64>) {
        if rest.is_empty() {
            counts[so_far] += 1.0;
        }
        for at in 0..rest.len() {
            // as many smaller ones come later as stand before it in the sorted rest
            let taken = rest.remove(at);
            visit(rest, so_far + at, counts);
            rest.insert(at, taken);
        }
    }
    let mut counts = vec![0.0; n * (n - 1) / 2 + 1];
    visit(&mut (1..=n).collect(), 0, &mut counts);
    counts
}

fn mean_and_variance(counts: &[f64]) -> (f64, f64) {
    let total: f64 = counts.iter().sum();
    let moment = |f: &dyn Fn(f64) -> f64| {
        counts.iter().enumerate().map(|(k, count)| f(k as f64) * count).sum::<f64>() / total
    };
    let mean = moment(&|k| k);
    (mean, moment(&|k| (k - mean).powi(2)))
}

#[test]
fn formulas_for_inversions_hold_for_every_order_of_up_to_eight() {
    for n in 2..=8 {
        let counts = inversions(n);
        let (mean, variance) = mean_and_variance(&counts);
        let n = n as f64;
        assert!((mean - n * (n - 1.0) / 4.0).abs() < 1e-9, "{n}");
        assert!((variance - n * (n - 1.0) * (2.0 * n + 5.0) / 72.0).abs() < 1e-9, "{n}");
        assert!(counts.iter().eq(counts.iter().rev()), "{n}: not symmetric");
    }
}

/// The upper tail of the standard normal distribution, by integration.
fn normal_tail(z: f64) -> f64 {
    let step = 1e-4;
    let density = |x: f64| (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt();
    (0..100_000).map(|at| step * density(z + step * (f64::from(at) + 0.5))).sum()
}

fn expected_inversions() -> Sheet {
    let (n, lists, limit) = (10.0, 125.0, 23.5);
    let mean = n * (n - 1.0) / 4.0;
    let variance = n * (n - 1.0) * (2.0 * n + 5.0) / 72.0;
    let error = f64::sqrt(variance / lists);
    let as_if_independent = n * (n - 1.0) / 8.0;
    let tail = normal_tail((limit - mean) / error);
    Sheet::of("expected-inversions", ["n = 10, draw 125 such lists", "exceeds 23.5"])
        .states("expected number of inversions is n(n-1)/{}", [number(4.0, 0)])
        .states("variance n(n-1)(2n+{})/{}", [number(5.0, 0), number(72.0, 0)])
        .states("expected number of inversions is {}", [number(mean, 1)])
        .states("maximum of {}", [number(n * (n - 1.0) / 2.0, 0)])
        .states("n(n-1)/8, which is {}", [number(as_if_independent, 2)])
        .states("n(n-1)/8 ({} for ten numbers)", [number(as_if_independent, 2)])
        .states("it is {} for ten numbers", [number(variance, 2)])
        .states("n = 2 gives 1/{}", [number(72.0 / (2.0 * 1.0 * 9.0), 0)])
        .states("the variance of one count is {}", [number(variance, 2)])
        .states("standard deviation is about {}", [number(variance.sqrt(), 2)])
        .states("centred at {}", [number(mean, 1)])
        .states(
            "{} divided by {}, or {}",
            [number(variance, 2), number(lists, 0), number(variance / lists, 2)],
        )
        .states("{} over {}", [number(variance, 2), number(lists, 0)])
        .states("standard error of the mean is {}", [number(error, 1)])
        .states("square root of {}, which is {}", [number(lists, 0), number(error, 1)])
        .states("probability that the mean exceeds 23.5 is about {} percent", [percent(tail, 1)])
        .states("the mean exceeds {} is about", [number(limit, 1)])
        .states(
            "mean lies between {} and {}",
            [number(mean - 1.96 * error, 2), number(mean + 1.96 * error, 2)],
        )
        .states(
            "right: {}, {}, {}, or about {} percent",
            [number(mean, 1), number(variance, 2), number(error, 1), percent(tail, 1)],
        )
        .states(
            "expectation {}, variance {}, standard error {}",
            [number(mean, 1), number(variance, 2), number(error, 1)],
        )
        .states("for example {} and {}", [number(mean, 1), number(variance, 2)])
        .states("One count: variance {}", [number(variance, 2)])
        .states(
            "standard deviation of {}, but the mean of {} lists only {}",
            [number(variance.sqrt(), 2), number(lists, 0), number(error, 1)],
        )
        .states("{} times 1/4 would leave", [number(n * (n - 1.0) / 2.0, 0)])
        .free(["0", "1", "2", "3", "12", "95"])
}

fn policy_gradients() -> Sheet {
    let gamma: f64 = 0.9;
    let discounted = 1.0 + gamma * 0.0 + gamma.powi(2) * 2.0;
    let (ratio, epsilon): (f64, f64) = (1.5, 0.2);
    let clipped = ratio.clamp(1.0 - epsilon, 1.0 + epsilon);
    let objective = |advantage: f64| (ratio * advantage).min(clipped * advantage);
    let rewards = [1.0, 0.0, 0.0, 1.0];
    let mean: f64 = rewards.iter().sum::<f64>() / 4.0;
    let deviation = (rewards.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / 4.0).sqrt();
    let advantages = rewards.map(|reward| number(((reward - mean) / deviation).abs(), 0));
    let [a, b, c, d] = advantages.clone();
    Sheet::of(
        "rl-policies-and-policy-gradients",
        [
            "rewards 1, 0, 2",
            "discount of 0.9",
            "ratio of 1.5 and epsilon of 0.2",
            "advantage of +2 and for one of -2",
            "rewards 1, 0, 0, 1",
        ],
    )
    .states("1 plus 0 plus {} times 2, which is {}", [number(gamma.powi(2), 2), number(discounted, 2)])
    .states(
        "unclipped {}, clipped {}, so the objective is {}",
        [number(ratio * 2.0, 0), number(clipped * 2.0, 1), number(objective(2.0), 1)],
    )
    .states(
        "unclipped -{}, clipped -{}, the minimum is -{}",
        [number(ratio * 2.0, 0), number(clipped * 2.0, 1), number(-objective(-2.0), 0)],
    )
    .states("the clipped objective of PPO is {}", [number(objective(2.0), 1)])
    .states("the minimum is the unclipped -{}", [number(-objective(-2.0), 0)])
    .states("the standard deviation {}", [number(deviation, 1)])
    .states("mean is {}", [number(mean, 1)])
    .states("advantages are +{}, -{}, -{}, +{}", advantages)
    .states(
        "right: {}; {}; -{}; +{}, -{}, -{}, +{}",
        [
            number(discounted, 2),
            number(objective(2.0), 1),
            number(-objective(-2.0), 0),
            a.clone(),
            b.clone(),
            c.clone(),
            d.clone(),
        ],
    )
    .states(
        "right: {}, {}, -{} and +{}, -{}, -{}, +{}",
        [number(discounted, 2), number(objective(2.0), 1), number(-objective(-2.0), 0), a, b, c, d],
    )
    .states("right, for example {} and {}", [number(discounted, 2), number(objective(2.0), 1)])
    .states("to go beyond {}", [number(1.0 + epsilon, 1)])
    .states("between {} and {}", [number(1.0 - epsilon, 1), number(1.0 + epsilon, 1)])
}

/// Loss of N parameters after D tokens, with the constants of Besiroglu et al. 2024, arXiv:2404.10102.
fn loss(parameters: f64, tokens: f64) -> f64 {
    1.8172 + 482.01 / parameters.powf(0.3478) + 2085.43 / tokens.powf(0.3658)
}

fn scaling_laws() -> Sheet {
    let (gpus, days, rate, price): (f64, f64, f64, f64) = (512.0, 17.0, 4e14, 2.0);
    let hours = gpus * days * 24.0;
    let compute = hours * 3_600.0 * rate;
    let optimal = (compute / 120.0).sqrt();
    let (large, small) = (50e9, 8e9);
    let small_tokens = 3e23 / (6.0 * small);
    let served = 10e12;
    let lifetime = |parameters: f64| 3e23 + 2.0 * parameters * served;
    let power = |value: f64| format!("{value:e}");
    let rounded = |value: f64, power: f64| (value / power * 10.0).round() * power / 10.0;
    Sheet::of(
        "scaling-laws",
        [
            "512 GPUs for 17 days",
            "4e14 useful FLOP per second and costs 2 dollars an hour",
            "10 trillion tokens",
            "1.6 trillion distinct tokens",
            "loss of 1.99",
            "of 2.03 for an 8-billion model",
        ],
    )
    .states("loss of {} for the compute-optimal", [number(loss(large, 1e12), 2)])
    .states("and of {} for an", [number(loss(small, small_tokens), 2)])
    .states(
        "so about {} FLOP, or {} GPU hours and {} dollars",
        [power(rounded(compute, 1e24)), about(hours, 1e3), about(hours * price, 1e4)],
    )
    .states("budget of about {} FLOP", [power(rounded(compute, 1e24))])
    .states("C is {} N squared", [number(6.0 * 20.0, 0)])
    .states(
        "N is about {} billion, and D about {} trillion",
        [number(optimal / 1e9, 0), number(20.0 * optimal / 1e12, 0)],
    )
    .states(
        "has about {} billion parameters and sees about {} trillion",
        [number(optimal / 1e9, 0), number(20.0 * optimal / 1e12, 0)],
    )
    .states(
        "{} trillion tokens on the same compute, some {} per parameter",
        [number(small_tokens / 1e12, 2), about(small_tokens / small, 10.0)],
    )
    .states(
        "sees {} trillion tokens, about {} per parameter",
        [number(small_tokens / 1e12, 2), about(small_tokens / small, 10.0)],
    )
    .states(
        "6ND; budget of {}; {} billion and {} trillion; {} trillion for {} billion",
        [
            power(3e23),
            number(optimal / 1e9, 0),
            number(1.0, 0),
            number(small_tokens / 1e12, 2),
            number(8.0, 0),
        ],
    )
    .states("takes {} with {} billion parameters", [power(2.0 * large * served), number(50.0, 0)])
    .states("the training, and {} with 8 billion", [power(2.0 * small * served)])
    .states("that is {} against {}", [power(lifetime(large)), power(lifetime(small))])
    .states("take {} for the large model against {}", [power(lifetime(large)), power(lifetime(small))])
    .states("(about {} against {})", [power(lifetime(large)), power(lifetime(small))])
    .states("need {} to serve", [power(2.0 * large * served)])
    .states("pay is {} of loss", [number(2.03 - 1.99, 2)])
    .states("price of {} in loss", [number(2.03 - 1.99, 2)])
    .states("with compute to the power {}, the data only with {}", [number(0.73, 2), number(1.0 - 0.73, 2)])
    .states("saw almost {} tokens per parameter", [about(15e12 / 8e9, 100.0)])
    .states("{}-billion model takes {} FLOP per token", [number(200.0, 0), power(2.0 * 200e9)])
    // GPT-3, Gopher, Chinchilla, Llama 3, and sizes to choose
    .free(["175", "300", "70", "1.4", "280", "0.5", "20", "3", "15", "13"])
}
