//! An answer as the judge reads it: sentences that count, and how near each is to each statement of the rubric.

use super::filled::{Filling, filled};
use super::framing::{Framing, framing};
use super::grammar::{Flow, grammar};
use super::recurring::recurring;
use super::sentences::{Span, clauses, sentences};
use super::standing::{Standing, Whole, bearing, remarks, sense, standing};
use super::statements::Statements;
use super::text::Text;
use super::unit::Unit;

/// So many words that recur in many sentences, and are not the rubric's, are a frame that says nothing ...
const FRAME: usize = 3;
/// ... where the sentences with it have this share of an answer's words.
const MOSTLY: f32 = 0.6;

/// One sentence of the answer.
pub(super) struct Sentence {
    pub(super) span: Span,
    pub(super) standing: Standing,
    /// What it does with the statement in it.
    pub(super) framing: Framing,
    /// How much it makes sense as a sentence, 0 to 1.
    pub(super) sense: f32,
    /// The sentence as a whole.
    pub(super) unit: Unit,
    /// Its clauses, where it has several.
    pub(super) clauses: Vec<Unit>,
}

/// The sentences of an answer, and what each is for.
pub(super) fn standings(text: &Text<'_, '_>) -> Vec<(Span, Standing)> {
    // A remark to the grader must not change what the rest is worth.
    let (spans, remarks) = remarks(text, sentences(text.source, text.words));
    let rest = spans.iter().zip(&remarks).filter(|(_, remark)| !**remark);
    let stated: Vec<&Span> = rest.map(|(span, _)| span).collect();
    let whole = Whole::new(text, &stated);
    let numbers: Vec<&[u32]> = spans.iter().map(|span| text.numbers(span)).collect();
    let recurring = recurring(&numbers);
    let lengths: Vec<usize> = spans.iter().map(|span| span.words.len() - hyphens(text, span)).collect();
    let filled = filled(&lengths, |number| spans.get(number).map_or(Vec::new(), |span| fillings(text, span)));
    let framed = framed(text, &spans, &recurring);
    let stands = spans.into_iter().zip(remarks).enumerate().map(|(number, (span, remark))| {
        if remark {
            return (span, Standing::AddressesTheGrader);
        }
        if filled.get(number) == Some(&true) || framed.get(number) == Some(&true) {
            return (span, Standing::ListsTerms);
        }
        let recurs = recurring.get(number).map_or(&[][..], Vec::as_slice);
        let standing = standing(text, &span, &whole, recurs);
        (span, standing)
    });
    stands.collect()
}

/// Marks the sentences that put one frame of many words around whatever the rubric has, where they are most of an
/// answer: what it says of everything ("It may or may not be the case that ..") it says of nothing. The rubric's own words
/// are no frame.
fn framed(text: &Text<'_, '_>, spans: &[Span], recurring: &[Vec<bool>]) -> Vec<bool> {
    if recurring.is_empty() {
        return Vec::new();
    }
    let is_framed = |(span, recurs): (&Span, &Vec<bool>)| {
        let known = span.words.clone().map(|index| text.word(index));
        let frame = known.zip(recurs).filter(|(known, recurs)| {
            **recurs && known.is_none_or(|known| known.exact.is_none() && !known.asked)
        });
        frame.count() >= FRAME
    };
    let framed: Vec<bool> = spans.iter().zip(recurring).map(is_framed).collect();
    let words = |framed: &mut dyn Iterator<Item = &Span>| framed.map(|span| span.words.len()).sum::<usize>();
    let in_frames =
        words(&mut spans.iter().zip(&framed).filter(|(_, framed)| **framed).map(|(span, _)| span));
    let is_most = in_frames as f32 >= MOSTLY * words(&mut spans.iter()) as f32;
    if is_most { framed } else { Vec::new() }
}

/// A whole answer, read.
pub(super) struct Reading<'t> {
    pub(super) text: &'t str,
    /// The plain form of each word.
    plains: Vec<&'t str>,
    pub(super) sentences: Vec<Sentence>,
}

impl<'t> Reading<'t> {
    /// Reads an answer.
    pub(super) fn new(text: Text<'t, '_>, statements: &Statements) -> Self {
        let spans = standings(&text);
        Self::of(text, spans, statements)
    }

