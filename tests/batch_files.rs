//! `coach batch export` and `import`: the same grades by way of files, as `vllm run-batch` reads and writes them.

mod batched;
mod coach;
mod judged;
mod many;
mod support;

use batched::{grades, live, model, server, set_up};
use coach::Coach;
use many::varied_answers;
use serde_json::{Value, json};
use support::Request;

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What an offline runner writes for one request, in the form of vLLM.
fn replied(line: &Value) -> String {
    let (method, path) = (String::new(), String::new());
    let request = Request {
        number: 0,
        method,
        path,
        headers: Vec::new(),
        json: line["body"].clone(),
        body: Vec::new(),
    };
    let message = json!({"role": "assistant", "content": model(&request)});
    let body = json!({"id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}});
    let response = json!({"status_code": 200, "request_id": "vllm-1", "body": body});
    json!({"id": "vllm-1", "custom_id": line["custom_id"], "response": response, "error": null}).to_string()
        + "\n"
}

fn export(coach: &Coach, more: &[&str]) -> coach::Ran {
    coach.run(&[&["batch", "export", "a.jsonl", "--config", "config.toml"], more].concat())
}

fn import(coach: &Coach, replies: &[&str]) -> coach::Ran {
    let rest = ["--answers", "a.jsonl", "-o", "g.jsonl", "--config", "config.toml"];
    coach.run(&[&["batch", "import"], replies, &rest[..]].concat())
}

#[test]
fn five_hundred_answers_get_the_same_grades_by_file_as_live() {
    let server = server().start();
    let coach = set_up(&server, &varied_answers(500));
    let ran = export(&coach, &["-o", "requests.jsonl"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(server.fake.requests().len(), 0, "an export sends nothing");
    let requests = lines(&coach.read("requests.jsonl"));
    assert_eq!(requests.len(), 500);
    let (first, second) = requests.split_at(200);
    coach.write("1.jsonl", first.iter().rev().map(replied).collect::<String>());
    coach.write("2.jsonl", second.iter().map(replied).collect::<String>());
    let ran = import(&coach, &["2.jsonl"]);
    assert_eq!(ran.code, 3);
    assert!(
        ran.stderr.contains("200 answers without a reply; `coach grade` asks about them live."),
        "{}",
        ran.stderr
    );
    let ran = import(&coach, &["1.jsonl", "2.jsonl"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("200 graded, 300 graded before"), "{}", ran.stderr);
    assert_eq!(server.fake.requests().len(), 0);
    live(&coach, "live.jsonl");
    assert_eq!(grades(&coach, "g.jsonl"), grades(&coach, "live.jsonl"));
}

#[test]
fn requests_are_what_a_live_run_would_send() {
    let server = server().start();
    let coach = set_up(&server, &varied_answers(5));
    let ran = export(&coach, &[]);
    assert_eq!(
        ran.stderr,
        "5 requests, 0.0 MB.\n".replace("0.0", &format!("{:.1}", ran.stdout.len() as f64 / 1e6))
    );
    live(&coach, "live.jsonl");
    let mut sent: Vec<String> =
        server.fake.requests().iter().map(|request| request.json.to_string()).collect();
    let mut exported: Vec<String> = lines(&ran.stdout).iter().map(|line| line["body"].to_string()).collect();
    sent.sort();
    exported.sort();
    assert_eq!(exported, sent);
    for line in lines(&ran.stdout) {
        assert_eq!((&line["method"], &line["url"]), (&json!("POST"), &json!("/v1/chat/completions")));
        assert_eq!(line["custom_id"].as_str().unwrap().len(), 32);
    }
}

#[test]
fn shards_of_requests_are_all_requests() {
    let server = server().start();
    let coach = set_up(&server, &varied_answers(30));
    let mut parts: Vec<String> = Vec::new();
    for part in ["1/3", "2/3", "3/3"] {
        parts.extend(export(&coach, &["--shard", part]).stdout.lines().map(str::to_owned));
    }
    let mut whole: Vec<String> = export(&coach, &[]).stdout.lines().map(str::to_owned).collect();
    parts.sort();
    whole.sort();
    assert_eq!(parts, whole);
}

#[test]
fn replies_of_others_and_lines_that_are_none_are_told_apart() {
    let server = server().start();
    let coach = set_up(&server, &varied_answers(3));
    let requests = lines(&export(&coach, &[]).stdout);
    let mut replies: String = requests.iter().map(replied).collect();
    replies += "{\"custom_id\": \"request-1\"}\nnot JSON\n\n{\"custom_id\": 7}\n";
    replies += &replied(&requests[0]);
    coach.write("r.jsonl", replies);
    let ran = import(&coach, &["r.jsonl"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for said in [
        "2 lines: no JSON object with a custom_id",
        "1 line: a reply to a request that is none of ours",
        "1 line: another reply to the same request",
    ] {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
    assert_eq!(coach.grades("g.jsonl").len(), 3);
}

#[test]
fn an_import_for_another_judge_grades_nothing() {
    let server = server().start();
    let coach = set_up(&server, &varied_answers(3));
    let replies: String = lines(&export(&coach, &[]).stdout).iter().map(replied).collect();
    coach.write("r.jsonl", replies);
    coach.write("config.toml", coach.read("config.toml") + "temperature = 0.5\n");
    let ran = import(&coach, &["r.jsonl"]);
    assert_eq!((ran.code, coach.read("g.jsonl").as_str()), (3, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("3 lines: a reply to no answer as it is now"), "{}", ran.stderr);
}
