//! One user's call: a session on the gateway, what is published and what comes down.
//!
//! Started by the Supervisor, at first or after a crash; idles until `start_call`. Ends with
//! [`StopCall`], with its owner, or by a failure that its Supervisor answers. It monitors its owner
//! and is monitored by it. Dropping its lease is what clears the gateway. Knows the gateway through
//! [`Gateway`]; knows nothing of sockets or frames. How it starts is in [`start`], what is asked of
//! it in [`requests`], what the gateway tells in [`heard`], what comes down in [`downstream`], what a
//! moderator muted in [`muting`], what it hangs on in [`ties`].

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, ActorContext, Addr, AsyncContext, Context, Handler, Message, Recipient};
use tokio::time::Instant;

use self::start::Start;
use super::errors::CallError;
use super::health::HealthBoard;
use super::messages::{CallAnswer, CallEvent, CallNotice, CallRequest, Command, OwnerLink};
use super::poller::{Heard, Poller};
use super::sessions::{Lease, SessionTable};
use super::starts::{Starts, Turn};
use super::subscriptions::Subscriptions;
use super::supervisor::Supervisor;
use crate::gateway::{Gateway, GatewayError, Line};
use crate::metrics::Metrics;
use crate::names::{Feed, Generation, Mid, ParticipantId, PublishedStream};
use crate::otp::send::Slot;
use crate::otp::supervisor::Parent;
use crate::otp::{Down, DownReason, MonitorRef, Monitors, cast, monitor, strike};
use crate::rooms::messages::{CallNews, Happened};
use crate::rooms::room::Room;
use crate::rooms::table::RoomRecord;
use crate::sdp::CandidatePolicy;

mod downstream;
mod heard;
mod muting;
mod requests;
mod start;
mod ties;

/// A restarted session that nobody starts again stops after this time.
const IDLE: Duration = Duration::from_secs(30);
/// How often the gateway is asked whether it still knows the session: nothing else tells.
const KEEPALIVE: Duration = Duration::from_secs(10);
/// How long it may take to say so.
const KEEPALIVE_WITHIN: Duration = Duration::from_secs(4);
/// How long what the call asks by itself may take.
const REQUEST_WITHIN: Duration = Duration::from_secs(9);
/// How often overdue answers and missing feeds are looked at.
const TICK: Duration = Duration::from_secs(1);

/// What every call needs.
#[derive(Clone)]
pub struct CallParts {
    /// Where media meets.
    pub gateway: Rc<dyn Gateway>,
    /// Where session ids stand.
    pub sessions: Arc<SessionTable>,
    /// How the gateway is.
    pub board: Arc<HealthBoard>,
    /// Counted here.
    pub metrics: Arc<Metrics>,
    /// Which candidates in an answer pass.
    pub candidates: CandidatePolicy,
    /// Where a start waits for its turn.
    pub starts: Starts,
}

/// A request that waits for the call, with its place among those that may.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Queued {
    /// The request.
    pub request: CallRequest,
    /// Given back when the call takes it up.
    pub slot: Slot,
}

/// Somebody else heard that this one's feed left the gateway: look whether the session is still there.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Check;

/// What of the participant's is muted changed in the table: have the gateway follow.
#[derive(Message)]
#[rtype(result = "()")]
pub struct MuteChanged;

/// Goes to the Supervisor: a feed that is live left the gateway.
#[derive(Message)]
#[rtype(result = "()")]
pub struct FeedLeft {
    /// Whose.
    pub participant: ParticipantId,
}

/// More requests wait for the call than may: it cannot keep up.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Overflow;

/// Ends the call, and the actor. What its generation's end is called stands in the table already.
#[derive(Message)]
#[rtype(result = "()")]
pub struct StopCall;

/// Where the call stands. Handlers interleave, so each asks here first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Idle,
    Starting,
    Live,
    Stopping,
}

/// Its connection to the gateway.
struct Connection {
    line: Rc<dyn Line>,
    poller: MonitorRef,
    _poller: Addr<Poller>,
}

