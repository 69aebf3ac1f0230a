//! What a model gets to see of an answer: all of it, but for remarks to the grader and characters that no reader sees.
//!
//! A model cannot follow an order that it never reads, so this is the first defence against an answer that tries to
//! set its own score; the marker around the answer and the rules of the prompt are the second. What was withheld is
//! flagged. Offsets are translated back, so that evidence always has its place in the answer as it was written.

use std::ops::Range;

use crate::bank::Rubric;
use crate::critique::{Critique, Evidence, Flag, Rating};
use crate::judge::built_in::passages::{Doubt, Passage, PassageRole, SUBJECT_SHARE, Sorted};
use crate::judge::built_in::{BuiltIn, PreparedRubric};

use super::withheld::{joined, withheld, without_empty_ends};

/// An answer as a model sees it.
pub(super) struct Shown<'a> {
    /// Without white space around it, which a model need not see either. All places but in evidence are in here.
    answer: &'a str,
    /// Where that begins in the answer as it was written.
    begins: usize,
    text: String,
    pieces: Vec<Piece>,
    withheld: Vec<Range<usize>>,
    /// Of `text`; none of them a remark.
    passages: Vec<Passage>,
    flags: Vec<Flag>,
    /// What the built-in judge makes of `text`, where that was asked for.
    estimate: Option<Critique>,
}

/// A paragraph is on something else where no passage has this share of its content from the rubric or the question.
const PARAGRAPH_SHARE: f32 = 0.25;

/// So often is looked for remarks in what is left of an answer without the remarks in it.
const ROUNDS: usize = 3;

/// A piece of the answer that is shown.
struct Piece {
    /// Where it begins in the text that is shown.
    at: usize,
    /// Its bytes in the answer.
    source: Range<usize>,
}

impl<'a> Shown<'a> {
    /// What is shown of `answer`, to be judged by the rubric that `prepared` was made from; with an estimate by
    /// `estimate`, the same rubric.
    pub(super) fn new(prepared: &PreparedRubric, answer: &'a str, estimate: Option<&Rubric>) -> Self {
        let begins = answer.len() - answer.trim_start().len();
        let answer = answer.trim();
        let sorted = |text: &str| BuiltIn::new().sorted(prepared, text, estimate);
        let mut read = sorted(answer);
        let mut flags = std::mem::take(&mut read.flags);
        let end = if flags.contains(&Flag::CutShort) {
            read.passages.last().map_or(0, |last| last.end)
        } else {
            answer.len()
        };
        let seen = answer.get(..end).unwrap_or(answer);
        let mut hidden = withheld(answer, &read.passages, &flags);
        let (mut text, mut pieces) = shown_pieces(seen, &hidden);
        for round in 0..=ROUNDS {
            if text == answer {
                break;
            }
            // What is left of a message may look like one only now.
            read = sorted(&text);
            if round == ROUNDS || read.passages.iter().all(|passage| passage.role != PassageRole::Remark) {
                break;
            }
            let more = withheld(&text, &read.passages, &read.flags);
            let more = more.iter().filter_map(|range| source_of(&pieces, range));
            hidden = joined(hidden.into_iter().chain(more).collect());
            flags = merged(&flags, &[Flag::AddressesTheGrader]);
            (text, pieces) = shown_pieces(seen, &hidden);
        }
        read.passages.retain(|passage| passage.role != PassageRole::Remark);
        let Sorted { passages, estimate, .. } = read;
        Self { answer, begins, text, pieces, withheld: hidden, passages, flags, estimate }
    }

    /// The text that is shown.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The text that is shown without asides and what is beside the subject; all of it where there is nothing else. Words
    /// that say nothing move a small model's impression of the whole as much as a sentence that says something.
    pub(super) fn to_the_point(&self) -> String {
        self.without(is_beside_the_point)
    }

    /// What [`Self::to_the_point`] is, and where that is something else, the same without what is not to raise a small model's
    /// impression: what may be a remark, a paragraph on something else of which any may be one by lower odds, and what is not on
    /// the subject in a paragraph that something is withheld of, for who forges a message forges its greeting as well. The lower
    /// impression of them counts, as a sentence that is missing may raise it, too.
    pub(super) fn to_be_weighed(&self) -> Vec<String> {
        let places = |is: fn(&Passage) -> bool| -> Vec<Range<usize>> {
            self.passages.iter().filter(|passage| is(passage)).map(|passage| self.place_of(passage)).collect()
        };
        let on_the_subject = places(|passage| passage.on_the_subject >= PARAGRAPH_SHARE);
        let doubtful = places(|passage| passage.doubt >= Doubt::Remote);
        let (mut addressed, mut apart) = (Vec::new(), Vec::new());
        for paragraph in paragraphs(self.answer) {
            if is_within(&self.withheld, &paragraph) {
                addressed.push(paragraph);
            } else if is_within(&doubtful, &paragraph) && !is_within(&on_the_subject, &paragraph) {
                apart.push(paragraph);
            }
        }
        let is_not_to_raise = |passage: &Passage| {
            let place = self.place_of(passage);
            passage.doubt >= Doubt::Possible
                || is_within(&apart, &place)
                || (passage.on_the_subject < SUBJECT_SHARE && is_within(&addressed, &place))
        };
        let rest = self.without(|passage| is_beside_the_point(passage) || is_not_to_raise(passage));
        let mut texts = vec![self.to_the_point()];
        texts.extend(Some(rest).filter(|rest| !texts.contains(rest)));
        texts
    }

