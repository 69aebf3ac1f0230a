//! Sentences that say nothing to the point.

use std::ops::Range;

use super::memory::Known;
use super::sentences::{Span, span_of};
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
/// Who breaks lines to a width breaks them before this, in characters.
const WIDEST: usize = 120;

/// What a score is out of.
const FULL: &str = "100";
/// Of the weight of a sentence's content words so much at most is of the subject's, if it is beside it.
const HARDLY: f32 = 0.2;

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
/// answer, and so is a "yes" at the beginning; a list's entry of several words may name what the rubric's author did
/// not think of.
pub(super) fn is_aside(text: &Text<'_, '_>, span: &Span, statements: &Statements) -> bool {
    let plains = text.plains(span);
    let bears = |known: &Known| is_of_the_subject(known) || is_alike(known, statements);
    let says_something = || plains.len() > ASIDE || text.known(span).any(bears);
    let alone = plains.len() == 1;
    if !announces(plains) && (says_something() || (is_listed(text, span) && !alone)) {
        return false;
    }
    let source = text.source.get(span.start..span.end).unwrap_or_default();
    !is_answer(text, span)
        && !source.contains(FORMULA)
        && !plains.iter().any(|plain| stands_for_something(plain, alone))
}

/// Whether a sentence is beside the subject: of the weight of its words hardly any is of words that the rubric or the
/// question has, or of words like them. Letters that stand for something may be on the subject, as in a formula, and so may
/// numbers, where the rubric has any; but not a hundred, nor one number again and again, as in "points: 10/10".
pub(super) fn is_beside_the_subject(text: &Text<'_, '_>, span: &Span, statements: &Statements) -> bool {
    let weight = |is: &dyn Fn(&Known) -> bool| -> f32 {
        text.known(span).filter(|known| is(known)).map(|known| known.rarity).sum()
    };
    let of_subject = weight(&|known| is_of_the_subject(known) || is_alike(known, statements));
    let plains = text.plains(span);
    let alone = plains.len() == 1;
    let mut numbers: Vec<&str> = plains.iter().copied().filter(|plain| is_number(plain)).collect();
    let (first, count) = (numbers.first().copied(), numbers.len());
    numbers.retain(|number| *number != FULL && (count == 1 || Some(*number) != first));
    let is_numeric = || statements.terms.iter().any(|term| is_number(&term.plain));
    let is_number_of_subject = !numbers.is_empty() && is_numeric();
    let stands = |plain: &&str| !is_number(plain) && stands_for_something(plain, alone);
    !is_number_of_subject
        && of_subject <= HARDLY * weight(&Known::is_content)
        && !is_answer(text, span)
        && !plains.iter().any(stands)
}

/// Whether a sentence comes first and begins with a word that is an answer by itself.
fn is_answer(text: &Text<'_, '_>, span: &Span) -> bool {
    span.words.start == 0 && text.plains(span).first().is_some_and(|first| ANSWERS.contains(first))
}

/// Whether a sentence is an entry of a list.
fn is_listed(text: &Text<'_, '_>, span: &Span) -> bool {
    let before = span.words.start.checked_sub(1).and_then(|last| text.words.list.get(last));
    let gap = text.source.get(before.map_or(0, |word| word.end)..span.start).unwrap_or_default();
    gap.contains(['-', '*', '•']) || text.plains(span).first().is_some_and(|plain| is_number(plain))
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
    words.len() >= plains.len() + SAYS_MORE && (is_first || is_last) && !is_listed(text, span)
}

/// A sentence in parts, in order: the asides at its ends that are one word on a line of its own or announce something on
/// one or with a colon ("fine\n3 phases", "Answer: 3 phases"), and the rest; the sentence itself where it has none.
pub(super) fn parted(text: &Text<'_, '_>, span: &Span, statements: &Statements) -> Vec<Span> {
    let of = |words: Range<usize>| span_of(text.source, text.words, words);
    let is_apart = |part: &Span| {
        (part.words.len() == 1 || announces(text.plains(part))) && is_aside(text, part, statements)
    };
    let mut rest = span.words.clone();
    let (mut before, mut behind) = (Vec::new(), Vec::new());
    while let Some(next) = inside(&rest).find(|&index| text.gap_before(index).contains([':', '\n'])) {
        let mut head = of(rest.start..next);
        let announced = text.gap_before(next).find(": ").filter(|_| announces(text.plains(&head)));
        if !(announced.is_some() || is_on_its_line(text, next)) || !is_apart(&head) {
            break;
        }
        head.end += announced.map_or(0, |colon| colon + ':'.len_utf8());
        before.push(head);
        rest.start = next;
    }
    while let Some(last) = inside(&rest).rev().find(|&index| text.gap_before(index).contains('\n')) {
        let tail = of(last..rest.end);
        if !is_on_its_line(text, last) || !is_apart(&tail) {
            break;
        }
        behind.push(tail);
        rest.end = last;
    }
    if before.is_empty() && behind.is_empty() {
        return vec![span.clone()];
    }
    before.push(of(rest));
    before.into_iter().chain(behind.into_iter().rev()).collect()
}

