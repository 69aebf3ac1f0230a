//! The judge that asks a model behind an endpoint: prompt, ask, check, repair once.
//!
//! Transport faults are the endpoint's business. Here replies become a critique, or a reason why they did not: of the
//! whole answer at once (`whole`), or in small questions (`careful`). What the model gets to see of an
//! answer is settled in `shown`.

mod asking;
mod careful;
mod estimate;
mod failed;
mod scale;
mod shown;
mod weighed;
mod whole;
mod withheld;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::bank::{QuestionId, Rubric};
use crate::critique::schema::critique_schema;
use crate::endpoint::replies::{Earlier, KeptReply, Replies};
use crate::endpoint::{
    Capabilities, ChatRequest, Content, Endpoint, Exchanges, Message, ReplyShape, Role, Spelled, Usage,
    estimated_tokens,
};
use crate::error::Result;
use crate::record::{JudgeRecord, Procedure};
use crate::summary::Spending;

use super::built_in::{BuiltIn, PreparedRubric};
use super::prompt::Prompts;
use super::transcript::{Found, Kind, Transcript, transcribe};
use super::{Forecast, JudgeFailure, Judgement, Spent, Watch};

use asking::{Asking, Reply};
use careful::Careful;
pub(super) use failed::Failed;
use shown::Shown;

/// What a model writes about one criterion: quotations, a reason, advice. For forecasts only.
const TOKENS_PER_CRITERION: u64 = 150;

/// Room for one word and the marks around it. Models that reason first are asked again with the whole cap.
const TOKENS_OF_A_WORD: u32 = 4;

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

/// A procedure with its version; changes whenever what it makes of an answer may.
fn version(procedure: Procedure) -> &'static str {
    match procedure {
        Procedure::AtOnce => "at-once",
        Procedure::WithEstimate => "with-estimate/2",
        Procedure::Careful => "careful/2",
    }
}

/// A model behind an endpoint, as a judge.
#[derive(Debug)]
pub struct ModelJudge {
    name: String,
    endpoint: Endpoint,
    prompts: Prompts,
    sampling: Sampling,
    procedure: Procedure,
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
struct Prepared {
    instructions: Spelled<String>,
    schema: Spelled<Value>,
    built_in: PreparedRubric,
    careful: Careful,
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").field("instructions", &self.instructions).finish_non_exhaustive()
    }
}

impl ModelJudge {
    /// A judge of that name, which judges an answer at once.
    pub fn new(name: &str, endpoint: Endpoint, prompts: Prompts, sampling: Sampling) -> Self {
        let identity = identity(&endpoint, &prompts, &sampling, Procedure::AtOnce);
        Self {
            name: name.to_owned(),
            endpoint,
            prompts,
            sampling,
            procedure: Procedure::AtOnce,
            sample: 0,
            identity,
            replies: None,
            transcript: None,
            prepared: Arc::default(),
        }
    }

