//! Asks an endpoint a handful of short requests and brings home facts. Four requests for replies, two more for what
//! the server says about itself.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use crate::critique::objects::{last_fitting, without_reasoning};
use crate::endpoint::{
    Asked, Capabilities, ChatReply, ChatRequest, Endpoint, EndpointError, Exchanges, Finish, Message,
    Offered, ReplyShape, Role, Server, Shape,
};

/// Room for a reply of a few words and for what a model thinks before it.
const PROBE_TOKENS: u32 = 1024;

/// Tokens after which a reply is to be cut: enough to tell how fast they come, few enough for a slow machine.
const CUT_AT: u32 = 48;

/// A server that counts otherwise than by our cap may be off by a few tokens, one that ignores it by hundreds.
const CUT_SLACK: u64 = 16;

/// What was found.
#[derive(Debug)]
pub struct Survey {
    /// Replies after a JSON Schema.
    pub schema: Form,
    /// Replies of any JSON object.
    pub object: Form,
    /// How fast tokens come.
    pub speed: Option<Speed>,
    /// Whether the cap on tokens cuts a reply.
    pub cap: Cap,
    /// Whether the model thinks before it replies.
    pub reasoning: Reasoning,
    /// Longest conversation in tokens, where the server says it.
    pub context: Option<u64>,
    /// Which server it is, where it gives that away.
    pub server: Option<Server>,
    /// Whether the server asks for the key that is configured; `None` where none is, or it could not be told.
    pub needs_key: Option<bool>,
    /// What the server takes.
    pub capabilities: Capabilities,
}

/// What became of a form that was prescribed for a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// The reply has it.
    Followed,
    /// Not refused, but the reply has another.
    Ignored,
    /// The server refuses it.
    Refused,
    /// The reply under it was empty.
    Emptied,
    /// The cap on tokens was spent before the reply began.
    Spent,
}

/// How fast tokens come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speed {
    /// Tokens of the reply.
    pub tokens: u64,
    /// How long it took.
    pub time: Duration,
}

impl Speed {
    /// Tokens a second.
    pub fn per_second(self) -> f64 {
        self.tokens as f64 / self.time.as_secs_f64().max(f64::MIN_POSITIVE)
    }
}

/// Whether the cap on tokens cuts a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cap {
    /// It does.
    Kept,
    /// The reply went on.
    Ignored,
    /// The model was done before.
    Untested,
}

/// Whether the model thinks before it replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reasoning {
    /// Not that one could see.
    Unseen,
    /// In a field of its own.
    Apart,
    /// Between marks in the reply itself.
    Inside,
}

/// Looks at an endpoint whose model is known; `listed` is the model's entry in the server's list, and `keyless` the
/// same endpoint without the key, where one is configured.
///
/// # Errors
/// What keeps the endpoint from replying at all.
pub async fn survey(
    endpoint: &Endpoint,
    listed: Option<&Offered>,
    keyless: Option<&Endpoint>,
) -> Result<Survey, EndpointError> {
    // The first request wakes a server that loads its model only when asked; the third is the one that is timed.
    let schema = shaped(endpoint, schema_shape(), "Name one of the colours red, green and blue.").await?;
    let object_words = "Name one of the colours red, green and blue, as a JSON object with the key `colour`.";
    let object = shaped(endpoint, ReplyShape::Object, object_words).await?;
    let counted = endpoint.chat(&request(ReplyShape::Text, COUNT, CUT_AT)).await?;
    let server = listed.and_then(|model| model.server);
    let context = match (listed.and_then(|model| model.context), server) {
        (Some(context), _) => Some(context),
        (None, Some(server)) => endpoint.loaded_context(server).await,
        (None, None) => None,
    };
    let needs_key = match keyless {
        Some(keyless) => needs_key(keyless).await,
        None => None,
    };
    Ok(Survey {
        schema: schema.form,
        object: object.form,
        speed: speed(&counted),
        cap: cap(&counted),
        reasoning: schema.reasoning.max(object.reasoning).max(reasoning(&counted)),
        context,
        server,
        needs_key,
        capabilities: endpoint.capabilities(),
    })
}

