//! What the fake endpoint answers, the ways of failing included.

use std::time::Duration;

use serde_json::{Value, json};

use super::Request;

/// One answer of the fake endpoint.
#[derive(Debug, Clone)]
pub struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) content: Content,
    /// Bytes to a piece; each piece is a chunk of its own on the wire.
    pub(super) piece: Option<usize>,
    /// Before the answer begins.
    pub(super) delay: Duration,
    /// Between two pieces.
    pub(super) pause: Duration,
    pub(super) end: End,
}

/// What is sent after the headers.
#[derive(Debug, Clone)]
pub(super) enum Content {
    /// A body of known length.
    Whole(Vec<u8>),
    /// Pieces without a length.
    Chunks(Vec<Vec<u8>>),
    /// A chat reply, streamed or whole as the request asks.
    Chat { text: String, finish: String },
    /// These bytes and nothing else, not even headers.
    Raw(Vec<u8>),
}

/// How the answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// As announced.
    Complete,
    /// The connection is closed after so many bytes of the body.
    CutAfter(usize),
    /// Nothing more comes after so many bytes of the body, and the connection stays open.
    SilentAfter(usize),
    /// Not even headers come.
    Hang,
}

impl Reply {
    fn new(status: u16, content: Content) -> Self {
        let (piece, delay, pause) = (None, Duration::ZERO, Duration::ZERO);
        Self { status, headers: Vec::new(), content, piece, delay, pause, end: End::Complete }
    }

    /// A body of JSON.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::status(status).header("content-type", "application/json").body(body.to_string())
    }

    /// What the model says; whole or streamed, as the request asks.
    pub fn chat(text: impl Into<String>) -> Self {
        Self::new(200, Content::Chat { text: text.into(), finish: "stop".to_owned() })
    }

    /// A status without a body.
    pub fn status(status: u16) -> Self {
        Self::new(status, Content::Whole(Vec::new()))
    }

    /// An error as OpenAI words it.
    pub fn error(status: u16, message: &str, code: &str) -> Self {
        Self::json(status, &json!({"error": {"message": message, "type": code, "param": null, "code": code}}))
    }

    /// A stream of these bytes, each piece a chunk of its own.
    pub fn stream<Piece: Into<Vec<u8>>>(pieces: impl IntoIterator<Item = Piece>) -> Self {
        let pieces = pieces.into_iter().map(Into::into).collect();
        Self::new(200, Content::Chunks(pieces)).header("content-type", "text/event-stream")
    }

    /// A stream of text pieces that ends as it should.
    pub fn events(pieces: &[&str]) -> Self {
        Self::stream([chat_events(pieces, "stop")])
    }

    /// Bytes instead of HTTP.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(0, Content::Raw(bytes.into()))
    }

    /// The connection is closed without a word.
    pub fn drop_connection() -> Self {
        Self::raw("")
    }

    /// The request is read and never answered.
    pub fn hang() -> Self {
        Self { end: End::Hang, ..Self::status(200) }
    }

    /// An HTML page, as gateways send them.
    pub fn html(status: u16, title: &str) -> Self {
        let page = format!("<!DOCTYPE html>\n<html><head><title>{title}</title></head><body></body></html>");
        Self::status(status).header("content-type", "text/html").body(page)
    }

    /// With one more header. A `content-length` replaces the right one.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With this body.
    pub fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { content: Content::Whole(body.into()), ..self }
    }

    /// A chat reply that ended for this reason.
    pub fn finish(mut self, reason: &str) -> Self {
        if let Content::Chat { finish, .. } = &mut self.content {
            reason.clone_into(finish);
        }
        self
    }

    /// In pieces of so many bytes, each a chunk of its own: through letters, lines and names of fields.
    pub fn in_pieces_of(self, bytes: usize) -> Self {
        Self { piece: Some(bytes), ..self }
    }

    /// The connection is closed after so many bytes of the body.
    pub fn cut_after(self, bytes: usize) -> Self {
        Self { end: End::CutAfter(bytes), ..self }
    }

    /// After so many bytes of the body nothing more comes, and the connection stays open.
    pub fn silent_after(self, bytes: usize) -> Self {
        Self { end: End::SilentAfter(bytes), ..self }
    }

    /// The answer begins after this time.
    pub fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// So long between two pieces.
    pub fn trickle(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    /// The pieces of the body, and whether they go out as chunks without a length.
    pub(super) fn pieces(&self, request: &Request) -> (Vec<Vec<u8>>, bool) {
        let (pieces, chunked) = match &self.content {
            Content::Whole(body) | Content::Raw(body) => (vec![body.clone()], self.piece.is_some()),
            Content::Chunks(pieces) => (pieces.clone(), true),
            Content::Chat { text, finish } if request.wants_stream() => {
                (vec![chat_events(&[text], finish)], true)
            }
            Content::Chat { text, finish } => (vec![chat_completion(text, finish)], self.piece.is_some()),
        };
        match self.piece {
            Some(bytes) => (pieces.concat().chunks(bytes).map(<[u8]>::to_vec).collect(), chunked),
            None => (pieces, chunked),
        }
    }

    /// The kind of content where no header says it.
    pub(super) fn default_kind(&self, request: &Request) -> Option<&'static str> {
        match self.content {
            Content::Chat { .. } if request.wants_stream() => Some("text/event-stream"),
            Content::Chat { .. } => Some("application/json"),
            Content::Whole(_) | Content::Chunks(_) | Content::Raw(_) => None,
        }
    }
}

fn chat_completion(text: &str, finish: &str) -> Vec<u8> {
    let message = json!({"role": "assistant", "content": text});
    json!({
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": usage(),
    })
    .to_string()
    .into_bytes()
}

/// A whole stream of chat events: text, reason, usage, end.
pub fn chat_events(pieces: &[&str], finish: &str) -> Vec<u8> {
    let choice = |delta: Value, finish: Value| json!({"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]});
    let mut events = vec![choice(json!({"role": "assistant", "content": null}), Value::Null)];
    events.extend(pieces.iter().map(|piece| choice(json!({"content": piece}), Value::Null)));
    events.push(choice(json!({}), json!(finish)));
    events.push(json!({"object": "chat.completion.chunk", "choices": [], "usage": usage()}));
    let mut lines: Vec<String> = events.iter().map(|event| format!("data: {event}")).collect();
    lines.push("data: [DONE]\n\n".to_owned());
    lines.join("\n\n").into_bytes()
}

/// The same for every reply: tests add them up.
fn usage() -> Value {
    json!({"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15})
}
