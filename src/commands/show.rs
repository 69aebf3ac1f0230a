//! `coach show`: one question and how its answers are judged.

use super::Context;
use crate::cli::ShowArgs;
use crate::error::{Error, Exit, Result};
use crate::terminal::{ModelAnswer, render_rubric};

/// Shows a rubric.
pub fn run(args: &ShowArgs, context: &Context) -> Result<Exit> {
    let config = context.config()?;
    let bank = context.bank(&config)?;
    let rubric = context.rubric(&bank, &args.question)?;
    let text = if args.json {
        let json = serde_json::to_string_pretty(rubric.as_ref());
        json.map_err(|error| Error::failed(format!("cannot write {} as JSON: {error}", rubric.id)))? + "\n"
    } else {
        let model_answer = if args.answer { ModelAnswer::Shown } else { ModelAnswer::Hidden };
        render_rubric(rubric, model_answer, &context.terminal.view())
    };
    context.terminal.print(&text)?;
    Ok(Exit::Done)
}
