//! Where the sentences and paragraphs of an answer are, and the answer without or with one of them.
//!
//! Sentences end where Unicode's rules say (UAX #29), after the lines that were wrapped by hand have been joined.
//! The rules are not the built-in judge's: what is taken away must not depend on what is tried.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

/// The sentences of a text that have letters or digits, as byte ranges without surrounding white space.
/// A piece without letters, such as the number of a list's entry, belongs to the sentence behind it.
pub(super) fn sentences(text: &str) -> Vec<Range<usize>> {
    let unwrapped = unwrapped(text);
    let mut found = Vec::new();
    let mut waiting = None;
    for (start, piece) in unwrapped.split_sentence_bound_indices() {
        let range = trimmed(piece, start);
        if range.is_empty() {
            continue;
        }
        let from = waiting.take().unwrap_or(range.start);
        if piece.contains(char::is_alphabetic) || piece.ends_with('\n') {
            found.push(from..range.end);
        } else {
            waiting = Some(from);
        }
    }
    found.extend(waiting.map(|from| from..text.trim_end().len()));
    found.retain(|range| text[range.clone()].contains(char::is_alphanumeric));
    found
}

fn trimmed(piece: &str, start: usize) -> Range<usize> {
    let start = start + piece.len() - piece.trim_start().len();
    start..start + piece.trim().len()
}

/// A copy of the same length in which lines that were wrapped by hand go on behind a blank.
fn unwrapped(text: &str) -> String {
    let mut copy = String::with_capacity(text.len());
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let goes_on = !line.trim().is_empty() && lines.peek().is_some_and(|next| continues(next));
        if goes_on {
            copy.extend(line.chars().map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c }));
        } else {
            copy.push_str(line);
        }
    }
    copy
}

/// Whether a line goes on with the one before: it is not empty and no list mark or heading begins it.
fn continues(line: &str) -> bool {
    let line = line.trim_start();
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let is_numbered =
        (1..=2).contains(&digits) && (line[digits..].starts_with(") ") || line[digits..].starts_with(". "));
    !line.is_empty() && !is_numbered && !line.starts_with(['-', '*', '•', '#', '|'])
}

/// The paragraphs of a text: runs of lines that are not empty, as byte ranges without surrounding white space.
pub(super) fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    let mut before_was_empty = true;
    for line in text.split_inclusive('\n') {
        let range = trimmed(line, start);
        start += line.len();
        match found.last_mut() {
            _ if range.is_empty() => {}
            Some(paragraph) if !before_was_empty => paragraph.end = range.end,
            Some(_) | None => found.push(range.clone()),
        }
        before_was_empty = range.is_empty();
    }
    found
}

/// What parts two passages, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    Blank,
    Line,
    Paragraph,
}

impl Gap {
    fn of(white_space: &str) -> Self {
        match white_space.matches('\n').count() {
            0 => Self::Blank,
            1 => Self::Line,
            _ => Self::Paragraph,
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Blank => " ",
            Self::Line => "\n",
            Self::Paragraph => "\n\n",
        }
    }
}

/// The text without these passages, which have to be in order and apart.
pub(super) fn without(text: &str, removed: &[Range<usize>]) -> String {
    let starts = [0].into_iter().chain(removed.iter().map(|range| range.end));
    let ends = removed.iter().map(|range| range.start).chain([text.len()]);
    let mut kept = String::new();
    let mut gap = Gap::Blank;
    for piece in starts.zip(ends).filter_map(|(start, end)| text.get(start..end)) {
        let (lead, trail) = (piece.len() - piece.trim_start().len(), piece.trim_end().len());
        gap = gap.max(Gap::of(&piece[..lead]));
        if piece.trim().is_empty() {
            continue;
        }
        if !kept.is_empty() {
            kept.push_str(gap.text());
        }
        kept.push_str(piece.trim());
        gap = Gap::of(&piece[trail..]);
    }
    kept
}

/// The text with one more paragraph behind the middle one. A paragraph of its own, so that no sentence in front
/// makes a quotation or an example of it.
pub(super) fn with_paragraph(text: &str, paragraph: &str) -> String {
    let paragraphs = paragraphs(text);
    let middle = paragraphs.get(paragraphs.len().saturating_sub(1) / 2);
    let at = middle.map_or(text.len(), |middle| middle.end);
    let (before, behind) = text.split_at(at);
    [before.trim(), paragraph.trim(), behind.trim()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("\n\n")
}

/// The text with one more paragraph at its end.
pub(super) fn with_ending(text: &str, paragraph: &str) -> String {
    format!("{}\n\n{paragraph}", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "One is, e.g. the\nfirst. Two is 0.5.\n\nThree (really)!\n\n1. Four\n2. Five; six\n";

    fn texts<'a>(text: &'a str, ranges: &[Range<usize>]) -> Vec<&'a str> {
        ranges.iter().map(|range| &text[range.clone()]).collect()
    }

    #[test]
    fn sentences_end_where_a_reader_ends_them() {
        for (text, expected) in [
            (
                TEXT,
                vec!["One is, e.g. the\nfirst.", "Two is 0.5.", "Three (really)!", "1. Four", "2. Five; six"],
            ),
            ("- one\r\n- two is\r\n  wrapped", vec!["- one", "- two is\r\n  wrapped"]),
            ("词。又一个词", vec!["词。", "又一个词"]),
            ("It is\n3.\n\nThen more", vec!["It is\n3.", "Then more"]),
            ("Value:\n\n42", vec!["Value:", "42"]),
            (" ...\n!", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(texts(text, &sentences(text)), expected, "{text:?}");
        }
    }

    #[test]
    fn paragraphs_are_parted_by_empty_lines() {
        assert_eq!(
            texts(TEXT, &paragraphs(TEXT)),
            ["One is, e.g. the\nfirst. Two is 0.5.", "Three (really)!", "1. Four\n2. Five; six"]
        );
        assert_eq!(texts("\n \na\n  \n\nb", &paragraphs("\n \na\n  \n\nb")), ["a", "b"]);
        assert!(paragraphs(" \n").is_empty());
    }

    #[test]
    fn what_is_left_reads_on() {
        let all = sentences(TEXT);
        for (removed, expected) in [
            (vec![0], "Two is 0.5.\n\nThree (really)!\n\n1. Four\n2. Five; six"),
            (vec![1], "One is, e.g. the\nfirst.\n\nThree (really)!\n\n1. Four\n2. Five; six"),
            (vec![2], "One is, e.g. the\nfirst. Two is 0.5.\n\n1. Four\n2. Five; six"),
            (vec![3], "One is, e.g. the\nfirst. Two is 0.5.\n\nThree (really)!\n\n2. Five; six"),
            (vec![0, 1, 2, 3, 4], ""),
        ] {
            let ranges: Vec<_> = removed.iter().map(|at| all[*at].clone()).collect();
            assert_eq!(without(TEXT, &ranges), expected, "{removed:?}");
        }
    }

    #[test]
    fn a_paragraph_goes_behind_the_middle_one() {
        for (text, expected) in
            [("a", "a\n\nX"), ("a\n\nb", "a\n\nX\n\nb"), ("a\n\nb\n\nc\n", "a\n\nb\n\nX\n\nc"), ("", "X")]
        {
            assert_eq!(with_paragraph(text, "X"), expected, "{text:?}");
        }
        assert_eq!(with_ending("a\n", "X"), "a\n\nX");
    }
}
