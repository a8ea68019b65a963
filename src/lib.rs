//! Parlour.
pub mod gateway;
pub mod names;
pub mod phoenix;
pub mod sdp;
