//! The gateway in memory tells and refuses what the Janus adapter does, and fails as it is told.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail"
)]

use std::rc::Rc;
use std::time::Duration;

use parlour::gateway::fake::{FakeGateway, Fault, Kind};
use parlour::gateway::{
    EventStream, GatewayError, GatewayEvent, Line, MediaRoom, Publication, SessionId, Subscribed,
    SubscriberOffer, SubscriptionChange,
};
use parlour::names::{Feed, Generation, Mid, ParticipantId, Source, StreamSpec};
use parlour::sdp::{CandidatePolicy, Sdp};
use tokio::time::Instant;

const OFFER: &str = include_str!("fixtures/sdp/chromium-offer-audio-video.sdp");
const LATENCY: Duration = Duration::from_millis(10);

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(4)
}

fn fake() -> FakeGateway {
    tokio::time::pause();
    FakeGateway::new(LATENCY)
}

/// Somebody on the gateway.
struct Caller {
    id: SessionId,
    line: Rc<dyn Line>,
    events: Box<dyn EventStream>,
    feed: Feed,
}

impl Caller {
    /// Joins; with who publishes.
    async fn join(fake: &FakeGateway, name: &str) -> (Self, Vec<Publication>) {
        let id = SessionId::random();
        let opened = fake.gateway().open(id, soon()).await.unwrap();
        let caller = Self {
            id,
            line: opened.line,
            events: opened.events,
            feed: Feed {
                participant: ParticipantId::parse(name).unwrap(),
                generation: Generation(1),
            },
        };
        let room = MediaRoom {
            id: "model_tea".into(),
            capacity: 4,
        };
        let joined = caller.line.join(room, caller.feed.clone(), soon());
        let publishers = joined.await.unwrap();
        (caller, publishers)
    }

    async fn publish(&self) {
        let mids = [Mid::parse("0").unwrap(), Mid::parse("1").unwrap()];
        let offer = Sdp::parse_offer(OFFER, &mids, CandidatePolicy::None).unwrap();
        let sources = [Source::Mic, Source::Camera];
        let streams = mids.into_iter().zip(sources).map(|(mid, source)| {
            let label = String::new();
            StreamSpec { mid, source, label }
        });
        let answered = self.line.publish(offer, streams.collect(), soon()).await;
        let codecs = answered.unwrap().streams.into_iter().map(|s| s.codec);
        let codecs: Vec<_> = codecs.flatten().collect();
        assert_eq!(codecs, ["opus", "vp8"]);
    }

    async fn subscribe(&self, feed: &Feed) -> Subscribed {
        let change = SubscriptionChange {
            subscribe: vec![(feed.clone(), Mid::parse("1").unwrap())],
            unsubscribe: Vec::new(),
        };
        self.line.subscribe(change, soon()).await.unwrap()
    }

    async fn answer(&self, offer: &SubscriberOffer) {
        let text = offer.offer.as_str();
        let text = text.replace("a=setup:actpass", "a=setup:active");
        let text = text.replace("a=sendonly", "a=recvonly");
        let answer = Sdp::parse_answer(&text, &offer.offer, CandidatePolicy::None).unwrap();
        self.line.answer(answer, soon()).await.unwrap();
    }

    async fn hears(&mut self) -> GatewayEvent {
        let heard = tokio::time::timeout(Duration::from_secs(60), self.events.next()).await;
        heard.expect("something is told").unwrap().remove(0)
    }

    async fn hears_nothing(&mut self) {
        let heard = tokio::time::timeout(Duration::from_secs(60), self.events.next()).await;
        assert!(heard.is_err(), "{heard:?}");
    }
}

#[actix::test]
async fn who_publishes_is_told_at_the_join_and_when_others_begin() {
    let fake = fake();
    let (mut ann, publishers) = Caller::join(&fake, "ann").await;
    assert!(publishers.is_empty());
    let (bob, _) = Caller::join(&fake, "bob").await;
    bob.publish().await;
    match ann.hears().await {
        GatewayEvent::Publishers(publications) => assert_eq!(publications[0].feed, bob.feed),
        other => panic!("{other:?}"),
    }
    let (_, publishers) = Caller::join(&fake, "cid").await;
    assert_eq!(publishers.len(), 1);
    assert_eq!(publishers[0].streams.len(), 2);
}

