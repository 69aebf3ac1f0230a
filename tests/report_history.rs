//! `coach report --history`: a candidate's own answers as a page, a sheet or a summary.
#![allow(clippy::unwrap_used)]

mod coach;
mod trial;

use coach::Coach;
use trial::{EMBEDDINGS, TOKENS};

/// Would do harm where it is taken for more than text.
const HOSTILE: &str = "=HYPERLINK(\"https://example.com\") <script>alert(1)</script> \u{1b}[31m\u{202e}Tokens are pieces of text.";

/// A first answer and its revision; and a hostile one.
fn practised() -> Coach {
    let coach = trial::coach();
    let input = format!("two-points\n{TOKENS}\n.\nr\n{TOKENS}\n{EMBEDDINGS}\n.\nq\n");
    for input in [input, format!("two-points\n{HOSTILE}\n.\nq\n")] {
        let ran = coach.run_with(&["practice", "--rubrics", "rubrics", "--topic", "trial"], &input);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(!ran.stdout.contains(['\u{1b}', '\u{202e}']), "{:?}", ran.stdout);
    }
    coach
}

#[test]
fn the_history_is_a_page_with_scores_over_time() {
    let coach = practised();
    let ran = coach.run(&["report", "--history", "--rubrics", "rubrics", "-o", "history.html"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let page = coach.read("history.html");
    for text in
        ["Your history: 3 answers", "id=\"over-time\"", "A revision of the answer", "&lt;script&gt;alert(1)"]
    {
        assert!(page.contains(text), "{text}");
    }
    assert!(!page.contains("<script>alert") && !page.contains(['\u{1b}', '\u{202e}']));
    // The mean of 50 and of what the hostile one got; the revision does not count.
    assert!(page.contains("the mean of 2 answers</title>"), "revisions are left out");
}

#[test]
fn the_newest_answers_make_a_sheet_without_formulas() {
    let coach = practised();
    let ran = coach.run(&["report", "--history", "--last", "1", "--format", "csv", "--rubrics", "rubrics"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_eq!(ran.stdout.lines().count(), 2, "{}", ran.stdout);
    assert!(ran.stdout.contains("\"'=HYPERLINK(\"\"https://example.com\"\")"), "{}", ran.stdout);
    assert!(!ran.stdout.contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn a_history_without_answers_and_two_sources_are_errors() {
    let coach = trial::coach();
    let ran = coach.run(&["report", "--history"]);
    insta::assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: there are no answers in the history yet
    hint: `coach practice` takes the first
    --- exit 2
    ");
    for arguments in
        [&["report", "--history", "grades.jsonl"][..], &["report", "--last", "3", "g.jsonl"], &["report"]]
    {
        assert_eq!(coach.run(arguments).code, 2, "{arguments:?}");
    }
}
