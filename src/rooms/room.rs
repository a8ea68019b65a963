//! One room: membership, presence, fan-out. The talk's room channel and its broadcasts.
//!
//! Started by the RoomRegistry's order under the top supervisor; ends when it retires. Its state is
//! in the [`RoomRecord`], so that one that panicked is rebuilt and nobody is disconnected. It alone
//! says `stop_call`, `publishers`, `unpublished`, `leaving`, `talking` and `media` to the room. Knows
//! its members and its calls as recipients only.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, ActorContext, AsyncContext, Context, Handler, Recipient};
use bytes::Bytes;

use super::errors::RoomError;
use super::events::{RoomEvent, StopCall};
use super::messages::{
    Ask, CallNews, Happened, Join, Leave, MemberGone, Publish, Retired, RoomAnswer, SayOwed,
};
use super::ports::{
    CallsOrder, Deliver, Encoder, MediaRoomRetired, MemberLink, MembershipId, Notice, StartCalls,
};
use super::presence::PresenceDiff;
use super::registry::Retire;
use super::table::RoomRecord;
use crate::metrics::Metrics;
use crate::names::{Feed, Of, ParticipantId};
use crate::otp::supervisor::Parent;
use crate::otp::{Down, DownReason, MonitorId, MonitorRef, Monitors, Watch, cast, monitor};

mod acts;
mod asked;
mod ending;
mod lobby;
mod membership;

pub use ending::close_crashed;

/// How long an empty room keeps its chat and who may come back, so that a reload finds them.
pub const RETIRE_AFTER: Duration = Duration::from_secs(30);

/// How many can meet browser to browser: each sends to each, and a laptop's upstream bears three.
pub const MESH_CAPACITY: usize = 4;

/// What every room needs.
#[derive(Clone)]
pub struct RoomParts {
    /// Writes events as frames.
    pub encoder: Arc<dyn Encoder>,
    /// Starts the calls of a room; none without a gateway.
    pub start_calls: Option<StartCalls>,
    /// Takes an empty room back: the registry, whichever lives.
    pub retire: Arc<dyn Fn(Retire) + Send + Sync>,
    /// Told of rooms that the gateway may forget.
    pub media_rooms: Arc<dyn Fn(MediaRoomRetired) + Send + Sync>,
    /// Counted here.
    pub metrics: Arc<Metrics>,
}

/// See the module.
pub struct Room {
    record: Arc<RoomRecord>,
    parts: RoomParts,
    watched: HashMap<MonitorId, (MonitorRef, MembershipId)>,
    by_membership: HashMap<MembershipId, MonitorId>,
    // The connections of who waits in the lobby.
    waiters: HashMap<ParticipantId, MonitorRef>,
    lobby_looked_after: bool,
    calls_monitor: Option<MonitorRef>,
    parent: Parent,
    monitors: Monitors,
    emptied: u64,
}

impl Room {
    /// The actor of a room; `supervisor` is whoever restarts it.
    pub fn new(
        record: Arc<RoomRecord>,
        parts: RoomParts,
        supervisor: &Recipient<Watch>,
        ctx: &Context<Self>,
    ) -> Self {
        Self {
            record,
            parts,
            watched: HashMap::new(),
            by_membership: HashMap::new(),
            waiters: HashMap::new(),
            lobby_looked_after: false,
            calls_monitor: None,
            parent: Parent::watch(supervisor, ctx.address().downgrade().recipient()),
            monitors: Monitors::default(),
            emptied: 0,
        }
    }

    /// Starts the room's calls, and watches them.
    fn start_calls(&mut self, ctx: &Context<Self>) {
        let Some(start) = &self.parts.start_calls else {
            return;
        };
        let port = start(&self.record);
        self.calls_monitor = Some(monitor(&port.watch, ctx.address().downgrade().recipient()));
        self.record.lock().calls = Some(port);
    }

    fn order_calls(&self, order: CallsOrder) {
        let orders = self
            .record
            .lock()
            .calls
            .as_ref()
            .map(|port| port.orders.clone());
        if let Some(orders) = orders {
            cast(&orders, order);
        }
    }

