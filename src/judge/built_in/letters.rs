//! Letters that are not what they look like: invisible ones, wide ones, and those of other scripts.

use std::borrow::Cow;

/// Whether a character takes no room: soft hyphens, zero-width joiners and spaces, marks of direction.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

/// The plain form of a character as wide as a Chinese one, as in "Ｉｇｎｏｒｅ".
pub(super) fn unwidened(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    }
}

/// The Latin letter that a Cyrillic or Greek one in the midst of Latin letters looks like.
pub(super) fn unmasked(c: char) -> char {
    const MASKS: &[(&str, char)] = &[
        ("аАα", 'a'),
        ("еЕε", 'e'),
        ("оОοΟ", 'o'),
        ("рРρ", 'p'),
        ("сС", 'c'),
        ("уУ", 'y'),
        ("хХ", 'x'),
        ("іІι", 'i'),
        ("ѕЅ", 's'),
        ("ԁ", 'd'),
        ("һ", 'h'),
        ("кКκ", 'k'),
        ("мМ", 'm'),
        ("тТτ", 't'),
        ("ԛ", 'q'),
        ("вВ", 'b'),
        ("нН", 'h'),
        ("νѵ", 'v'),
        ("ɡ", 'g'),
        ("ј", 'j'),
        ("ӏ", 'l'),
        ("ո", 'n'),
    ];
    MASKS.iter().find(|(masks, _)| masks.contains(c)).map_or(c, |(_, letter)| *letter)
}

/// A text without what nobody sees.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    // What stands between two words, mostly a space, is asked for most often.
    if text.len() == 1 || text.is_ascii() { text.into() } else { text.replace(is_invisible, "").into() }
}
