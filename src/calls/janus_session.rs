//! One user's call: a session on the gateway, what is published and what comes down.
//!
//! Started by the Supervisor, at first or after a crash; idles until `start_call`. Ends with
//! [`StopCall`], with its owner, or by a failure that its Supervisor answers. It monitors its owner
//! and is monitored by it. Dropping its lease is what clears the gateway. Knows the gateway through
//! [`Gateway`]; knows nothing of sockets or frames.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix::{
    Actor, ActorContext, ActorFutureExt, Addr, AsyncContext, Context, Handler, Message, Recipient,
    WrapFuture,
};
use tokio::time::Instant;

use super::errors::CallError;
use super::health::HealthBoard;
use super::messages::{
    CallAnswer, CallEvent, CallNotice, CallReply, CallRequest, Command, InCall, OwnerLink,
};
use super::poller::{Heard, Poller};
use super::sessions::{Lease, SessionTable};
use super::subscriptions::{Answer, Offer, Step, Subscriptions};
use crate::gateway::{
    Answered, Gateway, GatewayError, GatewayEvent, Line, MediaRoom, Opened, Publication, Subscribed,
};
use crate::metrics::Metrics;
use crate::names::{Feed, Generation, Kind, Mid, Of, ParticipantId, PublishedStream, StreamSpec};
use crate::otp::spawn::spawn;
use crate::otp::supervisor::Parent;
use crate::otp::{Down, DownReason, MonitorRef, Monitors, ReplyTo, Watch, cast, monitor};
use crate::rooms::RoomError;
use crate::rooms::messages::{CallNews, Happened, MemberGone, Publish};
use crate::rooms::room::Room;
use crate::rooms::table::RoomRecord;
use crate::sdp::{CandidatePolicy, Sdp};

/// A restarted session that nobody starts again stops after this time.
const IDLE: Duration = Duration::from_secs(30);
/// How often the gateway is asked whether it still knows the session: nothing else tells.
const KEEPALIVE: Duration = Duration::from_secs(10);
/// How long it may take to say so.
const KEEPALIVE_WITHIN: Duration = Duration::from_secs(4);
/// How long what the call asks by itself may take.
const REQUEST_WITHIN: Duration = Duration::from_secs(9);
/// After the publisher's connection ended, how long its owner has to say why.
const HANGUP_GRACE: Duration = Duration::from_millis(300);
/// A start that takes so long makes the gateway suspect, so that the next one fails fast.
const SLOW_START: Duration = Duration::from_secs(2);
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
}

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

/// The start that is under way.
struct Start {
    reply: ReplyTo<CallReply>,
    offer: Option<Sdp>,
    streams: Vec<StreamSpec>,
    deadline: Instant,
    began: Instant,
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
    // The ownership of the session on the gateway. Dropping it, in whatever way, clears it there.
    lease: Option<Lease>,
    connection: Option<Connection>,
    published: Vec<PublishedStream>,
    // Media can flow, so that others can subscribe.
    publisher_up: bool,
    receiving: HashMap<Mid, bool>,
    subscriptions: Subscriptions,
    // Counts the lives of the subscribing side: what an earlier one answers is old.
    subscriber_life: u64,
    answering: Option<u64>,
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
        supervisor: &Recipient<Watch>,
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
            lease: None,
            connection: None,
            published: Vec::new(),
            publisher_up: false,
            receiving: HashMap::new(),
            subscriptions: Subscriptions::default(),
            subscriber_life: 0,
            answering: None,
            parent: Parent::watch(supervisor, me.recipient()),
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

    fn line(&self) -> Option<Rc<dyn Line>> {
        self.connection
            .as_ref()
            .map(|connection| Rc::clone(&connection.line))
    }

    // ---- its ends ----

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

    /// The start came to nothing, by no fault that a restart would mend.
    fn refuse_start(&mut self, error: CallError, ctx: &mut Context<Self>) {
        self.record
            .end_generation(&self.feed(), error.reason(), error.retry_ms().is_some());
        if let Some(start) = self.start.take() {
            start.reply.send(Err(error));
        }
        self.end(DownReason::Normal, ctx);
    }

    // ---- its start ----

