//! What a model replies to each step of a draft: its form, and how it becomes part of a rubric.
//!
//! Ids are made here from titles, since models make poor ones, and levels from key points: which statements count is
//! the model's to draft, counting them is ours, so that every answer fits one level and none fits two. Whether the
//! rubric is valid is for the parser to say: it reads what the writer made of it, as it would read an author's file.

use std::collections::{BTreeMap, BTreeSet};

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
use crate::document::Problem;
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
    key_points: Vec<DraftedPoint>,
    absent: String,
    weight: f64,
    dimension: Dimension,
}

/// A statement, and a name for it that a level can list.
#[derive(Deserialize)]
struct DraftedPoint {
    statement: String,
    short: String,
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
    exemplars: BTreeMap<String, DraftedExemplar>,
}

#[derive(Deserialize)]
struct DraftedExemplar {
    answer: String,
    levels: BTreeMap<CriterionId, u8>,
    #[serde(default)]
    mistakes: Vec<MistakeId>,
}

/// A name for a statement has up to six words; a little more is no reason to ask again.
const MOST_SHORT_WORDS: usize = 8;

/// The exemplars that every draft has, beside one for each mistake.
const USUAL_EXEMPLARS: [&str; 3] = ["strong", "partial", "weak"];

/// The JSON Schema of the reply to a step, for what the steps before it made.
pub(super) fn schema(step: DraftStep, so_far: &Rubric) -> Value {
    match step {
        DraftStep::Criteria => criteria_schema(),
        DraftStep::Mistakes => mistakes_schema(),
        DraftStep::Exemplars => exemplars_schema(so_far),
    }
}

fn text() -> Value {
    json!({"type": "string"})
}

fn number() -> Value {
    json!({"type": "number"})
}

fn criteria_schema() -> Value {
    let point = object([("statement", text()), ("short", text())]);
    let criterion = object([
        ("title", text()),
        ("key_points", list_of(&point)),
        ("absent", text()),
        ("weight", number()),
        ("dimension", one_of("string", &Dimension::ALL.map(|(name, _)| name))),
    ]);
    object([
        ("model_answer", text()),
        ("title", text()),
        ("difficulty", one_of("string", &Difficulty::ALL.map(|(name, _)| name))),
        ("follow_ups", list_of(&text())),
        ("criteria", list_of(&criterion)),
    ])
}

fn mistakes_schema() -> Value {
    let mistake = object([
        ("title", text()),
        ("kind", one_of("string", &MistakeKind::ALL.map(|(name, _)| name))),
        ("penalty", number()),
        ("description", text()),
        ("signs", list_of(&text())),
        ("not_signs", list_of(&text())),
        ("advice", text()),
    ]);
    object([("mistakes", list_of(&mistake))])
}

/// Each exemplar under its own name: of a list, small models write the first and stop.
fn exemplars_schema(so_far: &Rubric) -> Value {
    let level = |it: &Criterion| {
        let levels: Vec<u8> = (0..=it.max_level()).collect();
        (it.id.to_string(), one_of("integer", &levels))
    };
    let levels: Map<String, Value> = so_far.criteria.iter().map(level).collect();
    let ids: Vec<&str> = so_far.mistakes.iter().map(|it| it.id.as_str()).collect();
    let mistake = if ids.is_empty() { text() } else { one_of("string", &ids) };
    let exemplar =
        object([("answer", text()), ("levels", closed_object(&levels)), ("mistakes", list_of(&mistake))]);
    let names = USUAL_EXEMPLARS.into_iter().chain(ids);
    let exemplars: Map<String, Value> = names.map(|name| (name.to_owned(), exemplar.clone())).collect();
    object([("exemplars", closed_object(&exemplars))])
}

/// A rubric with one more part, and what could be better about it: reasons to ask once more, not to refuse it.
pub(super) struct Drafted {
    pub(super) rubric: Rubric,
    pub(super) wishes: Vec<String>,
}

/// The rubric with what a step's reply adds to it, or every reason why not.
pub(super) fn add(step: DraftStep, so_far: &Rubric, reply: &Value) -> Result<Drafted, Vec<String>> {
    let mut rubric = so_far.clone();
    let Noted { mut complaints, wishes } = match step {
        DraftStep::Criteria => add_criteria(&mut rubric, typed(reply)?),
        DraftStep::Mistakes => add_mistakes(&mut rubric, typed(reply)?),
        DraftStep::Exemplars => add_exemplars(&mut rubric, typed(reply)?),
    };
    match parsed(&rubric) {
        Ok(rubric) if complaints.is_empty() => Ok(Drafted { rubric, wishes }),
        Ok(_) => Err(complaints),
        Err(problems) => {
            complaints.extend(problems);
            Err(complaints)
        }
    }
}

/// What was noted while a reply was read.
#[derive(Default)]
struct Noted {
    complaints: Vec<String>,
    wishes: Vec<String>,
}

fn typed<T: DeserializeOwned>(reply: &Value) -> Result<T, Vec<String>> {
    T::deserialize(reply).map_err(|error| vec![error.to_string()])
}

/// The rubric as a file would give it.
fn parsed(rubric: &Rubric) -> Result<Rubric, Vec<String>> {
    let text = write(rubric, &Remarks::default());
    parse::rubric("the draft", rubric.id.as_str(), &text, &[]).map_err(|problems| {
        let told = |problem: Problem| match problem.help {
            Some(help) => format!("{} ({help})", problem.message),
            None => problem.message,
        };
        problems.into_iter().map(told).collect()
    })
}

