//! A TOML document read field by field, every problem collected with its place.
//!
//! Rubrics and the configuration are both read through this module, so that both report all problems at
//! once and in the same words. It knows nothing of what the fields mean; that is the caller's business.

mod path;
mod table;

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use toml::Spanned;
use toml::de::DeTable;

pub use path::Path;
pub use table::{Located, Table, did_you_mean};

/// One problem in a document, with its place.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Whether the document can be used all the same.
    pub severity: Severity,
    /// What kind of problem it is, kebab-case, where it is of one that has a name.
    pub class: Option<&'static str>,
    /// What is wrong and where, without file and line.
    pub message: String,
    /// What to change.
    pub help: Option<String>,
    /// The file as the user named it.
    pub file: String,
    /// Byte range in the file.
    pub span: Range<usize>,
    /// Byte range of what it stands in contrast to, if that is in the same file.
    pub other: Option<Range<usize>>,
    /// Line of the span's start, from 1.
    pub line: usize,
    /// Column of the span's start in characters, from 1.
    pub column: usize,
    source: NamedSource<Arc<str>>,
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The document cannot be used.
    Invalid,
    /// The document is valid, but has something that the user wants to be told of as an error.
    Denied,
    /// The document is valid; something in it would better be different.
    Advice,
}

impl Problem {
    /// Line and column, both from 1 and the column in characters, just behind the span.
    pub fn end(&self) -> (usize, usize) {
        place(self.source.inner(), self.span.end)
    }

    /// Where what it stands in contrast to begins and ends, likewise.
    pub fn other_place(&self) -> Option<((usize, usize), (usize, usize))> {
        let text = self.source.inner();
        self.other.as_ref().map(|other| (place(text, other.start), place(text, other.end)))
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

impl Diagnostic for Problem {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.class.map(|class| Box::new(class) as Box<dyn std::fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Invalid | Severity::Denied => miette::Severity::Error,
            Severity::Advice => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let primary = LabeledSpan::new_primary_with_span(None, self.span.clone());
        let other = self.other.iter().map(|other| LabeledSpan::underline(other.clone()));
        Some(Box::new(std::iter::once(primary).chain(other)))
    }
}

/// Advice on a value of a valid document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// What kind of advice it is, kebab-case.
    pub class: &'static str,
    /// The value.
    pub path: Path,
    /// Another value that it stands in contrast to.
    pub other: Option<Path>,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

/// A text with a name, and the problems found in it so far.
pub struct Document {
    file: String,
    text: String,
    /// The text as excerpts show it.
    shown: Arc<str>,
    problems: RefCell<Vec<Problem>>,
}

impl Document {
    /// Begins to read `text`, which came from `file`. A byte order mark is not part of the text.
    pub fn new(file: &str, text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let shown = masked(text).into();
        Self { file: file.to_owned(), text: text.to_owned(), shown, problems: RefCell::default() }
    }

    /// Shows no line that may hold a key, in excerpts and messages alike: configurations end up in logs.
    #[must_use]
    pub fn keeping_keys_secret(mut self) -> Self {
        let mut shown = String::with_capacity(self.shown.len());
        for line in self.shown.split_inclusive('\n') {
            match line.split_once('=').filter(|(name, _)| names_a_key(name)) {
                Some((name, value)) => {
                    shown.push_str(name);
                    shown.push('=');
                    shown.extend(value.chars().flat_map(hidden));
                }
                None => shown.push_str(line),
            }
        }
        self.shown = shown.into();
        self
    }

    /// The document's own text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Parses the text; syntax errors become problems, and what could be read is returned.
    pub fn parse(&self) -> Spanned<DeTable<'_>> {
        let (table, errors) = DeTable::parse_recoverable(&self.text);
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            self.problem(span, format!("not valid TOML: {}", error.message()), None);
        }
        table
    }

