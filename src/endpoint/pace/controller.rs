//! How many requests may be under way, and when the next may go: a pure state machine. Time and chance are
//! parameters.
//!
//! In `auto` the limit starts low and doubles while the server keeps up, creeps once it has met resistance, and
//! shrinks when the server refuses or its replies take ever longer: a server that only queues what it gets gains
//! nothing from more. A refusal makes everybody pause, however many requests are allowed; after the pause one
//! request probes, and the others follow two by two.

use std::time::Duration;

use super::quota::{JITTER, Quota, Remaining};
use super::rates::{Requests, Tokens};
use super::{Admission, Limits, News, Turn};
use crate::config::Concurrency;

/// Where `auto` starts. Small servers work on one to four requests at once; seven doublings reach the ceiling.
const FIRST_LIMIT: usize = 2;

/// Where `auto` ends: hosted models rarely serve one account more at once, and each request holds a connection.
const CEILING: usize = 256;

/// What a limit shrinks to when the server refuses: by half after doubling, for half was fine a round ago; by a fifth
/// once it has been near the right number (as in `inspect_ai`).
const AFTER_DOUBLING: f64 = 0.5;
const AFTER_CREEPING: f64 = 0.8;

/// While creeping, a limit grows by a twentieth a round, and at least by one.
const CREEP: f64 = 0.05;

/// Replies that take this much longer than they did at best mean that requests queue: stop growing.
const SLOWER: f64 = 1.5;

/// And this much longer: shrink. Between the two a server is busy and its queue short.
const MUCH_SLOWER: f64 = 2.0;

/// A queue gets shorter when only half is sent. Replies that then take this share of what they took, or more, are
/// slow for another reason: answers got longer, others use the server. What they take is the new best.
const NO_SHORTER: f64 = 0.9;

/// So many rounds on end without growing, and it is found out whether there is a queue at all.
const PATIENT_ROUNDS: u32 = 10;

