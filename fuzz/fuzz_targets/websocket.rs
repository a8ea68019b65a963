//! RFC 6455: any frames, in any pieces. Read alike however they are cut, never kept beyond the limit,
//! and read as `tungstenite` reads them.
#![no_main]

use std::io::{self, Cursor, Read, Write};

use arbitrary::Arbitrary;
use parlour::phoenix::websocket::{Decoder, Incoming};
use tungstenite::Message;
use tungstenite::protocol::{Role, WebSocket, WebSocketConfig};

const MAX_MESSAGE_BYTES: usize = 300;

/// What a client sends.
#[derive(Arbitrary, Debug)]
struct Traffic {
    frames: Vec<Frame>,
    /// Where the bytes are cut.
    pieces: Vec<u8>,
    /// Bytes behind the frames.
    rubbish: Vec<u8>,
}

#[derive(Arbitrary, Debug)]
struct Frame {
    opcode: Opcode,
    is_final: bool,
    reserved: Rare,
    unmasked: Rare,
    mask: [u8; 4],
    payload: Payload,
    /// Says another length than there is.
    wrong_length: Option<Rare>,
}

#[derive(Arbitrary, Debug)]
enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
    Other(u8),
}

#[derive(Arbitrary, Debug)]
enum Payload {
    Empty,
    Text(String),
    Bytes(Vec<u8>),
    Close(u16, String),
    /// A character in two parts: its first so many bytes, or those behind.
    Part(char, bool),
    Long(u16),
}

/// True for one of sixteen.
#[derive(Debug)]
struct Rare(bool);

impl<'a> Arbitrary<'a> for Rare {
    fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(Self(u.arbitrary::<u8>()? >= 240))
    }
}

impl Frame {
    fn write(&self, into: &mut Vec<u8>) {
        let opcode = match self.opcode {
            Opcode::Continuation => 0,
            Opcode::Text => 1,
            Opcode::Binary => 2,
            Opcode::Close => 8,
            Opcode::Ping => 9,
            Opcode::Pong => 10,
            Opcode::Other(code) => code & 15,
        };
        let payload = match &self.payload {
            Payload::Empty => Vec::new(),
            Payload::Text(text) => text.as_bytes().to_vec(),
            Payload::Bytes(bytes) => bytes.clone(),
            Payload::Close(code, reason) => [&code.to_be_bytes()[..], reason.as_bytes()].concat(),
            Payload::Part(c, first) => {
                let text = c.to_string();
                let (head, tail) = text.as_bytes().split_at(1);
                if *first { head.to_vec() } else { tail.to_vec() }
            }
            Payload::Long(length) => vec![b'x'; usize::from(*length % 600)],
        };
        into.push(u8::from(self.is_final) << 7 | u8::from(self.reserved.0) << 6 | opcode);
        let masked = if self.unmasked.0 { 0 } else { 0x80 };
        let length = payload.len() as u64
            + u64::from(self.wrong_length.as_ref().is_some_and(|rare| rare.0)) * 70_000;
        match length {
            0..126 => into.push(masked | length as u8),
            126..65_536 => {
                into.push(masked | 126);
                into.extend((length as u16).to_be_bytes());
            }
            _ => {
                into.push(masked | 127);
                into.extend(length.to_be_bytes());
            }
        }
        let mask = if self.unmasked.0 { [0; 4] } else { self.mask };
        if masked != 0 {
            into.extend(mask);
        }
        into.extend(
            payload
                .iter()
                .zip(mask.iter().cycle())
                .map(|(byte, mask)| byte ^ mask),
        );
    }
}

libfuzzer_sys::fuzz_target!(|traffic: Traffic| {
    let mut bytes = Vec::new();
    traffic
        .frames
        .iter()
        .for_each(|frame| frame.write(&mut bytes));
    bytes.extend(&traffic.rubbish);

    let mut whole = Decoder::new(MAX_MESSAGE_BYTES);
    let incoming = whole.feed(&bytes);

    let mut cut = Decoder::new(MAX_MESSAGE_BYTES);
    let (mut rest, mut read) = (bytes.as_slice(), Vec::new());
    for piece in &traffic.pieces {
        let (piece, behind) = rest.split_at(usize::from(*piece).min(rest.len()));
        read.extend(cut.feed(piece));
        rest = behind;
    }
    read.extend(cut.feed(rest));
    assert_eq!(read, incoming, "cut otherwise, read otherwise");
    assert_eq!(cut.take_pongs(), whole.take_pongs());

    let last = incoming.len().saturating_sub(1);
    for (at, item) in incoming.iter().enumerate() {
        match item {
            Incoming::Text(text) => assert!(text.len() <= MAX_MESSAGE_BYTES),
            Incoming::Binary(bytes) => assert!(bytes.len() <= MAX_MESSAGE_BYTES),
            Incoming::Ping | Incoming::Pong => {}
            Incoming::Close { .. } | Incoming::Violation(_) => {
                assert_eq!(at, last, "read on behind the end")
            }
        }
    }

    let theirs = read_by_tungstenite(&bytes);
    let ours = incoming
        .iter()
        .filter(|item| !matches!(item, Incoming::Violation(_)));
    let ours: Vec<&Incoming> = ours.collect();
    let same = ours
        .iter()
        .zip(&theirs)
        .all(|(ours, theirs)| match (ours, theirs) {
            (Incoming::Text(text), Message::Text(theirs)) => theirs.as_str() == text,
            (Incoming::Binary(bytes), Message::Binary(theirs)) => theirs == bytes,
            (Incoming::Ping, Message::Ping(_)) | (Incoming::Pong, Message::Pong(_)) => true,
            (Incoming::Close { .. }, Message::Close(_)) => true,
            _ => false,
        });
    assert!(same, "ours {ours:?}, theirs {theirs:?}");
    // We are the stricter: they may find bad text only at its message's end, and take a length that
    // is written longer than need be.
    let is_violation = matches!(incoming.last(), Some(Incoming::Violation(_)));
    assert!(
        ours.len() == theirs.len() || is_violation,
        "ours {ours:?}, theirs {theirs:?}"
    );
    assert!(
        ours.len() <= theirs.len(),
        "ours {ours:?}, theirs {theirs:?}"
    );
});

fn read_by_tungstenite(bytes: &[u8]) -> Vec<Message> {
    struct Line<'a>(Cursor<&'a [u8]>);
    impl Read for Line<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.0.read(into)
        }
    }
    impl Write for Line<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE_BYTES))
        .max_frame_size(Some(MAX_MESSAGE_BYTES));
    let mut socket =
        WebSocket::from_raw_socket(Line(Cursor::new(bytes)), Role::Server, Some(config));
    let mut messages = Vec::new();
    while let Ok(message) = socket.read() {
        messages.push(message);
    }
    messages
}