fn add_criteria(rubric: &mut Rubric, reply: CriteriaReply) -> Noted {
    let mut names = Names::default();
    let mut noted = Noted::default();
    rubric.title = reply.title;
    rubric.difficulty = reply.difficulty;
    rubric.model_answer = reply.model_answer;
    rubric.follow_ups = with_words(reply.follow_ups);
    rubric.criteria = Vec::new();
    for drafted in reply.criteria {
        let points: Vec<&DraftedPoint> =
            drafted.key_points.iter().filter(|point| !point.statement.trim().is_empty()).collect();
        if !LEVELS.contains(&(points.len() + 1)) {
            noted.complaints.push(format!("the criterion \"{}\" needs 2 to 4 key points", drafted.title));
        }
        noted.wishes.extend(criterion_wishes(&drafted));
        rubric.criteria.push(Criterion {
            id: names.fresh(&drafted.title).into(),
            levels: levels(&drafted.absent, &points),
            key_points: points.iter().map(|point| point.statement.clone()).collect(),
            title: drafted.title,
            dimension: drafted.dimension,
            weight: drafted.weight,
        });
    }
    noted
}

/// What is valid in a criterion and yet of little use.
fn criterion_wishes(drafted: &DraftedCriterion) -> Vec<String> {
    let DraftedCriterion { title, key_points, .. } = drafted;
    let mut wishes = Vec::new();
    if Dimension::ALL.iter().any(|(name, _)| title.trim().eq_ignore_ascii_case(name)) {
        wishes.push(format!(
            "the criterion \"{title}\" has the title of a dimension; say what of the subject it judges"
        ));
    }
    if key_points.iter().any(|point| point.short.split_whitespace().count() > MOST_SHORT_WORDS) {
        wishes.push(format!(
            "in the criterion \"{title}\", `short` has to name each statement in 2 to 6 words"
        ));
    }
    wishes
}

/// A level for each number of key points that an answer can make.
fn levels(absent: &str, points: &[&DraftedPoint]) -> Vec<String> {
    let short = |point: &&DraftedPoint| point.short.trim().trim_end_matches('.').to_owned();
    let all = points.iter().map(short).collect::<Vec<_>>().join("; ");
    let count = points.len();
    let level = |made: usize| match made {
        0 => format!("None: {}", absent.trim()),
        made if made < count => format!("Exactly {} of {}: {all}.", spelled(made), spelled(count)),
        1 => format!("It is there: {all}."),
        2 => format!("Both: {all}."),
        made => format!("All {}: {all}.", spelled(made)),
    };
    (0..=count).map(level).collect()
}

/// A number of key points as prose has it.
fn spelled(number: usize) -> String {
    const WORDS: [&str; 10] = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let word = number.checked_sub(1).and_then(|at| WORDS.get(at));
    word.map_or_else(|| number.to_string(), |word| (*word).to_owned())
}

fn add_mistakes(rubric: &mut Rubric, reply: MistakesReply) -> Noted {
    let mut names = Names::default();
    let mut noted = Noted::default();
    let mistake = |it: DraftedMistake| {
        let (mut signs, mut not_signs) = (once_each(it.signs), once_each(it.not_signs));
        // A sentence cannot both make a mistake and be right. Which of the two it is, its author has to say.
        let both: Vec<String> = signs.iter().filter(|sign| not_signs.contains(sign)).cloned().collect();
        signs.retain(|sign| !both.contains(sign));
        not_signs.retain(|sign| !both.contains(sign));
        noted.wishes.extend(both.into_iter().map(|sign| {
            format!(
                "\"{sign}\" is among signs and among not_signs; put it where it belongs, and find another"
            )
        }));
        Mistake {
            id: names.fresh(&it.title).into(),
            title: it.title,
            kind: it.kind,
            penalty: it.penalty,
            description: it.description,
            signs,
            not_signs,
            advice: it.advice,
        }
    };
    rubric.mistakes = reply.mistakes.into_iter().map(mistake).collect();
    noted
}

/// The texts that have words, without repetitions.
fn once_each(texts: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    with_words(texts).into_iter().filter(|text| seen.insert(text.clone())).collect()
}

fn add_exemplars(rubric: &mut Rubric, mut reply: ExemplarsReply) -> Noted {
    let ids = rubric.mistakes.iter().map(|mistake| mistake.id.as_str());
    let names: Vec<String> = USUAL_EXEMPLARS.into_iter().chain(ids).map(str::to_owned).collect();
    let mut noted = Noted::default();
    rubric.exemplars = Vec::new();
    for name in names {
        match reply.exemplars.remove(&name) {
            Some(DraftedExemplar { answer, levels, mistakes }) => {
                if rubric.exemplars.iter().any(|other| other.answer == answer) {
                    noted
                        .wishes
                        .push(format!("`{name}` has the same answer as another; each needs one of its own"));
                }
                rubric.exemplars.push(Exemplar { name, answer, levels, mistakes });
            }
            None => noted.complaints.push(format!("`exemplars` lacks `{name}`")),
        }
    }
    noted
}

fn with_words(texts: Vec<String>) -> Vec<String> {
    texts.into_iter().filter(|text| !text.trim().is_empty()).collect()
}
