//! `coach grade` with a model as the judge, behind a scripted server on a real socket.

mod coach;
mod judged;
mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use coach::{Coach, by_id};
use judged::{KEY, TEXT, answer_in, answers, configured, critique, grade, sound};
use serde_json::{Value, json};
use support::{FakeEndpoint, Reply};

fn reason(coach: &Coach) -> (String, String) {
    let grades = coach.grades("g.jsonl");
    assert_eq!(grades[0]["status"], "ungraded", "{grades:?}");
    let field = |name: &str| grades[0]["reason"][name].as_str().unwrap().to_owned();
    (field("kind"), field("message"))
}

#[test]
fn a_model_rates_and_we_score() {
    let fake = FakeEndpoint::start(sound);
    let coach = configured(&fake);
    coach.write("a.jsonl", answers(3));
    let ran = grade(&coach);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for grade in coach.grades("g.jsonl") {
        assert_eq!((&grade["judge"]["name"], &grade["judge"]["model"]), (&json!("m"), &json!("m")));
        assert_eq!(grade["usage"]["prompt_tokens"], 10);
        for criterion in grade["criteria"].as_array().unwrap() {
            assert!(criterion["evidence"][0]["quote"].as_str().unwrap().starts_with(TEXT));
        }
    }
    let requests = fake.requests();
    assert_eq!(requests.len(), 3);
    let body = &requests[0].json;
    assert_eq!(
        (&body["temperature"], &body["seed"], &body["stream"]),
        (&json!(0.0), &json!(7), &json!(false))
    );
    let instructions = body["messages"][0]["content"].as_str().unwrap();
    assert!(instructions.contains("The logarithm to base 2 gives bits"), "the rubric is in the prompt");
    assert!(!format!("{}{}{}", ran.stdout, ran.stderr, coach.read("g.jsonl")).contains(KEY));
}

#[test]
fn a_malformed_reply_is_asked_for_once_more_with_the_reason() {
    let fake = FakeEndpoint::start(|request| match request.number {
        0 => Reply::chat("I would give this a solid 7 out of 10!"),
        _ => sound(request),
    });
    let coach = configured(&fake);
    coach.write("a.jsonl", answers(1));
    assert_eq!(grade(&coach).code, 0);
    let requests = fake.requests();
    assert_eq!(requests.len(), 2);
    assert!(
        requests[1].last_message().contains("the reply has no JSON object"),
        "{}",
        requests[1].last_message()
    );
    assert_eq!(coach.grades("g.jsonl")[0]["usage"]["prompt_tokens"], 20, "a repair is paid for, too");
}

#[test]
fn an_invented_quotation_goes_back_and_is_never_printed() {
    let invented = "It is measured in degrees Celsius";
    let fake = FakeEndpoint::start(move |request| match request.number {
        0 => Reply::chat(critique(request, invented).to_string()),
        _ => sound(request),
    });
    let coach = configured(&fake);
    coach.write("a.jsonl", answers(1));
    assert_eq!(grade(&coach).code, 0);
    assert!(
        fake.requests()[1]
            .last_message()
            .contains(&format!("quotes \"{invented}\", which is not in the answer"))
    );
    assert!(!coach.read("g.jsonl").contains(invented));

    let stubborn = FakeEndpoint::start(move |request| Reply::chat(critique(request, invented).to_string()));
    let coach = configured(&stubborn);
    coach.write("a.jsonl", answers(1));
    assert_eq!(grade(&coach).code, 3);
    let (kind, message) = reason(&coach);
    assert_eq!(kind, "malformed-critique", "{message}");
    assert_eq!(stubborn.requests().len(), 2, "asked again once and no more");
}

