//! A participant's connection as the rooms see it: records what it is told, as it comes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use std::time::Duration;

use actix::{Actor, ActorContext, Addr, AsyncContext, Context, Handler, Message};
use bytes::Bytes;
use parlour::calls::messages::{CallAnswer, CallEvent, CallNotice, CallReply};
use parlour::calls::subscriptions::Offer;
use parlour::gateway::fake::INJECTED;
use parlour::names::{Feed, Generation, ParticipantId, RoomName};
use parlour::otp::{DownReason, Monitors, Reply};
use parlour::rooms::authorisation::Grants;
use parlour::rooms::messages::{Joined, RoomAnswer, RoomReply};
use parlour::rooms::ports::{Deliver, Encoder, MembershipId, Notice, Signalled};
use parlour::rooms::presence::PresenceState;
use parlour::rooms::table::RoomTable;
use parlour::rooms::{RoomError, RoomEvent};
use tokio::time::Instant;

/// An event of the room, and who was a member when it was said.
pub struct Said {
    pub event: RoomEvent,
    /// For a `stop_call` only.
    pub members: Vec<MembershipId>,
    /// The room panicked as it was about to say it.
    pub unsaid: bool,
}

/// At which word the room is to panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    StopCall,
    Leaving,
    PresenceDiff,
    Publishers,
}

impl Word {
    fn is(self, event: &RoomEvent) -> bool {
        match event {
            RoomEvent::StopCall(_) => self == Self::StopCall,
            RoomEvent::Leaving(_) => self == Self::Leaving,
            RoomEvent::PresenceDiff(_) => self == Self::PresenceDiff,
            // In a joiner's first frames, too: after it was taken in, before it is told.
            RoomEvent::Publishers(_) => self == Self::Publishers,
            _ => false,
        }
    }
}

/// All that the room said, in order. A frame is a place in it.
#[derive(Clone, Default)]
pub struct Script(Arc<Mutex<Vec<Said>>>);

impl Script {
    pub fn read(&self) -> MutexGuard<'_, Vec<Said>> {
        self.0.lock().unwrap()
    }

    fn event(&self, frame: &Bytes) -> (usize, RoomEvent) {
        let place: usize = std::str::from_utf8(frame).unwrap().parse().unwrap();
        (place, self.read()[place].event.clone())
    }
}

/// Writes the script.
pub struct Recorder {
    pub script: Script,
    pub table: Arc<RoomTable>,
    /// The next time it is about to say this, the room panics.
    pub panic_at: Arc<Mutex<Option<Word>>>,
}

impl Encoder for Recorder {
    fn encode(&self, room: &RoomName, event: &RoomEvent) -> Bytes {
        let members = match event {
            // A `stop_call` is never written while the room's state is locked.
            RoomEvent::StopCall(_) => {
                let record = self.table.get(room);
                let members = |record: Arc<parlour::rooms::RoomRecord>| {
                    let state = record.lock();
                    state.members().map(|(_, m)| m.link.membership).collect()
                };
                record.map(members).unwrap_or_default()
            }
            _ => Vec::new(),
        };
        let unsaid = {
            let mut panic_at = self.panic_at.lock().unwrap();
            panic_at.take_if(|word| word.is(event)).is_some()
        };
        let mut script = self.script.read();
        script.push(Said {
            event: event.clone(),
            members,
            unsaid,
        });
        let place = script.len() - 1;
        drop(script);
        assert!(!unsaid, "{INJECTED}");
        Bytes::from(place.to_string())
    }
}

/// What was asked and is not answered yet.
pub struct Pending {
    pub what: &'static str,
    pub since: Instant,
}

/// What a connection knows.
#[derive(Default)]
pub struct Log {
    pub joined: Option<(ParticipantId, String)>,
    /// What the join's reply said that one may do.
    pub grants: Grants,
    /// A join or a request was refused, with this word.
    pub refusals: Vec<(&'static str, &'static str)>,
    /// What the room did as asked.
    pub done: Vec<&'static str>,
    pub generation: Option<Generation>,
    pub presence: PresenceState,
    /// Places in the script of each `stop_call` it got.
    pub stop_calls: Vec<usize>,
    pub offer: Option<Offer>,
    /// The version of the last offer that was answered.
    pub answered: u64,
    /// Its call ended and is to come back.
    pub to_restart: bool,
    pub pending: BTreeMap<u64, Pending>,
    /// The channel was closed, or left.
    pub left: bool,
    /// Asks to be let go, until a room says so.
    pub is_leaving: bool,
    /// The actor is gone.
    pub gone: bool,
    /// What should not be.
    pub faults: Vec<String>,
}

/// Says when a join brought a connection into the room, for its `Adopt`.
pub type OnJoined = Box<dyn Fn(&Addr<Member>, &Joined)>;

/// Sends a leave.
pub type OnLeave = Box<dyn Fn(&Addr<Member>)>;

/// The actor.
pub struct Member {
    pub membership: MembershipId,
    pub log: Arc<Mutex<Log>>,
    pub script: Script,
    pub on_joined: OnJoined,
    /// Leaves the room.
    pub on_leave: OnLeave,
    pub monitors: Monitors,
}

impl Actor for Member {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(1_024);
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        if let Ok(mut log) = self.log.lock() {
            log.gone = true;
            log.pending.clear();
        }
    }
}

parlour::monitored!(Member);

/// Its socket is closed.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Vanish;

impl Member {
    fn end(&mut self, ctx: &mut Context<Self>) {
        self.monitors.ending(DownReason::Normal);
        ctx.stop();
    }

    fn leave(&self, ctx: &Context<Self>) {
        (self.on_leave)(&ctx.address());
    }