    fn start(&mut self, start: Start, ctx: &mut Context<Self>) {
        if self.phase != Phase::Idle {
            start.reply.send(Err(CallError::AlreadyStarted));
            return;
        }
        self.phase = Phase::Starting;
        self.generation = Generation::next();
        self.record
            .lock()
            .call_starting(&self.participant, self.generation);
        let lease = self.parts.sessions.lease();
        let open = self.parts.gateway.open(lease.id(), start.deadline);
        self.lease = Some(lease);
        self.start = Some(start);
        fail::fail_point!("session-start");
        ctx.run_later(SLOW_START, |this, _| {
            if this.phase == Phase::Starting {
                this.parts.board.suspect();
            }
        });
        ctx.spawn(
            open.into_actor(self)
                .map(|opened, this, ctx| this.opened(opened, ctx)),
        );
    }

    fn opened(&mut self, opened: Result<Opened, GatewayError>, ctx: &mut Context<Self>) {
        let Opened { line, events } = match opened {
            Ok(opened) => opened,
            Err(error) => return self.start_failed(error, ctx),
        };
        if let Some(lease) = &self.lease {
            lease.confirm();
        }
        let (me, watch) = (ctx.address().recipient(), ctx.address().recipient());
        let poller = spawn("poller", move |ctx| Poller::new(events, me, &watch, ctx));
        let reference = monitor(&poller, ctx.address().downgrade().recipient());
        let connection = Connection {
            line: Rc::clone(&line),
            poller: reference,
            _poller: poller,
        };
        self.connection = Some(connection);
        let Some(start) = &mut self.start else { return };
        let (offer, streams, deadline) = (
            start.offer.take(),
            std::mem::take(&mut start.streams),
            start.deadline,
        );
        let room = MediaRoom {
            id: self.record.media_room.clone(),
            capacity: self.record.capacity,
        };
        let feed = self.feed();
        let publish = async move {
            let known = line.join(room, feed, deadline).await?;
            fail::fail_point!("session-publish");
            let answered = match offer {
                Some(offer) => Some(line.publish(offer, streams, deadline).await?),
                None => None,
            };
            Ok((known, answered))
        };
        ctx.spawn(
            publish
                .into_actor(self)
                .map(|published, this, ctx| this.published(published, ctx)),
        );
    }

    fn published(
        &mut self,
        published: Result<(Vec<Publication>, Option<Answered>), GatewayError>,
        ctx: &mut Context<Self>,
    ) {
        let (known, answered) = match published {
            Ok(published) => published,
            Err(error) => return self.start_failed(error, ctx),
        };
        for publication in known {
            self.subscriptions.published(publication);
        }
        let answer = answered.map(|answered| {
            self.published = answered.streams;
            answered.answer
        });
        let Some(room) = self.room() else {
            return self.refuse_start(RoomError::Restarting.into(), ctx);
        };
        // The room first: from its word on the generation has begun, whatever becomes of the reply.
        let publish = Publish {
            participant: self.participant.clone(),
            generation: self.generation,
        };
        let began = room.send(publish).into_actor(self);
        ctx.spawn(began.map(|began, this, ctx| match began {
            Ok(Ok(())) => this.began(answer, ctx),
            Ok(Err(error)) => this.refuse_start(error.into(), ctx),
            Err(_) => this.refuse_start(RoomError::Restarting.into(), ctx),
        }));
    }

    fn start_failed(&mut self, error: GatewayError, ctx: &mut Context<Self>) {
        if error.is_refusal() {
            self.parts.metrics.janus_error(error.reason());
            self.refuse_start(error.into(), ctx);
        } else {
            self.fail_with(&error, ctx);
        }
    }

    fn began(&mut self, answer: Option<Sdp>, ctx: &mut Context<Self>) {
        if self.phase != Phase::Starting {
            return;
        }
        fail::fail_point!("session-began");
        self.phase = Phase::Live;
        if let Some(start) = self.start.take() {
            self.parts.metrics.call_started(start.began.elapsed());
            start.reply.send(Ok(CallAnswer::Started {
                answer,
                generation: self.generation,
            }));
        }
        self.announce();
        ctx.run_interval(KEEPALIVE, |this, ctx| this.keepalive(ctx));
        ctx.run_interval(TICK, |this, ctx| this.tick(ctx));
        self.advance(ctx);
    }

    // ---- while it lives ----

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

