//! What a socket is answered: each request once, whoever answers it, and in time.

use std::time::Duration;

use actix::{AsyncContext, Context};
use serde_json::json;
use tokio::time::Instant;

use super::alive::TICK;
use super::{WebSocketSession, Welcome};
use crate::calls::messages::{CallAnswer, CallReply, Command};
use crate::names::RoomName;
use crate::phoenix::errors::RequestError;
use crate::phoenix::frame;
use crate::phoenix::topic::room_of;
use crate::phoenix::websocket::{CloseCode, text_frame};
use crate::rooms::RoomError;
use crate::rooms::messages::{Joined, RoomAnswer, RoomReply};
use crate::rooms::ports::MembershipId;
use crate::turn;

/// An answer that never came is given by then: after all that knew a better one, before the client
/// gives up.
const ANSWER_BY: Duration = Duration::from_millis(9_300);
/// A leave that met a room between two lives is repeated after this.
const LEAVE_AGAIN: Duration = Duration::from_millis(200);

/// A request whose answer is awaited.
pub(super) struct Pending {
    pub(super) topic: String,
    pub(super) join_ref: Option<String>,
    pub(super) reference: Option<String>,
    pub(super) kind: PendingKind,
    pub(super) since: Instant,
    /// The client was told that it took too long; what comes of it is still to be undone.
    pub(super) told: bool,
}

pub(super) enum PendingKind {
    Join {
        membership: MembershipId,
        replaces: Option<MembershipId>,
    },
    Leave {
        room: RoomName,
        membership: MembershipId,
    },
    Room,
    Call,
    /// Asked by the session itself: nobody is to be answered.
    Own,
}

/// Where an answer goes. What kind of request it is, is filled in by whoever waits for it.
pub(super) fn addressed(
    topic: String,
    join_ref: Option<String>,
    reference: Option<String>,
) -> Pending {
    Pending {
        topic,
        join_ref,
        reference,
        kind: PendingKind::Own,
        since: Instant::now(),
        told: false,
    }
}

impl WebSocketSession {
    /// Counts a frame that gets no reply: a control frame, or a part of a message. True: it was one
    /// too many of them, and the socket is closed.
    pub(super) fn is_flooded(&mut self, ctx: &mut Context<Self>) -> bool {
        let flooded = match self.limits.count("") {
            Ok(()) => false,
            Err(error) => self.limits.refused(&error),
        };
        if flooded {
            self.parts.metrics.evicted("policy");
            self.close(CloseCode::POLICY, "too many frames", ctx);
        }
        flooded
    }

    pub(super) fn joined(
        &mut self,
        pending: &Pending,
        (membership, replaces): (MembershipId, Option<MembershipId>),
        reply: Result<Joined, RoomError>,
        ctx: &mut Context<Self>,
    ) {
        let current = self
            .topics
            .get_mut(&pending.topic)
            .filter(|t| t.membership == membership);
        let Some(topic) = current else {
            // Left, or joined again, or told that it took too long: these memberships are nobody's.
            if let Ok(room) = room_of(&pending.topic) {
                for membership in [Some(membership), replaces].into_iter().flatten() {
                    self.leave_quietly(&room, membership, ctx);
                }
            }
            if !pending.told {
                self.reply(pending, Err(RequestError::Replaced), ctx);
            }
            return;
        };
        let room = topic.room.clone();
        let response = match reply {
            Ok(joined) => {
                topic.participant = Some(joined.participant.clone());
                topic.ice_told = Instant::now();
                self.parts.metrics.join(pending.since.elapsed());
                let mode = self.parts.mode.as_str();
                let Welcome {
                    base_url,
                    ice_servers,
                    limits,
                    server,
                } = &self.parts.welcome;
                let user = joined.participant.as_str();
                let ice_servers = ice_servers.of(user, turn::OF_A_PARTICIPANT);
                let url = base_url.as_ref().map(|base| format!("{base}/r/{room}"));
                let response = json!({
                    "participant": joined.participant,
                    "resume": joined.resume,
                    "resumed": joined.resumed,
                    "call": joined.call,
                    "room": {
                        "name": room, "url": url, "mode": mode, "locked": joined.door.locked,
                        "lobby": joined.door.lobby, "recording": false,
                    },
                    "grants": joined.grants,
                    "ice_servers": ice_servers,
                    "limits": limits,
                    "server": server,
                });
                self.reply(pending, Ok(response), ctx);
                for frame in joined.frames {
                    self.write(frame, ctx);
                }
                if joined.resumed && self.parts.calls.is_some() {
                    // A call that goes on has a new owner.
                    let own = Pending {
                        kind: PendingKind::Own,
                        ..addressed(pending.topic.clone(), None, None)
                    };
                    self.call(
                        own,
                        (room.clone(), membership, joined.participant),
                        Command::Adopt,
                        ctx,
                    );
                }
                None
            }
            Err(error) => {
                self.topics.remove(&pending.topic);
                if error.retry_ms().is_some() {
                    self.unjoined = None; // told to come again: its time begins anew
                }
                Some(error)
            }
        };
        if let Some(error) = response {
            self.reply(pending, Err(error.into()), ctx);
            // A room that died half-way may have taken it in all the same.
            self.leave_quietly(&room, membership, ctx);
        }
        if let Some(old) = replaces {
            self.leave_quietly(&room, old, ctx);
        }
    }

