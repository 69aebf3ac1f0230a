//! `coach practice` from day to day: what is due and why, follow-ups, what a session comes to. The clock is a parameter
//! of the commands.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod coach;
mod evenings;
mod screen;
mod trial;

use coach::{Coach, grades};
use screen::{CTRL_C, ENTER, MENU, PROMPT, Screen};
use trial::{EMBEDDINGS, TOKENS};

#[test]
fn the_program_on_another_evening() {
    evenings::run_if_asked();
}

/// Practises on an evening, 0 being the first.
fn practise(coach: &Coach, evening: i64, arguments: &[&str]) -> Screen {
    Screen::start(evenings::command(
        coach,
        evening,
        &[&["practice", "--rubrics", "rubrics"], arguments].concat(),
    ))
}

/// What a command prints on an evening, without what comes of being run by a test.
fn run(coach: &Coach, evening: i64, arguments: &[&str]) -> (String, String) {
    let ran = evenings::command(coach, evening, arguments).output().unwrap();
    assert_eq!(ran.status.code(), Some(0));
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let stdout = text(ran.stdout);
    (stdout.trim_start().trim_start_matches("running 1 test\n").to_owned(), text(ran.stderr))
}

/// Answers the question on the screen.
fn answer(screen: &mut Screen, lines: &[&str]) {
    for line in lines {
        screen.write_line(line);
    }
    screen.write_line(".");
}

#[test]
fn what_is_missed_today_is_due_tomorrow_until_it_is_known() {
    let coach = trial::coach();
    let mut screen = practise(&coach, 0, &["--topic", "trial"]);
    screen.see("You have no answers yet.");
    screen.see("Which question?");
    screen.press(ENTER);
    answer(&mut screen, &[TOKENS]);
    screen.see("Score 50.0 of 100");
    screen.see("[f] follow-up");
    screen.see(MENU);

    screen.press("f");
    screen.see("aimed at: Embeddings");
    screen.see("Let us stay with one part: Embeddings. What would you add?");
    answer(&mut screen, &[EMBEDDINGS]);
    screen.see("Both as one text, by the same rubric:");
    screen.see("1 of 1  Embeddings");
    screen.see(&format!("“{EMBEDDINGS}”"));
    screen.see("+50.0");
    let menu = screen.see(MENU);
    assert!(!menu.contains("follow-up"), "nothing is missing any more: {menu}");
    screen.press("r");
    screen.see(TOKENS);
    screen.press(ENTER);
    answer(&mut screen, &[EMBEDDINGS]);
    screen.see("+50.0");
    screen.see(MENU);
    screen.press("q");
    screen.see("This session: 3 answers to 1 question");
    screen.see("50.0 → 100.0 → 100.0");
    screen.see("Next: 1 question due tomorrow.");
    assert_eq!(screen.end().0.code(), Some(0));
    let kept = grades(&coach.run(&["history", "export"]).stdout);
    assert_eq!(kept[1]["answer"], EMBEDDINGS, "a follow-up keeps the reply alone");
    assert_eq!(kept[1]["origin"]["follow-up"]["to"], kept[0]["id"]);
    assert_eq!(kept[1]["criteria"][1]["evidence"][0]["start"], 0);
    assert_eq!(kept[2]["origin"]["revision-of"], kept[0]["id"]);

    let mut screen = practise(&coach, 1, &["--topic", "trial"]);
    screen.see("Due today: 1 question");
    screen.see("What are tokens and embeddings?");
    screen.see("Missed: Embeddings (in your last answer)");
    screen.see("last score 50.0, yesterday");
    screen.see("Which question?");
    screen.press(ENTER);
    answer(&mut screen, &[TOKENS, EMBEDDINGS]);
    screen.see("Score 100.0 of 100");
    screen.see(MENU);
    screen.press("n");
    screen.see("Nothing is due now; 1 question");
    screen.press("\u{1b}");
    assert_eq!(screen.end().0.code(), Some(0));
    let mut screen = practise(&coach, 2, &["--topic", "trial"]);
    screen.see("Nothing is due now");
    screen.see("Which question?");
    screen.press("\u{1b}");
    assert_eq!(screen.end().0.code(), Some(0));
}

