//! Parlour.
pub mod gateway;
pub mod names;
pub mod sdp;
