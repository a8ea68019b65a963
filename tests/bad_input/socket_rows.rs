//! Frames against RFC 6455.

use super::client::{frame, frame_of};
use super::log_lines::CANARY;
use super::rig::Rig;
use super::row::{Due, Place, Row, row};

const PROTOCOL: Due = Due::Close(1002);
const NOT_UTF8: Due = Due::Close(1007);
const TOO_LARGE: Due = Due::Close(1009);

fn sent(literal: impl Into<Vec<u8>>, due: Due) -> Row {
    row("frames", literal, Place::Socket, due)
}

fn close(payload: &[u8], due: Due) -> Row {
    sent(frame(0x88, payload), due)
}

fn close_code(code: u16, due: Due) -> Row {
    close(&code.to_be_bytes(), due)
}

fn many(frames: &[Vec<u8>]) -> Vec<u8> {
    frames.concat()
}

#[actix::test]
async fn frames() {
    let beat = br#"[null,"7","phoenix","heartbeat",{}]"#;
    let unmasked = [&[0x81, beat.len() as u8][..], beat].concat();
    let half = beat.split_at(9);
    let few_parts = vec![frame(0x00, b""); 50];
    let empty_parts = vec![frame(0x00, b""); 1_000];
    Rig::without_gateway(&[])
        .try_all(vec![
            sent(frame(0x81, beat), Due::Ok),
            sent(
                many(&[frame(0x01, half.0), frame(0x89, b"hi"), frame(0x80, half.1)]),
                Due::Ok,
            ),
            sent(
                many(&[frame(0x01, b""), few_parts.concat(), frame(0x80, beat)]),
                Due::Ok,
            ),
            sent(
                many(&[frame(0x01, b""), empty_parts.concat(), frame(0x80, beat)]),
                Due::Close(1008),
            ),
            sent(frame(0x8a, b"a pong nobody asked for"), Due::Nothing),
            sent(unmasked, PROTOCOL),
            sent(frame(0xc1, beat), PROTOCOL),
            sent(frame(0xa1, beat), PROTOCOL),
            sent(frame(0x91, beat), PROTOCOL),
            sent(frame(0x83, beat), PROTOCOL),
            sent(frame(0x8f, beat), PROTOCOL),
            sent(frame(0x89, &[b'x'; 126]), PROTOCOL),
            sent(frame(0x09, CANARY.as_bytes()), PROTOCOL),
            sent(frame(0x80, beat), PROTOCOL),
            sent(many(&[frame(0x01, half.0), frame(0x81, beat)]), PROTOCOL),
            close(&[3], PROTOCOL),
            close_code(999, PROTOCOL),
            close_code(1004, PROTOCOL),
            close_code(1005, PROTOCOL),
            close_code(1006, PROTOCOL),
            close_code(1015, PROTOCOL),
            close_code(2999, PROTOCOL),
            close_code(5000, PROTOCOL),
            close(b"", Due::Close(1005)),
            close_code(1000, Due::Close(1000)),
            close_code(3000, Due::Close(3000)),
            close_code(4999, Due::Close(4999)),
            close(b"\x03\xe8\xff", NOT_UTF8),
            close(
                &[&b"\x03\xe8"[..], CANARY.as_bytes()].concat(),
                Due::Close(1000),
            ),
            sent(frame(0x81, b"\xff"), NOT_UTF8),
            sent(frame(0x81, b"\xed\xa0\x80"), NOT_UTF8),
            sent(frame(0x01, b"\xff"), NOT_UTF8),
            sent(frame(0x81, b"\xe2\x82"), NOT_UTF8),
            sent(frame_of(0x81, 1 << 63, b""), TOO_LARGE),
            sent(frame_of(0x81, 64 << 20, b""), TOO_LARGE),
            sent(frame_of(0x81, 1 << 20, &[b' '; 100]), TOO_LARGE),
            sent(frame(0x81, &[b' '; 256 * 1024 + 1]), TOO_LARGE),
            sent(frame(0x82, &[0; 256 * 1024 + 1]), TOO_LARGE),
            sent(
                many(&[frame(0x01, &[b' '; 200_000]), frame(0x80, &[b' '; 100_000])]),
                TOO_LARGE,
            ),
            row(
                "frames",
                frame_of(0x81, 100, b"half a fr"),
                Place::LastBytes,
                Due::Close(1002),
            ),
            row(
                "frames",
                b"\x81".to_vec(),
                Place::LastBytes,
                Due::Close(1002),
            ),
        ])
        .await;
}
