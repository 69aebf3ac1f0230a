//! `coach merge`: the grades of several runs in one file, unless they contradict each other.

use std::num::NonZeroU32;
use std::path::PathBuf;

use super::Context;
use crate::cli::MergeArgs;
use crate::error::{Error, Exit, Result};
use crate::files::answers::Source;
use crate::files::joined::{GradesFiles, Line};
use crate::plan::{Input, is_same_file};
use crate::record::{GradeRecord, GradedRecord, Status, UsageRecord};
use crate::shard::Shard;
use crate::terminal::sanitised;

/// At most this many answers are named of each kind.
const MOST_NAMED: usize = 20;

/// Joins grades files.
pub fn run(args: &MergeArgs, context: &Context) -> Result<Exit> {
    if let Some(path) = args.grades.iter().find(|path| is_same_file(path, Some(&args.output))) {
        let message = format!("{} is both one of the grades files and the output", path.display());
        return Err(Error::misused(message).hint("name another output with -o"));
    }
    let mut shards: Vec<Shard> =
        args.shards.and_then(NonZeroU32::new).map(Shard::all).into_iter().flatten().collect();
    let files = GradesFiles::read(&args.grades, &mut |id| shards.retain(|shard| !shard.holds(id)))?;
    let lines = files.by_answer();
    let mut choice = Choice::default();
    for lines in lines.chunk_by(|one, next| one.is_about_the_same(*next)) {
        choice.among(&files, lines)?;
    }
    if choice.conflicts > 0 {
        return Err(contradiction(&choice, context));
    }
    let absent = absent_answers(args, &choice.lines, context)? + shards.len() as u64;
    for shard in shards {
        context
            .terminal
            .notice(&format!("no line of shard {shard}: `coach grade --shard {shard}` makes them"));
    }
    files.write(choice.lines, &args.output)?;
    context.terminal.notice(&format!(
        "{} graded, {} ungraded, of {} files{}",
        choice.graded,
        choice.ungraded,
        args.grades.len(),
        if choice.repeated > 0 {
            format!("; {} lines came more than once", choice.repeated)
        } else {
            String::new()
        }
    ));
    let is_whole = choice.ungraded == 0 && absent == 0;
    Ok(if is_whole { Exit::Done } else { Exit::SomeUngraded })
}

/// Which lines are taken, and what was found on the way.
#[derive(Default)]
struct Choice {
    /// In the order of the ids' hashes.
    lines: Vec<Line>,
    graded: u64,
    ungraded: u64,
    /// Lines left out because another says the same, or more.
    repeated: u64,
    conflicts: u64,
    /// The first of them, in words.
    named: Vec<String>,
}

/// What becomes of two lines about one answer.
#[derive(Debug, PartialEq)]
enum Verdict {
    KeepFirst,
    KeepSecond,
    Conflict(String),
}

impl Choice {
    /// Takes one of the lines about an answer. Only where there are several is any read again.
    fn among(&mut self, files: &GradesFiles, lines: &[Line]) -> Result<()> {
        let kept = match lines {
            [only] => *only,
            several => self.agreed(files, several)?,
        };
        if kept.is_graded() {
            self.graded += 1;
        } else {
            self.ungraded += 1;
        }
        self.lines.push(kept);
        Ok(())
    }

    /// The line that says the most, if the others do not contradict it.
    fn agreed(&mut self, files: &GradesFiles, lines: &[Line]) -> Result<Line> {
        let mut kept = (lines[0], files.record(lines[0])?);
        for line in &lines[1..] {
            let record = files.record(*line)?;
            match verdict(&kept.1, &record) {
                Verdict::KeepFirst => self.repeated += 1,
                Verdict::KeepSecond => {
                    self.repeated += 1;
                    kept = (*line, record);
                }
                Verdict::Conflict(why) => {
                    self.conflicts += 1;
                    if self.named.len() < MOST_NAMED {
                        let (one, other) = (files.path(kept.0).display(), files.path(*line).display());
                        self.named.push(format!("{}: {why} ({one}, {other})", record.id));
                    }
                }
            }
        }
        Ok(kept.0)
    }
}

