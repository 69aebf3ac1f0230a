//! What was said between us and a server, call by call, for a transcript. The key is in none of it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;

use super::capabilities::{BasePath, Shape, Terms, TokenCap};
use super::{ChatReply, ChatRequest, EndpointError, Finish, Message, Role, Usage};

/// Calls in their order. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Exchanges(Arc<Mutex<Vec<Exchange>>>);

impl Exchanges {
    pub(super) fn add(&self, exchange: Exchange) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
    }

    /// All calls so far; they are handed over once.
    pub fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// One call: what was asked and how, and what came back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Exchange {
    /// The conversation, the oldest message first.
    pub messages: Vec<Message>,
    /// Whether it goes on from a reply that could not be used.
    pub repair: bool,
    /// How it was put in the end, within what the server takes.
    pub asked: Option<Asked>,
    /// Most tokens of the reply.
    pub max_tokens: u32,
    /// What went wrong on the way and was tried again or left out.
    pub faults: Vec<String>,
    /// What the model said, as it came; none where there was no reply.
    pub reply: Option<String>,
    /// Why the reply ended.
    pub finish: Option<Finish>,
    /// Whether reasoning came apart from the reply.
    pub reasoning: bool,
    /// Whether the reply is one kept from before, so that nothing was sent.
    pub kept: bool,
    /// Why there was no reply.
    pub error: Option<String>,
    /// Tokens.
    pub usage: Usage,
    /// From sending the request that was answered to the end of its reply, in milliseconds.
    pub latency_ms: u64,
    /// From the first request to the end of the call, waits included, in milliseconds.
    pub total_ms: u64,
    /// Requests sent, the refused and failed ones included.
    pub requests: u32,
}

/// How a request was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// The form that was prescribed.
    pub shape: Shape,
    /// The parameter for the cap on tokens.
    pub token_cap: TokenCap,
    /// Whether the temperature was sent.
    pub temperature: bool,
    /// Whether the seed was sent.
    pub seed: bool,
    /// Where the interface is below the base URL.
    pub base_path: BasePath,
}

impl From<Terms> for Asked {
    fn from(terms: Terms) -> Self {
        let Terms { shape, token_cap, temperature, seed, likeliest: _, stream_usage: _, base_path } = terms;
        Self { shape, token_cap, temperature, seed, base_path }
    }
}

impl Exchange {
    /// A call to `request`; `hidden` takes the key out of what a server says.
    pub(super) fn of(
        request: &ChatRequest,
        (asked, faults): (Option<Terms>, Vec<String>),
        (requests, took): (u32, Duration),
        replied: &Result<ChatReply, EndpointError>,
        hidden: impl Fn(&str) -> String,
    ) -> Self {
        let reply = replied.as_ref().ok();
        Self {
            messages: request.messages.clone(),
            repair: request.messages.iter().any(|message| message.role == Role::Assistant),
            asked: asked.map(Asked::from),
            max_tokens: request.max_tokens,
            faults,
            reply: reply.map(|reply| hidden(&reply.text)),
            finish: reply.map(|reply| reply.finish),
            reasoning: reply.is_some_and(|reply| reply.reasoning),
            kept: reply.is_some_and(|reply| reply.requests == 0),
            error: replied.as_ref().err().map(ToString::to_string),
            usage: reply.map(|reply| reply.usage).unwrap_or_default(),
            latency_ms: milliseconds(reply.map(|reply| reply.latency).unwrap_or_default()),
            total_ms: milliseconds(took),
            requests,
        }
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
