//! One call on its way through several requests: put so that this server takes it, sent again where that helps,
//! or not sent at all where its reply is kept from before.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Instant;

use reqwest::RequestBuilder;
use reqwest::header::CONTENT_TYPE;

use super::address::place;
use super::capabilities::{BasePath, Terms};
use super::complaint::ComplaintKind;
use super::fault::Fault;
use super::meter::estimated_tokens;
use super::pace::{News, Quota};
use super::replies::{Earlier, ReplyId};
use super::retry::{self, Decision};
use super::{ChatReply, ChatRequest, Endpoint, EndpointError, ReplyShape, Streamed, chance};
use super::{chat, error, exchange};

/// More things than this that one request has to leave out mean that the server contradicts itself.
const MOST_ADAPTATIONS: u32 = 8;

/// How a reply is to come.
pub enum Arrival<'a> {
    /// All at once.
    Whole,
    /// As it is written. After [`Streamed::Restart`] it begins anew; the reply that is returned is the whole one.
    Streamed(&'a mut (dyn FnMut(Streamed<'_>) + Send)),
}

/// What was sent so far.
#[derive(Debug, Default)]
struct Course {
    requests: u32,
    retried: u32,
    adapted: u32,
    /// Whether `/v1` is being tried because the base URL led nowhere.
    trying_v1: bool,
}

/// What a streamed reply brought before it broke.
enum Heard {
    Nothing,
    Text,
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

impl Arrival<'_> {
    fn is_streamed(&self) -> bool {
        match self {
            Self::Whole => false,
            Self::Streamed(_) => true,
        }
    }
}

impl Endpoint {
    /// The reply to a request, from before where it is kept.
    ///
    /// # Errors
    /// As [`Self::chat`]. What was handed over before an error is no reply.
    pub async fn reply(
        &self,
        request: &ChatRequest,
        earlier: Option<Earlier<'_>>,
        mut arrival: Arrival<'_>,
    ) -> Result<ChatReply, EndpointError> {
        let mut course = Course::default();
        loop {
            let terms = self.terms(request, &course);
            // Looked up anew whenever the request is put differently: its identity is what would be sent.
            let body = chat::body(self.model(), request, terms, arrival.is_streamed());
            let body = body.map_err(|error| self.unwritable(&error))?;
            let id = earlier.and_then(|earlier| match arrival {
                Arrival::Whole => Some(self.reply_id(&body, earlier.sample)),
                Arrival::Streamed(_) => self.unstreamed_id(request, terms, earlier.sample),
            });
            if let Some(reply) = id.and_then(|id| earlier?.replies.find(&id)) {
                if let Arrival::Streamed(on_text) = &mut arrival {
                    on_text(Streamed::Text(&reply.text));
                }
                return Ok(ChatReply::kept(reply));
            }
            let mut heard = Heard::Nothing;
            let fault = match self.ask_in_turn(request, terms, body, &mut arrival, &mut heard).await? {
                Ok(reply) => {
                    course.requests += 1;
                    let reply = self.settled(reply, terms, &course, arrival.is_streamed());
                    return Ok(ChatReply { id, ..reply });
                }
                Err(fault) => fault,
            };
            course.requests += 1;
            self.recover(fault, Sent::Chat(request, terms), &mut course).await?;
            if let (Heard::Text, Arrival::Streamed(on_text)) = (heard, &mut arrival) {
                on_text(Streamed::Restart);
            }
        }
    }

    /// One request when its turn has come; booked, and its outcome told to the pace.
    async fn ask_in_turn(
        &self,
        request: &ChatRequest,
        terms: Terms,
        body: Vec<u8>,
        arrival: &mut Arrival<'_>,
        heard: &mut Heard,
    ) -> Result<Result<ChatReply, Fault>, EndpointError> {
        let (pace, meter, bytes) = (&self.inner.pace, &self.inner.meter, body.len());
        let permit = pace.permit(estimated_tokens(bytes) + u64::from(request.max_tokens)).await;
        if let Some(reached) = meter.reached() {
            return Err(EndpointError::CapReached { reached });
        }
        let url = self.url(Sent::Chat(request, terms));
        let wire = self.inner.connections.post(url).header(CONTENT_TYPE, "application/json").body(body);
        let mut quota = Quota::default();
        let asked = self.ask(wire, &request.shape, arrival, &mut quota, heard).await;
        match &asked {
            Ok(reply) => meter.book_reply(reply.usage, bytes, reply.text.len()),
            Err(fault) if fault.may_have_cost() => meter.book_lost(bytes),
            Err(_) => meter.book_refused(),
        }
        permit.heard(news(&asked), quota);
        Ok(asked)
    }

