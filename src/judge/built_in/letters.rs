//! Letters that are not what they look like: invisible ones, wide ones, and those of other scripts.

use std::borrow::Cow;

use icu_normalizer::DecomposingNormalizerBorrowed;

const DECOMPOSING: DecomposingNormalizerBorrowed<'static> = DecomposingNormalizerBorrowed::new_nfkd();

/// Whether a character takes no room: soft hyphens, zero-width joiners and spaces, marks of direction.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

/// Whether a character takes no room within a word: what nobody sees, and strokes and accents on the letter before it.
pub(super) fn is_no_letter(c: char) -> bool {
    is_invisible(c) || matches!(c, '\u{300}'..='\u{36f}')
}

/// As wide as a Chinese character.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{ff01}'..='\u{ff5e}')
}

/// The plain form of a letter or digit in another style, as in "Ｉｇｎｏｒｅ", "𝐢𝐠𝐧𝐨𝐫𝐞" and "ɪɢɴᴏʀᴇ".
pub(super) fn unstyled(c: char) -> char {
    const SMALL_CAPITALS: &str = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡ\0ʏᴢ";
    if c.is_ascii() {
        return c;
    }
    let mut parts = DECOMPOSING.normalize_iter(std::iter::once(c));
    match (parts.next(), parts.next()) {
        // Raised digits are none of the number in front of them.
        (Some(plain), None) if plain.is_ascii_alphabetic() || (plain.is_ascii() && is_wide(c)) => plain,
        _ => {
            SMALL_CAPITALS.chars().zip('a'..='z').find(|(small, _)| *small == c).map_or(c, |(_, plain)| plain)
        }
    }
}

/// The Latin letter that one with an accent is, or that a Cyrillic or Greek one in the midst of Latin letters looks like.
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
    let masked = MASKS.iter().find(|(masks, _)| masks.contains(c)).map(|(_, letter)| *letter);
    let base = || DECOMPOSING.normalize_iter(std::iter::once(c)).next().filter(char::is_ascii_alphabetic);
    masked.or_else(base).unwrap_or(c)
}

/// A text without what nobody sees.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    // What stands between two words, mostly a space, is asked for most often.
    if text.len() == 1 || text.is_ascii() { text.into() } else { text.replace(is_invisible, "").into() }
}
