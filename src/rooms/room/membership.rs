//! Who comes and goes: join, takeover, leave, and the room's end when it stood empty.

use std::sync::Arc;

use actix::{AsyncContext, Context};
use bytes::Bytes;
use tokio::time::Instant;

use super::{MESH_CAPACITY, RETIRE_AFTER, Room};
use crate::names::{ParticipantId, unix_ms};
use crate::otp::{DownReason, cast, monitor};
use crate::rooms::errors::RoomError;
use crate::rooms::events::RoomEvent;
use crate::rooms::messages::{Join, Joined, RoomAnswer};
use crate::rooms::ports::{CallsOrder, MemberLink, MembershipId, Notice};
use crate::rooms::presence::PresenceDiff;
use crate::rooms::registry::Retire;
use crate::rooms::state::{Arrival, Ending, Member};

impl Room {
    pub(super) fn watch_member(&mut self, link: &MemberLink, ctx: &Context<Self>) {
        let reference = monitor(&link.watch, ctx.address().downgrade().recipient());
        self.by_membership.insert(link.membership, reference.id());
        self.watched
            .insert(reference.id(), (reference, link.membership));
    }

    pub(super) fn unwatch(&mut self, membership: MembershipId) {
        if let Some(id) = self.by_membership.remove(&membership) {
            self.watched.remove(&id);
        }
    }

    pub(super) fn leave(
        &mut self,
        membership: MembershipId,
        why: DownReason,
        ctx: &mut Context<Self>,
    ) {
        self.unwatch(membership);
        let mut diff = PresenceDiff::default();
        let left = {
            let mut state = self.record.lock();
            let who = state.member_of(membership).cloned();
            who.filter(|who| state.leave(who, Instant::now(), &mut diff))
        };
        let Some(participant) = left else {
            // Taken over meanwhile; what the end of its call is owed is said all the same.
            return self.say_owed(PresenceDiff::default());
        };
        log::info!(room = self.record.name.as_str(), participant = participant.as_str(),
            reason = why.word(); "participant left");
        // Before anything is said: a room that dies of saying it must have ended the call.
        self.order_calls(CallsOrder::End { participant });
        self.say_owed(diff);
        self.mind_lobby(ctx);
        self.retire_if_empty(ctx);
    }

    pub(super) fn retire_if_empty(&mut self, ctx: &mut Context<Self>) {
        let given_out = {
            let state = self.record.lock();
            if !state.is_empty() {
                return;
            }
            state.given_out
        };
        self.emptied += 1;
        let emptied = self.emptied;
        ctx.run_later(RETIRE_AFTER, move |this, ctx| {
            let stood_empty = {
                let mut state = this.record.lock();
                let stood_empty = this.emptied == emptied && state.is_empty();
                if stood_empty {
                    // The room has ended, also if whoever waits before its door keeps it from going.
                    state.forget();
                }
                stood_empty
            };
            if stood_empty {
                this.mind_lobby(ctx);
                (this.parts.retire)(Retire {
                    room: Arc::clone(&this.record),
                    given_out,
                });
                // Again, should the registry have been between two lives.
                this.retire_if_empty(ctx);
            }
        });
    }

    /// The refusal, told more exactly where it is a mesh's size that keeps somebody out.
    fn refusal(&self, error: RoomError) -> RoomError {
        let is_mesh = self.parts.start_calls.is_none();
        if let RoomError::Full { capacity } = error
            && is_mesh
            && capacity >= MESH_CAPACITY
        {
            return RoomError::FullMesh { capacity };
        }
        error
    }

    pub(super) fn join(&mut self, join: Join, ctx: &mut Context<Self>) {
        let Join {
            link,
            name,
            resume,
            call,
            pass,
            reply,
            slot,
        } = join;
        let mut diff = PresenceDiff::default();
        let arrival = Arrival {
            link: link.clone(),
            name,
            resume,
            pass,
        };
        let entered = {
            let mut state = self.record.lock();
            let now = (Instant::now(), unix_ms());
            let capacity = self.record.capacity;
            let entered = state.enter(arrival, capacity, now, &mut diff);
            entered.map(|entered| {
                let call = entered.call.filter(|live| Some(*live) == call);
                // A client that lost its call (a reload) cannot go on with it, nor with one that is
                // starting for a connection that is not its own.
                let ended = call.is_none()
                    && state.end_any(&entered.participant, "replaced", true) != Ending::Unknown;
                (call, ended, entered)
            })
        };
        let (call, ended, entered) = match entered {
            Ok(entered) => entered,
            Err(error) => {
                reply.send(Err(self.refusal(error)));
                return self.mind_lobby(ctx);
            }
        };
        // First what nobody would do in the place of a room that panics.
        if ended {
            let participant = entered.participant.clone();
            self.order_calls(CallsOrder::End { participant });
        }
        if let Some(old) = &entered.replaced {
            self.unwatch(old.membership);
            let closed = Notice::Closed {
                membership: old.membership,
                reason: "replaced",
            };
            cast(&old.notice, closed);
        }
        fail::fail_point!("room-entered");
        log::info!(room = self.record.name.as_str(), participant = entered.participant.as_str(),
            resumed = entered.resumed, taken_over = entered.replaced.is_some(); "participant joined");
        let door = self.record.lock().door();
        reply.send(Ok(RoomAnswer::Joined(Box::new(Joined {
            participant: entered.participant.clone(),
            resume: entered.resume.as_str().to_owned(),
            resumed: entered.resumed,
            call,
            grants: entered.grants,
            door,
            frames: self.first_frames(&entered.participant),
        }))));
        drop(slot);
        self.watch_member(&link, ctx);
        if !diff.is_empty() {
            self.broadcast(&RoomEvent::PresenceDiff(diff), Some(&entered.participant));
        }
        // After it: what is owed changes a meta that the others must know of first.
        if ended {
            self.say_owed(PresenceDiff::default());
        }
        self.mind_lobby(ctx);
    }

    /// What a joiner is sent: who is here, what was said, with a gateway who publishes, and who waits
    /// if they moderate.
    pub(super) fn first_frames(&self, joiner: &ParticipantId) -> Vec<Bytes> {
        let state = self.record.lock();
        let mut frames = vec![self.encode(&RoomEvent::PresenceState(state.presence()))];
        frames.extend(
            state
                .chat()
                .map(|message| self.encode(&RoomEvent::Chat(message.clone()))),
        );
        if self.parts.start_calls.is_some() {
            frames.push(self.encode(&RoomEvent::Publishers(state.publishers())));
        }
        if state.door().lobby && state.member(joiner).is_some_and(Member::moderates) {
            frames.push(self.encode(&RoomEvent::Lobby(state.lobby())));
        }
        frames
    }
}