#[test]
fn what_a_model_cannot_do_is_ungraded_and_redone_by_the_next_run() {
    let context = json!({"error": {"message": "This model's maximum context length is 8192 tokens.",
        "type": "invalid_request_error", "code": "context_length_exceeded"}});
    for (name, reply, kind, requests) in [
        ("prose", Reply::chat("Great answer!"), "malformed-critique", 2),
        ("empty", Reply::chat(""), "malformed-critique", 4),
        ("cut", Reply::chat("{\"ratings\": {").finish("length"), "truncated", 2),
        ("filtered", Reply::chat("").finish("content_filter"), "refused", 1),
        ("too long", Reply::json(400, &context), "too-long", 1),
        ("server error", Reply::html(500, "Internal Server Error"), "endpoint-failed", 1),
        ("dropped", Reply::drop_connection(), "endpoint-failed", 1),
    ] {
        let well = Arc::new(AtomicBool::new(false));
        let recovered = Arc::clone(&well);
        let fake = FakeEndpoint::start(move |request| {
            if recovered.load(Ordering::SeqCst) { sound(request) } else { reply.clone() }
        });
        let coach = configured(&fake);
        coach.write("a.jsonl", answers(1));
        let ran = grade(&coach);
        assert_eq!(ran.code, 3, "{name}: {}", ran.stderr);
        assert_eq!(reason(&coach).0, kind, "{name}");
        assert_eq!(fake.requests().len(), requests, "{name}");
        well.store(true, Ordering::SeqCst);
        assert_eq!(grade(&coach).code, 0, "{name}");
        let grades = coach.grades("g.jsonl");
        assert_eq!((grades.len(), &grades[0]["status"]), (1, &json!("graded")), "{name}");
    }
}

#[test]
fn a_cut_reply_is_asked_again_with_a_doubled_cap() {
    let fake = FakeEndpoint::start(|request| match request.number {
        0 => Reply::chat("{\"ratings\": {").finish("length"),
        _ => sound(request),
    });
    let coach = configured(&fake);
    coach.write("a.jsonl", answers(1));
    assert_eq!(grade(&coach).code, 0);
    let caps: Vec<Value> = fake.requests().iter().map(|request| request.json["max_tokens"].clone()).collect();
    assert_eq!(caps, [json!(2048), json!(4096)]);
}