    fn keepalive(&mut self, ctx: &mut Context<Self>) {
        let Some(line) = self.line() else { return };
        let alive = line
            .keepalive(Instant::now() + KEEPALIVE_WITHIN)
            .into_actor(self);
        ctx.spawn(alive.map(|alive, this, ctx| {
            if let Err(error) = alive {
                this.fail_with(&error, ctx);
            }
        }));
    }

    fn tick(&mut self, ctx: &mut Context<Self>) {
        // Told to stop by a word that was lost: the table is the truth.
        if !self
            .record
            .lock()
            .is_live(&self.participant, self.generation)
        {
            return self.end(DownReason::Normal, ctx);
        }
        match self.subscriptions.overdue(Instant::now()) {
            Some(1) => self.renew_subscriber("unanswered", ctx),
            Some(_) => return self.fail("answer_timeout", ctx),
            None => {}
        }
        self.subscriptions.retry();
        self.advance(ctx);
    }

    fn update(
        &mut self,
        offer: Sdp,
        streams: Vec<StreamSpec>,
        deadline: Instant,
        reply: ReplyTo<CallReply>,
        ctx: &mut Context<Self>,
    ) {
        let Some(line) = self.line() else {
            return reply.send(Err(CallError::NoCall));
        };
        let publish = line.publish(offer, streams, deadline).into_actor(self);
        ctx.spawn(publish.map(move |answered, this, ctx| match answered {
            Ok(Answered { answer, streams }) => {
                reply.send(Ok(CallAnswer::Updated { answer }));
                this.published = streams;
                this.announce();
            }
            // The handle cannot be used again after a refusal: the call starts anew.
            Err(error) => {
                reply.send(Err(error.clone().into()));
                this.fail_with(&error, ctx);
            }
        }));
    }

    /// Asks the gateway for whatever is to change of what comes down.
    fn advance(&mut self, ctx: &mut Context<Self>) {
        let (Phase::Live, Some(line)) = (self.phase, self.line()) else {
            return;
        };
        let deadline = Instant::now() + REQUEST_WITHIN;
        let asked = match self.subscriptions.next_step() {
            Step::Nothing => return,
            Step::Change(change) => line.subscribe(change, deadline),
            Step::RestartIce => line.restart_subscriber(deadline),
        };
        let life = self.subscriber_life;
        ctx.spawn(asked.into_actor(self).map(move |subscribed, this, ctx| {
            if life == this.subscriber_life {
                this.subscribed(subscribed, ctx);
            }
        }));
    }

    fn subscribed(
        &mut self,
        subscribed: Result<Subscribed, GatewayError>,
        ctx: &mut Context<Self>,
    ) {
        match subscribed {
            Ok(subscribed) => {
                let offer = self.subscriptions.asked(subscribed, Instant::now());
                if let Some(offer) = offer {
                    self.tell_owner(CallNotice::Offer(offer));
                }
                self.advance(ctx);
            }
            Err(error) => self.fail_with(&error, ctx),
        }
    }

    /// The subscribing side is spoilt: a new one, with everything wanted on it.
    fn renew_subscriber(&mut self, reason: &str, ctx: &mut Context<Self>) {
        self.subscriber_life += 1;
        self.answering = None;
        self.subscriptions.reset();
        self.tell_owner(CallNotice::Hangup {
            of: Of::Subscriber,
            reason: reason.to_owned(),
        });
        if let Some(line) = self.line() {
            let dropped = line.drop_subscriber().into_actor(self);
            ctx.spawn(dropped.map(|(), this, ctx| this.advance(ctx)));
        }
    }

