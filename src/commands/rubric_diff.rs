//! `coach rubric diff`: what two rubrics differ in, and whose grades move.

use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use super::{Context, ReadyJudge};
use crate::answer::{Answer, rubric_digest};
use crate::bank::diff::{Change, changes, may_change_grades, renamed};
use crate::bank::{Bank, Rubric, parse};
use crate::batch::{Engine, Event, Task};
use crate::cli::RubricDiffArgs;
use crate::error::{Error, Exit, Result};
use crate::files::answers::Source;
use crate::files::{self, Fault};
use crate::score::Outcome;
use crate::shift::Shift;
use crate::terminal::{Bar, render_changes, render_shift};

/// What a program reads.
#[derive(Serialize)]
struct Report<'r> {
    before: &'r str,
    after: &'r str,
    may_change_grades: bool,
    changes: &'r [Change],
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<&'r Shift>,
}

/// Compares the rubrics, and the grades of the answers under both.
pub async fn run(args: &RubricDiffArgs, context: &Context) -> Result<Exit> {
    let config = context.config()?;
    let bank = context.bank(&config)?;
    let before = rubric(&args.before, &bank, context)?;
    let after = rubric(&args.after, &bank, context)?;
    let changes = changes(&before, &after);
    let shift = match &args.answers {
        None => None,
        Some(path) => {
            let answers = answers(path, &before, &after)?;
            let ready = context.judge(&config, &args.judge).await?;
            // Judges keep what they have prepared by the question's id, which both rubrics usually share.
            let again = context.judge(&config, &args.judge).await?;
            Some(shift((ready, again), answers, &before, &after, context).await?)
        }
    };
    let text = if args.json {
        as_json(args, &changes, shift.as_ref())?
    } else {
        as_text(&changes, shift.as_ref(), (&before, &after), context)
    };
    context.terminal.print(&text)?;
    Ok(exit(args, &changes, shift.as_ref()))
}

/// The file of that name; else the bank's rubric of that id.
fn rubric(named: &Path, bank: &Bank, context: &Context) -> Result<Arc<Rubric>> {
    let shown = named.display().to_string();
    if !named.exists() && named.extension().is_none() && named.components().count() == 1 {
        return context.rubric(bank, &shown).cloned();
    }
    if named.is_dir() {
        return Err(Error::misused(format!("{shown} is a folder")).hint("name a rubric file in it"));
    }
    let read = files::rubric_files(named).map_err(Fault::from).and_then(|files| {
        let text = files.first().map_or("", |file| file.text.as_str());
        parse::rubric_of_any_name(&shown, text, bank.catalogue()).map_err(Fault::from)
    });
    context.explained(read, &shown).map(Arc::new)
}

/// The answers to the question of either rubric.
fn answers(path: &Path, before: &Rubric, after: &Rubric) -> Result<Vec<Answer>> {
    let question = Some(before.id.to_string());
    let source = Source { path: path.to_owned(), format: None, question };
    let (mut answers, mut others, mut wrong) = (Vec::new(), 0, None);
    source.read(&mut |record| {
        match record.answer {
            Ok(answer) if [&before.id, &after.id].contains(&&answer.question) => answers.push(answer),
            Ok(_) => others += 1,
            Err(message) => wrong = Some(format!("{}: {message}", record.place)),
        }
        wrong.is_none()
    })?;
    if let Some(message) = wrong {
        return Err(Error::misused(message).hint("correct the record, then run the command again"));
    }
    if answers.is_empty() {
        let message =
            format!("{} has no answers to {} ({others} to other questions)", path.display(), before.id);
        return Err(Error::misused(message).hint("name a file of answers to this question"));
    }
    Ok(answers)
}

