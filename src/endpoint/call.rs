//! One call on its way through several requests: put so that this server takes it, sent again where that helps,
//! or not sent at all where its reply is kept from before.

use std::sync::PoisonError;
use std::time::Instant;

use reqwest::RequestBuilder;
use reqwest::header::CONTENT_TYPE;

use super::address::place;
use super::capabilities::{BasePath, Terms};
use super::complaint::ComplaintKind;
use super::fault::Fault;
use super::replies::{Earlier, ReplyId};
use super::retry::{self, Decision};
use super::{ChatReply, ChatRequest, Endpoint, EndpointError, Streamed, chance};
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
            let id = earlier.and_then(|earlier| self.reply_id(request, terms, earlier.sample));
            if let Some(reply) = id.and_then(|id| earlier?.replies.find(&id)) {
                if let Arrival::Streamed(on_text) = &mut arrival {
                    on_text(Streamed::Text(&reply.text));
                }
                return Ok(ChatReply::kept(reply));
            }
            course.requests += 1;
            let mut heard = Heard::Nothing;
            let fault = match self.ask(request, terms, &mut arrival, &mut heard).await {
                Ok(reply) => {
                    let reply = self.settled(reply, terms, &course, arrival.is_streamed());
                    return Ok(ChatReply { id, ..reply });
                }
                Err(fault) => fault,
            };
            self.recover(fault, Sent::Chat(request, terms), &mut course).await?;
            if let (Heard::Text, Arrival::Streamed(on_text)) = (heard, &mut arrival) {
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

    /// `None` for a request that can't be written, which sending it will tell.
    fn reply_id(&self, request: &ChatRequest, terms: Terms, sample: u32) -> Option<ReplyId> {
        let body = chat::body(self.model(), request, terms, false).ok()?;
        Some(ReplyId::of(&self.base_url(), self.model(), &body, sample))
    }

    async fn ask(
        &self,
        request: &ChatRequest,
        terms: Terms,
        arrival: &mut Arrival<'_>,
        heard: &mut Heard,
    ) -> Result<ChatReply, Fault> {
        let sent = Instant::now();
        let wire = self.chat_request(request, terms, arrival.is_streamed())?;
        let reading = match arrival {
            Arrival::Whole => {
                let reply = exchange::whole(wire, self.limits()).await?;
                chat::Reading::of_reply(&reply).ok_or_else(exchange::no_choice)?
            }
            Arrival::Streamed(on_text) => {
                let mut on_piece = |text: &str| {
                    *heard = Heard::Text;
                    on_text(Streamed::Text(text));
                };
                exchange::streamed(wire, self.limits(), &mut on_piece).await?
            }
        };
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
}
