//! `coach grade`: many answers, graded into a file that a later run continues.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::{Context, questions_like, unknown_question};
use crate::answer::{key, rubric_digest};
use crate::bank::{Bank, QuestionId};
use crate::batch::{Engine, Event, Task};
use crate::cli::GradeArgs;
use crate::error::{Error, Exit, Result};
use crate::files::answers::{Record, Source};
use crate::files::grades::{GradesFile, GradesOutput, Written, hash};
use crate::judge::{Judge, JudgeFailure, Spent};
use crate::record::GradeRecord;
use crate::score::{Outcome, Reason, ReasonKind};
use crate::summary::Summary;
use crate::terminal::{Bar, render_summary, sanitised};

/// Records that are read ahead. Enough to keep every judge busy, few enough to cost no memory.
const READ_AHEAD: usize = 64;
/// After an interrupt, judges get this long to finish what they have begun.
const GRACE: Duration = Duration::from_secs(5);
/// At most this many malformed records are named on the screen; the grades file has all of them.
const MOST_NAMED: usize = 20;

/// Grades files of answers.
pub async fn run(args: &GradeArgs, context: &Context) -> Result<Exit> {
    let config = context.config()?;
    let bank = Arc::new(context.bank(&config)?);
    let sources = sources(args, &bank)?;
    let ready = context.judge(&config, &args.judge).await?;
    let output = open_output(args)?;
    if let Some(notice) = &ready.notice {
        context.terminal.notice(notice);
    }
    let total = count(&sources, context);
    let at_once = args.concurrency.map_or(ready.at_once, usize::from);
    let mut run = Run {
        bar: Bar::start(&context.terminal, total, 0),
        engine: Engine::new(Arc::clone(&ready.judge), at_once),
        plan: Plan::new(bank, Arc::clone(&ready.judge)),
        judge: ready.judge,
        output,
        summary: Summary::default(),
        named: 0,
    };
    let started = Instant::now();
    let ended = run.all(read_in_background(sources)).await;
    let Run { output, summary, bar, .. } = run;
    drop(bar);
    output.finish()?;
    if summary.answers() > 0 {
        context
            .terminal
            .notice(render_summary(&summary, started.elapsed(), &context.terminal.error_view()).trim_end());
    }
    exit(ended?, &summary, args)
}

/// How a run ended.
enum Ended {
    /// Every record was read and has an outcome.
    Complete,
    /// Ctrl-C.
    Interrupted,
    /// The judge can't go on.
    Stopped(JudgeFailure),
    /// The reader of standard output has gone.
    NobodyReads,
}

