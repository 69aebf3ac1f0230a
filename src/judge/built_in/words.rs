//! From text to words: where they are, which of them carry content, which of them deny.

use super::letters::{is_no_letter, unmasked, unstyled, visible};

/// A word of more characters than this is no word and stays out of every comparison. One that is not in ASCII ends after so
/// many: it may be of a script without spaces.
const LONGEST_WORD: usize = 40;

/// A word of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    /// Byte offset in the text where it begins.
    pub(super) start: usize,
    /// Byte offset just behind it.
    pub(super) end: usize,
    /// Its plain form in [`Words::plain`].
    form: (usize, usize),
}

/// The words of a text, each with its plain form: lower case, straight apostrophes, numbers without separators.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub(super) list: Vec<Word>,
    plain: String,
}

impl Words {
    /// Splits at everything that is not a letter or a digit; "don't", "0.693" and "1,200" stay whole.
    pub(super) fn new(text: &str) -> Self {
        let mut words =
            Split { list: Vec::with_capacity(text.len() / 5), plain: Vec::with_capacity(text.len()) };
        let mut at = 0;
        while let Some(&first) = text.as_bytes().get(at) {
            at = if first.is_ascii_alphanumeric() || first == b'%' || !first.is_ascii() {
                words.push_letters(text, at).unwrap_or_else(|| words.push_next(text, at))
            } else {
                at + 1
            };
        }
        // Only whole characters were pushed.
        Self { list: words.list, plain: String::from_utf8(words.plain).unwrap_or_default() }
    }

    /// The plain form of a word of this list.
    pub(super) fn plain(&self, word: &Word) -> &str {
        self.plain.get(word.form.0..word.form.1).unwrap_or_default()
    }

    /// Every plain form in order.
    pub(super) fn plains(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|word| self.plain(word))
    }
}

/// Words on the way.
struct Split {
    list: Vec<Word>,
    /// UTF-8; a string only in the end, because letters are pushed by the million.
    plain: Vec<u8>,
}

impl Split {
    /// Adds the ASCII letters from `start` on if they are a whole word, as most are; where it ends.
    fn push_letters(&mut self, text: &str, start: usize) -> Option<usize> {
        let rest = text.as_bytes().get(start..)?;
        let from = self.plain.len();
        self.plain.extend(rest.iter().map(u8::to_ascii_lowercase).take_while(u8::is_ascii_lowercase));
        let length = self.plain.len() - from;
        let ends =
            rest.get(length).is_none_or(|next| next.is_ascii() && *next != b'\'' && !next.is_ascii_digit());
        if length == 0 || !ends {
            self.plain.truncate(from);
            return None;
        }
        let end = start + length;
        if length > LONGEST_WORD {
            self.plain.truncate(from);
        } else {
            self.list.push(Word { start, end, form: (from, self.plain.len()) });
        }
        Some(end)
    }

    /// Adds what begins at `start`, if it is a word; where it ends.
    fn push_next(&mut self, text: &str, start: usize) -> usize {
        let mut chars = text.get(start..).unwrap_or_default().char_indices().peekable();
        let Some((_, first)) = chars.next() else { return text.len() };
        let behind_first = start + first.len_utf8();
        let first = unstyled(first);
        if first == '%' {
            self.push(start, behind_first, "percent");
            return behind_first;
        }
        if !first.is_alphanumeric() {
            return behind_first;
        }
        let mut end = behind_first;
        let (mut last, mut length) = (first, 1);
        while let Some(&(offset, c)) = chars.peek() {
            if is_no_letter(c) {
                // What nobody sees neither ends a word nor belongs to it.
                chars.next();
                continue;
            }
            let behind = start + offset + c.len_utf8();
            let rest = text.get(behind..).unwrap_or_default();
            let next = || rest.chars().find(|c| !is_no_letter(*c));
            let unit_of_number = first.is_ascii_digit() && c.is_alphabetic();
            let full = length >= LONGEST_WORD && !c.is_ascii();
            if unit_of_number || full || !(c.is_alphanumeric() || joins(last, c, next)) {
                break;
            }
            end = behind;
            (last, length) = (c, length + 1);
            chars.next();
        }
        self.push_plain(text, start, end);
        end
    }

    fn push(&mut self, start: usize, end: usize, form: &str) {
        let from = self.plain.len();
        self.plain.extend_from_slice(form.as_bytes());
        self.list.push(Word { start, end, form: (from, self.plain.len()) });
    }

    fn push_plain(&mut self, text: &str, start: usize, end: usize) {
        let Some(source) =
            text.get(start..end).filter(|source| visible(source).chars().count() <= LONGEST_WORD)
        else {
            return;
        };
        let from = self.plain.len();
        let number = source.starts_with(|c: char| c.is_ascii_digit());
        let mixed = !source.is_ascii() && source.contains(|c: char| c.is_ascii_alphabetic());
        for c in source.chars().map(unstyled) {
            match c {
                '’' => self.plain.push(b'\''),
                c if is_no_letter(c) => {}
                c if mixed && !c.is_ascii() => self.push_lower(unmasked(c)),
                ',' if number => {}
                c => self.push_lower(c),
            }
        }
        let plain = self.plain.get(from..).and_then(|plain| str::from_utf8(plain).ok());
        if let Some(bare) = plain.and_then(without_contraction) {
            self.plain.truncate(from + bare);
        }
        self.list.push(Word { start, end, form: (from, self.plain.len()) });
    }