    fn answer(
        &mut self,
        (answer, version): (&str, u64),
        deadline: Instant,
        reply: ReplyTo<CallReply>,
        ctx: &mut Context<Self>,
    ) {
        let Some(line) = self.line() else {
            return reply.send(Err(CallError::NoCall));
        };
        let offer = match self.subscriptions.check_answer(version) {
            Answer::Newest(_) if self.answering == Some(version) => {
                return reply.send(Ok(CallAnswer::Done)); // it is on its way
            }
            Answer::Again => return reply.send(Ok(CallAnswer::Done)),
            Answer::Newest(offer) => offer,
            Answer::Stale(newest) => {
                reply.send(Err(CallError::StaleVersion { version }));
                return self.offer_again(newest);
            }
        };
        let answer = match Sdp::parse_answer(answer, &offer, self.parts.candidates) {
            Ok(answer) => answer,
            Err(error) => return reply.send(Err(error.into())),
        };
        self.answering = Some(version);
        let life = self.subscriber_life;
        let answered = line.answer(answer, deadline).into_actor(self);
        ctx.spawn(answered.map(move |answered, this, ctx| {
            if life != this.subscriber_life {
                return reply.send(Err(CallError::StaleVersion { version }));
            }
            this.answering = None;
            match answered {
                Ok(()) => {
                    this.subscriptions.answered(version);
                    reply.send(Ok(CallAnswer::Done));
                    this.advance(ctx);
                }
                Err(error) if error.is_refusal() => {
                    reply.send(Err(error.clone().into()));
                    match this.subscriptions.answer_refused() {
                        1 => this.renew_subscriber("answer refused", ctx),
                        _ => this.fail_with(&error, ctx),
                    }
                }
                Err(error) => {
                    reply.send(Err(error.clone().into()));
                    this.fail_with(&error, ctx);
                }
            }
        }));
    }

    fn offer_again(&self, offer: Option<Offer>) {
        if let Some(offer) = offer {
            self.tell_owner(CallNotice::Offer(offer));
        }
    }

    /// Passes a request on whose answer changes nothing here.
    fn pass(
        &mut self,
        asked: futures_util::future::LocalBoxFuture<'static, Result<(), GatewayError>>,
        reply: ReplyTo<CallReply>,
        ctx: &mut Context<Self>,
    ) {
        ctx.spawn(
            asked
                .into_actor(self)
                .map(move |done, this, ctx| match done {
                    Ok(()) => reply.send(Ok(CallAnswer::Done)),
                    Err(error) if error.is_refusal() => reply.send(Err(error.into())),
                    Err(error) => {
                        reply.send(Err(error.clone().into()));
                        this.fail_with(&error, ctx);
                    }
                }),
        );
    }

    fn in_call(
        &mut self,
        asked: InCall,
        deadline: Instant,
        reply: ReplyTo<CallReply>,
        ctx: &mut Context<Self>,
    ) {
        let (Phase::Live, Some(line)) = (self.phase, self.line()) else {
            return reply.send(Err(CallError::NoCall));
        };
        match asked {
            InCall::Update { offer, streams } => self.update(offer, streams, deadline, reply, ctx),
            InCall::Trickle { of, candidate } => {
                self.pass(line.trickle(of, candidate, deadline), reply, ctx);
            }
            InCall::Choose {
                selections,
                receive,
            } => {
                let chosen = self.subscriptions.choose(&selections, receive);
                reply.send(match chosen {
                    Ok(()) => Ok(CallAnswer::Done),
                    Err(selection) => Err(not_found(&selection)),
                });
                self.advance(ctx);
            }
            InCall::RestartSubscriber => {
                self.subscriptions.want_restart();
                reply.send(Ok(CallAnswer::Done));
                self.advance(ctx);
            }
            InCall::Answer { answer, version } => {
                self.answer((&answer, version), deadline, reply, ctx);
            }
            InCall::Prefer(preferences) => {
                let named: Result<Vec<_>, _> = preferences
                    .iter()
                    .map(|(selection, layers)| self.subscriptions.prefer(selection, *layers))
                    .collect();
                match named {
                    Ok(named) => self.pass(line.prefer(named, deadline), reply, ctx),
                    Err(selection) => reply.send(Err(not_found(&selection))),
                }
            }
        }
    }

    fn adopt(&mut self, owner: OwnerLink, ctx: &Context<Self>) {
        self.owner_monitor = monitor(&owner.watch, ctx.address().downgrade().recipient());
        self.owner = owner;
        self.tell_owner(CallNotice::Linked {
            watch: ctx.address().recipient(),
        });
        self.offer_again(self.subscriptions.outstanding().cloned());
    }

    fn owner_gone(&mut self, reason: DownReason, ctx: &mut Context<Self>) {
        let membership = self.owner.membership;
        {
            let mut state = self.record.lock();
            if state.is_taken_over(&self.participant, membership) {
                return; // the new owner is about to say so
            }
            state.end(&self.participant, self.generation, "left", false);
        }
        log::debug!(participant = self.participant.as_str(); "owner gone, clearing the gateway");
        // The room learns of it by its own monitor too; whoever comes first.
        if let Some(room) = self.room() {
            cast(&room, MemberGone { membership, reason });
        }
        self.end(DownReason::Normal, ctx);
    }

