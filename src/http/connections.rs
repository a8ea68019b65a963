//! The sockets that are open: to bound their number, and to close them when the server goes down.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use actix::Recipient;

use crate::otp::cast;
use crate::otp::send::{Slot, Slots};
use crate::phoenix::session::Close;

/// Every open socket. Made in `main`.
pub struct Connections {
    limit: usize,
    slots: Slots,
    open: Mutex<(u64, HashMap<u64, Recipient<Close>>)>,
}

impl Connections {
    /// At most `limit` at once.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            slots: Slots::new(limit),
            open: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, (u64, HashMap<u64, Recipient<Close>>)> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many there may be.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// A place for one more; none if all are taken.
    pub fn take(&self) -> Option<Slot> {
        self.slots.take()
    }

    /// Notes an open socket; give the number to [`Self::forget`] when it closed.
    pub fn note(&self, socket: Recipient<Close>) -> u64 {
        let mut open = self.lock();
        open.0 += 1;
        let number = open.0;
        open.1.insert(number, socket);
        number
    }

    /// A socket closed.
    pub fn forget(&self, number: u64) {
        self.lock().1.remove(&number);
    }

    /// Closes every socket with this code.
    pub fn close_all(&self, code: u16, reason: &'static str) {
        for socket in self.lock().1.values() {
            cast(socket, Close { code, reason });
        }
    }

    /// How many are open.
    pub fn len(&self) -> usize {
        self.lock().1.len()
    }

    /// Whether none is open.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
