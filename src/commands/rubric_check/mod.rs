//! `coach rubric check`: every problem of rubric files and advice on them, each with its place.

mod checking;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Context;
use crate::bank::{self, CATALOGUE, Mistake, SourceFile, lint};
use crate::cli::{CheckFormat, RubricCheckArgs};
use crate::config::Config;
use crate::document::{Problem, Severity};
use crate::error::{Error, Exit, Result};
use crate::files::{self, watch::Watch};
use crate::problems::{self, Rule};
use crate::terminal::{render_problems, sanitised};

pub use checking::{Asked, Checked, check};

/// Checks the named files, or the whole bank; with `--watch` again and again.
pub async fn run(args: &RubricCheckArgs, context: &Context) -> Result<Exit> {
    let config = context.config()?;
    let own = own_folders(&config, context);
    if args.watch { watch(args, context, &own).await } else { verdict(&checked(args, context, &own)?) }
}

/// Reads, checks and reports once.
fn checked(args: &RubricCheckArgs, context: &Context, own: &[&Path]) -> Result<Checked> {
    let (folders, known) = if args.paths.is_empty() {
        (search_path(own)?, Vec::new())
    } else {
        (vec![named_files(&args.paths)?], known_mistakes(own)?)
    };
    let mut checked = check(&folders, known, Asked::of(args.ask_judge, &folders));
    checked.deny(&args.deny);
    report(&checked, args.format, context)?;
    if checked.judge == Asked::TooMany {
        context.terminal.notice(
            "The built-in judge was not asked, because there are many rubrics: add --ask-judge always.",
        );
    }
    Ok(checked)
}

fn report(checked: &Checked, format: CheckFormat, context: &Context) -> Result<()> {
    let terminal = &context.terminal;
    let shown = || checked.problems.iter().map(harmless).collect::<Vec<Problem>>();
    let pretty = |value: &Value| terminal.print(&format!("{value:#}\n"));
    match format {
        CheckFormat::Human => {
            let problems = render_problems(&checked.problems, &terminal.view());
            terminal.print(&format!("{problems}{}\n", summary(checked)))
        }
        CheckFormat::Json => pretty(&problems::json(checked.rubrics, &shown())),
        CheckFormat::Github => {
            terminal.print(&problems::github(&shown()))?;
            terminal.notice(&summary(checked));
            Ok(())
        }
        CheckFormat::Sarif => {
            let rules = lint::Class::ALL.map(|(id, _, finds)| Rule { id, finds });
            pretty(&problems::sarif(&shown(), &rules))
        }
    }
}

/// A problem without what could act on the terminal of whoever reads the log.
fn harmless(problem: &Problem) -> Problem {
    let mut problem = problem.clone();
    problem.message = sanitised(&problem.message).into_owned();
    problem.help = problem.help.as_deref().map(|help| sanitised(help).into_owned());
    problem.file = sanitised(&problem.file).into_owned();
    problem
}

/// Checks whenever a file is saved. What goes wrong then is told, and may be right after the next save.
async fn watch(args: &RubricCheckArgs, context: &Context, own: &[&Path]) -> Result<Exit> {
    let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
    // A future that was never polled catches nothing, and a file may be saved before this one is.
    let _ = futures::poll!(interrupt.as_mut());
    let paths = watched(args, own)?;
    let mut watch = Watch::new(&paths)?;
    loop {
        context.terminal.clear();
        if let Err(error) = checked(args, context, own).and_then(|checked| verdict(&checked)) {
            context.terminal.explain(&error);
        }
        context.terminal.notice("Watching; a save checks again, Ctrl-C ends.");
        tokio::select! {
            saved = watch.saved() => saved?,
            _ = &mut interrupt => break,
        }
    }
    // The shell's prompt begins a line of its own behind the ^C that the terminal shows.
    context.terminal.notice("");
    Ok(Exit::Interrupted)
}

fn watched(args: &RubricCheckArgs, own: &[&Path]) -> Result<Vec<PathBuf>> {
    if args.format != CheckFormat::Human {
        return Err(Error::misused("--watch reports to people").hint("leave out --format, or --watch"));
    }
    let named = if args.paths.is_empty() {
        own.iter().map(|path| (*path).to_owned()).collect()
    } else {
        args.paths.clone()
    };
    match named.iter().find(|path| !path.exists()) {
        Some(missing) => Err(files::cannot("watch", missing, &std::io::ErrorKind::NotFound.into())),
        None if named.is_empty() => {
            Err(Error::misused("there is nothing to watch: the shipped rubrics don't change")
                .hint("name your rubric files, or folders of them"))
        }
        None => Ok(named),
    }
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
