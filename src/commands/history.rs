//! `coach history`: what was answered, listed, shown, deleted, exported and imported.

use std::path::Path;

use super::Context;
use crate::attempt::{Attempt, AttemptId, Outline, rubric_version};
use crate::bank::Bank;
use crate::cli::{HistoryArgs, HistoryCommand, HistoryDeleteArgs, HistoryListArgs, HistoryShowArgs};
use crate::error::{Error, Exit, Result};
use crate::files;
use crate::store::{History, Imported};
use crate::terminal::{Asked, Detail, confirm, render_attempt, render_attempts, render_attempts_plain};

/// Runs the command.
pub fn run(args: &HistoryArgs, context: &Context) -> Result<Exit> {
    let history = History::open(&context.home()?)?;
    match &args.command {
        None => list(&args.list, context, &history),
        Some(HistoryCommand::List(args)) => list(args, context, &history),
        Some(HistoryCommand::Show(args)) => show(args, context, &history),
        Some(HistoryCommand::Delete(args)) => delete(args, context, history),
        Some(HistoryCommand::Export) => export(context, &history),
        Some(HistoryCommand::Import { file }) => import(file, context, history),
    }
}

fn list(args: &HistoryListArgs, context: &Context, history: &History) -> Result<Exit> {
    let mut outlines = history.outlines()?;
    outlines.retain(|outline| args.question.as_ref().is_none_or(|id| outline.question == **id));
    let all = outlines.len();
    let first = if args.last == 0 { 0 } else { all.saturating_sub(args.last) };
    let shown = &outlines[first..];
    if args.json {
        return print_lines(context, history, shown);
    }
    if shown.is_empty() {
        context.terminal.notice("There are no attempts yet. `coach practice` makes the first.");
    }
    let bank = bank(context)?;
    let title = |outline: &Outline| bank.rubric(outline.question.as_str()).map(|rubric| rubric.title.clone());
    let rows: Vec<(&Outline, Option<String>)> =
        shown.iter().map(|outline| (outline, title(outline))).collect();
    let text = if context.terminal.is_screen() {
        render_attempts(&rows, &context.terminal.view())
    } else {
        render_attempts_plain(&rows)
    };
    context.terminal.print(&text)?;
    if first > 0 {
        context.terminal.notice(&format!("The last {} of {all} attempts; --last 0 lists all.", shown.len()));
    }
    Ok(Exit::Done)
}

fn print_lines(context: &Context, history: &History, shown: &[Outline]) -> Result<Exit> {
    for outline in shown {
        if let Some(attempt) = history.attempt(&outline.id)? {
            context.terminal.print(&format!("{}\n", attempt.to_json()))?;
        }
    }
    Ok(Exit::Done)
}

fn show(args: &HistoryShowArgs, context: &Context, history: &History) -> Result<Exit> {
    let attempt = attempt(history, &args.attempt)?;
    if args.json {
        context.terminal.print(&format!("{}\n", attempt.to_json()))?;
        return Ok(Exit::Done);
    }
    let bank = bank(context)?;
    let asked = match bank.rubric(attempt.question.as_str()) {
        None => Asked::Unknown,
        Some(rubric) if attempt.rubric == rubric_version(rubric) => Asked::As(rubric),
        Some(rubric) => Asked::Otherwise(rubric),
    };
    let view = context.terminal.view().with_detail(Detail::from(args.detail));
    context.terminal.print(&render_attempt(&attempt, &asked, &view))?;
    Ok(Exit::Done)
}

fn delete(args: &HistoryDeleteArgs, context: &Context, mut history: History) -> Result<Exit> {
    let ids = if args.all {
        history.outlines()?.into_iter().map(|outline| outline.id).collect()
    } else {
        args.attempts.iter().map(|id| unique(&history, id)).collect::<Result<Vec<AttemptId>>>()?
    };
    let many = counted(ids.len());
    if !args.yes {
        if !context.terminal.can_ask() {
            return Err(Error::misused(format!("deleting {many} needs a yes"))
                .hint("add --yes, or run the command on a terminal"));
        }
        if !confirm(&context.terminal, &format!("Delete {many} for good?"), false)? {
            context.terminal.notice("Nothing was deleted.");
            return Ok(Exit::Done);
        }
    }
    let deleted = history.delete(&ids)?;
    context.terminal.notice(&format!("Deleted {}.", counted(deleted)));
    Ok(Exit::Done)
}

fn export(context: &Context, history: &History) -> Result<Exit> {
    history.each_line(&mut |line| context.terminal.print(&format!("{line}\n")))?;
    Ok(Exit::Done)
}

fn import(file: &Path, context: &Context, mut history: History) -> Result<Exit> {
    let Imported { added, known } = history.import(&files::attempts::attempts(file)?)?;
    let known = match known {
        0 => String::new(),
        1 => "; 1 was there already".to_owned(),
        many => format!("; {many} were there already"),
    };
    context.terminal.notice(&format!("Imported {}{known}.", counted(added)));
    Ok(Exit::Done)
}

fn bank(context: &Context) -> Result<Bank> {
    context.bank(&context.config()?)
}

fn attempt(history: &History, beginning: &str) -> Result<Attempt> {
    let id = unique(history, beginning)?;
    history.attempt(&id)?.ok_or_else(|| no_such(beginning))
}

/// The one attempt whose id begins so.
fn unique(history: &History, beginning: &str) -> Result<AttemptId> {
    const NAMED: usize = 5;
    let found = history.ids_beginning(beginning, NAMED)?;
    match found.as_slice() {
        [] => Err(no_such(beginning)),
        [id] => Ok(id.clone()),
        several => {
            let ids: Vec<&str> = several.iter().map(AttemptId::as_str).collect();
            Err(Error::misused(format!("several attempts begin with \"{beginning}\""))
                .hint(format!("name one of them: {}", ids.join(", "))))
        }
    }
}

fn no_such(id: &str) -> Error {
    Error::misused(format!("there is no attempt \"{id}\"")).hint("`coach history` lists them with their ids")
}

/// "3 attempts".
fn counted(attempts: usize) -> String {
    if attempts == 1 { "1 attempt".to_owned() } else { format!("{attempts} attempts") }
}
