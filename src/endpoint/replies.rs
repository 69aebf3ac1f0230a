//! Replies kept from before: what tells one from another, and where a judge asks for them. Who keeps them, and
//! where, is not known here.

use std::fmt;

use sha2::{Digest, Sha256};

/// Where replies are kept. Only a cache: what it lacks is asked for again.
pub trait Replies: Send + Sync + fmt::Debug {
    /// The reply of that identity, if it is kept.
    fn find(&self, id: &ReplyId) -> Option<KeptReply>;

    /// Keeps a reply. Never waits for a disk.
    fn keep(&self, id: ReplyId, reply: KeptReply);
}

/// What a reply depends on, hashed: the whole request, where it was sent, and which sample of it this is. 128 bits of
/// SHA-256: among a billion replies, two of one identity are less likely than one in 10^20.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReplyId([u8; 16]);

/// A reply that can be given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptReply {
    /// What the model said.
    pub text: String,
    /// Whether the server sent reasoning apart from the text.
    pub reasoning: bool,
}

/// A request whose reply may be one from before.
#[derive(Debug, Clone, Copy)]
pub struct Earlier<'r> {
    /// Where earlier replies are.
    pub replies: &'r dyn Replies,
    /// Which sample of the same request this is, from 0: several samples are several replies.
    pub sample: u32,
}

impl ReplyId {
    /// The identity of the reply to `request`, all that tells it from others.
    pub fn of(base_url: &str, model: &str, request: &[u8], sample: u32) -> Self {
        let mut hash = Sha256::new();
        // Lengths keep neighbouring parts from running into each other.
        for part in [base_url.as_bytes(), model.as_bytes(), request, &sample.to_le_bytes()] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.finalize()[..16]);
        Self(bytes)
    }

    /// The hash.
    pub fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identity_depends_on_every_part() {
        let base = ReplyId::of("http://a/v1", "m", b"{}", 0);
        assert_eq!(base, ReplyId::of("http://a/v1", "m", b"{}", 0));
        for other in [
            ReplyId::of("http://b/v1", "m", b"{}", 0),
            ReplyId::of("http://a/v1", "n", b"{}", 0),
            ReplyId::of("http://a/v1", "m", b"{ }", 0),
            ReplyId::of("http://a/v1", "m", b"{}", 1),
            ReplyId::of("http://a/v1m", "", b"{}", 0),
        ] {
            assert_ne!(base, other);
        }
    }
}
