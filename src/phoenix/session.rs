//! The WebSocketSession: one connection, an ordinary actor; the HTTP response's body is its outbox.
//!
//! Started by `http/` at the upgrade; ends with its socket, by a protocol error, or when it cannot
//! keep up. Reads frames, answers each with exactly one reply, writes what its rooms and calls send.
//! Being an actor of its own, it goes on while its peer does not read. Knows the wire, not the
//! gateway. What it is asked is in [`requests`], what it answers in [`answers`], how long it lives
//! without news in [`alive`], what it renews by itself in [`ice`].

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use actix::{
    Actor, ActorContext, AsyncContext, Context, Handler, Message, StreamHandler, WrapFuture,
};
use actix_web::error::PayloadError;
use bytes::Bytes;
use serde::Serialize;
use serde_json::json;
use tokio::time::Instant;

use self::alive::TICK;
use self::answers::Pending;
use super::channel::{self, Mode};
use super::errors::RequestError;
use super::events::{of_call, of_peer};
use super::frame::{self, Status};
use super::limits::Limits;
use super::outbox::{Outbox, Refused, Voice};
use super::topic::Topic;
use super::websocket::{CloseCode, Decoder, text_frame};
use crate::calls::directory::CallsDirectory;
use crate::calls::messages::{CallEvent, CallNotice, CallReply};
use crate::metrics::Metrics;
use crate::names::Feed;
use crate::otp::send::Slots;
use crate::otp::{Down, DownReason, Monitors, Reply, monitor, strike};
use crate::rooms::RoomTable;
use crate::rooms::messages::RoomReply;
use crate::rooms::ports::{Deliver, MembershipId, Notice, Signalled};
use crate::rooms::registry::Enter;
use crate::secret::Secret;
use crate::tokens::Tokens;
use crate::turn::IceServers;

mod alive;
mod answers;
mod ice;
mod requests;

/// How many `stop_call`s are remembered as sent: a room that died half-way says them again.
const STOP_CALLS_KEPT: usize = 64;
/// Messages that may wait for a session; beyond, it cannot keep up.
const MAILBOX: usize = 1_024;
/// Frames, or bytes, that wait for the connection, at which it has its turn before more messages are
/// taken: else whoever sends many at once fills the outbox of a peer that reads all the while.
const BREATH: (usize, usize) = (32, 128 * 1024);

/// What every session needs.
pub struct SessionParts {
    /// Takes joins: the registry, whichever lives.
    pub enter: Box<dyn Fn(Enter) + Send + Sync>,
    /// Where rooms are found.
    pub rooms: Arc<RoomTable>,
    /// Where their calls are found; none without a gateway.
    pub calls: Option<Arc<CallsDirectory>>,
    /// Joins under way, of all sockets.
    pub joins: Slots,
    /// What a joiner is told beside who they are; encoded once.
    pub welcome: Welcome,
    /// How media goes in its rooms.
    pub mode: Mode,
    /// Who may come in; none: everybody.
    pub tokens: Option<Tokens>,
    /// Counted here.
    pub metrics: Arc<Metrics>,
    /// Set once the server goes down: joins are refused.
    pub draining: Arc<AtomicBool>,
}

/// What is the same in each join's reply.
#[derive(Clone, Debug)]
pub struct Welcome {
    /// Where people find this server, if that is known: a room is at `/r/<name>` of it.
    pub base_url: Option<String>,
    /// Told to each with credentials of their own.
    pub ice_servers: IceServers,
    /// Limits a client may want to know.
    pub limits: serde_json::Value,
    /// `{version, features}`.
    pub server: serde_json::Value,
}

/// The response's body was dropped: the connection is gone.
#[derive(Message)]
#[rtype(result = "()")]
pub struct SocketGone;

/// Closes the socket.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Close {
    /// Its code.
    pub code: u16,
    /// For people.
    pub reason: &'static str,
}

/// See the module.
pub struct WebSocketSession {
    parts: Arc<SessionParts>,
    // Dropped with the actor, also by a panic: then it says 1011.
    voice: Voice,
    decoder: Decoder,
    topics: HashMap<String, Topic>,
    pending: HashMap<u64, Pending>,
    tokens: u64,
    limits: Limits,
    // What the handshake brought.
    bearer: Option<Secret>,
    stop_calls: VecDeque<Feed>,
    heard: Instant,
    beat: Instant,
    heartbeat_within: Duration,
    pinged: Instant,
    /// Since when it is in no room; none while it is in one.
    unjoined: Option<Instant>,
    monitors: Monitors,
}

