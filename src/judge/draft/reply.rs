//! What a model replies to each step of a draft: its form, and how it becomes part of a rubric.
//!
//! Ids are made here from titles, since models make poor ones; texts without a word are left out. Whether the rubric
//! is valid is for the parser to say: it reads what the writer made of it, as it would read an author's file.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::bank::names::Names;
use crate::bank::write::{Remarks, write};
use crate::bank::{
    Criterion, CriterionId, Difficulty, Dimension, Exemplar, LEVELS, Mistake, MistakeId, MistakeKind, Rubric,
    parse,
};
use crate::critique::schema::{closed_object, list_of, object, one_of};
use crate::judge::prompt::DraftStep;

#[derive(Deserialize)]
struct CriteriaReply {
    title: String,
    difficulty: Difficulty,
    model_answer: String,
    #[serde(default)]
    follow_ups: Vec<String>,
    criteria: Vec<DraftedCriterion>,
}

#[derive(Deserialize)]
struct DraftedCriterion {
    title: String,
    dimension: Dimension,
    weight: f64,
    key_points: Vec<String>,
    levels: Vec<String>,
}

#[derive(Deserialize)]
struct MistakesReply {
    mistakes: Vec<DraftedMistake>,
}

#[derive(Deserialize)]
struct DraftedMistake {
    title: String,
    kind: MistakeKind,
    penalty: f64,
    description: String,
    signs: Vec<String>,
    not_signs: Vec<String>,
    advice: String,
}

#[derive(Deserialize)]
struct ExemplarsReply {
    exemplars: Vec<DraftedExemplar>,
}

#[derive(Deserialize)]
struct DraftedExemplar {
    name: String,
    answer: String,
    levels: BTreeMap<CriterionId, u8>,
    #[serde(default)]
    mistakes: Vec<MistakeId>,
}

/// The JSON Schema of the reply to a step, for what the steps before it made.
pub(super) fn schema(step: DraftStep, so_far: &Rubric) -> Value {
    let (text, number) = (json!({"type": "string"}), json!({"type": "number"}));
    let texts = list_of(&text);
    let one_name = |all: &[&str]| one_of("string", all);
    match step {
        DraftStep::Criteria => {
            let criterion = object([
                ("title", text.clone()),
                ("dimension", one_name(&Dimension::ALL.map(|(name, _)| name))),
                ("weight", number),
                ("key_points", texts.clone()),
                ("levels", texts.clone()),
            ]);
            object([
                ("model_answer", text.clone()),
                ("title", text),
                ("difficulty", one_name(&Difficulty::ALL.map(|(name, _)| name))),
                ("follow_ups", texts),
                ("criteria", list_of(&criterion)),
            ])
        }
        DraftStep::Mistakes => {
            let mistake = object([
                ("title", text.clone()),
                ("kind", one_name(&MistakeKind::ALL.map(|(name, _)| name))),
                ("penalty", number),
                ("description", text.clone()),
                ("signs", texts.clone()),
                ("not_signs", texts),
                ("advice", text),
            ]);
            object([("mistakes", list_of(&mistake))])
        }
        DraftStep::Exemplars => {
            let level = |it: &Criterion| {
                let levels: Vec<u8> = (0..=it.max_level()).collect();
                (it.id.to_string(), one_of("integer", &levels))
            };
            let levels: Map<String, Value> = so_far.criteria.iter().map(level).collect();
            let ids: Vec<&str> = so_far.mistakes.iter().map(|it| it.id.as_str()).collect();
            let mistake = if ids.is_empty() { text.clone() } else { one_name(&ids) };
            let exemplar = object([
                ("name", text.clone()),
                ("answer", text),
                ("levels", closed_object(&levels)),
                ("mistakes", list_of(&mistake)),
            ]);
            object([("exemplars", list_of(&exemplar))])
        }
    }
}

