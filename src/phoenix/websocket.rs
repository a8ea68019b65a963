//! RFC 6455 over bytes in memory: what a client sends, read strictly; what a server sends, framed
//! without state, so that a broadcast is framed once and shared.
//!
//! Pure: knows no socket and no timer. The grammar of a frame's head is `tungstenite`'s; payloads
//! are unmasked and checked as they arrive, so that nothing announced is ever reserved.

use std::io::Cursor;

use bytes::{BufMut, Bytes, BytesMut};
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{self, Control, Data, OpCode};

/// Longest payload of a control frame (RFC 6455 §5.5).
const MAX_CONTROL_BYTES: usize = 125;
/// Longest head of a frame.
const MAX_HEAD_BYTES: usize = 14;

/// The numbers of close frames that are used here (RFC 6455 §7.4, IANA).
#[derive(Clone, Copy, Debug)]
pub struct CloseCode;

impl CloseCode {
    /// Done.
    pub const NORMAL: u16 = 1000;
    /// The page or the server goes away.
    pub const AWAY: u16 = 1001;
    /// Not RFC 6455.
    pub const PROTOCOL: u16 = 1002;
    /// A close frame without a code; never on the wire.
    pub const NONE: u16 = 1005;
    /// Text that is not UTF-8.
    pub const NOT_UTF8: u16 = 1007;
    /// Against the rules of the service.
    pub const POLICY: u16 = 1008;
    /// A message above the limit.
    pub const TOO_LARGE: u16 = 1009;
    /// Our fault.
    pub const INTERNAL: u16 = 1011;
    /// The server restarts.
    pub const RESTART: u16 = 1012;
    /// Overloaded, or the peer is too slow.
    pub const TRY_AGAIN_LATER: u16 = 1013;
}

/// How a client broke the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// Frames that RFC 6455 does not allow.
    #[error("frames against RFC 6455")]
    Protocol,
    /// Text, or the reason of a close, that is not UTF-8.
    #[error("text that is not UTF-8")]
    NotUtf8,
    /// A message above the limit.
    #[error("a message above the limit")]
    TooLarge,
}

impl Violation {
    /// What to close the socket with.
    pub fn code(self) -> u16 {
        match self {
            Self::Protocol => CloseCode::PROTOCOL,
            Self::NotUtf8 => CloseCode::NOT_UTF8,
            Self::TooLarge => CloseCode::TOO_LARGE,
        }
    }
}

/// What a client sent, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// A text message.
    Text(String),
    /// A binary message.
    Binary(Bytes),
    /// A ping; its pong waits in [`Decoder::take_output`].
    Ping,
    /// A pong.
    Pong,
    /// The client closes, with this code ([`CloseCode::NONE`] if it gave none). The echo waits in
    /// [`Decoder::take_output`], for [`super::outbox::Outbox::end_with`]. Nothing comes after it.
    Close(u16),
    /// The client broke the protocol: close with [`Violation::code`]. Nothing comes after it.
    Violation(Violation),
}

/// Reads one client's bytes.
pub struct Decoder {
    max_message_bytes: usize,
    /// The head of the next frame, as far as it came.
    head: Vec<u8>,
    /// The frame whose payload is being read.
    frame: Option<OpenFrame>,
    /// The message whose fragments are being gathered.
    message: Option<Message>,
    /// The payload of a control frame, as far as it came; it may lie between two fragments.
    control: Vec<u8>,
    output: BytesMut,
    /// A close or a violation: the rest is not read.
    ended: bool,
}

/// A frame whose head was read.
struct OpenFrame {
    opcode: OpCode,
    is_final: bool,
    /// Turned so that the first byte is for the next byte of the payload.
    mask: [u8; 4],
    /// How much of the payload is still to come.
    left: usize,
}

/// A data message, as far as it came.
struct Message {
    is_text: bool,
    bytes: Vec<u8>,
    /// How much of `bytes` is known to be UTF-8; less than all only within a character.
    valid: usize,
}

impl Decoder {
    /// A decoder for a new connection. The limit holds for a message's fragments together.
    pub fn new(max_message_bytes: usize) -> Self {
        Self {
            max_message_bytes,
            head: Vec::new(),
            frame: None,
            message: None,
            control: Vec::new(),
            output: BytesMut::new(),
            ended: false,
        }
    }

