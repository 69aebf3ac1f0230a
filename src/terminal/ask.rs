//! Questions to the person at the keyboard: one of a list, one of a few letters, yes or no.
//!
//! On a terminal they are prompts on standard error. Where standard input is a pipe, each question reads one line
//! and standard output stays free of prompts.

use std::io::{self, BufRead as _, ErrorKind};

use console::{Key, Term};
use dialoguer::theme::ColorfulTheme;
use dialoguer::{Confirm, FuzzySelect, Input};

use super::Terminal;
use super::layout::{columns_of, cut, one_line};
use crate::error::{Error, Result};

/// Columns that the list's pointer takes in front of an entry.
const POINTER_COLUMNS: usize = 3;

/// More entries than this at once push the question off the screen; typing narrows the list.
const ENTRIES_SHOWN: usize = 12;

/// One entry of a list to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What a script types to choose it.
    pub id: String,
    /// What a person sees.
    pub text: String,
}

/// One answer to a question by letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice<T> {
    /// The letter, lower-case ASCII, unique among the choices.
    pub key: char,
    /// A word or two that say what it does.
    pub label: &'static str,
    /// What choosing it means.
    pub value: T,
}

/// Lets the user choose one of `entries`: a list that narrows while typing. `None` when they choose nothing.
///
/// Through a pipe one line is read: the entry's id or its number, counted from 1.
pub fn choose(terminal: &Terminal, prompt: &str, entries: &[Entry]) -> Result<Option<usize>> {
    if !terminal.can_ask() {
        return choose_by_line(terminal, prompt, entries);
    }
    let screen = Term::stderr();
    let room = usize::from(screen.size().1).saturating_sub(POINTER_COLUMNS);
    // An entry that wraps would be left behind on the screen when the list is redrawn.
    let lines: Vec<String> = entries.iter().map(|entry| cut(&one_line(&entry.text), room)).collect();
    let chosen = FuzzySelect::with_theme(&ColorfulTheme::default())
        .with_prompt(format!("{prompt} Type to search"))
        .items(&lines)
        .default(0)
        .max_length(ENTRIES_SHOWN)
        // What was chosen is shown by whoever asked, and fits the screen there.
        .report(false)
        .interact_on_opt(&screen);
    chosen.map_err(|dialoguer::Error::IO(fault)| {
        // The list hides the cursor and, when interrupted, leaves it hidden.
        let _ = screen.show_cursor();
        keyboard_fault(&fault)
    })
}

fn choose_by_line(terminal: &Terminal, prompt: &str, entries: &[Entry]) -> Result<Option<usize>> {
    if terminal.is_attended() {
        for (number, entry) in entries.iter().enumerate() {
            terminal.notice(&format!("{}  {}", number + 1, one_line(&entry.text)));
        }
        terminal.notice(&format!("{prompt} Type its number."));
    }
    let Some(line) = read_line()? else {
        return Ok(None);
    };
    let typed = line.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let by_number = || typed.parse::<usize>().ok()?.checked_sub(1).filter(|index| *index < entries.len());
    let chosen = entries.iter().position(|entry| entry.id == typed).or_else(by_number);
    match chosen {
        Some(index) => Ok(Some(index)),
        None => Err(Error::misused(format!("there is nothing to choose called \"{}\"", one_line(typed)))
            .hint("type an id of the list, or its number")),
    }
}

/// Asks for one of the letters. On a terminal one key press answers; through a pipe the first letter of a line
/// does. `None` when the input ends.
pub fn choose_letter<T: Copy>(terminal: &Terminal, choices: &[Choice<T>]) -> Result<Option<T>> {
    if !terminal.can_ask() {
        return letter_by_line(terminal, choices);
    }
    let screen = Term::stderr();
    let fault = |fault: io::Error| keyboard_fault(&fault);
    for line in menu_lines(choices, usize::from(screen.size().1)) {
        screen.write_line(&line).map_err(fault)?;
    }
    loop {
        let typed = match screen.read_key().map_err(fault)? {
            Key::Char(typed) => typed.to_ascii_lowercase(),
            // Typing ahead of the menu, arrows and the like mean nothing here.
            _ => continue,
        };
        if let Some(choice) = choices.iter().find(|choice| choice.key == typed) {
            return Ok(Some(choice.value));
        }
    }
}

/// `[r] revise   [q] quit`, on as many lines as it needs.
fn menu_lines<T>(choices: &[Choice<T>], columns: usize) -> Vec<String> {
    const GAP: &str = "   ";
    let mut lines: Vec<String> = Vec::new();
    for choice in choices {
        let entry = format!("[{}] {}", choice.key, choice.label);
        match lines.last_mut() {
            Some(line) if columns_of(line) + GAP.len() + columns_of(&entry) <= columns => {
                line.push_str(GAP);
                line.push_str(&entry);
            }
            Some(_) | None => lines.push(entry),
        }
    }
    lines
}

