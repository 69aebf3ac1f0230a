//! From likeness to levels: which key points an answer makes, and what in it makes them.

use crate::bank::{Criterion, Rubric};
use crate::critique::{Evidence, Rating};

use super::PreparedRubric;
use super::reading::{Reading, Sentence, Standing, Unit};
use super::statements::Statements;
use super::words::{Words, is_content};

/// A sentence that is nearer to another key point counts less for this one, by this much of the difference.
const RIVALRY: f32 = 0.5;
/// Being nearer to this point than to all others helps up to here.
const MOST_LEAD: f32 = 0.1;

/// The credit for a key point is 1 / (1 + e^-x) with x = sentence x likeness of the best sentence + whole x
/// overlap with the whole answer + offset. Fitted by least squares to the levels that people gave the
/// exemplars of the first eight rubrics; leaving out a rubric in turn changes each number by less than a tenth.
const SENTENCE: f32 = 7.4;
/// See [`SENTENCE`].
const WHOLE: f32 = 4.5;
/// See [`SENTENCE`].
const OFFSET: f32 = -4.0;

/// What text about something else earns by chance; credit below it is none.
const CHANCE: f32 = 0.12;

/// Mean credits at which a criterion is at its lowest and at its highest level: text on other matters earns a
/// little by chance, and points made in other words than the rubric's never earn everything.
const NOTHING: f32 = 0.06;
/// See [`NOTHING`].
const EVERYTHING: f32 = 0.8;

/// A mere list of terms is worth this much of a sentence with the same words.
const LIST_WORTH: f32 = 0.5;

/// A sentence that denies what the key point affirms, clause against clause, keeps this much of its likeness.
const CONTRADICTION: f32 = 0.5;
/// A clause is the one that speaks of the point when it is this near, compared with its sentence.
const SPEAKS_OF_IT: f32 = 0.8;
/// Only what is this near to a point can contradict it.
const NEAR_ENOUGH_TO_DENY: f32 = 0.3;

/// A key point counts as made from this credit on ...
const MADE: f32 = 0.5;
/// ... and a sentence as evidence for part of it from this.
const TOUCHED: f32 = 0.33;

/// More quotations than this for one criterion are not read.
const MOST_EVIDENCE: usize = 4;

/// A key point as a rubric words it, in the statements that it consists of.
pub(super) struct KeyPoint {
    pub(super) parts: Vec<Part>,
}

/// One statement of a key point.
pub(super) struct Part {
    /// Number of the statement.
    pub(super) statement: usize,
    /// The sentence of the model answer that says the same, where there is one.
    pub(super) alternative: Option<usize>,
}

/// How far an answer makes a part, and the sentence that does most for it.
#[derive(Debug, Clone, Copy)]
struct Credit {
    credit: f32,
    sentence: Option<usize>,
}

/// The sentence that is nearest to a part so far.
#[derive(Debug, Clone, Copy)]
struct Best {
    total: f32,
    sentence: Option<usize>,
    /// It says the contrary.
    denied: bool,
}

/// All ratings of an answer, in the rubric's order.
pub(super) fn ratings(prepared: &PreparedRubric, rubric: &Rubric, reading: &Reading<'_>) -> Vec<Rating> {
    let credits = credits(prepared, reading);
    let mut credits = credits.into_iter();
    let points = prepared.criteria.iter();
    rubric
        .criteria
        .iter()
        .zip(points)
        .map(|(criterion, points)| {
            let credits: Vec<Vec<Credit>> =
                points.iter().map(|point| credits.by_ref().take(point.parts.len()).collect()).collect();
            rating(criterion, &credits, reading)
        })
        .collect()
}

