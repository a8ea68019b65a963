//! Why a call did not do as asked, and why it ended.

use crate::gateway::GatewayError;
use crate::rooms::RoomError;
use crate::sdp::SdpError;

/// Why a request of a call failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CallError {
    /// A call is on, or starting.
    #[error("a call is on already: `stop_call` first")]
    AlreadyStarted,
    /// No call is on.
    #[error("no call is on: `start_call` first")]
    NoCall,
    /// It was stopped before it began.
    #[error("the call was stopped before it began")]
    Stopped,
    /// It crashed too often; starting again by hand opens a new count.
    #[error("the call crashed too often ({word}); start it again by hand")]
    GaveUp {
        /// The last crash.
        word: &'static str,
    },
    /// It crashed, and is being restarted.
    #[error("the call crashed ({word}) and is being restarted")]
    Crashed {
        /// Why.
        word: &'static str,
        /// When to try again.
        retry_ms: u64,
    },
    /// More calls are being started than the gateway is asked for at once.
    #[error("too many calls are being started at once")]
    Busy {
        /// When to try again; spread, so that not everybody comes at once.
        retry_ms: u64,
    },
    /// The gateway is away.
    #[error("the gateway cannot be reached: {word}")]
    GatewayDown {
        /// Why, as far as it is known.
        word: &'static str,
        /// When to try again; spread, so that not everybody comes at once.
        retry_ms: u64,
    },
    /// The room has no gateway.
    #[error("this room has no gateway: media goes straight between browsers")]
    WrongMode,
    /// The answer is not to the newest offer.
    #[error("an answer to version {version}, which is not the newest offer")]
    StaleVersion {
        /// What was answered.
        version: u64,
    },
    /// Nobody publishes that.
    #[error("nothing of that name is published: {what}")]
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// The SDP is not what it has to be.
    #[error(transparent)]
    Sdp(#[from] SdpError),
    /// The gateway said no, or nothing.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// The room said no.
    #[error(transparent)]
    Room(#[from] RoomError),
}

impl CallError {
    /// `reason` of the error reply. Wire: add, never rename.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::AlreadyStarted => "already_started",
            Self::NoCall => "no_call",
            Self::Stopped => "stopped",
            Self::GaveUp { .. } => "gave_up",
            Self::Crashed { word, .. } => word,
            Self::Busy { .. } => "busy",
            Self::GatewayDown { .. } => "janus_unreachable",
            Self::WrongMode => "wrong_mode",
            Self::StaleVersion { .. } => "stale_version",
            Self::NotFound { .. } => "not_found",
            Self::Sdp(error) => error.reason(),
            Self::Gateway(error) => error.reason(),
            Self::Room(error) => error.reason(),
        }
    }

    /// After how many milliseconds it is worth a retry; `None`: do not try again by yourself.
    pub fn retry_ms(&self) -> Option<u64> {
        match self {
            Self::Crashed { retry_ms, .. }
            | Self::Busy { retry_ms }
            | Self::GatewayDown { retry_ms, .. } => Some(*retry_ms),
            Self::Room(error) => error.retry_ms(),
            Self::Gateway(error)
                if error.is_outage() || matches!(error, GatewayError::SessionLost) =>
            {
                Some(1_000)
            }
            Self::AlreadyStarted
            | Self::NoCall
            | Self::Stopped
            | Self::GaveUp { .. }
            | Self::WrongMode
            | Self::StaleVersion { .. }
            | Self::NotFound { .. }
            | Self::Sdp(_)
            | Self::Gateway(_) => None,
        }
    }
}
