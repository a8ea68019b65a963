//! What the VideoRoom says, read.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::types::{Publisher, Stream, SubscribedStream};
use crate::janus::errors::harmless;
use crate::janus::events::object;

/// What the plugin says unasked, or as an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// One is in, as a publisher.
    Joined(Vec<Publisher>),
    /// Somebody came in (only with `notify_joining`).
    Joining(String),
    /// These publish: new ones, or changed ones with all their streams.
    Publishers(Vec<Publisher>),
    /// Somebody's streams are gone; none: one's own.
    Unpublished(Option<String>),
    /// Somebody left.
    Leaving(String),
    /// One left oneself, or was made to.
    Left {
        /// `kicked`.
        reason: Option<String>,
    },
    /// Somebody was kicked.
    Kicked(String),
    /// Somebody began or ended to speak.
    Talking {
        /// Who.
        id: String,
        /// Speaks.
        talking: bool,
    },
    /// `configure` took effect. With all streams of one's own, if it was about an offer.
    Configured(Vec<Stream>),
    /// A subscriber is attached, or its streams changed.
    Updated(Vec<SubscribedStream>),
    /// The change has to wait for the answer of an earlier offer.
    Updating,
    /// A subscriber's answer was taken.
    Started,
    /// The room is gone.
    Destroyed,
    /// A stream of somebody's was muted by `moderate`, or is not any more.
    Moderated,
    /// Bits a second are too many for a link; said beside the core's `slowlink`.
    SlowLink,
    /// The plugin said no.
    Error {
        /// `error_code`.
        code: u32,
        /// `error`, made harmless.
        reason: String,
    },
    /// Something else, or something unreadable; its most telling word.
    Unknown(String),
}

impl Said {
    /// Reads what the plugin said.
    pub fn read(data: &Value) -> Self {
        Self::known(data).unwrap_or_else(|| Self::Unknown(harmless(&most_telling(data))))
    }

    fn known(data: &Value) -> Option<Self> {
        let text = |member: &str| data.get(member).and_then(Value::as_str).map(str::to_owned);
        let name = data.get("videoroom")?.as_str()?;
        if let Some(code) = data.get("error_code") {
            let code = u32::try_from(code.as_u64()?).ok()?;
            let reason = harmless(&text("error").unwrap_or_default());
            return Some(Self::Error { code, reason });
        }
        Some(match name {
            "joined" => Self::Joined(list(data, "publishers")?.unwrap_or_default()),
            "talking" | "stopped-talking" => Self::Talking {
                id: text("id")?,
                talking: name == "talking",
            },
            "attached" | "updated" => Self::Updated(list(data, "streams")?.unwrap_or_default()),
            "updating" => Self::Updating,
            "destroyed" => Self::Destroyed,
            "slow_link" => Self::SlowLink,
            "event" => {
                if let Some(publishers) = list(data, "publishers")? {
                    Self::Publishers(publishers)
                } else if let Some(id) = text("unpublished") {
                    Self::Unpublished(Some(id).filter(|id| id != "ok"))
                } else if let Some(id) = text("leaving") {
                    if id == "ok" {
                        Self::Left {
                            reason: text("reason"),
                        }
                    } else {
                        Self::Leaving(id)
                    }
                } else if let Some(id) = text("kicked") {
                    Self::Kicked(id)
                } else if let Some(joining) = data.get("joining") {
                    Self::Joining(joining.get("id")?.as_str()?.to_owned())
                } else if data.get("configured").is_some() {
                    Self::Configured(list(data, "streams")?.unwrap_or_default())
                } else if data.get("moderation").is_some() {
                    Self::Moderated
                } else if data.get("started").is_some() {
                    Self::Started
                } else {
                    return None;
                }
            }
            _ => return None,
        })
    }
}

/// A list that may be missing (`Some(None)`), but not be unreadable (`None`).
pub(super) fn list<T: DeserializeOwned>(data: &Value, member: &str) -> Option<Option<Vec<T>>> {
    match data.get(member) {
        None => Some(None),
        Some(list) => list
            .as_array()?
            .iter()
            .map(object)
            .collect::<Option<_>>()
            .map(Some),
    }
}

/// `event`'s second word tells more than the first: `{"videoroom":"event","switched":"ok"}`.
fn most_telling(data: &Value) -> String {
    let name = data.get("videoroom").and_then(Value::as_str);
    match name {
        Some("event") | None => {
            let mut words = data
                .as_object()
                .into_iter()
                .flat_map(|members| members.keys());
            words
                .find(|word| !matches!(word.as_str(), "videoroom" | "room"))
                .map_or_else(|| "event".to_owned(), |word| format!("event {word}"))
        }
        Some(name) => name.to_owned(),
    }
}
