//! What is to be done about each record: judge it, or say why not, or nothing because an earlier run did.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::super::{questions_like, unknown_question};
use crate::answer::{key, rubric_digest};
use crate::bank::{Bank, QuestionId};
use crate::batch::{Seen, Task};
use crate::error::Result;
use crate::files::answers::{Record, Source};
use crate::files::grades::{GradesOutput, hash};
use crate::judge::Judge;
use crate::record::GradeRecord;
use crate::score::{Reason, ReasonKind};

/// Records that are read ahead. Enough to keep every judge busy, few enough to cost no memory.
const READ_AHEAD: usize = 64;

/// Reads records on a thread of its own, only as fast as they are taken.
pub(super) fn read_in_background(sources: Vec<Source>) -> mpsc::Receiver<Result<Record>> {
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
pub(super) enum Step {
    /// An earlier run graded it.
    Known,
    /// It has to be judged.
    Judge(Box<Task>),
    /// It can't be judged.
    Settle(Box<GradeRecord>),
}

/// Decides what is to be done about each record.
pub(super) struct Plan {
    bank: Arc<Bank>,
    judge: Arc<Judge>,
    digests: HashMap<QuestionId, [u8; 32]>,
    seen: Seen,
}

impl Plan {
    pub(super) fn new(bank: Arc<Bank>, judge: Arc<Judge>) -> Self {
        Self { bank, judge, digests: HashMap::new(), seen: Seen::default() }
    }

    /// `number` is the record's place in the order of the input.
    pub(super) fn step(&mut self, record: Record, number: u64, output: &GradesOutput) -> Step {
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
                Step::Known => unreachable!("nothing was graded before"),
            };
            assert_eq!((got.as_str(), reason), (id, kind));
        }
    }
}
