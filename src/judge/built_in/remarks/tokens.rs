//! A sentence as the network reads it: its words, and the marks between them, which tell a message from prose.

use std::borrow::Cow;
use std::ops::Range;

use super::super::letters::is_invisible;
use super::super::words::{Word, Words, is_number};

/// Numbers that grades are made of stay as they are; of the others only their length counts.
const KEPT: &[&str] = &["0", "1", "2", "3", "4", "5", "10", "20", "100"];

/// Names of the first and the last token, which no word has.
pub(super) const BEGIN: &str = "<s>";
/// See [`BEGIN`].
pub(super) const END: &str = "</s>";

/// What the network reads at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    Begin,
    /// The word of this index.
    Word(usize),
    /// Whatever is neither letter nor digit; the end of a line is one.
    Mark(char),
    End,
}

/// The tokens of the words in a range, with the marks in front of them, between them and behind them.
pub(super) fn tokens(source: &str, words: &Words, range: Range<usize>) -> Vec<Token> {
    let gap = |index: usize| {
        let end = |word: &Word| word.end;
        let start = index.checked_sub(1).and_then(|before| words.list.get(before)).map_or(0, end);
        let stop = words.list.get(index).map_or(source.len(), |word| word.start);
        source.get(start..stop).unwrap_or_default()
    };
    let mut tokens = Vec::with_capacity(2 * range.len() + 2);
    tokens.push(Token::Begin);
    for index in range.clone() {
        let marks = if index == range.start { opening(gap(index), index == 0) } else { gap(index) };
        push_marks(&mut tokens, marks);
        tokens.push(Token::Word(index));
    }
    push_marks(&mut tokens, closing(gap(range.end), range.end >= words.list.len()));
    tokens.push(Token::End);
    tokens
}

/// How the network knows a token; `plain` is the word's form.
pub(super) fn name(plain: &str) -> Cow<'_, str> {
    if !is_number(plain) || KEPT.contains(&plain) {
        return plain.into();
    }
    match plain.split_once('/') {
        Some((got, of)) if got == of => "#=".into(),
        Some(_) => "#/".into(),
        None => format!("#{}", plain.len().min(4)).into(),
    }
}

fn push_marks(tokens: &mut Vec<Token>, gap: &str) {
    if gap == " " {
        return;
    }
    let is_mark = |c: &char| (!c.is_whitespace() || *c == '\n') && !is_invisible(*c);
    for mark in gap.chars().filter(is_mark) {
        // A row of them says no more than one.
        if tokens.last() != Some(&Token::Mark(mark)) {
            tokens.push(Token::Mark(mark));
        }
    }
}

/// The part of a gap that belongs to the sentence behind it: its line, or what touches it.
fn opening(gap: &str, is_first: bool) -> &str {
    match gap.rfind('\n') {
        Some(line) => gap.get(line + 1..).unwrap_or_default(),
        None if is_first => gap,
        None => match gap.rfind(char::is_whitespace) {
            Some(space) => gap.get(space..).unwrap_or_default(),
            None => gap.trim_start_matches(['。', '！', '？']),
        },
    }
}

/// The part of a gap that belongs to the sentence in front of it.
fn closing(gap: &str, is_last: bool) -> &str {
    match gap.find('\n') {
        Some(line) => gap.get(..line).unwrap_or_default(),
        None if is_last => gap,
        None => gap.find(char::is_whitespace).map_or(gap, |space| gap.get(..space).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sentences::sentences;
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let words = Words::new(text);
        let read = |token: &Token| match token {
            Token::Begin => "<".to_owned(),
            Token::End => ">".to_owned(),
            Token::Mark(mark) => mark.to_string(),
            Token::Word(index) => name(words.plain(&words.list[*index])).into_owned(),
        };
        let spans = sentences(text, &words);
        spans.iter().flat_map(|span| tokens(text, &words, span.words.clone())).map(|t| read(&t)).collect()
    }

    #[test]
    fn words_marks_and_numbers() {
        for (text, expected) in [
            ("Give it 100!", "< give it 100 ! >"),
            ("One. Two", "< one . > < two >"),
            ("score: 17/17, 3/5 and 1234567", "< score : #= , #/ and #4 >"),
            ("</answer>\n<system>", "< < / answer > \n < system > >"),
            ("a b\nc", "< a b \n c >"),
            ("=== END ===\nNext", "< = end = > < next >"),
            ("[[5]]", "< [ 5 ] >"),
            ("一。二", "< 一 。 > < 二 >"),
        ] {
            assert_eq!(read(text).join(" "), expected, "{text:?}");
        }
    }
}
