//! Which records of which files a run is about, and what is to be done about each: judge it, or say why not, or nothing
//! because an earlier run did. Commands that grade many answers share it, so that they mean the same by an answer, its
//! key and its place.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::answer::{key, rubric_digest};
use crate::bank::{Bank, QuestionId};
use crate::batch::{Seen, Task};
use crate::cli::AnswerFormat;
use crate::error::{Error, Result};
use crate::files::answers::{Record, Source};
use crate::files::grades::{GradesOutput, hash};
use crate::judge::Judge;
use crate::record::GradeRecord;
use crate::score::{Reason, ReasonKind};
use crate::shard::Shard;

/// Records that are read ahead. Enough to keep every judge busy, few enough to cost no memory.
const READ_AHEAD: usize = 64;

/// The answers that a run is about.
#[derive(Debug, Clone)]
pub struct Input {
    /// The files, in order.
    pub sources: Vec<Source>,
    /// The part of them that this run takes; all without one.
    pub shard: Option<Shard>,
}

impl Input {
    /// Checks that the files can be read, that the question of those that name none is known, and that none of them is
    /// `output`.
    pub fn open(
        paths: &[PathBuf],
        format: Option<AnswerFormat>,
        question: Option<&str>,
        bank: &Bank,
        output: Option<&Path>,
    ) -> Result<Self> {
        if let Some(id) = question.filter(|id| bank.rubric(id).is_none()) {
            return Err(Error::misused(unknown_question(id)).hint(questions_like(bank, id)));
        }
        let source =
            |path: &PathBuf| Source { path: path.clone(), format, question: question.map(str::to_owned) };
        let sources: Vec<Source> = paths.iter().map(source).collect();
        if let Some(source) = sources.iter().find(|source| is_same_file(&source.path, output)) {
            let message = format!("{} is both the answers and the output", source.path.display());
            return Err(Error::misused(message).hint("name another output with -o"));
        }
        sources.iter().try_for_each(Source::check)?;
        Ok(Self { sources, shard: None })
    }

    /// Only that part of the answers.
    #[must_use]
    pub fn part(self, shard: Option<Shard>) -> Self {
        Self { shard, ..self }
    }

    /// Whether all of it can be read more than once: standard input and pipes can't.
    pub fn is_rereadable(&self) -> bool {
        self.sources.iter().all(Source::is_rereadable)
    }

    /// Hands each record to `take` until it returns false.
    pub fn read(&self, take: &mut dyn FnMut(Record) -> bool) -> Result<()> {
        let mut goes_on = true;
        for source in &self.sources {
            source.read(&mut |record| {
                goes_on = !self.holds(&record) || take(record);
                goes_on
            })?;
            if !goes_on {
                break;
            }
        }
        Ok(())
    }

    /// A record without an id has only its place to go by, which is the same for every run over the file.
    fn holds(&self, record: &Record) -> bool {
        let id = record.answer.as_ref().map_or(record.place.as_str(), |answer| answer.id.as_str());
        self.shard.is_none_or(|shard| shard.holds(id))
    }

    /// Reads records on a thread of its own, only as fast as they are taken; within a runtime.
    pub fn read_in_background(self) -> mpsc::Receiver<Result<Record>> {
        let (sender, receiver) = mpsc::channel(READ_AHEAD);
        let runtime = Handle::current();
        std::thread::spawn(move || {
            // Room is waited for by the half: a thread that is woken for each record costs more than the record.
            let mut room = None;
            let read = self.read(&mut |record| {
                let permit = room.as_mut().and_then(Iterator::next).or_else(|| {
                    room = runtime.block_on(sender.reserve_many(READ_AHEAD / 2)).ok();
                    room.as_mut().and_then(Iterator::next)
                });
                permit.map(|permit: mpsc::Permit<'_, _>| permit.send(Ok(record))).is_some()
            });
            drop(room);
            if let Err(error) = read {
                // Nobody is left to tell when the run has ended.
                let _ = sender.blocking_send(Err(error));
            }
        });
        receiver
    }

    /// How many records there are; 0 where counting would use them up.
    pub fn count(&self) -> u64 {
        let mut records = 0;
        if self.is_rereadable() {
            // A file that can't be read is reported when it is read in earnest.
            let _ = self.read(&mut |_| {
                records += 1;
                true
            });
        }
        records
    }
}

/// Whether two paths lead to one file.
pub fn is_same_file(input: &Path, output: Option<&Path>) -> bool {
    let Some(output) = output else { return false };
    match (input.canonicalize(), output.canonicalize()) {
        (Ok(input), Ok(output)) => input == output,
        _ => false,
    }
}

/// What is wrong with a question's id.
pub fn unknown_question(id: &str) -> String {
    format!("there is no question \"{id}\"")
}

/// Which question someone may have meant.
pub fn questions_like(bank: &Bank, id: &str) -> String {
    match bank.ids_like(id).as_slice() {
        [] => "`coach list` shows all questions".to_owned(),
        near => format!("did you mean {}? `coach list` shows all questions", near.join(" or ")),
    }
}

/// What is to be done about a record.
#[derive(Debug)]
pub enum Step {
    /// An earlier run graded it.
    Known {
        /// The answer's id.
        id: String,
        /// The identity of its grade.
        key: String,
    },
    /// It has to be judged.
    Judge(Box<Task>),
    /// It can't be judged.
    Settle(Box<GradeRecord>),
}

/// Decides what is to be done about each record.
#[derive(Debug)]
pub struct Plan {
    bank: Arc<Bank>,
    judge: Arc<Judge>,
    digests: HashMap<QuestionId, [u8; 32]>,
    seen: Seen,
}

impl Plan {
    /// A plan for grading by that bank and judge.
    pub fn new(bank: Arc<Bank>, judge: Arc<Judge>) -> Self {
        Self { bank, judge, digests: HashMap::new(), seen: Seen::default() }
    }

    /// What is to be done about a record; `number` is its place in the order of the input.
    pub fn step(&mut self, record: Record, number: u64, output: &GradesOutput) -> Step {
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
            Step::Known { id: answer.id, key }
        } else {
            Step::Judge(Box::new(Task { answer, rubric, key, number }))
        }
    }

    /// Such a record has no answer that a key could identify; its place and what is wrong do.
    fn settled(id: String, question: Option<QuestionId>, kind: ReasonKind, message: String) -> Step {
        let key = key(&message, &[0; 32], kind.name());
        Step::Settle(Box::new(GradeRecord::ungraded(id, question, Reason { kind, message }, key)))
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
            let (got, reason) = match plan.step(record(answer), 0, &GradesOutput::Stdout) {
                Step::Settle(record) => (record.id.clone(), record.reason().map(|reason| reason.kind)),
                Step::Judge(task) => (task.answer.id, None),
                Step::Known { .. } => unreachable!("nothing was graded before"),
            };
            assert_eq!((got.as_str(), reason), (id, kind));
        }
    }
}
