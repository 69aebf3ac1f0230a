//! `coach history`: what a session leaves behind, and that a broken history costs no work.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod coach;
mod screen;
mod trial;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use coach::{Coach, by_id, grades};
use nix::sys::signal::Signal;
use screen::MENU;
use trial::{EMBEDDINGS, TOKENS, drafts};

/// Answers the trial question once and quits.
fn answer_once(coach: &Coach, text: &str) {
    let mut screen = screen::practise(coach, &["two-points"]);
    screen.write_line(text);
    screen.write_line(".");
    screen.see(MENU);
    screen.press("q");
    assert_eq!(screen.end().0.code(), Some(0));
}

fn exported(coach: &Coach) -> String {
    let ran = coach.run(&["history", "export"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    ran.stdout
}

/// The ids of all attempts, oldest first.
fn ids(coach: &Coach) -> Vec<String> {
    grades(&exported(coach)).iter().map(|attempt| attempt["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_answer_and_its_revision_are_listed_and_shown() {
    let coach = trial::coach();
    let mut screen = screen::practise(&coach, &["two-points"]);
    screen.write_line(TOKENS);
    screen.write_line(".");
    screen.see(MENU);
    screen.press("r");
    screen.see(TOKENS);
    screen.press(screen::ENTER);
    screen.write_line(EMBEDDINGS);
    screen.write_line(".");
    screen.see("+50.0");
    screen.see(MENU);
    screen.press("q");
    assert_eq!(screen.end().0.code(), Some(0));

    let ids = ids(&coach);
    let lines = coach.run(&["history"]).stdout;
    let rows: Vec<Vec<&str>> = lines.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!((rows[0][0], rows[0][3], rows[0][5]), (ids[0].as_str(), "50.0", "two-points"));
    assert_eq!((rows[1][0], rows[1][3], rows.len()), (ids[1].as_str(), "100.0", 2));
    let shown = coach.run(&["history", "show", &ids[1][..6], "--rubrics", "rubrics"]).stdout;
    for text in [TOKENS, EMBEDDINGS, "Score 100.0 of 100, strong", &format!("a revision of {}", ids[0])] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    let unknown = coach.run(&["history", "show", &ids[0]]).stdout;
    assert!(
        unknown.contains("no such question any more") && unknown.contains("Score 50.0 of 100"),
        "{unknown}"
    );
    let mode = fs::metadata(coach.path("home/history.sqlite")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn what_is_exported_is_imported_elsewhere_the_same_and_once() {
    let (here, there) = (trial::coach(), trial::coach());
    answer_once(&here, TOKENS);
    answer_once(&here, "Tokens <script>alert(1)</script> \u{202e}日本語");
    let lines = exported(&here);
    assert_eq!(lines.lines().count(), 2);
    let ran = there.run_with(&["history", "import", "-"], &lines);
    assert_eq!(ran.transcript(), "--- stderr\nImported 2 attempts.\n--- exit 0");
    let ran = there.run_with(&["history", "import", "-"], &lines);
    assert_eq!(ran.transcript(), "--- stderr\nImported 0 attempts; 2 were there already.\n--- exit 0");
    assert_eq!(exported(&there), lines);
    let regraded = there.run_with(&["grade", "-", "--rubrics", "rubrics"], &lines);
    assert_eq!(regraded.code, 0, "{}", regraded.stderr);
    for (again, first) in by_id(grades(&regraded.stdout)).iter().zip(by_id(grades(&lines))) {
        assert_eq!(
            (&again["id"], &again["score"], &again["key"]),
            (&first["id"], &first["score"], &first["key"])
        );
    }
    there.write("wrong.jsonl", format!("{lines}{{\"id\": 1}}\nnothing\n"));
    let ran = there.run(&["history", "import", "wrong.jsonl"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("wrong.jsonl:3: no attempt") && ran.stderr.contains("wrong.jsonl:4:"),
        "{}",
        ran.stderr
    );
}

#[test]
fn deleting_needs_a_yes() {
    let coach = trial::coach();
    answer_once(&coach, TOKENS);
    answer_once(&coach, EMBEDDINGS);
    let all = ids(&coach);
    let ran = coach.run(&["history", "delete", &all[0]]);
    insta::assert_snapshot!(ran.transcript(), @r"
    --- stderr
    error: deleting 1 attempt needs a yes
    hint: add --yes, or run the command on a terminal
    --- exit 2
    ");
    let mut screen = screen::Screen::start(coach.command(&["history", "delete", &all[0]]));
    screen.see("Delete 1 attempt for good?");
    screen.press("y");
    screen.see("Deleted 1 attempt.");
    assert_eq!(screen.end().0.code(), Some(0));
    assert_eq!(ids(&coach), [all[1].as_str()]);
    assert_eq!(coach.run(&["history", "delete", "--all", "--yes"]).code, 0);
    assert_eq!(exported(&coach), "");
    let ran = coach.run(&["history", "show", "zzz"]);
    assert_eq!((ran.code, ran.stderr.lines().next()), (2, Some("error: there is no attempt \"zzz\"")));
}

#[test]
fn a_kill_after_the_critique_loses_nothing_and_leaves_no_draft_to_answer_again() {
    let coach = trial::coach();
    let mut screen = screen::practise(&coach, &["two-points"]);
    screen.write_line(TOKENS);
    screen.write_line(".");
    // The first line of the critique: the attempt is on disk before it.
    screen.see("Score 50.0");
    screen.signal(Signal::SIGKILL);
    assert_eq!(screen.end().0.code(), None);
    assert_eq!(ids(&coach).len(), 1);
    let mut screen = screen::practise(&coach, &["two-points"]);
    let before = screen.see(screen::PROMPT);
    assert!(!before.contains("You left a draft"), "{before}");
    assert_eq!(drafts(&coach).len(), 0);
}

#[test]
fn another_terminal_that_writes_is_waited_for() {
    let coach = trial::coach();
    let mut screen = screen::practise(&coach, &["two-points"]);
    screen.write_line(TOKENS);
    screen.see(screen::PROMPT);
    let mut other = rusqlite::Connection::open(coach.path("home/history.sqlite")).unwrap();
    let writing = other.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    screen.press(".\r");
    writing.commit().unwrap();
    screen.see("Score 50.0");
    let shown = screen.see(MENU);
    assert!(!shown.contains("locked"), "{shown}");
    assert_eq!(ids(&coach).len(), 1);
}

#[test]
fn a_broken_history_is_left_alone_and_practising_goes_on() {
    let damage: [fn(&Coach); 2] = [
        |coach| coach.write("home/history.sqlite", "a diary that somebody would miss ".repeat(200)),
        |coach| {
            answer_once(coach, EMBEDDINGS);
            let newer = rusqlite::Connection::open(coach.path("home/history.sqlite")).unwrap();
            newer.pragma_update(None, "user_version", 99).unwrap();
        },
    ];
    for (damaged, reason) in damage.iter().zip(["is damaged", "was written by a newer version"]) {
        let coach = trial::coach();
        damaged(&coach);
        let before = fs::read(coach.path("home/history.sqlite")).unwrap();
        let mut screen = screen::practise(&coach, &["two-points"]);
        screen.see(reason);
        screen.see("Practising goes on without the history");
        screen.write_line(TOKENS);
        screen.write_line(".");
        screen.see("Score 50.0 of 100");
        screen.see(MENU);
        screen.press("q");
        screen.see("Your draft is kept");
        assert_eq!(screen.end().0.code(), Some(0));
        assert_eq!(drafts(&coach), [TOKENS]);
        assert_eq!(coach.run(&["history"]).code, 1);
        assert_eq!(fs::read(coach.path("home/history.sqlite")).unwrap(), before);
    }
}

#[test]
fn nothing_in_an_answer_reaches_the_terminal() {
    let coach = trial::coach();
    coach.write(
        "home/drafts/draft-two-points.left.txt",
        format!("\u{1b}]0;title\u{7}\u{1b}[2J\u{202e}{TOKENS}<script>"),
    );
    let mut screen = screen::practise(&coach, &["two-points"]);
    screen.see("[c] continue it");
    screen.press("c");
    screen.write_line(".");
    screen.see(MENU);
    screen.press("q");
    screen.end();
    for arguments in [vec!["history"], vec!["history", "show", "", "--rubrics", "rubrics"]] {
        let ran = coach.run(&arguments);
        assert_eq!(ran.code, 0);
        assert!(!ran.stdout.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{}", ran.stdout);
    }
    assert!(!exported(&coach).contains('\u{1b}'), "JSON escapes control characters");
}

#[test]
fn times_beyond_all_numbers_do_no_harm() {
    let coach = trial::coach();
    answer_once(&coach, TOKENS);
    answer_once(&coach, EMBEDDINGS);
    let lines: Vec<String> = exported(&coach)
        .lines()
        .map(|line| {
            let mut attempt: serde_json::Value = serde_json::from_str(line).unwrap();
            attempt["seconds"] = serde_json::json!(u64::MAX);
            attempt.to_string() + "\n"
        })
        .collect();
    coach.write("attempts.jsonl", lines.concat());
    let elsewhere = coach.path("elsewhere").display().to_string();
    for command in
        [&["history", "import", "attempts.jsonl"][..], &["progress", "--json"], &["progress"], &["history"]]
    {
        let output = coach.command(command).env("COACH_HOME", &elsewhere).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{command:?}: {stderr}");
    }
}
