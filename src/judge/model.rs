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
    Arrival, ChatReply, ChatRequest, Endpoint, EndpointError, Finish, Message, ReplyShape, Role, Streamed,
};
use crate::score::{Reason, ReasonKind};

use super::prompt::Prompts;
use super::{JudgeFailure, Judgement, Sighting, Spent, Watch};

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
    identity: String,
    /// Where replies are kept from run to run.
    replies: Option<Arc<dyn Replies>>,
    prepared: Mutex<HashMap<QuestionId, Arc<Prepared>>>,
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
        Self { name, endpoint, prompts, sampling, identity, replies: None, prepared: Mutex::default() }
    }

    /// The judge, going by replies from before where there are any, and keeping those that were usable.
    #[must_use]
    pub fn keeping(self, replies: Arc<dyn Replies>) -> Self {
        Self { replies: Some(replies), ..self }
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

    /// What asking this model takes, for questions other than how an answer is to be judged.
    pub(super) fn means(&self) -> (&Endpoint, &Prompts, &Sampling) {
        (&self.endpoint, &self.prompts, &self.sampling)
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
        let mut asking = Asking { judge: self, rubric, answer, watch, spent: Spent::default() };
        let asked = asking.critique().await;
        let spent = asking.spent;
        match asked {
            Ok(critique) => Ok(Judgement { critique, spent }),
            Err(Failed { reason, stops_the_run, hint }) => {
                Err(JudgeFailure { reason, stops_the_run, hint, spent })
            }
        }
    }

    /// A bank has one rubric of an id, so the id identifies it.
    fn prepared(&self, rubric: &Rubric) -> Result<Arc<Prepared>, Failed> {
        let known = || self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(prepared) = known().get(&rubric.id) {
            return Ok(Arc::clone(prepared));
        }
        let instructions = self.prompts.instructions(rubric).map_err(|error| Failed::prompt(&error))?;
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
    rubric: &'a Rubric,
    answer: &'a str,
    watch: Option<&'a mut Watch<'w>>,
    spent: Spent,
}

impl Asking<'_, '_> {
    async fn critique(&mut self) -> Result<Critique, Failed> {
        let (rubric, answer, prompts) = (self.rubric, self.answer, &self.judge.prompts);
        let prepared = self.judge.prepared(rubric)?;
        let messages = vec![
            message(Role::System, prepared.instructions.clone()),
            message(Role::User, prompts.answer(answer).map_err(|error| Failed::prompt(&error))?),
        ];
        let mut request = self.judge.request(messages, &prepared);
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
            self.spent.add(&reply);
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
        let (rubric, answer, endpoint) = (self.rubric, self.answer, &self.judge.endpoint);
        // With one sample, each request has one reply.
        let earlier = self.judge.replies.as_deref().map(|replies| Earlier { replies, sample: 0 });
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
struct Failed {
    reason: Reason,
    stops_the_run: bool,
    hint: Option<String>,
}

impl Failed {
    fn because(kind: ReasonKind, message: String) -> Self {
        Self { reason: Reason { kind, message }, stops_the_run: false, hint: None }
    }

    fn malformed(complaints: &[String]) -> Self {
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
    fn prompt(error: &crate::error::Error) -> Self {
        let hint = error.advice().map(str::to_owned);
        Self { stops_the_run: true, hint, ..Self::because(ReasonKind::EndpointFailed, error.to_string()) }
    }

    fn endpoint(error: &EndpointError) -> Self {
        let kind = match error {
            EndpointError::ContextTooLong { .. } => ReasonKind::TooLong,
            EndpointError::Refused { .. } => ReasonKind::Refused,
            _ => ReasonKind::EndpointFailed,
        };
        let stops_the_run = error.stops_the_run();
        Self { stops_the_run, hint: error.hint(), ..Self::because(kind, error.to_string()) }
    }
}
