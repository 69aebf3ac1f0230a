//! Text to a rubric or a catalogue, or to every problem in it at once.

use std::collections::{BTreeMap, BTreeSet};

use super::prose::folded;
use super::rubric::{
    Criterion, CriterionId, Difficulty, Dimension, Exemplar, FORMAT, LEVELS, Mistake, MistakeId, MistakeKind,
    Rubric,
};
use crate::document::{Document, Located, Problem, Table, did_you_mean};

/// The longest time for an answer; an interview has no more.
const MOST_MINUTES: i64 = 60;
/// A criterion of less weight never moves a score of one decimal.
const LEAST_WEIGHT: f64 = 0.001;
/// No criterion has a higher level; [`LEVELS`] counts from 1.
const HIGHEST_LEVEL: u8 = 10;
/// A weight only has meaning relative to the others; beyond this the others do not count.
const MOST_WEIGHT: f64 = 1000.0;

/// Reads one rubric file. `stem` is the file's name without folder and ending; the id has to equal it.
pub fn rubric(file: &str, stem: &str, text: &str, catalogue: &[Mistake]) -> Result<Rubric, Vec<Problem>> {
    rubric_named(file, Some(stem), text, Catalogue::Whole(catalogue))
}

/// The mistakes that rubrics can `use`.
#[derive(Debug, Clone, Copy)]
pub enum Catalogue<'m> {
    /// All of them.
    Whole(&'m [Mistake]),
    /// Those that could be read: a name that is not there may be right.
    Part(&'m [Mistake]),
}

/// Reads one rubric file of a folder whose catalogue may be broken. Where only the catalogue is to blame that the
/// rubric can't be read, there are no problems of the rubric's own.
pub fn rubric_with(
    file: &str,
    stem: &str,
    text: &str,
    catalogue: Catalogue<'_>,
) -> Result<Rubric, Vec<Problem>> {
    rubric_named(file, Some(stem), text, catalogue)
}

/// Reads a rubric from a file of any name, as a copy of an earlier version has one.
pub fn rubric_of_any_name(file: &str, text: &str, catalogue: &[Mistake]) -> Result<Rubric, Vec<Problem>> {
    rubric_named(file, None, text, Catalogue::Whole(catalogue))
}

fn rubric_named(
    file: &str,
    stem: Option<&str>,
    text: &str,
    catalogue: Catalogue<'_>,
) -> Result<Rubric, Vec<Problem>> {
    let document = Document::new(file, text);
    let parsed = document.parse();
    // Missing fields of a file that is not TOML are a consequence, not a finding.
    let rubric =
        if document.has_problems() { None } else { read_rubric(&document.top(&parsed), stem, catalogue) };
    drop(parsed);
    match rubric {
        Some(rubric) if !document.has_problems() => Ok(rubric),
        _ => Err(document.into_problems()),
    }
}

/// Reads a catalogue of mistakes.
pub fn catalogue(file: &str, text: &str) -> Result<Vec<Mistake>, Vec<Problem>> {
    let document = Document::new(file, text);
    let parsed = document.parse();
    let mut mistakes = Vec::new();
    if !document.has_problems() {
        let top = document.top(&parsed);
        let mut seen = BTreeSet::new();
        for table in top.tables("mistakes") {
            mistakes.extend(read_mistake(&table, &mut seen));
        }
        top.report_unknown();
    }
    drop(parsed);
    if document.has_problems() { Err(document.into_problems()) } else { Ok(mistakes) }
}

fn read_rubric(top: &Table<'_>, stem: Option<&str>, catalogue: Catalogue<'_>) -> Option<Rubric> {
    top.integer("format", FORMAT..=FORMAT);
    let id = kebab(top, "id", &mut BTreeSet::new());
    if let (Some(id), Some(stem)) = (&id, stem)
        && id.value != stem
    {
        let message = format!("`id` is \"{}\", but the file is named {stem}.toml", id.value);
        top.problem(id.span.clone(), message, Some(format!("write `id = \"{stem}\"` or rename the file")));
    }
    let topic = kebab(top, "topic", &mut BTreeSet::new());
    let title = prose(top, "title");
    let difficulty = top.choice("difficulty", &Difficulty::ALL);
    let minutes = top.integer("minutes", 1..=MOST_MINUTES);
    let question = prose(top, "question");
    let model_answer = prose(top, "model_answer");
    let follow_ups = all_prose(top, "follow_ups");
    let sources = all_prose(top, "sources");
    let criteria = read_criteria(top);
    let mistakes = read_mistakes(top, catalogue);
    let exemplars = read_exemplars(top, &Declared::of(top));
    top.report_unknown();
    // A mistake that only a broken catalogue could explain.
    if mistakes.len() < top.tables_as_they_are("mistakes").len() {
        return None;
    }
    Some(Rubric {
        id: id?.value.into(),
        title: title?,
        topic: topic?.value,
        difficulty: difficulty?,
        minutes: u32::try_from(minutes?.value).ok()?,
        question: question?,
        model_answer: model_answer?,
        follow_ups,
        sources,
        criteria,
        mistakes,
        exemplars,
    })
}

fn read_criteria(top: &Table<'_>) -> Vec<Criterion> {
    let tables = top.tables("criteria");
    if tables.is_empty() {
        let help = "add at least one [[criteria]] table".to_owned();
        top.problem(0..0, "a rubric needs criteria", Some(help));
    }
    let mut seen = BTreeSet::new();
    tables.into_iter().filter_map(|table| read_criterion(&table, &mut seen)).collect()
}

fn read_criterion(table: &Table<'_>, seen: &mut BTreeSet<String>) -> Option<Criterion> {
    let id = kebab(table, "id", seen);
    let title = prose(table, "title");
    let dimension = table.choice("dimension", &Dimension::ALL);
    let weight = table.number("weight", LEAST_WEIGHT..=MOST_WEIGHT);
    let levels = all_prose(table, "levels");
    if !LEVELS.contains(&levels.len()) {
        let help = format!("a criterion has {} to {} levels, the lowest first", LEVELS.start(), LEVELS.end());
        table.problem(table.span(), format!("this criterion has {} levels", levels.len()), Some(help));
    }
    let key_points = all_prose(table, "key_points");
    table.report_unknown();
    let id = id?.value.into();
    Some(Criterion { id, title: title?, dimension: dimension?, weight: weight?.value, levels, key_points })
}

fn read_mistakes(top: &Table<'_>, catalogue: Catalogue<'_>) -> Vec<Mistake> {
    let mut seen = BTreeSet::new();
    top.tables("mistakes")
        .into_iter()
        .filter_map(|table| {
            if table.has("use") {
                read_use(&table, catalogue, &mut seen)
            } else {
                read_mistake(&table, &mut seen)
            }
        })
        .collect()
}

fn read_use(table: &Table<'_>, catalogue: Catalogue<'_>, seen: &mut BTreeSet<String>) -> Option<Mistake> {
    let named = kebab(table, "use", seen);
    let penalty = table.optional_number("penalty", 0.0..=100.0);
    let signs = all_prose(table, "signs");
    let not_signs = all_prose(table, "not_signs");
    table.report_unknown();
    let named = named?;
    let (Catalogue::Whole(mistakes) | Catalogue::Part(mistakes)) = catalogue;
    let Some(found) = mistakes.iter().find(|mistake| mistake.id == *named.value) else {
        if matches!(catalogue, Catalogue::Part(_)) {
            return None;
        }
        let known: Vec<&str> = mistakes.iter().map(|mistake| mistake.id.as_str()).collect();
        let help = did_you_mean(&named.value, &known)
            .unwrap_or_else(|| format!("the catalogue has: {}", known.join(", ")));
        table.problem(named.span, format!("the catalogue has no mistake \"{}\"", named.value), Some(help));
        return None;
    };
    let mut mistake = found.clone();
    mistake.penalty = penalty.map_or(mistake.penalty, |penalty| penalty.value);
    mistake.signs.extend(signs);
    mistake.not_signs.extend(not_signs);
    Some(mistake)
}

fn read_mistake(table: &Table<'_>, seen: &mut BTreeSet<String>) -> Option<Mistake> {
    let id = kebab(table, "id", seen);
    let title = prose(table, "title");
    let kind = table.choice("kind", &MistakeKind::ALL);
    let penalty = table.number("penalty", 0.0..=100.0);
    let description = prose(table, "description");
    let signs = all_prose(table, "signs");
    let not_signs = all_prose(table, "not_signs");
    let advice = prose(table, "advice");
    table.report_unknown();
    Some(Mistake {
        id: id?.value.into(),
        title: title?,
        kind: kind?,
        penalty: penalty?.value,
        description: description?,
        signs,
        not_signs,
        advice: advice?,
    })
}

/// What a rubric declares, whole or broken: what is broken is reported where it stands, and not once more by every
/// exemplar that names it.
struct Declared {
    /// Id and highest level of each criterion.
    criteria: Vec<(Option<String>, Option<u8>)>,
    /// Id of each mistake.
    mistakes: Vec<Option<String>>,
}

impl Declared {
    fn of(top: &Table<'_>) -> Self {
        let highest = |table: &Table<'_>| {
            let levels = table.length("levels").filter(|levels| LEVELS.contains(levels))?;
            u8::try_from(levels - 1).ok()
        };
        let criterion = |table: &Table<'_>| (table.glance("id"), highest(table));
        let mistake = |table: &Table<'_>| table.glance("use").or_else(|| table.glance("id"));
        Self {
            criteria: top.tables_as_they_are("criteria").iter().map(criterion).collect(),
            mistakes: top.tables_as_they_are("mistakes").iter().map(mistake).collect(),
        }
    }
}

