//! Hard limits by the minute: requests evenly spaced, tokens counted over any sixty seconds.
//!
//! Not `governor`: tokens are reserved before they are known and settled after, which a bucket that only fills by
//! the clock cannot do, and both limits have to share the controller's time.

use std::collections::VecDeque;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// Tokens reserved in the same second are counted together: at most sixty-one numbers to a minute.
const TOGETHER: Duration = Duration::from_secs(1);

/// Most requests in any minute, spaced evenly: many servers count a minute's limit by the second.
#[derive(Debug)]
pub(super) struct Requests {
    interval: Duration,
    next: Duration,
}

impl Requests {
    pub(super) fn per_minute(limit: Option<u32>) -> Self {
        Self { interval: limit.map_or(Duration::ZERO, |limit| MINUTE / limit.max(1)), next: Duration::ZERO }
    }

    /// When the next request may go.
    pub(super) fn ready(&self, now: Duration) -> Duration {
        self.next.max(now)
    }

    pub(super) fn take(&mut self, now: Duration) {
        self.next = self.ready(now) + self.interval;
    }
}

/// Most tokens in any minute.
#[derive(Debug)]
pub(super) struct Tokens {
    limit: Option<u64>,
    /// When tokens were reserved last in a second or so, and how many in it; the oldest first.
    reserved: VecDeque<(Duration, u64)>,
}

impl Tokens {
    pub(super) fn per_minute(limit: Option<u64>) -> Self {
        Self { limit, reserved: VecDeque::new() }
    }

    /// When a request of so many tokens may go. One that is larger than the limit has a minute for itself.
    pub(super) fn ready(&self, now: Duration, tokens: u64) -> Duration {
        let Some(limit) = self.limit else { return now };
        let mut left = self.reserved.iter().map(|(_, tokens)| tokens).sum::<u64>();
        let room = limit.saturating_sub(tokens);
        for (at, tokens) in &self.reserved {
            let over = *at + MINUTE;
            if left <= room {
                break;
            }
            left -= tokens;
            if left <= room {
                return over.max(now);
            }
        }
        now
    }

    pub(super) fn take(&mut self, now: Duration, tokens: u64) {
        if self.limit.is_none() {
            return;
        }
        while self.reserved.front().is_some_and(|(at, _)| *at + MINUTE <= now) {
            self.reserved.pop_front();
        }
        match self.reserved.back_mut() {
            // The later time stands for both, so that neither is forgotten too early. A second is counted from its
            // beginning, or a steady flow would never leave it.
            Some((at, sum)) if whole_seconds(*at) == whole_seconds(now) => {
                *at = now;
                *sum += tokens;
            }
            Some(_) | None => self.reserved.push_back((now, tokens)),
        }
    }

    /// Puts what a request took in the place of what was reserved for it at `at`.
    pub(super) fn settle(&mut self, at: Duration, reserved: u64, took: u64) {
        let second = whole_seconds(at);
        if let Some((_, sum)) = self.reserved.iter_mut().find(|(at, _)| whole_seconds(*at) == second) {
            *sum = sum.saturating_sub(reserved).saturating_add(took);
        }
    }
}

fn whole_seconds(at: Duration) -> u64 {
    at.as_secs() / TOGETHER.as_secs()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn requests_are_spaced_evenly_and_not_saved_up() {
        let mut requests = Requests::per_minute(Some(120));
        let mut sent = Vec::new();
        for now in [0.0, 0.0, 0.0, 10.0, 10.0] {
            let at = requests.ready(seconds(now));
            requests.take(at);
            sent.push(at.as_secs_f64());
        }
        assert_eq!(sent, [0.0, 0.5, 1.0, 10.0, 10.5]);
        assert_eq!(Requests::per_minute(None).ready(seconds(3.0)), seconds(3.0));
    }

    #[test]
    fn what_was_reserved_and_not_used_is_free_again() {
        let mut tokens = Tokens::per_minute(Some(1_000));
        tokens.take(seconds(0.0), 900);
        assert_eq!(tokens.ready(seconds(1.0), 500), seconds(60.0));
        tokens.settle(seconds(0.0), 900, 400);
        assert_eq!(tokens.ready(seconds(1.0), 500), seconds(1.0));
        assert_eq!(tokens.ready(seconds(1.0), 5_000), seconds(60.0), "too large: alone in its minute");
    }

    proptest! {
        /// A request that is no larger than the limit never makes a minute exceed it.
        #[test]
        fn no_minute_has_more_tokens(sizes in prop::collection::vec((1_u64..400, 0.0_f64..20.0), 1..80)) {
            const LIMIT: u64 = 1_000;
            let mut tokens = Tokens::per_minute(Some(LIMIT));
            let (mut now, mut sent) = (Duration::ZERO, Vec::new());
            for (size, pause) in sizes {
                now = tokens.ready(now + seconds(pause), size);
                tokens.take(now, size);
                sent.push((now, size));
            }
            for (from, _) in &sent {
                let within = sent.iter().filter(|(at, _)| at >= from && *at < *from + MINUTE);
                prop_assert!(within.map(|(_, size)| size).sum::<u64>() <= LIMIT);
            }
        }
    }
}
