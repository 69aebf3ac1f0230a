//! `coach list`: the bank.

use super::{Context, chosen};
use crate::bank::Rubric;
use crate::cli::ListArgs;
use crate::error::{Exit, Result};
use crate::terminal::{render_list, render_list_plain};

/// Lists the questions.
pub fn run(args: &ListArgs, context: &Context) -> Result<Exit> {
    let config = context.config()?;
    let bank = context.bank(&config)?;
    let rubrics = chosen(&bank, &args.choice)?;
    let text = match (args.json, context.terminal.is_screen()) {
        (true, _) => rubrics.iter().map(|rubric| json_line(rubric)).collect(),
        (false, true) => render_list(&rubrics, &context.terminal.view()),
        (false, false) => render_list_plain(&rubrics),
    };
    context.terminal.print(&text)?;
    Ok(Exit::Done)
}

fn json_line(rubric: &Rubric) -> String {
    let line = serde_json::json!({
        "id": rubric.id,
        "title": rubric.title,
        "topic": rubric.topic,
        "difficulty": rubric.difficulty,
        "minutes": rubric.minutes,
    });
    format!("{line}\n")
}
