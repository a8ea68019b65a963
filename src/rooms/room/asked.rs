//! What a member asks of the room: a change of their meta, something said to all, or to one.

use actix::Context;
use actix::prelude::SendError;

use super::Room;
use crate::names::{ParticipantId, random_text, unix_ms};
use crate::otp::cast;
use crate::rooms::authorisation;
use crate::rooms::errors::RoomError;
use crate::rooms::events::{ChatMessage, RoomEvent};
use crate::rooms::messages::{Ask, Request, RoomAnswer};
use crate::rooms::ports::{CallsOrder, Notice, Signalled};
use crate::rooms::presence::PresenceDiff;
use crate::sdp::Signal;

impl Room {
    pub(super) fn ask(&mut self, ask: Ask, ctx: &mut Context<Self>) {
        let Ask {
            membership,
            what,
            reply,
            slot,
        } = ask;
        let asker = {
            let state = self.record.lock();
            let asker = state.asker(membership).ok_or(RoomError::NotJoined);
            asker.and_then(|asker| {
                authorisation::check(&asker, &what)?;
                Ok((asker.participant.clone(), asker.grants))
            })
        };
        let (who, grants) = match asker {
            Ok(asker) => asker,
            Err(error) => return reply.send(Err(error)),
        };
        match what {
            Request::Update(update) => {
                reply.send(Ok(RoomAnswer::Done));
                let mut diff = PresenceDiff::default();
                let unmuted = self.record.lock().update(&who, update, &mut diff);
                if unmuted {
                    self.order_calls(CallsOrder::Muted { participant: who });
                }
                self.say_owed(diff);
            }
            Request::Chat(text) => {
                reply.send(Ok(RoomAnswer::Done));
                let message = self.kept(who, text);
                self.broadcast(&RoomEvent::Chat(message), None);
            }
            Request::Data(data) => {
                reply.send(Ok(RoomAnswer::Done));
                let event = RoomEvent::Data {
                    from: who.clone(),
                    data,
                };
                self.broadcast(&event, Some(&who));
            }
            // Answered after it: an ok means that it is on its way, so that none is lost in a crash.
            Request::Signal { to, signal } => {
                let signal = authorisation::narrowed(grants, *signal);
                let told = self.tell(&to, who, Box::new(signal));
                reply.send(told.map(|()| RoomAnswer::Done));
            }
            Request::Act(act) => self.act(&who, act, reply, ctx),
        }
        drop(slot);
    }

    /// A chat message, kept for latecomers.
    fn kept(&self, from: ParticipantId, text: String) -> ChatMessage {
        let mut state = self.record.lock();
        let name = state.member(&from).map(|member| member.meta.name.clone());
        let message = ChatMessage {
            id: random_text(),
            from,
            name: name.unwrap_or_default(),
            text,
            at: unix_ms(),
        };
        state.keep_chat(message.clone());
        message
    }

    /// Tells one member what another one says to them alone.
    fn tell(
        &self,
        to: &ParticipantId,
        from: ParticipantId,
        signal: Box<Signal>,
    ) -> Result<(), RoomError> {
        fail::fail_point!("room-tell");
        let state = self.record.lock();
        let Some(member) = state.member(to) else {
            return Err(RoomError::NoSuchMember);
        };
        let link = &member.link;
        let signalled = Signalled {
            membership: link.membership,
            from,
            signal,
        };
        if !self.record.is_moving() {
            // The recipient the table holds: as in `deliver`.
            if let Err(SendError::Full(_)) = link.signalled.try_send(signalled) {
                cast(&link.notice, Notice::Overflow);
            }
        }
        Ok(())
    }
}
