//! Too much of anything, over real sockets: who is too much is refused in words, before the upgrade
//! where there is one, and nobody else notices.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "a test may fail"
)]

mod addresses;
mod calls;
mod descriptors;
mod frames;
mod knock;
mod rooms;
mod signals;
mod storm;
mod unjoined;

#[path = "../bad_input/client.rs"]
#[allow(dead_code, reason = "a part of it is used here")]
mod client;
#[path = "../support/mod.rs"]
mod support;

use parlour::config::Config;
use parlour::system::System;

/// A server without a gateway.
fn server(flags: &[&str]) -> System {
    let own = ["--listen=127.0.0.1:0", "--admin-listen=off"];
    let config = Config::from_args(&[&own[..], flags].concat());
    System::start(&config.map_err(|stop| stop.text).unwrap(), None).unwrap()
}

/// A counter, as `/metrics` would show it.
fn counted(system: &System, line: &str) -> u64 {
    let text = system.metrics.text();
    let found = text
        .lines()
        .find_map(|l| l.strip_prefix(&format!("parlour_{line} ")));
    found.map_or(0, |number| number.parse().unwrap())
}
