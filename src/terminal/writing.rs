//! Writing an answer in the terminal: several lines with editing keys, ended by Ctrl-D or a lone `.`.
//!
//! A lone `.` with more behind it at once is part of what is pasted, not the end.
//!
//! Whoever asked for the answer hears of it while it is written, at each line's end and each sentence's, so that
//! they can keep it where nothing is lost.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::Validator;
use rustyline::{
    Behavior, Cmd, ConditionalEventHandler, Config, Context, Editor, Event, EventContext, EventHandler,
    Helper, KeyEvent, RepeatCount,
};

use super::Terminal;
use super::ask::{keyboard_fault, read_line};
use super::held::{self, HeldTerminal, Wait};
use crate::error::{Error, Result};

/// In front of each line that is being written.
const PROMPT: &str = "> ";

/// The line that ends an answer.
const END: &str = ".";

/// A sentence that grows by more bytes than this, about a line of the screen, is kept before it ends.
const KEPT_EVERY: usize = 80;

/// Where writing starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start<'a> {
    /// An empty page.
    Blank,
    /// Below these lines, which stay as they are.
    After(&'a str),
    /// At the first of these lines; each comes up to be kept, changed or emptied.
    Revising(&'a str),
}

/// Whether time is counted while writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Take your time.
    Free,
    /// The time left until then stands in front of each line as it begins.
    Until(Instant),
}

impl Pace {
    /// What stands in front of a line that begins `now`.
    fn prompt(self, now: Instant) -> String {
        let spoken = |seconds: u64| format!("{}:{:02}", seconds / 60, seconds % 60);
        match self {
            Self::Free => PROMPT.to_owned(),
            Self::Until(end) if now <= end => format!("{} left {PROMPT}", spoken((end - now).as_secs())),
            Self::Until(end) => format!("{} over {PROMPT}", spoken((now - end).as_secs())),
        }
    }
}

/// How writing ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// With this answer.
    Finished(String),
    /// By Ctrl-C. What was written is what was last handed to `keep`.
    Interrupted,
}

/// Reads an answer of several lines. `keep` gets the whole text so far whenever a line or a sentence ends.
///
/// Through a pipe, plain lines are read up to a lone `.` or the end.
pub fn read_answer(
    terminal: &Terminal,
    start: Start<'_>,
    pace: Pace,
    keep: &mut dyn FnMut(&str),
) -> Result<Written> {
    let desk = Desk::new(start, keep);
    if terminal.can_ask() {
        // Between two lines the line editor would let go of the terminal, and the terminal would cut, echo and
        // interpret what is pasted or typed meanwhile.
        let _held = HeldTerminal::hold();
        write_lines(&desk, pace)
    } else {
        copy_lines(&desk)
    }
}

/// The lines of an answer in the making.
#[derive(Debug, PartialEq, Eq)]
struct Page {
    done: Vec<String>,
    /// Lines of an earlier answer that are still to come up.
    to_come: VecDeque<String>,
}

impl Page {
    fn new(start: Start<'_>) -> Self {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        match start {
            Start::Blank => Self { done: Vec::new(), to_come: VecDeque::new() },
            Start::After(text) => Self { done: lines(text), to_come: VecDeque::new() },
            Start::Revising(text) => Self { done: Vec::new(), to_come: lines(text).into() },
        }
    }

    /// The line to start from: the next one of the earlier answer. Its empty lines part paragraphs and stay.
    fn next_line(&mut self) -> String {
        while let Some(line) = self.to_come.pop_front() {
            if !line.trim().is_empty() {
                return line;
            }
            self.done.push(line);
        }
        String::new()
    }

    /// The whole text if `current` were its next line.
    fn text_with(&self, current: &str) -> String {
        let lines = self.done.iter().map(String::as_str).chain([current]);
        lines.chain(self.to_come.iter().map(String::as_str)).collect::<Vec<_>>().join("\n")
    }

    /// The whole text, with the lines still to come as they are.
    fn into_text(self) -> String {
        self.done.into_iter().chain(self.to_come).collect::<Vec<_>>().join("\n").trim_end().to_owned()
    }
}

/// What is being written, and who is told.
struct Desk<'a> {
    page: RefCell<Page>,
    keep: RefCell<&'a mut dyn FnMut(&str)>,
    /// The line under the cursor, key by key.
    current: RefCell<String>,
    /// Bytes of that line when it was last kept.
    kept: Cell<usize>,
    /// How long the next key may take.
    wait: Cell<Wait>,
}

