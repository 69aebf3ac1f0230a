//! Which of many marked answers show best what a level means.

use std::collections::BTreeSet;

use super::Marked;
use crate::agreement::bootstrap::quantile;

/// Shares of the marks, in their order, at which an exemplar is looked for: the lowest, the quartiles, the highest.
const PLACES: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

/// Answers of fewer words are "I don't know" or "No submission", and show nothing. They are taken only where
/// there are no others.
const LEAST_WORDS: usize = 5;

/// The marked answers that become exemplars, the lowest first: one near each of [`PLACES`], no level twice.
/// Among equal marks the answer of middle length is taken, neither the hurried nor the longest one.
pub(super) fn picked(answers: &[Marked]) -> Vec<&Marked> {
    let long: Vec<&Marked> = answers.iter().filter(|answer| words(answer) >= LEAST_WORDS).collect();
    let candidates =
        if long.is_empty() { answers.iter().filter(|answer| words(answer) > 0).collect() } else { long };
    let mut shares: Vec<f64> = candidates.iter().map(|answer| answer.share).collect();
    shares.sort_unstable_by(f64::total_cmp);
    let mut levels = BTreeSet::new();
    PLACES
        .iter()
        .filter_map(|&place| nearest(&candidates, quantile(&shares, place)?))
        .filter(|answer| levels.insert(answer.level()))
        .collect()
}

fn nearest<'a>(candidates: &[&'a Marked], share: f64) -> Option<&'a Marked> {
    let distance = |answer: &Marked| (answer.share - share).abs();
    let least = candidates.iter().map(|answer| distance(answer)).min_by(f64::total_cmp)?;
    let mut near: Vec<&Marked> =
        candidates.iter().copied().filter(|answer| distance(answer) <= least + f64::EPSILON).collect();
    near.sort_by_key(|answer| (words(answer), answer.row));
    near.get(near.len() / 2).copied()
}

fn words(answer: &Marked) -> usize {
    answer.text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(row: usize, share: f64, text: &str) -> Marked {
        Marked { row, share, text: text.to_owned(), mark: share.to_string() }
    }

    #[test]
    fn exemplars_span_the_marks_and_are_not_empty() {
        let answers: Vec<Marked> = [0.0, 0.0, 0.25, 0.5, 0.5, 0.5, 0.75, 1.0, 1.0, 1.0]
            .into_iter()
            .enumerate()
            .map(|(row, share)| {
                let text = if row == 0 { "No submission.".to_owned() } else { "a word ".repeat(row + 3) };
                marked(row, share, &text)
            })
            .collect();
        let found: Vec<(usize, f64)> =
            picked(&answers).iter().map(|answer| (answer.row, answer.share)).collect();
        assert_eq!(found, [(1, 0.0), (4, 0.5), (8, 1.0)]);
    }

    #[test]
    fn few_or_short_answers_are_better_than_none() {
        assert!(picked(&[]).is_empty());
        assert!(picked(&[marked(0, 0.0, " - ")]).is_empty());
        let found = picked(&[marked(0, 0.0, "-"), marked(1, 1.0, "Yes.")]).len();
        assert_eq!(found, 1);
    }
}
