//! The door: who may come in, who waits before it, who was put out; and the room's end.

use std::time::Duration;

use tokio::time::Instant;

use super::RoomState;
use super::arrival::ResumeToken;
use crate::names::ParticipantId;
use crate::rooms::authorisation::Pass;
use crate::rooms::errors::RoomError;
use crate::rooms::events::{Door, Waiting};
use crate::rooms::ports::MemberLink;

/// How many can wait. Who comes then is told to try again.
pub const LOBBY_PLACES: usize = 100;
/// Who waits and did not ask for so long has given up. The official client asks every ten seconds at
/// the slowest.
pub const WAIT_FOR: Duration = Duration::from_secs(15);
/// How many bans are kept, two of each who was put out; then the oldest is forgotten.
const BANS_KEPT: usize = 2_000;

/// Who may not come back.
#[derive(PartialEq, Eq)]
pub(super) enum Ban {
    Token(ResumeToken),
    Subject(String),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Waits,
    Admitted,
    Refused,
}

/// Somebody before a locked door, known by their connection.
pub(super) struct Waiter {
    participant: ParticipantId,
    name: String,
    link: MemberLink,
    // When they asked last.
    seen: Instant,
    verdict: Verdict,
}

/// Somebody who was put out, and is to be told.
pub struct Dismissed {
    /// Who they were.
    pub participant: ParticipantId,
    /// Their connection.
    pub link: MemberLink,
    /// `kicked`, or `ended` with the whole room.
    pub reason: &'static str,
}

impl RoomState {
    // ---- who may come in ----

    /// As whom somebody new may come in now; they wait if there is a lobby.
    pub(super) fn at_the_door(
        &mut self,
        link: &MemberLink,
        name: &str,
        pass: &Pass,
        now: Instant,
    ) -> Result<ParticipantId, RoomError> {
        if !self.door.locked || pass.opens_doors() {
            return Ok(ParticipantId::random());
        }
        if !self.door.lobby {
            return Err(RoomError::Locked);
        }
        let name = pass.name.as_deref().unwrap_or(name);
        let mut lobby = self.lobby.iter_mut();
        if let Some(waiter) = lobby.find(|waiter| waiter.link.is_same_connection(link)) {
            waiter.seen = now;
            if waiter.name != name {
                name.clone_into(&mut waiter.name);
                self.lobby_unsaid = true;
            }
            return match waiter.verdict {
                Verdict::Waits => Err(RoomError::Waiting),
                Verdict::Refused => Err(RoomError::Refused),
                Verdict::Admitted => Ok(waiter.participant.clone()),
            };
        }
        if self.lobby.len() >= LOBBY_PLACES {
            // Who was refused keeps no place.
            let refused = |waiter: &Waiter| waiter.verdict == Verdict::Refused;
            let Some(at) = self.lobby.iter().position(refused) else {
                return Err(RoomError::Busy);
            };
            self.lobby.remove(at);
        }
        self.lobby.push(Waiter {
            participant: ParticipantId::random(),
            name: name.to_owned(),
            link: link.clone(),
            seen: now,
            verdict: Verdict::Waits,
        });
        self.lobby_unsaid = true;
        Err(RoomError::Waiting)
    }

    /// Who comes in from now on.
    pub fn door(&self) -> Door {
        self.door
    }

    /// Locks the door, or opens it: then whoever waits comes in at their next try.
    pub fn set_door(&mut self, door: Door) {
        let door = Door {
            locked: door.locked,
            lobby: door.locked && door.lobby,
        };
        self.door_unsaid |= door != self.door;
        self.door = door;
        if !door.lobby {
            self.lobby_unsaid |= !self.lobby.is_empty();
            self.lobby.clear();
        }
    }

    /// The door, if not everybody was told of its last change. Ask [`Self::door_said`] then.
    pub fn unsaid_door(&self) -> Option<Door> {
        self.door_unsaid.then_some(self.door)
    }

    /// Everybody was told.
    pub fn door_said(&mut self) {
        self.door_unsaid = false;
    }

    // ---- who waits ----

