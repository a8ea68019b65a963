//! Health: whether the gateway really works, and what it is to forget.
//!
//! One actor, on `main`. Probes the gateway (one that hangs still answers `info`): every second while
//! it is down, every ten while it is up, at once when a call suspects it. What it finds stands on the
//! [`HealthBoard`], which outlives it. At its start it destroys what a killed predecessor left: the
//! rooms of one's own node.

use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix::{
    Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler, Message, Recipient,
    SpawnHandle, WrapFuture,
};
use tokio::time::Instant;

use super::errors::CallError;
use crate::gateway::{Gateway, GatewayError};
use crate::metrics::Metrics;
use crate::otp::supervisor::Parent;
use crate::otp::{Down, DownReason, Monitors, Watch, cast};
use crate::rooms::ports::MediaRoomRetired;

/// Between probes while the gateway is down.
const PROBE_DOWN: Duration = Duration::from_secs(1);
/// Between probes while it is up.
const PROBE_UP: Duration = Duration::from_secs(10);
/// How long a probe, or a clean-up, may take.
const DEADLINE: Duration = Duration::from_secs(4);
/// Over how long those who come back are spread, so that not all come at once.
const SPREAD_MS: u64 = 2_000;

/// A call has a reason to believe that the gateway is away: look at once.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Suspect;

/// How the gateway is.
#[derive(Clone, Copy, Debug)]
pub struct GatewayHealth {
    /// Works.
    pub up: bool,
    /// If not: why, a word of the wire.
    pub reason: &'static str,
    /// When the last probe that succeeded began.
    pub last_ok: Option<Instant>,
}

/// How the gateway is, for everybody to read.
pub struct HealthBoard {
    health: Mutex<GatewayHealth>,
    actor: Mutex<Option<(Recipient<Suspect>, Recipient<MediaRoomRetired>)>>,
    retired: Mutex<Vec<String>>,
}

impl Default for HealthBoard {
    fn default() -> Self {
        let health = GatewayHealth {
            up: false,
            reason: "janus_unreachable",
            last_ok: None,
        };
        Self {
            health: Mutex::new(health),
            actor: Mutex::default(),
            retired: Mutex::default(),
        }
    }
}

impl HealthBoard {
    /// How it is now.
    pub fn get(&self) -> GatewayHealth {
        *self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, health: GatewayHealth) {
        *self.health.lock().unwrap_or_else(PoisonError::into_inner) = health;
    }

    /// An error if the gateway is down: to fail fast, with when to try again.
    pub fn check(&self) -> Result<(), CallError> {
        let health = self.get();
        if health.up {
            return Ok(());
        }
        Err(CallError::GatewayDown {
            word: health.reason,
            retry_ms: spread_ms(),
        })
    }

    /// Something went wrong that may be the gateway's: probe now.
    pub fn suspect(&self) {
        let actor = self.actor.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((suspect, _)) = &*actor {
            cast(suspect, Suspect);
        }
    }

    /// The gateway need not keep this room any longer.
    pub fn retire_room(&self, retired: MediaRoomRetired) {
        self.retired
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(retired.id.clone());
        let actor = self.actor.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, rooms)) = &*actor {
            cast(rooms, retired);
        }
    }

    fn retired_rooms(&self) -> Vec<String> {
        self.retired
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn forget_retired(&self, id: &str) {
        self.retired
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|room| room != id);
    }
}

/// When somebody who was told that the gateway is away tries again: in half a second to two and a
/// half, not all at once.
pub fn spread_ms() -> u64 {
    let random = u64::from(u16::from_le_bytes(crate::names::random_bytes()));
    500 + random * SPREAD_MS / u64::from(u16::MAX)
}

/// See the module.
pub struct Health {
    board: Arc<HealthBoard>,
    gateway: Rc<dyn Gateway>,
    metrics: Arc<Metrics>,
    /// What this node's rooms on the gateway begin with.
    prefix: String,
    swept: bool,
    probing: bool,
    /// That it was found down has been said once.
    told: bool,
    /// Until the next probe.
    timer: Option<SpawnHandle>,
    forgetting: bool,
    parent: Parent,
    monitors: Monitors,
}

