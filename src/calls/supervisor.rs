//! The calls of one room: starts a JanusSession per call, restarts it after a crash, and decides how
//! each generation ended.
//!
//! Started by its Room, beside it, so that its own panic reaches no further: its children stop on its
//! `Down`, the Room ends their generations and starts a new one. Routes what members ask of their
//! calls; answers what a call that died left unanswered.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, ActorContext, Addr, AsyncContext, Context, Handler};
use tokio::time::Instant;

use super::directory::CallsDirectory;
use super::errors::CallError;
use super::health::spread_ms;
use super::janus_session::{
    CallParts, Check, FeedLeft, JanusSession, MuteChanged, Overflow, Queued, StopCall,
};
use super::messages::{CallAnswer, CallReply, CallRequest, Command, InCall, OwnerLink};
use crate::names::ParticipantId;
use crate::otp::restart::{Backoff, Intensity, RestartLog, Verdict};
use crate::otp::send::Slots;
use crate::otp::spawn::spawn;
use crate::otp::{
    Abandoned, Down, DownReason, MonitorId, MonitorRef, Monitors, ReplyTo, cast, monitor,
};
use crate::rooms::RoomError;
use crate::rooms::authorisation::{self, Grants};
use crate::rooms::ports::CallsOrder;
use crate::rooms::table::RoomRecord;

/// How many requests may wait for one call.
const CALL_REQUESTS: usize = 256;
/// How many ends are remembered, to answer what comes abandoned after them.
const ENDS_KEPT: usize = 256;

/// A JanusSession that runs.
struct Child {
    address: Addr<JanusSession>,
    monitor: MonitorRef,
    /// Names it in what it leaves unanswered.
    serial: u64,
    /// Requests that wait for it.
    waiting: Slots,
}

/// One participant's call, over its restarts.
struct Slot {
    owner: OwnerLink,
    child: Option<Child>,
    log: RestartLog,
    /// Which restart is awaited; none if it is not. A later one makes an earlier timer void.
    restarting: Option<u64>,
    /// Came during back-off: waits for the restart.
    waiting: Option<CallRequest>,
}

/// See the module.
pub struct Supervisor {
    record: Arc<RoomRecord>,
    parts: CallParts,
    directory: Arc<CallsDirectory>,
    slots: HashMap<ParticipantId, Slot>,
    by_monitor: HashMap<MonitorId, ParticipantId>,
    /// What children that are not known to be down left unanswered.
    abandoned: Vec<(u64, ReplyTo<CallReply>)>,
    /// How the last children ended, as an answer.
    ends: VecDeque<(u64, CallError)>,
    serials: u64,
    monitors: Monitors,
}

impl Supervisor {
    /// The actor of a room's calls.
    pub fn new(record: Arc<RoomRecord>, parts: CallParts, directory: Arc<CallsDirectory>) -> Self {
        Self {
            record,
            parts,
            directory,
            slots: HashMap::new(),
            by_monitor: HashMap::new(),
            abandoned: Vec::new(),
            ends: VecDeque::new(),
            serials: 0,
            monitors: Monitors::default(),
        }
    }

    fn start_child(&mut self, participant: &ParticipantId, ctx: &Context<Self>) {
        self.serials += 1;
        let serial = self.serials;
        let Some(slot) = self.slots.get_mut(participant) else {
            return;
        };
        let (record, parts, owner) = (
            Arc::clone(&self.record),
            self.parts.clone(),
            slot.owner.clone(),
        );
        let (who, me) = (participant.clone(), ctx.address());
        let address = spawn("janus_session", move |ctx| {
            JanusSession::new(who, record, parts, owner, &me, ctx)
        });
        let monitor = monitor(&address, ctx.address().downgrade().recipient());
        self.by_monitor.insert(monitor.id(), participant.clone());
        slot.restarting = None;
        slot.child = Some(Child {
            address,
            monitor,
            serial,
            waiting: Slots::new(CALL_REQUESTS),
        });
        if let Some(waiting) = slot.waiting.take() {
            self.forward(waiting, ctx);
        }
    }

    /// Passes a request to the participant's call, and inherits what it leaves unanswered.
    fn forward(&self, mut request: CallRequest, ctx: &Context<Self>) {
        let slot = self.slots.get(&request.participant);
        let Some(child) = slot.and_then(|slot| slot.child.as_ref()) else {
            return request.reply.send(Err(CallError::NoCall));
        };
        request.reply = request
            .reply
            .with_heir(child.serial, ctx.address().recipient());
        match child.waiting.take() {
            Some(slot) => cast(&child.address, Queued { request, slot }),
            // Its end answers the request, and those that wait.
            None => cast(&child.address, Overflow),
        }
    }

