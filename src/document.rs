//! A TOML document read field by field, every problem collected with its place.
//!
//! Rubrics and the configuration are both read through this module, so that both report all problems at
//! once and in the same words. It knows nothing of what the fields mean; that is the caller's business.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::nearest::nearest;

/// One problem in a document, with its place.
#[derive(Debug, Clone)]
pub struct Problem {
    /// What is wrong and where, without file and line.
    pub message: String,
    /// What to change.
    pub help: Option<String>,
    /// The file as the user named it.
    pub file: String,
    /// Byte range in the file.
    pub span: Range<usize>,
    /// Line of the span's start, from 1.
    pub line: usize,
    /// Column of the span's start in characters, from 1.
    pub column: usize,
    source: NamedSource<Arc<str>>,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

impl Diagnostic for Problem {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(LabeledSpan::underline(self.span.clone()))))
    }
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
        let (line, column) = place(&self.text, span.start);
        let source = NamedSource::new(&self.file, Arc::clone(&self.shown));
        let file = self.file.clone();
        self.problems.borrow_mut().push(Problem { message, help, file, span, line, column, source });
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

/// Line and column (in characters), both from 1, of a byte offset.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}

/// A value with its place in the document.
#[derive(Debug, Clone)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Its byte range.
    pub span: Range<usize>,
}

/// One table of a document. Every field asked for is known; [`Table::finish`] reports the others.
pub struct Table<'d> {
    document: &'d Document,
    entries: &'d DeTable<'d>,
    span: Range<usize>,
    path: String,
    known: RefCell<Vec<&'static str>>,
}

impl<'d> Table<'d> {
    fn new(document: &'d Document, entries: &'d DeTable<'d>, span: Range<usize>, path: String) -> Self {
        Self { document, entries, span, path, known: RefCell::default() }
    }

    /// Where the table stands: its header, or the whole table.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Notes a problem at a byte range of this document.
    pub fn problem(&self, span: Range<usize>, message: impl Into<String>, help: Option<String>) {
        self.document.problem(span, message.into(), help);
    }

