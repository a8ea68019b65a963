//! Dependencies point down only: no folder of `src/` names one above it, and the libraries in waiting
//! (`otp`, `janus`) hold no word of what is built on them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// What everything but `otp` may name.
const BASE: [&str; 8] = [
    "addresses",
    "config",
    "files",
    "metrics",
    "names",
    "sdp",
    "secret",
    "turn",
];

/// Each part of the crate, and what it may name beside itself and the base.
const LAYERS: [(&str, &[&str]); 8] = [
    ("otp", &[]),
    ("janus", &[]),
    ("gateway", &["janus", "otp"]),
    ("rooms", &["otp"]),
    ("tokens", &["rooms"]),
    ("calls", &["gateway", "rooms", "otp"]),
    ("phoenix", &["calls", "tokens", "rooms", "otp"]),
    ("http", &["phoenix", "calls", "tokens", "rooms", "otp"]),
];

/// The base among itself: what each of its modules may name.
const WITHIN_BASE: [(&str, &[&str]); 8] = [
    ("addresses", &[]),
    ("files", &[]),
    ("names", &[]),
    ("metrics", &[]),
    ("secret", &["names"]),
    ("sdp", &["names"]),
    ("turn", &["secret"]),
    ("config", &["sdp", "secret", "turn"]),
];

/// At the top: they put everything together.
const TOP: [&str; 5] = ["system", "main", "lib", "cli", "qr"];

/// Words that may not stand in a folder, not even in its comments.
const FOREIGN_WORDS: [(&str, &[&str]); 2] = [
    (
        "otp",
        &["participant", "browser", "phoenix", "janus", "room"],
    ),
    ("janus", &["participant", "browser", "phoenix", "presence"]),
];

fn may_name(part: &str) -> Option<Vec<&'static str>> {
    if let Some((_, below)) = WITHIN_BASE.iter().find(|(name, _)| *name == part) {
        return Some(below.to_vec());
    }
    let (name, below) = LAYERS.iter().find(|(name, _)| *name == part)?;
    let base: &[&str] = if *name == "otp" { &[] } else { &BASE };
    Some([below, base].concat())
}

/// A file's code without its comments.
fn code(text: &str) -> String {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines
        .map(|line| line.split(" // ").next().unwrap_or_default().to_owned() + "\n")
        .collect()
}

/// What stands behind `crate::` or enough `super::` to leave the file's part: the parts it names.
///
/// `depth` is how many modules deep the file is: 1 for `src/otp/mod.rs` and `src/secret.rs`.
fn named_parts(text: &str, depth: usize) -> Vec<String> {
    let code = code(text);
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        found.extend(heads(&code[at + "crate::".len()..]));
    }
    let up = "super::".repeat(depth);
    for (at, _) in code.match_indices(&up) {
        let before = &code[..at];
        if !before.ends_with("super::") {
            let rest = code[at..].trim_start_matches("super::");
            let known = |name: &String| may_name(name).is_some() || TOP.contains(&name.as_str());
            found.extend(heads(rest).into_iter().filter(known));
        }
    }
    found
}

/// The first names of a path: one, or those of a list in braces. A macro of the crate is none.
fn heads(path: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let Some(list) = path.strip_prefix('{') else {
        let head = name(path);
        let is_macro = path[head.len()..].starts_with('!');
        return if is_macro { Vec::new() } else { vec![head] };
    };
    let (mut depth, mut heads, mut item) = (0, Vec::new(), String::new());
    for c in list.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.push(std::mem::take(&mut item)),
            _ if depth == 0 => item.push(c),
            _ => {}
        }
    }
    heads.push(item);
    let heads = heads.iter().map(|item| name(item.trim()));
    heads.filter(|head| !head.is_empty()).collect()
}

