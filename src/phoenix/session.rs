//! The WebSocketSession: one connection, an ordinary actor; the HTTP response's body is its outbox.
//!
//! Started by `http/` at the upgrade; ends with its socket, by a protocol error, or when it cannot
//! keep up. Reads frames, answers each with exactly one reply, writes what its rooms and calls send.
//! Being an actor of its own, it goes on while its peer does not read. Knows the wire, not the
//! gateway.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, ActorContext, AsyncContext, Context, Handler, Message, StreamHandler};
use actix_web::error::PayloadError;
use bytes::Bytes;
use serde::Serialize;
use serde_json::json;
use tokio::time::Instant;

use super::channel::{self, Asked, JoinParams};
use super::errors::RequestError;
use super::events::of_call;
use super::frame::{self, Frame, Status};
use super::limits::Limits;
use super::outbox::{Outbox, Refused, Voice};
use super::topic::{Topic, room_of};
use super::websocket::{CloseCode, Decoder, Incoming, ping_frame, text_frame};
use crate::calls::CallError;
use crate::calls::directory::CallsDirectory;
use crate::calls::messages::{
    CallAnswer, CallEvent, CallNotice, CallReply, CallRequest, Command, OwnerLink,
};
use crate::metrics::Metrics;
use crate::names::{Feed, ParticipantId, RoomName};
use crate::otp::send::{Slot, Slots};
use crate::otp::{Down, DownReason, Monitors, Reply, ReplyTo, cast, monitor};
use crate::rooms::ports::{Deliver, MemberLink, MembershipId, Notice};
use crate::rooms::registry::Enter;
use crate::rooms::room::{Ask, Join, Joined, Leave, RoomAnswer, RoomReply};
use crate::rooms::{RoomError, RoomTable};
use crate::sdp::CandidatePolicy;

/// Between pings of the server.
const PING_EVERY: Duration = Duration::from_secs(4);
/// Without a byte for so long, the connection is gone: two pings and a little.
const SILENCE: Duration = Duration::from_secs(9);
/// How often both are looked at.
const TICK: Duration = Duration::from_secs(1);
/// All that one request may take: the official client gives up at 10 s.
const BUDGET: Duration = Duration::from_secs(9);
/// An answer that never came is given by then.
const ANSWER_BY: Duration = Duration::from_millis(9_500);
/// Rooms of one socket.
const MAX_ROOMS: usize = 8;
/// How many `stop_call`s are remembered as sent: a room that died half-way says them again.
const STOP_CALLS_KEPT: usize = 64;
/// A leave that met a room between two lives is repeated after this.
const LEAVE_AGAIN: Duration = Duration::from_millis(200);
/// Messages that may wait for a session; beyond, it cannot keep up.
const MAILBOX: usize = 1_024;

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
    /// Which candidates pass.
    pub candidates: CandidatePolicy,
    /// Counted here.
    pub metrics: Arc<Metrics>,
    /// Set once the server goes down: joins are refused.
    pub draining: std::sync::atomic::AtomicBool,
}

/// What is the same in each join's reply.
#[derive(Clone, Debug)]
pub struct Welcome {
    /// `gateway` or `mesh`.
    pub mode: &'static str,
    /// As `RTCConfiguration.iceServers`.
    pub ice_servers: serde_json::Value,
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

/// A request whose answer is awaited.
struct Pending {
    topic: String,
    join_ref: Option<String>,
    reference: Option<String>,
    kind: PendingKind,
    since: Instant,
    /// The client was told that it took too long; what comes of it is still to be undone.
    told: bool,
}

enum PendingKind {
    Join {
        membership: MembershipId,
        replaces: Option<MembershipId>,
    },
    Leave {
        room: RoomName,
        membership: MembershipId,
    },
    Room,
    Call,
    /// Asked by the session itself: nobody is to be answered.
    Own,
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
    stop_calls: VecDeque<Feed>,
    heard: Instant,
    beat: Instant,
    heartbeat_within: Duration,
    pinged: Instant,
    monitors: Monitors,
    _connection: Slot,
}

impl WebSocketSession {
    /// The actor of an upgraded connection. `heartbeat_within`: how long the client may go without a
    /// heartbeat; `connection` holds its place among all.
    pub fn new(
        parts: Arc<SessionParts>,
        outbox: &Outbox,
        heartbeat_within: Duration,
        connection: Slot,
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
            stop_calls: VecDeque::new(),
            heard: now,
            beat: now,
            heartbeat_within,
            pinged: now,
            monitors: Monitors::default(),
            _connection: connection,
        }
    }

