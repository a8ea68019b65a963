//! Phoenix Channels V2 frames: `[join_ref, ref, topic, event, payload]`, read strictly, written once.
//!
//! Pure: knows no socket, no channel and no event. What a payload must hold is its reader's matter;
//! here it is an object, of sound JSON all the way down.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Longest `ref` and `join_ref`, in bytes. The official client counts in decimals.
const MAX_REF_BYTES: usize = 64;
/// Longest topic, in bytes: `room:` and a name of 64 is the longest that means anything.
const MAX_TOPIC_BYTES: usize = 128;
/// Longest event, in bytes.
const MAX_EVENT_BYTES: usize = 64;

/// One frame of a client: `["1","3","room:tea","chat",{"text":"hi"}]`.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Which join of the channel it belongs to; none on topic `phoenix`.
    pub join_ref: Option<String>,
    /// What its reply carries.
    pub reference: Option<String>,
    /// Where it goes; at most 128 bytes, not checked further.
    pub topic: String,
    /// What it asks; at most 64 bytes, no control characters.
    pub event: String,
    /// An object, as it was written: sound JSON, no key twice, less than 128 deep.
    pub payload: Box<RawValue>,
}

/// What could be read of a frame that was refused; its error reply is addressed by it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// See [`Frame::join_ref`].
    pub join_ref: Option<String>,
    /// See [`Frame::reference`].
    pub reference: Option<String>,
    /// See [`Frame::topic`].
    pub topic: Option<String>,
    /// See [`Frame::event`].
    pub event: Option<String>,
}

/// Why a frame was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// It is no frame.
    #[error("not a frame: {detail}")]
    Malformed {
        /// What was wrong, in our words only.
        detail: &'static str,
        /// What could be read of it.
        parts: Box<Parts>,
    },
    /// All is well but the payload, which is no object.
    #[error("the payload is not an object")]
    BadPayload {
        /// The rest of it.
        parts: Box<Parts>,
    },
}

impl FrameError {
    /// `reason` of the error reply. Wire: add, never rename.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "bad_frame",
            Self::BadPayload { .. } => "bad_payload",
        }
    }

    /// What could be read of the frame.
    pub fn parts(&self) -> &Parts {
        match self {
            Self::Malformed { parts, .. } | Self::BadPayload { parts } => parts,
        }
    }
}

/// Reads a text frame.
///
/// Errors: [`FrameError::Malformed`] for everything but five elements, each of its type and within
/// its length; [`FrameError::BadPayload`] when only the payload's type is wrong.
pub fn decode(text: &str) -> Result<Frame, FrameError> {
    let elements: Vec<&RawValue> =
        serde_json::from_str(text).map_err(|_| malformed("not a JSON array", Parts::default()))?;
    let join_ref = reference(elements.first());
    let own_ref = reference(elements.get(1));
    let topic = string(elements.get(2), MAX_TOPIC_BYTES);
    let event = string(elements.get(3), MAX_EVENT_BYTES).filter(|event| is_printable(event));
    let parts = Parts {
        join_ref: join_ref.clone().flatten(),
        reference: own_ref.clone().flatten(),
        topic: topic.clone(),
        event: event.clone(),
    };
    let &[_, _, _, _, payload] = elements.as_slice() else {
        return Err(malformed("not five elements", parts));
    };
    let (Some(join_ref), Some(reference)) = (join_ref, own_ref) else {
        return Err(malformed("a ref is no short string", parts));
    };
    let Some(topic) = topic else {
        return Err(malformed("the topic is no short string", parts));
    };
    let Some(event) = event else {
        return Err(malformed("the event is no short string", parts));
    };
    if serde_json::from_str::<Sound>(payload.get()).is_err() {
        return Err(malformed("the payload is unsound JSON", parts));
    }
    if !payload.get().starts_with('{') {
        return Err(FrameError::BadPayload {
            parts: Box::new(parts),
        });
    }
    Ok(Frame {
        join_ref,
        reference,
        topic,
        event,
        payload: payload.to_owned(),
    })
}

/// The head of a binary push, enough to refuse it by its refs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BinaryHeader {
    /// See [`Frame::join_ref`]; empty on the wire means none.
    pub join_ref: Option<String>,
    /// See [`Frame::reference`]; empty on the wire means none.
    pub reference: Option<String>,
    /// See [`Frame::topic`].
    pub topic: String,
    /// See [`Frame::event`].
    pub event: String,
}

