//! File descriptors: how many this process may have, and what is kept back when they run out.
//!
//! Each socket takes one for as long as it lives, each call some more. The kernel gives out the lowest
//! free number, so that a number tells how many are left above it. Sockets and calls leave the last
//! ones to what is short: a look at `/healthz`, a refusal, a new connection to the gateway. Should the
//! limit be lowered below what is in use, some that were kept since the start are let go for that.

use std::collections::HashSet;
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd, RawFd};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::{Mode, OFlags, open};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors for everything but browsers' sockets, when the limit is raised.
const BESIDE: u64 = 512;
/// Held from the start, and let go when there is none left.
const KEPT: usize = 8;
/// The last ones below the limit, which no call is started with.
const LEFT_BY_CALLS: u64 = 8;
/// The last ones below the limit, which no socket stays with.
const LEFT_BY_SOCKETS: u64 = 16;

/// The limit, as it is now: an operator may change it while the process runs.
fn limit() -> u64 {
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// The hard limit does not let all sockets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "file descriptors for {sockets} of {wanted} sockets: raise the hard limit to {needed}, or lower PARLOUR_MAX_CONNECTIONS"
)]
pub struct TooFew {
    /// How many sockets fit.
    pub sockets: u64,
    /// How many were wanted.
    pub wanted: u64,
    /// The limit that they need.
    pub needed: u64,
}

/// Raises the limit so that so many sockets fit, as far as it may go.
///
/// # Errors
/// If it may not go so far: how many fit.
pub fn raise(sockets: u64) -> Result<(), TooFew> {
    let needed = sockets + BESIDE;
    let before = getrlimit(Resource::Nofile);
    if before.current.unwrap_or(u64::MAX) >= needed {
        return Ok(());
    }
    let raised = Rlimit {
        current: Some(before.maximum.unwrap_or(u64::MAX).min(needed)),
        maximum: before.maximum,
    };
    // What came of it is looked at, whatever it says.
    let _ = setrlimit(Resource::Nofile, raised);
    let limit = limit();
    match limit >= needed {
        true => Ok(()),
        false => Err(TooFew {
            sockets: limit.saturating_sub(BESIDE.min(limit / 2)),
            wanted: sockets,
            needed,
        }),
    }
}

/// What is kept back. Made in `main`, shared by all.
pub struct Files(Mutex<State>);

#[derive(Default)]
struct State {
    held: Vec<OwnedFd>,
    /// The numbers of those that were let go.
    lent: HashSet<RawFd>,
}

impl Default for Files {
    fn default() -> Self {
        let files = Self(Mutex::default());
        files.lock().hold();
        files
    }
}

impl Files {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a socket with this descriptor may stay: it takes none of the last ones.
    pub fn may_stay(&self, descriptor: RawFd) -> bool {
        fits(descriptor, LEFT_BY_SOCKETS) && !self.lock().lent.contains(&descriptor)
    }

    /// Whether there are enough for one more call.
    pub fn has_room_for_call(&self) -> bool {
        let Ok(next) = any() else { return false };
        let next = next.as_raw_fd();
        fits(next, LEFT_BY_CALLS) && !self.lock().lent.contains(&next)
    }

    /// Lets go what is kept if there is none left, and keeps it again afterwards. To be called often.
    pub fn look(&self) {
        let mut state = self.lock();
        if state.lent.is_empty() {
            if any().is_err() {
                state.lent = state.held.iter().map(|fd| fd.as_raw_fd()).collect();
                state.held.clear();
                log::warn!(limit = limit(); "no file descriptor is left: new sockets are refused");
            }
        } else if free().is_some_and(|free| free > 2 * LEFT_BY_SOCKETS) {
            state.lent.clear();
            state.hold();
            log::info!(limit = limit(); "file descriptors are left again");
        }
    }
}

impl State {
    fn hold(&mut self) {
        self.held.extend((0..KEPT).map_while(|_| any().ok()));
    }
}

fn fits(descriptor: RawFd, left: u64) -> bool {
    u64::try_from(descriptor).is_ok_and(|number| number.saturating_add(left) < limit())
}

/// The next free one.
fn any() -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    Ok(open("/dev/null", flags, Mode::empty())?)
}

/// How many numbers below the limit are free. Reads the list of all: not for every moment.
fn free() -> Option<u64> {
    let limit = limit();
    let open = std::fs::read_dir("/proc/self/fd").ok()?;
    let names = open.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u64>().ok());
    let below = names.filter(|number| *number < limit).count();
    Some(limit.saturating_sub(u64::try_from(below).unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_cannot_be_had_says_what_fits() {
        assert_eq!(raise(1), Ok(()));
        let wanted = u64::from(u32::MAX);
        let too_few = raise(wanted).unwrap_err();
        assert!(too_few.sockets < wanted && too_few.needed == wanted + BESIDE);
        assert!(too_few.sockets >= limit() - BESIDE);
    }

    #[test]
    fn the_last_numbers_are_no_sockets() {
        let files = Files::default();
        let last = RawFd::try_from(limit().min(1 << 30)).unwrap();
        assert!(files.may_stay(5) && files.has_room_for_call());
        assert!(!files.may_stay(last - 1) || limit() > 1 << 30);
        assert!(!files.may_stay(-1));
    }
}
