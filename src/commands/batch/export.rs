//! `coach batch export`: the requests of a batch in a file, for whoever can answer such files.

use std::io::{self, BufWriter, Write as _};
use std::sync::Arc;

use super::super::Context;
use super::counted;
use crate::answer::{Answer, request_name};
use crate::cli::BatchExportArgs;
use crate::endpoint::batches::{MOST_BYTES, MOST_REQUESTS};
use crate::error::{Exit, Result};
use crate::files::batch::Whole;
use crate::files::cannot;
use crate::files::grades::GradesOutput;
use crate::judge::Judge;
use crate::plan::{Input, Plan, Step};

/// Writes a request for each answer that has words. Sends nothing.
pub(super) async fn run(args: &BatchExportArgs, context: &Context) -> Result<Exit> {
    let config = context.config()?;
    let bank = Arc::new(context.bank(&config)?);
    let records = &args.records;
    let output = args.output.as_deref().filter(|path| path.as_os_str() != "-");
    let input = Input::open(&args.answers, records.format, records.question.as_deref(), &bank, output)?;
    let ready = context.judge(&config, &args.judge).await?;
    ready.judge.deferred()?;
    let sink = match output {
        Some(path) => Sink::File(Whole::at(path.to_owned())?),
        None => Sink::Stdout(BufWriter::new(io::stdout())),
    };
    let plan = Plan::new(bank, Arc::clone(&ready.judge));
    let mut export = Export { judge: Arc::clone(&ready.judge), plan, sink, counts: Counts::default() };
    let mut records = input.part(args.records.shard).read_in_background();
    while let Some(record) = records.recv().await {
        let step = export.plan.step(record?, 0, &GradesOutput::Stdout);
        if export.take(step)? == Taken::NobodyReads {
            return Ok(Exit::Done);
        }
    }
    export.end(context)
}

struct Export {
    judge: Arc<Judge>,
    plan: Plan,
    sink: Sink,
    counts: Counts,
}

#[derive(Default)]
struct Counts {
    requests: u64,
    bytes: u64,
    /// Answers without words, which need no model, and records that can't be judged.
    without: u64,
}

/// Where the requests go.
enum Sink {
    Stdout(BufWriter<io::Stdout>),
    File(Whole),
}

#[derive(PartialEq)]
enum Taken {
    Whole,
    NobodyReads,
}

impl Export {
    fn take(&mut self, step: Step) -> Result<Taken> {
        let task = match step {
            Step::Known { .. } => return Ok(Taken::Whole),
            Step::Judge(task) if Answer::has_words(&task.answer.text) => task,
            Step::Judge(_) | Step::Settle(_) => {
                self.counts.without += 1;
                return Ok(Taken::Whole);
            }
        };
        let name = request_name(&task.answer.id, &task.key);
        let line = self.judge.deferred()?.batch_line(&name, &task.rubric, &task.answer.text)?;
        self.counts.requests += 1;
        self.counts.bytes += line.len() as u64;
        match &mut self.sink {
            Sink::File(file) => file.write(&line).map(|()| Taken::Whole),
            Sink::Stdout(stdout) => match stdout.write_all(&line) {
                Ok(()) => Ok(Taken::Whole),
                Err(error) => closed_or_failed(&error),
            },
        }
    }

    fn end(self, context: &Context) -> Result<Exit> {
        match self.sink {
            Sink::File(file) => file.finish()?,
            Sink::Stdout(mut stdout) => {
                stdout.flush().or_else(|error| closed_or_failed(&error).map(|_| ()))?;
            }
        }
        let Counts { requests, bytes, without } = self.counts;
        let mut parts = vec![format!("{}, {:.1} MB", counted(requests, "request"), bytes as f64 / 1e6)];
        if without > 0 {
            let records = counted(without, "record");
            parts.push(format!("{records} without one: no words, or no answer to a known question"));
        }
        if requests > MOST_REQUESTS || bytes > MOST_BYTES {
            parts.push("OpenAI takes 50,000 requests and 200 MB in one file: cut it with --shard".to_owned());
        }
        context.terminal.notice(&format!("{}.", parts.join("; ")));
        Ok(Exit::Done)
    }
}

fn closed_or_failed(error: &io::Error) -> Result<Taken> {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(Taken::NobodyReads),
        _ => Err(cannot("write to", std::path::Path::new("standard output"), error)),
    }
}
