//! What requests and answers of the VideoRoom are made of.

use serde::{Deserialize, Serialize};

use crate::janus::events::MediaKind;

/// How a room is made. What is `None` is left to Janus.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RoomOptions {
    /// How many may publish.
    pub publishers: usize,
    /// Most bits a second that a publisher is asked to send.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bitrate: Option<u64>,
    /// Seconds between requests for a key frame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fir_freq: Option<u32>,
    /// Allowed codecs by preference, `opus`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audiocodec: Option<String>,
    /// Allowed codecs by preference, `vp8,h264`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub videocodec: Option<String>,
    /// Whether all hear who joins, rather than who publishes only.
    pub notify_joining: bool,
    /// Whether `talking` is said.
    pub audiolevel_event: bool,
    /// Over how many packets (of 20 ms) the level is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_active_packets: Option<u32>,
    /// Below which level somebody talks: 0 loud, 127 silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_level_average: Option<u32>,
    /// A publisher made by Janus itself, which sends nothing; for tests.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dummy_publisher: bool,
}

/// A text on a stream of one's own, shown to all as `description`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Description {
    /// Which m-line.
    pub mid: String,
    /// The text.
    pub description: String,
}

/// A stream of somebody who publishes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Stream {
    /// Its m-line in the publisher's connection.
    pub mid: String,
    /// What it carries.
    #[serde(rename = "type")]
    pub kind: MediaKind,
    /// `vp8`.
    #[serde(default)]
    pub codec: Option<String>,
    /// What its publisher said of it.
    #[serde(default)]
    pub description: Option<String>,
    /// Its m-line is inactive, or no codec was common.
    #[serde(default)]
    pub disabled: bool,
}

/// Somebody who publishes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Publisher {
    /// The feed.
    pub id: String,
    /// All its streams.
    #[serde(default)]
    pub streams: Vec<Stream>,
}

/// One m-line of a subscriber's connection. What is inactive has no feed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SubscribedStream {
    /// Which m-line; Janus's own numbering.
    pub mid: String,
    /// Whether anything is on it.
    #[serde(default)]
    pub active: bool,
    /// Whose stream.
    #[serde(default)]
    pub feed_id: Option<String>,
    /// Its m-line at the publisher.
    #[serde(default)]
    pub feed_mid: Option<String>,
}

/// A stream to subscribe: all of a feed without `mid`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Subscribe {
    /// Whose.
    pub feed: String,
    /// Which m-line of theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mid: Option<String>,
}

/// What is changed of a stream that comes down; what is `None` stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StreamChoice {
    /// Which m-line of the subscriber's connection.
    pub mid: String,
    /// Simulcast layer, 0 to 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub substream: Option<u8>,
    /// Temporal layer, 0 to 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temporal: Option<u8>,
    /// Whether it is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send: Option<bool>,
}

/// An offer to a subscriber.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The offer's SDP.
    pub sdp: String,
    /// Its m-lines; none if Janus did not list them (after an ICE restart): then they are as before.
    pub streams: Option<Vec<SubscribedStream>>,
}

/// What a change of subscriptions came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Updated {
    /// This offer is to be answered.
    Offer(Offer),
    /// There was nothing to do.
    Unchanged,
    /// An earlier offer is still unanswered; a new one is pushed after its answer.
    Postponed,
}
