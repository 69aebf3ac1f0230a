//! Finds a quotation in an answer, by its letters and never by its meaning.
//!
//! Models change case, white space and quotation marks when they quote, and they wrap quotations in marks or
//! dots. All of that is folded on both sides; what is found is always the answer's own bytes.

use super::Evidence;

/// A quotation shorter than this says nothing: "the" is in every answer. Three letters or digits, because
/// "BPE" and "RAG" are quotations that do say something.
const LEAST_LETTERS: usize = 3;

/// An answer made ready for many searches.
pub struct Quotable<'a> {
    answer: &'a str,
    folded: Folded,
}

impl<'a> Quotable<'a> {
    /// Folds an answer.
    pub fn new(answer: &'a str) -> Self {
        Self { answer, folded: Folded::new(answer) }
    }

    /// The place of `quote` in the answer, or `None` where the answer does not have it as whole words.
    pub fn find(&self, quote: &str) -> Option<Evidence> {
        let wanted = Folded::new(quote.trim_matches(is_wrapping));
        if wanted.letters() < LEAST_LETTERS {
            return None;
        }
        let mut from = 0;
        while let Some(at) = self.folded.text.get(from..)?.find(&wanted.text).map(|at| from + at) {
            let to = at + wanted.text.len();
            if self.folded.is_word_edge(at) && self.folded.is_word_edge(to) {
                let (start, end) = self.folded.place(at, to)?;
                return Evidence::slice(self.answer, start, end);
            }
            from = at + self.folded.text.get(at..)?.chars().next().map_or(1, char::len_utf8);
        }
        None
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

    fn letters(&self) -> usize {
        self.text.chars().filter(|c| c.is_alphanumeric()).count()
    }

    /// Whether no word goes through this byte offset.
    fn is_word_edge(&self, at: usize) -> bool {
        let (Some(before), Some(after)) = (self.text.get(..at), self.text.get(at..)) else { return false };
        let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        !(inside(before.chars().next_back()) && inside(after.chars().next()))
    }

    /// The source's bytes behind the folded bytes `from..to`.
    fn place(&self, from: usize, to: usize) -> Option<(usize, usize)> {
        let start = self.origin.get(from)?.0;
        let end = self.origin.get(to.checked_sub(1)?)?.1;
        Some((start, end))
    }
}

/// The plain form of a character; `None` for characters that nobody sees.
fn folded_char(c: char) -> Option<char> {
    match c {
        '“' | '”' | '„' | '«' | '»' => Some('"'),
        '‘' | '’' | '‚' | '`' | '´' => Some('\''),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => None,
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
