//! The judge that asks a model behind an endpoint: prompt, ask, check, repair once.
//!
//! Transport faults are the endpoint's business. Here a reply becomes a critique, or a reason why it did not.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::bank::{QuestionId, Rubric};
use crate::critique::Critique;
use crate::critique::reader::{self, RatingWatch};
use crate::critique::schema::critique_schema;
use crate::endpoint::replies::{Earlier, KeptReply, Replies, ReplyId};
use crate::endpoint::{
    Arrival, Capabilities, ChatReply, ChatRequest, Endpoint, EndpointError, Exchanges, Finish, Message,
    ReplyShape, Role, Streamed, Usage, estimated_tokens,
};
use crate::error::Result;
use crate::record::JudgeRecord;
use crate::score::{Reason, ReasonKind};
use crate::summary::Spending;

use super::prompt::Prompts;
use super::transcript::{Found, Kind, Transcript, transcribe};
use super::{Forecast, JudgeFailure, Judgement, Sighting, Spent, Stop, Watch};

/// What a model writes about one criterion: quotations, a reason, advice. For forecasts only.
const TOKENS_PER_CRITERION: u64 = 150;

/// How a model is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampling {
    /// Sampling temperature.
    pub temperature: f64,
    /// Sampling seed.
    pub seed: i64,
    /// Most tokens of one reply; doubled once for a reply that was cut.
    pub max_tokens: u32,
}

/// A model behind an endpoint, as a judge.
#[derive(Debug)]
pub struct ModelJudge {
    name: String,
    endpoint: Endpoint,
    prompts: Prompts,
    sampling: Sampling,
    /// Which of several samples it gives, from 0.
    sample: u32,
    identity: String,
    /// Where replies are kept from run to run.
    replies: Option<Arc<dyn Replies>>,
    /// Where what is asked and replied is noted.
    transcript: Option<Arc<dyn Transcript>>,
    prepared: Arc<Mutex<HashMap<QuestionId, Arc<Prepared>>>>,
}

/// What requests about one rubric share.
#[derive(Debug)]
struct Prepared {
    instructions: String,
    schema: Arc<Value>,
}

/// One reply that was read to its end.
struct Reply {
    text: String,
    reasoning: bool,
    /// What to keep it under, should it prove usable.
    id: Option<ReplyId>,
}

impl ModelJudge {
    /// A judge of that name.
    pub fn new(name: &str, endpoint: Endpoint, prompts: Prompts, sampling: Sampling) -> Self {
        let identity = serde_json::json!({
            "base_url": endpoint.base_url(),
            "model": endpoint.model(),
            "temperature": sampling.temperature,
            "seed": sampling.seed,
            "max_tokens": sampling.max_tokens,
            "prompts": prompts.fingerprint(),
        });
        let (name, identity) = (name.to_owned(), identity.to_string());
        Self {
            name,
            endpoint,
            prompts,
            sampling,
            sample: 0,
            identity,
            replies: None,
            transcript: None,
            prepared: Arc::default(),
        }
    }

    /// The judge, going by replies from before where there are any, and keeping those that were usable.
    #[must_use]
    pub fn keeping(self, replies: Arc<dyn Replies>) -> Self {
        Self { replies: Some(replies), ..self }
    }

    /// The same judge for the sample of that number, from 0: with a seed and with kept replies of its own.
    #[must_use]
    pub(super) fn sample(&self, number: u32) -> Self {
        let seed = self.sampling.seed.wrapping_add(i64::from(number));
        Self {
            name: self.name.clone(),
            endpoint: self.endpoint.clone(),
            prompts: self.prompts.clone(),
            sampling: Sampling { seed, ..self.sampling.clone() },
            sample: number,
            identity: self.identity.clone(),
            replies: self.replies.clone(),
            transcript: self.transcript.clone(),
            prepared: Arc::clone(&self.prepared),
        }
    }

