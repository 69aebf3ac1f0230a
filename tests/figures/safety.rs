//! Alignment, guardrails, hallucination, personal data, injection and exposures.

use crate::sheet::{Sheet, margin, number, percent};

pub(crate) fn sheets() -> Vec<Sheet> {
    vec![
        alignment_and_rlhf(),
        dpo_and_ppo(),
        guardrails(),
        hallucination_in_production(),
        hallucination_mitigation(),
        personal_data(),
        prompt_injection(),
        top_exposures(),
    ]
}

fn alignment_and_rlhf() -> Sheet {
    let noise = 100.0 * margin(0.52, 500.0);
    Sheet::of(
        "alignment-and-rlhf",
        [
            "from 1.2 to 3.0",
            "500 pairs each time: halfway through, the new model won 60 percent, at the end only 52 percent",
            "from 180 to 420 tokens",
            "9 percent of harmless questions instead of 2",
        ],
    )
    .states("leave about {} points of uncertainty", [number(noise, 0)])
    .states("uncertain by about {} points", [number(noise, 0)])
    .states("noise of about {} points", [number(noise, 0)])
}

fn dpo_and_ppo() -> Sheet {
    let (chosen, rejected, beta) = (-120.0 - -118.0, -150.0 - -140.0, 0.1);
    let margin: f64 = beta * (chosen - rejected);
    let loss = |margin: f64| (1.0 + (-margin).exp()).ln();
    let (trained, frozen) = (8.0 * 16.0, 8.0 * 2.0);
    Sheet::of("dpo-and-ppo", [
        "8 billion parameters",
        "eight 80 GB GPUs",
        "beta 0.1",
        "now -120, where the reference has -118; the rejected one is at -150, where the reference has -140",
        "from 210 to 330 tokens",
    ])
    .states("at about {} bytes a trained parameter, 8 billion parameters need roughly {} GB each for policy and value, plus {} GB each for the two frozen ones: about {} GB", [
        number(16.0, 0),
        number(trained, 0),
        number(frozen, 0),
        number(2.0 * trained + 2.0 * frozen, 0),
    ])
    .states("DPO needs {}. Both fit on our {} GB", [number(trained + frozen, 0), number(8.0 * 80.0, 0)])
    .states("The difference is {}, times 0.1 is {}, and the loss is about {}, against {} at the start", [
        number(chosen - rejected, 0),
        number(margin, 1),
        number(loss(margin), 2),
        number(loss(0.0), 2),
    ])
    .states("the rejected one minus {}", [number(-rejected, 0)])
    .states("the chosen log-ratio is minus {}", [number(-chosen, 0)])
    .states("The margin of this pair is {}, so its loss is about {}, down from {}", [
        number(margin, 1),
        number(loss(margin), 2),
        number(loss(0.0), 2),
    ])
    .states("a margin of {} and a loss of about {}", [number(margin, 1), number(loss(margin), 2)])
    .states("log-sigmoid loss; {} for the pair", [number(loss(margin), 2)])
    .states("The margin is {}", [number(margin, 1)])
    .states("Here they are -{} and -{}", [number(-chosen, 0), number(-rejected, 0)])
    .states("need about {} GB each with Adam", [number(trained, 0)])
}

