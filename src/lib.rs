//! Parlour.

#[macro_use]
pub mod otp;

pub mod calls;
pub mod config;
pub mod gateway;
pub mod http;
pub mod janus;
pub mod metrics;
pub mod names;
pub mod phoenix;
pub mod rooms;
pub mod sdp;
pub mod secret;
pub mod system;
