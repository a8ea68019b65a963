//! How a call starts: a session is opened, what is offered is published, the generation begins.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use tokio::time::Instant;

use super::{Connection, JanusSession, KEEPALIVE, Phase, TICK, muting};
use crate::calls::errors::CallError;
use crate::calls::messages::{CallAnswer, CallReply};
use crate::calls::poller::Poller;
use crate::calls::starts::Turn;
use crate::gateway::{GatewayError, MediaRoom, Opened, Publication};
use crate::names::{Generation, StreamSpec};
use crate::otp::spawn::spawn;
use crate::otp::{DownReason, ReplyTo, monitor};
use crate::rooms::RoomError;
use crate::rooms::messages::Publish;
use crate::rooms::ports::MembershipId;
use crate::sdp::Sdp;

/// A start that takes so long makes the gateway suspect, so that the next one fails fast.
const SLOW_START: Duration = Duration::from_secs(2);

/// The start that is under way.
pub(super) struct Start {
    pub(super) reply: ReplyTo<CallReply>,
    pub(super) offer: Option<Sdp>,
    pub(super) streams: Vec<StreamSpec>,
    pub(super) deadline: Instant,
    pub(super) began: Instant,
    pub(super) membership: MembershipId,
}

impl JanusSession {
    pub(super) fn start(&mut self, start: Start, ctx: &mut Context<Self>) {
        if self.phase != Phase::Idle {
            start.reply.send(Err(CallError::AlreadyStarted));
            return;
        }
        self.generation = Generation::next();
        // A start that was on its way here when another connection took over is nobody's now.
        let membership = start.membership;
        if !self.record.lock().call_starting(&self.feed(), membership) {
            return start.reply.send(Err(RoomError::NotJoined.into()));
        }
        self.phase = Phase::Starting;
        let turn = self.parts.starts.clone().turn(start.deadline);
        self.start = Some(start);
        ctx.spawn(
            turn.into_actor(self)
                .map(|turn, this, ctx| this.has_turn(turn, ctx)),
        );
    }

    fn has_turn(&mut self, turn: Result<Turn, CallError>, ctx: &mut Context<Self>) {
        // It may have gone away meanwhile: those who waited are told so at once, not one by one.
        match turn.and_then(|turn| self.parts.board.check().map(|()| turn)) {
            Ok(turn) => self.turn = Some(turn),
            Err(error) => return self.refuse_start(error, ctx),
        }
        let Some(start) = &self.start else { return };
        let lease = self.parts.sessions.lease();
        let open = self.parts.gateway.open(lease.id(), start.deadline);
        self.lease = Some(lease);
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

    pub(super) fn opened(&mut self, opened: Result<Opened, GatewayError>, ctx: &mut Context<Self>) {
        self.strike("session-opened");
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
        let whose = (Arc::clone(&self.record), self.participant.clone());
        let publish = async move {
            let known = line.join(room, feed, deadline).await?;
            fail::fail_point!("session-publish");
            let answered = match offer {
                Some(offer) => {
                    Some(muting::publish(line, whose, (offer, streams), deadline).await?)
                }
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

    pub(super) fn published(
        &mut self,
        published: Result<(Vec<Publication>, Option<muting::Published>), GatewayError>,
        ctx: &mut Context<Self>,
    ) {
        self.strike("session-published");
        let (known, answered) = match published {
            Ok(published) => published,
            Err(error) => return self.start_failed(error, ctx),
        };
        for publication in known {
            self.subscriptions.published(publication);
        }
        let answer = answered.map(|(answered, muted)| {
            self.muted = muted;
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

    pub(super) fn start_failed(&mut self, error: GatewayError, ctx: &mut Context<Self>) {
        if error.is_refusal() {
            self.parts.metrics.janus_error(error.reason());
            self.refuse_start(error.into(), ctx);
        } else {
            self.fail_with(&error, ctx);
        }
    }

    pub(super) fn began(&mut self, answer: Option<Sdp>, ctx: &mut Context<Self>) {
        if self.phase != Phase::Starting {
            return;
        }
        fail::fail_point!("session-began");
        self.strike("session-begins");
        self.phase = Phase::Live;
        self.turn = None;
        if let Some(start) = self.start.take() {
            self.parts.metrics.call_started(start.began.elapsed());
            start.reply.send(Ok(CallAnswer::Started {
                answer,
                generation: self.generation,
            }));
        }
        self.announce();
        self.follow_mutes(ctx); // what changed while it started
        ctx.run_interval(KEEPALIVE, |this, ctx| this.keepalive(ctx));
        ctx.run_interval(TICK, |this, ctx| this.tick(ctx));
        self.advance(ctx);
    }

    /// The start came to nothing, by no fault that a restart would mend.
    pub(super) fn refuse_start(&mut self, error: CallError, ctx: &mut Context<Self>) {
        self.record
            .end_generation(&self.feed(), error.reason(), error.retry_ms().is_some());
        if let Some(start) = self.start.take() {
            start.reply.send(Err(error));
        }
        self.end(DownReason::Normal, ctx);
    }
}
