//! RFC 6455 as a server must read it, and what it writes.

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
    assert_eq!(&decoder.take_pongs().unwrap()[..], b"\x8a\x02hi");
    assert_eq!(decoder.take_pongs(), None);
}

#[test]
fn pongs_are_in_order_and_carry_what_was_asked() {
    let mut decoder = Decoder::new(1000);
    let long = [7; 125];
    decoder.feed(&[masked(FIN | PING, b"1"), masked(FIN | PING, &long)].concat());
    let pongs = decoder.take_pongs().unwrap();
    assert_eq!(pongs[..], [&b"\x8a\x011\x8a\x7d"[..], &long].concat());
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
        let due = &payload[..payload.len().min(2)];
        let echo = [&[0x88, due.len() as u8][..], due].concat().into();
        assert_eq!(decoder.feed(&bytes), [Incoming::Close { code, echo }]);
        assert_eq!(decoder.feed(&masked(FIN | PING, b"")), []);
        assert_eq!(decoder.take_pongs(), None);
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
    assert!(decoder.take_pongs().is_some());
    assert_eq!(decoder.pongs.capacity() + decoder.control.capacity(), 0);
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
        prop_assert_eq!(whole.take_pongs(), single.take_pongs());
    }
}
