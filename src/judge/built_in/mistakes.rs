//! Which mistakes an answer makes: what it asserts that is wrong, and what it had to cover and did not.

use std::sync::LazyLock;

use crate::bank::{Mistake, MistakeKind, Rubric};
use crate::critique::{Evidence, FlaggedMistake};

use super::PreparedRubric;
use super::phrases::{Phrases, joined};
use super::reading::{Reading, Sentence};
use super::statements::Statements;
use super::unit::Unit;

/// A sentence makes a mistake when its likeness to a sign, less what speaks against it, reaches this.
const SAID: f32 = 0.28;
/// What speaks against two sentences' making a mistake that neither makes alone: words of the one easily join
/// with words of the other to something that nobody said.
const TWO_SENTENCES: f32 = 0.08;
/// Part of the likeness to something right (a not-sign, a key point, the model answer) that speaks against it.
const RIGHT: f32 = 0.8;
/// Part of the lead of another mistake that speaks against it: a sentence belongs to the nearest mistake.
const OTHER_MISTAKE: f32 = 0.6;
/// What neighbouring words in common add to a likeness: they tell which term goes with which.
const PAIRS: f32 = 0.2;
/// What it speaks against a mistake that the sentence denies something and the sign does not, or the reverse.
const POLARITY: f32 = 0.1;
/// What a warning or an attribution to others in the sentence before speaks against it.
const WARNING: f32 = 0.3;
/// Fewer content words than this assert nothing.
const LEAST_CONTENT: usize = 3;

/// An answer covers a matter when some sentence is this near to a not-sign of its omission.
const COVERED: f32 = 0.34;
/// A sentence as near to a sign of an omission waves the matter away.
const WAVED_AWAY: f32 = 0.6;
/// An answer with fewer content words than this has left everything out; that is said by its levels.
const LEAST_SUBSTANCE: usize = 12;

/// Turns of phrase that tell of an error instead of making it.
const WARNINGS: &[&str] = &[
    " a common mistake ",
    " a mistake to ",
    " beware ",
    " confuse ",
    " contrary to ",
    " do not assume ",
    " do not believe ",
    " don't assume ",
    " don't believe ",
    " don't think ",
    " fallacy ",
    " false claim ",
    " is a mistake ",
    " is a myth ",
    " is false ",
    " is not true ",
    " is wrong ",
    " isn't true ",
    " it is tempting ",
    " lots of people ",
    " lots of teams ",
    " many assume ",
    " many believe ",
    " many people ",
    " many teams ",
    " many think ",
    " misconception ",
    " mix up ",
    " mistakenly ",
    " myth ",
    " myths ",
    " often assume ",
    " often believe ",
    " often call ",
    " often claimed ",
    " often said ",
    " often say ",
    " often suggest ",
    " often think ",
    " one could ",
    " people assume ",
    " people believe ",
    " people call ",
    " people claim ",
    " people say ",
    " people talk as if ",
    " people think ",
    " some assume ",
    " some believe ",
    " some call ",
    " some claim ",
    " some people ",
    " some say ",
    " some take ",
    " some teams ",
    " some think ",
    " some vendors ",
    " tempting ",
    " temptation ",
    " vendors promise ",
    " vendors say ",
    " would be a mistake ",
    " would be wrong ",
    " wrong to ",
    " wrongly ",
    " you might think ",
    " you sometimes hear ",
];

/// A mistake's statements by number.
pub(super) struct Marks {
    pub(super) signs: Vec<usize>,
    pub(super) not_signs: Vec<usize>,
}

/// Whether an answer leaves a matter out.
enum Omission<'a> {
    None,
    Silent,
    WavedAway(&'a Unit),
}

/// A unit with its likeness to every statement of the rubric.
struct Measured<'a> {
    unit: &'a Unit,
    /// How much more it takes for this unit to make a mistake.
    caution: f32,
    near: Vec<f32>,
    /// For each mistake how near the nearest of its signs is, and which that is.
    signs: Vec<Option<(f32, usize)>>,
    /// How near the nearest of the statements is that are right; at least 0.
    right: f32,
}

/// All mistakes that an answer makes, in the rubric's order.
pub(super) fn mistakes(
    prepared: &PreparedRubric,
    rubric: &Rubric,
    reading: &Reading<'_>,
) -> Vec<FlaggedMistake> {
    let counted: Vec<&Sentence> = reading.counted().collect();
    let joined = |two: &[&Sentence]| match two {
        [sentence, next] => Some(sentence.unit.with_next(&next.unit, &prepared.statements)),
        _ => None,
    };
    let pairs: Vec<Unit> = counted.windows(2).filter_map(joined).collect();
    let single = counted.iter().map(|sentence| Measured::new(prepared, &sentence.unit, 0.0));
    let joined = pairs.iter().map(|unit| Measured::new(prepared, unit, TWO_SENTENCES));
    let wholes: Vec<Measured<'_>> = single.chain(joined).collect();
    let clauses = counted.iter().flat_map(|sentence| &sentence.clauses);
    let clauses: Vec<Measured<'_>> = clauses.map(|unit| Measured::new(prepared, unit, 0.0)).collect();
    let substance: usize = counted.iter().map(|sentence| sentence.unit.content).sum();
    let flagged = |(index, (mistake, marks)): (usize, (&Mistake, &Marks))| match mistake.kind {
        MistakeKind::Said => {
            let found = said(prepared, index, wholes.iter().chain(&clauses), reading)?;
            Some(flag(mistake, Evidence::slice(reading.text, found.start, found.end)))
        }
        MistakeKind::Omitted if substance < LEAST_SUBSTANCE => None,
        MistakeKind::Omitted => match omitted(marks, &wholes) {
            Omission::None => None,
            Omission::Silent => Some(flag(mistake, None)),
            Omission::WavedAway(unit) => {
                Some(flag(mistake, Evidence::slice(reading.text, unit.start, unit.end)))
            }
        },
    };
    rubric.mistakes.iter().zip(&prepared.mistakes).enumerate().filter_map(flagged).collect()
}

