//! How long `coach rubric check` takes for 500 rubrics: the shipped ones, each under several ids.
//!
//!     cargo bench --bench check
//!
//! Files are in memory already. "by default" is what the command does without flags, where
//! so many rubrics are not shown to the judge; "on one core" is the same without threads.

#![allow(clippy::expect_used, reason = "a bench may stop where a program must not")]

use std::time::{Duration, Instant};

use interview_coach::bank::{self, SourceFile, lint};
use interview_coach::cli::AskJudge;
use interview_coach::commands::rubric_check::{Asked, check};

const RUBRICS: usize = 500;

/// Runs of each measurement; the middle one counts.
const RUNS: usize = 5;

fn main() {
    let (catalogues, shipped): (Vec<_>, Vec<_>) =
        bank::shipped_files().into_iter().partition(SourceFile::is_catalogue);
    let copy = |number: usize| renamed(&shipped[number % shipped.len()], number);
    let files: Vec<SourceFile> = catalogues.into_iter().chain((0..RUBRICS).map(copy)).collect();
    let bytes: usize = files.iter().map(|file| file.text.len()).sum();
    println!("{RUBRICS} rubrics, {:.1} MB", bytes as f64 / 1e6);
    report("reading", || bank::read(&files, &[]).rubrics.len());
    report("on one core", || {
        let folder = bank::read(&files, &[]);
        folder.rubrics.iter().map(|(rubric, _)| lint::rubric(rubric, &folder.catalogue).len()).sum()
    });
    let folders = [files];
    let all = |judge: AskJudge| check(&folders, Vec::new(), Asked::of(judge, &folders)).problems.len();
    report("by default", || all(AskJudge::Auto));
    report("with the judge", || all(AskJudge::Always));
}

/// The same rubric under an id of its own.
fn renamed(file: &SourceFile, number: usize) -> SourceFile {
    let stem = format!("{}-{number}", file.stem);
    let text = file.text.replacen(&format!("id = \"{}\"", file.stem), &format!("id = \"{stem}\""), 1);
    SourceFile { name: format!("{stem}.toml"), stem, text }
}

fn report(what: &str, run: impl Fn() -> usize) {
    let mut times: Vec<Duration> = Vec::new();
    let mut found = 0;
    for _ in 0..RUNS {
        let started = Instant::now();
        found = run();
        times.push(started.elapsed());
    }
    times.sort();
    println!(
        "{what:20} {:>9.1?}  (from {:.1?} to {:.1?}; {found} found)",
        times[RUNS / 2],
        times[0],
        times[RUNS - 1]
    );
}
