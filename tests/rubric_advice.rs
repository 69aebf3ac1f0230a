//! Every class of advice of `coach rubric check`: what draws it, and what is near it and does not.

mod coach;

use std::collections::BTreeSet;

use interview_coach::bank::lint::Class;
use serde_json::Value;

use coach::Coach;

/// A rubric that draws no advice.
const CLEAN: &str = include_str!("coach/cache.toml");

/// A class; a text of the clean rubric; what draws advice of that class in its place, and what is near it and draws none.
const FIXTURES: &[(&str, &str, &str, &str)] = &[
    (
        "placeholder",
        r#"advice = "Say what must"#,
        r#"advice = "Replace: say what must"#,
        r#"advice = "Replace it: say what must"#,
    ),
    (
        "double-barrelled",
        r#""A time limit removes old entries from the cache.""#,
        r#""A time limit removes old entries, and users must see fresh answers.""#,
        r#""A time limit removes old entries, and with them stale answers.""#,
    ),
    (
        "double-barrelled",
        r#"title = "What it gains""#,
        r#"title = "Accuracy and clarity""#,
        r#"title = "Speed and freshness""#,
    ),
    (
        "not-one-statement",
        r#""A time limit removes old entries from the cache.""#,
        r#""Removal by age""#,
        r#""A time limit helps.""#,
    ),
    (
        "not-one-statement",
        r#""A time limit removes old entries from the cache.""#,
        r#""Does a time limit remove old entries from the cache?""#,
        r#""A time limit removes old entries, e.g. after an hour.""#,
    ),
    (
        "not-one-statement",
        r#""A time limit removes old entries from the cache.""#,
        r#""A time limit removes old entries. It is set in hours.""#,
        r#""A time limit of 1.5 hours removes old entries.""#,
    ),
    (
        "vague-level",
        r#""Says that requests return faster, not why.""#,
        r#""An adequate explanation of what it gains.""#,
        r#""An adequate reason, such as fewer computations.""#,
    ),
    (
        "overlapping-levels",
        r#""Names stale answers or a time limit.""#,
        r#""Names stale answers and a time limit very clearly.""#,
        r#""Names stale answers and a time limit, but not why.""#,
    ),
    (
        "unanchored-level",
        r#""Says that requests return faster, not why.""#,
        r#""Partial""#,
        r#""Part of it: requests return faster.""#,
    ),
    (
        "rewards-length",
        r#""Says that requests return faster, not why.""#,
        r#""Says in at least 50 words that requests return faster.""#,
        r#""Says in at most 50 words that requests return faster.""#,
    ),
    (
        "rewards-length",
        r#"title = "What it gains""#,
        r#"title = "Level of detail""#,
        r#"title = "Details of eviction""#,
    ),
    (
        "weightless-criterion",
        r#"dimension = "practice"
weight = 2"#,
        r#"dimension = "practice"
weight = 0.05"#,
        r#"dimension = "practice"
weight = 0.1"#,
    ),
    (
        "no-key-points",
        r#"key_points = ["A cache keeps answers that were computed before, so repeated requests return faster."]"#,
        "",
        r#"key_points = ["A cache keeps answers that were computed before."]"#,
    ),
    (
        "no-signs",
        r#"signs = ["Everything can be shared with all users."]
"#,
        "",
        r#"signs = ["Whatever was answered can be shown to all users."]
"#,
    ),
    (
        "contradictory-sign",
        r#"signs = ["Everything"#,
        r#"signs = ["A time limit simply removes old entries from a cache.", "Everything"#,
        r#"signs = ["A time limit never removes old entries from a cache.", "Everything"#,
    ),
    (
        "no-exemplar-of-level",
        "levels = { speed = 0, staleness = 0 }",
        "levels = { speed = 1, staleness = 0 }",
        "levels = { staleness = 0, speed = 0 }",
    ),
    (
        "no-exemplar-of-mistake",
        r#"levels = { speed = 0, staleness = 0 }
mistakes = ["caches-everything"]"#,
        r"levels = { speed = 0, staleness = 0 }
mistakes = []",
        r#"levels = { speed = 0, staleness = 0 }
mistakes = ["caches-everything"]

[[exemplars]]
name = "again"
answer = "No idea."
levels = { speed = 0, staleness = 0 }"#,
    ),
    (
        "weak-model-answer",
        r#"A cache keeps answers that were computed before, so repeated requests return faster. Cached answers become stale \
when the documents behind them change. A time limit removes old entries from the cache.""""#,
        r#"It depends on the system and on its users.""""#,
        r#"Repeated requests return faster, because a cache keeps answers computed before. They become stale \
when documents change. A time limit removes old entries.""""#,
    ),
    (
        "exemplar-off-label",
        r#"answer = "I am not sure. Everything"#,
        r#"answer = "A cache keeps answers that were computed before, so repeated requests return faster. Cached answers become stale when the documents behind them change. Everything"#,
        r#"answer = "No idea. Everything"#,
    ),
];

fn json(coach: &Coach, text: &str) -> Value {
    coach.write("cache.toml", text);
    let ran = coach.run(&["rubric", "check", "cache.toml", "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

fn classes(coach: &Coach, text: &str) -> Vec<String> {
    let found = json(coach, text)["found"].as_array().unwrap().clone();
    found.iter().map(|one| one["class"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn each_class_of_advice_is_drawn_by_its_fixture_and_not_by_one_near_it() {
    let coach = Coach::new();
    assert_eq!(classes(&coach, CLEAN), [""; 0]);
    for (class, from, drawing, near) in FIXTURES {
        assert_eq!(CLEAN.matches(from).count(), 1, "{class}: {from}");
        assert_eq!(classes(&coach, &CLEAN.replace(from, drawing)), [*class], "{drawing}");
        assert_eq!(classes(&coach, &CLEAN.replace(from, near)), [""; 0], "{near}");
    }
    let shown: BTreeSet<&str> = FIXTURES.iter().map(|(class, ..)| *class).collect();
    assert_eq!(shown, Class::ALL.iter().map(|(name, ..)| *name).collect(), "a class has no fixture");
}
