//! Checks files that have been read: every problem, and advice on what is valid.

use std::num::NonZero;
use std::thread;

use crate::bank::lint::{self, Class, Judged};
use crate::bank::{self, Exemplar, Mistake, Rubric, SourceFile};
use crate::cli::{AskJudge, Denied};
use crate::critique::{Critique, FlaggedMistake, Rating};
use crate::document::{Document, Problem, Remark, Severity};
use crate::judge::built_in::BuiltIn;
use crate::score::{Grade, Score};

/// Rubrics from which on the judge is only asked when the user wants it. It takes 9 milliseconds for a rubric with
/// eleven exemplars, most of them for words that it meets for the first time: a second for so many on one core.
const MANY_RUBRICS: usize = 100;

/// Whether the built-in judge grades the answers that rubrics hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Asked {
    /// It does.
    #[default]
    Yes,
    /// The user does not want it.
    No,
    /// There are more rubrics than it grades unasked.
    TooMany,
}

impl Asked {
    /// What follows from the user's wish for the files of a search path.
    pub fn of(wish: AskJudge, folders: &[Vec<SourceFile>]) -> Self {
        let rubrics = folders.iter().flatten().filter(|file| !file.is_catalogue()).count();
        match wish {
            AskJudge::Always => Self::Yes,
            AskJudge::Never => Self::No,
            AskJudge::Auto if rubrics <= MANY_RUBRICS => Self::Yes,
            AskJudge::Auto => Self::TooMany,
        }
    }
}

/// What was found in all files.
#[derive(Debug, Default)]
pub struct Checked {
    /// How many files there are.
    pub files: usize,
    /// How many of them are rubrics, valid or not.
    pub rubrics: usize,
    /// Whether the judge was asked.
    pub judge: Asked,
    /// Problems and advice, in the order of files and places.
    pub problems: Vec<Problem>,
}

impl Checked {
    /// How many problems make a file invalid, and how many pieces of advice there are.
    pub fn counts(&self) -> (usize, usize) {
        let invalid = self.problems.iter().filter(|problem| problem.severity == Severity::Invalid).count();
        (invalid, self.problems.len() - invalid)
    }

    /// Advice that is denied becomes a problem.
    pub fn deny(&mut self, denied: &[Denied]) {
        let is_denied = |problem: &Problem| {
            denied.iter().any(|denied| match denied {
                Denied::Advice => true,
                Denied::Class(class) => problem.class == Some(class.name()),
            })
        };
        for problem in self.problems.iter_mut().filter(|problem| problem.severity == Severity::Advice) {
            if is_denied(problem) {
                problem.severity = Severity::Denied;
            }
        }
    }
}

/// Checks the files of the folders on a search path, later ones replacing earlier ones. `catalogue` is what they may
/// use besides their own.
pub fn check(folders: &[Vec<SourceFile>], mut catalogue: Vec<Mistake>, judge: Asked) -> Checked {
    let mut checked = Checked { judge, ..Checked::default() };
    for files in folders {
        let folder = bank::read(files, &catalogue);
        checked.files += files.len();
        checked.rubrics += files.iter().filter(|file| !file.is_catalogue()).count();
        checked.problems.extend(folder.problems);
        for (mistakes, file) in &folder.catalogues {
            checked.problems.extend(placed(file, lint::catalogue(mistakes)));
        }
        checked.problems.extend(advice(&folder.rubrics, &folder.catalogue, judge));
        catalogue = folder.catalogue;
    }
    checked.problems.sort_by(|a, b| a.file.cmp(&b.file).then(a.span.start.cmp(&b.span.start)));
    checked
}

/// Advice on valid rubrics, on all cores.
fn advice(rubrics: &[(Rubric, &SourceFile)], catalogue: &[Mistake], judge: Asked) -> Vec<Problem> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let share = rubrics.len().div_ceil(cores).max(1);
    let of_share = |rubrics: &[(Rubric, &SourceFile)]| {
        let each = rubrics.iter().map(|(rubric, file)| advice_on(rubric, file, catalogue, judge));
        each.flatten().collect::<Vec<Problem>>()
    };
    thread::scope(|scope| {
        let shares: Vec<_> = rubrics.chunks(share).map(|some| scope.spawn(move || of_share(some))).collect();
        // A thread that panicked has said so; what the others found is still worth showing.
        shares.into_iter().filter_map(|share| share.join().ok()).flatten().collect()
    })
}

fn advice_on(rubric: &Rubric, file: &SourceFile, catalogue: &[Mistake], judge: Asked) -> Vec<Problem> {
    let mut remarks = lint::rubric(rubric, catalogue);
    let is_written = !remarks.iter().any(|remark| remark.class == Class::Placeholder.name());
    if is_written && judge == Asked::Yes {
        remarks.extend(judged(rubric));
    }
    placed(file, remarks)
}

fn placed(file: &SourceFile, remarks: Vec<Remark>) -> Vec<Problem> {
    if remarks.is_empty() { Vec::new() } else { Document::new(&file.name, &file.text).remarks(remarks) }
}

/// What the built-in judge's grades of the rubric's own answers say about it.
fn judged(rubric: &Rubric) -> Vec<Remark> {
    let judge = BuiltIn::new();
    let prepared = judge.prepare(rubric);
    let grade = |answer: &str| Grade::new(rubric, judge.critique(&prepared, rubric, answer));
    let exemplars = rubric.exemplars.iter().enumerate().filter_map(|(number, exemplar)| {
        let labelled = Score::of(rubric, &labels(rubric, exemplar)).points();
        lint::exemplar_score(number, exemplar, labelled, &as_judged(&grade(&exemplar.answer)))
    });
    lint::model_answer_score(grade(&rubric.model_answer).score.points())
        .into_iter()
        .chain(exemplars)
        .collect()
}

fn as_judged(grade: &Grade) -> Judged {
    Judged {
        points: grade.score.points(),
        levels: grade.critique.ratings.iter().map(|rating| (rating.id.clone(), rating.level)).collect(),
        mistakes: grade.critique.mistakes.iter().map(|flagged| flagged.id.clone()).collect(),
    }
}

/// The critique that the exemplar's author expects, without words.
fn labels(rubric: &Rubric, exemplar: &Exemplar) -> Critique {
    let ratings = exemplar.levels.iter().map(|(id, level)| Rating {
        id: id.clone(),
        level: *level,
        reason: String::new(),
        advice: String::new(),
        evidence: Vec::new(),
        missing: Vec::new(),
        unfounded: false,
    });
    let mistakes = exemplar.mistakes.iter().filter_map(|id| rubric.mistake(id.as_str()));
    let mistakes = mistakes.map(|mistake| FlaggedMistake {
        id: mistake.id.clone(),
        kind: mistake.kind,
        evidence: None,
        why: String::new(),
        advice: String::new(),
    });
    Critique { ratings: ratings.collect(), mistakes: mistakes.collect(), flags: Vec::new() }
}