    /// Takes the next bytes, of any number, and gives what they complete, in order.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Incoming> {
        let mut rest = bytes;
        let mut incoming = Vec::new();
        while !self.ended {
            match self.step(&mut rest) {
                Ok(Step::Completed(item)) => {
                    self.ended = matches!(item, Incoming::Close(_));
                    incoming.push(item);
                }
                Ok(Step::Went) => {}
                Ok(Step::NeedsMore) => return incoming,
                Err(violation) => {
                    self.ended = true;
                    incoming.push(Incoming::Violation(violation));
                }
            }
        }
        self.frame = None;
        self.message = None;
        self.head = Vec::new();
        self.control = Vec::new();
        incoming
    }

    /// What the protocol itself answers: pongs, and the echo of a close. Whole frames.
    pub fn take_output(&mut self) -> Option<Bytes> {
        (!self.output.is_empty()).then(|| std::mem::take(&mut self.output).freeze())
    }

    /// Reads a head, or some of a payload.
    fn step(&mut self, rest: &mut &[u8]) -> Result<Step, Violation> {
        let Some(mut frame) = self.frame.take() else {
            let head = read_head(&mut self.head, rest)?;
            return Ok(match head {
                Some((header, length)) => {
                    self.frame = Some(self.open(&header, length)?);
                    Step::Went
                }
                None => Step::NeedsMore,
            });
        };
        let (payload, behind) = rest.split_at(frame.left.min(rest.len()));
        *rest = behind;
        frame.left -= payload.len();
        let gathered = match (&frame.opcode, &mut self.message) {
            (OpCode::Data(_), Some(message)) => &mut message.bytes,
            _ => &mut self.control,
        };
        let masked = frame.mask.iter().cycle();
        gathered.extend(payload.iter().zip(masked).map(|(byte, mask)| byte ^ mask));
        frame.mask.rotate_left(payload.len() % 4);
        if let (OpCode::Data(_), Some(message)) = (&frame.opcode, &mut self.message) {
            message.validate()?;
        }
        if frame.left > 0 {
            self.frame = Some(frame);
            return Ok(Step::NeedsMore);
        }
        match frame.opcode {
            OpCode::Control(control) => self.controlled(control),
            OpCode::Data(_) if frame.is_final => match self.message.take() {
                Some(message) => message.complete().map(Step::Completed),
                None => Err(Violation::Protocol),
            },
            OpCode::Data(_) => Ok(Step::Went),
        }
    }

    /// Checks a frame's head before anything of its payload is kept.
    fn open(&mut self, header: &FrameHeader, length: u64) -> Result<OpenFrame, Violation> {
        let Some(mask) = header.mask else {
            return Err(Violation::Protocol);
        };
        if header.rsv1 || header.rsv2 || header.rsv3 {
            return Err(Violation::Protocol);
        }
        let left = usize::try_from(length).unwrap_or(usize::MAX);
        let gathered = match (header.opcode, &self.message) {
            (OpCode::Control(_), _) if left > MAX_CONTROL_BYTES || !header.is_final => {
                return Err(Violation::Protocol);
            }
            (OpCode::Control(_), _) => 0,
            (OpCode::Data(Data::Continue), Some(message)) => message.bytes.len(),
            (OpCode::Data(Data::Text | Data::Binary), None) => 0,
            (OpCode::Data(_), _) => return Err(Violation::Protocol),
        };
        if matches!(header.opcode, OpCode::Data(_)) {
            if gathered.saturating_add(left) > self.max_message_bytes {
                return Err(Violation::TooLarge);
            }
            self.message.get_or_insert_with(|| Message {
                is_text: header.opcode == OpCode::Data(Data::Text),
                bytes: Vec::new(),
                valid: 0,
            });
        }
        Ok(OpenFrame {
            opcode: header.opcode,
            is_final: header.is_final,
            mask,
            left,
        })
    }

    /// A control frame is whole.
    fn controlled(&mut self, control: Control) -> Result<Step, Violation> {
        let payload = std::mem::take(&mut self.control);
        let item = match control {
            Control::Ping => {
                let pong = frame(OpCode::Control(Control::Pong), &[&payload]);
                self.output.extend_from_slice(&pong);
                Incoming::Ping
            }
            Control::Pong => Incoming::Pong,
            Control::Close => {
                let code = close_code(&payload)?;
                self.output.extend_from_slice(&close_frame(code, ""));
                Incoming::Close(code)
            }
            Control::Reserved(_) => return Err(Violation::Protocol),
        };
        Ok(Step::Completed(item))
    }
}

