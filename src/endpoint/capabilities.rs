//! What a server takes, found once and remembered for its endpoint and model.
//!
//! Servers agree on the wire format only roughly: LM Studio takes a JSON Schema but no `json_object`, others
//! the reverse; newer OpenAI models want `max_completion_tokens` and no `temperature`. A server that refuses a
//! part of a request says so in a 400; what it said is remembered here, and the request is sent again without.
//! Who keeps it from run to run, and for how long, is not known here.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::chat::{ChatRequest, ReplyShape};
use super::choice::LIKELIEST;
use super::complaint::Parameter;

/// Schemas that one server refused are remembered up to this many: as many as a bank has rubrics, with room.
const REFUSED_SCHEMAS_KEPT: usize = 1_000;

/// What is known of one model behind one endpoint. Plain data, so that it can be stored.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Capabilities {
    /// Replies after a JSON Schema.
    pub schema: Support,
    /// Replies of any JSON object.
    pub object: Support,
    /// What the server calls the cap on a reply's tokens.
    pub token_cap: TokenCap,
    /// The parameter `temperature`.
    pub temperature: Support,
    /// The parameter `seed`.
    pub seed: Support,
    /// Probabilities of the likeliest tokens, which choices are asked with.
    pub logprobs: Support,
    /// Token counts at the end of a streamed reply.
    pub stream_usage: Support,
    /// Whether the model was seen to reason apart from its reply.
    pub reasoning: bool,
    /// Where the interface is.
    pub base_path: BasePath,
    /// Bytes of the shortest conversation that was answered with nothing under a prescribed form and with something
    /// without: some servers lose themselves in constrained decoding when the input is long.
    pub empty_from: Option<usize>,
    /// Fingerprints of schemas that the server could not use though it takes others.
    pub refused_schemas: BTreeSet<u64>,
}

/// Whether a server takes a part of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Support {
    /// Nothing known yet: sent, and given up where refused.
    #[default]
    Untried,
    /// Sent and not refused. A server may still ignore it.
    Taken,
    /// Refused once, not sent again.
    Refused,
}

/// What a server calls the cap on a reply's tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenCap {
    /// `max_tokens`, which nearly all servers take.
    #[default]
    MaxTokens,
    /// `max_completion_tokens`, which newer OpenAI models want.
    MaxCompletionTokens,
}

/// Where the interface is below the base URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BasePath {
    /// Where the base URL says.
    #[default]
    AsGiven,
    /// Below `/v1`, which the base URL forgot.
    WithV1,
}

impl BasePath {
    /// The other place.
    pub(super) fn other(self) -> Self {
        match self {
            Self::AsGiven => Self::WithV1,
            Self::WithV1 => Self::AsGiven,
        }
    }
}

/// How a reply's form is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// After a JSON Schema.
    Schema,
    /// Any JSON object.
    Object,
    /// Not at all; the prompt says it.
    Text,
}

/// How one request is put: what it asks for within what the server takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Terms {
    pub(super) shape: Shape,
    pub(super) token_cap: TokenCap,
    pub(super) temperature: bool,
    pub(super) seed: bool,
    /// How many of the likeliest tokens to tell the probabilities of.
    pub(super) likeliest: Option<u8>,
    pub(super) stream_usage: bool,
    pub(super) base_path: BasePath,
}

impl Support {
    fn is_sent(self) -> bool {
        match self {
            Self::Untried | Self::Taken => true,
            Self::Refused => false,
        }
    }

    fn confirm(&mut self, sent: bool) {
        if sent && *self == Self::Untried {
            *self = Self::Taken;
        }
    }
}

impl Capabilities {
    /// The strongest form that the server is not known to refuse.
    pub fn shape(&self) -> Shape {
        if self.schema.is_sent() {
            Shape::Schema
        } else if self.object.is_sent() {
            Shape::Object
        } else {
            Shape::Text
        }
    }

    /// How to put `request` to this server.
    pub(super) fn terms(&self, request: &ChatRequest) -> Terms {
        Terms {
            shape: self.shape_for(request),
            token_cap: self.token_cap,
            temperature: self.temperature.is_sent(),
            seed: request.seed.is_some() && self.seed.is_sent(),
            likeliest: self.likeliest_for(&request.shape),
            stream_usage: self.stream_usage.is_sent(),
            base_path: self.base_path,
        }
    }

