//! One call's line to Janus: a session, its publisher handle, its subscriber handle.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, ready};
use tokio::time::{Instant, sleep};

use super::subscriber::Subscriber;
use super::{JanusSettings, words};
use crate::gateway::{
    Answered, GatewayError, Line, MediaRoom, Preference, Publication, Subscribed, SubscriberOffer,
    SubscriptionChange,
};
use crate::janus::errors::Error;
use crate::janus::session::Session;
use crate::janus::videoroom::{
    ID_IN_USE, NO_SUCH_ROOM, Offer, ROOM_EXISTS, StreamChoice, VideoRoom,
};
use crate::names::{Feed, Mid, Of, StreamSpec};
use crate::sdp::{Candidate, Sdp};
use crate::secret::Secret;

mod downstream;

/// A feed's id is free again a moment after its last holder's session was destroyed.
const ID_RETRY: Duration = Duration::from_millis(100);

/// How often a join is tried: a room that has to be made, an id that is still in use.
const JOIN_ATTEMPTS: usize = 4;

/// How long a restart may take; later, it is pushed after the answer of an earlier offer.
const RESTART_PATIENCE: Duration = Duration::from_secs(1);

/// The line. Cheap to clone.
#[derive(Clone)]
pub(super) struct JanusLine {
    shared: Rc<Shared>,
}

struct Shared {
    session: Session,
    publisher: VideoRoom,
    subscriber: RefCell<Option<Rc<Subscriber>>>,
    /// One change of subscriptions at a time, so that no second handle is made.
    changing: tokio::sync::Mutex<()>,
    /// Where one is, as whom.
    joined: RefCell<Option<(MediaRoom, Feed)>>,
    settings: Rc<JanusSettings>,
}

impl JanusLine {
    pub(super) fn new(session: Session, publisher: VideoRoom, settings: Rc<JanusSettings>) -> Self {
        Self {
            shared: Rc::new(Shared {
                session,
                publisher,
                subscriber: RefCell::default(),
                changing: tokio::sync::Mutex::new(()),
                joined: RefCell::default(),
                settings,
            }),
        }
    }

    /// Which side a handle is; none if it is neither (any more).
    pub(super) fn side(&self, handle: u64) -> Option<Of> {
        if handle == self.shared.publisher.handle().id() {
            return Some(Of::Publisher);
        }
        let subscriber = self.subscriber()?;
        (handle == subscriber.videoroom.handle().id()).then_some(Of::Subscriber)
    }

    /// Oneself, once joined.
    pub(super) fn own_feed(&self) -> Option<Feed> {
        let joined = self.shared.joined.borrow();
        joined.as_ref().map(|(_, feed)| feed.clone())
    }

    /// Takes an offer that Janus pushed; none if it is not news.
    pub(super) fn pushed(&self, offer: Offer) -> Result<Option<SubscriberOffer>, GatewayError> {
        match self.subscriber() {
            Some(subscriber) => subscriber.take(offer),
            None => Ok(None),
        }
    }

    fn subscriber(&self) -> Option<Rc<Subscriber>> {
        self.shared.subscriber.borrow().clone()
    }

    /// The subscriber, for what makes no sense without.
    fn need_subscriber(&self, request: &'static str) -> Result<Rc<Subscriber>, GatewayError> {
        self.subscriber()
            .ok_or_else(|| words::unasked(request, "nothing is subscribed"))
    }

    async fn enter(
        self,
        room: MediaRoom,
        feed: Feed,
        deadline: Instant,
    ) -> Result<Vec<Publication>, Error> {
        let (publisher, id) = (&self.shared.publisher, feed.to_string());
        let mut attempt = 1;
        loop {
            match publisher.join_publisher(&room.id, &id, deadline).await {
                Ok(publishers) => {
                    *self.shared.joined.borrow_mut() = Some((room, feed));
                    return Ok(words::publications(publishers));
                }
                Err(Error::Plugin { code, .. })
                    if code == NO_SUCH_ROOM && attempt < JOIN_ATTEMPTS =>
                {
                    self.make_room(&room, deadline).await?;
                }
                Err(Error::Plugin { code, .. }) if code == ID_IN_USE && attempt < JOIN_ATTEMPTS => {
                    sleep(ID_RETRY).await;
                }
                Err(error) => return Err(error),
            }
            attempt += 1;
        }
    }

