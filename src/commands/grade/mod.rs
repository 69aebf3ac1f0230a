//! `coach grade`: many answers, graded into a file that a later run continues.

mod forecast;
mod interrupts;
mod plan;
mod run;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::{Context, questions_like, unknown_question};
use crate::bank::Bank;
use crate::batch::{Engine, Order};
use crate::checkup::gate;
use crate::cli::GradeArgs;
use crate::error::{Error, Exit, Result};
use crate::files::answers::Source;
use crate::files::grades::{GradesFile, GradesOutput};
use crate::judge::Judge;
use crate::judge::model::ModelJudge;
use crate::store::{Settling, Verdict};
use crate::summary::{Summaries, Summary};
use crate::terminal::{Bar, render_summary};

use forecast::forecast;
use plan::{Plan, read_in_background};
use run::{Ended, Run};

/// Lines that wait for a slower one before them, where the order is kept. A few megabytes of grades.
const WINDOW: usize = 1024;

/// Grades files of answers.
pub async fn run(args: &GradeArgs, context: &Context) -> Result<Exit> {
    let config = context.config()?;
    let bank = Arc::new(context.bank(&config)?);
    let sources = sources(args, &bank)?;
    let ready = context.judge_within(&config, &args.judge, &args.limits).await?;
    let output = open_output(args)?;
    if let Some(notice) = &ready.notice {
        context.terminal.notice(notice);
    }
    let mut plan = Plan::new(bank, Arc::clone(&ready.judge));
    if args.dry_run {
        let forecast = forecast(read_in_background(sources), &mut plan, &ready.judge, &output).await?;
        context.terminal.print(&(forecast.lines(&ready.judge).join("\n") + "\n"))?;
        return Ok(Exit::Done);
    }
    for warning in untried(&ready.judge, context) {
        context.terminal.notice(&warning);
    }
    let total = count(&sources, context);
    let mut run = Run {
        bar: Bar::start(&context.terminal, total, 0),
        engine: Engine::new(Arc::clone(&ready.judge), ready.at_once),
        plan,
        output,
        order: args.ordered.then(|| Order::within(WINDOW)),
        summary: Summary::default(),
        named: 0,
    };
    let started = Instant::now();
    let ended = run.all(read_in_background(sources)).await;
    let Run { output, summary, bar, .. } = run;
    drop(bar);
    let ended = ended?;
    output.finish()?;
    let summaries = Summaries { whole: whole_file(args, &summary)?, run: summary };
    if summaries.run.answers() > 0 {
        let (spending, view) = (ready.judge.spending(), context.terminal.error_view());
        let text = render_summary(&summaries, spending, started.elapsed(), &view);
        context.terminal.notice(text.trim_end());
    }
    if let Some(fault) = ready.settling.as_ref().and_then(Settling::finish) {
        context.terminal.explain(fault);
        context
            .terminal
            .notice("Grading went on without the reply cache, which lacks some of this run's replies.");
    }
    exit(ended, &summaries, args)
}

/// What there is to say about models that never showed that they can judge.
fn untried(judge: &Judge, context: &Context) -> Vec<String> {
    let known = context.known_endpoints();
    let warning = |model: &ModelJudge| {
        let verdict = known.as_ref()?.verdict(&gate::identity(model.identity()));
        let (name, doctor) = (model.name(), format!("coach doctor --judge {}", model.name()));
        match verdict {
            Some(verdict) if verdict.right >= gate::PASS => None,
            Some(Verdict { right, of }) => Some(format!(
                "Warning: {name} got {right} of {of} known levels right, fewer than {}; `{doctor}` tries it again.",
                gate::PASS
            )),
            None => Some(format!("Warning: nobody has tried {name} on known answers yet; `{doctor}` does.")),
        }
    };
    match judge {
        Judge::Model(model) => warning(model).into_iter().collect(),
        Judge::Panel(panel) => panel
            .members()
            .iter()
            .filter_map(|member| match member {
                Judge::Model(model) => warning(model),
                Judge::BuiltIn(_) | Judge::Samples(_) | Judge::Panel(_) => None,
            })
            .collect(),
        // A sample is drawn at another temperature than the one that was tried.
        Judge::BuiltIn(_) | Judge::Samples(_) => Vec::new(),
    }
}