    /// Where a passage begins in the answer: its first byte there.
    fn place_of(&self, passage: &Passage) -> Range<usize> {
        source_of(&self.pieces, &(passage.start..passage.start + 1)).unwrap_or_default()
    }

    /// The text that is shown without some passages; all of it where there is nothing else.
    fn without(&self, is_left_out: impl Fn(&Passage) -> bool) -> String {
        if self.passages.iter().all(&is_left_out) {
            return self.text.clone();
        }
        let (mut kept, mut from, mut end) = (String::with_capacity(self.text.len()), 0, 0);
        for (at, passage) in self.passages.iter().enumerate() {
            if is_left_out(passage) {
                // Marks stay with the passage that they stand beside: the dash of a list, the bracket that closes.
                let gap = self.text.get(end..passage.start).unwrap_or_default();
                let cut = end + gap.find('\n').unwrap_or_default();
                kept.push_str(self.text.get(from..cut).unwrap_or_default());
                let next = self.passages.get(at + 1);
                let behind = next.map_or(self.text.len(), |next| next.start);
                let gap = self.text.get(passage.end..behind).unwrap_or_default();
                let space = gap.find('\n').or_else(|| next.and_then(|_| gap.find(char::is_whitespace)));
                from = space.map_or(behind, |space| passage.end + space);
            }
            end = passage.end;
        }
        kept.push_str(self.text.get(from..).unwrap_or_default());
        without_empty_ends(&kept).to_owned()
    }

    /// What the built-in judge makes of it, where that was asked for.
    pub(super) fn estimate(&self) -> Option<&Critique> {
        self.estimate.as_ref()
    }

    /// Whether nothing in it could earn credit.
    pub(super) fn states_nothing(&self) -> bool {
        self.statements().next().is_none()
    }

    /// A critique of the text that is shown as one of the answer. Evidence that only repeats the question is dropped;
    /// a rating without any left is unfounded and earns nothing.
    pub(super) fn restored(&self, mut critique: Critique) -> Critique {
        critique.ratings = critique.ratings.into_iter().map(|rating| self.restored_rating(rating)).collect();
        critique.mistakes.retain_mut(|flagged| match flagged.evidence.take() {
            Some(evidence) => {
                flagged.evidence = self.restored_evidence(&evidence);
                flagged.evidence.is_some()
            }
            None => true,
        });
        critique.flags = merged(&self.flags, &critique.flags);
        critique
    }

    /// A rating of the text that is shown as one of the answer.
    pub(super) fn restored_rating(&self, mut rating: Rating) -> Rating {
        let cited = !rating.evidence.is_empty();
        rating.evidence =
            rating.evidence.iter().filter_map(|evidence| self.restored_evidence(evidence)).collect();
        if rating.level > 0 && cited && rating.evidence.is_empty() {
            rating.level = 0;
            rating.unfounded = true;
            rating.reason = format!("(The judge cited nothing but the question.) {}", rating.reason);
        }
        rating
    }

    /// Evidence in the text that is shown as evidence in the answer, unless it is only a repetition of the question.
    fn restored_evidence(&self, evidence: &Evidence) -> Option<Evidence> {
        let overlaps = |passage: &&Passage| passage.start < evidence.end && evidence.start < passage.end;
        let mut roles = self.passages.iter().filter(overlaps).map(|passage| passage.role).peekable();
        if roles.peek().is_some() && roles.all(|role| role == PassageRole::Repetition) {
            return None;
        }
        self.in_answer(evidence.start..evidence.end)
    }

    fn statements(&self) -> impl Iterator<Item = &Passage> {
        let states =
            |role| !matches!(role, PassageRole::Repetition | PassageRole::Remark | PassageRole::Filler);
        self.passages.iter().filter(move |passage| states(passage.role))
    }

    /// Bytes of the text that is shown as a slice of the answer; none where something withheld lies between.
    fn in_answer(&self, range: Range<usize>) -> Option<Evidence> {
        let Range { start, end } = source_of(&self.pieces, &range)?;
        let hides = |remark: &Range<usize>| remark.start < end && start < remark.end;
        if self.withheld.iter().any(hides) {
            return None;
        }
        let Evidence { quote, start, end } = Evidence::slice(self.answer, start, end)?;
        Some(Evidence { quote, start: start + self.begins, end: end + self.begins })
    }
}

