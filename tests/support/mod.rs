//! A fake OpenAI-compatible endpoint on a real socket, for tests in the same process and for tests of the program.

// Each test file uses its part of this.
#![allow(dead_code, unreachable_pub, unused_imports)]
// Where a test's own machinery fails, the test had better fail at once.
#![allow(clippy::unwrap_used)]

mod fake_endpoint;
mod reply;

pub use fake_endpoint::{FakeEndpoint, Request};
pub use reply::Reply;
