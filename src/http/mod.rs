//! The front door: the page, the socket, what tells an operator how the server is.
//!
//! - [`socket`]: the upgrade to a WebSocketSession; [`connections`]: all that are open.
//! - [`page`]: the page, out of the binary.
//! - [`state`]: `/healthz`, `/readyz`, and `/metrics` on a listener of its own.
//!
//! Knows no frame.

pub mod connections;
pub mod page;
pub mod server;
pub mod socket;
pub mod state;
