//! From likeness to levels: which key points an answer makes, and what in it makes them.

use crate::bank::{Criterion, Rubric};
use crate::critique::{Evidence, Rating};

use super::PreparedRubric;
use super::framing::Framing;
use super::reading::{Reading, Sentence};
use super::standing::Standing;
use super::statements::Statements;
use super::unit::Unit;
use super::words::{Words, is_content};

/// A sentence that is nearer to another key point counts less for this one, by this much of the difference.
const RIVALRY: f32 = 0.5;
/// Being nearer to this point than to all others helps up to here.
const MOST_LEAD: f32 = 0.1;

/// What a sentence earns for a key point is 1 / (1 + e^-x) with x = near x likeness + overlap x share of the
/// point's words + offset. Fitted by least squares to the levels that people gave the exemplars of 52 rubrics
/// and, at half their weight, to the scores that people gave 1,842 answers of students to 22 questions on
/// networks (SAF, Filighera et al. 2022). Figures on either are therefore in-sample. When the numbers were fitted, leaving out
/// a fifth of the rubrics and questions in turn left the agreement as it was; that was not repeated after the rules
/// for frames, lists and framing. Words gathered from the whole answer added nothing.
const NEAR: f32 = 9.5;
/// See [`NEAR`].
const OVERLAP: f32 = 6.2;
/// See [`NEAR`].
const OFFSET: f32 = -4.0;

/// What text about something else earns by chance; credit below it is none.
const CHANCE: f32 = 0.12;

/// Mean credits at which a criterion is at its lowest and at its highest level: text on other matters earns a
/// little by chance, and points made in other words than the rubric's never earn everything. See [`NEAR`].
const NOTHING: f32 = 0.08;
/// See [`NOTHING`].
const EVERYTHING: f32 = 0.9;
/// Who writes a rubric gives a criterion about so many key points (the median of the shipped ones). A longer list is
/// mostly a reference answer taken apart, which names what could be said rather than what has to be: "name two
/// challenges", and then fourteen of them. There too the first part of the way counts more than the last.
const USUAL_POINTS: f32 = 4.0;
/// A point of several statements, such as a whole reference answer, mostly says more than is asked for, and so
/// does a sole point that carries all levels of its criterion. There the first part of the way counts more than
/// the last: the mean credit to this power. See [`NEAR`].
const FIRST_PART: f32 = 0.3;

/// A mere list of terms is worth this much of a sentence with the same words.
const LIST_WORTH: f32 = 0.25;

/// Words thrown together are worth this much of a sentence.
const NONSENSE_WORTH: f32 = 0.15;

/// A sentence is about a part when it has this many of its words: who names them one by one, or speaks of another
/// matter in everyday words, has said little of it ...
const TOGETHER: usize = 2;
/// ... each by a word that is this like it.
const MATCHED: f32 = 0.25;
/// A sentence that is not about the part is worth this much. Less costs those who paraphrase freely more than it
/// takes from those who answer another question.
const NAMED_WORTH: f32 = 0.7;

/// A sentence that denies what the key point affirms, clause against clause, keeps this much of its likeness.
const CONTRADICTION: f32 = 0.8;
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
    earned: f32,
    sentence: Option<usize>,
    /// Whether that sentence only lists terms.
    listed: bool,
}

/// What an answer has done for a part so far.
#[derive(Debug, Clone, Copy, Default)]
struct Best {
    /// Likeness of the sentence that counts most, and what that sentence is worth.
    total: f32,
    worth: f32,
    sentence: Option<usize>,
    listed: bool,
    /// The highest share of the part's words in any sentence.
    overlap: f32,
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
    let mut best = vec![Best::default(); parts.len()];
    for sentence in reading.counted() {
        let worth = worth(sentence);
        let likenesses: Vec<(f32, bool)> =
            parts.iter().map(|part| part_likeness(statements, part, sentence)).collect();
        let kept = |denied: bool| if denied { CONTRADICTION } else { 1.0 };
        let near: Vec<f32> = likenesses.iter().map(|&(near, denied)| near * kept(denied)).collect();
        for (index, (best, lead)) in best.iter_mut().zip(leads(&near)).enumerate() {
            let (Some(part), Some(&(_, denied))) = (parts.get(index), likenesses.get(index)) else {
                continue;
            };
            if reverses(statements, part, sentence) {
                continue;
            }
            let overlap = kept(denied) * part_overlap(part, sentence);
            let total = near[index] + RIVALRY * lead.min(MOST_LEAD);
            if !best.is_improved(total, overlap, worth) {
                continue;
            }
            let about = if is_about(statements, part, sentence) { 1.0 } else { NAMED_WORTH };
            best.improve(total, overlap, about * worth, sentence);
        }
    }
    best.into_iter().map(Best::credit).collect()
}