    /// Whether the table has this field.
    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(name, _)| name.get_ref() == key)
    }

    /// The names of all fields, for tables whose names are the user's own.
    pub fn names(&self) -> impl Iterator<Item = Located<String>> + 'd {
        self.entries.iter().map(|(name, _)| Located { value: name.get_ref().to_string(), span: name.span() })
    }

    fn entry(&self, key: &'static str) -> Option<&'d Spanned<DeValue<'d>>> {
        self.known.borrow_mut().push(key);
        self.any(key)
    }

    fn any(&self, key: &str) -> Option<&'d Spanned<DeValue<'d>>> {
        self.entries.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    fn named(&self, key: &str) -> String {
        if self.path.is_empty() { format!("`{key}`") } else { format!("`{}.{key}`", self.path) }
    }

    fn wrong(&self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) {
        let message = format!("{} is {}, but must be {wanted}", self.named(key), described(value.get_ref()));
        self.problem(value.span(), message, None);
    }

    /// Notes that a required field is missing.
    pub fn missing(&self, key: &str, wanted: &str) {
        let help = format!("add `{key} = ...`: {wanted}");
        self.problem(self.span(), format!("{} is missing", self.named(key)), Some(help));
    }

    fn required<T>(&self, key: &'static str, wanted: &str, found: Option<T>) -> Option<T> {
        if found.is_none() && !self.has(key) {
            self.missing(key, wanted);
        }
        found
    }

    /// A text that has to be there and not blank.
    pub fn text(&self, key: &'static str) -> Option<Located<String>> {
        let found = self.optional_text(key);
        self.required(key, "a text", found)
    }

    /// A text that may be absent, but not blank.
    pub fn optional_text(&self, key: &'static str) -> Option<Located<String>> {
        let value = self.entry(key)?;
        let Some(text) = value.get_ref().as_str() else {
            self.wrong(key, value, "a text in quotation marks");
            return None;
        };
        if text.trim().is_empty() {
            self.problem(value.span(), format!("{} is empty", self.named(key)), None);
            return None;
        }
        Some(Located { value: text.to_owned(), span: value.span() })
    }

    /// A whole number that has to be there.
    pub fn integer(&self, key: &'static str, allowed: std::ops::RangeInclusive<i64>) -> Option<Located<i64>> {
        let found = self.optional_integer(key, allowed.clone());
        let wanted = format!("a whole number from {} to {}", allowed.start(), allowed.end());
        self.required(key, &wanted, found)
    }

    /// A whole number that may be absent.
    pub fn optional_integer(
        &self,
        key: &'static str,
        allowed: std::ops::RangeInclusive<i64>,
    ) -> Option<Located<i64>> {
        self.whole_number(key, self.entry(key)?, &allowed)
    }

    fn whole_number(
        &self,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        allowed: &std::ops::RangeInclusive<i64>,
    ) -> Option<Located<i64>> {
        let number = match value.get_ref() {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        match number.filter(|number| allowed.contains(number)) {
            Some(number) => Some(Located { value: number, span: value.span() }),
            None => {
                let wanted = format!("a whole number from {} to {}", allowed.start(), allowed.end());
                self.wrong(key, value, &wanted);
                None
            }
        }
    }

    /// A number that has to be there.
    pub fn number(&self, key: &'static str, allowed: std::ops::RangeInclusive<f64>) -> Option<Located<f64>> {
        let found = self.optional_number(key, allowed.clone());
        let wanted = format!("a number from {} to {}", allowed.start(), allowed.end());
        self.required(key, &wanted, found)
    }

    /// A number that may be absent.
    pub fn optional_number(
        &self,
        key: &'static str,
        allowed: std::ops::RangeInclusive<f64>,
    ) -> Option<Located<f64>> {
        let value = self.entry(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(number) => {
                i64::from_str_radix(number.as_str(), number.radix()).ok().map(|n| n as f64)
            }
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        };
        match number.filter(|number| allowed.contains(number)) {
            Some(number) => Some(Located { value: number, span: value.span() }),
            None => {
                self.wrong(key, value, &format!("a number from {} to {}", allowed.start(), allowed.end()));
                None
            }
        }
    }

    /// `true` or `false`, or absent.
    pub fn optional_flag(&self, key: &'static str) -> Option<bool> {
        let value = self.entry(key)?;
        if value.get_ref().as_bool().is_none() {
            self.wrong(key, value, "true or false");
        }
        value.get_ref().as_bool()
    }

    /// One of several names that has to be there.
    pub fn choice<T: Copy>(&self, key: &'static str, names: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        if let Some((_, found)) = names.iter().find(|(name, _)| *name == text.value) {
            return Some(*found);
        }
        let all: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
        let message =
            format!("{} is \"{}\", but must be one of: {}", self.named(key), text.value, all.join(", "));
        self.problem(text.span, message, did_you_mean(&text.value, &all));
        None
    }

    /// A list of texts, empty when absent.
    pub fn texts(&self, key: &'static str) -> Vec<Located<String>> {
        let Some(value) = self.entry(key) else { return Vec::new() };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong(key, value, "a list of texts");
            return Vec::new();
        };
        let mut texts = Vec::new();
        for (at, item) in array.iter().enumerate() {
            match item.get_ref().as_str() {
                Some(text) if text.trim().is_empty() => {
                    let message = format!("text {} of {} is empty", at + 1, self.named(key));
                    self.problem(item.span(), message, None);
                }
                Some(text) => texts.push(Located { value: text.to_owned(), span: item.span() }),
                None => self.wrong(key, item, "a list of texts"),
            }
        }
        texts
    }

    /// A table, or absent.
    pub fn table(&self, key: &'static str) -> Option<Table<'d>> {
        let value = self.entry(key)?;
        self.as_table(key, value)
    }

    /// The table of a name that is the user's own.
    pub fn own_table(&self, key: &str) -> Option<Table<'d>> {
        let value = self.any(key)?;
        self.as_table(key, value)
    }

    fn as_table(&self, key: &str, value: &'d Spanned<DeValue<'d>>) -> Option<Table<'d>> {
        let Some(entries) = value.get_ref().as_table() else {
            self.wrong(key, value, "a table");
            return None;
        };
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        Some(Table::new(self.document, entries, value.span(), path))
    }

    /// A whole number under a name that is the user's own, or absent.
    pub fn own_integer(&self, key: &str, allowed: std::ops::RangeInclusive<i64>) -> Option<Located<i64>> {
        self.whole_number(key, self.any(key)?, &allowed)
    }

    /// The tables of a list of tables, as `[[key]]` writes them; none when absent.
    pub fn tables(&self, key: &'static str) -> Vec<Table<'d>> {
        let Some(value) = self.entry(key) else { return Vec::new() };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong(key, value, &format!("a list of tables, each begun by [[{key}]]"));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for (at, item) in array.iter().enumerate() {
            match item.get_ref().as_table() {
                Some(entries) => {
                    let path = format!("{key}[{}]", at + 1);
                    tables.push(Table::new(self.document, entries, item.span(), path));
                }
                None => self.wrong(key, item, &format!("a list of tables, each begun by [[{key}]]")),
            }
        }
        tables
    }

    /// Reports every field that nobody asked for, with the nearest known name.
    pub fn report_unknown(&self) {
        let known = self.known.borrow();
        for name in self.names() {
            if known.iter().any(|key| *key == name.value) {
                continue;
            }
            let message = format!("{} is not a known field", self.named(&name.value));
            let help = did_you_mean(&name.value, &known)
                .unwrap_or_else(|| format!("the fields here are: {}", known.join(", ")));
            self.problem(name.span, message, Some(help));
        }
    }
}

/// "did you mean ..." for a name that is none of `known`, when one is near.
pub fn did_you_mean(name: &str, known: &[&str]) -> Option<String> {
    nearest(name, known.iter().copied()).map(|near| format!("did you mean \"{near}\"?"))
}

fn described(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("the text \"{}\"", text.chars().take(40).collect::<String>()),
        DeValue::Integer(number) => format!("the number {number}"),
        DeValue::Float(number) => format!("the number {number}"),
        DeValue::Boolean(flag) => format!("{flag}"),
        DeValue::Datetime(_) => "a date".to_owned(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}
