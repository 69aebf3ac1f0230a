//! Whether to try again, and when: one pure decision. The clock and chance come from the caller.

use std::time::{Duration, SystemTime};

use backon::{BackoffBuilder, ExponentialBuilder};

use super::complaint::{Complaint, ComplaintKind};
use super::fault::{Fault, RequestedWait};

/// The longest wait of our own choosing. Longer ones leave a server idle that has long recovered.
const LONGEST_BACKOFF: Duration = Duration::from_secs(30);

/// Rate limits are counted by the minute. From half a second on, nine doubled waits with this cap reach past two
/// minutes, so that a request outlives the minute in which the limit was met and some of the next.
const RATE_LIMIT_RETRIES: u32 = 9;

/// Where nothing listens, little changes within seconds; two more tries outlast a server's restart by a
/// supervisor, and a person who forgot to start theirs learns of it within two seconds.
const UNREACHABLE_RETRIES: u32 = 2;

/// A server that was too slow is still at work on what we gave up; each further try adds to its load.
const TIMED_OUT_RETRIES: u32 = 2;

/// A gateway's page may be gone in a moment; a base URL that leads to a web site will not change.
const WEB_PAGE_RETRIES: u32 = 2;

/// The part of a backoff that is left to chance, so that requests refused together do not return together.
const JITTER: f64 = 0.5;

/// What to do about a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// Try again after this wait.
    Retry { after: Duration },
    /// Trying again is no use, or was tried often enough.
    GiveUp,
}

/// How often and how long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    /// Retries after most faults.
    pub(super) retries: u32,
    /// The first backoff.
    pub(super) unit: Duration,
    /// The longest wait that a server may ask for.
    pub(super) longest_wait: Duration,
}

/// Decides about the next try after `retried` retries. `jitter` is from 0 to 1, by chance.
pub(super) fn decide(fault: &Fault, retried: u32, budget: &Budget, jitter: f64) -> Decision {
    let Some(backoff) = backoff(retried, allowed(fault, budget), budget.unit) else {
        return Decision::GiveUp;
    };
    match requested(fault) {
        Some(wait) if wait > budget.longest_wait => Decision::GiveUp,
        // Never earlier than told; a little later, each request by another little.
        Some(wait) => Decision::Retry { after: wait + budget.unit.mul_f64(jitter) },
        None => Decision::Retry { after: backoff.mul_f64(1.0 - JITTER + JITTER * jitter) },
    }
}

fn backoff(retried: u32, allowed: u32, unit: Duration) -> Option<Duration> {
    ExponentialBuilder::new()
        .with_min_delay(unit)
        .with_max_delay(LONGEST_BACKOFF)
        .with_max_times(usize::try_from(allowed).ok()?)
        .build()
        .nth(usize::try_from(retried).ok()?)
}

/// How many retries a fault is worth.
fn allowed(fault: &Fault, budget: &Budget) -> u32 {
    match fault {
        Fault::Complained { complaint, wait } => complaint_retries(complaint, *wait, budget),
        Fault::Unreachable { .. } => budget.retries.min(UNREACHABLE_RETRIES),
        Fault::TimedOut { .. } => budget.retries.min(TIMED_OUT_RETRIES),
        Fault::WebPage { .. } => budget.retries.min(WEB_PAGE_RETRIES),
        Fault::ConnectionLost { .. } | Fault::Malformed { .. } => budget.retries,
        Fault::Redirected { .. } | Fault::TlsFailed { .. } | Fault::TooLarge => 0,
    }
}

fn complaint_retries(complaint: &Complaint, wait: RequestedWait, budget: &Budget) -> u32 {
    match complaint.kind {
        ComplaintKind::UnknownModel
        | ComplaintKind::ContextTooLong
        | ComplaintKind::ContentFilter
        | ComplaintKind::QuotaExhausted
        | ComplaintKind::WrongPath => 0,
        ComplaintKind::Parameter(_) | ComplaintKind::Other => {
            if !wait.again.unwrap_or(may_pass(complaint.status)) || budget.retries == 0 {
                0
            } else if complaint.status == 429 {
                budget.retries.max(RATE_LIMIT_RETRIES)
            } else {
                budget.retries
            }
        }
    }
}

/// Statuses that speak of a passing state: request timeout, conflict (a model being loaded), too early, too
/// many requests, failures of the server or a gateway, and those of Cloudflare (520 to 524) and Anthropic (529).
fn may_pass(status: u16) -> bool {
    matches!(status, 408 | 409 | 425 | 429 | 500 | 502 | 503 | 504 | 520..=524 | 529)
}

fn requested(fault: &Fault) -> Option<Duration> {
    match fault {
        Fault::Complained { wait, .. } => wait.wait,
        Fault::Redirected { .. }
        | Fault::Unreachable { .. }
        | Fault::TlsFailed { .. }
        | Fault::TimedOut { .. }
        | Fault::ConnectionLost { .. }
        | Fault::Malformed { .. }
        | Fault::WebPage { .. }
        | Fault::TooLarge => None,
    }
}

/// Headers by which a server says when to come back.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct WaitHeaders<'a> {
    /// `retry-after-ms`: milliseconds.
    pub(super) retry_after_ms: Option<&'a str>,
    /// `Retry-After`: seconds or an HTTP date.
    pub(super) retry_after: Option<&'a str>,
    /// `x-should-retry`: `true` or `false`.
    pub(super) should_retry: Option<&'a str>,
}

impl WaitHeaders<'_> {
    /// What they ask for at the time `now`. What can't be read asks for nothing.
    pub(super) fn read(&self, now: SystemTime) -> RequestedWait {
        let milliseconds = self.retry_after_ms.and_then(|text| seconds(text, 1_000.0));
        let wait = milliseconds.or_else(|| {
            let text = self.retry_after?;
            seconds(text, 1.0).or_else(|| until(text, now))
        });
        let again = match self.should_retry {
            Some("true") => Some(true),
            Some("false") => Some(false),
            Some(_) | None => None,
        };
        RequestedWait { wait, again }
    }
}

fn seconds(text: &str, per_second: f64) -> Option<Duration> {
    let number: f64 = text.trim().parse().ok()?;
    Duration::try_from_secs_f64(number / per_second).ok()
}

/// A date in the past asks for no wait.
fn until(text: &str, now: SystemTime) -> Option<Duration> {
    let date = httpdate::parse_http_date(text.trim()).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
#[path = "retry_tests.rs"]
mod tests;
