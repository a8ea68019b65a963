//! Everything a session can hear.
//!
//! ```json
//! {"janus":"event","session_id":1,"sender":2,"transaction":"x","plugindata":{"plugin":"…","data":{…}},"jsep":{…}}
//! {"janus":"media","session_id":1,"sender":2,"mid":"1","type":"video","receiving":true}
//! ```
//! Unknown members are passed over. An event of an unknown kind, or of a known kind in a shape that
//! cannot be read, is [`Kind::Unknown`]: passed on, never an error.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::errors::Error;

/// A session description in Janus's form: `{"type":"offer","sdp":"v=0…"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jsep {
    /// Which of both.
    #[serde(rename = "type")]
    pub kind: JsepKind,
    /// The description.
    pub sdp: String,
}

/// Offer or answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JsepKind {
    /// An offer.
    Offer,
    /// An answer.
    Answer,
}

/// What a plugin said: in an event, or as the answer to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginData {
    /// The plugin's name, `janus.plugin.videoroom`.
    pub plugin: String,
    /// Its words.
    pub data: Value,
    /// What came with them.
    pub jsep: Option<Jsep>,
}

/// One event, in its envelope.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The session it says it is for. A `keepalive` names none.
    pub session: Option<u64>,
    /// The handle it says it is of.
    pub sender: Option<u64>,
    /// The request it says it answers.
    pub transaction: Option<String>,
    /// What happened.
    pub kind: Kind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// The plugin speaks.
    Plugin(PluginData),
    /// ICE and DTLS are up.
    WebrtcUp,
    /// A stream's packets arrive at Janus, or stopped to.
    Media {
        /// Which m-line.
        mid: String,
        /// `audio` or `video`.
        media: MediaKind,
        /// Arrive.
        receiving: bool,
    },
    /// Packets are lost.
    SlowLink {
        /// Which m-line.
        mid: String,
        /// As Janus sees it: true, on the way from Janus to the peer.
        uplink: bool,
        /// How many since the last such event.
        lost: u64,
    },
    /// The PeerConnection ended.
    Hangup {
        /// `DTLS alert`, `ICE failed` …
        reason: String,
    },
    /// ICE failed; with `hangup_on_failed` a hangup follows (Janus 1.2 and later).
    IceFailed,
    /// The handle is gone.
    Detached,
    /// Janus ended the session.
    Timeout,
    /// A candidate of Janus's own, or their end (`{"completed":true}`); only with full trickle.
    Trickle(Value),
    /// An idle poll's end. Says only that Janus lives.
    Keepalive,
    /// Something else.
    Unknown {
        /// Its `janus`.
        name: String,
        /// The whole of it.
        raw: Value,
    },
}

/// What a stream carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaKind {
    /// Sound.
    Audio,
    /// Picture.
    Video,
    /// A data channel.
    Data,
}

#[derive(Deserialize)]
struct Media {
    mid: String,
    #[serde(rename = "type")]
    media: MediaKind,
    receiving: bool,
}

#[derive(Deserialize)]
struct SlowLink {
    mid: String,
    uplink: bool,
    lost: u64,
}

#[derive(Deserialize)]
struct RawPluginData {
    plugin: String,
    #[serde(default)]
    data: Value,
}

impl Event {
    /// Reads an event.
    ///
    /// # Errors
    /// `Protocol` if it is no object with a text `janus`, or an id in it is no whole number below 2^64.
    pub fn read(raw: Value) -> Result<Self, Error> {
        let Some(name) = raw.get("janus").and_then(Value::as_str) else {
            return Err(Error::protocol("an event without `janus`"));
        };
        Ok(Self {
            session: id_of(&raw, "session_id")?,
            sender: id_of(&raw, "sender")?,
            transaction: match raw.get("transaction") {
                None => None,
                Some(Value::String(transaction)) => Some(transaction.clone()),
                Some(_) => return Err(Error::protocol("an event's `transaction` is no text")),
            },
            kind: Kind::read(name, &raw).unwrap_or_else(|| Kind::Unknown {
                name: name.to_owned(),
                raw: raw.clone(),
            }),
        })
    }
}

