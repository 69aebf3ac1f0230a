//! The program set up to grade through the batch server, and how its grades are compared with live ones.

#![allow(dead_code, reason = "each test file uses its part of this")]

use serde_json::Value;

use crate::coach::{Coach, Ran, by_id};
use crate::judged::{answer_in, configured, critique};
use crate::support::{BatchServer, Request, Server};

/// A model whose critique depends on the answer: its level is the answer's length, so that no grade fits another answer.
pub(crate) fn model(request: &Request) -> String {
    let answer = answer_in(request);
    let mut critique = critique(request, &answer);
    for rating in critique["ratings"].as_object_mut().unwrap().values_mut() {
        rating["level"] = (1 + answer.len() % 3).into();
        rating["reason"] = format!("{} letters", answer.len()).into();
    }
    critique.to_string()
}

pub(crate) fn server() -> Server {
    Server::new(model)
}

/// The program, its judge behind `server`, and these answers.
pub(crate) fn set_up(server: &BatchServer, answers: &str) -> Coach {
    let coach = configured(&server.fake);
    coach.write("a.jsonl", answers);
    coach
}

/// What `submit` runs, but for how many requests a batch may hold.
pub(crate) const SUBMIT: [&str; 9] =
    ["batch", "submit", "a.jsonl", "-o", "g.jsonl", "--config", "config.toml", "--no-cache", "--requests"];

pub(crate) fn submit(coach: &Coach, requests: usize) -> Ran {
    coach.run(&[&SUBMIT[..], &[&requests.to_string()]].concat())
}

pub(crate) fn collect(coach: &Coach) -> Ran {
    coach.run(&["batch", "collect", "g.jsonl", "--config", "config.toml"])
}

pub(crate) fn live(coach: &Coach, output: &str) -> Ran {
    coach.run(&["grade", "a.jsonl", "-o", output, "--config", "config.toml", "--no-cache"])
}

/// The grades in the order of their ids, without how long the server took: the one thing that two runs do not share.
pub(crate) fn grades(coach: &Coach, name: &str) -> Vec<Value> {
    let mut grades = by_id(coach.grades(name));
    for grade in &mut grades {
        if grade["usage"].is_object() {
            grade["usage"]["latency_ms"] = Value::Null;
        }
    }
    grades
}

/// Runs a command until it has nothing more to do; each run may be cut short.
pub(crate) fn until_done(mut run: impl FnMut() -> Ran) -> Ran {
    for _ in 0..5 {
        let ran = run();
        if ran.code != 1 {
            return ran;
        }
    }
    panic!("it never ends");
}
