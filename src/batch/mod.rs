//! Many answers to outcomes, a bounded number at once.
//!
//! The engine only judges. It knows no files and no screen, and it never asks twice: transport faults are
//! retried by the endpoint, malformed critiques are repaired by the judge.

mod order;
mod seen;

use std::sync::Arc;

use tokio::task::JoinSet;

pub use order::Order;
pub use seen::Seen;

use crate::answer::Answer;
use crate::bank::Rubric;
use crate::judge::{Account, Judge, JudgeFailure, Judgement, Stop};
use crate::score::{Grade, Outcome};

/// One answer to be judged.
#[derive(Debug)]
pub struct Task {
    /// The answer.
    pub answer: Answer,
    /// What it is judged by.
    pub rubric: Arc<Rubric>,
    /// The identity of its grade.
    pub key: String,
    /// Its place in the order of the input.
    pub number: u64,
}

/// What came of a task.
#[derive(Debug)]
pub enum Event {
    /// The answer has an outcome.
    Judged {
        /// The task.
        task: Task,
        /// A grade, or why there is none.
        outcome: Outcome,
        /// Who judged, and what it took.
        account: Box<Account>,
    },
    /// The judge can't go on; the task has no outcome.
    Stopped(JudgeFailure),
}

/// Judges a bounded number of answers at once.
#[derive(Debug)]
pub struct Engine {
    judge: Arc<Judge>,
    at_once: usize,
    in_flight: JoinSet<Event>,
}

impl Engine {
    /// An engine that judges at most `at_once` answers at the same time, and no more than the judge takes.
    pub fn new(judge: Arc<Judge>, at_once: usize) -> Self {
        Self { judge, at_once: at_once.max(1), in_flight: JoinSet::new() }
    }

    /// Whether another task may start.
    pub fn has_room(&self) -> bool {
        self.in_flight.len() < self.at_once.min(self.judge.at_once())
    }

    /// Whether nothing is being judged.
    pub fn is_idle(&self) -> bool {
        self.in_flight.is_empty()
    }

    /// Starts a task; the caller looks for room first.
    pub fn start(&mut self, task: Task) {
        let judge = Arc::clone(&self.judge);
        // Boxed, for a task is moved several times on its way, and this one takes some eight kilobytes.
        self.in_flight.spawn(Box::pin(async move { judge_one(&judge, task).await }));
    }

    /// The next event, or `None` when nothing is being judged.
    pub async fn next(&mut self) -> Option<Event> {
        match self.in_flight.join_next().await? {
            Ok(event) => Some(event),
            // A panic is a bug of ours: it must not pass for a run in which one answer was simply left out.
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => None,
        }
    }
}

async fn judge_one(judge: &Judge, task: Task) -> Event {
    let verdict = judge.critique_unseen(&task.rubric, &task.answer.text).await;
    match verdict {
        Ok(Judgement { critique, spent, judge }) => {
            let outcome = Outcome::Graded(Box::new(Grade::new(&task.rubric, critique)));
            Event::Judged { task, outcome, account: Box::new(Account { judge, spent }) }
        }
        Err(failure) if failure.stop != Stop::No => Event::Stopped(failure),
        Err(failure) => {
            let account = Box::new(Account { judge: judge.record(), spent: failure.spent });
            Event::Judged { task, outcome: Outcome::Ungraded(failure.reason), account }
        }
    }
}
