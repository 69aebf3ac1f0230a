//! What shows that something is going on: a spinner for one answer, a bar for many. Both on standard error, and
//! neither on anything but a terminal, save for a plain line of the bar now and then.

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Terminal;
use super::layout::one_line;

/// Ten steps a second look alive and cost nothing.
const TICK: Duration = Duration::from_millis(100);

/// In a log, a line more often than this is noise.
const PLAIN_LINE_EVERY: Duration = Duration::from_secs(30);

/// A sign of life while one answer is judged.
#[derive(Debug)]
pub struct Spinner(ProgressBar);

impl Spinner {
    /// Starts turning beside `message`; on anything but a terminal it stays silent.
    pub fn start(terminal: &Terminal, message: &str) -> Self {
        let spinner = ProgressBar::with_draw_target(None, target(terminal));
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
            spinner.set_style(style);
        }
        spinner.set_message(one_line(message));
        if terminal.shows_progress() {
            spinner.enable_steady_tick(TICK);
        }
        Self(spinner)
    }

    /// Says something else from now on.
    pub fn say(&self, message: &str) {
        self.0.set_message(one_line(message));
    }

    /// Runs `print` while the spinner is out of the way.
    pub fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.0.suspend(print)
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// How far a run over many answers has come, with rate and time to go.
#[derive(Debug)]
pub struct Bar {
    bar: ProgressBar,
    plain: Option<PlainLines>,
}

/// When the bar last spoke, where it can only print lines.
#[derive(Debug)]
struct PlainLines {
    last: Instant,
}

impl Bar {
    /// A bar over `total` answers of which `done` were graded by an earlier run.
    pub fn start(terminal: &Terminal, total: u64, done: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total), target(terminal)).with_position(done);
        if let Ok(style) = ProgressStyle::with_template(
            "{wide_bar} {human_pos} of {human_len}  {per_sec:.dim}  {eta} to go {msg}",
        ) {
            bar.set_style(style.progress_chars("■■□"));
        }
        // The earlier run's answers took no time now, so they must not count for the rate.
        bar.reset_eta();
        let plain = (!terminal.shows_progress()).then(|| PlainLines { last: Instant::now() });
        Self { bar, plain }
    }

    /// One more answer is done.
    pub fn step(&mut self) {
        self.bar.inc(1);
        if let Some(plain) = &mut self.plain
            && plain.last.elapsed() >= PLAIN_LINE_EVERY
        {
            plain.last = Instant::now();
            let _ = writeln!(
                io::stderr(),
                "{}",
                plain_line(self.bar.position(), self.bar.length().unwrap_or_default())
            );
        }
    }

    /// A word beside the bar, as in "3 ungraded".
    pub fn note(&self, note: &str) {
        self.bar.set_message(one_line(note));
    }

    /// Prints a line to standard error without tearing the bar.
    pub fn line(&self, line: &str) {
        self.bar.suspend(|| {
            // That nobody reads it is no error.
            let _ = writeln!(io::stderr(), "{line}");
        });
    }
}

/// The bar as a line of a log. What comes through a pipe has no known number.
fn plain_line(done: u64, total: u64) -> String {
    if total == 0 { format!("{done} answers done") } else { format!("{done} of {total} answers done") }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn target(terminal: &Terminal) -> ProgressDrawTarget {
    if terminal.shows_progress() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() }
}
