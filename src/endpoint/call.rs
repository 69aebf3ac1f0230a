//! One call on its way through several requests: put so that this server takes it, sent again where that helps,
//! or not sent at all where its reply is kept from before.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Instant;

use reqwest::RequestBuilder;
use reqwest::header::CONTENT_TYPE;

use super::address::place;
use super::capabilities::{BasePath, Shape, Terms};
use super::complaint::ComplaintKind;
use super::exchanges::Exchange;
use super::fault::{Fault, Scene};
use super::meter::estimated_tokens;
use super::pace::{News, Quota};
use super::replies::{Earlier, ReplyId};
use super::retry::{self, Decision};
use super::{ChatReply, ChatRequest, Endpoint, EndpointError, ReplyShape, Streamed, Usage, chance};
use super::{chat, error, exchange};

/// More things than this that one request has to leave out mean that the server contradicts itself.
const MOST_ADAPTATIONS: u32 = 8;

/// One call that ends with a web page may be a gateway's bad moment; two in a row are a network that wants a
/// sign-in, or a base URL that leads to a web site.
const LASTING_PAGES: u32 = 2;

/// How a reply is to come.
pub enum Arrival<'a> {
    /// All at once.
    Whole,
    /// As it is written. After [`Streamed::Restart`] it begins anew; the reply that is returned is the whole one.
    Streamed(&'a mut (dyn FnMut(Streamed<'_>) + Send)),
}

/// What was sent so far.
#[derive(Debug, Default)]
pub(super) struct Course {
    requests: u32,
    retried: u32,
    adapted: u32,
    /// Where the interface is looked for because it is not where it was thought to be.
    trying: Option<BasePath>,
    form: Form,
    /// What replies took that could not be used.
    wasted: Usage,
    /// How the last request was put.
    sent: Option<Terms>,
    /// What went wrong on the way, where somebody keeps a transcript.
    faults: Vec<String>,
}

/// Whether a reply's form is prescribed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Form {
    /// As far as the server is known to take it.
    #[default]
    Prescribed,
    /// No longer: under a prescribed form the reply was empty.
    Free,
}

/// What a streamed reply brought before it broke.
enum Heard {
    Nothing,
    Text,
}

/// What one request was.
#[derive(Clone, Copy)]
pub(super) enum Sent<'a> {
    Chat(&'a ChatRequest, Terms),
    Models(BasePath),
    /// About a batch or its files, at this path.
    Batch(&'a str, BasePath),
}

impl<'a> Sent<'a> {
    fn path(self) -> &'a str {
        match self {
            Self::Chat(..) => "chat/completions",
            Self::Models(_) => "models",
            Self::Batch(path, _) => path,
        }
    }

    fn base_path(self) -> BasePath {
        match self {
            Self::Chat(_, terms) => terms.base_path,
            Self::Models(base_path) | Self::Batch(_, base_path) => base_path,
        }
    }
}

impl Course {
    /// Under constrained decoding some servers end a long input's reply before its first letter.
    fn set_form_free(&mut self, empty: &ChatReply) {
        self.form = Form::Free;
        self.wasted += empty.usage;
        self.faults.push("the reply in the prescribed form was empty".to_owned());
    }

    /// Whether `/v1` was tried with, or without, because the other led nowhere.
    fn tried_both_paths(&self) -> bool {
        self.trying.is_some()
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
        let (began, mut course) = (Instant::now(), Course::default());
        let replied = self.follow(&mut course, request, earlier, &mut arrival).await;
        if let Some(exchanges) = &self.overheard {
            let took = (course.requests, began.elapsed());
            let hidden = |text: &str| self.inner.secrets.hidden_in(text);
            exchanges.add(Exchange::of(request, (course.sent, course.faults), took, &replied, hidden));
        }
        replied
    }

    async fn follow(
        &self,
        course: &mut Course,
        request: &ChatRequest,
        earlier: Option<Earlier<'_>>,
        arrival: &mut Arrival<'_>,
    ) -> Result<ChatReply, EndpointError> {
        loop {
            let terms = self.terms(request, course);
            course.sent = Some(terms);
            // Looked up anew whenever the request is put differently: its identity is what would be sent.
            let id = earlier.and_then(|earlier| self.reply_id(request, terms, earlier.sample));
            if let Some(reply) = id.and_then(|id| earlier?.replies.find(&id)) {
                if let Arrival::Streamed(on_text) = arrival {
                    on_text(Streamed::Text(&reply.text));
                }
                return Ok(ChatReply::kept(reply));
            }
            let body = chat::body(self.model(), request, terms, arrival.is_streamed());
            let body = body.map_err(|error| self.unwritable(&error))?;
            let mut heard = Heard::Nothing;
            let asked = self.ask_in_turn(request, terms, body, arrival, &mut heard).await?;
            course.requests += 1;
            match asked {
                Ok(reply) if terms.shape != Shape::Text && reply.says_nothing() => {
                    course.set_form_free(&reply);
                }
                Ok(reply) => {
                    let reply = self.settled(reply, request, terms, course, arrival.is_streamed());
                    return Ok(ChatReply { id, ..reply });
                }
                Err(fault) => {
                    self.recover(fault, Sent::Chat(request, terms), course).await?;
                    if let (Heard::Text, Arrival::Streamed(on_text)) = (heard, &mut *arrival) {
                        on_text(Streamed::Restart);
                    }
                }
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
            let id = self.reply_id(request, terms, earlier.sample)?;
            earlier.replies.find(&id)
        });
        found.is_some()
    }

