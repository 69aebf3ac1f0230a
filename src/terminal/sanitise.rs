//! Text from a model, an answer or a file, made safe to print.
//!
//! A terminal obeys what it is sent: an escape sequence in an answer could clear the screen, rename the
//! window or rewrite a score. Text that a reader cannot see could hide words from them. Both are shown as
//! visible escapes instead; nothing is silently dropped, so that a reader sees that something was there.

use std::borrow::Cow;
use std::fmt::Write as _;

/// `text` with every character that steers a terminal, reorders or hides text shown as `\u{1b}` or the like.
///
/// Line feeds and tabs stay; a carriage return before a line feed goes, as it only says how lines end.
pub fn sanitised(text: &str) -> Cow<'_, str> {
    if is_harmless(text) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    let mut before = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '\r' && characters.peek() == Some(&'\n') {
            continue;
        }
        if is_shown_as_is(character, before) {
            safe.push(character);
        } else {
            // Writing to a String cannot fail.
            let _ = write!(safe, "\\u{{{:x}}}", u32::from(character));
        }
        before = Some(character);
    }
    Cow::Owned(safe)
}

fn is_harmless(text: &str) -> bool {
    let mut before = None;
    text.chars().all(|character| {
        let shown = is_shown_as_is(character, before);
        before = Some(character);
        shown
    })
}

fn is_shown_as_is(character: char, before: Option<char>) -> bool {
    match character {
        '\n' | '\t' => true,
        // Joiners shape emoji families and several scripts; behind plain ASCII they only hide a seam.
        '\u{200c}' | '\u{200d}' => before.is_some_and(|before| !before.is_ascii()),
        _ => !character.is_control() && !is_invisible(character),
    }
}

/// Characters that reorder text or take no space: Unicode's `Bidi_Control` and `Default_Ignorable_Code_Point`,
/// less the variation selectors that choose between text and emoji, plus the line separators.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::sanitised;

    #[test]
    fn what_steers_a_terminal_or_hides_text_is_shown() {
        let table = [
            ("plain text, naïve café 日本語", "plain text, naïve café 日本語"),
            ("two\nlines\tand a tab", "two\nlines\tand a tab"),
            ("windows\r\nline", "windows\nline"),
            ("over\rwritten", "over\\u{d}written"),
            ("\u{1b}[2J\u{1b}[31mred", "\\u{1b}[2J\\u{1b}[31mred"),
            ("\u{1b}]0;title\u{7}", "\\u{1b}]0;title\\u{7}"),
            ("nul\0 bell\u{7} back\u{8} form\u{c}", "nul\\u{0} bell\\u{7} back\\u{8} form\\u{c}"),
            ("delete\u{7f}", "delete\\u{7f}"),
            ("c1 \u{9b}31m next line\u{85}", "c1 \\u{9b}31m next line\\u{85}"),
            ("\u{202e}desrever\u{202c}", "\\u{202e}desrever\\u{202c}"),
            ("\u{2066}isolate\u{2069} \u{200f}mark", "\\u{2066}isolate\\u{2069} \\u{200f}mark"),
            ("zero\u{200b}width\u{feff} word\u{2060}join", "zero\\u{200b}width\\u{feff} word\\u{2060}join"),
            ("soft\u{ad}hyphen", "soft\\u{ad}hyphen"),
            ("tags\u{e0041}\u{e0042}", "tags\\u{e0041}\\u{e0042}"),
            ("ascii\u{200d}joined", "ascii\\u{200d}joined"),
            ("👩\u{200d}💻 ❤\u{fe0f} می\u{200c}خواهم", "👩\u{200d}💻 ❤\u{fe0f} می\u{200c}خواهم"),
            ("line\u{2028}separator", "line\\u{2028}separator"),
        ];
        for (given, expected) in table {
            assert_eq!(sanitised(given), expected, "{given:?}");
        }
    }
}
