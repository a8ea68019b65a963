//! A room's state: what outlives the actor that serves it. Each change is one small function, and
//! sends nothing.
//!
//! Calls begin and end here, atomically, so that each generation that began ends with exactly one
//! `stop_call`, whoever ends it and however many do at once.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use actix::Addr;
use data_encoding::BASE64URL_NOPAD;
use tokio::time::Instant;

use super::authorisation::{Grants, Pass};
use super::events::{ChatMessage, Publisher, StopCall};
use super::messages::Join;
use super::ports::{CallsPort, MemberLink, MembershipId};
use super::presence::{Meta, MetaUpdate, PresenceDiff, PresenceState};
use super::room::Room;
use crate::names::{Feed, Generation, ParticipantId, PublishedStream, random_bytes};

/// How long a participant may come back under the same id after they left.
pub const RESUME_FOR: Duration = Duration::from_secs(30);
/// How many chat messages latecomers get.
pub const CHAT_KEPT: usize = 50;

/// Somebody in the room.
pub struct Member {
    /// Their connection.
    pub link: MemberLink,
    /// What the others see.
    pub meta: Meta,
    /// What they came in with.
    pub pass: Pass,
    /// Proof that they are they.
    pub resume: ResumeToken,
    /// In which order they came.
    order: u64,
}

/// 128 random bits that bring somebody back as themselves.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ResumeToken(String);

impl ResumeToken {
    fn random() -> Self {
        Self(BASE64URL_NOPAD.encode(&random_bytes::<16>()))
    }

    /// As it goes to its owner, and to nobody else.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

struct Resume {
    participant: ParticipantId,
    // None while they are a member.
    expires: Option<Instant>,
}

/// A call that is starting or live.
struct Call {
    generation: Generation,
    // Set when the room was told that it is published: from then on its end is owed a stop_call.
    live: bool,
    // What the others may subscribe; none before media can flow.
    announced: Vec<PublishedStream>,
}

/// Who wants to come in.
pub struct Arrival {
    /// Their connection.
    pub link: MemberLink,
    /// As they call themselves.
    pub name: String,
    /// What an earlier join was given.
    pub resume: Option<String>,
    /// What they may do.
    pub pass: Pass,
}

/// Who came in, and how.
pub struct Entered {
    /// Who.
    pub participant: ParticipantId,
    /// Brings them back.
    pub resume: ResumeToken,
    /// They had this id before.
    pub resumed: bool,
    /// The connection that was taken over.
    pub replaced: Option<MemberLink>,
    /// The generation that is live.
    pub call: Option<Generation>,
    /// What they may do.
    pub grants: Grants,
}

/// What came of ending a generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It was live: the room owes its `stop_call` now.
    Owed,
    /// It had not begun: nobody knew of it.
    Unborn,
    /// It had ended before, or never was.
    Unknown,
}

/// A room's state.
#[derive(Default)]
pub struct RoomState {
    /// The actor that serves it now; may be dead.
    pub room: Option<Addr<Room>>,
    /// Its calls; may be dead. None without a gateway.
    pub calls: Option<CallsPort>,
    /// How often somebody was sent here: a retirement that began before is void.
    pub given_out: u64,
    /// Who came before the actor's first start; it gets them then.
    pub waiting: Vec<Join>,
    members: HashMap<ParticipantId, Member>,
    calls_on: HashMap<ParticipantId, Call>,
    owed: Vec<StopCall>,
    chat: VecDeque<ChatMessage>,
    resumes: HashMap<ResumeToken, Resume>,
    arrivals: u64,
}

