//! The two signatures that a token may bear: HS256 and EdDSA over Ed25519, by `ring`.
//!
//! `jsonwebtoken` comes with the choice of two large libraries of all algorithms; ring is in the binary
//! anyway, for TLS. What is not here, no token can be signed with.

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result, new_error};
use jsonwebtoken::signature::{Error, Signer, Verifier};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, EncodingKey};
use ring::hmac;
use ring::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    // Of the library's own JWKs, which are not used.
    key_utils: KeyUtils::new_unimplemented(),
};

/// Makes it the one of the process. Must come before anything is signed or verified; may come again.
pub(super) fn install() {
    let _ = PROVIDER.install_default();
}

/// An Ed25519 key as it is kept in an [`EncodingKey`]: 32 bytes of seed, then 32 of the public key.
fn pair_of(bytes: &[u8]) -> Option<Ed25519KeyPair> {
    let (seed, public) = bytes.split_at_checked(32)?;
    Ed25519KeyPair::from_seed_and_public_key(seed, public).ok()
}

/// Seed and public key as [`EncodingKey`]; none if they are not of each other.
pub(super) fn ed25519(seed: &[u8], public: &[u8]) -> Option<EncodingKey> {
    let bytes = [seed, public].concat();
    (seed.len() == 32 && pair_of(&bytes).is_some()).then(|| EncodingKey::from_ed_der(&bytes))
}

enum Signing {
    Hs256(hmac::Key),
    EdDsa(Ed25519KeyPair),
}

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    let (algorithm, family) = (*algorithm, key.family());
    let signing = if (algorithm, family) == (Algorithm::HS256, AlgorithmFamily::Hmac) {
        Signing::Hs256(hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()))
    } else if (algorithm, family) == (Algorithm::EdDSA, AlgorithmFamily::Ed) {
        let pair = pair_of(key.as_bytes());
        Signing::EdDsa(pair.ok_or_else(|| new_error(ErrorKind::InvalidEddsaKey))?)
    } else {
        return Err(new_error(ErrorKind::InvalidAlgorithm));
    };
    Ok(Box::new(signing))
}

impl Signer<Vec<u8>> for Signing {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, Error> {
        Ok(match self {
            Self::Hs256(key) => hmac::sign(key, message).as_ref().to_vec(),
            Self::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
        })
    }
}

impl JwtSigner for Signing {
    fn algorithm(&self) -> Algorithm {
        match self {
            Self::Hs256(_) => Algorithm::HS256,
            Self::EdDsa(_) => Algorithm::EdDSA,
        }
    }
}

enum Verifying {
    Hs256(hmac::Key),
    EdDsa(UnparsedPublicKey<Vec<u8>>),
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    let (algorithm, family) = (*algorithm, key.family());
    let bytes = key.try_get_as_bytes()?;
    let verifying = if (algorithm, family) == (Algorithm::HS256, AlgorithmFamily::Hmac) {
        Verifying::Hs256(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    } else if (algorithm, family) == (Algorithm::EdDSA, AlgorithmFamily::Ed) {
        Verifying::EdDsa(UnparsedPublicKey::new(&ED25519, bytes.to_vec()))
    } else {
        return Err(new_error(ErrorKind::InvalidAlgorithm));
    };
    Ok(Box::new(verifying))
}

impl Verifier<Vec<u8>> for Verifying {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        match self {
            // In constant time.
            Self::Hs256(key) => hmac::verify(key, message, signature),
            Self::EdDsa(key) => key.verify(message, signature),
        }
        .map_err(|_| Error::new())
    }
}

impl JwtVerifier for Verifying {
    fn algorithm(&self) -> Algorithm {
        match self {
            Self::Hs256(_) => Algorithm::HS256,
            Self::EdDsa(_) => Algorithm::EdDSA,
        }
    }
}
