//! Texts as lint compares them: their words, and what is left of them without the words that say nothing.

/// `text` in lower case with straight apostrophes, for [`words`].
pub(super) fn lowered(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(|c| if c == '’' { '\'' } else { c }).collect()
}

/// The words of a lowered text; "read-only", "don't" and `d_k` stay whole.
pub(super) fn words(lowered: &str) -> Vec<&str> {
    lowered
        .split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '-' | '_')))
        .map(|word| word.trim_matches(['\'', '-']))
        .filter(|word| !word.is_empty())
        .collect()
}

/// How many words a text has.
pub(super) fn count(text: &str) -> usize {
    text.split_whitespace().count()
}

/// Whether a word is written in digits.
pub(super) fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

/// A word without the ending of a plural or of the third person, which two texts that say the same may not share.
pub(super) fn bare(word: &str) -> &str {
    word.strip_suffix('s').filter(|bare| bare.len() > 2 && !bare.ends_with('s')).unwrap_or(word)
}

/// The words of a text that carry what it says, in order. Denials, numbers and words such as "only" stay,
/// because they change it; words that only say how well or how much do not.
pub(super) fn essence(text: &str) -> Vec<String> {
    let lowered = lowered(text);
    let kept = words(&lowered).into_iter().filter(|word| !is_stop(word) && !is_degree(word));
    kept.map(|word| bare(word).to_owned()).collect()
}

/// Whether a lowered word is one that every text has.
pub(super) fn is_stop(word: &str) -> bool {
    STOP.binary_search(&word).is_ok()
}

/// Whether a lowered word only says how well or how much.
pub(super) fn is_degree(word: &str) -> bool {
    DEGREE.binary_search(&word).is_ok()
}

/// The sentences of a text. A full stop ends one where white space and a capital letter follow, unless
/// the word in front of it is an abbreviation.
pub(super) fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(['.', '!', '?']) {
        let (before, behind) = (&text[start..at], &text[at + 1..]);
        let behind_quote = behind.trim_start_matches(['"', '”', '\'', '’', ')']);
        let next = behind_quote.trim_start();
        let is_end = next.len() < behind_quote.len() && next.starts_with(char::is_uppercase);
        if is_end && !ends_abbreviated(before) {
            let end = text.len() - behind_quote.len();
            found.push(text[start..end].trim());
            start = end;
        }
    }
    let rest = text[start..].trim();
    if !rest.is_empty() {
        found.push(rest);
    }
    found
}

/// Whether a text ends with an abbreviation or a single letter, whose full stop ends no sentence.
fn ends_abbreviated(text: &str) -> bool {
    let last = text.rsplit([' ', '(']).next().unwrap_or_default().to_lowercase();
    ABBREVIATIONS.contains(&last.as_str())
        || last.chars().count() == 1 && last.chars().all(char::is_alphabetic)
}

const ABBREVIATIONS: [&str; 11] =
    ["e.g", "i.e", "eg", "ie", "etc", "vs", "al", "cf", "fig", "approx", "resp"];

/// Sorted. Words that every text has. No denials here, and nothing that counts or joins: "one or the other"
/// is not "one and the other".
const STOP: [&str; 35] = [
    "a", "about", "also", "an", "are", "as", "at", "be", "by", "for", "from", "has", "have", "in", "into",
    "is", "it", "its", "of", "on", "that", "the", "their", "them", "there", "these", "they", "this", "those",
    "to", "was", "were", "which", "who", "with",
];

/// Sorted. Words that say how well or how much, and nothing that two readers would check alike.
const DEGREE: [&str; 47] = [
    "adequate",
    "adequately",
    "better",
    "brief",
    "briefly",
    "clear",
    "clearer",
    "clearly",
    "complete",
    "completely",
    "correctly",
    "deeply",
    "detailed",
    "excellently",
    "extremely",
    "fairly",
    "full",
    "fully",
    "good",
    "great",
    "greatly",
    "highly",
    "largely",
    "mainly",
    "moderately",
    "mostly",
    "nicely",
    "partially",
    "partly",
    "perfectly",
    "poorly",
    "pretty",
    "properly",
    "quite",
    "rather",
    "really",
    "reasonably",
    "roughly",
    "simply",
    "slightly",
    "solidly",
    "somewhat",
    "strongly",
    "superficially",
    "thoroughly",
    "very",
    "well",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        assert!(STOP.is_sorted());
        assert!(DEGREE.is_sorted());
    }

    #[test]
    fn words_keep_hyphens_and_apostrophes() {
        let lowered = lowered("It’s Read-only: 3.5 GB, d_k isn't - 'one'.");
        assert_eq!(words(&lowered), ["it's", "read-only", "3", "5", "gb", "d_k", "isn't", "one"]);
    }

    #[test]
    fn the_essence_keeps_what_changes_the_meaning() {
        assert_eq!(essence("Explains the cause very clearly."), essence("explains causes well"));
        assert_ne!(essence("Explains the cause."), essence("Does not explain the cause."));
        assert_ne!(essence("Names the cause or the cure."), essence("Names the cause and the cure."));
        assert_ne!(essence("Names one of the causes."), essence("Names two of the causes."));
        assert_ne!(essence("Names the cost."), essence("Names the cost only."));
    }

    #[test]
    fn sentences_end_at_stops_and_not_at_abbreviations() {
        for (text, number) in [
            ("One sentence.", 1),
            ("No stop", 1),
            ("First. Second! Third?", 3),
            ("Tools, e.g. Python, or Vaswani et al. 2017 and J. Doe.", 1),
            ("It says \"stop.\" Then more.", 2),
            ("About 3.5 GB in bf16.", 1),
            ("", 0),
        ] {
            assert_eq!(sentences(text).len(), number, "{text}");
        }
    }
}
