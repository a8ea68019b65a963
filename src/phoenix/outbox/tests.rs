//! The queue without a server: order, limits, ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Wake;

use proptest::prelude::*;

use super::*;
use crate::phoenix::websocket::{ping_frame, text_frame};

/// Counts how often it was woken.
#[derive(Default)]
struct Bell(AtomicUsize);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// What one poll gives: bytes, nothing yet, or the end.
#[derive(Debug, PartialEq)]
enum Drained {
    Chunk(Vec<u8>),
    Nothing,
    End,
}

fn drain(body: &mut Body, bell: &Arc<Bell>) -> Drained {
    let waker = Waker::from(bell.clone());
    match Pin::new(body).poll_next(&mut Context::from_waker(&waker)) {
        Poll::Ready(Some(chunk)) => Drained::Chunk(chunk.unwrap().to_vec()),
        Poll::Ready(None) => Drained::End,
        Poll::Pending => Drained::Nothing,
    }
}

fn all(body: &mut Body) -> (Vec<u8>, Drained) {
    let mut bytes = Vec::new();
    loop {
        match drain(body, &Arc::default()) {
            Drained::Chunk(chunk) => bytes.extend(chunk),
            end @ (Drained::Nothing | Drained::End) => return (bytes, end),
        }
    }
}

fn frames(frames: &[Bytes]) -> Vec<u8> {
    frames.concat()
}

#[test]
fn frames_are_joined_into_chunks_and_a_larger_one_goes_alone() {
    let outbox = Outbox::new(Limits::default());
    let mut body = outbox.body(|| {});
    let (small, large) = (text_frame("hi"), text_frame(&"x".repeat(20_000)));
    for frame in [&small, &small, &large, &small, &large] {
        outbox.push(frame.clone()).unwrap();
    }
    assert_eq!(outbox.queued_frames(), 5);
    assert_eq!(outbox.queued_bytes(), 3 * small.len() + 2 * large.len());
    let bell = Arc::default();
    for due in [
        frames(&[small.clone(), small.clone()]),
        large.to_vec(),
        small.to_vec(),
        large.to_vec(),
    ] {
        assert_eq!(drain(&mut body, &bell), Drained::Chunk(due));
    }
    assert_eq!(drain(&mut body, &bell), Drained::Nothing);
    assert_eq!((outbox.queued_frames(), outbox.queued_bytes()), (0, 0));
}

#[test]
fn many_small_frames_stay_within_the_chunk() {
    let outbox = Outbox::new(Limits::default());
    let mut body = outbox.body(|| {});
    let frame = text_frame(&"x".repeat(200));
    for _ in 0..256 {
        outbox.push(frame.clone()).unwrap();
    }
    let mut chunks = Vec::new();
    while let Drained::Chunk(chunk) = drain(&mut body, &Arc::default()) {
        chunks.push(chunk.len());
    }
    assert!(chunks.iter().all(|length| *length <= CHUNK_BYTES));
    assert_eq!(chunks.iter().sum::<usize>(), 256 * frame.len());
    assert_eq!(chunks.len(), 4);
}

#[test]
fn a_single_frame_stays_shared() {
    let outbox = Outbox::new(Limits::default());
    let frame = text_frame("for everybody");
    outbox.push(frame.clone()).unwrap();
    assert_eq!(outbox.take().unwrap().as_ptr(), frame.as_ptr());
}

#[test]
fn the_drainer_is_woken_when_something_comes() {
    let outbox = Outbox::new(Limits::default());
    let mut body = outbox.body(|| {});
    let bell: Arc<Bell> = Arc::default();
    for (rings, speak) in [
        (1, &(|| outbox.push(text_frame("a")).unwrap()) as &dyn Fn()),
        (2, &|| outbox.push_front(ping_frame())),
        (3, &|| outbox.close(1000, "")),
    ] {
        assert_eq!(drain(&mut body, &bell), Drained::Nothing);
        speak();
        assert_eq!(bell.0.load(Ordering::Relaxed), rings);
        assert!(matches!(drain(&mut body, &bell), Drained::Chunk(_)));
    }
    assert_eq!(drain(&mut body, &bell), Drained::End);
}

#[test]
fn too_many_frames_or_bytes_drop_the_queue_and_close_with_1013() {
    let limits = Limits {
        frames: 3,
        bytes: 100,
    };
    for (fits, one_too_many) in [(3, 1), (1, 98)] {
        let outbox = Outbox::new(limits);
        let mut body = outbox.body(|| {});
        for _ in 0..fits {
            outbox.push(Bytes::from_static(b"abc")).unwrap();
        }
        outbox.push_front(ping_frame());
        let last = Bytes::from(vec![0; one_too_many]);
        assert_eq!(outbox.push(last.clone()), Err(Refused::Overflow));
        assert_eq!(outbox.push(last), Err(Refused::Ended));
        outbox.push_front(ping_frame());
        assert!(outbox.has_ended());
        assert_eq!(outbox.queued_frames(), 1);
        let due = close_frame(1013, "too slow").to_vec();
        assert_eq!(all(&mut body), (due, Drained::End));
    }
}

#[test]
fn the_limit_itself_fits() {
    let outbox = Outbox::new(Limits {
        frames: 2,
        bytes: 10,
    });
    outbox.push(Bytes::from_static(b"12345")).unwrap();
    outbox.push(Bytes::from_static(b"67890")).unwrap();
    assert_eq!(outbox.queued_bytes(), 10);
}

