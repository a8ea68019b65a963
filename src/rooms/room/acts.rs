//! What moderators do: one change of the table first, then an audit line, the answer, and whatever
//! follows from the change. A room that dies after the change is succeeded by one that says the rest.

use actix::Context;

use super::Room;
use crate::names::ParticipantId;
use crate::otp::ReplyTo;
use crate::rooms::errors::RoomError;
use crate::rooms::messages::{Act, RoomAnswer, RoomReply};
use crate::rooms::ports::CallsOrder;
use crate::rooms::presence::PresenceDiff;

impl Room {
    /// Does what somebody may do.
    pub(super) fn act(
        &mut self,
        who: &ParticipantId,
        act: Act,
        reply: ReplyTo<RoomReply>,
        ctx: &mut Context<Self>,
    ) {
        let mut diff = PresenceDiff::default();
        let done = self.change(&act, &mut diff);
        if let Err(error) = done {
            return reply.send(Err(error));
        }
        self.audit(who, &act);
        fail::fail_point!("room-acted");
        reply.send(Ok(RoomAnswer::Done));
        match act {
            Act::End => return self.finish(ctx),
            Act::Mute { participant, .. } => self.order_calls(CallsOrder::Muted { participant }),
            Act::Kick { .. }
            | Act::Lock(_)
            | Act::Record { .. }
            | Act::Admit { .. }
            | Act::Refuse { .. } => {}
        }
        self.say_owed(diff);
        self.mind_lobby(ctx);
    }

    fn change(&self, act: &Act, diff: &mut PresenceDiff) -> Result<(), RoomError> {
        let mut state = self.record.lock();
        let found = match act {
            Act::Mute { participant, kind } => state.mute(participant, *kind, diff),
            Act::Kick { participant } => state.kick(participant, diff),
            Act::Admit { participant } => state.judge(participant, true),
            Act::Refuse { participant } => state.judge(participant, false),
            Act::Lock(door) => {
                state.set_door(*door);
                true
            }
            Act::End => {
                state.close();
                true
            }
            Act::Record { .. } => return Err(RoomError::RecordingOff),
        };
        match found {
            true => Ok(()),
            false => Err(RoomError::NoSuchMember),
        }
    }

    /// One line for whoever has to know later who did what to whom; ids only.
    fn audit(&self, who: &ParticipantId, act: &Act) {
        let whom = act.whom().map(ParticipantId::as_str).unwrap_or_default();
        let how = match act {
            Act::Mute { kind, .. } => kind.as_str(),
            Act::Lock(door) if door.lobby => "lobby",
            Act::Lock(door) if door.locked => "locked",
            Act::Lock(_) => "open",
            Act::Kick { .. }
            | Act::End
            | Act::Record { .. }
            | Act::Admit { .. }
            | Act::Refuse { .. } => "",
        };
        log::info!(target: "audit", room = self.record.name.as_str(), participant = who.as_str(),
            act = act.word(), whom = whom, how = how; "moderator acted");
    }
}
