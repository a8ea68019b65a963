//! Who may do what in a room: decided here and nowhere else. Pure.
//!
//! A [`Pass`] comes with a join: from the room's token, or, where no keys are set, the one that
//! everybody has.

use serde::{Deserialize, Serialize};

use super::errors::RoomError;
use super::messages::{Act, Request};
pub use crate::config::Twice;
use crate::names::{ParticipantId, Source};
use crate::sdp::Signal;

/// Something that not everybody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grant {
    /// Send microphone and camera.
    Publish,
    /// Receive what others publish.
    Subscribe,
    /// Say something to the room.
    Chat,
    /// Relay data to the others.
    Data,
    /// Share a screen.
    Screen,
    /// Have the room recorded.
    Record,
    /// Mute, kick, lock, admit, end.
    Moderate,
}

impl Grant {
    /// All, in the order in which they are listed.
    pub const ALL: [Self; 7] = [
        Self::Publish,
        Self::Subscribe,
        Self::Chat,
        Self::Data,
        Self::Screen,
        Self::Record,
        Self::Moderate,
    ];

    fn bit(self) -> u8 {
        1 << (self as u8)
    }
}

/// A set of [`Grant`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grants(u8);

impl Grants {
    /// What a participant may do.
    pub const fn of_participant() -> Self {
        // Publish, subscribe, chat, data, screen: the first five bits.
        Self(0b1_1111)
    }

    /// What a moderator may do: everything.
    pub const fn of_moderator() -> Self {
        Self(0b111_1111)
    }

    /// Whether this is among them.
    pub fn has(self, grant: Grant) -> bool {
        self.0 & grant.bit() != 0
    }

    /// All of both.
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Them, in the order of [`Grant::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Grant> {
        Grant::ALL.into_iter().filter(move |grant| self.has(*grant))
    }
}

impl FromIterator<Grant> for Grants {
    fn from_iter<T: IntoIterator<Item = Grant>>(grants: T) -> Self {
        Self(grants.into_iter().fold(0, |set, grant| set | grant.bit()))
    }
}

impl Serialize for Grants {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// What somebody comes into a room with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    /// Who they are by their token (`sub`); none without one. Two joins of one subject are one person.
    pub subject: Option<String>,
    /// Their name by their token, which they cannot change; none: they name themselves.
    pub name: Option<String>,
    /// What they may do. In an open room whoever moderates may do more.
    pub grants: Grants,
    /// Where no keys are set: who moderates is who is there first.
    pub open: bool,
    /// What becomes of a second join of the same subject.
    pub twice: Twice,
}

impl Pass {
    /// The one that everybody has where no keys are set.
    pub const fn open() -> Self {
        Self {
            subject: None,
            name: None,
            grants: Grants::of_participant(),
            open: true,
            twice: Twice::Replace,
        }
    }

    /// All that its holder may do. `moderates`: the role is theirs, which in an open room brings
    /// rights that the pass has not.
    pub fn grants(&self, moderates: bool) -> Grants {
        match self.open && moderates {
            true => self.grants.with(Grants::of_moderator()),
            false => self.grants,
        }
    }

    /// Whether its holder comes in through a locked door: who may unlock it.
    pub fn opens_doors(&self) -> bool {
        self.grants.has(Grant::Moderate)
    }
}

/// Who asks.
pub struct Asker<'a> {
    /// As whom.
    pub participant: &'a ParticipantId,
    /// What they came in with.
    pub pass: &'a Pass,
    /// What they may do.
    pub grants: Grants,
}

fn need(grants: Grants, grant: Grant, detail: &'static str) -> Result<(), RoomError> {
    match grants.has(grant) {
        true => Ok(()),
        false => Err(RoomError::Forbidden { detail }),
    }
}

/// Whether somebody may ask this of the room.
pub fn check(who: &Asker<'_>, asked: &Request) -> Result<(), RoomError> {
    match asked {
        Request::Update(update) if update.name.is_some() && who.pass.name.is_some() => {
            Err(RoomError::Forbidden {
                detail: "the name is the token's",
            })
        }
        // What may be sent and received by it is narrowed instead.
        Request::Update(_) | Request::Signal { .. } => Ok(()),
        Request::Chat(_) => need(who.grants, Grant::Chat, "no right to `chat`"),
        Request::Data(_) => need(who.grants, Grant::Data, "no right to `data`"),
        Request::Act(Act::Record { .. }) => need(who.grants, Grant::Record, "no right to `record`"),
        Request::Act(act) => {
            need(who.grants, Grant::Moderate, "only moderators do that")?;
            match act {
                Act::Kick { participant } if participant == who.participant => {
                    Err(RoomError::Forbidden {
                        detail: "nobody kicks themselves: leave",
                    })
                }
                Act::Kick { .. }
                | Act::Mute { .. }
                | Act::Lock { .. }
                | Act::End
                | Act::Record { .. }
                | Act::Admit { .. }
                | Act::Refuse { .. } => Ok(()),
            }
        }
    }
}

fn grant_for(source: Source) -> Grant {
    match source {
        Source::Mic | Source::Camera => Grant::Publish,
        Source::Screen => Grant::Screen,
    }
}

/// Whether somebody may send streams of these sources.
pub fn may_send(grants: Grants, sources: impl Iterator<Item = Source>) -> Result<(), RoomError> {
    for source in sources {
        let detail = match source {
            Source::Mic | Source::Camera => "no right to `publish`",
            Source::Screen => "no right to share a `screen`",
        };
        need(grants, grant_for(source), detail)?;
    }
    Ok(())
}

/// Whether somebody may receive what others publish.
pub fn may_receive(grants: Grants) -> Result<(), RoomError> {
    need(grants, Grant::Subscribe, "no right to `subscribe`")
}

/// A signal from one browser to another, with the directions that its sender's grants leave: an
/// m-line that they may not send on does not send. By the order of protocol.md: microphone, camera,
/// then screens.
pub fn narrowed(grants: Grants, signal: Signal) -> Signal {
    let receives = grants.has(Grant::Subscribe);
    let sends = |line: usize| match line {
        0 | 1 => grants.has(Grant::Publish),
        _ => grants.has(Grant::Screen),
    };
    if receives && sends(0) && sends(2) {
        return signal;
    }
    match signal {
        Signal::Offer(sdp) => Signal::Offer(sdp.narrowed(|line| (sends(line), receives))),
        Signal::Answer(sdp) => Signal::Answer(sdp.narrowed(|line| (sends(line), receives))),
        Signal::Candidate(candidate) => Signal::Candidate(candidate),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_are_a_set_in_a_fixed_order() {
        let grants: Grants = [Grant::Chat, Grant::Publish, Grant::Chat]
            .into_iter()
            .collect();
        let text = serde_json::to_string(&grants).unwrap();
        assert_eq!(text, r#"["publish","chat"]"#);
        assert!(grants.has(Grant::Chat) && !grants.has(Grant::Moderate));
    }

    #[test]
    fn a_participant_has_neither_record_nor_moderate_and_a_moderator_has_all() {
        let missing: Vec<Grant> = Grant::ALL
            .into_iter()
            .filter(|grant| !Grants::of_participant().has(*grant))
            .collect();
        assert_eq!(missing, [Grant::Record, Grant::Moderate]);
        assert_eq!(Grants::of_moderator().iter().count(), Grant::ALL.len());
    }
}
