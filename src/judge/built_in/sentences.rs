//! Where the sentences of a text are, and the clauses in them.
//!
//! Boundaries are found by a plain scan rather than by Unicode's rules (the unicode-segmentation crate):
//! those do not know "e.g.", bullets or wrapped lines, and take longer than all the matching that follows.

use std::ops::Range;

use super::letters::{is_invisible, visible};
use super::words::{Word, Words};

/// A sentence or clause: bytes of the text, and which of its words it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    /// Byte offset of its first character.
    pub(super) start: usize,
    /// Byte offset just behind its last character.
    pub(super) end: usize,
    /// Indices of its words.
    pub(super) words: Range<usize>,
}

/// A clause with fewer words than this is joined to its neighbour: it makes no statement alone.
const SHORTEST_CLAUSE: usize = 4;

/// Words in front of a full stop that does not end a sentence.
const ABBREVIATIONS: &[&str] = &["al", "approx", "cf", "e", "eg", "etc", "fig", "g", "i", "ie", "resp", "vs"];

/// Words that begin a clause of their own, also without a comma.
const CONNECTIVES: &[&str] = &["because", "but", "so", "since", "whereas", "while", "although"];

/// Words that begin a clause after a comma.
const AFTER_COMMA: &[&str] = &["and", "as", "if", "nor", "or", "then", "when", "which", "who", "yet", "not"];

/// The sentences of a text that have words, in order. Lines of a list count as sentences.
pub(super) fn sentences(text: &str, words: &Words) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut first = 0;
    for index in 0..words.list.len() {
        let next = words.list.get(index + 1);
        // "2." in front of a list's entry belongs to the entry.
        let mark = index == first && is_listed(text, &words.list[index]);
        if next.is_none_or(|next| !mark && ends_sentence(text, words, &words.list[index], next)) {
            spans.push(span_of(text, words, first..index + 1));
            first = index + 1;
        }
    }
    spans
}

/// The clauses of a sentence; the sentence itself where it has only one.
pub(super) fn clauses(text: &str, words: &Words, sentence: &Span) -> Vec<Span> {
    let mut starts = vec![sentence.words.start];
    for index in sentence.words.clone().skip(1) {
        let (before, word) = (&words.list[index - 1], &words.list[index]);
        let begins = begins_clause(between(text, before, word), words.plain(word));
        let long =
            |from: usize| index - from >= SHORTEST_CLAUSE && sentence.words.end - index >= SHORTEST_CLAUSE;
        if begins && starts.last().copied().is_some_and(long) {
            starts.push(index);
        }
    }
    let ends = starts.iter().skip(1).copied().chain([sentence.words.end]);
    starts.iter().zip(ends).map(|(&from, to)| span_of(text, words, from..to)).collect()
}

/// A sentence or a part of one, of the words in a range that is not empty.
pub(super) fn span_of(text: &str, words: &Words, range: Range<usize>) -> Span {
    let start = words.list.get(range.start).map_or(0, |word| word.start);
    let last = words.list.get(range.end - 1).map_or(0, |word| word.end);
    Span { start, end: last + closing(text, last), words: range }
}

/// Bytes of the punctuation that closes a sentence, as far as there is no white space in it.
fn closing(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    let closes = |c: char| matches!(c, '.' | '!' | '?' | ')' | '"' | '”' | '\'' | '’') || is_invisible(c);
    let end = rest.find(|c| !closes(c)).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default().trim_end_matches(is_invisible).len()
}

fn between<'a>(text: &'a str, before: &Word, after: &Word) -> &'a str {
    text.get(before.end..after.start).unwrap_or_default()
}