/// The credit of each part of each key point, in the rubric's order.
fn credits(prepared: &PreparedRubric, reading: &Reading<'_>) -> Vec<Credit> {
    let statements = &prepared.statements;
    let parts: Vec<&Part> = prepared.criteria.iter().flatten().flat_map(|point| &point.parts).collect();
    let mut best = vec![Best { total: f32::NEG_INFINITY, sentence: None, denied: false }; parts.len()];
    for sentence in reading.counted() {
        let worth = if sentence.standing == Standing::ListsTerms { LIST_WORTH } else { 1.0 };
        let likenesses: Vec<(f32, bool)> =
            parts.iter().map(|part| part_likeness(statements, part, sentence)).collect();
        let kept = |denied: bool| if denied { CONTRADICTION } else { 1.0 };
        let near: Vec<f32> = likenesses.iter().map(|&(near, denied)| worth * near * kept(denied)).collect();
        for (index, (best, lead)) in best.iter_mut().zip(leads(&near)).enumerate() {
            let total = near[index] + RIVALRY * lead.min(MOST_LEAD);
            if total > best.total {
                let denied = likenesses.get(index).is_some_and(|(_, denied)| *denied);
                *best = Best { total, sentence: Some(sentence.unit.sentence), denied };
            }
        }
    }
    let whole = reading.whole(statements);
    parts.iter().zip(best).map(|(part, best)| credit(statements, part, best, &whole)).collect()
}

fn credit(statements: &Statements, part: &Part, best: Best, whole: &Unit) -> Credit {
    let own = whole.overlap(statements, part.statement);
    let other = part.alternative.map_or(0.0, |number| whole.overlap(statements, number));
    // The words of a denial are in the whole as well, where nothing tells what they denied.
    let overlap = if best.denied { CONTRADICTION * own.max(other) } else { own.max(other) };
    let x = SENTENCE * best.total + WHOLE * overlap + OFFSET;
    let credit = 1.0 / (1.0 + (-x).exp());
    if best.sentence.is_some() && credit >= CHANCE {
        Credit { credit, sentence: best.sentence }
    } else {
        Credit { credit: 0.0, sentence: None }
    }
}

/// By how much each number is above the highest of the others; the only one has no rival.
fn leads(near: &[f32]) -> impl Iterator<Item = f32> {
    let mut first = (f32::NEG_INFINITY, usize::MAX);
    let mut second = f32::NEG_INFINITY;
    for (index, &value) in near.iter().enumerate() {
        if value > first.0 {
            second = first.0;
            first = (value, index);
        } else {
            second = second.max(value);
        }
    }
    near.iter()
        .enumerate()
        .map(move |(index, &value)| value - if index == first.1 { second } else { first.0 })
}

/// The likeness of a sentence to a part, and whether it says the contrary.
fn part_likeness(statements: &Statements, part: &Part, sentence: &Sentence) -> (f32, bool) {
    let likeness = |number: usize| sentence.unit.likeness(statements, number);
    let own = (likeness(part.statement), part.statement);
    let other = part.alternative.map_or(own, |number| (likeness(number), number));
    let (likeness, number) = if other.0 > own.0 { other } else { own };
    let denied = likeness >= NEAR_ENOUGH_TO_DENY && denies(statements, number, likeness, sentence);
    (likeness, denied)
}

/// Whether what a sentence says of a statement is its denial: every clause that speaks of it denies something,
/// and the statement does not.
fn denies(statements: &Statements, number: usize, likeness: f32, sentence: &Sentence) -> bool {
    if statements.list.get(number).is_none_or(|statement| statement.denies) {
        return false;
    }
    let speaks = |clause: &&Unit| clause.likeness(statements, number) >= SPEAKS_OF_IT * likeness;
    let mut speaking = sentence.clauses.iter().filter(speaks).peekable();
    if speaking.peek().is_some() { speaking.all(|clause| clause.denies) } else { sentence.unit.denies }
}

fn rating(criterion: &Criterion, points: &[Vec<Credit>], reading: &Reading<'_>) -> Rating {
    let sole = points.len() == 1;
    let credits: Vec<f32> = points.iter().map(|parts| point_credit(parts, sole)).collect();
    let max = f32::from(criterion.max_level());
    let mut level = (max * coverage(&credits)).round() as u8;
    let evidence = evidence(points, &credits, reading);
    if evidence.is_empty() {
        level = 0;
    }
    let made = credits.iter().filter(|&&credit| credit >= MADE).count();
    let missing: Vec<String> = criterion
        .key_points
        .iter()
        .zip(&credits)
        .filter(|&(_, &credit)| credit < MADE)
        .map(|(point, _)| point.clone())
        .collect();
    Rating {
        id: criterion.id.clone(),
        level,
        reason: reason(made, credits.len(), level),
        advice: if level == criterion.max_level() { String::new() } else { advice(criterion, &missing) },
        evidence: if level == 0 { Vec::new() } else { evidence },
        missing,
        unfounded: false,
    }
}

