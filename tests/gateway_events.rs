//! What a call hears of Janus, in participants' terms; over the scripted one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail"
)]

mod support;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use parlour::gateway::janus::{JanusGateway, JanusSettings, RoomSettings};
use parlour::gateway::{Gateway, GatewayError, GatewayEvent, SessionId, Subscribed};
use parlour::janus::transport::http::HttpTransport;
use parlour::janus::transport::observed::Observed;
use parlour::names::{Feed, Of, Source, StreamSpec};
use parlour::sdp::Sdp;
use serde_json::{Value, json};
use support::call::{self, Call, answer, feed, mid, room, wanting};
use support::fake_janus::{FakeJanus, Fault, On};
use support::soon;

const OFFER: &str = include_str!("fixtures/chromium_offer.sdp");

fn settings(fake: &FakeJanus) -> JanusSettings {
    JanusSettings {
        url: fake.url(),
        api_secret: Some(fake.secret()),
        admin_key: None,
        rooms: RoomSettings::default(),
    }
}

fn gateway(fake: &FakeJanus) -> JanusGateway {
    JanusGateway::new(settings(fake)).unwrap()
}

async fn joined(gateway: &JanusGateway) -> (Call, Feed) {
    let (call, me) = (Call::open(gateway).await, feed());
    call.line
        .join(room("tea"), me.clone(), soon())
        .await
        .unwrap();
    (call, me)
}

async fn publishing(gateway: &JanusGateway) -> (Call, Feed) {
    let (call, me) = joined(gateway).await;
    let spec = |stream: &str, source, label: &str| StreamSpec {
        mid: mid(stream),
        source,
        label: label.into(),
    };
    let streams = vec![
        spec("0", Source::Mic, ""),
        spec("1", Source::Screen, "Window"),
    ];
    let offer = Sdp::from_gateway(OFFER).unwrap();
    call.line.publish(offer, streams, soon()).await.unwrap();
    (call, me)
}

#[actix::test]
async fn others_see_who_publishes_and_who_leaves() {
    let fake = FakeJanus::start().await;
    let gateway = gateway(&fake);
    let (mut bob, _) = joined(&gateway).await;
    let (mut alice, her) = publishing(&gateway).await;

    let seen = bob
        .until("alice publishes", |event| match event {
            Ok(GatewayEvent::Publishers(publications)) => Some(publications.clone()),
            _ => None,
        })
        .await;
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].feed, her);
    let screen = &seen[0].streams[1];
    assert_eq!(
        (screen.source, screen.label.as_str()),
        (Source::Screen, "Window")
    );
    assert_eq!(screen.codec.as_deref(), Some("vp8"));
    alice
        .until("her connection is up", |event| {
            matches!(event, Ok(GatewayEvent::WebrtcUp(Of::Publisher))).then_some(())
        })
        .await;
    // who comes later learns it from the join
    let carol = Call::open(&gateway).await;
    let there = carol.line.join(room("tea"), feed(), soon()).await.unwrap();
    assert_eq!(there, seen);

    gateway.destroy(alice.id, soon()).await.unwrap();
    bob.until("her streams are gone", |event| match event {
        Ok(GatewayEvent::Unpublished(feed)) => {
            let _: () = assert_eq!(*feed, her);
            Some(())
        }
        _ => None,
    })
    .await;
    bob.until("she left", |event| match event {
        Ok(GatewayEvent::Leaving(feed)) => {
            let _: () = assert_eq!(*feed, her);
            Some(())
        }
        _ => None,
    })
    .await;
}

#[actix::test]
async fn streams_are_subscribed_changed_and_let_go() {
    let fake = FakeJanus::start().await;
    let gateway = gateway(&fake);
    let (call, _) = joined(&gateway).await;
    let dummy = Feed::parse("pdummy-7").unwrap();
    let stranger = Call::open(&gateway).await;
    stranger
        .line
        .join(room("tea"), dummy.clone(), soon())
        .await
        .unwrap();
    let offer = Sdp::from_gateway(OFFER).unwrap();
    stranger
        .line
        .publish(offer, Vec::new(), soon())
        .await
        .unwrap();
    drop(call);
    let handles = async |session: SessionId| fake.handles(session.0).len();
    call::subscribes_changes_and_lets_go(&gateway, "pdummy-7", handles).await;
}

#[actix::test]
async fn an_offer_that_is_doubled_or_overtaken_is_passed_over() {
    let fake = FakeJanus::start().await;
    let gateway = gateway(&fake);
    let (_alice, her) = publishing(&gateway).await;
    let (mut bob, _) = joined(&gateway).await;
    let her = her.to_string();

    fake.once(On::Event("join"), Fault::Twice);
    let first = bob.line.subscribe(wanting(&[(&her, "0")]), soon()).await;
    let Ok(Subscribed::Offer(first)) = first else {
        panic!("{first:?}")
    };
    bob.line.answer(answer(&first), soon()).await.unwrap();
    // a copy of an old offer, as if it came late
    let handle = fake.handles(bob.id.0)[1];
    let offer = first.offer.as_str();
    let copy = |offer: &str| {
        json!({"janus": "event", "session_id": bob.id.0, "sender": handle,
            "plugindata": {"plugin": "janus.plugin.videoroom",
                "data": {"videoroom": "updated", "streams": []}},
            "jsep": {"type": "offer", "sdp": offer}})
    };
    fake.push(bob.id.0, copy(offer));
    fake.push(bob.id.0, copy(&offer.replace("o=- 1 1 ", "o=- 1 9 ")));
    let next = bob.offered().await;
    assert!(
        next.offer.as_str().contains("o=- 1 9 "),
        "only the newer one is told"
    );
    let rest = bob.heard();
    assert!(rest.is_empty(), "{rest:?}");
}

