//! `coach practice QUESTION --answer FILE|-`: one answer in, one critique out.

use std::io::Read as _;
use std::path::Path;

use super::Practice;
use crate::answer::{self, Answer};
use crate::bank::Rubric;
use crate::cli::PracticeArgs;
use crate::error::{Error, Exit, Result};
use crate::files;
use crate::judge::{Account, JudgeFailure, Stop};
use crate::record::GradeRecord;
use crate::score::{Grade, Outcome};
use crate::session::{Judged, Sheet, judge_answer, spinner};
use crate::terminal::{render_critique, render_judges, sanitised};

/// Standard input's name as a file.
const STDIN: &str = "-";

pub(super) async fn run(args: &PracticeArgs, file: &Path, practice: &Practice<'_>) -> Result<Exit> {
    let rubric = practice.named.ok_or_else(|| {
        Error::misused("--answer needs the id of the question that it answers")
            .hint("coach practice QUESTION --answer FILE; `coach list` shows all questions")
    })?;
    let text = read_answer(file)?;
    if !Answer::has_words(&text) {
        return Err(Error::misused("the answer is empty, so there is nothing to judge")
            .hint("write a sentence or two first; a rough answer is enough to learn from"));
    }
    let spinner = spinner(&practice.context.terminal, &practice.judge);
    let judged = judge_answer(&practice.judge, rubric, &text, &mut |_| {}).await;
    drop(spinner);
    match judged {
        Judged::Graded(grade, account) => print_grade(args, practice, rubric, &text, *grade, *account),
        Judged::Failed(failure) => report_failure(args, file, practice, rubric, &text, *failure),
        Judged::Interrupted => {
            keep_stdin(file, practice, rubric, &text);
            Ok(Exit::Interrupted)
        }
    }
}

fn read_answer(file: &Path) -> Result<String> {
    let text = if file == Path::new(STDIN) { read_stdin()? } else { files::text(file)? };
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).trim_end().to_owned())
}

fn read_stdin() -> Result<String> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut bytes);
    read.map_err(|fault| Error::failed(format!("cannot read standard input: {fault}")))?;
    String::from_utf8(bytes)
        .map_err(|_| Error::misused("the answer on standard input is not UTF-8").hint("convert it first"))
}

fn print_grade(
    args: &PracticeArgs,
    practice: &Practice<'_>,
    rubric: &Rubric,
    text: &str,
    grade: Grade,
    account: Account,
) -> Result<Exit> {
    let printed = if args.json {
        json_line(practice, rubric, text, &Outcome::Graded(Box::new(grade)), account)
    } else {
        let view = practice.view;
        format!("{}\n{}", render_critique(rubric, &grade, text, &view), render_judges(&account.judge, &view))
    };
    practice.context.terminal.print(&printed)?;
    Ok(Exit::Done)
}

fn report_failure(
    args: &PracticeArgs,
    file: &Path,
    practice: &Practice<'_>,
    rubric: &Rubric,
    text: &str,
    failure: JudgeFailure,
) -> Result<Exit> {
    keep_stdin(file, practice, rubric, text);
    if args.json {
        let outcome = Outcome::Ungraded(failure.reason.clone());
        let account = Account { judge: practice.judge.record(), spent: failure.spent };
        practice.context.terminal.print(&json_line(practice, rubric, text, &outcome, account))?;
    }
    let message = format!("no critique: {}", sanitised(&failure.reason.message));
    if failure.stop != Stop::No {
        let error = Error::failed(message);
        return Err(match failure.hint {
            Some(hint) => error.hint(hint),
            None => error,
        });
    }
    practice.context.terminal.notice(&message);
    Ok(Exit::SomeUngraded)
}

/// The answer's line as `coach grade` would write it; the question names the answer.
fn json_line(
    practice: &Practice<'_>,
    rubric: &Rubric,
    text: &str,
    outcome: &Outcome,
    account: Account,
) -> String {
    let answer = Answer {
        id: rubric.id.to_string(),
        question: rubric.id.clone(),
        text: text.to_owned(),
        candidate: None,
    };
    let key = answer::key(text, &answer::rubric_digest(rubric), practice.judge.identity());
    let Account { judge, spent } = account;
    let record = GradeRecord::of(&answer, rubric, outcome, judge, spent.record(), key);
    // Plain data with text keys always serialises.
    let mut line = serde_json::to_string(&record).unwrap_or_default();
    line.push('\n');
    line
}

/// An answer that came through standard input is nowhere else, so it becomes a draft.
fn keep_stdin(file: &Path, practice: &Practice<'_>, rubric: &Rubric, text: &str) {
    if file == Path::new(STDIN) {
        let mut sheet = Sheet::blank(rubric, practice.context.drafts().as_ref());
        sheet.keep(text);
        sheet.say_where(&practice.context.terminal);
    }
}