/// The share of a criterion that the credits for its points add up to.
fn coverage(credits: &[f32]) -> f32 {
    let mean = credits.iter().sum::<f32>() / credits.len().max(1) as f32;
    ((mean - NOTHING) / (EVERYTHING - NOTHING)).clamp(0.0, 1.0)
}

/// A point of several statements, such as a whole reference answer, mostly says more than is asked for, and so
/// does a sole point that carries all levels of its criterion. There the first part of the way counts more than
/// the last: the root of the mean, not the mean.
fn point_credit(parts: &[Credit], sole: bool) -> f32 {
    let mean = parts.iter().map(|part| part.credit).sum::<f32>() / parts.len().max(1) as f32;
    if parts.len() > 1 || sole { mean.sqrt() } else { mean }
}

/// The sentences that did most, best first for each point, each quoted once, in the answer's order.
fn evidence(points: &[Vec<Credit>], credits: &[f32], reading: &Reading<'_>) -> Vec<Evidence> {
    let best = |parts: &Vec<Credit>| parts.iter().copied().max_by(|a, b| a.credit.total_cmp(&b.credit));
    let mut found: Vec<(f32, usize)> = points
        .iter()
        .zip(credits)
        .filter_map(|(parts, &credit)| Some((credit, best(parts)?.sentence?)))
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let strong = found.iter().filter(|(credit, _)| *credit >= TOUCHED).count().clamp(1, MOST_EVIDENCE);
    let mut numbers: Vec<usize> = found.into_iter().take(strong).map(|(_, sentence)| sentence).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let spans = numbers.into_iter().filter_map(|number| reading.sentences.get(number));
    spans
        .filter_map(|sentence| Evidence::slice(reading.text, sentence.span.start, sentence.span.end))
        .collect()
}

fn reason(made: usize, of: usize, level: u8) -> String {
    match (made, of) {
        (0, _) if level > 0 => "Touches on this without making a key point in full.".to_owned(),
        (0, _) => "Does not speak of this.".to_owned(),
        (1, 1) => "Makes the key point.".to_owned(),
        (made, of) if made == of => format!("Makes all {of} key points."),
        (made, of) => format!("Makes {made} of {of} key points."),
    }
}

fn advice(criterion: &Criterion, missing: &[String]) -> String {
    match missing.first() {
        Some(point) => format!("Say that {}.", as_clause(point)),
        None if criterion.key_points.is_empty() => String::new(),
        None => "Spell the points out; some are only hinted at.".to_owned(),
    }
}

/// A statement as it stands after "that": no full stop, no capital on a word that has none by nature.
fn as_clause(point: &str) -> String {
    let point = point.trim().trim_end_matches('.');
    let first = Words::new(point).plains().next().is_some_and(|plain| !is_content(plain));
    let mut chars = point.chars();
    match chars.next() {
        // "A stack", but not "I", and not a name.
        Some(initial) if first && !point.starts_with("I ") => initial.to_lowercase().chain(chars).collect(),
        _ => point.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_after_that() {
        for (point, clause) in [
            ("The model may invent facts.", "the model may invent facts"),
            ("RAG fetches passages.", "RAG fetches passages"),
            ("If the search fails, so does the answer.", "if the search fails, so does the answer"),
        ] {
            assert_eq!(as_clause(point), clause);
        }
    }

    #[test]
    fn leads_over_the_best_other() {
        assert_eq!(
            leads(&[0.5, 0.3, 0.4]).map(|lead| (lead * 10.0).round()).collect::<Vec<_>>(),
            [1.0, -2.0, -1.0]
        );
        assert!(leads(&[0.5]).all(|lead| lead > 1.0));
    }
}