impl<'a> Measured<'a> {
    fn new(prepared: &PreparedRubric, unit: &'a Unit, caution: f32) -> Self {
        let statements = &prepared.statements;
        let mut near = unit.likenesses().to_vec();
        for (number, share) in unit.pairs_shared(statements) {
            if let Some(near) = near.get_mut(number) {
                *near += PAIRS * share;
            }
        }
        let signs: Vec<Option<(f32, usize)>> =
            prepared.mistakes.iter().map(|marks| highest(&near, &marks.signs)).collect();
        // It only matters where something may be wrong.
        let may_be_wrong = signs.iter().flatten().any(|(near, _)| *near >= SAID);
        let right = may_be_wrong.then(|| highest(&near, &prepared.right)).flatten();
        let right = right.map_or(0.0, |(near, _)| near.max(0.0));
        Self { unit, caution, near, signs, right }
    }
}

/// The highest value at these places, and which place it is.
fn highest(values: &[f32], places: &[usize]) -> Option<(f32, usize)> {
    let candidates = places.iter().filter_map(|&place| Some((*values.get(place)?, place)));
    candidates.reduce(|best, next| if next.0 >= best.0 { next } else { best })
}

/// The unit that makes a mistake, if one does.
fn said<'m>(
    prepared: &PreparedRubric,
    index: usize,
    units: impl Iterator<Item = &'m Measured<'m>>,
    reading: &Reading<'_>,
) -> Option<&'m Unit> {
    let scored = units.filter(|measured| measured.unit.content >= LEAST_CONTENT).filter_map(|measured| {
        let (near, sign) = measured.signs.get(index).copied()??;
        // Nothing that follows makes it more.
        if near < SAID {
            return None;
        }
        let wrong = near
            - RIGHT * against(prepared, index, near, measured)
            - polarity(&prepared.statements, sign, measured.unit)
            - measured.caution;
        (wrong >= SAID && wrong - warning(reading, measured.unit) >= SAID).then_some((wrong, measured.unit))
    });
    scored.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, unit)| unit)
}

/// What speaks against a unit's making the mistake of this index, in units of [`RIGHT`].
fn against(prepared: &PreparedRubric, index: usize, near: f32, measured: &Measured<'_>) -> f32 {
    let not_sign = prepared.mistakes.get(index).and_then(|marks| highest(&measured.near, &marks.not_signs));
    let right = measured.right.max(not_sign.map_or(0.0, |(near, _)| near));
    let others = measured.signs.iter().enumerate().filter(|(other, _)| *other != index);
    let other = others.filter_map(|(_, sign)| sign.map(|(near, _)| near));
    let lead = other.fold(0.0_f32, |most, other| most.max(other - near));
    right + OTHER_MISTAKE / RIGHT * lead
}

fn polarity(statements: &Statements, sign: usize, unit: &Unit) -> f32 {
    let differs = statements.list.get(sign).is_some_and(|sign| sign.denies != unit.denies);
    if differs { POLARITY } else { 0.0 }
}

/// What speaks against a mistake because the answer tells of it: all there is where the sentence itself warns
/// or attributes, a part where the sentence before does.
fn warning(reading: &Reading<'_>, unit: &Unit) -> f32 {
    let mut here =
        reading.sentences.iter().skip(unit.sentence).take_while(|sentence| sentence.span.start < unit.end);
    if here.any(|sentence| warns(reading, sentence)) {
        return f32::INFINITY;
    }
    let before = unit.sentence.checked_sub(1).and_then(|number| reading.sentences.get(number));
    if before.is_some_and(|sentence| warns(reading, sentence)) { WARNING } else { 0.0 }
}

fn warns(reading: &Reading<'_>, sentence: &Sentence) -> bool {
    static SEARCH: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(WARNINGS));
    SEARCH.are_in(&joined(reading.plains(sentence)))
}

/// Whether an answer omits the matter of these marks.
fn omitted<'m>(marks: &Marks, units: &[Measured<'m>]) -> Omission<'m> {
    let plain = |measured: &Measured<'_>, places: &[usize]| {
        highest(&measured.near, places).map_or(0.0, |(near, _)| near)
    };
    let dismissal = units
        .iter()
        .filter(|measured| plain(measured, &marks.signs) >= WAVED_AWAY)
        .find(|measured| plain(measured, &marks.signs) > plain(measured, &marks.not_signs));
    let covered = units.iter().any(|measured| plain(measured, &marks.not_signs) >= COVERED);
    match dismissal {
        Some(measured) => Omission::WavedAway(measured.unit),
        None if covered => Omission::None,
        None => Omission::Silent,
    }
}

fn flag(mistake: &Mistake, evidence: Option<Evidence>) -> FlaggedMistake {
    FlaggedMistake {
        id: mistake.id.clone(),
        kind: mistake.kind,
        evidence,
        why: mistake.description.trim().to_owned(),
        advice: mistake.advice.trim().to_owned(),
    }
}
