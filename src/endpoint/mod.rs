//! One request to an OpenAI-compatible server: put so that this server takes it, tried again where that helps,
//! read into a reply or into an error that says what to do.
//!
//! All requests of an endpoint share one pool of connections and what was found out about the server. The rest is
//! in parts that decide without a network: [`chat`] is the wire format, `complaint` what servers say when they
//! refuse, [`capabilities`] what they take, `retry` whether to try again. What a reply means is the judge's
//! business; how many requests run at once is the batch's.

mod address;
pub mod capabilities;
pub mod chat;
mod complaint;
mod connection;
mod error;
mod excerpt;
mod exchange;
mod fault;
mod retry;
mod settings;
mod stream;

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder};

use address::{Address, place};
use capabilities::{BasePath, Terms};
use complaint::ComplaintKind;
use exchange::Limits;
use fault::Fault;
use retry::{Budget, Decision};

pub use capabilities::{Capabilities, Shape, Support, TokenCap};
pub use chat::{ChatReply, ChatRequest, Finish, Message, ReplyShape, Role, Usage};
pub use error::{EndpointError, TimeLimit};
pub use settings::{
    BACKOFF_UNIT, CONNECT_TIMEOUT, EndpointSettings, FIRST_TOKEN_TIMEOUT, LONGEST_WAIT, MAX_REPLY_BYTES,
    RETRIES, TOTAL_TIMEOUT,
};

/// More things than this that one request has to leave out mean that the server contradicts itself.
const MOST_ADAPTATIONS: u32 = 8;

/// A server, a model and what is known about them. Cheap to clone; clones share connections and knowledge.
#[derive(Clone)]
pub struct Endpoint {
    inner: Arc<Inner>,
}

struct Inner {
    settings: EndpointSettings,
    address: Address,
    connections: Client,
    known: RwLock<Capabilities>,
}

/// What comes of a streamed reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Streamed<'a> {
    /// The next piece of text.
    Text(&'a str),
    /// The connection broke and the request is sent again: what came so far is void.
    Restart,
}

/// One call on its way through several requests.
#[derive(Debug, Default)]
struct Course {
    requests: u32,
    retried: u32,
    adapted: u32,
    /// Whether `/v1` is being tried because the base URL led nowhere.
    trying_v1: bool,
}

/// What one request was.
#[derive(Clone, Copy)]
enum Sent<'a> {
    Chat(&'a ChatRequest, Terms),
    Models(BasePath),
}

