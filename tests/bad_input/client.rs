//! A WebSocket client that can send what no client should.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

/// How long an answer may take: what a browser waits for one.
const PATIENCE: Duration = Duration::from_secs(10);
const MASK: [u8; 4] = [0x5a, 0x11, 0xc3, 0x7e];
const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;

/// One frame of a client: `head` is its first byte (FIN, RSV and opcode).
pub fn frame(head: u8, payload: &[u8]) -> Vec<u8> {
    frame_of(head, payload.len() as u64, payload)
}

/// One frame that says it has `length` bytes, whatever it has.
pub fn frame_of(head: u8, length: u64, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![head];
    match length {
        0..126 => bytes.push(0x80 | length as u8),
        126..65_536 => {
            bytes.push(0x80 | 126);
            bytes.extend((length as u16).to_be_bytes());
        }
        _ => {
            bytes.push(0x80 | 127);
            bytes.extend(length.to_be_bytes());
        }
    }
    bytes.extend(MASK);
    bytes.extend(
        payload
            .iter()
            .zip(MASK.iter().cycle())
            .map(|(byte, mask)| byte ^ mask),
    );
    bytes
}

/// What a server said.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// A Phoenix frame.
    Frame(Value),
    /// A close frame, with its code.
    Closed(u16),
    /// The connection ended without one.
    Ended,
}

/// One connection.
pub struct Client {
    stream: TcpStream,
    bytes: Vec<u8>,
    refs: u64,
    answers_pings: bool,
    /// As whom it joined.
    pub me: String,
    /// What other members told it alone, of what was read so far.
    pub signals: Vec<Value>,
}

impl Client {
    /// A connection that is a WebSocket.
    pub async fn open(address: SocketAddr) -> Self {
        let (status, client) = Self::handshake(address, &good_handshake("")).await;
        assert_eq!(status, 101);
        client
    }

    /// Sends these bytes on a new connection; the status of the answer, 0 without one.
    pub async fn handshake(address: SocketAddr, request: &[u8]) -> (u16, Self) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        // What is refused early is answered, and closed, before all of it was sent.
        let _ = stream.write_all(request).await;
        let mut client = Self {
            stream,
            bytes: Vec::new(),
            refs: 0,
            answers_pings: true,
            me: String::new(),
            signals: Vec::new(),
        };
        let by = Instant::now() + PATIENCE;
        let end = loop {
            let head = client.bytes.windows(4).position(|four| four == b"\r\n\r\n");
            if let Some(at) = head {
                break at + 4;
            }
            if !client.read(by).await {
                return (0, client);
            }
        };
        let head: Vec<u8> = client.bytes.drain(..end).collect();
        let head = String::from_utf8_lossy(&head);
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        (status.unwrap_or(0), client)
    }

    /// In a room, as `name`.
    pub async fn joined(address: SocketAddr, topic: &str, name: &str) -> Self {
        Self::joined_by(address, topic, name, None).await
    }

    /// The same, with a token.
    pub async fn joined_by(
        address: SocketAddr,
        topic: &str,
        name: &str,
        token: Option<&str>,
    ) -> Self {
        let mut client = Self::open(address).await;
        let payload = json!({ "name": name, "token": token });
        let reply = client.ask(topic, "phx_join", payload).await;
        assert_eq!(reply["status"], "ok", "{reply}");
        client.me = reply["response"]["participant"].as_str().unwrap().into();
        client
    }

    /// Lets pings be, so that nothing is sent but what the test sends.
    pub fn ignore_pings(&mut self) {
        self.answers_pings = false;
    }

    /// Sends bytes; a peer that closed already is no error, it is heard of when reading.
    pub async fn send(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes).await;
    }

    /// Ends the connection with a reset.
    pub fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }

    /// Says that nothing more comes.
    pub async fn finish(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    /// Sends a request, and gives its ref.
    pub async fn push(&mut self, topic: &str, event: &str, payload: Value) -> String {
        self.refs += 1;
        let reference = format!("own{}", self.refs);
        let frame_text = json!(["1", reference, topic, event, payload]).to_string();
        self.send(&frame(0x80 | TEXT, frame_text.as_bytes())).await;
        reference
    }

    /// Sends a request and waits for its answer.
    pub async fn ask(&mut self, topic: &str, event: &str, payload: Value) -> Value {
        let reference = self.push(topic, event, payload).await;
        self.answer(&reference).await
    }

    /// The answer to a request.
    pub async fn answer(&mut self, reference: &str) -> Value {
        self.until("a reply", |frame| {
            frame[3] == "phx_reply" && frame[1] == reference
        })
        .await[4]
            .take()
    }

    /// Reads until a frame that is wanted.
    pub async fn until(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            match self.next(PATIENCE).await {
                Some(Said::Frame(frame)) if wanted(&frame) => return frame,
                Some(Said::Frame(_)) => {}
                other => panic!("{what} is due, and there is {other:?}"),
            }
        }
    }

    /// What is said next; `None` if nothing is for so long.
    pub async fn next(&mut self, within: Duration) -> Option<Said> {
        let by = Instant::now() + within;
        loop {
            match self.take_frame() {
                Some((TEXT, payload)) => {
                    let frame: Value =
                        serde_json::from_slice(&payload).expect("the server writes JSON");
                    if frame[3] == "signal" {
                        self.signals.push(frame[4].clone());
                    }
                    return Some(Said::Frame(frame));
                }
                Some((CLOSE, payload)) => {
                    let code = match payload.as_slice() {
                        [high, low, ..] => u16::from_be_bytes([*high, *low]),
                        _ => 1005,
                    };
                    return Some(Said::Closed(code));
                }
                Some((PING, payload)) if self.answers_pings => {
                    self.send(&frame(0x8a, &payload)).await;
                }
                Some(_) => {}
                None if Instant::now() >= by => return None,
                None => {
                    if !self.read(by).await {
                        return (Instant::now() < by).then_some(Said::Ended);
                    }
                }
            }
        }
    }

    /// Whether the server has ended the connection within so long.
    pub async fn ends(&mut self, within: Duration) -> bool {
        let by = Instant::now() + within;
        while self.read(by).await {}
        Instant::now() < by
    }

    fn take_frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let (head, length) = (*self.bytes.first()?, *self.bytes.get(1)?);
        let (length, start) = match length {
            126 => (
                u64::from(u16::from_be_bytes(
                    self.bytes.get(2..4)?.try_into().unwrap(),
                )),
                4,
            ),
            127 => (
                u64::from_be_bytes(self.bytes.get(2..10)?.try_into().unwrap()),
                10,
            ),
            short => (u64::from(short), 2),
        };
        let end = start + length as usize;
        let payload = self.bytes.get(start..end)?.to_vec();
        self.bytes.drain(..end);
        Some((head & 15, payload))
    }

    async fn read(&mut self, by: Instant) -> bool {
        let mut chunk = [0; 16 * 1024];
        match timeout_at(by, self.stream.read(&mut chunk)).await {
            Ok(Ok(read @ 1..)) => {
                self.bytes.extend(&chunk[..read]);
                true
            }
            _ => false,
        }
    }
}

/// A handshake as it should be, with more header lines.
pub fn good_handshake(more: &str) -> Vec<u8> {
    format!(
        "GET /socket/websocket?vsn=2.0.0 HTTP/1.1\r\nHost: parlour\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{more}\r\n"
    )
    .into_bytes()
}
