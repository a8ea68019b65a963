//! One call's line to a made-up gateway.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use tokio::sync::{Mutex, mpsc};
use tokio::time::Instant;

use super::state::Told;
use super::{FakeGateway, Kind};
use crate::gateway::{
    Answered, EventStream, GatewayError, GatewayEvent, Line, MediaRoom, Preference, Publication,
    SessionId, Subscribed, SubscriptionChange,
};
use crate::names::{Feed, Mid, Of, StreamSpec};
use crate::sdp::{Candidate, Sdp};

/// The line.
pub(super) struct FakeLine {
    gateway: FakeGateway,
    id: SessionId,
    // One message in flight a side.
    publisher: Arc<Mutex<()>>,
    subscriber: Arc<Mutex<()>>,
}

impl FakeLine {
    pub(super) fn new(gateway: FakeGateway, id: SessionId) -> Self {
        Self {
            gateway,
            id,
            publisher: Arc::default(),
            subscriber: Arc::default(),
        }
    }

    fn side(&self, of: Of) -> Option<Arc<Mutex<()>>> {
        Some(Arc::clone(match of {
            Of::Publisher => &self.publisher,
            Of::Subscriber => &self.subscriber,
        }))
    }

    /// Asks what changes nothing here.
    fn ask(
        &self,
        kind: Kind,
        of: Option<Of>,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<(), GatewayError>> {
        let (id, turn) = (self.id, of.and_then(|of| self.side(of)));
        self.gateway.request(kind, deadline, turn, move |state| {
            state.session(id).map(|_| ())
        })
    }
}

impl Line for FakeLine {
    fn join(
        &self,
        room: MediaRoom,
        feed: Feed,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<Vec<Publication>, GatewayError>> {
        let (id, turn) = (self.id, self.side(Of::Publisher));
        self.gateway
            .request(Kind::Join, deadline, turn, move |state| {
                state.join(id, &room, feed)
            })
    }

    fn publish(
        &self,
        offer: Sdp,
        streams: Vec<StreamSpec>,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<Answered, GatewayError>> {
        let (id, turn, gateway) = (self.id, self.side(Of::Publisher), self.gateway.clone());
        self.gateway
            .request(Kind::Publish, deadline, turn, move |state| {
                let answered = state.publish(id, &offer, streams)?;
                gateway.later(move |state| state.publisher_up(id));
                Ok(answered)
            })
    }

    fn subscribe(
        &self,
        change: SubscriptionChange,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<Subscribed, GatewayError>> {
        let (id, turn) = (self.id, self.side(Of::Subscriber));
        self.gateway
            .request(Kind::Subscribe, deadline, turn, move |state| {
                state.subscribe(id, &change)
            })
    }

    fn answer(
        &self,
        _: Sdp,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<(), GatewayError>> {
        let (id, turn) = (self.id, self.side(Of::Subscriber));
        self.gateway
            .request(Kind::Answer, deadline, turn, move |state| state.answer(id))
    }

    fn restart_subscriber(
        &self,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<Subscribed, GatewayError>> {
        let (id, turn) = (self.id, self.side(Of::Subscriber));
        self.gateway
            .request(Kind::Subscribe, deadline, turn, move |state| {
                state.restart(id)
            })
    }

    fn drop_subscriber(&self) -> LocalBoxFuture<'static, ()> {
        self.gateway.state().drop_subscriber(self.id);
        futures_util::future::ready(()).boxed_local()
    }

    fn prefer(
        &self,
        _: Vec<Preference>,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<(), GatewayError>> {
        self.ask(Kind::Other, Some(Of::Subscriber), deadline)
    }

    fn request_keyframe(
        &self,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<(), GatewayError>> {
        self.ask(Kind::Other, Some(Of::Publisher), deadline)
    }

    fn mute(
        &self,
        mid: Mid,
        mute: bool,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<(), GatewayError>> {
        let (id, turn) = (self.id, self.side(Of::Publisher));
        self.gateway
            .request(Kind::Mute, deadline, turn, move |state| {
                state.mute(id, mid, mute)
            })
    }

    fn trickle(
        &self,
        of: Of,
        _: Option<Candidate>,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<(), GatewayError>> {
        self.ask(Kind::Other, Some(of), deadline)
    }

    fn keepalive(&self, deadline: Instant) -> LocalBoxFuture<'static, Result<(), GatewayError>> {
        self.ask(Kind::Keepalive, None, deadline)
    }
}

/// What a session is told.
pub(super) struct FakeEvents(mpsc::UnboundedReceiver<Told>);

impl FakeEvents {
    pub(super) fn new(events: mpsc::UnboundedReceiver<Told>) -> Self {
        Self(events)
    }
}

impl EventStream for FakeEvents {
    fn next(&mut self) -> LocalBoxFuture<'_, Result<Vec<GatewayEvent>, GatewayError>> {
        async move {
            match self.0.recv().await {
                Some(told) => told.map(|event| vec![event]),
                // of a session that is no more nothing is ever heard
                None => std::future::pending().await,
            }
        }
        .boxed_local()
    }
}
