//! The judge that asks a model behind an endpoint: prompt, ask, check, repair once.
//!
//! Transport faults are the endpoint's business. Here a reply becomes a critique, or a reason why it did not.

use crate::bank::{Criterion, Rubric};
use crate::critique::Critique;
use crate::critique::reader::{self, RatingWatch};
use crate::critique::schema::critique_schema;
use crate::endpoint::{
    ChatReply, ChatRequest, Endpoint, EndpointError, Finish, Message, ReplyShape, Role, Streamed,
};
use crate::score::{Reason, ReasonKind};

use super::prompt::Prompts;
use super::{JudgeFailure, Judgement, Sighting, Spent};

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
        Self { name: name.to_owned(), endpoint, prompts, sampling, identity: identity.to_string() }
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

    /// All that decides a grade on the judge's side, as text.
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// Judges one answer.
    pub(super) async fn critique(
        &self,
        rubric: &Rubric,
        answer: &str,
        watch: &mut (dyn FnMut(Sighting<'_>) + Send),
    ) -> Result<Judgement, JudgeFailure> {
        let mut spent = Spent::default();
        match self.asked(rubric, answer, watch, &mut spent).await {
            Ok(critique) => Ok(Judgement { critique, spent }),
            Err(Failed { reason, stops_the_run, hint }) => {
                Err(JudgeFailure { reason, stops_the_run, hint, spent })
            }
        }
    }

    /// Asks for a follow-up question about a criterion of which `missing` was not said.
    pub(super) async fn follow_up(
        &self,
        rubric: &Rubric,
        criterion: &Criterion,
        missing: &[String],
        answer: &str,
    ) -> Result<String, JudgeFailure> {
        let mut spent = Spent::default();
        let asked = async {
            let prompt = self.prompts.follow_up(rubric, criterion, missing, answer);
            let prompt = prompt.map_err(|error| Failed::prompt(&error))?;
            let request = ChatRequest {
                shape: ReplyShape::Text,
                ..self.request(&[message(Role::User, prompt)], rubric)
            };
            let reply = self.endpoint.chat(&request).await.map_err(|error| Failed::endpoint(&error))?;
            spent.add(&reply);
            one_question(&reply.text).ok_or_else(|| Failed::malformed(&["it was no question".to_owned()]))
        };
        asked.await.map_err(|Failed { reason, stops_the_run, hint }| JudgeFailure {
            reason,
            stops_the_run,
            hint,
            spent,
        })
    }

    async fn asked(
        &self,
        rubric: &Rubric,
        answer: &str,
        watch: &mut (dyn FnMut(Sighting<'_>) + Send),
        spent: &mut Spent,
    ) -> Result<Critique, Failed> {
        let mut messages = vec![
            message(Role::System, self.prompts.instructions(rubric).map_err(|error| Failed::prompt(&error))?),
            message(Role::User, self.prompts.answer(answer).map_err(|error| Failed::prompt(&error))?),
        ];
        let first = self.reply(&messages, rubric, answer, watch, spent).await?;
        let complaints = match reader::read(rubric, answer, &first) {
            Ok(reading) if reading.unfounded.is_empty() => return Ok(reading.critique),
            Ok(reading) => reading.unfounded,
            Err(complaints) => complaints,
        };
        let repair = self.prompts.repair(&complaints).map_err(|error| Failed::prompt(&error))?;
        watch(Sighting::Restarted);
        messages.extend([message(Role::Assistant, first.clone()), message(Role::User, repair)]);
        let second = self.reply(&messages, rubric, answer, watch, spent).await?;
        better(rubric, answer, &first, &second)
    }

    /// One reply, whole: one that the token cap cut is asked again once with a doubled cap.
    async fn reply(
        &self,
        messages: &[Message],
        rubric: &Rubric,
        answer: &str,
        watch: &mut (dyn FnMut(Sighting<'_>) + Send),
        spent: &mut Spent,
    ) -> Result<String, Failed> {
        let mut request = self.request(messages, rubric);
        for last in [false, true] {
            let reply = self
                .one_reply(&request, rubric, answer, watch)
                .await
                .map_err(|error| Failed::endpoint(&error))?;
            spent.add(&reply);
            match reply.finish {
                Finish::Stop | Finish::Other => return Ok(reply.text),
                Finish::ContentFilter => return Err(Failed::refused()),
                Finish::Length if last => break,
                Finish::Length => {
                    request.max_tokens = request.max_tokens.saturating_mul(2);
                    watch(Sighting::Restarted);
                }
            }
        }
        Err(Failed::truncated(request.max_tokens))
    }

    async fn one_reply(
        &self,
        request: &ChatRequest,
        rubric: &Rubric,
        answer: &str,
        watch: &mut (dyn FnMut(Sighting<'_>) + Send),
    ) -> Result<ChatReply, EndpointError> {
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
        self.endpoint.chat_streamed(request, &mut on_text).await
    }

    fn request(&self, messages: &[Message], rubric: &Rubric) -> ChatRequest {
        ChatRequest {
            messages: messages.to_vec(),
            shape: ReplyShape::Schema { name: "critique".to_owned(), schema: critique_schema(rubric) },
            max_tokens: self.sampling.max_tokens,
            temperature: self.sampling.temperature,
            seed: Some(self.sampling.seed),
        }
    }
}

/// The question in a model's reply: its last paragraph, without marks around it, if that is short enough for one.
fn one_question(reply: &str) -> Option<String> {
    const LONGEST: usize = 600;
    let said = reader::without_reasoning(reply);
    let last = said.trim().rsplit("\n\n").next()?;
    let question = last.split_whitespace().collect::<Vec<_>>().join(" ");
    let question = question.trim_matches(['"', '“', '”', '*', '#', ' ']);
    let has_words = question.chars().any(char::is_alphanumeric);
    (has_words && question.len() <= LONGEST).then(|| question.to_owned())
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