#[actix::test]
async fn everything_else_is_told_in_our_terms() {
    let fake = FakeJanus::start().await;
    let gateway = gateway(&fake);
    let (_alice, her) = publishing(&gateway).await;
    let (mut bob, me) = joined(&gateway).await;
    let (her, me) = (her.to_string(), me.to_string());
    let subscribed = bob.line.subscribe(wanting(&[(&her, "0")]), soon()).await;
    assert!(matches!(subscribed, Ok(Subscribed::Offer(_))));
    let [publisher, subscriber] = fake.handles(bob.id.0)[..] else {
        panic!("two handles")
    };
    bob.heard();

    let core = |sender: u64, mut event: Value| {
        event["session_id"] = bob.id.0.into();
        event["sender"] = sender.into();
        event
    };
    let plugin = |sender: u64, data: Value| {
        let said = json!({"plugin": "janus.plugin.videoroom", "data": data});
        core(sender, json!({"janus": "event", "plugindata": said}))
    };
    let slow =
        json!({"janus": "slowlink", "mid": "1", "media": "video", "uplink": false, "lost": 4});
    let slow_down =
        json!({"janus": "slowlink", "mid": "0", "media": "audio", "uplink": true, "lost": 9});
    let media = json!({"janus": "media", "mid": "1", "type": "video", "receiving": false});
    let talks = json!({"videoroom": "talking", "room": "tea", "id": her, "mid": "0"});
    let quiet = json!({"videoroom": "stopped-talking", "room": "tea", "id": her, "mid": "0"});
    let event = |member: &str, id: &str| json!({"videoroom": "event", member: id});
    let cases = [
        // Janus's down is the browser's up
        (
            core(publisher, slow),
            r#"SlowLink { of: Publisher, mid: 1, uplink: true, lost: 4 }"#.into(),
        ),
        (
            core(subscriber, slow_down),
            r#"SlowLink { of: Subscriber, mid: 0, uplink: false, lost: 9 }"#.into(),
        ),
        (
            core(publisher, media),
            "Media { of: Publisher, mid: 1, kind: Video, receiving: false }".into(),
        ),
        (
            core(subscriber, json!({"janus": "webrtcup"})),
            "WebrtcUp(Subscriber)".into(),
        ),
        (
            core(subscriber, json!({"janus": "ice-failed"})),
            r#"Unknown { name: "ice-failed" }"#.into(),
        ),
        (
            plugin(publisher, talks),
            format!(
                "Talking {{ feed: {:?}, talking: true }}",
                Feed::parse(&her).unwrap()
            ),
        ),
        (
            plugin(publisher, quiet),
            format!(
                "Talking {{ feed: {:?}, talking: false }}",
                Feed::parse(&her).unwrap()
            ),
        ),
        (
            plugin(publisher, event("unpublished", &her)),
            format!("Unpublished({:?})", Feed::parse(&her).unwrap()),
        ),
        (
            plugin(publisher, event("kicked", &her)),
            format!("Leaving({:?})", Feed::parse(&her).unwrap()),
        ),
        (
            plugin(publisher, event("leaving", "<x>")),
            r#"Unknown { name: "event of a foreign feed" }"#.into(),
        ),
        (
            plugin(publisher, event("confetti\n", "x")),
            r#"Unknown { name: "event confetti\\n" }"#.into(),
        ),
        (
            plugin(publisher, event("started", "ok")),
            "Configured(Publisher)".into(),
        ),
        (
            plugin(publisher, json!({"videoroom": "destroyed"})),
            "RoomDestroyed".into(),
        ),
        (
            plugin(publisher, event("kicked", &me)),
            r#"SessionGone { what: "kicked" }"#.into(),
        ),
        (
            plugin(
                publisher,
                json!({"videoroom": "event", "leaving": "ok", "reason": "kicked"}),
            ),
            r#"SessionGone { what: "kicked" }"#.into(),
        ),
        (
            plugin(publisher, event("leaving", "ok")),
            r#"SessionGone { what: "left" }"#.into(),
        ),
        (
            core(
                subscriber,
                json!({"janus": "hangup", "reason": "ICE failed"}),
            ),
            r#"Hangup { of: Subscriber, reason: "ICE failed" }"#.into(),
        ),
        (
            core(publisher, json!({"janus": "detached"})),
            r#"SessionGone { what: "detached" }"#.into(),
        ),
        (
            json!({"janus": "timeout", "session_id": bob.id.0}),
            r#"SessionGone { what: "timeout" }"#.into(),
        ),
    ];
    // without consequence, and so without a word
    for silent in [
        plugin(publisher, event("unpublished", "ok")),
        plugin(
            publisher,
            json!({"videoroom": "event", "joining": {"id": her}}),
        ),
        plugin(
            subscriber,
            json!({"videoroom": "slow_link", "current-bitrate": 1}),
        ),
        plugin(subscriber, json!({"videoroom": "updating"})),
    ] {
        fake.push(bob.id.0, silent);
    }
    for (raw, due) in cases {
        let due: String = due;
        fake.push(bob.id.0, raw);
        let told = bob.until(&due, |event| Some(event.clone())).await.unwrap();
        assert_eq!(format!("{told:?}"), due);
    }
    // that handle hung up
    let refused = bob.line.subscribe(wanting(&[(&her, "1")]), soon()).await;
    assert!(
        matches!(refused, Err(GatewayError::Refused { code: 0, .. })),
        "{refused:?}"
    );
    bob.line.drop_subscriber().await;
    let anew = bob.line.subscribe(wanting(&[(&her, "1")]), soon()).await;
    assert!(matches!(anew, Ok(Subscribed::Offer(_))), "{anew:?}");
}

