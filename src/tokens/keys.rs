//! The operator's keys: a JWK Set (RFC 7517) in a file, `oct` for HS256, `OKP` of Ed25519 for EdDSA.
//!
//! Several at once, so that they can be changed while tokens of the old one are about: each needs a
//! `kid`. A set of one key may do without, and then opens to tokens without.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use serde::Deserialize;

use super::crypto;

/// An HS256 key has as many bytes as its hash, or is guessed more easily than a signature (RFC 7518, 3.2).
const MIN_SECRET_BYTES: usize = 32;
/// Bits by which others than the owner read a file.
const READ_BY_OTHERS: u32 = 0o044;

/// Why a file of keys cannot be used. Holds nothing of what is in it.
#[derive(Debug, thiserror::Error)]
#[error("PARLOUR_TOKEN_KEYS is {path:?}: expected {expected}")]
pub struct KeysError {
    path: PathBuf,
    expected: String,
}

/// A key, and what it is good for.
pub struct Key {
    algorithm: Algorithm,
    verifying: DecodingKey,
}

impl Key {
    /// How what it signed is signed: whatever a token says.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Its half that verifies.
    pub fn verifying(&self) -> &DecodingKey {
        &self.verifying
    }
}

/// What signs new tokens.
pub struct SigningKey {
    /// What the token's header says of it.
    pub kid: Option<String>,
    /// How it signs.
    pub algorithm: Algorithm,
    /// The key.
    pub key: EncodingKey,
}

/// The keys by their `kid`.
pub struct KeySet {
    keys: HashMap<Option<String>, Key>,
    signing: Option<SigningKey>,
    exposed: bool,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    crv: Option<String>,
    k: Option<String>,
    x: Option<String>,
    d: Option<String>,
}

impl KeySet {
    /// Reads the file.
    ///
    /// # Errors
    /// If it cannot be read, is no JWK Set, or holds a key that cannot be used: in one line, which.
    pub fn read(path: &Path) -> Result<Self, KeysError> {
        let wrong = |expected: String| KeysError {
            path: path.to_owned(),
            expected,
        };
        let unreadable = |error: io::Error| wrong(format!("a readable file ({error})"));
        let text = fs::read(path).map_err(unreadable)?;
        let mode = fs::metadata(path).map_err(unreadable)?.permissions().mode();
        let mut set = Self::parse(&text).map_err(wrong)?;
        set.exposed = set.signing.is_some() && mode & READ_BY_OTHERS != 0;
        Ok(set)
    }

    /// Whether its file holds secrets that others than its owner may read.
    pub fn is_exposed(&self) -> bool {
        self.exposed
    }

    /// Reads a JWK Set. The error is what was expected instead; it quotes nothing.
    pub(super) fn parse(text: &[u8]) -> Result<Self, String> {
        let set: Set = serde_json::from_slice(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            format!(r#"a JWK Set, as {{"keys":[…]}} (see line {line}, column {column})"#)
        })?;
        if set.keys.is_empty() {
            return Err("a JWK Set with a key in it".into());
        }
        let alone = set.keys.len() == 1;
        let (mut keys, mut signing) = (HashMap::new(), None);
        for (at, jwk) in set.keys.into_iter().enumerate() {
            let wrong = |what: &str| format!("a JWK Set whose key {} has {what}", at + 1);
            let kid = jwk.kid.clone();
            if !alone && kid.is_none() {
                return Err(wrong("a `kid`, as each of several needs"));
            }
            let (key, private) = jwk.read().map_err(wrong)?;
            if let (None, Some(private)) = (&signing, private) {
                signing = Some(SigningKey {
                    kid: kid.clone(),
                    algorithm: key.algorithm,
                    key: private,
                });
            }
            if keys.insert(kid, key).is_some() {
                return Err(wrong("a `kid` of its own"));
            }
        }
        Ok(Self {
            keys,
            signing,
            exposed: false,
        })
    }

    /// The key that a token names.
    pub fn get(&self, kid: Option<&str>) -> Option<&Key> {
        self.keys.get(&kid.map(str::to_owned))
    }

    /// The first key that can sign; none if all are public halves.
    pub fn signing(&self) -> Option<&SigningKey> {
        self.signing.as_ref()
    }
}

impl Jwk {
    /// The key, and its half that signs if it is there. The error is what it should have.
    fn read(self) -> Result<(Key, Option<EncodingKey>), &'static str> {
        if self.usage.as_deref().is_some_and(|usage| usage != "sig") {
            return Err("`use` \"sig\", or none");
        }
        let bytes = |text: Option<String>| {
            text.and_then(|text| BASE64URL_NOPAD.decode(text.as_bytes()).ok())
        };
        match self.kty.as_str() {
            "oct" => {
                if self.alg.as_deref().is_some_and(|alg| alg != "HS256") {
                    return Err("`alg` \"HS256\", or none");
                }
                let secret = bytes(self.k).ok_or("`k` in base64url without padding")?;
                if secret.len() < MIN_SECRET_BYTES {
                    return Err("at least 32 bytes in `k`");
                }
                let key = Key {
                    algorithm: Algorithm::HS256,
                    verifying: DecodingKey::from_secret(&secret),
                };
                Ok((key, Some(EncodingKey::from_secret(&secret))))
            }
            "OKP" => {
                if self.crv.as_deref() != Some("Ed25519") {
                    return Err("`crv` \"Ed25519\"");
                }
                let alg = self.alg.as_deref();
                if alg.is_some_and(|alg| !["EdDSA", "Ed25519"].contains(&alg)) {
                    return Err("`alg` \"EdDSA\", or none");
                }
                let public = bytes(self.x)
                    .filter(|x| x.len() == 32)
                    .ok_or("32 bytes in `x`, in base64url without padding")?;
                let private = match self.d {
                    None => None,
                    Some(d) => Some(
                        bytes(Some(d))
                            .and_then(|seed| crypto::ed25519(&seed, &public))
                            .ok_or("a `d` that belongs to its `x`")?,
                    ),
                };
                let key = Key {
                    algorithm: Algorithm::EdDSA,
                    verifying: DecodingKey::from_ed_der(&public),
                };
                Ok((key, private))
            }
            _ => Err("`kty` \"oct\" (HS256) or \"OKP\" (Ed25519)"),
        }
    }
}
