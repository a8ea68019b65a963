//! What a room needs of the layers above it, as recipients and small traits.
//!
//! A member is a WebSocketSession, the calls a Supervisor, the encoder Phoenix's: a room knows none
//! of them by name.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actix::{Message, Recipient};
use bytes::Bytes;

use super::events::RoomEvent;
use crate::names::{Feed, ParticipantId, RoomName};
use crate::otp::Watch;
use crate::sdp::Signal;

/// Names one membership: one successful join of one connection. Never repeated within the process,
/// so that a late leave of an earlier join ends nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MembershipId(u64);

impl MembershipId {
    /// The next one.
    pub fn next() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(1);
        Self(LAST.fetch_add(1, Ordering::Relaxed))
    }
}

/// A frame for a member's socket.
#[derive(Clone, Message)]
#[rtype(result = "()")]
pub struct Deliver {
    /// Encoded once for everybody.
    pub frame: Bytes,
    /// If it is a `stop_call`: of which generation. A member drops what it has sent before.
    pub stop_call: Option<Feed>,
}

/// What one member told another, for that one alone: it is framed by whose socket it is.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Signalled {
    /// The addressee's: a membership that has ended meanwhile hears nothing.
    pub membership: MembershipId,
    /// Who told it.
    pub from: ParticipantId,
    /// What.
    pub signal: Box<Signal>,
}

/// What a member is told beside frames.
#[derive(Message)]
#[rtype(result = "()")]
pub enum Notice {
    /// Another connection of the same participant took its place, or the room closed: the channel
    /// ends with `phx_close {reason}`.
    Closed {
        /// Which membership ended.
        membership: MembershipId,
        /// `replaced`, `kicked`, `ended`, `room_closed`.
        reason: &'static str,
    },
    /// Its mailbox is full: it cannot keep up.
    Overflow,
    /// The server goes down: the socket closes with 1012, and finds another.
    MoveOn,
}

/// A member, as the room holds it.
#[derive(Clone)]
pub struct MemberLink {
    /// Which join it is.
    pub membership: MembershipId,
    /// Takes frames; bounded.
    pub deliver: Recipient<Deliver>,
    /// Takes what another member tells it; bounded.
    pub signalled: Recipient<Signalled>,
    /// Takes notices; never refused.
    pub notice: Recipient<Notice>,
    /// To monitor it.
    pub watch: Recipient<Watch>,
}

impl MemberLink {
    /// Whether it is another join of the same connection.
    pub fn is_same_connection(&self, other: &Self) -> bool {
        self.notice == other.notice
    }
}

/// What a room tells its calls.
#[derive(Message)]
#[rtype(result = "()")]
pub enum CallsOrder {
    /// This participant is not in the room any more: end their call, cancel its restart. Their
    /// generation is ended in the table already.
    End {
        /// Who.
        participant: ParticipantId,
    },
    /// What of this participant's is muted changed in the table.
    Muted {
        /// Whose.
        participant: ParticipantId,
    },
    /// The room is gone: stop.
    Close,
}

/// The calls of one room: a Supervisor, as the room holds it.
#[derive(Clone)]
pub struct CallsPort {
    /// Takes orders; never refused.
    pub orders: Recipient<CallsOrder>,
    /// To monitor it.
    pub watch: Recipient<Watch>,
}

/// Starts a room's calls, on the arbiter it is called on.
pub type StartCalls = Arc<dyn Fn(&Arc<super::RoomRecord>) -> CallsPort + Send + Sync>;

/// Writes an event as a frame, once for all members.
pub trait Encoder: Send + Sync {
    /// The frame.
    fn encode(&self, room: &RoomName, event: &RoomEvent) -> Bytes;
}

/// Told that a room of the gateway is not needed any more.
#[derive(Message)]
#[rtype(result = "()")]
pub struct MediaRoomRetired {
    /// Its id on the gateway.
    pub id: String,
}