/// Reports a name that nothing declared has, unless something declared has no name and may be meant.
fn report_undeclared(table: &Table<'_>, what: &str, name: Located<String>, declared: &[Option<&str>]) {
    let known: Vec<&str> = declared.iter().flatten().copied().collect();
    if known.len() == declared.len() && !known.contains(&name.value.as_str()) {
        let message = format!("this rubric has no {what} \"{}\"", name.value);
        table.problem(name.span, message, did_you_mean(&name.value, &known));
    }
}

fn read_exemplars(top: &Table<'_>, declared: &Declared) -> Vec<Exemplar> {
    let mut names = BTreeSet::new();
    let mut exemplars = Vec::new();
    for table in top.tables("exemplars") {
        let table = &table;
        let name = table.text("name");
        if let Some(name) = name.as_ref().filter(|name| !names.insert(name.value.clone())) {
            table.problem(name.span.clone(), format!("another exemplar is named \"{}\"", name.value), None);
        }
        let answer = prose(table, "answer");
        let levels = read_levels(table, &declared.criteria);
        let mistakes = read_flagged(table, &declared.mistakes);
        table.report_unknown();
        if let (Some(name), Some(answer)) = (name, answer) {
            exemplars.push(Exemplar { name: name.value, answer, levels, mistakes });
        }
    }
    exemplars
}