    // ---- out ----

    fn write(&mut self, frame: Bytes, ctx: &mut Context<Self>) {
        if self.voice.push(frame) == Err(Refused::Overflow) {
            self.parts.metrics.evicted("slow");
            log::info!("connection too slow, evicted");
            self.end(ctx);
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

    // ---- in ----

    fn incoming(&mut self, incoming: Incoming, ctx: &mut Context<Self>) {
        match incoming {
            Incoming::Text(text) => self.text(&text, ctx),
            Incoming::Binary(bytes) => self.binary(&bytes, ctx),
            Incoming::Ping | Incoming::Pong => {}
            Incoming::Close(_) => {
                if let Some(echo) = self.decoder.take_output() {
                    self.voice.end_with(echo);
                }
                self.end(ctx);
            }
            Incoming::Violation(violation) => {
                self.parts.metrics.evicted("protocol");
                self.close(violation.code(), &violation.to_string(), ctx);
            }
        }
    }

    fn binary(&mut self, bytes: &[u8], ctx: &mut Context<Self>) {
        let detail = "binary frames carry nothing here";
        let parts = frame::decode_binary(bytes).map(|header| frame::Parts {
            join_ref: header.join_ref,
            reference: header.reference,
            topic: Some(header.topic),
            event: Some(header.event),
        });
        let parts = Box::new(parts.unwrap_or_default());
        self.undecodable(frame::FrameError::Malformed { detail, parts }, ctx);
    }

    /// Answers a frame that could not be read, by whatever refs it had.
    fn undecodable(&mut self, error: frame::FrameError, ctx: &mut Context<Self>) {
        let frame::Parts {
            join_ref,
            reference,
            topic,
            ..
        } = error.parts().clone();
        let to = match topic {
            Some(topic) if reference.is_some() => addressed(topic, join_ref, reference),
            _ => addressed("phoenix".into(), None, None),
        };
        self.reply(&to, Err(error.into()), ctx);
    }

    fn text(&mut self, text: &str, ctx: &mut Context<Self>) {
        match frame::decode(text) {
            Ok(frame) => self.frame(frame, text.len(), ctx),
            Err(error) => {
                // Counted as any frame: rubbish is not cheaper than sense.
                let _ = self.limits.count("");
                self.undecodable(error, ctx);
            }
        }
    }

    fn frame(&mut self, frame: Frame, bytes: usize, ctx: &mut Context<Self>) {
        let Frame {
            join_ref,
            reference,
            topic,
            event,
            payload,
        } = frame;
        let to = addressed(topic, join_ref, reference);
        let limit = channel::max_frame_bytes(&event);
        let checked = self
            .limits
            .count(&event)
            .and_then(|()| match bytes > limit {
                true => Err(RequestError::TooLarge {
                    what: "such a frame",
                    limit,
                }),
                false => Ok(()),
            });
        if let Err(error) = checked {
            return self.reply(&to, Err(error), ctx);
        }
        if to.topic == "phoenix" {
            let response = match event.as_str() {
                "heartbeat" => {
                    self.beat = Instant::now();
                    Ok(json!({}))
                }
                _ => Err(RequestError::UnknownEvent),
            };
            return self.reply(&to, response, ctx);
        }
        let room = match room_of(&to.topic) {
            Ok(room) => room,
            Err(error) => return self.reply(&to, Err(error), ctx),
        };
        match event.as_str() {
            "phx_join" => self.join(to, room, &payload, ctx),
            "phx_leave" => self.leave(to, ctx),
            _ => self.request(to, &event, &payload, ctx),
        }
    }

    fn token(&mut self, pending: Pending) -> u64 {
        self.tokens += 1;
        self.pending.insert(self.tokens, pending);
        self.tokens
    }

    fn room_reply(token: u64, ctx: &Context<Self>) -> ReplyTo<RoomReply> {
        ReplyTo::new(
            ctx.address().recipient(),
            token,
            Arc::new(|| Err(RoomError::Restarting)),
        )
    }

    fn join(
        &mut self,
        mut to: Pending,
        room: RoomName,
        payload: &serde_json::value::RawValue,
        ctx: &mut Context<Self>,
    ) {
        let params = match channel::join(payload) {
            Ok(params) => params,
            Err(error) => return self.reply(&to, Err(error), ctx),
        };
        if self
            .parts
            .draining
            .load(std::sync::atomic::Ordering::Relaxed)
        {
            return self.reply(&to, Err(RoomError::Draining.into()), ctx);
        }
        if !self.topics.contains_key(&to.topic) && self.topics.len() >= MAX_ROOMS {
            return self.reply(
                &to,
                Err(RequestError::TooManyRooms { limit: MAX_ROOMS }),
                ctx,
            );
        }
        let Some(slot) = self.parts.joins.take() else {
            return self.reply(&to, Err(RoomError::Busy.into()), ctx);
        };
        let JoinParams { name, resume, call } = params;
        let membership = MembershipId::next();
        let topic = Topic {
            room: room.clone(),
            join_ref: to.join_ref.clone(),
            membership,
            participant: None,
            call: None,
        };
        // A second join of the topic: the first membership ends, but not before the new one stands,
        // so that a resume finds it. Its late leave ends nothing.
        let old = self.topics.insert(to.topic.clone(), topic);
        if old.is_some() {
            self.fail_pending(&to.topic, ctx);
        }
        let replaces = old.map(|old| old.membership);
        to.kind = PendingKind::Join {
            membership,
            replaces,
        };
        let token = self.token(to);
        let me = ctx.address();
        let link = MemberLink {
            membership,
            deliver: me.clone().recipient(),
            notice: me.clone().recipient(),
            watch: me.recipient(),
        };
        let reply = Self::room_reply(token, ctx);
        (self.parts.enter)(Enter {
            room,
            join: Join {
                link,
                name,
                resume,
                call,
                reply,
                slot,
            },
        });
    }

    /// What a topic had asked and not got ends, since its membership does.
    fn fail_pending(&mut self, topic: &str, ctx: &mut Context<Self>) {
        let tokens: Vec<u64> = self
            .pending
            .iter()
            .filter(|(_, p)| {
                p.topic == topic && matches!(p.kind, PendingKind::Room | PendingKind::Call)
            })
            .map(|(token, _)| *token)
            .collect();
        for token in tokens {
            if let Some(pending) = self.pending.remove(&token) {
                self.reply(&pending, Err(RequestError::Replaced), ctx);
            }
        }
    }

    fn leave(&mut self, mut to: Pending, ctx: &mut Context<Self>) {
        let meant = self
            .topics
            .get(&to.topic)
            .is_some_and(|t| t.is_meant(to.join_ref.as_deref()));
        let Some(topic) = meant.then(|| self.topics.remove(&to.topic)).flatten() else {
            return self.reply(&to, Ok(json!({})), ctx);
        };
        let (room, membership) = (topic.room, topic.membership);
        to.kind = PendingKind::Leave {
            room: room.clone(),
            membership,
        };
        let token = self.token(to);
        self.send_leave(&room, membership, Some(Self::room_reply(token, ctx)));
    }

    fn send_leave(
        &self,
        room: &RoomName,
        membership: MembershipId,
        reply: Option<ReplyTo<RoomReply>>,
    ) {
        let record = self.parts.rooms.get(room);
        match record.and_then(|record| record.lock().room.clone()) {
            Some(room) => cast(&room, Leave { membership, reply }),
            // No such room: nobody is in it.
            None => {
                if let Some(reply) = reply {
                    reply.send(Ok(RoomAnswer::Done));
                }
            }
        }
    }

    fn request(
        &mut self,
        mut to: Pending,
        event: &str,
        payload: &serde_json::value::RawValue,
        ctx: &mut Context<Self>,
    ) {
        let topic = self
            .topics
            .get(&to.topic)
            .filter(|t| t.is_meant(to.join_ref.as_deref()));
        let joined =
            topic.and_then(|t| Some((t.room.clone(), t.membership, t.participant.clone()?)));
        let Some((room, membership, participant)) = joined else {
            return self.reply(&to, Err(RequestError::NotJoined), ctx);
        };
        let asked = match channel::request(event, payload, self.parts.candidates) {
            Ok(asked) => asked,
            Err(error) => return self.reply(&to, Err(error), ctx),
        };
        match asked {
            Asked::Nothing => self.reply(&to, Ok(json!({})), ctx),
            Asked::Room(what) => {
                let record = self.parts.rooms.get(&room);
                let Some(record) = record else {
                    return self.reply(&to, Err(RequestError::NotJoined), ctx);
                };
                let (Some(slot), Some(address)) =
                    (record.requests.take(), record.lock().room.clone())
                else {
                    return self.reply(&to, Err(RoomError::Busy.into()), ctx);
                };
                to.kind = PendingKind::Room;
                let token = self.token(to);
                let reply = Self::room_reply(token, ctx);
                cast(
                    &address,
                    Ask {
                        membership,
                        what,
                        reply,
                        slot,
                    },
                );
            }
            Asked::Call(command) => {
                to.kind = PendingKind::Call;
                self.call(to, (room, membership, participant), command, ctx);
            }
        }
    }

    fn call(
        &mut self,
        to: Pending,
        (room, membership, participant): (RoomName, MembershipId, ParticipantId),
        command: Command,
        ctx: &mut Context<Self>,
    ) {
        let Some(directory) = &self.parts.calls else {
            return self.reply(&to, Err(CallError::WrongMode.into()), ctx);
        };
        let Some(supervisor) = directory.get(&room) else {
            return self.reply(&to, Err(RoomError::Restarting.into()), ctx);
        };
        let token = self.token(to);
        let me = ctx.address();
        let reply = ReplyTo::<CallReply>::new(
            me.clone().recipient(),
            token,
            Arc::new(|| Err(RoomError::Restarting.into())),
        );
        let owner = OwnerLink {
            membership,
            events: me.clone().recipient(),
            watch: me.recipient(),
        };
        let deadline = Instant::now() + BUDGET;
        cast(
            &supervisor,
            CallRequest {
                participant,
                owner,
                command,
                deadline,
                reply,
            },
        );
    }

    // ---- answers ----

    fn joined(
        &mut self,
        pending: &Pending,
        (membership, replaces): (MembershipId, Option<MembershipId>),
        reply: Result<Joined, RoomError>,
        ctx: &mut Context<Self>,
    ) {
        let current = self
            .topics
            .get_mut(&pending.topic)
            .filter(|t| t.membership == membership);
        let Some(topic) = current else {
            // Left, or joined again, or told that it took too long: these memberships are nobody's.
            if let Ok(room) = room_of(&pending.topic) {
                for membership in [Some(membership), replaces].into_iter().flatten() {
                    self.leave_for_good(&room, membership, ctx);
                }
            }
            if !pending.told {
                self.reply(pending, Err(RequestError::Replaced), ctx);
            }
            return;
        };
        let room = topic.room.clone();
        let response = match reply {
            Ok(joined) => {
                topic.participant = Some(joined.participant.clone());
                self.parts.metrics.join(pending.since.elapsed());
                let Welcome {
                    mode,
                    ice_servers,
                    limits,
                    server,
                } = &self.parts.welcome;
                let response = json!({
                    "participant": joined.participant,
                    "resume": joined.resume,
                    "resumed": joined.resumed,
                    "call": joined.call,
                    "room": { "name": room, "mode": mode, "locked": false, "recording": false },
                    "grants": [],
                    "ice_servers": ice_servers,
                    "limits": limits,
                    "server": server,
                });
                self.reply(pending, Ok(response), ctx);
                for frame in joined.frames {
                    self.write(frame, ctx);
                }
                if joined.resumed && self.parts.calls.is_some() {
                    // A call that goes on has a new owner.
                    let own = Pending {
                        kind: PendingKind::Own,
                        ..addressed(pending.topic.clone(), None, None)
                    };
                    self.call(
                        own,
                        (room.clone(), membership, joined.participant),
                        Command::Adopt,
                        ctx,
                    );
                }
                None
            }
            Err(error) => {
                self.topics.remove(&pending.topic);
                if error == RoomError::Restarting {
                    // It may have died of it after it took us in.
                    self.leave_for_good(&room, membership, ctx);
                }
                Some(error)
            }
        };
        if let Some(error) = response {
            self.reply(pending, Err(error.into()), ctx);
        }
        if let Some(old) = replaces {
            self.leave_for_good(&room, old, ctx);
        }
    }

    /// Ends a membership that no client knows (any more): asked until a room took it.
    fn leave_for_good(&mut self, room: &RoomName, membership: MembershipId, ctx: &Context<Self>) {
        let kind = PendingKind::Leave {
            room: room.clone(),
            membership,
        };
        let token = self.token(Pending {
            kind,
            told: true, // nobody waits for the answer
            ..addressed(super::events::topic(room), None, None)
        });
        self.send_leave(room, membership, Some(Self::room_reply(token, ctx)));
    }

    fn room_answered(&mut self, token: u64, answer: RoomReply, ctx: &mut Context<Self>) {
        let Some(pending) = self.pending.remove(&token) else {
            return;
        };
        match (&pending.kind, answer) {
            (
                PendingKind::Join {
                    membership,
                    replaces,
                },
                answer,
            ) => {
                let joined = match answer {
                    Ok(RoomAnswer::Joined(joined)) => Ok(*joined),
                    Ok(RoomAnswer::Done) => Err(RoomError::Restarting),
                    Err(error) => Err(error),
                };
                let ids = (*membership, *replaces);
                self.joined(&pending, ids, joined, ctx);
            }
            // A leave is repeated until a room took it: it is never lost.
            (PendingKind::Leave { room, membership }, Err(_)) => {
                let (room, membership) = (room.clone(), *membership);
                self.pending.insert(token, pending);
                ctx.run_later(LEAVE_AGAIN, move |this, ctx| {
                    this.send_leave(&room, membership, Some(Self::room_reply(token, ctx)));
                });
            }
            (PendingKind::Leave { .. }, Ok(_)) if pending.told => {}
            (PendingKind::Leave { .. }, Ok(_)) => {
                self.reply(&pending, Ok(json!({})), ctx);
                let (join_ref, topic) = (pending.join_ref.as_deref(), pending.topic.as_str());
                let closed = frame::push(join_ref, topic, "phx_close", &json!({}));
                self.write(text_frame(&closed), ctx);
            }
            (_, Ok(_)) => self.reply(&pending, Ok(json!({})), ctx),
            (_, Err(error)) => self.reply(&pending, Err(error.into()), ctx),
        }
    }

    fn call_answered(&mut self, token: u64, answer: CallReply, ctx: &mut Context<Self>) {
        let Some(pending) = self.pending.remove(&token) else {
            return;
        };
        if matches!(pending.kind, PendingKind::Own) {
            return;
        }
        let jsep = |sdp: &crate::sdp::Sdp| json!({ "type": "answer", "sdp": sdp.as_str() });
        let response = answer
            .map_err(RequestError::from)
            .map(|answer| match answer {
                CallAnswer::Started { answer, generation } => {
                    json!({ "jsep": answer.as_ref().map(jsep), "generation": generation })
                }
                CallAnswer::Updated { answer } => json!({ "jsep": jsep(&answer) }),
                CallAnswer::Done => json!({}),
            });
        self.reply(&pending, response, ctx);
    }

    // ---- time ----

    fn tick(&mut self, ctx: &mut Context<Self>) {
        let now = Instant::now();
        if now - self.heard >= SILENCE {
            self.parts.metrics.evicted("ping");
            log::info!("connection silent, evicted");
            return self.close(CloseCode::AWAY, "silent", ctx);
        }
        if now - self.beat >= self.heartbeat_within {
            self.parts.metrics.evicted("heartbeat");
            log::info!("heartbeat overdue, evicted");
            return self.close(CloseCode::AWAY, "heartbeat overdue", ctx);
        }
        if now - self.pinged >= PING_EVERY {
            self.pinged = now;
            self.voice.push_front(ping_frame());
        }
        let overdue: Vec<u64> = self
            .pending
            .iter()
            .filter(|(_, p)| !p.told && now - p.since >= ANSWER_BY)
            .map(|(token, _)| *token)
            .collect();
        for token in overdue {
            self.overdue(token, ctx);
        }
    }

    /// Answers for whoever did not.
    fn overdue(&mut self, token: u64, ctx: &mut Context<Self>) {
        let Some(mut pending) = self.pending.remove(&token) else {
            return;
        };
        match &pending.kind {
            PendingKind::Own => return,
            PendingKind::Room | PendingKind::Call => {}
            // What was joined will be left once it is known; a leave is repeated until it is done.
            PendingKind::Join { .. } | PendingKind::Leave { .. } => {
                if matches!(pending.kind, PendingKind::Join { .. }) {
                    self.topics.remove(&pending.topic);
                }
                pending.told = true;
            }
        }
        self.reply(&pending, Err(RequestError::Timeout), ctx);
        if pending.told {
            self.pending.insert(token, pending);
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

/// Where an answer goes. What kind of request it is, is filled in by whoever waits for it.
fn addressed(topic: String, join_ref: Option<String>, reference: Option<String>) -> Pending {
    Pending {
        topic,
        join_ref,
        reference,
        kind: PendingKind::Own,
        since: Instant::now(),
        told: false,
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
        let Ok(bytes) = bytes else {
            return self.end(ctx);
        };
        self.heard = Instant::now();
        for incoming in self.decoder.feed(&bytes) {
            self.incoming(incoming, ctx);
            if self.voice.has_ended() {
                return;
            }
        }
        if let Some(pong) = self.decoder.take_output() {
            self.write(pong, ctx);
        }
    }

    fn finished(&mut self, ctx: &mut Self::Context) {
        self.end(ctx);
    }
}

impl Handler<SocketGone> for WebSocketSession {
    type Result = ();

    fn handle(&mut self, _: SocketGone, ctx: &mut Self::Context) {
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

impl Handler<Notice> for WebSocketSession {
    type Result = ();

    fn handle(&mut self, notice: Notice, ctx: &mut Self::Context) {
        match notice {
            Notice::Closed { membership, reason } => {
                let Some(name) = self.topic_of(membership) else {
                    return;
                };
                self.fail_pending(&name, ctx);
                let Some(topic) = self.topics.remove(&name) else {
                    return;
                };
                self.push(&topic, "phx_close", &json!({ "reason": reason }), ctx);
                if reason == "replaced" && self.topics.is_empty() {
                    self.close(CloseCode::NORMAL, reason, ctx);
                }
            }
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
        self.room_answered(reply.token, reply.answer, ctx);
    }
}

impl Handler<Reply<CallReply>> for WebSocketSession {
    type Result = ();

    fn handle(&mut self, reply: Reply<CallReply>, ctx: &mut Self::Context) {
        self.call_answered(reply.token, reply.answer, ctx);
    }
}

impl Handler<CallEvent> for WebSocketSession {
    type Result = ();

    fn handle(&mut self, event: CallEvent, ctx: &mut Self::Context) {
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
        for topic in self.topics.values_mut() {
            if topic.call.as_ref().is_some_and(|call| call.is(&down)) {
                topic.call = None;
            }
        }
    }
}
