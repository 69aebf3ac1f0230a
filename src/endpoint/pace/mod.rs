//! The gate that every request of an endpoint passes: all tasks share one pace.
//!
//! What the pace is, the controller decides; here are the clock and the waiting.

mod controller;
mod news;
mod quota;
mod rates;

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use controller::Controller;
use news::{Admission, Turn};

pub(super) use news::{Limits, News};
pub(super) use quota::Quota;

use super::chance;

/// The pace of one endpoint.
#[derive(Debug)]
pub(super) struct Pace {
    controller: Mutex<Controller>,
    changed: Notify,
    started: Instant,
}

/// Leave to send one request. Dropped without news, as when its task is given up, it frees its place.
#[derive(Debug)]
pub(super) struct Permit<'p> {
    pace: &'p Pace,
    admission: Admission,
    is_heard: bool,
}

impl Pace {
    pub(super) fn new(limits: Limits) -> Self {
        let controller = Mutex::new(Controller::new(limits));
        Self { controller, changed: Notify::new(), started: Instant::now() }
    }

    /// How many requests may be under way when nothing is amiss.
    pub(super) fn limit(&self) -> usize {
        self.controller.lock().unwrap_or_else(PoisonError::into_inner).limit()
    }

    /// Waits until a request that may take so many tokens may go.
    pub(super) async fn permit(&self, tokens: u64) -> Permit<'_> {
        loop {
            let turn = {
                let mut controller = self.controller.lock().unwrap_or_else(PoisonError::into_inner);
                controller.turn(self.started.elapsed(), tokens)
            };
            match turn {
                Turn::Go(admission) => {
                    // One wakes the next, so that no crowd wakes for one place.
                    self.changed.notify_one();
                    return Permit { pace: self, admission, is_heard: false };
                }
                Turn::NotBefore(time) => {
                    let left = time.saturating_sub(self.started.elapsed());
                    let _ = tokio::time::timeout(left, self.changed.notified()).await;
                }
                Turn::WhenHeard => self.changed.notified().await,
            }
        }
    }

    fn heard(&self, admission: Admission, news: News, quota: Quota) {
        let now: Duration = self.started.elapsed();
        let mut controller = self.controller.lock().unwrap_or_else(PoisonError::into_inner);
        controller.heard(now, admission, news, quota, chance());
        drop(controller);
        self.changed.notify_one();
    }
}

impl Permit<'_> {
    /// Says what came of the request.
    pub(super) fn heard(mut self, news: News, quota: Quota) {
        self.is_heard = true;
        self.pace.heard(self.admission, news, quota);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if !self.is_heard {
            self.pace.heard(self.admission, News::Nothing, Quota::default());
        }
    }
}
