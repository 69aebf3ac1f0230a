//! What goes into the controller and what comes out of it.

use std::time::Duration;

use crate::config::Concurrency;

/// What limits the pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::endpoint) struct Limits {
    pub(in crate::endpoint) concurrency: Concurrency,
    pub(in crate::endpoint) rpm: Option<u32>,
    pub(in crate::endpoint) tpm: Option<u64>,
    /// The first pause where a server does not say how long.
    pub(in crate::endpoint) unit: Duration,
}

/// Whether the next request may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Go(Admission),
    /// Not before this time.
    NotBefore(Duration),
    /// When something is heard of another request.
    WhenHeard,
}

/// A request that may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Admission {
    pub(super) at: Duration,
    pub(super) tokens: u64,
    pub(super) is_probe: bool,
}

/// What came of a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::endpoint) enum News {
    /// It was answered after this time; tokens where known.
    Answered { after: Duration, tokens: Option<u64> },
    /// Too many requests. How long to wait, if the server says.
    Refused { wait: Option<Duration> },
    /// The server had trouble: no time to grow.
    Troubled,
    /// The server was too slow.
    TooSlow,
    /// Nothing about the server's pace: a wrong request, or one that was given up.
    Nothing,
}