fn guardrails() -> Sheet {
    let messages = 40_000.0;
    let bad = messages * 0.03;
    let good = messages - bad;
    let (caught, alarms) = (bad * 0.90, good * 0.04);
    let (missed, strict_missed, strict_alarms) = (bad - caught, bad * 0.05, good * 0.10);
    let cost = |alarms: f64, missed: f64| alarms * 5.0 + missed * 40.0;
    let flagged = caught + alarms;
    let (small, large) = (messages * 0.0002, messages * 0.005);
    Sheet::of("guardrails", [
        "40,000 messages a day",
        "3 percent of the messages",
        "(0.02 cents, 40 milliseconds) stops 90 percent of these and wrongly stops 4 percent",
        "it is 95 and 10 percent",
        "(0.5 cents, 700 milliseconds); it finds 80 percent",
        "the help line, 5 dollars",
        "costs 40 dollars on average",
    ])
    .states("{} messages a day are forbidden, {} are not. The loose threshold stops {} and misses {}. It also stops {} harmless ones, so only {} percent", [
        number(bad, 0),
        number(good, 0),
        number(caught, 0),
        number(missed, 0),
        number(alarms, 0),
        percent(caught / flagged, 0),
    ])
    .states("The strict one misses {} but stops {} harmless ones. In dollars: {} times 5 plus {} times 40 is {} a day for the loose one, and {} for the strict one. Without any check it would be {}", [
        number(strict_missed, 0),
        number(strict_alarms, 0),
        number(alarms, 0),
        number(missed, 0),
        number(cost(alarms, missed), 0),
        number(cost(strict_alarms, strict_missed), 0),
        number(cost(0.0, bad), 0),
    ])
    .states("on every message is {} dollars a day", [number(small, 0)])
    .states("on every reply would be {} dollars", [number(large, 0)])
    .states("the {} alarms is {} dollars", [number(flagged, 0), number(flagged * 0.005, 0)])
    .states("{} times 20 percent would leave {}", [number(missed, 0), number(missed * 0.2, 0)])
    .states("Of {} violations {} are caught and {} slip through", [
        number(bad, 0),
        number(caught, 0),
        number(missed, 0),
    ])
    .states("{} legitimate users are blocked, so merely {} percent", [
        number(alarms, 0),
        percent(caught / flagged, 0),
    ])
    .states("halves the misses to {} at the price of {} false positives", [
        number(strict_missed, 0),
        number(strict_alarms, 0),
    ])
    .states("the loose one totals {} and the strict one {}", [
        number(cost(alarms, missed), 0),
        number(cost(strict_alarms, strict_missed), 0),
    ])
    .states("{} and {}; {} and {} percent; {} for {} fewer misses; {} against {} dollars", [
        number(caught, 0),
        number(missed, 0),
        number(alarms, 0),
        percent(caught / flagged, 0),
        number(strict_alarms, 0),
        number(missed - strict_missed, 0),
        number(cost(alarms, missed), 0),
        number(cost(strict_alarms, strict_missed), 0),
    ])
    .states("{} and {}, {} and {} percent, {} for {} fewer misses, {} against {} dollars", [
        number(caught, 0),
        number(missed, 0),
        number(alarms, 0),
        percent(caught / flagged, 0),
        number(strict_alarms, 0),
        number(missed - strict_missed, 0),
        number(cost(alarms, missed), 0),
        number(cost(strict_alarms, strict_missed), 0),
    ])
    .states("for example {} and {} with", [number(caught, 0), number(missed, 0)])
    .states("cheap first at {} dollars; {} for reading all", [number(small, 0), number(large, 0)])
    .states("cheap first at {} dollars, {} for reading all", [number(small, 0), number(large, 0)])
    .states("on everything costs {} dollars", [number(small, 0)])
    .states("read all output would be {} dollars", [number(large, 0)])
    .states("the {} flagged cases costs {} dollars", [number(flagged, 0), number(flagged * 0.005, 0)])
    .states("costs {} dollars a day, the large model {}", [number(small, 0), number(large, 0)])
    .states("the strict threshold costs {} dollars a day more", [
        number(cost(strict_alarms, strict_missed) - cost(alarms, missed), 0),
    ])
    .states("{} would remain only if", [number(missed * 0.2, 0)])
    .states("such as 10 percent times {} percent", [percent(1.0 - 0.8, 0)])
}

/// The 95 percent interval of a share by Wilson's formula (Wilson 1927).
fn wilson(hits: f64, count: f64) -> (f64, f64) {
    let (share, z2) = (hits / count, 1.96 * 1.96);
    let centre = share + z2 / (2.0 * count);
    let half = 1.96 * f64::sqrt(share * (1.0 - share) / count + z2 / (4.0 * count * count));
    ((centre - half) / (1.0 + z2 / count), (centre + half) / (1.0 + z2 / count))
}

