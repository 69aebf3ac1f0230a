//! Facts about an endpoint as lines for its user: what is well, what is worth knowing, what to type. Pure.

use super::gate::{PASS, Tried, right};
use super::survey::{Cap, Form, Reasoning, Speed, Survey};
use super::{Finding, Status};
use crate::endpoint::{BasePath, Capabilities, EndpointError, Offered, Server, Support, TokenCap};

/// A rubric and an answer take 3,000 tokens and more, a critique up to 2,048, and a correction has both once more.
const ROOM_NEEDED: u64 = 8_192;

/// What a model writes about one criterion, as forecasts have it; most rubrics have five.
const TOKENS_PER_CRITERION: f64 = 150.0;
const CRITIQUE_TOKENS: f64 = 5.0 * TOKENS_PER_CRITERION;

/// Below this, a critique takes more than two and a half minutes, and 100 answers more than four hours.
const SLOW: f64 = 5.0;

/// Models listed by name, at most.
const NAMED: usize = 8;

/// Where an endpoint is and what it is asked for, as the user wrote it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The base URL, without a query.
    pub base_url: &'a str,
    /// Host and port.
    pub host: &'a str,
    /// Whether it is on this machine.
    pub local: bool,
    /// Whether a key is configured.
    pub key: bool,
    /// Whether the connection is encrypted.
    pub encrypted: bool,
    /// Most tokens of a reply, as configured.
    pub max_tokens: u32,
}

/// The line for an endpoint that does not answer, or not as it should.
pub fn failure(subject: &Subject<'_>, error: &EndpointError) -> Finding {
    let check = match error {
        EndpointError::KeyMissing { .. }
        | EndpointError::KeyRefused { .. }
        | EndpointError::QuotaExhausted { .. } => "key",
        EndpointError::UnknownModel { .. } => "model",
        EndpointError::ContextTooLong { .. } => "context",
        EndpointError::BadSettings { .. }
        | EndpointError::Unreachable { .. }
        | EndpointError::TlsFailed { .. }
        | EndpointError::TimedOut { .. }
        | EndpointError::ConnectionLost { .. }
        | EndpointError::NotFound { .. }
        | EndpointError::Redirected { .. } => "reach",
        EndpointError::RateLimited { .. }
        | EndpointError::Refused { .. }
        | EndpointError::RequestRejected { .. }
        | EndpointError::ServerFailed { .. }
        | EndpointError::MalformedReply { .. }
        | EndpointError::WebPage { .. }
        | EndpointError::CapReached { .. }
        | EndpointError::TooLarge { .. } => "reply",
    };
    let finding = Finding::problem(check, error.to_string());
    match (error, start_command(subject)) {
        (EndpointError::Unreachable { .. }, Some(command)) => {
            finding.advising(format!("start the server: {command}"))
        }
        _ => match error.hint() {
            Some(hint) => finding.advising(hint),
            None => finding,
        },
    }
}

