//! `coach rubric test`: what a judge makes of the exemplars of rubrics, and of mutations of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::{Context, questions_like, unknown_question};
use crate::agreement::{Statistic, Undefined};
use crate::answer::{Answer, key, rubric_digest};
use crate::bank::{Bank, CATALOGUE, QuestionId, Rubric};
use crate::batch::{Engine, Event, Task};
use crate::cli::{MutationExtent, RubricTestArgs};
use crate::error::{Error, Exit, Result};
use crate::files::{self, Fault};
use crate::judge::{Judge, JudgeFailure};
use crate::score::{Outcome, Reason};
use crate::terminal::{Bar, Detail, Terminal, render_misses, render_trial, sanitised};
use crate::trial::report::Total;
use crate::trial::{
    Extent, Mutated, Mutation, Report, Tested, Violation, most_mutations, mutations, violations,
};

/// At most this many ungraded answers are named on the screen; the report counts all of them.
const MOST_NAMED: usize = 20;

/// Tries the named rubrics, or all.
pub async fn run(args: &RubricTestArgs, context: &Context) -> Result<Exit> {
    let config = context.config()?;
    let mut bank = context.bank(&config)?;
    let rubrics = rubrics(args, context, &mut bank)?;
    let ready = context.judge(&config, &args.judge).await?;
    let extent = extent(args, &ready.judge);
    if let Some(notice) = &ready.notice {
        context.terminal.notice(notice);
    }
    if ready.judge.asks_a_model() {
        context.terminal.notice(&requests(&rubrics, extent, &ready.judge)?);
    }
    let at_once = args.concurrency.map_or(ready.at_once, usize::from);
    let run = Run { judge: Arc::clone(&ready.judge), at_once, terminal: &context.terminal };
    // Asked first, so that it is heard from the first request on; what is being judged is dropped.
    let tested = tokio::select! {
        biased;
        _ = tokio::signal::ctrl_c() => return Err(Error::interrupted("interrupted")),
        tested = run.all(rubrics, &bank, extent) => tested?,
    };
    let report = Report::of(ready.judge.name(), ready.judge.model(), extent, &tested);
    context.terminal.print(&shown(&report, args, context)?)?;
    let shortfalls = shortfalls(&report, args);
    if !shortfalls.is_empty() {
        return Err(Error::failed(shortfalls.join("; ")));
    }
    Ok(if report.ungraded() > 0 { Exit::SomeUngraded } else { Exit::Done })
}

/// The rubrics of the named ids, files and folders. Those of a file or folder join the bank, as with `--rubrics`.
fn rubrics(args: &RubricTestArgs, context: &Context, bank: &mut Bank) -> Result<Vec<Arc<Rubric>>> {
    let mut ids: Vec<String> = Vec::new();
    for name in &args.named {
        if bank.rubric(name).is_some() {
            ids.push(name.clone());
        } else if Path::new(name).exists() || looks_like_a_path(name) {
            ids.extend(added(name, context, bank)?);
        } else {
            return Err(Error::misused(unknown_question(name)).hint(questions_like(bank, name)));
        }
    }
    if args.named.is_empty() {
        ids.extend(bank.rubrics().map(|rubric| rubric.id.to_string()));
    }
    let mut found: Vec<Arc<Rubric>> = Vec::new();
    for rubric in ids.iter().filter_map(|id| bank.rubric(id)) {
        if !found.iter().any(|other| other.id == rubric.id) {
            found.push(Arc::clone(rubric));
        }
    }
    if found.iter().all(|rubric| rubric.exemplars.is_empty()) {
        let message = "there is nothing to test: no exemplars";
        return Err(
            Error::misused(message).hint("add [[exemplars]] to the rubric: `name`, `answer`, `levels`")
        );
    }
    Ok(found)
}

fn looks_like_a_path(name: &str) -> bool {
    name.contains(std::path::is_separator) || Path::new(name).extension().is_some_and(|it| it == "toml")
}

/// Adds a file or folder to the bank; the ids of its rubrics.
fn added(name: &str, context: &Context, bank: &mut Bank) -> Result<Vec<String>> {
    let files = context.explained(files::rubric_files(Path::new(name)).map_err(Fault::from), name)?;
    context.explained(bank.add(&files).map_err(Fault::from), name)?;
    let rubrics = files.into_iter().filter(|file| format!("{}.toml", file.stem) != CATALOGUE);
    let ids: Vec<String> = rubrics.map(|file| file.stem).collect();
    if ids.is_empty() {
        return Err(Error::misused(format!("there are no rubrics in {name}"))
            .hint("name rubric files, or folders of them"));
    }
    Ok(ids)
}