fn hallucination_in_production() -> Sheet {
    let share = 30.0 / 500.0;
    let (low, high) = wilson(30.0, 500.0);
    let chats = 20_000.0;
    Sheet::of(
        "hallucination-in-production",
        [
            "1,200 policy documents",
            "20,000 chats a day",
            "30 of 500 answers",
            "costs about 1 cent, a chat with a human agent about 4 dollars",
        ],
    )
    .states(
        "30 of 500 is {} percent, with an uncertainty of about {} to {}",
        [percent(share, 0), percent(low, 0), percent(high, 0)],
    )
    .states("that is about {} unsupported answers a day", [number(share * chats, 0)])
    .states("is about {} unsupported answers a day", [number(share * chats, 0)])
    .states("still had {} percent", [percent(share, 0)])
    .states("costs a cent, {} dollars a day", [number(chats * 0.01, 0)])
    .states("costs about {} dollars a day", [number(chats * 0.01, 0)])
    .states("a fifth of the chats is {} dollars a day", [number(chats / 5.0 * 4.0, 0)])
    .states("a fifth of the chats to agents costs {} dollars a day", [number(chats / 5.0 * 4.0, 0)])
    // the year of a ruling, a temperature
    .free(["2024", "0"])
}

fn hallucination_mitigation() -> Sheet {
    let old_wrong = 160.0 + 200.0;
    let replies = 1_000.0 - 180.0 - 100.0;
    let new_wrong = 70.0 + (200.0 - 180.0);
    let check = 50_000.0 * 0.004;
    Sheet::of("hallucination-mitigation", [
        "50,000 questions a day",
        "1,000 questions: 800 can be answered from the handbooks, 200 cannot",
        "640 right and 160 wrong",
        "180 of the 200 and for 100 of the 800. Of the other 700 it gets 630 right and 70 wrong",
        "costs 0.4 cents",
    ])
    .states("The old one is wrong on {} of 1,000. The new one speaks {} times and is wrong {} times, so the error among replies falls from {} to {} percent. Coverage falls from 100 to {} percent", [
        number(old_wrong, 0),
        number(replies, 0),
        number(new_wrong, 0),
        percent(old_wrong / 1_000.0, 0),
        percent(new_wrong / replies, 1),
        percent(replies / 1_000.0, 0),
    ])
    .states("that is {} points before and {} now", [
        number(640.0 - old_wrong, 0),
        number(630.0 - new_wrong, 0),
    ])
    .states("replies falls from {} to {} percent", [
        percent(old_wrong / 1_000.0, 0),
        percent(new_wrong / replies, 1),
    ])
    .states("Coverage drops to {} percent, since {} of 1,000", [
        percent(replies / 1_000.0, 0),
        number(1_000.0 - replies, 0),
    ])
    .states("error {} to {} percent; coverage {} percent", [
        percent(old_wrong / 1_000.0, 0),
        percent(new_wrong / replies, 1),
        percent(replies / 1_000.0, 0),
    ])
    .states("error {} to {} percent, coverage {} percent", [
        percent(old_wrong / 1_000.0, 0),
        percent(new_wrong / replies, 1),
        percent(replies / 1_000.0, 0),
    ])
    .states("adds {} dollars a day", [number(check, 0)])
    .states("at {} dollars a day, five samples at {}", [number(check, 0), number(5.0 * check, 0)])
    .states("would add {} dollars a day", [number(5.0 * check, 0)])
    .states("would cost {} dollars a day", [number(5.0 * check, 0)])
    .states("five samples cost {} dollars too", [number(5.0 * check / 5.0, 0)])
    .states("step costs {} dollars a day", [number(check, 0)])
    .states("for each reply is {} dollars a day", [number(check, 0)])
}

fn personal_data() -> Sheet {
    let recall: f64 = 7_760.0 / 8_000.0;
    let daily = 10_000.0 * 8.0 * (1.0 - recall);
    let left = 1.0 - recall.powi(8);
    assert!((0.19..0.23).contains(&left), "about a fifth of the letters");
    Sheet::of(
        "personal-data",
        [
            "10,000 letters a day",
            "80 engineers",
            "500,000 old letters",
            "1,000 letters with 8,000 identifiers, eight in each: it found 7,760",
        ],
    )
    .states("The tool finds {} percent", [percent(recall, 0)])
    .states(
        "but {} of 8,000 are missed, and on 10,000 letters a day that makes {}",
        [number(8_000.0 - 7_760.0, 0), number(daily, 0)],
    )
    .states(
        "misses {} percent, that is {} identifiers in the test and {} every day",
        [percent(1.0 - recall, 0), number(8_000.0 - 7_760.0, 0), number(daily, 0)],
    )
    .states(
        "{} percent missed are {} in the test or {} a day",
        [percent(1.0 - recall, 0), number(8_000.0 - 7_760.0, 0), number(daily, 0)],
    )
    .states("parts: {} or {} missed", [number(8_000.0 - 7_760.0, 0), number(daily, 0)])
    .states("With {} percent recall", [percent(recall, 0)])
    // the number of a placeholder, a retention that the candidate sets
    .free(["14"])
}

