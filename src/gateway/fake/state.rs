//! What is on a made-up gateway: sessions, their feeds, what they subscribe. No process, no time.

use std::collections::{BTreeMap, BTreeSet};

use tokio::sync::mpsc;

use super::media;
use super::media::Line;
use crate::gateway::{
    Answered, GatewayError, GatewayEvent, MediaRoom, Publication, SessionId, Subscribed,
    SubscribedStream, SubscriberOffer, SubscriptionChange,
};
use crate::names::{Feed, Kind, Mid, Of, ParticipantId, PublishedStream, Source, StreamSpec};
use crate::sdp::{Direction, Sdp};

/// What a session is told; an error is the last.
pub(super) type Told = Result<GatewayEvent, GatewayError>;

/// What an m-line carries, if it is active.
type OfferedLine = (Kind, Option<(Feed, Mid)>);

/// One call's session.
pub(super) struct Session {
    // Those who listen have the other end. Dropped, it is silent: a destroyed session says nothing.
    events: mpsc::UnboundedSender<Told>,
    joined: Option<(String, Feed)>,
    published: Vec<PublishedStream>,
    muted: BTreeSet<Mid>,
    subscriber: Option<Subscriber>,
}

/// The subscribing side of a session.
#[derive(Default)]
struct Subscriber {
    // By m-line; none on it: inactive, and not used again.
    lines: Vec<OfferedLine>,
    version: u64,
    // An offer is out.
    unanswered: bool,
    // Something changed meanwhile: another follows its answer.
    changed: bool,
}

#[derive(Default)]
pub(super) struct State {
    sessions: BTreeMap<SessionId, Session>,
    rooms: BTreeSet<String>,
}

fn refused(request: &'static str, detail: &str) -> GatewayError {
    GatewayError::Refused {
        request,
        code: 400,
        detail: detail.to_owned(),
    }
}

impl Session {
    pub(super) fn tell(&self, event: GatewayEvent) {
        let _ = self.events.send(Ok(event));
    }

    /// What listens to it fails.
    pub(super) fn end(&self, error: GatewayError) {
        let _ = self.events.send(Err(error));
    }

    pub(super) fn feed(&self) -> Option<&Feed> {
        self.joined.as_ref().map(|(_, feed)| feed)
    }

    pub(super) fn muted(&self) -> Vec<Mid> {
        self.muted.iter().cloned().collect()
    }

    fn publication(&self) -> Option<Publication> {
        let feed = self.feed().filter(|_| !self.published.is_empty())?.clone();
        Some(Publication {
            feed,
            streams: self.published.clone(),
        })
    }
}

impl Subscriber {
    fn offer(&mut self) -> Result<SubscriberOffer, GatewayError> {
        self.version += 1;
        (self.unanswered, self.changed) = (true, false);
        let (mut lines, mut streams) = (Vec::new(), Vec::new());
        for (index, (kind, line)) in self.lines.iter().enumerate() {
            let mid = Mid::parse(&index.to_string())
                .ok_or_else(|| refused("subscribe", "too many m-lines"))?;
            let direction = match line {
                Some(_) => Direction::SendOnly,
                None => Direction::Inactive,
            };
            if let Some((feed, feed_mid)) = line {
                streams.push(SubscribedStream {
                    mid: mid.clone(),
                    feed: feed.clone(),
                    feed_mid: feed_mid.clone(),
                });
            }
            lines.push(Line {
                mid,
                kind: *kind,
                direction,
            });
        }
        Ok(SubscriberOffer {
            offer: media::offer(self.version, &lines)?,
            streams,
        })
    }

    /// An offer, or later, if one is out.
    fn offer_or_postpone(&mut self) -> Result<Subscribed, GatewayError> {
        if self.unanswered {
            self.changed = true;
            return Ok(Subscribed::Nothing);
        }
        self.offer().map(Subscribed::Offer)
    }

    /// Lets go what came of `feed`. An offer, if that is news.
    fn lose(&mut self, feed: &Feed) -> Option<SubscriberOffer> {
        let mut lost = false;
        for (_, line) in &mut self.lines {
            if line.as_ref().is_some_and(|(of, _)| of == feed) {
                (*line, lost) = (None, true);
            }
        }
        match lost.then(|| self.offer_or_postpone()) {
            Some(Ok(Subscribed::Offer(offer))) => Some(offer),
            Some(Ok(Subscribed::Nothing | Subscribed::NoSuchFeed) | Err(_)) | None => None,
        }
    }
}

