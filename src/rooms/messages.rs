//! What a Room is asked and told.

use actix::Message;
use bytes::Bytes;
use serde_json::value::RawValue;

use super::authorisation::{Grants, Pass};
use super::errors::RoomError;
use super::events::Door;
use super::ports::{MemberLink, MembershipId};
use super::presence::MetaUpdate;
use crate::names::{Feed, Generation, Kind, Mid, ParticipantId};
use crate::otp::send::Slot;
use crate::otp::{DownReason, ReplyTo};
use crate::sdp::Signal;

/// The room's answer to a request of a member.
pub type RoomReply = Result<RoomAnswer, RoomError>;

/// What went well.
pub enum RoomAnswer {
    /// The joiner is in.
    Joined(Box<Joined>),
    /// Done.
    Done,
}

/// To who just came.
pub struct Joined {
    /// As whom.
    pub participant: ParticipantId,
    /// Brings them back; secret.
    pub resume: String,
    /// They came back as who they were.
    pub resumed: bool,
    /// Their generation that is live.
    pub call: Option<Generation>,
    /// What they may do.
    pub grants: Grants,
    /// Who comes in from now on.
    pub door: Door,
    /// Presence, chat, publishers: frames to be sent right after the reply.
    pub frames: Vec<Bytes>,
}

/// Comes in. Answered by [`RoomAnswer::Joined`].
#[derive(Message)]
#[rtype(result = "()")]
pub struct Join {
    /// The connection.
    pub link: MemberLink,
    /// Checked by the channel.
    pub name: String,
    /// What an earlier join was given.
    pub resume: Option<String>,
    /// The generation that the client still holds.
    pub call: Option<Generation>,
    /// What they may do.
    pub pass: Pass,
    /// To answer.
    pub reply: ReplyTo<RoomReply>,
    /// Holds its place among the room's requests.
    pub slot: Slot,
}

/// Goes. Never refused; a membership that is not here (any more) is answered as gone.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Leave {
    /// Which join it ends.
    pub membership: MembershipId,
    /// To answer.
    pub reply: ReplyTo<RoomReply>,
}

/// What a member asks of the room.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Ask {
    /// By which membership.
    pub membership: MembershipId,
    /// What.
    pub what: Request,
    /// To answer.
    pub reply: ReplyTo<RoomReply>,
    /// Holds its place among the room's requests.
    pub slot: Slot,
}

/// A member's requests.
pub enum Request {
    /// Changes one's meta.
    Update(MetaUpdate),
    /// Says something to the room, oneself included. Not empty; the channel checks.
    Chat(String),
    /// Relays an object to the others.
    Data(Box<RawValue>),
    /// Tells one of the others something that connects two browsers.
    Signal {
        /// Whom.
        to: ParticipantId,
        /// What.
        signal: Box<Signal>,
    },
    /// What moderators do.
    Act(Act),
}

/// What a moderator does to the room, or to somebody in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Silences somebody's microphone, or darkens their camera, until they lift it themselves.
    Mute {
        /// Whose.
        participant: ParticipantId,
        /// Microphone or camera. A shared screen is neither.
        kind: Kind,
    },
    /// Puts somebody out, until the room ends.
    Kick {
        /// Whom.
        participant: ParticipantId,
    },
    /// Locks the door, or opens it.
    Lock(Door),
    /// Ends the room for everybody.
    End,
    /// Begins or ends to record.
    Record {
        /// Begins.
        on: bool,
    },
    /// Lets somebody in who waits.
    Admit {
        /// Whom.
        participant: ParticipantId,
    },
    /// Does not let somebody in who waits.
    Refuse {
        /// Whom.
        participant: ParticipantId,
    },
}

impl Act {
    /// Its word on the wire and in the log.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Mute { .. } => "mute",
            Self::Kick { .. } => "kick",
            Self::Lock(_) => "lock",
            Self::End => "end",
            Self::Record { .. } => "record",
            Self::Admit { .. } => "admit",
            Self::Refuse { .. } => "refuse",
        }
    }

    /// Who it is done to, if to one.
    pub fn whom(&self) -> Option<&ParticipantId> {
        match self {
            Self::Mute { participant, .. }
            | Self::Kick { participant }
            | Self::Admit { participant }
            | Self::Refuse { participant } => Some(participant),
            Self::Lock(_) | Self::End | Self::Record { .. } => None,
        }
    }
}

/// A call is published (or, without streams, its session exists): its generation begins.
#[derive(Message)]
#[rtype(result = "Result<(), RoomError>")]
pub struct Publish {
    /// Whose.
    pub participant: ParticipantId,
    /// Which.
    pub generation: Generation,
}

/// What happened in somebody's call that concerns the room. Of a generation that is not live, it is
/// dropped.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Happened {
    /// Whose, which generation.
    pub feed: Feed,
    /// What.
    pub what: CallNews,
}

/// News of a call for the room.
pub enum CallNews {
    /// What can be subscribed of it changed: it stands in the table.
    Announced,
    /// Speaks, or not.
    Talking(bool),
    /// Media arrives at the gateway, or not.
    Media {
        /// Which stream.
        mid: Mid,
        /// Sound or picture.
        kind: Kind,
        /// Arrives.
        receiving: bool,
    },
}

/// Something is owed in the table: say it.
#[derive(Message)]
#[rtype(result = "()")]
pub struct SayOwed;

/// A member's connection is gone, by the word of somebody else who watched it.
#[derive(Message)]
#[rtype(result = "()")]
pub struct MemberGone {
    /// Which.
    pub membership: MembershipId,
    /// How it ended.
    pub reason: DownReason,
}

/// The registry let the room go: stop.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Retired;
