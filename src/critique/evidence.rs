//! Finds a quotation in an answer, by its letters and never by its meaning.
//!
//! Models change case, white space and quotation marks when they quote, and they wrap quotations in marks or
//! dots. All of that is folded on both sides. They also leave out the middle with an ellipsis, and slip in a letter
//! or two. Whatever is found is always the answer's own bytes, so a slip changes what is looked for and never what
//! is shown.

use std::cell::OnceCell;

use super::Evidence;
use super::slips;

/// A quotation shorter than this says nothing: "the" is in every answer. Three letters or digits, because
/// "BPE" and "RAG" are quotations that do say something.
const LEAST_LETTERS: usize = 3;

/// Parts of a quotation on both sides of an ellipsis stand no further apart than this; else they are two quotations.
const MOST_LEFT_OUT: usize = 400;

/// An answer made ready for many searches.
pub struct Quotable<'a> {
    answer: &'a str,
    /// Made for the first quotation that is not there letter by letter.
    folded: OnceCell<Folded>,
}

impl<'a> Quotable<'a> {
    /// An answer to be searched.
    pub fn new(answer: &'a str) -> Self {
        Self { answer, folded: OnceCell::new() }
    }

    fn folded(&self) -> &Folded {
        self.folded.get_or_init(|| Folded::new(self.answer))
    }

    /// The place of `quote` in the answer, or `None` where the answer does not have it as whole words.
    pub fn find(&self, quote: &str) -> Option<Evidence> {
        let quote = quote.trim_matches(is_wrapping);
        if letters(quote) < LEAST_LETTERS {
            return None;
        }
        let (start, end) = whole_words(self.answer, quote, 0).or_else(|| self.place(quote))?;
        Evidence::slice(self.answer, start, end)
    }

    /// Where a quotation is that is not in the answer letter by letter.
    fn place(&self, quote: &str) -> Option<(usize, usize)> {
        let wanted = Folded::new(quote);
        let whole = || self.exact(&wanted.text, 0).or_else(|| self.with_slips(&wanted.text));
        let (from, to) = whole().or_else(|| self.around_ellipsis(&wanted.text))?;
        self.folded().place(from, to)
    }

    /// Where folded text stands as whole words, from a byte on.
    fn exact(&self, wanted: &str, from: usize) -> Option<(usize, usize)> {
        whole_words(&self.folded().text, wanted, from)
    }

    /// Where it stands but for a few letters, stretched to whole words.
    fn with_slips(&self, wanted: &str) -> Option<(usize, usize)> {
        let text = &self.folded().text;
        let (mut from, mut to) = slips::find(text, wanted)?;
        while !is_word_edge(text, from) {
            from -= 1;
        }
        while !is_word_edge(text, to) {
            to += 1;
        }
        Some((from, to))
    }

    /// From the words in front of an ellipsis to the words behind it, where the answer has both in this order.
    fn around_ellipsis(&self, wanted: &str) -> Option<(usize, usize)> {
        let parts = wanted.replace('…', "...").replace("[...]", "...").replace("(...)", "...");
        let parts: Vec<&str> = parts.split("...").map(|part| part.trim_matches(is_wrapping)).collect();
        let mut found: Option<(usize, usize)> = None;
        if parts.len() < 2 || parts.iter().any(|part| letters(part) < LEAST_LETTERS) {
            return None;
        }
        for part in parts {
            let (from, to) = self.exact(part, found.map_or(0, |(_, to)| to))?;
            if found.is_some_and(|(_, before)| from - before > MOST_LEFT_OUT) {
                return None;
            }
            found = Some((found.map_or(from, |(first, _)| first), to));
        }
        found
    }
}

/// Marks that models put around a quotation without the answer having them.
fn is_wrapping(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '“' | '”' | '„' | '‘' | '’' | '«' | '»' | '…' | '.')
}

/// A text in lower case with single spaces and plain quotation marks, and where each byte came from.
struct Folded {
    text: String,
    /// For each byte of `text`: where the character it came from starts and ends in the source.
    origin: Vec<(usize, usize)>,
}

impl Folded {
    fn new(source: &str) -> Self {
        let mut folded =
            Self { text: String::with_capacity(source.len()), origin: Vec::with_capacity(source.len()) };
        for (start, c) in source.char_indices() {
            let end = start + c.len_utf8();
            match folded_char(c) {
                Some(' ') if folded.text.ends_with(' ') => folded.stretch_last(end),
                Some(plain) => folded.push(plain, start, end),
                None => {}
            }
        }
        folded
    }

