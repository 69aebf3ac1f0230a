//! What it takes to reach an endpoint, and the defaults with their reasons.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::meter::Purse;
use crate::config::{ApiKey, Concurrency, Prices};

/// A host that is there accepts within a second or two; ten leave room for a slow line.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A server on a CPU reads a prompt at 10 to 50 tokens a second, and another request may be before ours:
/// a rubric's prompt of 3,000 tokens takes up to five minutes until the first token.
pub const FIRST_TOKEN_TIMEOUT: Duration = Duration::from_secs(600);

/// At 2 tokens a second, what a weak CPU does, a critique of 1,500 tokens takes 13 minutes after the first.
pub const TOTAL_TIMEOUT: Duration = Duration::from_secs(1800);

/// With one request in ten failing, five tries all fail once in 100,000 requests.
pub const RETRIES: u32 = 4;

/// A streamed token takes up to 300 bytes on the wire, and reasoning models send up to 32,000 of them.
pub const MAX_REPLY_BYTES: usize = 16 * 1024 * 1024;

/// The first wait between tries; it doubles from try to try. A busy server needs about this long.
pub const BACKOFF_UNIT: Duration = Duration::from_millis(500);

/// The longest wait that a server may ask for. Rate limits are counted by the minute; a longer wait means
/// that a day's quota is used up, and the user had better know now.
pub const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// Where an endpoint is and how patient to be with it.
#[derive(Clone)]
pub struct EndpointSettings {
    /// Up to and including `/v1`, such as `http://localhost:8080/v1`.
    pub base_url: String,
    /// The model's name at the endpoint.
    pub model: String,
    /// The key, sent to the base URL's host and nowhere else.
    pub api_key: Option<ApiKey>,
    /// Longest time until the connection stands.
    pub connect_timeout: Duration,
    /// Longest silence in a streamed reply, before the first token and between two.
    pub first_token_timeout: Duration,
    /// Longest time from one request to the end of its reply; each retry has it anew.
    pub total_timeout: Duration,
    /// Certificates (PEM) to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// How often to try again after a fault that may pass.
    pub retries: u32,
    /// Largest reply to accept, in bytes on the wire.
    pub max_reply_bytes: usize,
    /// The first wait between tries; doubled from try to try.
    pub backoff_unit: Duration,
    /// The longest wait that a server may ask for; a longer one ends the request.
    pub longest_wait: Duration,
    /// How many requests are under way at once.
    pub concurrency: Concurrency,
    /// Most requests in any minute.
    pub rpm: Option<u32>,
    /// Most tokens in any minute, sent and received.
    pub tpm: Option<u64>,
    /// What the model's tokens cost, where that is known.
    pub prices: Option<Prices>,
    /// What requests are paid from, with the caps on that; others may share it.
    pub purse: Arc<Purse>,
}

impl Default for EndpointSettings {
    /// No base URL and no model; those have no default.
    fn default() -> Self {
        Self {
            base_url: String::new(),
            model: String::new(),
            api_key: None,
            connect_timeout: CONNECT_TIMEOUT,
            first_token_timeout: FIRST_TOKEN_TIMEOUT,
            total_timeout: TOTAL_TIMEOUT,
            ca_file: None,
            retries: RETRIES,
            max_reply_bytes: MAX_REPLY_BYTES,
            backoff_unit: BACKOFF_UNIT,
            longest_wait: LONGEST_WAIT,
            concurrency: Concurrency::Auto,
            rpm: None,
            tpm: None,
            prices: None,
            purse: Arc::default(),
        }
    }
}

impl EndpointSettings {
    /// The endpoint at `base_url`, asked for `model`; all else by default.
    pub fn at(base_url: &str, model: &str) -> Self {
        Self { base_url: base_url.to_owned(), model: model.to_owned(), ..Self::default() }
    }
}

impl fmt::Debug for EndpointSettings {
    /// Without the base URL: before it is checked it may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndpointSettings")
            .field("model", &self.model)
            .field("api_key", &self.api_key)
            .field("ca_file", &self.ca_file)
            .field("retries", &self.retries)
            .finish_non_exhaustive()
    }
}
