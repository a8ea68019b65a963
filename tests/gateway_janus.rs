//! The gateway over a real Janus.
//!
//! Janus's dummy publisher stands for somebody who publishes; a transport that gives its numeric id
//! a participant's name, both ways, makes it one of ours.

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

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use parlour::gateway::janus::JanusGateway;
use parlour::gateway::{Gateway, GatewayError, GatewayEvent, SessionId};
use parlour::janus::errors::Error;
use parlour::janus::transport::{Link, Request, Transport};
use parlour::names::{Of, Source, StreamSpec};
use parlour::sdp::{CandidatePolicy, Sdp};
use serde_json::{Value, json};
use support::call::{self, Call, feed, mid, room};
use support::janus::TestJanus;
use support::soon;
use tokio::time::Instant;

const OFFER: &str = include_str!("fixtures/chromium_offer.sdp");

/// What the dummy publisher is called here.
const DUMMY: &str = "pdummy-7";

/// A transport that calls `theirs` `ours`.
struct Renaming {
    inner: Rc<dyn Transport>,
    theirs: String,
}

struct RenamingLink {
    inner: Rc<dyn Link>,
    theirs: String,
}

fn renamed<T: serde::Serialize + serde::de::DeserializeOwned>(all: &T, from: &str, to: &str) -> T {
    let text = serde_json::to_string(all).unwrap();
    serde_json::from_str(&text.replace(from, to)).unwrap()
}

impl Transport for Renaming {
    fn link(&self, deadline: Instant) -> LocalBoxFuture<'static, Result<Rc<dyn Link>, Error>> {
        let link = self.inner.link(deadline);
        let theirs = self.theirs.clone();
        async move {
            let inner = link.await?;
            let link: Rc<dyn Link> = Rc::new(RenamingLink { inner, theirs });
            Ok(link)
        }
        .boxed_local()
    }

    fn info(&self, deadline: Instant) -> LocalBoxFuture<'static, Result<Value, Error>> {
        self.inner.info(deadline)
    }

    fn without_secret(&self) -> Rc<dyn Transport> {
        self.inner.without_secret()
    }
}

impl Link for RenamingLink {
    fn request(
        &self,
        mut request: Request,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<Value, Error>> {
        request.members = renamed(&request.members, DUMMY, &self.theirs);
        let theirs = self.theirs.clone();
        let answer = self.inner.request(request, deadline);
        async move { answer.await.map(|answer| renamed(&answer, &theirs, DUMMY)) }.boxed_local()
    }

    fn events(&self, session: u64) -> LocalBoxFuture<'static, Result<Vec<Value>, Error>> {
        let theirs = self.theirs.clone();
        let events = self.inner.events(session);
        async move { events.await.map(|events| renamed(&events, &theirs, DUMMY)) }.boxed_local()
    }
}

fn gateway(janus: &TestJanus) -> JanusGateway {
    JanusGateway::new(janus.settings()).unwrap()
}

/// A room `tea` with a dummy publisher, and a gateway that knows it by our name.
async fn gateway_with_dummy(janus: &TestJanus) -> JanusGateway {
    let made = janus
        .plugin(json!({"request": "create", "room": "tea", "publishers": 9,
            "admin_key": janus.access().admin_key.expose(), "dummy_publisher": true}))
        .await;
    assert_eq!(made["videoroom"], "created", "{made}");
    let theirs = janus.participants("tea").await.pop().unwrap();
    let inner = Rc::new(janus.transport());
    JanusGateway::over(Rc::new(Renaming { inner, theirs }), janus.settings())
}

#[actix::test]
async fn a_call_is_opened_publishes_and_is_cleared() {
    let janus = TestJanus::start().await;
    let gateway = gateway(&janus);
    let mut call = Call::open(&gateway).await;
    let me = feed();
    // the room is made by who comes first
    let others = call.line.join(room("tea"), me.clone(), soon()).await;
    assert!(others.unwrap().is_empty());
    assert_eq!(janus.participants("tea").await, [me.to_string()]);

    let spec = |stream: &str, source| StreamSpec {
        mid: mid(stream),
        source,
        label: "Built-in".into(),
    };
    let streams = vec![spec("0", Source::Mic), spec("1", Source::Camera)];
    let offer = Sdp::from_gateway(OFFER).unwrap();
    let published = call.line.publish(offer, streams, soon()).await.unwrap();
    assert!(published.answer.as_str().contains("m=video"));
    let codecs: Vec<_> = published
        .streams
        .iter()
        .map(|s| s.codec.as_deref())
        .collect();
    assert_eq!(codecs, [Some("opus"), Some("vp8")]);
    assert!(published.streams.iter().all(|stream| !stream.disabled));
    call.until("configured", |event| {
        matches!(event, Ok(GatewayEvent::Configured(Of::Publisher))).then_some(())
    })
    .await;
    call.line.request_keyframe(soon()).await.unwrap();
    call.line.keepalive(soon()).await.unwrap();
    call.line
        .trickle(Of::Publisher, None, soon())
        .await
        .unwrap();

    assert!(gateway.destroy(call.id, soon()).await.unwrap());
    assert!(!gateway.destroy(call.id, soon()).await.unwrap());
    assert!(janus.sessions().await.is_empty());
    support::eventually("the feed is gone", Duration::from_secs(5), async || {
        janus.participants("tea").await.is_empty()
    })
    .await;
}

