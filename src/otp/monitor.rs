//! Monitors: to be told, exactly once, that an actor ended (Erlang's `erlang:monitor/2`).
//!
//! A [`Watch`] travels to its target and is kept there in [`Monitors`]. **Dropping it is the
//! `Down`**: whatever ends the target, and also a target that was gone already, drops it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use actix::dev::ToEnvelope;
use actix::{Actor, Addr, Handler, Message, Recipient, WeakRecipient};

/// Names one monitor; never repeated within the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MonitorId(u64);

impl MonitorId {
    fn next() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self(LAST.fetch_add(1, Ordering::Relaxed))
    }
}

/// Why a monitored actor ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DownReason {
    /// It had done its work.
    Normal,
    /// It was told to stop.
    Shutdown,
    /// It was gone before the monitor reached it.
    NoProc,
    /// It was dropped without a word: its arbiter ended, or nobody knew it any more.
    Killed,
    /// It panicked.
    Panicked,
    /// It gave up; the word says why, and is passed on as it is.
    Failed(&'static str),
}

impl DownReason {
    /// The reason as one word, for the log and the metric.
    pub fn word(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Shutdown => "shutdown",
            Self::NoProc => "noproc",
            Self::Killed => "killed",
            Self::Panicked => "panicked",
            Self::Failed(word) => word,
        }
    }

    /// Whether a transient child is left alone after it (OTP: `normal` and `shutdown`).
    pub fn is_orderly(self) -> bool {
        matches!(self, Self::Normal | Self::Shutdown)
    }
}

impl fmt::Display for DownReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Tells an observer that what it monitored ended. Compare `monitor` with the one you hold: a late
/// `Down` of an earlier target must not end its successor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Message)]
#[rtype(result = "()")]
pub struct Down {
    /// Which monitor.
    pub monitor: MonitorId,
    /// Why.
    pub reason: DownReason,
}

/// One monitor, on its way to its target or held by it. Dropping it sends the [`Down`].
#[derive(Message)]
#[rtype(result = "()")]
pub struct Watch {
    monitor: MonitorId,
    // Weak: two that watch each other would never end.
    observer: WeakRecipient<Down>,
    reason: DownReason,
    armed: Arc<AtomicBool>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        if !self.armed.swap(false, Ordering::Relaxed) {
            return; // demonitored
        }
        // NoProc until accepted, then Killed, then what `ending` said.
        let unwinding = self.reason == DownReason::Killed && std::thread::panicking();
        let reason = if unwinding {
            DownReason::Panicked
        } else {
            self.reason
        };
        if let Some(observer) = self.observer.upgrade() {
            observer.do_send(Down {
                monitor: self.monitor,
                reason,
            });
        }
    }
}

/// The observer's end of a monitor. Dropping it demonitors; a `Down` that is already queued still
/// comes, so compare its id.
#[derive(Debug)]
pub struct MonitorRef {
    monitor: MonitorId,
    armed: Arc<AtomicBool>,
}

impl MonitorRef {
    /// Whether this `Down` is of this monitor.
    pub fn is(&self, down: &Down) -> bool {
        self.monitor == down.monitor
    }

    /// The monitor's name, to find it in a table.
    pub fn id(&self) -> MonitorId {
        self.monitor
    }
}

impl Drop for MonitorRef {
    fn drop(&mut self) {
        self.armed.store(false, Ordering::Relaxed);
    }
}

/// What can be monitored: an actor's address that takes a [`Watch`].
pub trait Watchable {
    /// Sends the watch to the target, past any mailbox bound.
    fn accept(&self, watch: Watch);
}

impl<A> Watchable for Addr<A>
where
    A: Actor + Handler<Watch>,
    A::Context: ToEnvelope<A, Watch>,
{
    #[expect(
        clippy::disallowed_methods,
        reason = "a refused Watch would read as a dead target"
    )]
    fn accept(&self, watch: Watch) {
        self.do_send(watch);
    }
}

impl Watchable for Recipient<Watch> {
    fn accept(&self, watch: Watch) {
        self.do_send(watch);
    }
}

/// Monitors `target` for `observer`, which gets exactly one [`Down`].
#[must_use = "dropping the reference demonitors"]
pub fn monitor(target: &(impl Watchable + ?Sized), observer: WeakRecipient<Down>) -> MonitorRef {
    let monitor = MonitorId::next();
    let armed = Arc::new(AtomicBool::new(true));
    target.accept(Watch {
        monitor,
        observer,
        reason: DownReason::NoProc,
        armed: Arc::clone(&armed),
    });
    MonitorRef { monitor, armed }
}

/// Those who monitor an actor: a field of it, dropped with it.
#[derive(Default)]
pub struct Monitors {
    watches: Vec<Watch>,
    prune_at: usize,
}

impl Monitors {
    /// Takes a watch in: from here on silence means [`DownReason::Killed`].
    pub fn accept(&mut self, mut watch: Watch) {
        watch.reason = DownReason::Killed;
        // Demonitored ones go when the number has doubled: pruning at each costs O(n) each.
        if self.watches.len() >= self.prune_at.max(16) {
            self.watches
                .retain(|watch| watch.armed.load(Ordering::Relaxed));
            self.prune_at = self.watches.len() * 2;
        }
        self.watches.push(watch);
    }

    /// Says why the actor is about to end; call it just before `ctx.stop()`. The first word counts.
    pub fn ending(&mut self, reason: DownReason) {
        for watch in &mut self.watches {
            if watch.reason == DownReason::Killed {
                watch.reason = reason;
            }
        }
    }
}

/// Implements `Handler<Watch>` for an actor with a field `monitors: Monitors`.
#[macro_export]
macro_rules! monitored {
    ($actor:ty) => {
        impl actix::Handler<$crate::otp::Watch> for $actor {
            type Result = ();

            fn handle(&mut self, watch: $crate::otp::Watch, _: &mut Self::Context) {
                self.monitors.accept(watch);
            }
        }
    };
}
