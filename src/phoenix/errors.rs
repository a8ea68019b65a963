//! Why a request is refused at the door, before any room or call saw it; and the error reply.

use serde::Serialize;

use super::frame::FrameError;
use crate::calls::CallError;
use crate::rooms::RoomError;
use crate::sdp::SdpError;

/// What a frame was refused for.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RequestError {
    /// It could not be read.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// No such event.
    #[error("no such event")]
    UnknownEvent,
    /// The payload is not what the event takes.
    #[error("{detail}")]
    BadPayload {
        /// What was wrong.
        detail: String,
    },
    /// No room's name.
    #[error("a topic is `room:` and 1 to 64 of A-Z a-z 0-9 _ -")]
    BadTopic,
    /// No name a person can have.
    #[error("{detail}")]
    BadName {
        /// What was wrong.
        detail: &'static str,
    },
    /// No token, or none that opens this room: which of both, only the log says.
    #[error("no token that lets you into this room")]
    Unauthorised,
    /// The topic is not joined, or no longer by that join.
    #[error("the topic is not joined")]
    NotJoined,
    /// One socket in too many rooms.
    #[error("a socket may be in {limit} rooms")]
    TooManyRooms {
        /// How many it may be in.
        limit: usize,
    },
    /// Above its size.
    #[error("{what} may have {limit} bytes")]
    TooLarge {
        /// What.
        what: &'static str,
        /// How large it may be.
        limit: usize,
    },
    /// Too much in too little time.
    #[error("too many of these in too little time")]
    TooFast {
        /// When to try again.
        retry_ms: u64,
    },
    /// Not theirs to do.
    #[error("{detail}")]
    Forbidden {
        /// What.
        detail: &'static str,
    },
    /// Recording is not set up.
    #[error("this server does not record")]
    RecordingOff,
    /// Not in this mode.
    #[error("not in this room's mode")]
    WrongMode,
    /// Another connection took the participant over, or the membership ended.
    #[error("another connection took over")]
    Replaced,
    /// No answer in time.
    #[error("no answer in time")]
    Timeout,
    /// SDP or a candidate was not right.
    #[error(transparent)]
    Sdp(#[from] SdpError),
    /// The call said no.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The room said no.
    #[error(transparent)]
    Room(#[from] RoomError),
}

/// The response of an error reply: `{"reason":"full","detail":"…"}`.
#[derive(Clone, Debug, Serialize)]
pub struct Refusal {
    /// A word of the closed list of reasons.
    pub reason: &'static str,
    /// For people.
    pub detail: String,
    /// When to try again, milliseconds; absent: do not by yourself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_ms: Option<u64>,
}

impl RequestError {
    /// What is answered to whatever waits on a channel that is closed for this reason.
    pub fn of_close(reason: &str) -> Self {
        match reason {
            "kicked" => RoomError::Kicked.into(),
            "ended" => RoomError::Ended.into(),
            _ => Self::Replaced,
        }
    }

    /// `reason` of the error reply. Wire: add, never rename.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Frame(error) => error.reason(),
            Self::UnknownEvent => "unknown_event",
            Self::BadPayload { .. } => "bad_payload",
            Self::BadTopic => "bad_topic",
            Self::BadName { .. } => "bad_name",
            Self::Unauthorised => "unauthorised",
            Self::NotJoined => "not_joined",
            Self::TooManyRooms { .. } => "too_many_rooms",
            Self::TooLarge { .. } => "too_large",
            Self::TooFast { .. } => "too_fast",
            Self::Forbidden { .. } => "forbidden",
            Self::RecordingOff => "recording_off",
            Self::WrongMode => "wrong_mode",
            Self::Replaced => "replaced",
            Self::Timeout => "timeout",
            Self::Sdp(error) => error.reason(),
            Self::Call(error) => error.reason(),
            Self::Room(error) => error.reason(),
        }
    }

    /// The error reply's response.
    pub fn refusal(&self) -> Refusal {
        let retry_ms = match self {
            Self::TooFast { retry_ms } => Some(*retry_ms),
            Self::Timeout => Some(500),
            Self::Call(error) => error.retry_ms(),
            Self::Room(error) => error.retry_ms(),
            Self::Frame(_)
            | Self::UnknownEvent
            | Self::BadPayload { .. }
            | Self::BadTopic
            | Self::BadName { .. }
            | Self::Unauthorised
            | Self::NotJoined
            | Self::TooManyRooms { .. }
            | Self::TooLarge { .. }
            | Self::Forbidden { .. }
            | Self::RecordingOff
            | Self::WrongMode
            | Self::Replaced
            | Self::Sdp(_) => None,
        };
        Refusal {
            reason: self.reason(),
            detail: self.to_string(),
            retry_ms,
        }
    }

    /// Whether it counts towards the protocol errors after which the socket is closed.
    pub fn is_protocol_error(&self) -> bool {
        matches!(
            self,
            Self::Frame(_)
                | Self::UnknownEvent
                | Self::BadPayload { .. }
                | Self::NotJoined
                | Self::BadTopic
        )
    }
}
