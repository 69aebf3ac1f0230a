//! `coach grade`: many answers, graded into a file that a later run continues.

mod forecast;
mod interrupts;
mod run;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::Context;
use crate::batch::{Engine, Order};
use crate::checkup::gate;
use crate::cli::GradeArgs;
use crate::error::{Error, Exit, Result};
use crate::files::batch;
use crate::files::grades::{GradesFile, GradesOutput};
use crate::judge::Judge;
use crate::judge::model::ModelJudge;
use crate::plan::{Input, Plan};
use crate::record::Procedure;
use crate::store::{Settling, Verdict};
use crate::summary::{Summaries, Summary};
use crate::terminal::{Bar, render_summary};

use forecast::forecast;
use run::{Ended, Run};

/// Lines that wait for a slower one before them, where the order is kept. A few megabytes of grades.
const WINDOW: usize = 1024;

/// Grades files of answers.
pub async fn run(args: &GradeArgs, context: &Context) -> Result<Exit> {
    let config = context.config()?;
    let bank = Arc::new(context.bank(&config)?);
    let records = &args.records;
    let question = records.question.as_deref();
    let input = Input::open(&args.answers, records.format, question, &bank, args.output_file())?;
    let input = input.part(records.shard);
    let ready = context.judge_within(&config, &args.judge, &args.limits).await?;
    let output = open_output(args)?;
    if let Some(notice) = &ready.notice {
        context.terminal.notice(notice);
    }
    let mut plan = Plan::new(bank, Arc::clone(&ready.judge));
    if args.dry_run {
        let forecast = forecast(input.read_in_background(), &mut plan, &ready.judge, &output).await?;
        context.terminal.print(&(forecast.lines(&ready.judge).join("\n") + "\n"))?;
        return Ok(Exit::Done);
    }
    for warning in untried(&ready.judge, context) {
        context.terminal.notice(&warning);
    }
    let total = if context.terminal.shows_progress() { input.count() } else { 0 };
    let run = Run {
        bar: Bar::start(&context.terminal, total, 0),
        engine: Engine::new(Arc::clone(&ready.judge), ready.at_once),
        plan,
        output,
        order: args.ordered.then(|| Order::within(WINDOW)),
        summary: Summary::default(),
        named: 0,
    };
    let started = Instant::now();
    let (run, ended) = run.on_a_worker(input.read_in_background()).await;
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
        let known = known.as_ref()?;
        let verdict = |identity: &str| known.verdict(&gate::identity(identity));
        let alone = || match model.procedure() {
            Procedure::WithEstimate => verdict(&model.identity_by(Procedure::AtOnce)),
            Procedure::AtOnce | Procedure::Careful => None,
        };
        let careful = if model.procedure() == Procedure::Careful { " --careful" } else { "" };
        let (name, doctor) = (model.name(), format!("coach doctor --judge {}{careful}", model.name()));
        match verdict(model.identity()).or_else(alone) {
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

/// What a batch is about to grade would be asked, and paid for, twice.
fn refuse_during_batch(path: &Path) -> Result<()> {
    let count = batch::state_of(path)?.map_or(0, |state| state.parts.len());
    if count == 0 {
        return Ok(());
    }
    let path = path.display();
    let batches = if count == 1 { "a batch is".to_owned() } else { format!("{count} batches are") };
    Err(Error::failed(format!("{batches} under way for {path}")).hint(format!(
        "`coach batch collect {path}` fetches the grades; to give them up, remove the folder {path}.batch"
    )))
}

fn open_output(args: &GradeArgs) -> Result<GradesOutput> {
    match args.output_file() {
        // A dry run leaves no file behind.
        Some(path) if args.dry_run && !path.exists() => Ok(GradesOutput::Stdout),
        Some(path) => {
            if !args.dry_run {
                refuse_during_batch(path)?;
            }
            Ok(GradesOutput::File(GradesFile::open(path)?))
        }
        None => Ok(GradesOutput::Stdout),
    }
}
