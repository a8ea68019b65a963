//! The client against a real Janus.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail"
)]

mod support;

use std::rc::Rc;
use std::time::Duration;

use parlour::janus::check::check;
use parlour::janus::client::{Client, random_id};
use parlour::janus::errors::Error;
use parlour::janus::events::Kind;
use parlour::janus::session::{Heard, Session};
use parlour::janus::transport::http::HttpTransport;
use parlour::janus::videoroom::{
    Description, RoomOptions, Said, StreamChoice, Subscribe, Updated, VideoRoom,
};
use parlour::secret::Secret;
use support::janus::TestJanus;
use support::session::Listener;
use support::{answer_to, eventually, soon};
use tokio::time::Instant;

const OFFER: &str = include_str!("fixtures/chromium_offer.sdp");

async fn session(client: &Client) -> (Session, Listener) {
    let (session, events) = client.create(random_id(), soon()).await.unwrap();
    (session, Listener::of(events))
}

fn dummy_room() -> RoomOptions {
    RoomOptions {
        publishers: 10,
        dummy_publisher: true,
        ..RoomOptions::default()
    }
}

#[actix::test]
async fn a_session_has_the_chosen_id_and_is_destroyed_by_it() {
    let janus = TestJanus::start().await;
    let client = janus.client();
    let id = random_id();
    let (session, events) = client.create(id, soon()).await.unwrap();
    assert_eq!(session.id(), id);
    assert_eq!(janus.sessions().await, [id]);
    let taken = client.create(id, soon()).await.map(drop);
    assert!(
        matches!(taken, Err(Error::Core { code: 468, .. })),
        "{taken:?}"
    );
    session.keepalive(soon()).await.unwrap();
    drop(events);
    assert!(client.destroy(id, soon()).await.unwrap());
    assert!(!client.destroy(id, soon()).await.unwrap());
    assert!(janus.sessions().await.is_empty());
    client.ping(soon()).await.unwrap();
}

