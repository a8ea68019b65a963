//! A real coturn of a test's own, set up as `docs/turnserver.conf` says: only addresses, ports, secret
//! and files are the test's.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use super::eventually;

/// What it shares with Parlour.
pub const SECRET: &str = "north of the river";

/// A running coturn. Killed when dropped.
pub struct Coturn {
    /// Where it listens, for UDP and TCP.
    pub address: SocketAddr,
    _process: Child,
    _directory: TempDir,
}

impl Coturn {
    /// Lends addresses of `relay`, for traffic with `allowed` and what is not denied.
    pub async fn start(relay: IpAddr, allowed: &[IpAddr]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let address = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), free_port());
        let file = directory.path().join("turnserver.conf");
        std::fs::write(&file, configuration(address, relay, allowed)).unwrap();
        let process = Command::new("turnserver")
            .arg("-c")
            .arg(&file)
            .current_dir(directory.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("coturn is installed: scripts/setup test");
        eventually("coturn answers", Duration::from_secs(10), async || {
            TcpStream::connect(address).await.is_ok()
        })
        .await;
        Self {
            address,
            _process: process,
            _directory: directory,
        }
    }

    /// Its URL, as Parlour's settings want it.
    pub fn url(&self) -> String {
        format!("turn:{}?transport=udp", self.address)
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// The documented file with the test's own values.
fn configuration(address: SocketAddr, relay: IpAddr, allowed: &[IpAddr]) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/turnserver.conf");
    let own = [
        ("listening-ip", address.ip().to_string()),
        ("listening-port", address.port().to_string()),
        ("relay-ip", relay.to_string()),
        ("static-auth-secret", SECRET.to_owned()),
    ];
    let mut lines = vec![
        "log-file=stdout".to_owned(),
        "pidfile=turnserver.pid".to_owned(),
        // Without a certificate.
        "no-tls".to_owned(),
        "no-dtls".to_owned(),
    ];
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let key = line.split('=').next().unwrap_or_default();
        match own.iter().find(|(name, _)| *name == key) {
            Some((name, value)) => lines.push(format!("{name}={value}")),
            None if key == "allowed-peer-ip" => {
                lines.extend(allowed.iter().map(|ip| format!("{key}={ip}")));
            }
            None if ["cert", "pkey", "tls-listening-port"].contains(&key) => {}
            None => lines.push(line.to_owned()),
        }
    }
    lines.join("\n")
}
