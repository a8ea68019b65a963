//! What rooms, participants, generations and streams are called.
//!
//! The vocabulary every layer shares. A value of these types exists only checked, so that nothing a
//! browser wrote reaches a URL, a log line or Janus raw. Pure; knows no other module.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::{BASE64URL_NOPAD, Specification};
use serde::{Deserialize, Deserializer, Serialize};

pub mod person;

/// Makes a checked string type: cheap to clone, shown as it is, serialised as a string.
macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| {
                    serde::de::Error::custom(concat!("not a valid ", stringify!($name)))
                })
            }
        }
    };
}

name_type! {
    /// A room's name: `[A-Za-z0-9_-]{1,64}`.
    RoomName
}

name_type! {
    /// A participant's id, made by the server; the presence key. Lower-case letters and digits.
    ParticipantId
}

name_type! {
    /// The `mid` of an m-line (RFC 8843): `[A-Za-z0-9._-]{1,32}`.
    Mid
}

fn all(text: &str, max: usize, allowed: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.len() <= max && text.bytes().all(allowed)
}

impl RoomName {
    /// Checks a room's name.
    pub fn parse(text: &str) -> Option<Self> {
        all(text, 64, |b| {
            b.is_ascii_alphanumeric() || b == b'_' || b == b'-'
        })
        .then(|| Self(text.into()))
    }
}

impl ParticipantId {
    /// Checks an id that a browser named.
    pub fn parse(text: &str) -> Option<Self> {
        all(text, 32, |b| b.is_ascii_lowercase() || b.is_ascii_digit()).then(|| Self(text.into()))
    }

    /// A new id: `p` and 60 random bits, so that two processes never make the same.
    pub fn random() -> Self {
        Self(format!("p{}", random_text()).into())
    }
}

impl Mid {
    /// Checks a mid.
    pub fn parse(text: &str) -> Option<Self> {
        all(text, 32, |b| {
            b.is_ascii_alphanumeric() || b"._-".contains(&b)
        })
        .then(|| Self(text.into()))
    }
}

/// Random bytes of the operating system.
///
/// # Panics
/// If the operating system has none to give, in which case nothing here would be safe to go on.
#[expect(clippy::expect_used, reason = "without randomness no token is safe")]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// The wall clock, Unix milliseconds.
pub fn unix_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

/// Twelve random lower-case letters and digits (60 bits).
pub fn random_text() -> String {
    let mut alphabet = Specification::new();
    alphabet
        .symbols
        .push_str("abcdefghijkmnpqrstuvwxyz23456789");
    let bytes = random_bytes::<8>();
    let mut text = match alphabet.encoding() {
        Ok(encoding) => encoding.encode(&bytes),
        Err(_) => BASE64URL_NOPAD
            .encode(&bytes)
            .to_lowercase()
            .replace(['-', '_'], "x"),
    };
    text.truncate(12);
    text
}

/// Which life of a participant's call. Never repeated, also not by the next process.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Generation(pub u64);

impl Generation {
    /// The next number of this process. The counter starts at Unix milliseconds, so that a restarted
    /// server goes on above what its predecessor gave out.
    pub fn next() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let now = unix_ms().max(1);
        let _ = LAST.compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
        Self(LAST.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a stream shows or plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A microphone.
    Mic,
    /// A camera.
    Camera,
    /// A shared screen.
    Screen,
}

/// One of the two connections of a call, as the browser sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// What goes up.
    Publisher,
    /// What comes down.
    Subscriber,
}

/// Sound or picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Sound.
    Audio,
    /// Picture.
    Video,
}

impl Kind {
    /// Its word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
        }
    }
}

/// A stream as its publisher announces it: `{"mid":"0","source":"mic","label":"Headset"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamSpec {
    /// The m-line it is on.
    pub mid: Mid,
    /// What it is.
    pub source: Source,
    /// For people; may be empty. At most 64 characters, no control characters (the channel checks).
    #[serde(default)]
    pub label: String,
}

/// A stream as it is published:
/// `{"mid":"1","source":"camera","label":"","codec":"vp8","disabled":false}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedStream {
    /// The m-line it is on, in the publisher's connection.
    pub mid: Mid,
    /// What it is.
    pub source: Source,
    /// For people.
    pub label: String,
    /// As the gateway names it (`opus`, `vp8`); absent while disabled.
    pub codec: Option<String>,
    /// Not sent now (its m-line is inactive, or no codec was common): never subscribe it.
    pub disabled: bool,
}

/// One life of one participant's call; on the gateway, a feed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Feed {
    /// Whose.
    pub participant: ParticipantId,
    /// Which life.
    pub generation: Generation,
}

impl fmt::Display for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.participant, self.generation)
    }
}

impl Feed {
    /// Reads what `Display` wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (participant, generation) = text.rsplit_once('-')?;
        Some(Self {
            participant: ParticipantId::parse(participant)?,
            generation: Generation(generation.parse().ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_reads_back_as_it_was_written() {
        let feed = Feed {
            participant: ParticipantId::random(),
            generation: Generation::next(),
        };
        assert_eq!(Feed::parse(&feed.to_string()), Some(feed));
    }

    #[test]
    fn names_outside_their_alphabet_are_refused() {
        for bad in ["", "a b", "ä", "a/b", "..%2f", &"x".repeat(65)] {
            assert_eq!(RoomName::parse(bad), None, "{bad}");
        }
        assert!(RoomName::parse(&"x".repeat(64)).is_some());
        assert_eq!(ParticipantId::parse("P7"), None);
    }

    #[test]
    fn generations_rise() {
        assert!(Generation::next() < Generation::next());
    }
}
