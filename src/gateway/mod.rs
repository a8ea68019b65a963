//! Where media meets, in participants' terms: what a call asks of a gateway and hears from it.
//!
//! [`Gateway`] is the place, [`Line`] one call's connection to it. The adapter for Janus is
//! [`janus`]. No word of Janus's wire passes upwards.

use std::rc::Rc;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use tokio::time::Instant;

use crate::names::{Feed, Kind, Mid, Of, PublishedStream, StreamSpec};
use crate::sdp::{Candidate, Sdp};

pub mod fake;
pub mod janus;

/// The id of one call's session on the gateway: chosen by us before it is made, so that whatever
/// becomes of the request can be cleared by it. 1 to 2^53 - 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(pub u64);

impl SessionId {
    /// A new random id.
    pub fn random() -> Self {
        let bits = u64::from_le_bytes(crate::names::random_bytes()) >> 11;
        Self(bits.max(1))
    }
}

/// The gateway's side of a room: its id there (node name and random, new for each life of a room).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MediaRoom {
    /// Letters, digits, `-` and `_` only.
    pub id: String,
    /// How many may publish.
    pub capacity: usize,
}

/// Why the gateway did not do as asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum GatewayError {
    /// It read the offer or answer and said no.
    #[error("the gateway refused the offer: {detail} (code {code})")]
    OfferRefused {
        /// Janus's code.
        code: u32,
        /// Janus's words.
        detail: String,
    },
    /// It said no to something else. Code 0: it was not asked, as that side is not usable (any more).
    #[error("the gateway refused `{request}`: {detail} (code {code})")]
    Refused {
        /// Which request.
        request: &'static str,
        /// Janus's code.
        code: u32,
        /// Janus's words.
        detail: String,
    },
    /// Hung or overloaded. Worth a retry.
    #[error("the gateway did not answer `{request}` within {after:?}")]
    Timeout {
        /// Which request.
        request: &'static str,
        /// How long it had.
        after: Duration,
    },
    /// No connection could be made.
    #[error("the gateway cannot be reached: {detail}")]
    Unreachable {
        /// What the transport said, without secrets.
        detail: String,
    },
    /// A connection that stood broke.
    #[error("the connection to the gateway was lost: {detail}")]
    Lost {
        /// What the transport said, without secrets.
        detail: String,
    },
    /// It does not know the session any more.
    #[error("the gateway does not know the session any more")]
    SessionLost,
    /// It refuses our secret.
    #[error("the gateway refuses the API secret")]
    Unauthorised,
    /// It works, but must not or cannot be used as it is set up.
    #[error("this gateway cannot be used: {what}")]
    Unfit {
        /// What is wrong with it.
        what: &'static str,
    },
    /// What it said cannot be right.
    #[error("the gateway answered nonsense: {detail}")]
    Protocol {
        /// What was wrong; escaped, shortened.
        detail: String,
    },
}

impl GatewayError {
    /// `reason` of the error reply and of `stop_call`. Wire: add, never rename.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::OfferRefused { .. } => "offer_refused",
            Self::Refused { .. } => "janus_refused",
            Self::Timeout { .. } => "janus_timeout",
            Self::Unreachable { .. } => "janus_unreachable",
            Self::Lost { .. } => "janus_lost",
            Self::SessionLost => "janus_session_lost",
            Self::Unauthorised => "janus_unauthorised",
            Self::Unfit { .. } => "janus_unfit",
            Self::Protocol { .. } => "janus_protocol",
        }
    }

    /// Whether it read what it was asked and said no: nothing is broken by that.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::OfferRefused { .. } | Self::Refused { .. })
    }

    /// Whether the gateway as a whole is away, rather than one call broken.
    pub fn is_outage(&self) -> bool {
        matches!(
            self,
            Self::Timeout { .. }
                | Self::Unreachable { .. }
                | Self::Lost { .. }
                | Self::Unauthorised
        )
    }
}

