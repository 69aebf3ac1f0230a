//! A model that grades: a scripted server that replies with critiques, and the program set up to ask it.

#![allow(dead_code, reason = "each test file uses its part of this")]

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::coach::{Coach, Ran, answer};
use crate::support::{FakeEndpoint, Reply, Request};

pub(crate) const TEXT: &str = "Surprisal is minus the logarithm of the probability.";
pub(crate) const KEY: &str = "sk-never-shown";

/// The answer inside a request: what stands between the two marked lines of its first user message.
pub(crate) fn answer_in(request: &Request) -> String {
    let message = request.json["messages"][1]["content"].as_str().unwrap();
    let marker = message.lines().find(|line| line.starts_with("----- ANSWER-")).unwrap();
    message.split(marker).nth(1).unwrap().trim().to_owned()
}

/// A critique of the form that the request's schema asks for: every criterion at level 1, quoting `quote`.
pub(crate) fn critique(request: &Request, quote: &str) -> Value {
    let schema = &request.json["response_format"]["json_schema"]["schema"];
    let criteria = schema["properties"]["ratings"]["properties"].as_object().unwrap();
    let rating = json!({"quotes": [quote], "missing": [], "reason": "It says so.", "level": 1, "advice": ""});
    let ratings: BTreeMap<&String, &Value> = criteria.keys().map(|id| (id, &rating)).collect();
    json!({"ratings": ratings, "mistakes": []})
}

/// What a sound model replies.
pub(crate) fn sound(request: &Request) -> Reply {
    Reply::chat(critique(request, &answer_in(request)).to_string())
}

pub(crate) fn configured(fake: &FakeEndpoint) -> Coach {
    let coach = Coach::new().env("TEST_KEY", KEY);
    let judge = format!(
        "[judges.m]\nbase_url = \"{}\"\nmodel = \"m\"\napi_key_env = \"TEST_KEY\"\nretries = 0\n",
        fake.url()
    );
    coach.write("config.toml", format!("judge = \"m\"\n{judge}"));
    coach
}

pub(crate) fn grade(coach: &Coach) -> Ran {
    coach.run(&["grade", "a.jsonl", "-o", "g.jsonl", "--config", "config.toml", "--concurrency", "2"])
}

pub(crate) fn answers(count: usize) -> String {
    (0..count).map(|at| answer(&format!("a{at}"), "surprisal", &format!("{TEXT} Note {at}."))).collect()
}
