//! Several samples of one model, and panels of several judges, behind scripted servers.

mod coach;
mod judged;
mod support;

use coach::{Coach, Ran, answer};
use judged::{TEXT, answer_in, answers, critique};
use serde_json::{Value, json};
use support::{FakeEndpoint, Reply, Request};

/// A model that gives the first criterion the level that `level` says and all others 1, and flags a mistake where
/// `mistaken` says so.
fn rating(level: impl Fn(&Request) -> u8, mistaken: impl Fn(&Request) -> bool, request: &Request) -> Reply {
    let mut critique = critique(request, &answer_in(request));
    critique["ratings"]["definition"]["level"] = json!(level(request));
    if mistaken(request) {
        critique["mistakes"] = json!([{"id": "mixes-bits-and-nats", "quote": TEXT, "why": "It says so."}]);
    }
    Reply::chat(critique.to_string())
}

fn seed(request: &Request) -> i64 {
    request.json["seed"].as_i64().unwrap()
}

fn table(name: &str, fake: &FakeEndpoint, more: &str) -> String {
    format!("[judges.{name}]\nbase_url = \"{}\"\nmodel = \"{name}-model\"\nretries = 0\n{more}\n", fake.url())
}

fn coach(config: &str) -> Coach {
    let coach = Coach::new();
    coach.write("config.toml", config);
    coach.write("a.jsonl", answers(1));
    coach
}

fn grade(coach: &Coach, more: &[&str]) -> Ran {
    coach.run(&[&["grade", "a.jsonl", "-o", "g.jsonl", "--config", "config.toml"], more].concat())
}

fn only_grade(coach: &Coach) -> Value {
    let mut grades = coach.grades("g.jsonl");
    assert_eq!(grades.len(), 1);
    grades.remove(0)
}

