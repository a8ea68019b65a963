//! Who comes in, and as whom: as somebody new, or as who they were.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use tokio::time::Instant;

use super::RoomState;
use super::people::{Member, Muted};
use crate::names::{Generation, ParticipantId, random_bytes};
use crate::rooms::authorisation::{Grants, Pass, Twice};
use crate::rooms::errors::RoomError;
use crate::rooms::ports::MemberLink;
use crate::rooms::presence::{Meta, PresenceDiff};

/// How long a participant may come back under the same id after they left.
pub const RESUME_FOR: Duration = Duration::from_secs(30);

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
    pub(super) muted: Muted,
    // None while they are a member.
    pub(super) expires: Option<Instant>,
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
}
