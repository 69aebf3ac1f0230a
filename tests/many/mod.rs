//! Many answers that differ: for comparing ways of grading them.

#![allow(dead_code, reason = "each test file uses its part of this")]

use crate::coach::{answer, example_answers};
use serde_json::Value;

/// Answers to several questions, from strong to empty: the examples, each with fewer and fewer of its sentences and with
/// a number, so that no two are alike.
pub(crate) fn varied_answers(count: usize) -> String {
    let examples: Vec<Value> =
        example_answers().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let nth = |at: usize| {
        let example = &examples[at % examples.len()];
        let text = example["answer"].as_str().unwrap();
        let sentences: Vec<&str> = text.split_inclusive(". ").collect();
        let kept = sentences.len() - (at / examples.len()) % (sentences.len() + 1);
        let text = format!("{} This is answer number {at}.", sentences[..kept].concat());
        answer(&format!("a{at:05}"), example["question"].as_str().unwrap(), &text)
    };
    (0..count).map(nth).collect()
}
