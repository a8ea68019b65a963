//! What a socket asks: from bytes to a request that a room or a call has taken.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix::{AsyncContext, Context};
use serde_json::json;
use serde_json::value::RawValue;
use tokio::time::Instant;

use super::WebSocketSession;
use super::answers::{Pending, PendingKind, addressed};
use crate::calls::CallError;
use crate::calls::messages::{CallReply, CallRequest, Command, OwnerLink};
use crate::names::{ParticipantId, RoomName};
use crate::otp::{ReplyTo, cast};
use crate::phoenix::channel::{self, Asked, JoinParams};
use crate::phoenix::errors::RequestError;
use crate::phoenix::frame::{self, Frame};
use crate::phoenix::topic::{Topic, room_of};
use crate::phoenix::websocket::Incoming;
use crate::rooms::RoomError;
use crate::rooms::authorisation::Pass;
use crate::rooms::messages::{Ask, Join, Leave, Request, RoomAnswer, RoomReply};
use crate::rooms::ports::{MemberLink, MembershipId};
use crate::rooms::registry::Enter;
use crate::sdp::Signal;
use crate::secret::Secret;
use crate::tokens::Refused;

/// All that one request may take: the official client gives up at 10 s.
const BUDGET: Duration = Duration::from_secs(9);
/// Rooms of one socket.
const MAX_ROOMS: usize = 8;

impl WebSocketSession {
    pub(super) fn incoming(&mut self, incoming: Incoming, ctx: &mut Context<Self>) {
        match incoming {
            Incoming::Text(text) => self.text(&text, ctx),
            Incoming::Binary(bytes) => self.binary(&bytes, ctx),
            Incoming::Ping | Incoming::Pong => {
                self.is_flooded(ctx);
            }
            Incoming::Close { echo, .. } => {
                self.voice.end_with(echo);
                self.end(ctx);
            }
            Incoming::Violation(violation) => {
                self.parts.metrics.evicted("protocol");
                self.close(violation.code(), &violation.to_string(), ctx);
            }
        }
    }

    pub(super) fn binary(&mut self, bytes: &[u8], ctx: &mut Context<Self>) {
        let _ = self.limits.count(""); // counted as any frame
        let detail = "binary frames carry nothing here";
        let error = frame::FrameError::Malformed {
            detail,
            parts: Box::default(),
        };
        let to = match frame::decode_binary(bytes) {
            Ok(header) => addressed(header.topic, header.join_ref, header.reference),
            Err(_) => addressed("phoenix".into(), None, None),
        };
        self.reply(&to, Err(error.into()), ctx);
    }

    /// Answers a frame that could not be read: by its refs where those are known for sure.
    pub(super) fn undecodable(&mut self, error: frame::FrameError, ctx: &mut Context<Self>) {
        let frame::Parts {
            join_ref,
            reference,
            topic,
            ..
        } = error.parts().clone();
        let to = match (&error, topic) {
            (frame::FrameError::BadPayload { .. }, Some(topic)) => {
                addressed(topic, join_ref, reference)
            }
            _ => addressed("phoenix".into(), None, None),
        };
        self.reply(&to, Err(error.into()), ctx);
    }

    pub(super) fn text(&mut self, text: &str, ctx: &mut Context<Self>) {
        match frame::decode(text) {
            Ok(frame) => self.frame(frame, text.len(), ctx),
            Err(error) => {
                // Counted as any frame: rubbish is not cheaper than sense.
                let _ = self.limits.count("");
                self.undecodable(error, ctx);
            }
        }
    }

    pub(super) fn frame(&mut self, frame: Frame, bytes: usize, ctx: &mut Context<Self>) {
        let Frame {
            join_ref,
            reference,
            topic,
            event,
            payload,
        } = frame;
        let to = addressed(topic, join_ref, reference);
        let limit = channel::max_frame_bytes(&event);
        let checked = self.limits.count(&event).and(match bytes > limit {
            true => Err(RequestError::TooLarge {
                what: "such a frame",
                limit,
            }),
            false => Ok(()),
        });
        if let Err(error) = checked {
            return self.reply(&to, Err(error), ctx);
        }
        if to.topic == "phoenix" {
            let response = match event.as_str() {
                "heartbeat" => {
                    self.beat = Instant::now();
                    Ok(json!({}))
                }
                _ => Err(RequestError::UnknownEvent),
            };
            return self.reply(&to, response, ctx);
        }
        let room = match room_of(&to.topic) {
            Ok(room) => room,
            Err(error) => return self.reply(&to, Err(error), ctx),
        };
        match event.as_str() {
            "phx_join" => self.join(to, room, &payload, ctx),
            "phx_leave" => self.leave(to, ctx),
            _ => self.request(to, &event, &payload, ctx),
        }
    }

