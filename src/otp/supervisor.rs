//! A dynamic, one-for-one supervisor (Elixir's `DynamicSupervisor`).
//!
//! Replaces actix's own, which does not restart after a panic and knows no limit. Starts children
//! from a [`ChildSpec`], restarts each alone. A child watches its supervisor and stops on its `Down`
//! ([`Parent`]), so that a supervisor that dies leaks none.

use std::collections::HashMap;

use actix::{Actor, AsyncContext, Context, Handler, Message, Recipient, WeakRecipient};
use tokio::time::Instant;

use super::monitor::{
    Down, DownReason, MonitorId, MonitorRef, Monitors, Watch, Watchable, monitor,
};
use super::restart::{Backoff, Intensity, Restart, RestartLog, Verdict};

/// Starts a child; gets the supervisor to watch. Called at the start and at each restart.
pub type StartFn = Box<dyn FnMut(&Recipient<Watch>) -> Box<dyn Watchable> + Send>;

/// How to start a child and when to start it again (OTP: child specification).
pub struct ChildSpec {
    /// What kind of actor, for the log and the metric.
    pub kind: &'static str,
    /// Which one of them, for the log.
    pub name: String,
    /// After which endings it is started again.
    pub restart: Restart,
    /// How many crashes are borne.
    pub intensity: Intensity,
    /// How long to wait between restarts.
    pub backoff: Backoff,
    /// Starts it.
    pub start: StartFn,
    /// Called once if it crashed too often; it is forgotten then.
    pub gave_up: Box<dyn FnMut() + Send>,
}

/// Starts a child and supervises it from now on.
#[derive(Message)]
#[rtype(result = "()")]
pub struct StartChild(pub ChildSpec);

/// Stops the supervisor; its children stop on its `Down`.
#[derive(Message)]
#[rtype(result = "()")]
pub struct StopSupervisor;

/// How many children live, and how many restarts there were.
#[derive(Message)]
#[rtype(result = "Counts")]
pub struct CountChildren;

/// Answer to [`CountChildren`] (OTP: `count_children`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, actix::dev::MessageResponse)]
pub struct Counts {
    /// Children that run.
    pub active: usize,
    /// Restarts since the supervisor started.
    pub restarts: usize,
}

struct Child {
    spec: ChildSpec,
    log: RestartLog,
    // The slot's name while no monitor is held: between a crash and the restart.
    monitor: Option<MonitorRef>,
}

/// Is told the kind of a child that ended otherwise than in order, and why.
pub type Observe = Box<dyn Fn(&'static str, DownReason) + Send>;

/// See the module.
#[derive(Default)]
pub struct Supervisor {
    observe: Option<Observe>,
    children: HashMap<u64, Child>,
    by_monitor: HashMap<MonitorId, u64>,
    next: u64,
    restarts: usize,
    monitors: Monitors,
}

impl Supervisor {
    /// One whose children's crashes are counted.
    pub fn observed(observe: Observe) -> Self {
        Self {
            observe: Some(observe),
            ..Self::default()
        }
    }

    fn start_child(&mut self, id: u64, ctx: &mut Context<Self>) {
        let Some(child) = self.children.get_mut(&id) else {
            return;
        };
        let target = (child.spec.start)(&ctx.address().recipient());
        let reference = monitor(&*target, ctx.address().downgrade().recipient());
        self.by_monitor.insert(reference.id(), id);
        child.monitor = Some(reference);
    }

    fn forget(&mut self, id: u64) -> Option<Child> {
        self.children.remove(&id)
    }
}

impl Actor for Supervisor {
    type Context = Context<Self>;
}

crate::monitored!(Supervisor);

impl Handler<StartChild> for Supervisor {
    type Result = ();

    fn handle(&mut self, start: StartChild, ctx: &mut Self::Context) {
        let id = self.next;
        self.next += 1;
        let child = Child {
            spec: start.0,
            log: RestartLog::default(),
            monitor: None,
        };
        self.children.insert(id, child);
        self.start_child(id, ctx);
    }
}

impl Handler<Down> for Supervisor {
    type Result = ();

    fn handle(&mut self, down: Down, ctx: &mut Self::Context) {
        let Some(id) = self.by_monitor.remove(&down.monitor) else {
            return;
        };
        let Some(child) = self.children.get_mut(&id) else {
            return;
        };
        child.monitor = None;
        let again = match child.spec.restart {
            Restart::Permanent => true,
            Restart::Transient => !down.reason.is_orderly(),
            Restart::Temporary => false,
        };
        if !again {
            self.forget(id);
            return;
        }
        let (kind, name) = (child.spec.kind, child.spec.name.as_str());
        log::warn!(kind = kind, name = name, reason = down.reason.word(); "child down");
        if let Some(observe) = &self.observe {
            observe(kind, down.reason);
        }
        match child
            .log
            .crashed(Instant::now(), child.spec.intensity, child.spec.backoff)
        {
            Verdict::Restart(wait) => {
                self.restarts += 1;
                if wait.is_zero() {
                    self.start_child(id, ctx);
                } else {
                    ctx.run_later(wait, move |this, ctx| this.start_child(id, ctx));
                }
            }
            Verdict::GiveUp => {
                if let Some(mut child) = self.forget(id) {
                    log::error!(kind = child.spec.kind, name = child.spec.name.as_str();
                        "child crashed too often, given up");
                    (child.spec.gave_up)();
                }
            }
        }
    }
}

impl Handler<CountChildren> for Supervisor {
    type Result = Counts;

    fn handle(&mut self, _: CountChildren, _: &mut Self::Context) -> Counts {
        let active = self
            .children
            .values()
            .filter(|child| child.monitor.is_some())
            .count();
        Counts {
            active,
            restarts: self.restarts,
        }
    }
}

impl Handler<StopSupervisor> for Supervisor {
    type Result = ();

    fn handle(&mut self, _: StopSupervisor, ctx: &mut Self::Context) {
        use actix::ActorContext;
        self.monitors.ending(super::DownReason::Shutdown);
        ctx.stop();
    }
}

/// A child's monitor of its supervisor: a child whose supervisor is `Down` stops, since nobody
/// would restart it.
#[derive(Debug)]
pub struct Parent(MonitorRef);

impl Parent {
    /// Watches the supervisor.
    pub fn watch(supervisor: &Recipient<Watch>, child: WeakRecipient<Down>) -> Self {
        Self(monitor(supervisor, child))
    }

    /// Whether this `Down` is the supervisor's.
    pub fn is(&self, down: &Down) -> bool {
        self.0.is(down)
    }
}