impl State {
    pub(super) fn sessions(&self) -> impl Iterator<Item = (SessionId, &Session)> {
        self.sessions.iter().map(|(id, session)| (*id, session))
    }

    pub(super) fn into_sessions(self) -> impl Iterator<Item = Session> {
        self.sessions.into_values()
    }

    pub(super) fn rooms(&self) -> impl Iterator<Item = &String> {
        self.rooms.iter()
    }

    pub(super) fn session(&self, id: SessionId) -> Result<&Session, GatewayError> {
        self.sessions.get(&id).ok_or(GatewayError::SessionLost)
    }

    fn session_mut(&mut self, id: SessionId) -> Result<&mut Session, GatewayError> {
        self.sessions.get_mut(&id).ok_or(GatewayError::SessionLost)
    }

    /// The session in which somebody is in a room; of several the latest life.
    pub(super) fn session_of(&self, who: &ParticipantId) -> Option<SessionId> {
        let theirs = self.sessions.iter().filter_map(|(id, session)| {
            let feed = session.feed().filter(|feed| feed.participant == *who)?;
            Some((feed.generation, *id))
        });
        theirs.max().map(|(_, id)| id)
    }

    pub(super) fn open(
        &mut self,
        id: SessionId,
    ) -> Result<mpsc::UnboundedReceiver<Told>, GatewayError> {
        if self.sessions.contains_key(&id) {
            return Err(refused("open", "the id is in use"));
        }
        let (events, listener) = mpsc::unbounded_channel();
        let session = Session {
            events,
            joined: None,
            published: Vec::new(),
            muted: BTreeSet::new(),
            subscriber: None,
        };
        self.sessions.insert(id, session);
        Ok(listener)
    }

    pub(super) fn destroy(&mut self, id: SessionId) -> bool {
        let Some(session) = self.sessions.remove(&id) else {
            return false;
        };
        if let Some((room, feed)) = &session.joined {
            self.gone(room, feed);
        }
        true
    }

    /// Tells the others of a room that a feed is gone.
    fn gone(&mut self, room: &str, feed: &Feed) {
        for other in self.sessions.values_mut() {
            if other.joined.as_ref().is_none_or(|(of, _)| of != room) {
                continue;
            }
            let offer = other.subscriber.as_mut().and_then(|s| s.lose(feed));
            if let Some(offer) = offer {
                other.tell(GatewayEvent::SubscriberOffer(offer));
            }
            other.tell(GatewayEvent::Unpublished(feed.clone()));
            other.tell(GatewayEvent::Leaving(feed.clone()));
        }
    }

    pub(super) fn sweep(&mut self, prefix: &str, keep: &[String]) -> usize {
        let swept: Vec<String> = self
            .rooms
            .iter()
            .filter(|room| room.starts_with(prefix) && !keep.contains(room))
            .cloned()
            .collect();
        for room in &swept {
            self.rooms.remove(room);
            for session in self.sessions.values_mut() {
                if session.joined.as_ref().is_some_and(|(of, _)| of == room) {
                    session.joined = None;
                    session.published.clear();
                    session.tell(GatewayEvent::RoomDestroyed);
                }
            }
        }
        swept.len()
    }

    pub(super) fn join(
        &mut self,
        id: SessionId,
        room: &MediaRoom,
        feed: Feed,
    ) -> Result<Vec<Publication>, GatewayError> {
        self.session(id)?;
        let taken = self.sessions.values().any(|s| s.feed() == Some(&feed));
        if taken {
            return Err(refused("join", "the feed is in the room"));
        }
        self.rooms.insert(room.id.clone());
        let publications = self.others(&room.id).filter_map(Session::publication);
        let publications = publications.collect();
        self.session_mut(id)?.joined = Some((room.id.clone(), feed));
        Ok(publications)
    }

    fn others(&self, room: &str) -> impl Iterator<Item = &Session> {
        self.sessions
            .values()
            .filter(move |s| s.joined.as_ref().is_some_and(|(of, _)| of == room))
    }