#[test]
fn samples_give_the_median_level_the_majoritys_mistakes_and_how_far_they_agree() {
    // Seeds 7, 8 and 9: levels 1, 4 and 3; the mistake in two of three.
    let level = |request: &Request| [1, 4, 3][usize::try_from(seed(request) - 7).unwrap()];
    let fake = FakeEndpoint::start(move |request| rating(level, |request| seed(request) != 7, request));
    let coach = coach(&table("m", &fake, ""));
    let ran = grade(&coach, &["--judge", "m", "--samples", "3"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains(", 3 samples at temperature 0.7."), "{}", ran.stderr);
    let grade = only_grade(&coach);
    assert_eq!((&grade["criteria"][0]["level"], &grade["criteria"][1]["level"]), (&json!(3), &json!(1)));
    assert_eq!(grade["mistakes"].as_array().unwrap().len(), 1);
    assert_eq!(grade["flags"], json!(["ratings-differ"]));
    // Pairs 1-4, 1-3, 4-3 of 4 levels: (0.25 + 0.5 + 0.75) / 3 = 0.5; four criteria agree: (0.5 + 4) / 5.
    let judge =
        json!({"name": "m", "model": "m-model", "procedure": "at-once", "samples": 3, "agreement": 0.9});
    assert_eq!(grade["judge"], judge);
    assert_eq!(grade["usage"]["prompt_tokens"], 30);
    let requests = fake.requests();
    let mut seeds: Vec<i64> = requests.iter().map(seed).collect();
    seeds.sort_unstable();
    assert_eq!(seeds, [7, 8, 9]);
    assert!(requests.iter().all(|request| request.json["temperature"] == json!(0.7)));
}

#[test]
fn each_sample_is_kept_and_a_changed_number_asks_only_for_what_is_new() {
    let by_turns = |request: &Request| u8::try_from(request.number % 2).unwrap();
    let fake = FakeEndpoint::start(move |request| rating(by_turns, |_| false, request));
    let coach = coach(&table("m", &fake, "samples = 3\nconcurrency = 1"));
    assert_eq!(grade(&coach, &["--judge", "m"]).code, 0);
    assert_eq!(fake.requests().len(), 3);
    let first = only_grade(&coach);
    coach.write("g.jsonl", "");
    assert_eq!(grade(&coach, &["--judge", "m"]).code, 0);
    assert_eq!(fake.requests().len(), 3, "all are in the cache");
    assert_eq!(only_grade(&coach)["criteria"], first["criteria"]);
    assert_eq!(only_grade(&coach)["judge"]["agreement"], first["judge"]["agreement"]);

    let dry = grade(&coach, &["--judge", "m", "--samples", "5", "--dry-run"]);
    assert!(dry.stdout.contains("1 answer to judge."), "another number is another grade: {}", dry.stdout);
    assert!(dry.stdout.contains("calls        2 (3 more are in the reply cache)"), "{}", dry.stdout);
    let known = grade(&coach, &["--judge", "m", "--dry-run"]);
    assert!(known.stdout.contains("1 graded before"), "{}", known.stdout);
}

#[test]
fn a_sample_that_fails_is_left_out_and_named_and_too_few_are_no_grade() {
    for (failing, code, kind) in [(1, 0, None), (2, 3, Some("malformed-critique"))] {
        let fake = FakeEndpoint::start(move |request| {
            if seed(request) < 7 + failing { Reply::chat("A 7!") } else { judged::sound(request) }
        });
        let coach = coach(&table("m", &fake, ""));
        let ran = grade(&coach, &["--judge", "m", "--samples", "3"]);
        assert_eq!(ran.code, code, "{}", ran.stderr);
        let grade = only_grade(&coach);
        match kind {
            None => {
                assert_eq!(grade["flags"], json!(["critiques-missing"]));
                assert_eq!(grade["judge"]["failed"][0]["kind"], "malformed-critique");
                assert!(
                    ran.stderr.contains("graded a0 without a sample: the model's reply"),
                    "{}",
                    ran.stderr
                );
                assert_eq!(grade["criteria"][0]["level"], 1, "not pulled to zero");
            }
            Some(kind) => {
                assert_eq!(grade["reason"]["kind"], kind);
                let message = grade["reason"]["message"].as_str().unwrap();
                assert!(message.starts_with("2 of 3 samples gave no critique; the model's"), "{message}");
                assert_eq!(grade["usage"]["prompt_tokens"], 50, "two, two repairs, and the sound one");
            }
        }
    }
}

#[test]
fn samples_that_would_all_be_the_same_are_refused_or_remarked_on() {
    let fake = FakeEndpoint::start(judged::sound);
    let coach = coach(&table("m", &fake, "temperature = 0"));
    let ran = grade(&coach, &["--judge", "built-in", "--samples", "3"]);
    insta::assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: the built-in judge gives the same critique each time, so samples tell nothing
    hint: leave out --samples, or name a judge that asks a model: --judge NAME
    --- exit 2
    ");
    let ran = grade(&coach, &["--judge", "m", "--samples", "2"]);
    assert!(
        ran.stderr.contains(
            "At temperature 0 most samples are the same reply. Leave temperature out of [judges.m] to sample at 0.7."
        ),
        "{}",
        ran.stderr
    );
    assert_eq!(grade(&coach, &["--samples", "0"]).code, 2);
    assert_eq!(grade(&coach, &["--samples", "41"]).code, 2);
}

/// A panel of a strict model, a kind one that fails when it is told to, and the built-in judge.
fn panel(strict: &FakeEndpoint, kind: &FakeEndpoint) -> String {
    let members = "[judges.jury]\nmembers = [\"strict\", \"kind\", \"built-in\"]\n";
    format!("judge = \"jury\"\n{}{}{members}", table("strict", strict, ""), table("kind", kind, ""))
}

#[test]
fn a_panel_keeps_each_members_grade_and_shows_it() {
    let strict = FakeEndpoint::start(|request| rating(|_| 1, |_| false, request));
    let kind = FakeEndpoint::start(|request| rating(|_| 4, |_| false, request));
    let coach = coach(&panel(&strict, &kind));
    let ran = grade(&coach, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    insta::with_settings!({filters => [(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT")]}, {
        insta::assert_snapshot!(ran.stderr.lines().next().unwrap(), @"Judge: jury, a panel of strict, strict-model at http://127.0.0.1:PORT/v1; kind, kind-model at http://127.0.0.1:PORT/v1; built-in.");
    });
    let grade = only_grade(&coach);
    let members = grade["judge"]["members"].as_array().unwrap();
    let names: Vec<&Value> = members.iter().map(|member| &member["name"]).collect();
    assert_eq!(names, ["strict", "kind", "built-in"]);
    assert_eq!(members[0]["criteria"][0]["level"], 1);
    assert_eq!(members[1]["criteria"][0]["level"], 4);
    assert_eq!(members[1]["judge"]["model"], "kind-model");
    assert!(members[0]["criteria"][0]["evidence"][0]["quote"].as_str().unwrap().starts_with(TEXT));
    let mut levels: Vec<u64> =
        members.iter().map(|member| member["criteria"][0]["level"].as_u64().unwrap()).collect();
    levels.sort_unstable();
    assert_eq!(grade["criteria"][0]["level"], levels[1]);
    assert_eq!(grade["usage"]["prompt_tokens"], 20);

    coach.write("a.txt", TEXT);
    let practised = coach.run(&["practice", "surprisal", "--answer", "a.txt", "--config", "config.toml"]);
    let judged_by = practised.stdout.split("Judged by").nth(1).unwrap();
    insta::assert_snapshot!(judged_by, @r"
    the panel jury; agreement 0.79, where 1 is full.
     - strict (strict-model): score 26.3; levels definition 1, units 1, numbers 1,
       entropy 1, cross-entropy-and-perplexity 1
     - kind (kind-model): score 43.6; levels definition 4, units 1, numbers 1,
       entropy 1, cross-entropy-and-perplexity 1
     - built-in: score 11.5; levels definition 1, units 0, numbers 1, entropy 0,
       cross-entropy-and-perplexity 0
    ");
    let page = coach.run(&["report", "g.jsonl", "--format", "html"]);
    for shown in [
        "jury, a panel of strict, kind, built-in",
        "strict (strict-model): score 26.3; levels definition 1",
        "<p>Agreement",
    ] {
        assert!(page.stdout.contains(shown), "{shown}");
    }
    let sheet = coach.run(&["report", "g.jsonl", "--format", "csv"]);
    assert!(sheet.stdout.contains(",jury,,0.789,"), "{}", sheet.stdout);
}

#[test]
fn a_member_that_is_down_is_reported_and_the_rest_decide() {
    let strict = FakeEndpoint::start(|request| rating(|_| 2, |_| false, request));
    let kind = FakeEndpoint::start(|_| Reply::error(401, "Incorrect API key provided", "invalid_api_key"));
    let coach = coach(&panel(&strict, &kind));
    let ran = grade(&coach, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("graded a0 without kind: "), "{}", ran.stderr);
    let grade = only_grade(&coach);
    assert!(grade["flags"].as_array().unwrap().contains(&json!("critiques-missing")));
    assert_eq!(grade["judge"]["members"][1]["status"], "ungraded");
    assert_eq!(grade["judge"]["members"][1]["reason"]["kind"], "endpoint-failed");

    let config = coach.read("config.toml").replace(", \"built-in\"]", "]");
    coach.write("config.toml", config);
    coach.write("g.jsonl", "");
    let ran = self::grade(&coach, &[]);
    assert_eq!(ran.code, 1, "of two, both are needed: {}", ran.stderr);
    assert!(ran.stderr.contains("error: 1 of 2 members gave no critique; kind: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("hint: "), "{}", ran.stderr);
    assert_eq!(coach.read("g.jsonl"), "");
}

#[test]
fn a_panels_members_share_the_caps_of_a_run() {
    let strict = FakeEndpoint::start(|request| rating(|_| 1, |_| false, request));
    let kind = FakeEndpoint::start(|request| rating(|_| 4, |_| false, request));
    let prices = "[prices.strict-model]\ninput = 1000\noutput = 2000\n[prices.kind-model]\ninput = 2000\noutput = 4000\n";
    let coach = coach(&(panel(&strict, &kind) + prices));
    coach.write("a.jsonl", answers(50));
    let dry = grade(&coach, &["--dry-run"]);
    assert!(dry.stdout.contains("calls        100;"), "{}", dry.stdout);
    assert!(dry.stdout.contains("cost         about "), "{}", dry.stdout);
    // An answer costs 0.02 + 0.04: five reach 0.3.
    let ran = grade(&coach, &["--max-cost", "0.3", "--concurrency", "1"]);
    assert_eq!(ran.code, 130, "{}", ran.stderr);
    let asked = strict.requests().len() + kind.requests().len();
    assert!((10..=12).contains(&asked), "{asked}");
    assert_eq!(grade(&coach, &["--max-cost", "100"]).code, 0);
    assert_eq!(strict.requests().len() + kind.requests().len(), 100, "nothing is paid for twice");
    assert_eq!(coach.grades("g.jsonl").len(), 50);
}

#[test]
fn a_panel_has_to_be_one() {
    let url = "[judges.a]\nbase_url = 'http://h/v1'\n";
    for (members, wrong) in [
        ("[]", "a panel needs at least 2 members"),
        ("['a']", "a panel needs at least 2 members"),
        ("['a', 'a']", "\"a\" is a member already"),
        ("['a', 'bulit-in']", "there is no judge \"bulit-in\""),
        ("['a', 'p']", "\"p\" is a panel, and a panel can't be a member"),
        ("['a', 'built-in']\nmodel = 'm'", "`judges.p.model` is not a known field"),
    ] {
        let coach = coach(&format!("{url}[judges.p]\nmembers = {members}\n"));
        let ran = grade(&coach, &["--judge", "p"]);
        assert_eq!(ran.code, 2, "{members}: {}", ran.stderr);
        assert!(
            ran.stderr.contains(wrong) && ran.stderr.contains("config.toml"),
            "{members}: {}",
            ran.stderr
        );
    }
}

#[test]
fn an_answer_without_words_is_asked_of_nobody() {
    let fake = FakeEndpoint::start(judged::sound);
    let coach = coach(&table("m", &fake, "samples = 3"));
    coach.write("a.jsonl", answer("a0", "surprisal", "..."));
    assert_eq!(grade(&coach, &["--judge", "m"]).code, 0);
    assert!(fake.requests().is_empty());
    assert_eq!(only_grade(&coach)["judge"]["agreement"], Value::Null);
}

#[test]
fn a_server_that_counts_beyond_all_numbers_stops_nothing() {
    let fake = FakeEndpoint::start(|request| {
        let critique = critique(request, &answer_in(request)).to_string();
        let usage = json!({"prompt_tokens": u64::MAX, "completion_tokens": u64::MAX});
        Reply::json(
            200,
            &json!({"choices": [{"message": {"content": critique}, "finish_reason": "stop"}], "usage": usage}),
        )
    });
    let coach = coach(&table("m", &fake, "samples = 3"));
    coach.write("a.jsonl", answers(2));
    let ran = grade(&coach, &["--judge", "m"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(coach.grades("g.jsonl")[0]["usage"]["prompt_tokens"], u64::MAX);
    assert_eq!(grade(&coach, &["--judge", "m"]).code, 0, "nor does reading that again");
}
