//! Who may do what in a room: decided here and nowhere else. Pure.
//!
//! A [`Pass`] comes with a join: from the room's token, or, where no keys are set, the one that
//! everybody has.

use serde::{Deserialize, Serialize};

pub use crate::config::Twice;

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
    /// What comes of it if their subject is here already.
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
