//! One record of a file of human ratings.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::answer::{describe, id_text, shortened};
use crate::bank::{CriterionId, MistakeId};
use crate::nearest::nearest;

/// What a human gave one answer; at least one of the three is there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Human {
    /// 0 to 100.
    pub score: Option<f64>,
    /// Levels of the criteria that were rated.
    pub levels: BTreeMap<CriterionId, u8>,
    /// The mistakes found; `None` if nobody looked for any.
    pub mistakes: Option<BTreeSet<MistakeId>>,
}

impl Human {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One record of a file of human ratings.
#[derive(Debug, Clone, PartialEq)]
pub struct HumanRecord {
    /// The answer's id.
    pub id: String,
    /// What a human gave it, if one rated it.
    pub human: Option<Human>,
}

#[derive(Deserialize)]
struct Fields {
    id: Option<Value>,
    human: Option<Value>,
}

/// The fields of `human`.
const FIELDS: [&str; 3] = ["score", "levels", "mistakes"];

impl HumanRecord {
    /// Reads one JSON object with `id` and, if a human rated it, `human`: `{"score": 72}` or
    /// `{"levels": {"mechanism": 3}, "mistakes": []}`. Scores go from 0 to `max_score`.
    ///
    /// The error says which field is wrong, without file and line.
    pub fn from_json(line: &str, max_score: f64) -> Result<Self, String> {
        if !line.trim_start().starts_with('{') {
            return Err("not a JSON object with the fields id and human".to_owned());
        }
        let fields: Fields = serde_json::from_str(line).map_err(|error| describe(line, &error))?;
        let id = id_text(fields.id)?;
        let human = match fields.human {
            None | Some(Value::Null) => None,
            Some(Value::Object(human)) => {
                Some(human_of(&human, max_score)?).filter(|human| !human.is_empty())
            }
            Some(other) => {
                let got = shortened(&other);
                return Err(format!("field `human` must be an object such as {{\"score\": 72}}, not {got}"));
            }
        };
        Ok(Self { id, human })
    }

    /// Makes a record of a CSV row's cells; empty cells count as absent. In a row with a rating, an empty cell
    /// of mistakes says that there are none.
    pub fn from_cells(cells: &[(&Column, &str)], max_score: f64) -> Result<Self, String> {
        let mut id = None;
        let mut human = Human::default();
        let mut looked_for_mistakes = false;
        for (column, cell) in cells {
            let cell = cell.trim();
            match column {
                Column::Id if cell.is_empty() => return Err("column `id` is empty".to_owned()),
                Column::Id => id = Some(unguarded(cell).to_owned()),
                Column::Mistakes => {
                    looked_for_mistakes = true;
                    let listed = cell.split(';').map(str::trim).filter(|id| !id.is_empty());
                    let listed: BTreeSet<MistakeId> = listed.map(MistakeId::from).collect();
                    human.mistakes = Some(listed).filter(|listed| !listed.is_empty());
                }
                Column::Score | Column::Level(_) if cell.is_empty() => {}
                Column::Score => {
                    let given = number(cell).ok_or_else(|| not_a(cell))?;
                    human.score = Some(score(given, max_score)?);
                }
                Column::Level(criterion) => {
                    let level = number(cell).and_then(level).ok_or_else(|| no_level(criterion, cell))?;
                    human.levels.insert(criterion.clone(), level);
                }
            }
        }
        let human = Some(human).filter(|human| !human.is_empty()).map(|mut human| {
            if looked_for_mistakes {
                human.mistakes.get_or_insert_default();
            }
            human
        });
        Ok(Self { id: id.ok_or("column `id` is missing")?, human })
    }
}

/// A column of a CSV file of human ratings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// `id`
    Id,
    /// `human_score` or `score`
    Score,
    /// `level:CRITERION`
    Level(CriterionId),
    /// `mistakes`, their ids parted by `;`
    Mistakes,
}

impl Column {
    /// What each column of a header holds; `None` for columns that are about something else. Where there is
    /// `human_score`, a `score` is not the human's.
    pub fn of_header(headers: &[&str]) -> Vec<Option<Self>> {
        let lower: Vec<String> = headers.iter().map(|header| header.trim().to_ascii_lowercase()).collect();
        let score = if lower.iter().any(|header| header == "human_score") { "human_score" } else { "score" };
        let column = |header: &String| match header.as_str() {
            "id" => Some(Self::Id),
            "mistakes" => Some(Self::Mistakes),
            header if header == score => Some(Self::Score),
            header => header.strip_prefix("level:").map(|criterion| Self::Level(criterion.trim().into())),
        };
        lower.iter().map(column).collect()
    }
}

fn human_of(fields: &Map<String, Value>, max_score: f64) -> Result<Human, String> {
    if let Some(unknown) = fields.keys().find(|key| !FIELDS.contains(&key.as_str())) {
        let hint = nearest(unknown, FIELDS).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        return Err(format!("field `human` has no `{unknown}`{hint}"));
    }
    let given = |name: &str| fields.get(name).filter(|value| !value.is_null());
    let score = given("score")
        .map(|value| {
            value.as_f64().ok_or_else(|| not_a(&shortened(value))).and_then(|it| score(it, max_score))
        })
        .transpose()?;
    let levels = given("levels").map(levels_of).transpose()?.unwrap_or_default();
    let mistakes = given("mistakes").map(mistakes_of).transpose()?;
    Ok(Human { score, levels, mistakes })
}

