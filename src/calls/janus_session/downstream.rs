//! What comes down: what is asked of the gateway, what is offered, what the browser answers.

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use tokio::time::Instant;

use super::{JanusSession, Phase, REQUEST_WITHIN};
use crate::calls::errors::CallError;
use crate::calls::messages::{CallAnswer, CallNotice, CallReply};
use crate::calls::subscriptions::{Answer, Offer, Step};
use crate::gateway::{GatewayError, Subscribed};
use crate::names::Of;
use crate::otp::ReplyTo;
use crate::rooms::authorisation;
use crate::sdp::Sdp;

impl JanusSession {
    /// Asks the gateway for whatever is to change of what comes down.
    pub(super) fn advance(&mut self, ctx: &mut Context<Self>) {
        let (Phase::Live, Some(line)) = (self.phase, self.line()) else {
            return;
        };
        if authorisation::may_receive(self.record.lock().grants_of(&self.participant)).is_err() {
            return;
        }
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

    pub(super) fn subscribed(
        &mut self,
        subscribed: Result<Subscribed, GatewayError>,
        ctx: &mut Context<Self>,
    ) {
        self.strike("session-subscribed");
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
    pub(super) fn renew_subscriber(&mut self, reason: &str, ctx: &mut Context<Self>) {
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

    pub(super) fn answer(
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
            this.strike("session-answered");
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

    pub(super) fn offer_again(&self, offer: Option<Offer>) {
        if let Some(offer) = offer {
            self.tell_owner(CallNotice::Offer(offer));
        }
    }
}