/// Reads the head of a binary frame: `00`, the lengths of join_ref, ref, topic and event in a byte
/// each, then the four texts. The data behind them is not looked at.
pub fn decode_binary(bytes: &[u8]) -> Result<BinaryHeader, FrameError> {
    let wrong = |detail| malformed(detail, Parts::default());
    let [0, join_ref, own_ref, topic, event, rest @ ..] = bytes else {
        return Err(wrong("not a binary push"));
    };
    let mut rest = rest;
    let mut take = |length: u8, max: usize| -> Option<String> {
        let (head, tail) = rest.split_at_checked(usize::from(length))?;
        rest = tail;
        let text = std::str::from_utf8(head).ok()?;
        (text.len() <= max).then(|| text.to_owned())
    };
    let texts = [
        take(*join_ref, MAX_REF_BYTES).filter(|text| is_printable(text)),
        take(*own_ref, MAX_REF_BYTES).filter(|text| is_printable(text)),
        take(*topic, MAX_TOPIC_BYTES),
        take(*event, MAX_EVENT_BYTES).filter(|text| is_printable(text)),
    ];
    let [Some(join_ref), Some(reference), Some(topic), Some(event)] = texts else {
        return Err(wrong("the head of a binary push is broken"));
    };
    let some = |text: String| (!text.is_empty()).then_some(text);
    Ok(BinaryHeader {
        join_ref: some(join_ref),
        reference: some(reference),
        topic,
        event,
    })
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Done; the response says what.
    Ok,
    /// Refused; the response is `{"reason":…}`.
    Error,
}

/// Writes an event to a client: `["1",null,"room:tea","talking",{…}]`. Without `join_ref` any join
/// of the topic takes it.
pub fn push(
    join_ref: Option<&str>,
    topic: &str,
    event: &str,
    payload: &(impl Serialize + ?Sized),
) -> String {
    serde_json::to_string(&(join_ref, (), topic, event, payload)).unwrap_or_else(|error| {
        log::error!(event = event, error = error.to_string(); "payload cannot be written");
        nothing_but(&(join_ref, (), topic, event, serde_json::Map::new()))
    })
}

/// Writes the answer to a request: `["1","3","room:tea","phx_reply",{"status":"ok","response":{…}}]`.
pub fn reply(
    join_ref: Option<&str>,
    reference: Option<&str>,
    topic: &str,
    status: Status,
    response: &(impl Serialize + ?Sized),
) -> String {
    /// The payload of `phx_reply`.
    #[derive(Serialize)]
    struct Reply<'a, R: ?Sized> {
        status: Status,
        response: &'a R,
    }
    let payload = Reply { status, response };
    serde_json::to_string(&(join_ref, reference, topic, "phx_reply", payload)).unwrap_or_else(
        |error| {
            log::error!(error = error.to_string(); "response cannot be written");
            let failed = Reply {
                status: Status::Error,
                response: &[("reason", "internal")]
                    .into_iter()
                    .collect::<std::collections::BTreeMap<_, _>>(),
            };
            nothing_but(&(join_ref, reference, topic, "phx_reply", failed))
        },
    )
}

/// Writes what is made of strings and maps of strings alone: that cannot fail.
fn nothing_but(frame: &impl Serialize) -> String {
    serde_json::to_string(frame).unwrap_or_default()
}

fn malformed(detail: &'static str, parts: Parts) -> FrameError {
    FrameError::Malformed {
        detail,
        parts: Box::new(parts),
    }
}

/// `null` or a short string. The outer `None`: it is neither, or not there.
fn reference(element: Option<&&RawValue>) -> Option<Option<String>> {
    if element?.get() == "null" {
        return Some(None);
    }
    let text = string(element, MAX_REF_BYTES)?;
    is_printable(&text).then_some(Some(text))
}

fn string(element: Option<&&RawValue>, max: usize) -> Option<String> {
    let json = element?.get();
    // An escape is at most six bytes for one: do not copy what cannot fit.
    if json.len() > 2 + 6 * max {
        return None;
    }
    let text: String = serde_json::from_str(json).ok()?;
    (text.len() <= max).then_some(text)
}

fn is_printable(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// Reads any JSON and keeps nothing: finds what `RawValue` lets pass (depth of 128 and more, numbers
/// beyond `f64`, lone surrogates) and keys that stand twice in an object.
struct Sound;

impl<'de> Deserialize<'de> for Sound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> DeserializeSeed<'de> for Sound {
    type Value = Self;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Sound {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sound JSON")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self, A::Error> {
        let mut seen = HashSet::new();
        while let Some(key) = entries.next_key::<std::borrow::Cow<'de, str>>()? {
            if !seen.insert(key) {
                return Err(A::Error::custom("a key stands twice"));
            }
            entries.next_value::<Self>()?;
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests;
