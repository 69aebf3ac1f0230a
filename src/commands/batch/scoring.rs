//! Replies from a file to grades: each answer by its own reply, as a live judge would have taken it.

use std::sync::Arc;
use std::time::Instant;

use super::super::Context;
use super::{counted, record};
use crate::answer::{Answer, request_name};
use crate::batch::Task;
use crate::error::Result;
use crate::files::grades::{GradesOutput, Written};
use crate::files::replies::{Replies, request_number};
use crate::judge::{Judge, JudgeFailure, Judgement, Spent, Stop};
use crate::plan::{Input, Plan, Step};
use crate::record::GradeRecord;
use crate::score::{Reason, ReasonKind};
use crate::summary::{Spending, Summaries, Summary};
use crate::terminal::{render_summary, sanitised};

/// At most this many ungraded answers are named on the screen; the grades file has all of them.
const MOST_NAMED: u64 = 20;

/// Why requests have no reply.
#[derive(Debug, Clone)]
pub(super) enum Absent {
    /// It may still come.
    Pending,
    /// It will not.
    Ended(String),
}

/// The requests that were sent, and why those without a reply have none.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// In the order of the names, each with its part.
    names: Vec<(u128, usize)>,
    parts: Vec<Absent>,
}

impl Sent {
    /// The requests of each part, and why those without a reply have none.
    pub(super) fn of(parts: Vec<(Vec<u128>, Absent)>) -> Self {
        let mut sent = Self::default();
        for (part, (names, absent)) in parts.into_iter().enumerate() {
            sent.names.extend(names.into_iter().map(|name| (name, part)));
            sent.parts.push(absent);
        }
        sent.names.sort_unstable();
        sent
    }

    fn absent(&self, name: u128) -> Option<&Absent> {
        let at = self.names.binary_search_by_key(&name, |(name, _)| *name).ok()?;
        self.parts.get(self.names[at].1)
    }
}

/// Answers on their way to grades.
pub(super) struct Scoring<'c> {
    context: &'c Context,
    judge: Arc<Judge>,
    plan: Plan,
    output: GradesOutput,
    replies: Replies,
    sent: Sent,
    tally: Tally,
}

/// What it came to.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// What was written.
    pub(super) summary: Summary,
    /// Answers whose reply may still come.
    pub(super) pending: u64,
    /// Answers that nothing was asked about.
    pub(super) unasked: u64,
    /// Replies that an answer took, in this run or in one before.
    used: u64,
    /// Replies that were read in this run.
    read: u64,
    /// Whether anybody reads what is written.
    is_over: bool,
}

impl<'c> Scoring<'c> {
    pub(super) fn new(
        context: &'c Context,
        plan: Plan,
        judge: &Arc<Judge>,
        output: GradesOutput,
        (replies, sent): (Replies, Sent),
    ) -> Self {
        Self { context, judge: Arc::clone(judge), plan, output, replies, sent, tally: Tally::default() }
    }

    /// Grades every answer that has a reply, and writes down why others have none.
    pub(super) async fn all(mut self, input: Input) -> Result<Tally> {
        let started = Instant::now();
        let mut records = input.read_in_background();
        while let Some(record) = records.recv().await {
            match self.plan.step(record?, 0, &self.output) {
                Step::Known { id, key } => {
                    self.tally.summary.add_known();
                    let is_used =
                        request_number(&request_name(&id, &key)).is_some_and(|name| self.replies.has(name));
                    self.tally.used += u64::from(is_used);
                }
                Step::Settle(record) => self.write(&record)?,
                Step::Judge(task) => self.task(*task).await?,
            }
            if self.tally.is_over {
                break;
            }
        }
        self.notices(started);
        self.output.finish()?;
        Ok(self.tally)
    }

    async fn task(&mut self, task: Task) -> Result<()> {
        let verdict = if Answer::has_words(&task.answer.text) {
            match self.verdict(&task)? {
                Some(verdict) => verdict,
                None => return Ok(()),
            }
        } else {
            // Nothing is sent about these.
            self.judge.critique_unseen(&task.rubric, &task.answer.text).await
        };
        let record = record(&self.judge, task, verdict);
        self.write(&record)
    }

    /// What the reply says, or why there is none; `None` where that is still open.
    fn verdict(&mut self, task: &Task) -> Result<Option<Result<Judgement, JudgeFailure>>> {
        let Some(name) = request_number(&request_name(&task.answer.id, &task.key)) else { return Ok(None) };
        let replies = self.replies.to(name)?;
        self.tally.used += u64::from(!replies.is_empty());
        self.tally.read += replies.len() as u64;
        let judge = self.judge.deferred()?;
        let mut failure = None;
        for reply in replies {
            let reply = judge.endpoint().batch_reply(&reply);
            match judge.judged(&task.rubric, &task.answer.text, reply) {
                Ok(judgement) => return Ok(Some(Ok(judgement))),
                Err(why) => failure = failure.or(Some(why)),
            }
        }
        if failure.is_none() {
            match self.sent.absent(name) {
                Some(Absent::Ended(why)) => failure = Some(without_reply(why)),
                Some(Absent::Pending) => self.tally.pending += 1,
                None => self.tally.unasked += 1,
            }
        }
        Ok(failure.map(Err))
    }

    fn write(&mut self, record: &GradeRecord) -> Result<()> {
        self.tally.summary.add(record);
        if let Some(reason) = record.reason() {
            let named = self.tally.summary.ungraded();
            let line = format!("ungraded {}: {}", record.id, reason.message);
            if named <= MOST_NAMED {
                self.context.terminal.notice(&sanitised(&line));
            } else if named == MOST_NAMED + 1 {
                let more = "further ungraded answers are only counted here; their reasons are in the output";
                self.context.terminal.notice(more);
            }
        }
        self.tally.is_over = self.output.write(record)? == Written::NobodyReads;
        Ok(())
    }

    fn notices(&self, started: Instant) {
        let terminal = &self.context.terminal;
        let Replies { unreadable, foreign, repeated, .. } = &self.replies;
        let unused = self.replies.answered().saturating_sub(self.tally.used);
        for (count, what) in [
            (*unreadable, "no JSON object with a custom_id"),
            (*foreign, "a reply to a request that is none of ours"),
            (*repeated, "another reply to the same request"),
            (unused, "a reply to no answer as it is now: the answer, its rubric or the judge has changed"),
        ] {
            if count > 0 {
                terminal.notice(&format!("{}: {what}", counted(count, "line")));
            }
        }
        let summary = &self.tally.summary;
        if summary.answers() > 0 {
            let spending = Spending { requests: self.tally.read, ..summary.spending() };
            let summaries = Summaries { run: summary.clone(), whole: None };
            let text = render_summary(&summaries, spending, started.elapsed(), &terminal.error_view());
            terminal.notice(text.trim_end());
        }
    }
}

fn without_reply(why: &str) -> JudgeFailure {
    let reason = Reason { kind: ReasonKind::EndpointFailed, message: why.to_owned() };
    JudgeFailure { reason, stop: Stop::No, hint: None, spent: Spent::default() }
}
