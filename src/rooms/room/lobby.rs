//! The door and who waits before it: who is told, and who is forgotten.

use std::time::Duration;

use actix::{AsyncContext, Context};
use tokio::time::Instant;

use super::Room;
use crate::otp::{Down, monitor};
use crate::rooms::events::RoomEvent;
use crate::rooms::ports::Deliver;

/// How often it is looked who stopped asking.
const LOOK_EVERY: Duration = Duration::from_secs(1);

impl Room {
    /// Tells everybody that the door was locked or opened, if they were not told.
    pub(super) fn say_door(&self) {
        let door = self.record.lock().unsaid_door();
        if let Some(door) = door {
            self.broadcast(&RoomEvent::Lock(door), None);
            self.record.lock().door_said();
        }
    }

    /// After whatever may have changed the lobby: watches who waits, tells the moderators.
    pub(super) fn mind_lobby(&mut self, ctx: &mut Context<Self>) {
        let (unsaid, waiters) = {
            let state = self.record.lock();
            let waiters = state.waiters();
            let waiters: Vec<_> = waiters
                .map(|(id, link)| (id.clone(), link.watch.clone()))
                .collect();
            (state.is_lobby_unsaid(), waiters)
        };
        self.waiters
            .retain(|id, _| waiters.iter().any(|(waits, _)| waits == id));
        let anybody = !waiters.is_empty();
        for (id, watch) in waiters {
            self.waiters
                .entry(id)
                .or_insert_with(|| monitor(&watch, ctx.address().downgrade().recipient()));
        }
        if unsaid {
            self.say_lobby();
            self.record.lock().lobby_said();
        }
        if anybody && !self.lobby_looked_after {
            self.lobby_looked_after = true;
            ctx.run_later(LOOK_EVERY, |this, ctx| {
                this.lobby_looked_after = false;
                this.record.lock().forget_silent(Instant::now());
                this.mind_lobby(ctx);
            });
        }
    }

    fn say_lobby(&self) {
        let people = self.record.lock().lobby();
        let frame = self.encode(&RoomEvent::Lobby(people));
        let state = self.record.lock();
        for (_, member) in state.members().filter(|(_, member)| member.moderates()) {
            let (frame, stop_call) = (frame.clone(), None);
            self.deliver(&member.link, Deliver { frame, stop_call });
        }
    }

    /// The connection of somebody who waited is gone.
    pub(super) fn waiter_down(&mut self, down: &Down, ctx: &mut Context<Self>) {
        let mut waiters = self.waiters.iter();
        let gone = waiters.find_map(|(id, monitor)| monitor.is(down).then(|| id.clone()));
        if let Some(participant) = gone {
            self.record.lock().left_the_lobby(&participant);
            self.mind_lobby(ctx);
        }
    }
}
