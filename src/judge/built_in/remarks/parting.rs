//! Where a remark to the grader stands in one sentence with a part of an answer, the part stays one.

use super::super::sentences::{Span, clauses, span_of};
use super::super::text::Text;
use super::{excess, is_on_the_subject};

/// A part of a sentence that is none as a whole is a remark from this excess on.
const CLEAR: f32 = 1.5;
/// Beside a remark in its sentence a part is of the answer from this excess down, where it is on the subject.
const HONEST: f32 = -2.0;

/// Fewer words beside a remark in its sentence are a part of it, and none by themselves.
const SHORTEST_PART: usize = 4;

/// The sentences of a text, and which of them are remarks. One of which only some clauses or lines are becomes several.
pub(in super::super) fn parted(text: &Text<'_, '_>, spans: Vec<Span>) -> Vec<(Span, bool)> {
    spans.into_iter().flat_map(|span| parts(text, span)).collect()
}

fn parts(text: &Text<'_, '_>, span: Span) -> Vec<(Span, bool)> {
    let remark = excess(text, span.words.clone()) >= 0.0;
    let pieces = pieces(text, &span);
    // Much of an answer in one sentence with a remark hides it.
    let hides_one = || {
        pieces.len() > 1
            && pieces
                .iter()
                .any(|piece| piece.words.len() >= SHORTEST_PART && excess(text, piece.words.clone()) >= CLEAR)
    };
    if !remark && !hides_one() {
        return vec![(span, false)];
    }
    let pieces = pieces.into_iter().map(|piece| {
        let words = &piece.words;
        let remark = excess(text, words.clone()) > HONEST || !is_on_the_subject(text, words.clone());
        (piece, remark)
    });
    let mut pieces: Vec<(Span, bool)> = pieces.collect();
    // What a colon announces a remark with is a part of it.
    for index in (1..pieces.len()).rev() {
        if pieces[index].1 && text.gap_before(pieces[index].0.words.start).contains(':') {
            pieces[index - 1].1 = true;
        }
    }
    // Pieces that follow each other and are alike are one; what is short belongs to the remark.
    let mut joined: Vec<(Span, bool)> = Vec::new();
    for run in pieces.chunk_by(|one, other| one.1 == other.1) {
        let words =
            run.first().map_or(0, |first| first.0.words.start)..run.last().map_or(0, |last| last.0.words.end);
        let remark = run.first().is_some_and(|piece| piece.1) || words.len() < SHORTEST_PART;
        match joined.last_mut().filter(|last| last.1 == remark) {
            Some(last) => last.0 = span_of(text.source, text.words, last.0.words.start..words.end),
            None => joined.push((span_of(text.source, text.words, words), remark)),
        }
    }
    let rest = joined.iter().filter(|(_, remark)| !remark);
    let is_honest = rest.clone().all(|(part, _)| excess(text, part.words.clone()) <= HONEST);
    if rest.count() < joined.len() && is_honest { joined } else { vec![(span, remark)] }
}

/// The clauses of a sentence, each cut at the ends of its lines.
fn pieces(text: &Text<'_, '_>, span: &Span) -> Vec<Span> {
    let clauses = clauses(text.source, text.words, span);
    let mut pieces = Vec::with_capacity(clauses.len());
    for clause in clauses {
        let mut first = clause.words.start;
        for index in clause.words.clone().skip(1).filter(|&index| text.gap_before(index).contains('\n')) {
            pieces.push(span_of(text.source, text.words, first..index));
            first = index;
        }
        pieces.push(span_of(text.source, text.words, first..clause.words.end));
    }
    pieces
}