#[test]
fn a_close_lets_what_waits_go_first_and_the_first_one_wins() {
    let outbox = Outbox::new(Limits::default());
    let mut body = outbox.body(|| {});
    outbox.push(text_frame("last words")).unwrap();
    outbox.close(1012, "restart");
    outbox.close(1013, "");
    outbox.close(1008, "");
    outbox.end_with(close_frame(1000, ""));
    assert_eq!(outbox.push(text_frame("late")), Err(Refused::Ended));
    let due = frames(&[text_frame("last words"), close_frame(1012, "restart")]);
    assert_eq!(all(&mut body), (due, Drained::End));
}

#[test]
fn an_echoed_close_ends_it_too() {
    let outbox = Outbox::new(Limits::default());
    let voice = outbox.voice();
    let mut body = outbox.body(|| {});
    voice.end_with(close_frame(1001, ""));
    drop(voice);
    assert_eq!(
        all(&mut body),
        (close_frame(1001, "").to_vec(), Drained::End)
    );
}

#[test]
fn one_ping_goes_ahead_of_all_that_waits() {
    let outbox = Outbox::new(Limits {
        frames: 1,
        bytes: 100,
    });
    let mut body = outbox.body(|| {});
    outbox.push(text_frame("full")).unwrap();
    outbox.push_front(ping_frame());
    outbox.push_front(ping_frame());
    let due = frames(&[ping_frame(), text_frame("full")]);
    assert_eq!(all(&mut body), (due, Drained::Nothing));
    outbox.push_front(ping_frame());
    assert_eq!(all(&mut body), (ping_frame().to_vec(), Drained::Nothing));
}

#[test]
fn a_voice_that_falls_silent_says_1011() {
    let outbox = Outbox::new(Limits::default());
    let mut body = outbox.body(|| {});
    drop(outbox.voice());
    assert_eq!(
        all(&mut body),
        (close_frame(1011, "").to_vec(), Drained::End)
    );

    let outbox = Outbox::new(Limits::default());
    let mut body = outbox.body(|| {});
    let voice = outbox.voice();
    voice.close(1000, "");
    drop(voice);
    assert_eq!(
        all(&mut body),
        (close_frame(1000, "").to_vec(), Drained::End)
    );
}

#[test]
fn the_end_of_the_body_is_told_once_and_nothing_is_kept() {
    let told = Rc::new(Cell::new(0));
    let outbox = Outbox::new(Limits::default());
    let body = outbox.body({
        let told = told.clone();
        move || told.set(told.get() + 1)
    });
    outbox.push(text_frame("unread")).unwrap();
    assert_eq!(told.get(), 0);
    drop(body);
    assert_eq!(told.get(), 1);
    assert_eq!((outbox.queued_frames(), outbox.queued_bytes()), (0, 0));
    assert_eq!(outbox.push(text_frame("late")), Err(Refused::Ended));
    outbox.push_front(ping_frame());
    outbox.close(1000, "");
    assert_eq!(outbox.take(), None);
}

/// What may happen to an outbox.
#[derive(Clone, Debug)]
enum Op {
    Push(usize),
    Ping,
    Drain,
    Close(u16),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => (0..60_usize).prop_map(Op::Push),
        2 => Just(Op::Ping),
        4 => Just(Op::Drain),
        1 => proptest::sample::select(vec![1000, 1012, 1013]).prop_map(Op::Close),
    ]
}

proptest! {
    #[test]
    fn whole_frames_in_order_and_one_close_under_any_use(
        ops in proptest::collection::vec(op(), 0..60),
    ) {
        let limits = Limits { frames: 8, bytes: 200 };
        let outbox = Outbox::new(limits);
        let mut body = outbox.body(|| {});
        let (mut sent, mut taken) = (Vec::new(), 0);
        for (number, op) in ops.into_iter().enumerate() {
            match op {
                Op::Push(length) => {
                    let frame = text_frame(&format!("{number:03}{}", "x".repeat(length)));
                    taken += usize::from(outbox.push(frame).is_ok());
                }
                Op::Ping => outbox.push_front(ping_frame()),
                Op::Close(code) => outbox.close(code, ""),
                Op::Drain => if let Drained::Chunk(chunk) = drain(&mut body, &Arc::default()) {
                    sent.extend(chunk);
                }
            }
            prop_assert!(outbox.queued_frames() <= limits.frames + 1);
            prop_assert!(outbox.queued_bytes() <= limits.bytes + 125);
        }
        outbox.close(1001, "");
        let (rest, end) = all(&mut body);
        sent.extend(rest);
        prop_assert_eq!(end, Drained::End);

        // Read what went out: whole frames, numbers rising, one close, at the end.
        let (mut rest, mut last, mut texts, mut closes) = (sent.as_slice(), -1, 0, 0);
        while let [opcode, length, behind @ ..] = rest {
            let (payload, behind) = behind.split_at(usize::from(*length));
            prop_assert_eq!(closes, 0);
            match opcode {
                0x81 => {
                    let number = std::str::from_utf8(&payload[..3]).unwrap().parse().unwrap();
                    prop_assert!(last < number);
                    (last, texts) = (number, texts + 1);
                }
                0x88 => closes += 1,
                opcode => prop_assert_eq!(*opcode, 0x89),
            }
            rest = behind;
        }
        prop_assert!(rest.is_empty());
        prop_assert_eq!(closes, 1);
        prop_assert!(texts <= taken);
    }
}
