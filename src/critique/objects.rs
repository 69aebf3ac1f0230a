//! JSON objects in what a model said: behind its reasoning, between its words.
//!
//! What an object has to hold is the caller's business; of several that fit, the last one is what the model came to.

use serde_json::Value;

/// Reads the last JSON object of `reply` that fits, or says what is wrong with the first.
pub fn last_fitting<T>(
    reply: &str,
    mut fit: impl FnMut(&Value) -> Result<T, Vec<String>>,
) -> Result<T, Vec<String>> {
    let mut complaints = vec!["the reply has no JSON object".to_owned()];
    for value in objects(without_reasoning(reply)).into_iter().rev() {
        match fit(&value) {
            Ok(fitting) => return Ok(fitting),
            Err(found) => complaints = found,
        }
    }
    Err(complaints)
}

/// The reply behind its reasoning block. A block that was never closed leaves nothing.
pub(crate) fn without_reasoning(reply: &str) -> &str {
    if !reply.contains('<') {
        return reply;
    }
    for (open, close) in
        [("<think>", "</think>"), ("<thinking>", "</thinking>"), ("<reasoning>", "</reasoning>")]
    {
        if let Some((_, rest)) = reply.rsplit_once(close) {
            return rest;
        }
        if reply.trim_start().starts_with(open) {
            return "";
        }
    }
    reply
}

/// Starts of objects that are tried in one reply; honest replies have a handful, and each try costs time.
const MOST_TRIES: usize = 500;

/// Every complete JSON object of a text that is not inside another one.
fn objects(text: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut from = 0;
    for _ in 0..MOST_TRIES {
        let Some(start) = text.get(from..).and_then(|rest| rest.find('{')).map(|at| from + at) else { break };
        let mut stream = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>();
        from = match stream.next() {
            Some(Ok(value)) => {
                found.push(value);
                start + stream.byte_offset()
            }
            Some(Err(_)) | None => start + 1,
        };
    }
    found
}
