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
    /// There are as many rooms as there may be, and this would be one more.
    #[error("the server has as many rooms as it takes: {limit}")]
    ServerFull {
        /// How many there may be.
        limit: usize,
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
    /// Not theirs to do.
    #[error("{detail}")]
    Forbidden {
        /// What.
        detail: &'static str,
    },
    /// A moderator put them out, and they stay out until the room ends.
    #[error("a moderator put you out of this room")]
    Kicked,
    /// A moderator ended the room.
    #[error("a moderator ended the room")]
    Ended,
    /// Nobody comes in now.
    #[error("the room is locked")]
    Locked,
    /// They wait in the lobby, and are let in or refused at one of their next tries.
    #[error("a moderator has to let you in")]
    Waiting,
    /// A moderator does not let them in.
    #[error("a moderator did not let you in")]
    Refused,
    /// The same subject is in the room, and their pass says once only.
    #[error("you are in this room already")]
    IdentityTaken,
    /// Recording is not set up.
    #[error("this server does not record")]
    RecordingOff,
}

/// When who waits in a lobby asks again.
const ASK_AGAIN_MS: u64 = 2_000;

impl RoomError {
    /// `reason` of the error reply. Wire: add, never rename.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Restarting => "room_restarting",
            Self::Full { .. } | Self::FullMesh { .. } => "full",
            Self::ServerFull { .. } => "server_full",
            Self::NoSuchMember => "not_found",
            Self::Busy => "busy",
            Self::NotJoined => "not_joined",
            Self::CallEnded => "stopped",
            Self::Draining => "draining",
            Self::Forbidden { .. } => "forbidden",
            Self::Kicked => "kicked",
            Self::Ended => "ended",
            Self::Locked => "locked",
            Self::Waiting => "waiting",
            Self::Refused => "refused",
            Self::IdentityTaken => "identity_taken",
            Self::RecordingOff => "recording_off",
        }
    }

    /// After how many milliseconds it is worth a retry; `None`: do not try again by yourself.
    pub fn retry_ms(&self) -> Option<u64> {
        match self {
            Self::Restarting => Some(300),
            Self::Busy => Some(1_000),
            Self::Draining => Some(2_000),
            Self::Waiting => Some(ASK_AGAIN_MS),
            // An empty room goes after 30 s.
            Self::ServerFull { .. } => Some(5_000),
            Self::Full { .. }
            | Self::FullMesh { .. }
            | Self::NoSuchMember
            | Self::NotJoined
            | Self::CallEnded
            | Self::Forbidden { .. }
            | Self::Kicked
            | Self::Ended
            | Self::Locked
            | Self::Refused
            | Self::IdentityTaken
            | Self::RecordingOff => None,
        }
    }
}
