//! A fake OpenAI-compatible endpoint on a real socket, for tests in the same process and for tests of the program.

#![allow(dead_code, unreachable_pub, unused_imports, reason = "each test file uses its part of this")]

mod batch_server;
mod fake_endpoint;
mod reply;

pub use batch_server::{BatchServer, Cut, Fate, Server};
pub use fake_endpoint::{FakeEndpoint, Request};
pub use reply::{Reply, chat_events};
