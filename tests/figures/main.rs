//! Every figure of the shipped rubrics, worked out anew from the numbers of the question.
//!
//! A sheet holds, for one rubric, what the question gives and the statements that follow from it, with holes
//! where the figures stand. Whoever changes a figure in a rubric, or the number it follows from, breaks a test.

mod choosing;
mod evaluation;
mod fundamentals;
mod generation;
mod ml_practice;
mod practice;
mod retrieval;
mod safety;
mod serving;
mod sheet;
mod theory;
mod transformers;

use std::collections::BTreeSet;

use interview_coach::bank::{Bank, Rubric};
use sheet::{Figure, Sheet, figures, matches};

fn sheets() -> Vec<Sheet> {
    [
        choosing::sheets(),
        evaluation::sheets(),
        fundamentals::sheets(),
        generation::sheets(),
        ml_practice::sheets(),
        practice::sheets(),
        retrieval::sheets(),
        safety::sheets(),
        serving::sheets(),
        theory::sheets(),
        transformers::sheets(),
    ]
    .concat()
}

fn bank() -> Bank {
    Bank::shipped().unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// What an answer is judged by, and what the candidate is told: everything but exemplars, and but the signs
/// of mistakes, which are wrong on purpose.
fn texts(bank: &Bank, rubric: &Rubric) -> Vec<String> {
    let mut texts = vec![rubric.question.clone(), rubric.model_answer.clone()];
    for criterion in &rubric.criteria {
        texts.extend(criterion.levels.iter().chain(&criterion.key_points).cloned());
    }
    for mistake in &rubric.mistakes {
        let shared = bank.catalogue().iter().find(|shared| shared.id == mistake.id);
        let is_shared = |text: &String| shared.is_some_and(|shared| shared.not_signs.contains(text));
        texts.extend(mistake.not_signs.iter().filter(|text| !is_shared(text)).cloned());
        if shared.is_none() {
            texts.extend([mistake.description.clone(), mistake.advice.clone()]);
        }
    }
    texts
}

/// A figure with the words beside it.
fn around(text: &str, figure: &Figure) -> String {
    const BESIDE: usize = 40;
    let before: Vec<char> = text[..figure.place.start].chars().rev().take(BESIDE).collect();
    let after = text[figure.place.end..].chars().take(BESIDE);
    before.into_iter().rev().chain(figure.text.chars()).chain(after).collect()
}

#[test]
fn every_sheet_belongs_to_a_rubric_and_none_has_two() {
    let bank = bank();
    let mut seen = BTreeSet::new();
    for sheet in sheets() {
        assert!(bank.rubric(sheet.id).is_some(), "no rubric {}", sheet.id);
        assert!(seen.insert(sheet.id), "two sheets for {}", sheet.id);
    }
}

#[test]
fn questions_give_the_numbers_that_the_figures_follow_from() {
    let bank = bank();
    for sheet in sheets() {
        let question = &bank.rubric(sheet.id).unwrap().question;
        for given in &sheet.given {
            assert!(question.contains(given), "{}: the question does not say \"{given}\"", sheet.id);
        }
    }
}

#[test]
fn stated_figures_are_those_that_we_compute() {
    let bank = bank();
    let mut wrong = Vec::new();
    for sheet in sheets() {
        let texts = texts(&bank, bank.rubric(sheet.id).unwrap());
        for (statement, computed) in &sheet.statements {
            let stated: Vec<_> = texts.iter().flat_map(|text| matches(text, statement)).collect();
            if stated.is_empty() {
                wrong.push(format!("{}: nowhere says \"{statement}\"", sheet.id));
            }
            for stated in stated.iter().filter(|stated| *stated != computed) {
                wrong.push(format!("{}: \"{statement}\" has {stated:?}, not {computed:?}", sheet.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_figure_goes_unchecked() {
    let bank = bank();
    let sheets = sheets();
    let mut loose = Vec::new();
    for rubric in bank.rubrics() {
        let sheet = sheets.iter().find(|sheet| rubric.id == *sheet.id);
        let mut known: BTreeSet<String> = figures(&rubric.question).into_iter().map(|f| f.text).collect();
        known.extend(sheet.into_iter().flat_map(Sheet::known));
        for text in texts(&bank, rubric) {
            let unknown = figures(&text).into_iter().filter(|figure| !known.contains(&figure.text));
            loose.extend(unknown.map(|figure| format!("{}: ...{}...", rubric.id, around(&text, &figure))));
        }
    }
    assert!(loose.is_empty(), "figures that no sheet accounts for: {loose:#?}");
}
