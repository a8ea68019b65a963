//! Restart intensity and back-off: when a child that crashed starts again, and when to give up.
//!
//! Pure. From OTP's supervisor (`intensity`, `period`, restart types); the back-off is added, since
//! a gateway that is down makes a child crash as fast as it starts.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// Which endings are followed by a restart (OTP: `restart` of a child specification).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// After every ending.
    Permanent,
    /// After a crash, not after `Normal` and `Shutdown`.
    Transient,
    /// Never.
    Temporary,
}

/// How many restarts within which window are borne.
#[derive(Clone, Copy, Debug)]
pub struct Intensity {
    /// Restarts borne.
    pub restarts: usize,
    /// Within this time.
    pub window: Duration,
}

impl Default for Intensity {
    /// 3 in 5 s, as Elixir's DynamicSupervisor.
    fn default() -> Self {
        Self {
            restarts: 3,
            window: Duration::from_secs(5),
        }
    }
}

/// How long to wait before a restart: nothing at the first, then `base`, doubled each time up to
/// `max`, half of it random.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    /// Before the second restart of a window.
    pub base: Duration,
    /// Never longer.
    pub max: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            base: Duration::from_millis(100),
            max: Duration::from_secs(5),
        }
    }
}

impl Backoff {
    /// The wait before the `n`th restart, 1 the first.
    pub fn before(&self, n: usize) -> Duration {
        let Some(doublings) = n.checked_sub(2) else {
            return Duration::ZERO;
        };
        let factor = 1u32
            .checked_shl(u32::try_from(doublings).unwrap_or(31))
            .unwrap_or(u32::MAX);
        let full = self.base.saturating_mul(factor).min(self.max);
        let [random] = random_byte();
        full / 2 + (full / 2) * u32::from(random) / 255
    }
}

fn random_byte() -> [u8; 1] {
    let mut byte = [128];
    // Jitter may fail to be random; the restart may not.
    let _ = getrandom::fill(&mut byte);
    byte
}

/// What is to be done about a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Start again after this time.
    Restart(Duration),
    /// Too many: leave it.
    GiveUp,
}

/// The crashes of one child, within the window.
#[derive(Debug, Default)]
pub struct RestartLog {
    crashes: VecDeque<Instant>,
}

impl RestartLog {
    /// Counts a crash and decides.
    pub fn crashed(&mut self, now: Instant, intensity: Intensity, backoff: Backoff) -> Verdict {
        while self
            .crashes
            .front()
            .is_some_and(|&crash| now.saturating_duration_since(crash) > intensity.window)
        {
            self.crashes.pop_front();
        }
        self.crashes.push_back(now);
        let count = self.crashes.len();
        if count > intensity.restarts {
            Verdict::GiveUp
        } else {
            Verdict::Restart(backoff.before(count))
        }
    }

    /// Begins a new count.
    pub fn forget(&mut self) {
        self.crashes.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_restart_is_at_once_and_the_fourth_crash_in_the_window_gives_up() {
        let (mut log, now) = (RestartLog::default(), Instant::now());
        let mut crash = |ms| {
            log.crashed(
                now + Duration::from_millis(ms),
                Intensity::default(),
                Backoff::default(),
            )
        };
        assert_eq!(crash(0), Verdict::Restart(Duration::ZERO));
        assert!(matches!(crash(10), Verdict::Restart(wait) if wait >= Duration::from_millis(50)));
        assert!(matches!(crash(20), Verdict::Restart(wait) if wait >= Duration::from_millis(100)));
        assert_eq!(crash(30), Verdict::GiveUp);
    }

    #[test]
    fn crashes_older_than_the_window_do_not_count() {
        let (mut log, now) = (RestartLog::default(), Instant::now());
        for second in [0, 6, 12, 18, 24] {
            let at = now + Duration::from_secs(second);
            let verdict = log.crashed(at, Intensity::default(), Backoff::default());
            assert_eq!(verdict, Verdict::Restart(Duration::ZERO));
        }
    }

    #[test]
    fn the_wait_never_passes_its_maximum() {
        for n in 0..80 {
            assert!(Backoff::default().before(n) <= Backoff::default().max);
        }
    }
}