/// Mutations cost the built-in judge nothing, but requests to a model.
fn extent(args: &RubricTestArgs, judge: &Judge) -> Extent {
    match args.mutations {
        Some(MutationExtent::None) => Extent::None,
        Some(MutationExtent::Few) => Extent::Few,
        None if judge.asks_a_model() => Extent::Few,
        Some(MutationExtent::All) | None => Extent::All,
    }
}

/// What is going to be asked of a model.
fn requests(rubrics: &[Arc<Rubric>], extent: Extent, judge: &Judge) -> Result<String> {
    let exemplars: usize = rubrics.iter().map(|rubric| rubric.exemplars.len()).sum();
    let most: usize = rubrics.iter().map(|rubric| most_mutations(rubric, extent)).sum();
    let mutations = match extent {
        Extent::None => String::new(),
        Extent::Few => format!(" and up to {most} mutations of them (--mutations none leaves them out)"),
        Extent::All => format!(" and up to {most} mutations of them (--mutations few makes fewer)"),
    };
    let mut asked = 0;
    for rubric in rubrics {
        for exemplar in &rubric.exemplars {
            let forecast = judge.forecast(rubric, &exemplar.answer)?;
            asked += forecast.calls + forecast.kept;
        }
    }
    let each = match asked / exemplars.max(1) as u64 {
        0 | 1 => "a request each".to_owned(),
        each => format!("about {each} requests each"),
    };
    Ok(format!(
        "Grading {exemplars} exemplars{mutations}: {each}, and another for each reply that has to be repaired."
    ))
}

/// An answer to be judged, and what to call it.
struct Asked {
    rubric: Arc<Rubric>,
    name: String,
    text: String,
}

/// What judging needs, for exemplars and mutations alike.
struct Run<'a> {
    judge: Arc<Judge>,
    at_once: usize,
    terminal: &'a Terminal,
}

impl Run<'_> {
    /// Judges the exemplars, then the mutations that their grades allow.
    async fn all(&self, rubrics: Vec<Arc<Rubric>>, bank: &Bank, extent: Extent) -> Result<Vec<Tested>> {
        let exemplars = rubrics.iter().flat_map(exemplars).collect();
        let mut outcomes = self.judged(exemplars, |_, outcome| outcome).await?.into_iter();
        let mut tested: Vec<Tested> = Vec::new();
        for rubric in rubrics {
            let outcomes = outcomes.by_ref().take(rubric.exemplars.len()).collect();
            let file = bank.file(rubric.id.as_str()).map(str::to_owned);
            tested.push(Tested { rubric, file, outcomes, mutated: Vec::new() });
        }
        self.mutated(&mut tested, extent).await?;
        Ok(tested)
    }

    async fn mutated(&self, tested: &mut [Tested], extent: Extent) -> Result<()> {
        let of_rubric = |(at, it): (usize, &Tested)| {
            mutations(&it.rubric, &it.outcomes, extent).into_iter().map(move |mutation| (at, mutation))
        };
        let made: Vec<(usize, Mutation)> = tested.iter().enumerate().flat_map(of_rubric).collect();
        let asked = made.iter().map(|(at, mutation)| asked(&tested[*at].rubric, mutation)).collect();
        // A grade is compared at once and dropped: a bank has thousands of mutations.
        let compared = |index: usize, outcome: Outcome| {
            let (at, mutation) = &made[index];
            compare(&tested[*at].outcomes[mutation.exemplar], mutation, outcome)
        };
        let found = self.judged(asked, compared).await?;
        for ((at, mutation), violations) in made.into_iter().zip(found) {
            tested[at].mutated.push(Mutated { mutation, violations });
        }
        Ok(())
    }

    /// Judges answers, as many at once as may be; what `settle` makes of each outcome, in their order.
    async fn judged<T>(&self, asked: Vec<Asked>, settle: impl Fn(usize, Outcome) -> T) -> Result<Vec<T>> {
        let mut bar = Bar::start(self.terminal, asked.len() as u64, 0);
        let mut engine = Engine::new(Arc::clone(&self.judge), self.at_once);
        let names: Vec<String> = asked.iter().map(|it| it.name.clone()).collect();
        let mut settled: BTreeMap<usize, T> = BTreeMap::new();
        let mut ungraded = 0;
        let mut digests: BTreeMap<QuestionId, [u8; 32]> = BTreeMap::new();
        let mut tasks = asked.into_iter().enumerate().map(|(index, asked)| {
            let id = asked.rubric.id.clone();
            let digest = digests.entry(id).or_insert_with(|| rubric_digest(&asked.rubric));
            self.task(index, asked, digest)
        });
        loop {
            while engine.has_room()
                && let Some(task) = tasks.next()
            {
                engine.start(task);
            }
            match engine.next().await {
                None => break,
                Some(Event::Stopped(failure)) => return Err(stopped(failure)),
                Some(Event::Judged { task, outcome, .. }) => {
                    bar.step();
                    let index = index_of(&task);
                    if let Outcome::Ungraded(reason) = &outcome {
                        name_ungraded(&mut ungraded, &bar, &names[index], reason);
                    }
                    settled.insert(index, settle(index, outcome));
                }
            }
        }
        Ok(settled.into_values().collect())
    }

    fn task(&self, index: usize, asked: Asked, digest: &[u8; 32]) -> Task {
        let Asked { rubric, text, .. } = asked;
        let key = key(&text, digest, self.judge.identity());
        let answer = Answer { id: index.to_string(), question: rubric.id.clone(), text, candidate: None };
        Task { answer, rubric, key, number: index as u64 }
    }
}

