//! `coach progress`: how one gets better, on the screen or as JSON.

use serde_json::json;

use super::Context;
use crate::cli::ProgressArgs;
use crate::error::{Error, Exit, Result};
use crate::progress::Progress;
use crate::schedule::Schedule;
use crate::store::History;
use crate::terminal::{Detail, Outlook, render_progress};

/// Runs the command.
pub fn run(args: &ProgressArgs, context: &Context) -> Result<Exit> {
    let outlines = History::open(&context.home()?)?.outlines()?;
    let bank = context.bank(&context.config()?)?;
    let rubrics = || bank.rubrics().map(AsRef::as_ref);
    let today = (context.clock)().day;
    let progress = Progress::new(&outlines, rubrics(), today);
    let schedule = Schedule::new(&outlines, rubrics(), today);
    let due = schedule.due();
    if args.json {
        let due: Vec<_> = due.iter().map(|it| &it.rubric.id).collect();
        let text = serde_json::to_string_pretty(&json!({ "progress": progress, "due": due }));
        let text = text.map_err(|fault| Error::failed(format!("cannot write the progress: {fault}")))?;
        context.terminal.print(&format!("{text}\n"))?;
        return Ok(Exit::Done);
    }
    if outlines.is_empty() {
        context.terminal.notice("There are no answers yet. `coach practice` takes the first.");
        return Ok(Exit::Done);
    }
    let outlook = Outlook { due: due.len(), next: schedule.next_day(), today };
    let detail = if args.no_scores { Detail::WordsOnly } else { Detail::Usual };
    let view = context.terminal.view().with_detail(detail);
    context.terminal.print(&render_progress(&progress, &outlook, &view))?;
    Ok(Exit::Done)
}
