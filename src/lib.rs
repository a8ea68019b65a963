//! Parlour.

#[macro_use]
pub mod otp;

pub mod calls;
pub mod gateway;
pub mod janus;
pub mod metrics;
pub mod names;
pub mod phoenix;
pub mod rooms;
pub mod sdp;
pub mod secret;
