//! Criteria as wholes: what they ask for, what they weigh, what they are recognised by.

use crate::document::{Path, Remark};

use super::super::rubric::{Criterion, Rubric};
use super::levels::rewards_length;
use super::wording::{is_stop, lowered, words};
use super::{Class, remark};

/// Points of 100 that a criterion has to be worth. The narrowest band of scores ("solid", 70 to 85) is 15 points
/// wide; what is worth less than a fifth of it only matters to answers that stand at a band's edge already.
const LEAST_POINTS: f64 = 3.0;

pub(super) fn advise(rubric: &Rubric, remarks: &mut Vec<Remark>) {
    let total: f64 = rubric.criteria.iter().map(|criterion| criterion.weight).sum();
    for (number, criterion) in rubric.criteria.iter().enumerate() {
        let at = || Path::top().field("criteria").entry(number);
        remarks.extend(title(criterion, &at()));
        let points = 100.0 * criterion.weight / total;
        if points < LEAST_POINTS {
            remarks.push(weightless(at().field("weight"), points));
        }
        if criterion.key_points.is_empty() {
            remarks.push(no_key_points(at(), criterion));
        }
    }
}

fn weightless(at: Path, points: f64) -> Remark {
    let message =
        format!("from its lowest to its highest level this criterion moves the score by {points:.1} of 100");
    let help = "raise its weight, lower the others, or leave the criterion out";
    remark(Class::WeightlessCriterion, at, message, help)
}

fn no_key_points(at: Path, criterion: &Criterion) -> Remark {
    let message = format!("the criterion \"{}\" has no key points", criterion.id);
    let help =
        "add `key_points`: the statements that an answer of the highest level makes, one sentence each";
    remark(Class::NoKeyPoints, at, message, help)
}

fn title(criterion: &Criterion, at: &Path) -> Option<Remark> {
    let lowered = lowered(&criterion.title);
    let words = words(&lowered);
    let telling = || words.iter().filter(|word| !is_stop(word) && !OF_ANSWERS.contains(word));
    if telling().next().is_some() && telling().all(|word| AMOUNTS.contains(word)) {
        return Some(rewards_length(at.clone().field("title"), "criterion", &criterion.title));
    }
    if !joins_two(&criterion.title, &words) {
        return None;
    }
    let message = "this criterion asks two things, and an answer may do well on one and badly on the other";
    let help = "make two criteria of it, each with its own levels";
    Some(remark(Class::DoubleBarrelled, at.clone().field("title"), message, help))
}

/// Whether a title joins two qualities, or two things to do. Two topics are none: levels can count their parts.
fn joins_two(title: &str, words: &[&str]) -> bool {
    let Some(and) = words.iter().position(|word| *word == "and").or_else(|| slash(title, words)) else {
        return false;
    };
    let (before, after) = words.split_at(and);
    let both = |list: &[&str]| [before, after].iter().all(|half| half.iter().any(|word| list.contains(word)));
    let begins =
        |half: &[&str]| half.iter().find(|word| **word != "and").is_some_and(|word| TASKS.contains(word));
    both(&QUALITIES) || begins(before) && begins(after)
}

/// Where a title such as "Accuracy/clarity" or "Accuracy & clarity" is to be split, in words.
fn slash(title: &str, words: &[&str]) -> Option<usize> {
    let (before, _) = title.split_once(['/', '&'])?;
    Some(before.split_whitespace().count()).filter(|at| *at < words.len())
}

const OF_ANSWERS: [&str; 7] = ["and", "answer", "enough", "level", "of", "explanation", "response"];

/// Titles of criteria that are met by writing more.
const AMOUNTS: [&str; 8] =
    ["amount", "detail", "details", "elaboration", "length", "thoroughness", "verbosity", "wordiness"];

/// Qualities of an answer that do not depend on each other.
const QUALITIES: [&str; 26] = [
    "accuracy",
    "brevity",
    "clarity",
    "coherence",
    "completeness",
    "conciseness",
    "confidence",
    "correctness",
    "creativity",
    "depth",
    "fluency",
    "grammar",
    "insight",
    "language",
    "originality",
    "organisation",
    "organization",
    "precision",
    "presentation",
    "readability",
    "relevance",
    "spelling",
    "structure",
    "style",
    "tone",
    "wording",
];

/// What a criterion may ask an answer to do.
const TASKS: [&str; 16] = [
    "applies",
    "compares",
    "defends",
    "defines",
    "describes",
    "derives",
    "discusses",
    "explains",
    "gives",
    "justifies",
    "lists",
    "mentions",
    "names",
    "proposes",
    "recommends",
    "states",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_that_ask_two_things_are_told_from_titles_with_two_topics() {
        for (title, two) in [
            ("Accuracy and clarity", true),
            ("Correctness / style", true),
            ("Depth & structure of the answer", true),
            ("Explains retrieval and compares it with fine-tuning", true),
            ("Encoder and decoder", false),
            ("Cost, latency and upkeep", false),
            ("Precision and recall", false),
            ("Explains the encoder and the decoder", false),
            ("Input/output", false),
            ("Structure and storage of the index", false),
        ] {
            let lowered = lowered(title);
            assert_eq!(joins_two(title, &words(&lowered)), two, "{title}");
        }
    }
}
