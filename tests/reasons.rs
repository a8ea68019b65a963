//! The closed list of reasons: every word that the source can say stands in the table of
//! `docs/protocol.md`, with the places where it is said, and the table holds no other.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Where words are said, as the table calls it.
const PLACES: [&str; 4] = ["reply", "stop_call", "phx_close", "HTTP"];

/// Endings that are no failure: of the log and the metric `downs_total` only.
const ORDERLY: [&str; 2] = ["normal", "shutdown"];

/// What only a probe of the gateway finds: it ends no call, and answers no request.
const OF_PROBES: [&str; 1] = ["janus_unfit"];

type Words = BTreeMap<String, BTreeSet<&'static str>>;

/// The code of a file in one line, without comments and without its tests; nothing stands between a
/// bracket and what it opens.
fn code(text: &str) -> String {
    let lines = text
        .lines()
        .take_while(|line| !line.starts_with("#[cfg(test)]"));
    let lines = lines.filter(|line| !line.trim_start().starts_with("//"));
    let words = lines.flat_map(|line| {
        let code = line.split(" // ").next().unwrap_or_default();
        code.split_whitespace()
    });
    let flat: Vec<&str> = words.collect();
    flat.join(" ").replace("( ", "(")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every source file but those of tests: where it is below `src/`, and its code.
fn sources() -> Vec<(String, String)> {
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
    let mut files = Vec::new();
    walk(&root().join("src"), &mut files);
    let name = |file: &Path| {
        file.strip_prefix(root().join("src"))
            .unwrap()
            .display()
            .to_string()
    };
    files
        .iter()
        .map(|file| (name(file), code(&fs::read_to_string(file).unwrap())))
        .filter(|(name, _)| !name.contains("tests"))
        .collect()
}

/// What stands between the bracket at the beginning of `text` and the one that closes it.
fn within(text: &str, open: char, close: char) -> &str {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
            if depth == 0 {
                return &text[..at];
            }
        }
    }
    panic!("a bracket is not closed: {text:.80}");
}

/// The string literals of a piece of code, in order.
fn literals(code: &str) -> Vec<&str> {
    code.split('"').skip(1).step_by(2).collect()
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

/// The literals of every function of this name: its body is read.
fn of_function(code: &str, name: &str) -> Vec<String> {
    let starts = code.match_indices(name);
    let bodies = starts.map(|(at, _)| {
        let body = code[at..].find('{').unwrap();
        within(&code[at + body..], '{', '}')
    });
    bodies.flat_map(literals).map(str::to_owned).collect()
}

/// The literals in the arguments of every call of this function.
fn of_calls(code: &str, name: &str) -> Vec<String> {
    let starts = code.match_indices(name);
    let arguments = starts.map(|(at, _)| within(&code[at + name.len() - 1..], '(', ')'));
    arguments.flat_map(literals).map(str::to_owned).collect()
}

/// The first literal behind each of these texts, if it follows at once.
fn behind(code: &str, text: &str) -> Vec<String> {
    let found = code.match_indices(text);
    let behind = found.filter_map(|(at, _)| code[at + text.len()..].trim_start().strip_prefix('"'));
    behind
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect()
}

/// Every word that the source can say, and where.
fn said(sources: &[(String, String)]) -> Words {
    let mut words = Words::new();
    let mut note = |found: Vec<String>, places: &[&'static str]| {
        for word in found.into_iter().filter(|word| !word.is_empty()) {
            assert!(is_word(&word), "not a word of the wire: {word:?}");
            if OF_PROBES.contains(&word.as_str()) {
                words.entry(word).or_default().insert("HTTP");
            } else if !ORDERLY.contains(&word.as_str()) {
                words.entry(word).or_default().extend(places);
            }
        }
    };
    for (file, code) in sources {
        let places: &[_] = match file.as_str() {
            // what fails a call on the gateway also ends it
            "gateway/mod.rs" => &["reply", "stop_call"],
            _ => &["reply"],
        };
        note(of_function(code, "fn reason(&self)"), places);
        note(of_function(code, "fn word(self)"), &["stop_call"]);
        note(behind(code, "(\"reason\","), &["reply"]);
        if file.starts_with("calls/") || file.starts_with("rooms/") {
            for ends in [".fail(", ".end(", ".end_any(", ".end_all("] {
                note(of_calls(code, ends), &["stop_call"]);
            }
        }
        note(behind(code, "DownReason::Failed("), &["stop_call"]);
        if file.starts_with("calls/") {
            // how Health says that the gateway is away
            note(behind(code, "reason:"), &["HTTP"]);
        } else if file.starts_with("rooms/") {
            note(behind(code, "reason:"), &["phx_close"]);
        } else {
            note(behind(code, "reason:"), &[]);
        }
        if file.starts_with("http/") {
            let refusals = code.match_indices("(\"").filter_map(|(at, _)| {
                let is_call = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
                let (word, rest) = code[at + 2..].split_once('"')?;
                (!is_call && rest.starts_with(',') && is_word(word)).then(|| word.to_owned())
            });
            note(refusals.collect(), &["HTTP"]);
            let somes = behind(code, "Some(").into_iter();
            note(somes.filter(|word| is_word(word)).collect(), &["HTTP"]);
            note(behind(code, ".refused("), &["HTTP"]);
        }
    }
    words
}

/// The words of the table, and where they are said by it.
fn documented(document: &str) -> Words {
    let (_, section) = document
        .split_once("\n## Reasons\n")
        .expect("a section `## Reasons`");
    let section = section.split("\n## ").next().unwrap();
    let mut words = Words::new();
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 6, "word, where, meaning, what to do: {row}");
        assert!(
            cells.iter().skip(1).take(4).all(|cell| !cell.is_empty()),
            "an empty cell: {row}"
        );
        let word = cells[1].trim_matches('`').to_owned();
        let places = cells[2].split(", ").map(|place| {
            let known = PLACES
                .into_iter()
                .find(|known| *known == place.trim_matches('`'));
            known.unwrap_or_else(|| panic!("no such place: {place}"))
        });
        let before = words.insert(word, places.collect());
        assert!(before.is_none(), "twice: {row}");
    }
    words
}

