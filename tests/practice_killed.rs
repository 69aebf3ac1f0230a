//! SIGKILL at any moment of a session loses at most the sentence that is being typed.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod coach;
mod screen;
mod trial;

use coach::{Coach, grades};
use nix::sys::signal::Signal;
use screen::{CTRL_U, ENTER, MENU, PROMPT, Screen};
use trial::{EMBEDDINGS, TOKENS, drafts};

/// One moment of a session: what is on the screen before the keys are pressed, the keys, what is on the screen when
/// the kill comes, and the sentence that was finished by then, if one was.
struct Moment {
    shown: &'static str,
    keys: String,
    then: &'static str,
    finished: Option<&'static str>,
}

fn moment(shown: &'static str, keys: &str, then: &'static str, finished: Option<&'static str>) -> Moment {
    Moment { shown, keys: keys.to_owned(), then, finished }
}

/// An answer, a follow-up with its reply, and a revision.
fn session() -> Vec<Moment> {
    vec![
        moment(PROMPT, &format!("{TOKENS} And ha"), "And ha", Some(TOKENS)),
        moment("", "lf is said.", "said.", Some("And half is said.")),
        moment("", ENTER, PROMPT, None),
        moment("", "A last line without an end", "an end", None),
        moment("", ENTER, PROMPT, Some("A last line without an end")),
        moment("", &format!(".{ENTER}"), "Tokens", None),
        moment("", "", "Score 50.0", None),
        moment(MENU, "f", PROMPT, None),
        moment("", "A reply in a sentence. More of ", "More of ", Some("A reply in a sentence.")),
        moment("", &format!("it.{ENTER}.{ENTER}"), MENU, Some("More of it.")),
        moment("", "r", PROMPT, None),
        moment(TOKENS, ENTER, PROMPT, None),
        moment("", &format!("{CTRL_U}It is revised. Ag"), "revised. Ag", Some("It is revised.")),
        moment("", &format!("ain.{ENTER}"), PROMPT, Some("Again.")),
        moment("", &format!("{EMBEDDINGS}{ENTER}"), PROMPT, Some(EMBEDDINGS)),
        moment("", &format!(".{ENTER}"), "before", None),
        moment(MENU, "q", "This session:", None),
    ]
}

/// Everything that is on disk: drafts and attempts.
fn kept(coach: &Coach) -> String {
    let attempts = grades(&coach.run(&["history", "export"]).stdout);
    let answers = attempts.iter().map(|attempt| attempt["answer"].as_str().unwrap().to_owned());
    answers.chain(drafts(coach)).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_kill_at_any_moment_loses_no_finished_sentence() {
    let moments = session();
    for last in 0..moments.len() {
        let coach = trial::coach();
        let mut screen: Screen = screen::practise(&coach, &["two-points"]);
        for moment in &moments[..=last] {
            for (before, after) in [(moment.shown, moment.keys.as_str()), (moment.then, "")] {
                if !before.is_empty() {
                    screen.see(before);
                }
                screen.press(after);
            }
        }
        screen.signal(Signal::SIGKILL);
        screen.end();
        let kept = kept(&coach);
        for sentence in moments[..=last].iter().filter_map(|moment| moment.finished) {
            assert!(kept.contains(sentence), "killed at moment {last}: {sentence:?} is not in\n{kept}");
        }
    }
}
