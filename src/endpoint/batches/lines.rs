//! The wire format of batches: a file of requests and a file of replies, a line each, and what a server says about a
//! batch.
//!
//! Pure. The format is OpenAI's, which `vllm run-batch` and most gateways share; where they differ, more than one way is
//! read: an empty text for a file that is not there, a status in capitals, a chat reply right below `response`, an error
//! in the body instead of beside it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::chat::{ChatReply, Reading, ReplyShape};
use super::super::complaint::Complaint;

/// What a batch asks for. Providers want this path whatever their base URL is.
pub(super) const CHAT_PATH: &str = "/v1/chat/completions";

/// How far a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchStatus {
    /// The file of requests is being checked.
    Validating,
    /// Requests are being answered.
    InProgress,
    /// All are answered; the files of replies are being written.
    Finalizing,
    /// Done, though single requests may have failed.
    Completed,
    /// The file of requests was refused; nothing was asked.
    Failed,
    /// The time was over before all was done; what was done can be fetched.
    Expired,
    /// Someone wishes it to end.
    Cancelling,
    /// It was ended; what was done can be fetched.
    Cancelled,
    /// A word that the protocol does not know; taken for not yet ended.
    Other,
}

impl BatchStatus {
    fn read(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "validating" => Self::Validating,
            "in_progress" => Self::InProgress,
            "finalizing" => Self::Finalizing,
            "completed" => Self::Completed,
            "failed" => Self::Failed,
            "expired" => Self::Expired,
            "cancelling" => Self::Cancelling,
            "cancelled" => Self::Cancelled,
            _ => Self::Other,
        }
    }

    /// The protocol's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Validating => "validating",
            Self::InProgress => "in_progress",
            Self::Finalizing => "finalizing",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Cancelling => "cancelling",
            Self::Cancelled => "cancelled",
            Self::Other => "unknown",
        }
    }

    /// Whether nothing more comes of it.
    pub fn has_ended(self) -> bool {
        match self {
            Self::Completed | Self::Failed | Self::Expired | Self::Cancelled => true,
            Self::Validating | Self::InProgress | Self::Finalizing | Self::Cancelling | Self::Other => false,
        }
    }
}

/// A batch as the server describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its name at the server.
    pub id: String,
    /// How far it is.
    pub status: BatchStatus,
    /// Requests in it; 0 while the server has not counted.
    pub total: u64,
    /// Requests that were answered.
    pub completed: u64,
    /// Requests that failed.
    pub failed: u64,
    /// The file of replies, where there is one.
    pub output_file: Option<String>,
    /// The file of requests that failed, where there is one.
    pub error_file: Option<String>,
    /// Why the whole batch failed, as the server says it.
    pub errors: Vec<String>,
}

impl Batch {
    /// Reads a description; `None` where it has no id.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let text = |field: &str| value[field].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let count = |field: &str| value["request_counts"][field].as_u64().unwrap_or_default();
        let errors = value["errors"]["data"].as_array().map_or(&[][..], Vec::as_slice);
        Some(Self {
            id: text("id")?,
            status: BatchStatus::read(value["status"].as_str().unwrap_or_default()),
            total: count("total"),
            completed: count("completed"),
            failed: count("failed"),
            output_file: text("output_file_id"),
            error_file: text("error_file_id"),
            errors: errors.iter().filter_map(|error| error["message"].as_str().map(str::to_owned)).collect(),
        })
    }
}

/// What asks the server to work through a file. The tag is for people, and to find the batch again.
pub(super) fn order(file: &str, tag: &str) -> Value {
    json!({
        "input_file_id": file,
        "endpoint": CHAT_PATH,
        "completion_window": "24h",
        "metadata": {"coach": tag},
    })
}

/// Whether a described batch is the one that [`order`] asked for. Gateways drop what they do not know, so that either
/// the tag or the file is enough: no other batch has them.
pub(super) fn is_ordered(described: &Value, file: &str, tag: &str) -> bool {
    described["metadata"]["coach"] == tag || described["input_file_id"] == file
}

/// A line of a file of requests.
pub(super) fn request_line(custom_id: &str, body: &[u8]) -> Vec<u8> {
    // Named text always serialises.
    let head = json!({"custom_id": custom_id, "method": "POST", "url": CHAT_PATH}).to_string();
    let head = head.strip_suffix('}').unwrap_or_default();
    [head.as_bytes(), b",\"body\":", body, b"}\n"].concat()
}

