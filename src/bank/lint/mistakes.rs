//! Mistakes that cannot be found, and signs that the same rubric calls right.

use std::collections::HashMap;

use crate::document::{Path, Remark};

use super::super::rubric::{Mistake, MistakeKind, Rubric};
use super::wording::{essence, sentences};
use super::{Class, remark};

/// Words that two sentences have to share before it means anything that they share all.
const LEAST_WORDS: usize = 3;

/// Sentences that are right, each with what it is and where, by their essence.
type Right = HashMap<Vec<String>, (&'static str, Path)>;

/// How many of a mistake's signs stand in the catalogue rather than in the rubric's file.
#[derive(Debug, Clone, Copy, Default)]
struct Shared {
    signs: usize,
    not_signs: usize,
}

pub(super) fn advise(rubric: &Rubric, catalogue: &[Mistake], remarks: &mut Vec<Remark>) {
    let right = right_sentences(rubric);
    for (number, mistake) in rubric.mistakes.iter().enumerate() {
        let at = Path::top().field("mistakes").entry(number);
        let shared = match origin(mistake, catalogue) {
            Some(origin) => Shared { signs: origin.signs.len(), not_signs: origin.not_signs.len() },
            None => Shared::default(),
        };
        if shared.signs + shared.not_signs == 0 {
            remarks.extend(no_signs(mistake, &at));
        }
        contradictions(mistake, shared, &at, &right, remarks);
    }
}

pub(super) fn advise_catalogue(mistakes: &[Mistake], remarks: &mut Vec<Remark>) {
    for (number, mistake) in mistakes.iter().enumerate() {
        let at = Path::top().field("mistakes").entry(number);
        remarks.extend(no_signs(mistake, &at));
        contradictions(mistake, Shared::default(), &at, &Right::new(), remarks);
    }
}

/// The mistake of the catalogue that a rubric's mistake was made from.
pub(super) fn origin<'c>(mistake: &Mistake, catalogue: &'c [Mistake]) -> Option<&'c Mistake> {
    catalogue.iter().find(|of_catalogue| {
        of_catalogue.id == mistake.id
            && of_catalogue.description == mistake.description
            && mistake.signs.starts_with(&of_catalogue.signs)
            && mistake.not_signs.starts_with(&of_catalogue.not_signs)
    })
}

/// A mistake is found by its signs when it is said, and by the lack of its not-signs when it is omitted.
fn no_signs(mistake: &Mistake, at: &Path) -> Option<Remark> {
    let (missing, help) = match mistake.kind {
        MistakeKind::Said if mistake.signs.is_empty() => (
            "signs",
            "add `signs`: three sentences or more that make the mistake, in the words of candidates",
        ),
        MistakeKind::Omitted if mistake.not_signs.is_empty() => (
            "not_signs",
            "add `not_signs`: sentences that cover the matter, each of which shows that it was not left out",
        ),
        MistakeKind::Said | MistakeKind::Omitted => return None,
    };
    let kind = mistake.kind.name();
    let message = format!("the mistake \"{}\" is {kind}, but has no `{missing}` to know it by", mistake.id);
    Some(remark(Class::NoSigns, at.clone(), message, help))
}

fn right_sentences(rubric: &Rubric) -> Right {
    let mut right = Right::new();
    let model = Path::top().field("model_answer");
    for sentence in sentences(&rubric.model_answer) {
        note(&mut right, sentence, "a sentence of the model answer", &model);
    }
    for (number, criterion) in rubric.criteria.iter().enumerate() {
        let points = Path::top().field("criteria").entry(number).field("key_points");
        for (number, point) in criterion.key_points.iter().enumerate() {
            note(&mut right, point, "a key point", &points.clone().entry(number));
        }
    }
    right
}

fn note(right: &mut Right, sentence: &str, what: &'static str, at: &Path) {
    let essence = essence(sentence);
    if essence.len() >= LEAST_WORDS {
        right.insert(essence, (what, at.clone()));
    }
}

/// Signs that equal, but for words that carry no meaning, what is right.
fn contradictions(mistake: &Mistake, shared: Shared, at: &Path, right: &Right, remarks: &mut Vec<Remark>) {
    let mut not_signs = Right::new();
    for (number, text) in mistake.not_signs.iter().enumerate() {
        note(&mut not_signs, text, "one of its not_signs", &place(at, "not_signs", number, shared.not_signs));
    }
    for (number, sign) in mistake.signs.iter().enumerate() {
        let essence = essence(sign);
        if let Some((what, other)) = not_signs.get(&essence).or_else(|| right.get(&essence)) {
            let message = format!("this sign of the mistake \"{}\" says the same as {what}", mistake.id);
            let help = "a sign is a sentence that is wrong: reword the one that does not say what you mean";
            let path = place(at, "signs", number, shared.signs);
            let mut remark = remark(Class::ContradictorySign, path, message, help);
            remark.other = Some(other.clone());
            remarks.push(remark);
        }
    }
}

/// Where a sign stands in the rubric's file: those of the catalogue are in front of its own and elsewhere.
fn place(at: &Path, list: &'static str, number: usize, shared: usize) -> Path {
    match number.checked_sub(shared) {
        Some(own) => at.clone().field(list).entry(own),
        None => at.clone().field("use"),
    }
}