    /// The judge, with all that is asked and replied noted in `transcript`.
    #[must_use]
    pub fn transcribed(self, transcript: Arc<dyn Transcript>) -> Self {
        Self { transcript: Some(transcript), ..self }
    }

    /// The endpoint, which notes its calls in `exchanges` where somebody keeps a transcript.
    pub(super) fn overheard(&self, exchanges: &Exchanges) -> Endpoint {
        match &self.transcript {
            Some(_) => self.endpoint.overheard_by(exchanges),
            None => self.endpoint.clone(),
        }
    }

    /// Where somebody keeps a transcript.
    pub(super) fn transcript(&self) -> Option<&dyn Transcript> {
        self.transcript.as_deref()
    }

    /// What the server is known to take so far.
    pub fn capabilities(&self) -> Capabilities {
        self.endpoint.capabilities()
    }

    /// The judge's name in the configuration.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The model's name at the endpoint.
    pub fn model(&self) -> &str {
        self.endpoint.model()
    }

    /// The endpoint's base URL.
    pub fn base_url(&self) -> String {
        self.endpoint.base_url()
    }

    /// Where the model is.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// What asking this model takes besides its endpoint, for questions other than how an answer is to be judged.
    pub(super) fn means(&self) -> (&Prompts, &Sampling) {
        (&self.prompts, &self.sampling)
    }

    /// All that decides a grade on the judge's side, as text.
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// Judges one answer.
    pub(super) async fn critique(
        &self,
        rubric: &Rubric,
        answer: &str,
        watch: Option<&mut Watch<'_>>,
    ) -> Result<Judgement, JudgeFailure> {
        let exchanges = Exchanges::default();
        let endpoint = self.overheard(&exchanges);
        let mut asking = Asking { judge: self, endpoint, rubric, answer, watch, spent: Spent::default() };
        let asked = asking.critique().await;
        let spent = asking.spent;
        let outcome = asked.as_ref().map(Found::of_critique).map_err(|failed| failed.reason.message.clone());
        transcribe(self, (Kind::Judgement, rubric, Some(answer)), &exchanges, outcome);
        match asked {
            Ok(critique) => {
                let judge = JudgeRecord::once(&self.name, Some(self.model()));
                Ok(Judgement { critique, spent, judge })
            }
            Err(Failed { reason, stop, hint }) => Err(JudgeFailure { reason, stop, hint, spent }),
        }
    }

    /// How many requests the endpoint takes at once at the moment.
    pub(super) fn at_once(&self) -> usize {
        self.endpoint.at_once()
    }

    /// What tokens cost, where the price is known.
    pub(super) fn cost(&self, usage: Usage) -> Option<f64> {
        self.endpoint.cost(usage)
    }

    /// What all requests took so far.
    pub(super) fn spending(&self) -> Spending {
        let tally = self.endpoint.tally();
        Spending {
            requests: tally.requests,
            prompt_tokens: tally.usage.prompt_tokens,
            completion_tokens: tally.usage.completion_tokens,
            cost: tally.cost,
        }
    }

    /// What judging an answer would take: one request, unless its reply is kept.
    pub(super) fn forecast(&self, rubric: &Rubric, answer: &str) -> Result<Forecast> {
        let request = self.first_request(rubric, answer)?;
        if self.endpoint.has_kept(&request, self.earlier()) {
            return Ok(Forecast { kept: 1, ..Forecast::default() });
        }
        let prompt_tokens = estimated_tokens(self.endpoint.size(&request));
        let completion_tokens = rubric.criteria.len() as u64 * TOKENS_PER_CRITERION;
        let cost = self.cost(Usage { prompt_tokens, completion_tokens });
        Ok(Forecast { calls: 1, kept: 0, prompt_tokens, completion_tokens, cost: cost.unwrap_or_default() })
    }

