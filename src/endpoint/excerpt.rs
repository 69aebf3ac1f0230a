//! What a server said, fit to be shown: short, in one line, without control characters, without the key.

use crate::config::ApiKey;

/// Letters of a server's words that a message shows. Enough for the longest helpful error seen (OpenAI's about
/// structured outputs), too few to flood a terminal.
const SHOWN: usize = 300;

/// A key shorter than this would be found in ordinary words, and protects nothing.
const SHORTEST_SECRET: usize = 4;

/// `text` in one line of bounded length without control characters or marks that change the direction of text.
pub(super) fn excerpt(text: &str) -> String {
    let mut shown = String::new();
    let mut letters = 0;
    for word in text.split(|letter: char| letter.is_whitespace() || is_invisible(letter)) {
        if word.is_empty() {
            continue;
        }
        if letters > 0 {
            shown.push(' ');
        }
        for letter in word.chars() {
            if letters == SHOWN {
                shown.push('…');
                return shown;
            }
            shown.push(letter);
            letters += 1;
        }
    }
    shown
}

/// [`excerpt`] of a server's words, in which the key is hidden: some servers repeat what they refuse.
pub(super) fn without_key(text: &str, key: Option<&ApiKey>) -> String {
    match key.map(ApiKey::reveal).filter(|key| key.len() >= SHORTEST_SECRET) {
        Some(key) => excerpt(&text.replace(key, "[key]")),
        None => excerpt(text),
    }
}

fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_one_short_line() {
        assert_eq!(excerpt("  one\n\ttwo \x1b[31mred\x1b[0m\0 "), "one two [31mred [0m");
        assert_eq!(excerpt("a\u{202e}b\u{200b}c"), "a b c");
        assert_eq!(excerpt(""), "");
        let long = excerpt(&"é".repeat(5_000));
        assert_eq!(long.chars().count(), SHOWN + 1);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn the_key_is_hidden() {
        let key = ApiKey::new("sk-123456");
        assert_eq!(without_key("bad key sk-123456!", Some(&key)), "bad key [key]!");
        assert_eq!(without_key("x marks it", Some(&ApiKey::new("x"))), "x marks it");
        assert_eq!(without_key("fine", None), "fine");
    }
}