    fn start(&mut self, request: CallRequest, ctx: &Context<Self>) {
        if let Err(error) = self.parts.board.check() {
            return request.reply.send(Err(error));
        }
        let participant = request.participant.clone();
        let slot = self
            .slots
            .entry(participant.clone())
            .or_insert_with(|| Slot {
                owner: request.owner.clone(),
                child: None,
                log: RestartLog::default(),
                restarting: None,
                waiting: None,
            });
        slot.owner = request.owner.clone();
        if slot.child.is_some() {
            self.forward(request, ctx);
        } else if slot.waiting.is_some() {
            request.reply.send(Err(CallError::AlreadyStarted));
        } else {
            slot.waiting = Some(request);
            if slot.restarting.is_none() {
                self.start_child(&participant, ctx);
            }
        }
    }

    /// Ends a call in order: its child, or the restart it waits for.
    fn stop(&mut self, participant: &ParticipantId) {
        let Some(slot) = self.slots.get_mut(participant) else {
            return;
        };
        slot.restarting = None;
        if let Some(waiting) = slot.waiting.take() {
            waiting.reply.send(Err(CallError::Stopped));
        }
        if let Some(child) = slot.child.take() {
            self.by_monitor.remove(&child.monitor.id());
            cast(&child.address, StopCall);
            self.ended(child.serial, &CallError::Stopped);
        }
    }

    /// A child is at its end: answers what it left, now and later.
    fn ended(&mut self, serial: u64, answer: &CallError) {
        let of_it = |(of, _): &mut (u64, ReplyTo<CallReply>)| *of == serial;
        for (_, reply) in self.abandoned.extract_if(.., of_it) {
            reply.send(Err(answer.clone()));
        }
        if self.ends.len() >= ENDS_KEPT {
            self.ends.pop_front();
        }
        self.ends.push_back((serial, answer.clone()));
    }

    fn crashed(
        &mut self,
        participant: &ParticipantId,
        child: &Child,
        down: Down,
        ctx: &mut Context<Self>,
    ) {
        let word = down.reason.word();
        let Some(slot) = self.slots.get_mut(participant) else {
            return;
        };
        // Waiting for a gateway that is away is no crash: the call would be given up for nothing.
        let away = ["janus_unreachable", "janus_unauthorised"].contains(&word);
        let verdict = if away {
            Verdict::Restart(Duration::ZERO)
        } else {
            slot.log
                .crashed(Instant::now(), Intensity::default(), Backoff::default())
        };
        let restart = matches!(verdict, Verdict::Restart(_));
        if !restart {
            slot.log.forget(); // starting again by hand opens a new count
        }
        log::warn!(room = self.record.name.as_str(), participant = participant.as_str(),
            reason = word, restart = restart; "call down");
        // A slot has one child at a time: whatever generation there is, is this one's.
        self.record.end_call(participant, word, restart);
        match verdict {
            Verdict::Restart(wait) => {
                self.parts.metrics.restarts.inc();
                // Not all at once to a gateway that is, or may be, away.
                let retry_ms = match away || ["janus_timeout", "janus_lost"].contains(&word) {
                    true => spread_ms(),
                    false => u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(50),
                };
                self.restart_after(wait, participant, ctx);
                self.ended(child.serial, &CallError::Crashed { word, retry_ms });
            }
            Verdict::GiveUp => {
                self.parts.metrics.gave_up.inc();
                self.ended(child.serial, &CallError::GaveUp { word });
            }
        }
    }

    fn restart_after(
        &mut self,
        wait: Duration,
        participant: &ParticipantId,
        ctx: &mut Context<Self>,
    ) {
        if wait.is_zero() {
            return self.start_child(participant, ctx);
        }
        self.serials += 1;
        let turn = self.serials;
        if let Some(slot) = self.slots.get_mut(participant) {
            slot.restarting = Some(turn);
        }
        let participant = participant.clone();
        ctx.run_later(wait, move |this, ctx| {
            let slot = this.slots.get(&participant);
            if slot.is_some_and(|slot| slot.restarting == Some(turn)) {
                this.start_child(&participant, ctx);
            }
        });
    }
}

impl Actor for Supervisor {
    type Context = Context<Self>;
}

crate::monitored!(Supervisor);

