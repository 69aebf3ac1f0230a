//! A reference answer taken apart: the lines that its author meant, and the statements in them.
//!
//! Nothing is added to what is there but the line that introduces a list, in front of each of its entries:
//! "Sequence number" alone is no statement, "Fields of TCP alone: Sequence number" is one.

/// A sentence of fewer words is joined to its neighbour: "No." says nothing alone.
const SHORTEST_SENTENCE: usize = 3;

/// A line that introduces a list is one of at most this many words, if it does not end with a colon.
const LONGEST_HEADING: usize = 4;

/// Words in front of a full stop that does not end a sentence.
const ABBREVIATIONS: [&str; 14] =
    ["al", "approx", "cf", "dr", "e.g", "eg", "etc", "fig", "i.e", "ie", "incl", "no", "resp", "vs"];

/// Words that no line ends with unless it was wrapped.
const NEVER_LAST: [&str; 14] =
    ["a", "an", "and", "as", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"];

/// A line as its author meant it: wrapped lines are joined, list marks taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// Prose, or a heading.
    Plain(String),
    /// An entry of a list, without its mark.
    Entry(Mark, String),
    /// An empty line.
    Gap,
}

/// What kind of mark an entry has; the entries of one list have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// A hyphen, a dot or the like.
    Bullet(char),
    /// `1.` or `1)`
    Number,
    /// `a)`
    Letter,
    /// `i)`
    Roman,
}

/// The lines of a text as their author meant them.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for line in text.lines() {
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.is_empty() {
            if !matches!(lines.last(), Some(Line::Gap) | None) {
                lines.push(Line::Gap);
            }
            continue;
        }
        let entry = entry(&line);
        match (entry, lines.last_mut()) {
            (None, Some(Line::Plain(before) | Line::Entry(_, before))) if continues(before, &line) => {
                before.push(' ');
                before.push_str(&line);
            }
            (Some((mark, entry)), _) => lines.push(Line::Entry(mark, entry.to_owned())),
            (None, _) => lines.push(Line::Plain(line)),
        }
    }
    if lines.last() == Some(&Line::Gap) {
        lines.pop();
    }
    lines
}

/// A list mark and the text behind it: `- `, `●`, `1.`, `a)`, `ii)`; marks also stand right before a word.
fn entry(line: &str) -> Option<(Mark, &str)> {
    bullet(line).or_else(|| numbered(line))
}

fn bullet(line: &str) -> Option<(Mark, &str)> {
    const BULLETS: [char; 8] = ['-', '–', '*', '•', '●', '○', '▪', '·'];
    let mark = line.chars().next().filter(|first| BULLETS.contains(first))?;
    let behind = &line[mark.len_utf8()..];
    let rest = behind.trim_start();
    // "-5 dB" is a number, "- 5 GHz bands" an entry.
    let is_text = rest.starts_with(|c: char| c.is_alphabetic() || matches!(c, '"' | '“' | '('))
        || behind.starts_with(' ') && rest.starts_with(char::is_numeric);
    is_text.then_some((Mark::Bullet(mark), rest))
}

fn numbered(line: &str) -> Option<(Mark, &str)> {
    let (mark, rest) = line.split_once(['.', ')'])?;
    let by_bracket = line[mark.len()..].starts_with(')');
    let all = |is: fn(&u8) -> bool| !mark.is_empty() && mark.bytes().all(|byte| is(&byte));
    let kind = if mark.len() <= 2 && all(u8::is_ascii_digit) {
        Mark::Number
    } else if by_bracket && mark.len() <= 4 && all(|byte| b"ivx".contains(byte)) {
        Mark::Roman
    } else if by_bracket && mark.len() == 1 && all(u8::is_ascii_lowercase) {
        Mark::Letter
    } else {
        return None;
    };
    let rest = rest.trim_start();
    // "4.i)" has two marks; "0.5" has none.
    match entry(rest) {
        Some(inner) if kind == Mark::Number => Some(inner),
        Some(_) | None => (!rest.is_empty() && !rest.starts_with(char::is_numeric)).then_some((kind, rest)),
    }
}

/// Whether a line goes on where the one before was wrapped.
fn continues(before: &str, line: &str) -> bool {
    const OPEN: [char; 8] = [',', '(', '+', '*', '=', '/', '<', '&'];
    let begins_low = line.starts_with(char::is_lowercase) || line.starts_with(['(', '=', '+', '/', '<', ')']);
    let last = before.rsplit(' ').next().unwrap_or_default();
    let is_open = before.ends_with(OPEN) || NEVER_LAST.contains(&last);
    is_open || begins_low && !before.ends_with(['.', '!', '?', ':'])
}