fn index_of(task: &Task) -> usize {
    usize::try_from(task.number).unwrap_or(usize::MAX)
}

fn exemplars(rubric: &Arc<Rubric>) -> impl Iterator<Item = Asked> {
    rubric.exemplars.iter().map(|exemplar| Asked {
        rubric: Arc::clone(rubric),
        name: format!("{}, {}", rubric.id, exemplar.name),
        text: exemplar.answer.clone(),
    })
}

fn asked(rubric: &Arc<Rubric>, mutation: &Mutation) -> Asked {
    let exemplar = &rubric.exemplars[mutation.exemplar].name;
    let name = format!("{}, {exemplar}, {}", rubric.id, mutation.change.kind().words());
    Asked { rubric: Arc::clone(rubric), name, text: mutation.text.clone() }
}

/// In what ways a mutation failed, or why nothing can be said.
fn compare(before: &Outcome, mutation: &Mutation, after: Outcome) -> Result<Vec<Violation>, Reason> {
    match (before, after) {
        (Outcome::Graded(before), Outcome::Graded(after)) => Ok(violations(&mutation.change, before, &after)),
        (_, Outcome::Ungraded(reason)) => Err(reason),
        // Mutations are made of graded exemplars only.
        (Outcome::Ungraded(reason), Outcome::Graded(_)) => Err(reason.clone()),
    }
}

fn name_ungraded(so_far: &mut usize, bar: &Bar, name: &str, reason: &Reason) {
    *so_far += 1;
    if *so_far <= MOST_NAMED {
        bar.line(&sanitised(&format!("ungraded {name}: {}", reason.message)));
    } else if *so_far == MOST_NAMED + 1 {
        bar.line("further ungraded answers are only counted");
    }
}

fn stopped(failure: JudgeFailure) -> Error {
    let error = Error::failed(failure.reason.message);
    match failure.hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// The report as the user wants it.
fn shown(report: &Report, args: &RubricTestArgs, context: &Context) -> Result<String> {
    if args.json {
        let json = serde_json::to_string_pretty(report);
        return Ok(json
            .map_err(|error| Error::failed(format!("cannot write the figures as JSON: {error}")))?
            + "\n");
    }
    let view = context.terminal.view();
    let detail = match (args.verbose, report.rubrics.len()) {
        (true, _) => Some(Detail::Full),
        (false, 1) => Some(Detail::Usual),
        (false, _) => None,
    };
    let misses = detail.map(|detail| render_misses(report, &view.with_detail(detail))).unwrap_or_default();
    Ok(render_trial(report, &view) + &misses)
}

/// What is below what was asked for, or has no value.
fn shortfalls(report: &Report, args: &RubricTestArgs) -> Vec<String> {
    let figures = &report.total.figures;
    let kappa = figures.of_levels(Statistic::WeightedKappa);
    let within_one = figures.of_levels(Statistic::WithinOne);
    let mut found: Vec<String> = [
        short("weighted kappa", "--min-kappa", args.min_kappa, kappa),
        short("the share of levels within one step", "--min-within-one", args.min_within_one, within_one),
        short("F1 of the mistakes", "--min-f1", args.min_f1, figures.f1()),
        short("the share of mutations that hold", "--min-held", args.min_held, figures.held().map(Ok)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let Total { disordered, incomplete, .. } = &report.total;
    if args.ordered && !(disordered.is_empty() && incomplete.is_empty()) {
        let ids: Vec<&str> = disordered.iter().chain(incomplete).map(QuestionId::as_str).collect();
        found.push(format!("strong > solid > weak does not hold, or lacks a band, in {}", ids.join(", ")));
    }
    found
}

fn short(
    name: &str,
    flag: &str,
    least: Option<f64>,
    found: Option<Result<f64, Undefined>>,
) -> Option<String> {
    let least = least?;
    match found {
        Some(Ok(value)) if value >= least => None,
        Some(Ok(value)) => Some(format!("{name} is {value:.3}, below {flag} {least}")),
        Some(Err(undefined)) => {
            Some(format!("{name} is undefined, so {flag} {least} is not met: {undefined}"))
        }
        None => Some(format!("{name} is undefined, so {flag} {least} is not met: nothing was graded")),
    }
}