    pub(super) fn publish(
        &mut self,
        id: SessionId,
        offer: &Sdp,
        streams: Vec<StreamSpec>,
    ) -> Result<Answered, GatewayError> {
        let session = self.session_mut(id)?;
        if session.joined.is_none() {
            return Err(refused("publish", "no room was joined"));
        }
        let media: Vec<_> = offer.media().collect();
        let published = streams.into_iter().map(|spec| {
            let sent = media
                .iter()
                .find(|line| line.mid == spec.mid && line.direction.sends());
            PublishedStream {
                mid: spec.mid,
                source: spec.source,
                label: spec.label,
                codec: sent.map(|line| codec(line.kind).to_owned()),
                disabled: sent.is_none(),
            }
        });
        session.published = published.collect();
        let answer = media::answer(offer)?;
        session.tell(GatewayEvent::Configured(Of::Publisher));
        Ok(Answered {
            answer,
            streams: session.published.clone(),
        })
    }

    pub(super) fn mute(&mut self, id: SessionId, mid: Mid, mute: bool) -> Result<(), GatewayError> {
        let session = self.session_mut(id)?;
        if !session.published.iter().any(|stream| stream.mid == mid) {
            return Err(refused("mute", "no such stream"));
        }
        match mute {
            true => session.muted.insert(mid),
            false => session.muted.remove(&mid),
        };
        Ok(())
    }

    /// A publisher's connection is up: the others learn of it.
    pub(super) fn publisher_up(&mut self, id: SessionId) {
        let Ok(session) = self.session(id) else {
            return;
        };
        session.tell(GatewayEvent::WebrtcUp(Of::Publisher));
        let (Some((room, feed)), Some(publication)) = (&session.joined, session.publication())
        else {
            return;
        };
        for other in self.others(room).filter(|s| s.feed() != Some(feed)) {
            other.tell(GatewayEvent::Publishers(vec![publication.clone()]));
        }
    }

    /// Which streams are there to be had, of those asked for.
    fn found(&self, room: &str, wanted: &[(Feed, Mid)]) -> Option<Vec<OfferedLine>> {
        let find = |(feed, mid): &(Feed, Mid)| {
            let session = self.others(room).find(|s| s.feed() == Some(feed))?;
            let stream = session.published.iter().find(|s| s.mid == *mid)?;
            let kind = match stream.source {
                Source::Mic => Kind::Audio,
                Source::Camera | Source::Screen => Kind::Video,
            };
            Some((kind, Some((feed.clone(), mid.clone()))))
        };
        wanted.iter().map(find).collect()
    }

    pub(super) fn subscribe(
        &mut self,
        id: SessionId,
        change: &SubscriptionChange,
    ) -> Result<Subscribed, GatewayError> {
        let session = self.session(id)?;
        let Some((room, _)) = &session.joined else {
            return Err(refused("subscribe", "no room was joined"));
        };
        let Some(found) = self.found(room, &change.subscribe) else {
            return Ok(Subscribed::NoSuchFeed);
        };
        let session = self.session_mut(id)?;
        if session.subscriber.is_none() && found.is_empty() {
            return Ok(Subscribed::Nothing);
        }
        let subscriber = session.subscriber.get_or_insert_default();
        let named = |index: usize| Mid::parse(&index.to_string());
        for (index, (_, line)) in subscriber.lines.iter_mut().enumerate() {
            if named(index).is_some_and(|mid| change.unsubscribe.contains(&mid)) {
                *line = None;
            }
        }
        subscriber.lines.extend(found);
        subscriber.offer_or_postpone()
    }

    pub(super) fn restart(&mut self, id: SessionId) -> Result<Subscribed, GatewayError> {
        match &mut self.session_mut(id)?.subscriber {
            Some(subscriber) => subscriber.offer_or_postpone(),
            None => Ok(Subscribed::Nothing),
        }
    }

    pub(super) fn answer(&mut self, id: SessionId) -> Result<(), GatewayError> {
        let session = self.session_mut(id)?;
        let Some(subscriber) = &mut session.subscriber else {
            return Err(refused("answer", "nothing is subscribed"));
        };
        if !std::mem::take(&mut subscriber.unanswered) {
            return Err(refused("answer", "nothing was offered"));
        }
        let next = match subscriber.changed {
            true => Some(subscriber.offer()?),
            false => None,
        };
        session.tell(GatewayEvent::Configured(Of::Subscriber));
        session.tell(GatewayEvent::WebrtcUp(Of::Subscriber));
        if let Some(offer) = next {
            session.tell(GatewayEvent::SubscriberOffer(offer));
        }
        Ok(())
    }

    pub(super) fn drop_subscriber(&mut self, id: SessionId) {
        if let Ok(session) = self.session_mut(id) {
            session.subscriber = None;
        }
    }
}

fn codec(kind: Kind) -> &'static str {
    match kind {
        Kind::Audio => "opus",
        Kind::Video => "vp8",
    }
}
