//! Which calls are on. They begin and end here, atomically, so that each generation that began ends
//! with exactly one `stop_call`, whoever ends it and however many do at once.

use super::RoomState;
use crate::names::{Feed, Generation, ParticipantId, PublishedStream};
use crate::rooms::events::{Publisher, StopCall};
use crate::rooms::ports::MembershipId;
use crate::rooms::presence::PresenceDiff;

/// A call that is starting or live.
pub(super) struct Call {
    generation: Generation,
    // Set when the room was told that it is published: from then on its end is owed a stop_call.
    live: bool,
    // What the others may subscribe; none before media can flow.
    announced: Vec<PublishedStream>,
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

impl RoomState {
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

    /// How many generations are live.
    pub fn live_calls(&self) -> usize {
        self.calls_on.values().filter(|call| call.live).count()
    }
}
