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

/// What must not be shown: the key, and what the base URL's query holds, which some providers take for a key.
#[derive(Clone, Default)]
pub(super) struct Secrets(Vec<String>);

impl Secrets {
    /// The secrets of an endpoint, given the values of its base URL's query, as written and as meant.
    pub(super) fn new(key: Option<&ApiKey>, query_values: impl IntoIterator<Item = String>) -> Self {
        let key = key.map(|key| key.reveal().to_owned());
        let mut secrets: Vec<String> =
            key.into_iter().chain(query_values).filter(|secret| secret.len() >= SHORTEST_SECRET).collect();
        // One that is part of another must not break it up before it is found.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self(secrets)
    }

    /// `text` with every secret hidden, and every name and password in a URL.
    pub(super) fn hidden_in(&self, text: &str) -> String {
        let hidden =
            self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "[key]"));
        without_userinfo(&hidden)
    }

    /// [`excerpt`] of a server's words, in which secrets are hidden: some servers repeat what they refuse.
    pub(super) fn excerpt(&self, text: &str) -> String {
        excerpt(&self.hidden_in(text))
    }
}

/// `https://name:password@host` as `https://[key]@host`.
fn without_userinfo(text: &str) -> String {
    const SCHEME_END: &str = "://";
    let mut parts = text.split(SCHEME_END);
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let authority = part.find(|letter: char| letter.is_whitespace() || "/?#\"'<>".contains(letter));
        let authority = &part[..authority.unwrap_or(part.len())];
        shown.push_str(SCHEME_END);
        match authority.rfind('@') {
            Some(at) => shown.extend(["[key]", &part[at..]]),
            None => shown.push_str(part),
        }
    }
    shown
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
    fn secrets_are_hidden() {
        let secrets = |key: Option<&str>, query: &[&str]| {
            Secrets::new(key.map(ApiKey::new).as_ref(), query.iter().map(|value| (*value).to_owned()))
        };
        for (secrets, said, shown) in [
            (secrets(Some("sk-123456"), &[]), "bad key sk-123456!", "bad key [key]!"),
            (secrets(Some("x"), &[]), "x marks it", "x marks it"),
            (
                secrets(None, &["2024-10-21", "abcd"]),
                "no POST /a?v=2024-10-21&k=abcd",
                "no POST /a?v=[key]&k=[key]",
            ),
            (secrets(Some("abcdef"), &["abcd"]), "abcdef abcd", "[key] [key]"),
            (
                secrets(None, &[]),
                "see https://joe:pw@h.example/a?b@c or ftp://x",
                "see https://[key]@h.example/a?b@c or ftp://x",
            ),
            (secrets(None, &[]), "mail a@b.example :// @", "mail a@b.example :// @"),
            (secrets(None, &[]), "fine", "fine"),
        ] {
            assert_eq!(secrets.excerpt(said), shown);
        }
    }
}