/// Somebody's streams, as the gateway announces them; replaces what was known of the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Whose, which life.
    pub feed: Feed,
    /// All of them, disabled ones too. Only `mid`, `codec` and `disabled` are the gateway's own
    /// knowledge; `source` and `label` come from the description its publisher gave.
    pub streams: Vec<PublishedStream>,
}

/// One m-line of the subscribing connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscribedStream {
    /// Its mid in the subscribing connection (the gateway's own numbering).
    pub mid: Mid,
    /// Whose stream.
    pub feed: Feed,
    /// The stream's mid at its publisher.
    pub feed_mid: Mid,
}

/// An offer for what comes down, and what is on its m-lines. Inactive m-lines are left out.
#[derive(Clone, Debug)]
pub struct SubscriberOffer {
    /// The gateway's offer.
    pub offer: Sdp,
    /// The active m-lines.
    pub streams: Vec<SubscribedStream>,
}

/// What [`Line::subscribe`] is to change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubscriptionChange {
    /// Streams to receive from now on; none of them subscribed already.
    pub subscribe: Vec<(Feed, Mid)>,
    /// Mids of the subscribing connection to let go.
    pub unsubscribe: Vec<Mid>,
}

/// What a change of subscriptions came to.
#[derive(Clone, Debug)]
pub enum Subscribed {
    /// This offer is to be answered.
    Offer(SubscriberOffer),
    /// Nothing to negotiate (an earlier offer covers it, or nothing changed); should an offer come
    /// of it later, it comes as [`GatewayEvent::SubscriberOffer`].
    Nothing,
    /// A feed is not there (any more): nothing was changed. Ask again without it.
    NoSuchFeed,
}

/// Which layer of a stream to send down, or whether to send it: what is `None` stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preference {
    /// The m-line of the subscribing connection.
    pub mid: Mid,
    /// Simulcast layer, 0 the smallest, at most 2.
    pub substream: Option<u8>,
    /// Temporal layer, at most 2.
    pub temporal: Option<u8>,
    /// False pauses it.
    pub send: Option<bool>,
}

/// What a gateway tells of one call, unasked.
#[derive(Clone, Debug)]
pub enum GatewayEvent {
    /// Others publish (new, or changed: each replaces what was known).
    Publishers(Vec<Publication>),
    /// Somebody else's streams are gone.
    Unpublished(Feed),
    /// Somebody else left the media room.
    Leaving(Feed),
    /// Somebody began or ended to speak; oneself too.
    Talking {
        /// Who.
        feed: Feed,
        /// Speaks.
        talking: bool,
    },
    /// An offer or answer took effect.
    Configured(Of),
    /// ICE and DTLS are up.
    WebrtcUp(Of),
    /// Media of one stream arrives at the gateway, or stopped to.
    Media {
        /// Which connection.
        of: Of,
        /// Which m-line of it.
        mid: Mid,
        /// Sound or picture.
        kind: Kind,
        /// Arrives.
        receiving: bool,
    },
    /// Packets are lost.
    SlowLink {
        /// Which connection.
        of: Of,
        /// Which m-line of it.
        mid: Mid,
        /// As the browser sees it: true, what it sends is lost.
        uplink: bool,
        /// How many packets since the last such event.
        lost: u64,
    },
    /// A connection ended.
    Hangup {
        /// Which.
        of: Of,
        /// Janus's words.
        reason: String,
    },
    /// An offer the gateway makes by itself (a publisher left, or one that was pending).
    SubscriberOffer(SubscriberOffer),
    /// The media room is gone, and everybody in it.
    RoomDestroyed,
    /// One's own session, handle or membership was taken away behind our back.
    SessionGone {
        /// Janus's word for it.
        what: &'static str,
    },
    /// Something this version does not know; counted, never an error.
    Unknown {
        /// Its name, escaped and shortened.
        name: String,
    },
}