async fn shift(
    (ready, again): (ReadyJudge, ReadyJudge),
    answers: Vec<Answer>,
    before: &Arc<Rubric>,
    after: &Arc<Rubric>,
    context: &Context,
) -> Result<Shift> {
    if let Some(notice) = &ready.notice {
        context.terminal.notice(notice);
    }
    let mut bar = Bar::start(&context.terminal, 2 * answers.len() as u64, 0);
    let mut first = Engine::new(ready.judge, ready.at_once);
    let mut second = Engine::new(again.judge, again.at_once);
    let under_both = async {
        let a = outcomes(&mut first, &answers, before, &mut bar).await?;
        Ok((a, outcomes(&mut second, &answers, after, &mut bar).await?))
    };
    let (a, b) = tokio::select! {
        biased;
        _ = tokio::signal::ctrl_c() => return Err(Error::interrupted("interrupted; nothing was written")),
        both = under_both => both?,
    };
    let ids = answers.into_iter().map(|answer| answer.id);
    Ok(Shift::of(ids.zip(a.into_iter().zip(b)).map(|(id, (a, b))| (id, a, b)), &renamed(before, after)))
}

/// The outcome of each answer, in their order.
async fn outcomes(
    engine: &mut Engine,
    answers: &[Answer],
    rubric: &Arc<Rubric>,
    bar: &mut Bar,
) -> Result<Vec<Outcome>> {
    let mut found: Vec<Option<Outcome>> = answers.iter().map(|_| None).collect();
    let mut next = 0;
    while next < answers.len() || !engine.is_idle() {
        if next < answers.len() && engine.has_room() {
            // The engine hands the task back; its number says which answer it was. Nothing here is resumed.
            let (answer, rubric) = (answers[next].clone(), Arc::clone(rubric));
            let task = Task { answer, rubric, key: String::new(), number: next as u64 };
            engine.start(task);
            next += 1;
            continue;
        }
        match engine.next().await {
            Some(Event::Judged { task, outcome, .. }) => {
                bar.step();
                if let Some(place) = usize::try_from(task.number).ok().and_then(|at| found.get_mut(at)) {
                    *place = Some(outcome);
                }
            }
            Some(Event::Stopped(failure)) => {
                let error = Error::failed(failure.reason.message);
                return Err(match failure.hint {
                    Some(hint) => error.hint(hint),
                    None => error,
                });
            }
            None => {}
        }
    }
    let all: Option<Vec<Outcome>> = found.into_iter().collect();
    all.ok_or_else(|| Error::failed("the judge ended before every answer had an outcome"))
}

fn as_json(args: &RubricDiffArgs, changes: &[Change], shift: Option<&Shift>) -> Result<String> {
    let (before, after) = (args.before.display().to_string(), args.after.display().to_string());
    let may_change_grades = may_change_grades(changes);
    let report = Report { before: &before, after: &after, may_change_grades, changes, answers: shift };
    let json = serde_json::to_string_pretty(&report);
    json.map(|text| text + "\n")
        .map_err(|error| Error::failed(format!("cannot write the differences as JSON: {error}")))
}

fn as_text(
    changes: &[Change],
    shift: Option<&Shift>,
    (before, after): (&Rubric, &Rubric),
    context: &Context,
) -> String {
    let view = context.terminal.view();
    let mut text = render_changes(changes, &view);
    if let Some(shift) = shift {
        text += "\n";
        text += render_shift(shift, before, after, &view).trim_start();
    } else {
        text += &verdict(changes, before, after);
    }
    text
}

fn verdict(changes: &[Change], before: &Rubric, after: &Rubric) -> String {
    if changes.is_empty() {
        "The two rubrics say the same.\n".to_owned()
    } else if may_change_grades(changes) {
        "\nGrades may change. `--answers FILE` shows whose do.\n".to_owned()
    } else if rubric_digest(before) == rubric_digest(after) {
        "\nNo grade changes.\n".to_owned()
    } else {
        "\nNo score changes. `coach grade` grades anew all the same, because texts beside the scores changed.\n".to_owned()
    }
}

fn exit(args: &RubricDiffArgs, changes: &[Change], shift: Option<&Shift>) -> Exit {
    let moves = shift.map_or_else(|| may_change_grades(changes), |shift| !shift.moved.is_empty());
    if args.exit_code && moves {
        return Exit::Failed;
    }
    if shift.is_some_and(|shift| !shift.ungraded.is_empty()) { Exit::SomeUngraded } else { Exit::Done }
}
