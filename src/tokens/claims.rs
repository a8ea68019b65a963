//! What a token says: its header and its claims, read strictly. Pure.
//!
//! Strictly: a member that comes twice, or is of another type than RFC 7519 and this server want, makes
//! the whole token unreadable. What is not named here is not looked at.

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::Algorithm;
use serde::de::value::{Error, StrDeserializer};
use serde::de::{IgnoredAny, IntoDeserializer};
use serde::{Deserialize, Deserializer};

use super::Refused;
use crate::names::RoomName;
use crate::rooms::authorisation::Grant;

/// The longest pattern of rooms.
pub const MAX_PATTERN_BYTES: usize = 128;

/// The head of a token. It chooses among our keys, and nothing else.
#[derive(Deserialize)]
pub struct Header {
    alg: String,
    kid: Option<String>,
    // A token that brings its own key, or asks for what must be understood, is refused.
    #[serde(default, deserialize_with = "present")]
    jwk: bool,
    #[serde(default, deserialize_with = "present")]
    jku: bool,
    #[serde(default, deserialize_with = "present")]
    x5u: bool,
    #[serde(default, deserialize_with = "present")]
    x5c: bool,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
}

/// True for whatever there is, also for null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

impl Header {
    /// The head of a token that is of the form of one: three parts in base64url without padding.
    ///
    /// # Errors
    /// If it is not, or its head cannot be read or holds what none of ours holds.
    pub fn of(token: &str) -> Result<Self, Refused> {
        let part = |part: &&str| {
            let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
            !part.is_empty() && part.bytes().all(allowed)
        };
        let mut parts = token.split('.');
        let head = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(head), Some(payload), Some(signature), None)
                if [head, payload, signature].iter().all(part) =>
            {
                head
            }
            _ => return Err(Refused::Form),
        };
        let head = BASE64URL_NOPAD
            .decode(head.as_bytes())
            .map_err(|_| Refused::Form)?;
        let header: Self = serde_json::from_slice(&head).map_err(|_| Refused::Header)?;
        match header.jwk || header.jku || header.x5u || header.x5c || header.crit {
            true => Err(Refused::Header),
            false => Ok(header),
        }
    }

    /// Which key it names.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Whether it says to be signed so.
    pub fn is_of(&self, algorithm: Algorithm) -> bool {
        self.alg
            .parse::<Algorithm>()
            .is_ok_and(|alg| alg == algorithm)
    }
}

/// `role`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// May moderate.
    Moderator,
    /// One of many.
    #[default]
    Participant,
}

/// What a token claims. Times are whole seconds since 1970. `exp`, `nbf` and `aud` are judged by the
/// library that checks the signature; here only their types, where ours are narrower.
#[derive(Deserialize)]
pub struct Claims {
    /// Until when.
    #[serde(rename = "exp")]
    _exp: u64,
    /// From when.
    #[serde(rename = "nbf")]
    _nbf: Option<u64>,
    /// By whom: any.
    #[serde(rename = "iss")]
    _iss: Option<String>,
    /// Which rooms it opens: a name, or a pattern with `*`.
    pub room: String,
    /// Who they are.
    pub sub: Option<String>,
    /// What they are called.
    pub name: Option<String>,
    /// What they are.
    #[serde(default)]
    pub role: Role,
    /// What they may do, if that is not what their role may.
    pub grants: Option<Vec<String>>,
}

/// A word of `grants`; none if this version does not know it.
pub fn grant(word: &str) -> Option<Grant> {
    let word: StrDeserializer<'_, Error> = word.into_deserializer();
    Grant::deserialize(word).ok()
}

/// `room` of a token: a name, in which each `*` stands for any characters, also none.
pub struct RoomPattern<'a>(pub &'a str);

impl RoomPattern<'_> {
    /// Whether there can be a room that it matches.
    pub fn is_sound(&self) -> bool {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_-*".contains(&b);
        (1..=MAX_PATTERN_BYTES).contains(&self.0.len()) && self.0.bytes().all(allowed)
    }

    /// Whether it is for this room.
    pub fn matches(&self, room: &RoomName) -> bool {
        let name = room.as_str();
        if !self.is_sound() {
            return false;
        }
        let Some((first, rest)) = self.0.split_once('*') else {
            return self.0 == name;
        };
        let (between, last) = rest.rsplit_once('*').unwrap_or(("", rest));
        let Some(mut middle) = name
            .strip_prefix(first)
            .and_then(|name| name.strip_suffix(last))
        else {
            return false;
        };
        // The leftmost place of each piece leaves the most for those behind it.
        between
            .split('*')
            .all(|piece| match middle.split_once(piece) {
                _ if piece.is_empty() => true,
                Some((_, behind)) => {
                    middle = behind;
                    true
                }
                None => false,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_whole_names() {
        let matches = |pattern, name| RoomPattern(pattern).matches(&RoomName::parse(name).unwrap());
        for (pattern, name) in [
            ("tea", "tea"),
            ("*", "tea"),
            ("t*", "tea"),
            ("*a", "tea"),
            ("t*a", "tea"),
            ("t*a", "ta"),
            ("team-*-2", "team-red-2"),
            ("*e*", "tea"),
            ("**", "tea"),
            ("a*b*c*d", "aXbcYcd"),
            ("a*bc*c", "abcXbcc"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("tea", "teapot"),
            ("tea", "Tea"),
            ("", "tea"),
            ("t*", "eat"),
            ("tea*a", "tea"),
            ("*x*", "tea"),
            ("a*b*b*a", "aba"),
            ("t.a", "tea"),
            ("[t]ea", "tea"),
            ("te?", "tea"),
        ] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
        assert!(!matches(&"*".repeat(MAX_PATTERN_BYTES + 1), "tea"));
    }

    #[test]
    fn a_grant_that_is_not_known_is_none() {
        assert_eq!(grant("chat"), Some(Grant::Chat));
        for word in ["", "Chat", "fly", "chat "] {
            assert_eq!(grant(word), None, "{word}");
        }
    }
}