    fn likeliest_for(&self, wanted: &ReplyShape) -> Option<u8> {
        (matches!(wanted, ReplyShape::Choice(_)) && self.logprobs.is_sent()).then_some(LIKELIEST)
    }

    fn shape_for(&self, request: &ChatRequest) -> Shape {
        if self.empty_from.is_some_and(|bytes| request.bytes() >= bytes) {
            return Shape::Text;
        }
        let wanted = &request.shape;
        let object = if self.object.is_sent() { Shape::Object } else { Shape::Text };
        match wanted {
            ReplyShape::Schema { schema, .. } if self.schema.is_sent() && !self.has_refused(schema) => {
                Shape::Schema
            }
            ReplyShape::Schema { .. } | ReplyShape::Object => object,
            ReplyShape::Choice(_) | ReplyShape::Text => Shape::Text,
        }
    }

    /// A large batch asks with the same few schemas: only where one was refused is there anything to compare.
    fn has_refused(&self, schema: &Value) -> bool {
        !self.refused_schemas.is_empty() && self.refused_schemas.contains(&fingerprint(schema))
    }

    /// Takes note of a parameter refused in a request put on terms `sent`. Judged by what was sent, not by
    /// what is known meanwhile: of many requests at once, each refusal of the same thing teaches the same.
    pub(super) fn refuse(&mut self, parameter: Parameter, sent: Terms, request: &ChatRequest) {
        match parameter {
            Parameter::Shape => match sent.shape {
                Shape::Schema => self.schema = Support::Refused,
                Shape::Object => self.object = Support::Refused,
                Shape::Text => {}
            },
            Parameter::ThisSchema => match (&request.shape, sent.shape) {
                (ReplyShape::Schema { schema, .. }, Shape::Schema) => self.refuse_schema(schema),
                // A server that calls a plain object a bad schema does not take objects.
                (_, Shape::Object) => self.object = Support::Refused,
                (_, Shape::Schema | Shape::Text) => {}
            },
            Parameter::TokenCap => {
                self.token_cap = match sent.token_cap {
                    TokenCap::MaxTokens => TokenCap::MaxCompletionTokens,
                    TokenCap::MaxCompletionTokens => TokenCap::MaxTokens,
                };
            }
            Parameter::Temperature => self.temperature = Support::Refused,
            Parameter::Seed => self.seed = Support::Refused,
            Parameter::Logprobs => self.logprobs = Support::Refused,
            Parameter::StreamUsage => self.stream_usage = Support::Refused,
        }
    }

    fn refuse_schema(&mut self, schema: &Value) {
        if self.refused_schemas.len() < REFUSED_SCHEMAS_KEPT {
            self.refused_schemas.insert(fingerprint(schema));
        } else {
            self.schema = Support::Refused;
        }
    }

    /// Takes note that `request` was answered with nothing while a form was prescribed, and with something without.
    pub(super) fn note_empty(&mut self, request: &ChatRequest) {
        let bytes = request.bytes();
        self.empty_from = Some(self.empty_from.map_or(bytes, |known| known.min(bytes)));
    }

    /// Takes note that a request on these terms was answered.
    pub(super) fn confirm(&mut self, sent: Terms, streamed: bool) {
        self.schema.confirm(sent.shape == Shape::Schema);
        self.object.confirm(sent.shape == Shape::Object);
        self.temperature.confirm(sent.temperature);
        self.seed.confirm(sent.seed);
        self.logprobs.confirm(sent.likeliest.is_some());
        self.stream_usage.confirm(streamed && sent.stream_usage);
    }
}

