//! `coach batch collect`: the replies of the batches that have ended, fetched and graded.

use std::path::PathBuf;
use std::sync::Arc;

use super::super::Context;
use super::scoring::{Absent, Scoring, Sent};
use super::{counted, judge_of, stopped};
use crate::bank::Bank;
use crate::cli::BatchCollectArgs;
use crate::endpoint::Endpoint;
use crate::endpoint::batches::{Batch, BatchStatus, Piece};
use crate::error::{Error, Exit, Result};
use crate::files;
use crate::files::batch::{BatchFolder, Order, PartFile, Step, Whole};
use crate::files::grades::{GradesFile, GradesOutput};
use crate::files::replies::Replies;
use crate::plan::{Input, Plan};
use crate::terminal::Terminal;

/// Fetches and grades what is there.
pub(super) async fn run(args: &BatchCollectArgs, context: &Context) -> Result<Exit> {
    let folder = BatchFolder::open(&args.grades)?.filter(|folder| !folder.state.parts.is_empty());
    let mut folder = folder.ok_or_else(|| nothing(&args.grades))?;
    let ready = judge_of(&folder.state.order, context).await?;
    fetch(&mut folder, ready.judge.deferred()?.endpoint(), &context.terminal).await?;
    if !folder.state.parts.iter().any(|part| matches!(part.step, Step::Fetched { .. })) {
        context.terminal.notice("No batch has ended since the last time; nothing to grade.");
        return Ok(Exit::SomeUngraded);
    }
    let config = context.config()?;
    let bank = Arc::new(context.bank(&config)?);
    let input = input(&folder.state.order, &bank)?;
    let output = GradesOutput::File(GradesFile::open(&args.grades)?);
    let plan = Plan::new(bank, Arc::clone(&ready.judge));
    let fetched = fetched(&folder)?;
    let tally = Scoring::new(context, plan, &ready.judge, output, fetched).all(input).await?;
    files::synced(&args.grades)?;
    forget(folder)?;
    let ungraded = tally.summary.ungraded();
    if tally.pending > 0 {
        let pending = counted(tally.pending, "answer");
        context.terminal.notice(&format!("{pending} under way; run the same command again later."));
    }
    if ungraded + tally.unasked > 0 {
        let again = counted(ungraded + tally.unasked, "answer");
        context.terminal.notice(&format!(
            "{again} to be asked about again: `coach grade` with the same files does it live, `coach batch submit` in \
             another batch."
        ));
    }
    Ok(if ungraded + tally.unasked + tally.pending > 0 { Exit::SomeUngraded } else { Exit::Done })
}

pub(super) fn nothing(grades: &std::path::Path) -> Error {
    let grades = grades.display();
    Error::misused(format!("no batch is under way for {grades}"))
        .hint(format!("`coach batch submit ANSWERS -o {grades}` begins one"))
}

fn input(order: &Order, bank: &Bank) -> Result<Input> {
    let input = Input::open(&order.answer_files(), order.format, order.question.as_deref(), bank, None)?;
    let shard = order.shard.as_deref().map(str::parse).transpose().map_err(Error::failed)?;
    Ok(input.part(shard))
}

/// Asks how far each batch is, and fetches what has ended.
async fn fetch(folder: &mut BatchFolder, endpoint: &Endpoint, terminal: &Terminal) -> Result<()> {
    for at in 0..folder.state.parts.len() {
        let part = &folder.state.parts[at];
        let number = part.number;
        let batch = match &part.step {
            Step::Written | Step::Uploaded { .. } => {
                terminal.notice(&format!(
                    "Batch {number} was not submitted yet: run `coach batch submit` again."
                ));
                continue;
            }
            Step::Fetched { .. } => continue,
            Step::Ordered { batch } => endpoint.batch(batch).await.map_err(|error| stopped(&error))?,
        };
        terminal.notice(&progress(number, part.requests, &batch));
        if !batch.status.has_ended() {
            continue;
        }
        for (file, kind) in [(&batch.output_file, PartFile::Replies), (&batch.error_file, PartFile::Errors)] {
            folder.remove(number, kind)?;
            if let Some(file) = file {
                download(endpoint, file, folder, number, kind).await?;
            }
        }
        folder.state.parts[at].step = Step::Fetched { status: batch.status, errors: batch.errors };
        folder.save()?;
    }
    Ok(())
}

/// "Batch 1: completed, 49998 of 50000 done, 2 failed."
pub(super) fn progress(number: u32, requests: u64, batch: &Batch) -> String {
    let failed = if batch.failed > 0 { format!(", {} failed", batch.failed) } else { String::new() };
    let errors = batch.errors.first().map(|error| format!(" {error}")).unwrap_or_default();
    let status = batch.status.name();
    format!("Batch {number}: {status}, {} of {requests} done{failed}.{errors}", batch.completed)
}

async fn download(
    endpoint: &Endpoint,
    file: &str,
    folder: &BatchFolder,
    number: u32,
    kind: PartFile,
) -> Result<()> {
    let mut whole: Result<Whole> = folder.writing(number, kind);
    let mut take = |piece: Piece<'_>| {
        let written = match piece {
            Piece::Restart => {
                whole = folder.writing(number, kind);
                Ok(())
            }
            Piece::Bytes(bytes) => whole.as_mut().map_or(Ok(()), |whole| whole.write(bytes)),
        };
        if let Err(error) = written {
            whole = Err(error);
        }
        whole.is_ok()
    };
    endpoint.download(file, &mut take).await.map_err(|error| stopped(&error))?;
    whole?.finish()
}

/// The replies at hand, and why requests without one have none.
fn fetched(folder: &BatchFolder) -> Result<(Replies, Sent)> {
    let mut sent = Vec::new();
    let mut paths: Vec<PathBuf> = Vec::new();
    for part in &folder.state.parts {
        let absent = match &part.step {
            Step::Written | Step::Uploaded { .. } | Step::Ordered { .. } => Absent::Pending,
            Step::Fetched { status, errors } => {
                let files = [PartFile::Replies, PartFile::Errors].map(|kind| folder.file(part.number, kind));
                paths.extend(files.into_iter().filter(|path| path.exists()));
                Absent::Ended(why_absent(*status, errors))
            }
        };
        sent.push((folder.names(part.number)?, absent));
    }
    Ok((Replies::read(paths)?, Sent::of(sent)))
}

fn why_absent(status: BatchStatus, errors: &[String]) -> String {
    match (status, errors.first()) {
        (BatchStatus::Expired, _) => "the batch's time was over before it was this answer's turn".to_owned(),
        (BatchStatus::Cancelled, _) => "the batch was cancelled".to_owned(),
        (BatchStatus::Failed, Some(error)) => format!("the whole batch failed: {error}"),
        (BatchStatus::Failed, None) => "the whole batch failed".to_owned(),
        (
            BatchStatus::Completed
            | BatchStatus::Validating
            | BatchStatus::InProgress
            | BatchStatus::Finalizing
            | BatchStatus::Cancelling
            | BatchStatus::Other,
            _,
        ) => "the batch brought no reply for this answer".to_owned(),
    }
}

/// What is graded is on the disk; the parts it came from are of no more use.
fn forget(mut folder: BatchFolder) -> Result<()> {
    let (done, left) =
        folder.state.parts.drain(..).partition(|part| matches!(part.step, Step::Fetched { .. }));
    folder.state.parts = left;
    folder.save()?;
    let done: Vec<crate::files::batch::Part> = done;
    for part in done {
        for file in [PartFile::Names, PartFile::Replies, PartFile::Errors] {
            folder.remove(part.number, file)?;
        }
    }
    folder.end_if_done()
}
