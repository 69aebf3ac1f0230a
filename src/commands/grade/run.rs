//! A run over many answers: reads while there is room, writes what is done, and ends in good order.

use std::time::Duration;

use tokio::sync::mpsc;

use super::interrupts::Interrupts;
use crate::batch::{Engine, Event, Order, Task};
use crate::error::Result;
use crate::files::answers::Record;
use crate::files::grades::{GradesOutput, Written};
use crate::judge::{Account, JudgeFailure, Stop};
use crate::plan::{Plan, Step};
use crate::record::{GradeRecord, Status};
use crate::score::{Outcome, Reason};
use crate::summary::Summary;
use crate::terminal::{Bar, sanitised};

/// After an interrupt, judges get this long to finish what they have begun.
const GRACE: Duration = Duration::from_secs(5);
/// At most this many failures are named on the screen; the grades file has all of them.
const MOST_NAMED: usize = 20;

/// How a run ended.
pub(super) enum Ended {
    /// Every record was read and has an outcome.
    Complete,
    /// Ctrl-C.
    Interrupted,
    /// A cap on spending is reached.
    Capped(JudgeFailure),
    /// The judge can't go on.
    Stopped(JudgeFailure),
    /// The reader of standard output has gone.
    NobodyReads,
}

/// A run over many answers.
pub(super) struct Run {
    pub(super) engine: Engine,
    pub(super) plan: Plan,
    pub(super) output: GradesOutput,
    /// Where lines wait for those before them, if the order is to be kept.
    pub(super) order: Option<Order<GradeRecord>>,
    pub(super) summary: Summary,
    pub(super) bar: Bar,
    /// How many failures were named on the screen.
    pub(super) named: usize,
}

impl Run {
    /// The whole run on one of the threads that judge, so that what they finish reaches it without waking another.
    pub(super) async fn on_a_worker(
        mut self,
        records: mpsc::Receiver<Result<Record>>,
    ) -> (Self, Result<Ended>) {
        let running = tokio::spawn(async move {
            let ended = self.all(records).await;
            (self, ended)
        });
        match running.await {
            Ok(ended) => ended,
            // Nobody cancels it, so this is a panic of ours, and no more to be hidden than on this thread.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    async fn all(&mut self, mut records: mpsc::Receiver<Result<Record>>) -> Result<Ended> {
        let mut interrupts = Interrupts::listen()?;
        let mut reading = true;
        while reading || !self.engine.is_idle() {
            let ended = tokio::select! {
                () = interrupts.next() => Some(Ended::Interrupted),
                Some(event) = self.engine.next(), if !self.engine.is_idle() => self.on_event(event)?,
                record = records.recv(), if reading && self.has_room() => match record {
                    Some(record) => self.on_record(record?)?,
                    None => {
                        reading = false;
                        None
                    }
                },
            };
            if let Some(ended) = ended {
                return self.wind_down(ended, interrupts).await;
            }
        }
        Ok(Ended::Complete)
    }

    fn has_room(&self) -> bool {
        self.engine.has_room() && self.order.as_ref().is_none_or(Order::has_room)
    }

    fn on_record(&mut self, record: Record) -> Result<Option<Ended>> {
        let number = self.order.as_mut().map_or(0, Order::take);
        match self.plan.step(record, number, &self.output) {
            Step::Known { .. } => {
                self.summary.add_known();
                self.bar.step();
                self.done(number, None)
            }
            Step::Judge(task) => {
                self.engine.start(*task);
                Ok(None)
            }
            Step::Settle(record) => self.done(number, Some(*record)),
        }
    }

    fn on_event(&mut self, event: Event) -> Result<Option<Ended>> {
        match event {
            Event::Judged { task, outcome, account } => {
                let number = task.number;
                let record = record(task, &outcome, *account);
                self.done(number, Some(record))
            }
            Event::Stopped(failure) => Ok(Some(match failure.stop {
                Stop::Capped => Ended::Capped(failure),
                Stop::No | Stop::Failed => Ended::Stopped(failure),
            })),
        }
    }

    /// Writes a line when its turn has come, and those that waited for it.
    fn done(&mut self, number: u64, record: Option<GradeRecord>) -> Result<Option<Ended>> {
        let Some(order) = &mut self.order else {
            return record.map_or(Ok(None), |record| self.write(&record));
        };
        for record in order.done(number, record) {
            if let Some(ended) = self.write(&record)? {
                return Ok(Some(ended));
            }
        }
        Ok(None)
    }

    fn write(&mut self, record: &GradeRecord) -> Result<Option<Ended>> {
        self.name_failures(record);
        self.summary.add(record);
        self.bar.step();
        Ok(match self.output.write(record)? {
            Written::Whole => None,
            Written::NobodyReads => Some(Ended::NobodyReads),
        })
    }

    /// Says what failed: an answer without a grade, or a sample or member that a grade had to do without.
    fn name_failures(&mut self, record: &GradeRecord) {
        for line in failures(record) {
            self.named += 1;
            if self.named <= MOST_NAMED {
                self.bar.line(&sanitised(&line));
            } else if self.named == MOST_NAMED + 1 {
                self.bar.line("further failures are not named here; their reasons are in the output");
            }
        }
    }

    /// Lets the judges finish what they have begun; at a cap, however long that takes, for it is paid for, else for
    /// a few seconds. Another Ctrl-C ends that at once.
    async fn wind_down(&mut self, ended: Ended, mut interrupts: Interrupts) -> Result<Ended> {
        let grace = match ended {
            Ended::NobodyReads => return Ok(ended),
            Ended::Capped(_) => Duration::MAX,
            Ended::Interrupted | Ended::Stopped(_) | Ended::Complete => GRACE,
        };
        if matches!(ended, Ended::Interrupted) && !self.engine.is_idle() {
            self.bar.line("Finishing what was begun, for a few seconds; Ctrl-C again stops at once.");
        }
        let mut grace = std::pin::pin!(tokio::time::sleep(grace));
        while !self.engine.is_idle() {
            tokio::select! {
                biased;
                () = interrupts.next() => break,
                () = &mut grace => break,
                Some(event) = self.engine.next() => {
                    self.on_event(event)?;
                }
            }
        }
        // What waits for answers that will not come now was paid for, too.
        for record in self.order.as_mut().map(Order::rest).unwrap_or_default() {
            self.write(&record)?;
        }
        Ok(ended)
    }
}

fn record(task: Task, outcome: &Outcome, Account { judge, spent }: Account) -> GradeRecord {
    GradeRecord::of(&task.answer, &task.rubric, outcome, judge, spent.record(), task.key)
}

fn failures(record: &GradeRecord) -> Vec<String> {
    match &record.status {
        Status::Ungraded { reason, .. } => vec![format!("ungraded {}: {}", record.id, reason.message)],
        Status::Graded(graded) => {
            let failed = graded.judge.failures();
            let line = |(who, reason): (&str, &Reason)| {
                format!("graded {} without {who}: {}", record.id, reason.message)
            };
            failed.map(line).collect()
        }
    }
}
