//! TLS of the public listener: from a certificate and its key, wherever they came from.
//!
//! The cryptography is ring's: it builds with a C compiler alone, and the client that talks to Janus
//! uses it too.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Why a certificate and a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// No certificate, or something that is none.
    #[error("the certificate cannot be read: {0}")]
    Certificate(#[source] pem::Error),
    /// No key, or something that is none.
    #[error("the key cannot be read: {0}")]
    Key(#[source] pem::Error),
    /// They do not fit together, or are of a kind that is not known here.
    #[error("certificate and key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
}

/// The one provider of cryptography.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// A server's TLS (1.3 and 1.2) from PEM: the chain, the server's own certificate first, and its key.
///
/// # Errors
/// If one of them cannot be read, or they do not fit together.
pub fn server_config(chain: &[u8], key: &[u8]) -> Result<ServerConfig, TlsError> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(chain)
        .collect::<Result<_, _>>()
        .map_err(TlsError::Certificate)?;
    if chain.is_empty() {
        return Err(TlsError::Certificate(pem::Error::NoItemsFound));
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(TlsError::Key)?;
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(config)
}