/// Runs of lines between blank ones, without the end of the last line.
fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let (mut begin, mut goes_on) = (0, false);
    for line in text.split_inclusive('\n') {
        let end = begin + line.trim_end().len();
        match found.last_mut().filter(|_| goes_on) {
            _ if line.trim().is_empty() => goes_on = false,
            Some(last) => last.end = end,
            None => {
                found.push(begin..end);
                goes_on = true;
            }
        }
        begin += line.len();
    }
    found
}

/// Whether one of some ranges, in their order, has a byte of another.
fn is_within(ranges: &[Range<usize>], other: &Range<usize>) -> bool {
    let next = ranges.partition_point(|range| range.end <= other.start);
    ranges.get(next).is_some_and(|range| range.start < other.end)
}

/// Whether a passage is better left out where a small model gives its impression of the whole.
fn is_beside_the_point(passage: &Passage) -> bool {
    let says_nothing =
        matches!(passage.role, PassageRole::Aside | PassageRole::BesideTheSubject | PassageRole::Filler);
    says_nothing || passage.doubt >= Doubt::Probable
}

/// The critique of an answer in which nothing could earn credit.
pub(super) fn nothing_stated(rubric: &Rubric) -> Critique {
    let ratings = rubric.criteria.iter().map(|criterion| Rating {
        id: criterion.id.clone(),
        level: 0,
        reason: "The answer states nothing on this.".to_owned(),
        advice: String::new(),
        evidence: Vec::new(),
        missing: criterion.key_points.clone(),
        unfounded: false,
    });
    Critique { ratings: ratings.collect(), ..Critique::default() }
}

/// The answer without what is withheld and unseen characters, and where its pieces come from.
fn shown_pieces(answer: &str, withheld: &[Range<usize>]) -> (String, Vec<Piece>) {
    let mut showing =
        Showing { answer, text: String::with_capacity(answer.len()), pieces: Vec::new(), parted: false };
    let mut from = 0;
    for range in withheld {
        showing.show_seen(from..range.start);
        showing.parted = true;
        from = range.end;
    }
    showing.show_seen(from..answer.len());
    let Showing { mut text, pieces, .. } = showing;
    text.truncate(text.trim_end().len());
    (text, pieces)
}

/// Bytes of the text that is shown as bytes of the answer, from the first to the last.
fn source_of(pieces: &[Piece], range: &Range<usize>) -> Option<Range<usize>> {
    let place = |at: usize| {
        let next = pieces.partition_point(|piece| piece.at <= at);
        let piece = pieces.get(next.checked_sub(1)?)?;
        let source = piece.source.start + (at - piece.at);
        (source < piece.source.end).then_some(source)
    };
    Some(place(range.start)?..place(range.end.checked_sub(1)?)? + 1)
}

/// What is shown so far.
struct Showing<'a> {
    answer: &'a str,
    text: String,
    pieces: Vec<Piece>,
    /// Whether something was withheld since the last piece, which is not to run into the next.
    parted: bool,
}

impl Showing<'_> {
    /// Shows what a person sees of these bytes of the answer.
    fn show_seen(&mut self, bytes: Range<usize>) {
        let mut start = bytes.start;
        let source = self.answer.get(bytes.clone()).filter(|source| !source.is_ascii()).unwrap_or_default();
        for (at, unseen) in source.match_indices(is_unseen) {
            self.show(start..bytes.start + at);
            start = bytes.start + at + unseen.len();
        }
        self.show(start..bytes.end);
    }

    fn show(&mut self, source: Range<usize>) {
        let Some(mut seen) = self.answer.get(source.clone()) else { return };
        let mut source = source;
        if self.text.is_empty() {
            seen = seen.trim_start();
            source.start = source.end - seen.len();
        }
        if seen.is_empty() {
            return;
        }
        if std::mem::take(&mut self.parted) && !self.text.is_empty() {
            self.text.push('\n');
        }
        self.pieces.push(Piece { at: self.text.len(), source });
        self.text.push_str(seen);
    }
}

/// Characters that a person does not see and a model reads: they can carry a whole hidden text (the tag characters),
/// break up words, or show a text in another order than it has. Joiners stay, which some scripts and emoji need.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

fn merged(one: &[Flag], other: &[Flag]) -> Vec<Flag> {
    let mut flags: Vec<Flag> = one.iter().chain(other).copied().collect();
    flags.sort_unstable();
    flags.dedup();
    flags
}

#[cfg(test)]
#[path = "shown_tests.rs"]
mod tests;
