//! `coach practice` at a terminal: whole sessions, and that no draft is ever lost.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod coach;
mod screen;
mod trial;

use nix::sys::signal::Signal;
use screen::{CTRL_C, CTRL_D, CTRL_U, ENTER, MENU, PROMPT, Screen};
use trial::{EMBEDDINGS, TOKENS, drafts};

#[test]
fn a_whole_session() {
    let coach = trial::coach();
    let mut screen = screen::practise(&coach, &["--topic", "trial"]);
    screen.see("Judge: built-in");
    screen.see("Which question?");
    screen.press("embed");
    screen.press(ENTER);
    screen.see("trial, intro, about 2 minutes");
    screen.write_line(TOKENS);
    screen.write_line(".");
    screen.see("1 of 1  Tokens");
    screen.see(&format!("“{TOKENS}”"));
    screen.see("0 of 1  Embeddings");
    // Last, so that it stands above the menu however long the critique is.
    screen.see("Score 50.0 of 100, partial");
    screen.see("Work on first: Embeddings");
    screen.see("built-in judge");
    screen.see(MENU);
    screen.press("m");
    screen.see("Model answer");
    screen.see(MENU);
    screen.press("w");
    screen.see(">  0  Absent.");
    screen.see(MENU);

    screen.press("r");
    screen.see("line by line");
    screen.see(TOKENS);
    screen.press(ENTER);
    screen.write_line(EMBEDDINGS);
    screen.write_line(".");
    screen.see("Score 100.0 of 100, strong");
    screen.see("before");
    screen.see("+1");
    screen.see("+50.0");
    screen.see(MENU);
    assert_eq!(drafts(&coach), [format!("{TOKENS}\n{EMBEDDINGS}")]);
    screen.press("q");
    let (ended, _) = screen.end();
    assert_eq!(ended.code(), Some(0));
    assert_eq!(drafts(&coach).len(), 0, "the answer has its critique, so it is no draft any more");
}

#[test]
fn next_asks_another_question_and_escape_chooses_none() {
    let coach = trial::coach();
    let mut screen = screen::practise(&coach, &["two-points"]);
    screen.write_line(TOKENS);
    screen.see(PROMPT);
    screen.press(CTRL_D);
    screen.see(MENU);
    screen.press("n");
    screen.see("Which question?");
    screen.press("\u{1b}");
    let (ended, _) = screen.end();
    assert_eq!((ended.code(), drafts(&coach).len()), (Some(0), 0));
}

#[test]
fn a_revision_can_change_and_drop_lines() {
    let coach = trial::coach();
    let mut screen = screen::practise(&coach, &["two-points"]);
    for line in ["To be dropped.", "To be changed.", "", "To be kept.", "."] {
        screen.write_line(line);
    }
    screen.see(MENU);
    screen.press("r");
    screen.see("To be dropped.");
    screen.press(CTRL_U);
    screen.press(ENTER);
    screen.see("To be changed.");
    screen.press(" Changed.");
    screen.press(ENTER);
    screen.see("To be kept.");
    screen.press(CTRL_U);
    screen.press(".");
    screen.press(ENTER);
    screen.see(MENU);
    assert_eq!(drafts(&coach), ["To be changed. Changed.\n\nTo be kept."]);
}

#[test]
fn ctrl_c_while_writing_keeps_the_draft_and_the_next_start_offers_it() {
    let coach = trial::coach();
    let mut screen = screen::practise(&coach, &["two-points"]);
    screen.write_line(TOKENS);
    screen.see(PROMPT);
    screen.press("And half a sen");
    screen.see("And half a sen");
    screen.press(CTRL_C);
    screen.see("Your draft is kept. Go on with it: coach practice two-points");
    assert_eq!(screen.end().0.code(), Some(130));
    let draft = format!("{TOKENS}\nAnd half a sen");
    assert_eq!(drafts(&coach), [draft.as_str()]);

    let mut screen = screen::practise(&coach, &[]);
    screen.see("You left a draft of 13 words behind: What are tokens and embeddings?");
    screen.see("[c] continue it");
    screen.press("c");
    screen.see("And half a sen");
    screen.write_line(EMBEDDINGS);
    screen.write_line(".");
    screen.see("Score 100.0 of 100");
    screen.see(MENU);
    assert_eq!(drafts(&coach), [format!("{draft}\n{EMBEDDINGS}")]);
    screen.press("q");
    assert_eq!(screen.end().0.code(), Some(0));
}