fn levels_of(value: &Value) -> Result<BTreeMap<CriterionId, u8>, String> {
    let levels = value.as_object().ok_or_else(|| {
        format!("`levels` must be an object such as {{\"mechanism\": 3}}, not {}", shortened(value))
    })?;
    let pair = |(criterion, value): (&String, &Value)| {
        let criterion = CriterionId::from(criterion.as_str());
        let level = value.as_f64().and_then(level).ok_or_else(|| no_level(&criterion, &shortened(value)))?;
        Ok((criterion, level))
    };
    levels.iter().filter(|(_, value)| !value.is_null()).map(pair).collect()
}

fn mistakes_of(value: &Value) -> Result<BTreeSet<MistakeId>, String> {
    let wrong = || format!("`mistakes` must be a list of ids, not {}", shortened(value));
    let listed = value.as_array().ok_or_else(wrong)?;
    listed.iter().map(|id| id.as_str().map(MistakeId::from).ok_or_else(wrong)).collect()
}

/// An id without the apostrophe that sheets have in front of what a spreadsheet would take for a formula.
fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@'])).unwrap_or(cell)
}

/// A number as people type it into a sheet, also with a decimal comma.
fn number(cell: &str) -> Option<f64> {
    cell.replace(',', ".").parse().ok()
}

fn score(given: f64, max_score: f64) -> Result<f64, String> {
    if (0.0..=max_score).contains(&given) {
        Ok(100.0 * given / max_score)
    } else {
        Err(format!("the human score {given} is not within 0 to {max_score}"))
    }
}

fn level(given: f64) -> Option<u8> {
    let whole = given.fract() == 0.0 && (0.0..=f64::from(u8::MAX)).contains(&given);
    whole.then_some(given as u8)
}

fn not_a(given: &str) -> String {
    format!("the human score must be a number, not {given}")
}

fn no_level(criterion: &CriterionId, given: &str) -> String {
    format!("the level of {criterion} must be a whole number from 0, not {given}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn human(score: Option<f64>, levels: &[(&str, u8)], mistakes: Option<&[&str]>) -> Human {
        Human {
            score,
            levels: levels.iter().map(|(id, level)| ((*id).into(), *level)).collect(),
            mistakes: mistakes.map(|listed| listed.iter().map(|id| (*id).into()).collect()),
        }
    }

    #[test]
    fn json_records_are_read() {
        for (line, max_score, expected) in [
            (
                r#"{"id": 7, "human": {"score": 72}, "answer": "x"}"#,
                100.0,
                Some(human(Some(72.0), &[], None)),
            ),
            (r#"{"id": "a", "human": {"score": 0.25}}"#, 1.0, Some(human(Some(25.0), &[], None))),
            (
                r#"{"id": "a", "human": {"levels": {"m": 3, "n": null}, "mistakes": []}}"#,
                100.0,
                Some(human(None, &[("m", 3)], Some(&[]))),
            ),
            (r#"{"id": "a", "human": {}}"#, 100.0, None),
            (r#"{"id": "a", "human": null}"#, 100.0, None),
            (r#"{"id": "a", "question": "q", "answer": "x"}"#, 100.0, None),
        ] {
            assert_eq!(HumanRecord::from_json(line, max_score).unwrap().human, expected, "{line}");
        }
    }

    #[test]
    fn says_what_is_wrong_with_a_record() {
        for (line, wrong) in [
            ("[1]", "not a JSON object"),
            (r#"{"human": {}}"#, "field `id` is missing"),
            (
                r#"{"id": "a", "human": 72}"#,
                "field `human` must be an object such as {\"score\": 72}, not 72",
            ),
            (r#"{"id": "a", "human": {"score": 720}}"#, "the human score 720 is not within 0 to 100"),
            (r#"{"id": "a", "human": {"score": "72"}}"#, "the human score must be a number, not \"72\""),
            (r#"{"id": "a", "human": {"level": {}}}"#, "has no `level`; did you mean `levels`?"),
            (r#"{"id": "a", "human": {"levels": [3]}}"#, "`levels` must be an object"),
            (r#"{"id": "a", "human": {"levels": {"m": 2.5}}}"#, "the level of m must be a whole number"),
            (r#"{"id": "a", "human": {"levels": {"m": -1}}}"#, "the level of m must be a whole number"),
            (r#"{"id": "a", "human": {"mistakes": "x"}}"#, "`mistakes` must be a list of ids, not \"x\""),
        ] {
            let error = HumanRecord::from_json(line, 100.0).unwrap_err();
            assert!(error.contains(wrong), "{line}: {error}");
        }
    }

    #[test]
    fn sheets_are_read_by_their_header() {
        let header = Column::of_header(&["ID", "answer", "score", "level:Mechanism", " mistakes "]);
        let column = |index: usize| header[index].as_ref().unwrap();
        assert_eq!(header[1], None);
        let read = |score: &str, level: &str, mistakes: &str| {
            let cells = [(column(0), "a"), (column(2), score), (column(3), level), (column(4), mistakes)];
            HumanRecord::from_cells(&cells, 100.0).map(|record| record.human)
        };
        assert_eq!(read("", " ", ""), Ok(None));
        assert_eq!(read("72,5", "", ""), Ok(Some(human(Some(72.5), &[], Some(&[])))));
        assert_eq!(read("", "3", "x; y;"), Ok(Some(human(None, &[("mechanism", 3)], Some(&["x", "y"])))));
        assert_eq!(read("good", "", ""), Err("the human score must be a number, not good".to_owned()));
        assert!(read("", "2.5", "").unwrap_err().contains("level of mechanism"));
        let both = Column::of_header(&["score", "human_score"]);
        assert_eq!(both, [None, Some(Column::Score)]);
    }
}
