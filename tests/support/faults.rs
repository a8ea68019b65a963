//! Rows of docs/faults.md that a test saw hold: `make faults` makes its table of them.

use std::fmt::Display;
use std::fs::OpenOptions;
use std::io::Write;

use serde_json::json;

/// A row held: what was seen, and the figure that was measured. Say it last, after the invariants.
pub fn held(row: &str, seen: impl Display, figure: impl Display) {
    let line = json!({ "row": row, "seen": seen.to_string(), "figure": figure.to_string() });
    eprintln!("fault {line}");
    let Some(path) = std::env::var_os("PARLOUR_FAULTS") else {
        return;
    };
    // One write of a whole line: several processes append to it.
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .unwrap();
    file.write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// A duration as a figure: `12 ms`, `3.4 s`.
pub fn took(duration: std::time::Duration) -> String {
    match duration.as_millis() {
        ms @ 0..1_000 => format!("{ms} ms"),
        _ => format!("{:.1} s", duration.as_secs_f64()),
    }
}
