//! Ways to send, by what a full mailbox means.
//!
//! actix's own bound is no bound: `do_send` passes it, and so does `try_send` from a fresh clone of
//! an address. So what may pile up is bounded where it is made ([`Slots`]), and what must arrive is
//! [`cast`].

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix::dev::ToEnvelope;
use actix::{Actor, Addr, Handler, Message, Recipient};

/// What a message can be cast to.
pub trait Target<M> {
    /// Sends past any bound; silent if the target is gone.
    fn deliver(&self, message: M);
}

impl<A, M> Target<M> for Addr<A>
where
    A: Actor + Handler<M>,
    A::Context: ToEnvelope<A, M>,
    M: Message + Send + 'static,
    M::Result: Send,
{
    #[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
    fn deliver(&self, message: M) {
        self.do_send(message);
    }
}

impl<M> Target<M> for Recipient<M>
where
    M: Message + Send + 'static,
    M::Result: Send,
{
    fn deliver(&self, message: M) {
        self.do_send(message);
    }
}

/// Sends what is never refused: `Watch`, `Down`, leaves, verdicts, answers (OTP: `cast`). What is
/// sent so must be bounded by its nature.
pub fn cast<M>(target: &impl Target<M>, message: M) {
    target.deliver(message);
}

/// A count of requests that may be under way towards an actor at once.
#[derive(Clone, Debug)]
pub struct Slots {
    taken: Arc<AtomicUsize>,
    limit: usize,
}

/// One of the [`Slots`]; given back when dropped, so keep it with the request.
#[derive(Debug)]
pub struct Slot(Arc<AtomicUsize>);

impl Slots {
    /// At most `limit` at once.
    pub fn new(limit: usize) -> Self {
        Self {
            taken: Arc::new(AtomicUsize::new(0)),
            limit,
        }
    }

    /// One more, or `None` if all are taken.
    pub fn take(&self) -> Option<Slot> {
        let before = self.taken.fetch_add(1, Ordering::Relaxed);
        let slot = Slot(Arc::clone(&self.taken));
        (before < self.limit).then_some(slot)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
