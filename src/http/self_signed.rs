//! A certificate that this machine makes for itself, and keeps between starts.
//!
//! A page that is open comes back after a restart only if the certificate is the one that its browser
//! was told to trust. So it is made anew only where it must be: when it does not name the address that
//! is given out, when it is about to expire, or when it cannot be read.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::net::IpAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose, SanType,
};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{RootCertStore, ServerConfig};

use super::tls::{self, TlsError};

/// The certificate's file.
pub const CERTIFICATE_FILE: &str = "lan-certificate.pem";
/// The key's file: for its owner alone.
pub const KEY_FILE: &str = "lan-key.pem";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Some browsers take none that lasts for more than 398 days.
const LASTS: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// Valid from yesterday on: clocks differ.
const BACKDATED: Duration = DAY;
/// With less left than this a kept one is made anew: a meeting is not to end by it.
const LEFT_AT_LEAST: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum SelfSignedError {
    /// It could not be made.
    #[error("no certificate can be made: {0}")]
    Make(#[from] rcgen::Error),
    /// It was made, and cannot be used.
    #[error(transparent)]
    Unusable(#[from] TlsError),
}

/// What a certificate is to name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// The address that is given out: one that does not name it is of no use.
    pub address: IpAddr,
    /// More addresses of this machine.
    pub addresses: Vec<IpAddr>,
    /// What this machine is called.
    pub host: String,
}

/// The certificate that `directory` keeps, or a new one, which it then keeps. Without a directory, or
/// with one that cannot be written, it lasts as long as the process, and the log says so.
///
/// # Errors
/// If none can be made.
pub fn kept_or_new(
    names: &Names,
    directory: Option<&Path>,
) -> Result<ServerConfig, SelfSignedError> {
    let now = SystemTime::now();
    if let Some(kept) = directory.and_then(|directory| kept(names.address, directory, now)) {
        return Ok(kept);
    }
    let (certificate, key) = make(names, now)?;
    let config = tls::server_config(certificate.as_bytes(), key.as_bytes())?;
    let stored = match directory {
        None => Err(io::Error::other("there is no folder to keep it in")),
        Some(directory) => keep(directory, &certificate, &key),
    };
    match stored {
        Ok(()) => log::info!("made a new certificate: browsers will warn of it once more"),
        Err(error) => log::warn!(error = error.to_string().as_str();
            "the certificate is not kept: after a restart open pages must be loaded anew"),
    }
    Ok(config)
}

/// What is in `directory`, if it still serves.
fn kept(address: IpAddr, directory: &Path, now: SystemTime) -> Option<ServerConfig> {
    let read = |name: &str| match fs::read(directory.join(name)) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => {
            log::warn!(error = error.to_string().as_str(), file = name; "not read");
            None
        }
    };
    let (certificate, key) = (read(CERTIFICATE_FILE)?, read(KEY_FILE)?);
    let config = tls::server_config(&certificate, &key).ok()?;
    let certificate = CertificateDer::from_pem_slice(&certificate).ok()?;
    let serves = [now, now + LEFT_AT_LEAST]
        .into_iter()
        .all(|at| vouches(&certificate, address, at));
    serves.then_some(config)
}

/// Whether one who trusts this certificate alone would talk to `address` at that time.
fn vouches(certificate: &CertificateDer<'_>, address: IpAddr, at: SystemTime) -> bool {
    let mut roots = RootCertStore::empty();
    if roots.add(certificate.clone().into_owned()).is_err() {
        return false;
    }
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), tls::provider()).build();
    let since_epoch = at.duration_since(SystemTime::UNIX_EPOCH);
    let (Ok(verifier), Ok(at)) = (verifier, since_epoch) else {
        return false;
    };
    let name = ServerName::IpAddress(address.into());
    let at = UnixTime::since_unix_epoch(at);
    verifier
        .verify_server_cert(certificate, &[], &name, &[], at)
        .is_ok()
}

/// A certificate and its key, as PEM.
fn make(names: &Names, now: SystemTime) -> Result<(String, String), rcgen::Error> {
    let mut dns = vec!["localhost".to_owned()];
    let host = names.host.to_ascii_lowercase();
    // As machines are called where there is no DNS.
    let bonjour = (!host.contains('.')).then(|| format!("{host}.local"));
    for name in [Some(host), bonjour].into_iter().flatten() {
        if ServerName::try_from(name.as_str())
            .is_ok_and(|name| matches!(name, ServerName::DnsName(_)))
            && !dns.contains(&name)
        {
            dns.push(name);
        }
    }
    let mut params = CertificateParams::new(dns)?;
    let loopback = [IpAddr::from([127, 0, 0, 1]), names.address];
    for address in loopback.into_iter().chain(names.addresses.iter().copied()) {
        let name = SanType::IpAddress(address);
        if !params.subject_alt_names.contains(&name) {
            params.subject_alt_names.push(name);
        }
    }
    let subject = format!("Parlour on {}", names.host);
    params.distinguished_name = rcgen::DistinguishedName::new();
    // At most 64 characters fit there.
    let subject: String = subject.chars().take(64).collect();
    params.distinguished_name.push(DnType::CommonName, subject);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.not_before = (now - BACKDATED).into();
    params.not_after = (now + LASTS).into();
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    Ok((certificate.pem(), key.serialize_pem()))
}