#[actix::test]
async fn a_join_that_fails_half_way_is_told_and_leaves_its_id() {
    let fake = FakeJanus::start().await;
    let gateway = gateway(&fake);
    fake.once(On::Request("attach"), Fault::Reset);
    let id = SessionId::random();
    let failed = gateway.open(id, soon()).await.map(drop);
    assert!(
        matches!(failed, Err(GatewayError::Lost { .. })),
        "{failed:?}"
    );
    assert_eq!(fake.sessions(), [id.0]);
    assert!(gateway.destroy(id, soon()).await.unwrap());

    let call = Call::open(&gateway).await;
    fake.once(On::Event("join"), Fault::Dropped);
    let deadline = tokio::time::Instant::now() + Duration::from_millis(200);
    let failed = call.line.join(room("tea"), feed(), deadline).await;
    // no such room was said to nobody
    assert!(
        matches!(
            failed,
            Err(GatewayError::Timeout {
                request: "join",
                ..
            })
        ),
        "{failed:?}"
    );
}

#[actix::test]
async fn a_subscribing_that_is_given_up_does_not_stand_in_the_way_of_the_next() {
    let fake = FakeJanus::start().await;
    let gateway = gateway(&fake);
    let (_alice, her) = publishing(&gateway).await;
    let (mut bob, _) = joined(&gateway).await;
    let her = her.to_string();
    bob.heard();
    let late = Duration::from_millis(300);
    fake.once(On::Event("join"), Fault::Late(late));
    let given_up = bob.line.subscribe(wanting(&[(&her, "0")]), soon());
    let given_up = tokio::time::timeout(Duration::from_millis(100), given_up).await;
    assert!(given_up.is_err());
    let anew = bob.line.subscribe(wanting(&[(&her, "0")]), soon()).await;
    assert!(matches!(anew, Ok(Subscribed::Offer(_))), "{anew:?}");
    // and of what came of it later nothing is heard
    tokio::time::sleep(late).await;
    bob.line.keepalive(soon()).await.unwrap();
    let heard = bob.heard();
    assert!(heard.is_empty(), "{heard:?}");
}

#[actix::test]
async fn what_a_call_asks_of_janus_is_counted() {
    let fake = FakeJanus::start().await;
    let transport = HttpTransport::new(&fake.url(), Some(fake.secret())).unwrap();
    let asked = Rc::new(RefCell::new(Vec::new()));
    let log = asked.clone();
    let observed = Observed::new(
        Rc::new(transport),
        Rc::new(move |name, _, error| log.borrow_mut().push((name, error.is_some()))),
    );
    let gateway = JanusGateway::over(Rc::new(observed), settings(&fake));
    let (call, _) = publishing(&gateway).await;
    fake.once(On::Request("keepalive"), Fault::Status(500));
    assert!(call.line.keepalive(soon()).await.is_err());
    gateway.destroy(call.id, soon()).await.unwrap();

    let mut asked = asked.take();
    asked.retain(|(name, _)| *name != "poll");
    let expected = [
        ("create", false),
        ("attach", false),
        ("join", false),
        ("create_room", false),
        ("join", false),
        ("configure", false),
        ("keepalive", true),
        ("destroy", false),
    ];
    assert_eq!(asked, expected);
}

#[test]
fn settings_may_go_from_thread_to_thread() {
    fn may<T: Clone + Send + Sync + 'static>() {}
    may::<JanusSettings>();
}

#[actix::test]
async fn a_secret_that_became_wrong_is_told_at_once() {
    let fake = FakeJanus::start().await;
    let gateway = gateway(&fake);
    fake.once(On::Request("create"), Fault::Status(403));
    let failed = gateway.open(SessionId::random(), soon()).await.map(drop);
    assert!(
        matches!(failed, Err(GatewayError::Unauthorised)),
        "{failed:?}"
    );
    assert_eq!(fake.count("create"), 1, "no second try");
}