    /// Reads an answer, given its sentences and what each is for.
    pub(super) fn of(text: Text<'t, '_>, spans: Vec<(Span, Standing)>, statements: &Statements) -> Self {
        let measured = spans.into_iter().enumerate().map(|(number, (span, standing))| {
            let parts = clauses(text.source, text.words, &span);
            let mut units: Vec<Unit> =
                parts.iter().map(|part| Unit::measure(part, number, &text, statements)).collect();
            let joined = Unit::of_clauses(&units, statements);
            let unit = joined.or_else(|| units.pop()).unwrap_or_else(|| Unit::empty(statements));
            let framing = framing(text.plains(&span), ending(&text, &span));
            let flow = flow(&text, &span);
            (flow, Sentence { span, standing, framing, sense: 1.0, unit, clauses: units })
        });
        let (flows, mut sentences): (Vec<Flow>, Vec<Sentence>) = measured.unzip();
        let answer = flow_of_all(&flows, &sentences, &text);
        for (sentence, flow) in sentences.iter_mut().zip(flows) {
            sentence.sense = sense(flow, answer);
        }
        Self { text: text.source, plains: text.plains, sentences }
    }

    /// The plain forms of a sentence's words.
    pub(super) fn plains(&self, sentence: &Sentence) -> &[&'t str] {
        self.plains.get(sentence.span.words.clone()).unwrap_or_default()
    }

    /// The sentences that can earn credit, whole or in part.
    pub(super) fn counted(&self) -> impl Iterator<Item = &Sentence> {
        self.sentences
            .iter()
            .filter(|sentence| matches!(sentence.standing, Standing::States | Standing::ListsTerms))
    }

    /// What each sentence is for, and how many words it has.
    pub(super) fn standings(&self) -> Vec<(Standing, usize)> {
        self.sentences.iter().map(|sentence| (sentence.standing, sentence.span.words.len())).collect()
    }
}

/// How well the words of an answer follow each other, remarks to the grader left out; of the sentences on the subject,
/// where those have less of it.
fn flow_of_all(flows: &[Flow], sentences: &[Sentence], text: &Text<'_, '_>) -> Flow {
    let both = flows.iter().zip(sentences);
    let stated = both.filter(|(_, sentence)| sentence.standing != Standing::AddressesTheGrader);
    let (stated, spans): (Vec<&Flow>, Vec<&Span>) =
        stated.map(|(flow, sentence)| (flow, &sentence.span)).unzip();
    let (mut all, mut on_subject) = (Flow::default(), Flow::default());
    for (flow, bears) in stated.into_iter().zip(bearing(text, &spans)) {
        all = all.joined(*flow);
        on_subject = if bears { on_subject.joined(*flow) } else { on_subject };
    }
    if on_subject.mean() < all.mean() { on_subject } else { all }
}

/// How many words of a sentence are joined to the one before by a hyphen.
fn hyphens(text: &Text<'_, '_>, span: &Span) -> usize {
    span.words.clone().skip(1).filter(|&index| text.gap_before(index) == "-").count()
}

/// The words of a sentence as what may fill a frame; those that a hyphen joins are one, by the number of the last.
fn fillings(text: &Text<'_, '_>, span: &Span) -> Vec<Filling> {
    let mut words: Vec<Filling> = Vec::new();
    for ((index, &number), known) in span.words.clone().zip(text.numbers(span)).zip(text.known(span)) {
        match words.last_mut() {
            Some(last) if text.gap_before(index) == "-" => *last = (number, last.1 || known.is_content()),
            _ => words.push((number, known.is_content())),
        }
    }
    words
}

/// What follows the last word of a sentence.
fn ending<'t>(text: &Text<'t, '_>, span: &Span) -> &'t str {
    let last = span.words.end.checked_sub(1).and_then(|last| text.words.list.get(last));
    last.and_then(|last| text.source.get(last.end..span.end)).unwrap_or_default()
}

/// How well the words of a sentence follow each other; commas count as words.
fn flow(text: &Text<'_, '_>, span: &Span) -> Flow {
    let grammar = grammar();
    let first = span.words.start;
    let kinds = span.words.clone().flat_map(|index| {
        let comma = index > first && text.gap_before(index).contains(',');
        let kind = text.word(index).map(|known| known.kind);
        [comma.then_some(grammar.comma), kind].into_iter().flatten()
    });
    grammar.flow(kinds)
}