/// The grades of a file that earlier runs began: the run's own say little about it.
fn whole_file(args: &GradeArgs, run: &Summary) -> Result<Option<Summary>> {
    let Some(path) = args.output_file().filter(|_| run.known() > 0) else { return Ok(None) };
    let mut whole = Summary::default();
    GradesOutput::each_grade(path, |record| whole.add(record))?;
    Ok(Some(whole))
}

fn exit(ended: Ended, summaries: &Summaries, args: &GradeArgs) -> Result<Exit> {
    match ended {
        Ended::Complete => {
            check_lowest(summaries, args)?;
            Ok(if summaries.run.ungraded() > 0 { Exit::SomeUngraded } else { Exit::Done })
        }
        Ended::NobodyReads => Ok(Exit::Done),
        Ended::Interrupted => Err(resumable("interrupted", "run the same command again to go on", args)),
        Ended::Capped(failure) => {
            let hint = "raise the cap and run the same command again to go on";
            Err(resumable(&failure.reason.message, hint, args))
        }
        Ended::Stopped(failure) => {
            let error = Error::failed(failure.reason.message);
            Err(match failure.hint {
                Some(hint) => error.hint(hint),
                None => error,
            })
        }
    }
}

/// A run that was cut short as somebody wished: Ctrl-C, or a cap.
fn resumable(why: &str, hint: &str, args: &GradeArgs) -> Error {
    match args.output_file() {
        Some(_) => Error::interrupted(format!("{why}; what was graded is in the file")).hint(hint),
        None => Error::interrupted(why),
    }
}

/// `--fail-under`: over the whole file where the output is one, as `coach report` reads it.
fn check_lowest(summaries: &Summaries, args: &GradeArgs) -> Result<()> {
    match (args.fail_under, summaries.of_all().lowest()) {
        (Some(least), Some(lowest)) if lowest < least => {
            Err(Error::failed(format!("the lowest score, {lowest:.1}, is below {least}"))
                .hint("`coach report` names the answers"))
        }
        (Some(_) | None, _) => Ok(()),
    }
}

fn sources(args: &GradeArgs, bank: &Bank) -> Result<Vec<Source>> {
    if let Some(id) = args.question.as_ref().filter(|id| bank.rubric(id).is_none()) {
        return Err(Error::misused(unknown_question(id)).hint(questions_like(bank, id)));
    }
    let sources: Vec<Source> = args
        .answers
        .iter()
        .map(|path| Source { path: path.clone(), format: args.format, question: args.question.clone() })
        .collect();
    if let Some(source) = sources.iter().find(|source| is_same_file(&source.path, args.output_file())) {
        let message = format!("{} is both the answers and the output", source.path.display());
        return Err(Error::misused(message).hint("name another output with -o"));
    }
    sources.iter().try_for_each(Source::check)?;
    Ok(sources)
}

fn is_same_file(input: &Path, output: Option<&Path>) -> bool {
    let Some(output) = output else { return false };
    match (input.canonicalize(), output.canonicalize()) {
        (Ok(input), Ok(output)) => input == output,
        _ => false,
    }
}

fn open_output(args: &GradeArgs) -> Result<GradesOutput> {
    match args.output_file() {
        // A dry run leaves no file behind.
        Some(path) if args.dry_run && !path.exists() => Ok(GradesOutput::Stdout),
        Some(path) => Ok(GradesOutput::File(GradesFile::open(path)?)),
        None => Ok(GradesOutput::Stdout),
    }
}

/// How many records there are, for the bar; 0 where counting would use them up or nobody sees it.
fn count(sources: &[Source], context: &Context) -> u64 {
    let countable = sources.iter().all(Source::is_rereadable);
    if !countable || !context.terminal.shows_progress() {
        return 0;
    }
    let mut records = 0;
    for source in sources {
        // A file that can't be read is reported when it is read in earnest.
        let _ = source.read(&mut |_| {
            records += 1;
            true
        });
    }
    records
}