const COUNT: &str = "Count from 1 to 500 in digits, separated by blanks, and write nothing else.";

fn schema_shape() -> ReplyShape {
    // The words of the request do not ask for JSON: a reply that has it is one that the server has forced.
    let schema = json!({
        "type": "object",
        "properties": {"colour": {"type": "string", "enum": ["red", "green", "blue"]}},
        "required": ["colour"],
        "additionalProperties": false,
    });
    ReplyShape::Schema { name: "colour".to_owned(), schema: schema.into() }
}

fn request(shape: ReplyShape, words: &str, max_tokens: u32) -> ChatRequest {
    let message = Message { role: Role::User, content: words.into() };
    ChatRequest { messages: vec![message], shape, max_tokens, temperature: 0.0, seed: Some(1) }
}

/// What became of a prescribed form.
struct Shaped {
    form: Form,
    reasoning: Reasoning,
}

async fn shaped(endpoint: &Endpoint, shape: ReplyShape, words: &str) -> Result<Shaped, EndpointError> {
    let wanted = match &shape {
        ReplyShape::Schema { .. } => Shape::Schema,
        ReplyShape::Object => Shape::Object,
        ReplyShape::Choice(_) | ReplyShape::Text => Shape::Text,
    };
    let (exchanges, before) = (Exchanges::default(), endpoint.capabilities().empty_from);
    let reply = endpoint.overheard_by(&exchanges).chat(&request(shape, words, PROBE_TOKENS)).await?;
    let asked = exchanges.take().pop().and_then(|exchange| exchange.asked);
    let emptied = endpoint.capabilities().empty_from != before;
    Ok(Shaped { form: form(&reply, wanted, asked, emptied), reasoning: reasoning(&reply) })
}

fn form(reply: &ChatReply, wanted: Shape, asked: Option<Asked>, emptied: bool) -> Form {
    let said = without_reasoning(&reply.text);
    if said.trim().is_empty() && reply.finish == Finish::Length {
        Form::Spent
    } else if asked.is_some_and(|asked| asked.shape != wanted) {
        if emptied { Form::Emptied } else { Form::Refused }
    } else if said.trim().is_empty() {
        Form::Emptied
    } else if last_fitting(&reply.text, has_colour).is_ok() {
        Form::Followed
    } else {
        Form::Ignored
    }
}

fn has_colour(value: &Value) -> Result<(), Vec<String>> {
    value.get("colour").map(|_| ()).ok_or_else(|| vec!["no colour".to_owned()])
}

fn reasoning(reply: &ChatReply) -> Reasoning {
    if reply.reasoning {
        Reasoning::Apart
    } else if without_reasoning(&reply.text).len() < reply.text.trim().len() {
        Reasoning::Inside
    } else {
        Reasoning::Unseen
    }
}

fn speed(reply: &ChatReply) -> Option<Speed> {
    let (tokens, time) = (reply.usage.completion_tokens, reply.latency);
    (tokens > 0 && !time.is_zero()).then_some(Speed { tokens, time })
}

fn cap(reply: &ChatReply) -> Cap {
    if reply.usage.completion_tokens > u64::from(CUT_AT) + CUT_SLACK {
        Cap::Ignored
    } else if reply.finish == Finish::Length {
        Cap::Kept
    } else {
        Cap::Untested
    }
}

/// Whether a request without the key is turned away.
async fn needs_key(keyless: &Endpoint) -> Option<bool> {
    match keyless.chat(&request(ReplyShape::Text, "Say yes.", 16)).await {
        Ok(_) => Some(false),
        Err(EndpointError::KeyMissing { .. } | EndpointError::KeyRefused { .. }) => Some(true),
        Err(_) => None,
    }
}
