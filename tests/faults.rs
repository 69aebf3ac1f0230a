//! `coach grade` against a server that fails in every way at once, and against none at all.

mod coach;
mod judged;
mod support;

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use judged::{answers, configured, critique, sound};
use support::{FakeEndpoint, Reply, Request};

const ANSWERS: usize = 2_000;

/// The ways to fail, in turn; each answer's first request in ten meets one.
fn fault(request: &Request, kind: usize) -> Reply {
    let whole = sound(request);
    match kind % 10 {
        0 => Reply::error(429, "slow down", "rate_limit_exceeded").header("retry-after-ms", "20"),
        1 => Reply::error(429, "slow down", "rate_limit_exceeded").header("retry-after", "0"),
        2 => Reply::html(500, "Internal Server Error"),
        3 => Reply::error(503, "overloaded", "overloaded"),
        4 => Reply::drop_connection(),
        5 => whole.cut_after(200),
        6 => Reply::chat("{\"ratings\": {").finish("length"),
        7 => Reply::chat("I would give this a 7 out of 10."),
        8 => Reply::json(200, &serde_json::json!({"choices": []})),
        _ => whole.in_pieces_of(400).trickle(Duration::from_millis(2)),
    }
}

#[test]
fn one_request_in_ten_fails_and_every_answer_is_graded_once() {
    let met: Arc<Mutex<HashSet<String>>> = Arc::default();
    let faults = Arc::new(Mutex::new(0));
    let (seen, count) = (Arc::clone(&met), Arc::clone(&faults));
    let fake = FakeEndpoint::start(move |request| {
        let answer = judged::answer_in(request);
        let number: usize = answer.rsplit_once("Note ").unwrap().1.trim_end_matches('.').parse().unwrap();
        if number % 10 != 3 || !seen.lock().unwrap().insert(answer) {
            return sound(request);
        }
        *count.lock().unwrap() += 1;
        fault(request, number / 10)
    });
    let coach = configured(&fake);
    let config = coach.read("config.toml").replace("retries = 0\n", "");
    coach.write("config.toml", config);
    coach.write("a.jsonl", answers(ANSWERS));
    let ran =
        coach.run(&["grade", "a.jsonl", "-o", "g.jsonl", "--config", "config.toml", "--concurrency", "64"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(*faults.lock().unwrap(), ANSWERS / 10);
    let graded = coach.grades("g.jsonl");
    let ids: HashSet<&str> = graded.iter().map(|grade| grade["id"].as_str().unwrap()).collect();
    assert_eq!((graded.len(), ids.len()), (ANSWERS, ANSWERS));
    assert!(graded.iter().all(|grade| grade["status"] == "graded"));
    assert!(fake.connections() < 64 + ANSWERS / 10, "connections are used again: {}", fake.connections());
}

#[test]
fn everybody_waits_as_long_as_the_server_says_and_one_goes_first() {
    // The first eight are refused together, and so would be whatever comes before the wait is over.
    let fake = FakeEndpoint::start(|request| match request.number {
        0..=7 => Reply::status(429).header("retry-after-ms", "600"),
        _ => sound(request),
    });
    let coach = configured(&fake);
    let config = coach.read("config.toml").replace("retries = 0\n", "");
    coach.write("config.toml", config);
    coach.write("a.jsonl", answers(40));
    let ran =
        coach.run(&["grade", "a.jsonl", "-o", "g.jsonl", "--config", "config.toml", "--concurrency", "8"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(fake.requests().len(), 48, "nobody came back too early");
}

#[test]
fn a_page_for_people_stops_a_run_that_got_nothing_else() {
    let fake = FakeEndpoint::start(|_| Reply::html(200, "Welcome to our gateway"));
    let coach = configured(&fake);
    coach.write("a.jsonl", answers(100));
    let ran =
        coach.run(&["grade", "a.jsonl", "-o", "g.jsonl", "--config", "config.toml", "--concurrency", "1"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("a web page titled \"Welcome to our gateway\""), "{}", ran.stderr);
    assert!(ran.stderr.contains("hint: open the address in a browser"), "{}", ran.stderr);
    assert!(fake.requests().len() <= 2, "{}", fake.requests().len());
    assert_eq!(coach.read("g.jsonl"), "");
}

#[test]
fn a_page_in_the_midst_costs_one_answer_at_most() {
    let fake = FakeEndpoint::start(|request| match request.number {
        5 => Reply::html(200, "Back in a moment"),
        _ => Reply::chat(critique(request, &judged::answer_in(request)).to_string()),
    });
    let coach = configured(&fake);
    coach.write("a.jsonl", answers(20));
    let ran =
        coach.run(&["grade", "a.jsonl", "-o", "g.jsonl", "--config", "config.toml", "--concurrency", "1"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert_eq!(coach.grades("g.jsonl").iter().filter(|grade| grade["status"] == "graded").count(), 19);
}

#[test]
fn a_sign_in_page_that_stays_ends_the_run_and_a_later_run_goes_on() {
    let signed_in = Arc::new(AtomicBool::new(false));
    let well = Arc::clone(&signed_in);
    let fake = FakeEndpoint::start(move |request| {
        if request.number < 5 || well.load(Ordering::SeqCst) {
            sound(request)
        } else {
            Reply::html(200, "Sign in to the guest network")
        }
    });
    let coach = configured(&fake);
    coach.write("a.jsonl", answers(100));
    let run =
        || coach.run(&["grade", "a.jsonl", "-o", "g.jsonl", "--config", "config.toml", "--concurrency", "1"]);
    let ran = run();
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("does this network want you to sign in"), "{}", ran.stderr);
    assert_eq!(fake.requests().len(), 7, "one page may pass, a second one in a row ends the run");
    signed_in.store(true, Ordering::SeqCst);
    assert_eq!(run().code, 0);
    assert!(coach.grades("g.jsonl").iter().all(|grade| grade["status"] == "graded"));
}