    fn push_lower(&mut self, c: char) {
        for lower in c.to_lowercase() {
            self.plain.extend_from_slice(lower.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

/// Whether `c` between `last` and `next` belongs to the word: an apostrophe between letters, a point, comma
/// or slash between digits.
fn joins(last: char, c: char, next: impl Fn() -> Option<char>) -> bool {
    match c {
        '\'' | '’' => last.is_alphabetic() && next().is_some_and(char::is_alphabetic),
        '.' | ',' | '/' => last.is_ascii_digit() && next().is_some_and(|next| next.is_ascii_digit()),
        _ => false,
    }
}

/// Bytes in front of "'s", "'re" and the like, for "model's" and "we're". The "n't" of a denial stays.
fn without_contraction(plain: &str) -> Option<usize> {
    ["'s", "'re", "'ve", "'ll", "'d", "'m"].iter().find_map(|ending| plain.strip_suffix(ending)).map(str::len)
}

/// Whether a plain form says something by itself. Single letters do not, single digits do.
pub(super) fn is_content(plain: &str) -> bool {
    is_number(plain)
        || (plain.chars().nth(1).is_some()
            && !plain.ends_with("n't")
            && STOP_WORDS.binary_search(&plain).is_err())
}

/// Whether a plain form is written in digits.
pub(super) fn is_number(plain: &str) -> bool {
    plain.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a plain form denies what it stands with.
pub(super) fn denies(plain: &str) -> bool {
    plain.ends_with("n't") || DENIALS.binary_search(&plain).is_ok()
}

/// Sorted. Words that every text has; they tell neither what it is about nor what it says of it.
const STOP_WORDS: &[&str] = &[
    "a",
    "about",
    "all",
    "also",
    "am",
    "an",
    "and",
    "any",
    "are",
    "as",
    "at",
    "be",
    "because",
    "been",
    "being",
    "between",
    "both",
    "but",
    "by",
    "can",
    "could",
    "did",
    "do",
    "does",
    "done",
    "down",
    "during",
    "each",
    "eg",
    "else",
    "etc",
    "for",
    "from",
    "had",
    "has",
    "have",
    "having",
    "he",
    "hence",
    "her",
    "here",
    "his",
    "how",
    "however",
    "i",
    "ie",
    "if",
    "in",
    "into",
    "is",
    "it",
    "its",
    "just",
    "may",
    "me",
    "might",
    "more",
    "most",
    "must",
    "my",
    "no",
    "nor",
    "not",
    "of",
    "off",
    "on",
    "one",
    "only",
    "onto",
    "or",
    "other",
    "our",
    "out",
    "over",
    "own",
    "same",
    "shall",
    "she",
    "should",
    "so",
    "some",
    "such",
    "than",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "therefore",
    "these",
    "they",
    "this",
    "those",
    "through",
    "thus",
    "to",
    "too",
    "two",
    "under",
    "up",
    "us",
    "very",
    "was",
    "we",
    "were",
    "what",
    "when",
    "where",
    "whereas",
    "which",
    "while",
    "who",
    "whom",
    "whose",
    "why",
    "will",
    "with",
    "without",
    "would",
    "you",
    "your",
];

/// Sorted.
const DENIALS: &[&str] = &[
    "cannot", "false", "hardly", "instead", "neither", "never", "no", "nobody", "none", "nor", "not",
    "nothing", "rarely", "unlikely", "without", "wrong",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_a_place_and_a_plain_form() {
        for (text, plain) in [
            ("RAG doesn’t re-train.", vec!["rag", "doesn't", "re", "train"]),
            ("ln 8 = 2.079, so 1,200 of 1/8", vec!["ln", "8", "2.079", "so", "1200", "of", "1/8"]),
            ("the model's, we’re, I'd", vec!["the", "model", "we", "i"]),
            ("300m or 8-bit, GPT4", vec!["300", "m", "or", "8", "bit", "gpt4"]),
            ("6% (e.g. O(n²))", vec!["6", "percent", "e", "g", "o", "n²"]),
            ("'quoted' end'", vec!["quoted", "end"]),
            ("模型 Größe İ", vec!["模型", "große", "i\u{307}"]),
            (
                "zero\u{200b}width so\u{ad}ft Ｗｉｄｅ t\u{043e}ken",
                vec!["zerowidth", "soft", "wide", "token"],
            ),
            ("\u{0}🙂 ... ,,, ''", vec![]),
        ] {
            let words = Words::new(text);
            assert_eq!(words.plains().collect::<Vec<_>>(), plain, "{text}");
            assert!(words.list.iter().all(|word| text.get(word.start..word.end).is_some()), "{text}");
        }
        assert!(Words::new(&"x".repeat(1_000_000)).list.is_empty());
        assert_eq!(Words::new(&"模".repeat(100)).list.len(), 3);
        assert_eq!(Words::new(&format!("{}é", "x".repeat(100))).plains().collect::<Vec<_>>(), ["é"]);
    }

    #[test]
    fn lists_are_sorted() {
        assert!(STOP_WORDS.is_sorted() && DENIALS.is_sorted());
    }

    #[test]
    fn content_and_denial() {
        for (word, content, denial) in [
            ("the", false, false),
            ("7", true, false),
            ("k", false, false),
            ("weights", true, false),
            ("isn't", false, true),
            ("not", false, true),
        ] {
            assert_eq!((is_content(word), denies(word)), (content, denial), "{word}");
        }
    }
}
