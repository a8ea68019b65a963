//! The reception: Phoenix Channels in front of rooms and calls.

pub mod frame;
pub mod outbox;
pub mod websocket;