/// What one step of reading came to.
enum Step {
    Completed(Incoming),
    Went,
    NeedsMore,
}

impl Message {
    /// Checks what came since the last time: bad text is found before its message ends.
    fn validate(&mut self) -> Result<(), Violation> {
        if !self.is_text {
            return Ok(());
        }
        let new = self.bytes.get(self.valid..).unwrap_or_default();
        match std::str::from_utf8(new) {
            Ok(_) => self.valid = self.bytes.len(),
            Err(error) if error.error_len().is_none() => self.valid += error.valid_up_to(),
            Err(_) => return Err(Violation::NotUtf8),
        }
        Ok(())
    }

    fn complete(self) -> Result<Incoming, Violation> {
        if self.is_text {
            let text = String::from_utf8(self.bytes).map_err(|_| Violation::NotUtf8)?;
            Ok(Incoming::Text(text))
        } else {
            Ok(Incoming::Binary(self.bytes.into()))
        }
    }
}

/// Reads a frame's head, which may come in pieces; `head` keeps those. Never more of `rest` than
/// the head.
fn read_head(
    head: &mut Vec<u8>,
    rest: &mut &[u8],
) -> Result<Option<(FrameHeader, u64)>, Violation> {
    let before = head.len();
    head.extend(
        rest.iter()
            .take(MAX_HEAD_BYTES - before.min(MAX_HEAD_BYTES)),
    );
    let mut cursor = Cursor::new(head.as_slice());
    let parsed = FrameHeader::parse(&mut cursor).map_err(|_| Violation::Protocol)?;
    let Some((header, length)) = parsed else {
        *rest = &[];
        return Ok(None);
    };
    let read = usize::try_from(cursor.position()).unwrap_or(usize::MAX);
    if header.len(length) != read {
        return Err(Violation::Protocol); // a length written longer than need be
    }
    *rest = rest.get(read.saturating_sub(before)..).unwrap_or_default();
    *head = Vec::new();
    Ok(Some((header, length)))
}

/// The code of a close frame's payload.
fn close_code(payload: &[u8]) -> Result<u16, Violation> {
    match payload {
        [] => Ok(CloseCode::NONE),
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            if !coding::CloseCode::from(code).is_allowed() {
                return Err(Violation::Protocol);
            }
            match std::str::from_utf8(reason) {
                Ok(_) => Ok(code),
                Err(_) => Err(Violation::NotUtf8),
            }
        }
        [_] => Err(Violation::Protocol),
    }
}

/// A text message in one frame.
pub fn text_frame(text: &str) -> Bytes {
    frame(OpCode::Data(Data::Text), &[text.as_bytes()])
}

/// An empty ping.
pub fn ping_frame() -> Bytes {
    frame(OpCode::Control(Control::Ping), &[])
}

/// A close frame; `reason` is cut to the 123 bytes there is room for. [`CloseCode::NONE`] gives one
/// without a code.
pub fn close_frame(code: u16, reason: &str) -> Bytes {
    if code == CloseCode::NONE {
        return frame(OpCode::Control(Control::Close), &[]);
    }
    let mut end = reason.len().min(MAX_CONTROL_BYTES - 2);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    let reason = reason.get(..end).unwrap_or_default();
    frame(
        OpCode::Control(Control::Close),
        &[&code.to_be_bytes(), reason.as_bytes()],
    )
}