/// What came of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answered {
    /// A reply.
    Reply(ChatReply),
    /// The server complained about the request.
    Complaint(Complaint),
    /// The request was not carried out, as the server says why.
    NotDone(String),
}

impl Answered {
    /// Reads a line of a file of replies or of errors.
    pub(super) fn read(line: &Value) -> Self {
        let response = &line["response"];
        let body = if response["body"].is_object() { &response["body"] } else { response };
        let status = response["status_code"].as_u64().and_then(|status| u16::try_from(status).ok());
        if let Some(reading) = Reading::of_reply(body) {
            // A batch asks for whole critiques, whose text is what the model wrote.
            return Self::Reply(reading.into_reply(&ReplyShape::Text, Duration::ZERO));
        }
        let refused = status.is_some_and(|status| status >= 400);
        if refused || !body["error"].is_null() {
            return Self::Complaint(match (status.filter(|_| refused), Complaint::within(body)) {
                (None, Some(complaint)) => complaint,
                (status, _) => Complaint::read(status.unwrap_or(500), body.to_string().as_bytes()),
            });
        }
        let said = ["message", "code"].iter().find_map(|field| line["error"][*field].as_str());
        Self::NotDone(said.unwrap_or("the line has neither a reply nor an error").to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_line_is_one_json_object_with_the_body_as_it_is() {
        let line = request_line("a\"b", br#"{"model": "m"}"#);
        assert_eq!(line.last(), Some(&b'\n'));
        let value: Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(
            value,
            json!({"custom_id": "a\"b", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "m"}})
        );
    }

    fn said(line: &Value) -> String {
        match Answered::read(line) {
            Answered::Reply(reply) => format!("reply {}", reply.text),
            Answered::Complaint(complaint) => format!("{} {}", complaint.status, complaint.said),
            Answered::NotDone(why) => format!("not done: {why}"),
        }
    }

    #[test]
    fn lines_of_several_servers() {
        let chat = json!({"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]});
        let error = json!({"error": {"message": "too long", "code": "context_length_exceeded"}});
        for (line, expected) in [
            (json!({"response": {"status_code": 200, "body": chat}, "error": null}), "reply hi"),
            (json!({"response": chat}), "reply hi"),
            (json!({"response": {"status_code": 400, "body": error}, "error": null}), "400 too long"),
            (json!({"response": {"body": error}}), "500 too long"),
            (
                json!({"response": null, "error": {"code": "batch_expired", "message": "not in time"}}),
                "not done: not in time",
            ),
            (json!({"error": {"code": "batch_cancelled"}}), "not done: batch_cancelled"),
            (json!({"response": {"status_code": 503, "body": null}}), "503 "),
            (json!({}), "not done: the line has neither a reply nor an error"),
            (json!([1]), "not done: the line has neither a reply nor an error"),
        ] {
            assert_eq!(said(&line), expected, "{line}");
        }
    }

    #[test]
    fn a_batch_of_several_servers() {
        let read = |value: Value| Batch::read(&value);
        let batch = read(json!({
            "id": "b", "status": "COMPLETED", "output_file_id": "o", "error_file_id": "",
            "request_counts": {"total": 3, "completed": 2, "failed": 1},
        }))
        .unwrap();
        assert_eq!(
            (batch.status, batch.total, batch.completed, batch.failed),
            (BatchStatus::Completed, 3, 2, 1)
        );
        assert_eq!((batch.output_file.as_deref(), batch.error_file), (Some("o"), None));
        let batch = read(json!({
            "id": "b", "status": "failed", "errors": {"data": [{"message": "line 3 is no JSON"}]},
        }));
        assert_eq!(batch.unwrap().errors, ["line 3 is no JSON"]);
        assert_eq!(read(json!({"status": "completed"})), None);
        assert!(!read(json!({"id": "b", "status": "queued"})).unwrap().status.has_ended());
    }

    #[test]
    fn a_batch_is_known_by_its_file_or_its_tag() {
        for (described, ours) in [
            (json!({"input_file_id": "f", "metadata": null}), true),
            (json!({"input_file_id": "other", "metadata": {"coach": "t"}}), true),
            (json!({"input_file_id": "other", "metadata": {"coach": "u"}}), false),
            (json!({}), false),
        ] {
            assert_eq!(is_ordered(&described, "f", "t"), ours, "{described}");
        }
    }
}
