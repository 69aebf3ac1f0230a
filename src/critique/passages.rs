//! Replies that cite an answer by the numbers of its passages: their form, and what is taken of them.
//!
//! A number is either one of a passage or it is not. So a model that cites by number cannot invent a quotation, and a
//! small one does not spend its tokens on copying.

use serde_json::{Map, Value, json};

use super::reader::{missing, text, whole_number};
use super::schema::{list_of, object, one_of};
use super::{Evidence, FlaggedMistake};
use crate::bank::{Criterion, MistakeKind, Rubric};

/// More passages than this for one criterion are not read.
const MOST_CITED: usize = 3;

/// What a model says about a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Numbers of passages from 1, the best first; at least one.
    pub passages: Vec<usize>,
    /// Key points that the answer does not make.
    pub missing: Vec<String>,
    /// Why this level.
    pub reason: String,
}

/// The schema of an explanation of an answer with so many passages.
pub fn explanation_schema(criterion: &Criterion, citable: usize) -> Value {
    let points: Vec<usize> = (1..=criterion.key_points.len()).collect();
    let missing = if points.is_empty() { json!({"type": "integer"}) } else { one_of("integer", &points) };
    let passages = numbers(1, citable);
    object([
        ("passages", list_of(&passages)),
        ("missing", list_of(&missing)),
        ("reason", json!({"type": "string"})),
    ])
}

/// Reads an explanation, or says what is wrong with it.
pub fn explanation(criterion: &Criterion, citable: usize, value: &Value) -> Result<Explanation, Vec<String>> {
    let Some(list) = value.get("passages") else { return Err(vec!["it lacks `passages`".to_owned()]) };
    let said = list.as_array().map_or_else(|| std::slice::from_ref(list), Vec::as_slice);
    let mut passages = Vec::new();
    for number in said.iter().filter_map(|number| numbered(number, citable)) {
        if !passages.contains(&number) && passages.len() < MOST_CITED {
            passages.push(number);
        }
    }
    if passages.is_empty() {
        return Err(vec![format!("`passages` names none of the passages 1 to {citable}")]);
    }
    let missing = missing(criterion, value.get("missing"));
    Ok(Explanation { passages, missing, reason: text(value.get("reason")) })
}

/// The schema of the mistakes in an answer with so many passages.
pub fn mistakes_schema(rubric: &Rubric, citable: usize) -> Value {
    let ids: Vec<&str> = rubric.mistakes.iter().map(|mistake| mistake.id.as_str()).collect();
    let mistake = object([
        ("id", one_of("string", &ids)),
        ("passage", numbers(0, citable)),
        ("why", json!({"type": "string"})),
    ]);
    object([("mistakes", list_of(&mistake))])
}

/// Reads which mistakes an answer makes, each at most once. One that is said but cites no passage is none.
pub fn mistakes(
    rubric: &Rubric,
    cited: impl Fn(usize) -> Option<Evidence>,
    value: &Value,
) -> Result<Vec<FlaggedMistake>, Vec<String>> {
    let Some(said) = value.get("mistakes").and_then(Value::as_array) else {
        return Err(vec!["it lacks the list `mistakes`".to_owned()]);
    };
    let by_id: Map<String, Value> = said
        .iter()
        .rev()
        .filter_map(|entry| Some((entry.get("id")?.as_str()?.to_owned(), entry.clone())))
        .collect();
    let flagged = rubric.mistakes.iter().filter_map(|mistake| {
        let entry = by_id.get(mistake.id.as_str())?;
        let passage = || whole_number(entry.get("passage")?).and_then(|number| usize::try_from(number).ok());
        let evidence = match mistake.kind {
            MistakeKind::Omitted => None,
            MistakeKind::Said => Some(passage().and_then(&cited)?),
        };
        let why = Some(text(entry.get("why"))).filter(|why| !why.is_empty());
        Some(FlaggedMistake {
            id: mistake.id.clone(),
            kind: mistake.kind,
            evidence,
            why: why.unwrap_or_else(|| mistake.description.clone()),
            advice: mistake.advice.clone(),
        })
    });
    Ok(flagged.collect())
}

fn numbers(from: usize, to: usize) -> Value {
    one_of("integer", &(from..=to).collect::<Vec<_>>())
}

/// The number of a passage; models without a schema also write "[3]".
fn numbered(value: &Value, citable: usize) -> Option<usize> {
    let bare = value.as_str().map(|text| Value::from(text.trim_matches(['[', ']', ' '])));
    let number = usize::try_from(whole_number(bare.as_ref().unwrap_or(value))?).ok()?;
    (1..=citable).contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::Bank;

    fn rubric() -> Rubric {
        let bank = Bank::shipped().unwrap();
        Rubric::clone(bank.rubric("surprisal").unwrap())
    }

    #[test]
    fn passages_are_those_that_there_are() {
        let rubric = rubric();
        let criterion = &rubric.criteria[0];
        for (value, expected) in [
            (json!({"passages": [2, 1], "missing": [1]}), Some(vec![2, 1])),
            (json!({"passages": [9, 2, 2]}), Some(vec![2])),
            (json!({"passages": ["[3]", 1.0, "2", 4]}), Some(vec![3, 1, 2])),
            (json!({"passages": 4}), Some(vec![4])),
            (json!({"passages": []}), None),
            (json!({"passages": [0, 5, -1, "x", null]}), None),
            (json!({"reason": "none"}), None),
        ] {
            let found = explanation(criterion, 4, &value);
            assert_eq!(found.ok().map(|found| found.passages), expected, "{value}");
        }
        let found = explanation(criterion, 4, &json!({"passages": [1], "missing": [1, 99], "reason": " R "})).unwrap();
        assert_eq!((found.missing, found.reason.as_str()), (vec![criterion.key_points[0].clone()], "R"));
    }

    #[test]
    fn a_mistake_that_is_said_cites_a_passage() {
        let rubric = rubric();
        let of = |kind| rubric.mistakes.iter().find(|mistake| mistake.kind == kind).map(|mistake| mistake.id.as_str());
        let cited = |number| (number == 1).then(|| Evidence::slice("Bits.", 0, 5)).flatten();
        let said = of(MistakeKind::Said).unwrap();
        for (passage, flagged) in [(json!(1), 1), (json!(0), 0), (json!(7), 0), (json!("x"), 0), (json!(null), 0)] {
            let value = json!({"mistakes": [{"id": said, "passage": passage}, {"id": "unknown", "passage": 1}, 3]});
            let found = mistakes(&rubric, cited, &value).unwrap();
            assert_eq!(found.len(), flagged, "{value}");
            assert!(found.iter().all(|mistake| mistake.evidence.is_some() && !mistake.why.is_empty()));
        }
        if let Some(omitted) = of(MistakeKind::Omitted) {
            let value = json!({"mistakes": [{"id": omitted, "passage": 0, "why": "W"}]});
            assert_eq!(mistakes(&rubric, cited, &value).unwrap()[0].why, "W");
        }
        assert!(mistakes(&rubric, cited, &json!({})).is_err());
    }
}