impl Sent<'_> {
    fn path(self) -> &'static str {
        match self {
            Self::Chat(..) => "chat/completions",
            Self::Models(_) => "models",
        }
    }

    fn base_path(self) -> BasePath {
        match self {
            Self::Chat(_, terms) => terms.base_path,
            Self::Models(base_path) => base_path,
        }
    }
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
        Ok(Self { inner: Arc::new(Inner { settings, address, connections, known }) })
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

    /// Asks and waits for the whole reply, as long as [`EndpointSettings::total_timeout`].
    ///
    /// # Errors
    /// What is left after leaving out what the server refuses, and after trying again what may pass. Whether the
    /// next request would fail as well says [`EndpointError::stops_the_run`].
    pub async fn chat(&self, request: &ChatRequest) -> Result<ChatReply, EndpointError> {
        let mut course = Course::default();
        loop {
            let terms = self.terms(request, &course);
            course.requests += 1;
            match self.ask(request, terms).await {
                Ok(reply) => return Ok(self.settled(reply, terms, &course, false)),
                Err(fault) => self.recover(fault, Sent::Chat(request, terms), &mut course).await?,
            }
        }
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
        let mut course = Course::default();
        loop {
            let terms = self.terms(request, &course);
            course.requests += 1;
            let mut heard = false;
            let mut on_piece = |text: &str| {
                heard = true;
                on_text(Streamed::Text(text));
            };
            match self.ask_streamed(request, terms, &mut on_piece).await {
                Ok(reply) => return Ok(self.settled(reply, terms, &course, true)),
                Err(fault) => self.recover(fault, Sent::Chat(request, terms), &mut course).await?,
            }
            if heard {
                on_text(Streamed::Restart);
            }
        }
    }

    /// The models that the server offers, in its order.
    ///
    /// # Errors
    /// As [`Self::chat`]; [`EndpointError::NotFound`] also where a server has no such list.
    pub async fn models(&self) -> Result<Vec<String>, EndpointError> {
        let mut course = Course::default();
        loop {
            let base_path = self.base_path(&course);
            course.requests += 1;
            match self.ask_models(base_path).await {
                Ok(models) => {
                    self.learn(|known| known.base_path = base_path);
                    return Ok(models);
                }
                Err(fault) => self.recover(fault, Sent::Models(base_path), &mut course).await?,
            }
        }
    }

    async fn ask(&self, request: &ChatRequest, terms: Terms) -> Result<ChatReply, Fault> {
        let sent = Instant::now();
        let reply = exchange::whole(self.chat_request(request, terms, false)?, self.limits()).await?;
        let reading = chat::Reading::of_reply(&reply).ok_or_else(exchange::no_choice)?;
        Ok(reading.into_reply(sent.elapsed()))
    }

    async fn ask_streamed(
        &self,
        request: &ChatRequest,
        terms: Terms,
        on_piece: &mut (dyn FnMut(&str) + Send),
    ) -> Result<ChatReply, Fault> {
        let sent = Instant::now();
        let wire = self.chat_request(request, terms, true)?;
        let reading = exchange::streamed(wire, self.limits(), on_piece).await?;
        Ok(reading.into_reply(sent.elapsed()))
    }

    async fn ask_models(&self, base_path: BasePath) -> Result<Vec<String>, Fault> {
        let url = self.url(Sent::Models(base_path));
        let reply = exchange::whole(self.inner.connections.get(url), self.limits()).await?;
        chat::model_ids(&reply).ok_or_else(|| Fault::malformed("the reply holds no list of models"))
    }

    fn chat_request(
        &self,
        request: &ChatRequest,
        terms: Terms,
        stream: bool,
    ) -> Result<RequestBuilder, Fault> {
        let body = chat::body(self.model(), request, terms, stream)
            .map_err(|error| Fault::malformed(format!("the request can't be written: {error}")))?;
        let url = self.url(Sent::Chat(request, terms));
        Ok(self.inner.connections.post(url).header(CONTENT_TYPE, "application/json").body(body))
    }

    fn url(&self, sent: Sent<'_>) -> reqwest::Url {
        self.inner.address.url(sent.base_path(), sent.path())
    }

    /// After a fault: takes note of what it teaches and returns at once, waits for the next try, or gives up.
    async fn recover(&self, fault: Fault, sent: Sent<'_>, course: &mut Course) -> Result<(), EndpointError> {
        if self.may_try_v1(&fault, sent.base_path(), course) {
            course.trying_v1 = true;
            return Ok(());
        }
        if let Sent::Chat(request, terms) = sent
            && self.adapt(&fault, request, terms, course)
        {
            return Ok(());
        }
        match retry::decide(&fault, course.retried, &self.budget(), chance()) {
            Decision::Retry { after } => {
                course.retried += 1;
                tokio::time::sleep(after).await;
                Ok(())
            }
            Decision::GiveUp => Err(self.explained(self.error(fault, sent, course), sent.base_path()).await),
        }
    }

    /// A base URL that leads nowhere and names no version is tried once with `/v1`.
    fn may_try_v1(&self, fault: &Fault, base_path: BasePath, course: &Course) -> bool {
        let untried = base_path == BasePath::AsGiven && !course.trying_v1;
        untried && fault.is_wrong_path() && self.inner.address.lacks_version()
    }

    /// Takes note of a refused parameter; whether the request would now be put differently.
    fn adapt(&self, fault: &Fault, request: &ChatRequest, sent: Terms, course: &mut Course) -> bool {
        let Fault::Complained { complaint, .. } = fault else { return false };
        let ComplaintKind::Parameter(parameter) = complaint.kind else { return false };
        if course.adapted == MOST_ADAPTATIONS {
            return false;
        }
        course.adapted += 1;
        self.learn(|known| known.refuse(parameter, sent, request));
        self.terms(request, course) != sent
    }

    fn terms(&self, request: &ChatRequest, course: &Course) -> Terms {
        let known = self.inner.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut terms = known.terms(request);
        drop(known);
        if course.trying_v1 {
            terms.base_path = BasePath::WithV1;
        }
        terms
    }

    fn base_path(&self, course: &Course) -> BasePath {
        if course.trying_v1 { BasePath::WithV1 } else { self.capabilities().base_path }
    }

    /// A reply with what it took, after taking note of what the server took.
    fn settled(&self, reply: ChatReply, terms: Terms, course: &Course, streamed: bool) -> ChatReply {
        self.learn(|known| {
            known.confirm(terms, streamed);
            known.base_path = terms.base_path;
            known.reasoning |= reply.reasoning;
        });
        ChatReply { requests: course.requests, ..reply }
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

    fn error(&self, fault: Fault, sent: Sent<'_>, course: &Course) -> EndpointError {
        // Of two places where nothing was found, the one that the user wrote is the one to show.
        let shown =
            if course.trying_v1 && fault.is_wrong_path() { BasePath::AsGiven } else { sent.base_path() };
        let place = place(&self.inner.address.url(shown, sent.path()));
        fault.into_error(place, course.trying_v1, &self.inner.settings)
    }

    /// An unknown model is easier to correct with the known ones at hand. One more request, once, for nothing
    /// else will be sent after this error.
    async fn explained(&self, error: EndpointError, base_path: BasePath) -> EndpointError {
        let EndpointError::UnknownModel { place, model, detail, .. } = error else { return error };
        let listed = self.ask_models(base_path).await.unwrap_or_default();
        let offered = error::likest_first(&model, listed);
        EndpointError::UnknownModel { place, model, detail, offered }
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
