//! How many sockets one address may have, and open in a second.
//!
//! An address of IPv6 counts by its /64: whoever has one has all of it. Loopback is never limited: it
//! is this machine, or a proxy that names nobody. What is known of an address is forgotten once it has
//! no socket and was quiet for a while, and it is bounded: should more addresses than that knock within
//! a moment, the further ones count as one.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Addresses whose rate is remembered, at most.
const REMEMBERED: usize = 65_536;
/// How often those that were quiet are forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(10);
/// The same while there are too many: looking at all of them for each socket would be an attack.
const FORGET_AT_MOST_EVERY: Duration = Duration::from_millis(100);

/// Why an address gets no socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooMuch {
    /// It has as many as it may have.
    Sockets,
    /// It opened too many in too little time.
    Speed {
        /// When to come again.
        wait: Duration,
    },
}

/// All addresses. Shared by all workers.
pub struct PerAddress {
    limit: usize,
    rate: DefaultKeyedRateLimiter<Key>,
    remembered: usize,
    forgot: Mutex<Instant>,
    open: Arc<Open>,
}

type Open = Mutex<HashMap<Key, usize>>;

/// A socket of an address; given back when dropped.
#[derive(Debug)]
pub struct AddressSlot {
    // None: not counted.
    of: Option<(Key, Arc<Open>)>,
}

/// What counts as one address; none: all that are not remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key(Option<IpAddr>);

impl Key {
    fn of(address: IpAddr) -> Self {
        Self(Some(match address.to_canonical() {
            IpAddr::V6(address) => {
                let network = address.to_bits() & (u128::MAX << 64);
                Ipv6Addr::from_bits(network).into()
            }
            address @ IpAddr::V4(_) => address,
        }))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl PerAddress {
    /// At most `limit` sockets an address, and as many new ones a second as `rate`, which may come
    /// all at once.
    pub fn new(limit: usize, rate: NonZeroU32) -> Self {
        Self::remembering(REMEMBERED, limit, rate)
    }

    fn remembering(remembered: usize, limit: usize, rate: NonZeroU32) -> Self {
        Self {
            limit,
            rate: RateLimiter::keyed(Quota::per_second(rate)),
            remembered,
            forgot: Mutex::new(Instant::now()),
            open: Arc::default(),
        }
    }

    /// One more socket of this address, which counts as opened even if it is refused.
    pub fn take(&self, address: IpAddr) -> Result<AddressSlot, TooMuch> {
        if address.to_canonical().is_loopback() {
            return Ok(AddressSlot { of: None });
        }
        self.forget();
        let key = Key::of(address);
        let remembered = self.rate.len() < self.remembered;
        let opened = self.rate.check_key(match remembered {
            true => &key,
            false => &Key(None),
        });
        if let Err(early) = opened {
            return Err(TooMuch::Speed {
                wait: early.wait_time_from(DefaultClock::default().now()),
            });
        }
        let mut open = lock(&self.open);
        let sockets = open.entry(key).or_default();
        if *sockets >= self.limit {
            return Err(TooMuch::Sockets);
        }
        *sockets += 1;
        let of = Some((key, Arc::clone(&self.open)));
        Ok(AddressSlot { of })
    }

    fn forget(&self) {
        let mut forgot = lock(&self.forgot);
        let quiet = forgot.elapsed();
        let full = self.rate.len() >= self.remembered && quiet >= FORGET_AT_MOST_EVERY;
        if full || quiet >= FORGET_EVERY {
            *forgot = Instant::now();
            self.rate.retain_recent();
            self.rate.shrink_to_fit();
        }
    }
}

impl Drop for AddressSlot {
    fn drop(&mut self) {
        let Some((key, open)) = self.of.take() else {
            return;
        };
        let mut open = lock(&open);
        if let Some(sockets) = open.get_mut(&key) {
            *sockets = sockets.saturating_sub(1);
            if *sockets == 0 {
                open.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(n: u32) -> NonZeroU32 {
        NonZeroU32::new(n).unwrap()
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_has_its_sockets_and_another_has_its_own() {
        let all = PerAddress::new(2, rate(1_000));
        let first = all.take(ip("192.0.2.1")).unwrap();
        let _second = all.take(ip("::ffff:192.0.2.1")).unwrap();
        let refused = all.take(ip("192.0.2.1")).unwrap_err();
        assert_eq!(refused, TooMuch::Sockets);
        let _other = all.take(ip("192.0.2.2")).unwrap();
        drop(first);
        all.take(ip("192.0.2.1")).unwrap();
        drop(_second);
        drop(_other);
        assert!(lock(&all.open).is_empty());
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let all = PerAddress::new(1, rate(1_000));
        let _one = all.take(ip("2001:db8:0:1::1")).unwrap();
        let refused = all.take(ip("2001:db8:0:1:ffff::2")).unwrap_err();
        assert_eq!(refused, TooMuch::Sockets);
        all.take(ip("2001:db8:0:2::1")).unwrap();
    }

    #[test]
    fn too_many_in_a_second_are_told_when_to_come_again() {
        let all = PerAddress::new(1_000, rate(3));
        let slots = [(); 3].map(|()| all.take(ip("192.0.2.1")).unwrap());
        match all.take(ip("192.0.2.1")).unwrap_err() {
            TooMuch::Speed { wait } => assert!(wait <= Duration::from_millis(334), "{wait:?}"),
            TooMuch::Sockets => panic!("three of a thousand"),
        }
        all.take(ip("192.0.2.2")).unwrap();
        drop(slots);
    }

    #[test]
    fn loopback_is_not_limited() {
        let all = PerAddress::new(1, rate(1));
        for address in ["127.0.0.1", "127.0.0.2", "::1", "::ffff:127.0.0.1"] {
            let slots = [(); 5].map(|()| all.take(ip(address)).unwrap());
            assert!(slots.iter().all(|slot| slot.of.is_none()));
        }
    }

    #[test]
    fn what_is_remembered_is_bounded_and_quiet_ones_are_forgotten() {
        let all = PerAddress::remembering(10, 1_000, rate(20));
        let nth = |n: u32| IpAddr::from(n.to_be_bytes());
        // The first ten have their own rate; all further ones share one.
        let taken = (1..=100).filter(|n| all.take(nth(0x0100_0000 + n)).is_ok());
        let taken = taken.count();
        assert!((30..50).contains(&taken), "{taken}");
        assert!(all.rate.len() <= 11, "{}", all.rate.len());
        let deadline = Instant::now() + Duration::from_secs(20);
        while all.rate.len() > 2 {
            assert!(Instant::now() < deadline, "{}", all.rate.len());
            let _ = all.take(nth(0x0200_0000));
            std::thread::yield_now();
        }
        assert!(lock(&all.open).is_empty());
    }
}
