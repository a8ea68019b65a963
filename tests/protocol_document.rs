//! docs/protocol.md says what the source does: every event both ways, and every rate.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// A file's code up to its tests, in one line.
fn source(path: &str) -> String {
    let text = read(path);
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let flat = code.split_whitespace().collect::<Vec<_>>().join(" ");
    flat.replace("( ", "(").replace("[ ", "[")
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = text
        .split_once(from)
        .unwrap_or_else(|| panic!("no {from:?}"));
    rest.split_once(to)
        .unwrap_or_else(|| panic!("no {to:?} behind it"))
        .0
}

fn section<'a>(document: &'a str, title: &str) -> &'a str {
    between(document, &format!("\n## {title}\n"), "\n## ")
}

/// The string literals of a piece of code.
fn literals(code: &str) -> Vec<&str> {
    code.split('"').skip(1).step_by(2).collect()
}

#[test]
fn every_event_of_the_browser_has_its_chapter_and_no_other_has() {
    let channel = source("src/phoenix/channel.rs");
    let request = between(&channel, "Ok(match event {", "_ => return");
    let mut understood = literals(request);
    let document = read("docs/protocol.md");
    let chapters = section(&document, "From the browser").lines();
    let headings = chapters.filter_map(|line| line.strip_prefix("### "));
    let mut described: Vec<&str> = headings
        .flat_map(|line| line.split(", "))
        .map(|name| name.trim_matches('`'))
        .collect();
    understood.sort_unstable();
    described.sort_unstable();
    assert_eq!(understood, described);
}

#[test]
fn every_event_to_the_browser_is_in_the_table() {
    let events = source("src/phoenix/events.rs");
    let session = source("src/phoenix/session.rs");
    // A name stands before a payload; a key before its value, and that behind a colon.
    let parts: Vec<&str> = events.split('"').collect();
    let names = parts.windows(3).step_by(2);
    let named = names.filter(|around| !around[0].ends_with(": ") && around[2].starts_with(','));
    let mut said: Vec<&str> = named.map(|around| around[1]).collect();
    if session.contains("\"phx_close\"") {
        said.push("phx_close");
    }
    said.sort_unstable();
    said.dedup();
    let document = read("docs/protocol.md");
    let rows = section(&document, "To the browser")
        .lines()
        .filter_map(|l| l.strip_prefix("| `"));
    let cells = rows.map(|row| row.split(" | ").next().unwrap_or_default());
    let mut described: Vec<&str> = cells
        .flat_map(|cell| cell.split(", "))
        .map(|name| name.trim_matches('`'))
        .collect();
    described.sort_unstable();
    assert_eq!(said, described);
}

#[test]
fn the_rates_are_those_of_the_source() {
    let limits = source("src/phoenix/limits.rs");
    let (all, buckets) = (
        between(&limits, "const FRAMES: (u32, u32) = (", ")"),
        between(&limits, "= [(&[", "]; /// All frames"),
    );
    let mut rates = vec![format!(
        "| all frames together | {} |",
        all.replace(", ", " | ")
    )];
    for bucket in buckets.split("(&[") {
        let names: Vec<String> = literals(bucket)
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        let numbers = between(bucket, "], ", ")").replace(", ", " | ");
        if !names.is_empty() {
            rates.push(format!("| {} | {numbers} |", names.join(", ")));
        }
    }
    let document = read("docs/protocol.md");
    let table = section(&document, "How much").lines();
    let rows: Vec<&str> = table.filter(|line| line.starts_with('|')).skip(2).collect();
    assert_eq!(rows, rates);
}
