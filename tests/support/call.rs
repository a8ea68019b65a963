//! A call on a gateway, as tests hold it.

use std::rc::Rc;
use std::time::Duration;

use parlour::gateway::janus::JanusGateway;
use parlour::gateway::{
    Gateway, GatewayError, GatewayEvent, Line, MediaRoom, Preference, SessionId, Subscribed,
    SubscriberOffer, SubscriptionChange,
};
use parlour::names::{Feed, Generation, Mid, ParticipantId, Source};
use parlour::sdp::Sdp;
use tokio::sync::mpsc;

use super::{answer_to, eventually, soon};

/// A call's line, its events listened to in the background.
pub struct Call {
    /// Its id on the gateway.
    pub id: SessionId,
    /// To ask.
    pub line: Rc<dyn Line>,
    events: mpsc::UnboundedReceiver<Result<GatewayEvent, GatewayError>>,
}

impl Call {
    pub async fn open(gateway: &JanusGateway) -> Self {
        let id = SessionId::random();
        let opened = gateway.open(id, soon()).await.unwrap();
        let (sender, events) = mpsc::unbounded_channel();
        let mut stream = opened.events;
        actix::spawn(async move {
            loop {
                match stream.next().await {
                    Ok(events) => events.into_iter().for_each(|event| {
                        let _ = sender.send(Ok(event));
                    }),
                    Err(error) => {
                        let _ = sender.send(Err(error));
                        return;
                    }
                }
            }
        });
        Self {
            id,
            line: opened.line,
            events,
        }
    }

    pub async fn until<T>(
        &mut self,
        what: &str,
        wanted: impl Fn(&Result<GatewayEvent, GatewayError>) -> Option<T>,
    ) -> T {
        let look = async {
            loop {
                let event = self.events.recv().await.expect("the stream has not ended");
                if let Some(found) = wanted(&event) {
                    return found;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), look)
            .await
            .unwrap_or_else(|_| panic!("not heard: {what}"))
    }

    pub async fn offered(&mut self) -> SubscriberOffer {
        self.until("a pushed offer", |event| match event {
            Ok(GatewayEvent::SubscriberOffer(offer)) => Some(offer.clone()),
            _ => None,
        })
        .await
    }

    /// Everything heard so far.
    pub fn heard(&mut self) -> Vec<Result<GatewayEvent, GatewayError>> {
        std::iter::from_fn(|| self.events.try_recv().ok()).collect()
    }
}

pub fn room(id: &str) -> MediaRoom {
    MediaRoom {
        id: id.into(),
        capacity: 5,
    }
}

pub fn feed() -> Feed {
    Feed {
        participant: ParticipantId::random(),
        generation: Generation::next(),
    }
}

pub fn mid(text: &str) -> Mid {
    Mid::parse(text).unwrap()
}

pub fn wanting(streams: &[(&str, &str)]) -> SubscriptionChange {
    SubscriptionChange {
        subscribe: streams
            .iter()
            .map(|(feed, stream)| (Feed::parse(feed).unwrap(), mid(stream)))
            .collect(),
        unsubscribe: Vec::new(),
    }
}

pub fn answer(offer: &SubscriberOffer) -> Sdp {
    Sdp::from_gateway(&answer_to(offer.offer.as_str())).unwrap()
}

/// What a subscribing side goes through, on any Janus where `dummy` publishes sound and picture in the
/// room `tea`. `handles` counts the handles of a session.
pub async fn subscribes_changes_and_lets_go(
    gateway: &JanusGateway,
    dummy: &str,
    handles: impl AsyncFn(SessionId) -> usize,
) {
    let mut call = Call::open(gateway).await;
    let line = call.line.clone();
    let others = line.join(room("tea"), feed(), soon()).await.unwrap();
    assert_eq!(others[0].feed.to_string(), dummy);
    assert_eq!(others[0].streams[1].source, Source::Camera);

    // nobody there: nothing is changed, and the next try is sound
    let nobody = line.subscribe(wanting(&[("pnobody-1", "0")]), soon()).await;
    assert!(matches!(nobody, Ok(Subscribed::NoSuchFeed)), "{nobody:?}");
    let nothing = line.subscribe(SubscriptionChange::default(), soon()).await;
    assert!(matches!(nothing, Ok(Subscribed::Nothing)), "{nothing:?}");

    let first = line.subscribe(wanting(&[(dummy, "0")]), soon()).await;
    let Ok(Subscribed::Offer(first)) = first else {
        panic!("{first:?}")
    };
    assert_eq!(first.streams.len(), 1);
    assert_eq!(first.streams[0].feed.to_string(), dummy);
    // unanswered: the next is pushed after the answer
    let second = line.subscribe(wanting(&[(dummy, "1")]), soon()).await;
    assert!(matches!(second, Ok(Subscribed::Nothing)), "{second:?}");
    line.answer(answer(&first), soon()).await.unwrap();
    let second = call.offered().await;
    assert_eq!(second.streams.len(), 2);
    line.answer(answer(&second), soon()).await.unwrap();

    // one missing feed changes nothing for the other
    let both = line.subscribe(wanting(&[("pnobody-1", "0")]), soon()).await;
    assert!(matches!(both, Ok(Subscribed::NoSuchFeed)), "{both:?}");
    let paused = Preference {
        mid: second.streams[1].mid.clone(),
        substream: None,
        temporal: None,
        send: Some(false),
    };
    line.prefer(vec![paused], soon()).await.unwrap();

    let restarted = line.restart_subscriber(soon()).await;
    let Ok(Subscribed::Offer(restarted)) = restarted else {
        panic!("{restarted:?}")
    };
    assert_eq!(
        restarted.streams, second.streams,
        "the m-lines are as before"
    );
    line.answer(answer(&restarted), soon()).await.unwrap();

    let fewer = SubscriptionChange {
        subscribe: Vec::new(),
        unsubscribe: vec![second.streams[0].mid.clone()],
    };
    let Ok(Subscribed::Offer(fewer)) = line.subscribe(fewer, soon()).await else {
        panic!("an offer is due")
    };
    assert_eq!(fewer.streams, second.streams[1..]);

    // a new subscribing side, without a word from the old one
    let before = handles(call.id).await;
    line.drop_subscriber().await;
    let unanswerable = line.answer(answer(&fewer), soon()).await;
    assert!(matches!(
        unanswerable,
        Err(GatewayError::Refused { code: 0, .. })
    ));
    let anew = line
        .subscribe(wanting(&[(dummy, "0"), (dummy, "1")]), soon())
        .await;
    assert!(matches!(anew, Ok(Subscribed::Offer(offer)) if offer.streams.len() == 2));
    eventually(
        "the old handle is gone",
        Duration::from_secs(5),
        async || handles(call.id).await == before,
    )
    .await;
    for event in call.heard() {
        assert!(
            matches!(event, Ok(GatewayEvent::Configured(_))),
            "{event:?}"
        );
    }
}
