//! One JSON object for a whole check, for scripts and editors.

use serde_json::{Value, json};

use super::INVALID;
use crate::document::{Problem, Severity};

/// How many rubrics were checked and what was found, in the order of files and places. Lines and columns count from
/// 1, columns in characters; the end is just behind the last character.
pub fn json(rubrics: usize, problems: &[Problem]) -> Value {
    let invalid = problems.iter().filter(|problem| problem.severity == Severity::Invalid).count();
    json!({
        "rubrics": rubrics,
        "problems": invalid,
        "advice": problems.len() - invalid,
        "found": problems.iter().map(found).collect::<Vec<Value>>(),
    })
}

fn found(problem: &Problem) -> Value {
    let (end_line, end_column) = problem.end();
    json!({
        "severity": match problem.severity {
            Severity::Invalid => "problem",
            Severity::Denied => "denied-advice",
            Severity::Advice => "advice",
        },
        "class": problem.class.unwrap_or(INVALID),
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "end_line": end_line,
        "end_column": end_column,
        "message": problem.message,
        "help": problem.help,
    })
}
