//! The wire format of chat completions: a request as JSON, a reply as text with its circumstances.
//!
//! Pure. Replies are read for what they must hold and forgiven the rest: servers leave out `usage` and
//! `finish_reason`, send `null` or a list of parts as content, and add fields of their own.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::capabilities::{Shape, Terms, TokenCap};
use super::choice::weighed;
use super::replies::{KeptReply, ReplyId};
use super::spelled::{Content, Digested, Spelled};

/// One request for one reply.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatRequest {
    /// The conversation, the oldest message first.
    pub messages: Vec<Message>,
    /// The reply's form. What the server does not take is asked for in a weaker form.
    pub shape: ReplyShape,
    /// Longest reply in tokens, reasoning included.
    pub max_tokens: u32,
    /// 0 for the likeliest reply; left out where the server refuses it.
    pub temperature: f64,
    /// For the same reply next time; left out where the server refuses it.
    pub seed: Option<i64>,
}

impl ChatRequest {
    /// Bytes of all that is said.
    pub(super) fn bytes(&self) -> usize {
        self.messages.iter().map(|message| message.content.len()).sum()
    }
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub content: Content,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Instructions.
    System,
    /// The asker.
    User,
    /// The model.
    Assistant,
}

/// The form of a reply.
#[derive(Debug, Clone, PartialEq)]
pub enum ReplyShape {
    /// JSON after a schema.
    Schema {
        /// The schema's name: letters, digits, `-` and `_`.
        name: String,
        /// The schema.
        schema: Spelled<Value>,
    },
    /// Any JSON object.
    Object,
    /// One of a few words. The reply's text is a JSON object of the words that the model weighed, each with its
    /// share of the probability; of the chosen one alone where the server tells none. Text that names no option
    /// stays as it is.
    Choice(Arc<[String]>),
    /// Text.
    Text,
}

/// One reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatReply {
    /// What the model said, without reasoning that the server keeps apart. Where the model refused in the
    /// field for it, the refusal, with [`Finish::ContentFilter`].
    pub text: String,
    /// Why it ended.
    pub finish: Finish,
    /// What it took; zero where the server does not say.
    pub usage: Usage,
    /// From sending the request that was answered to the end of its reply.
    pub latency: Duration,
    /// Requests sent, the refused and failed ones included; 0 for a reply from before, else at least 1.
    pub requests: u32,
    /// Whether the server sent reasoning apart from the text.
    pub reasoning: bool,
    /// What to keep it under, where it came over the wire and may be kept.
    pub id: Option<ReplyId>,
}

impl ChatReply {
    /// Whether the model ended its reply before it began.
    pub(super) fn says_nothing(&self) -> bool {
        self.text.trim().is_empty() && matches!(self.finish, Finish::Stop | Finish::Other)
    }

    /// A reply from before, which takes nothing. Only whole ones are kept.
    pub(super) fn kept(reply: KeptReply) -> Self {
        Self {
            text: reply.text,
            finish: Finish::Stop,
            usage: Usage::default(),
            latency: Duration::ZERO,
            requests: 0,
            reasoning: reply.reasoning,
            id: None,
        }
    }
}

/// Why a reply ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finish {
    /// The model was done.
    Stop,
    /// The cap on tokens cut it.
    Length,
    /// The provider or the model refused.
    ContentFilter,
    /// Anything else, or not said.
    Other,
}

/// Tokens as the server counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens read.
    pub prompt_tokens: u64,
    /// Tokens written, reasoning included.
    pub completion_tokens: u64,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.prompt_tokens = self.prompt_tokens.saturating_add(other.prompt_tokens);
        self.completion_tokens = self.completion_tokens.saturating_add(other.completion_tokens);
    }
}

/// The body of a request, of messages `M` and a schema `S` written in full or in brief.
#[derive(Serialize)]
struct Body<'a, M, S> {
    model: &'a str,
    messages: M,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logprobs: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_logprobs: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<ResponseFormat<'a, S>>,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ResponseFormat<'a, S> {
    JsonSchema { json_schema: JsonSchema<'a, S> },
    JsonObject,
}

#[derive(Serialize)]
struct JsonSchema<'a, S> {
    name: &'a str,
    strict: bool,
    schema: S,
}

/// A message with the digest of what many say.
#[derive(Serialize)]
struct MessageInBrief<'a> {
    role: Role,
    content: ContentInBrief<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ContentInBrief<'a> {
    Own(&'a str),
    Shared(Digested<'a, String>),
}

impl<'a> From<&'a Message> for MessageInBrief<'a> {
    fn from(message: &'a Message) -> Self {
        let content = match &message.content {
            Content::Own(text) => ContentInBrief::Own(text),
            Content::Shared(text) => ContentInBrief::Shared(Digested(text)),
        };
        Self { role: message.role, content }
    }
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

/// Room for a schema, marks and escapes, so that a body is not moved while it grows.
const BESIDES_MESSAGES: usize = 4096;

/// The JSON of a request to `model`, put on `terms`.
pub(super) fn body(
    model: &str,
    request: &ChatRequest,
    terms: Terms,
    stream: bool,
) -> serde_json::Result<Vec<u8>> {
    let stream_options = (stream && terms.stream_usage).then_some(StreamOptions { include_usage: true });
    let body = Body {
        stream,
        stream_options,
        ..unstreamed(model, request, terms, request.messages.as_slice(), |schema| schema)
    };
    let mut bytes = Vec::with_capacity(request.bytes() + BESIDES_MESSAGES);
    serde_json::to_writer(&mut bytes, &body)?;
    Ok(bytes)
}

/// What the reply to a request depends on: its JSON but for how the reply is to arrive, which does not change what it
/// says, and with digests of what it shares with others.
pub(super) fn in_brief(model: &str, request: &ChatRequest, terms: Terms) -> serde_json::Result<Vec<u8>> {
    let messages: Vec<MessageInBrief<'_>> = request.messages.iter().map(MessageInBrief::from).collect();
    serde_json::to_vec(&unstreamed(model, request, terms, messages, Digested))
}

fn unstreamed<'a, M, S>(
    model: &'a str,
    request: &'a ChatRequest,
    terms: Terms,
    messages: M,
    schema: impl FnOnce(&'a Spelled<Value>) -> S,
) -> Body<'a, M, S> {
    let cap = |name| (terms.token_cap == name).then_some(request.max_tokens);
    Body {
        model,
        messages,
        max_tokens: cap(TokenCap::MaxTokens),
        max_completion_tokens: cap(TokenCap::MaxCompletionTokens),
        temperature: terms.temperature.then_some(request.temperature),
        seed: request.seed.filter(|_| terms.seed),
        logprobs: terms.likeliest.map(|_| true),
        top_logprobs: terms.likeliest,
        response_format: response_format(&request.shape, terms.shape, schema),
        stream: false,
        stream_options: None,
    }
}