#[test]
fn a_closed_terminal_and_a_kill_keep_the_draft() {
    for signal in [Signal::SIGHUP, Signal::SIGKILL, Signal::SIGTERM] {
        let coach = trial::coach();
        let mut screen = screen::practise(&coach, &["two-points"]);
        screen.write_line(TOKENS);
        // The next prompt means that the line before it is on disk.
        screen.see(PROMPT);
        screen.signal(signal);
        assert_eq!(screen.end().0.code(), None, "{signal}");
        assert_eq!(drafts(&coach), [TOKENS], "{signal}");

        let mut screen = screen::practise(&coach, &["two-points"]);
        screen.see("You left a draft of 9 words behind");
        screen.see("[d] discard it");
        screen.press("d");
        screen.see(PROMPT);
        assert_eq!(drafts(&coach).len(), 0, "{signal}");
        screen.press(CTRL_C);
        assert_eq!(screen.end().0.code(), Some(130), "{signal}");
    }
}

#[test]
fn a_second_terminal_is_not_offered_what_the_first_is_writing() {
    let coach = trial::coach();
    let mut first = screen::practise(&coach, &["two-points"]);
    first.write_line(TOKENS);
    first.see(PROMPT);
    let mut second = screen::practise(&coach, &["two-points"]);
    let before = second.see(PROMPT);
    assert!(!before.contains("You left a draft"), "{before}");
    second.press(EMBEDDINGS);
    second.press(ENTER);
    second.see(PROMPT);
    let mut both = drafts(&coach);
    both.sort_unstable();
    assert_eq!(both, [EMBEDDINGS, TOKENS]);
}

#[test]
fn a_long_pasted_line_is_not_cut() {
    let coach = trial::coach();
    let mut screen = screen::practise(&coach, &["two-points"]);
    let long = "attention ".repeat(800) + "ends here";
    screen.see(PROMPT);
    screen.press(&format!("\u{1b}[200~{long}\u{1b}[201~"));
    screen.see("ends here");
    screen.press(ENTER);
    screen.see(PROMPT);
    assert_eq!(drafts(&coach), [long]);
}

#[test]
fn lines_pasted_into_a_terminal_without_bracketed_paste_all_arrive() {
    let coach = trial::coach();
    let mut screen = screen::practise(&coach, &["two-points"]);
    screen.see(PROMPT);
    let lines: Vec<String> = (0..30).map(|number| format!("Line {number} of what was pasted.")).collect();
    screen.press(&format!("{}{ENTER}.{ENTER}", lines.join(ENTER)));
    screen.see(MENU);
    assert_eq!(drafts(&coach), [lines.join("\n")]);
}

#[test]
fn a_dot_with_more_behind_it_is_pasted_and_ends_nothing() {
    let coach = trial::coach();
    let mut screen = screen::practise(&coach, &["two-points"]);
    screen.see(PROMPT);
    let lines = [TOKENS, ".", ".", "", "q", EMBEDDINGS];
    screen.press(&format!("{}{ENTER}", lines.join(ENTER)));
    screen.see(EMBEDDINGS);
    screen.write_line(".");
    screen.see("Score 100.0");
    screen.see(MENU);
    assert_eq!(drafts(&coach), [lines.join("\n")]);

    screen.press("r");
    screen.see(TOKENS);
    screen.press(&format!("\u{1b}[200~{ENTER}.{ENTER}And more.\u{1b}[201~"));
    screen.see("And more.");
    screen.press(ENTER);
    for kept in [".", ".", "q"] {
        screen.see(&format!("{PROMPT}{kept}"));
        screen.press(ENTER);
    }
    screen.see(EMBEDDINGS);
    screen.press(&format!("{CTRL_U}.{ENTER}"));
    screen.see("Score 100.0");
    screen.see(MENU);
    assert_eq!(drafts(&coach), [format!("{TOKENS}\n.\nAnd more.\n{}", lines[1..].join("\n"))]);
}

#[test]
fn what_is_shown_after_the_window_was_resized_fits_it() {
    let coach = trial::coach();
    let mut screen = screen::practise(&coach, &["two-points"]);
    screen.write_line(TOKENS);
    screen.write_line(".");
    screen.see(MENU);
    screen.resize((40, 60));
    screen.press("m");
    screen.see("Model answer");
    let shown = screen.see(MENU);
    let widest = shown.lines().map(|line| line.trim_end().chars().count()).max();
    assert!(widest.is_some_and(|columns| (50..=60).contains(&columns)), "{shown}");
}