    /// The bytes of a request on the wire. Sends nothing.
    pub fn size(&self, request: &ChatRequest) -> usize {
        let terms = self.terms(request, &Course::default());
        chat::body(self.model(), request, terms, false).map_or(0, |body| body.len())
    }

    /// `None` for a request that can't be written, and so has no reply.
    fn reply_id(&self, request: &ChatRequest, terms: Terms, sample: u32) -> Option<ReplyId> {
        let request = chat::in_brief(self.model(), request, terms).ok()?;
        Some(ReplyId::of(&self.base_url(), self.model(), &request, sample))
    }

    pub(super) fn unwritable(&self, error: &serde_json::Error) -> EndpointError {
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

    pub(super) fn url(&self, sent: Sent<'_>) -> reqwest::Url {
        self.inner.address.url(sent.base_path(), sent.path())
    }

    /// After a fault: takes note of what it teaches and returns at once, waits for the next try, or gives up.
    pub(super) async fn recover(
        &self,
        fault: Fault,
        sent: Sent<'_>,
        course: &mut Course,
    ) -> Result<(), EndpointError> {
        if self.overheard.is_some() {
            course.faults.push(self.error(fault.clone(), sent, course).to_string());
        }
        if self.may_try_elsewhere(&fault, course) {
            course.trying = Some(sent.base_path().other());
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
            Decision::GiveUp => {
                if fault.is_web_page() {
                    self.inner.pages.fetch_add(1, Ordering::Relaxed);
                }
                Err(self.explained(self.error(fault, sent, course), sent.base_path()).await)
            }
        }
    }

    /// A base URL that leads nowhere, or to a web site, and names no version is tried once with `/v1`; and once
    /// without, where an earlier run found it with.
    fn may_try_elsewhere(&self, fault: &Fault, course: &Course) -> bool {
        let leads_nowhere = fault.is_wrong_path() || fault.is_web_page();
        leads_nowhere && !course.tried_both_paths() && self.inner.address.lacks_version()
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

    pub(super) fn terms(&self, request: &ChatRequest, course: &Course) -> Terms {
        let known = self.inner.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut terms = known.terms(request);
        drop(known);
        if course.form == Form::Free {
            terms.shape = Shape::Text;
        }
        terms.base_path = course.trying.unwrap_or(terms.base_path);
        terms
    }

    /// A reply with what it took, after taking note of what the server took.
    fn settled(
        &self,
        reply: ChatReply,
        request: &ChatRequest,
        terms: Terms,
        course: &Course,
        streamed: bool,
    ) -> ChatReply {
        self.inner.pages.store(0, Ordering::Relaxed);
        let was_emptied = course.form == Form::Free && !reply.says_nothing();
        self.learn(|known| {
            known.confirm(terms, streamed);
            known.base_path = terms.base_path;
            known.reasoning |= reply.reasoning;
            if was_emptied {
                known.note_empty(request);
            }
        });
        let mut usage = reply.usage;
        usage += course.wasted;
        ChatReply { requests: course.requests, usage, ..reply }
    }

    fn error(&self, fault: Fault, sent: Sent<'_>, course: &Course) -> EndpointError {
        let tried_both = course.tried_both_paths();
        // Of two places where nothing was found, the one that the user wrote is the one to show.
        let shown = if tried_both && fault.is_wrong_path() { BasePath::AsGiven } else { sent.base_path() };
        let place = place(&self.inner.address.url(shown, sent.path()));
        let scene = Scene {
            place,
            tried_both_paths: tried_both,
            answers_now: self.inner.pages.load(Ordering::Relaxed) < LASTING_PAGES,
            settings: &self.inner.settings,
            secrets: &self.inner.secrets,
        };
        fault.into_error(scene)
    }

    pub(super) fn base_path(&self, course: &Course) -> BasePath {
        course.trying.unwrap_or_else(|| self.capabilities().base_path)
    }

    /// An unknown model is easier to correct with the known ones at hand. One more request, once, for nothing
    /// else will be sent after this error.
    async fn explained(&self, error: EndpointError, base_path: BasePath) -> EndpointError {
        let EndpointError::UnknownModel { place, model, detail, .. } = error else { return error };
        let listed = self.ask_models(base_path).await.unwrap_or_default();
        let offered = error::likest_first(&model, listed.into_iter().map(|model| model.id).collect());
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
