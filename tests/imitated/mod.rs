//! Scripted servers that behave like the ones people run: their lists of models, their errors, their quirks. Shapes and
//! messages are those of the servers' own documentation and issue threads.

#![allow(dead_code, reason = "each test file uses its part of this")]

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{FakeEndpoint, Reply, Request};

/// The model of every imitated server.
pub(crate) const MODEL: &str = "m";

/// Messages longer than this make the imitated constrained decoder lose itself.
const LONG_INPUT: usize = 2_500;

/// An imitated server, by what it is known for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Imitated {
    /// Nothing below the root but its own interface, a context of 4096 unless told otherwise.
    Ollama,
    /// A schema yes, `json_object` no; an unknown path is an error with status 200.
    LmStudio,
    /// No `json_schema`, which some builds refuse; one model.
    LlamaCpp,
    /// FastAPI's errors, forbids what it does not know; thinks inside the reply.
    Vllm,
    /// A key, `max_completion_tokens`, no temperature, reasoning that counts toward the cap.
    OpenAi,
    /// Empty replies under a schema when the input is long.
    EmptiesLongInput,
    /// Takes every form and follows none.
    IgnoresForms,
}

impl Imitated {
    pub(crate) const KEY: &str = "sk-proj-imitated";

    pub(crate) fn start(self) -> FakeEndpoint {
        FakeEndpoint::start(move |request| self.answer(request))
    }

    pub(crate) fn answer(self, request: &Request) -> Reply {
        match request.path.as_str() {
            "/v1/models" => self.models(request),
            "/api/ps" if self == Self::Ollama => Reply::json(
                200,
                &json!({"models": [{"name": "m:latest", "model": "m:latest", "context_length": 4096}]}),
            ),
            "/api/v0/models" if self == Self::LmStudio => Reply::json(
                200,
                &json!({"data": [{"id": MODEL, "state": "loaded", "max_context_length": 131_072, "loaded_context_length": 16_384}]}),
            ),
            "/v1/chat/completions" => self.refusal(request).unwrap_or_else(|| self.chat(request)),
            _ => self.nothing_here(request),
        }
    }

    fn models(self, request: &Request) -> Reply {
        if let Some(refused) = self.without_key(request) {
            return refused;
        }
        let entry = match self {
            Self::Ollama => json!({"id": MODEL, "object": "model", "created": 1, "owned_by": "library"}),
            Self::LmStudio => json!({"id": MODEL, "object": "model", "owned_by": "organization_owner"}),
            Self::LlamaCpp => {
                json!({"id": MODEL, "object": "model", "owned_by": "llamacpp", "meta": {"n_ctx": 16_384, "n_ctx_train": 32_768}})
            }
            Self::Vllm => {
                json!({"id": MODEL, "object": "model", "owned_by": "vllm", "root": MODEL, "max_model_len": 8192})
            }
            Self::OpenAi => json!({"id": MODEL, "object": "model", "owned_by": "system"}),
            Self::EmptiesLongInput | Self::IgnoresForms => json!({"id": MODEL}),
        };
        Reply::json(200, &json!({"object": "list", "data": [entry, {"id": "other", "object": "model"}]}))
    }

    fn without_key(self, request: &Request) -> Option<Reply> {
        let authorised = request.header("authorization") == Some(&format!("Bearer {}", Self::KEY));
        (self == Self::OpenAi && !authorised)
            .then(|| Reply::error(401, "You didn't provide an API key.", "invalid_request_error"))
    }

    fn refusal(self, request: &Request) -> Option<Reply> {
        let form = request.json["response_format"]["type"].as_str();
        match self {
            Self::LmStudio if form == Some("json_object") => {
                let error = "'response_format.type' must be 'json_schema' or 'text'";
                Some(Reply::json(400, &json!({"error": error})))
            }
            Self::LlamaCpp if form == Some("json_schema") => {
                let error =
                    "response_format type must be one of \"text\" or \"json_object\", but got: json_schema";
                Some(Reply::error(400, error, "invalid_request_error"))
            }
            Self::Vllm if request.json.get("seed").is_some() => {
                let place = json!({"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs are not permitted"});
                Some(Reply::json(422, &json!({"detail": [place]})))
            }
            Self::OpenAi => self.without_key(request).or_else(|| openai_parameter(request)),
            Self::Ollama
            | Self::LmStudio
            | Self::LlamaCpp
            | Self::Vllm
            | Self::EmptiesLongInput
            | Self::IgnoresForms => None,
        }
    }

