//! A meeting in one house: this machine's address, and a certificate for it.
//!
//! Browsers give cameras to pages over `https` only, and nobody signs a certificate for an address of
//! a house. So the machine signs its own, and everybody is asked once whether they trust it.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use rustls::ServerConfig;

use super::self_signed::{Names, SelfSignedError, kept_or_new};
use crate::addresses;

/// Why there can be no such meeting.
#[derive(Debug, thiserror::Error)]
pub enum LanError {
    /// Nobody but this machine could come in.
    #[error(
        "--lan: this machine has no address that others reach{at}: connect it to a network, or start without --lan"
    )]
    NoAddress {
        /// Among which addresses there is none.
        at: &'static str,
    },
    /// The machine does not say.
    #[error("--lan: this machine's addresses cannot be listed: {0}")]
    Addresses(#[source] io::Error),
    /// No certificate.
    #[error("--lan: {0}")]
    Certificate(#[from] SelfSignedError),
}

/// How the house comes in.
pub struct Lan {
    /// Where: `https://192.0.2.7:4000`.
    pub url: String,
    /// The listener's TLS.
    pub tls: ServerConfig,
}

impl Lan {
    /// For a listener at this address; the certificate is kept in `directory`.
    ///
    /// # Errors
    /// If the machine has no address but loopback, or no certificate can be made.
    pub fn open(listener: SocketAddr, directory: Option<&Path>) -> Result<Self, LanError> {
        let all = addresses::all_reachable().map_err(LanError::Addresses)?;
        let address = match listener.ip() {
            ip if !ip.is_unspecified() => ip,
            IpAddr::V4(_) => found(IpAddr::is_ipv4, " by IPv4")?,
            IpAddr::V6(_) => found(|_| true, "")?,
        };
        let names = Names {
            address,
            addresses: all,
            host: rustix::system::uname()
                .nodename()
                .to_string_lossy()
                .into_owned(),
        };
        Ok(Self {
            url: url(SocketAddr::new(address, listener.port())),
            tls: kept_or_new(&names, directory)?,
        })
    }
}

fn found(fits: impl Fn(&IpAddr) -> bool, at: &'static str) -> Result<IpAddr, LanError> {
    addresses::reachable(fits)
        .map_err(LanError::Addresses)?
        .ok_or(LanError::NoAddress { at })
}

/// As browsers write it: without the port that goes without saying.
fn url(at: SocketAddr) -> String {
    let all = format!("https://{at}");
    match at.port() {
        443 => all.trim_end_matches(":443").to_owned(),
        _ => all,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_as_browsers_write_it() {
        let url = |at: &str| url(at.parse().unwrap());
        assert_eq!(url("192.0.2.7:4000"), "https://192.0.2.7:4000");
        assert_eq!(url("[fd00::2]:4000"), "https://[fd00::2]:4000");
        assert_eq!(url("192.0.2.7:443"), "https://192.0.2.7");
        assert_eq!(url("[fd00::443]:443"), "https://[fd00::443]");
        assert_eq!(url("192.0.2.7:1443"), "https://192.0.2.7:1443");
    }
}