/// The rubric with what a step's reply adds to it, or every reason why not.
pub(super) fn add(step: DraftStep, so_far: &Rubric, reply: &Value) -> Result<Rubric, Vec<String>> {
    let mut rubric = so_far.clone();
    let mut complaints = match step {
        DraftStep::Criteria => add_criteria(&mut rubric, typed(reply)?),
        DraftStep::Mistakes => add_mistakes(&mut rubric, typed(reply)?),
        DraftStep::Exemplars => add_exemplars(&mut rubric, typed(reply)?),
    };
    match parsed(&rubric) {
        Ok(rubric) if complaints.is_empty() => Ok(rubric),
        Ok(_) => Err(complaints),
        Err(problems) => {
            complaints.extend(problems);
            Err(complaints)
        }
    }
}

fn typed<T: DeserializeOwned>(reply: &Value) -> Result<T, Vec<String>> {
    T::deserialize(reply).map_err(|error| vec![error.to_string()])
}

/// The rubric as a file would give it.
fn parsed(rubric: &Rubric) -> Result<Rubric, Vec<String>> {
    let text = write(rubric, &Remarks::default());
    parse::rubric("the draft", rubric.id.as_str(), &text, &[]).map_err(|problems| {
        problems
            .into_iter()
            .map(|problem| match problem.help {
                Some(help) => format!("{} ({help})", problem.message),
                None => problem.message,
            })
            .collect()
    })
}

fn add_criteria(rubric: &mut Rubric, reply: CriteriaReply) -> Vec<String> {
    let mut names = Names::default();
    rubric.title = reply.title;
    rubric.difficulty = reply.difficulty;
    rubric.model_answer = reply.model_answer;
    rubric.follow_ups = with_words(reply.follow_ups);
    let criterion = |it: DraftedCriterion| Criterion {
        id: names.fresh(&it.title).into(),
        title: it.title,
        dimension: it.dimension,
        weight: it.weight,
        levels: with_words(it.levels),
        key_points: with_words(it.key_points),
    };
    rubric.criteria = reply.criteria.into_iter().map(criterion).collect();
    rubric.criteria.iter().flat_map(lacks).collect()
}

/// What a drafted criterion has too little of, named by its title; the parser would name its line in a file that the
/// model never saw.
fn lacks(criterion: &Criterion) -> Vec<String> {
    let (title, levels) = (&criterion.title, criterion.levels.len());
    let mut complaints = Vec::new();
    if criterion.key_points.is_empty() {
        complaints.push(format!("the criterion \"{title}\" has no key points"));
    }
    if !LEVELS.contains(&levels) {
        let (from, to) = (LEVELS.start(), LEVELS.end());
        complaints.push(format!("the criterion \"{title}\" has {levels} levels, but needs {from} to {to}"));
    }
    complaints
}

fn add_mistakes(rubric: &mut Rubric, reply: MistakesReply) -> Vec<String> {
    let mut names = Names::default();
    let mistake = |it: DraftedMistake| Mistake {
        id: names.fresh(&it.title).into(),
        title: it.title,
        kind: it.kind,
        penalty: it.penalty,
        description: it.description,
        signs: with_words(it.signs),
        not_signs: with_words(it.not_signs),
        advice: it.advice,
    };
    rubric.mistakes = reply.mistakes.into_iter().map(mistake).collect();
    Vec::new()
}

fn add_exemplars(rubric: &mut Rubric, reply: ExemplarsReply) -> Vec<String> {
    let exemplar = |it: DraftedExemplar| Exemplar {
        name: it.name,
        answer: it.answer,
        levels: it.levels,
        mistakes: it.mistakes,
    };
    rubric.exemplars = reply.exemplars.into_iter().map(exemplar).collect();
    if rubric.exemplars.is_empty() { vec!["`exemplars` is empty".to_owned()] } else { Vec::new() }
}

fn with_words(texts: Vec<String>) -> Vec<String> {
    texts.into_iter().filter(|text| !text.trim().is_empty()).collect()
}
