//! A text as a QR code that a phone reads off a terminal.

use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};

/// Black on white by their numbers among 256 colours: themes change the first 16, and a code that is
/// light on dark is not read by every phone.
const BLACK_ON_WHITE: &str = "\x1b[38;5;16;48;5;231m";
const RESET: &str = "\x1b[0m";

/// The code in half blocks, two rows of it a line, with its margin. None if it does not fit into one.
pub(crate) fn on_terminal(text: &str) -> Option<String> {
    // A screen does not get dirty: the lowest level of correction gives the smallest code.
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let image = code.render::<Dense1x2>().build();
    let line = |line| format!("{BLACK_ON_WHITE}{line}{RESET}\n");
    Some(image.lines().map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The dark modules, row by row, as a terminal shows them.
    fn shown(image: &str) -> Vec<Vec<bool>> {
        let mut rows = Vec::new();
        for line in image.lines() {
            let line = line.strip_prefix(BLACK_ON_WHITE).unwrap();
            let line = line.strip_suffix(RESET).unwrap();
            let half = |dark: [char; 2]| line.chars().map(|c| dark.contains(&c)).collect();
            rows.push(half(['▀', '█']));
            rows.push(half(['▄', '█']));
        }
        rows
    }

    #[test]
    fn it_shows_the_code_and_a_margin_of_four() {
        let url = "https://192.0.2.107:4000/r/tea";
        let rows = shown(&on_terminal(url).unwrap());
        let code = QrCode::with_error_correction_level(url, EcLevel::L).unwrap();
        let width = code.width();
        assert!(rows.iter().all(|row| row.len() == width + 8));
        for (y, row) in rows.iter().enumerate() {
            for (x, dark) in row.iter().enumerate() {
                let inside = (4..width + 4).contains(&x) && (4..width + 4).contains(&y);
                let wanted = inside && code[(x - 4, y - 4)] == qrcode::Color::Dark;
                assert_eq!(*dark, wanted, "{x} {y}");
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_none() {
        assert!(on_terminal(&"x".repeat(3000)).is_none());
    }
}
