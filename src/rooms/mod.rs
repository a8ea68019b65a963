//! Rooms: who is in them, what they are told, what outlives an actor's crash.
//!
//! - [`registry`]: the RoomRegistry, which alone knows which rooms exist.
//! - [`room`]: the Room, an actor a room: membership, presence, fan-out; [`messages`]: what it is asked.
//! - [`table`]: the RoomTable, a room's state, which outlives both (an ETS table's part).
//! - [`authorisation`]: who may do what.
//! - [`presence`], [`events`]: what members see, without any process.
//! - [`ports`]: what a room needs of the layers above it, as recipients.
//!
//! Knows neither the wire nor the gateway.

pub mod authorisation;
pub mod errors;
pub mod events;
pub mod messages;
pub mod ports;
pub mod presence;
pub mod registry;
pub mod room;
pub mod state;
pub mod table;

pub use errors::RoomError;
pub use events::RoomEvent;
pub use table::{RoomRecord, RoomTable};
