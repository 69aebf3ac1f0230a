//! `coach list`: the bank.

use super::Context;
use crate::bank::Rubric;
use crate::cli::{Choice, ListArgs};
use crate::error::{Error, Exit, Result};
use crate::terminal::{render_list, render_list_plain};

/// Lists the questions.
pub fn run(args: &ListArgs, context: &Context) -> Result<Exit> {
    let config = context.config()?;
    let bank = context.bank(&config)?;
    let rubrics: Vec<&Rubric> =
        bank.rubrics().map(AsRef::as_ref).filter(|rubric| fits(&args.choice, rubric)).collect();
    if rubrics.is_empty() {
        return Err(Error::misused("no question fits").hint(topics(bank.rubrics().map(AsRef::as_ref))));
    }
    let text = match (args.json, context.terminal.is_screen()) {
        (true, _) => rubrics.iter().map(|rubric| json_line(rubric)).collect(),
        (false, true) => render_list(&rubrics, &context.terminal.view()),
        (false, false) => render_list_plain(&rubrics),
    };
    context.terminal.print(&text)?;
    Ok(Exit::Done)
}

fn fits(choice: &Choice, rubric: &Rubric) -> bool {
    choice.topic.as_ref().is_none_or(|topic| *topic == rubric.topic)
        && choice.difficulty.is_none_or(|difficulty| difficulty == rubric.difficulty)
}

fn topics<'b>(rubrics: impl Iterator<Item = &'b Rubric>) -> String {
    let topics: std::collections::BTreeSet<&str> = rubrics.map(|rubric| rubric.topic.as_str()).collect();
    format!("the topics are: {}", topics.into_iter().collect::<Vec<_>>().join(", "))
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
