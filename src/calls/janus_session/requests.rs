//! What a member asks of a call that is on.

use std::sync::Arc;

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use futures_util::future::LocalBoxFuture;
use tokio::time::Instant;

use super::{JanusSession, Phase, muting};
use crate::calls::errors::CallError;
use crate::calls::messages::{CallAnswer, CallReply, InCall};
use crate::calls::subscriptions::Selection;
use crate::gateway::{Answered, GatewayError};
use crate::names::StreamSpec;
use crate::otp::ReplyTo;
use crate::sdp::Sdp;

impl JanusSession {
    /// Passes a request on whose answer changes nothing here.
    pub(super) fn pass(
        &mut self,
        asked: LocalBoxFuture<'static, Result<(), GatewayError>>,
        reply: ReplyTo<CallReply>,
        ctx: &mut Context<Self>,
    ) {
        ctx.spawn(asked.into_actor(self).map(move |done, this, ctx| {
            this.strike("session-passed");
            match done {
                Ok(()) => reply.send(Ok(CallAnswer::Done)),
                Err(error) if error.is_refusal() => reply.send(Err(error.into())),
                Err(error) => {
                    reply.send(Err(error.clone().into()));
                    this.fail_with(&error, ctx);
                }
            }
        }));
    }

    pub(super) fn in_call(
        &mut self,
        asked: InCall,
        deadline: Instant,
        reply: ReplyTo<CallReply>,
        ctx: &mut Context<Self>,
    ) {
        let (Phase::Live, Some(line)) = (self.phase, self.line()) else {
            return reply.send(Err(CallError::NoCall));
        };
        fail::fail_point!("session-request");
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

    pub(super) fn update(
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
        let whose = (Arc::clone(&self.record), self.participant.clone());
        let publish = muting::publish(line, whose, (offer, streams), deadline).into_actor(self);
        ctx.spawn(publish.map(move |answered, this, ctx| {
            this.strike("session-updated");
            match answered {
                Ok((Answered { answer, streams }, muted)) => {
                    this.muted.extend(muted);
                    reply.send(Ok(CallAnswer::Updated { answer }));
                    this.published = streams;
                    this.announce();
                    this.follow_mutes(ctx);
                }
                // The handle cannot be used again after a refusal: the call starts anew.
                Err(error) => {
                    reply.send(Err(error.clone().into()));
                    this.fail_with(&error, ctx);
                }
            }
        }));
    }
}

fn not_found(selection: &Selection) -> CallError {
    let what = match &selection.mid {
        Some(mid) => format!("{} {mid}", selection.participant),
        None => selection.participant.to_string(),
    };
    CallError::NotFound { what }
}