#[test]
fn a_session_can_be_for_new_or_weak_questions() {
    let coach = trial::coach();
    let mut screen = screen::practise(&coach, &["--topic", "trial", "--weak"]);
    screen.see("There is no question left whose last answer was below solid.");
    assert_eq!(screen.end().0.code(), Some(0));
    let mut screen = screen::practise(&coach, &["--topic", "trial", "--new"]);
    screen.see("Which question?");
    screen.press(ENTER);
    answer(&mut screen, &[TOKENS]);
    screen.see(MENU);
    screen.press("n");
    screen.see("There is no question left that you never answered.");
    assert_eq!(screen.end().0.code(), Some(0));
    let mut screen = screen::practise(&coach, &["--topic", "trial", "--weak", "--no-scores"]);
    screen.see("Below solid: 1 question");
    screen.see("last answered today");
    screen.press("\u{1b}");
    assert!(!screen.end().1.contains("50.0"));
}

#[test]
fn a_mistake_can_be_drilled_and_a_misspelt_one_is_an_error() {
    let coach = trial::coach();
    let mut screen = screen::practise(&coach, &["--mistake", "no-latency-cost-or-token-budget"]);
    screen.see("Drill no-latency-cost-or-token-budget: ");
    screen.see("new; ");
    screen.press("\u{1b}");
    assert_eq!(screen.end().0.code(), Some(0));
    let ran = coach.run(&["practice", "--mistake", "no-latency"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("did you mean no-latency-cost-or-token-budget"), "{}", ran.stderr);
}

#[test]
fn a_countdown_stands_in_front_of_each_line() {
    let coach = trial::coach();
    let mut screen = screen::practise(&coach, &["two-points", "--timer"]);
    screen.see(" left > ");
    screen.press(TOKENS);
    screen.press(ENTER);
    screen.see(" left > ");
    screen.press(".");
    screen.press(ENTER);
    screen.see("of 2 min.");
    screen.see("Score 50.0");
    screen.see(MENU);
    screen.press("q");
    assert_eq!(screen.end().0.code(), Some(0));
}

#[test]
fn a_reply_that_is_interrupted_is_kept_as_a_draft() {
    let coach = trial::coach();
    let mut screen = screen::practise(&coach, &["two-points"]);
    answer(&mut screen, &[TOKENS]);
    screen.see(MENU);
    screen.press("f");
    screen.write_line(EMBEDDINGS);
    screen.see(PROMPT);
    screen.press(CTRL_C);
    screen.see("Your draft is kept");
    screen.see("This session: 1 answer to 1 question");
    assert_eq!(screen.end().0.code(), Some(130));
    assert_eq!(trial::drafts(&coach), [EMBEDDINGS]);
    assert_eq!(grades(&coach.run(&["history", "export"]).stdout).len(), 1);
}

#[test]
fn progress_is_shown_and_as_json() {
    let coach = trial::coach();
    assert!(run(&coach, 0, &["progress"]).1.contains("There are no answers yet."));
    for (evening, text) in [(0, TOKENS), (2, TOKENS), (3, EMBEDDINGS)] {
        let mut screen = practise(&coach, evening, &["two-points"]);
        answer(&mut screen, &[text]);
        screen.see(MENU);
        screen.press("q");
        screen.end();
    }
    let (shown, _) = run(&coach, 4, &["progress", "--rubrics", "rubrics"]);
    for text in ["3 answers to 1 question", "Topics", "trial", "▅▅▅", "theory", "Due: 1 question now."]
    {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    let (json, _) = run(&coach, 4, &["progress", "--rubrics", "rubrics", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["progress"]["topics"][0]["means"], serde_json::json!([50.0, 50.0, 50.0]));
    assert_eq!(json["due"], serde_json::json!(["two-points"]));
}
