//! Why a room did not do as asked.

/// Why a request to a room, or to the registry, was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoomError {
    /// The room's actor, or the registry, is being restarted.
    #[error("the room is being restarted")]
    Restarting,
    /// As many as fit are in it.
    #[error("the room is full: {capacity} people are in it")]
    Full {
        /// How many fit.
        capacity: usize,
    },
    /// As many as can meet browser to browser are in it.
    #[error(
        "the room is full: {capacity} people are in it, and more cannot meet on a server without a media gateway"
    )]
    FullMesh {
        /// How many can.
        capacity: usize,
    },
    /// Nobody of that id is in the room.
    #[error("nobody of that id is in the room")]
    NoSuchMember,
    /// Too many requests wait for the room.
    #[error("the room has more to do than it can take")]
    Busy,
    /// Whoever asks is not in the room.
    #[error("not joined")]
    NotJoined,
    /// The generation that wants to begin was ended meanwhile.
    #[error("the call was ended before it began")]
    CallEnded,
    /// The server is going down.
    #[error("the server is going down")]
    Draining,
}

impl RoomError {
    /// `reason` of the error reply. Wire: add, never rename.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Restarting => "room_restarting",
            Self::Full { .. } | Self::FullMesh { .. } => "full",
            Self::NoSuchMember => "not_found",
            Self::Busy => "busy",
            Self::NotJoined => "not_joined",
            Self::CallEnded => "stopped",
            Self::Draining => "draining",
        }
    }

    /// After how many milliseconds it is worth a retry; `None`: do not try again by yourself.
    pub fn retry_ms(&self) -> Option<u64> {
        match self {
            Self::Restarting => Some(300),
            Self::Busy => Some(1_000),
            Self::Draining => Some(2_000),
            Self::Full { .. }
            | Self::FullMesh { .. }
            | Self::NoSuchMember
            | Self::NotJoined
            | Self::CallEnded => None,
        }
    }
}
