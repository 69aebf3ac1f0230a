//! `coach practice`: ask a question, take the answer, grade it, offer what comes next.
//!
//! With `--answer` it is a command for scripts; without, a session with the person at the keyboard.

mod judging;
mod script;
mod session;
mod sheet;

use std::sync::Arc;

use super::{Context, chosen};
use crate::bank::Rubric;
use crate::cli::PracticeArgs;
use crate::error::{Exit, Result};
use crate::judge::Judge;
use crate::store::{self, Drafts};

/// What practising works with.
struct Practice<'a> {
    context: &'a Context,
    judge: Arc<Judge>,
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
    let practice = Practice { context, judge: ready.judge, named: named.map(AsRef::as_ref), questions };
    match &args.answer {
        Some(file) => script::run(args, file, &practice).await,
        None => session::run(args, practice).await,
    }
}

/// Drafts where they can be kept. Practising goes on without; the user is told why.
fn drafts(context: &Context) -> Option<Drafts> {
    let opened = store::home(context.environment.home.clone()).and_then(|home| Drafts::open(&home));
    opened.map_err(|fault| context.terminal.explain(&fault)).ok()
}