    /// Several samples are several replies to one request.
    fn earlier(&self) -> Option<Earlier<'_>> {
        self.replies.as_deref().map(|replies| Earlier { replies, sample: self.sample })
    }

    pub(super) fn first_request(&self, rubric: &Rubric, answer: &str) -> Result<ChatRequest> {
        let prepared = self.prepared(rubric)?;
        let instructions = message(Role::System, prepared.instructions.clone());
        let messages = vec![instructions, message(Role::User, self.prompts.answer(answer)?)];
        Ok(self.request(messages, &prepared))
    }

    /// A bank has one rubric of an id, so the id identifies it.
    fn prepared(&self, rubric: &Rubric) -> Result<Arc<Prepared>> {
        let known = || self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(prepared) = known().get(&rubric.id) {
            return Ok(Arc::clone(prepared));
        }
        let instructions = self.prompts.instructions(rubric)?;
        let prepared = Arc::new(Prepared { instructions, schema: Arc::new(critique_schema(rubric)) });
        Ok(Arc::clone(known().entry(rubric.id.clone()).or_insert(prepared)))
    }

    fn request(&self, messages: Vec<Message>, prepared: &Prepared) -> ChatRequest {
        let schema = Arc::clone(&prepared.schema);
        ChatRequest {
            messages,
            shape: ReplyShape::Schema { name: "critique".to_owned(), schema },
            max_tokens: self.sampling.max_tokens,
            temperature: self.sampling.temperature,
            seed: Some(self.sampling.seed),
        }
    }

    /// Keeps a reply that led to a critique. One that did not would come back for ever.
    fn keep(&self, reply: Reply) {
        if let (Some(replies), Some(id)) = (&self.replies, reply.id) {
            replies.keep(id, KeptReply { text: reply.text, reasoning: reply.reasoning });
        }
    }
}

/// One answer on its way to a critique.
struct Asking<'a, 'w> {
    judge: &'a ModelJudge,
    /// The judge's own, which may note what it is asked.
    endpoint: Endpoint,
    rubric: &'a Rubric,
    answer: &'a str,
    watch: Option<&'a mut Watch<'w>>,
    spent: Spent,
}

impl Asking<'_, '_> {
    async fn critique(&mut self) -> Result<Critique, Failed> {
        let (rubric, answer, prompts) = (self.rubric, self.answer, &self.judge.prompts);
        let mut request = self.judge.first_request(rubric, answer).map_err(|error| Failed::prompt(&error))?;
        let first = self.reply(&mut request).await?;
        let complaints = match reader::read(rubric, answer, &first.text) {
            Ok(reading) if reading.unfounded.is_empty() => {
                self.judge.keep(first);
                return Ok(reading.critique);
            }
            Ok(reading) => reading.unfounded,
            Err(complaints) => complaints,
        };
        let repair = prompts.repair(&complaints).map_err(|error| Failed::prompt(&error))?;
        self.start_over();
        let heard = [message(Role::Assistant, first.text.clone()), message(Role::User, repair)];
        request.messages.extend(heard);
        request.max_tokens = self.judge.sampling.max_tokens;
        let second = self.reply(&mut request).await?;
        if reader::read(rubric, answer, &second.text).is_ok_and(|reading| reading.unfounded.is_empty()) {
            let critique = better(rubric, answer, &first.text, &second.text)?;
            self.judge.keep(second);
            return Ok(critique);
        }
        better(rubric, answer, &first.text, &second.text)
    }

    /// One reply, whole: one that the token cap cut is asked again once with a doubled cap.
    async fn reply(&mut self, request: &mut ChatRequest) -> Result<Reply, Failed> {
        for last in [false, true] {
            let reply = self.one_reply(request).await.map_err(|error| Failed::endpoint(&error))?;
            self.spent.add(&reply, self.judge.endpoint.cost(reply.usage));
            match reply.finish {
                Finish::Stop | Finish::Other => {
                    return Ok(Reply { text: reply.text, reasoning: reply.reasoning, id: reply.id });
                }
                Finish::ContentFilter => return Err(Failed::refused()),
                Finish::Length if last => break,
                Finish::Length => {
                    request.max_tokens = request.max_tokens.saturating_mul(2);
                    self.start_over();
                }
            }
        }
        Err(Failed::truncated(request.max_tokens))
    }

