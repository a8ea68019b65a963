//! Bad input over real sockets: one row a case `(class, literal, place, due)`, one connection a case.
//!
//! After each case somebody else in the same room still chats, and nobody is left behind; at the end
//! of each class the log holds nothing of what was sent, and Janus no session.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    unreachable_pub,
    reason = "a test may fail"
)]

mod client;
mod log_lines;
mod media;
mod protocol;
mod rig;
mod row;
mod signal_rows;
mod socket_rows;
mod speed;
mod text_rows;
mod token_rows;

#[path = "../support/mod.rs"]
mod support;