impl WebSocketSession {
    /// The actor of an upgraded connection. `heartbeat_within`: how long the client may go without a
    /// heartbeat; `bearer`: a token that came with the handshake.
    pub fn new(
        parts: Arc<SessionParts>,
        outbox: &Outbox,
        heartbeat_within: Duration,
        bearer: Option<Secret>,
    ) -> Self {
        let now = Instant::now();
        parts.metrics.connections.inc();
        Self {
            parts,
            voice: outbox.voice(),
            decoder: Decoder::new(channel::MAX_SDP_FRAME_BYTES),
            topics: HashMap::new(),
            pending: HashMap::new(),
            tokens: 0,
            limits: Limits::default(),
            bearer,
            stop_calls: VecDeque::new(),
            heard: now,
            beat: now,
            heartbeat_within,
            pinged: now,
            unjoined: Some(now),
            monitors: Monitors::default(),
        }
    }

    // ---- out ----

    fn write(&mut self, frame: Bytes, ctx: &mut Context<Self>) {
        if self.voice.push(frame) == Err(Refused::Overflow) {
            self.parts.metrics.evicted("slow");
            log::info!("connection too slow, evicted");
            return self.end(ctx);
        }
        let waits = (self.voice.queued_frames(), self.voice.queued_bytes());
        if (waits.0 >= BREATH.0 || waits.1 >= BREATH.1) && !ctx.waiting() {
            ctx.wait(tokio::task::yield_now().into_actor(self));
        }
    }

    fn push(
        &mut self,
        topic: &Topic,
        event: &str,
        payload: &impl Serialize,
        ctx: &mut Context<Self>,
    ) {
        let name = super::events::topic(&topic.room);
        let text = frame::push(topic.join_ref.as_deref(), &name, event, payload);
        self.write(text_frame(&text), ctx);
    }

    fn reply(
        &mut self,
        to: &Pending,
        response: Result<serde_json::Value, RequestError>,
        ctx: &mut Context<Self>,
    ) {
        let (join_ref, reference) = (to.join_ref.as_deref(), to.reference.as_deref());
        let text = match &response {
            Ok(response) => frame::reply(join_ref, reference, &to.topic, Status::Ok, response),
            Err(error) => {
                self.parts.metrics.refused(error.reason());
                let refusal = error.refusal();
                frame::reply(join_ref, reference, &to.topic, Status::Error, &refusal)
            }
        };
        self.write(text_frame(&text), ctx);
        if let Err(error) = &response
            && self.limits.refused(error)
        {
            self.parts.metrics.evicted("policy");
            self.close(CloseCode::POLICY, "too many errors", ctx);
        }
    }

    fn close(&mut self, code: u16, reason: &str, ctx: &mut Context<Self>) {
        self.voice.close(code, reason);
        self.end(ctx);
    }

    /// The actor's end; the body still drains what is queued.
    fn end(&mut self, ctx: &mut Context<Self>) {
        self.monitors.ending(DownReason::Normal);
        ctx.stop();
    }

    /// A point at which tests have this very connection panic: by whom it has in a room.
    fn strike(&self, point: &str) {
        // Each message comes by here: else nothing, not even the walk.
        if cfg!(feature = "failpoints") {
            let in_rooms = self.topics.values().filter_map(|t| t.participant.as_ref());
            in_rooms.for_each(|participant| strike(point, participant.as_str()));
        }
    }

    fn topic_of(&self, membership: MembershipId) -> Option<String> {
        let found = self
            .topics
            .iter()
            .find(|(_, topic)| topic.membership == membership);
        found.map(|(name, _)| name.clone())
    }
}

impl Actor for WebSocketSession {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
        ctx.run_interval(TICK, |this, ctx| this.tick(ctx));
    }
}

impl Drop for WebSocketSession {
    fn drop(&mut self) {
        self.parts.metrics.connections.dec();
    }
}

crate::monitored!(WebSocketSession);

impl StreamHandler<Result<Bytes, PayloadError>> for WebSocketSession {
    fn handle(&mut self, bytes: Result<Bytes, PayloadError>, ctx: &mut Self::Context) {
        fail::fail_point!("socket-bytes");
        self.strike("socket-heard");
        let Ok(bytes) = bytes else {
            return self.close(CloseCode::PROTOCOL, "ended without a close frame", ctx);
        };
        self.heard = Instant::now();
        let incoming = self.decoder.feed(&bytes);
        if let Some(pongs) = self.decoder.take_pongs() {
            self.write(pongs, ctx);
        }
        for _ in 0..self.decoder.take_parts() {
            if self.is_flooded(ctx) {
                return;
            }
        }
        for incoming in incoming {
            if self.voice.has_ended() {
                return;
            }
            self.incoming(incoming, ctx);
        }
    }

