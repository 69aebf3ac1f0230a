//! The terminal: what it can do, what is printed on it and what is asked there.
//!
//! Renderers are pure: they take what is to be shown and a [`View`] and give text. Asking and progress touch the
//! real terminal. Nothing outside this module uses a terminal crate.

mod agreement_view;
mod ask;
mod checkup_view;
mod compare_view;
mod critique_view;
mod debrief_view;
mod diff_view;
mod editor;
mod held;
mod history_view;
mod judges_view;
mod layout;
mod plan_view;
mod problems;
mod progress;
mod progress_view;
mod question_view;
mod sanitise;
#[cfg(test)]
mod specimen;
mod summary_view;
mod trial_misses;
mod trial_view;
mod view;
mod why_view;
mod writing;

use std::borrow::Cow;
use std::io::{self, Write as _};
use std::ops::RangeInclusive;

pub use agreement_view::render_agreement;
pub use ask::{Choice, Entry, Objection, ask_line, choose, choose_letter, confirm};
pub use checkup_view::render_findings;
pub use compare_view::render_comparison;
pub use critique_view::{render_closing, render_critique, render_rating};
pub use debrief_view::render_debrief;
pub use diff_view::{render_changes, render_shift};
pub use editor::{edit_in_editor, has_editor};
pub use history_view::{Asked, render_attempt, render_attempts, render_attempts_plain};
pub use judges_view::render_judges;
pub use plan_view::{questions, render_session, render_suggestions, spoken_day};
pub use problems::render_problems;
pub use progress::{Bar, Spinner};
pub use progress_view::{Outlook, render_progress};
pub use question_view::{
    ModelAnswer, render_list, render_list_plain, render_model_answer, render_paragraph, render_probe,
    render_question, render_rubric,
};
pub use sanitise::sanitised;
pub use summary_view::{render_summary, spoken};
pub use trial_misses::render_misses;
pub use trial_view::render_trial;
pub use view::{Detail, View};
pub use why_view::render_levels;
pub use writing::{Pace, Start, Written, read_answer};

use crate::cli::ColorChoice;
use crate::error::{Error, Result};

/// Columns where the screen does not say how wide it is.
const USUAL_COLUMNS: usize = 80;

/// Columns that the renderers are made for; on a narrower screen lines wrap, on a wider one they stay readable.
const COLUMNS: RangeInclusive<usize> = 60..=200;

/// What the three standard streams are connected to, found out once. How wide the screen is may change.
#[derive(Debug, Clone)]
pub struct Terminal {
    stdin: Stream,
    stdout: Stream,
    stderr: Stream,
    colours: bool,
    error_colours: bool,
}

/// What a standard stream is connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    Screen,
    /// A pipe or a file.
    Pipe,
}

impl Stream {
    fn of(stream: &impl io::IsTerminal) -> Self {
        if stream.is_terminal() { Self::Screen } else { Self::Pipe }
    }
}

impl Terminal {
    /// Looks at the standard streams, `TERM` and `COLUMNS`. `no_color` is the variable of that name, which
    /// yields to an explicit choice.
    pub fn detect(choice: ColorChoice, no_color: bool) -> Self {
        let (stdout, stderr) = (Stream::of(&io::stdout()), Stream::of(&io::stderr()));
        let wanted_on = |stream: Stream| match choice {
            ColorChoice::Auto => stream == Stream::Screen && !no_color && !is_dumb(),
            ColorChoice::Always => true,
            ColorChoice::Never => false,
        };
        // Prompts and bars are painted by their own crates, on standard error.
        console::set_colors_enabled_stderr(wanted_on(stderr));
        Self {
            stdin: Stream::of(&io::stdin()),
            stdout,
            stderr,
            colours: wanted_on(stdout),
            error_colours: wanted_on(stderr),
        }
    }

    /// How text for standard output is to be rendered, on a screen that is as wide as it is now.
    pub fn view(&self) -> View {
        View { width: self.columns(), colours: self.colours, detail: Detail::Usual }
    }

    /// How text for standard error is to be rendered.
    pub fn error_view(&self) -> View {
        View { colours: self.error_colours, ..self.view() }
    }

    /// Columns of the screen, which may have been resized since they were last asked for.
    fn columns(&self) -> usize {
        columns(self.stdout)
    }

    /// Whether standard output is read by a person rather than a program.
    pub fn is_screen(&self) -> bool {
        self.stdout == Stream::Screen
    }

    /// Whether a person types and reads along.
    pub fn is_attended(&self) -> bool {
        self.stdin == Stream::Screen && self.stderr == Stream::Screen
    }

    /// Whether that person can be asked with prompts that draw and redraw themselves.
    pub fn can_ask(&self) -> bool {
        self.is_attended() && !is_dumb()
    }

    /// Whether progress on standard error is seen by a person.
    pub fn shows_progress(&self) -> bool {
        self.stderr == Stream::Screen && !is_dumb()
    }

    /// Prints `text` to standard output at once. A reader that has gone away is no error.
    pub fn print(&self, text: &str) -> Result<()> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(fault) if fault.kind() != io::ErrorKind::BrokenPipe => {
                Err(Error::failed(format!("cannot write to standard output: {fault}")))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Empties the screen, where standard output is one that can.
    pub fn clear(&self) {
        if self.stdout == Stream::Screen && !is_dumb() {
            // A screen that keeps its text is no error.
            let _ = console::Term::stdout().clear_screen();
        }
    }

    /// Prints an error that does not end the program to standard error, with its hint.
    pub fn explain(&self, error: &Error) {
        self.notice(&sanitised(&error.to_string()));
        if let Some(hint) = error.advice() {
            self.notice(&format!("hint: {}", sanitised(hint)));
        }
    }

    /// Prints a text to standard error, for people, wrapped where they read it on a screen. That nobody reads
    /// it is no error.
    pub fn notice(&self, text: &str) {
        let text = match self.stderr {
            Stream::Screen => Cow::Owned(textwrap::fill(text, self.columns())),
            Stream::Pipe => Cow::Borrowed(text),
        };
        let _ = writeln!(io::stderr(), "{text}");
    }
}

/// The screen's own width, else `COLUMNS`, else 80; within what the renderers are made for.
fn columns(stdout: Stream) -> usize {
    let of_screen = match stdout {
        Stream::Screen => console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns)),
        Stream::Pipe => None,
    };
    let stated = || std::env::var("COLUMNS").ok()?.parse().ok();
    of_screen
        .filter(|columns| *columns > 0)
        .or_else(stated)
        .unwrap_or(USUAL_COLUMNS)
        .clamp(*COLUMNS.start(), *COLUMNS.end())
}

/// `TERM=dumb` is how Emacs' shell and some CI systems say that they show escape sequences as they are.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|value| value == "dumb")
}
