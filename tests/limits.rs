//! The limits of a run: money, tokens, requests a minute, order, a mean for CI, and what a dry run says.

mod coach;
mod judged;
mod support;

use coach::{Coach, Ran, answer, grades};
use judged::{TEXT, answers, configured, sound};
use serde_json::json;
use support::{FakeEndpoint, Reply};

/// A million tokens sent cost 1,000 and received 2,000: the fake's 10 and 5 tokens cost 0.02 a reply.
const PRICES: &str = "[prices.m]\ninput = 1000\noutput = 2000\n";

fn priced(fake: &FakeEndpoint) -> Coach {
    let coach = configured(fake);
    coach.write("config.toml", coach.read("config.toml") + PRICES);
    coach
}

fn grade(coach: &Coach, more: &[&str]) -> Ran {
    let usual = ["grade", "a.jsonl", "-o", "g.jsonl", "--config", "config.toml"];
    coach.run(&[&usual[..], more].concat())
}

#[test]
fn the_cap_on_money_ends_a_run_that_can_be_gone_on_with() {
    let fake = FakeEndpoint::start(sound);
    let coach = priced(&fake);
    coach.write("a.jsonl", answers(50));
    let ran = grade(&coach, &["--max-cost", "0.2", "--concurrency", "4"]);
    assert_eq!(ran.code, 130, "{}", ran.stderr);
    assert!(ran.stderr.contains("of 0.2 is spent; what was graded is in the file"), "{}", ran.stderr);
    assert!(ran.stderr.contains("hint: raise the cap"), "{}", ran.stderr);
    // Ten replies reach the cap; with it, at most those under way.
    assert!((10..=13).contains(&fake.requests().len()), "{}", fake.requests().len());
    let graded = coach.grades("g.jsonl");
    assert_eq!(graded.len(), fake.requests().len());
    assert_eq!(graded[0]["usage"]["cost"], json!(0.02));

    let ran = grade(&coach, &["--max-cost", "5"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(fake.requests().len(), 50, "nothing is paid for twice");
    assert!(ran.stderr.contains("; below, the whole file"), "{}", ran.stderr);
    assert!(ran.stderr.contains("all runs     500 tokens sent, 250 received, cost 1.0000"), "{}", ran.stderr);
}

#[test]
fn repairs_and_retries_count() {
    let fake = FakeEndpoint::start(|request| match request.number {
        0 => Reply::chat("a 7 of 10"),
        1 => Reply::drop_connection(),
        _ => sound(request),
    });
    let coach = priced(&fake);
    coach.write("config.toml", coach.read("config.toml").replace("retries = 0\n", ""));
    coach.write("a.jsonl", answers(1));
    let ran = grade(&coach, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("this run     3 requests, "), "{}", ran.stderr);
    // Twice what a reply takes, and what the lost request was about.
    let sent: u64 =
        ran.stderr.split("3 requests, ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!(sent > 1_000, "{sent}");
}

#[test]
fn the_cap_on_tokens_counts_for_servers_that_do_not() {
    let fake = FakeEndpoint::start(|request| {
        let critique = judged::critique(request, &judged::answer_in(request)).to_string();
        Reply::json(200, &json!({"choices": [{"message": {"content": critique}, "finish_reason": "stop"}]}))
    });
    let coach = configured(&fake);
    coach.write("a.jsonl", answers(50));
    let ran = grade(&coach, &["--max-tokens", "5000", "--concurrency", "1"]);
    assert_eq!(ran.code, 130, "{}", ran.stderr);
    assert!(ran.stderr.contains("of 5000 tokens are used"), "{}", ran.stderr);
    assert!(fake.requests().len() < 5, "{}", fake.requests().len());
}

#[test]
fn a_cap_on_money_without_a_price_is_refused() {
    let fake = FakeEndpoint::start(sound);
    let coach = configured(&fake);
    coach.write("a.jsonl", answers(1));
    let ran = grade(&coach, &["--max-cost", "1"]);
    assert_eq!((ran.code, fake.requests().len()), (2, 0), "{}", ran.stderr);
    assert!(ran.stderr.contains("[prices.\"m\"]"), "{}", ran.stderr);
}

#[test]
fn a_dry_run_sends_nothing_and_leaves_nothing_behind() {
    let fake = FakeEndpoint::start(sound);
    let coach = priced(&fake);
    coach.write("a.jsonl", answers(3) + &answer("x", "no-such-question", TEXT));
    let ran = grade(&coach, &["--dry-run"]);
    assert_eq!((ran.code, fake.requests().len()), (0, 0), "{}", ran.stderr);
    assert!(!coach.path("g.jsonl").exists());
    assert!(ran.stdout.contains("3 answers to judge, 1 that can't be judged."), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("calls        3;") && ran.stdout.contains("cost         about "),
        "{}",
        ran.stderr
    );

    assert_eq!(grade(&coach, &[]).code, 3);
    let ran = grade(&coach, &["--dry-run"]);
    assert!(ran.stdout.contains("0 answers to judge, 3 graded before"), "{}", ran.stdout);
    assert!(ran.stdout.contains("No calls"), "{}", ran.stdout);
    std::fs::remove_file(coach.path("g.jsonl")).unwrap();
    let ran = grade(&coach, &["--dry-run"]);
    assert!(ran.stdout.contains("calls        0 (3 more are in the reply cache)"), "{}", ran.stdout);
}

#[test]
fn requests_a_minute_are_a_hard_limit() {
    let fake = FakeEndpoint::start(sound);
    let coach = configured(&fake);
    coach.write("a.jsonl", answers(6));
    let started = std::time::Instant::now();
    assert_eq!(grade(&coach, &["--rpm", "600", "--concurrency", "6"]).code, 0);
    // Six requests, a tenth of a second apart.
    assert!(started.elapsed().as_millis() >= 500);
}

#[test]
fn order_is_kept_when_asked_for() {
    let fake = FakeEndpoint::start(|request| {
        let slow = request.number % 7 == 0;
        sound(request).after(std::time::Duration::from_millis(if slow { 40 } else { 0 }))
    });
    let coach = configured(&fake);
    let command = ["grade", "-", "-o", "-", "--ordered", "--config", "config.toml", "--concurrency", "8"];
    let input = answers(60) + "not json\n" + &answer("last", "surprisal", TEXT);
    let ran = coach.run_with(&command, &input);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    let ids: Vec<String> =
        grades(&ran.stdout).iter().map(|grade| grade["id"].as_str().unwrap().to_owned()).collect();
    let expected: Vec<String> = (0..60)
        .map(|at| format!("a{at}"))
        .chain(["standard input:61".to_owned(), "last".to_owned()])
        .collect();
    assert_eq!(ids, expected);
}

#[test]
fn an_answer_below_the_wanted_score_fails_the_job() {
    let coach = Coach::new();
    coach.write("a.jsonl", coach::example_answers());
    for (least, code) in [("0", 0), ("100", 1)] {
        let ran = coach.run(&["grade", "a.jsonl", "-o", "g.jsonl", "--fail-under", least]);
        assert_eq!(ran.code, code, "{}", ran.stderr);
        assert_eq!(ran.stderr.contains("is below 100"), code == 1, "{}", ran.stderr);
    }
    assert_eq!(coach.run(&["grade", "a.jsonl", "--fail-under", "101"]).code, 2);
}
