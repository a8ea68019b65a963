//! A handshake, and how it was answered.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::client::good_handshake;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The answer, and the connection if it is a socket now.
pub struct Answer {
    /// Of HTTP.
    pub status: u16,
    /// Its lines, in lower case.
    pub head: String,
    /// What is said with a refusal.
    pub body: Value,
    /// Open as long as this lives.
    _stream: TcpStream,
}

impl Answer {
    /// The word of a refusal; it must be one that says when to come again.
    pub fn overload(&self) -> &str {
        assert_eq!(self.status, 503, "{}", self.head);
        let after = self
            .head
            .lines()
            .find_map(|l| l.strip_prefix("retry-after: "));
        let seconds: u64 = after.expect(&self.head).parse().unwrap();
        assert!((1..=60).contains(&seconds), "{seconds}");
        assert!(self.body["detail"].is_string(), "{}", self.body);
        self.body["reason"].as_str().unwrap()
    }
}

/// A good handshake with more header lines.
pub async fn knock(address: SocketAddr, more: &str) -> Answer {
    ask(address, &good_handshake(more)).await
}

/// As a proxy that knows for whom.
pub async fn knock_for(address: SocketAddr, client: &str) -> Answer {
    knock(address, &format!("X-Forwarded-For: {client}\r\n")).await
}

/// The answer to a request.
pub async fn ask(address: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut bytes = Vec::new();
    let read = async {
        loop {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let head = head.to_ascii_lowercase();
                let length = head
                    .lines()
                    .find_map(|l| l.strip_prefix("content-length: "));
                let length = length.map_or(0, |length| length.parse().unwrap());
                if body.len() >= length {
                    return (head, serde_json::from_str(body).unwrap_or(Value::Null));
                }
            }
            let mut chunk = [0; 4_096];
            let read = stream.read(&mut chunk).await.unwrap();
            assert_ne!(read, 0, "ended after {text:?}");
            bytes.extend(&chunk[..read]);
        }
    };
    let (head, body) = timeout(PATIENCE, read).await.expect("an answer");
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer {
        status,
        head,
        body,
        _stream: stream,
    }
}
