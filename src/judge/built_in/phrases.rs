//! Lists of phrases, all looked for at once.

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// Phrases of whole words, with a space at both ends, as they stand in words joined by spaces.
pub(super) struct Phrases(AhoCorasick);

impl Phrases {
    /// The search for any of them.
    ///
    /// # Panics
    ///
    /// When the phrases are too many for a table; they are all in this program.
    #[allow(clippy::expect_used, reason = "the lists are constants, and a test builds each")]
    pub(super) fn new(phrases: &[&str]) -> Self {
        let built = AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(phrases);
        Self(built.expect("a few dozen phrases make a table"))
    }

    /// Whether one of them is in a text.
    pub(super) fn are_in(&self, joined: &str) -> bool {
        self.0.is_match(joined)
    }
}

/// Words with a space around each, as phrases are looked for.
pub(super) fn joined(plains: &[&str]) -> String {
    let mut joined = String::with_capacity(plains.iter().map(|plain| plain.len() + 1).sum::<usize>() + 1);
    joined.push(' ');
    for plain in plains {
        joined.push_str(plain);
        joined.push(' ');
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_found_as_whole_words() {
        let phrases = Phrases::new(&[" new rubric ", " end of answer "]);
        for (words, found) in [
            (&["the", "new", "rubric", "says"][..], true),
            (&["new", "rubric"], true),
            (&["renew", "rubric"], false),
            (&["end", "of", "answers"], false),
            (&[], false),
        ] {
            assert_eq!(phrases.are_in(&joined(words)), found, "{words:?}");
        }
    }
}
