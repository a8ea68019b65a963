//! Every line that was logged, to look for what must not be in it.

use std::sync::{Mutex, Once};

use log::{Level, LevelFilter, Log, Metadata, Record, kv};

/// Stands in what the rows send, and so may stand in no line.
pub const CANARY: &str = "kanarienvogel";

struct Lines(Mutex<Vec<String>>);

static LINES: Lines = Lines(Mutex::new(Vec::new()));

struct Values<'a>(&'a mut String);

impl<'kvs> kv::VisitSource<'kvs> for Values<'_> {
    fn visit_pair(&mut self, key: kv::Key<'kvs>, value: kv::Value<'kvs>) -> Result<(), kv::Error> {
        self.0.push_str(&format!(" {key}={value}"));
        Ok(())
    }
}

impl Log for Lines {
    // All of our own; of others what a server shows that is run with `RUST_LOG=info`.
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("parlour") || metadata.level() <= Level::Info
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let mut line = format!("{} {} {}", record.level(), record.target(), record.args());
            record.key_values().visit(&mut Values(&mut line)).unwrap();
            self.0.lock().unwrap().push(line);
        }
    }

    fn flush(&self) {}
}

/// Collects from here on.
pub fn collect() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&LINES).unwrap();
        log::set_max_level(LevelFilter::Trace);
    });
}

/// The lines that hold what was sent, or tell of a panic.
pub fn suspicious() -> Vec<String> {
    let lines = LINES.0.lock().unwrap();
    assert!(!lines.is_empty(), "nothing was collected");
    lines
        .iter()
        .filter(|line| line.contains(CANARY) || line.contains("panicked"))
        .cloned()
        .collect()
}

/// The lines that hold any of these.
pub fn holding(texts: &[&str]) -> Vec<String> {
    let lines = LINES.0.lock().unwrap();
    let holds = |line: &&String| texts.iter().any(|text| line.contains(text));
    lines.iter().filter(holds).cloned().collect()
}