fn exit(ended: Ended, summary: &Summary, args: &GradeArgs) -> Result<Exit> {
    match ended {
        Ended::Complete if summary.ungraded() > 0 => Ok(Exit::SomeUngraded),
        Ended::Complete | Ended::NobodyReads => Ok(Exit::Done),
        Ended::Interrupted if args.output.is_some() => {
            Err(Error::interrupted("interrupted; what was graded is in the file")
                .hint("run the same command again to go on"))
        }
        Ended::Interrupted => Err(Error::interrupted("interrupted")),
        Ended::Stopped(failure) => {
            let error = Error::failed(failure.reason.message);
            Err(match failure.hint {
                Some(hint) => error.hint(hint),
                None => error,
            })
        }
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
    if let Some(source) = sources.iter().find(|source| is_same_file(&source.path, args.output.as_deref())) {
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
    match &args.output {
        Some(path) if path.as_os_str() != "-" => Ok(GradesOutput::File(GradesFile::open(path)?)),
        Some(_) | None => Ok(GradesOutput::Stdout),
    }
}

/// How many records there are, for the bar; 0 where counting would use them up or nobody sees it.
fn count(sources: &[Source], context: &Context) -> u64 {
    let countable = sources.iter().all(|source| source.path.as_os_str() != "-");
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

/// Reads records on a thread of its own, only as fast as they are taken.
fn read_in_background(sources: Vec<Source>) -> mpsc::Receiver<Result<Record>> {
    let (sender, receiver) = mpsc::channel(READ_AHEAD);
    std::thread::spawn(move || {
        for source in sources {
            let read = source.read(&mut |record| sender.blocking_send(Ok(record)).is_ok());
            if let Err(error) = read {
                // Nobody is left to tell when the run has ended.
                let _ = sender.blocking_send(Err(error));
                return;
            }
        }
    });
    receiver
}

/// What is to be done about a record.
enum Step {
    /// An earlier run graded it.
    Known,
    /// It has to be judged.
    Judge(Box<Task>),
    /// It can't be judged.
    Settle(Box<GradeRecord>),
}

/// Decides what is to be done about each record.
struct Plan {
    bank: Arc<Bank>,
    judge: Arc<Judge>,
    digests: std::collections::HashMap<QuestionId, [u8; 32]>,
    seen: HashSet<u64>,
}

impl Plan {
    fn new(bank: Arc<Bank>, judge: Arc<Judge>) -> Self {
        Self { bank, judge, digests: std::collections::HashMap::new(), seen: HashSet::new() }
    }

    fn step(&mut self, record: Record, output: &GradesOutput) -> Step {
        let answer = match record.answer {
            Ok(answer) => answer,
            Err(wrong) => {
                let message = format!("{}: {wrong}", record.place);
                return Self::settled(record.place, None, ReasonKind::MalformedAnswer, message);
            }
        };
        if !self.seen.insert(hash(&answer.id)) {
            let message = format!("{}: the id \"{}\" was used before", record.place, answer.id);
            return Self::settled(record.place, Some(answer.question), ReasonKind::DuplicateId, message);
        }
        let Some(rubric) = self.bank.rubric(answer.question.as_str()).cloned() else {
            let unknown = unknown_question(answer.question.as_str());
            let like = questions_like(&self.bank, answer.question.as_str());
            let message = format!("{}: {unknown}; {like}", record.place);
            return Self::settled(answer.id, Some(answer.question), ReasonKind::UnknownQuestion, message);
        };
        let digest = self.digests.entry(rubric.id.clone()).or_insert_with(|| rubric_digest(&rubric));
        let key = key(&answer.text, digest, self.judge.identity());
        if output.has(&answer.id, &key) {
            Step::Known
        } else {
            Step::Judge(Box::new(Task { answer, rubric, key }))
        }
    }

    /// Such a record has no answer that a key could identify; its place and what is wrong do.
    fn settled(id: String, question: Option<QuestionId>, kind: ReasonKind, message: String) -> Step {
        let key = key(&message, &[0; 32], kind.name());
        Step::Settle(Box::new(GradeRecord::ungraded(id, question, Reason { kind, message }, key)))
    }
}

/// A run over many answers.
struct Run {
    engine: Engine,
    plan: Plan,
    judge: Arc<Judge>,
    output: GradesOutput,
    summary: Summary,
    bar: Bar,
    named: usize,
}

impl Run {
    async fn all(&mut self, mut records: mpsc::Receiver<Result<Record>>) -> Result<Ended> {
        let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
        let mut reading = true;
        while reading || !self.engine.is_idle() {
            tokio::select! {
                _ = &mut interrupt => return self.wind_down(Ended::Interrupted).await,
                Some(event) = self.engine.next(), if !self.engine.is_idle() => {
                    if let Some(ended) = self.on_event(event)? {
                        return self.wind_down(ended).await;
                    }
                }
                record = records.recv(), if reading && self.engine.has_room() => match record {
                    Some(record) => {
                        if let Some(ended) = self.on_record(record?)? {
                            return Ok(ended);
                        }
                    }
                    None => reading = false,
                },
            }
        }
        Ok(Ended::Complete)
    }

    fn on_record(&mut self, record: Record) -> Result<Option<Ended>> {
        match self.plan.step(record, &self.output) {
            Step::Known => {
                self.summary.add_known();
                self.bar.step();
                Ok(None)
            }
            Step::Judge(task) => {
                self.engine.start(*task);
                Ok(None)
            }
            Step::Settle(record) => self.write(&record),
        }
    }

    fn on_event(&mut self, event: Event) -> Result<Option<Ended>> {
        match event {
            Event::Judged { task, outcome, spent } => self.write_outcome(&task, &outcome, spent),
            Event::Stopped(failure) => Ok(Some(Ended::Stopped(failure))),
        }
    }

    fn write_outcome(&mut self, task: &Task, outcome: &Outcome, spent: Spent) -> Result<Option<Ended>> {
        let Task { answer, rubric, key } = task;
        let judge = self.judge.record();
        let record = GradeRecord::of(answer, rubric, outcome, judge, spent.record(), key.clone());
        self.write(&record)
    }

    fn write(&mut self, record: &GradeRecord) -> Result<Option<Ended>> {
        self.name_ungraded(record);
        self.summary.add(record);
        self.bar.step();
        Ok(match self.output.write(record)? {
            Written::Whole => None,
            Written::NobodyReads => Some(Ended::NobodyReads),
        })
    }

    fn name_ungraded(&mut self, record: &GradeRecord) {
        let Some(reason) = record.reason() else { return };
        self.named += 1;
        if self.named <= MOST_NAMED {
            let line = format!("ungraded {}: {}", record.id, reason.message);
            self.bar.line(&sanitised(&line));
        } else if self.named == MOST_NAMED + 1 {
            self.bar.line("further ungraded answers are only counted here; their reasons are in the output");
        }
    }

    /// Lets the judges finish what they have begun. A second Ctrl-C ends that at once.
    async fn wind_down(&mut self, ended: Ended) -> Result<Ended> {
        let finished = tokio::select! {
            _ = tokio::signal::ctrl_c() => Vec::new(),
            finished = self.engine.wind_down(GRACE) => finished,
        };
        for event in finished {
            self.on_event(event)?;
        }
        Ok(ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Answer;

    #[test]
    fn a_record_without_an_answer_is_settled_under_its_place() {
        let bank = Arc::new(Bank::shipped().unwrap());
        let mut plan = Plan::new(bank, Arc::new(Judge::built_in()));
        let record = |answer| Record { place: "a.jsonl:3".to_owned(), answer };
        let answer = |id: &str, question: &str| {
            Ok(Answer { id: id.to_owned(), question: question.into(), text: "x".to_owned(), candidate: None })
        };
        for (answer, id, kind) in [
            (Err("no id".to_owned()), "a.jsonl:3", Some(ReasonKind::MalformedAnswer)),
            (answer("a", "surprisl"), "a", Some(ReasonKind::UnknownQuestion)),
            (answer("b", "surprisal"), "b", None),
            (answer("b", "surprisal"), "a.jsonl:3", Some(ReasonKind::DuplicateId)),
        ] {
            let (got, reason) = match plan.step(record(answer), &GradesOutput::Stdout) {
                Step::Settle(record) => (record.id.clone(), record.reason().map(|reason| reason.kind)),
                Step::Judge(task) => (task.answer.id, None),
                Step::Known => unreachable!("nothing was graded before"),
            };
            assert_eq!((got.as_str(), reason), (id, kind));
        }
    }
}