/// A grade counts more than none. Two grades have to be one: the same key, and the same in all but what they took.
fn verdict(first: &GradeRecord, second: &GradeRecord) -> Verdict {
    match (&first.status, &second.status) {
        (Status::Ungraded { .. }, Status::Ungraded { .. }) => Verdict::KeepFirst,
        _ if first.key != second.key => Verdict::Conflict(
            "the keys differ: another answer, rubric, judge or prompt was behind one of them".to_owned(),
        ),
        (Status::Graded(_), Status::Ungraded { .. }) => Verdict::KeepFirst,
        (Status::Ungraded { .. }, Status::Graded(_)) => Verdict::KeepSecond,
        (Status::Graded(one), Status::Graded(other)) if without_usage(one) == without_usage(other) => {
            Verdict::KeepFirst
        }
        (Status::Graded(one), Status::Graded(other)) => Verdict::Conflict(format!(
            "two grades, {:.1} and {:.1} points",
            one.score.points(),
            other.score.points()
        )),
    }
}

fn without_usage(grade: &GradedRecord) -> GradedRecord {
    GradedRecord { usage: UsageRecord::default(), ..grade.clone() }
}

fn contradiction(choice: &Choice, context: &Context) -> Error {
    for named in &choice.named {
        context.terminal.notice(&sanitised(named));
    }
    let answers =
        if choice.conflicts == 1 { "1 answer has" } else { &format!("{} answers have", choice.conflicts) };
    Error::failed(format!("{answers} grades that contradict each other; nothing was written")).hint(
        "leave out the file that is out of date, or grade its answers again with the same judge and rubrics",
    )
}

/// How many answers have no line; the first of them are named.
fn absent_answers(args: &MergeArgs, lines: &[Line], context: &Context) -> Result<u64> {
    // Whether a record names its question does not matter here.
    let question = Some(String::new());
    let source =
        |path: &PathBuf| Source { path: path.clone(), format: args.format, question: question.clone() };
    let input = Input { sources: args.answers.iter().map(source).collect(), shard: None };
    let mut absent = Vec::new();
    let mut count = 0;
    input.read(&mut |record| {
        // What can't be read as an answer has no id that all machines agree on.
        if let Ok(answer) = record.answer
            && lines.binary_search_by(|line| line.compared_to(&answer.id)).is_err()
        {
            count += 1;
            if absent.len() < MOST_NAMED {
                absent.push(answer.id);
            }
        }
        true
    })?;
    if count > 0 {
        let more = if count > absent.len() as u64 { ", ..." } else { "" };
        let named = format!("{count} answers have no line: {}{more}", absent.join(", "));
        context.terminal.notice(&sanitised(&named));
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::{Reason, ReasonKind};

    fn graded(score: f64, key: &str, tokens: u64) -> GradeRecord {
        let line = serde_json::json!({
            "id": "a", "question": "q", "status": "graded", "score": score, "band": "partial", "criteria": [],
            "mistakes": [], "flags": [], "judge": {"name": "m", "model": null, "samples": 1, "agreement": null},
            "usage": {"prompt_tokens": tokens, "completion_tokens": 0, "cost": null, "latency_ms": tokens}, "key": key,
        });
        serde_json::from_value(line).unwrap()
    }

    fn ungraded(key: &str) -> GradeRecord {
        let reason = Reason { kind: ReasonKind::EndpointFailed, message: "it broke".to_owned() };
        GradeRecord::ungraded("a".to_owned(), None, reason, key.to_owned())
    }

    #[test]
    fn a_grade_counts_more_than_none_and_two_grades_have_to_be_one() {
        let conflict = |why: &str| Verdict::Conflict(why.to_owned());
        let keys = "the keys differ: another answer, rubric, judge or prompt was behind one of them";
        for (first, second, expected) in [
            (graded(60.0, "k", 1), graded(60.0, "k", 2), Verdict::KeepFirst),
            (graded(60.0, "k", 1), graded(61.0, "k", 1), conflict("two grades, 60.0 and 61.0 points")),
            (graded(60.0, "k", 1), graded(60.0, "l", 1), conflict(keys)),
            (graded(60.0, "k", 1), ungraded("k"), Verdict::KeepFirst),
            (ungraded("k"), graded(60.0, "k", 1), Verdict::KeepSecond),
            (ungraded("l"), graded(60.0, "k", 1), conflict(keys)),
            (ungraded("k"), ungraded("l"), Verdict::KeepFirst),
        ] {
            assert_eq!(verdict(&first, &second), expected, "{first:?} {second:?}");
        }
    }
}
