//! How much a socket may ask in which time: token buckets, and a count of protocol errors.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use super::errors::RequestError;

/// Protocol errors within [`ERRORS_WITHIN`] after which the socket is closed.
const MAX_ERRORS: usize = 20;
/// See [`MAX_ERRORS`].
const ERRORS_WITHIN: Duration = Duration::from_secs(10);
/// Refusals for speed, within [`TOO_FAST_WITHIN`], after which the socket is closed.
const MAX_TOO_FAST: u32 = 200;
/// See [`MAX_TOO_FAST`]: a client that errs now and then over a long day is none that floods.
const TOO_FAST_WITHIN: Duration = Duration::from_secs(60);

/// What is counted apart, with its rate a second and its burst.
///
/// `signal` has what all frames together have: whoever comes back to three others sends each an offer
/// and some ten to twenty candidates within a second, and little else. Of those, the ones with a
/// description are counted once more ([`Limits::count_description`]): each may be as large as thirty
/// candidates.
const BUCKETS: [(&[&str], u32, u32); 10] = [
    (&["phx_join"], 2, 5),
    (&["start_call", "update_call"], 2, 10),
    (&["trickle"], 50, 200),
    (&["subscribe", "unsubscribe", "prefer"], 10, 20),
    (&["chat"], 2, 10),
    (&["data"], 20, 40),
    (&["signal"], 50, 100),
    (&["signal (jsep)"], 2, 10),
    (&["update"], 5, 10),
    (
        &["mute", "kick", "lock", "end", "record", "admit", "refuse"],
        5,
        10,
    ),
];

/// All frames together.
const FRAMES: (u32, u32) = (50, 100);

/// Names the bucket of signals with a description; no event has that name.
const DESCRIPTION: &str = "signal (jsep)";

fn bucket(rate: u32, burst: u32) -> DefaultDirectRateLimiter {
    let of = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
    RateLimiter::direct(Quota::per_second(of(rate)).allow_burst(of(burst)))
}

/// One socket's buckets; made as they are needed.
pub struct Limits {
    frames: DefaultDirectRateLimiter,
    events: [Option<Box<DefaultDirectRateLimiter>>; BUCKETS.len()],
    errors: VecDeque<Instant>,
    too_fast: u32,
    too_fast_since: Instant,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frames: bucket(FRAMES.0, FRAMES.1),
            events: Default::default(),
            errors: VecDeque::new(),
            too_fast: 0,
            too_fast_since: Instant::now(),
        }
    }
}

impl Limits {
    /// Counts a frame with this event. Errors: `too_fast`.
    pub fn count(&mut self, event: &str) -> Result<(), RequestError> {
        let wait = wait(&self.frames).or_else(|| self.wait_of(event));
        self.told(wait)
    }

    /// Counts a `signal` with a description, beside [`Self::count`]. Errors: `too_fast`.
    pub fn count_description(&mut self) -> Result<(), RequestError> {
        let wait = self.wait_of(DESCRIPTION);
        self.told(wait)
    }

    /// Takes one out of the event's bucket, if it has one.
    fn wait_of(&mut self, event: &str) -> Option<Duration> {
        let mut all = BUCKETS.iter().zip(&mut self.events);
        let ((_, rate, burst), limiter) = all.find(|((events, ..), _)| events.contains(&event))?;
        wait(limiter.get_or_insert_with(|| Box::new(bucket(*rate, *burst))))
    }

    fn told(&mut self, wait: Option<Duration>) -> Result<(), RequestError> {
        match wait {
            None => Ok(()),
            Some(wait) => {
                self.count_too_fast();
                let retry_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1);
                Err(RequestError::TooFast { retry_ms })
            }
        }
    }

    fn count_too_fast(&mut self) {
        let now = Instant::now();
        if now.duration_since(self.too_fast_since) > TOO_FAST_WITHIN {
            self.too_fast = 0;
            self.too_fast_since = now;
        }
        self.too_fast += 1;
    }

    /// Counts a refusal. True: it was one too many, close the socket (1008).
    pub fn refused(&mut self, error: &RequestError) -> bool {
        if error.is_protocol_error() {
            let now = Instant::now();
            while self
                .errors
                .front()
                .is_some_and(|at| now.duration_since(*at) > ERRORS_WITHIN)
            {
                self.errors.pop_front();
            }
            self.errors.push_back(now);
        }
        self.errors.len() >= MAX_ERRORS || self.too_fast >= MAX_TOO_FAST
    }
}

/// Takes one out; how long to wait if there is none.
fn wait(limiter: &DefaultDirectRateLimiter) -> Option<Duration> {
    let refused = limiter.check().err()?;
    Some(refused.wait_time_from(DefaultClock::default().now()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_what_comes_after_it_is_told_when_to_come_again() {
        let mut limits = Limits::default();
        for _ in 0..10 {
            limits.count("chat").unwrap();
        }
        let refused = limits.count("chat").unwrap_err();
        assert!(
            refused
                .refusal()
                .retry_ms
                .is_some_and(|ms| (1..=500).contains(&ms))
        );
        limits.count("update").unwrap();
    }

    #[test]
    fn descriptions_have_a_rate_of_their_own() {
        let mut limits = Limits::default();
        for _ in 0..10 {
            limits.count("signal").unwrap();
            limits.count_description().unwrap();
        }
        limits.count("signal").unwrap();
        let refused = limits.count_description().unwrap_err();
        assert!(refused.refusal().retry_ms.is_some());
        limits.count("signal").unwrap();
    }

    #[test]
    fn the_twentieth_protocol_error_is_one_too_many_and_other_refusals_do_not_count() {
        let mut limits = Limits::default();
        for _ in 0..100 {
            assert!(!limits.refused(&RequestError::WrongMode));
        }
        for _ in 0..19 {
            assert!(!limits.refused(&RequestError::UnknownEvent));
        }
        assert!(limits.refused(&RequestError::UnknownEvent));
    }
}