    pub(super) fn token(&mut self, pending: Pending) -> u64 {
        self.tokens += 1;
        self.pending.insert(self.tokens, pending);
        self.tokens
    }

    pub(super) fn room_reply(token: u64, ctx: &Context<Self>) -> ReplyTo<RoomReply> {
        ReplyTo::new(
            ctx.address().recipient(),
            token,
            Arc::new(|| Err(RoomError::Restarting)),
        )
    }

    pub(super) fn join(
        &mut self,
        mut to: Pending,
        room: RoomName,
        payload: &RawValue,
        ctx: &mut Context<Self>,
    ) {
        let params = match channel::join(payload) {
            Ok(params) => params,
            Err(error) => return self.reply(&to, Err(error), ctx),
        };
        if self.parts.draining.load(Ordering::Relaxed) {
            return self.reply(&to, Err(RoomError::Draining.into()), ctx);
        }
        if !self.topics.contains_key(&to.topic) && self.topics.len() >= MAX_ROOMS {
            return self.reply(
                &to,
                Err(RequestError::TooManyRooms { limit: MAX_ROOMS }),
                ctx,
            );
        }
        let allowed = self.authorise(&room, params.token.as_ref());
        let allowed = allowed.and_then(|pass| Ok((params.name_beside(&pass)?, pass)));
        let (name, pass) = match allowed {
            Ok(allowed) => allowed,
            Err(error) => return self.reply(&to, Err(error), ctx),
        };
        let Some(slot) = self.parts.joins.take() else {
            return self.reply(&to, Err(RoomError::Busy.into()), ctx);
        };
        let JoinParams { resume, call, .. } = params;
        let membership = MembershipId::next();
        let topic = Topic {
            room: room.clone(),
            join_ref: to.join_ref.clone(),
            membership,
            participant: None,
            call: None,
            ice_told: Instant::now(),
        };
        // A second join of the topic: the first membership ends, but not before the new one stands,
        // so that a resume finds it. Its late leave ends nothing.
        let old = self.topics.insert(to.topic.clone(), topic);
        if old.is_some() {
            self.fail_pending(&to.topic, &RequestError::Replaced, ctx);
        }
        let replaces = old.map(|old| old.membership);
        to.kind = PendingKind::Join {
            membership,
            replaces,
        };
        let token = self.token(to);
        let me = ctx.address();
        let link = MemberLink {
            membership,
            deliver: me.clone().recipient(),
            signalled: me.clone().recipient(),
            notice: me.clone().recipient(),
            watch: me.recipient(),
        };
        let reply = Self::room_reply(token, ctx);
        (self.parts.enter)(Enter {
            room,
            join: Join {
                link,
                name,
                resume,
                call,
                pass,
                reply,
                slot,
            },
        });
    }

    /// What a join may do in this room, by its own token or that of the handshake. Where no keys are
    /// set nobody looks at either.
    fn authorise(&self, room: &RoomName, token: Option<&Secret>) -> Result<Pass, RequestError> {
        let Some(tokens) = &self.parts.tokens else {
            return Ok(Pass::open());
        };
        let pass = match (&self.bearer, token) {
            (None, None) => Err(Refused::Missing),
            (Some(bearer), Some(token)) if bearer != token => Err(Refused::Differ),
            (Some(token), _) | (None, Some(token)) => tokens.verify(token.expose(), room),
        };
        pass.map_err(|refused| {
            let why = refused.to_string();
            log::info!(room = room.as_str(), why = why.as_str(); "join refused");
            RequestError::Unauthorised
        })
    }

    /// What a topic had asked and not got ends, since its membership does.
    pub(super) fn fail_pending(
        &mut self,
        topic: &str,
        error: &RequestError,
        ctx: &mut Context<Self>,
    ) {
        let tokens: Vec<u64> = self
            .pending
            .iter()
            .filter(|(_, p)| {
                p.topic == topic && matches!(p.kind, PendingKind::Room | PendingKind::Call)
            })
            .map(|(token, _)| *token)
            .collect();
        for token in tokens {
            if let Some(pending) = self.pending.remove(&token) {
                self.reply(&pending, Err(error.clone()), ctx);
            }
        }
    }