impl Health {
    /// The actor; `rooms_prefix` begins the ids of this node's rooms on the gateway.
    pub fn new(
        board: Arc<HealthBoard>,
        gateway: Rc<dyn Gateway>,
        metrics: Arc<Metrics>,
        rooms_prefix: String,
        supervisor: &Recipient<Watch>,
        ctx: &Context<Self>,
    ) -> Self {
        Self {
            // Rooms of before are swept once in the life of a process: then some are in use.
            swept: board.get().last_ok.is_some(),
            board,
            gateway,
            metrics,
            prefix: rooms_prefix,
            probing: false,
            told: false,
            timer: None,
            forgetting: false,
            parent: Parent::watch(supervisor, ctx.address().downgrade().recipient()),
            monitors: Monitors::default(),
        }
    }

    fn probe(&mut self, ctx: &mut Context<Self>) {
        if std::mem::replace(&mut self.probing, true) {
            return;
        }
        if let Some(timer) = self.timer.take() {
            ctx.cancel_future(timer);
        }
        let (gateway, began) = (Rc::clone(&self.gateway), Instant::now());
        let sweep = (!self.swept).then(|| self.prefix.clone());
        let look = async move {
            gateway.probe(began + DEADLINE).await?;
            if let Some(prefix) = sweep {
                // What cannot be destroyed is no reason to make no calls.
                match gateway
                    .sweep_rooms(prefix, Vec::new(), began + DEADLINE * 2)
                    .await
                {
                    Ok(rooms) => log::info!(rooms = rooms; "rooms of an earlier life destroyed"),
                    Err(error) if error.is_refusal() => {
                        let detail = error.to_string();
                        log::warn!(detail = detail.as_str(); "rooms of an earlier life stay");
                    }
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        };
        ctx.spawn(
            look.into_actor(self)
                .map(move |result, this, ctx| this.probed(began, result, ctx)),
        );
    }

    fn probed(
        &mut self,
        began: Instant,
        result: Result<(), GatewayError>,
        ctx: &mut Context<Self>,
    ) {
        self.probing = false;
        let before = self.board.get();
        match result {
            Ok(()) => {
                self.swept = true;
                self.board.set(GatewayHealth {
                    up: true,
                    reason: "",
                    last_ok: Some(began),
                });
                if !before.up {
                    log::info!("gateway up");
                }
                self.forget_rooms(ctx);
            }
            Err(error) => {
                let reason = error.reason();
                self.metrics.janus_error(reason);
                self.board.set(GatewayHealth {
                    up: false,
                    reason,
                    ..before
                });
                if before.up || before.reason != reason || !std::mem::replace(&mut self.told, true)
                {
                    log::warn!(reason = reason, detail = error.to_string().as_str(); "gateway down");
                }
            }
        }
        let wait = if self.board.get().up {
            PROBE_UP
        } else {
            PROBE_DOWN
        };
        self.timer = Some(ctx.run_later(wait, |this, ctx| {
            this.timer = None;
            this.probe(ctx);
        }));
    }

    fn forget_rooms(&mut self, ctx: &mut Context<Self>) {
        let Some(id) = self.board.retired_rooms().into_iter().next() else {
            return;
        };
        if std::mem::replace(&mut self.forgetting, true) {
            return;
        }
        let sweep = self
            .gateway
            .sweep_rooms(id.clone(), Vec::new(), Instant::now() + DEADLINE);
        ctx.spawn(sweep.into_actor(self).map(move |result, this, ctx| {
            this.forgetting = false;
            // What failed is tried again after the next probe that succeeds.
            if result.is_ok() {
                this.board.forget_retired(&id);
                this.forget_rooms(ctx);
            }
        }));
    }
}

impl Actor for Health {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        let me = (ctx.address().recipient(), ctx.address().recipient());
        *self
            .board
            .actor
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(me);
        self.probe(ctx);
    }
}

crate::monitored!(Health);

impl Handler<Suspect> for Health {
    type Result = ();

    fn handle(&mut self, _: Suspect, ctx: &mut Self::Context) {
        fail::fail_point!("health");
        // While it is down it is looked at every second anyway.
        if self.board.get().up {
            self.probe(ctx);
        }
    }
}

impl Handler<MediaRoomRetired> for Health {
    type Result = ();

    fn handle(&mut self, _: MediaRoomRetired, ctx: &mut Self::Context) {
        self.forget_rooms(ctx);
    }
}

impl Handler<Down> for Health {
    type Result = ();

    fn handle(&mut self, down: Down, ctx: &mut Self::Context) {
        if self.parent.is(&down) {
            self.monitors.ending(DownReason::Shutdown);
            ctx.stop();
        }
    }
}