/// Text is asked for by saying nothing: some servers refuse `{"type": "text"}`.
fn response_format<'a, S>(
    wanted: &'a ReplyShape,
    taken: Shape,
    put: impl FnOnce(&'a Spelled<Value>) -> S,
) -> Option<ResponseFormat<'a, S>> {
    match (taken, wanted) {
        (Shape::Schema, ReplyShape::Schema { name, schema }) => Some(ResponseFormat::JsonSchema {
            json_schema: JsonSchema { name, strict: true, schema: put(schema) },
        }),
        (Shape::Object, ReplyShape::Schema { .. } | ReplyShape::Object) => Some(ResponseFormat::JsonObject),
        (Shape::Schema | Shape::Object | Shape::Text, _) => None,
    }
}

/// What a reply holds, before time and requests are known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Reading {
    pub(super) text: String,
    pub(super) refusal: String,
    pub(super) finish: Option<Finish>,
    pub(super) usage: Usage,
    pub(super) reasoning: bool,
    /// `logprobs` of a whole reply.
    logprobs: Value,
}

impl Reading {
    /// Reads a whole reply; `None` where it holds no choice.
    pub(super) fn of_reply(reply: &Value) -> Option<Self> {
        let mut reading = Self::default();
        let choice = reply.get("choices")?.as_array()?.first()?;
        reading.take_choice(choice);
        reading.logprobs = choice["logprobs"].clone();
        reading.take_usage(reply);
        Some(reading)
    }

    /// Adds a choice, or the piece of one that a stream brings; gives the text that came with it.
    pub(super) fn take_choice(&mut self, choice: &Value) -> String {
        let message = choice.get("delta").or_else(|| choice.get("message")).unwrap_or(&Value::Null);
        let text = self.content(&message["content"]);
        self.text.push_str(&text);
        self.refusal.push_str(message["refusal"].as_str().unwrap_or_default());
        self.reasoning |= REASONING_FIELDS.iter().any(|field| says_something(&message[*field]));
        if let Some(reason) = choice["finish_reason"].as_str() {
            self.finish = Some(Finish::read(reason));
        }
        text
    }

    /// Takes the token counts, where the server sends them.
    pub(super) fn take_usage(&mut self, reply: &Value) {
        let Some(usage) = reply.get("usage").filter(|usage| usage.is_object()) else { return };
        let count = |field: &str| usage[field].as_u64().unwrap_or_default();
        self.usage =
            Usage { prompt_tokens: count("prompt_tokens"), completion_tokens: count("completion_tokens") };
    }

    /// The text of content: a string, or a list of parts of which some may be reasoning.
    fn content(&mut self, content: &Value) -> String {
        match content {
            Value::String(text) => text.clone(),
            Value::Array(parts) => {
                self.reasoning |= parts.iter().any(|part| part["type"] == "thinking");
                parts.iter().filter_map(|part| part.as_str().or_else(|| part["text"].as_str())).collect()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => String::new(),
        }
    }

    /// The reply in the form that was asked for, given what it took.
    pub(super) fn into_reply(self, shape: &ReplyShape, latency: Duration) -> ChatReply {
        let refused = self.text.is_empty() && !self.refusal.is_empty();
        let text = match shape {
            ReplyShape::Choice(options) => weighed(options, &self.text, &self.logprobs).unwrap_or(self.text),
            ReplyShape::Schema { .. } | ReplyShape::Object | ReplyShape::Text => self.text,
        };
        ChatReply {
            text: if refused { self.refusal } else { text },
            finish: if refused { Finish::ContentFilter } else { self.finish.unwrap_or(Finish::Other) },
            usage: self.usage,
            latency,
            requests: 1,
            reasoning: self.reasoning,
            id: None,
        }
    }
}

/// Where servers put reasoning: llama.cpp, DeepSeek and older vLLM the first, OpenRouter and newer vLLM the second.
const REASONING_FIELDS: [&str; 2] = ["reasoning_content", "reasoning"];

fn says_something(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

impl Finish {
    fn read(reason: &str) -> Self {
        match reason {
            "stop" | "eos" | "end_turn" | "stop_sequence" => Self::Stop,
            "length" | "max_tokens" => Self::Length,
            "content_filter" | "safety" => Self::ContentFilter,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
#[path = "chat_tests.rs"]
mod tests;