    /// Who waits for a moderator's word, the first first.
    pub fn lobby(&self) -> Vec<Waiting> {
        let waits = |waiter: &&Waiter| waiter.verdict == Verdict::Waits;
        let shown = |waiter: &Waiter| Waiting {
            participant: waiter.participant.clone(),
            name: waiter.name.clone(),
        };
        self.lobby.iter().filter(waits).map(shown).collect()
    }

    /// Whether moderators are to be told who waits. Ask [`Self::lobby_said`] then.
    pub fn is_lobby_unsaid(&self) -> bool {
        self.lobby_unsaid
    }

    /// They were told.
    pub fn lobby_said(&mut self) {
        self.lobby_unsaid = false;
    }

    /// Everybody before the door whose connection is to be watched.
    pub fn waiters(&self) -> impl Iterator<Item = (&ParticipantId, &MemberLink)> {
        self.lobby
            .iter()
            .map(|waiter| (&waiter.participant, &waiter.link))
    }

    /// A moderator lets somebody in who waits, or does not. False: nobody of that id waits.
    pub fn judge(&mut self, participant: &ParticipantId, admit: bool) -> bool {
        let mut lobby = self.lobby.iter_mut();
        let waiter = lobby
            .find(|waiter| waiter.participant == *participant && waiter.verdict == Verdict::Waits);
        let Some(waiter) = waiter else {
            return false;
        };
        waiter.verdict = match admit {
            true => Verdict::Admitted,
            false => Verdict::Refused,
        };
        self.lobby_unsaid = true;
        true
    }

    /// Whoever waited under this id does not any more.
    pub fn left_the_lobby(&mut self, participant: &ParticipantId) {
        let before = self.lobby.len();
        self.lobby
            .retain(|waiter| waiter.participant != *participant);
        self.lobby_unsaid |= self.lobby.len() != before;
    }

    /// Forgets who stopped asking.
    pub fn forget_silent(&mut self, now: Instant) {
        let before = self.lobby.len();
        self.lobby
            .retain(|waiter| now.saturating_duration_since(waiter.seen) < WAIT_FOR);
        self.lobby_unsaid |= self.lobby.len() != before;
    }

    // ---- who was put out ----

    pub(super) fn ban(&mut self, token: ResumeToken, subject: Option<String>) {
        self.bans.push_back(Ban::Token(token));
        self.bans.extend(subject.map(Ban::Subject));
        while self.bans.len() > BANS_KEPT {
            self.bans.pop_front();
        }
    }

    pub(super) fn is_banned(&self, token: Option<&ResumeToken>, subject: Option<&str>) -> bool {
        self.bans.iter().any(|ban| match ban {
            Ban::Token(banned) => token == Some(banned),
            Ban::Subject(banned) => subject == Some(banned.as_str()),
        })
    }

    pub(super) fn dismiss(
        &mut self,
        participant: ParticipantId,
        link: MemberLink,
        reason: &'static str,
    ) {
        self.dismissed.push_back(Dismissed {
            participant,
            link,
            reason,
        });
    }

    /// Who was put out and is still to be told. Ask [`Self::dismissed_told`] then.
    pub fn dismissed(&self) -> Option<&Dismissed> {
        self.dismissed.front()
    }

    /// The first of them was told.
    pub fn dismissed_told(&mut self) {
        self.dismissed.pop_front();
    }

    // ---- the end ----

    /// The room ends for everybody: nobody is in it, no call is on, nothing of it is kept. Everybody
    /// is owed word of it, which stands for the ends of all calls.
    pub fn close(&mut self) {
        self.closed = true;
        for (participant, member) in std::mem::take(&mut self.members) {
            self.dismissed.push_back(Dismissed {
                participant,
                link: member.link,
                reason: "ended",
            });
        }
        self.by_membership.clear();
        self.calls_on.clear();
        self.owed.clear();
        self.forget();
    }

    /// Whether it ended: whoever comes is in another room, of the same name.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Forgets what an empty room kept for who may come back: it stood empty for too long.
    pub fn forget(&mut self) {
        self.resumes.clear();
        self.chat.clear();
        self.bans.clear();
        self.lobby.clear();
        self.door = Door::default();
        (self.door_unsaid, self.lobby_unsaid) = (false, false);
    }
}