/// Whether a sentence has enough of a part's words together to be about it.
fn is_about(statements: &Statements, part: &Part, sentence: &Sentence) -> bool {
    let has = |number: usize| {
        let reaches = sentence.unit.reaches(statements, number);
        let (terms, matched) =
            reaches.fold((0, 0), |(all, matched), reach| (all + 1, matched + usize::from(reach >= MATCHED)));
        matched >= TOGETHER.min(terms)
    };
    has(part.statement) || part.alternative.is_some_and(has)
}

impl Best {
    /// Whether a sentence of this worth at most would change anything.
    fn is_improved(&self, total: f32, overlap: f32, worth: f32) -> bool {
        worth * overlap > self.overlap || worth * total > self.worth * self.total
    }

    fn improve(&mut self, total: f32, overlap: f32, worth: f32, sentence: &Sentence) {
        self.overlap = self.overlap.max(worth * overlap);
        if worth * total > self.worth * self.total {
            let listed = sentence.standing == Standing::ListsTerms;
            *self = Self { total, worth, sentence: Some(sentence.unit.sentence), listed, ..*self };
        }
    }

    fn credit(self) -> Credit {
        let x = NEAR * self.total + OVERLAP * self.overlap + OFFSET;
        let credit = self.worth / (1.0 + (-x).exp());
        if credit >= CHANCE {
            Credit { earned: credit, sentence: self.sentence, listed: self.listed }
        } else {
            Credit { earned: 0.0, sentence: None, listed: false }
        }
    }
}

/// How much of what a sentence seems to say counts: little for lists, and for words thrown together.
fn worth(sentence: &Sentence) -> f32 {
    let kind = if sentence.standing == Standing::ListsTerms { LIST_WORTH } else { 1.0 };
    kind * (NONSENSE_WORTH + (1.0 - NONSENSE_WORTH) * sentence.sense)
}

/// Whether the frame of a sentence makes the contrary of a part of it, or leaves it open.
fn reverses(statements: &Statements, part: &Part, sentence: &Sentence) -> bool {
    match sentence.framing {
        Framing::Asserts => false,
        Framing::LeavesOpen => true,
        Framing::Denies => statements.list.get(part.statement).is_some_and(|part| !part.denies),
        Framing::DeniesDenial => [Some(part.statement), part.alternative]
            .into_iter()
            .flatten()
            .any(|number| statements.list.get(number).is_some_and(|part| part.denies)),
    }
}

/// The share of a part's words that a sentence has, in the wording that suits it better.
fn part_overlap(part: &Part, sentence: &Sentence) -> f32 {
    let own = sentence.unit.overlap(part.statement);
    part.alternative.map_or(own, |number| own.max(sentence.unit.overlap(number)))
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
    let likeness = |number: usize| sentence.unit.likeness(number);
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
    let speaks = |clause: &&Unit| clause.likeness(number) >= SPEAKS_OF_IT * likeness;
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
    // Who gets no level has made no point: one that is just found among several does not carry the first level.
    let makes = |credit: f32| level > 0 && credit >= MADE;
    let made = credits.iter().filter(|&&credit| makes(credit)).count();
    let missing: Vec<String> = criterion
        .key_points
        .iter()
        .zip(&credits)
        .filter(|&(_, &credit)| !makes(credit))
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
    let points = credits.len().max(1) as f32;
    let mean = credits.iter().sum::<f32>() / points;
    let share = ((mean - NOTHING) / (EVERYTHING - NOTHING)).clamp(0.0, 1.0);
    if points > USUAL_POINTS { share.powf(USUAL_POINTS / points) } else { share }
}

/// How far a key point is made, given its parts.
fn point_credit(parts: &[Credit], sole: bool) -> f32 {
    if let ([part], true) = (parts, sole)
        && part.listed
    {
        // What a mere list is worth is not made up for by its being all there is.
        return LIST_WORTH * (part.earned / LIST_WORTH).powf(FIRST_PART);
    }
    let mean = parts.iter().map(|part| part.earned).sum::<f32>() / parts.len().max(1) as f32;
    if parts.len() > 1 || sole { mean.powf(FIRST_PART) } else { mean }
}

/// The sentences that did most, best first for each point, each quoted once, in the answer's order.
fn evidence(points: &[Vec<Credit>], credits: &[f32], reading: &Reading<'_>) -> Vec<Evidence> {
    let best = |parts: &Vec<Credit>| parts.iter().copied().max_by(|a, b| a.earned.total_cmp(&b.earned));
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
