//! Phoenix Channels V2 over WebSockets: what a browser, or any other Phoenix client, speaks.
//!
//! - [`frame`]: the JSON frames; [`websocket`]: RFC 6455 below them; [`outbox`]: what waits for a
//!   socket.
//! - [`session`]: the WebSocketSession, an actor a connection.
//! - [`channel`]: what a client may ask of a room, read and checked; [`events`]: what it is told.
//! - [`limits`]: how much of it in which time.
//!
//! Uses rooms and calls; knows nothing of Janus.

pub mod channel;
pub mod errors;
pub mod events;
pub mod frame;
pub mod limits;
pub mod name;
pub mod outbox;
pub mod session;
pub mod topic;
pub mod websocket;
