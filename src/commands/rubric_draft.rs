//! `coach rubric draft`: a model drafts a rubric, for its author to correct.

use std::path::{Path, PathBuf};

use super::{Context, kebab_name, read_back, rubric_path};
use crate::bank::Rubric;
use crate::bank::names::kebab;
use crate::bank::write::{Remarks, write};
use crate::cli::RubricDraftArgs;
use crate::error::{Error, Exit, Result};
use crate::files;
use crate::files::fresh::{nobody_has, write_all, write_numbered};
use crate::judge::draft::{Brief, DraftFailure, DraftStep, draft};
use crate::terminal::{Spinner, sanitised};

/// Has the model draft, and writes what it drafted.
pub async fn run(args: &RubricDraftArgs, context: &Context) -> Result<Exit> {
    let id = args.id.clone().unwrap_or_else(|| kebab(&args.question));
    kebab_name("id", &id)?;
    kebab_name("topic", &args.topic)?;
    if args.question.trim().is_empty() {
        return Err(
            Error::misused("the question is empty").hint("coach rubric draft \"What is ...?\" --judge NAME")
        );
    }
    let path = rubric_path(args.out.as_deref(), &args.topic, &id);
    nobody_has(&path)?;
    let notes = args.from.as_deref().map(files::text).transpose()?;
    let brief = Brief { id: &id, topic: &args.topic, question: &args.question, notes: notes.as_deref() };
    let config = context.config()?;
    let ready = context.judge(&config, &args.judge).await?;
    let Some(model) = ready.judge.only_model() else { return Err(no_model()) };
    if let Some(notice) = &ready.notice {
        context.terminal.notice(notice);
    }
    let spinner = Spinner::start(&context.terminal, "drafting");
    let mut watch = |step: DraftStep| spinner.say(&format!("drafting the {}; Ctrl-C stops it", step.name()));
    let drafted = tokio::select! {
        biased;
        _ = tokio::signal::ctrl_c() => return Err(Error::interrupted("interrupted; nothing was written")),
        drafted = draft(model, &brief, &mut watch) => drafted,
    };
    drop(spinner);
    let from = args.from.as_deref();
    match drafted {
        Ok(rubric) => {
            write_draft(&path, &rubric, &remarks(model.model(), from, None))?;
            context.terminal.print(&format!("{}\n", path.display()))?;
            context.terminal.notice(&next(&path));
            Ok(Exit::Done)
        }
        Err(failure) => Err(kept(failure, &path, model.model(), from)),
    }
}

fn no_model() -> Error {
    Error::misused("drafting needs a model, and none is configured").hint(
        "set OPENAI_BASE_URL (and COACH_MODEL), or add a [judges.NAME] table to the configuration and name it with \
         --judge; or begin without a model: coach rubric new",
    )
}

fn write_draft(path: &Path, rubric: &Rubric, remarks: &Remarks) -> Result<()> {
    let text = write(rubric, remarks);
    read_back(path, rubric.id.as_str(), &text)?;
    write_all(&[(path.to_owned(), text)])
}

/// What the author has to know, at the top of the file.
fn remarks(model: &str, from: Option<&Path>, lacks: Option<DraftStep>) -> Remarks {
    let notes = from.map_or(String::new(), |path| format!(" and {}", path.display()));
    let mut top = vec![format!(
        "DRAFT by the model {model}, made from the question{notes}. Nobody has checked it. A model is as fluent where \
         it is wrong as where it is right, so before you use it:",
    )];
    top.extend(
        [
            "- Check each fact in model_answer, key_points and mistakes, and write down in sources where you did.",
            "- Read the levels of each criterion with an answer in mind: would a colleague pick the same one?",
            "- The model also wrote the sample answers and their levels. Replace some by answers of real people, and \
             set the levels yourself; only then do they show whether a judge grades as you do.",
            "- Set minutes and weights to what you want. Then delete this comment.",
        ]
        .map(str::to_owned),
    );
    if let Some(step) = lacks {
        top.push(format!("This draft is incomplete: the model's {} could not be used.", step.name()));
    }
    Remarks { top, ..Remarks::default() }
}

fn next(path: &Path) -> String {
    format!(
        "A draft: read it before you use it; its first lines say what to check. Then:\n  coach rubric check {}",
        path.display()
    )
}

/// The failure as the user's error; what was drafted before it and what the model said are kept in files.
fn kept(failure: DraftFailure, path: &Path, model: &str, from: Option<&Path>) -> Error {
    let DraftFailure { error, step, reply, so_far } = failure;
    let mut kept: Vec<String> = Vec::new();
    if let Some(rubric) = so_far
        && write_draft(path, &rubric, &remarks(model, from, Some(step))).is_ok()
    {
        kept.push(format!("what came before is in {}", path.display()));
    }
    if let Some(file) = reply.and_then(|reply| keep_reply(path, &reply)) {
        kept.push(format!("the reply is in {}", file.display()));
    }
    if kept.is_empty() {
        return error;
    }
    let hint = error.advice().map(str::to_owned);
    let message = [vec![error.to_string()], kept].concat().join("; ");
    let error = Error::failed(sanitised(&message));
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// Where the raw reply is; `None` if it could not be written, which must not hide why the draft failed.
fn keep_reply(path: &Path, reply: &str) -> Option<PathBuf> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let stem = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    write_numbered(folder, &stem, "reply.txt", reply).ok()
}
