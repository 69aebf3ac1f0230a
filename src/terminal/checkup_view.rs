//! What a checkup found, a line or two for each thing.

use super::layout::{Page, one_line, padded};
use super::view::{Tone, View};
use crate::checkup::{Finding, Status};

/// Columns of the status and of what was looked at, gaps included: `problem` and `long input` fit.
const STATUS_COLUMNS: usize = 9;
const CHECK_COLUMNS: usize = 12;

/// Renders findings in their order.
pub fn render_findings(findings: &[Finding], view: &View) -> String {
    let mut page = Page::new(*view);
    for finding in findings {
        let (tone, word) = match finding.status {
            Status::Ok => (Tone::Good, "ok"),
            Status::Note => (Tone::Fair, "note"),
            Status::Problem => (Tone::Poor, "problem"),
        };
        // A line that only goes on from the one before it repeats neither.
        let word = if finding.check.is_empty() { "" } else { word };
        let rest = padded(finding.check, CHECK_COLUMNS - 1);
        let label = format!("{}{rest}", padded(word, STATUS_COLUMNS));
        let indent = " ".repeat(STATUS_COLUMNS + CHECK_COLUMNS);
        page.hung((tone, &label), &indent, &one_line(&finding.said));
        if let Some(advice) = &finding.advice {
            page.paragraph(&format!("{indent}-> "), Tone::Plain, &one_line(advice));
        }
    }
    page.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_line_up_and_wrap_behind_their_labels() {
        let findings = [
            Finding::ok("reach", "127.0.0.1:8091 answers"),
            Finding::note("context", "2048 tokens; a rubric, an answer and a critique need about 8192")
                .advising("start llama-server with -c 16384 or more; --parallel divides it"),
            Finding::problem("long input", "bad \u{1b}[31mwords\u{1b}[0m"),
        ];
        insta::assert_snapshot!(render_findings(&findings, &View::plain(60)), @r"
        ok       reach       127.0.0.1:8091 answers
        note     context     2048 tokens; a rubric, an answer and a
                             critique need about 8192
                             -> start llama-server with -c 16384 or
                                more; --parallel divides it
        problem  long input  bad \u{1b}[31mwords\u{1b}[0m
        ");
    }
}
