//! Parlour.
#[macro_use]
pub mod otp;
pub mod gateway;
pub mod names;
pub mod sdp;
