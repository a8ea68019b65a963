//! How a membership, or the whole room, ends by somebody else's word: who was put out is told, a room
//! that was ended leaves the table, one that crashed too often is closed.

use std::sync::Arc;
use std::time::Duration;

use actix::{AsyncContext, Context};

use super::{Room, RoomParts};
use crate::otp::cast;
use crate::rooms::events::RoomEvent;
use crate::rooms::ports::{CallsOrder, Deliver, MediaRoomRetired, MemberLink, Notice};
use crate::rooms::registry::Retire;
use crate::rooms::state::RoomState;
use crate::rooms::table::RoomRecord;

/// A room that was ended asks again to leave the table: the registry may have been between two lives.
const ASK_AGAIN: Duration = Duration::from_secs(1);

impl Room {
    /// Tells who was put out that they were, and ends their calls. Each is struck once told, so that a
    /// successor tells the rest.
    pub(super) fn tell_dismissed(&mut self) {
        let closed = RoomEvent::RoomClosed { reason: "ended" };
        let mut frame = None;
        loop {
            let ended = self.record.lock().is_closed();
            if ended && frame.is_none() {
                frame = Some(self.encode(&closed));
            }
            let (participant, membership) = {
                let state = self.record.lock();
                let Some(dismissed) = state.dismissed() else {
                    return;
                };
                let link = &dismissed.link;
                if let (Some(frame), "ended") = (&frame, dismissed.reason) {
                    let (frame, stop_call) = (frame.clone(), None);
                    self.deliver(link, Deliver { frame, stop_call });
                }
                let (membership, reason) = (link.membership, dismissed.reason);
                cast(&link.notice, Notice::Closed { membership, reason });
                (dismissed.participant.clone(), membership)
            };
            // The notice first: what they had asked of their call is answered by it.
            if !ended {
                self.order_calls(CallsOrder::End { participant });
            }
            self.unwatch(membership);
            self.record.lock().dismissed_told();
        }
    }

    /// The room was ended: everybody is told, its calls are cleared, and it leaves the table.
    pub(super) fn finish(&mut self, ctx: &mut Context<Self>) {
        self.calls_monitor = None; // their end is no crash
        self.waiters.clear();
        // The notices first: what was asked of calls is answered by them.
        self.tell_dismissed();
        self.order_calls(CallsOrder::Close);
        self.ask_to_go(ctx);
    }

    fn ask_to_go(&mut self, ctx: &mut Context<Self>) {
        let given_out = self.record.lock().given_out;
        (self.parts.retire)(Retire {
            room: Arc::clone(&self.record),
            given_out,
        });
        ctx.run_later(ASK_AGAIN, Self::ask_to_go);
    }
}

/// Closes a room that crashed too often: everybody's channel ends (`room_closed`).
pub fn close_crashed(record: &RoomRecord, parts: &RoomParts) {
    let (links, calls): (Vec<MemberLink>, _) = {
        let state: &RoomState = &record.lock();
        (
            state
                .members()
                .map(|(_, member)| member.link.clone())
                .collect(),
            state.calls.clone(),
        )
    };
    let event = RoomEvent::RoomClosed {
        reason: "room_closed",
    };
    let frame = parts.encoder.encode(&record.name, &event);
    for link in links {
        cast(
            &link.deliver,
            Deliver {
                frame: frame.clone(),
                stop_call: None,
            },
        );
        let membership = link.membership;
        cast(
            &link.notice,
            Notice::Closed {
                membership,
                reason: "room_closed",
            },
        );
    }
    if let Some(calls) = calls {
        cast(&calls.orders, CallsOrder::Close);
    }
    (parts.media_rooms)(MediaRoomRetired {
        id: record.media_room.clone(),
    });
}
