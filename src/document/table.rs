//! One table of a document: its fields by name and type, with whatever is wrong about them noted.

use std::cell::RefCell;
use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Document;
use crate::nearest::nearest;

/// A value with its place in the document.
#[derive(Debug, Clone)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Its byte range.
    pub span: Range<usize>,
}

/// One table of a document. Every field asked for is known; [`Table::report_unknown`] reports the others.
pub struct Table<'d> {
    document: &'d Document,
    entries: &'d DeTable<'d>,
    span: Range<usize>,
    path: String,
    known: RefCell<Vec<&'static str>>,
}

impl<'d> Table<'d> {
    pub(super) fn new(
        document: &'d Document,
        entries: &'d DeTable<'d>,
        span: Range<usize>,
        path: String,
    ) -> Self {
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

    /// The text of a field as it is, without noting what is wrong with it.
    pub fn glance(&self, key: &str) -> Option<String> {
        self.any(key)?.get_ref().as_str().map(str::to_owned)
    }

    /// How many entries a list has, right or wrong.
    pub fn length(&self, key: &str) -> Option<usize> {
        self.any(key)?.get_ref().as_array().map(|list| list.len())
    }

    fn named(&self, key: &str) -> String {
        if self.path.is_empty() { format!("`{key}`") } else { format!("`{}.{key}`", self.path) }
    }

    fn wrong(&self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) {
        let found =
            if super::names_a_key(key) { "something else".to_owned() } else { described(value.get_ref()) };
        let message = format!("{} is {found}, but must be {wanted}", self.named(key));
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
    pub fn integer(&self, key: &'static str, allowed: RangeInclusive<i64>) -> Option<Located<i64>> {
        let found = self.optional_integer(key, allowed.clone());
        let wanted = format!("a whole number from {} to {}", allowed.start(), allowed.end());
        self.required(key, &wanted, found)
    }

    /// A whole number that may be absent.
    pub fn optional_integer(&self, key: &'static str, allowed: RangeInclusive<i64>) -> Option<Located<i64>> {
        self.whole_number(key, self.entry(key)?, &allowed)
    }

    fn whole_number(
        &self,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        allowed: &RangeInclusive<i64>,
    ) -> Option<Located<i64>> {
        match whole(value.get_ref()).filter(|number| allowed.contains(number)) {
            Some(number) => Some(Located { value: number, span: value.span() }),
            None => {
                let wanted = format!("a whole number from {} to {}", allowed.start(), allowed.end());
                self.wrong(key, value, &wanted);
                None
            }
        }
    }

    /// A whole number, or a word instead of one (`None` in the value), or absent.
    pub fn integer_or(
        &self,
        key: &'static str,
        allowed: RangeInclusive<i64>,
        word: &str,
    ) -> Option<Located<Option<i64>>> {
        let value = self.entry(key)?;
        if value.get_ref().as_str() == Some(word) {
            return Some(Located { value: None, span: value.span() });
        }
        let number = whole(value.get_ref()).filter(|number| allowed.contains(number));
        if number.is_none() {
            let wanted =
                format!("\"{word}\" or a whole number from {} to {}", allowed.start(), allowed.end());
            self.wrong(key, value, &wanted);
        }
        number.map(|number| Located { value: Some(number), span: value.span() })
    }

    /// A number that has to be there.
    pub fn number(&self, key: &'static str, allowed: RangeInclusive<f64>) -> Option<Located<f64>> {
        let found = self.optional_number(key, allowed.clone());
        let wanted = format!("a number from {} to {}", allowed.start(), allowed.end());
        self.required(key, &wanted, found)
    }

    /// A number that may be absent.
    pub fn optional_number(&self, key: &'static str, allowed: RangeInclusive<f64>) -> Option<Located<f64>> {
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
    pub fn own_integer(&self, key: &str, allowed: RangeInclusive<i64>) -> Option<Located<i64>> {
        self.whole_number(key, self.any(key)?, &allowed)
    }

    /// The tables of a list of tables, as `[[key]]` writes them; none when absent.
    pub fn tables(&self, key: &'static str) -> Vec<Table<'d>> {
        let Some(value) = self.entry(key) else { return Vec::new() };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong(key, value, &format!("a list of tables, each begun by [[{key}]]"));
            return Vec::new();
        };
        for item in array.iter().filter(|item| item.get_ref().as_table().is_none()) {
            self.wrong(key, item, &format!("a list of tables, each begun by [[{key}]]"));
        }
        self.tables_as_they_are(key)
    }

    /// The same without noting what else is in the list.
    pub fn tables_as_they_are(&self, key: &str) -> Vec<Table<'d>> {
        let list = self.any(key).and_then(|value| value.get_ref().as_array());
        let items = list.into_iter().flat_map(|list| list.iter().enumerate());
        items
            .filter_map(|(at, item)| {
                let path = format!("{key}[{}]", at + 1);
                Some(Table::new(self.document, item.get_ref().as_table()?, item.span(), path))
            })
            .collect()
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

fn whole(value: &DeValue<'_>) -> Option<i64> {
    match value {
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
        _ => None,
    }
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
