//! `coach practice`: ask a question, take the answer, grade it, offer what comes next.
//!
//! With `--answer` it is a command for scripts; without, a session with the person at the keyboard.

mod plan;
mod script;
mod session;

use std::sync::Arc;

use super::{Context, chosen};
use crate::bank::Rubric;
use crate::cli::PracticeArgs;
use crate::error::{Exit, Result};
use crate::judge::Judge;
use crate::terminal::{Detail, View};

/// What practising works with.
struct Practice<'a> {
    context: &'a Context,
    judge: Arc<Judge>,
    view: View,
    /// The question that the user named.
    named: Option<&'a Rubric>,
    /// What can be chosen from.
    questions: Vec<&'a Rubric>,
}

/// Runs the command.
pub async fn run(args: &PracticeArgs, context: &Context) -> Result<Exit> {
    let config = context.config()?;
    let bank = context.bank(&config)?;
    let named = args.question.as_deref().map(|id| context.rubric(&bank, id)).transpose()?;
    let questions = chosen(&bank, &args.choice)?;
    let ready = context.judge(&config, &args.judge).await?;
    if let Some(notice) = &ready.notice {
        context.terminal.notice(notice);
    }
    let view = context.terminal.view().with_detail(Detail::from(args.detail));
    let named = named.map(AsRef::as_ref);
    let practice = Practice { context, judge: ready.judge, view, named, questions };
    match &args.answer {
        Some(file) => script::run(args, file, &practice).await,
        None => session::run(args, practice).await,
    }
}