/// The statements of a text, one each, in its order; none twice.
pub(super) fn statements(text: &str) -> Vec<String> {
    let lines = lines(text);
    let mut found: Vec<String> = Vec::new();
    let mut lists = Lists::default();
    for (index, line) in lines.iter().enumerate() {
        let next = lines[index + 1..].iter().find(|line| **line != Line::Gap);
        let mut sentences = match line {
            Line::Gap => continue,
            Line::Plain(text) | Line::Entry(_, text) => sentences(text),
        };
        let introduces = sentences.last().is_some_and(|last| is_heading(last, line, next));
        let heading = if introduces { sentences.pop() } else { None };
        let lead = lists.lead(line);
        for sentence in sentences {
            let statement = lead.as_ref().map_or(sentence.clone(), |lead| format!("{lead}: {sentence}"));
            if !found.contains(&statement) {
                found.push(statement);
            }
        }
        lists.introduce(heading);
    }
    // A text of nothing but headings: they are all that it says.
    if found.is_empty() { sentences(&plain(&lines)) } else { found }
}

/// The lists that a line stands in, the outermost first, each with the line that introduces it.
#[derive(Default)]
struct Lists {
    open: Vec<(Mark, Option<String>)>,
    /// What introduces the next list.
    heading: Option<String>,
}

impl Lists {
    /// What introduces the list that a line is an entry of. Prose ends all lists, an entry those within its own.
    fn lead(&mut self, line: &Line) -> Option<String> {
        let Line::Entry(mark, _) = line else {
            self.open.clear();
            return None;
        };
        match self.open.iter().position(|(open, _)| open == mark) {
            Some(depth) => self.open.truncate(depth + 1),
            None => {
                let outer = self.open.last().and_then(|(_, lead)| lead.clone());
                self.open.push((*mark, self.heading.take().or(outer)));
            }
        }
        self.open.last().and_then(|(_, lead)| lead.clone())
    }

    fn introduce(&mut self, heading: Option<String>) {
        self.heading = heading.map(|heading| heading.trim_end_matches([':', ' ']).to_owned());
    }
}

fn plain(lines: &[Line]) -> String {
    let texts = lines.iter().filter_map(|line| match line {
        Line::Plain(text) | Line::Entry(_, text) => Some(text.as_str()),
        Line::Gap => None,
    });
    texts.collect::<Vec<_>>().join(" ")
}

/// Whether the last sentence of a line introduces what follows: it ends with a colon, or is a few words in front
/// of a list. An entry before another one of the same list introduces nothing.
fn is_heading(sentence: &str, line: &Line, next: Option<&Line>) -> bool {
    let few = sentence.split(' ').count() <= LONGEST_HEADING && !sentence.ends_with(['.', '!', '?', ';']);
    match (line, next) {
        (Line::Entry(mark, _), Some(Line::Entry(other, _))) => sentence.ends_with(':') && mark != other,
        (Line::Plain(_), Some(Line::Entry(..))) => sentence.ends_with(':') || few,
        (_, Some(_)) => sentence.ends_with(':'),
        (_, None) => false,
    }
}

/// The sentences of a line; a semicolon parts them too, but nothing between brackets does.
fn sentences(line: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut start = 0;
    let mut closing = None;
    for (at, c) in line.char_indices() {
        if closing.is_none() {
            closing = closing_bracket(line, at, c);
        } else if closing == Some(at) {
            closing = None;
        }
        let end = at + c.len_utf8();
        if closing.is_none() && matches!(c, '.' | '!' | '?' | ';') && ends_sentence(line, start, at, end) {
            push_sentence(&mut found, &line[start..end]);
            start = end;
        }
    }
    push_sentence(&mut found, &line[start..]);
    if found.len() > 1 && is_short(&found[found.len() - 1]) {
        let last = found.pop().unwrap_or_default();
        join_last(&mut found, &last);
    }
    found
}

/// Where the bracket that opens at `at` is closed again, if it is.
fn closing_bracket(line: &str, at: usize, c: char) -> Option<usize> {
    let close = match c {
        '(' => ')',
        '[' => ']',
        '{' => '}',
        _ => return None,
    };
    let mut depth = 0;
    for (offset, other) in line[at..].char_indices() {
        if other == c {
            depth += 1;
        } else if other == close {
            depth -= 1;
            if depth == 0 {
                return Some(at + offset);
            }
        }
    }
    None
}

fn ends_sentence(line: &str, start: usize, at: usize, end: usize) -> bool {
    let rest = &line[end..];
    if !rest.starts_with(' ') {
        return false;
    }
    let stop = &line[at..end];
    let word = line[start..at].rsplit([' ', '(', '“', '"']).next().unwrap_or_default().to_lowercase();
    let begins_high = rest.trim_start().starts_with(|c: char| !c.is_lowercase());
    match stop {
        ";" => true,
        "." => begins_high && !ABBREVIATIONS.contains(&word.as_str()),
        _ => begins_high,
    }
}

fn push_sentence(found: &mut Vec<String>, sentence: &str) {
    let sentence = sentence.trim().trim_end_matches(';').trim_end();
    if !sentence.chars().any(char::is_alphanumeric) {
        return;
    }
    match found.last() {
        Some(before) if is_short(before) => join_last(found, sentence),
        Some(_) | None => found.push(sentence.to_owned()),
    }
}

