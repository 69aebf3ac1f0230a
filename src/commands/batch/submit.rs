//! `coach batch submit`: answers to files of requests, uploaded and ordered; each step is on the disk before the next.

use std::hash::{BuildHasher as _, RandomState};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use super::super::Context;
use super::{counted, record, stopped};
use crate::answer::{Answer, request_name};
use crate::batch::Task;
use crate::cli::BatchSubmitArgs;
use crate::endpoint::batches::Before;
use crate::error::{Error, Exit, Result};
use crate::files;
use crate::files::batch::{BatchFolder, Order, Part, PartFile, Step, Whole};
use crate::files::grades::{GradesFile, GradesOutput};
use crate::judge::model::ModelJudge;
use crate::judge::{Judge, Stop};
use crate::plan::{self, Input, Plan};
use crate::score::ReasonKind;
use crate::terminal::{Terminal, sanitised};

/// Submits what is neither graded nor under way.
pub(super) async fn run(args: &BatchSubmitArgs, context: &Context) -> Result<Exit> {
    let config = context.config()?;
    let bank = Arc::new(context.bank(&config)?);
    let records = &args.records;
    let output = Some(args.output.as_path());
    let input = Input::open(&args.answers, records.format, records.question.as_deref(), &bank, output)?;
    let input = input.part(records.shard);
    if !input.is_rereadable() {
        return Err(Error::misused("a batch can't be made of standard input or a pipe")
            .hint("name a file: `coach batch collect` has to read the answers again"));
    }
    let ready = context.judge(&config, &args.judge).await?;
    let order = order(args, ready.judge.deferred()?)?;
    let output = GradesOutput::File(GradesFile::open(&args.output)?);
    let folder = folder(args, order)?;
    if let Some(notice) = &ready.notice {
        context.terminal.notice(notice);
    }
    let mut submission = Submission {
        terminal: &context.terminal,
        judge: Arc::clone(&ready.judge),
        plan: Plan::new(bank, Arc::clone(&ready.judge)),
        output,
        folder,
        limits: Limits {
            requests: args.requests,
            bytes: args.megabytes.saturating_mul(MEGABYTE),
            batches: args.batches.unwrap_or(u64::MAX),
        },
        trial: Trial::Due,
        counts: Counts::default(),
    };
    submission.finish_begun().await?;
    submission.all(input).await?;
    submission.end(args)
}

fn order(args: &BatchSubmitArgs, judge: &ModelJudge) -> Result<Order> {
    let here = std::env::current_dir().map_err(|error| files::cannot("find", Path::new("."), &error))?;
    Ok(Order {
        judge: judge.name().to_owned(),
        model: judge.model().to_owned(),
        base_url: judge.base_url(),
        answers: args.answers.clone(),
        folder: here,
        format: args.records.format,
        question: args.records.question.clone(),
        shard: args.records.shard.map(|shard| shard.to_string()),
    })
}

/// The folder as an earlier call left it, if it is about the same; else a new one.
fn folder(args: &BatchSubmitArgs, order: Order) -> Result<BatchFolder> {
    let Some(mut folder) = BatchFolder::open(&args.output)? else {
        let tag = format!("{:016x}", RandomState::new().hash_one(SystemTime::now()));
        return BatchFolder::begin(&args.output, tag, order);
    };
    if folder.state.parts.is_empty() {
        folder.state.order = order;
        folder.save()?;
        return Ok(folder);
    }
    if folder.state.order == order {
        return Ok(folder);
    }
    let Order { judge, model, base_url, .. } = &folder.state.order;
    let what = if (judge, model, base_url) == (&order.judge, &order.model, &order.base_url) {
        "other answers".to_owned()
    } else {
        sanitised(&format!("the judge {judge}, {model} at {base_url},")).into_owned()
    };
    let grades = args.output.display();
    Err(Error::misused(format!("a batch of {what} is under way for {grades}"))
        .hint(format!("`coach batch collect {grades}` first, or name another output with -o")))
}

