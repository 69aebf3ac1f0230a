//! Texts of a skeleton that nobody has written yet.

use crate::document::{Path, Remark};

use super::super::rubric::Rubric;
use super::super::skeleton::PLACEHOLDER;
use super::{Class, remark};

/// One remark for all of them, at the first.
pub(super) fn advise(rubric: &Rubric) -> Option<Remark> {
    let unwritten: Vec<Path> = texts(rubric)
        .into_iter()
        .filter(|(text, _)| text.starts_with(PLACEHOLDER))
        .map(|(_, at)| at)
        .collect();
    let first = unwritten.first()?.clone();
    let what = PLACEHOLDER.trim_end();
    let message = match unwritten.len() {
        1 => format!("this text still begins with \"{what}\""),
        several => format!("{several} texts still begin with \"{what}\"; this is the first"),
    };
    let help =
        "write them, or delete what your question does not need; there will be advice on what you wrote";
    Some(remark(Class::Placeholder, first, message, help))
}

/// Every text that an author writes, with its place, in the order of a file.
fn texts(rubric: &Rubric) -> Vec<(&str, Path)> {
    let top = Path::top;
    let mut texts = vec![
        (rubric.title.as_str(), top().field("title")),
        (rubric.question.as_str(), top().field("question")),
        (rubric.model_answer.as_str(), top().field("model_answer")),
    ];
    texts.extend(entries(&rubric.follow_ups, &top().field("follow_ups")));
    texts.extend(entries(&rubric.sources, &top().field("sources")));
    for (number, criterion) in rubric.criteria.iter().enumerate() {
        let at = top().field("criteria").entry(number);
        texts.push((&criterion.title, at.clone().field("title")));
        texts.extend(entries(&criterion.key_points, &at.clone().field("key_points")));
        texts.extend(entries(&criterion.levels, &at.field("levels")));
    }
    for (number, mistake) in rubric.mistakes.iter().enumerate() {
        let at = top().field("mistakes").entry(number);
        texts.push((&mistake.title, at.clone().field("title")));
        texts.push((&mistake.description, at.clone().field("description")));
        texts.extend(entries(&mistake.signs, &at.clone().field("signs")));
        texts.extend(entries(&mistake.not_signs, &at.clone().field("not_signs")));
        texts.push((&mistake.advice, at.field("advice")));
    }
    for (number, exemplar) in rubric.exemplars.iter().enumerate() {
        texts.push((&exemplar.answer, top().field("exemplars").entry(number).field("answer")));
    }
    texts
}

fn entries<'t>(list: &'t [String], at: &Path) -> impl Iterator<Item = (&'t str, Path)> {
    list.iter().enumerate().map(|(number, text)| (text.as_str(), at.clone().entry(number)))
}
