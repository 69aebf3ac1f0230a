//! `coach rubric check`: every problem of rubric files, with its place.

use super::{Context, counted};
use crate::bank::{Bank, CATALOGUE, SourceFile, parse};
use crate::cli::RubricCheckArgs;
use crate::document::Problem;
use crate::error::{Error, Exit, Result};
use crate::files;
use crate::terminal::render_problems;

/// Checks the named files, or the whole bank.
pub fn run(args: &RubricCheckArgs, context: &Context) -> Result<Exit> {
    let config = context.config()?;
    if args.paths.is_empty() {
        let bank = context.bank(&config)?;
        context.terminal.print(&no_problems(bank.rubrics().count()))?;
        return Ok(Exit::Done);
    }
    let mut files = Vec::new();
    for path in &args.paths {
        files.extend(files::rubric_files(path)?);
    }
    if files.is_empty() {
        return Err(
            Error::misused("there are no .toml files here").hint("name rubric files, or folders of them")
        );
    }
    let (checked, problems) = check(&files)?;
    if problems.is_empty() {
        context.terminal.print(&no_problems(checked))?;
        return Ok(Exit::Done);
    }
    context.terminal.print(&render_problems(&problems, &context.terminal.view()))?;
    Err(Error::misused(format!(
        "{} in {} of {} files",
        counted(&problems),
        files_with(&problems),
        files.len()
    )))
}

fn no_problems(rubrics: usize) -> String {
    let noun = if rubrics == 1 { "rubric" } else { "rubrics" };
    format!("{rubrics} {noun}, no problems\n")
}

/// Parses every file; catalogues come first, since the rubrics beside them use them.
fn check(files: &[SourceFile]) -> Result<(usize, Vec<Problem>)> {
    let shipped = Bank::shipped().map_err(|problems| Error::failed(counted(&problems)))?;
    let mut catalogue = shipped.catalogue().to_vec();
    let mut problems = Vec::new();
    let is_catalogue = |file: &&SourceFile| format!("{}.toml", file.stem) == CATALOGUE;
    for file in files.iter().filter(is_catalogue) {
        match parse::catalogue(&file.name, &file.text) {
            Ok(mistakes) => catalogue.splice(..0, mistakes).for_each(drop),
            Err(found) => problems.extend(found),
        }
    }
    let rubrics: Vec<&SourceFile> = files.iter().filter(|file| !is_catalogue(file)).collect();
    for file in &rubrics {
        if let Err(found) = parse::rubric(&file.name, &file.stem, &file.text, &catalogue) {
            problems.extend(found);
        }
    }
    Ok((rubrics.len(), problems))
}

fn files_with(problems: &[Problem]) -> usize {
    problems.iter().map(|problem| problem.file.as_str()).collect::<std::collections::BTreeSet<_>>().len()
}