/// Whether a sentence ends between two words that follow each other.
fn ends_sentence(text: &str, words: &Words, word: &Word, next: &Word) -> bool {
    let gap = visible(between(text, word, next));
    if gap == " " {
        return false;
    }
    if gap.contains(['•', '●', '○', '▪']) {
        return true;
    }
    let gap =
        gap.strip_prefix(';').filter(|_| is_escape(text, word) && is_escape(text, next)).unwrap_or(&gap);
    let stop = gap.find(['.', '!', '?', ';', '。', '！', '？', '…']);
    let spaced = stop.is_some_and(|at| gap.get(at..).is_some_and(|rest| rest.contains(char::is_whitespace)))
        || gap.contains(['。', '！', '？']);
    if spaced {
        let abbreviated = gap.starts_with('.') && ABBREVIATIONS.binary_search(&words.plain(word)).is_ok();
        return !abbreviated || begins_upper(text, next);
    }
    let mut lines = gap.matches('\n');
    lines.next().is_some()
        && (lines.next().is_some()
            || gap.contains(['-', '*', ':', '#', '|'])
            || begins_upper(text, next)
            || is_listed(text, next))
}

fn begins_upper(text: &str, word: &Word) -> bool {
    text.get(word.start..).and_then(|rest| rest.chars().next()).is_some_and(char::is_uppercase)
}

/// Whether the word is the inside of an HTML character reference, which a semicolon closes: "&#71;", "&amp;".
fn is_escape(text: &str, word: &Word) -> bool {
    text.get(..word.start).is_some_and(|before| before.ends_with('&') || before.ends_with("&#"))
}

/// Whether the word is the number of a list's entry, as in "2. Then".
fn is_listed(text: &str, word: &Word) -> bool {
    let digits = text
        .get(word.start..word.end)
        .is_some_and(|word| visible(word).bytes().all(|byte| byte.is_ascii_digit()));
    let rest = text.get(word.end..).unwrap_or_default();
    digits && rest.trim_start_matches(is_invisible).starts_with([')', '.'])
}

fn begins_clause(gap: &str, word: &str) -> bool {
    let gap = visible(gap);
    if gap == " " {
        return CONNECTIVES.contains(&word);
    }
    if gap.contains([':', '(', ')', '–', '—']) || gap.contains(" - ") {
        return true;
    }
    gap.contains(',') && (AFTER_COMMA.contains(&word) || CONNECTIVES.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts<'a>(text: &'a str, spans: &[Span]) -> Vec<&'a str> {
        spans.iter().map(|span| &text[span.start..span.end]).collect()
    }

    #[test]
    fn sentences_end_where_a_reader_ends_them() {
        assert!(ABBREVIATIONS.is_sorted());
        for (text, expected) in [
            ("One. Two! Three?", vec!["One.", "Two!", "Three?"]),
            (
                "Metrics, e.g. recall at k. Then cost 0.5 dollars.",
                vec!["Metrics, e.g. recall at k.", "Then cost 0.5 dollars."],
            ),
            ("wrapped\nline. Next", vec!["wrapped\nline.", "Next"]),
            ("Title\nBody text", vec!["Title", "Body text"]),
            ("- one\n- two\n3. three", vec!["one", "two", "3. three"]),
            ("points ● one ● two", vec!["points", "one", "two"]),
            ("(He said \"no.\") Then", vec!["He said \"no.\")", "Then"]),
            ("first; second", vec!["first", "second"]),
            ("A &#53; &amp; &#x47; c; d", vec!["A &#53; &amp; &#x47", "c", "d"]),
            ("词。又一个词", vec!["词", "又一个词"]),
            ("", vec![]),
            (" ...\n!", vec![]),
        ] {
            let words = Words::new(text);
            assert_eq!(texts(text, &sentences(text, &words)), expected, "{text:?}");
        }
    }

    #[test]
    fn clauses_make_statements_of_their_own() {
        for (text, expected) in [
            (
                "RAG retrieves documents for each question, while fine-tuning changes the weights.",
                vec!["RAG retrieves documents for each question", "while fine-tuning changes the weights."],
            ),
            ("It is cheap, and fast.", vec!["It is cheap, and fast."]),
            (
                "Two facts matter here: the first one is cost.",
                vec!["Two facts matter here", "the first one is cost."],
            ),
        ] {
            let words = Words::new(text);
            let whole = sentences(text, &words);
            assert_eq!(texts(text, &clauses(text, &words, &whole[0])), expected, "{text:?}");
        }
    }
}
