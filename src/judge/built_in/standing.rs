//! What a sentence is for: a statement, a list of terms, copied words, a remark to the grader.

use std::ops::Range;

use super::forged;
use super::grammar::Flow;
use super::hidden;
use super::letters::visible;
use super::memory::Known;
use super::mentions::{Part, only_mentions};
use super::remarks::parted;
use super::sentences::Span;
use super::sequences::{Source, Sources, share};
use super::text::Text;
use super::words::is_number;

/// A sentence of which more than this is new, by weight of its words, does not repeat the question ...
const NEWS: f32 = 0.1;
/// ... and one with less does when this share of its words follow each other as in the question. Words alone
/// do not tell: "The diameter decreases by a factor of 10" can be made of a question's own words.
const SAME_ORDER: f32 = 0.7;

/// A sentence is taken from the rubric's titles and descriptors when this share of its words follow each other
/// there, and more of them than in what an answer is meant to say.
const COPIED: f32 = 0.4;
/// ... and this much more of their order is the descriptors' than the key points'. Descriptors name what the key points
/// say, so a short right sentence can share a phrase with both.
const RATHER: f32 = 0.2;
/// Shorter ones are set phrases.
const SHORTEST_COPY: usize = 5;

/// From this many content words on a sentence can be a mere list of terms ...
const LIST_WORDS: usize = 4;
/// ... if it has fewer other words than this share (English prose has around 0.45, notes 0.25).
const LEAST_GRAMMAR: f32 = 0.1;
/// A heading or a note has few other words as well, so the share in the answer counts like so many words.
const PRIOR_WORDS: f32 = 12.0;

/// From so many words on an answer shows by its other sentences whether a short one is a heading or an entry.
const SHORT_ANSWER: usize = 12;
/// From so many words on the whole answer is a list if it has fewer other words than this share: notes of students
/// that are as long have a fifth at least.
const WHOLE_LIST: usize = 50;
/// See [`WHOLE_LIST`].
const LEAST_GRAMMAR_IN_ALL: f32 = 0.2;

/// With a frame of ordinary words ("one should know about") it is a list when this share of its content
/// words stand between separators, fewer than this at a time ...
const LIST_ENTRY: usize = 3;
/// ... and make up this share of all ...
const ENUMERATED: f32 = 0.45;
/// ... and are so many; honest enumerations are shorter.
const ENUMERATION: usize = 4;

/// A sentence is about the rubric's subject where this share of the weight of its content words is of the rubric's words.
const BEARING: f32 = 0.8;
/// Flow of words thrown together, and of sentences; between them it is a matter of degree. The rubrics' key
/// points shuffled have a flow of -0.36 and less as a whole; of 1,825 honest answers by students, many in
/// notes, one in a hundred is below -0.16.
const NONSENSE: f32 = -0.4;
/// See [`NONSENSE`].
const SENSE: f32 = -0.15;
/// What one sentence tells is noisy, so the mean of the answer counts like this many pairs of words of it.
const PRIOR_PAIRS: f32 = 20.0;

/// A sentence of fewer words than this beside a remark to the grader is a part of it.
const SHORTEST_STATEMENT: usize = 4;

/// Rarity of a word that no vocabulary has.
const RAREST: f32 = 1.0;

/// A paragraph with this share of its words in remarks is mostly that.
const MOSTLY: f32 = 0.5;

/// What a sentence is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It makes a statement.
    States,
    /// It lists terms without saying anything about them.
    ListsTerms,
    /// It repeats the question.
    RepeatsTheQuestion,
    /// It repeats what the rubric says about answers.
    RepeatsTheRubric,
    /// It speaks to the grader.
    AddressesTheGrader,
}

/// Shares over a whole answer, against which its sentences are weighed: a single one is little to go by.
pub(super) struct Whole {
    /// Of words without content among all.
    grammar: f32,
    /// How many there are.
    words: usize,
    /// Of neighbouring words that follow each other in the rubric's descriptors, and in its statements.
    copied: f32,
    stated: f32,
}

impl Whole {
    /// The shares of the words of some sentences.
    pub(super) fn new(text: &Text<'_, '_>, spans: &[&Span]) -> Self {
        let bearing = bearing(text, spans);
        let bearing: Vec<&Span> =
            spans.iter().zip(bearing).filter(|(_, bears)| *bears).map(|(span, _)| *span).collect();
        let followers = text.followers_of_all(spans);
        Self {
            grammar: grammar_of(text, spans).min(grammar_of(text, &bearing)),
            words: spans.iter().flat_map(|span| text.known(span)).count(),
            copied: share(&followers, Source::Descriptor),
            stated: share(&followers, Source::Statement),
        }
    }
}

/// Of the words of some sentences the share of those without content; 1 without any.
fn grammar_of(text: &Text<'_, '_>, spans: &[&Span]) -> f32 {
    let known = || spans.iter().flat_map(|span| text.known(span));
    let content = known().filter(|known| known.is_content()).count();
    1.0 - content as f32 / known().count().max(1) as f32
}