#[test]
fn the_table_of_reasons_holds_every_word_of_the_source_and_no_other() {
    let document = fs::read_to_string(root().join("docs/protocol.md")).unwrap();
    let (said, documented) = (said(&sources()), documented(&document));
    let missing: Vec<_> = said
        .keys()
        .filter(|word| !documented.contains_key(*word))
        .collect();
    assert!(
        missing.is_empty(),
        "said, but not in the table: {missing:?}"
    );
    let unsaid: Vec<_> = documented
        .keys()
        .filter(|word| !said.contains_key(*word))
        .collect();
    assert!(
        unsaid.is_empty(),
        "in the table, but never said: {unsaid:?}"
    );
    for (word, places) in &said {
        let missing: Vec<_> = places.difference(&documented[word]).collect();
        assert!(missing.is_empty(), "`{word}` is also said in {missing:?}");
    }
}

#[test]
fn the_collector_finds_words_wherever_they_are_said() {
    let file = |name: &str, code: &str| (name.to_owned(), code.to_owned());
    let found = said(&[
        file(
            "calls/errors.rs",
            "fn reason(&self) -> &'static str { match self { Self::A { .. } => \"a_word\" } }\n\
             fn detail(&self) { \"no word\" }",
        ),
        file(
            "calls/x.rs",
            "later(|t| t.fail(\"b_word\", ctx)); s.end_any(f(\"c_word\"), true);",
        ),
        file(
            "rooms/x.rs",
            "Notice::Closed { membership, reason: \"d_word\" }",
        ),
        file(
            "http/x.rs",
            &code("Err((bad(), (\n    \"e_word\", // so\n    \"why it is so\",\n)))"),
        ),
        file(
            "otp/x.rs",
            "fn word(self) { X => \"normal\", Y => \"f_word\" }",
        ),
    ]);
    let words: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(
        words,
        ["a_word", "b_word", "c_word", "d_word", "e_word", "f_word"]
    );
    assert!(found["d_word"].contains("phx_close") && found["e_word"].contains("HTTP"));

    let table = "# x\n## Reasons\n\n| word | where | a | b |\n|---|---|---|---|\n\
                 | `a_word` | reply, `stop_call` | x | y |\n\n## Next\n| `b` | reply | x | y |\n";
    let table = documented(table);
    assert_eq!(table.len(), 1);
    assert_eq!(table["a_word"].len(), 2);
    assert_eq!(
        literals(&code("a(\"x\"); // \"no\n// \"y\"\n#[cfg(test)]\nb(\"z\")")).first(),
        Some(&"x")
    );
}