/// What starts the server that usually listens where the base URL points.
fn start_command(subject: &Subject<'_>) -> Option<&'static str> {
    let port = subject.host.rsplit(':').next()?.parse::<u16>().ok()?;
    let (server, _) = Server::USUAL_PORTS.iter().find(|(_, usual)| *usual == port && subject.local)?;
    Some(match server {
        Server::Ollama => "ollama serve",
        Server::LmStudio => "lms server start",
        Server::LlamaCpp => "llama-server -m MODEL.gguf --port 8080",
        Server::Vllm => "vllm serve MODEL",
    })
}

/// The lines for where the interface is and which models it offers. `listed` is the server's list, if it has one.
pub fn contact(
    subject: &Subject<'_>,
    base_path: BasePath,
    listed: Result<&[Offered], &EndpointError>,
    model: &str,
) -> Vec<Finding> {
    let reach = match base_path {
        BasePath::AsGiven => Finding::ok("reach", format!("{} answers", subject.host)),
        BasePath::WithV1 => {
            let said = format!(
                "{} answers below /v1, which the base URL lacks; it is added by itself",
                subject.host
            );
            Finding::note("reach", said).advising(format!("base_url = \"{}/v1\"", subject.base_url))
        }
    };
    vec![reach, models(listed, model)]
}

fn models(listed: Result<&[Offered], &EndpointError>, model: &str) -> Finding {
    let listed = match listed {
        Ok(listed) => listed,
        Err(error) => {
            return Finding::note("models", format!("the server does not list its models: {error}"));
        }
    };
    let others = listed.iter().filter(|other| other.id != model).count();
    match (listed.len() - others, others) {
        (0, 0) => Finding::note("models", "the server lists no models"),
        (0, _) => Finding::note("models", format!("{model} is not among those listed: {}", names(listed))),
        (_, 0) => Finding::ok("models", format!("{model}, the only one offered")),
        (_, 1) => Finding::ok("models", format!("{model} and one other are offered")),
        (_, others) => Finding::ok("models", format!("{model} and {others} others are offered")),
    }
}

/// The names of the first models of a list.
pub fn names(listed: &[Offered]) -> String {
    let mut shown: Vec<&str> = listed.iter().take(NAMED).map(|model| model.id.as_str()).collect();
    if listed.len() > NAMED {
        shown.push("...");
    }
    shown.join(", ")
}

/// The lines for what the server and its model can do.
pub fn abilities(subject: &Subject<'_>, survey: &Survey) -> Vec<Finding> {
    let known = &survey.capabilities;
    let mut lines = vec![key(subject, survey.needs_key), schema(survey), object(survey)];
    lines.extend(emptied(known));
    lines.push(reasoning(subject, survey));
    lines.push(token_cap(known, survey.cap));
    lines.extend(sampling(known));
    lines.push(context(survey));
    lines.push(speed(survey.speed));
    lines
}

fn key(subject: &Subject<'_>, needed: Option<bool>) -> Finding {
    match (subject.key, needed) {
        (false, _) => Finding::ok("key", "none needed"),
        (true, _) if !subject.encrypted && !subject.local => {
            Finding::note("key", "it is sent unencrypted, so others on the way can read it")
                .advising("write https:// in the base URL, if the server speaks TLS")
        }
        (true, Some(true)) => Finding::ok("key", "needed, and accepted"),
        (true, Some(false)) => Finding::ok("key", "accepted, though the server answers without one, too"),
        (true, None) => Finding::ok("key", "accepted"),
    }
}

const MORE_ROOM: &str = "raise `max_tokens` of this judge, for example to 8192";

fn schema(survey: &Survey) -> Finding {
    match survey.schema {
        Form::Followed => Finding::ok("schema", "replies follow a JSON Schema"),
        Form::Ignored => Finding::note(
            "schema",
            "a JSON Schema is taken but not followed; the prompt says the form, too, and replies are checked",
        ),
        Form::Refused => {
            let instead = match survey.object {
                Form::Followed | Form::Ignored => "replies are asked for as JSON objects",
                Form::Refused | Form::Emptied | Form::Spent => "the prompt alone says the form",
            };
            Finding::note("schema", format!("a JSON Schema is refused; {instead}"))
        }
        Form::Emptied => Finding::note("schema", "under a JSON Schema the reply was empty"),
        Form::Spent => {
            Finding::note("schema", "not told: the model thought until the cap cut it").advising(MORE_ROOM)
        }
    }
}

fn object(survey: &Survey) -> Finding {
    let beside = match survey.schema {
        Form::Followed => "; not needed beside a schema",
        Form::Ignored | Form::Refused | Form::Emptied | Form::Spent => "",
    };
    match survey.object {
        Form::Followed => Finding::ok("object", "replies as JSON objects"),
        Form::Ignored => Finding::note("object", "`json_object` is taken but not followed"),
        Form::Refused => {
            let like = match survey.server {
                Some(Server::LmStudio) => ", as by every LM Studio",
                Some(Server::Ollama | Server::LlamaCpp | Server::Vllm) | None => "",
            };
            Finding::note("object", format!("`json_object` is refused{like}{beside}"))
        }
        Form::Emptied => Finding::note("object", "under `json_object` the reply was empty"),
        Form::Spent => {
            Finding::note("object", "not told: the model thought until the cap cut it").advising(MORE_ROOM)
        }
    }
}

/// The line for conversations that came back empty under a prescribed form.
pub fn emptied(known: &Capabilities) -> Option<Finding> {
    let bytes = known.empty_from?;
    let said = format!(
        "conversations of {bytes} bytes and more came back empty when a form was prescribed; those are asked in plain text"
    );
    Some(Finding::note("long input", said))
}

fn reasoning(subject: &Subject<'_>, survey: &Survey) -> Finding {
    let spent = [survey.schema, survey.object].contains(&Form::Spent);
    let place = match survey.reasoning {
        Reasoning::Unseen if spent => "the model seems to think at length before it replies",
        Reasoning::Unseen => return Finding::ok("reasoning", "none seen"),
        Reasoning::Apart => "the model thinks before it replies, apart from the reply",
        Reasoning::Inside => "the model thinks before it replies, inside the reply; it is taken out",
    };
    let said = format!("{place}; thinking counts toward `max_tokens`, now {}", subject.max_tokens);
    let finding = Finding::note("reasoning", said);
    if u64::from(subject.max_tokens) < ROOM_NEEDED { finding.advising("max_tokens = 8192") } else { finding }
}

fn token_cap(known: &Capabilities, cap: Cap) -> Finding {
    let name = match known.token_cap {
        TokenCap::MaxTokens => "max_tokens",
        TokenCap::MaxCompletionTokens => "max_completion_tokens (max_tokens is refused)",
    };
    match cap {
        Cap::Kept => Finding::ok("token cap", name),
        Cap::Untested => Finding::ok("token cap", format!("{name}; whether it cuts a reply was not seen")),
        Cap::Ignored => {
            Finding::note("token cap", format!("{name} is taken but cuts no reply; only time-outs do"))
        }
    }
}

fn sampling(known: &Capabilities) -> Option<Finding> {
    let refused: Vec<&str> = [("temperature", known.temperature), ("seed", known.seed)]
        .into_iter()
        .filter(|(_, support)| *support == Support::Refused)
        .map(|(name, _)| name)
        .collect();
    (!refused.is_empty()).then(|| {
        Finding::note(
            "sampling",
            format!("{} refused; levels may vary from run to run", refused.join(" and ")),
        )
    })
}

fn context(survey: &Survey) -> Finding {
    let Some(length) = survey.context else {
        return Finding::note("context", "the server does not say how long a conversation may be");
    };
    if length >= ROOM_NEEDED {
        return Finding::ok("context", format!("{length} tokens"));
    }
    let said = format!(
        "{length} tokens; long rubrics and answers need {ROOM_NEEDED}, and some servers cut what is more without a word"
    );
    let finding = Finding::note("context", said);
    let advice = match survey.server {
        Some(Server::Ollama) => "start it with OLLAMA_CONTEXT_LENGTH=16384 ollama serve",
        Some(Server::LmStudio) => "load the model with a context length of 16384",
        Some(Server::LlamaCpp) => "start llama-server with -c 16384 or more; --parallel divides it",
        Some(Server::Vllm) => "start vllm serve with --max-model-len 16384",
        None => return finding,
    };
    finding.advising(advice)
}

fn speed(speed: Option<Speed>) -> Finding {
    let Some(speed) = speed else {
        return Finding::note("speed", "not told: the server does not count tokens");
    };
    let rate = speed.per_second();
    let seconds = (CRITIQUE_TOKENS / rate).ceil();
    let said = format!("{} tokens a second; a critique takes about {seconds} s", rounded(rate));
    if rate < SLOW {
        Finding::note("speed", said).advising("take a smaller model, or one with fewer bits a weight")
    } else {
        Finding::ok("speed", said)
    }
}

/// How long the answers with known levels take at least: 12 critiques of one criterion.
pub fn seconds_of_gate(speed: Speed) -> u64 {
    const CRITERIA: f64 = 12.0;
    (CRITERIA * TOKENS_PER_CRITERION / speed.per_second()).ceil() as u64
}

/// A rate as people say it: two digits below 10, none behind the point above.
fn rounded(rate: f64) -> String {
    if rate < 10.0 { format!("{rate:.1}") } else { format!("{rate:.0}") }
}

/// What else there is for a judge that does not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// It was asked alone, and will begin with the built-in judge's estimate.
    Estimate,
    /// It was asked alone, and `estimate = false` keeps it so.
    EstimateIsOff,
    /// It is asked in its best way already.
    None,
}