fn read_levels(table: &Table<'_>, criteria: &[(Option<String>, Option<u8>)]) -> BTreeMap<CriterionId, u8> {
    let Some(levels) = table.table("levels") else {
        if !table.has("levels") {
            table.missing("levels", "a level for every criterion, as in `{ mechanism = 3 }`");
        }
        return BTreeMap::new();
    };
    let declared: Vec<Option<&str>> = criteria.iter().map(|(id, _)| id.as_deref()).collect();
    // Without any criterion that is the problem, and reported.
    for name in levels.names().filter(|_| !criteria.is_empty()) {
        report_undeclared(&levels, "criterion", name, &declared);
    }
    let mut found = BTreeMap::new();
    for (id, highest) in criteria {
        let Some(id) = id.as_ref().filter(|id| !found.contains_key(id.as_str())) else { continue };
        let highest = i64::from(highest.unwrap_or(HIGHEST_LEVEL));
        if !levels.has(id) {
            let message = format!("`levels` lacks the criterion \"{id}\"");
            let help = format!("every exemplar gives a level from 0 to {highest} for it");
            table.problem(levels.span(), message, Some(help));
        }
        let level = levels.own_integer(id, 0..=highest);
        found.insert(id.as_str().into(), level.map_or(0, |level| u8::try_from(level.value).unwrap_or(0)));
    }
    found
}

fn read_flagged(table: &Table<'_>, mistakes: &[Option<String>]) -> Vec<MistakeId> {
    let declared: Vec<Option<&str>> = mistakes.iter().map(Option::as_deref).collect();
    let mut flagged = Vec::new();
    for id in table.texts("mistakes") {
        flagged.push(id.value.as_str().into());
        report_undeclared(table, "mistake", id, &declared);
    }
    flagged
}

fn prose(table: &Table<'_>, key: &'static str) -> Option<String> {
    table.text(key).map(|text| folded(&text.value))
}

fn all_prose(table: &Table<'_>, key: &'static str) -> Vec<String> {
    table.texts(key).into_iter().map(|text| folded(&text.value)).collect()
}

/// A kebab-case id that none before it had.
fn kebab(table: &Table<'_>, key: &'static str, seen: &mut BTreeSet<String>) -> Option<Located<String>> {
    let id = table.text(key)?;
    if !is_kebab(&id.value) {
        let message = format!("`{key}` is \"{}\", which is not kebab-case", id.value);
        let help = "use lower-case letters, digits and single hyphens, as in rag-vs-fine-tuning".to_owned();
        table.problem(id.span.clone(), message, Some(help));
        return None;
    }
    if !seen.insert(id.value.clone()) {
        table.problem(id.span.clone(), format!("the id \"{}\" is used twice", id.value), None);
        return None;
    }
    Some(id)
}

/// Lower-case ASCII letters and digits in groups joined by single hyphens.
pub fn is_kebab(id: &str) -> bool {
    id.split('-').all(|group| {
        !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}
