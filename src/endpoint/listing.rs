//! The models that a server lists, and what it says about them beyond their names.
//!
//! Every server says it in words of its own, some only at a path of their own; what is not said is not guessed.

use serde_json::Value;

use super::call::{Course, Sent};
use super::capabilities::BasePath;
use super::fault::Fault;
use super::pace::Quota;
use super::{Endpoint, EndpointError, exchange};

/// One model of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// Its name at the endpoint.
    pub id: String,
    /// Longest conversation in tokens, reply included, where the list says it.
    pub context: Option<u64>,
    /// Which server this is, where the list gives it away.
    pub server: Option<Server>,
}

/// The servers that people run on their own machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// Ollama.
    Ollama,
    /// LM Studio.
    LmStudio,
    /// llama.cpp's `llama-server`.
    LlamaCpp,
    /// vLLM.
    Vllm,
}

impl Server {
    /// All of them, with the port that each listens on unless told otherwise.
    pub const USUAL_PORTS: [(Self, u16); 4] =
        [(Self::Ollama, 11434), (Self::LmStudio, 1234), (Self::LlamaCpp, 8080), (Self::Vllm, 8000)];

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ollama => "Ollama",
            Self::LmStudio => "LM Studio",
            Self::LlamaCpp => "llama.cpp",
            Self::Vllm => "vLLM",
        }
    }

    /// Its name in a configuration.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Ollama => "ollama",
            Self::LmStudio => "lm-studio",
            Self::LlamaCpp => "llama-cpp",
            Self::Vllm => "vllm",
        }
    }

    /// By what each writes into `owned_by`.
    fn of_owner(owner: &str) -> Option<Self> {
        match owner {
            "library" => Some(Self::Ollama),
            "organization_owner" => Some(Self::LmStudio),
            "llamacpp" => Some(Self::LlamaCpp),
            "vllm" => Some(Self::Vllm),
            _ => None,
        }
    }

    /// The path below the server's root at which it says how long a context it has loaded.
    fn context_path(self) -> Option<&'static str> {
        match self {
            Self::Ollama => Some("api/ps"),
            Self::LmStudio => Some("api/v0/models"),
            Self::LlamaCpp => Some("props"),
            Self::Vllm => None,
        }
    }
}

/// Where lists of models say how long the context is. What is loaded comes before what the model could do: vLLM,
/// LM Studio, Ollama, OpenRouter, Groq, Mistral in turn.
const CONTEXT_FIELDS: [&str; 6] = [
    "max_model_len",
    "loaded_context_length",
    "context_length",
    "context_window",
    "max_context_length",
    "n_ctx",
];

impl Endpoint {
    /// The models that the server offers, in its order.
    ///
    /// # Errors
    /// As [`Self::chat`]; [`EndpointError::NotFound`] also where a server has no such list.
    pub async fn models(&self) -> Result<Vec<Offered>, EndpointError> {
        let mut course = Course::default();
        loop {
            let base_path = self.base_path(&course);
            match self.ask_models(base_path).await {
                Ok(models) => {
                    self.learn(|known| known.base_path = base_path);
                    return Ok(models);
                }
                Err(fault) => self.recover(fault, Sent::Models(base_path), &mut course).await?,
            }
        }
    }

    /// The names of the models that the server offers.
    ///
    /// # Errors
    /// As [`Self::models`].
    pub async fn model_names(&self) -> Result<Vec<String>, EndpointError> {
        Ok(self.models().await?.into_iter().map(|model| model.id).collect())
    }

    /// How long a context `server` has loaded for the model, asked at its own path: one request, no second try.
    pub async fn loaded_context(&self, server: Server) -> Option<u64> {
        let url = self.inner.address.at_root(server.context_path()?);
        let wire = self.inner.connections.get(url);
        let reply = exchange::whole(wire, self.limits(), &mut Quota::default()).await.ok()?;
        if let Some(models) = offered(&reply) {
            return models.into_iter().find(|model| is_same(&model.id, self.model()))?.context;
        }
        context_of(&reply["default_generation_settings"])
    }

    pub(super) async fn ask_models(&self, base_path: BasePath) -> Result<Vec<Offered>, Fault> {
        let url = self.url(Sent::Models(base_path));
        let wire = self.inner.connections.get(url);
        let reply = exchange::whole(wire, self.limits(), &mut Quota::default()).await?;
        offered(&reply).ok_or_else(|| Fault::malformed("the reply holds no list of models"))
    }
}

/// Ollama writes `qwen3:latest` where one asked for `qwen3`.
fn is_same(listed: &str, asked: &str) -> bool {
    listed == asked || listed.strip_suffix(":latest") == Some(asked)
}

/// A list of models: OpenAI's `data`, Ollama's `models`, or a bare list.
pub(super) fn offered(reply: &Value) -> Option<Vec<Offered>> {
    let list =
        reply.as_array().or_else(|| reply["data"].as_array()).or_else(|| reply["models"].as_array())?;
    Some(list.iter().filter_map(model).collect())
}

fn model(entry: &Value) -> Option<Offered> {
    let name = ["id", "name", "model"].iter().find_map(|field| entry[*field].as_str());
    let id = name.or_else(|| entry.as_str())?.to_owned();
    let context = context_of(entry).or_else(|| context_of(&entry["meta"]));
    Some(Offered { id, context, server: entry["owned_by"].as_str().and_then(Server::of_owner) })
}

fn context_of(value: &Value) -> Option<u64> {
    CONTEXT_FIELDS.iter().find_map(|field| value[*field].as_u64()).filter(|length| *length > 0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_of_models_in_many_shapes() {
        for (reply, expected) in [
            (json!({"object": "list", "data": [{"id": "a"}, {"id": "b"}]}), Some(vec!["a", "b"])),
            (json!({"models": [{"name": "qwen:7b", "model": "qwen:7b"}]}), Some(vec!["qwen:7b"])),
            (json!(["a", {"id": 1}, null]), Some(vec!["a"])),
            (json!({"data": []}), Some(vec![])),
            (json!({"data": "none"}), None),
            (json!("hello"), None),
        ] {
            let ids = offered(&reply).map(|models| models.into_iter().map(|it| it.id).collect::<Vec<_>>());
            assert_eq!(ids, expected.map(|ids| ids.into_iter().map(str::to_owned).collect()), "{reply}");
        }
    }

    #[test]
    fn servers_say_the_context_in_their_own_words() {
        for (entry, context, server) in [
            (json!({"id": "m", "owned_by": "vllm", "max_model_len": 8096}), Some(8096), Some(Server::Vllm)),
            (
                json!({"id": "m", "owned_by": "llamacpp", "meta": {"n_ctx": 8192, "n_ctx_train": 32768}}),
                Some(8192),
                Some(Server::LlamaCpp),
            ),
            (
                json!({"id": "m", "max_context_length": 131_072, "loaded_context_length": 4096}),
                Some(4096),
                None,
            ),
            (json!({"id": "m", "owned_by": "library"}), None, Some(Server::Ollama)),
            (json!({"name": "m", "context_length": 4096}), Some(4096), None),
            (json!({"id": "m", "owned_by": "openai"}), None, None),
            (json!({"id": "m", "context_length": 0}), None, None),
        ] {
            let model = model(&entry).unwrap();
            assert_eq!((model.context, model.server), (context, server), "{entry}");
        }
    }
}
