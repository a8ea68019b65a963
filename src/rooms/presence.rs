//! Presence in Phoenix's own shape (`Phoenix.Presence`): state, diff, metas. Pure.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::names::{Generation, ParticipantId, random_text};

/// What everybody may know of a participant. Flags are booleans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Meta {
    /// As they call themselves.
    pub name: String,
    /// When they joined, Unix milliseconds.
    pub joined_at: u64,
    /// Their microphone is on.
    pub mic: bool,
    /// Their camera is on.
    pub camera: bool,
    /// They share a screen.
    pub screen: bool,
    /// Their hand is up.
    pub hand: bool,
    /// How good their connection is, by their own page's word.
    pub quality: Option<String>,
    /// `moderator` or `participant`.
    pub role: &'static str,
    /// The live generation of their call.
    pub call: Option<Generation>,
    /// Changes with every change (Phoenix).
    pub phx_ref: String,
    /// The one it replaces (Phoenix).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phx_ref_prev: Option<String>,
}

/// What a participant may change of their meta; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetaUpdate {
    /// A new name.
    pub name: Option<String>,
    /// Microphone.
    pub mic: Option<bool>,
    /// Camera.
    pub camera: Option<bool>,
    /// Screen.
    pub screen: Option<bool>,
    /// Hand.
    pub hand: Option<bool>,
    /// Quality.
    pub quality: Option<String>,
}

impl Meta {
    /// The meta of somebody who just came.
    pub fn new(name: String, joined_at: u64) -> Self {
        Self {
            name,
            joined_at,
            mic: false,
            camera: false,
            screen: false,
            hand: false,
            quality: None,
            role: "participant",
            call: None,
            phx_ref: random_text(),
            phx_ref_prev: None,
        }
    }

    /// Applies an update.
    pub fn apply(&mut self, update: MetaUpdate) {
        let MetaUpdate {
            name,
            mic,
            camera,
            screen,
            hand,
            quality,
        } = update;
        self.name = name.unwrap_or_else(|| std::mem::take(&mut self.name));
        self.mic = mic.unwrap_or(self.mic);
        self.camera = camera.unwrap_or(self.camera);
        self.screen = screen.unwrap_or(self.screen);
        self.hand = hand.unwrap_or(self.hand);
        self.quality = quality.or_else(|| self.quality.take());
    }
}

/// The metas of one participant: here always one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Metas {
    /// The list that Phoenix wants.
    pub metas: Vec<Meta>,
}

impl From<Meta> for Metas {
    fn from(meta: Meta) -> Self {
        Self { metas: vec![meta] }
    }
}

/// `presence_state`: `{"p1": {"metas": […]}}`.
pub type PresenceState = BTreeMap<ParticipantId, Metas>;

/// `presence_diff`: `{"joins": {…}, "leaves": {…}}`. Somebody who changed is in both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PresenceDiff {
    /// New metas.
    pub joins: PresenceState,
    /// Metas that are gone.
    pub leaves: PresenceState,
}

impl PresenceDiff {
    /// Somebody came.
    pub fn joined(&mut self, participant: ParticipantId, meta: &Meta) {
        self.joins.insert(participant, meta.clone().into());
    }

    /// Somebody went.
    pub fn left(&mut self, participant: ParticipantId, meta: Meta) {
        self.leaves.insert(participant, meta.into());
    }

    /// Changes a meta and notes it: the new one gets a fresh `phx_ref`, the old one leaves. A second
    /// change within one diff leaves what left first.
    pub fn changed(
        &mut self,
        participant: &ParticipantId,
        meta: &mut Meta,
        change: impl FnOnce(&mut Meta),
    ) {
        let mut new = meta.clone();
        change(&mut new);
        if new == *meta {
            return;
        }
        new.phx_ref = random_text();
        let before = self
            .leaves
            .get(participant)
            .and_then(|metas| metas.metas.first());
        let old_ref = before.unwrap_or(meta).phx_ref.clone();
        // Who both came and changed within one diff was never seen as they were.
        if !self.joins.contains_key(participant) || before.is_some() {
            new.phx_ref_prev = Some(old_ref);
            self.leaves
                .entry(participant.clone())
                .or_insert_with(|| meta.clone().into());
        }
        *meta = new;
        self.joins.insert(participant.clone(), meta.clone().into());
    }

    /// Nothing happened.
    pub fn is_empty(&self) -> bool {
        self.joins.is_empty() && self.leaves.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_a_join_of_the_new_meta_and_a_leave_of_the_old() {
        let (id, mut meta) = (ParticipantId::random(), Meta::new("Ann".into(), 1));
        let (mut diff, old) = (PresenceDiff::default(), meta.clone());
        diff.changed(&id, &mut meta, |meta| meta.mic = true);
        diff.changed(&id, &mut meta, |meta| meta.hand = true);
        assert_eq!(diff.leaves[&id].metas.first(), Some(&old));
        assert_eq!(diff.joins[&id].metas.first(), Some(&meta));
        assert_eq!(meta.phx_ref_prev, Some(old.phx_ref.clone()));
        assert!(meta.mic && meta.hand && meta.phx_ref != old.phx_ref);
    }

    #[test]
    fn a_change_that_changes_nothing_is_not_told() {
        let (id, mut meta) = (ParticipantId::random(), Meta::new("Ann".into(), 1));
        let mut diff = PresenceDiff::default();
        diff.changed(&id, &mut meta, |meta| meta.mic = false);
        assert!(diff.is_empty());
    }
}
