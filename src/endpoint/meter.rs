//! What the calls to an endpoint took, and the caps on that. Every request counts: those that were tried again, and
//! those whose reply was of no use.

use std::sync::{Mutex, PoisonError};

use super::chat::Usage;
use crate::config::Prices;

/// Bytes of English prose and of JSON that make a token: the rule of thumb that OpenAI gives, and close for others.
const BYTES_PER_TOKEN: usize = 4;

/// How much a run may take. Once more than that is booked, nothing more is sent; what is under way is let finish.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Caps {
    /// Most money, in the currency of the prices.
    pub cost: Option<f64>,
    /// Most tokens, sent and received.
    pub tokens: Option<u64>,
}

/// What was booked so far.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tally {
    /// Requests sent.
    pub requests: u64,
    /// Tokens sent and received.
    pub usage: Usage,
    /// Money, where the price is known.
    pub cost: Option<f64>,
}

/// Books what each request took and says when a cap is reached.
#[derive(Debug)]
pub(super) struct Meter {
    prices: Option<Prices>,
    caps: Caps,
    booked: Mutex<Booked>,
}

#[derive(Debug, Default)]
struct Booked {
    requests: u64,
    usage: Usage,
}

impl Meter {
    pub(super) fn new(prices: Option<Prices>, caps: Caps) -> Self {
        Self { prices, caps, booked: Mutex::default() }
    }

    /// What tokens cost, where the price is known.
    pub(super) fn cost(&self, usage: Usage) -> Option<f64> {
        self.prices.map(|prices| prices.cost(usage.prompt_tokens, usage.completion_tokens))
    }

    /// What tokens of a batch cost, where the price is known.
    pub(super) fn batch_cost(&self, usage: Usage) -> Option<f64> {
        let full = self.cost(usage)?;
        Some(full * (1.0 - self.prices?.batch_discount))
    }

    pub(super) fn tally(&self) -> Tally {
        let booked = self.booked.lock().unwrap_or_else(PoisonError::into_inner);
        Tally { requests: booked.requests, usage: booked.usage, cost: self.cost(booked.usage) }
    }

    /// Which cap is reached, in words, if one is.
    pub(super) fn reached(&self) -> Option<String> {
        let tally = self.tally();
        let tokens = tally.usage.prompt_tokens + tally.usage.completion_tokens;
        if let (Some(cap), Some(cost)) = (self.caps.cost, tally.cost)
            && cost >= cap
        {
            return Some(format!("{cost:.4} of {cap} is spent"));
        }
        let cap = self.caps.tokens.filter(|cap| tokens >= *cap)?;
        Some(format!("{tokens} of {cap} tokens are used"))
    }

    /// Books a request that was answered. A server that does not count is counted for.
    pub(super) fn book_reply(&self, usage: Usage, sent_bytes: usize, received_bytes: usize) {
        let counted = usage != Usage::default();
        self.book(if counted { usage } else { estimated(sent_bytes, received_bytes) });
    }

    /// Books a request that may have been worked on though its reply never came.
    pub(super) fn book_lost(&self, sent_bytes: usize) {
        self.book(estimated(sent_bytes, 0));
    }

    /// Books a request that the server turned away, which costs nothing.
    pub(super) fn book_refused(&self) {
        self.book(Usage::default());
    }

    fn book(&self, usage: Usage) {
        let mut booked = self.booked.lock().unwrap_or_else(PoisonError::into_inner);
        booked.requests += 1;
        booked.usage += usage;
    }
}

/// Tokens of a text of so many bytes, about.
pub fn estimated_tokens(bytes: usize) -> u64 {
    bytes.div_ceil(BYTES_PER_TOKEN) as u64
}

fn estimated(sent_bytes: usize, received_bytes: usize) -> Usage {
    Usage { prompt_tokens: estimated_tokens(sent_bytes), completion_tokens: estimated_tokens(received_bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cap_is_reached_by_all_that_was_sent() {
        let prices = Prices { input: 1.0, output: 4.0, batch_discount: 0.5 };
        let usage = Usage { prompt_tokens: 300_000, completion_tokens: 100_000 };
        let meter = Meter::new(Some(prices), Caps { cost: Some(1.0), tokens: None });
        meter.book_reply(usage, 0, 0);
        meter.book_refused();
        assert_eq!((meter.tally().cost, meter.reached()), (Some(0.7), None));
        assert_eq!(meter.batch_cost(usage), Some(0.35));
        // A lost request of 1.2 million bytes: 300,000 tokens that were sent.
        meter.book_lost(1_200_000);
        assert_eq!(meter.reached().as_deref(), Some("1.0000 of 1 is spent"));
        assert_eq!(meter.tally().requests, 3);

        let meter = Meter::new(None, Caps { cost: None, tokens: Some(400_000) });
        meter.book_reply(Usage { completion_tokens: 99_999, ..usage }, 0, 0);
        assert_eq!(meter.reached(), None);
        // A server that does not count: four bytes a token.
        meter.book_reply(Usage::default(), 2, 2);
        assert_eq!(meter.reached().as_deref(), Some("400001 of 400000 tokens are used"));
    }
}
