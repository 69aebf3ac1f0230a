//! `coach report`: a page, a sheet, a summary or test cases of grades.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};

use super::Context;
use crate::answer::Answer;
use crate::cli::{ReportArgs, ReportFormat};
use crate::error::{Error, Exit, Result};
use crate::files::answers::Source;
use crate::files::csv_text::csv_text;
use crate::files::{grades, write};
use crate::report::{Report, ReportedAnswer, Rows, add_texts, junit, markdown, page, table};
use crate::store::History;

/// At most this many answers are named in the error of --fail-under.
const MOST_NAMED: usize = 5;

/// Bytes from which a page takes a browser seconds rather than a moment: about 5,000 answers.
const LARGE_PAGE: usize = 20_000_000;

/// Reports on grades.
pub fn run(args: &ReportArgs, context: &Context) -> Result<Exit> {
    let format = format(args)?;
    let output = args.output.as_deref().filter(|path| path.as_os_str() != "-");
    if let Some(path) = output {
        check_output(path, args)?;
    }
    let bank = context.bank(&context.config()?)?;
    let answers =
        if args.history { attempts(args, format, context)? } else { reported(args, format, context)? };
    let report = Report::new(answers, &bank).with_least(args.fail_under);
    let text = rendered(&report, format, args)?;
    if format == ReportFormat::Html && text.len() > LARGE_PAGE {
        let megabytes = text.len() / 1_000_000;
        let instead = if args.history { "--last 1000 shows the newest answers" } else { "split the grades" };
        context
            .terminal
            .notice(&format!("the page has {megabytes} MB, which browsers open slowly; {instead}"));
    }
    match output {
        Some(path) => write(path, &text)?,
        None => context.terminal.print(&text)?,
    }
    exit(&report)
}

/// The named format, or the one that the output's ending says.
fn format(args: &ReportArgs) -> Result<ReportFormat> {
    let ending =
        args.output.as_deref().and_then(Path::extension).map(|it| it.to_string_lossy().to_lowercase());
    let by_ending = match ending.as_deref() {
        Some("html" | "htm") => Some(ReportFormat::Html),
        Some("csv") => Some(ReportFormat::Csv),
        Some("md" | "markdown") => Some(ReportFormat::Markdown),
        Some("xml") => Some(ReportFormat::Junit),
        Some(_) | None => None,
    };
    let is_file = args.output.as_ref().is_some_and(|path| path.as_os_str() != "-");
    let format = match (args.format.or(by_ending), is_file) {
        (Some(format), _) => format,
        (None, false) => ReportFormat::Markdown,
        (None, true) => {
            return Err(Error::misused("the ending of -o does not say which form the report has")
                .hint("name it with --format, or end the name in .html, .csv, .md or .xml"));
        }
    };
    if args.long && format != ReportFormat::Csv {
        return Err(Error::misused("--long is for CSV only").hint("add --format csv"));
    }
    Ok(format)
}

/// A report takes the place of an earlier one, but never of what it is made from.
fn check_output(output: &Path, args: &ReportArgs) -> Result<()> {
    let same = |input: &&PathBuf| match (input.canonicalize(), output.canonicalize()) {
        (Ok(input), Ok(output)) => input == output,
        _ => false,
    };
    match args.grades.iter().chain(&args.answers).find(same) {
        Some(input) => Err(Error::misused(format!("{} is both read and written", input.display()))
            .hint("name another output with -o")),
        None => Ok(()),
    }
}

/// The attempts of the history, oldest first.
fn attempts(args: &ReportArgs, format: ReportFormat, context: &Context) -> Result<Vec<ReportedAnswer>> {
    let history = History::open(&context.home()?)?;
    let most = args.last.map_or(usize::MAX, |last| usize::try_from(last).unwrap_or(usize::MAX));
    let mut answers = VecDeque::new();
    history.each(&mut |attempt| {
        let mut answer = ReportedAnswer::from(attempt);
        if format != ReportFormat::Html {
            answer.drop_quotations();
        }
        if answers.len() == most {
            answers.pop_front();
        }
        answers.push_back(answer);
        Ok(())
    })?;
    if answers.is_empty() {
        return Err(Error::misused("there are no answers in the history yet")
            .hint("`coach practice` takes the first"));
    }
    Ok(answers.into())
}

