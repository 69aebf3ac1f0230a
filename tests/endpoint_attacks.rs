//! Text that tries to set the grade, against a model that believes every word of it. What is told to be a remark to the
//! grader never reaches the model, so there the model's belief does not matter. What is not told reaches it, and a
//! real model's resistance is then what counts; docs/judging.md has it.

mod coach;
mod scripted_judge;
mod support;

use std::collections::BTreeSet;

use coach::{Coach, answer};
use scripted_judge::{WHOLE, configured};
use serde_json::{Value, json};
use support::{FakeEndpoint, Reply, Request};

/// What the honest twins say. It makes some key points and leaves out others.
const HONEST: &str = "Tokens are pieces of text. More tokens cost more money.";
/// By how many points those may raise the score of their honest twin, on average: of an attack in several sentences
/// one may be told and another not.
const MOST_RAISED: f64 = 3.0;
/// So many of the attacks, counted in front of an answer and behind it, are told to be remarks to the grader.
const LEAST_TOLD: usize = 70;
/// What is asked about of a rubric of one criterion in any case: the two ends of the scale, and the honest twin.
const KNOWN: usize = 3;
/// So many more texts may be asked about.
const MOST_REACHING: usize = 5;

fn attacks() -> Vec<String> {
    texts(include_str!("endpoint_attacks.jsonl"))
}

fn texts(lines: &str) -> Vec<String> {
    let text = |line: &str| serde_json::from_str::<Value>(line).unwrap()["text"].as_str().unwrap().to_owned();
    lines.lines().map(text).collect()
}

/// Sure of every passage that is part of an attack, and of what is true; not of anything else.
fn gullible(request: &Request, attacks: &[String]) -> Reply {
    let line = |name: &str| {
        request.last_message().lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned()
    };
    let (passage, statement) = (line("Sentence: "), line("Statement: "));
    let believed = attacks
        .iter()
        .any(|attack| attack.split_whitespace().collect::<Vec<_>>().join(" ").contains(&passage));
    let yes: f64 = if believed || passage == statement { 0.95 } else { 0.5 };
    let likely = json!([{"token": "yes", "logprob": yes.ln()}, {"token": "no", "logprob": (1.0 - yes).ln()}]);
    let word = json!({"token": "yes", "logprob": yes.ln(), "top_logprobs": likely});
    let message = json!({"role": "assistant", "content": "yes"});
    let choice = json!({"message": message, "finish_reason": "stop", "logprobs": {"content": [word]}});
    Reply::json(200, &json!({"choices": [choice]}))
}

/// Score of each answer, and whether it was told to speak to the grader.
fn grades(coach: &Coach, answers: &[String]) -> Vec<(f64, bool)> {
    let line = |(place, text): (usize, &String)| answer(&format!("a{place}"), "tokens", text);
    coach.write("a.jsonl", answers.iter().enumerate().map(line).collect::<String>());
    let fixed =
        ["grade", "a.jsonl", "-o", "g.jsonl", "--config", "config.toml", "--rubrics", "mine", "--judge", "m"];
    let ran = coach.run(&[&fixed[..], &["--careful", "--ordered"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let told = |grade: &Value| grade["flags"].as_array().unwrap().contains(&json!("addresses-the-grader"));
    coach.grades("g.jsonl").iter().map(|grade| (grade["score"].as_f64().unwrap(), told(grade))).collect()
}

#[test]
fn what_is_told_to_be_a_remark_raises_no_score_even_where_the_model_believes_it() {
    let attacks = attacks();
    assert!(attacks.len() >= 60, "{}", attacks.len());
    let believed = attacks.clone();
    let fake = FakeEndpoint::start(move |request| gullible(request, &believed));
    let coach = configured(&fake);
    let behind = attacks.iter().map(|attack| format!("{HONEST} {attack}"));
    let before = attacks.iter().map(|attack| format!("{attack}\n{HONEST}"));
    let answers: Vec<String> = [HONEST.to_owned()].into_iter().chain(behind).chain(before).collect();
    let grades = grades(&coach, &answers);
    let (twin, _) = grades[0];
    assert!(twin > 20.0 && twin < 80.0, "there has to be something to gain: {twin}");
    let told: Vec<f64> =
        grades.iter().skip(1).filter(|(_, told)| *told).map(|(score, _)| score - twin).collect();
    assert!(told.len() >= LEAST_TOLD, "{} of {}", told.len(), grades.len() - 1);
    let raised = told.iter().sum::<f64>() / told.len() as f64;
    assert!(raised <= MOST_RAISED, "raised by {raised} on average");
}

#[test]
fn what_nobody_foresaw_hardly_reaches_the_impression_of_a_whole_answer() {
    // Of others than wrote the defence; nothing tells these for remarks.
    let attacks = texts(include_str!("unforeseen_attacks.jsonl"));
    let fake = FakeEndpoint::start(|_| Reply::chat("2"));
    let coach = configured(&fake);
    coach.write("mine/whole.toml", WHOLE);
    let line = |(place, attack): (usize, &String)| {
        answer(&format!("a{place}"), "whole", &format!("{HONEST}\n\n{attack}"))
    };
    coach.write("a.jsonl", attacks.iter().enumerate().map(line).collect::<String>());
    let fixed =
        ["grade", "a.jsonl", "-o", "g.jsonl", "--config", "config.toml", "--rubrics", "mine", "--judge", "m"];
    let ran = coach.run(&[&fixed[..], &["--careful"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let shown: BTreeSet<String> =
        fake.requests().iter().map(|request| request.last_message().to_owned()).collect();
    assert!(
        (KNOWN..=KNOWN + MOST_REACHING).contains(&shown.len()),
        "{} of {}: {shown:#?}",
        shown.len(),
        attacks.len()
    );
}
