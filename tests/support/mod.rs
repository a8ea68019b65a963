//! What tests share: real and fake parts, waits, deadlines.

#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(unreachable_pub, reason = "a module of each test file")]

use std::time::Duration;

use tokio::time::Instant;

pub mod fake_janus;
pub mod janus;

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
