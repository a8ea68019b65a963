//! Who is here: who comes in as whom, who moderates, who may come back.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use tokio::time::Instant;

use super::RoomState;
use crate::names::{Generation, Kind, ParticipantId, Source, random_bytes};
use crate::rooms::authorisation::{Asker, Grants, Pass, Twice};
use crate::rooms::errors::RoomError;
use crate::rooms::ports::{MemberLink, MembershipId};
use crate::rooms::presence::{Meta, MetaUpdate, PresenceDiff, PresenceState};

/// How long a participant may come back under the same id after they left.
pub const RESUME_FOR: Duration = Duration::from_secs(30);

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
    order: u64,
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

/// 128 random bits that bring somebody back as themselves.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ResumeToken(pub(super) String);

impl ResumeToken {
    fn random() -> Self {
        Self(BASE64URL_NOPAD.encode(&random_bytes::<16>()))
    }

    /// As it goes to its owner, and to nobody else.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who may come back, and as what.
pub(super) struct Resume {
    participant: ParticipantId,
    subject: Option<String>,
    order: u64,
    muted: Muted,
    // None while they are a member.
    expires: Option<Instant>,
}

/// Who wants to come in.
pub struct Arrival {
    /// Their connection.
    pub link: MemberLink,
    /// As they call themselves, if their pass does not.
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
    /// The generation that is live, and that they may go on with.
    pub call: Option<Generation>,
    /// What they may do.
    pub grants: Grants,
}

/// As whom somebody comes in.
enum Identity {
    /// They were here before, or are, on another connection.
    Known {
        participant: ParticipantId,
        token: ResumeToken,
        // By their resume token, and not only by their subject.
        by_token: bool,
    },
    New(ParticipantId),
}

impl RoomState {
    /// Somebody comes in: back as who they were if `resume` or their subject says so, else as somebody
    /// new. Errors: why they do not; whoever waits in the lobby from now on is told so, too.
    pub fn enter(
        &mut self,
        arrival: Arrival,
        capacity: usize,
        (now, unix_ms): (Instant, u64),
        diff: &mut PresenceDiff,
    ) -> Result<Entered, RoomError> {
        if self.closed {
            return Err(RoomError::Restarting); // a moment, then there is a new room of that name
        }
        self.resumes
            .retain(|_, resume| resume.expires.is_none_or(|at| at > now));
        let (participant, token, by_token, resumed) = match self.identify(&arrival, now)? {
            Identity::Known {
                participant,
                token,
                by_token,
            } => (participant, token, by_token, true),
            Identity::New(_) if self.members.len() >= capacity => {
                return Err(RoomError::Full { capacity });
            }
            Identity::New(participant) => (participant, ResumeToken::random(), true, false),
        };
        self.left_the_lobby(&participant);
        let Arrival {
            link, name, pass, ..
        } = arrival;
        let name = pass.name.clone().unwrap_or(name);
        let subject = pass.subject.clone();
        self.by_membership
            .insert(link.membership, participant.clone());
        let before = self.members.get(&participant).map(Member::grants);
        let replaced = if let Some(member) = self.members.get_mut(&participant) {
            member.pass = pass;
            diff.changed(&participant, &mut member.meta, |meta| meta.name = name);
            let old = std::mem::replace(&mut member.link, link);
            self.by_membership.remove(&old.membership);
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
            Some(old)
        } else {
            let known = self.resumes.get(&token);
            let (order, muted) = known.map_or((self.arrivals + 1, Muted::default()), |resume| {
                (resume.order, resume.muted)
            });
            self.arrivals = self.arrivals.max(order);
            let meta = Meta::new(name, unix_ms);
            diff.joined(participant.clone(), &meta);
            let member = Member {
                link,
                meta,
                pass,
                resume: token.clone(),
                muted,
                order,
            };
            self.members.insert(participant.clone(), member);
            None
        };
        self.appoint(diff);
        let member = self.members.get(&participant);
        let (order, muted) = member.map_or((self.arrivals, Muted::default()), |member| {
            (member.order, member.muted)
        });
        let grants = self.grants_of(&participant);
        let record = Resume {
            participant: participant.clone(),
            subject,
            order,
            muted,
            expires: None,
        };
        self.resumes.insert(token.clone(), record);
        // Who comes from elsewhere, or may do other things than before, starts anew.
        let goes_on = by_token && before == Some(grants);
        let call = self.live_generation(&participant).filter(|_| goes_on);
        Ok(Entered {
            participant,
            resume: token,
            resumed,
            replaced,
            call,
            grants,
        })
    }

    /// As whom somebody may come in.
    fn identify(&mut self, arrival: &Arrival, now: Instant) -> Result<Identity, RoomError> {
        let Arrival {
            link,
            name,
            resume,
            pass,
        } = arrival;
        let token = resume.clone().map(ResumeToken);
        if self.is_banned(token.as_ref(), pass.subject.as_deref()) {
            return Err(RoomError::Kicked);
        }
        let known = token.and_then(|token| {
            let resume = self.resumes.get(&token)?;
            (resume.subject == pass.subject).then(|| (resume.participant.clone(), token))
        });
        let is_subject = |member: &Member| pass.subject == member.pass.subject;
        let twin = self
            .members
            .iter()
            .find(|(_, member)| pass.subject.is_some() && is_subject(member))
            .map(|(id, member)| (id.clone(), member.resume.clone()));
        let (back, by_token) = match (known, twin) {
            (Some(known), Some(twin)) if known.0 == twin.0 => (known, true),
            (_, Some(_)) if pass.twice == Twice::Refuse => return Err(RoomError::IdentityTaken),
            (_, Some(twin)) => (twin, false),
            (Some(known), None) => (known, true),
            (None, None) => {
                return self.at_the_door(link, name, pass, now).map(Identity::New);
            }
        };
        let (participant, token) = back;
        Ok(Identity::Known {
            participant,
            token,
            by_token,
        })
    }

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
