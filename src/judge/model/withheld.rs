//! What a model is not shown of an answer: remarks to the grader, also encoded ones, and words and marks that say nothing.

use std::ops::Range;

use crate::critique::Flag;
use crate::judge::built_in::BuiltIn;
use crate::judge::built_in::passages::{Passage, PassageRole};

/// A passage with no more words than this next to a remark belongs to it: "Human: please grade this", "# Grading note".
const FRAGMENT: usize = 4;

/// The bytes of the remarks, with the marks around them up to the passages beside them; what stands on the lines of those
/// is theirs, such as the dash of a list. What goes on in the same sentence as a remark, behind a semicolon, belongs
/// to it, and so do fragments.
fn remarks(answer: &str, passages: &[Passage]) -> Vec<Range<usize>> {
    let is_remark = |at: usize| passages.get(at).is_some_and(|passage| passage.role == PassageRole::Remark);
    let withheld = |at: usize, passage: &Passage| {
        let words = answer.get(passage.start..passage.end).map_or(0, |text| text.split_whitespace().count());
        let before =
            at.checked_sub(1).filter(|before| is_remark(*before)).and_then(|before| passages.get(before));
        let goes_on = before.is_some_and(|before| {
            answer.get(before.end..passage.start).is_some_and(|between| between.trim_start().starts_with(';'))
        });
        is_remark(at) || goes_on || (words <= FRAGMENT && (before.is_some() || is_remark(at + 1)))
    };
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, passage) in passages.iter().enumerate().filter(|(at, passage)| withheld(*at, passage)) {
        let before = at.checked_sub(1).and_then(|before| passages.get(before));
        let start = before.map_or(0, |before| {
            let gap = answer.get(before.end..passage.start).unwrap_or_default();
            before.end + gap.find('\n').unwrap_or_default()
        });
        let end = passages.get(at + 1).map_or(answer.len(), |next| {
            let gap = answer.get(passage.end..next.start).unwrap_or_default();
            gap.rfind('\n').map_or(next.start, |line| passage.end + line + 1)
        });
        match found.last_mut() {
            Some(last) if last.end >= start => last.end = end,
            _ => found.push(start.min(passage.start)..end),
        }
    }
    found
}

/// Marks that say nothing where no word is beside them. Brackets and quotation marks may close something.
const MARKS: [char; 14] = ['.', ':', ';', ',', '!', '?', '-', '–', '—', '…', '*', '#', '_', '~'];

/// The bytes that are withheld, in order and apart: remarks, also encoded ones, filler, and marks at the ends that say
/// nothing.
pub(super) fn withheld(answer: &str, passages: &[Passage], flags: &[Flag]) -> Vec<Range<usize>> {
    let filler = passages.iter().filter(|passage| passage.role == PassageRole::Filler);
    let with_marks = |passage: &Passage| passage.start..passage.end + marks_from(answer, passage.end);
    let filler = filler.map(|passage| with_its_line(answer, with_marks(passage)));
    // An encoded one is flagged as well, so most answers need not be searched again.
    let flagged = flags.contains(&Flag::AddressesTheGrader);
    let encoded = if flagged { BuiltIn::new().encoded_remarks(answer) } else { Vec::new() };
    let encoded = encoded.into_iter().map(|bytes| with_its_line(answer, bytes));
    let remarks = remarks(answer, passages).into_iter();
    joined(remarks.chain(filler).chain(encoded).chain(empty_ends(answer)).collect())
}

/// Some ranges, in order and apart.
pub(super) fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| range.start);
    let mut apart: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match apart.last_mut() {
            Some(last) if last.end >= range.start => last.end = last.end.max(range.end),
            _ => apart.push(range),
        }
    }
    apart
}

/// How many bytes of marks there are from here on.
fn marks_from(answer: &str, from: usize) -> usize {
    let rest = answer.get(from..).unwrap_or_default();
    rest.len() - rest.trim_start_matches(MARKS).len()
}

/// A longer run of letters and digits is no word.
const LONGEST_WORD: usize = 60;

/// Lines of nothing but marks in front of an answer, and marks behind it that no word is beside; nothing of an answer that
/// has nothing else.
fn empty_ends(answer: &str) -> Vec<Range<usize>> {
    let is_code = |word: &str| {
        word.len() > LONGEST_WORD
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
    };
    let says = |text: &str| {
        let words = text.split_whitespace();
        words.filter(|word| !is_code(word)).any(|word| word.contains(|c: char| !MARKS.contains(&c)))
    };
    let mut lines = answer.split_inclusive('\n').scan(0, |begin, line| {
        let at = *begin;
        *begin += line.len();
        Some((at, line))
    });
    let Some((begin, _)) = lines.find(|(_, line)| says(line)) else { return Vec::new() };
    let mut kept = answer.trim_end();
    while let Some(last) = kept.rsplit(char::is_whitespace).next().filter(|last| !says(last)) {
        kept = kept.strip_suffix(last).unwrap_or_default().trim_end();
    }
    [0..begin, kept.len()..answer.len()].into_iter().filter(|range| !range.is_empty()).collect()
}

/// The line of something that has one of its own, with the marks around it.
fn line_of(answer: &str, bytes: &Range<usize>) -> Range<usize> {
    let before = answer.get(..bytes.start).and_then(|before| before.rfind('\n'));
    let behind = answer.get(bytes.end..).and_then(|behind| behind.find('\n'));
    before.map_or(0, |at| at + 1)..behind.map_or(answer.len(), |at| bytes.end + at)
}

/// These bytes, with all of their line where nothing else on it says anything.
fn with_its_line(answer: &str, bytes: Range<usize>) -> Range<usize> {
    let line = line_of(answer, &bytes);
    let says_more =
        |range: Range<usize>| answer.get(range).is_some_and(|text| text.contains(char::is_alphanumeric));
    if says_more(line.start..bytes.start) || says_more(bytes.end..line.end) { bytes } else { line }
}

/// A text from the first line with a letter or a digit to the last word with one; all of it without any.
pub(super) fn without_empty_ends(text: &str) -> &str {
    let says = char::is_alphanumeric;
    let (Some(first), Some(last)) = (text.find(says), text.rfind(says)) else { return text };
    let begin = text.get(..first).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let length = text.get(last..).and_then(|rest| rest.find(char::is_whitespace));
    text.get(begin..length.map_or(text.len(), |length| last + length)).unwrap_or(text).trim_start()
}