/// Writes both so that a reader sees an old or a new file, never half of one. Two that do not belong
/// together are found by the next start.
fn keep(directory: &Path, certificate: &str, key: &str) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)?;
    for (name, text, mode) in [
        (KEY_FILE, key, 0o600),
        (CERTIFICATE_FILE, certificate, 0o644),
    ] {
        let new = directory.join(format!("{name}.{}", std::process::id()));
        let written = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&new)
            .and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.sync_all()
            })
            .and_then(|()| fs::rename(&new, directory.join(name)));
        if let Err(error) = written {
            let _ = fs::remove_file(&new);
            return Err(error);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn names(address: &str) -> Names {
        Names {
            address: address.parse().unwrap(),
            addresses: vec!["192.0.2.8".parse().unwrap(), "fd00::2".parse().unwrap()],
            host: "Laptop".into(),
        }
    }

    fn files(directory: &Path) -> (String, String) {
        let read = |name: &str| fs::read_to_string(directory.join(name)).unwrap();
        (read(CERTIFICATE_FILE), read(KEY_FILE))
    }

    fn vouched(certificate: &str, address: &str, at: SystemTime) -> bool {
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
        vouches(&certificate, address.parse().unwrap(), at)
    }

    #[test]
    fn it_names_every_address_of_the_machine_for_a_year() {
        let now = SystemTime::now();
        let (certificate, _) = make(&names("192.0.2.7"), now).unwrap();
        for address in ["192.0.2.7", "192.0.2.8", "fd00::2", "127.0.0.1"] {
            assert!(vouched(&certificate, address, now), "{address}");
        }
        assert!(!vouched(&certificate, "192.0.2.9", now));
        assert!(vouched(&certificate, "192.0.2.7", now + 364 * DAY));
        assert!(!vouched(&certificate, "192.0.2.7", now + 366 * DAY));
        assert!(!vouched(&certificate, "192.0.2.7", now - 2 * DAY));
    }

    #[test]
    fn it_names_the_host_whatever_that_is_called() {
        let now = SystemTime::now();
        let named = |host: &str, name: &'static str| {
            let names = Names {
                host: host.into(),
                ..names("192.0.2.7")
            };
            let (certificate, _) = make(&names, now).unwrap();
            let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
            let parsed = rustls::server::ParsedCertificate::try_from(&certificate).unwrap();
            let name = ServerName::try_from(name).unwrap();
            rustls::client::verify_server_name(&parsed, &name).is_ok()
        };
        assert!(named("Laptop", "laptop") && named("Laptop", "laptop.local"));
        assert!(named("a.example.org", "a.example.org"));
        assert!(!named("a.example.org", "b.example.org"));
        for odd in [
            "",
            "a b",
            "käse",
            "192.0.2.1",
            "localhost",
            &"x".repeat(300),
        ] {
            assert!(named(odd, "localhost"), "{odd:?}");
        }
    }

    #[test]
    fn it_is_kept_while_it_serves() {
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().join("state/parlour");
        kept_or_new(&names("192.0.2.7"), Some(&directory)).unwrap();
        let first = files(&directory);
        let mode = |name: &str| {
            fs::metadata(directory.join(name))
                .unwrap()
                .permissions()
                .mode()
        };
        assert_eq!(mode(KEY_FILE) & 0o777, 0o600);
        assert_eq!(
            fs::metadata(&directory).unwrap().permissions().mode() & 0o777,
            0o700
        );
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 2);
        kept_or_new(&names("192.0.2.7"), Some(&directory)).unwrap();
        // One of its addresses is another: as good.
        kept_or_new(&names("192.0.2.8"), Some(&directory)).unwrap();
        assert_eq!(files(&directory), first);

        // Another network.
        kept_or_new(&names("192.0.2.99"), Some(&directory)).unwrap();
        let second = files(&directory);
        assert!(first.0 != second.0 && first.1 != second.1);
        // About to expire, or damaged, or not of one piece.
        let old = make(&names("192.0.2.99"), SystemTime::now() - (LASTS - 13 * DAY)).unwrap();
        let other = make(&names("192.0.2.99"), SystemTime::now()).unwrap();
        let spoilt = [
            old,
            (second.0.clone(), other.1),
            (second.0.clone(), String::new()),
            (
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".into(),
                second.1,
            ),
        ];
        for (certificate, key) in spoilt {
            keep(&directory, &certificate, &key).unwrap();
            kept_or_new(&names("192.0.2.99"), Some(&directory)).unwrap();
            let anew = files(&directory);
            assert!(anew.0 != certificate && anew.1 != key);
            assert!(vouched(
                &anew.0,
                "192.0.2.99",
                SystemTime::now() + 300 * DAY
            ));
        }
    }

    #[test]
    fn where_nothing_can_be_kept_there_is_one_all_the_same() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        fs::write(&file, "").unwrap();
        kept_or_new(&names("192.0.2.7"), Some(&file.join("parlour"))).unwrap();
        kept_or_new(&names("192.0.2.7"), None).unwrap();
    }
}