    fn frame(&self, frame: &Bytes) {
        let (place, event) = self.script.event(frame);
        let mut log = self.log.lock().unwrap();
        match event {
            RoomEvent::StopCall(stop_call) => {
                if log.generation == Some(stop_call.generation) {
                    log.generation = None;
                    log.to_restart = stop_call.restart;
                }
                log.stop_calls.push(place);
            }
            RoomEvent::PresenceState(state) => log.presence = state,
            RoomEvent::PresenceDiff(diff) => {
                // As Phoenix.Presence does, `syncDiff`.
                for (id, mut new) in diff.joins {
                    if let Some(old) = log.presence.remove(&id) {
                        let is_new = |meta: &parlour::rooms::presence::Meta| {
                            new.metas.iter().all(|new| new.phx_ref != meta.phx_ref)
                        };
                        let kept: Vec<_> = old.metas.into_iter().filter(is_new).collect();
                        new.metas.splice(0..0, kept);
                    }
                    log.presence.insert(id, new);
                }
                for (id, gone) in diff.leaves {
                    let Some(metas) = log.presence.get_mut(&id) else {
                        continue;
                    };
                    let stays = |meta: &parlour::rooms::presence::Meta| {
                        gone.metas.iter().all(|gone| gone.phx_ref != meta.phx_ref)
                    };
                    metas.metas.retain(stays);
                    if metas.metas.is_empty() {
                        log.presence.remove(&id);
                    }
                }
            }
            _ => {}
        }
    }

    fn answered(&self, token: u64) -> Option<Pending> {
        let mut log = self.log.lock().unwrap();
        let pending = log.pending.remove(&token);
        if pending.is_none() {
            log.faults
                .push(format!("a second answer to request {token}"));
        }
        pending
    }
}

impl Handler<Vanish> for Member {
    type Result = ();

    fn handle(&mut self, _: Vanish, ctx: &mut Self::Context) {
        self.end(ctx);
    }
}

impl Handler<Deliver> for Member {
    type Result = ();

    fn handle(&mut self, deliver: Deliver, _: &mut Self::Context) {
        let (_, event) = self.script.event(&deliver.frame);
        let named: Option<Feed> = match &event {
            RoomEvent::StopCall(stop_call) => Some(stop_call.feed()),
            _ => None,
        };
        if named != deliver.stop_call {
            let mut log = self.log.lock().unwrap();
            log.faults
                .push(format!("{event:?} marked {:?}", deliver.stop_call));
        }
        self.frame(&deliver.frame);
    }
}

impl Handler<Signalled> for Member {
    type Result = ();

    fn handle(&mut self, signalled: Signalled, _: &mut Self::Context) {
        let mut log = self.log.lock().unwrap();
        log.faults
            .push(format!("{} signals, whom nobody asked to", signalled.from));
    }
}

impl Handler<Notice> for Member {
    type Result = ();

    fn handle(&mut self, notice: Notice, ctx: &mut Self::Context) {
        match notice {
            Notice::Closed { membership, .. } if membership == self.membership => {
                // Its only topic: the socket closes.
                let mut log = self.log.lock().unwrap();
                log.left = true;
                drop(log);
                self.end(ctx);
            }
            Notice::Closed { .. } => {}
            Notice::Overflow | Notice::MoveOn => {
                let mut log = self.log.lock().unwrap();
                log.faults.push("its mailbox was full".into());
            }
        }
    }
}

impl Handler<Reply<RoomReply>> for Member {
    type Result = ();

    fn handle(&mut self, reply: Reply<RoomReply>, ctx: &mut Self::Context) {
        let Some(pending) = self.answered(reply.token) else {
            return;
        };
        match reply.answer {
            Ok(RoomAnswer::Joined(joined)) => {
                {
                    let mut log = self.log.lock().unwrap();
                    log.joined = Some((joined.participant.clone(), joined.resume.clone()));
                    log.generation = joined.call;
                    log.grants = joined.grants;
                }
                for frame in &joined.frames {
                    self.frame(frame);
                }
                (self.on_joined)(&ctx.address(), &joined);
            }
            Ok(RoomAnswer::Done) => {
                let mut log = self.log.lock().unwrap();
                log.is_leaving &= pending.what != "leave";
                log.done.push(pending.what);
            }
            Err(error) => {
                let mut log = self.log.lock().unwrap();
                log.refusals.push((pending.what, error.reason()));
                drop(log);
                // As WebSocketSession: repeated until a room took it; of a join that a room died of
                // it is not known whether it was in.
                match pending.what {
                    "leave" => {
                        ctx.run_later(Duration::from_millis(200), |this, ctx| this.leave(ctx));
                    }
                    "join" if error == RoomError::Restarting => self.leave(ctx),
                    _ => {}
                }
            }
        }
    }
}

impl Handler<Reply<CallReply>> for Member {
    type Result = ();

    fn handle(&mut self, reply: Reply<CallReply>, _: &mut Self::Context) {
        let Some(pending) = self.answered(reply.token) else {
            return;
        };
        let mut log = self.log.lock().unwrap();
        match reply.answer {
            Ok(CallAnswer::Started { generation, .. }) => log.generation = Some(generation),
            Ok(CallAnswer::Updated { .. } | CallAnswer::Done) => {}
            Err(error) => log.refusals.push((pending.what, error.reason())),
        }
    }
}

impl Handler<CallEvent> for Member {
    type Result = ();

    fn handle(&mut self, event: CallEvent, _: &mut Self::Context) {
        if event.membership != self.membership {
            return;
        }
        if let CallNotice::Offer(offer) = event.what {
            self.log.lock().unwrap().offer = Some(offer);
        }
    }
}
