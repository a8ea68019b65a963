//! To whom a call is tied: to its owner, whose end is its own, and to the gateway, which says of
//! itself too little.

use actix::{ActorFutureExt, AsyncContext, Context, Handler, WrapFuture};
use tokio::time::Instant;

use super::{Check, JanusSession, KEEPALIVE_WITHIN, Phase};
use crate::calls::messages::{CallNotice, OwnerLink};
use crate::otp::{DownReason, cast, monitor};
use crate::rooms::messages::MemberGone;

impl JanusSession {
    pub(super) fn keepalive(&mut self, ctx: &mut Context<Self>) {
        self.strike("session-keepalive");
        let Some(line) = self.line() else { return };
        if std::mem::replace(&mut self.asking_alive, true) {
            return;
        }
        let alive = line.keepalive(Instant::now() + KEEPALIVE_WITHIN);
        ctx.spawn(alive.into_actor(self).map(|alive, this, ctx| {
            this.strike("session-alive");
            this.asking_alive = false;
            if let Err(error) = alive {
                this.fail_with(&error, ctx);
            }
        }));
    }

    pub(super) fn tick(&mut self, ctx: &mut Context<Self>) {
        self.strike("session-tick");
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
        self.follow_mutes(ctx);
    }

    pub(super) fn adopt(&mut self, owner: OwnerLink, ctx: &Context<Self>) {
        self.strike("session-adopt");
        self.owner_monitor = monitor(&owner.watch, ctx.address().downgrade().recipient());
        self.owner = owner;
        self.tell_owner(CallNotice::Linked {
            watch: ctx.address().recipient(),
        });
        self.offer_again(self.subscriptions.outstanding().cloned());
    }

    pub(super) fn owner_gone(&mut self, reason: DownReason, ctx: &mut Context<Self>) {
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
}

impl Handler<Check> for JanusSession {
    type Result = ();

    fn handle(&mut self, _: Check, ctx: &mut Self::Context) {
        self.strike("session-check");
        if self.phase == Phase::Live {
            self.keepalive(ctx);
        }
    }
}