#[test]
fn escape_sequences_in_a_draft_are_shown_and_not_sent_to_the_terminal() {
    let coach = trial::coach();
    coach.write("home/drafts/draft-two-points.left.txt", format!("\u{1b}[31m{TOKENS}\u{1b}]0;title\u{7}"));
    let mut screen = screen::practise(&coach, &["two-points"]);
    screen.see("[c] continue it");
    screen.press("c");
    screen.see("\\u{1b}[31mTokens are pieces");
    screen.write_line(".");
    screen.see("of 100");
    screen.see(MENU);
    screen.press("q");
    let (ended, printed) = screen.end();
    assert_eq!(ended.code(), Some(0));
    assert!(!printed.contains("\u{1b}[31m") && !printed.contains("\u{1b}]0;"), "{printed:?}");
}

#[test]
fn an_empty_answer_gets_no_critique() {
    let coach = trial::coach();
    let mut screen = screen::practise(&coach, &["two-points"]);
    screen.write_line(".");
    screen.see("There is nothing to judge yet. A rough answer is enough to learn from.");
    screen.see(MENU);
    screen.press("w");
    screen.write_line(TOKENS);
    screen.write_line(".");
    screen.see("of 100");
    screen.see(MENU);
    screen.press("q");
    assert_eq!(screen.end().0.code(), Some(0));
}

#[test]
fn a_terminal_that_cannot_redraw_is_asked_in_plain_lines() {
    let coach = trial::coach();
    let mut command = coach.command(&["practice", "--rubrics", "rubrics", "--topic", "trial"]);
    command.env("TERM", "dumb");
    let mut screen = Screen::start_as_is(command);
    screen.see("1  What are tokens and embeddings?");
    screen.see("Which question? Type its number.");
    screen.press("1\n");
    screen.see("A line with only a dot ends it");
    screen.press(&format!("{TOKENS}\n.\n"));
    screen.see("Score 50.0 of 100");
    screen.see(MENU);
    screen.press("q\n");
    let (ended, printed) = screen.end();
    assert_eq!(ended.code(), Some(0));
    assert!(!printed.contains('\u{1b}'), "{printed:?}");
}

#[test]
fn an_unknown_question_is_an_error_that_names_the_nearest() {
    let coach = trial::coach();
    let mut screen = screen::practise(&coach, &["two-pionts"]);
    screen.see("there is no question \"two-pionts\"");
    screen.see("two-points");
    assert_eq!(screen.end().0.code(), Some(2));
}

#[test]
fn an_editor_writes_the_answer_and_one_that_fails_loses_nothing() {
    let coach = trial::coach();
    coach.write("typed.txt", format!("\u{feff}{TOKENS}\r\n{EMBEDDINGS}\r\n"));
    coach.write("editor.sh", "cat typed.txt > \"$2\"\ntest \"$1\" = works\n");
    let with_editor = |editor: &str| {
        let mut command = coach.command(&["practice", "two-points", "--rubrics", "rubrics", "--editor"]);
        command.env("EDITOR", editor);
        Screen::start(command)
    };
    let mut screen = with_editor("sh editor.sh 'works'");
    screen.see("Score 100.0 of 100");
    screen.see("[e] revise in editor");
    screen.see(MENU);
    screen.press("q");
    assert_eq!(screen.end().0.code(), Some(0));

    let mut screen = with_editor("sh editor.sh fails");
    screen.see("the editor `sh editor.sh fails` failed");
    screen.see("what was written is kept in");
    screen.see(PROMPT);
    screen.press(CTRL_C);
    assert_eq!(screen.end().0.code(), Some(130));
    assert!(drafts(&coach)[0].contains(EMBEDDINGS));
}

#[test]
fn an_editor_that_never_wrote_anything_is_the_one_to_blame() {
    let coach = trial::coach();
    let mut command = coach.command(&["practice", "two-points", "--rubrics", "rubrics", "--editor"]);
    command.env("EDITOR", "false");
    let mut screen = Screen::start(command);
    screen.see("the editor `false` failed");
    let printed = screen.see(PROMPT);
    assert!(!printed.contains("cannot keep drafts"), "{printed}");
    screen.press(CTRL_C);
    assert_eq!(screen.end().0.code(), Some(130));
}