fn is_short(sentence: &str) -> bool {
    sentence.split(' ').count() < SHORTEST_SENTENCE && !sentence.ends_with(':')
}

fn join_last(found: &mut [String], more: &str) {
    if let Some(last) = found.last_mut() {
        last.push(' ');
        last.push_str(more);
    }
}

/// The same text as rubrics have it: an empty line between lines of prose, so that none is taken for a wrapped
/// one, and a hyphen in front of each entry of a list.
pub(super) fn prose(text: &str) -> String {
    let mut out = String::new();
    let mut before_entry = false;
    for line in lines(text) {
        let (text, is_entry) = match line {
            Line::Gap => continue,
            Line::Plain(text) => (text, false),
            Line::Entry(_, text) => (format!("- {text}"), true),
        };
        if !out.is_empty() {
            out.push_str(if is_entry && before_entry { "\n" } else { "\n\n" });
        }
        out.push_str(&text);
        before_entry = is_entry;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_of_a_reference_becomes_one_and_no_more() {
        for (text, expected) in [
            (
                "One thing is so. Another thing is not; a third may be!",
                vec!["One thing is so.", "Another thing is not", "a third may be!"],
            ),
            (
                "Metrics, e.g. Recall at k, cost 0.5 dollars vs. one.",
                vec!["Metrics, e.g. Recall at k, cost 0.5 dollars vs. one."],
            ),
            ("No. Traffic comes in bursts.", vec!["No. Traffic comes in bursts."]),
            ("Traffic comes in bursts. Not always.", vec!["Traffic comes in bursts. Not always."]),
            (
                "It waits (or not; see there. Then it goes) and ends.",
                vec!["It waits (or not; see there. Then it goes) and ends."],
            ),
            (
                "An open (bracket. And a sentence that follows.",
                vec!["An open (bracket.", "And a sentence that follows."],
            ),
            (
                "Fields of TCP alone:\n-Sequence number\n- Flags",
                vec!["Fields of TCP alone: Sequence number", "Fields of TCP alone: Flags"],
            ),
            (
                "Replication\n● Issue of\nscalability\n● More cost\nPartitioning\n● Lower availability",
                vec![
                    "Replication: Issue of scalability",
                    "Replication: More cost",
                    "Partitioning: Lower availability",
                ],
            ),
            (
                "Possible Differences :\nThe UDP header is short\nThe TCP header is longer",
                vec!["The UDP header is short", "The TCP header is longer"],
            ),
            (
                "The order is BCA. A reason is given:\n● B is part of C\n1. C is part of A",
                vec![
                    "The order is BCA.",
                    "A reason is given: B is part of C",
                    "A reason is given: C is part of A",
                ],
            ),
            (
                "1.unconfirmed - no ACK.\n4.i)less copying\nii)less congestion",
                vec!["unconfirmed - no ACK.", "less copying", "less congestion"],
            ),
            ("It doubles: twice as much.\n\nIt doubles: twice as much.", vec!["It doubles: twice as much."]),
            (
                "● Security :\n○ Lack of locks: doors\n\n● Trust in people",
                vec!["Security: Lack of locks: doors", "Trust in people"],
            ),
            ("-5 dB is the limit\n- 5 GHz bands exist", vec!["-5 dB is the limit", "5 GHz bands exist"]),
            ("0.6^5 is small\nP = 3 +\n4", vec!["0.6^5 is small", "P = 3 + 4"]),
            (
                "Risks:\n1. Collisions:\ni) hidden\nii) exposed\n2. Noise",
                vec!["Collisions: hidden", "Collisions: exposed", "Risks: Noise"],
            ),
            ("● Costs :\n● Training", vec!["Costs :", "Training"]),
            ("Summary:", vec!["Summary:"]),
            ("", vec![]),
            (" - \n...", vec![]),
        ] {
            assert_eq!(statements(text), expected, "{text:?}");
        }
    }

    #[test]
    fn nothing_is_in_a_statement_that_is_not_in_the_text() {
        let text =
            "Benefits:\n● Less work: switches obey\n\nDrawbacks\n1) One server decides; it may fail (badly).";
        let words: Vec<&str> =
            text.split_whitespace().map(|word| word.trim_end_matches([':', ';'])).collect();
        for statement in statements(text) {
            for word in statement.split(' ') {
                let word = word.trim_end_matches([':', ';']);
                assert!(words.contains(&word), "{word:?} of {statement:?}");
            }
        }
    }

    #[test]
    fn prose_keeps_the_lines_that_were_meant() {
        assert_eq!(
            prose("A line that was\nwrapped.\nAnother one\n● first\n● second\n\n\nThe end"),
            "A line that was wrapped.\n\nAnother one\n\n- first\n- second\n\nThe end"
        );
    }
}
