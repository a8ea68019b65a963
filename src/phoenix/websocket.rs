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
    /// A ping; its pong waits in [`Decoder::take_pongs`].
    Ping,
    /// A pong.
    Pong,
    /// The client closes. Nothing comes after it.
    Close {
        /// Why; [`CloseCode::NONE`] if it did not say.
        code: u16,
        /// The frame that answers it, for [`super::outbox::Outbox::end_with`].
        echo: Bytes,
    },
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
    pongs: BytesMut,
    /// Frames that were read and completed no message.
    parts: usize,
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
            pongs: BytesMut::new(),
            parts: 0,
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
                    self.ended = matches!(item, Incoming::Close { .. });
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

    /// The pongs that are due, whole frames, in order. To be sent before what answers the messages
    /// they were read with: nobody shall wait for a pong, and it may stand within a message.
    pub fn take_pongs(&mut self) -> Option<Bytes> {
        (!self.pongs.is_empty()).then(|| std::mem::take(&mut self.pongs).freeze())
    }

    /// How many frames came since the last time that completed no message: parts of one, be they
    /// empty.
    pub fn take_parts(&mut self) -> usize {
        std::mem::take(&mut self.parts)
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
            OpCode::Data(_) => {
                self.parts += 1;
                Ok(Step::Went)
            }
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
                self.pongs.extend_from_slice(&pong);
                Incoming::Ping
            }
            Control::Pong => Incoming::Pong,
            Control::Close => {
                let code = close_code(&payload)?;
                let echo = close_frame(code, "");
                Incoming::Close { code, echo }
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
mod tests;