/// Whether the first answer was graded live, to learn what the server takes.
#[derive(PartialEq)]
enum Trial {
    Due,
    Done,
}

/// As OpenAI means it: the smaller one.
const MEGABYTE: u64 = 1_000_000;

/// Most requests and bytes of a batch, and most batches under way.
struct Limits {
    requests: u64,
    bytes: u64,
    batches: u64,
}

#[derive(Default)]
struct Counts {
    graded_before: u64,
    under_way: u64,
    unjudgeable: u64,
    submitted: u64,
    /// For the next call, because enough is under way.
    left: u64,
}

struct Submission<'c> {
    terminal: &'c Terminal,
    judge: Arc<Judge>,
    plan: Plan,
    output: GradesOutput,
    folder: BatchFolder,
    limits: Limits,
    trial: Trial,
    counts: Counts,
}

/// A part that is being written.
struct Writing {
    number: u32,
    requests: Whole,
    names: Whole,
    count: u64,
    bytes: u64,
}

impl Submission<'_> {
    /// Goes on with the parts that an earlier call did not get to the server.
    async fn finish_begun(&mut self) -> Result<()> {
        for at in 0..self.folder.state.parts.len() {
            self.send(at, Before::Perhaps).await?;
        }
        Ok(())
    }

    async fn all(&mut self, input: Input) -> Result<()> {
        let under_way = self.under_way()?;
        let mut records = input.read_in_background();
        let mut writing: Option<Writing> = None;
        while let Some(record) = records.recv().await {
            let task = match self.plan.step(record?, 0, &self.output) {
                plan::Step::Known { .. } => {
                    self.counts.graded_before += 1;
                    continue;
                }
                // `collect` writes these down, with those that need no model.
                plan::Step::Settle(_) => {
                    self.counts.unjudgeable += 1;
                    continue;
                }
                plan::Step::Judge(task) if !Answer::has_words(&task.answer.text) => continue,
                plan::Step::Judge(task) => *task,
            };
            let name = request_name(&task.answer.id, &task.key);
            if under_way.contains(&name) {
                self.counts.under_way += 1;
            } else if self.trial == Trial::Due {
                self.judge.deferred()?.takes_once(&task.rubric)?;
                self.try_live(task).await?;
            } else {
                writing = self.add(writing, &task, &name).await?;
            }
        }
        match writing {
            Some(writing) => self.submit(writing).await,
            None => Ok(()),
        }
    }

    fn under_way(&self) -> Result<Names> {
        let mut names = Names::default();
        for part in &self.folder.state.parts {
            names.0.extend(self.folder.names(part.number)?);
        }
        names.0.sort_unstable();
        Ok(names)
    }

    /// Grades one answer as `coach grade` would. A server that refuses a parameter, a key or a model says so now, not
    /// 50,000 times tomorrow.
    async fn try_live(&mut self, task: Task) -> Result<()> {
        let verdict = self.judge.critique_unseen(&task.rubric, &task.answer.text).await;
        if let Err(failure) = &verdict
            && (failure.stop != Stop::No || failure.reason.kind == ReasonKind::EndpointFailed)
        {
            let error =
                Error::failed(format!("the first answer can't be graded: {}", failure.reason.message));
            return Err(match &failure.hint {
                Some(hint) => error.hint(hint),
                None => error,
            });
        }
        let record = record(&self.judge, task, verdict);
        let came = record.reason().map_or("graded", |_| "ungraded");
        self.terminal
            .notice(&format!("The first answer, {}, was asked about live: {came}.", sanitised(&record.id)));
        self.output.write(&record)?;
        self.trial = Trial::Done;
        Ok(())
    }

    /// Adds a request, to a new part where the one at hand is full; leaves it where no more parts may be under way.
    async fn add(&mut self, writing: Option<Writing>, task: &Task, name: &str) -> Result<Option<Writing>> {
        let line = self.judge.deferred()?.batch_line(name, &task.rubric, &task.answer.text)?;
        let Limits { requests, bytes, batches } = self.limits;
        let is_full = |it: &Writing| it.count == requests || it.bytes + line.len() as u64 > bytes;
        let writing = match writing {
            Some(full) if is_full(&full) => {
                self.submit(full).await?;
                None
            }
            other => other,
        };
        let mut writing = match writing {
            Some(writing) => writing,
            None if self.folder.state.parts.len() as u64 >= batches => {
                self.counts.left += 1;
                return Ok(None);
            }
            None => self.begin_part()?,
        };
        writing.requests.write(&line)?;
        writing.names.write(format!("{name}\n").as_bytes())?;
        writing.count += 1;
        writing.bytes += line.len() as u64;
        Ok(Some(writing))
    }

    fn begin_part(&self) -> Result<Writing> {
        let number = self.folder.state.begun + 1;
        let requests = self.folder.writing(number, PartFile::Requests)?;
        let names = self.folder.writing(number, PartFile::Names)?;
        Ok(Writing { number, requests, names, count: 0, bytes: 0 })
    }

    async fn submit(&mut self, writing: Writing) -> Result<()> {
        let Writing { number, requests, names, count, bytes } = writing;
        requests.finish()?;
        names.finish()?;
        self.folder.state.begun = number;
        self.folder.state.parts.push(Part { number, requests: count, step: Step::Written });
        self.folder.save()?;
        self.counts.submitted += count;
        self.send(self.folder.state.parts.len() - 1, Before::Never).await?;
        let megabytes = bytes as f64 / 1e6;
        self.terminal.notice(&format!("Batch {number}: {}, {megabytes:.1} MB.", counted(count, "request")));
        Ok(())
    }

    /// Takes a part to the server, from wherever it is.
    async fn send(&mut self, at: usize, mut before: Before) -> Result<()> {
        loop {
            let part = &self.folder.state.parts[at];
            let (number, tag) = (part.number, part.tag(&self.folder.state));
            let endpoint = self.judge.deferred()?.endpoint();
            let next = match &part.step {
                Step::Written => {
                    let path = self.folder.file(number, PartFile::Requests);
                    let uploaded = endpoint.upload(&format!("{tag}.jsonl"), &path, before).await;
                    Step::Uploaded { file: uploaded.map_err(|error| stopped(&error))? }
                }
                Step::Uploaded { file } => {
                    let ordered = endpoint.order(file, &tag, before).await;
                    Step::Ordered { batch: ordered.map_err(|error| stopped(&error))?.id }
                }
                Step::Ordered { .. } | Step::Fetched { .. } => return Ok(()),
            };
            self.folder.state.parts[at].step = next;
            self.folder.save()?;
            self.folder.remove(number, PartFile::Requests)?;
            // What comes next was not tried before: the step before it was not on the disk.
            before = Before::Never;
        }
    }

    fn end(self, args: &BatchSubmitArgs) -> Result<Exit> {
        let Counts { graded_before, under_way, unjudgeable, submitted, left } = self.counts;
        let mut parts = vec![format!("{} submitted", counted(submitted, "answer"))];
        for (count, what) in [
            (graded_before, "graded before"),
            (under_way, "under way already"),
            (unjudgeable, "that can't be judged"),
            (left, "left for the next call, when these are collected"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        }
        self.terminal.notice(&format!("{}.", parts.join(", ")));
        if !self.folder.state.parts.is_empty() {
            let grades = args.output.display();
            self.terminal.notice(&format!(
                "`coach batch status {grades}` shows how far they are; `coach batch collect {grades}` fetches the grades."
            ));
        }
        self.output.finish()?;
        self.folder.end_if_done()?;
        Ok(Exit::Done)
    }
}

/// Names of requests, in order.
#[derive(Default)]
struct Names(Vec<u128>);

impl Names {
    fn contains(&self, name: &str) -> bool {
        let number = files::replies::request_number(name);
        number.is_some_and(|number| self.0.binary_search(&number).is_ok())
    }
}
