//! STUB - never commit
use crate::config::ApiKey;
use std::path::PathBuf;
use std::time::Duration;
#[derive(Debug, Clone)]
pub struct Endpoint;
#[derive(Debug, Clone, Default)]
pub struct EndpointSettings {
    pub base_url: String,
    pub model: String,
    pub api_key: Option<ApiKey>,
    pub connect_timeout: Duration,
    pub first_token_timeout: Duration,
    pub total_timeout: Duration,
    pub ca_file: Option<PathBuf>,
    pub retries: u32,
    pub max_reply_bytes: usize,
}
#[derive(Debug)]
pub enum EndpointError {
    ContextTooLong {},
    Refused {},
    O,
}
impl std::fmt::Display for EndpointError {
    fn fmt(&self, _f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Ok(())
    }
}
impl EndpointError {
    pub fn hint(&self) -> Option<String> {
        None
    }
    pub fn stops_the_run(&self) -> bool {
        true
    }
}
impl Endpoint {
    pub fn new(_s: EndpointSettings) -> Result<Self, EndpointError> {
        Ok(Self)
    }
    pub fn base_url(&self) -> String {
        String::new()
    }
    pub fn host(&self) -> String {
        String::new()
    }
    pub fn model(&self) -> &str {
        ""
    }
    pub async fn models(&self) -> Result<Vec<String>, EndpointError> {
        Ok(vec![])
    }
    pub async fn chat_streamed(
        &self,
        _r: &ChatRequest,
        _f: &mut (dyn FnMut(Streamed<'_>) + Send),
    ) -> Result<ChatReply, EndpointError> {
        Err(EndpointError::O)
    }
}
#[derive(Debug, Clone)]
pub struct ChatRequest {
    pub messages: Vec<Message>,
    pub shape: ReplyShape,
    pub max_tokens: u32,
    pub temperature: f64,
    pub seed: Option<i64>,
}
#[derive(Debug, Clone)]
pub struct Message {
    pub role: Role,
    pub content: String,
}
#[derive(Debug, Clone, Copy)]
pub enum Role {
    System,
    User,
    Assistant,
}
#[derive(Debug, Clone)]
pub enum ReplyShape {
    Schema { name: String, schema: serde_json::Value },
    Object,
    Text,
}
#[derive(Debug)]
pub enum Streamed<'a> {
    Text(&'a str),
    Restart,
}
#[derive(Debug)]
pub enum Finish {
    Stop,
    Length,
    ContentFilter,
    Other,
}
#[derive(Debug)]
pub struct ChatReply {
    pub text: String,
    pub finish: Finish,
    pub usage: Usage,
    pub latency: Duration,
}
#[derive(Debug)]
pub struct Usage {
    pub prompt_tokens: u64,
    pub completion_tokens: u64,
}
