//! What a member's connection asks of its call, and what the call tells it.

use actix::{Message, Recipient};
use tokio::time::Instant;

use super::errors::CallError;
use super::subscriptions::{Offer, Selection};
use crate::names::{Generation, Mid, Of, ParticipantId, StreamSpec};
use crate::otp::{ReplyTo, Watch};
use crate::rooms::ports::MembershipId;
use crate::sdp::{Candidate, Sdp};

/// The connection whose call it is.
#[derive(Clone)]
pub struct OwnerLink {
    /// By which join it is a member.
    pub membership: MembershipId,
    /// Takes what the call tells; bounded by its outbox.
    pub events: Recipient<CallEvent>,
    /// To monitor it.
    pub watch: Recipient<Watch>,
}

/// The call's answer.
pub type CallReply = Result<CallAnswer, CallError>;

/// What went well.
#[derive(Debug)]
pub enum CallAnswer {
    /// Published: the gateway's answer (none without streams) and the generation that began.
    Started {
        /// The answer.
        answer: Option<Sdp>,
        /// What began.
        generation: Generation,
    },
    /// Renegotiated.
    Updated {
        /// The answer.
        answer: Sdp,
    },
    /// Done.
    Done,
}

/// A request to a member's call; goes to the Supervisor, which passes it to the JanusSession.
#[derive(Message)]
#[rtype(result = "()")]
pub struct CallRequest {
    /// Whose.
    pub participant: ParticipantId,
    /// Who asks.
    pub owner: OwnerLink,
    /// What.
    pub command: Command,
    /// Until when all that it takes must be done.
    pub deadline: Instant,
    /// To answer.
    pub reply: ReplyTo<CallReply>,
}

/// What can be asked.
#[derive(Debug)]
pub enum Command {
    /// Starts the call. Without an offer it only receives.
    Start {
        /// The browser's offer.
        offer: Option<Sdp>,
        /// What is on its m-lines.
        streams: Vec<StreamSpec>,
    },
    /// Ends the call.
    Stop {
        /// Tells the others that it comes back.
        restart: bool,
    },
    /// The asker took the participant over: it is the owner now. Never answered with an error.
    Adopt,
    /// Something of a call that is on.
    InCall(InCall),
}

/// What can be asked of a call that is on.
#[derive(Debug)]
pub enum InCall {
    /// Renegotiates what is sent.
    Update {
        /// The browser's offer.
        offer: Sdp,
        /// What is on its m-lines.
        streams: Vec<StreamSpec>,
    },
    /// A candidate that may be passed on.
    Trickle {
        /// Of which connection.
        of: Of,
        /// None: no more.
        candidate: Option<Candidate>,
    },
    /// Receives these, or not.
    Choose {
        /// Which.
        selections: Vec<Selection>,
        /// Receive.
        receive: bool,
    },
    /// An ICE restart of what comes down.
    RestartSubscriber,
    /// Answers an offer. Checked against that offer by the call.
    Answer {
        /// The browser's answer, unchecked.
        answer: String,
        /// Of which offer.
        version: u64,
    },
    /// Layers of what comes down.
    Prefer(Vec<(Selection, Layers)>),
}

/// Substream, temporal layer, send.
pub type Layers = (Option<u8>, Option<u8>, Option<bool>);

/// What a call tells its owner.
#[derive(Message)]
#[rtype(result = "()")]
pub struct CallEvent {
    /// To which membership.
    pub membership: MembershipId,
    /// What.
    pub what: CallNotice,
}

/// See [`CallEvent`].
pub enum CallNotice {
    /// The call lives: monitor it. What comes after its `Down` is old.
    Linked {
        /// The call.
        watch: Recipient<Watch>,
    },
    /// An offer or answer took effect on the gateway.
    Configured(Of),
    /// ICE and DTLS are up.
    WebrtcUp(Of),
    /// Packets are lost.
    SlowLink {
        /// Which connection.
        of: Of,
        /// Which m-line of it.
        mid: Mid,
        /// What the browser sends is lost.
        uplink: bool,
        /// How many.
        lost: u64,
    },
    /// A connection ended.
    Hangup {
        /// Which.
        of: Of,
        /// Why, in the gateway's words.
        reason: String,
    },
    /// Answer this.
    Offer(Offer),
}