    async fn make_room(&self, room: &MediaRoom, deadline: Instant) -> Result<(), Error> {
        let settings = &self.shared.settings;
        let options = settings.rooms.options(room.capacity);
        let key = settings.admin_key.as_ref().map(Secret::expose);
        let publisher = &self.shared.publisher;
        match publisher
            .create_room(&room.id, &options, key, deadline)
            .await
        {
            Err(Error::Plugin {
                code: ROOM_EXISTS, ..
            }) => Ok(()),
            made => made,
        }
    }
}

impl Line for JanusLine {
    fn join(
        &self,
        room: MediaRoom,
        feed: Feed,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<Vec<Publication>, GatewayError>> {
        let entered = self.clone().enter(room, feed, deadline);
        async move { entered.await.map_err(words::error) }.boxed_local()
    }

    fn publish(
        &self,
        offer: Sdp,
        streams: Vec<StreamSpec>,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<Answered, GatewayError>> {
        let publisher = self.shared.publisher.clone();
        async move {
            let descriptions = words::descriptions(&streams);
            let (answer, agreed) = publisher
                .publish(offer.as_str().to_owned(), &descriptions, deadline)
                .await
                .map_err(words::offer_error)?;
            Ok(Answered {
                answer: words::sdp(&answer)?,
                streams: words::published(streams, &agreed),
            })
        }
        .boxed_local()
    }

    fn subscribe(
        &self,
        change: SubscriptionChange,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<Subscribed, GatewayError>> {
        self.clone().change(change, deadline).boxed_local()
    }

    fn answer(
        &self,
        answer: Sdp,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<(), GatewayError>> {
        let subscriber = self.need_subscriber("answer");
        async move {
            let videoroom = &subscriber?.videoroom;
            let started = videoroom.start(answer.as_str().to_owned(), deadline).await;
            started.map_err(words::offer_error)
        }
        .boxed_local()
    }

    fn restart_subscriber(
        &self,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<Subscribed, GatewayError>> {
        let subscriber = self.subscriber();
        async move {
            let Some(subscriber) = subscriber else {
                return Ok(Subscribed::Nothing);
            };
            let restarted = subscriber.videoroom.restart(RESTART_PATIENCE, deadline);
            subscriber.subscribed(restarted.await.map_err(words::error)?)
        }
        .boxed_local()
    }

    fn drop_subscriber(&self) -> LocalBoxFuture<'static, ()> {
        if let Some(subscriber) = self.subscriber() {
            self.let_go(&subscriber);
        }
        ready(()).boxed_local()
    }

    fn prefer(
        &self,
        preferences: Vec<Preference>,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<(), GatewayError>> {
        if preferences.is_empty() {
            return ready(Ok(())).boxed_local();
        }
        let subscriber = self.need_subscriber("prefer");
        async move {
            let choice = |preference: Preference| StreamChoice {
                mid: preference.mid.to_string(),
                substream: preference.substream,
                temporal: preference.temporal,
                send: preference.send,
            };
            let choices: Vec<StreamChoice> = preferences.into_iter().map(choice).collect();
            let chosen = subscriber?.videoroom.choose(&choices, deadline).await;
            chosen.map_err(words::error)
        }
        .boxed_local()
    }

    fn request_keyframe(
        &self,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<(), GatewayError>> {
        let publisher = self.shared.publisher.clone();
        async move {
            let requested = publisher.request_keyframe(deadline).await;
            requested.map_err(words::error)
        }
        .boxed_local()
    }

    fn mute(
        &self,
        mid: Mid,
        mute: bool,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<(), GatewayError>> {
        let publisher = self.shared.publisher.clone();
        let joined = self.shared.joined.borrow().clone();
        async move {
            let (room, feed) = joined.ok_or_else(|| words::unasked("moderate", "no room"))?;
            let stream = (feed.to_string(), mid.to_string());
            let muted = publisher.moderate(&room.id, stream, mute, deadline).await;
            muted.map_err(words::error)
        }
        .boxed_local()
    }

    fn trickle(
        &self,
        of: Of,
        candidate: Option<Candidate>,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<(), GatewayError>> {
        let videoroom = match of {
            Of::Publisher => Ok(self.shared.publisher.clone()),
            Of::Subscriber => self
                .need_subscriber("trickle")
                .map(|subscriber| subscriber.videoroom.clone()),
        };
        async move {
            let candidate = words::candidate(candidate);
            let trickled = videoroom?.handle().trickle(candidate, deadline).await;
            trickled.map_err(words::error)
        }
        .boxed_local()
    }

    fn keepalive(&self, deadline: Instant) -> LocalBoxFuture<'static, Result<(), GatewayError>> {
        let session = self.shared.session.clone();
        async move { session.keepalive(deadline).await.map_err(words::error) }.boxed_local()
    }
}