#[actix::test]
async fn a_refused_offer_is_told_as_such() {
    let janus = TestJanus::start().await;
    let call = Call::open(&gateway(&janus)).await;
    call.line.join(room("tea"), feed(), soon()).await.unwrap();
    let bad = Sdp::from_gateway("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n").unwrap();
    let refused = call.line.publish(bad, Vec::new(), soon()).await;
    let Err(GatewayError::OfferRefused { code: 465, detail }) = refused else {
        panic!("{refused:?}")
    };
    assert!(detail.contains("lines"), "{detail}");
}

#[actix::test]
async fn an_id_that_is_not_free_yet_is_tried_again() {
    let janus = TestJanus::start().await;
    let gateway = gateway(&janus);
    let (first, second) = (Call::open(&gateway).await, Call::open(&gateway).await);
    let me = feed();
    first
        .line
        .join(room("tea"), me.clone(), soon())
        .await
        .unwrap();
    let again = second.line.join(room("tea"), me, soon());
    let destroyed = gateway.destroy(first.id, soon());
    let (again, destroyed) = futures_util::future::join(again, destroyed).await;
    assert!(destroyed.unwrap());
    again.unwrap();
}

#[actix::test]
async fn streams_are_subscribed_changed_and_let_go() {
    let janus = TestJanus::start().await;
    let gateway = gateway_with_dummy(&janus).await;
    let handles = async |session: SessionId| janus.handles(session.0).await.len();
    call::subscribes_changes_and_lets_go(&gateway, DUMMY, handles).await;
}

#[actix::test]
async fn what_is_taken_away_behind_our_back_is_told() {
    let janus = TestJanus::start().await;
    let gateway = gateway(&janus);
    let key = janus.access().admin_key.expose().to_owned();
    let me = feed();

    let mut call = Call::open(&gateway).await;
    call.line
        .join(room("tea"), me.clone(), soon())
        .await
        .unwrap();
    janus
        .plugin(json!({"request": "kick", "room": "tea", "id": me.to_string(), "secret": ""}))
        .await;
    call.until("kicked", |event| {
        matches!(event, Ok(GatewayEvent::SessionGone { what: "kicked" })).then_some(())
    })
    .await;

    let mut call = Call::open(&gateway).await;
    call.line.join(room("tea"), feed(), soon()).await.unwrap();
    janus
        .plugin(json!({"request": "destroy", "room": "tea", "admin_key": key}))
        .await;
    call.until("room destroyed", |event| {
        matches!(event, Ok(GatewayEvent::RoomDestroyed)).then_some(())
    })
    .await;

    let mut call = Call::open(&gateway).await;
    let [handle] = janus.handles(call.id.0).await[..] else {
        panic!("one handle")
    };
    janus.detach_handle(call.id.0, handle).await;
    call.until("detached", |event| {
        matches!(event, Ok(GatewayEvent::SessionGone { what: "detached" })).then_some(())
    })
    .await;

    let mut call = Call::open(&gateway).await;
    janus.destroy_session(call.id.0).await;
    let lost = call.line.keepalive(soon()).await;
    assert!(matches!(lost, Err(GatewayError::SessionLost)), "{lost:?}");
    call.until("session lost", |event| {
        matches!(event, Err(GatewayError::SessionLost)).then_some(())
    })
    .await;
}

/// Somebody in a room who hears, in Janus's own words, what is moderated.
struct Witness {
    client: awc::Client,
    base: String,
    secret: String,
    session: Value,
}

impl Witness {
    async fn of(janus: &TestJanus, room: &str) -> Self {
        let mut this = Self {
            client: awc::Client::default(),
            base: janus.access().http_url.clone(),
            secret: janus.access().api_secret.expose().to_owned(),
            session: Value::Null,
        };
        let created = this.post("", json!({"janus": "create"})).await;
        this.session = created["data"]["id"].clone();
        let path = format!("/{}", this.session);
        let attach = json!({"janus": "attach", "plugin": "janus.plugin.videoroom"});
        let handle = this.post(&path, attach).await["data"]["id"].clone();
        let body = json!({"request": "join", "ptype": "publisher", "room": room, "id": "looks"});
        let join = json!({"janus": "message", "body": body});
        this.post(&format!("{path}/{handle}"), join).await;
        this
    }

