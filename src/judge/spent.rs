//! What judging took, what it would take, and sums of that over requests, samples and members.

use std::time::Duration;

use crate::endpoint::ChatReply;
use crate::record::{JudgeRecord, UsageRecord};
use crate::summary::Spending;

/// Who judged, and what it took.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Who judged, and how far they agreed where they were several.
    pub judge: JudgeRecord,
    /// What it took.
    pub spent: Spent,
}

/// What judging some answers would take, as far as one can tell beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Forecast {
    /// Requests, when all goes well.
    pub calls: u64,
    /// Requests that are not sent, because their reply is kept from before.
    pub kept: u64,
    /// Tokens sent.
    pub prompt_tokens: u64,
    /// Tokens received.
    pub completion_tokens: u64,
    /// Money, as far as prices are known; see [`super::Judge::unpriced`].
    pub cost: f64,
}

impl std::ops::AddAssign for Forecast {
    fn add_assign(&mut self, other: Self) {
        self.calls += other.calls;
        self.kept += other.kept;
        self.cost += other.cost;
        self.prompt_tokens += other.prompt_tokens;
        self.completion_tokens += other.completion_tokens;
    }
}

/// What judging took, all requests together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spent {
    /// Tokens sent.
    pub prompt_tokens: u64,
    /// Tokens received.
    pub completion_tokens: u64,
    /// Time that the endpoint took.
    pub latency: Duration,
    /// Money, where the price is known.
    pub cost: Option<f64>,
}

impl Spent {
    pub(super) fn add(&mut self, reply: &ChatReply, cost: Option<f64>) {
        self.cost = cost.map(|cost| self.cost.unwrap_or_default() + cost);
        // A server may say that it counted any number of tokens.
        self.prompt_tokens = self.prompt_tokens.saturating_add(reply.usage.prompt_tokens);
        self.completion_tokens = self.completion_tokens.saturating_add(reply.usage.completion_tokens);
        self.latency = self.latency.saturating_add(reply.latency);
    }

    /// Both together. What costs an unknown amount makes the sum unknown; what took nothing costs nothing.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            prompt_tokens: self.prompt_tokens.saturating_add(other.prompt_tokens),
            completion_tokens: self.completion_tokens.saturating_add(other.completion_tokens),
            latency: self.latency.saturating_add(other.latency),
            cost: both_costs((self.took_nothing(), self.cost), (other.took_nothing(), other.cost)),
        }
    }

    fn took_nothing(&self) -> bool {
        self.latency.is_zero() && self.prompt_tokens == 0 && self.completion_tokens == 0
    }

    /// As a grades file keeps it.
    pub fn record(&self) -> UsageRecord {
        UsageRecord {
            prompt_tokens: self.prompt_tokens,
            completion_tokens: self.completion_tokens,
            cost: self.cost,
            latency_ms: u64::try_from(self.latency.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

/// What two models took together.
pub(super) fn together(a: Spending, b: Spending) -> Spending {
    Spending {
        requests: a.requests + b.requests,
        prompt_tokens: a.prompt_tokens.saturating_add(b.prompt_tokens),
        completion_tokens: a.completion_tokens.saturating_add(b.completion_tokens),
        cost: both_costs((a.requests == 0, a.cost), (b.requests == 0, b.cost)),
    }
}

/// The sum of two costs, each with whether it is for nothing at all; unknown where one is unknown.
fn both_costs((a_is_nothing, a): (bool, Option<f64>), (b_is_nothing, b): (bool, Option<f64>)) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a + b),
        (Some(cost), None) if b_is_nothing => Some(cost),
        (None, Some(cost)) if a_is_nothing => Some(cost),
        (None | Some(_), None) | (None, Some(_)) => None,
    }
}
