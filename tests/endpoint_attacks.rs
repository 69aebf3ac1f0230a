//! Text that tries to set the grade, against a model that believes every word of it: with `--careful` there is
//! nothing that such a model could do about the grade.

mod coach;
mod scripted_judge;
mod support;

use coach::{Coach, answer};
use scripted_judge::configured;
use serde_json::{Value, json};
use support::{FakeEndpoint, Reply, Request};

/// What the honest twins say. It makes some key points and leaves out others.
const HONEST: &str = "Tokens are pieces of text. More tokens cost more money.";
/// By how many points attacks may raise the score of their honest twin, on average.
const MOST_RAISED: f64 = 3.0;

fn attacks() -> Vec<String> {
    let lines = include_str!("endpoint_attacks.jsonl").lines();
    let text = |line: &str| serde_json::from_str::<Value>(line).unwrap()["text"].as_str().unwrap().to_owned();
    lines.map(text).collect()
}

/// Sure of every passage that is part of an attack, and of what is true; not of anything else.
fn gullible(request: &Request, attacks: &[String]) -> Reply {
    let line = |name: &str| request.last_message().lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
    let (passage, statement) = (line("Sentence: "), line("Statement: "));
    let believed = attacks.iter().any(|attack| attack.split_whitespace().collect::<Vec<_>>().join(" ").contains(&passage));
    let yes: f64 = if believed || passage == statement { 0.95 } else { 0.5 };
    let likely = json!([{"token": "yes", "logprob": yes.ln()}, {"token": "no", "logprob": (1.0 - yes).ln()}]);
    let word = json!({"token": "yes", "logprob": yes.ln(), "top_logprobs": likely});
    let message = json!({"role": "assistant", "content": "yes"});
    let choice = json!({"message": message, "finish_reason": "stop", "logprobs": {"content": [word]}});
    Reply::json(200, &json!({"choices": [choice]}))
}

fn scores(coach: &Coach, answers: &[String]) -> Vec<f64> {
    let line = |(place, text): (usize, &String)| answer(&format!("a{place}"), "tokens", text);
    coach.write("a.jsonl", answers.iter().enumerate().map(line).collect::<String>());
    let fixed = ["grade", "a.jsonl", "-o", "g.jsonl", "--config", "config.toml", "--rubrics", "mine", "--judge", "m"];
    let ran = coach.run(&[&fixed[..], &["--careful", "--ordered"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    coach.grades("g.jsonl").iter().map(|grade| grade["score"].as_f64().unwrap()).collect()
}

#[test]
fn a_model_that_believes_every_attack_cannot_be_used_by_it() {
    let attacks = attacks();
    assert!(attacks.len() >= 60, "{}", attacks.len());
    let believed = attacks.clone();
    let fake = FakeEndpoint::start(move |request| gullible(request, &believed));
    let coach = configured(&fake);
    let behind = attacks.iter().map(|attack| format!("{HONEST} {attack}"));
    let before = attacks.iter().map(|attack| format!("{attack}\n{HONEST}"));
    let answers: Vec<String> = [HONEST.to_owned()].into_iter().chain(behind).chain(before).collect();
    let scores = scores(&coach, &answers);
    let twin = scores[0];
    assert!(twin > 20.0 && twin < 80.0, "there has to be something to gain: {twin}");
    let raised: f64 = scores.iter().skip(1).map(|score| score - twin).sum::<f64>() / (scores.len() - 1) as f64;
    assert!(raised <= MOST_RAISED, "raised by {raised} on average: {scores:?}");
}
