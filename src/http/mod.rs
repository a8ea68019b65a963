//! The front door: the page, the socket, what tells an operator how the server is.
//!
//! - [`socket`]: the upgrade to a WebSocketSession; [`connections`]: all that are open, [`per_address`]:
//!   how many of one address, [`clients`]: which address that is; [`refusal`]: who is not let in.
//! - [`page`]: the page, out of the binary; `headers`: what a browser holds it to.
//! - [`state`]: `/healthz`, `/readyz`, and `/metrics` on a listener of its own; [`workers`]: whether the
//!   threads that serve all this live.
//! - [`ice`]: `/ice_servers`, for a connection test before the first join.
//! - [`tls`]: the public listener under TLS; [`lan`]: with a certificate of its own
//!   ([`self_signed`]), for a meeting in one house.
//!
//! Knows no frame.

pub mod clients;
pub mod connections;
#[cfg(feature = "failpoints")]
mod failpoints;
mod headers;
pub mod ice;
pub mod lan;
pub mod page;
pub mod per_address;
pub mod refusal;
pub mod self_signed;
pub mod server;
pub mod socket;
pub mod state;
pub mod tls;
pub mod workers;