impl<'a> Desk<'a> {
    fn new(start: Start<'_>, keep: &'a mut dyn FnMut(&str)) -> Self {
        Self {
            page: RefCell::new(Page::new(start)),
            keep: RefCell::new(keep),
            current: RefCell::default(),
            kept: Cell::new(0),
            wait: Cell::new(Wait::Endless),
        }
    }

    /// A line begins, with what is on it already.
    fn begin(&self, offered: &str, wait: Wait) {
        self.current.replace(offered.to_owned());
        self.kept.set(offered.len());
        self.wait.set(wait);
    }

    /// The line under the cursor is now `line`.
    fn watch(&self, line: &str) {
        let ends_sentence = line.ends_with(['.', '?', '!']) && line.len() != self.kept.get();
        if ends_sentence || line.len().abs_diff(self.kept.get()) >= KEPT_EVERY {
            self.keep(line);
        }
        line.clone_into(&mut self.current.borrow_mut());
    }

    fn keep(&self, line: &str) {
        self.kept.set(line.len());
        (self.keep.borrow_mut())(&self.page.borrow().text_with(line));
    }

    fn keep_current(&self) {
        let current = self.current.take();
        self.keep(&current);
    }

    fn add_line(&self, line: String) {
        self.page.borrow_mut().done.push(line);
        self.current.take();
        self.keep("");
    }

    fn finish(&self) -> Written {
        let text = self.page.replace(Page::new(Start::Blank)).into_text();
        (self.keep.borrow_mut())(&text);
        Written::Finished(text)
    }
}

fn copy_lines(desk: &Desk<'_>) -> Result<Written> {
    while let Some(line) = read_line()? {
        if line == END {
            break;
        }
        desk.add_line(line);
    }
    Ok(desk.finish())
}

fn write_lines(desk: &Desk<'_>, pace: Pace) -> Result<Written> {
    let ended = Arc::new(AtomicBool::new(false));
    // One editor for all lines: it holds the keys that were typed ahead.
    let mut editor = line_editor(desk, &ended)?;
    loop {
        let mut offered = desk.page.borrow_mut().next_line();
        desk.begin(&offered, Wait::Endless);
        let mut read = editor.readline_with_initial(&pace.prompt(Instant::now()), (&offered, ""));
        // A dot that the earlier answer has is kept like its other lines.
        while let Ok(dot) = &read
            && dot.trim() == END
            && offered.trim() != END
        {
            let Some(behind) = behind_the_dot(desk, &mut editor) else {
                if !offered.is_empty() {
                    desk.add_line(offered);
                }
                return Ok(desk.finish());
            };
            desk.add_line(dot.clone());
            (offered, read) = (String::new(), behind);
        }
        match read {
            // An emptied line of the earlier answer is dropped; on a fresh page it parts two paragraphs.
            Ok(line) if line.trim().is_empty() && !offered.is_empty() => {}
            Ok(line) => desk.add_line(line),
            Err(ReadlineError::Eof) => return Ok(desk.finish()),
            Err(fault) => {
                desk.keep_current();
                return interrupted_or_failed(fault);
            }
        }
        if ended.load(Ordering::Relaxed) {
            return Ok(desk.finish());
        }
    }
}

/// The line behind a lone `.`, where one comes at once: a terminal without bracketed paste gives a pasted text line by
/// line, and taking its `.` for the end would lose the rest. `None` where nothing comes.
#[cfg(unix)]
fn behind_the_dot(desk: &Desk<'_>, editor: &mut LineEditor<'_, '_>) -> Option<rustyline::Result<String>> {
    desk.begin("", Wait::Brief);
    match editor.readline("") {
        Err(ReadlineError::Eof) => {
            // The line editor has left an empty line. That it stays is no error.
            let _ = console::Term::stderr().move_cursor_up(1);
            None
        }
        read => Some(read),
    }
}

/// Elsewhere the line editor cannot be made to wait only briefly.
#[cfg(not(unix))]
fn behind_the_dot(_: &Desk<'_>, _: &mut LineEditor<'_, '_>) -> Option<rustyline::Result<String>> {
    None
}

fn interrupted_or_failed(fault: ReadlineError) -> Result<Written> {
    match fault {
        ReadlineError::Interrupted | ReadlineError::Signal(_) => Ok(Written::Interrupted),
        ReadlineError::Io(fault) => Err(keyboard_fault(&fault)),
        fault => Err(Error::failed(format!("cannot read from the terminal: {fault}"))),
    }
}

