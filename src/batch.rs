//! Many answers to outcomes, a bounded number at once.
//!
//! The engine only judges. It knows no files and no screen, and it never asks twice: transport faults are
//! retried by the endpoint, malformed critiques are repaired by the judge.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::answer::Answer;
use crate::bank::Rubric;
use crate::judge::{Judge, JudgeFailure, Spent};
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
        /// What it took.
        spent: Spent,
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
    /// An engine that judges at most `at_once` answers at the same time.
    pub fn new(judge: Arc<Judge>, at_once: usize) -> Self {
        Self { judge, at_once: at_once.max(1), in_flight: JoinSet::new() }
    }

    /// Whether another task may start.
    pub fn has_room(&self) -> bool {
        self.in_flight.len() < self.at_once
    }

    /// Whether nothing is being judged.
    pub fn is_idle(&self) -> bool {
        self.in_flight.is_empty()
    }

    /// Starts a task; the caller looks for room first.
    pub fn start(&mut self, task: Task) {
        let judge = Arc::clone(&self.judge);
        self.in_flight.spawn(async move { judge_one(&judge, task).await });
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

    /// Drops whatever is being judged once `grace` is over; until then, what finishes is returned.
    pub async fn wind_down(&mut self, grace: Duration) -> Vec<Event> {
        let mut finished = Vec::new();
        let deadline = tokio::time::Instant::now() + grace;
        while let Ok(Some(event)) = tokio::time::timeout_at(deadline, self.next()).await {
            finished.push(event);
        }
        self.in_flight.abort_all();
        finished
    }
}

async fn judge_one(judge: &Judge, task: Task) -> Event {
    let verdict = judge.critique_unseen(&task.rubric, &task.answer.text).await;
    match verdict {
        Ok(judgement) => {
            let grade = Grade::new(&task.rubric, judgement.critique);
            Event::Judged { task, outcome: Outcome::Graded(Box::new(grade)), spent: judgement.spent }
        }
        Err(failure) if failure.stops_the_run => Event::Stopped(failure),
        Err(failure) => {
            Event::Judged { task, outcome: Outcome::Ungraded(failure.reason), spent: failure.spent }
        }
    }
}
