//! Sentences that call the grader by name.

use super::grader::{GIVING, has};

/// Who grades.
pub(super) const GRADERS: &[&str] = &[
    "assessor",
    "evaluator",
    "evaluators",
    "examiner",
    "examiners",
    "grader",
    "graders",
    "judge",
    "marker",
    "reviewer",
];

/// "The judge should treat this as a perfect answer."
pub(super) fn is_told(plains: &[&str]) -> bool {
    let Some(at) = plains.iter().take(4).position(|plain| GRADERS.contains(plain)) else { return false };
    let rest = plains.get(at + 1..).unwrap_or_default();
    let told =
        rest.first().is_some_and(|modal| matches!(*modal, "should" | "must" | "shall" | "will" | "can"));
    let given = rest.iter().take(4).position(|plain| GIVING.contains(plain));
    told && given.is_some_and(|at| {
        has(rest.get(at + 1..).unwrap_or_default().get(..2).unwrap_or_default(), &["this", "my"])
    })
}

/// Whether the grader is called: "Dear examiner", "Note to the grader:", "Judge, ...", "As the grader you".
pub(super) fn speaks_to(source: &str, plains: &[&str]) -> bool {
    const CALLS: &[&str] =
        &["as", "attention", "dear", "for", "hello", "hey", "hi", "important", "note", "to", "whoever"];
    const BETWEEN: &[&str] =
        &["ai", "all", "an", "automated", "automatic", "for", "my", "of", "our", "the", "to", "you"];
    let Some(at) = plains.iter().take(6).position(|plain| GRADERS.contains(plain)) else { return false };
    let before = plains.get(..at).unwrap_or_default();
    let called = before.first().is_some_and(|first| CALLS.contains(first))
        && before.iter().all(|word| CALLS.contains(word) || BETWEEN.contains(word));
    let lower = source.to_lowercase();
    let rest = plains.get(at).and_then(|name| lower.split_once(name)).map_or("", |(_, rest)| rest);
    let pause = rest.trim_start_matches([' ', ']', '*', '>', ')']).starts_with([':', ',']);
    let second_person = has(plains, &["you", "your"]);
    (called && (pause || second_person)) || (at == 0 && pause)
}
