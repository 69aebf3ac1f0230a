//! `coach rubric check`: what an author, a CI job and an editor see of problems and advice.

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

/// The clean rubric with two levels that differ only in degree.
fn overlapping() -> String {
    CLEAN
        .replace("Names stale answers or a time limit.", "Names stale answers and a time limit very clearly.")
}

#[test]
fn advice_shows_both_lines_and_what_to_write() {
    let coach = Coach::new();
    coach.write("cache.toml", overlapping());
    let ran = coach.run(&["rubric", "check", "cache.toml"]);
    insta::assert_snapshot!(ran.transcript());
}

#[test]
fn advice_passes_unless_it_is_denied() {
    let coach = Coach::new();
    coach.write("cache.toml", overlapping());
    for (deny, code, error) in [
        ("vague-level", 0, ""),
        ("overlapping-levels", 2, "error: 1 piece of advice denied in 1 of 1 files\n"),
        ("vague-level,overlapping-levels", 2, "error: 1 piece of advice denied in 1 of 1 files\n"),
        ("advice", 2, "error: 1 piece of advice denied in 1 of 1 files\n"),
    ] {
        let ran = coach.run(&["rubric", "check", "cache.toml", "--deny", deny]);
        assert_eq!((ran.code, ran.stderr.as_str()), (code, error), "{deny}");
        assert!(ran.stdout.ends_with("1 rubric, no problems, 1 piece of advice\n"), "{}", ran.stdout);
    }
    let ran = coach.run(&["rubric", "check", "--deny", "vague"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("vague-level"), "{}", ran.stderr);
}

#[test]
fn github_gets_a_command_a_line() {
    let coach = Coach::new();
    coach.write("cache.toml", overlapping());
    coach.write("broken.toml", CLEAN.replace("\"cache\"", "\"broken\"").replace("weight = 2", "weight = 0"));
    let ran = coach.run(&["rubric", "check", ".", "--format", "github", "--deny", "advice"]);
    insta::assert_snapshot!(ran.transcript());
}

#[test]
fn sarif_names_rules_places_and_levels() {
    let coach = Coach::new();
    coach.write("my rubrics/cache.toml", overlapping());
    let ran = coach.run(&["rubric", "check", "my rubrics", "--format", "sarif"]);
    let mut sarif: Value = serde_json::from_str(&ran.stdout).unwrap();
    let driver = &mut sarif["runs"][0]["tool"]["driver"];
    let rules = driver["rules"].take();
    let named: Vec<&str> =
        rules.as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert!(named.contains(&"invalid") && named.contains(&"overlapping-levels"), "{named:?}");
    let index = sarif["runs"][0]["results"][0]["ruleIndex"].as_u64().unwrap();
    assert_eq!(rules[usize::try_from(index).unwrap()]["id"], "overlapping-levels");
    sarif["runs"][0]["tool"]["driver"]["semanticVersion"] = Value::from("0");
    insta::assert_snapshot!(format!("{sarif:#}"));
}

#[test]
fn what_is_broken_is_reported_once_and_not_by_every_exemplar() {
    let coach = Coach::new();
    let broken = CLEAN.replace("dimension = \"practice\"", "dimension = \"practise\"");
    coach.write("cache.toml", broken.replace("title = \"Caches everything\"\n", ""));
    let ran = coach.run(&["rubric", "check", "cache.toml"]);
    assert!(ran.stderr.contains("error: 2 problems in 1 of 1 files"), "{}", ran.transcript());
    assert!(ran.stdout.contains("did you mean \"practice\"?"), "{}", ran.stdout);
    assert!(ran.stdout.contains("`mistakes[1].title` is missing"), "{}", ran.stdout);
}

#[test]
fn a_broken_catalogue_is_not_reported_by_every_rubric_that_uses_it() {
    let coach = Coach::new();
    let uses = CLEAN.replace(
        "[[exemplars]]\nname = \"strong",
        "[[mistakes]]\nuse = \"rambles\"\n\n[[exemplars]]\nname = \"strong",
    );
    coach.write("mine/cache.toml", uses);
    coach
        .write("mine/mistakes.toml", "[[mistakes]]\nid = \"rambles\"\ntitle = \"Rambles\"\nkind = \"sad\"\n");
    let ran = coach.run(&["rubric", "check", "mine/cache.toml"]);
    assert_eq!(ran.code, 2);
    assert!(!ran.stdout.contains("the catalogue has no mistake"), "{}", ran.stdout);
    assert!(ran.stdout.contains("mistakes.toml:4:8"), "{}", ran.stdout);
}

#[test]
fn a_catalogue_is_advised_on_too() {
    let coach = Coach::new();
    let mistake = "[[mistakes]]\nid = \"rambles\"\ntitle = \"Rambles\"\nkind = \"said\"\npenalty = 3\n\
                   description = \"d\"\nadvice = \"a\"\n";
    coach.write("mine/mistakes.toml", mistake);
    let ran = coach.run(&["rubric", "check", "mine", "--deny", "no-signs"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stdout.contains("the mistake \"rambles\" is said, but has no `signs`"), "{}", ran.stdout);
}

#[test]
fn two_files_of_one_id_are_a_problem_and_one_file_named_twice_is_none() {
    let coach = Coach::new();
    coach.write("a/cache.toml", CLEAN);
    coach.write("b/cache.toml", CLEAN);
    let twice = coach.run(&["rubric", "check", "a", "a/cache.toml"]);
    assert_eq!(twice.transcript(), "1 rubric, no problems, no advice\n--- stderr\n--- exit 0");
    let ran = coach.run(&["rubric", "check", "a", "b/cache.toml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stdout.contains("has a rubric of the same id"), "{}", ran.stdout);
}

#[test]
fn watching_needs_something_to_watch_and_a_reader() {
    let coach = Coach::new();
    coach.write("cache.toml", CLEAN);
    for (arguments, said) in [
        (&["rubric", "check", "--watch"][..], "there is nothing to watch"),
        (&["rubric", "check", "--watch", "none"], "cannot watch none"),
        (&["rubric", "check", "--watch", "cache.toml", "--format", "json"], "--watch reports to people"),
    ] {
        let ran = coach.run(arguments);
        assert_ne!(ran.code, 0, "{arguments:?}");
        assert!(ran.stderr.contains(said), "{arguments:?}: {}", ran.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_save_by_renaming_is_checked_again_until_interrupted() {
    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;

    let coach = Coach::new();
    coach.write("cache.toml", CLEAN);
    let mut command = coach.command(&["rubric", "check", "--watch", "cache.toml"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut reports = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut notices = BufReader::new(child.stderr.take().unwrap()).lines();
    assert_eq!(reports.next().unwrap().unwrap(), "1 rubric, no problems, no advice");
    // What is said last says that the file is watched.
    assert_eq!(notices.next().unwrap().unwrap(), "Watching; a save checks again, Ctrl-C ends.");
    coach.write("cache.toml.new", overlapping());
    std::fs::rename(coach.path("cache.toml.new"), coach.path("cache.toml")).unwrap();
    let again = reports.find(|line| line.as_ref().unwrap().starts_with("1 rubric")).unwrap().unwrap();
    assert_eq!(again, "1 rubric, no problems, 1 piece of advice");
    let id = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