fn reported(args: &ReportArgs, format: ReportFormat, context: &Context) -> Result<Vec<ReportedAnswer>> {
    if args.grades.iter().chain(&args.answers).filter(|path| path.as_os_str() == "-").count() > 1 {
        return Err(Error::misused("standard input can be read only once").hint("name files for the others"));
    }
    let mut reported = Vec::new();
    for path in &args.grades {
        reported.extend(last_lines(path, format)?);
    }
    if reported.is_empty() {
        let files = args.grades.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
        return Err(Error::misused(format!("there are no grades in {files}"))
            .hint("name a file that `coach grade -o` wrote"));
    }
    if !args.answers.is_empty() {
        let missing = add_texts(&mut reported, texts(&args.answers)?);
        if missing > 0 {
            context.terminal.notice(&format!(
                "{missing} of {} grades have no answer of their id and question in the files of --answers",
                reported.len()
            ));
        }
    }
    Ok(reported)
}

/// The grades of a file. A later line about an answer replaces an earlier one, as when a run is resumed.
fn last_lines(path: &Path, format: ReportFormat) -> Result<Vec<ReportedAnswer>> {
    let mut reported: Vec<ReportedAnswer> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    grades::read(path, |record| {
        let id = record.id.clone();
        let mut answer = ReportedAnswer { record, text: None, sitting: None };
        if format != ReportFormat::Html {
            answer.drop_quotations();
        }
        match places.get(&id) {
            Some(&place) => reported[place] = answer,
            None => {
                places.insert(id, reported.len());
                reported.push(answer);
            }
        }
    })?;
    Ok(reported)
}

/// The answers of files. Records that are no answers were never graded, so nothing is lost with them. A record
/// without a question is one to the question that the grade names.
fn texts(paths: &[PathBuf]) -> Result<Vec<Answer>> {
    let mut answers = Vec::new();
    for path in paths {
        let source = Source { path: path.clone(), format: None, question: Some(String::new()) };
        source.read(&mut |record| {
            answers.extend(record.answer);
            true
        })?;
    }
    Ok(answers)
}

fn rendered(report: &Report, format: ReportFormat, args: &ReportArgs) -> Result<String> {
    match format {
        ReportFormat::Html => page(report),
        ReportFormat::Csv => {
            let (header, rows) = table(report, if args.long { Rows::Ratings } else { Rows::Answers });
            csv_text(&header, &rows)
        }
        ReportFormat::Markdown => Ok(markdown(report)),
        ReportFormat::Junit => junit(report),
    }
}

/// With a least score, an answer below it fails the run, and one that nobody graded does not pass it.
fn exit(report: &Report) -> Result<Exit> {
    let Some(least) = report.least() else { return Ok(Exit::Done) };
    let below: Vec<&str> = report.below().map(|answer| answer.record.id.as_str()).collect();
    if !below.is_empty() {
        let named = below.iter().take(MOST_NAMED).copied().collect::<Vec<_>>().join(", ");
        let more = below.len().saturating_sub(MOST_NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let graded = report.answers().iter().filter(|answer| answer.graded().is_some()).count();
        let (count, verb) = (below.len(), if below.len() == 1 { "is" } else { "are" });
        return Err(Error::failed(format!(
            "{count} of {graded} graded answers {verb} below {least}: {named}{more}"
        )));
    }
    let is_ungraded = report.answers().iter().any(|answer| answer.reason().is_some());
    Ok(if is_ungraded { Exit::SomeUngraded } else { Exit::Done })
}
