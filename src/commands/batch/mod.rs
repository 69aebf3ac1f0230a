//! `coach batch`: the same grading through a provider's Batch API, or through files of requests and replies.

mod collect;
mod export;
mod import;
mod scoring;
mod status;
mod submit;

use super::{Context, ReadyJudge};
use crate::batch::Task;
use crate::cli::{BatchCommand, JudgeArgs};
use crate::endpoint::EndpointError;
use crate::error::{Error, Exit, Result};
use crate::files::batch::Order;
use crate::judge::{Judge, JudgeFailure, Judgement};
use crate::ready::judges::failed;
use crate::record::GradeRecord;
use crate::score::{Grade, Outcome};

/// Grades through a batch.
pub async fn run(command: &BatchCommand, context: &Context) -> Result<Exit> {
    match command {
        BatchCommand::Submit(args) => submit::run(args, context).await,
        BatchCommand::Status(args) => status::run(args, context).await,
        BatchCommand::Collect(args) => collect::run(args, context).await,
        BatchCommand::Export(args) => export::run(args, context).await,
        BatchCommand::Import(args) => import::run(args, context).await,
    }
}

/// The judge of a batch that was submitted, as it is configured now.
async fn judge_of(order: &Order, context: &Context) -> Result<ReadyJudge> {
    let args = JudgeArgs {
        judge: Some(order.judge.clone()),
        model: Some(order.model.clone()),
        ..JudgeArgs::default()
    };
    let ready = context.judge(&context.config()?, &args).await?;
    let now = ready.judge.deferred()?.base_url();
    if now != order.base_url {
        let message =
            format!("the judge {} is at {now} now; the batch is at {}", order.judge, order.base_url);
        return Err(Error::misused(message).hint("set its base_url back until the batch is collected"));
    }
    Ok(ready)
}

/// A line of the grades file for what came of a task.
fn record(judge: &Judge, task: Task, verdict: Result<Judgement, JudgeFailure>) -> GradeRecord {
    let (outcome, spent, who) = match verdict {
        Ok(Judgement { critique, spent, judge }) => {
            (Outcome::Graded(Box::new(Grade::new(&task.rubric, critique))), spent, judge)
        }
        Err(JudgeFailure { reason, spent, .. }) => (Outcome::Ungraded(reason), spent, judge.record()),
    };
    GradeRecord::of(&task.answer, &task.rubric, &outcome, who, spent.record(), task.key)
}

/// An endpoint's error on the way of a batch, which every command can go on from.
fn stopped(error: &EndpointError) -> Error {
    if let EndpointError::NotFound { .. } = error {
        return failed(error).hint(
            "has this server a Batch API? `coach batch export` writes the requests to a file, for `vllm run-batch`",
        );
    }
    let again = "run the same command again to go on";
    let hint = error.hint().map_or_else(|| again.to_owned(), |hint| format!("{hint}; then {again}"));
    failed(error).hint(hint)
}

/// "1 answer", "2 answers".
fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