    fn encode(&self, event: &RoomEvent) -> Bytes {
        self.parts.encoder.encode(&self.record.name, event)
    }

    /// Tells everybody, but for `except`. Encoded once.
    fn broadcast(&self, event: &RoomEvent, except: Option<&ParticipantId>) {
        if self.record.is_moving() {
            return; // the close with 1012 stands for all
        }
        let stop_call = event.ended_feed();
        let deliver = Deliver {
            frame: self.encode(event),
            stop_call,
        };
        let started = std::time::Instant::now();
        let state = self.record.lock();
        for (_, member) in state.members().filter(|&(id, _)| Some(id) != except) {
            self.deliver(&member.link, deliver.clone());
        }
        drop(state);
        self.parts.metrics.fanout(started.elapsed());
    }

    fn deliver(&self, link: &MemberLink, deliver: Deliver) {
        // The recipient the table holds, not a clone: only that one's bound is a bound.
        fail::fail_point!("room-deliver");
        if let Err(actix::prelude::SendError::Full(_)) = link.deliver.try_send(deliver) {
            cast(&link.notice, Notice::Overflow);
        }
    }

    /// Says what is owed and then the difference of presence: `stop_call`, `leaving`, one diff; and
    /// whether the door was locked.
    fn say_owed(&mut self, mut diff: PresenceDiff) {
        // First what nobody would do in the place of a room that dies of saying the rest.
        self.tell_dismissed();
        let owed = self.record.lock().owed();
        for stop_call in &owed {
            self.say_stop_call(stop_call);
        }
        self.record.lock().strike(&owed, &mut diff);
        if !diff.is_empty() {
            self.broadcast(&RoomEvent::PresenceDiff(diff), None);
        }
        self.say_door();
    }

    fn say_stop_call(&self, stop_call: &StopCall) {
        let StopCall {
            participant,
            generation,
            reason,
            restart,
        } = stop_call;
        log::info!(room = self.record.name.as_str(), participant = participant.as_str(),
            generation = generation.0, reason = *reason, restart = *restart; "call ended");
        self.broadcast(&RoomEvent::StopCall(stop_call.clone()), None);
        self.broadcast(&RoomEvent::Leaving(stop_call.feed()), None);
        self.parts.metrics.stop_call(reason, *restart);
    }

    /// Everything anew from the table, after a panic of the one before.
    fn rebuild(&mut self, ctx: &mut Context<Self>) {
        if self.record.lock().is_closed() {
            return self.finish(ctx);
        }
        let members: Vec<_> = self
            .record
            .lock()
            .members()
            .map(|(_, member)| member.link.clone())
            .collect();
        for link in &members {
            self.watch_member(link, ctx);
        }
        let port = self.record.lock().calls.clone();
        match port {
            Some(port) => {
                let me = ctx.address().downgrade().recipient();
                self.calls_monitor = Some(monitor(&port.watch, me));
            }
            None => self.start_calls(ctx),
        }
        self.say_owed(PresenceDiff::default());
        if !members.is_empty() {
            let presence = self.record.lock().presence();
            self.broadcast(&RoomEvent::PresenceState(presence), None);
            // What was announced while nobody could say it.
            let publishers = self.record.lock().publishers();
            if !publishers.is_empty() {
                self.broadcast(&RoomEvent::Publishers(publishers), None);
            }
        }
        self.mind_lobby(ctx);
        self.retire_if_empty(ctx);
    }

    fn stop(&mut self, ctx: &mut Context<Self>) {
        self.order_calls(CallsOrder::Close);
        self.monitors.ending(DownReason::Normal);
        ctx.stop();
    }
}

impl Actor for Room {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        fail::fail_point!("room-started");
        self.rebuild(ctx);
    }
}

crate::monitored!(Room);

impl Handler<Join> for Room {
    type Result = ();

    fn handle(&mut self, join: Join, ctx: &mut Self::Context) {
        fail::fail_point!("room-join");
        self.join(join, ctx);
    }
}

impl Handler<Leave> for Room {
    type Result = ();