/// The words of a range but the first.
fn inside(words: &Range<usize>) -> Range<usize> {
    words.start + 1..words.end
}

/// Whether a word begins a line because the one before was ended, not because there was no more room on it: the word
/// would have fit within the widest line, or lines are wider than anybody breaks them.
fn is_on_its_line(text: &Text<'_, '_>, index: usize) -> bool {
    let width = |text: &str| text.chars().count();
    let before = index.checked_sub(1).and_then(|before| text.words.list.get(before));
    let Some((before, word)) = before.zip(text.words.list.get(index)) else { return false };
    let Some(at) = text.gap_before(index).find('\n').map(|gap| before.end + gap) else { return false };
    let line = text.source.get(..at).and_then(|above| above.lines().next_back()).unwrap_or_default();
    let begins = text.source.get(at..word.end).unwrap_or_default().trim_start();
    let widest = text.source.lines().map(width).max().unwrap_or_default();
    widest > WIDEST || width(line.trim_end()) + 1 + width(begins) <= widest
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
            ("- lovely", true),
            ("- lovely weather", false),
            ("1. Lovely weather", false),
        ] {
            let words = Words::new(sentence);
            let (memory, sequences) = (Memory::default(), Sequences::default());
            let lookup = memory.look_up(&statements, &words);
            let text = Text::new(sentence, &words, &lookup, &sequences);
            let spans = sentences(sentence, &words);
            assert_eq!(is_aside(&text, &spans[0], &statements), aside, "{sentence}");
        }
    }

    #[test]
    fn asides_in_a_sentence_stand_on_lines_of_their_own_or_announce() {
        let mut statements =
            Statements::new("How do bridges learn?", std::iter::empty(), Sequences::default());
        statements.add("A bridge keeps a table of addresses; B comes before C");
        let wide = "a bridge keeps a table of addresses and looks up ".repeat(3);
        for (sentence, parts) in [
            ("fine\n3 tables of addresses", vec!["fine", "3 tables of addresses"]),
            (
                "Thought process: fine\n3 tables keep the addresses",
                vec!["Thought process:", "fine", "3 tables keep the addresses"],
            ),
            ("Answer: a table", vec!["Answer:", "a table"]),
            ("a bridge keeps\na table\nfine\nso", vec!["a bridge keeps\na table", "fine", "so"]),
            (&format!("{wide}\nlovely"), vec![wide.trim(), "lovely"]),
            // Wrapped lines.
            ("lovely weather said\nbridges keep tables", vec!["lovely weather said\nbridges keep tables"]),
            ("a bridge keeps addresses\nsafely", vec!["a bridge keeps addresses\nsafely"]),
            // To the point.
            ("table\na bridge keeps it", vec!["table\na bridge keeps it"]),
            ("B\n3 tables of addresses", vec!["B\n3 tables of addresses"]),
            ("Mistral: a bridge", vec!["Mistral: a bridge"]),
            ("lovely weather\n3 tables of addresses", vec!["lovely weather\n3 tables of addresses"]),
            ("at 10:30 a bridge", vec!["at 10:30 a bridge"]),
            ("fine", vec!["fine"]),
        ] {
            let words = Words::new(sentence);
            let (memory, sequences) = (Memory::default(), Sequences::default());
            let lookup = memory.look_up(&statements, &words);
            let text = Text::new(sentence, &words, &lookup, &sequences);
            let spans = sentences(sentence, &words);
            let found = parted(&text, &spans[0], &statements);
            let found: Vec<&str> = found.iter().map(|span| &sentence[span.start..span.end]).collect();
            assert_eq!((spans.len(), found), (1, parts), "{sentence:?}");
        }
    }
}
