//! A streamed reply, put together from the data of its events.
//!
//! Pure. Cutting the bytes into events is done by `eventsource-stream`.

use serde_json::Value;

use super::chat::Reading;
use super::complaint::Complaint;
use super::fault::Fault;

/// The data by which a stream says that it is complete.
const DONE: &str = "[DONE]";

/// A reply so far.
#[derive(Debug, Default)]
pub(super) struct StreamedReply {
    reading: Reading,
    done: bool,
    choices: bool,
}

impl StreamedReply {
    /// Takes the data of one event and gives the text that it adds.
    pub(super) fn take(&mut self, data: &str) -> Result<String, Fault> {
        let data = data.trim();
        if data == DONE {
            self.done = true;
            return Ok(String::new());
        }
        let chunk: Value = serde_json::from_str(data)
            .map_err(|error| Fault::malformed(format!("an event of the stream is not JSON: {error}")))?;
        if let Some(complaint) = Complaint::within(&chunk) {
            return Err(Fault::complained(complaint));
        }
        self.reading.take_usage(&chunk);
        let Some(choice) = chunk["choices"].as_array().and_then(|choices| choices.first()) else {
            return Ok(String::new());
        };
        self.choices = true;
        Ok(self.reading.take_choice(choice))
    }

    /// Whether the stream said that it is complete.
    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    /// The reply at the end of the stream. One that ended without saying why and without saying that it is
    /// complete was cut: half a reply is not a reply.
    pub(super) fn finish(self) -> Result<Reading, Fault> {
        if !self.done && self.reading.finish.is_none() {
            let detail = "the stream ended before the reply did".to_owned();
            return Err(Fault::ConnectionLost { detail });
        }
        if !self.choices {
            return Err(Fault::malformed("the stream holds no choice"));
        }
        Ok(self.reading)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::chat::{Finish, Usage};
    use super::*;

    fn read(events: &[Value], done: bool) -> Result<(String, Reading), Fault> {
        let mut reply = StreamedReply::default();
        let mut text = String::new();
        for event in events {
            text.push_str(&reply.take(&event.to_string())?);
        }
        if done {
            reply.take(DONE)?;
        }
        reply.finish().map(|reading| (text, reading))
    }

    fn delta(delta: &Value) -> Value {
        json!({"choices": [{"index": 0, "delta": delta, "finish_reason": null}]})
    }

    fn finish(reason: &str) -> Value {
        json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
    }

    #[test]
    fn pieces_make_a_reply() {
        let events = [
            delta(&json!({"role": "assistant", "content": null})),
            delta(&json!({"reasoning_content": "hm"})),
            delta(&json!({"content": "Hel"})),
            delta(&json!({"content": "lo"})),
            finish("stop"),
            json!({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}),
        ];
        let (text, reading) = read(&events, true).unwrap();
        assert_eq!((text.as_str(), reading.text.as_str()), ("Hello", "Hello"));
        assert_eq!(reading.finish, Some(Finish::Stop));
        assert_eq!(reading.usage, Usage { prompt_tokens: 3, completion_tokens: 2 });
        assert!(reading.reasoning);
    }

    #[test]
    fn a_stream_ends_by_saying_why_or_that_it_is_done() {
        let text = delta(&json!({"content": "a"}));
        assert!(read(&[text.clone(), finish("length")], false).is_ok());
        assert_eq!(read(std::slice::from_ref(&text), true).unwrap().1.finish, None);
        assert!(matches!(read(&[text], false), Err(Fault::ConnectionLost { .. })));
        assert!(matches!(read(&[], false), Err(Fault::ConnectionLost { .. })));
        assert!(matches!(read(&[], true), Err(Fault::Malformed { .. })));
    }

    #[test]
    fn an_error_in_the_midst_is_a_complaint() {
        let events =
            [delta(&json!({"content": "a"})), json!({"error": {"message": "out of memory", "code": 500}})];
        let Err(Fault::Complained { complaint, .. }) = read(&events, true) else { panic!("no complaint") };
        assert_eq!((complaint.status, complaint.said.as_str()), (500, "out of memory"));
    }

    #[test]
    fn data_that_is_not_json_is_malformed() {
        assert!(matches!(StreamedReply::default().take("{\"choices\":"), Err(Fault::Malformed { .. })));
        for harmless in ["null", "[]", "1", "{}", "{\"choices\":{}}", "{\"choices\":[1]}"] {
            assert_eq!(StreamedReply::default().take(harmless), Ok(String::new()), "{harmless}");
        }
    }
}