    fn push(&mut self, c: char, start: usize, end: usize) {
        // Nearly all of most answers, and cheaper.
        if c.is_ascii() {
            self.text.push(c.to_ascii_lowercase());
            self.origin.push((start, end));
            return;
        }
        for lower in c.to_lowercase() {
            self.text.push(lower);
            self.origin.resize(self.text.len(), (start, end));
        }
    }

    fn stretch_last(&mut self, end: usize) {
        if let Some(last) = self.origin.last_mut() {
            last.1 = end;
        }
    }

    /// The source's bytes behind the folded bytes `from..to`.
    fn place(&self, from: usize, to: usize) -> Option<(usize, usize)> {
        let start = self.origin.get(from)?.0;
        let end = self.origin.get(to.checked_sub(1)?)?.1;
        Some((start, end))
    }
}

/// Where a text has another as whole words, from a byte on.
fn whole_words(text: &str, wanted: &str, mut from: usize) -> Option<(usize, usize)> {
    while let Some(at) = text.get(from..)?.find(wanted).map(|at| from + at) {
        let to = at + wanted.len();
        if is_word_edge(text, at) && is_word_edge(text, to) {
            return Some((at, to));
        }
        from = at + text.get(at..)?.chars().next().map_or(1, char::len_utf8);
    }
    None
}

/// Whether no word of a text goes through this byte offset.
fn is_word_edge(text: &str, at: usize) -> bool {
    let (Some(before), Some(after)) = (text.get(..at), text.get(at..)) else { return false };
    let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !(inside(before.chars().next_back()) && inside(after.chars().next()))
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

/// The plain form of a character; `None` for characters that nobody sees.
fn folded_char(c: char) -> Option<char> {
    match c {
        '“' | '”' | '„' | '«' | '»' => Some('"'),
        '‘' | '’' | '‚' | '`' | '´' => Some('\''),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        // What nobody sees, and emphasis that models leave out.
        '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}'
        | '\u{ad}'
        | '*' => None,
        c if c.is_whitespace() => Some(' '),
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn finds_what_was_said_and_nothing_else() {
        let answer = "RAG  fetches\ndocuments “at inference time” — it doesn’t change the weights. Größe İzmir 模型 ok";
        for (quote, found) in [
            ("RAG fetches documents", Some("RAG  fetches\ndocuments")),
            ("\"rag fetches documents...\"", Some("RAG  fetches\ndocuments")),
            ("\"at inference time\"", Some("at inference time")),
            ("it doesn't change the weights.", Some("it doesn’t change the weights")),
            ("“at inference time” - it", Some("at inference time” — it")),
            ("GRÖSSE", None),
            ("größe i̇zmir", Some("Größe İzmir")),
            ("模型 ok", Some("模型 ok")),
            ("AG fetches", None),
            ("fetches doc", None),
            ("RAG", Some("RAG")),
            ("it", None),
            ("...", None),
            ("", None),
            ("RAG retrieves documents", None),
            ("RAG fetches … at inference time", Some("RAG  fetches\ndocuments “at inference time")),
            (
                "fetches [...] change the weights",
                Some("fetches\ndocuments “at inference time” — it doesn’t change the weights"),
            ),
            ("weights ... RAG fetches", None),
            ("it ... weights", None),
            ("RAG fetchs documents \"at inferece time\"", Some("RAG  fetches\ndocuments “at inference time")),
            ("at inference time, it does change the weights", None),
        ] {
            let got = Quotable::new(answer).find(quote);
            assert_eq!(got.as_ref().map(|evidence| evidence.quote.as_str()), found, "{quote}");
        }
    }

    proptest! {
        #[test]
        fn evidence_is_always_a_slice(answer in "\\PC{0,80}", quote in "\\PC{0,20}") {
            if let Some(found) = Quotable::new(&answer).find(&quote) {
                prop_assert_eq!(&answer[found.start..found.end], found.quote);
            }
        }

        #[test]
        fn every_run_of_words_is_found(words in proptest::collection::vec("[a-zA-Zäß模]{3,8}", 1..12), from in 0usize..12) {
            let answer = words.join(" ");
            let from = from.min(words.len() - 1);
            let quote = words[from..].join("  ").to_uppercase().to_lowercase();
            if quote.to_lowercase() == words[from..].join("  ").to_lowercase() {
                prop_assert!(Quotable::new(&answer).find(&quote).is_some());
            }
        }
    }
}