/// See the module.
pub struct JanusSession {
    participant: ParticipantId,
    generation: Generation,
    record: Arc<RoomRecord>,
    parts: CallParts,
    owner: OwnerLink,
    owner_monitor: MonitorRef,
    phase: Phase,
    start: Option<Start>,
    // The turn of the start that is under way.
    turn: Option<Turn>,
    // The ownership of the session on the gateway. Dropping it, in whatever way, clears it there.
    lease: Option<Lease>,
    connection: Option<Connection>,
    published: Vec<PublishedStream>,
    // Media can flow, so that others can subscribe.
    publisher_up: bool,
    receiving: HashMap<Mid, bool>,
    // What the gateway holds back.
    muted: HashSet<Mid>,
    asking_mute: bool,
    subscriptions: Subscriptions,
    // Counts the lives of the subscribing side: what an earlier one answers is old.
    subscriber_life: u64,
    answering: Option<u64>,
    // One question at a time.
    asking_alive: bool,
    feed_left: Recipient<FeedLeft>,
    parent: Parent,
    monitors: Monitors,
}

impl JanusSession {
    /// The actor; `supervisor` is whoever restarts it.
    pub fn new(
        participant: ParticipantId,
        record: Arc<RoomRecord>,
        parts: CallParts,
        owner: OwnerLink,
        supervisor: &Addr<Supervisor>,
        ctx: &Context<Self>,
    ) -> Self {
        let me = ctx.address().downgrade();
        Self {
            participant,
            generation: Generation(0),
            record,
            parts,
            owner_monitor: monitor(&owner.watch, me.clone().recipient()),
            owner,
            phase: Phase::Idle,
            start: None,
            turn: None,
            lease: None,
            connection: None,
            published: Vec::new(),
            publisher_up: false,
            receiving: HashMap::new(),
            muted: HashSet::new(),
            asking_mute: false,
            subscriptions: Subscriptions::default(),
            subscriber_life: 0,
            answering: None,
            asking_alive: false,
            feed_left: supervisor.clone().recipient(),
            parent: Parent::watch(&supervisor.clone().recipient(), me.recipient()),
            monitors: Monitors::default(),
        }
    }

    fn feed(&self) -> Feed {
        Feed {
            participant: self.participant.clone(),
            generation: self.generation,
        }
    }

    fn room(&self) -> Option<Addr<Room>> {
        self.record.lock().room.clone()
    }

    fn tell_room(&self, what: CallNews) {
        if let Some(room) = self.room() {
            cast(
                &room,
                Happened {
                    feed: self.feed(),
                    what,
                },
            );
        }
    }

    fn tell_owner(&self, what: CallNotice) {
        cast(
            &self.owner.events,
            CallEvent {
                membership: self.owner.membership,
                what,
            },
        );
    }

    /// A point at which tests have this very call panic.
    fn strike(&self, point: &str) {
        strike(point, self.participant.as_str());
    }

    fn line(&self) -> Option<Rc<dyn Line>> {
        self.connection
            .as_ref()
            .map(|connection| Rc::clone(&connection.line))
    }

    /// Ends, and says why to who monitors it.
    fn end(&mut self, reason: DownReason, ctx: &mut Context<Self>) {
        self.phase = Phase::Stopping;
        self.monitors.ending(reason);
        ctx.stop();
    }

    /// Gives up: the Supervisor says what that means, and answers a start that was under way.
    fn fail(&mut self, word: &'static str, ctx: &mut Context<Self>) {
        if self.phase == Phase::Stopping {
            return;
        }
        log::warn!(room = self.record.name.as_str(), participant = self.participant.as_str(),
            generation = self.generation.0, reason = word; "call failed");
        self.end(DownReason::Failed(word), ctx);
    }

