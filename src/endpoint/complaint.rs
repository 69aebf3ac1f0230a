//! What a server says when it fails or refuses: many shapes of error body, one meaning.
//!
//! Pure. Statuses alone do not tell: 400 may mean a parameter that can be left out, a model that does not exist
//! or an answer that is too long; 429 may pass in a second or never.

use serde_json::Value;

use super::excerpt::excerpt;

/// A server's complaint about a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Complaint {
    /// HTTP status, or the one that an error inside a 200 names.
    pub(super) status: u16,
    /// What it means.
    pub(super) kind: ComplaintKind,
    /// What the server said, as it came.
    pub(super) said: String,
}

/// What a complaint means where the status does not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ComplaintKind {
    /// A part of the request that could be left out or put differently.
    Parameter(Parameter),
    UnknownModel,
    ContextTooLong,
    ContentFilter,
    QuotaExhausted,
    /// No such path at this server.
    WrongPath,
    /// The status says it all.
    Other,
}

/// Parts of a request that some servers refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parameter {
    /// `response_format` of the type that was sent.
    Shape,
    /// The schema that was sent; another one may do.
    ThisSchema,
    /// The name of the cap on tokens.
    TokenCap,
    Temperature,
    Seed,
    /// `logprobs` and `top_logprobs`.
    Logprobs,
    /// `stream_options`.
    StreamUsage,
}

impl Complaint {
    /// Reads an error body.
    pub(super) fn read(status: u16, body: &[u8]) -> Self {
        let body = Body::read(body);
        Self { status, kind: body.meaning(status), said: body.message }
    }

    /// The error inside a reply with status 200, or inside a stream, if there is one.
    pub(super) fn within(reply: &Value) -> Option<Self> {
        let error = reply.get("error").filter(|error| !error.is_null())?;
        let body = Body::of_value(reply);
        let named = error.get("code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
        let status = named.filter(|code| (400..600).contains(code)).unwrap_or(INNER_ERROR_STATUS);
        Some(Self { status, kind: body.meaning(status), said: body.message })
    }
}

/// An error inside a reply that began well, without a status of its own: the server failed on the way.
const INNER_ERROR_STATUS: u16 = 500;

/// The fields that error bodies share, each empty where missing.
#[derive(Debug, Default)]
struct Body {
    message: String,
    /// `code` and `type`, in lower case.
    codes: String,
    /// The parameter that the server names, such as `response_format.type`.
    param: String,
}

impl Body {
    fn read(bytes: &[u8]) -> Self {
        match serde_json::from_slice(bytes) {
            Ok(value) => Self::of_value(&value),
            Err(_) => Self { message: page_text(&String::from_utf8_lossy(bytes)), ..Self::default() },
        }
    }

    fn of_value(value: &Value) -> Self {
        // Some gateways wrap the error in a list of one.
        let value = value.as_array().and_then(|list| list.first()).unwrap_or(value);
        let error = match value.get("error") {
            Some(Value::String(message)) => return Self { message: message.clone(), ..Self::default() },
            Some(error @ Value::Object(_)) => error,
            Some(_) | None => value,
        };
        if let Some(detail) = error.get("detail").filter(|_| error.get("message").is_none()) {
            return Self::of_detail(detail);
        }
        let codes = [text(error, "code"), text(error, "type")].join(" ").to_lowercase();
        Self { message: text(error, "message"), codes, param: text(error, "param") }
    }

