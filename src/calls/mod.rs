//! Calls: what a participant sends and receives through the gateway, and who minds it.
//!
//! - [`supervisor`]: one a room; starts a JanusSession per call, restarts it after a crash, decides
//!   how each generation ended.
//! - [`janus_session`]: one user's call; [`poller`]: its ear to the gateway.
//! - [`subscriptions`]: what comes down, without any process.
//! - [`sessions`]: the SessionTable; [`reaper`] clears from the gateway what has no live owner.
//! - [`health`]: whether the gateway works, as everybody may ask.
//! - [`starts`]: how many calls are started at once; the others wait for their turn.
//! - [`messages`]: what a member's connection asks of its call and is told by it.
//!
//! Drives a [`Gateway`](crate::gateway::Gateway); knows neither Janus's wire nor Phoenix's.

pub mod directory;
pub mod errors;
pub mod health;
pub mod janus_session;
pub mod messages;
pub mod poller;
pub mod reaper;
pub mod sessions;
pub mod starts;
pub mod subscriptions;
pub mod supervisor;

pub use errors::CallError;