/// What publishing came to.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The gateway's answer.
    pub answer: Sdp,
    /// The streams with the codecs that were agreed.
    pub streams: Vec<PublishedStream>,
}

/// A place where media meets. Lives on one arbiter; every future ends by its deadline.
pub trait Gateway {
    /// Opens a call's session under an id of our choosing. Errors leave the id to be destroyed.
    fn open(
        &self,
        id: SessionId,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<Opened, GatewayError>>;

    /// Clears a session with all that it holds. `Ok(false)`: there is none of that id.
    fn destroy(
        &self,
        id: SessionId,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<bool, GatewayError>>;

    /// Whether the gateway really works: makes a session and a handle and destroys them again.
    fn probe(&self, deadline: Instant) -> LocalBoxFuture<'static, Result<(), GatewayError>>;

    /// Destroys every media room whose id starts with `prefix`, but for those in `keep`.
    /// Answers how many it destroyed.
    fn sweep_rooms(
        &self,
        prefix: String,
        keep: Vec<String>,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<usize, GatewayError>>;
}

/// A call's session as [`Gateway::open`] gives it.
pub struct Opened {
    /// To ask.
    pub line: Rc<dyn Line>,
    /// To listen.
    pub events: Box<dyn EventStream>,
}

/// What comes from the gateway, in order. The answers to what a [`Line`] asks come this way too, so
/// they come only while somebody listens.
pub trait EventStream {
    /// The next events; none if the gateway only said that it lives, or answered. Never cancelled
    /// while its call lives and never called again after an error: what was under way is lost with it.
    fn next(&mut self) -> LocalBoxFuture<'_, Result<Vec<GatewayEvent>, GatewayError>>;
}

/// One call's connection to the gateway: a publishing and a subscribing side. At most one message is
/// in flight a side: further ones wait their turn here. Dropping it asks nothing of the gateway:
/// whoever opened the session destroys it by its id.
pub trait Line {
    /// Enters the media room as `feed` (making the room if the gateway has none of that id),
    /// without publishing. Answers who publishes there.
    fn join(
        &self,
        room: MediaRoom,
        feed: Feed,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<Vec<Publication>, GatewayError>>;

    /// Publishes, or changes what is published. `streams` describes the m-lines of the offer.
    fn publish(
        &self,
        offer: Sdp,
        streams: Vec<StreamSpec>,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<Answered, GatewayError>>;

    /// Changes what comes down; makes the subscribing side at the first stream.
    fn subscribe(
        &self,
        change: SubscriptionChange,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<Subscribed, GatewayError>>;

    /// Answers the newest offer of the subscribing side.
    fn answer(
        &self,
        answer: Sdp,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<(), GatewayError>>;

    /// Asks for an offer that restarts ICE of the subscribing side. While an offer is unanswered:
    /// [`Subscribed::Nothing`] after a second, and the offer is pushed after its answer.
    fn restart_subscriber(
        &self,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<Subscribed, GatewayError>>;

    /// Lets the subscribing side go; the next [`Line::subscribe`] makes a new one. No event of the
    /// old one comes afterwards.
    fn drop_subscriber(&self) -> LocalBoxFuture<'static, ()>;

    /// Chooses layers of what comes down, or pauses it.
    fn prefer(
        &self,
        preferences: Vec<Preference>,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<(), GatewayError>>;

    /// Asks the browser for a key frame of what it publishes.
    fn request_keyframe(
        &self,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<(), GatewayError>>;

    /// Holds back one stream that is published, or lets it through again, whatever the browser sends.
    fn mute(
        &self,
        mid: Mid,
        mute: bool,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<(), GatewayError>>;

    /// Passes a candidate on; `None` says that there are no more.
    fn trickle(
        &self,
        of: Of,
        candidate: Option<Candidate>,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<(), GatewayError>>;

    /// Asks whether the session is still there.
    fn keepalive(&self, deadline: Instant) -> LocalBoxFuture<'static, Result<(), GatewayError>>;
}