#[actix::test]
async fn somebody_publishes_and_somebody_subscribes() {
    let janus = TestJanus::start().await;
    let (session, mut heard) = session(&janus.client()).await;
    let publisher = VideoRoom::attach(&session, "test", soon()).await.unwrap();
    let key = janus.access().admin_key.clone();

    let refused = publisher.join_publisher("tea", "p1-1", soon()).await;
    assert!(matches!(refused, Err(Error::Plugin { code: 426, .. })));
    let wrong = publisher
        .create_room("tea", &dummy_room(), Some("wrong"), soon())
        .await;
    assert!(matches!(wrong, Err(Error::Plugin { .. })));
    let make = publisher
        .create_room("tea", &dummy_room(), Some(key.expose()), soon())
        .await;
    make.unwrap();
    assert!(publisher.room_exists("tea", soon()).await.unwrap());
    assert_eq!(publisher.list_rooms(None, soon()).await.unwrap(), ["tea"]);

    let others = publisher
        .join_publisher("tea", "p1-1", soon())
        .await
        .unwrap();
    let feed = others[0].id.clone();
    assert_eq!(others[0].streams.len(), 2);
    let description = Description {
        mid: "1".into(),
        description: "{\"s\":\"camera\"}".into(),
    };
    let (answer, streams) = publisher
        .publish(OFFER.into(), std::slice::from_ref(&description), soon())
        .await
        .unwrap();
    assert!(answer.starts_with("v=0"));
    assert_eq!(streams[1].codec.as_deref(), Some("vp8"));
    assert_eq!(
        streams[1].description.as_ref(),
        Some(&description.description)
    );
    publisher.request_keyframe(soon()).await.unwrap();

    let subscriber = VideoRoom::attach(&session, "test", soon()).await.unwrap();
    let one = |feed: &str, mid: &str| Subscribe {
        feed: feed.into(),
        mid: Some(mid.into()),
    };
    let nobody = subscriber
        .join_subscriber("tea", &[one("nobody", "0")], soon())
        .await;
    assert!(matches!(nobody, Err(Error::Plugin { code: 428, .. })));
    let joined = subscriber
        .join_subscriber("tea", &[one(&feed, "0")], soon())
        .await;
    let Updated::Offer(offer) = joined.unwrap() else {
        panic!("an offer is due")
    };
    let streams = offer.streams.unwrap();
    assert_eq!(streams[0].feed_id.as_ref(), Some(&feed));

    // while an offer is unanswered: postponed, and pushed after the answer
    let more = subscriber.update(&[one(&feed, "1")], &[], soon()).await;
    assert_eq!(more.unwrap(), Updated::Postponed);
    subscriber
        .start(answer_to(&offer.sdp), soon())
        .await
        .unwrap();
    let pushed = heard
        .until(|heard| match heard {
            Ok(Heard {
                handle: Some(handle),
                answered: false,
                kind: Kind::Plugin(said),
            }) if *handle == subscriber.handle().id() => said.jsep.clone(),
            _ => None,
        })
        .await;
    subscriber
        .start(answer_to(&pushed.sdp), soon())
        .await
        .unwrap();

    subscriber
        .choose(
            &[StreamChoice {
                mid: "1".into(),
                substream: None,
                temporal: None,
                send: Some(false),
            }],
            soon(),
        )
        .await
        .unwrap();
    let missing = subscriber.update(&[one("nobody", "0")], &[], soon()).await;
    assert!(matches!(missing, Err(Error::Plugin { code: 428, .. })));
    let fewer = subscriber.update(&[], &["0".into()], soon()).await.unwrap();
    let Updated::Offer(offer) = fewer else {
        panic!("an offer is due")
    };
    let streams = offer.streams.unwrap();
    assert_eq!(streams.iter().filter(|stream| stream.active).count(), 1);

    // a restart waits for the answer too
    let restart = subscriber.restart(Duration::from_millis(100), soon()).await;
    assert_eq!(restart.unwrap(), Updated::Postponed);
    subscriber
        .start(answer_to(&offer.sdp), soon())
        .await
        .unwrap();
    let pushed = heard
        .until(|heard| match heard {
            Ok(Heard {
                answered: false,
                kind: Kind::Plugin(said),
                ..
            }) => said.jsep.clone(),
            _ => None,
        })
        .await;
    subscriber
        .start(answer_to(&pushed.sdp), soon())
        .await
        .unwrap();
    let restart = subscriber.restart(Duration::from_secs(2), soon()).await;
    assert!(matches!(restart.unwrap(), Updated::Offer(offer) if offer.streams.is_none()));

    let publisher_id = publisher.handle().id();
    subscriber.handle().detach(soon()).await.unwrap();
    publisher
        .destroy_room("tea", Some(key.expose()), soon())
        .await
        .unwrap();
    heard
        .until(|heard| match heard {
            Ok(Heard {
                handle,
                kind: Kind::Plugin(said),
                ..
            }) => (*handle == Some(publisher_id) && Said::read(&said.data) == Said::Destroyed)
                .then_some(()),
            Ok(Heard {
                kind: Kind::Detached,
                ..
            }) => panic!("our own detach is no news"),
            _ => None,
        })
        .await;
    session.destroy(soon()).await.unwrap();
}

#[actix::test]
async fn messages_of_one_handle_go_one_after_the_other() {
    let janus = TestJanus::start().await;
    let (session, _heard) = session(&janus.client()).await;
    let publisher = VideoRoom::attach(&session, "test", soon()).await.unwrap();
    let key = janus.access().admin_key.clone();
    let make = publisher
        .create_room("tea", &dummy_room(), Some(key.expose()), soon())
        .await;
    make.unwrap();
    publisher
        .join_publisher("tea", "p1-1", soon())
        .await
        .unwrap();
    let offers = (0..8).map(|_| publisher.publish(OFFER.into(), &[], soon()));
    for answered in futures_util::future::join_all(offers).await {
        assert!(answered.unwrap().0.starts_with("v=0"));
    }
}

#[actix::test]
async fn answers_find_their_requests_whichever_comes_first_event_or_ack() {
    let janus = TestJanus::start().await;
    let client = janus.client();
    let call = async |number: usize| {
        let (session, _heard) = session(&client).await;
        let publisher = VideoRoom::attach(&session, "test", soon()).await.unwrap();
        let key = janus.access().admin_key.clone();
        let make = publisher
            .create_room("tea", &dummy_room(), Some(key.expose()), soon())
            .await;
        assert!(matches!(
            make,
            Ok(()) | Err(Error::Plugin { code: 427, .. })
        ));
        let id = format!("p{number}-1");
        publisher.join_publisher("tea", &id, soon()).await.unwrap();
        for _ in 0..100 {
            publisher.request_keyframe(soon()).await.unwrap();
        }
    };
    // of a thousand events some four hundred come before their ack
    futures_util::future::join_all((0..10).map(call)).await;
}

