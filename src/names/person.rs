//! What people may call themselves. Pure.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// Most characters, as people count them.
const MAX_GRAPHEMES: usize = 64;
/// Most bytes.
const MAX_BYTES: usize = 256;

/// Checks a name and writes it anew: NFC, without blanks around. HTML is kept: it is drawn as text.
///
/// Errors: what is wrong with it; nothing but blanks, too long, control characters, line ends, and what
/// turns the direction of text or cannot be seen.
pub fn check(name: &str) -> Result<String, &'static str> {
    if name.len() > MAX_BYTES * 4 {
        return Err("the name is too long");
    }
    if name.chars().any(is_unwanted) {
        return Err("the name holds a character it may not");
    }
    let name: String = name.trim().nfc().collect();
    if name.is_empty() {
        return Err("the name is blank");
    }
    if name.len() > MAX_BYTES || name.graphemes(true).count() > MAX_GRAPHEMES {
        return Err("the name is too long");
    }
    Ok(name)
}

/// Control characters, line and paragraph ends, directions, and marks without width; but for those
/// that join emoji and letters.
pub fn is_unwanted(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_people_pass() {
        for name in [
            "Ann",
            "Zoë",
            "<b>Ann</b>",
            "👩‍👩‍👧",
            "Аlice",
            "李雷",
            "a".repeat(64).as_str(),
        ] {
            assert!(check(name).is_ok(), "{name}");
        }
        assert_eq!(check(" e\u{301} ").unwrap(), "é");
    }

    #[test]
    fn what_hides_or_turns_text_is_refused() {
        for name in [
            "",
            "  ",
            "a\nb",
            "a\0",
            "\u{1b}[2J",
            "a\u{202e}b",
            "a\u{200b}",
            "a\u{85}",
            "a\u{2028}",
        ] {
            assert!(check(name).is_err(), "{name:?}");
        }
        assert!(check(&"a".repeat(65)).is_err());
        assert!(check(&"a".repeat(10_000)).is_err());
        assert!(check(&format!("a{}", "\u{301}".repeat(200))).is_err());
    }
}
