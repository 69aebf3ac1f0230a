//! The JSON Schema of the reply that a rubric asks a model for.
//!
//! Written for the strict mode that servers with constrained decoding share: every property required, none
//! besides, no keyword but `type`, `enum`, `items`, `properties`. The order is the order of thinking: quote,
//! tell which key points are made, reason, rate.

use serde_json::{Map, Value, json};

use crate::bank::{Criterion, Rubric};

/// The schema of a critique of `rubric` as a model replies it.
pub fn critique_schema(rubric: &Rubric) -> Value {
    let ratings: Map<String, Value> = rubric
        .criteria
        .iter()
        .map(|criterion| (criterion.id.to_string(), rating_schema(criterion)))
        .collect();
    let mut properties = Map::new();
    properties.insert("ratings".to_owned(), closed_object(&ratings));
    properties.insert("mistakes".to_owned(), mistakes_schema(rubric));
    closed_object(&properties)
}

fn rating_schema(criterion: &Criterion) -> Value {
    let levels: Vec<u8> = (0..=criterion.max_level()).collect();
    // A yes or no for each, and not a list of those that are missing: small models go on with a list for ever.
    let point = |number: usize| (number.to_string(), json!({"type": "boolean"}));
    let points: Map<String, Value> = (1..=criterion.key_points.len()).map(point).collect();
    let text = || json!({"type": "string"});
    let key_points = (!points.is_empty()).then(|| ("key_points", closed_object(&points)));
    let rest = [("reason", text()), ("level", one_of("integer", &levels)), ("advice", text())];
    let properties = std::iter::once(("quotes", list_of(&text()))).chain(key_points).chain(rest);
    closed_object(&properties.map(|(name, schema)| (name.to_owned(), schema)).collect())
}

fn mistakes_schema(rubric: &Rubric) -> Value {
    let ids: Vec<&str> = rubric.mistakes.iter().map(|mistake| mistake.id.as_str()).collect();
    let id = if ids.is_empty() { json!({"type": "string"}) } else { one_of("string", &ids) };
    list_of(&object([("id", id), ("quote", json!({"type": "string"})), ("why", json!({"type": "string"}))]))
}

pub(crate) fn one_of<T: serde::Serialize>(kind: &str, values: &[T]) -> Value {
    json!({"type": kind, "enum": values})
}

pub(crate) fn list_of(items: &Value) -> Value {
    json!({"type": "array", "items": items})
}

pub(crate) fn object<const N: usize>(properties: [(&str, Value); N]) -> Value {
    closed_object(&properties.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect())
}

pub(crate) fn closed_object(properties: &Map<String, Value>) -> Value {
    let required: Vec<&String> = properties.keys().collect();
    json!({"type": "object", "required": required, "properties": properties, "additionalProperties": false})
}
