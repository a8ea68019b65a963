//! A meeting in one house: the real binary with `--lan`, and a client that trusts its certificate alone.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod support;

use std::net::SocketAddr;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use parlour::config::Config;
use parlour::http::self_signed::{CERTIFICATE_FILE, KEY_FILE};
use parlour::system::System;
use rustix::process::{Pid, Signal, kill_process};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use support::client::Client;
use support::eventually;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// How long a test waits for what should take milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// The running binary. Killed when dropped.
struct Server {
    child: Child,
    address: SocketAddr,
    url: String,
    stdout: BufReader<ChildStdout>,
}

impl Server {
    async fn start(state: &Path, listen: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_parlour"))
            .args(["--lan", "--listen", listen])
            .env_remove("JANUS_URL")
            .env_remove("PARLOUR_PUBLIC_URL")
            .env("PARLOUR_ADMIN_LISTEN", "off")
            .env("XDG_STATE_HOME", state)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let read = stdout.read_line(&mut line);
        timeout(PATIENCE, read).await.expect("it starts").unwrap();
        let (_, url) = line.trim_end().split_once(" is open: ").expect(&line);
        let address = url.strip_prefix("https://").expect(&line);
        let address = address.strip_suffix("/r/tea").unwrap().parse().unwrap();
        Self {
            child,
            address,
            url: url.to_owned(),
            stdout,
        }
    }

    /// SIGTERM; how it ended, and what else it printed.
    async fn stop(mut self) -> (ExitStatus, String) {
        let pid = self.child.id().expect("it runs").cast_signed();
        kill_process(Pid::from_raw(pid).unwrap(), Signal::TERM).unwrap();
        let ended = timeout(PATIENCE, self.child.wait()).await;
        let mut printed = String::new();
        self.stdout.read_to_string(&mut printed).await.unwrap();
        (ended.expect("it ends").unwrap(), printed)
    }
}

fn kept(state: &Path) -> Vec<u8> {
    std::fs::read(state.join("parlour").join(CERTIFICATE_FILE)).unwrap()
}

/// A connection of somebody who trusts this certificate and no other.
async fn trusting(certificate: &[u8], address: SocketAddr) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(certificate).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let tcp = TcpStream::connect(address).await.unwrap();
    let name = ServerName::IpAddress(address.ip().into());
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(name, tcp).await.unwrap()
}

type Socket = WebSocketStream<TlsStream<TcpStream>>;

async fn open(certificate: &[u8], address: SocketAddr) -> Socket {
    let stream = trusting(certificate, address).await;
    let url = format!("wss://{address}/socket/websocket?vsn=2.0.0");
    let mut request =
        tokio_tungstenite::tungstenite::client::IntoClientRequest::into_client_request(url)
            .unwrap();
    // A page of this server.
    let origin = format!("https://{address}").parse().unwrap();
    request.headers_mut().insert("origin", origin);
    let opened = tokio_tungstenite::client_async(request, stream).await;
    opened.unwrap().0
}

async fn next(socket: &mut Socket) -> Message {
    let message = timeout(PATIENCE, socket.next()).await;
    message
        .expect("a message comes")
        .expect("it is open")
        .unwrap()
}

async fn join(socket: &mut Socket) -> Value {
    let frame = json!(["1", "1", "room:tea", "phx_join", { "name": "Ann" }]);
    socket.send(Message::text(frame.to_string())).await.unwrap();
    loop {
        let Message::Text(text) = next(socket).await else {
            continue;
        };
        let mut frame: Value = serde_json::from_str(&text).unwrap();
        if frame[3] == "phx_reply" {
            assert_eq!(frame[4]["status"], "ok", "{frame}");
            return frame[4]["response"].take();
        }
    }
}