/// What is wrong with a file of a part; nothing, if all it names is below it.
fn upward(part: &str, depth: usize, text: &str) -> Vec<String> {
    let allowed =
        may_name(part).unwrap_or_else(|| panic!("`{part}` has no place among the layers"));
    let named = named_parts(text, depth);
    let wrong = named
        .into_iter()
        .filter(|name| name != part && !allowed.contains(&name.as_str()));
    wrong.map(|name| format!("{part} names {name}")).collect()
}

fn foreign_words(part: &str, text: &str) -> Vec<String> {
    let words = FOREIGN_WORDS.iter().find(|(name, _)| *name == part);
    let words = words.map(|(_, words)| *words).unwrap_or_default();
    let text = text.to_lowercase();
    words
        .iter()
        .filter(|word| text.contains(**word))
        .map(|word| format!("{part} says `{word}`"))
        .collect()
}

/// Every source file: its part, its depth, its path.
fn sources() -> Vec<(String, usize, PathBuf)> {
    fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, into);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                into.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    let source = |file: PathBuf| {
        let below = file.strip_prefix(&root).unwrap().with_extension("");
        let modules: Vec<String> = below
            .iter()
            .map(|name| name.to_str().unwrap().to_owned())
            .collect();
        let is_mod = modules.last().is_some_and(|name| name == "mod");
        (
            modules[0].clone(),
            modules.len() - usize::from(is_mod),
            file,
        )
    };
    files.into_iter().map(source).collect()
}

#[test]
fn no_part_names_one_above_it() {
    let sources = sources();
    for (part, _) in LAYERS.iter().chain(&WITHIN_BASE) {
        assert!(
            sources.iter().any(|(of, ..)| of == part),
            "there is no `{part}` any more"
        );
    }
    let wrong: Vec<String> = sources
        .iter()
        .filter(|(part, ..)| !TOP.contains(&part.as_str()))
        .flat_map(|(part, depth, file)| {
            let text = fs::read_to_string(file).unwrap();
            let place = |what| format!("{}: {what}", file.display());
            upward(part, *depth, &text)
                .into_iter()
                .map(place)
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "upward dependencies:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_libraries_in_waiting_hold_no_word_of_what_is_built_on_them() {
    let wrong: Vec<String> = sources()
        .iter()
        .flat_map(|(part, _, file)| {
            let text = fs::read_to_string(file).unwrap();
            let place = |what| format!("{}: {what}", file.display());
            foreign_words(part, &text)
                .into_iter()
                .map(place)
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(wrong.is_empty(), "foreign words:\n{}", wrong.join("\n"));
}

#[test]
fn the_checker_finds_what_it_is_for() {
    let upwards = [
        "use crate::phoenix::frame;",
        "fn f() -> crate::phoenix::Frame {}",
        "use crate::{names::Mid, phoenix::{frame, topic}};",
        "pub use super::super::phoenix::frame;",
        "mod tests { use super::super::super::phoenix; }",
    ];
    for text in upwards {
        assert_eq!(upward("rooms", 2, text), ["rooms names phoenix"], "{text}");
    }
    let fine = [
        "use crate::names::Mid;\nuse crate::otp::{Down, cast};\nuse crate::rooms::state;",
        "use super::phoenix;",
        "//! [`x`](crate::phoenix)",
        "let x = 1; // as crate::phoenix does",
        "crate::monitored!(Room);",
        "use othercrate::phoenix;",
    ];
    for text in fine {
        assert_eq!(upward("rooms", 2, text), [""; 0], "{text}");
    }
    assert_eq!(
        upward("otp", 2, "use crate::names::Mid;"),
        ["otp names names"]
    );
    assert_eq!(
        upward("names", 1, "use crate::sdp::Sdp;"),
        ["names names sdp"]
    );
    assert_eq!(
        upward("calls", 2, "use crate::janus::client;"),
        ["calls names janus"]
    );
    assert_eq!(
        upward("rooms", 2, "use crate::brand_new::X;"),
        ["rooms names brand_new"]
    );
    assert_eq!(foreign_words("otp", "/// A Room's"), ["otp says `room`"]);
    assert_eq!(foreign_words("rooms", "/// A Room's"), [""; 0]);
}