    /// The document's top table.
    pub fn top<'d>(&'d self, table: &'d Spanned<DeTable<'d>>) -> Table<'d> {
        Table::new(self, table.get_ref(), table.span(), String::new())
    }

    /// Notes a problem at a byte range.
    pub fn problem(&self, span: Range<usize>, message: String, help: Option<String>) {
        let problem = self.problem_at(span, message, help);
        self.problems.borrow_mut().push(problem);
    }

    fn problem_at(&self, span: Range<usize>, message: String, help: Option<String>) -> Problem {
        let (line, column) = place(&self.text, span.start);
        Problem {
            severity: Severity::Invalid,
            class: None,
            message,
            help,
            file: self.file.clone(),
            span,
            other: None,
            line,
            column,
            source: NamedSource::new(&self.file, Arc::clone(&self.shown)),
        }
    }

    /// What is said about values of this document, each at its place, in the order of their places.
    pub fn remarks(self, remarks: Vec<Remark>) -> Vec<Problem> {
        let table = self.parse();
        for Remark { class, path, other, message, help } in remarks {
            let mut problem = self.problem_at(path.span(&table), message, Some(help));
            problem.severity = Severity::Advice;
            problem.class = Some(class);
            problem.other = other.map(|other| other.span(&table));
            self.problems.borrow_mut().push(problem);
        }
        drop(table);
        self.into_problems()
    }

    /// Whether any problem was found so far.
    pub fn has_problems(&self) -> bool {
        !self.problems.borrow().is_empty()
    }

    /// All problems, in the order of their place.
    pub fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| problem.span.start);
        problems
    }
}

/// The text with a `?` for each byte of a character that could act on a terminal, so that every offset stays.
fn masked(text: &str) -> String {
    let acts = |c: char| {
        c.is_control() && !matches!(c, '\n' | '\r' | '\t')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if acts(c) { shown.extend(std::iter::repeat_n('?', c.len_utf8())) } else { shown.push(c) }
    }
    shown
}

/// Whether a field's name, also a misspelt one, says that its value is a key.
fn names_a_key(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["key", "token", "secret", "password"].iter().any(|word| name.contains(word))
        && !name.contains("max_")
        && !name.contains("first_")
}

/// As many bytes as the character has, so that offsets stay; white space stays what it is.
fn hidden(c: char) -> impl Iterator<Item = char> {
    let shown = if c.is_ascii_whitespace() { c } else { '*' };
    std::iter::repeat_n(shown, c.len_utf8())
}

/// Line and column (in characters), both from 1, of a byte offset.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str, read: impl FnOnce(&Table<'_>)) -> Vec<String> {
        let document = Document::new("f.toml", text);
        let parsed = document.parse();
        let top = document.top(&parsed);
        read(&top);
        top.report_unknown();
        drop(parsed);
        document.into_problems().iter().map(|p| format!("{}:{} {}", p.line, p.column, p.message)).collect()
    }

    #[test]
    fn each_field_says_what_it_must_be() {
        for (text, problem) in [
            ("name = 1", "1:8 `name` is the number 1, but must be a text in quotation marks"),
            ("name = ' '", "1:8 `name` is empty"),
            ("", "1:1 `name` is missing"),
            ("name = 'x'\nsize = 7", "2:8 `size` is the number 7, but must be a whole number from 1 to 5"),
            (
                "name = 'x'\nsize = 1.5",
                "2:8 `size` is the number 1.5, but must be a whole number from 1 to 5",
            ),
            ("name = 'x'\nlist = ['a', 1]", "2:14 `list` is the number 1, but must be a list of texts"),
            ("name = 'x'\nlist = 'a'", "2:8 `list` is the text \"a\", but must be a list of texts"),
            ("name = 'x'\nnmae = 1", "2:1 `nmae` is not a known field"),
            ("name = 'é'\n\n  sub = 3", "3:9 `sub` is the number 3, but must be a table"),
        ] {
            let found = problems(text, |top| {
                top.text("name");
                top.optional_integer("size", 1..=5);
                top.texts("list");
                top.table("sub");
            });
            assert_eq!(found, [problem], "{text}");
        }
    }

    #[test]
    fn all_problems_come_at_once_in_the_order_of_their_place() {
        let found = problems("b = 1\na = 2\nc = 3", |top| {
            top.text("a");
            top.text("b");
        });
        let places: Vec<&str> = found.iter().map(|problem| &problem[..3]).collect();
        assert_eq!(places, ["1:5", "2:5", "3:1"]);
    }

    #[test]
    fn a_byte_order_mark_and_windows_lines_are_no_problem() {
        let found =
            problems("\u{feff}name = 'x'\r\n", |top| assert_eq!(top.text("name").unwrap().value, "x"));
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn excerpts_show_no_control_characters_and_keep_their_offsets() {
        let text = "a\u{1b}[31m\u{202e}\tb\u{9b}";
        assert_eq!(masked(text), "a?[31m???\tb??");
        assert_eq!(masked(text).len(), text.len());
    }
}