#[actix::test]
async fn the_house_comes_in_over_tls_and_again_after_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path(), "127.0.0.1:0").await;
    let address = server.address;
    assert!(!address.ip().is_loopback(), "{address}");
    let certificate = kept(home.path());

    let mut page = trusting(&certificate, address).await;
    let request = format!("GET /healthz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    page.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    // How the connection ends is not asked here.
    let _ = timeout(PATIENCE, page.read_to_string(&mut answer)).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");

    let mut socket = open(&certificate, address).await;
    let joined = join(&mut socket).await;
    assert_eq!(joined["room"]["url"], server.url.as_str(), "{joined}");

    // Everybody is told why, also under TLS.
    let stopped = tokio::task::spawn_local(server.stop());
    let code = loop {
        if let Message::Close(close) = next(&mut socket).await {
            break close.map(|close| u16::from(close.code));
        }
    };
    assert_eq!(code, Some(1012));
    let (status, printed) = stopped.await.unwrap();
    assert!(status.success(), "{status}");
    assert!(printed.contains("certificate"), "{printed}");
    assert!(!printed.contains('█'), "a QR code in a file: {printed}");

    // One who trusted it before comes in.
    let again = Server::start(home.path(), &format!("127.0.0.1:{}", address.port())).await;
    assert_eq!(again.address, address);
    let mut socket = open(&certificate, address).await;
    join(&mut socket).await;
    assert_eq!(kept(home.path()), certificate);
    drop(again);
    assert!(home.path().join("parlour").join(KEY_FILE).exists());
}

/// Whether the kernel probes that end of a connection which the server holds.
fn kept_alive(server: SocketAddr, client: SocketAddr) -> bool {
    let ports = [server.port(), client.port()].map(|port| format!(":{port:04X}"));
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(std::fs::read_to_string);
    tables.into_iter().flatten().any(|table| {
        table.lines().any(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            // local, remote, 01: established, 02: the keepalive timer runs
            fields.len() > 5
                && fields[1].ends_with(&ports[0])
                && fields[2].ends_with(&ports[1])
                && fields[3] == "01"
                && fields[5].starts_with("02:")
        })
    })
}

#[actix::test]
async fn a_connection_is_watched_under_tls_as_without() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path(), "127.0.0.1:0").await;
    let socket = open(&kept(home.path()), server.address).await;
    let client = socket.get_ref().get_ref().0.local_addr().unwrap();
    eventually("the kernel probes it", PATIENCE, async || {
        kept_alive(server.address, client)
    })
    .await;
}

#[actix::test]
async fn one_who_speaks_no_tls_is_let_go() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path(), "127.0.0.1:0").await;
    let (mut silent, mut plain) = (
        TcpStream::connect(server.address).await.unwrap(),
        TcpStream::connect(server.address).await.unwrap(),
    );
    plain
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let mut said = Vec::new();
    let _ = timeout(PATIENCE, plain.read_to_end(&mut said))
        .await
        .expect("what is no TLS is closed");
    assert!(!said.starts_with(b"HTTP"), "{said:?}");
    let mut said = Vec::new();
    let _ = timeout(PATIENCE, silent.read_to_end(&mut said))
        .await
        .expect("a handshake that does not come is closed");
    assert!(said.is_empty(), "{said:?}");
}

#[actix::test]
async fn a_room_has_the_url_that_the_settings_name_or_none() {
    let room_url = async |flags: &[&str]| {
        let all = [&["--listen=127.0.0.1:0", "--admin-listen=off"], flags].concat();
        let system = System::start(&Config::from_args(&all).unwrap(), None).unwrap();
        let ann = Client::join(system.address, "tea", json!({ "name": "Ann" })).await;
        ann.joined["room"]["url"].clone()
    };
    assert_eq!(room_url(&[]).await, Value::Null);
    let flag = "--public-url=https://meet.example.org/";
    assert_eq!(room_url(&[flag]).await, "https://meet.example.org/r/tea");
}

#[actix::test]
async fn a_wrong_setting_stops_the_start_and_names_itself() {
    let output = Command::new(env!("CARGO_BIN_EXE_parlour"))
        .env("PARLOUR_LAN", "perhaps")
        .env("PARLOUR_LISTEN", "127.0.0.1:0")
        .kill_on_drop(true)
        .output();
    let output = timeout(PATIENCE, output).await.expect("it ends").unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("PARLOUR_LAN") && said.contains("perhaps"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
}