fn letter_by_line<T: Copy>(terminal: &Terminal, choices: &[Choice<T>]) -> Result<Option<T>> {
    if terminal.is_attended() {
        terminal.notice(&menu_lines(choices, terminal.columns()).join("\n"));
    }
    while let Some(line) = read_line()? {
        let typed = line.trim().chars().next().map(|typed| typed.to_ascii_lowercase());
        if let Some(choice) = choices.iter().find(|choice| Some(choice.key) == typed) {
            return Ok(Some(choice.value));
        }
    }
    Ok(None)
}

/// Asks yes or no. Enter alone means `usual`, and so does the end of a pipe.
pub fn confirm(terminal: &Terminal, question: &str, usual: bool) -> Result<bool> {
    if !terminal.can_ask() {
        let line = read_line()?.unwrap_or_default();
        return Ok(match line.trim().chars().next() {
            Some('y' | 'Y') => true,
            Some('n' | 'N') => false,
            Some(_) | None => usual,
        });
    }
    let screen = Term::stderr();
    let theme = ColorfulTheme::default();
    let asked = Confirm::with_theme(&theme).with_prompt(question).default(usual);
    asked.interact_on(&screen).map_err(|dialoguer::Error::IO(fault)| {
        let _ = screen.show_cursor();
        keyboard_fault(&fault)
    })
}

/// What is wrong with a typed line, if anything; the person is asked again.
pub type Objection<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Asks a person for a line of text, again until `objection` has none. Enter alone means `usual`, where there is
/// one. Asks people only: through a pipe there is nobody to correct a line. `None` when the input ends.
pub fn ask_line(
    terminal: &Terminal,
    prompt: &str,
    usual: Option<&str>,
    objection: Objection<'_>,
) -> Result<Option<String>> {
    if !terminal.can_ask() {
        return ask_line_plainly(terminal, prompt, usual, objection);
    }
    let screen = Term::stderr();
    let theme = ColorfulTheme::default();
    let mut input = Input::<String>::with_theme(&theme)
        .with_prompt(prompt)
        .allow_empty(true)
        .validate_with(|typed: &String| objection(typed.trim()).map_or(Ok(()), Err));
    if let Some(usual) = usual {
        input = input.default(usual.to_owned());
    }
    let typed = input.interact_text_on(&screen).map_err(|dialoguer::Error::IO(fault)| {
        let _ = screen.show_cursor();
        keyboard_fault(&fault)
    })?;
    Ok(Some(typed.trim().to_owned()))
}

fn ask_line_plainly(
    terminal: &Terminal,
    prompt: &str,
    usual: Option<&str>,
    objection: Objection<'_>,
) -> Result<Option<String>> {
    loop {
        let shown = usual.map_or(String::new(), |usual| format!(" [{}]", one_line(usual)));
        terminal.notice(&format!("{prompt}{shown}:"));
        let Some(line) = read_line()? else { return Ok(None) };
        let typed = match (line.trim(), usual) {
            ("", Some(usual)) => usual,
            (typed, _) => typed,
        };
        match objection(typed) {
            None => return Ok(Some(typed.to_owned())),
            Some(objection) => terminal.notice(&objection),
        }
    }
}

/// One line of standard input without its end; `None` at the end of the input.
pub(super) fn read_line() -> Result<Option<String>> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().read_until(b'\n', &mut bytes).map_err(|fault| keyboard_fault(&fault))?;
    if read == 0 {
        return Ok(None);
    }
    let line = String::from_utf8(bytes).map_err(|_| {
        Error::misused("standard input is not UTF-8")
            .hint("convert it first, for example with iconv -t UTF-8")
    })?;
    let line = line.strip_suffix('\n').unwrap_or(&line);
    Ok(Some(line.strip_suffix('\r').unwrap_or(line).to_owned()))
}

/// What an error while asking means: Ctrl-C, or a terminal that has gone away.
pub(super) fn keyboard_fault(fault: &io::Error) -> Error {
    if fault.kind() == ErrorKind::Interrupted {
        Error::interrupted("interrupted")
    } else {
        Error::failed(format!("cannot read from the terminal: {fault}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_menu_takes_as_many_lines_as_it_needs() {
        let choices = [("revise", 'r'), ("model answer", 'm'), ("why", 'w'), ("quit", 'q')]
            .map(|(label, key)| Choice { key, label, value: () });
        assert_eq!(menu_lines(&choices, 60), ["[r] revise   [m] model answer   [w] why   [q] quit"]);
        assert_eq!(menu_lines(&choices, 40), ["[r] revise   [m] model answer   [w] why", "[q] quit"]);
    }
}