impl Kind {
    fn read(name: &str, raw: &Value) -> Option<Self> {
        Some(match name {
            "event" => Self::Plugin(PluginData::read(raw)?),
            "webrtcup" => Self::WebrtcUp,
            "media" => {
                let media: Media = object(raw)?;
                Self::Media {
                    mid: media.mid,
                    media: media.media,
                    receiving: media.receiving,
                }
            }
            "slowlink" => {
                let slow: SlowLink = object(raw)?;
                Self::SlowLink {
                    mid: slow.mid,
                    uplink: slow.uplink,
                    lost: slow.lost,
                }
            }
            "hangup" => Self::Hangup {
                reason: raw
                    .get("reason")
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned(),
            },
            "ice-failed" => Self::IceFailed,
            "detached" => Self::Detached,
            "timeout" => Self::Timeout,
            "trickle" => Self::Trickle(raw.get("candidate")?.clone()),
            "keepalive" => Self::Keepalive,
            _ => return None,
        })
    }

    /// The name, for logs.
    pub fn name(&self) -> &str {
        match self {
            Self::Plugin(_) => "event",
            Self::WebrtcUp => "webrtcup",
            Self::Media { .. } => "media",
            Self::SlowLink { .. } => "slowlink",
            Self::Hangup { .. } => "hangup",
            Self::IceFailed => "ice-failed",
            Self::Detached => "detached",
            Self::Timeout => "timeout",
            Self::Trickle(_) => "trickle",
            Self::Keepalive => "keepalive",
            Self::Unknown { name, .. } => name,
        }
    }
}

impl PluginData {
    /// Reads `plugindata` and `jsep` of an event or a `success`.
    pub(crate) fn read(raw: &Value) -> Option<Self> {
        let said: RawPluginData = object(raw.get("plugindata")?)?;
        let jsep = match raw.get("jsep") {
            None | Some(Value::Null) => None,
            Some(jsep) => Some(object(jsep)?),
        };
        Some(Self {
            plugin: said.plugin,
            data: said.data,
            jsep,
        })
    }
}

/// Reads an object. Derived readers take a list of a struct's fields as well, which is none.
pub(crate) fn object<T: DeserializeOwned>(raw: &Value) -> Option<T> {
    raw.is_object().then(|| T::deserialize(raw).ok()).flatten()
}

/// An id that may be missing, but not be something else.
pub(crate) fn id_of(raw: &Value, member: &str) -> Result<Option<u64>, Error> {
    match raw.get(member) {
        None => Ok(None),
        Some(id) => id
            .as_u64()
            .map(Some)
            .ok_or_else(|| Error::protocol(format!("`{member}` is no id"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn known_events_are_read_with_unknown_members() {
        let event = Event::read(
            json!({"janus":"slowlink","session_id":1,"sender":18_446_744_073_709_551_615_u64,
            "mid":"1","media":"video","uplink":false,"lost":4,"new":{}}),
        )
        .unwrap();
        assert_eq!(event.sender, Some(u64::MAX));
        assert_eq!(
            event.kind,
            Kind::SlowLink {
                mid: "1".into(),
                uplink: false,
                lost: 4
            }
        );
    }

    #[test]
    fn unknown_and_unreadable_events_are_passed_on() {
        for raw in [
            json!({"janus":"solar-flare","session_id":1}),
            json!({"janus":"media","session_id":1,"mid":7}),
            json!({"janus":"event","session_id":1,"jsep":{"type":"offer","sdp":""}}),
            json!({"janus":"event","plugindata":{"plugin":"p"},"jsep":{"type":"rollback","sdp":""}}),
            json!({"janus":"event","plugindata":["p",{}]}),
            json!({"janus":"event","plugindata":{"plugin":"p"},"jsep":["offer","v=0"]}),
        ] {
            let event = Event::read(raw.clone()).unwrap();
            assert!(matches!(event.kind, Kind::Unknown { .. }), "{raw}");
        }
    }

    #[test]
    fn what_is_no_event_is_an_error() {
        for raw in [
            json!(7),
            json!({}),
            json!({"janus":7}),
            json!({"janus":"event","session_id":"1"}),
            json!({"janus":"event","session_id":-1}),
            json!({"janus":"event","sender":1.5}),
            json!({"janus":"event","transaction":{}}),
        ] {
            assert!(matches!(Event::read(raw), Err(Error::Protocol { .. })));
        }
    }
}