/// The longest pause of our own choosing.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    Free,
    Paused {
        until: Duration,
    },
    /// One request finds out whether the server takes any.
    Probing {
        sent: bool,
    },
    /// More and more at once, from a successful probe at `since` on.
    Opening {
        open: usize,
        since: Duration,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Growth {
    Doubling,
    Creeping,
}

/// Replies since the limit last changed.
#[derive(Debug, Clone, Copy, Default)]
struct Round {
    replies: usize,
    seconds: f64,
    had_trouble: bool,
}

/// A round with half the limit.
#[derive(Debug, Clone, Copy)]
struct Trial {
    /// The limit before.
    limit: usize,
    /// What a reply took before.
    seconds: f64,
    /// The limit afterwards, should it show that there is a queue.
    if_queue: usize,
}

/// The state of an endpoint's pace.
#[derive(Debug)]
pub(super) struct Controller {
    limit: usize,
    is_auto: bool,
    growth: Growth,
    round: Round,
    best_seconds: Option<f64>,
    /// Half the limit, for a round, to see whether there is a queue.
    trial: Option<Trial>,
    held_rounds: u32,
    /// When the limit was last lowered; what was sent before still suffered from the higher one.
    shrunk: Duration,
    under_way: usize,
    /// When all that is allowed was last under way. Only replies to what was under way then say something about the
    /// limit.
    last_full: Option<Duration>,
    flow: Flow,
    /// Requests sent before the last refusal; what comes of them is part of the same episode.
    last_cut: Option<Duration>,
    refusals_in_a_row: u32,
    refused_since_answer: bool,
    unit: Duration,
    left_requests: Remaining,
    left_tokens: Remaining,
    requests: Requests,
    tokens: Tokens,
}

impl Controller {
    pub(super) fn new(limits: Limits) -> Self {
        let (limit, is_auto) = match limits.concurrency {
            Concurrency::Auto => (FIRST_LIMIT, true),
            Concurrency::Fixed(number) => (usize::from(number).max(1), false),
        };
        Self {
            limit,
            is_auto,
            growth: Growth::Doubling,
            round: Round::default(),
            best_seconds: None,
            trial: None,
            held_rounds: 0,
            shrunk: Duration::ZERO,
            under_way: 0,
            last_full: None,
            flow: Flow::Free,
            last_cut: None,
            refusals_in_a_row: 0,
            refused_since_answer: false,
            unit: limits.unit,
            left_requests: Remaining::default(),
            left_tokens: Remaining::default(),
            requests: Requests::per_minute(limits.rpm),
            tokens: Tokens::per_minute(limits.tpm),
        }
    }

    /// How many requests may be under way when nothing is amiss.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// Whether a request that may take so many tokens may go.
    pub(super) fn turn(&mut self, now: Duration, tokens: u64) -> Turn {
        if let Flow::Paused { until } = self.flow {
            if now < until {
                return Turn::NotBefore(until);
            }
            self.flow = Flow::Probing { sent: false };
        }
        if self.under_way >= self.allowed() {
            return Turn::WhenHeard;
        }
        if let Some(until) = self.left_requests.exhausted(now, 1).max(self.left_tokens.exhausted(now, tokens))
        {
            self.flow = Flow::Paused { until };
            return Turn::NotBefore(until);
        }
        let ready = self.requests.ready(now).max(self.tokens.ready(now, tokens));
        if ready > now {
            return Turn::NotBefore(ready);
        }
        Turn::Go(self.admit(now, tokens))
    }

    fn allowed(&self) -> usize {
        match self.flow {
            Flow::Free => self.limit,
            Flow::Paused { .. } | Flow::Probing { sent: true } => 0,
            // What is still under way from before the pause does not count: it may never come back.
            Flow::Probing { sent: false } => self.under_way + 1,
            Flow::Opening { open, .. } => open.min(self.limit),
        }
    }

    fn admit(&mut self, now: Duration, tokens: u64) -> Admission {
        self.requests.take(now);
        self.tokens.take(now, tokens);
        self.left_requests.take(1);
        self.left_tokens.take(tokens);
        self.under_way += 1;
        let is_probe = matches!(self.flow, Flow::Probing { .. });
        if is_probe {
            self.flow = Flow::Probing { sent: true };
        }
        if self.under_way >= self.limit {
            self.last_full = Some(now);
        }
        Admission { at: now, tokens, is_probe }
    }

    /// Takes note of what came of a request, with what the reply's headers say. `chance` is from 0 to 1.
    pub(super) fn heard(
        &mut self,
        now: Duration,
        admission: Admission,
        news: News,
        quota: Quota,
        chance: f64,
    ) {
        self.under_way = self.under_way.saturating_sub(1);
        self.left_requests.learn(now, quota.requests, self.under_way as u64, chance);
        self.left_tokens.learn(now, quota.tokens, 0, chance);
        match news {
            News::Answered { after, tokens } => {
                self.tokens.settle(admission.at, admission.tokens, tokens.unwrap_or(admission.tokens));
                self.answered(now, admission, after);
            }
            News::Refused { wait } => {
                self.tokens.settle(admission.at, admission.tokens, 0);
                self.refused(now, admission, wait, chance);
            }
            News::Troubled => {
                self.round.had_trouble = true;
                self.probe_again(admission);
            }
            News::TooSlow => {
                if self.is_new_episode(admission) {
                    self.cut(now);
                }
                self.probe_again(admission);
            }
            News::Nothing => self.probe_again(admission),
        }
    }

    fn answered(&mut self, now: Duration, admission: Admission, after: Duration) {
        self.refused_since_answer = false;
        match self.flow {
            Flow::Probing { .. } if admission.is_probe => {
                self.refusals_in_a_row = 0;
                self.flow = Flow::Opening { open: 2, since: now };
            }
            Flow::Opening { open, since } if admission.at >= since => {
                let open = open + 1;
                self.flow = if open < self.limit { Flow::Opening { open, since } } else { Flow::Free };
            }
            Flow::Free => self.count(now, admission, after),
            Flow::Probing { .. } | Flow::Opening { .. } | Flow::Paused { .. } => {}
        }
    }

    fn count(&mut self, now: Duration, admission: Admission, after: Duration) {
        let tells_something =
            admission.at >= self.shrunk && self.last_full.is_some_and(|full| full >= admission.at);
        if !self.is_auto || !tells_something {
            return;
        }
        self.round.replies += 1;
        self.round.seconds += after.as_secs_f64();
        if self.round.replies >= self.limit {
            let round = std::mem::take(&mut self.round);
            self.adjust(now, round);
        }
    }

    /// At the end of a round: grow, stay, or find out whether there is a queue.
    fn adjust(&mut self, now: Duration, round: Round) {
        let seconds = round.seconds / round.replies as f64;
        if let Some(trial) = self.trial.take() {
            return self.conclude(now, trial, seconds);
        }
        let best = self.best_seconds.map_or(seconds, |best| seconds.min(best));
        self.best_seconds = Some(best);
        if seconds <= best * SLOWER {
            self.held_rounds = 0;
            if !round.had_trouble {
                self.grow();
            }
            return;
        }
        self.growth = Growth::Creeping;
        self.held_rounds += 1;
        let afterwards =
            if seconds > best * MUCH_SLOWER { self.share_of_limit(AFTER_CREEPING) } else { self.limit };
        if afterwards < self.limit || self.held_rounds > PATIENT_ROUNDS {
            self.held_rounds = 0;
            self.trial = Some(Trial { limit: self.limit, seconds, if_queue: afterwards });
            self.shrink_to(self.share_of_limit(0.5), now);
        }
    }

    /// The end of a round with half as many under way.
    fn conclude(&mut self, now: Duration, trial: Trial, seconds: f64) {
        if seconds >= trial.seconds * NO_SHORTER {
            self.best_seconds = Some(seconds);
            self.limit = trial.limit;
        } else {
            self.best_seconds = self.best_seconds.map(|best| seconds.min(best));
            self.limit = trial.if_queue;
        }
        // What was sent during the trial had an empty road.
        self.shrunk = now;
    }

    fn grow(&mut self) {
        let step = match self.growth {
            Growth::Doubling => self.limit,
            Growth::Creeping => ((self.limit as f64 * CREEP) as usize).max(1),
        };
        self.limit = (self.limit + step).min(CEILING);
    }

    fn refused(&mut self, now: Duration, admission: Admission, wait: Option<Duration>, chance: f64) {
        let is_alone = !std::mem::replace(&mut self.refused_since_answer, true);
        if wait.is_none() && is_alone {
            // One refusal among answers says little; the request itself is tried again later.
            self.round.had_trouble = true;
        } else if self.is_new_episode(admission) {
            self.cut(now);
            self.refusals_in_a_row += 1;
            let doublings = self.refusals_in_a_row.saturating_sub(1).min(16);
            let pause = wait.unwrap_or_else(|| (self.unit * 2_u32.pow(doublings)).min(LONGEST_PAUSE));
            self.pause_until(now + pause.mul_f64(1.0 + JITTER * chance));
        } else if let Some(wait) = wait {
            self.pause_until(now + wait);
        }
        self.probe_again(admission);
    }

    fn is_new_episode(&self, admission: Admission) -> bool {
        self.last_cut.is_none_or(|cut| admission.at >= cut)
    }

    fn cut(&mut self, now: Duration) {
        self.last_cut = Some(now);
        self.trial = None;
        let share = match self.growth {
            Growth::Doubling => AFTER_DOUBLING,
            Growth::Creeping => AFTER_CREEPING,
        };
        self.growth = Growth::Creeping;
        if self.is_auto {
            self.shrink_to(self.share_of_limit(share), now);
        }
    }

    fn share_of_limit(&self, share: f64) -> usize {
        ((self.limit as f64 * share) as usize).max(1)
    }

    fn shrink_to(&mut self, limit: usize, now: Duration) {
        self.shrunk = now;
        self.round = Round::default();
        self.limit = limit;
    }

    /// Pauses are only made longer: whoever asks for less is not the only one who asked.
    fn pause_until(&mut self, time: Duration) {
        let until = match self.flow {
            Flow::Paused { until } => until.max(time),
            Flow::Free | Flow::Probing { .. } | Flow::Opening { .. } => time,
        };
        self.flow = Flow::Paused { until };
    }

    /// A probe that came to nothing leaves the question open.
    fn probe_again(&mut self, admission: Admission) {
        if admission.is_probe && self.flow == (Flow::Probing { sent: true }) {
            self.flow = Flow::Probing { sent: false };
        }
    }
}

#[cfg(test)]
#[path = "controller_tests.rs"]
mod tests;
