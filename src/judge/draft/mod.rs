//! Drafting a rubric: a model is asked for its parts in turn, and what it replies is read as an author's file.
//!
//! One reply with everything would be long, and its exemplars could name criteria that it does not have. In three
//! steps each reply is short, and the ids in it are limited to those that there are. What can't be used goes back
//! once with the reasons.

mod reply;

use crate::bank::skeleton::PLACEHOLDER;
use crate::bank::{Difficulty, Rubric};
use crate::critique::objects::last_fitting;
use crate::endpoint::{ChatRequest, Endpoint, EndpointError, Exchanges, Finish, Message, ReplyShape, Role};
use crate::error::Error;

use super::model::{ModelJudge, Sampling};
use super::prompt::Prompts;
use super::transcript::{Found, Kind, transcribe};

pub use super::prompt::DraftStep;
use reply::Drafted;

/// Minutes of the draft; its author knows how long the interview is, the model does not.
const MINUTES: u32 = 4;

/// What a draft is made from.
#[derive(Debug, Clone, Copy)]
pub struct Brief<'a> {
    /// The rubric's id.
    pub id: &'a str,
    /// Its topic.
    pub topic: &'a str,
    /// What the interviewer says.
    pub question: &'a str,
    /// What the author knows about it.
    pub notes: Option<&'a str>,
}

/// Why a draft is not whole.
#[derive(Debug)]
pub struct DraftFailure {
    /// What happened and what to do.
    pub error: Error,
    /// The step that failed.
    pub step: DraftStep,
    /// What the model replied last, where that was the fault.
    pub reply: Option<String>,
    /// The rubric with the parts that came before; `None` where there are none.
    pub so_far: Option<Box<Rubric>>,
}

/// Asks the model for a rubric; `watch` sees each step before it is taken.
pub async fn draft(
    model: &ModelJudge,
    brief: &Brief<'_>,
    watch: &mut (dyn FnMut(DraftStep) + Send),
) -> Result<Rubric, DraftFailure> {
    let exchanges = Exchanges::default();
    let drafted = steps(model, &model.overheard(&exchanges), brief, watch).await;
    let outcome = drafted.as_ref().map(|_| Found::default()).map_err(|failure| failure.error.to_string());
    transcribe(model, (Kind::Draft, &blank(brief), None), &exchanges, outcome);
    drafted
}

async fn steps(
    model: &ModelJudge,
    endpoint: &Endpoint,
    brief: &Brief<'_>,
    watch: &mut (dyn FnMut(DraftStep) + Send),
) -> Result<Rubric, DraftFailure> {
    let (prompts, sampling) = model.means();
    let asking = Asking { endpoint, prompts, sampling, brief };
    let mut rubric = blank(brief);
    for step in DraftStep::ALL {
        watch(step);
        rubric = match asking.step(step, &rubric).await {
            Ok(rubric) => rubric,
            Err(Failed { error, reply }) => {
                let so_far = (step != DraftStep::Criteria).then(|| Box::new(rubric));
                return Err(DraftFailure { error, step, reply, so_far });
            }
        };
    }
    Ok(rubric)
}

/// What is known before the model is asked.
fn blank(brief: &Brief<'_>) -> Rubric {
    Rubric {
        id: brief.id.into(),
        title: String::new(),
        topic: brief.topic.to_owned(),
        difficulty: Difficulty::Core,
        minutes: MINUTES,
        question: brief.question.to_owned(),
        model_answer: String::new(),
        follow_ups: Vec::new(),
        // A model's references look right more often than they are.
        sources: vec![format!("{PLACEHOLDER}author, year, title, and where it can be read.")],
        criteria: Vec::new(),
        mistakes: Vec::new(),
        exemplars: Vec::new(),
    }
}

struct Failed {
    error: Error,
    reply: Option<String>,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { error, reply: None }
    }
}

impl From<EndpointError> for Failed {
    fn from(error: EndpointError) -> Self {
        let shown = Error::failed(error.to_string());
        Self::from(match error.hint() {
            Some(hint) => shown.hint(hint),
            None => shown,
        })
    }
}

struct Asking<'a> {
    endpoint: &'a Endpoint,
    prompts: &'a Prompts,
    sampling: &'a Sampling,
    brief: &'a Brief<'a>,
}

impl Asking<'_> {
    /// One step: asked, and asked once more with what is wrong. What was only wished for is no reason to have nothing.
    async fn step(&self, step: DraftStep, so_far: &Rubric) -> Result<Rubric, Failed> {
        let read = |reply: &str| last_fitting(reply, |value| reply::add(step, so_far, value));
        let mut request = self.request(step, so_far)?;
        let first = self.whole(&request).await?;
        let (before, complaints) = match read(&first) {
            Ok(Drafted { rubric, wishes }) if wishes.is_empty() => return Ok(rubric),
            Ok(Drafted { rubric, wishes }) => (Some(rubric), wishes),
            Err(complaints) => (None, complaints),
        };
        let repair = self.prompts.draft_repair(&complaints)?;
        request.messages.extend([message(Role::Assistant, first), message(Role::User, repair)]);
        let second = match (self.whole(&request).await, &before) {
            (Ok(second), _) => second,
            (Err(_), Some(rubric)) => return Ok(rubric.clone()),
            (Err(failed), None) => return Err(failed),
        };
        match (read(&second), before) {
            (Ok(drafted), _) => Ok(drafted.rubric),
            (Err(_), Some(rubric)) => Ok(rubric),
            (Err(complaints), None) => Err(unusable(step, &complaints, second)),
        }
    }

    /// One reply, whole: one that the token cap cut is asked again once with a doubled cap.
    async fn whole(&self, request: &ChatRequest) -> Result<String, Failed> {
        let doubled = self.sampling.max_tokens.saturating_mul(2);
        let mut cut = String::new();
        for max_tokens in [self.sampling.max_tokens, doubled] {
            let reply = self.endpoint.chat(&ChatRequest { max_tokens, ..request.clone() }).await?;
            match reply.finish {
                Finish::Stop | Finish::Other => return Ok(reply.text),
                Finish::ContentFilter => {
                    return Err(Error::failed("the endpoint's content filter refused to draft this").into());
                }
                Finish::Length => cut = reply.text,
            }
        }
        let error = Error::failed(format!("the model's reply was cut at {doubled} tokens"))
            .hint("raise max_tokens of this judge in the configuration");
        Err(Failed { error, reply: Some(cut) })
    }

    fn request(&self, step: DraftStep, so_far: &Rubric) -> Result<ChatRequest, Error> {
        let messages = vec![
            message(Role::System, self.prompts.draft(self.brief.question, self.brief.notes)?),
            message(Role::User, self.prompts.draft_step(step, so_far)?),
        ];
        Ok(ChatRequest {
            messages,
            shape: ReplyShape::Schema {
                name: step.name().to_owned(),
                schema: reply::schema(step, so_far).into(),
            },
            max_tokens: self.sampling.max_tokens,
            temperature: self.sampling.temperature,
            seed: Some(self.sampling.seed),
        })
    }
}

fn unusable(step: DraftStep, complaints: &[String], reply: String) -> Failed {
    let first = complaints.first().map_or("it was empty", String::as_str);
    let what = step.name();
    let error = Error::failed(format!("the model's {what} can't be used, also after one repair: {first}"))
        .hint("a larger model may do; or begin with `coach rubric new`");
    Failed { error, reply: Some(reply) }
}

fn message(role: Role, content: String) -> Message {
    Message { role, content: content.into() }
}