#[actix::test]
async fn what_comes_down_is_offered_once_it_is_there_and_again_without_who_left() {
    let fake = fake();
    let (mut ann, _) = Caller::join(&fake, "ann").await;
    let (bob, _) = Caller::join(&fake, "bob").await;
    let early = ann.subscribe(&bob.feed).await;
    assert!(matches!(early, Subscribed::NoSuchFeed), "{early:?}");
    bob.publish().await;
    let Subscribed::Offer(offer) = ann.subscribe(&bob.feed).await else {
        panic!("nothing is offered");
    };
    assert_eq!(offer.streams[0].feed, bob.feed);
    // While an offer is out, what changes waits for its answer.
    assert!(fake.gateway().destroy(bob.id, soon()).await.unwrap());
    let told = [ann.hears().await, ann.hears().await, ann.hears().await];
    assert!(
        matches!(
            &told,
            [
                GatewayEvent::Publishers(_),
                GatewayEvent::Unpublished(unpublished),
                GatewayEvent::Leaving(leaving)
            ] if *unpublished == bob.feed && *leaving == bob.feed
        ),
        "{told:?}"
    );
    ann.answer(&offer).await;
    loop {
        if let GatewayEvent::SubscriberOffer(offer) = ann.hears().await {
            assert!(offer.streams.is_empty(), "{offer:?}");
            return ann.answer(&offer).await;
        }
    }
}

#[actix::test]
async fn an_unanswered_open_times_out_and_leaves_its_session() {
    let fake = fake();
    fake.next(Kind::Open, Fault::Hang);
    let id = SessionId::random();
    let asked = Instant::now();
    let opened = fake.gateway().open(id, soon()).await;
    assert!(matches!(opened, Err(GatewayError::Timeout { .. })));
    assert_eq!(asked.elapsed().as_secs(), 4);
    assert_eq!(fake.live_sessions(), [id]);
    let gateway = fake.gateway();
    assert!(gateway.destroy(id, soon()).await.unwrap());
    assert!(!gateway.destroy(id, soon()).await.unwrap());
}

#[actix::test]
async fn what_a_hung_gateway_was_asked_it_does_when_it_goes_on() {
    let fake = fake();
    fake.hang();
    let id = SessionId::random();
    assert!(fake.gateway().open(id, soon()).await.is_err());
    assert!(fake.live_sessions().is_empty());
    fake.come_up();
    tokio::time::sleep(LATENCY).await;
    assert_eq!(fake.live_sessions(), [id]);
}

#[actix::test]
async fn a_gateway_that_ends_knows_nothing_afterwards_and_its_listeners_learn_of_it() {
    let fake = fake();
    let (mut ann, _) = Caller::join(&fake, "ann").await;
    fake.go_down();
    let told = ann.events.next().await;
    assert!(matches!(told, Err(GatewayError::Lost { .. })), "{told:?}");
    let alive = ann.line.keepalive(soon()).await;
    assert!(
        matches!(alive, Err(GatewayError::Unreachable { .. })),
        "{alive:?}"
    );
    fake.come_up();
    let alive = ann.line.keepalive(soon()).await;
    assert!(matches!(alive, Err(GatewayError::SessionLost)), "{alive:?}");
}

#[actix::test]
async fn a_session_destroyed_behind_its_owners_back_is_silent_and_keepalive_tells() {
    let fake = fake();
    let (mut ann, _) = Caller::join(&fake, "ann").await;
    assert!(fake.destroy_session_of(&ann.feed.participant));
    ann.hears_nothing().await;
    let alive = ann.line.keepalive(soon()).await;
    assert!(matches!(alive, Err(GatewayError::SessionLost)), "{alive:?}");
}

#[actix::test]
async fn an_event_stream_fails_as_told_and_the_session_stays() {
    let fake = fake();
    let (mut ann, _) = Caller::join(&fake, "ann").await;
    let detail = String::from("as told");
    assert!(fake.fail_events(&ann.feed.participant, GatewayError::Protocol { detail }));
    let told = ann.events.next().await;
    assert!(matches!(told, Err(GatewayError::Protocol { .. })));
    assert_eq!(fake.live_sessions(), [ann.id]);
}

#[actix::test]
async fn a_swept_room_tells_those_who_are_in_it() {
    let fake = fake();
    let (mut ann, _) = Caller::join(&fake, "ann").await;
    let gateway = fake.gateway();
    let keep = vec![String::from("model_tea")];
    let swept = gateway.sweep_rooms("model_".into(), keep, soon()).await;
    assert_eq!(swept.unwrap(), 0);
    let swept = gateway.sweep_rooms("model_".into(), Vec::new(), soon());
    assert_eq!(swept.await.unwrap(), 1);
    assert!(matches!(ann.hears().await, GatewayEvent::RoomDestroyed));
    assert!(fake.media_rooms().is_empty());
}