    async fn one_reply(&mut self, request: &ChatRequest) -> Result<ChatReply, EndpointError> {
        let (rubric, answer, endpoint) = (self.rubric, self.answer, &self.endpoint);
        let earlier = self.judge.earlier();
        let Some(watch) = self.watch.as_deref_mut() else {
            return endpoint.reply(request, earlier, Arrival::Whole).await;
        };
        let mut ratings = RatingWatch::new(rubric, answer);
        let mut on_text = |piece: Streamed<'_>| match piece {
            Streamed::Text(text) => {
                for rating in ratings.feed(text) {
                    watch(Sighting::Rating(&rating));
                }
            }
            Streamed::Restart => {
                ratings = RatingWatch::new(rubric, answer);
                watch(Sighting::Restarted);
            }
        };
        endpoint.reply(request, earlier, Arrival::Streamed(&mut on_text)).await
    }

    fn start_over(&mut self) {
        if let Some(watch) = self.watch.as_deref_mut() {
            watch(Sighting::Restarted);
        }
    }
}

fn message(role: Role, content: String) -> Message {
    Message { role, content }
}

/// The critique of the second reply; where that one is malformed, what can be believed of the first.
fn better(rubric: &Rubric, answer: &str, first: &str, second: &str) -> Result<Critique, Failed> {
    let reading = match reader::read(rubric, answer, second) {
        Ok(reading) => reading,
        Err(complaints) => reader::read(rubric, answer, first).map_err(|_| Failed::malformed(&complaints))?,
    };
    let unfounded = reading.unfounded.clone();
    reading.settled().ok_or_else(|| Failed::malformed(&unfounded))
}

/// Why there is no critique.
pub(super) struct Failed {
    pub(super) reason: Reason,
    pub(super) stop: Stop,
    pub(super) hint: Option<String>,
}

impl Failed {
    fn because(kind: ReasonKind, message: String) -> Self {
        Self { reason: Reason { kind, message }, stop: Stop::No, hint: None }
    }

    pub(super) fn malformed(complaints: &[String]) -> Self {
        let first = complaints.first().map_or("it was empty", String::as_str);
        let message = format!("the model's reply can't be used, also after one repair: {first}");
        Self::because(ReasonKind::MalformedCritique, message)
    }

    fn truncated(cap: u32) -> Self {
        let message = format!("the model's reply was cut at {cap} tokens");
        let hint = "raise max_tokens of this judge in the configuration".to_owned();
        Self { hint: Some(hint), ..Self::because(ReasonKind::Truncated, message) }
    }

    fn refused() -> Self {
        let message = "the endpoint's content filter refused to judge this answer".to_owned();
        Self::because(ReasonKind::Refused, message)
    }

    /// A template that fails for one answer fails for all.
    pub(super) fn prompt(error: &crate::error::Error) -> Self {
        let hint = error.advice().map(str::to_owned);
        Self { stop: Stop::Failed, hint, ..Self::because(ReasonKind::EndpointFailed, error.to_string()) }
    }

    pub(super) fn endpoint(error: &EndpointError) -> Self {
        let kind = match error {
            EndpointError::ContextTooLong { .. } => ReasonKind::TooLong,
            EndpointError::Refused { .. } => ReasonKind::Refused,
            _ => ReasonKind::EndpointFailed,
        };
        let stop = match error {
            EndpointError::CapReached { .. } => Stop::Capped,
            error if error.stops_the_run() => Stop::Failed,
            _ => Stop::No,
        };
        Self { stop, hint: error.hint(), ..Self::because(kind, error.to_string()) }
    }
}
