//! A socket's membership of one room, as the socket sees it.

use tokio::time::Instant;

use crate::names::{ParticipantId, RoomName};
use crate::otp::MonitorRef;
use crate::rooms::ports::MembershipId;

use super::errors::RequestError;

/// Reads a topic: `room:tea`.
pub fn room_of(topic: &str) -> Result<RoomName, RequestError> {
    topic
        .strip_prefix("room:")
        .and_then(RoomName::parse)
        .ok_or(RequestError::BadTopic)
}

/// One joined, or joining, topic.
pub struct Topic {
    /// Its room.
    pub room: RoomName,
    /// The join's ref: what the client names the membership by.
    pub join_ref: Option<String>,
    /// What the room names it by.
    pub membership: MembershipId,
    /// As whom; none while joining.
    pub participant: Option<ParticipantId>,
    /// The monitor of one's call, while it lives: what an earlier one still says is old.
    pub call: Option<MonitorRef>,
    /// When its client was told of the STUN and TURN servers: what goes with them expires.
    pub ice_told: Instant,
}

impl Topic {
    /// Whether a frame with this `join_ref` is meant for this join. Clients that name none mean any.
    pub fn is_meant(&self, join_ref: Option<&str>) -> bool {
        join_ref.is_none() || join_ref == self.join_ref.as_deref()
    }
}
