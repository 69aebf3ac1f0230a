//! One request to an OpenAI-compatible server: put so that this server takes it, tried again where that helps,
//! read into a reply or into an error that says what to do.
//!
//! All requests of an endpoint share one pool of connections and what was found out about the server. The rest is
//! in parts that decide without a network: `call` is the way through several requests, [`chat`] the wire format, `complaint` what servers say when they
//! refuse, [`capabilities`] what they take, [`batches`] a provider's Batch API, `listing` what they offer, `retry` whether to
//! try again, `pace` when,
//! `meter` what it took. What a reply means is the judge's business.

mod address;
pub mod batches;
mod call;
pub mod capabilities;
pub mod chat;
mod choice;
mod complaint;
mod connection;
mod error;
mod excerpt;
mod exchange;
mod exchanges;
mod fault;
mod listing;
mod meter;
mod pace;
pub mod replies;
mod retry;
mod settings;
mod spelled;
mod stream;

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, PoisonError, RwLock};

use reqwest::Client;

use address::Address;
use excerpt::Secrets;
use exchange::Limits;
use meter::Meter;
use pace::Pace;
use retry::Budget;

pub use call::Arrival;
pub use capabilities::{BasePath, Capabilities, Shape, Support, TokenCap};
pub use chat::{ChatReply, ChatRequest, Finish, Message, ReplyShape, Role, Usage};
pub use error::{EndpointError, TimeLimit};
pub use exchanges::{Asked, Exchange, Exchanges};
pub use listing::{Offered, Server};
pub use meter::{Caps, Purse, Tally, estimated_tokens};
pub use settings::{
    BACKOFF_UNIT, CONNECT_TIMEOUT, EndpointSettings, FIRST_TOKEN_TIMEOUT, LONGEST_WAIT, MAX_REPLY_BYTES,
    RETRIES, TOTAL_TIMEOUT,
};
pub use spelled::{Content, Spelled};

/// A server, a model and what is known about them. Cheap to clone; clones share connections and knowledge.
#[derive(Clone)]
pub struct Endpoint {
    inner: Arc<Inner>,
    /// Where calls are noted for a transcript.
    overheard: Option<Exchanges>,
}

struct Inner {
    settings: EndpointSettings,
    address: Address,
    connections: Client,
    known: RwLock<Capabilities>,
    pace: Pace,
    meter: Meter,
    /// What no message may show.
    secrets: Secrets,
    /// Calls in a row that ended with a web page; before anything was answered it counts one more.
    pages: AtomicU32,
}

/// What comes of a streamed reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Streamed<'a> {
    /// The next piece of text.
    Text(&'a str),
    /// The connection broke and the request is sent again: what came so far is void.
    Restart,
}

impl Endpoint {
    /// Checks the settings and prepares the connections. Sends nothing.
    ///
    /// # Errors
    /// [`EndpointError::BadSettings`] for a base URL, key or `ca_file` that can't be used.
    pub fn new(settings: EndpointSettings) -> Result<Self, EndpointError> {
        let address = Address::parse(&settings.base_url)?;
        let connections = connection::open(&settings, &address)?;
        let known = RwLock::new(Capabilities::default());
        let pace = Pace::new(pace::Limits {
            concurrency: settings.concurrency,
            rpm: settings.rpm,
            tpm: settings.tpm,
            unit: settings.backoff_unit,
        });
        let meter = Meter::new(settings.prices, &settings.purse);
        let secrets = Secrets::new(settings.api_key.as_ref(), address.query_values());
        let pages = AtomicU32::new(1);
        let inner = Inner { settings, address, connections, known, pace, meter, secrets, pages };
        Ok(Self { inner: Arc::new(inner), overheard: None })
    }

    /// The base URL as configured, without a query, which may be secret.
    pub fn base_url(&self) -> String {
        self.inner.address.shown()
    }

    /// Host and port, for messages.
    pub fn host(&self) -> String {
        self.inner.address.host()
    }

    /// The model's name at the endpoint.
    pub fn model(&self) -> &str {
        &self.inner.settings.model
    }

    /// How many requests may be under way at the moment.
    pub fn at_once(&self) -> usize {
        self.inner.pace.limit()
    }

    /// What all requests took so far.
    pub fn tally(&self) -> Tally {
        self.inner.meter.tally()
    }

    /// What tokens cost, where the price is known.
    pub fn cost(&self, usage: Usage) -> Option<f64> {
        self.inner.meter.cost(usage)
    }

    /// What is known about the server so far.
    pub fn capabilities(&self) -> Capabilities {
        self.inner.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Goes on from what an earlier run found out about this server and model.
    #[must_use]
    pub fn knowing(self, capabilities: &Capabilities) -> Self {
        self.learn(|known| known.clone_from(capabilities));
        self
    }

    /// The same endpoint, whose calls are noted in `exchanges`.
    #[must_use]
    pub fn overheard_by(&self, exchanges: &Exchanges) -> Self {
        Self { overheard: Some(exchanges.clone()), ..self.clone() }
    }

    /// Whether requests stay on this machine.
    pub fn is_local(&self) -> bool {
        self.inner.address.is_loopback()
    }

    /// Asks and waits for the whole reply, as long as [`EndpointSettings::total_timeout`].
    ///
    /// # Errors
    /// What is left after leaving out what the server refuses, and after trying again what may pass. Whether the
    /// next request would fail as well says [`EndpointError::stops_the_run`].
    pub async fn chat(&self, request: &ChatRequest) -> Result<ChatReply, EndpointError> {
        self.reply(request, None, Arrival::Whole).await
    }

    /// Asks and hands over the text as it comes. After [`Streamed::Restart`] the reply begins anew; the reply that
    /// is returned is the whole one.
    ///
    /// # Errors
    /// As [`Self::chat`]. What was handed over before an error is no reply.
    pub async fn chat_streamed(
        &self,
        request: &ChatRequest,
        on_text: &mut (dyn FnMut(Streamed<'_>) + Send),
    ) -> Result<ChatReply, EndpointError> {
        self.reply(request, None, Arrival::Streamed(on_text)).await
    }

    /// Takes note of something; that it was known before is usual, and then nobody has to wait for anybody.
    fn learn(&self, note: impl Fn(&mut Capabilities)) {
        let before = self.capabilities();
        let mut after = before.clone();
        note(&mut after);
        if after != before {
            note(&mut self.inner.known.write().unwrap_or_else(PoisonError::into_inner));
        }
    }

    fn limits(&self) -> Limits {
        let settings = &self.inner.settings;
        Limits {
            first_token: settings.first_token_timeout,
            total: settings.total_timeout,
            bytes: settings.max_reply_bytes,
        }
    }

    fn budget(&self) -> Budget {
        let settings = &self.inner.settings;
        Budget { retries: settings.retries, unit: settings.backoff_unit, longest_wait: settings.longest_wait }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("settings", &self.inner.settings)
            .field("known", &self.capabilities())
            .finish_non_exhaustive()
    }
}

/// A number from 0 to 1 by chance: the seed that the standard library draws for each new hash map.
fn chance() -> f64 {
    let drawn = RandomState::new().hash_one(0_u8);
    drawn as f64 / u64::MAX as f64
}
