//! `--log`: what a model was asked and replied, whole, and never the key.

mod coach;
mod judged;
mod support;

use coach::{Coach, grades};
use judged::{KEY, answers, configured, critique, sound};
use serde_json::{Value, json};
use support::{FakeEndpoint, Reply};

const GRADE: [&str; 8] =
    ["grade", "a.jsonl", "-o", "g.jsonl", "--config", "config.toml", "--log", "log.jsonl"];

fn entries(coach: &Coach) -> Vec<Value> {
    grades(&coach.read("log.jsonl"))
}

#[test]
fn a_judgement_is_a_line_with_all_that_was_said() {
    let fake = FakeEndpoint::start(|request| match request.number {
        0 => Reply::chat(critique(request, "It is measured in degrees").to_string()),
        1 => Reply::chat(format!("I saw {KEY} and https://joe:pw@h/x\n{}", critique(request, judged::TEXT))),
        _ => sound(request),
    });
    let coach = configured(&fake);
    coach.write("a.jsonl", answers(2));
    let ran = coach.run(&[&GRADE[..], &["--concurrency", "1"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let (log, graded) = (entries(&coach), coach.grades("g.jsonl"));
    assert_eq!(log.len(), 2);
    for (entry, grade) in log.iter().zip(&graded) {
        assert_eq!(
            (&entry["kind"], &entry["question"], &entry["judge"]),
            (&json!("judgement"), &json!("surprisal"), &json!("m"))
        );
        assert_eq!(entry["key"], grade["key"], "a grade's line is found by its key");
        assert_eq!(entry["base_url"], json!(fake.url()));
        assert_eq!(entry["outcome"]["found"]["levels"]["definition"], 1);
        assert_eq!(entry["capabilities"]["schema"], "taken");
    }
    let exchanges = log[0]["exchanges"].as_array().unwrap();
    assert_eq!(exchanges.len(), 2);
    assert_eq!((&exchanges[0]["repair"], &exchanges[1]["repair"]), (&json!(false), &json!(true)));
    let sent = fake.requests();
    for (exchange, request) in exchanges.iter().zip(&sent) {
        assert_eq!(exchange["messages"], request.json["messages"], "what was sent, word for word");
        assert_eq!((&exchange["asked"]["shape"], &exchange["finish"]), (&json!("schema"), &json!("stop")));
        assert_eq!(exchange["usage"]["prompt_tokens"], 10);
        assert!(exchange["latency_ms"].is_u64() && exchange["total_ms"].is_u64());
    }
    assert!(exchanges[1]["messages"].to_string().contains("which is not in the answer"));
    assert!(exchanges[1]["reply"].as_str().unwrap().starts_with("I saw [key] and https://[key]@h/x\n{"));
    assert!(!coach.read("log.jsonl").contains(KEY));
}

#[test]
fn failures_are_in_it_and_lines_are_appended_to_a_private_file() {
    let fake = FakeEndpoint::start(|request| match request.number {
        0 => Reply::error(400, "'response_format' is not supported by this model", "invalid_request_error"),
        1 => Reply::error(400, &format!("bad key {KEY}"), "invalid_request_error"),
        _ => sound(request),
    });
    let coach = configured(&fake);
    coach.write("a.jsonl", answers(1));
    assert_eq!(coach.run(&GRADE).code, 3);
    let entry = &entries(&coach)[0];
    let exchange = &entry["exchanges"][0];
    assert_eq!(
        (&exchange["requests"], &exchange["reply"], &exchange["asked"]["shape"]),
        (&json!(2), &Value::Null, &json!("object"))
    );
    assert!(
        exchange["faults"][0].as_str().unwrap().contains("'response_format' is not supported"),
        "{exchange}"
    );
    assert!(exchange["error"].as_str().unwrap().ends_with("bad key [key]"), "{exchange}");
    assert!(entry["outcome"]["failed"].as_str().unwrap().contains("rejects the request"), "{entry}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(coach.path("log.jsonl")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_eq!(
        coach.run(&[&GRADE[..], &["--no-cache"]].concat()).code,
        3,
        "the server still refuses objects"
    );
    assert_eq!(entries(&coach).len(), 2);
}

#[test]
fn a_log_that_cannot_be_opened_stops_before_anything_is_sent_and_a_full_disk_does_not() {
    let fake = FakeEndpoint::start(sound);
    let coach = configured(&fake);
    coach.write("a.jsonl", answers(1));
    let ran = coach.run(&["grade", "a.jsonl", "--config", "config.toml", "--log", "no/such/folder.jsonl"]);
    assert_eq!((ran.code, fake.requests().len()), (1, 0));
    assert!(ran.stderr.contains("cannot write the log no/such/folder.jsonl"), "{}", ran.stderr);
    if cfg!(target_os = "linux") {
        let ran = coach.run(&["grade", "a.jsonl", "--config", "config.toml", "--log", "/dev/full"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(ran.stderr.contains("Judging went on; the log lacks some of it."), "{}", ran.stderr);
    }
}