    fn finished(&mut self, ctx: &mut Self::Context) {
        self.close(CloseCode::PROTOCOL, "ended without a close frame", ctx);
    }
}

impl Handler<SocketGone> for WebSocketSession {
    type Result = ();

    fn handle(&mut self, _: SocketGone, ctx: &mut Self::Context) {
        self.strike("socket-gone");
        self.end(ctx);
    }
}

impl Handler<Close> for WebSocketSession {
    type Result = ();

    fn handle(&mut self, close: Close, ctx: &mut Self::Context) {
        self.close(close.code, close.reason, ctx);
    }
}

impl Handler<Deliver> for WebSocketSession {
    type Result = ();

    fn handle(&mut self, deliver: Deliver, ctx: &mut Self::Context) {
        self.strike("socket-deliver");
        if let Some(feed) = deliver.stop_call {
            if self.stop_calls.contains(&feed) {
                return;
            }
            if self.stop_calls.len() >= STOP_CALLS_KEPT {
                self.stop_calls.pop_front();
            }
            self.stop_calls.push_back(feed);
        }
        self.write(deliver.frame, ctx);
    }
}

impl Handler<Signalled> for WebSocketSession {
    type Result = ();

    fn handle(&mut self, signalled: Signalled, ctx: &mut Self::Context) {
        let Some(name) = self.topic_of(signalled.membership) else {
            return;
        };
        let Some(topic) = self.topics.get(&name) else {
            return;
        };
        let (event, payload) = of_peer(&signalled.from, &signalled.signal);
        let text = frame::push(topic.join_ref.as_deref(), &name, event, &payload);
        self.write(text_frame(&text), ctx);
    }
}

impl Handler<Notice> for WebSocketSession {
    type Result = ();

    fn handle(&mut self, notice: Notice, ctx: &mut Self::Context) {
        self.strike("socket-notice");
        match notice {
            Notice::Closed { membership, reason } => {
                let Some(name) = self.topic_of(membership) else {
                    return;
                };
                self.fail_pending(&name, &RequestError::of_close(reason), ctx);
                let Some(topic) = self.topics.remove(&name) else {
                    return;
                };
                self.push(&topic, "phx_close", &json!({ "reason": reason }), ctx);
                if reason == "replaced" && self.topics.is_empty() {
                    self.close(CloseCode::NORMAL, reason, ctx);
                }
            }
            Notice::MoveOn => self.close(CloseCode::RESTART, "server going down", ctx),
            Notice::Overflow => {
                self.parts.metrics.evicted("slow");
                self.close(CloseCode::TRY_AGAIN_LATER, "too slow", ctx);
            }
        }
    }
}

impl Handler<Reply<RoomReply>> for WebSocketSession {
    type Result = ();

    fn handle(&mut self, reply: Reply<RoomReply>, ctx: &mut Self::Context) {
        fail::fail_point!("socket-joined");
        self.strike("socket-answered");
        self.room_answered(reply.token, reply.answer, ctx);
    }
}

impl Handler<Reply<CallReply>> for WebSocketSession {
    type Result = ();

    fn handle(&mut self, reply: Reply<CallReply>, ctx: &mut Self::Context) {
        self.strike("socket-called");
        self.call_answered(reply.token, reply.answer, ctx);
    }
}

impl Handler<CallEvent> for WebSocketSession {
    type Result = ();

    fn handle(&mut self, event: CallEvent, ctx: &mut Self::Context) {
        self.strike("socket-call-event");
        let Some(name) = self.topic_of(event.membership) else {
            return;
        };
        let Some(topic) = self.topics.get_mut(&name) else {
            return;
        };
        if let CallNotice::Linked { watch } = &event.what {
            let me = ctx.address().downgrade().recipient();
            topic.call = Some(monitor(watch, me));
            return;
        }
        if topic.call.is_none() {
            return; // of a call that is down
        }
        if let Some((event, payload)) = of_call(&event.what) {
            let text = frame::push(topic.join_ref.as_deref(), &name, event, &payload);
            self.write(text_frame(&text), ctx);
        }
    }
}

impl Handler<Down> for WebSocketSession {
    type Result = ();

    fn handle(&mut self, down: Down, _: &mut Self::Context) {
        self.strike("socket-down");
        for topic in self.topics.values_mut() {
            if topic.call.as_ref().is_some_and(|call| call.is(&down)) {
                topic.call = None;
            }
        }
    }
}