    /// Whether the reply to a request is kept from before. Sends nothing.
    pub fn has_kept(&self, request: &ChatRequest, earlier: Option<Earlier<'_>>) -> bool {
        let terms = self.terms(request, &Course::default());
        let found = earlier.and_then(|earlier| {
            let id = self.unstreamed_id(request, terms, earlier.sample)?;
            earlier.replies.find(&id)
        });
        found.is_some()
    }

    /// The bytes of a request on the wire. Sends nothing.
    pub fn size(&self, request: &ChatRequest) -> usize {
        let terms = self.terms(request, &Course::default());
        chat::body(self.model(), request, terms, false).map_or(0, |body| body.len())
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

    fn reply_id(&self, body: &[u8], sample: u32) -> ReplyId {
        ReplyId::of(&self.base_url(), self.model(), body, sample)
    }

    /// How a reply is to arrive does not change what it says.
    fn unstreamed_id(&self, request: &ChatRequest, terms: Terms, sample: u32) -> Option<ReplyId> {
        let body = chat::body(self.model(), request, terms, false).ok()?;
        Some(self.reply_id(&body, sample))
    }

    fn unwritable(&self, error: &serde_json::Error) -> EndpointError {
        let (place, detail) = (self.host(), format!("the request can't be written: {error}"));
        EndpointError::RequestRejected { place, status: 400, detail }
    }

    async fn ask(
        &self,
        wire: RequestBuilder,
        shape: &ReplyShape,
        arrival: &mut Arrival<'_>,
        quota: &mut Quota,
        heard: &mut Heard,
    ) -> Result<ChatReply, Fault> {
        let sent = Instant::now();
        let reading = match arrival {
            Arrival::Whole => {
                let reply = exchange::whole(wire, self.limits(), quota).await?;
                chat::Reading::of_reply(&reply).ok_or_else(exchange::no_choice)?
            }
            Arrival::Streamed(on_text) => {
                let mut on_piece = |text: &str| {
                    *heard = Heard::Text;
                    on_text(Streamed::Text(text));
                };
                exchange::streamed(wire, self.limits(), quota, &mut on_piece).await?
            }
        };
        Ok(reading.into_reply(shape, sent.elapsed()))
    }

    async fn ask_models(&self, base_path: BasePath) -> Result<Vec<String>, Fault> {
        let url = self.url(Sent::Models(base_path));
        let reply =
            exchange::whole(self.inner.connections.get(url), self.limits(), &mut Quota::default()).await?;
        chat::model_ids(&reply).ok_or_else(|| Fault::malformed("the reply holds no list of models"))
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

    /// A base URL that leads nowhere, or to a web site, and names no version is tried once with `/v1`.
    fn may_try_v1(&self, fault: &Fault, base_path: BasePath, course: &Course) -> bool {
        let untried = base_path == BasePath::AsGiven && !course.trying_v1;
        untried && (fault.is_wrong_path() || fault.is_web_page()) && self.inner.address.lacks_version()
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
        self.inner.has_answered.store(true, Ordering::Relaxed);
        self.learn(|known| {
            known.confirm(terms, streamed);
            known.base_path = terms.base_path;
            known.reasoning |= reply.reasoning;
        });
        ChatReply { requests: course.requests, ..reply }
    }

    fn error(&self, fault: Fault, sent: Sent<'_>, course: &Course) -> EndpointError {
        // Of two places where nothing was found, the one that the user wrote is the one to show.
        let shown =
            if course.trying_v1 && fault.is_wrong_path() { BasePath::AsGiven } else { sent.base_path() };
        let place = place(&self.inner.address.url(shown, sent.path()));
        let is_page = fault.is_web_page();
        let error = fault.into_error(place, course.trying_v1, &self.inner.settings);
        match error {
            EndpointError::MalformedReply { place, detail, .. } if is_page => {
                let nothing_else_came = !self.inner.has_answered.load(Ordering::Relaxed);
                EndpointError::MalformedReply { place, detail, nothing_else_came }
            }
            other => other,
        }
    }

    /// An unknown model is easier to correct with the known ones at hand. One more request, once, for nothing
    /// else will be sent after this error.
    async fn explained(&self, error: EndpointError, base_path: BasePath) -> EndpointError {
        let EndpointError::UnknownModel { place, model, detail, .. } = error else { return error };
        let listed = self.ask_models(base_path).await.unwrap_or_default();
        let offered = error::likest_first(&model, listed);
        EndpointError::UnknownModel { place, model, detail, offered }
    }
}

/// What the outcome of a request says about the server's pace.
fn news(asked: &Result<ChatReply, Fault>) -> News {
    match asked {
        Ok(reply) => {
            let tokens = reply.usage.prompt_tokens.saturating_add(reply.usage.completion_tokens);
            News::Answered { after: reply.latency, tokens: (tokens > 0).then_some(tokens) }
        }
        Err(fault) => fault.news(),
    }
}
