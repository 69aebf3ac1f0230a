//! `coach rubric export`: rubrics as sheets for human graders.

use std::path::Path;

use super::{Context, chosen};
use crate::answer::Answer;
use crate::bank::Rubric;
use crate::cli::{Choice, RubricExportArgs, SheetFormat};
use crate::error::{Error, Exit, Result};
use crate::files::answers::Source;
use crate::files::csv_text::csv_text;
use crate::sheet::{HEADER, answer_rows, markdown, rows};

/// Prints the named rubrics, or all, in a form that people grade with.
pub fn run(args: &RubricExportArgs, context: &Context) -> Result<Exit> {
    let config = context.config()?;
    let bank = context.bank(&config)?;
    let rubrics: Vec<&Rubric> = if args.ids.is_empty() {
        chosen(&bank, &Choice::default())?
    } else {
        args.ids.iter().map(|id| context.rubric(&bank, id).map(AsRef::as_ref)).collect::<Result<_>>()?
    };
    let text = match (args.format, &args.answers) {
        (SheetFormat::Markdown, _) => {
            rubrics.iter().map(|it| markdown(it)).collect::<Vec<_>>().join("\n---\n\n")
        }
        (SheetFormat::Csv, None) => csv_text(&HEADER.map(str::to_owned), &rows(&rubrics))?,
        (SheetFormat::Csv, Some(path)) => sheet_of_answers(&rubrics, path)?,
    };
    context.terminal.print(&text)?;
    Ok(Exit::Done)
}

/// A row for each answer to one of the rubrics' questions.
fn sheet_of_answers(rubrics: &[&Rubric], path: &Path) -> Result<String> {
    let only = if let [rubric] = rubrics { Some(rubric.id.to_string()) } else { None };
    let source = Source { path: path.to_owned(), format: None, question: only };
    let mut answers: Vec<Answer> = Vec::new();
    let mut wrong = None;
    source.read(&mut |record| {
        match record.answer {
            Ok(answer) if rubrics.iter().any(|rubric| rubric.id == answer.question) => answers.push(answer),
            Ok(_) => {}
            Err(message) => wrong = Some(format!("{}: {message}", record.place)),
        }
        wrong.is_none()
    })?;
    if let Some(message) = wrong {
        return Err(Error::misused(message).hint("correct the record, then run the command again"));
    }
    let asked: Vec<&Rubric> = rubrics
        .iter()
        .copied()
        .filter(|rubric| answers.iter().any(|answer| answer.question == rubric.id))
        .collect();
    if asked.is_empty() {
        return Err(Error::misused(format!("{} has no answers to these questions", path.display())));
    }
    let (header, rows) = answer_rows(&asked, &answers);
    csv_text(&header, &rows)
}
