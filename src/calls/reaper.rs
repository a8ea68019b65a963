//! The Reaper: clears from the gateway every session that has no live owner.
//!
//! One actor, on `main`. Told by a dropped [`Lease`](super::sessions::Lease); one that panicked is
//! replaced and finds in the [`SessionTable`] what is left to do. One request, `destroy`, clears a
//! user. Only an answer counts: what a gateway that hung may still make is destroyed again until it
//! twice says that it has none.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix::{
    Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler, Recipient, WrapFuture,
};
use tokio::time::Instant;

use super::health::HealthBoard;
use super::sessions::{Orphaned, SessionTable};
use crate::gateway::{Gateway, GatewayError, SessionId};
use crate::metrics::Metrics;
use crate::otp::supervisor::Parent;
use crate::otp::{Down, DownReason, Monitors, Watch};

/// How many `destroy`s are under way at once.
const AT_ONCE: usize = 64;
/// How long one may take.
const DEADLINE: Duration = Duration::from_secs(4);
/// Before one that failed is tried again.
const RETRY: Duration = Duration::from_secs(1);
/// Between the two times that a gateway has to deny a session whose `create` it never answered.
const DENIED_AGAIN: Duration = Duration::from_secs(5);

/// See the module.
pub struct Reaper {
    table: Arc<SessionTable>,
    board: Arc<HealthBoard>,
    gateway: Rc<dyn Gateway>,
    metrics: Arc<Metrics>,
    queue: VecDeque<SessionId>,
    under_way: usize,
    /// Denied once, after the gateway was seen to work.
    denied: HashMap<SessionId, Instant>,
    parent: Parent,
    monitors: Monitors,
}

impl Reaper {
    /// The actor.
    pub fn new(
        table: Arc<SessionTable>,
        board: Arc<HealthBoard>,
        gateway: Rc<dyn Gateway>,
        metrics: Arc<Metrics>,
        supervisor: &Recipient<Watch>,
        ctx: &Context<Self>,
    ) -> Self {
        Self {
            table,
            board,
            gateway,
            metrics,
            queue: VecDeque::new(),
            under_way: 0,
            denied: HashMap::new(),
            parent: Parent::watch(supervisor, ctx.address().downgrade().recipient()),
            monitors: Monitors::default(),
        }
    }

    fn work(&mut self, ctx: &mut Context<Self>) {
        while self.under_way < AT_ONCE {
            let Some(id) = self.queue.pop_front() else {
                break;
            };
            if self.table.get(id).is_none_or(|entry| entry.owned) {
                continue;
            }
            self.under_way += 1;
            let destroy = self.gateway.destroy(id, Instant::now() + DEADLINE);
            ctx.spawn(destroy.into_actor(self).map(move |result, this, ctx| {
                this.under_way -= 1;
                this.destroyed(id, result, ctx);
                this.work(ctx);
            }));
        }
        let waiting = self.table.orphans().len();
        self.metrics
            .reaper_queue
            .set(i64::try_from(waiting).unwrap_or(i64::MAX));
    }

    fn destroyed(
        &mut self,
        id: SessionId,
        result: Result<bool, GatewayError>,
        ctx: &mut Context<Self>,
    ) {
        let wait = match result {
            Ok(true) => None,
            Ok(false) => self.still_to_deny(id),
            Err(error) => {
                log::debug!(reason = error.reason(); "destroy failed, tried again");
                self.board.suspect();
                Some(RETRY)
            }
        };
        match wait {
            Some(wait) => {
                ctx.run_later(wait, move |this, ctx| {
                    this.queue.push_back(id);
                    this.work(ctx);
                });
            }
            None => {
                self.denied.remove(&id);
                self.table.strike(id);
            }
        }
    }

    /// The gateway has no such session. `Some`: it must say so again, after that time.
    fn still_to_deny(&mut self, id: SessionId) -> Option<Duration> {
        let entry = self.table.get(id)?;
        if entry.confirmed {
            return None; // it was there, so it is gone
        }
        // Only a gateway that was seen to work since then can be believed.
        let believable = self
            .board
            .get()
            .last_ok
            .is_some_and(|probe| probe > entry.since);
        if !believable {
            self.board.suspect();
            return Some(RETRY);
        }
        let first = *self.denied.entry(id).or_insert_with(Instant::now);
        DENIED_AGAIN
            .checked_sub(first.elapsed())
            .filter(|wait| !wait.is_zero())
    }
}

impl Actor for Reaper {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.table.set_reaper(ctx.address().recipient());
        self.queue.extend(self.table.orphans());
        self.work(ctx);
    }
}

crate::monitored!(Reaper);

impl Handler<Orphaned> for Reaper {
    type Result = ();

    fn handle(&mut self, orphaned: Orphaned, ctx: &mut Self::Context) {
        fail::fail_point!("reaper");
        self.queue.push_back(orphaned.0);
        self.work(ctx);
    }
}

impl Handler<Down> for Reaper {
    type Result = ();

    fn handle(&mut self, down: Down, ctx: &mut Self::Context) {
        if self.parent.is(&down) {
            self.monitors.ending(DownReason::Shutdown);
            ctx.stop();
        }
    }
}