/// Which sentences are about the rubric's subject, where those have enough words to tell; else all. Fluent talk about
/// something else says nothing of how much sense they make.
pub(super) fn bearing(text: &Text<'_, '_>, spans: &[&Span]) -> Vec<bool> {
    let bears = |span: &&Span| {
        let (mut of_rubric, mut all) = (0.0, 0.0);
        for known in text.known(span).filter(|known| known.is_content()) {
            all += known.rarity;
            of_rubric += if known.exact.is_some() { known.rarity } else { 0.0 };
        }
        of_rubric >= BEARING * all
    };
    let bearing: Vec<bool> = spans.iter().map(bears).collect();
    let words = spans.iter().zip(&bearing).filter(|(_, bears)| **bears).map(|(span, _)| span.words.len());
    if words.sum::<usize>() >= WHOLE_LIST { bearing } else { vec![true; spans.len()] }
}

impl Whole {
    /// Whether the answer as a whole is a list of terms, however it is cut into sentences.
    fn is_list(&self) -> bool {
        self.words >= WHOLE_LIST && self.grammar < LEAST_GRAMMAR_IN_ALL
    }

    /// From how many content words on a sentence can be a mere list.
    fn shortest_list(&self) -> usize {
        if self.words >= SHORT_ANSWER { 1 } else { LIST_WORDS }
    }
}

/// How much a sentence makes sense as one, 0 to 1, given the flow of the whole answer.
pub(super) fn sense(own: Flow, answer: Flow) -> f32 {
    let mean = (own.sum + PRIOR_PAIRS * answer.mean()) / (own.pairs + PRIOR_PAIRS);
    ((mean - NONSENSE) / (SENSE - NONSENSE)).clamp(0.0, 1.0)
}

/// What a sentence of an answer that is no remark to the grader is for.
pub(super) fn standing(text: &Text<'_, '_>, span: &Span, whole: &Whole, recurs: &[bool]) -> Standing {
    let (mut content, mut all, mut news) = (0, 0.0, 0.0);
    for known in text.known(span) {
        content += usize::from(known.is_content());
        all += known.rarity;
        news += if known.asked { 0.0 } else { known.rarity };
    }
    let followers = text.followers(span);
    if content > 0 && news < NEWS * all && share(followers, Source::Question) >= SAME_ORDER {
        Standing::RepeatsTheQuestion
    } else if is_copy(followers, whole) {
        Standing::RepeatsTheRubric
    } else if whole.is_list()
        || (content >= whole.shortest_list()
            && (lists(span, content, whole.grammar) || enumerates(text, span)))
        || mentions(text, span, recurs)
    {
        Standing::ListsTerms
    } else {
        Standing::States
    }
}

/// The sentences of a text, and which of them are remarks to the grader. What is left over beside one in its paragraph
/// ("### Response:") belongs to it, and in a paragraph that is mostly remarks so does all that stands between two of them: a
/// reason given between two orders is no answer.
pub(super) fn remarks(text: &Text<'_, '_>, spans: Vec<Span>) -> (Vec<Span>, Vec<bool>) {
    let (spans, mut remarks): (Vec<Span>, Vec<bool>) = parted(text, spans).into_iter().unzip();
    for (remark, span) in remarks.iter_mut().zip(&spans) {
        *remark |= hides(text, span);
    }
    forged::mark_examples(text, &spans, &mut remarks);
    if remarks.contains(&true) {
        let lengths: Vec<usize> = spans.iter().map(|span| span.words.len()).collect();
        for paragraph in paragraphs(text.source, &spans) {
            if let (Some(remarks), Some(lengths)) =
                (remarks.get_mut(paragraph.clone()), lengths.get(paragraph))
            {
                spread(remarks, lengths);
            }
        }
    }
    (spans, remarks)
}

/// Extends the remarks of a paragraph to what belongs to them, given how many words its sentences have.
fn spread(remarks: &mut [bool], lengths: &[usize]) {
    let found = remarks.to_vec();
    let is_found = |at: usize| found.get(at) == Some(&true);
    for (at, remark) in remarks.iter_mut().enumerate() {
        let beside = at.checked_sub(1).is_some_and(is_found) || is_found(at + 1);
        *remark |= beside && lengths.get(at).is_some_and(|&words| words < SHORTEST_STATEMENT);
    }
    let of_remarks: usize =
        remarks.iter().zip(lengths).filter(|(remark, _)| **remark).map(|(_, words)| words).sum();
    let (first, last) =
        (remarks.iter().position(|remark| *remark), remarks.iter().rposition(|remark| *remark));
    if let (Some(first), Some(last)) = (first, last)
        && of_remarks as f32 >= MOSTLY * lengths.iter().sum::<usize>() as f32
    {
        remarks[first..=last].fill(true);
    }
}

/// Runs of sentences without a blank line between them.
fn paragraphs(text: &str, spans: &[Span]) -> Vec<Range<usize>> {
    let mut starts = vec![0];
    for (at, two) in spans.windows(2).enumerate() {
        let gap = text.get(two[0].end..two[1].start).unwrap_or_default();
        if gap.matches('\n').count() > 1 {
            starts.push(at + 1);
        }
    }
    let ends = starts.iter().skip(1).copied().chain([spans.len()]);
    starts.iter().zip(ends).map(|(&from, to)| from..to).collect()
}

