//! `coach batch import`: files of replies to grades, without a server.

use std::sync::Arc;

use super::super::Context;
use super::counted;
use super::scoring::{Scoring, Sent};
use crate::cli::BatchImportArgs;
use crate::error::{Exit, Result};
use crate::files::grades::{GradesFile, GradesOutput};
use crate::files::replies::Replies;
use crate::plan::{Input, Plan};

/// Grades each answer whose reply is in the files.
pub(super) async fn run(args: &BatchImportArgs, context: &Context) -> Result<Exit> {
    let config = context.config()?;
    let bank = Arc::new(context.bank(&config)?);
    let records = &args.records;
    let path = args.output.as_deref().filter(|path| path.as_os_str() != "-");
    let input = Input::open(&args.answers, records.format, records.question.as_deref(), &bank, path)?;
    let ready = context.judge(&config, &args.judge).await?;
    ready.judge.deferred()?;
    let replies = Replies::read(args.replies.clone())?;
    let output = match path {
        Some(path) => GradesOutput::File(GradesFile::open(path)?),
        None => GradesOutput::Stdout,
    };
    let plan = Plan::new(bank, Arc::clone(&ready.judge));
    let scoring = Scoring::new(context, plan, &ready.judge, output, (replies, Sent::default()));
    let tally = scoring.all(input.part(records.shard)).await?;
    if tally.unasked > 0 {
        let missing = counted(tally.unasked, "answer");
        context.terminal.notice(&format!("{missing} without a reply; `coach grade` asks about them live."));
    }
    Ok(if tally.unasked + tally.summary.ungraded() > 0 { Exit::SomeUngraded } else { Exit::Done })
}
