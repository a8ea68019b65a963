//! The RoomRegistry: the only one that knows which rooms exist (the talk's Cache).
//!
//! Started by the top supervisor, lives as long as the server. Makes a room at its first join, lets
//! it go when it stood empty; refuses that if it sent somebody there since. Its knowledge is the
//! [`RoomTable`], so that one that panicked is replaced and nobody notices.

use std::sync::Arc;

use actix::{Actor, ActorContext, Addr, AsyncContext, Context, Handler, Message, Recipient};

use super::errors::RoomError;
use super::messages::{Join, Retired};
use super::room::{Room, RoomParts, close_crashed};
use super::table::{RoomRecord, RoomTable};
use crate::names::RoomName;
use crate::otp::restart::{Backoff, Intensity, Restart};
use crate::otp::spawn::spawn_in;
use crate::otp::supervisor::{ChildSpec, Parent, StartChild, Supervisor};
use crate::otp::{Down, DownReason, Monitors, Watch, Watchable, cast};

/// Brings somebody into a room, which is made if there is none.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Enter {
    /// Which room.
    pub room: RoomName,
    /// Passed on to it.
    pub join: Join,
}

/// A room stood empty and asks to go.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Retire {
    /// Which.
    pub room: Arc<RoomRecord>,
    /// How often it had been given out when it emptied.
    pub given_out: u64,
}

/// Picks an arbiter for a room's actors; a new one where one ended.
pub type PickArbiter = Arc<dyn Fn() -> actix::ArbiterHandle + Send + Sync>;

/// What the registry needs.
#[derive(Clone)]
pub struct RegistryParts {
    /// Which rooms exist.
    pub table: Arc<RoomTable>,
    /// How many fit into a room.
    pub capacity: usize,
    /// How many rooms there may be.
    pub max_rooms: usize,
    /// Where rooms live.
    pub arbiter: PickArbiter,
    /// Who restarts rooms.
    pub supervisor: Addr<Supervisor>,
    /// What rooms need.
    pub room: RoomParts,
}

/// See the module.
pub struct RoomRegistry {
    parts: RegistryParts,
    parent: Parent,
    monitors: Monitors,
}

impl RoomRegistry {
    /// The registry; `supervisor` is whoever restarts it.
    pub fn new(parts: RegistryParts, supervisor: &Recipient<Watch>, ctx: &Context<Self>) -> Self {
        let parent = Parent::watch(supervisor, ctx.address().downgrade().recipient());
        Self {
            parts,
            parent,
            monitors: Monitors::default(),
        }
    }

    /// How a room is started, and started again.
    fn room_spec(&self, record: &Arc<RoomRecord>) -> ChildSpec {
        let (arbiter, parts) = (Arc::clone(&self.parts.arbiter), self.parts.room.clone());
        let started = Arc::clone(record);
        let (table, closed, closing) = (
            Arc::clone(&self.parts.table),
            Arc::clone(record),
            self.parts.room.clone(),
        );
        ChildSpec {
            kind: "room",
            name: record.name.to_string(),
            restart: Restart::Transient,
            intensity: Intensity::default(),
            backoff: Backoff::default(),
            start: Box::new(move |supervisor| {
                let (record, parts) = (Arc::clone(&started), parts.clone());
                let supervisor = supervisor.clone();
                let room = spawn_in(&arbiter(), "room", move |ctx| {
                    Room::new(record, parts, &supervisor, ctx)
                });
                let waiting = {
                    let mut state = started.lock();
                    state.room = Some(room.clone());
                    std::mem::take(&mut state.waiting)
                };
                for join in waiting {
                    cast(&room, join);
                }
                Box::new(room) as Box<dyn Watchable>
            }),
            gave_up: Box::new(move || {
                table.remove(&closed);
                close_crashed(&closed, &closing);
            }),
        }
    }
}

impl Actor for RoomRegistry {
    type Context = Context<Self>;
}

crate::monitored!(RoomRegistry);

impl Handler<Enter> for RoomRegistry {
    type Result = ();

    fn handle(&mut self, enter: Enter, _: &mut Self::Context) {
        fail::fail_point!("registry-enter");
        // Rooms are made here alone, so that nobody makes one in between.
        let (table, limit) = (&self.parts.table, self.parts.max_rooms);
        if table.len() >= limit && table.get(&enter.room).is_none() {
            let refusal = RoomError::ServerFull { limit };
            return enter.join.reply.send(Err(refusal));
        }
        let (record, made) = table.get_or_make(&enter.room, self.parts.capacity);
        if made {
            log::info!(room = record.name.as_str(), media_room = record.media_room.as_str(); "room made");
            cast(&self.parts.supervisor, StartChild(self.room_spec(&record)));
        }
        let mut state = record.lock();
        match state.room.clone() {
            Some(room) => {
                drop(state);
                cast(&room, enter.join);
            }
            None => state.waiting.push(enter.join),
        }
    }
}

impl Handler<Retire> for RoomRegistry {
    type Result = ();

    fn handle(&mut self, retire: Retire, _: &mut Self::Context) {
        if self.parts.table.retire(&retire.room, retire.given_out) {
            let room = retire.room.lock().room.clone();
            if let Some(room) = room {
                cast(&room, Retired);
            }
        }
    }
}

impl Handler<Down> for RoomRegistry {
    type Result = ();

    fn handle(&mut self, down: Down, ctx: &mut Self::Context) {
        if self.parent.is(&down) {
            self.monitors.ending(DownReason::Shutdown);
            ctx.stop();
        }
    }
}