    /// The judge, judging by this procedure.
    #[must_use]
    pub fn by(self, procedure: Procedure) -> Self {
        let identity = identity(&self.endpoint, &self.prompts, &self.sampling, procedure);
        Self { procedure, identity, ..self }
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
            procedure: self.procedure,
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

    /// How it judges.
    pub fn procedure(&self) -> Procedure {
        self.procedure
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

    /// What its identity would be if it judged by this procedure.
    pub fn identity_by(&self, procedure: Procedure) -> String {
        identity(&self.endpoint, &self.prompts, &self.sampling, procedure)
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
        let procedure = self.procedure_for(rubric);
        let mut asking = Asking { judge: self, endpoint, rubric, watch, procedure, spent: Spent::default() };
        let asked = asking.critique(answer).await;
        let Asking { spent, procedure, .. } = asking;
        let outcome = asked.as_ref().map(Found::of_critique).map_err(|failed| failed.reason.message.clone());
        transcribe(self, (Kind::Judgement, rubric, Some(answer)), &exchanges, outcome);
        match asked {
            Ok(critique) => {
                let judge = JudgeRecord::of_model(&self.name, self.model(), procedure);
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

    /// What judging an answer would take, but for requests whose replies are kept.
    pub(super) fn forecast(&self, rubric: &Rubric, answer: &str) -> Result<Forecast> {
        let prepared = self.prepared(rubric)?;
        let shown = self.shown(&prepared, rubric, answer);
        if shown.states_nothing() {
            return Ok(Forecast::default());
        }
        let requests = match self.procedure_for(rubric) {
            Procedure::AtOnce | Procedure::WithEstimate => {
                vec![self.first_request(&prepared, rubric, &shown)?]
            }
            Procedure::Careful => self.careful_requests(&prepared, rubric, &shown)?,
        };
        let mut forecast = Forecast::default();
        for request in &requests {
            if self.endpoint.has_kept(request, self.earlier()) {
                forecast.kept += 1;
            } else {
                forecast.calls += 1;
                forecast.prompt_tokens += estimated_tokens(self.endpoint.size(request));
                forecast.completion_tokens += self.expected_tokens(rubric);
            }
        }
        let usage =
            Usage { prompt_tokens: forecast.prompt_tokens, completion_tokens: forecast.completion_tokens };
        Ok(Forecast { cost: self.cost(usage).unwrap_or_default(), ..forecast })
    }

    /// Tokens of one reply, for forecasts.
    fn expected_tokens(&self, rubric: &Rubric) -> u64 {
        match self.procedure_for(rubric) {
            Procedure::AtOnce | Procedure::WithEstimate => {
                rubric.criteria.len() as u64 * TOKENS_PER_CRITERION
            }
            Procedure::Careful => u64::from(TOKENS_OF_A_WORD),
        }
    }

    /// Several samples are several replies to one request.
    fn earlier(&self) -> Option<Earlier<'_>> {
        self.replies.as_deref().map(|replies| Earlier { replies, sample: self.sample })
    }

    /// What the model gets to see of an answer.
    fn shown<'a>(&self, prepared: &Prepared, rubric: &Rubric, answer: &'a str) -> Shown<'a> {
        let estimate = match self.procedure {
            Procedure::WithEstimate | Procedure::Careful => Some(rubric),
            Procedure::AtOnce => None,
        };
        Shown::new(&prepared.built_in, answer, estimate)
    }

    /// How it judges answers by this rubric, where it can ask more than once. With an estimate in its form a model changes
    /// nothing of a rubric of one criterion (docs/judging.md), so there it is asked carefully, if it can choose among
    /// words.
    pub(super) fn procedure_for(&self, rubric: &Rubric) -> Procedure {
        match self.procedure {
            Procedure::WithEstimate if careful::is_whole(rubric) => Procedure::Careful,
            procedure => procedure,
        }
    }

    fn first_request(&self, prepared: &Prepared, rubric: &Rubric, shown: &Shown<'_>) -> Result<ChatRequest> {
        let instructions = message(Role::System, prepared.instructions.clone());
        let estimate = shown.estimate().map(|critique| estimate::in_json(rubric, critique));
        let answer = self.prompts.answer(shown.text(), estimate.as_deref())?;
        let messages = vec![instructions, message(Role::User, answer)];
        Ok(self.request(messages, schema("critique", &prepared.schema)))
    }

    /// A bank has one rubric of an id, so the id identifies it.
    fn prepared(&self, rubric: &Rubric) -> Result<Arc<Prepared>> {
        let known = || self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(prepared) = known().get(&rubric.id) {
            return Ok(Arc::clone(prepared));
        }
        let prepared = Arc::new(Prepared {
            instructions: self.prompts.instructions(rubric)?.into(),
            schema: critique_schema(rubric).into(),
            built_in: BuiltIn::new().prepare(rubric),
            careful: Careful::of(rubric),
        });
        Ok(Arc::clone(known().entry(rubric.id.clone()).or_insert(prepared)))
    }

    fn request(&self, messages: Vec<Message>, shape: ReplyShape) -> ChatRequest {
        let word = matches!(shape, ReplyShape::Choice(_)) && !self.endpoint.capabilities().reasoning;
        ChatRequest {
            messages,
            shape,
            max_tokens: if word { TOKENS_OF_A_WORD } else { self.sampling.max_tokens },
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

/// All that decides a grade on the side of a judge that is made so, as text.
pub fn identity(endpoint: &Endpoint, prompts: &Prompts, sampling: &Sampling, procedure: Procedure) -> String {
    let identity = serde_json::json!({
        "base_url": endpoint.base_url(),
        "model": endpoint.model(),
        "temperature": sampling.temperature,
        "seed": sampling.seed,
        "max_tokens": sampling.max_tokens,
        "procedure": version(procedure),
        "prompts": prompts.fingerprint(),
        "passages": super::built_in::IDENTITY,
    });
    identity.to_string()
}

fn message(role: Role, content: impl Into<Content>) -> Message {
    Message { role, content: content.into() }
}

fn schema(name: &str, schema: &Spelled<Value>) -> ReplyShape {
    ReplyShape::Schema { name: name.to_owned(), schema: schema.clone() }
}