#[actix::test]
async fn a_refused_offer_says_why() {
    let janus = TestJanus::start().await;
    let (session, _heard) = session(&janus.client()).await;
    let publisher = VideoRoom::attach(&session, "test", soon()).await.unwrap();
    let refused = publisher.publish("v=0\r\n".into(), &[], soon()).await;
    assert!(
        matches!(refused, Err(Error::Core { code: 465, .. })),
        "{refused:?}"
    );
    // refused by the core, so nothing is under way
    assert!(!publisher.room_exists("tea", soon()).await.unwrap());
    // refused by the plugin (one has to join first): the handle is spoilt
    let refused = publisher.publish(OFFER.into(), &[], soon()).await;
    assert!(
        matches!(refused, Err(Error::Plugin { code: 424, .. })),
        "{refused:?}"
    );
    let spoilt = publisher.publish(OFFER.into(), &[], soon()).await;
    assert!(matches!(spoilt, Err(Error::Unusable { .. })), "{spoilt:?}");
}

#[actix::test]
async fn a_session_destroyed_behind_our_back_is_found_by_its_keepalive() {
    let janus = TestJanus::start().await;
    let (session, mut heard) = session(&janus.client()).await;
    janus.destroy_session(session.id()).await;
    assert_eq!(session.keepalive(soon()).await, Err(Error::SessionLost));
    assert_eq!(heard.end().await, Error::SessionLost);
    assert_eq!(session.keepalive(soon()).await, Err(Error::SessionLost));
}

#[actix::test]
async fn a_handle_detached_behind_our_back_is_heard_of() {
    let janus = TestJanus::start().await;
    let (session, mut heard) = session(&janus.client()).await;
    let publisher = VideoRoom::attach(&session, "test", soon()).await.unwrap();
    let id = publisher.handle().id();
    janus.detach_handle(session.id(), id).await;
    heard
        .until(|heard| {
            let heard = heard.as_ref().ok()?;
            (heard.handle == Some(id) && heard.kind == Kind::Detached).then_some(())
        })
        .await;
    let late = publisher.room_exists("tea", soon()).await;
    assert!(matches!(late, Err(Error::Unusable { .. })), "{late:?}");
}

#[actix::test]
async fn a_wrong_secret_is_told_from_everything_else() {
    let janus = TestJanus::start().await;
    let url = &janus.access().http_url;
    let transport = HttpTransport::new(url, Some(Secret::new("wrong&?= "))).unwrap();
    let client = Client::new(Rc::new(transport));
    let refused = client.create(random_id(), soon()).await.map(drop);
    assert_eq!(refused, Err(Error::Unauthorised));
    let refused = check(&client, soon()).await;
    assert_eq!(refused, Err(Error::Unauthorised));
    assert!(janus.sessions().await.is_empty());
}

#[actix::test]
async fn a_killed_janus_ends_the_poll_and_what_waits_and_comes_back() {
    let mut janus = TestJanus::start().await;
    let client = janus.client();
    let (session, mut heard) = session(&client).await;
    eventually("the poll is there", Duration::from_secs(5), async || {
        session.keepalive(soon()).await.is_ok()
    })
    .await;
    janus.kill();
    janus.spawned().exited().await.unwrap();
    let ended = heard.end().await;
    assert!(matches!(ended, Error::Lost { .. }), "{ended:?}");
    let refused = client.create(random_id(), soon()).await.map(drop);
    assert!(
        matches!(refused, Err(Error::Unreachable { .. })),
        "{refused:?}"
    );

    janus.restart().await;
    let (session, _heard) = self::session(&client).await;
    session.keepalive(soon()).await.unwrap();
}

#[actix::test]
async fn a_hung_janus_times_out_requests_and_polls() {
    let janus = TestJanus::start().await;
    let transport = janus.transport().with_poll_deadline(Duration::from_secs(2));
    let client = Client::new(Rc::new(transport));
    let (session, mut heard) = session(&client).await;
    session.keepalive(soon()).await.unwrap();
    janus.suspend().await;
    let begun = Instant::now();
    let deadline = begun + Duration::from_millis(500);
    let hung = session.keepalive(deadline).await;
    assert!(
        matches!(
            hung,
            Err(Error::Timeout {
                request: "keepalive",
                ..
            })
        ),
        "{hung:?}"
    );
    assert!(begun.elapsed() < Duration::from_millis(900));
    let ended = heard.end().await;
    assert!(
        matches!(
            ended,
            Error::Timeout {
                request: "poll",
                ..
            }
        ),
        "{ended:?}"
    );
    assert!(begun.elapsed() < Duration::from_millis(3000));
    janus.resume();
    assert!(client.destroy(session.id(), soon()).await.unwrap());
}
