//! Parlour.
pub mod gateway;
pub mod janus;
pub mod names;
pub mod sdp;
pub mod secret;
