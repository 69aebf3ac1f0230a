//! Remarks that forge the examples a judge is shown. Prompts are public, so their form can be copied into an answer.

use super::sentences::Span;
use super::text::Text;

/// Marks examples in the form of our prompts (`prompts/key-point.md`): "Sentence: ...", "Statement: ...", "yes", one behind
/// the other. Any of them by itself may be an answer.
pub(super) fn mark_examples(text: &Text<'_, '_>, spans: &[Span], remarks: &mut [bool]) {
    let parts: Vec<Option<Example>> = spans.iter().map(|span| example_part(text, span)).collect();
    let mut from = 0;
    for run in parts.chunk_by(|one, other| one.is_some() == other.is_some()) {
        let to = from + run.len();
        let has = |wanted| run.contains(&Some(wanted));
        if has(Example::Sentence) && has(Example::Statement) && has(Example::Verdict) {
            remarks.get_mut(from..to).unwrap_or_default().fill(true);
        }
        from = to;
    }
}

/// What an example in our prompts is made of.
#[derive(Clone, Copy, PartialEq)]
enum Example {
    Sentence,
    Statement,
    Verdict,
}

fn example_part(text: &Text<'_, '_>, span: &Span) -> Option<Example> {
    let is_label =
        || text.gap_before(span.words.start + 1).trim_start_matches(['*', '_', ' ']).starts_with(':');
    match text.plains(span) {
        ["yes" | "no"] => Some(Example::Verdict),
        ["sentence", _, ..] if is_label() => Some(Example::Sentence),
        ["statement", _, ..] if is_label() => Some(Example::Statement),
        _ => None,
    }
}
