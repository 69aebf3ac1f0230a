//! The published JSON Schema of rubric files, generated from the types.

use schemars::JsonSchema;
use serde_json::{Value, json};

use super::rubric::{FORMAT, Mistake, MistakeId, Rubric};

/// A mistake as a file writes it: one of the catalogue by name, or one of its own.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "describes the file to schemars; parsing resolves it to a Mistake")]
pub(super) enum MistakeEntry {
    /// A mistake of the catalogue.
    Use(MistakeUse),
    /// A mistake of this rubric only.
    Own(Mistake),
}

/// A mistake of the catalogue, with what this question adds to it.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the file to schemars; parsing resolves it to a Mistake")]
pub(super) struct MistakeUse {
    /// An id from the catalogue.
    #[schemars(rename = "use")]
    named: MistakeId,
    /// Points of 100 that it costs here, instead of the catalogue's.
    #[schemars(range(min = 0, max = 100))]
    penalty: Option<f64>,
    /// Signs besides the catalogue's.
    #[schemars(default)]
    signs: Vec<String>,
    /// Signs to the contrary besides the catalogue's.
    #[schemars(default)]
    not_signs: Vec<String>,
}

/// The JSON Schema (draft 2020-12) of a rubric file.
pub fn rubric_schema() -> Value {
    let mut schema = schemars::schema_for!(Rubric).to_value();
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        let format = json!({
            "const": FORMAT,
            "description": "The version of the rubric format.",
        });
        properties.insert("format".to_owned(), format);
    }
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.insert(0, json!("format"));
    }
    schema
}
