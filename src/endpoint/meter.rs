//! What the calls to an endpoint took, and the caps on that. Every request counts: those that were tried again, and
//! those whose reply was of no use.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

/// What several endpoints may take together, and what each of them took.
#[derive(Debug, Default)]
pub struct Purse {
    caps: Caps,
    accounts: Mutex<Vec<Booked>>,
}

/// Books what each request to one endpoint took, on its own account of a purse.
#[derive(Debug)]
pub(super) struct Meter {
    purse: Arc<Purse>,
    account: usize,
    prices: Option<Prices>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Booked {
    prices: Option<Prices>,
    requests: u64,
    usage: Usage,
}

impl Booked {
    fn cost(&self) -> Option<f64> {
        self.prices.map(|prices| prices.cost(self.usage.prompt_tokens, self.usage.completion_tokens))
    }
}

impl Purse {
    /// A purse that nothing was taken from yet.
    pub fn new(caps: Caps) -> Self {
        Self { caps, accounts: Mutex::default() }
    }

    fn accounts(&self) -> MutexGuard<'_, Vec<Booked>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Which cap is reached, in words, if one is.
    fn reached(&self) -> Option<String> {
        let accounts = self.accounts();
        let cost: f64 = accounts.iter().filter_map(Booked::cost).sum();
        if let Some(cap) = self.caps.cost.filter(|cap| cost >= *cap) {
            return Some(format!("{cost:.4} of {cap} is spent"));
        }
        let used = accounts.iter().flat_map(|it| [it.usage.prompt_tokens, it.usage.completion_tokens]);
        let tokens = used.fold(0_u64, u64::saturating_add);
        let cap = self.caps.tokens.filter(|cap| tokens >= *cap)?;
        Some(format!("{tokens} of {cap} tokens are used"))
    }
}

impl Meter {
    pub(super) fn new(prices: Option<Prices>, purse: &Arc<Purse>) -> Self {
        let mut accounts = purse.accounts();
        let account = accounts.len();
        accounts.push(Booked { prices, ..Booked::default() });
        Self { purse: Arc::clone(purse), account, prices }
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
        let booked = self.purse.accounts().get(self.account).copied().unwrap_or_default();
        Tally { requests: booked.requests, usage: booked.usage, cost: booked.cost() }
    }

    /// Which cap is reached, in words, if one is.
    pub(super) fn reached(&self) -> Option<String> {
        self.purse.reached()
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
        if let Some(booked) = self.purse.accounts().get_mut(self.account) {
            booked.requests += 1;
            booked.usage += usage;
        }
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
        let purse = Arc::new(Purse::new(Caps { cost: Some(1.0), tokens: None }));
        let meter = Meter::new(Some(prices), &purse);
        meter.book_reply(usage, 0, 0);
        meter.book_refused();
        assert_eq!((meter.tally().cost, meter.reached()), (Some(0.7), None));
        assert_eq!(meter.batch_cost(usage), Some(0.35));
        // A lost request of 1.2 million bytes: 300,000 tokens that were sent.
        meter.book_lost(1_200_000);
        assert_eq!(meter.reached().as_deref(), Some("1.0000 of 1 is spent"));
        assert_eq!(meter.tally().requests, 3);

        let purse = Arc::new(Purse::new(Caps { cost: None, tokens: Some(400_000) }));
        let meter = Meter::new(None, &purse);
        meter.book_reply(Usage { completion_tokens: 99_999, ..usage }, 0, 0);
        assert_eq!(meter.reached(), None);
        // A server that does not count: four bytes a token.
        meter.book_reply(Usage::default(), 2, 2);
        assert_eq!(meter.reached().as_deref(), Some("400001 of 400000 tokens are used"));
    }

    #[test]
    fn endpoints_of_one_purse_reach_its_cap_together() {
        let purse = Arc::new(Purse::new(Caps { cost: Some(1.0), tokens: None }));
        let meters = [2.0, 4.0]
            .map(|price| Meter::new(Some(Prices { input: price, output: 0.0, batch_discount: 0.0 }), &purse));
        let usage = Usage { prompt_tokens: 100_000, completion_tokens: 0 };
        meters[0].book_reply(usage, 0, 0);
        meters[1].book_reply(usage, 0, 0);
        assert_eq!(meters.each_ref().map(|meter| meter.tally().cost), [Some(0.2), Some(0.4)]);
        assert_eq!(meters[0].reached(), None);
        meters[1].book_reply(usage, 0, 0);
        assert_eq!(meters[0].reached().as_deref(), Some("1.0000 of 1 is spent"));
    }
}