type LineEditor<'desk, 'keep> = Editor<Watcher<'desk, 'keep>, MemHistory>;

fn line_editor<'desk, 'keep>(
    desk: &'desk Desk<'keep>,
    ended: &Arc<AtomicBool>,
) -> Result<LineEditor<'desk, 'keep>> {
    let config = Config::builder().behavior(Behavior::PreferTerm).auto_add_history(false).build();
    let mut editor = Editor::with_history(config, MemHistory::new())
        .map_err(|fault| Error::failed(format!("cannot use the terminal: {fault}")))?;
    editor.set_helper(Some(Watcher(desk)));
    let end_of_input = EventHandler::Conditional(Box::new(EndOfInput(Arc::clone(ended))));
    editor.bind_sequence(KeyEvent::ctrl('D'), end_of_input);
    Ok(editor)
}

/// Ctrl-D behind the last word ends the answer; elsewhere it deletes, as line editors have it.
struct EndOfInput(Arc<AtomicBool>);

impl ConditionalEventHandler for EndOfInput {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        let at_end = !context.line().is_empty() && context.pos() == context.line().len();
        at_end.then(|| {
            self.0.store(true, Ordering::Relaxed);
            Cmd::AcceptLine
        })
    }
}

/// Sees every key's effect, because the line editor asks it for a hint; it never has one.
struct Watcher<'desk, 'keep>(&'desk Desk<'keep>);

impl Hinter for Watcher<'_, '_> {
    type Hint = String;

    fn hint(&self, line: &str, _: usize, _: &Context<'_>) -> Option<String> {
        self.0.watch(line);
        if self.0.wait.get() == Wait::Brief {
            // The line editor has just set the terminal to its own mode, or the first key has come.
            let wait = if line.is_empty() { Wait::Brief } else { Wait::Endless };
            self.0.wait.set(wait);
            held::wait(wait);
        }
        None
    }
}

impl Completer for Watcher<'_, '_> {
    type Candidate = String;
}
impl Highlighter for Watcher<'_, '_> {}
impl Validator for Watcher<'_, '_> {}
impl Helper for Watcher<'_, '_> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk_after(start: Start<'_>, act: impl FnOnce(&Desk<'_>)) -> Vec<String> {
        let mut kept = Vec::new();
        let mut keep = |text: &str| kept.push(text.to_owned());
        act(&Desk::new(start, &mut keep));
        kept
    }

    #[test]
    fn a_sentence_is_kept_when_it_ends_and_a_long_one_before() {
        let kept = desk_after(Start::After("First line."), |desk| {
            for typed in ["A", "A b", "A b.", "A b.", "A b. C"] {
                desk.watch(typed);
            }
            desk.watch(&"x".repeat(90));
            desk.keep_current();
        });
        let long = format!("First line.\n{}", "x".repeat(90));
        assert_eq!(kept, ["First line.\nA b.", &long, &long]);
    }

    #[test]
    fn a_revision_keeps_the_lines_that_are_still_to_come() {
        let kept = desk_after(Start::Revising("one\n\ntwo\nthree"), |desk| {
            assert_eq!(desk.page.borrow_mut().next_line(), "one");
            desk.watch("one and a half.");
            desk.add_line("one and a half.".into());
            assert_eq!(desk.page.borrow_mut().next_line(), "two");
            assert_eq!(desk.finish(), Written::Finished("one and a half.\n\nthree".into()));
        });
        assert_eq!(kept[0], "one and a half.\n\ntwo\nthree");
    }

    #[test]
    fn the_time_left_stands_in_front_of_a_line() {
        let now = Instant::now();
        let later = |seconds| now + std::time::Duration::from_secs(seconds);
        for (pace, at, prompt) in [
            (Pace::Free, now, "> "),
            (Pace::Until(later(240)), now, "4:00 left > "),
            (Pace::Until(later(240)), later(235), "0:05 left > "),
            (Pace::Until(later(240)), later(240), "0:00 left > "),
            (Pace::Until(later(240)), later(311), "1:11 over > "),
        ] {
            assert_eq!(pace.prompt(at), prompt);
        }
    }

    #[test]
    fn an_answer_ends_without_blank_lines() {
        let kept = desk_after(Start::Blank, |desk| {
            desk.add_line("said".into());
            desk.add_line(String::new());
            assert_eq!(desk.finish(), Written::Finished("said".into()));
        });
        assert_eq!(kept.last().map(String::as_str), Some("said"));
    }
}
