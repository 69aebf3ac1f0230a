//! `coach doctor` where something is amiss: what it says, what to type, and the exit code.

mod coach;
mod imitated;
mod support;

use coach::Coach;
use imitated::Imitated;
use serde_json::{Value, json};
use support::{FakeEndpoint, Reply};

fn configured(base_url: &str, settings: &str) -> Coach {
    let coach = Coach::new().env("TEST_KEY", "sk-never-shown");
    coach.write("c.toml", format!("judge = \"j\"\n[judges.j]\nbase_url = \"{base_url}\"\n{settings}"));
    coach
}

const DOCTOR: [&str; 4] = ["doctor", "--config", "c.toml", "--no-gate"];

#[test]
fn a_problem_is_named_with_what_to_do() {
    let page = FakeEndpoint::start(|_| Reply::html(200, "Sign in"));
    let no_model = FakeEndpoint::start(|request| match request.path.as_str() {
        "/v1/models" => Reply::json(200, &json!({"data": [{"id": "a"}, {"id": "b"}]})),
        _ => Reply::error(404, "model 'm' not found", "not_found_error"),
    });
    let gone = Imitated::Ollama.start().url();
    let openai = Imitated::OpenAi.start();
    let elsewhere =
        FakeEndpoint::start(|_| Reply::status(301).header("location", "https://elsewhere.example/v1/models"));
    for (base_url, settings, check, said, advice) in [
        (gone, "model = 'm'", "reach", "can't reach 127.0.0.1", "is the server running"),
        (
            page.url(),
            "model = 'm'",
            "reply",
            "a web page titled \"Sign in\"",
            "open the address in a browser",
        ),
        (no_model.url(), "", "model", "several: a, b", "coach doctor --judge j --model a"),
        (no_model.url(), "model = 'm'", "model", "doesn't know the model `m`", "it offers a, b"),
        (openai.url(), "model = 'm'", "key", "wants a key, and none is set", "api_key_env"),
        (
            openai.url(),
            "model = 'm'\napi_key_env = 'TEST_KEY'",
            "key",
            "refuses the key (401)",
            "check the key",
        ),
        (
            elsewhere.url(),
            "model = 'm'",
            "reach",
            "redirects to https://elsewhere.example",
            "set the base URL to",
        ),
    ] {
        let coach = configured(&base_url, &format!("{settings}\nretries = 0\n"));
        let ran = coach.run(&[&DOCTOR[..], &["--json"]].concat());
        assert_eq!(ran.code, 1, "{said}: {}{}", ran.stdout, ran.stderr);
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        let finding = &report["findings"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&finding["status"], &finding["check"]), (&json!("problem"), &json!(check)), "{report}");
        assert!(finding["said"].as_str().unwrap().contains(said), "{finding}");
        assert!(finding["advice"].as_str().unwrap().contains(advice), "{finding}");
        assert_eq!(report["usable"], false);
        assert!(!ran.stdout.contains("sk-never-shown"));
        let shown = coach.run(&DOCTOR);
        assert!(shown.stdout.ends_with("This judge can't be used yet.\n"), "{}", shown.stdout);
    }
}

#[test]
fn without_a_model_the_built_in_judge_is_tried() {
    let coach = Coach::new();
    let ran = coach.run(&["doctor"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let said = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.starts_with("Judge built-in note judge no model is connected"), "{}", ran.stdout);
    assert!(said.contains("-> coach setup") && said.contains("of 12 levels right"), "{}", ran.stdout);
}

#[test]
fn a_bad_address_is_wrong_use_and_its_place_is_named() {
    let coach = Coach::new().env("OPENAI_BASE_URL", "localhost:8080/v1");
    coach.write("a.jsonl", coach::answer("a", "surprisal", "It is minus the logarithm."));
    for command in [&["doctor"][..], &["grade", "a.jsonl"]] {
        let ran = coach.run(command);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(
            ran.stderr
                .starts_with("error: OPENAI_BASE_URL can't be used: the base URL has to start with http"),
            "{}",
            ran.stderr
        );
        assert!(
            ran.stderr.contains("hint: a base URL looks like http://localhost:8080/v1"),
            "{}",
            ran.stderr
        );
    }
    let coach = configured("http://joe:hunter2@h/v1", "model = 'm'");
    let ran = coach.run(&DOCTOR);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("base_url of the judge \"j\" can't be used") && !ran.stderr.contains("hunter2"),
        "{}",
        ran.stderr
    );
    let coach = Coach::new().env("OPENAI_BASE_URL", "http://localhost:1/v1").env("OPENAI_API_KEY", "a\u{1}b");
    let ran = coach.run(&["doctor"]);
    assert!(ran.code == 2 && ran.stderr.contains("OPENAI_API_KEY can't be used"), "{}", ran.stderr);
}
