//! One record of a file of answers to an [`Answer`], and the key that identifies its grade.

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::bank::{QuestionId, Rubric};

/// What a candidate wrote, with the question it answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Names the answer, unique in a run.
    pub id: String,
    /// The question it answers.
    pub question: QuestionId,
    /// The words.
    pub text: String,
    /// Who wrote it.
    pub candidate: Option<String>,
}

#[derive(Deserialize)]
struct Fields {
    id: Option<Value>,
    question: Option<Value>,
    answer: Option<Value>,
    candidate: Option<Value>,
}

impl Answer {
    /// Reads one JSON object. Fields besides the known ones are left to other programs.
    /// `default_question` serves records that name none.
    ///
    /// The error says which field is wrong, without file and line.
    pub fn from_json(line: &str, default_question: Option<&str>) -> Result<Self, String> {
        // serde would also take a list of the fields in order.
        if !line.trim_start().starts_with('{') {
            return Err("not a JSON object with the fields id, question, answer".to_owned());
        }
        let fields: Fields = serde_json::from_str(line).map_err(|error| describe(line, &error))?;
        let id = id_text(fields.id)?;
        let question = match fields.question {
            Some(Value::String(question)) => Some(question),
            Some(Value::Null) | None => None,
            Some(other) => return Err(format!("field `question` must be a text, not {other}")),
        };
        let text = match fields.answer {
            Some(Value::String(text)) => text,
            Some(other) => return Err(format!("field `answer` must be a text, not {}", shortened(&other))),
            None => return Err("field `answer` is missing".to_owned()),
        };
        let candidate = fields.candidate.and_then(|candidate| candidate.as_str().map(str::to_owned));
        Self::checked(id, question, text, candidate, default_question)
    }

    /// Makes an answer of a CSV row's fields; empty fields count as absent, but for the answer itself.
    pub fn from_columns(
        id: &str,
        question: &str,
        text: &str,
        candidate: &str,
        default_question: Option<&str>,
    ) -> Result<Self, String> {
        let given = |field: &str| Some(field.trim()).filter(|field| !field.is_empty()).map(str::to_owned);
        let id = given(id).ok_or("column `id` is empty")?;
        Self::checked(id, given(question), text.to_owned(), given(candidate), default_question)
    }

    fn checked(
        id: String,
        question: Option<String>,
        text: String,
        candidate: Option<String>,
        default_question: Option<&str>,
    ) -> Result<Self, String> {
        let question = question
            .or_else(|| default_question.map(str::to_owned))
            .ok_or("field `question` is missing; name it in the record or with --question")?;
        Ok(Self { id, question: question.into(), text, candidate })
    }

    /// Whether there is anything to judge: a letter or a digit.
    pub fn has_words(text: &str) -> bool {
        text.chars().any(char::is_alphanumeric)
    }
}

/// An id is a text or a whole number; other programs number their answers.
pub(crate) fn id_text(id: Option<Value>) -> Result<String, String> {
    match id {
        Some(Value::String(id)) if !id.trim().is_empty() => Ok(id),
        Some(Value::Number(id)) if id.is_i64() || id.is_u64() => Ok(id.to_string()),
        Some(Value::String(_)) => Err("field `id` is empty".to_owned()),
        Some(other) => Err(format!("field `id` must be a text or a whole number, not {}", shortened(&other))),
        None => Err("field `id` is missing".to_owned()),
    }
}

pub(crate) fn shortened(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 40 { text } else { text.chars().take(40).chain(['…']).collect() }
}

pub(crate) fn describe(line: &str, error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "it ends too early",
        serde_json::error::Category::Data => {
            return "not a JSON object with the fields id, question, answer".to_owned();
        }
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "it is malformed",
    };
    let before: String = line.chars().take(error.column().saturating_sub(1)).collect();
    let near: String = before.chars().rev().take(20).collect::<Vec<_>>().into_iter().rev().collect();
    format!("not JSON: {what} at column {}, after `{near}`", error.column())
}

