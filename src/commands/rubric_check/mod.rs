//! `coach rubric check`: every problem of rubric files and advice on them, each with its place.

mod checking;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Context;
use crate::bank::{self, CATALOGUE, Mistake, SourceFile};
use crate::cli::RubricCheckArgs;
use crate::config::Config;
use crate::document::{Problem, Severity};
use crate::error::{Error, Exit, Result};
use crate::files;
use crate::terminal::render_problems;

use checking::{Checked, check};

/// Checks the named files, or the whole bank.
pub fn run(args: &RubricCheckArgs, context: &Context) -> Result<Exit> {
    let config = context.config()?;
    let mut checked = if args.paths.is_empty() {
        check(&search_path(&own_folders(&config, context))?, Vec::new())
    } else {
        let files = named_files(&args.paths)?;
        check(&[files], known_mistakes(&own_folders(&config, context))?)
    };
    checked.deny(&args.deny);
    let report = render_problems(&checked.problems, &context.terminal.view());
    context.terminal.print(&format!("{report}{}\n", summary(&checked)))?;
    verdict(&checked)
}

fn own_folders<'a>(config: &'a Config, context: &'a Context) -> Vec<&'a Path> {
    config.rubrics.iter().chain(&context.settings.rubrics).map(PathBuf::as_path).collect()
}

/// The files of the shipped bank and of each folder of the user's.
fn search_path(own: &[&Path]) -> Result<Vec<Vec<SourceFile>>> {
    let own = own.iter().map(|folder| files::rubric_files(folder));
    std::iter::once(Ok(bank::shipped_files())).chain(own).collect()
}

/// The mistakes that any rubric may use, from catalogues that are not checked themselves.
fn known_mistakes(own: &[&Path]) -> Result<Vec<Mistake>> {
    let mut known = Vec::new();
    for mut files in search_path(own)? {
        files.retain(SourceFile::is_catalogue);
        known = bank::read(&files, &known).catalogue;
    }
    Ok(known)
}

/// All named files and those of named folders, as one folder and none twice. A file brings the catalogue beside it.
fn named_files(paths: &[PathBuf]) -> Result<Vec<SourceFile>> {
    let mut found = BTreeMap::new();
    for path in paths {
        let beside = path.with_file_name(CATALOGUE);
        let catalogue = (path.is_file() && beside.is_file()).then_some(beside);
        for path in std::iter::once(path).chain(&catalogue) {
            for file in files::rubric_files(path)? {
                found.entry(files::identity(Path::new(&file.name))).or_insert(file);
            }
        }
    }
    if found.is_empty() {
        return Err(
            Error::misused("there are no .toml files here").hint("name rubric files, or folders of them")
        );
    }
    Ok(found.into_values().collect())
}

/// "2 rubrics, no problems, 1 piece of advice"
fn summary(checked: &Checked) -> String {
    let (invalid, advice) = checked.counts();
    format!(
        "{}, {}, {}",
        count(checked.rubrics, "rubric", "rubrics"),
        count(invalid, "problem", "problems"),
        if advice == 0 {
            "no advice".to_owned()
        } else {
            count(advice, "piece of advice", "pieces of advice")
        }
    )
}

fn count(number: usize, one: &str, several: &str) -> String {
    match number {
        0 => format!("no {several}"),
        1 => format!("1 {one}"),
        _ => format!("{number} {several}"),
    }
}

/// Exit code 2 where something is invalid or denied.
fn verdict(checked: &Checked) -> Result<Exit> {
    let is_refused = |problem: &&Problem| problem.severity < Severity::Advice;
    let refused: Vec<&Problem> = checked.problems.iter().filter(is_refused).collect();
    if refused.is_empty() {
        return Ok(Exit::Done);
    }
    let in_files: BTreeSet<&str> = refused.iter().map(|problem| problem.file.as_str()).collect();
    let invalid = refused.iter().filter(|problem| problem.severity == Severity::Invalid).count();
    let denied = refused.len() - invalid;
    let problems = count(invalid, "problem", "problems");
    let advice = format!("{} denied", count(denied, "piece of advice", "pieces of advice"));
    let what = match (invalid, denied) {
        (_, 0) => problems,
        (0, _) => advice,
        (_, _) => format!("{problems} and {advice}"),
    };
    Err(Error::misused(format!("{what} in {} of {} files", in_files.len(), checked.files)))
}