/// A whole, unmasked frame.
fn frame(opcode: OpCode, payload: &[&[u8]]) -> Bytes {
    let header = FrameHeader {
        opcode,
        ..FrameHeader::default()
    };
    let length: usize = payload.iter().map(|part| part.len()).sum();
    let mut bytes = BytesMut::with_capacity(MAX_HEAD_BYTES + length).writer();
    // Writing to memory does not fail.
    let written = header.format(length as u64, &mut bytes);
    debug_assert!(written.is_ok());
    let mut bytes = bytes.into_inner();
    for part in payload {
        bytes.extend_from_slice(part);
    }
    bytes.freeze()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FIN: u8 = 0x80;
    const TEXT: u8 = 1;
    const BINARY: u8 = 2;
    const CLOSE: u8 = 8;
    const PING: u8 = 9;
    const PONG: u8 = 10;

    /// A client's frame: masked, whatever is in its first byte.
    fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
        let mask = [0x37, 0xfa, 0x21, 0x3d];
        let mut bytes = vec![first];
        match payload.len() {
            length @ 0..126 => bytes.push(0x80 | length as u8),
            length @ 126..65_536 => {
                bytes.push(0x80 | 126);
                bytes.extend((length as u16).to_be_bytes());
            }
            length => {
                bytes.push(0x80 | 127);
                bytes.extend((length as u64).to_be_bytes());
            }
        }
        bytes.extend(mask);
        let masked = payload.iter().zip(mask.iter().cycle());
        bytes.extend(masked.map(|(byte, mask)| byte ^ mask));
        bytes
    }

    /// What is read of these bytes, in one piece.
    fn read(bytes: &[u8]) -> Vec<Incoming> {
        Decoder::new(1000).feed(bytes)
    }

    fn violation(bytes: &[u8]) -> Option<u16> {
        let mut decoder = Decoder::new(1000);
        let incoming = decoder.feed(bytes);
        match incoming.last() {
            Some(Incoming::Violation(violation)) => {
                assert_eq!(decoder.feed(&masked(FIN | TEXT, b"more")), []);
                Some(violation.code())
            }
            _ => None,
        }
    }

    fn text(text: &str) -> Incoming {
        Incoming::Text(text.into())
    }

    #[test]
    fn whole_messages_are_read() {
        assert_eq!(read(&masked(FIN | TEXT, "grüß".as_bytes())), [text("grüß")]);
        assert_eq!(read(&masked(FIN | TEXT, b"")), [text("")]);
        let binary = Incoming::Binary(Bytes::from_static(&[0, 255]));
        assert_eq!(read(&masked(FIN | BINARY, &[0, 255])), [binary]);
        let long = "x".repeat(1000);
        assert_eq!(read(&masked(FIN | TEXT, long.as_bytes())), [text(&long)]);
    }

    #[test]
    fn fragments_become_one_message_with_controls_between_them() {
        let mut decoder = Decoder::new(1000);
        let bytes = [
            masked(TEXT, &[b'a', 0xc3]),
            masked(FIN | PING, b"hi"),
            masked(0, &[0xa4]),
            masked(FIN | PONG, b""),
            masked(FIN, b"z"),
            masked(FIN | TEXT, b"next"),
        ];
        let incoming = decoder.feed(&bytes.concat());
        assert_eq!(
            incoming,
            [Incoming::Ping, Incoming::Pong, text("aäz"), text("next")]
        );
        assert_eq!(&decoder.take_output().unwrap()[..], b"\x8a\x02hi");
        assert_eq!(decoder.take_output(), None);
    }

    #[test]
    fn pongs_are_in_order_and_carry_what_was_asked() {
        let mut decoder = Decoder::new(1000);
        let long = [7; 125];
        decoder.feed(&[masked(FIN | PING, b"1"), masked(FIN | PING, &long)].concat());
        let output = decoder.take_output().unwrap();
        assert_eq!(output[..], [&b"\x8a\x011\x8a\x7d"[..], &long].concat());
    }

    #[test]
    fn a_close_is_echoed_and_the_last_thing_read() {
        for (payload, code) in [
            (vec![], 1005),
            (vec![0x03, 0xe8], 1000),
            (b"\x03\xe9going".to_vec(), 1001),
            (vec![0x0b, 0xb8], 3000),
            (vec![0x13, 0x87], 4999),
        ] {
            let mut decoder = Decoder::new(1000);
            let bytes = [masked(FIN | CLOSE, &payload), masked(FIN | TEXT, b"late")].concat();
            assert_eq!(decoder.feed(&bytes), [Incoming::Close(code)]);
            let echo = decoder.take_output().unwrap();
            let due = &payload[..payload.len().min(2)];
            assert_eq!(echo[..], [&[0x88, due.len() as u8][..], due].concat());
            assert_eq!(decoder.feed(&masked(FIN | PING, b"")), []);
            assert_eq!(decoder.take_output(), None);
        }
    }

    #[test]
    fn frames_against_the_protocol_are_1002() {
        let bad: &[(&str, Vec<u8>)] = &[
            ("unmasked", b"\x81\x02hi".to_vec()),
            ("rsv1", masked(FIN | 0x40 | TEXT, b"x")),
            ("rsv2", masked(FIN | 0x20 | TEXT, b"x")),
            ("rsv3", masked(FIN | 0x10 | PING, b"x")),
            ("opcode 3", masked(FIN | 3, b"x")),
            ("opcode 7", masked(FIN | 7, b"x")),
            ("opcode 11", masked(FIN | 11, b"x")),
            ("opcode 15", masked(FIN | 15, b"x")),
            ("ping of 126", masked(FIN | PING, &[0; 126])),
            ("fragmented ping", masked(PING, b"x")),
            ("fragmented close", masked(CLOSE, b"")),
            ("close of 1", masked(FIN | CLOSE, &[3])),
            ("continuation first", masked(FIN, b"x")),
            (
                "text in text",
                [masked(TEXT, b"x"), masked(FIN | TEXT, b"y")].concat(),
            ),
            (
                "binary in text",
                [masked(TEXT, b"x"), masked(BINARY, b"y")].concat(),
            ),
            (
                "continuation behind",
                [masked(FIN | TEXT, b"x"), masked(FIN, b"y")].concat(),
            ),
            (
                "long form of a short length",
                vec![0x81, 0x80 | 126, 0, 5, 0, 0, 0, 0],
            ),
        ];
        for (name, bytes) in bad {
            assert_eq!(violation(bytes), Some(1002), "{name}");
        }
        for code in [0_u16, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535] {
            let close = masked(FIN | CLOSE, &code.to_be_bytes());
            assert_eq!(violation(&close), Some(1002), "{code}");
        }
    }

    #[test]
    fn text_that_is_not_utf8_is_1007_as_soon_as_it_shows() {
        for bad in [
            &b"\xff"[..],
            b"ok\xed\xa0\x80",
            b"\xc3",
            b"\xf4\x90\x80\x80",
            b"\xc0\x80",
        ] {
            assert_eq!(violation(&masked(FIN | TEXT, bad)), Some(1007), "{bad:?}");
        }
        assert_eq!(violation(&masked(FIN | CLOSE, b"\x03\xe8\xff")), Some(1007));
        assert_eq!(violation(&masked(FIN | BINARY, b"\xff")), None);
        // In the first fragment of a message that goes on.
        assert_eq!(violation(&masked(TEXT, b"\xff")), Some(1007));
        // In the middle of a frame that goes on.
        let whole = masked(FIN | TEXT, &[&b"x\xff"[..], &[b'y'; 500]].concat());
        assert_eq!(violation(&whole[..12]), Some(1007));
        // A character cut between fragments, and never completed.
        let cut = [masked(TEXT, &[0xc3]), masked(FIN, b"x")].concat();
        assert_eq!(violation(&cut), Some(1007));
    }

    #[test]
    fn too_large_is_1009_and_refused_at_its_head() {
        assert_eq!(violation(&masked(FIN | TEXT, &[b'x'; 1001])), Some(1009));
        let parts = [masked(TEXT, &[b'x'; 600]), masked(0, &[b'x'; 401])].concat();
        assert_eq!(violation(&parts), Some(1009));
        for length in [64 << 20, 1 << 63, u64::MAX] {
            let mut head = vec![FIN | BINARY, 0xff];
            head.extend(u64::to_be_bytes(length));
            head.extend([0; 4]);
            assert_eq!(violation(&head), Some(1009), "{length}");
        }
    }

    #[test]
    fn nothing_announced_is_reserved_and_nothing_done_is_kept() {
        let mut decoder = Decoder::new(1 << 20);
        let whole = masked(FIN | TEXT, &vec![b'x'; 1 << 20]);
        assert_eq!(decoder.feed(&whole[..100]), []);
        assert!(decoder.message.as_ref().unwrap().bytes.capacity() < 1000);
        assert_eq!(decoder.feed(&whole[100..]).len(), 1);
        assert!(decoder.message.is_none());
        assert_eq!(decoder.head.capacity() + decoder.control.capacity(), 0);
        decoder.feed(&masked(FIN | PING, b"hi"));
        assert!(decoder.take_output().is_some());
        assert_eq!(decoder.output.capacity() + decoder.control.capacity(), 0);
    }

    #[test]
    fn a_hundred_thousand_empty_fragments_cost_nothing() {
        let mut decoder = Decoder::new(1000);
        assert_eq!(decoder.feed(&masked(TEXT, &[b'x'; 900])), []);
        let empty = masked(0, b"").repeat(100_000);
        let start = std::time::Instant::now();
        assert_eq!(decoder.feed(&empty), []);
        // Some 100 ms in a debug build; a copy of the message each time would be many seconds.
        assert!(start.elapsed().as_secs() < 5);
        assert_eq!(decoder.feed(&masked(FIN, b"")), [text(&"x".repeat(900))]);
    }

    #[test]
    fn what_a_server_sends_is_framed() {
        assert_eq!(&text_frame("hi")[..], b"\x81\x02hi");
        assert_eq!(text_frame(&"x".repeat(126))[..4], [0x81, 126, 0, 126]);
        assert_eq!(
            text_frame(&"x".repeat(65_536))[..10],
            [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]
        );
        assert_eq!(&ping_frame()[..], b"\x89\x00");
        assert_eq!(&close_frame(1013, "slow")[..], b"\x88\x06\x03\xf5slow");
        assert_eq!(&close_frame(1005, "never said")[..], b"\x88\x00");
        let cut = close_frame(1000, &"ä".repeat(100));
        assert_eq!((cut.len(), cut[1]), (2 + 2 + 122, 124));
        assert!(std::str::from_utf8(&cut[4..]).is_ok());
    }

    /// A message of a client, and how it is cut into fragments.
    fn message() -> impl Strategy<Value = (Incoming, Vec<u8>)> {
        let cuts = proptest::collection::vec(0..200_usize, 0..4);
        prop_oneof![
            (any::<String>(), cuts.clone()).prop_map(|(text, cuts)| {
                (
                    Incoming::Text(text.clone()),
                    fragmented(TEXT, text.as_bytes(), &cuts),
                )
            }),
            (proptest::collection::vec(any::<u8>(), 0..300), cuts).prop_map(|(bytes, cuts)| {
                let encoded = fragmented(BINARY, &bytes, &cuts);
                (Incoming::Binary(bytes.into()), encoded)
            }),
            Just((Incoming::Ping, masked(FIN | PING, b"p"))),
            Just((Incoming::Pong, masked(FIN | PONG, b""))),
        ]
    }

    fn fragmented(opcode: u8, payload: &[u8], cuts: &[usize]) -> Vec<u8> {
        let (mut encoded, mut rest, mut opcode) = (Vec::new(), payload, opcode);
        for cut in cuts {
            let (fragment, behind) = rest.split_at((*cut).min(rest.len()));
            encoded.extend(masked(opcode, fragment));
            (rest, opcode) = (behind, 0);
        }
        encoded.extend(masked(FIN | opcode, rest));
        encoded
    }

    proptest! {
        #[test]
        fn messages_survive_any_fragments_and_any_chunks(
            messages in proptest::collection::vec(message(), 0..6),
            chunks in proptest::collection::vec(1..50_usize, 1..40),
        ) {
            let bytes: Vec<u8> = messages.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
            let mut decoder = Decoder::new(100_000);
            let (mut rest, mut incoming) = (bytes.as_slice(), Vec::new());
            for size in chunks.iter().cycle() {
                let (chunk, behind) = rest.split_at((*size).min(rest.len()));
                incoming.extend(decoder.feed(chunk));
                rest = behind;
                if rest.is_empty() {
                    break;
                }
            }
            let due: Vec<Incoming> = messages.into_iter().map(|(message, _)| message).collect();
            prop_assert_eq!(incoming, due);
        }

        #[test]
        fn any_bytes_are_read_alike_in_one_piece_and_by_bytes(
            bytes in proptest::collection::vec(
                prop_oneof![any::<u8>(), Just(0x80), Just(0x81), Just(1), Just(0x88), Just(0x89)], 0..120,
            ),
        ) {
            let (mut whole, mut single) = (Decoder::new(50), Decoder::new(50));
            let incoming: Vec<Incoming> = bytes.iter().flat_map(|b| single.feed(&[*b])).collect();
            prop_assert_eq!(whole.feed(&bytes), incoming);
            prop_assert_eq!(whole.take_output(), single.take_output());
        }
    }
}
