//! Parlour.
#[macro_use]
pub mod otp;
pub mod gateway;
pub mod metrics;
pub mod names;
pub mod rooms;
pub mod sdp;
