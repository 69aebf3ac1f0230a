//! Ids and titles made of what people write.

use std::collections::BTreeSet;

use super::CATALOGUE;

/// An id of more words is tiresome to type.
const MOST_WORDS: usize = 6;
/// Longest id in characters; it is also a file's name.
const LONGEST_ID: usize = 48;
/// Longest title in characters; it has to fit on a line of a list.
const LONGEST_TITLE: usize = 80;

/// Ids that were given out, so that none is given twice.
#[derive(Debug, Default)]
pub struct Names(BTreeSet<String>);

impl Names {
    /// A kebab-case id made of a name or of the first words of a question.
    pub fn fresh(&mut self, name: &str) -> String {
        let id = kebab(name);
        let mut fresh = id.clone();
        for number in 2.. {
            // A file of that name would be read as the catalogue.
            if format!("{fresh}.toml") != CATALOGUE && self.0.insert(fresh.clone()) {
                break;
            }
            fresh = format!("{id}-{number}");
        }
        fresh
    }
}

/// A kebab-case id made of a name or of the first words of a question; always one, if need be "question".
pub fn kebab(name: &str) -> String {
    let ascii = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' };
    // An apostrophe parts no words: what's is whats.
    let plain: String = name.chars().filter(|c| !matches!(c, '\'' | '’')).map(ascii).collect();
    let mut id = String::new();
    for word in plain.split_whitespace().take(MOST_WORDS) {
        if !id.is_empty() && id.len() + 1 + word.len() > LONGEST_ID {
            break;
        }
        if !id.is_empty() {
            id.push('-');
        }
        id.extend(word.chars().take(LONGEST_ID));
    }
    if id.is_empty() { "question".to_owned() } else { id }
}

/// The first sentence of a question, cut between words where it is too long for a list.
pub fn title(question: &str) -> String {
    let line = question.split_whitespace().collect::<Vec<_>>().join(" ");
    let ends = |at: &usize| line[..=*at].ends_with(['?', '.', '!']) && line[*at + 1..].starts_with(' ');
    let end =
        (0..line.len()).filter(|at| line.is_char_boundary(*at) && line.is_char_boundary(*at + 1)).find(ends);
    let sentence = end.map_or(line.as_str(), |end| &line[..=end]);
    let sentence =
        if sentence.chars().count() > LONGEST_TITLE { sentence } else { sentence.trim_end_matches('.') };
    if sentence.chars().count() <= LONGEST_TITLE {
        return sentence.to_owned();
    }
    let cut: String = sentence.chars().take(LONGEST_TITLE - 1).collect();
    let whole = cut.rfind(' ').map_or(cut.as_str(), |blank| &cut[..blank]);
    format!("{}…", whole.trim_end_matches([',', ';', ':']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::parse::is_kebab;

    #[test]
    fn ids_are_kebab_case_and_unique() {
        let mut names = Names::default();
        for (name, id) in [
            ("10.1_TC", "10-1-tc"),
            ("10.1 TC", "10-1-tc-2"),
            ("What's the purpose of Reverse Path Forwarding and more?", "whats-the-purpose-of-reverse-path"),
            ("mistakes", "mistakes-2"),
            ("日本語", "question"),
            ("…", "question-2"),
            (&"x".repeat(90), &"x".repeat(48)),
        ] {
            let found = names.fresh(name);
            assert_eq!(found, id);
            assert!(is_kebab(&found));
        }
    }

    #[test]
    fn titles_are_the_first_sentence() {
        for (question, expected) in [
            ("What is it?  Explain\nin a sentence.", "What is it?"),
            ("State 0.5 of it.", "State 0.5 of it"),
            ("Größe über alles! Warum?", "Größe über alles!"),
        ] {
            assert_eq!(title(question), expected);
        }
        let long = title(&"many words, ".repeat(20));
        assert!(long.chars().count() <= LONGEST_TITLE && long.ends_with("many…"), "{long}");
    }
}