#[test]
fn a_server_without_schemas_is_asked_in_plain_text_and_remembered() {
    let fake = FakeEndpoint::start(|request| {
        if request.json.get("response_format").is_some() {
            return Reply::error(
                400,
                "'response_format' is not supported by this model",
                "invalid_request_error",
            );
        }
        let rating =
            json!({"quotes": [answer_in(request)], "level": 1, "reason": "R", "missing": [], "advice": ""});
        let ids = ["definition", "units", "numbers", "entropy", "cross-entropy-and-perplexity"];
        let ratings: BTreeMap<&str, &Value> = ids.iter().map(|id| (*id, &rating)).collect();
        Reply::chat(format!(
            "<think>{{hm}}</think>```json\n{}\n```",
            json!({"ratings": ratings, "mistakes": []})
        ))
    });
    let coach = configured(&fake);
    coach.write("a.jsonl", answers(6));
    let ran =
        coach.run(&["grade", "a.jsonl", "-o", "g.jsonl", "--config", "config.toml", "--concurrency", "1"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let refused =
        fake.requests().iter().filter(|request| request.json.get("response_format").is_some()).count();
    assert!(refused <= 2, "the refusal is remembered, not met {refused} times");
}

#[test]
fn what_would_fail_for_every_answer_stops_the_run_with_a_hint() {
    for (status, message, code, said) in [
        (401, "Incorrect API key provided", "invalid_api_key", "key"),
        (404, "The model `m` does not exist", "model_not_found", "model"),
        (429, "You exceeded your current quota", "insufficient_quota", "quota"),
    ] {
        let fake = FakeEndpoint::start(move |_| Reply::error(status, message, code));
        let coach = configured(&fake);
        coach.write("a.jsonl", answers(50));
        let ran = grade(&coach);
        assert_eq!(ran.code, 1, "{status}: {}", ran.stderr);
        assert!(ran.stderr.contains("error: ") && ran.stderr.contains("hint: "), "{}", ran.stderr);
        assert!(ran.stderr.contains(said) && !ran.stderr.contains(KEY), "{}", ran.stderr);
        assert!(fake.requests().len() <= 4, "{status}: {} requests", fake.requests().len());
        assert_eq!(coach.read("g.jsonl"), "", "nothing is booked as failed");
    }
}

#[test]
fn a_server_that_is_down_costs_nothing() {
    let fake = FakeEndpoint::start(sound);
    let coach = configured(&fake);
    drop(fake);
    coach.write("a.jsonl", answers(3));
    let ran = grade(&coach);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("127.0.0.1") && ran.stderr.contains("hint: "), "{}", ran.stderr);
    assert_eq!(coach.read("a.jsonl"), answers(3));
}

#[test]
fn the_only_model_of_a_server_need_not_be_named() {
    let models = |ids: &[&str]| {
        let ids: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
        json!({"object": "list", "data": ids})
    };
    let (one, two) = (models(&["only.gguf"]), models(&["a", "b"]));
    for (offered, code, said) in [(one, 0, "only.gguf at http"), (two, 2, "COACH_MODEL: a, b")] {
        let fake = FakeEndpoint::start(move |request| {
            if request.path.ends_with("/models") { Reply::json(200, &offered) } else { sound(request) }
        });
        let coach = Coach::new().env("OPENAI_BASE_URL", &fake.url());
        coach.write("a.jsonl", answers(1));
        let ran = coach.run(&["grade", "a.jsonl"]);
        assert_eq!(ran.code, code, "{}", ran.stderr);
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
}

#[test]
fn a_key_alone_sends_nothing_anywhere() {
    let coach = Coach::new().env("OPENAI_API_KEY", KEY);
    coach.write("a.jsonl", answers(1));
    let ran = coach.run(&["grade", "a.jsonl"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stderr.contains("Judge: built-in"), "{}", ran.stderr);
}

/// A server that answers the first `count` requests and is then silent until it is told to go on.
fn stalling(count: usize) -> (FakeEndpoint, Arc<AtomicBool>) {
    let goes_on = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&goes_on);
    let fake = FakeEndpoint::start(move |request| {
        if request.number < count || told.load(Ordering::SeqCst) { sound(request) } else { Reply::hang() }
    });
    (fake, goes_on)
}

fn wait_for(fake: &FakeEndpoint, requests: usize) {
    while fake.requests().len() < requests {
        std::thread::yield_now();
    }
}

#[test]
fn killed_halfway_and_run_again_asks_for_no_finished_answer_twice() {
    let (fake, goes_on) = stalling(10);
    let coach = configured(&fake);
    coach.write("a.jsonl", answers(20));
    let command = ["grade", "a.jsonl", "-o", "g.jsonl", "--config", "config.toml", "--concurrency", "2"];
    let mut child = coach.command(&command).spawn().unwrap();
    wait_for(&fake, 12);
    child.kill().unwrap();
    child.wait().unwrap();
    let finished = coach.grades("g.jsonl").len();
    assert_eq!(finished, 10);
    goes_on.store(true, Ordering::SeqCst);
    assert_eq!(grade(&coach).code, 0);
    assert_eq!(fake.requests().len(), 12 + 10);
    let (mut resumed, mut undisturbed) = (coach.grades("g.jsonl"), {
        coach.run(&["grade", "a.jsonl", "-o", "u.jsonl", "--config", "config.toml", "--no-cache"]);
        coach.grades("u.jsonl")
    });
    // How long a server took is the one thing that two runs do not share.
    for grade in resumed.iter_mut().chain(&mut undisturbed) {
        grade["usage"]["latency_ms"] = Value::Null;
    }
    assert_eq!(by_id(resumed), by_id(undisturbed));
}

#[cfg(unix)]
#[test]
fn interrupted_twice_it_stops_at_once_and_says_how_to_go_on() {
    let (fake, _) = stalling(4);
    let coach = configured(&fake);
    coach.write("a.jsonl", answers(20));
    let mut command = coach.command(&[
        "grade",
        "a.jsonl",
        "-o",
        "g.jsonl",
        "--config",
        "config.toml",
        "--concurrency",
        "2",
    ]);
    let child =
        command.stderr(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().unwrap();
    wait_for(&fake, 6);
    let id = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    let waiter = std::thread::spawn(move || child.wait_with_output().unwrap());
    // The second one counts only once the first was heard, which nothing outside can see; so it is repeated.
    while !waiter.is_finished() {
        let _ = nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGINT);
        std::thread::yield_now();
    }
    let output = waiter.join().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("run the same command again to go on"), "{stderr}");
    assert_eq!(coach.grades("g.jsonl").len(), 4);
}
