//! `coach interview`: no feedback until the debrief, and nothing that was answered is lost.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod coach;
mod screen;
mod trial;

use coach::{Coach, grades};
use nix::sys::signal::Signal;
use screen::{CTRL_C, PROMPT, Screen};
use trial::{EMBEDDINGS, TOKENS, drafts};

fn interview(coach: &Coach, arguments: &[&str]) -> Screen {
    let all = [&["interview", "--rubrics", "rubrics", "--topic", "trial"], arguments].concat();
    Screen::start(coach.command(&all))
}

fn kept(coach: &Coach) -> Vec<serde_json::Value> {
    grades(&coach.run(&["history", "export"]).stdout)
}

#[test]
fn answers_get_no_feedback_before_the_debrief() {
    let coach = trial::coach();
    let mut screen = interview(&coach, &[]);
    screen.see("Question 1 of 1");
    screen.write_line(TOKENS);
    screen.write_line(".");
    let before = screen.see("Follow-up:");
    assert!(!before.contains("Score") && !before.contains('■'), "{before}");
    screen.see("Let us stay with one part: Embeddings.");
    screen.write_line(EMBEDDINGS);
    screen.write_line(".");
    let before = screen.see("Debrief");
    assert!(!before.contains("Score") && !before.contains('■'), "{before}");
    screen.see("■■■■■■■■■■  100.0");
    screen.see("What was strong");
    screen.see(&format!("“{TOKENS}”"));
    assert_eq!(screen.end().0.code(), Some(0));
    let kept = kept(&coach);
    assert_eq!((kept.len(), &kept[0]["score"], &kept[1]["score"]), (2, &50.0.into(), &100.0.into()));
    assert_eq!(kept[1]["origin"]["follow-up"]["to"], kept[0]["id"]);
    assert_eq!(drafts(&coach).len(), 0);
}

#[test]
fn an_interview_that_is_interrupted_is_debriefed_as_far_as_it_came() {
    let coach = trial::coach();
    let mut screen = interview(&coach, &[]);
    screen.write_line(TOKENS);
    screen.write_line(".");
    screen.see("Follow-up:");
    screen.write_line("Embeddings are");
    screen.see(PROMPT);
    screen.press(CTRL_C);
    screen.see("Your draft is kept");
    screen.see("Debrief");
    screen.see("Work on first");
    screen.see("You said nothing of it.");
    assert_eq!(screen.end().0.code(), Some(130));
    assert_eq!((kept(&coach).len(), drafts(&coach)), (1, vec!["Embeddings are".to_owned()]));
}

#[test]
fn a_kill_keeps_what_was_answered_and_an_empty_answer_is_passed_over() {
    let coach = trial::coach();
    let mut screen = interview(&coach, &[]);
    screen.write_line(TOKENS);
    screen.write_line(".");
    screen.see("Follow-up:");
    screen.signal(Signal::SIGKILL);
    screen.end();
    assert_eq!(kept(&coach)[0]["answer"], TOKENS);

    let mut screen = interview(&coach, &["--minutes", "5"]);
    screen.see("Question 1, minute 1 of 5");
    screen.write_line(".");
    screen.see("this question is passed over");
    screen.see("Nothing was answered, so there is nothing to sum up.");
    assert_eq!(screen.end().0.code(), Some(0));
}

#[test]
fn topics_that_have_no_question_are_an_error() {
    let coach = trial::coach();
    let ran = coach.run(&["interview", "--topic", "no-such-topic"]);
    assert_eq!((ran.code, ran.stderr.lines().next()), (2, Some("error: no question fits")));
}