/// Hash of all that a grade depends on besides the judge and the answer: the parts of a rubric that are
/// judged. Exemplars, sources and follow-up questions can change without a grade changing.
pub fn rubric_digest(rubric: &Rubric) -> [u8; 32] {
    let judged = (&rubric.id, &rubric.question, &rubric.model_answer, &rubric.criteria, &rubric.mistakes);
    // Plain data with text keys always serialises.
    let json = serde_json::to_vec(&judged).unwrap_or_default();
    Sha256::digest(json).into()
}

/// The identity of a grade, `sha256:` and hexadecimal digits: answer, rubric and judge. A resumed run redoes
/// an answer exactly when this changes.
pub fn key(text: &str, rubric_digest: &[u8; 32], judge_identity: &str) -> String {
    let mut hash = Sha256::new();
    // Lengths keep neighbouring parts from running into each other.
    for part in [rubric_digest.as_slice(), judge_identity.as_bytes(), text.as_bytes()] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    format!("sha256:{}", crate::hex::hex(&hash.finalize()))
}

/// Names the request about an answer where requests and replies are joined by name: 32 hexadecimal digits that depend on
/// the answer's id and on the [`key`] of its grade. A reply to what was asked before any of that changed has another
/// name. Servers take up to 64 letters.
pub fn request_name(id: &str, key: &str) -> String {
    const BYTES: usize = 16;
    let mut hash = Sha256::new();
    for part in [id, key] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    crate::hex::hex(&hash.finalize()[..BYTES])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong_with_a_record() {
        for (line, wrong) in [
            (r#"{"id": "a", "question": "q", "answer": "x""#, "not JSON: it ends too early"),
            (r#"{"id": "a", question: "q"}"#, "not JSON: it is malformed at column 13"),
            (r"[1, 2]", "not a JSON object"),
            ("id,question,answer", "not a JSON object"),
            (r"[]", "not a JSON object"),
            (r#"{"question": "q", "answer": "x"}"#, "field `id` is missing"),
            (r#"{"id": " ", "question": "q", "answer": "x"}"#, "field `id` is empty"),
            (
                r#"{"id": [1], "question": "q", "answer": "x"}"#,
                "field `id` must be a text or a whole number, not [1]",
            ),
            (r#"{"id": "a", "answer": "x"}"#, "field `question` is missing"),
            (r#"{"id": "a", "question": "q"}"#, "field `answer` is missing"),
            (r#"{"id": "a", "question": "q", "answer": null}"#, "field `answer` is missing"),
        ] {
            let error = Answer::from_json(line, None).unwrap_err();
            assert!(error.contains(wrong), "{line}: {error}");
        }
    }

    #[test]
    fn takes_numbers_as_ids_and_a_default_question() {
        let answer = Answer::from_json(r#"{"id": 7, "answer": "", "score": 3}"#, Some("q")).unwrap();
        assert_eq!((answer.id.as_str(), answer.question.as_str(), answer.text.as_str()), ("7", "q", ""));
    }

    #[test]
    fn a_request_is_named_after_id_and_key() {
        let name = request_name("a1", "sha256:00");
        assert_eq!((name.len(), &name), (32, &request_name("a1", "sha256:00")));
        for other in [
            request_name("a2", "sha256:00"),
            request_name("a1", "sha256:01"),
            request_name("a1s", "ha256:00"),
        ] {
            assert_ne!(name, other);
        }
    }

    #[test]
    fn the_key_depends_on_every_part() {
        let base = key("text", &[0; 32], "judge");
        assert_eq!(base, key("text", &[0; 32], "judge"));
        for other in
            [key("texts", &[0; 32], "judge"), key("text", &[1; 32], "judge"), key("text", &[0; 32], "judg")]
        {
            assert_ne!(base, other);
        }
    }
}