    async fn post(&self, path: &str, mut body: Value) -> Value {
        body["transaction"] = "t".into();
        body["apisecret"] = self.secret.clone().into();
        let url = format!("{}{path}", self.base);
        let mut answer = self.client.post(url).send_json(&body).await.unwrap();
        answer.json().await.unwrap()
    }

    /// The next moderation: of which feed, which mid, and what.
    async fn moderation(&self) -> [String; 3] {
        loop {
            let url = format!("{}/{}?apisecret={}", self.base, self.session, self.secret);
            let mut event = self.client.get(url).send().await.unwrap();
            let event: Value = event.json().await.unwrap();
            let data = &event["plugindata"]["data"];
            if data["moderation"].is_string() {
                return ["id", "mid", "moderation"].map(|of| data[of].as_str().unwrap().into());
            }
        }
    }
}

#[actix::test]
async fn a_stream_that_is_muted_is_held_back_until_it_is_let_through() {
    let janus = TestJanus::start().await;
    let gateway = gateway(&janus);
    let (me, mut other) = (feed(), Call::open(&gateway).await);
    other.line.join(room("tea"), feed(), soon()).await.unwrap();
    let call = Call::open(&gateway).await;
    call.line
        .join(room("tea"), me.clone(), soon())
        .await
        .unwrap();
    let mids = ["0", "1"].map(call::mid);
    let offer = Sdp::parse_offer(OFFER, &mids, CandidatePolicy::None).unwrap();
    let streams = [Source::Mic, Source::Camera].into_iter().zip(mids);
    let streams: Vec<StreamSpec> = streams
        .map(|(source, mid)| StreamSpec {
            mid,
            source,
            label: String::new(),
        })
        .collect();
    let publish = || call.line.publish(offer.clone(), streams.clone(), soon());
    publish().await.unwrap();
    let witness = Witness::of(&janus, "tea").await;
    let mute = |mid: &str, mute| call.line.mute(call::mid(mid), mute, soon());
    for (mid, muted, due) in [
        ("0", true, "muted"),
        ("1", true, "muted"),
        ("0", false, "unmuted"),
    ] {
        mute(mid, muted).await.unwrap();
        let told = witness.moderation().await;
        assert_eq!(told, [me.to_string().as_str(), mid, due]);
    }
    // Once more, and of what is published anew, is no fault.
    mute("1", true).await.unwrap();
    publish().await.unwrap();
    mute("1", true).await.unwrap();
    let refused = mute("7", true).await;
    assert!(
        matches!(refused, Err(GatewayError::Refused { .. })),
        "{refused:?}"
    );
    // What the others hear of it is no event that is not known.
    other.line.keepalive(soon()).await.unwrap();
    let unknown = |event: &Result<GatewayEvent, GatewayError>| {
        matches!(event, Ok(GatewayEvent::Unknown { .. }))
    };
    assert!(!other.heard().iter().any(unknown));
}

#[actix::test]
async fn rooms_are_swept_by_prefix_but_for_those_in_use() {
    let janus = TestJanus::start().await;
    let gateway = gateway(&janus);
    let call = Call::open(&gateway).await;
    for id in ["node1-a", "node1-b", "node2-a"] {
        let other = Call::open(&gateway).await;
        other.line.join(room(id), feed(), soon()).await.unwrap();
        gateway.destroy(other.id, soon()).await.unwrap();
    }
    let keep = vec!["node1-b".to_owned()];
    let swept = gateway.sweep_rooms("node1-".into(), keep, soon()).await;
    assert_eq!(swept.unwrap(), 1);
    for (room, there) in [("node1-a", false), ("node1-b", true), ("node2-a", true)] {
        let exists = janus
            .plugin(json!({"request": "exists", "room": room}))
            .await;
        assert_eq!(exists["exists"], there, "{room}");
    }
    assert_eq!(janus.sessions().await, [call.id.0]);
}

#[actix::test]
async fn a_probe_tells_a_hung_gateway_and_leaves_nothing() {
    let janus = TestJanus::start().await;
    let gateway = gateway(&janus);
    gateway.probe(soon()).await.unwrap();
    assert!(janus.sessions().await.is_empty());
    janus.suspend().await;
    for _ in 0..3 {
        let deadline = Instant::now() + Duration::from_millis(200);
        let hung = gateway.probe(deadline).await;
        assert!(
            matches!(hung, Err(GatewayError::Timeout { .. })),
            "{hung:?}"
        );
    }
    janus.resume();
    // what the hung one makes too late is cleared by the probes that follow
    support::eventually("nothing is left", Duration::from_secs(5), async || {
        gateway.probe(soon()).await.unwrap();
        janus.sessions().await.is_empty()
    })
    .await;
}