impl RoomState {
    /// Somebody comes in: back as who they were if `resume` says so, else as somebody new.
    /// `None`: the room is full.
    pub fn enter(
        &mut self,
        arrival: Arrival,
        capacity: usize,
        (now, unix_ms): (Instant, u64),
        diff: &mut PresenceDiff,
    ) -> Option<Entered> {
        let Arrival {
            link,
            name,
            resume,
            pass,
        } = arrival;
        self.resumes
            .retain(|_, resume| resume.expires.is_none_or(|at| at > now));
        let known = resume
            .map(ResumeToken)
            .and_then(|token| Some((self.resumes.get(&token)?.participant.clone(), token)));
        let resumed = known.is_some();
        if !resumed && self.members.len() >= capacity {
            return None;
        }
        let (participant, token) =
            known.unwrap_or_else(|| (ParticipantId::random(), ResumeToken::random()));
        let call = self.live_generation(&participant);
        let grants = pass.grants;
        let replaced = if let Some(member) = self.members.get_mut(&participant) {
            member.pass = pass;
            diff.changed(&participant, &mut member.meta, |meta| meta.name = name);
            // Their call saw the old connection go before this one came: they are back, not gone.
            for owed in self
                .owed
                .iter_mut()
                .filter(|owed| owed.participant == participant)
            {
                if owed.reason == "left" {
                    (owed.reason, owed.restart) = ("replaced", true);
                }
            }
            Some(std::mem::replace(&mut member.link, link))
        } else {
            let mut meta = Meta::new(name, unix_ms);
            if !self
                .members
                .values()
                .any(|member| member.meta.role == "moderator")
            {
                meta.role = "moderator";
            }
            diff.joined(participant.clone(), &meta);
            self.arrivals += 1;
            let member = Member {
                link,
                meta,
                pass,
                resume: token.clone(),
                order: self.arrivals,
            };
            self.members.insert(participant.clone(), member);
            None
        };
        let record = Resume {
            participant: participant.clone(),
            expires: None,
        };
        self.resumes.insert(token.clone(), record);
        Some(Entered {
            participant,
            resume: token,
            resumed,
            replaced,
            call,
            grants,
        })
    }

    /// Whose membership it is.
    pub fn member_of(&self, membership: MembershipId) -> Option<&ParticipantId> {
        self.members
            .iter()
            .find_map(|(id, member)| (member.link.membership == membership).then_some(id))
    }

    /// Whether `participant` is here by this very membership.
    pub fn is_member(&self, participant: &ParticipantId, membership: MembershipId) -> bool {
        self.members
            .get(participant)
            .is_some_and(|member| member.link.membership == membership)
    }

    /// Whether they are here by a later membership than this one.
    pub fn is_taken_over(&self, participant: &ParticipantId, membership: MembershipId) -> bool {
        self.members
            .get(participant)
            .is_some_and(|member| member.link.membership != membership)
    }

    /// Somebody leaves; a live generation ends with them (`left`). False: they were not here.
    pub fn leave(
        &mut self,
        participant: &ParticipantId,
        now: Instant,
        diff: &mut PresenceDiff,
    ) -> bool {
        let Some(member) = self.members.remove(participant) else {
            return false;
        };
        if let Some(resume) = self.resumes.get_mut(&member.resume) {
            resume.expires = Some(now + RESUME_FOR);
        }
        if let Some(call) = self.calls_on.get(participant) {
            self.end(participant, call.generation, "left", false);
        }
        let moderated = member.meta.role == "moderator";
        diff.joins.remove(participant);
        let shown = diff
            .leaves
            .remove(participant)
            .and_then(|metas| metas.metas.into_iter().next());
        diff.left(participant.clone(), shown.unwrap_or(member.meta));
        if moderated
            && let Some((id, oldest)) = self.members.iter_mut().min_by_key(|(_, m)| m.order)
        {
            diff.changed(id, &mut oldest.meta, |meta| meta.role = "moderator");
        }
        true
    }

    /// Changes what the others see of somebody.
    pub fn update(
        &mut self,
        participant: &ParticipantId,
        update: MetaUpdate,
        diff: &mut PresenceDiff,
    ) {
        if let Some(member) = self.members.get_mut(participant) {
            diff.changed(participant, &mut member.meta, |meta| meta.apply(update));
        }
    }

    /// A call is starting: its generation is known, nobody was told. False: whoever asked is not here
    /// by this membership, another connection took their place.
    pub fn call_starting(&mut self, feed: &Feed, membership: MembershipId) -> bool {
        let Feed {
            participant,
            generation,
        } = feed;
        if !self.is_member(participant, membership) {
            return false;
        }
        let call = Call {
            generation: *generation,
            live: false,
            announced: Vec::new(),
        };
        self.calls_on.insert(participant.clone(), call);
        true
    }

    /// A generation begins: from here on its end is owed a `stop_call`. False if it was ended
    /// meanwhile, or whoever calls is not here any more.
    pub fn call_begins(
        &mut self,
        participant: &ParticipantId,
        generation: Generation,
        diff: &mut PresenceDiff,
    ) -> bool {
        let Some(member) = self.members.get_mut(participant) else {
            return false;
        };
        let Some(call) = self.calls_on.get_mut(participant) else {
            return false;
        };
        if call.generation != generation || call.live {
            return false;
        }
        call.live = true;
        diff.changed(participant, &mut member.meta, |meta| {
            meta.call = Some(generation)
        });
        true
    }