    fn fail_with(&mut self, error: &GatewayError, ctx: &mut Context<Self>) {
        if self.phase == Phase::Stopping {
            return;
        }
        self.parts.metrics.janus_error(error.reason());
        log::info!(participant = self.participant.as_str(), generation = self.generation.0,
            detail = error.to_string().as_str(); "gateway error");
        if error.is_outage() {
            self.parts.board.suspect();
        }
        self.fail(error.reason(), ctx);
    }

    /// Lets the others know what can be subscribed; in the table first, where no crash loses it.
    fn announce(&self) {
        if self.phase == Phase::Live && self.publisher_up {
            let announced = self
                .record
                .lock()
                .announce(&self.feed(), self.published.clone());
            if announced {
                self.tell_room(CallNews::Announced);
            }
        }
    }
}

impl Actor for JanusSession {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.tell_owner(CallNotice::Linked {
            watch: ctx.address().recipient(),
        });
        ctx.run_later(IDLE, |this, ctx| {
            if this.phase == Phase::Idle {
                this.end(DownReason::Normal, ctx);
            }
        });
    }
}

crate::monitored!(JanusSession);

impl Handler<Overflow> for JanusSession {
    type Result = ();

    fn handle(&mut self, _: Overflow, ctx: &mut Self::Context) {
        self.fail("overloaded", ctx);
    }
}

impl Handler<Queued> for JanusSession {
    type Result = ();

    fn handle(&mut self, queued: Queued, ctx: &mut Self::Context) {
        self.strike("session-queued");
        let Queued { request, slot } = queued;
        drop(slot);
        let CallRequest {
            owner,
            command,
            deadline,
            reply,
            ..
        } = request;
        match command {
            Command::Start { offer, streams } => {
                let began = Instant::now();
                self.start(
                    Start {
                        reply,
                        offer,
                        streams,
                        deadline,
                        began,
                        membership: owner.membership,
                    },
                    ctx,
                );
            }
            Command::Adopt => {
                self.adopt(owner, ctx);
                reply.send(Ok(CallAnswer::Done));
            }
            Command::InCall(asked) => self.in_call(asked, deadline, reply, ctx),
            Command::Stop { .. } => reply.send(Ok(CallAnswer::Done)), // the Supervisor's own
        }
    }
}

impl Handler<Heard> for JanusSession {
    type Result = ();

    fn handle(&mut self, heard: Heard, ctx: &mut Self::Context) {
        self.strike("session-heard");
        for event in heard.0 {
            if self.phase == Phase::Stopping {
                return;
            }
            self.heard(event, ctx);
        }
    }
}

impl Handler<StopCall> for JanusSession {
    type Result = ();

    fn handle(&mut self, _: StopCall, ctx: &mut Self::Context) {
        self.strike("session-stop");
        // Nothing, but for a start that was on its way here when the call was ended.
        self.record.end_generation(&self.feed(), "stopped", false);
        if let Some(start) = self.start.take() {
            start.reply.send(Err(CallError::Stopped));
        }
        self.end(DownReason::Normal, ctx);
    }
}

impl Handler<Down> for JanusSession {
    type Result = ();

    fn handle(&mut self, down: Down, ctx: &mut Self::Context) {
        self.strike("session-down");
        if self.phase == Phase::Stopping {
            return;
        }
        if self.owner_monitor.is(&down) {
            self.owner_gone(down.reason, ctx);
        } else if self.connection.as_ref().is_some_and(|c| c.poller.is(&down)) {
            self.parts.metrics.down("poller", down.reason);
            match down.reason {
                DownReason::Failed(word) => {
                    self.parts.metrics.janus_error(word);
                    self.parts.board.suspect();
                    self.fail(word, ctx);
                }
                DownReason::Normal
                | DownReason::Shutdown
                | DownReason::NoProc
                | DownReason::Killed
                | DownReason::Panicked => self.fail("poller_died", ctx),
            }
        } else if self.parent.is(&down) {
            self.record
                .end_generation(&self.feed(), "supervisor_died", true);
            self.end(DownReason::Shutdown, ctx);
        }
    }
}