    pub(super) fn leave(&mut self, mut to: Pending, ctx: &mut Context<Self>) {
        let meant = self
            .topics
            .get(&to.topic)
            .is_some_and(|t| t.is_meant(to.join_ref.as_deref()));
        let Some(topic) = meant.then(|| self.topics.remove(&to.topic)).flatten() else {
            return self.reply(&to, Ok(json!({})), ctx);
        };
        let (room, membership) = (topic.room, topic.membership);
        to.kind = PendingKind::Leave {
            room: room.clone(),
            membership,
        };
        let token = self.token(to);
        self.send_leave(&room, membership, token, ctx);
    }

    /// Leaves a membership that the client does not know, or no longer wants.
    pub(super) fn leave_quietly(
        &mut self,
        room: &RoomName,
        membership: MembershipId,
        ctx: &Context<Self>,
    ) {
        let kind = PendingKind::Leave {
            room: room.clone(),
            membership,
        };
        let topic = crate::phoenix::events::topic(room);
        let token = self.token(Pending {
            kind,
            told: true,
            ..addressed(topic, None, None)
        });
        self.send_leave(room, membership, token, ctx);
    }

    pub(super) fn send_leave(
        &self,
        room: &RoomName,
        membership: MembershipId,
        token: u64,
        ctx: &Context<Self>,
    ) {
        let reply = Self::room_reply(token, ctx);
        let record = self.parts.rooms.get(room);
        match record.and_then(|record| record.lock().room.clone()) {
            Some(room) => cast(&room, Leave { membership, reply }),
            // No such room: nobody is in it.
            None => reply.send(Ok(RoomAnswer::Done)),
        }
    }

    pub(super) fn request(
        &mut self,
        mut to: Pending,
        event: &str,
        payload: &RawValue,
        ctx: &mut Context<Self>,
    ) {
        let topic = self
            .topics
            .get(&to.topic)
            .filter(|t| t.is_meant(to.join_ref.as_deref()));
        let joined =
            topic.and_then(|t| Some((t.room.clone(), t.membership, t.participant.clone()?)));
        let Some((room, membership, participant)) = joined else {
            return self.reply(&to, Err(RequestError::NotJoined), ctx);
        };
        let asked = match channel::request(event, payload, self.parts.mode) {
            Ok(asked) => asked,
            Err(error) => return self.reply(&to, Err(error), ctx),
        };
        if let Asked::Room(Request::Signal { to: whom, signal }) = &asked {
            let described = matches!(**signal, Signal::Offer(_) | Signal::Answer(_));
            let checked = match *whom == participant {
                true => Err(channel::signal::to_oneself()),
                false if described => self.limits.count_description(),
                false => Ok(()),
            };
            if let Err(error) = checked {
                return self.reply(&to, Err(error), ctx);
            }
        }
        match asked {
            Asked::Nothing => self.reply(&to, Ok(json!({})), ctx),
            Asked::Room(what) => {
                let record = self.parts.rooms.get(&room);
                let Some(record) = record else {
                    return self.reply(&to, Err(RequestError::NotJoined), ctx);
                };
                let (Some(slot), Some(address)) =
                    (record.requests.take(), record.lock().room.clone())
                else {
                    return self.reply(&to, Err(RoomError::Busy.into()), ctx);
                };
                to.kind = PendingKind::Room;
                let token = self.token(to);
                let reply = Self::room_reply(token, ctx);
                cast(
                    &address,
                    Ask {
                        membership,
                        what,
                        reply,
                        slot,
                    },
                );
            }
            Asked::Call(command) => {
                to.kind = PendingKind::Call;
                self.call(to, (room, membership, participant), command, ctx);
            }
        }
    }

    pub(super) fn call(
        &mut self,
        to: Pending,
        (room, membership, participant): (RoomName, MembershipId, ParticipantId),
        command: Command,
        ctx: &mut Context<Self>,
    ) {
        let supervisor = match &self.parts.calls {
            None => Err(CallError::WrongMode),
            Some(directory) => directory.get(&room).ok_or(RoomError::Restarting.into()),
        };
        let supervisor = match supervisor {
            Ok(supervisor) => supervisor,
            Err(_) if matches!(to.kind, PendingKind::Own) => return,
            Err(error) => return self.reply(&to, Err(error.into()), ctx),
        };
        let token = self.token(to);
        let me = ctx.address();
        let reply = ReplyTo::<CallReply>::new(
            me.clone().recipient(),
            token,
            Arc::new(|| Err(RoomError::Restarting.into())),
        );
        let owner = OwnerLink {
            membership,
            events: me.clone().recipient(),
            watch: me.recipient(),
        };
        let deadline = Instant::now() + BUDGET;
        cast(
            &supervisor,
            CallRequest {
                participant,
                owner,
                command,
                deadline,
                reply,
            },
        );
    }
}