    /// What the others can subscribe of a live generation changed. False: it is not live.
    pub fn announce(&mut self, feed: &Feed, streams: Vec<PublishedStream>) -> bool {
        let call = self.calls_on.get_mut(&feed.participant);
        match call.filter(|call| call.generation == feed.generation && call.live) {
            Some(call) => {
                call.announced = streams;
                true
            }
            None => false,
        }
    }

    /// What can be subscribed of one participant.
    pub fn publisher(&self, participant: &ParticipantId) -> Option<Publisher> {
        let call = self.calls_on.get(participant).filter(|call| call.live)?;
        Some(Publisher {
            participant: participant.clone(),
            generation: call.generation,
            streams: call.announced.clone(),
        })
    }

    /// Whether this generation is live.
    pub fn is_live(&self, participant: &ParticipantId, generation: Generation) -> bool {
        self.live_generation(participant) == Some(generation)
    }

    /// The generation that is live.
    pub fn live_generation(&self, participant: &ParticipantId) -> Option<Generation> {
        self.calls_on
            .get(participant)
            .filter(|call| call.live)
            .map(|call| call.generation)
    }

    /// Ends a generation, whoever says so: the first reason wins.
    pub fn end(
        &mut self,
        participant: &ParticipantId,
        generation: Generation,
        reason: &'static str,
        restart: bool,
    ) -> Ending {
        if self
            .calls_on
            .get(participant)
            .is_none_or(|call| call.generation != generation)
        {
            return Ending::Unknown;
        }
        match self.calls_on.remove(participant) {
            Some(call) if call.live => {
                let participant = participant.clone();
                self.owed.push(StopCall {
                    participant,
                    generation,
                    reason,
                    restart,
                });
                Ending::Owed
            }
            _ => Ending::Unborn,
        }
    }

    /// Ends whatever generation somebody has.
    pub fn end_any(&mut self, who: &ParticipantId, reason: &'static str, restart: bool) -> Ending {
        match self.calls_on.get(who).map(|call| call.generation) {
            Some(generation) => self.end(who, generation, reason, restart),
            None => Ending::Unknown,
        }
    }

    /// Ends every generation.
    pub fn end_all(&mut self, reason: &'static str, restart: bool) {
        let all: Vec<_> = self.calls_on.keys().cloned().collect();
        for participant in all {
            self.end_any(&participant, reason, restart);
        }
    }

    /// What is owed, in the order it was ended. Ask [`Self::strike`] once it is said.
    pub fn owed(&self) -> Vec<StopCall> {
        self.owed.clone()
    }

    /// Strikes what was said, and clears the metas that named those generations.
    pub fn strike(&mut self, said: &[StopCall], diff: &mut PresenceDiff) {
        self.owed.retain(|owed| !said.contains(owed));
        for stop_call in said {
            if let Some(member) = self.members.get_mut(&stop_call.participant)
                && member.meta.call == Some(stop_call.generation)
            {
                diff.changed(&stop_call.participant, &mut member.meta, |meta| {
                    meta.call = None
                });
            }
        }
    }

    /// Keeps a chat message for latecomers.
    pub fn keep_chat(&mut self, message: ChatMessage) {
        if self.chat.len() >= CHAT_KEPT {
            self.chat.pop_front();
        }
        self.chat.push_back(message);
    }

    /// The last chat messages, the oldest first.
    pub fn chat(&self) -> impl Iterator<Item = &ChatMessage> {
        self.chat.iter()
    }

    /// Everybody who is here.
    pub fn presence(&self) -> PresenceState {
        self.members
            .iter()
            .map(|(id, member)| (id.clone(), member.meta.clone().into()))
            .collect()
    }

    /// What can be subscribed.
    pub fn publishers(&self) -> Vec<Publisher> {
        let publishers = self
            .calls_on
            .keys()
            .filter_map(|participant| self.publisher(participant));
        publishers
            .filter(|publisher| !publisher.streams.is_empty())
            .collect()
    }

    /// The members.
    pub fn members(&self) -> impl Iterator<Item = (&ParticipantId, &Member)> {
        self.members.iter()
    }

    /// One member.
    pub fn member(&self, participant: &ParticipantId) -> Option<&Member> {
        self.members.get(participant)
    }

    /// How many generations are live.
    pub fn live_calls(&self) -> usize {
        self.calls_on.values().filter(|call| call.live).count()
    }

    /// Whether nobody is here.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}