/// Whether somebody with these grants may ask this of their call.
fn permitted(grants: Grants, asked: &Command) -> Result<(), RoomError> {
    match asked {
        Command::Start { streams, .. } | Command::InCall(InCall::Update { streams, .. }) => {
            authorisation::may_send(grants, streams.iter().map(|stream| stream.source))
        }
        Command::InCall(InCall::Choose { receive: true, .. } | InCall::RestartSubscriber) => {
            authorisation::may_receive(grants)
        }
        Command::Stop { .. }
        | Command::Adopt
        | Command::InCall(
            InCall::Trickle { .. }
            | InCall::Choose { receive: false, .. }
            | InCall::Answer { .. }
            | InCall::Prefer(_),
        ) => Ok(()),
    }
}

impl Handler<CallRequest> for Supervisor {
    type Result = ();

    fn handle(&mut self, request: CallRequest, ctx: &mut Self::Context) {
        fail::fail_point!("supervisor-request");
        let membership = request.owner.membership;
        let may = {
            let state = self.record.lock();
            match state.is_member(&request.participant, membership) {
                true => permitted(state.grants_of(&request.participant), &request.command),
                // A late word of a connection that was replaced, or left.
                false => Err(RoomError::NotJoined),
            }
        };
        if let Err(error) = may {
            return request.reply.send(Err(error.into()));
        }
        match &request.command {
            Command::Start { .. } => self.start(request, ctx),
            Command::Stop { restart } => {
                let who = request.participant.clone();
                self.record.end_call(&who, "stopped", *restart);
                self.stop(&who);
                request.reply.send(Ok(CallAnswer::Done));
            }
            Command::Adopt => {
                let slot = self.slots.get_mut(&request.participant);
                let Some(slot) = slot else {
                    return request.reply.send(Ok(CallAnswer::Done));
                };
                slot.owner = request.owner.clone();
                // The old owner's start is nobody's now.
                if let Some(waiting) = slot.waiting.take() {
                    waiting.reply.send(Err(CallError::Stopped));
                }
                if slot.child.is_some() {
                    self.forward(request, ctx);
                } else {
                    request.reply.send(Ok(CallAnswer::Done));
                }
            }
            Command::InCall(_) => self.forward(request, ctx),
        }
    }
}

impl Handler<FeedLeft> for Supervisor {
    type Result = ();

    fn handle(&mut self, left: FeedLeft, _: &mut Self::Context) {
        let slot = self.slots.get(&left.participant);
        if let Some(child) = slot.and_then(|slot| slot.child.as_ref()) {
            cast(&child.address, Check);
        }
    }
}

impl Handler<CallsOrder> for Supervisor {
    type Result = ();

    fn handle(&mut self, order: CallsOrder, ctx: &mut Self::Context) {
        match order {
            CallsOrder::End { participant } => {
                self.stop(&participant);
                self.slots.remove(&participant);
            }
            CallsOrder::Muted { participant } => {
                let slot = self.slots.get(&participant);
                if let Some(child) = slot.and_then(|slot| slot.child.as_ref()) {
                    cast(&child.address, MuteChanged);
                }
            }
            CallsOrder::Close => {
                self.directory.remove(&self.record.name, &ctx.address());
                self.monitors.ending(DownReason::Shutdown);
                ctx.stop();
            }
        }
    }
}

impl Handler<Abandoned<CallReply>> for Supervisor {
    type Result = ();

    fn handle(&mut self, abandoned: Abandoned<CallReply>, _: &mut Self::Context) {
        let Abandoned { key, reply } = abandoned;
        match self.ends.iter().find(|(serial, _)| *serial == key) {
            Some((_, answer)) => reply.send(Err(answer.clone())),
            None => self.abandoned.push((key, reply)), // its Down is on the way
        }
    }
}

impl Handler<Down> for Supervisor {
    type Result = ();

    fn handle(&mut self, down: Down, ctx: &mut Self::Context) {
        let Some(participant) = self.by_monitor.remove(&down.monitor) else {
            return;
        };
        let slot = self.slots.get_mut(&participant);
        let Some(child) = slot.and_then(|slot| slot.child.take()) else {
            return;
        };
        self.parts.metrics.down("janus_session", down.reason);
        if down.reason.is_orderly() {
            // What reached it as it stopped of idleness can be asked again at once.
            self.ended(child.serial, &RoomError::Restarting.into());
        } else {
            self.crashed(&participant, &child, down, ctx);
        }
    }
}