/// The lines for how a judge did on the answers whose levels are known.
pub fn gate(tried: &[Tried], remedy: Remedy) -> Vec<Finding> {
    let right = right(tried);
    let said = format!("{right} of {} levels right; {PASS} are needed", tried.len());
    let failures: Vec<&str> = tried.iter().filter_map(|it| it.failure.as_deref()).collect();
    let verdict = if right >= PASS {
        Finding::ok("gate", said)
    } else if failures.len() == tried.len() {
        // A judge that grades nothing can't be used, however well it may judge.
        Finding::problem("gate", "not one of the answers could be graded")
    } else {
        let advice = match remedy {
            Remedy::Estimate => {
                "by itself it can't judge, so grading begins with the built-in judge's estimate; or set \
                 `careful = true` for this judge, or take a larger model"
            }
            Remedy::EstimateIsOff => {
                "by itself it can't judge: remove `estimate = false` or set `careful = true` for this judge, or take a \
                 larger model"
            }
            Remedy::None => "take a larger model; do not rely on these grades",
        };
        Finding::note("gate", said).advising(advice)
    };
    let going_on = |said: String| Finding { check: "", status: Status::Note, said, advice: None };
    let graded = tried.iter().filter(|it| !it.is_right()).filter_map(|it| {
        let given = it.given?;
        Some(format!("{}: level {given} instead of {}; the answer {}", it.question, it.expected, it.answer))
    });
    // Mostly all fail for the same reason.
    let ungraded =
        failures.first().map(|first| format!("{} ungraded, the first because {first}", failures.len()));
    std::iter::once(verdict).chain(graded.chain(ungraded).map(going_on)).collect()
}

#[cfg(test)]
#[path = "findings_tests.rs"]
mod tests;
