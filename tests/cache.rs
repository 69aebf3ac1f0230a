//! The reply cache as a user meets it: what is not asked for again, and what always is.

mod coach;
mod judged;
mod support;

use coach::{Coach, by_id};
use judged::{answers, configured, grade, sound};
use serde_json::{Value, json};
use support::{FakeEndpoint, Reply};

const GRADE: [&str; 5] = ["grade", "a.jsonl", "--config", "config.toml", "-o"];

fn graded_into(coach: &Coach, output: &str, more: &[&str]) -> Vec<Value> {
    let ran = coach.run(&[&GRADE[..], &[output], more].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    by_id(coach.grades(output))
}

#[test]
fn a_reply_is_asked_for_once_and_costs_nothing_the_second_time() {
    let fake = FakeEndpoint::start(sound);
    let coach = configured(&fake);
    coach.write("a.jsonl", answers(20));
    let first = graded_into(&coach, "g.jsonl", &[]);
    let second = graded_into(&coach, "h.jsonl", &[]);
    assert_eq!(fake.requests().len(), 20);
    for (first, second) in first.iter().zip(&second) {
        assert_eq!((&first["score"], &first["criteria"]), (&second["score"], &second["criteria"]));
        assert_eq!(
            (&first["usage"]["prompt_tokens"], &second["usage"]["prompt_tokens"]),
            (&json!(10), &json!(0))
        );
    }
    graded_into(&coach, "i.jsonl", &["--no-cache"]);
    assert_eq!(fake.requests().len(), 40);
    graded_into(&coach, "j.jsonl", &["--model", "n"]);
    assert_eq!(fake.requests().len(), 60, "another model, another reply");
}

#[test]
fn practice_and_grade_share_replies() {
    let fake = FakeEndpoint::start(sound);
    let coach = configured(&fake);
    coach.write("a.jsonl", coach::answer("a", "surprisal", judged::TEXT));
    graded_into(&coach, "g.jsonl", &[]);
    coach.write("a.txt", judged::TEXT);
    let ran = coach.run(&["practice", "surprisal", "--answer", "a.txt", "--json", "--config", "config.toml"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(fake.requests().len(), 1);
}

#[test]
fn what_was_of_no_use_is_asked_for_again() {
    for (name, bad) in [
        ("prose", Reply::chat("A solid 7 out of 10!")),
        ("cut", Reply::chat("{\"ratings\": {").finish("length")),
        ("failed", Reply::status(500)),
        ("filtered", Reply::chat("no").finish("content_filter")),
    ] {
        let fake = FakeEndpoint::start(move |_| bad.clone());
        let coach = configured(&fake);
        coach.write("a.jsonl", answers(1));
        assert_eq!(grade(&coach).code, 3, "{name}");
        let asked = fake.requests().len();
        assert_eq!(grade(&coach).code, 3, "{name}");
        assert_eq!(fake.requests().len(), 2 * asked, "{name}");
    }
}

#[test]
fn a_repaired_reply_is_kept_and_its_malformed_beginning_is_not() {
    let fake = FakeEndpoint::start(|request| match request.json["messages"].as_array().unwrap().len() {
        2 => Reply::chat("I would give this a 7."),
        _ => sound(request),
    });
    let coach = configured(&fake);
    coach.write("a.jsonl", answers(1));
    graded_into(&coach, "g.jsonl", &[]);
    graded_into(&coach, "h.jsonl", &[]);
    assert_eq!(fake.requests().len(), 3, "the malformed reply twice, the repaired one once");
}

#[test]
fn a_damaged_cache_is_named_and_stops_nothing() {
    let fake = FakeEndpoint::start(sound);
    let coach = configured(&fake);
    coach.write("a.jsonl", answers(2));
    coach.write("home/replies.sqlite", "no database ".repeat(1_000));
    let ran = grade(&coach);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("replies.sqlite is damaged"), "{}", ran.stderr);
    assert!(ran.stderr.contains("Judging goes on without the reply cache."), "{}", ran.stderr);
    assert_eq!(coach.grades("g.jsonl").len(), 2);
    assert!(coach.read("home/replies.sqlite").starts_with("no database"), "it was left as it is");
}

#[test]
fn several_runs_at_once_share_the_cache() {
    let fake = FakeEndpoint::start(sound);
    let coach = configured(&fake);
    coach.write("a.jsonl", answers(200));
    let start = |output: &str| coach.command(&[&GRADE[..], &[output]].concat()).spawn().unwrap();
    let mut runs = [start("g.jsonl"), start("h.jsonl"), start("i.jsonl")];
    assert!(runs.iter_mut().all(|run| run.wait().unwrap().success()));
    let asked = fake.requests().len();
    graded_into(&coach, "j.jsonl", &[]);
    assert_eq!(fake.requests().len(), asked, "whatever was asked by one is there for all");
}

#[test]
fn a_cache_that_fails_during_the_run_is_named_at_the_end_and_stops_nothing() {
    let fake = FakeEndpoint::start(sound);
    let coach = configured(&fake);
    coach.write("a.jsonl", answers(2));
    graded_into(&coach, "g.jsonl", &[]);
    let cache = rusqlite::Connection::open(coach.path("home/replies.sqlite")).unwrap();
    cache
        .execute_batch(
            "DELETE FROM replies;
             CREATE TRIGGER full BEFORE INSERT ON replies BEGIN SELECT RAISE(FAIL, 'no room'); END;",
        )
        .unwrap();
    let ran = coach.run(&[&GRADE[..], &["h.jsonl"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("replies.sqlite: no room"), "{}", ran.stderr);
    assert!(ran.stderr.contains("Grading went on without the reply cache"), "{}", ran.stderr);
    assert_eq!(coach.grades("h.jsonl").len(), 2);
}
