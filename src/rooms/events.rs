//! What a room says to its members. How it is written is the encoder's business.

use serde::Serialize;
use serde_json::value::RawValue;

use super::presence::{PresenceDiff, PresenceState};
use crate::names::{Feed, Generation, Kind, Mid, Of, ParticipantId, PublishedStream};

/// One generation's end, as the room says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StopCall {
    /// Whose call.
    pub participant: ParticipantId,
    /// Which life of it.
    pub generation: Generation,
    /// Why: a word of the closed list of reasons.
    pub reason: &'static str,
    /// Whether the call comes back by itself.
    pub restart: bool,
}

impl StopCall {
    /// The generation that ended.
    pub fn feed(&self) -> Feed {
        Feed {
            participant: self.participant.clone(),
            generation: self.generation,
        }
    }
}

/// What one participant publishes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Publisher {
    /// Who.
    pub participant: ParticipantId,
    /// Which life of the call.
    pub generation: Generation,
    /// All streams, disabled ones too.
    pub streams: Vec<PublishedStream>,
}

/// Something somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChatMessage {
    /// Names the message.
    pub id: String,
    /// Who wrote it.
    pub from: ParticipantId,
    /// Their name then.
    pub name: String,
    /// What.
    pub text: String,
    /// When, Unix milliseconds of the server.
    pub at: u64,
}

/// Who comes in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Door {
    /// Nobody new, but through the lobby if there is one.
    pub locked: bool,
    /// Who comes to the locked door waits for a moderator's word.
    pub lobby: bool,
}

/// Somebody who waits in the lobby.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// Who they will be.
    pub participant: ParticipantId,
    /// As they call themselves.
    pub name: String,
}

/// What a room says.
#[derive(Clone, Debug)]
pub enum RoomEvent {
    /// Somebody's call ended.
    StopCall(StopCall),
    /// What these participants publish now: replaces what was known of each.
    Publishers(Vec<Publisher>),
    /// Nothing active is left of somebody's streams.
    Unpublished(Feed),
    /// Somebody's streams left the gateway.
    Leaving(Feed),
    /// Somebody began or ended to speak.
    Talking {
        /// Who.
        participant: ParticipantId,
        /// Speaks.
        talking: bool,
    },
    /// Media of somebody's stream arrives at the gateway, or stopped to.
    Media {
        /// Which of their connections.
        of: Of,
        /// Whose.
        participant: ParticipantId,
        /// Which stream.
        mid: Mid,
        /// Sound or picture.
        kind: Kind,
        /// Arrives.
        receiving: bool,
    },
    /// Everybody who is here; to who just came.
    PresenceState(PresenceState),
    /// Who came, went or changed.
    PresenceDiff(PresenceDiff),
    /// Something somebody wrote.
    Chat(ChatMessage),
    /// Something an application relays; the object as it was sent.
    Data {
        /// Who sent it.
        from: ParticipantId,
        /// What.
        data: Box<RawValue>,
    },
    /// The door was locked or opened.
    Lock(Door),
    /// Who waits to be let in; to moderators. Replaces what was known.
    Lobby(Vec<Waiting>),
    /// The room is closed for everybody.
    RoomClosed {
        /// Why.
        reason: &'static str,
    },
}

impl RoomEvent {
    /// The generation whose end it tells, if it is a `stop_call`.
    pub fn ended_feed(&self) -> Option<Feed> {
        if let Self::StopCall(stop_call) = self {
            return Some(stop_call.feed());
        }
        None
    }
}
