//! docs/protocol.md says what the source does: every event both ways, and every rate. Its schema names
//! the same events.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

use std::fs;
use std::path::Path;

use serde_json::Value;

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

/// The events of the browser that have a chapter, sorted.
fn chapters(document: &str) -> Vec<&str> {
    let lines = section(document, "From the browser").lines();
    let headings = lines.filter_map(|line| line.strip_prefix("### "));
    names(headings)
}

/// The events to the browser that have a row, sorted.
fn rows(document: &str) -> Vec<&str> {
    let rows = section(document, "To the browser")
        .lines()
        .filter_map(|l| l.strip_prefix("| `"));
    names(rows.map(|row| row.split(" | ").next().unwrap_or_default()))
}

/// What each of these texts lists, sorted.
fn names<'a>(lists: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let names = lists.flat_map(|list| list.split(", "));
    let mut names: Vec<&str> = names.map(|name| name.trim_matches('`')).collect();
    names.sort_unstable();
    names
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
    understood.sort_unstable();
    assert_eq!(understood, chapters(&read("docs/protocol.md")));
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
    assert_eq!(said, rows(&read("docs/protocol.md")));
}

#[test]
fn the_schema_names_the_events_of_the_document_and_no_other() {
    let schema: Value = serde_json::from_str(&read("docs/protocol.schema.json")).unwrap();
    let in_schema = |map: &str| {
        let members = schema["$defs"][map]["properties"].as_object().unwrap();
        names(members.keys().map(String::as_str))
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let document = read("docs/protocol.md");
    assert_eq!(in_schema("Requests"), chapters(&document));
    assert_eq!(in_schema("Events"), rows(&document));
    let (_, reserved) = document.split_once("\n## Reserved\n").unwrap();
    let events = between(reserved, "- Events to the browser: ", ".\n");
    assert_eq!(in_schema("ReservedEvents"), names([events].into_iter()));
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
        let numbers = between(bucket, "], ", ")").trim_end_matches([',', ' ']);
        let numbers = numbers.replace(", ", " | ");
        if !names.is_empty() {
            rates.push(format!("| {} | {numbers} |", names.join(", ")));
        }
    }
    let document = read("docs/protocol.md");
    let table = section(&document, "How much").lines();
    let rows: Vec<&str> = table.filter(|line| line.starts_with('|')).skip(2).collect();
    assert_eq!(rows, rates);
}
