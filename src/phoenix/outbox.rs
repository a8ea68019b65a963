//! What waits to be written to one socket: bounded, shared by the actor that speaks and the
//! response body that the server drains.
//!
//! [`Outbox`] is the queue, [`Voice`] the actor's end of it, [`Body`] the server's. A peer that does
//! not read fills its queue and is closed with 1013, whatever it does; nobody else notices. Knows
//! frames only as bytes. Single-threaded: both ends live on one arbiter.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use bytes::{Bytes, BytesMut};
use futures_util::Stream;

use super::websocket::{CloseCode, close_frame};

/// Frames are joined into chunks of at most this, so that one system call carries many. A larger
/// frame goes alone.
const CHUNK_BYTES: usize = 16 * 1024;

/// How much may wait for one socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many frames.
    pub frames: usize,
    /// How many bytes, all frames together.
    pub bytes: usize,
}

impl Default for Limits {
    /// 256 frames, 1 MiB: some seconds of a busy room of 100.
    fn default() -> Self {
        Self {
            frames: 256,
            bytes: 1024 * 1024,
        }
    }
}

/// Why a frame was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It was one too many: the queue is dropped, the socket is being closed with 1013.
    #[error("the peer reads too slowly")]
    Overflow,
    /// The socket is closed, or being closed.
    #[error("the socket is closed")]
    Ended,
}

/// The queue. Cheap to clone; all clones are the same queue.
#[derive(Clone)]
pub struct Outbox(Rc<Queue>);

struct Queue {
    limits: Limits,
    frames: RefCell<VecDeque<Bytes>>,
    /// Of `frames`, together.
    bytes: Cell<usize>,
    /// Written before `frames`; at most one.
    ping: RefCell<Option<Bytes>>,
    /// The close frame is queued, or the body is gone: nothing more is taken.
    ended: Cell<bool>,
    /// Who drains, if it found nothing.
    waker: Cell<Option<Waker>>,
}

impl Outbox {
    /// An empty queue.
    pub fn new(limits: Limits) -> Self {
        Self(Rc::new(Queue {
            limits,
            frames: RefCell::default(),
            bytes: Cell::new(0),
            ping: RefCell::default(),
            ended: Cell::new(false),
            waker: Cell::default(),
        }))
    }

    /// The speaker's end: take one, keep it in the actor.
    pub fn voice(&self) -> Voice {
        Voice(self.clone())
    }

    /// The server's end: take one, for `HttpResponseBuilder::streaming`. `gone` is called once, when
    /// the body is dropped: written to its end, or the connection is gone.
    pub fn body(&self, gone: impl FnOnce() + 'static) -> Body {
        Body {
            outbox: self.clone(),
            gone: Some(Box::new(gone)),
        }
    }

    /// Queues a whole frame.
    ///
    /// Errors: [`Refused::Overflow`] once, for the frame that was too much; [`Refused::Ended`] from
    /// then on.
    pub fn push(&self, frame: Bytes) -> Result<(), Refused> {
        let queue = &*self.0;
        if queue.ended.get() {
            return Err(Refused::Ended);
        }
        let bytes = queue.bytes.get().saturating_add(frame.len());
        if bytes > queue.limits.bytes || queue.frames.borrow().len() >= queue.limits.frames {
            self.close(CloseCode::TRY_AGAIN_LATER, "too slow");
            return Err(Refused::Overflow);
        }
        queue.bytes.set(bytes);
        queue.frames.borrow_mut().push_back(frame);
        self.wake();
        Ok(())
    }

    /// Puts a ping ahead of all that waits, between whole frames. Never refused; one that still
    /// waits is replaced; after the end it is forgotten.
    pub fn push_front(&self, ping: Bytes) {
        if !self.0.ended.get() {
            self.0.ping.replace(Some(ping));
            self.wake();
        }
    }

    /// Queues the close frame; the first close wins and nothing is taken after it. What waits is
    /// written before it, except with 1013, when the peer does not read.
    pub fn close(&self, code: u16, reason: &str) {
        if code == CloseCode::TRY_AGAIN_LATER && !self.0.ended.get() {
            self.forget();
        }
        self.end_with(close_frame(code, reason));
    }

    /// As [`Outbox::close`], with a frame made elsewhere: the echo of the peer's close, which
    /// [`super::websocket::Incoming::Close`] holds.
    pub fn end_with(&self, last: Bytes) {
        let queue = &*self.0;
        if queue.ended.replace(true) {
            return;
        }
        queue
            .bytes
            .set(queue.bytes.get().saturating_add(last.len()));
        queue.frames.borrow_mut().push_back(last);
        self.wake();
    }

    /// Whether the end is queued or came: nothing more is taken.
    pub fn has_ended(&self) -> bool {
        self.0.ended.get()
    }

    /// How many frames wait, without a ping.
    pub fn queued_frames(&self) -> usize {
        self.0.frames.borrow().len()
    }

    /// How many bytes wait, without a ping.
    pub fn queued_bytes(&self) -> usize {
        self.0.bytes.get()
    }

    /// The next chunk: whole frames, joined as far as [`CHUNK_BYTES`], at least one.
    fn take(&self) -> Option<Bytes> {
        let queue = &*self.0;
        let mut frames = queue.frames.borrow_mut();
        let first = match queue.ping.take() {
            Some(ping) => ping,
            None => {
                let first = frames.pop_front()?;
                queue
                    .bytes
                    .set(queue.bytes.get().saturating_sub(first.len()));
                first
            }
        };
        let mut joined = 0;
        let mut length = first.len();
        for frame in frames.iter() {
            if length.saturating_add(frame.len()) > CHUNK_BYTES {
                break;
            }
            length += frame.len();
            joined += 1;
        }
        let chunk = if joined == 0 {
            first // a broadcast stays shared
        } else {
            let mut chunk = BytesMut::with_capacity(length);
            chunk.extend_from_slice(&first);
            for frame in frames.drain(..joined) {
                queue
                    .bytes
                    .set(queue.bytes.get().saturating_sub(frame.len()));
                chunk.extend_from_slice(&frame);
            }
            chunk.freeze()
        };
        if frames.is_empty() {
            *frames = VecDeque::new();
        }
        Some(chunk)
    }

    fn forget(&self) {
        self.0.frames.replace(VecDeque::new());
        self.0.bytes.set(0);
        self.0.ping.take();
    }

    fn wake(&self) {
        if let Some(waker) = self.0.waker.take() {
            waker.wake();
        }
    }
}

/// The end that speaks. Dropped without a close, as when its actor panicked, it closes with 1011.
pub struct Voice(Outbox);

impl Deref for Voice {
    type Target = Outbox;

    fn deref(&self) -> &Outbox {
        &self.0
    }
}

impl Drop for Voice {
    fn drop(&mut self) {
        self.0.close(CloseCode::INTERNAL, "");
    }
}

/// The end that the server drains: a response body. Ends behind the close frame.
pub struct Body {
    outbox: Outbox,
    gone: Option<Box<dyn FnOnce()>>,
}

impl Stream for Body {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(chunk) = self.outbox.take() {
            return Poll::Ready(Some(Ok(chunk)));
        }
        if self.outbox.0.ended.get() {
            return Poll::Ready(None);
        }
        self.outbox.0.waker.set(Some(context.waker().clone()));
        Poll::Pending
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        self.outbox.0.ended.set(true);
        self.outbox.forget();
        if let Some(gone) = self.gone.take() {
            gone();
        }
    }
}

#[cfg(test)]
mod tests;
