//! Sentences that say nothing to the point.

use super::memory::Known;
use super::sentences::Span;
use super::statements::Statements;
use super::text::Text;
use super::words::is_number;

/// Words that the rubric does not have are an aside where they are no more than this; more say something.
const ASIDE: usize = 4;
/// Words that are an answer by themselves, where they come first.
const ANSWERS: &[&str] = &["correct", "false", "no", "none", "right", "true", "wrong", "yes"];
/// Signs of a formula.
const FORMULA: [char; 6] = ['=', '<', '>', '→', '^', '/'];
/// A word is like one of the rubric's from this on.
const ALIKE: f32 = 0.6;

/// An aside of no more words than this can be filler by its place ...
const FILLER: usize = 2;
/// ... beside so many others.
const SAYS_MORE: usize = 12;

/// Words that announce an answer instead of giving it, alone or together: "Thought process:", "Let me solve this step by
/// step." Small models take them for the beginning of a good one (Zhao et al. 2025, One Token to Fool
/// LLM-as-a-Judge, arXiv:2507.08794).
const ANNOUNCING: &[&str] = &[
    "a",
    "about",
    "analysis",
    "analyze",
    "answer",
    "by",
    "carefully",
    "detail",
    "explain",
    "explanation",
    "final",
    "finally",
    "first",
    "go",
    "here",
    "i",
    "in",
    "is",
    "it",
    "let",
    "let's",
    "lets",
    "me",
    "my",
    "now",
    "okay",
    "our",
    "problem",
    "process",
    "question",
    "reasoning",
    "response",
    "result",
    "sentence",
    "so",
    "solution",
    "solve",
    "start",
    "statement",
    "step",
    "steps",
    "summary",
    "the",
    "think",
    "thinking",
    "this",
    "thought",
    "thoughts",
    "through",
    "to",
    "us",
    "will",
];

/// Whether a sentence says nothing to the point, by its words: they announce an answer, or they are few and neither the
/// rubric nor the question has them. Numbers, letters that stand for something ("B before C") and formulas may be an
/// answer, and so is a "yes" at the beginning.
pub(super) fn is_aside(text: &Text<'_, '_>, span: &Span, statements: &Statements) -> bool {
    let plains = text.plains(span);
    let bears = |known: &Known| is_of_the_subject(known) || is_alike(known, statements);
    if !announces(plains) && (plains.len() > ASIDE || text.known(span).any(bears)) {
        return false;
    }
    let source = text.source.get(span.start..span.end).unwrap_or_default();
    let answers = span.words.start == 0 && plains.first().is_some_and(|first| ANSWERS.contains(first));
    let alone = plains.len() == 1;
    !answers && !source.contains(FORMULA) && !plains.iter().any(|plain| stands_for_something(plain, alone))
}

/// Whether words only announce an answer.
fn announces(plains: &[&str]) -> bool {
    plains.iter().all(|plain| ANNOUNCING.contains(plain))
}

/// Whether the rubric or the question has a word.
fn is_of_the_subject(known: &Known) -> bool {
    known.exact.is_some() || known.asked
}

/// Whether a word is a number, or a letter that is no word; `alone` in its sentence "a" is the letter.
fn stands_for_something(plain: &str, alone: bool) -> bool {
    let is_letter = plain.chars().all(char::is_lowercase) && plain.chars().nth(1).is_none();
    is_number(plain) || (is_letter && (alone || !ANNOUNCING.contains(&plain)))
}

/// Whether a word is like one of the rubric's.
fn is_alike(known: &Known, statements: &Statements) -> bool {
    let near = known.likeness(statements).map_or(&[][..], |likeness| &likeness.near);
    near.iter().any(|&(_, likeness)| likeness >= ALIKE)
}

/// Whether a sentence that is an aside stands at an end of an answer that says more, and either announces it, in words that
/// are not the rubric's own, or is a word or two in a paragraph of their own. One in the midst, or in a list, may name what
/// the rubric's author did not think of.
pub(super) fn is_filler(text: &Text<'_, '_>, span: &Span) -> bool {
    let words = &text.words.list;
    let before = span.words.start.checked_sub(1).and_then(|last| words.get(last)).map_or(0, |word| word.end);
    let behind = words.get(span.words.end).map_or(text.source.len(), |word| word.start);
    let gap_before = text.source.get(before..span.start).unwrap_or_default();
    let gap_behind = text.source.get(span.end..behind).unwrap_or_default();
    let plains = text.plains(span);
    let is_announcement = announces(plains) && !text.known(span).any(is_of_the_subject);
    let is_set_apart =
        |gap: &str| is_announcement || (plains.len() <= FILLER && gap.matches('\n').count() > 1);
    let is_first = span.words.start == 0 && is_set_apart(gap_behind);
    let is_last = span.words.end == words.len() && is_set_apart(gap_before);
    let is_listed =
        gap_before.contains(['-', '*', '•']) || plains.first().is_some_and(|plain| is_number(plain));
    words.len() >= plains.len() + SAYS_MORE && (is_first || is_last) && !is_listed
}

#[cfg(test)]
mod tests {
    use super::super::memory::Memory;
    use super::super::sentences::sentences;
    use super::super::sequences::Sequences;
    use super::super::words::Words;
    use super::*;

    #[test]
    fn asides_are_told_from_short_answers() {
        let mut statements =
            Statements::new("How do bridges learn?", std::iter::empty(), Sequences::default());
        statements.add("A bridge keeps a table of addresses; B comes before C");
        for (sentence, aside) in [
            ("Thought process:", true),
            ("Let me solve this step by step.", true),
            ("Solution", true),
            ("fine", true),
            ("かいせつ", true),
            ("解", true),
            ("Lovely weather today!", true),
            ("Lovely weather today, they say, and warm.", false),
            ("Yes.", false),
            ("Bridges", false),
            ("A list of nodes' addresses", false),
            ("3 bits", false),
            ("B, C, A", false),
            ("A", false),
            ("S", false),
            ("α < β", false),
            ("fine = good", false),
        ] {
            let words = Words::new(sentence);
            let (memory, sequences) = (Memory::default(), Sequences::default());
            let lookup = memory.look_up(&statements, &words);
            let text = Text::new(sentence, &words, &lookup, &sequences);
            let spans = sentences(sentence, &words);
            assert_eq!(is_aside(&text, &spans[0], &statements), aside, "{sentence}");
        }
    }
}