    /// `{"detail": ...}`, as servers on FastAPI say it: a sentence, or a list of places and messages.
    fn of_detail(detail: &Value) -> Self {
        let Some(first) = detail.as_array().and_then(|list| list.first()) else {
            return Self { message: plain(detail), ..Self::default() };
        };
        let places: Vec<&str> =
            first["loc"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let param = places.strip_prefix(&["body"]).unwrap_or(&places).join(".");
        let message = format!("{param}: {}", text(first, "msg"));
        Self { message, codes: text(first, "type").to_lowercase(), param }
    }

    fn meaning(&self, status: u16) -> ComplaintKind {
        let message = self.message.to_lowercase();
        if status == 402 || self.has_code(&QUOTA_CODES) || message.contains("insufficient balance") {
            ComplaintKind::QuotaExhausted
        } else if self.is_too_long(status, &message) {
            ComplaintKind::ContextTooLong
        } else if self.has_code(&FILTER_CODES) || (status == 403 && contains_any(&message, &FILTER_WORDS)) {
            ComplaintKind::ContentFilter
        } else if matches!(status, 400 | 404 | 422) && self.misses_model(&message) {
            ComplaintKind::UnknownModel
        } else if let Some(parameter) = self.parameter(status, &message) {
            ComplaintKind::Parameter(parameter)
        } else if matches!(status, 404 | 405) || message.contains(UNKNOWN_PATH) {
            ComplaintKind::WrongPath
        } else {
            ComplaintKind::Other
        }
    }

    fn has_code(&self, codes: &[&str]) -> bool {
        contains_any(&self.codes, codes)
    }

    fn is_too_long(&self, status: u16, message: &str) -> bool {
        // In a 429, "context" is chatter about limits; only a request that can never fit is too long.
        let words: &[&str] = if status == 429 { &["request too large"] } else { &LENGTH_WORDS };
        status == 413 || self.has_code(&LENGTH_CODES) || contains_any(message, words)
    }

    fn misses_model(&self, message: &str) -> bool {
        self.has_code(&["model_not_found"])
            || (message.contains("model") && contains_any(message, &MISSING_MODEL_WORDS))
    }

    /// The part of the request that is refused. A server that fails with 500 is believed only about schemas,
    /// which some fail to compile.
    fn parameter(&self, status: u16, message: &str) -> Option<Parameter> {
        // OpenAI forbids probabilities to keys or models that may not see them.
        if status == 403 && message.contains("logprobs") {
            return Some(Parameter::Logprobs);
        }
        if !matches!(status, 400 | 422 | 500 | 501) {
            return None;
        }
        if self.has_code(&SCHEMA_CODES) || contains_any(message, &SCHEMA_WORDS) {
            return Some(Parameter::ThisSchema);
        }
        let named = parameter_in(&self.param.to_lowercase(), true);
        let found =
            named.or_else(|| parameter_in(message, says_unsupported(message) || self.is_unsupported()));
        found.filter(|parameter| status != 500 || *parameter == Parameter::Shape)
    }

    fn is_unsupported(&self) -> bool {
        self.has_code(&["unsupported", "extra_forbidden"])
    }
}

/// Codes and types by which providers say that waiting does not help.
const QUOTA_CODES: [&str; 3] = ["insufficient_quota", "billing_hard_limit_reached", "billing_not_active"];

const LENGTH_CODES: [&str; 2] = ["context_length_exceeded", "exceed_context_size"];

/// OpenAI and vLLM say "maximum context length", llama.cpp "context size", LM Studio "when context the
/// overflows" (so it says), others "context window" or "prompt is too long".
const LENGTH_WORDS: [&str; 7] = [
    "context length",
    "context size",
    "context window",
    "context overflow",
    "context the overflow",
    "prompt is too long",
    "request too large",
];

const FILTER_CODES: [&str; 4] =
    ["content_filter", "content_policy_violation", "responsibleaipolicyviolation", "data_inspection_failed"];

const FILTER_WORDS: [&str; 3] = ["moderation", "flagged", "content policy"];

const MISSING_MODEL_WORDS: [&str; 8] = [
    "not found",
    "not exist",
    "unknown model",
    "invalid model",
    "not a valid model",
    "no such model",
    "no models loaded",
    "not a chat model",
];

/// Groq says `json_validate_failed` where the model itself missed the form.
const SCHEMA_CODES: [&str; 2] = ["invalid_json_schema", "json_validate_failed"];

/// OpenAI: "Invalid schema for `response_format`"; llama.cpp: "JSON schema conversion failed"; vLLM: "grammar".
const SCHEMA_WORDS: [&str; 5] =
    ["invalid schema", "schema conversion", "invalid json schema", "unrecognized schema", "grammar"];

/// LM Studio says this with status 200.
const UNKNOWN_PATH: &str = "unexpected endpoint or method";

/// The parameter that a text names. `refused`: the text says that it is refused, not merely a wrong value of it
/// (a cap that is too large is no matter of the cap's name).
fn parameter_in(text: &str, refused: bool) -> Option<Parameter> {
    const SHAPE_WORDS: [&str; 6] =
        ["response_format", "json_schema", "json_object", "json mode", "json schema", "structured output"];
    if contains_any(text, &SHAPE_WORDS) {
        Some(Parameter::Shape)
    } else if text.contains("stream_options") || text.contains("include_usage") {
        Some(Parameter::StreamUsage)
    } else if text.contains("temperature") {
        Some(Parameter::Temperature)
    } else if text.contains("logprobs") {
        Some(Parameter::Logprobs)
    } else if has_word(text, "seed") {
        Some(Parameter::Seed)
    } else if refused && contains_any(text, &["max_tokens", "max_completion_tokens"]) {
        Some(Parameter::TokenCap)
    } else {
        None
    }
}

fn says_unsupported(message: &str) -> bool {
    const WORDS: [&str; 7] = [
        "not supported",
        "unsupported",
        "unknown",
        "unrecognized",
        "not permitted",
        "instead",
        "not allowed",
    ];
    contains_any(message, &WORDS)
}

fn contains_any(text: &str, parts: &[&str]) -> bool {
    parts.iter().any(|part| text.contains(part))
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|part| part == word)
}

fn text(value: &Value, field: &str) -> String {
    value.get(field).map(plain).unwrap_or_default()
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// The title of an HTML page, as gateways and wrong addresses send them; any other text as it is.
fn page_text(text: &str) -> String {
    if !text.trim_start().starts_with('<') {
        return text.to_owned();
    }
    let lower = text.to_ascii_lowercase();
    let title = lower.find("<title").and_then(|start| {
        let open = start + lower[start..].find('>')? + 1;
        let close = open + lower[open..].find("</title")?;
        text.get(open..close)
    });
    match title.map(str::trim).filter(|title| !title.is_empty()) {
        Some(title) => format!("a web page titled \"{}\"", excerpt(title)),
        None => "a web page".to_owned(),
    }
}

#[cfg(test)]
#[path = "complaint_tests.rs"]
mod tests;
