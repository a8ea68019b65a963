//! Tokens as an issuer makes them, and as none should: any text for a header, any for the claims.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::BASE64URL_NOPAD;
use ring::hmac;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

/// An issuer with two keys: `h` (HS256) and `e` (Ed25519).
pub struct Issuer {
    secret: Vec<u8>,
    seed: Vec<u8>,
    /// The file of keys; gone with the issuer.
    pub file: tempfile::NamedTempFile,
}

/// Now, in seconds since 1970.
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    since.as_secs()
}

/// Base64url without padding.
pub fn b64(bytes: impl AsRef<[u8]>) -> String {
    BASE64URL_NOPAD.encode(bytes.as_ref())
}

impl Issuer {
    /// One whose keys are made of this byte.
    pub fn new(byte: u8) -> Self {
        let issuer = Self {
            secret: vec![byte; 32],
            seed: vec![byte; 32],
            file: tempfile::NamedTempFile::new().unwrap(),
        };
        issuer.publish(&[issuer.oct("h"), issuer.okp("e")]);
        issuer
    }

    /// Writes a set of keys to the file.
    pub fn publish(&self, keys: &[Value]) {
        let text = json!({ "keys": keys }).to_string();
        std::fs::write(&self.file, text).unwrap();
    }

    /// Where the file is.
    pub fn path(&self) -> PathBuf {
        self.file.path().to_owned()
    }

    /// The flag that names the file.
    pub fn flag(&self) -> String {
        format!("--token-keys={}", self.path().display())
    }

    /// Its HS256 key as a JWK.
    pub fn oct(&self, kid: &str) -> Value {
        json!({ "kty": "oct", "kid": kid, "k": b64(&self.secret) })
    }

    /// Its Ed25519 key as a JWK, the public half.
    pub fn okp(&self, kid: &str) -> Value {
        json!({ "kty": "OKP", "kid": kid, "crv": "Ed25519", "x": b64(self.public()) })
    }

    /// The public half's bytes.
    pub fn public(&self) -> Vec<u8> {
        self.pair().public_key().as_ref().to_vec()
    }

    fn pair(&self) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&self.seed).unwrap()
    }

    /// A token signed by HMAC over SHA-256 with these bytes.
    pub fn hmac(key: &[u8], header: &str, claims: &str) -> String {
        let message = format!("{}.{}", b64(header), b64(claims));
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        format!("{message}.{}", b64(hmac::sign(&key, message.as_bytes())))
    }

    /// A token of the HS256 key.
    pub fn hs256(&self, header: &str, claims: &str) -> String {
        Self::hmac(&self.secret, header, claims)
    }

    /// A token of the Ed25519 key.
    pub fn eddsa(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", b64(header), b64(claims));
        let signature = self.pair().sign(message.as_bytes());
        format!("{message}.{}", b64(signature))
    }

    /// A good token with these claims, over those of [`claims`].
    pub fn token(&self, more: &Value) -> String {
        self.hs256(r#"{"alg":"HS256","kid":"h"}"#, &claims(more).to_string())
    }
}

/// Good claims for any room, with others over them; null takes one away.
pub fn claims(more: &Value) -> Value {
    let mut claims = json!({ "aud": "parlour", "exp": now() + 600, "room": "*" });
    for (name, value) in more.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}
