//! What tests share: real and fake parts, waits, deadlines.

#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(unreachable_pub, reason = "a module of each test file")]

use std::time::Duration;

use tokio::time::Instant;

pub mod call;
pub mod client;
pub mod coturn;
pub mod fake_janus;
pub mod faults;
pub mod janus;
pub mod parlour;
#[cfg(feature = "failpoints")]
pub mod scene;
pub mod session;
pub mod tokens;
pub mod turn_client;
pub mod wire;

/// A generous deadline for what should take milliseconds.
pub fn soon() -> Instant {
    Instant::now() + Duration::from_secs(5)
}

/// Waits until `condition` holds; fails after `within`.
pub async fn eventually(what: &str, within: Duration, mut condition: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + within;
    while !condition().await {
        assert!(Instant::now() < deadline, "not within {within:?}: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// An answer to Janus's offer that says the right things; no media comes of it.
pub fn answer_to(offer: &str) -> String {
    let own = |line: &str| {
        let mut line = line.to_owned();
        for (theirs, ours) in [
            ("a=sendonly", "a=recvonly"),
            ("a=setup:", "a=setup:active"),
            ("a=ice-ufrag:", "a=ice-ufrag:abcd"),
            ("a=ice-pwd:", "a=ice-pwd:QO2saGCg91Zp4QFXdLud7RRc"),
        ] {
            if line.starts_with(theirs) {
                line = ours.to_owned();
            }
        }
        line
    };
    let dropped = ["a=candidate", "a=msid:", "a=ssrc", "a=end-of"];
    offer
        .lines()
        .filter(|line| !dropped.iter().any(|start| line.starts_with(start)))
        .map(|line| own(line) + "\r\n")
        .collect()
}

/// Memory of this process, in KiB.
pub fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