    fn heard(&mut self, event: GatewayEvent, ctx: &mut Context<Self>) {
        match event {
            GatewayEvent::Publishers(publications) => {
                for publication in publications {
                    if publication.feed.participant != self.participant {
                        self.subscriptions.published(publication);
                    }
                }
                self.advance(ctx);
            }
            GatewayEvent::Unpublished(feed) | GatewayEvent::Leaving(feed) => {
                self.subscriptions.unpublished(&feed);
            }
            GatewayEvent::Talking { feed, talking } => {
                // Everybody hears it of everybody; each says it of oneself.
                if feed == self.feed() {
                    self.tell_room(CallNews::Talking(talking));
                }
            }
            GatewayEvent::Configured(of) => {
                fail::fail_point!("session-configured");
                self.tell_owner(CallNotice::Configured(of));
            }
            GatewayEvent::WebrtcUp(of) => {
                self.tell_owner(CallNotice::WebrtcUp(of));
                if of == Of::Publisher {
                    self.publisher_up = true;
                    self.announce();
                }
            }
            GatewayEvent::Media {
                of: Of::Publisher,
                mid,
                kind,
                receiving,
            } => {
                self.media(mid, kind, receiving, ctx);
            }
            GatewayEvent::Media {
                of: Of::Subscriber, ..
            } => {}
            GatewayEvent::SlowLink {
                of,
                mid,
                uplink,
                lost,
            } => {
                self.tell_owner(CallNotice::SlowLink {
                    of,
                    mid,
                    uplink,
                    lost,
                });
            }
            GatewayEvent::Hangup {
                of: Of::Publisher,
                reason,
            } => {
                self.tell_owner(CallNotice::Hangup {
                    of: Of::Publisher,
                    reason,
                });
                ctx.run_later(HANGUP_GRACE, |this, ctx| this.fail("media_lost", ctx));
            }
            GatewayEvent::Hangup {
                of: Of::Subscriber,
                reason,
            } => {
                self.renew_subscriber(&reason, ctx);
            }
            GatewayEvent::SubscriberOffer(offer) => {
                let offer = self.subscriptions.offered(offer, Instant::now());
                self.tell_owner(CallNotice::Offer(offer));
            }
            GatewayEvent::RoomDestroyed => self.fail("janus_room_destroyed", ctx),
            GatewayEvent::SessionGone { what } => {
                log::info!(participant = self.participant.as_str(), what = what; "taken away");
                self.fail("janus_session_lost", ctx);
            }
            GatewayEvent::Unknown { name } => {
                log::debug!(name = name.as_str(); "unknown event of the gateway");
                self.parts.metrics.janus_error("unknown_event");
            }
        }
    }

    fn media(&mut self, mid: Mid, kind: Kind, receiving: bool, ctx: &mut Context<Self>) {
        let before = self.receiving.insert(mid.clone(), receiving);
        self.tell_room(CallNews::Media {
            mid,
            kind,
            receiving,
        });
        // After a gap the others' pictures stay frozen for seconds, until a key frame.
        if kind == Kind::Video
            && receiving
            && before == Some(false)
            && let Some(line) = self.line()
        {
            let asked = line
                .request_keyframe(Instant::now() + REQUEST_WITHIN)
                .into_actor(self);
            ctx.spawn(asked.map(|asked, this, ctx| {
                if let Err(error) = asked
                    && error.is_outage()
                {
                    this.fail_with(&error, ctx);
                }
            }));
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

impl Handler<CallRequest> for JanusSession {
    type Result = ();

    fn handle(&mut self, request: CallRequest, ctx: &mut Self::Context) {
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

fn not_found(selection: &super::subscriptions::Selection) -> CallError {
    let what = match &selection.mid {
        Some(mid) => format!("{} {mid}", selection.participant),
        None => selection.participant.to_string(),
    };
    CallError::NotFound { what }
}

impl Handler<Heard> for JanusSession {
    type Result = ();

    fn handle(&mut self, heard: Heard, ctx: &mut Self::Context) {
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