    fn handle(&mut self, leave: Leave, ctx: &mut Self::Context) {
        self.leave(leave.membership, DownReason::Normal, ctx);
        leave.reply.send(Ok(RoomAnswer::Done));
    }
}

impl Handler<Ask> for Room {
    type Result = ();

    fn handle(&mut self, ask: Ask, ctx: &mut Self::Context) {
        fail::fail_point!("room-ask");
        fail::fail_point!("room-arbiter", |_| {
            actix::Arbiter::current().stop();
        });
        self.ask(ask, ctx);
    }
}

impl Handler<Publish> for Room {
    type Result = Result<(), RoomError>;

    fn handle(&mut self, publish: Publish, _: &mut Self::Context) -> Self::Result {
        let Publish {
            participant,
            generation,
        } = publish;
        let mut diff = PresenceDiff::default();
        if !self
            .record
            .lock()
            .call_begins(&participant, generation, &mut diff)
        {
            return Err(RoomError::CallEnded);
        }
        log::info!(room = self.record.name.as_str(), participant = participant.as_str(),
            generation = generation.0; "call began");
        self.say_owed(diff);
        Ok(())
    }
}

impl Handler<Happened> for Room {
    type Result = ();

    fn handle(&mut self, happened: Happened, _: &mut Self::Context) {
        let Happened { feed, what } = happened;
        let Feed {
            participant,
            generation,
        } = feed.clone();
        if !self.record.lock().is_live(&participant, generation) {
            return;
        }
        let event = match what {
            CallNews::Announced => {
                let publisher = self.record.lock().publisher(&participant);
                let Some(publisher) = publisher else { return };
                let nothing_left = publisher.streams.iter().all(|stream| stream.disabled);
                self.broadcast(&RoomEvent::Publishers(vec![publisher]), None);
                if !nothing_left {
                    return;
                }
                RoomEvent::Unpublished(feed)
            }
            CallNews::Talking(talking) => RoomEvent::Talking {
                participant,
                talking,
            },
            CallNews::Media {
                mid,
                kind,
                receiving,
            } => RoomEvent::Media {
                of: Of::Publisher,
                participant,
                mid,
                kind,
                receiving,
            },
        };
        self.broadcast(&event, None);
    }
}

impl Handler<SayOwed> for Room {
    type Result = ();

    fn handle(&mut self, _: SayOwed, _: &mut Self::Context) {
        self.say_owed(PresenceDiff::default());
    }
}

impl Handler<MemberGone> for Room {
    type Result = ();

    fn handle(&mut self, gone: MemberGone, ctx: &mut Self::Context) {
        if self.by_membership.contains_key(&gone.membership) {
            self.parts.metrics.down("websocket_session", gone.reason);
        }
        self.leave(gone.membership, gone.reason, ctx);
    }
}

impl Handler<Retired> for Room {
    type Result = ();

    fn handle(&mut self, _: Retired, ctx: &mut Self::Context) {
        log::info!(room = self.record.name.as_str(); "room retired");
        (self.parts.media_rooms)(MediaRoomRetired {
            id: self.record.media_room.clone(),
        });
        self.stop(ctx);
    }
}

impl Handler<Down> for Room {
    type Result = ();

    fn handle(&mut self, down: Down, ctx: &mut Self::Context) {
        if let Some((_, membership)) = self.watched.remove(&down.monitor) {
            self.parts.metrics.down("websocket_session", down.reason);
            self.leave(membership, down.reason, ctx);
        } else if self
            .calls_monitor
            .as_ref()
            .is_some_and(|calls| calls.is(&down))
        {
            log::warn!(room = self.record.name.as_str(), reason = down.reason.word(); "calls down");
            self.parts.metrics.down("supervisor", down.reason);
            self.record.lock().end_all("supervisor_died", true);
            self.start_calls(ctx);
            self.say_owed(PresenceDiff::default());
        } else if self.parent.is(&down) {
            self.monitors.ending(DownReason::Shutdown);
            ctx.stop();
        } else {
            self.waiter_down(&down, ctx);
        }
    }
}