    pub(super) fn room_answered(&mut self, token: u64, answer: RoomReply, ctx: &mut Context<Self>) {
        let Some(pending) = self.pending.remove(&token) else {
            return;
        };
        match (&pending.kind, answer) {
            (
                PendingKind::Join {
                    membership,
                    replaces,
                },
                answer,
            ) => {
                let joined = match answer {
                    Ok(RoomAnswer::Joined(joined)) => Ok(*joined),
                    Ok(RoomAnswer::Done) => Err(RoomError::Restarting),
                    Err(error) => Err(error),
                };
                let ids = (*membership, *replaces);
                self.joined(&pending, ids, joined, ctx);
            }
            // A leave is repeated until a room took it: it is never lost.
            (PendingKind::Leave { room, membership }, Err(_)) => {
                let (room, membership) = (room.clone(), *membership);
                self.pending.insert(token, pending);
                ctx.run_later(LEAVE_AGAIN, move |this, ctx| {
                    this.send_leave(&room, membership, token, ctx);
                });
            }
            (PendingKind::Leave { .. }, Ok(_)) if pending.told => {}
            (PendingKind::Leave { .. }, Ok(_)) => {
                self.reply(&pending, Ok(json!({})), ctx);
                let (join_ref, topic) = (pending.join_ref.as_deref(), pending.topic.as_str());
                let closed = frame::push(join_ref, topic, "phx_close", &json!({}));
                self.write(text_frame(&closed), ctx);
            }
            (_, Ok(_)) => self.reply(&pending, Ok(json!({})), ctx),
            (_, Err(error)) => self.reply(&pending, Err(error.into()), ctx),
        }
    }

    pub(super) fn call_answered(&mut self, token: u64, answer: CallReply, ctx: &mut Context<Self>) {
        let Some(pending) = self.pending.remove(&token) else {
            return;
        };
        if matches!(pending.kind, PendingKind::Own) {
            return;
        }
        let jsep = |sdp: &crate::sdp::Sdp| json!({ "type": "answer", "sdp": sdp.as_str() });
        let response = answer
            .map_err(RequestError::from)
            .map(|answer| match answer {
                CallAnswer::Started { answer, generation } => {
                    json!({ "jsep": answer.as_ref().map(jsep), "generation": generation })
                }
                CallAnswer::Updated { answer } => json!({ "jsep": jsep(&answer) }),
                CallAnswer::Done => json!({}),
            });
        self.reply(&pending, response, ctx);
    }

    /// Has every request answered in time that is still unanswered when its time comes, before the
    /// next look.
    pub(super) fn schedule_overdue(&mut self, now: Instant, ctx: &mut Context<Self>) {
        let overdue: Vec<u64> = self
            .pending
            .iter()
            .filter(|(_, p)| !p.told && now - p.since + TICK >= ANSWER_BY)
            .map(|(token, _)| *token)
            .collect();
        for token in overdue {
            let due = self
                .pending
                .get(&token)
                .map_or(now, |p| p.since + ANSWER_BY);
            let wait = due.saturating_duration_since(now);
            ctx.run_later(wait, move |this, ctx| this.overdue(token, ctx));
        }
    }

    /// Answers for whoever did not.
    pub(super) fn overdue(&mut self, token: u64, ctx: &mut Context<Self>) {
        if self.pending.get(&token).is_none_or(|pending| pending.told) {
            return;
        }
        let Some(mut pending) = self.pending.remove(&token) else {
            return;
        };
        match &pending.kind {
            PendingKind::Own => return,
            PendingKind::Room | PendingKind::Call => {}
            // A leave is repeated until it is done; what was joined will be left once it is known.
            PendingKind::Leave { .. } => pending.told = true,
            PendingKind::Join { membership, .. } => {
                pending.told = true;
                let topic = self.topics.get(&pending.topic);
                if topic.is_some_and(|topic| topic.membership == *membership) {
                    self.topics.remove(&pending.topic);
                }
            }
        }
        self.reply(&pending, Err(RequestError::Timeout), ctx);
        if pending.told {
            self.pending.insert(token, pending);
        }
    }
}
