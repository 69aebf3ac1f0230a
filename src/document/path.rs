//! The way to a value in a document, and where that value stands.
//!
//! What was read from a document can be looked at long after, by code that has no spans; such code names a
//! place by its path, and only the documents that something is said about are read again to find it.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The way to a value: fields of tables and entries of lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Path(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Field(&'static str),
    /// Counted from 0.
    Entry(usize),
}

impl Path {
    /// The document itself.
    pub fn top() -> Self {
        Self::default()
    }

    /// A field of the table here.
    #[must_use]
    pub fn field(mut self, name: &'static str) -> Self {
        self.0.push(Step::Field(name));
        self
    }

    /// An entry of the list here, counted from 0.
    #[must_use]
    pub fn entry(mut self, number: usize) -> Self {
        self.0.push(Step::Entry(number));
        self
    }

    /// The bytes of the value, or of the nearest one around it that the document has.
    pub(super) fn span(&self, table: &Spanned<DeTable<'_>>) -> Range<usize> {
        let Some((Step::Field(first), rest)) = self.0.split_first() else { return 0..0 };
        let Some(mut value) = field(table.get_ref(), first) else { return 0..0 };
        for step in rest {
            let inner = match step {
                Step::Field(name) => value.get_ref().as_table().and_then(|table| field(table, name)),
                Step::Entry(number) => value.get_ref().as_array().and_then(|list| list.get(*number)),
            };
            match inner {
                Some(inner) => value = inner,
                None => break,
            }
        }
        value.span()
    }
}

fn field<'t, 'd>(table: &'t DeTable<'d>, name: &str) -> Option<&'t Spanned<DeValue<'d>>> {
    table.iter().find(|(key, _)| key.get_ref() == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_its_value_or_to_what_is_around_it() {
        let text = "id = \"x\"\n[[criteria]]\nid = \"a\"\nlevels = [\n  \"none\",\n  \"all\",\n]\n[[criteria]]\nid = \"b\"\n";
        let table = DeTable::parse(text).unwrap();
        let criterion = |number| Path::top().field("criteria").entry(number);
        for (path, found) in [
            (Path::top().field("id"), "\"x\""),
            (criterion(0).field("levels").entry(1), "\"all\""),
            (criterion(0).field("levels").entry(7), "[\n  \"none\",\n  \"all\",\n]"),
            (criterion(1).field("id"), "\"b\""),
            (criterion(1).field("levels").entry(0), "[[criteria]]"),
            (Path::top().field("mistakes").entry(0), ""),
            (Path::top(), ""),
        ] {
            assert_eq!(&text[path.span(&table)], found, "{path:?}");
        }
    }
}