/// "[[5]]", the form in which judges are told to give their verdict (Zheng et al. 2023, arXiv:2306.05685).
fn is_in_double_brackets(text: &Text<'_, '_>, span: &Span) -> bool {
    let last =
        span.words.end.checked_sub(1).and_then(|last| text.words.list.get(last)).map_or(0, |last| last.end);
    let before = text.source.get(..span.start).unwrap_or_default();
    let behind = text.source.get(last..).unwrap_or_default();
    span.words.len() == 1 && before.ends_with("[[") && behind.starts_with("]]")
}

fn is_mark(c: char) -> bool {
    c.is_ascii_punctuation()
}

/// Whether a sentence is a remark that a reader does not see as one.
fn hides(text: &Text<'_, '_>, span: &Span) -> bool {
    // With the marks around it: "&#71;" is a letter, "71" is a number.
    let before = text.source.get(..span.start).map_or(0, |before| before.trim_end_matches(is_mark).len());
    let behind = text.source.get(span.end..).unwrap_or_default();
    let end = text.source.len() - behind.trim_start_matches(is_mark).len();
    let source = text.source.get(before..end).unwrap_or_default();
    let words = text.plains(span).iter().zip(text.known(span));
    let unknown = words.filter(|(plain, known)| known.rarity >= RAREST && !is_number(plain)).count();
    is_in_double_brackets(text, span)
        || hidden::respells_a_remark(source, span.words.len(), unknown)
        || (!source.is_ascii() && hidden::turns_a_remark(source))
}

/// Whether a sentence names things without relating them, or strings them together with "and".
fn mentions(text: &Text<'_, '_>, span: &Span, recurs: &[bool]) -> bool {
    let part = |index: usize| text.word(index).map_or(Part::default(), |known| known.part);
    let parts: Vec<Part> = span.words.clone().map(part).collect();
    only_mentions(text.plains(span), &parts, recurs)
}

/// Whether words are taken from what the rubric says about answers, and not from what an answer is to say.
fn is_copy(followers: &[Sources], whole: &Whole) -> bool {
    let pairs = followers.len() as f32;
    let weighed = |source: Source, whole: f32| {
        (pairs * share(followers, source) + PRIOR_PAIRS * whole) / (pairs + PRIOR_PAIRS)
    };
    let copied = weighed(Source::Descriptor, whole.copied);
    let long = followers.len() + 1 >= SHORTEST_COPY || whole.copied >= COPIED;
    long && copied >= COPIED && copied > weighed(Source::Statement, whole.stated) + RATHER
}

/// Whether a sentence of so many content words strings terms together; `grammar` is the share of other words in
/// the answer.
fn lists(span: &Span, content: usize, grammar: f32) -> bool {
    let all = span.words.len() as f32;
    (all - content as f32 + PRIOR_WORDS * grammar) / (all + PRIOR_WORDS) < LEAST_GRAMMAR
}

/// Whether most of a sentence's content is an enumeration of single terms.
fn enumerates(text: &Text<'_, '_>, span: &Span) -> bool {
    let (mut content, mut enumerated, mut entry, mut plain_entry) = (0, 0, 0, false);
    let is_content = |index: usize| text.word(index).is_some_and(Known::is_content);
    for index in span.words.clone() {
        let gap = if index == span.words.start { "" } else { text.gap_before(index) };
        let joins = text.plains.get(index).is_some_and(|plain| matches!(*plain, "and" | "or"));
        if joins || separates(gap) {
            if plain_entry && (1..LIST_ENTRY).contains(&entry) {
                enumerated += entry;
            }
            (entry, plain_entry) = (0, true);
        }
        if is_content(index) {
            content += 1;
            entry += 1;
        } else if !joins {
            plain_entry = false;
        }
    }
    if plain_entry && (1..LIST_ENTRY).contains(&entry) {
        enumerated += entry;
    }
    enumerated >= ENUMERATION && enumerated as f32 >= ENUMERATED * content as f32
}

fn separates(gap: &str) -> bool {
    if gap == " " {
        return false;
    }
    let gap = visible(gap);
    gap.contains([',', '|', '/', '·', '+', '\n', '\t', ';', '–', '—']) || gap.contains(" - ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_spread_within_their_paragraph_only_between_each_other() {
        for (found, lengths, expected) in [
            // What is left over beside a remark.
            ([true, false, false], [8, 2, 20], [true, true, false]),
            // A reason between two orders.
            ([true, false, true], [8, 9, 8], [true, true, true]),
            // An honest answer between two remarks, and behind a long one.
            ([true, false, true], [8, 40, 8], [true, false, true]),
            ([true, false, false], [30, 9, 9], [true, false, false]),
            ([false, false, false], [2, 2, 2], [false, false, false]),
        ] {
            let mut remarks = found;
            spread(&mut remarks, &lengths);
            assert_eq!(remarks, expected, "{found:?} {lengths:?}");
        }
    }
}
