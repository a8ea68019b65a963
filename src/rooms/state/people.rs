//! Who is here, who of them moderates, and what they show of themselves.

use tokio::time::Instant;

use super::RoomState;
use super::arrival::{RESUME_FOR, ResumeToken};
use crate::names::{Kind, ParticipantId, Source};
use crate::rooms::authorisation::{Asker, Grants, Pass};
use crate::rooms::ports::{MemberLink, MembershipId};
use crate::rooms::presence::{Meta, MetaUpdate, PresenceDiff, PresenceState};

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
    /// What a moderator muted, and they did not lift yet.
    pub muted: Muted,
    /// In which order they came; kept by who comes back.
    pub(super) order: u64,
}

impl Member {
    /// Whether the role is theirs.
    pub fn moderates(&self) -> bool {
        self.meta.role == MODERATOR
    }

    /// What they may do.
    pub fn grants(&self) -> Grants {
        self.pass.grants(self.moderates())
    }
}

const MODERATOR: &str = "moderator";

/// What of somebody's nobody else gets, whatever their browser does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Muted {
    /// Their microphone.
    pub audio: bool,
    /// Their camera.
    pub video: bool,
}

impl Muted {
    /// Whether it concerns a stream of this source. A shared screen is never muted.
    pub fn holds(self, source: Source) -> bool {
        match source {
            Source::Mic => self.audio,
            Source::Camera => self.video,
            Source::Screen => false,
        }
    }
}

impl RoomState {
    /// Gives the role to whom it belongs: in an open room to whoever came first of those who are here,
    /// else to whoever's pass says so.
    pub(super) fn appoint(&mut self, diff: &mut PresenceDiff) {
        let open = self.members.iter().filter(|(_, member)| member.pass.open);
        let first = open.min_by_key(|(_, member)| member.order);
        let first = first.map(|(id, _)| id.clone());
        for (id, member) in &mut self.members {
            let moderates = match member.pass.open {
                true => first.as_ref() == Some(id),
                false => member.pass.opens_doors(),
            };
            let role = if moderates { MODERATOR } else { "participant" };
            if member.meta.role != role {
                diff.changed(id, &mut member.meta, |meta| meta.role = role);
                self.lobby_unsaid |= !self.lobby.is_empty();
            }
        }
    }

    /// What somebody may do; nothing if they are not here.
    pub fn grants_of(&self, participant: &ParticipantId) -> Grants {
        let member = self.members.get(participant);
        member.map_or_else(Grants::default, Member::grants)
    }

    /// Who asks by this membership.
    pub fn asker(&self, membership: MembershipId) -> Option<Asker<'_>> {
        let participant = self.by_membership.get(&membership)?;
        let member = self.members.get(participant)?;
        Some(Asker {
            participant,
            pass: &member.pass,
            grants: member.grants(),
        })
    }

    /// Whose membership it is.
    pub fn member_of(&self, membership: MembershipId) -> Option<&ParticipantId> {
        self.by_membership.get(&membership)
    }

    /// Whether `participant` is here by this very membership.
    pub fn is_member(&self, participant: &ParticipantId, membership: MembershipId) -> bool {
        self.member_of(membership) == Some(participant)
    }

    /// Whether they are here by a later membership than this one.
    pub fn is_taken_over(&self, participant: &ParticipantId, membership: MembershipId) -> bool {
        self.members
            .get(participant)
            .is_some_and(|member| member.link.membership != membership)
    }

    /// Takes somebody out of the members; what their call's end is called is the caller's to say.
    pub(super) fn take_out(
        &mut self,
        participant: &ParticipantId,
        diff: &mut PresenceDiff,
    ) -> Option<Member> {
        let member = self.members.remove(participant)?;
        self.by_membership.remove(&member.link.membership);
        diff.joins.remove(participant);
        let shown = diff
            .leaves
            .remove(participant)
            .and_then(|metas| metas.metas.into_iter().next());
        let shown = shown.unwrap_or_else(|| member.meta.clone());
        diff.left(participant.clone(), shown);
        self.appoint(diff);
        Some(member)
    }

    /// Somebody leaves; a live generation ends with them (`left`). False: they were not here.
    pub fn leave(
        &mut self,
        participant: &ParticipantId,
        now: Instant,
        diff: &mut PresenceDiff,
    ) -> bool {
        let Some(member) = self.take_out(participant, diff) else {
            return false;
        };
        self.end_any(participant, "left", false);
        if let Some(resume) = self.resumes.get_mut(&member.resume) {
            resume.muted = member.muted;
            resume.expires = Some(now + RESUME_FOR);
        }
        true
    }

    /// A moderator puts somebody out (`kicked`): they are banned, and owed word of it. False: they are
    /// not here.
    pub fn kick(&mut self, participant: &ParticipantId, diff: &mut PresenceDiff) -> bool {
        let Some(member) = self.take_out(participant, diff) else {
            return false;
        };
        self.end_any(participant, "kicked", false);
        self.resumes.remove(&member.resume);
        self.ban(member.resume, member.pass.subject);
        self.dismiss(participant.clone(), member.link, "kicked");
        true
    }

    /// Changes what the others see of somebody. What they turn on is muted no more; true if it was.
    pub fn update(
        &mut self,
        participant: &ParticipantId,
        update: MetaUpdate,
        diff: &mut PresenceDiff,
    ) -> bool {
        let Some(member) = self.members.get_mut(participant) else {
            return false;
        };
        let before = member.muted;
        member.muted.audio &= update.mic != Some(true);
        member.muted.video &= update.camera != Some(true);
        diff.changed(participant, &mut member.meta, |meta| meta.apply(update));
        member.muted != before
    }

    /// Mutes somebody's microphone or camera. False: they are not here.
    pub fn mute(
        &mut self,
        participant: &ParticipantId,
        kind: Kind,
        diff: &mut PresenceDiff,
    ) -> bool {
        let Some(member) = self.members.get_mut(participant) else {
            return false;
        };
        let mut update = MetaUpdate::default();
        match kind {
            Kind::Audio => (member.muted.audio, update.mic) = (true, Some(false)),
            Kind::Video => (member.muted.video, update.camera) = (true, Some(false)),
        }
        diff.changed(participant, &mut member.meta, |meta| meta.apply(update));
        true
    }

    /// What of somebody's is muted.
    pub fn muted(&self, participant: &ParticipantId) -> Muted {
        let member = self.members.get(participant);
        member.map_or_else(Muted::default, |member| member.muted)
    }

    /// Everybody who is here.
    pub fn presence(&self) -> PresenceState {
        self.members
            .iter()
            .map(|(id, member)| (id.clone(), member.meta.clone().into()))
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

    /// Whether nobody is here.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}
