//! `coach batch` against a server with a Batch API: the same grades as live, and nothing twice, wherever it is killed.

mod batched;
mod coach;
mod judged;
mod many;
mod support;

use std::process::Stdio;

use batched::{SUBMIT, collect, grades, live, server, set_up, submit, until_done};
use coach::Coach;
use many::varied_answers;
use serde_json::{Value, json};
use support::{BatchServer, Cut};

#[test]
fn five_hundred_answers_get_the_same_grades_by_batch_as_live_and_as_in_shards() {
    let server = server().start();
    let coach = set_up(&server, &varied_answers(500));
    let ran = live(&coach, "live.jsonl");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let asked_live = server.live();

    let ran = submit(&coach, 150);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!((server.uploads().len(), server.ordered().len()), (4, 4), "499 requests in files of 150");
    assert_eq!(server.live() - asked_live, 1, "one answer shows what the server takes");
    let ran = collect(&coach);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(server.live() - asked_live, 1);
    assert_eq!(grades(&coach, "g.jsonl"), grades(&coach, "live.jsonl"));
    assert!(!coach.path("g.jsonl.batch").exists(), "nothing is left when all is graded");

    let parts: Vec<String> = (1..=4).map(|part| format!("{part}.jsonl")).collect();
    for (at, part) in parts.iter().enumerate() {
        let shard = format!("{}/4", at + 1);
        let ran = coach.run(&[
            "grade",
            "a.jsonl",
            "-o",
            part,
            "--config",
            "config.toml",
            "--no-cache",
            "--shard",
            &shard,
        ]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    let merge =
        [&["merge", "-o", "all.jsonl"][..], &parts.iter().map(String::as_str).collect::<Vec<_>>()].concat();
    assert_eq!(coach.run(&merge).code, 0);
    assert_eq!(grades(&coach, "all.jsonl"), grades(&coach, "live.jsonl"));
}

#[test]
fn what_a_user_sees() {
    let server = server().with_states(&["validating", "in_progress", "finalizing", "completed"]).start();
    let coach = set_up(&server, &varied_answers(9));
    let mut seen = vec![submit(&coach, 5).transcript()];
    for _ in 0..2 {
        seen.push(coach.run(&["batch", "status", "g.jsonl", "--config", "config.toml"]).transcript());
    }
    seen.push(collect(&coach).transcript());
    seen.push(submit(&coach, 5).transcript());
    seen.push(collect(&coach).transcript());
    seen.push(coach.run(&["batch", "status", "g.jsonl", "--config", "config.toml"]).transcript());
    insta::with_settings!({filters => vec![(r"127\.0\.0\.1:\d+", "SERVER"), (r"in \d+\.\d s", "in TIME")]}, {
        insta::assert_snapshot!(seen.join("\n\n"));
    });
}

#[test]
fn status_for_programs() {
    let server = server().with_states(&["in_progress"]).start();
    let coach = set_up(&server, &varied_answers(9));
    submit(&coach, 5);
    let ran = coach.run(&["batch", "status", "g.jsonl", "--json", "--config", "config.toml"]);
    let status: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&status["judge"], &status["model"]), (&json!("m"), &json!("m")));
    let part = json!({"number": 1, "requests": 5, "step": "ordered", "batch": "batch_1", "status": "in_progress",
        "completed": 0, "failed": 0, "errors": []});
    assert_eq!(status["parts"][0], part);
    assert_eq!(status["parts"][1]["requests"], 3);
}

/// Requests of an undisturbed batch of 12 answers in three parts: one live, three uploads, three orders, then three looks
/// and three files.
const REQUESTS: usize = 1 + 3 + 3 + 3 + 3;

fn undisturbed() -> Vec<Value> {
    let server = server().start();
    let coach = set_up(&server, &varied_answers(12));
    assert_eq!((submit(&coach, 4).code, collect(&coach).code), (0, 0));
    assert_eq!(server.fake.requests().len(), REQUESTS);
    grades(&coach, "g.jsonl")
}

/// Where the judge is is part of a grade's identity, and each server is elsewhere.
fn without_keys(mut grades: Vec<Value>) -> Vec<Value> {
    for grade in &mut grades {
        grade["key"] = Value::Null;
    }
    grades
}

fn assert_nothing_twice(server: &BatchServer, case: &str) {
    let (uploads, ordered) = (server.uploads(), server.ordered());
    assert_eq!(uploads.len(), 3, "{case}: {uploads:?}");
    assert_eq!(uploads, ordered, "{case}: each file once, and each ordered once");
}

#[test]
fn cut_off_at_any_request_the_next_call_goes_on_and_nothing_is_uploaded_or_ordered_twice() {
    let expected = without_keys(undisturbed());
    for at in 0..REQUESTS {
        for cut in [Cut::Before, Cut::After] {
            let case = format!("{cut:?} request {at}");
            let mut server = server();
            (server.cut, server.keeps_metadata, server.page) = (Some((at, cut)), at % 2 == 0, 1);
            let server = server.start();
            let coach = set_up(&server, &varied_answers(12));
            let first = submit(&coach, 4);
            assert_eq!(first.code, i32::from(at <= 6), "{case}: {}", first.stderr);
            if first.code == 1 {
                assert_eq!(until_done(|| submit(&coach, 4)).code, 0, "{case}");
            }
            let ran = until_done(|| collect(&coach));
            assert_eq!(ran.code, 0, "{case}: {}", ran.stderr);
            assert_eq!(without_keys(grades(&coach, "g.jsonl")), expected, "{case}");
            assert!(!coach.path("g.jsonl.batch").exists(), "{case}");
            // A second call grades an answer live, so that one fewer is left for the parts that come after it.
            assert_nothing_twice(&server, &case);
        }
    }
}

fn killed_while_silent(coach: &Coach, server: &BatchServer, at: usize, arguments: &[&str]) {
    let mut command = coach.command(arguments);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while server.fake.requests().len() <= at && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn killed_after_the_server_has_done_what_it_was_asked_the_next_call_goes_on() {
    let expected = without_keys(undisturbed());
    let submit_command = [&SUBMIT[..], &["4"]].concat();
    for at in 0..REQUESTS {
        let case = format!("killed at request {at}");
        let mut server = server();
        server.cut = Some((at, Cut::Silence));
        let server = server.start();
        let coach = set_up(&server, &varied_answers(12));
        if at <= 6 {
            killed_while_silent(&coach, &server, at, &submit_command);
        }
        assert_eq!(submit(&coach, 4).code, 0, "{case}");
        if at > 6 {
            killed_while_silent(
                &coach,
                &server,
                at,
                &["batch", "collect", "g.jsonl", "--config", "config.toml"],
            );
        }
        assert_eq!(until_done(|| collect(&coach)).code, 0, "{case}");
        assert_eq!(without_keys(grades(&coach, "g.jsonl")), expected, "{case}");
        assert_nothing_twice(&server, &case);
    }
}

#[test]
fn a_flaky_server_is_asked_again_within_one_call() {
    for at in 1..REQUESTS {
        let mut server = server();
        server.cut = Some((at, Cut::After));
        let server = server.start();
        let coach = set_up(&server, &varied_answers(12));
        let config = coach.read("config.toml").replace("retries = 0", "retries = 1");
        coach.write("config.toml", config);
        assert_eq!((submit(&coach, 4).code, collect(&coach).code), (0, 0), "{at}");
        assert_nothing_twice(&server, &at.to_string());
    }
}
