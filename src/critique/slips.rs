//! A text within another one, but for a few letters.
//!
//! The dynamic programme of Sellers 1980, "The theory and computation of evolutionary distances: Pattern recognition":
//! a row of edit distances for each letter of the longer text, each with the place where its match began. Crates for
//! edit distances compare whole texts; the place of a match is what is asked for here.

/// One letter in so many may be another, missing or too much ...
const LETTERS_A_SLIP: usize = 12;
/// ... and never more than this: further off, it is another sentence.
const MOST_SLIPS: usize = 3;
/// Longer quotations are found as they are or not at all; the search takes the product of both lengths.
const LONGEST: usize = 1_000;

/// The bytes of `text` that are nearest to `wanted`, if it is near enough. Negations are no slips: what is found
/// has as many of them as what is looked for.
pub(super) fn find(text: &str, wanted: &str) -> Option<(usize, usize)> {
    let letters: Vec<char> = wanted.chars().collect();
    let most = (letters.len() / LETTERS_A_SLIP).min(MOST_SLIPS);
    if most == 0 || letters.len() > LONGEST {
        return None;
    }
    // For each length of a beginning of `wanted`: the least edits to it, and where the match with so few begins.
    let mut row: Vec<(usize, usize)> = (0..=letters.len()).map(|edits| (edits, 0)).collect();
    let mut best: Option<(usize, usize, usize)> = None;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let mut diagonal = row[0];
        row[0] = (0, end);
        for (place, letter) in letters.iter().enumerate() {
            let other = (diagonal.0 + usize::from(*letter != c), diagonal.1);
            let missing = (row[place].0 + 1, row[place].1);
            let extra = (row[place + 1].0 + 1, row[place + 1].1);
            diagonal = row[place + 1];
            row[place + 1] =
                [other, extra, missing].into_iter().min_by_key(|(edits, _)| *edits).unwrap_or(other);
        }
        let (edits, from) = row[letters.len()];
        if edits <= most && best.is_none_or(|(least, ..)| edits < least) {
            best = Some((edits, from, end));
        }
    }
    let (_, from, to) = best?;
    (negations(text.get(from..to)?) == negations(wanted)).then_some((from, to))
}

fn negations(text: &str) -> usize {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'');
    words
        .filter(|word| {
            matches!(*word, "no" | "not" | "never" | "without" | "cannot") || word.ends_with("n't")
        })
        .count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_few_letters_may_differ() {
        let text = "the kv cache grows with the length; it does not grow with the vocabulary.";
        for (wanted, found) in [
            ("the kv cache grows with the lenght", Some("the kv cache grows with the lengt")),
            ("kv cach grows with the length", Some("kv cache grows with the length")),
            ("it does grow with the vocabulary", None),
            ("it doesnt not grow with the vocabulary", Some("it does not grow with the vocabulary")),
            ("the cache shrinks with the length", None),
            ("short", None),
            ("", None),
        ] {
            assert_eq!(find(text, wanted).map(|(from, to)| &text[from..to]), found, "{wanted}");
        }
    }

    proptest! {
        #[test]
        fn what_is_found_is_a_slice(text in "[a-cä模 ]{0,60}", wanted in "[a-cä模 ]{0,30}") {
            if let Some((from, to)) = find(&text, &wanted) {
                prop_assert!(text.get(from..to).is_some());
            }
        }

        #[test]
        fn one_wrong_letter_in_a_dozen_is_found(text in "[a-m ]{30,60}", at in 0usize..20) {
            let wanted: String = text.chars().skip(5).take(24).enumerate().map(|(i, c)| if i == at { 'z' } else { c }).collect();
            prop_assert!(find(&text, &wanted).is_some());
        }
    }
}
