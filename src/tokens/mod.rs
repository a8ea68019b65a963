//! Who may come in: a room's token (JWT, RFC 7519) becomes a [`Pass`], or is refused.
//!
//! - [`keys`]: the operator's JWK Set; a key fixes its algorithm, and a token only names the key.
//! - [`claims`]: what a token says, read strictly.
//! - [`issue`]: makes a token, and a first set of keys.
//! - [`crypto`]: the two signatures that there are, HS256 and EdDSA.
//!
//! Pure, but for the clock and the file of keys. Knows no wire: whoever is refused is told the same words
//! whatever was wrong ([`Refused`] is for the log).

use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Validation, decode};

use self::claims::{Claims, Header, Role, RoomPattern};
use self::keys::{Key, KeySet};
use crate::config::Twice;
use crate::names::{RoomName, person};
use crate::rooms::authorisation::{Grant, Grants, Pass};

pub mod claims;
mod crypto;
pub mod issue;
pub mod keys;

/// The longest token that is looked at.
pub const MAX_BYTES: usize = 8 * 1024;
/// How far the clocks of issuer and server may be apart.
const LEEWAY_S: u64 = 30;
/// The longest `sub`.
const MAX_SUBJECT_BYTES: usize = 256;

/// Why a token opens no door. For the log; it holds nothing of the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is none.
    #[error("no token")]
    Missing,
    /// The socket brought another one than the join.
    #[error("two tokens that differ")]
    Differ,
    /// Above its size.
    #[error("too long")]
    TooLong,
    /// Not three parts in base64url.
    #[error("not of the form of a JWT")]
    Form,
    /// A header that cannot be read, or that brings its own key or extensions.
    #[error("bad header")]
    Header,
    /// No key of that `kid`.
    #[error("unknown key")]
    UnknownKey,
    /// Not the algorithm of the key.
    #[error("not the key's algorithm")]
    Algorithm,
    /// Not signed by the key.
    #[error("bad signature")]
    Signature,
    /// A claim is missing, or of the wrong type.
    #[error("bad claims")]
    Claims,
    /// `exp` is past.
    #[error("expired")]
    Expired,
    /// `nbf` is to come.
    #[error("not valid yet")]
    NotYet,
    /// Meant for somebody else.
    #[error("another audience")]
    Audience,
    /// For other rooms.
    #[error("another room")]
    Room,
    /// A `sub` or `name` that nobody can have.
    #[error("bad subject or name")]
    Identity,
}

impl From<Error> for Refused {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "more may come; what is none of these is wrong with what the token says"
    )]
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::InvalidSignature => Self::Signature,
            ErrorKind::InvalidAlgorithm | ErrorKind::InvalidKeyFormat => Self::Algorithm,
            ErrorKind::ExpiredSignature => Self::Expired,
            ErrorKind::ImmatureSignature => Self::NotYet,
            ErrorKind::InvalidAudience => Self::Audience,
            ErrorKind::Base64(_) => Self::Form,
            _ => Self::Claims,
        }
    }
}

/// Checks tokens. Made once, at the start.
pub struct Tokens {
    keys: KeySet,
    audience: String,
    twice: Twice,
}

impl Tokens {
    /// Tokens signed by one of these keys for this audience. `twice` goes into each [`Pass`].
    pub fn new(keys: KeySet, audience: &str, twice: Twice) -> Self {
        Self {
            keys,
            audience: audience.to_owned(),
            twice,
        }
    }

    /// What a token lets one do in this room.
    ///
    /// # Errors
    /// If it is none, not signed by a key of the set, not of now, or not for this room.
    pub fn verify(&self, token: &str, room: &RoomName) -> Result<Pass, Refused> {
        let claims = self.read(token)?;
        if !RoomPattern(&claims.room).matches(room) {
            return Err(Refused::Room);
        }
        self.pass(claims)
    }

    /// Whether this is a token of now, for whatever room.
    ///
    /// # Errors
    /// As [`Self::verify`], but for the room.
    pub fn is_current(&self, token: &str) -> Result<(), Refused> {
        self.read(token).map(drop)
    }

    fn read(&self, token: &str) -> Result<Claims, Refused> {
        if token.len() > MAX_BYTES {
            return Err(Refused::TooLong);
        }
        let header = Header::of(token)?;
        let key = self.keys.get(header.kid()).ok_or(Refused::UnknownKey)?;
        if !header.is_of(key.algorithm()) {
            return Err(Refused::Algorithm);
        }
        self.claims(token, key)
    }

    fn claims(&self, token: &str, key: &Key) -> Result<Claims, Refused> {
        crypto::install();
        let mut validation = Validation::new(key.algorithm());
        validation.leeway = LEEWAY_S;
        validation.validate_nbf = true;
        validation.set_audience(&[&self.audience]);
        validation.set_required_spec_claims(&["exp", "aud"]);
        Ok(decode(token, key.verifying(), &validation)?.claims)
    }

    fn pass(&self, claims: Claims) -> Result<Pass, Refused> {
        let subject = claims
            .sub
            .map(|sub| check_subject(&sub).map(|()| sub))
            .transpose()
            .map_err(|_| Refused::Identity)?;
        let name = claims
            .name
            .map(|name| person::check(&name))
            .transpose()
            .map_err(|_| Refused::Identity)?;
        Ok(Pass {
            subject,
            name,
            grants: grants(claims.role, claims.grants.as_deref()),
            open: false,
            twice: self.twice,
        })
    }
}

/// Whether somebody can be called so in `sub`: 1 to 256 bytes, nothing that hides or turns text.
///
/// # Errors
/// What is wrong with it.
pub fn check_subject(sub: &str) -> Result<(), &'static str> {
    match (1..=MAX_SUBJECT_BYTES).contains(&sub.len()) && !sub.chars().any(person::is_unwanted) {
        true => Ok(()),
        false => Err("1 to 256 bytes without control characters"),
    }
}

/// Those of the role; or, where the token lists some, exactly them. A moderator may moderate in any case.
/// A word that this version does not know grants nothing.
fn grants(role: Role, listed: Option<&[String]>) -> Grants {
    match (role, listed) {
        (Role::Moderator, None) => Grants::of_moderator(),
        (Role::Participant, None) => Grants::of_participant(),
        (role, Some(words)) => {
            let listed = words.iter().filter_map(|word| claims::grant(word));
            let own = (role == Role::Moderator).then_some(Grant::Moderate);
            listed.chain(own).collect()
        }
    }
}

#[cfg(test)]
mod tests;
