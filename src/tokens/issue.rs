//! Makes a token, for trying and for small installations; and a first set of keys to sign it with.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Header, encode};
use serde_json::json;

use super::crypto;
use super::keys::{KeySet, SigningKey};
use crate::names::{random_bytes, unix_ms};

/// What a token is to say.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// A room, or a pattern with `*`.
    pub room: String,
    /// What they are called.
    pub name: Option<String>,
    /// Who they are.
    pub sub: Option<String>,
    /// `moderator` or `participant`.
    pub role: Option<String>,
    /// Exactly what they may do.
    pub grants: Option<Vec<String>>,
    /// How long it opens the door.
    pub lifetime: Duration,
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// Only public halves.
    #[error(
        "none of the keys of PARLOUR_TOKEN_KEYS can sign: expected an `oct` key, or `OKP` with `d`"
    )]
    NoPrivateKey,
    /// The library says no.
    #[error("the token cannot be signed: {0}")]
    Signing(#[from] jsonwebtoken::errors::Error),
}

/// A token for this audience, valid from now on, signed by the set's first private key.
///
/// # Errors
/// If no key of the set can sign.
pub fn issue(keys: &KeySet, audience: &str, order: &Order) -> Result<String, IssueError> {
    let now = unix_ms() / 1_000;
    let mut claims = json!({
        "aud": audience,
        "iat": now,
        "exp": now.saturating_add(order.lifetime.as_secs()),
        "room": order.room,
        "name": order.name,
        "sub": order.sub,
        "role": order.role,
        "grants": order.grants,
    });
    if let Some(claims) = claims.as_object_mut() {
        claims.retain(|_, value| !value.is_null());
    }
    let SigningKey {
        kid,
        algorithm,
        key,
    } = keys.signing().ok_or(IssueError::NoPrivateKey)?;
    let mut header = Header::new(*algorithm);
    header.kid.clone_from(kid);
    crypto::install();
    Ok(encode(&header, &claims, key)?)
}

/// Writes a set of one new HS256 key to a file that is not there yet, for its owner's eyes alone.
///
/// # Errors
/// If there is such a file, or it cannot be written.
pub fn new_keys(path: &Path) -> io::Result<()> {
    let set = json!({ "keys": [{
        "kty": "oct",
        "kid": BASE64URL_NOPAD.encode(&random_bytes::<6>()),
        "alg": "HS256",
        "use": "sig",
        "k": BASE64URL_NOPAD.encode(&random_bytes::<32>()),
    }]});
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{set:#}")?;
    file.sync_all()
}