fn prompt_injection() -> Sheet {
    let mails = 2_000.0 * 100.0;
    let through = 1.0 - 0.95_f64.powi(20);
    Sheet::of(
        "prompt-injection",
        [
            "2,000 employees",
            "100 mails a day",
            "95 percent of the attacks",
            "1 percent of harmless mails",
            "costs 0.02 cents",
        ],
    )
    .states("misses {} percent of known attacks", [percent(1.0 - 0.95, 0)])
    .states(
        "with 20 different attempts at {} percent each, at least one gets through with {} percent",
        [percent(1.0 - 0.95, 0), percent(through, 0)],
    )
    .states("slips past the filter with {} percent", [percent(through, 0)])
    .states(
        "{} mails a day with 1 percent false alarms are {} harmless mails",
        [number(mails, 0), number(mails * 0.01, 0)],
    )
    .states("stops {} legitimate messages", [number(mails * 0.01, 0)])
    .states("add up; {} false alarms", [number(mails * 0.01, 0)])
    .states("add up, {} false alarms", [number(mails * 0.01, 0)])
    .states("It costs {} dollars a day", [number(mails * 0.0002, 0)])
    .states("At {} dollars a day", [number(mails * 0.0002, 0)])
    .states("The classifier costs {} dollars a day", [number(mails * 0.0002, 0)])
    .states("At {} dollars the filter", [number(mails * 0.0002, 0)])
    .free(["99"])
}

fn top_exposures() -> Sheet {
    let daily = 30_000.0 * 0.005;
    let wrong = daily * 8.0 * 365.0;
    let leak = 0.10 * 3e6;
    let (free_use, refunds) = (500_000.0 * 0.02 * 12.0, 400.0 * 20.0 * 12.0);
    let (checker, saved) = (30_000.0 * 365.0 * 0.01, wrong * 0.8);
    Sheet::of("top-exposures", [
        "30,000 chats a day, 365 days a year",
        "refunds of up to 400 dollars",
        "0.5 percent of the chats it states a wrong fee or rule, which costs 8 dollars",
        "probability of 10 percent",
        "cost 3 million dollars",
        "400 dollars 20 times a month",
        "500,000 calls a month at 2 cents",
        "cost 1 cent a chat and remove four fifths",
    ])
    .states("are {} wrong statements a day; at 8 dollars each that is about {} dollars a year", [
        number(daily, 0),
        number(wrong, 0),
    ])
    .states("an expected loss of {}. Free use as a language model costs {}, and wrong refunds through hidden instructions cost {}", [
        number(leak, 0),
        number(free_use, 0),
        number(refunds, 0),
    ])
    .states("Wrong statements are {} a day at 8 dollars, about {} dollars a year", [
        number(daily, 0),
        number(wrong, 0),
    ])
    .states("an expected loss of {} a year", [number(leak, 0)])
    .states("costs {} dollars a year and wrong refunds cost {}", [number(free_use, 0), number(refunds, 0)])
    .states("about {}, {}, and {} with {} dollars a year", [
        number(wrong, 0),
        number(leak, 0),
        number(free_use, 0),
        number(refunds, 0),
    ])
    .states("The checker costs {} dollars a year and saves about {}: a net gain of about {}", [
        number(checker, 0),
        number(saved, 0),
        number(saved - checker, 0),
    ])
    .states("The checker costs {} dollars a year and saves about {}, so", [
        number(checker, 0),
        number(saved, 0),
    ])
    .states("{} dollars against about {}", [number(checker, 0), number(saved, 0)])
    .states("About {} remains", [number(wrong - saved, 0)])
    .states("The checker leaves about {} dollars", [number(wrong - saved, 0)])
    .states("most of the {}.", [number(free_use, 0)])
    .states("in {} chats a day, which costs {} dollars", [number(daily, 0), number(wrong, 0)])
    .states("The checker costs {} dollars a year.", [number(checker, 0)])
    .states("free calls a month cost {} dollars", [number(500_000.0 * 0.02, 0)])
    // limits that the candidate sets, and the hours of article 33 of the GDPR
    .free(["100", "5", "72"])
}