    fn chat(self, request: &Request) -> Reply {
        let form = request.json["response_format"]["type"].as_str();
        let words: usize =
            messages(request).map(|message| message["content"].as_str().map_or(0, str::len)).sum();
        if self == Self::EmptiesLongInput && form.is_some() && words > LONG_INPUT {
            return Reply::chat("");
        }
        let said = said(request, form.filter(|_| self != Self::IgnoresForms));
        match self {
            Self::Vllm => Reply::chat(format!("<think>Let me see. {{\"level\": 9}}</think>\n{said}")),
            // Reasoning counts toward the cap; a cap of up to 2,048 tokens is spent before a critique begins.
            Self::OpenAi if is_judging(request) && cap(request) <= 2_048 => Reply::chat("").finish("length"),
            Self::IgnoresForms if is_judging(request) => {
                Reply::chat(format!("Here it is:\n```json\n{said}\n```"))
            }
            Self::Ollama
            | Self::LmStudio
            | Self::LlamaCpp
            | Self::OpenAi
            | Self::EmptiesLongInput
            | Self::IgnoresForms => counted(request, said),
        }
    }

    fn nothing_here(self, request: &Request) -> Reply {
        match self {
            Self::Ollama => {
                Reply::status(404).header("content-type", "text/plain").body("404 page not found")
            }
            Self::LmStudio => {
                let error = format!("Unexpected endpoint or method. ({} {})", request.method, request.path);
                Reply::json(200, &json!({"error": error}))
            }
            Self::Vllm => Reply::json(404, &json!({"detail": "Not Found"})),
            Self::LlamaCpp => Reply::error(404, "File Not Found", "not_found_error"),
            Self::OpenAi | Self::EmptiesLongInput | Self::IgnoresForms => Reply::error(
                404,
                &format!("Invalid URL ({} {})", request.method, request.path),
                "invalid_request_error",
            ),
        }
    }
}

fn openai_parameter(request: &Request) -> Option<Reply> {
    let cap = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
    let temperature = "Unsupported value: 'temperature' does not support 0.0 with this model. Only the default (1) value is supported.";
    let refused = |field: &str, message: &str, code: &str| {
        request.json.get(field).map(|_| Reply::error(400, message, code))
    };
    refused("max_tokens", cap, "unsupported_parameter")
        .or_else(|| refused("temperature", temperature, "unsupported_value"))
}

fn cap(request: &Request) -> u64 {
    ["max_tokens", "max_completion_tokens"]
        .iter()
        .find_map(|field| request.json[*field].as_u64())
        .unwrap_or(0)
}

fn messages(request: &Request) -> impl Iterator<Item = &Value> {
    request.json["messages"].as_array().into_iter().flatten()
}

/// The answer to be judged, if this is a judge's request: what stands between two marked lines.
fn answer_in(request: &Request) -> Option<String> {
    let message =
        messages(request).filter_map(|it| it["content"].as_str()).find(|it| it.contains("----- ANSWER-"))?;
    let marker = message.lines().find(|line| line.starts_with("----- ANSWER-"))?;
    Some(message.split(marker).nth(1)?.trim().to_owned())
}

fn is_judging(request: &Request) -> bool {
    answer_in(request).is_some()
}

/// What the model says: a critique that quotes the answer, a colour in the form asked for, or numbers.
fn said(request: &Request, form: Option<&str>) -> String {
    let Some(answer) = answer_in(request) else {
        return match form {
            Some(_) => "{\"colour\": \"red\"}".to_owned(),
            None if request.last_message().starts_with("Count") => "1 2 3 4 5 6 7 8 9 10 11 12 13".to_owned(),
            None => "red".to_owned(),
        };
    };
    let rubric = messages(request).find_map(|it| it["content"].as_str()).unwrap_or_default();
    let ids = rubric.lines().filter_map(|line| line.strip_prefix("## ")?.split(": ").next());
    let level = u8::from(!answer.contains("SYSTEM"));
    let quotes = if level > 0 { vec![answer.lines().next().unwrap_or_default()] } else { vec![] };
    let rating = json!({"quotes": quotes, "missing": [], "reason": "R.", "level": level, "advice": ""});
    let ratings: BTreeMap<&str, &Value> = ids.map(|id| (id, &rating)).collect();
    json!({"ratings": ratings, "mistakes": []}).to_string()
}

/// A reply that the cap on tokens cuts, as all servers do.
fn counted(request: &Request, said: String) -> Reply {
    if request.last_message().starts_with("Count") {
        Reply::chat(said).finish("length")
    } else {
        Reply::chat(said)
    }
}