/// The first 8 bytes of SHA-256, which a later version of the program computes alike.
fn fingerprint(schema: &Value) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&Sha256::digest(schema.to_string())[..8]);
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::chat::{Message, Role};
    use super::*;

    fn request(shape: ReplyShape) -> ChatRequest {
        ChatRequest { messages: Vec::new(), shape, max_tokens: 10, temperature: 0.0, seed: Some(1) }
    }

    fn schema(kind: &str) -> ReplyShape {
        ReplyShape::Schema { name: "critique".to_owned(), schema: json!({ "type": kind }).into() }
    }

    #[test]
    fn a_refused_shape_gives_way_to_the_next_weaker() {
        let mut known = Capabilities::default();
        let wanted = request(schema("object"));
        let mut shapes = Vec::new();
        for _ in 0..4 {
            let sent = known.terms(&wanted);
            shapes.push(sent.shape);
            known.refuse(Parameter::Shape, sent, &wanted);
        }
        assert_eq!(shapes, [Shape::Schema, Shape::Object, Shape::Text, Shape::Text]);
    }

    #[test]
    fn a_server_that_refuses_objects_may_still_take_schemas() {
        let mut known = Capabilities::default();
        let object = request(ReplyShape::Object);
        known.refuse(Parameter::Shape, known.terms(&object), &object);
        assert_eq!(known.terms(&object).shape, Shape::Text);
        assert_eq!(known.terms(&request(schema("object"))).shape, Shape::Schema);
        assert_eq!(known.shape(), Shape::Schema);
    }

    #[test]
    fn one_refused_schema_does_not_take_schemas_from_the_others() {
        let mut known = Capabilities::default();
        let bad = request(schema("nonsense"));
        known.refuse(Parameter::ThisSchema, known.terms(&bad), &bad);
        assert_eq!(known.terms(&bad).shape, Shape::Object);
        assert_eq!(known.terms(&request(schema("object"))).shape, Shape::Schema);
    }

    #[test]
    fn many_requests_at_once_learn_the_same_once() {
        let mut known = Capabilities::default();
        let wanted = request(schema("object"));
        let sent = known.terms(&wanted);
        for _ in 0..3 {
            known.refuse(Parameter::Shape, sent, &wanted);
            known.refuse(Parameter::TokenCap, sent, &wanted);
        }
        assert_eq!(known.terms(&wanted).shape, Shape::Object);
        assert_eq!(known.token_cap, TokenCap::MaxCompletionTokens);
    }

    #[test]
    fn refused_parameters_are_not_sent() {
        let mut known = Capabilities::default();
        let wanted = request(ReplyShape::Text);
        let sent = known.terms(&wanted);
        known.refuse(Parameter::Seed, sent, &wanted);
        known.refuse(Parameter::Temperature, sent, &wanted);
        known.refuse(Parameter::StreamUsage, sent, &wanted);
        let next = known.terms(&wanted);
        assert!(!next.seed && !next.temperature && !next.stream_usage);
        known.confirm(next, true);
        assert_eq!((known.seed, known.stream_usage), (Support::Refused, Support::Refused));
    }

    #[test]
    fn only_a_choice_asks_for_probabilities_and_only_where_they_are_given() {
        let mut known = Capabilities::default();
        let choice = request(ReplyShape::Choice(["yes".to_owned()].into()));
        let sent = known.terms(&choice);
        assert!(sent.likeliest.is_some() && known.terms(&request(ReplyShape::Text)).likeliest.is_none());
        known.refuse(Parameter::Logprobs, sent, &choice);
        assert!(known.terms(&choice).likeliest.is_none());
    }

    #[test]
    fn long_conversations_that_came_back_empty_are_asked_without_a_form() {
        let mut known = Capabilities::default();
        let said = |bytes: usize| {
            let message = Message { role: Role::User, content: "x".repeat(bytes).into() };
            ChatRequest { messages: vec![message], ..request(schema("object")) }
        };
        known.note_empty(&said(900));
        known.note_empty(&said(500));
        known.note_empty(&said(700));
        for (bytes, shape) in [(499, Shape::Schema), (500, Shape::Text), (900, Shape::Text)] {
            assert_eq!(known.terms(&said(bytes)).shape, shape, "{bytes}");
        }
    }

    #[test]
    fn what_is_known_can_be_stored() {
        let mut known = Capabilities { token_cap: TokenCap::MaxCompletionTokens, ..Capabilities::default() };
        let wanted = request(schema("object"));
        known.confirm(known.terms(&wanted), false);
        known.refuse(Parameter::ThisSchema, known.terms(&wanted), &wanted);
        known.note_empty(&wanted);
        let stored = serde_json::to_value(&known).unwrap();
        assert_eq!(stored["schema"], "taken");
        assert_eq!(stored["token_cap"], "max_completion_tokens");
        assert_eq!(serde_json::from_value::<Capabilities>(stored).unwrap(), known);
    }
}
