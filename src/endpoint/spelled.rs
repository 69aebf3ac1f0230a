//! Values that go into many requests: their JSON is made once, and hashed once.
//!
//! The instructions of a rubric and the schema of its critiques are most of every request about it. Escaping them
//! took a third of what a request costs this program, hashing them for the reply's identity a tenth.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use sha2::{Digest as _, Sha256};

/// A shared value with its JSON.
pub struct Spelled<T>(Arc<Inner<T>>);

struct Inner<T> {
    value: T,
    /// `None` for what has no JSON; then writing it says why.
    json: Option<Box<RawValue>>,
    /// Of the JSON; found when it is first wanted.
    digest: OnceLock<[u8; 32]>,
}

/// Written as the digest of the value's JSON, where only the same or another matters.
pub(super) struct Digested<'a, T>(pub(super) &'a Spelled<T>);

impl<T: Serialize> From<T> for Spelled<T> {
    fn from(value: T) -> Self {
        let json = to_raw_value(&value).ok();
        Self(Arc::new(Inner { value, json, digest: OnceLock::new() }))
    }
}

impl<T> Clone for Spelled<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for Spelled<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T: PartialEq> PartialEq for Spelled<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0.value == other.0.value
    }
}

impl<T: Eq> Eq for Spelled<T> {}

impl<T: fmt::Debug> fmt::Debug for Spelled<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.value.fmt(f)
    }
}

impl<T: Serialize> Serialize for Spelled<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0.json {
            Some(json) => json.serialize(serializer),
            None => self.0.value.serialize(serializer),
        }
    }
}

/// A list of bytes, which no text and no schema is written as.
impl<T: Serialize> Serialize for Digested<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Spelled(inner) = self.0;
        match &inner.json {
            Some(json) => {
                inner.digest.get_or_init(|| Sha256::digest(json.get()).into()).serialize(serializer)
            }
            None => inner.value.serialize(serializer),
        }
    }
}

/// What a message says.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Content {
    /// In this message alone.
    Own(String),
    /// In many.
    Shared(Spelled<String>),
}

impl Deref for Content {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Own(text) => text,
            Self::Shared(text) => text,
        }
    }
}

impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Content {}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::Own(text)
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::Own(text.to_owned())
    }
}

impl From<Spelled<String>> for Content {
    fn from(text: Spelled<String>) -> Self {
        Self::Shared(text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_is_shared_is_written_as_if_it_were_not() {
        let text = "Say \"yes\"\nor \u{1} no: ä\u{2028}".to_owned();
        let schema = json!({"type": "object", "properties": {"b": 1, "a": 2.5e-7}});
        let shared: (Content, Spelled<Value>) = (Spelled::from(text.clone()).into(), schema.clone().into());
        let own = (Content::from(text), schema);
        assert_eq!(serde_json::to_string(&shared).unwrap(), serde_json::to_string(&own).unwrap());
        assert_eq!(shared.0, own.0);
    }

    #[test]
    fn the_digest_is_that_of_the_json() {
        let digest = |text: &str| serde_json::to_string(&Digested(&Spelled::from(text.to_owned()))).unwrap();
        // printf '"abc"' | sha256sum: 6cc43f858fbb763301637b5af970e2a46b46f461f27e5a0f41e009c59b827b25
        assert!(digest("abc").starts_with("[108,196,63,133,143,187,"), "{}", digest("abc"));
        assert_eq!(digest("abc"), digest("abc"));
        assert_ne!(digest("abc"), digest("abd"));
    }
}
