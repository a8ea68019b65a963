//! Whatever Janus answers: the right kind of error by the deadline, and never a panic.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail"
)]

mod support;

use std::time::Duration;

use parlour::janus::client::random_id;
use parlour::janus::errors::Error;
use parlour::janus::videoroom::VideoRoom;
use serde_json::{Value, json};
use support::fake_janus::{FakeJanus, Fault, On};
use support::session::{Call, PATIENCE, client};
use support::soon;
use tokio::time::Instant;

const OFFER: &str = include_str!("fixtures/chromium_offer.sdp");

/// How much later than due an error may come.
const GRACE: Duration = Duration::from_secs(20);

/// The kind of an error, without its words.
fn kind(error: &Error) -> &'static str {
    match error {
        Error::Unreachable { .. } => "unreachable",
        Error::Lost { .. } => "lost",
        Error::Timeout { .. } => "timeout",
        Error::SessionLost => "session lost",
        Error::Unauthorised => "unauthorised",
        Error::Core { .. } => "core",
        Error::Plugin { .. } => "plugin",
        Error::Unusable { .. } => "unusable",
        Error::Protocol { .. } => "protocol",
    }
}

/// What is wrong with any answer, and what it is taken for.
fn faults() -> Vec<(Fault, &'static str)> {
    let body = |text: &str| Fault::Body(text.into());
    let deep = "[".repeat(200) + &"]".repeat(200);
    vec![
        (Fault::Status(500), "protocol"),
        (Fault::Status(302), "protocol"),
        (Fault::Status(403), "unauthorised"),
        (Fault::Reset, "lost"),
        (Fault::CutBody, "lost"),
        (Fault::TruncatedJson, "protocol"),
        (Fault::Hang, "timeout"),
        (Fault::Drip, "timeout"),
        (Fault::Huge, "protocol"),
        (body(""), "protocol"),
        (body("<html>hello</html>"), "protocol"),
        (body("{}"), "protocol"),
        (body("7"), "protocol"),
        (body("null"), "protocol"),
        (body("\"<x>\""), "protocol"),
        (body(r#"{"janus":7}"#), "protocol"),
        (body(&deep), "protocol"),
    ]
}

/// More that is wrong with an answer that is none of a poll.
fn answer_faults() -> Vec<(Fault, &'static str)> {
    let mut all = faults();
    let set = |pointer, value: Value| Fault::Set(pointer, value);
    let error = |error: Value| Fault::Body(json!({"janus": "error", "error": error}).to_string());
    all.extend([
        (Fault::Status(404), "protocol"),
        (set("/transaction", "foreign".into()), "protocol"),
        (set("/transaction", 7.into()), "protocol"),
        (set("/transaction", Value::Null), "protocol"),
        (set("/janus", "solar-flare".into()), "protocol"),
        (set("/janus", "event".into()), "protocol"),
        (set("/janus", Value::Null), "protocol"),
        (set("/session_id", "1".into()), "protocol"),
        (set("/session_id", (-1).into()), "protocol"),
        (error(json!({"code": 403, "reason": ""})), "unauthorised"),
        (error(json!({"code": 490, "reason": "x"})), "core"),
        (error(json!({"code": 458, "reason": "x"})), "session lost"),
        (error(json!({"code": "458"})), "protocol"),
        (error(json!({"code": -1})), "protocol"),
        (error(Value::Null), "protocol"),
    ]);
    all
}

/// Runs a request that must fail as `due` by its deadline.
async fn fails<T>(what: &str, due: &str, request: impl AsyncFnOnce(Instant) -> Result<T, Error>) {
    let begun = Instant::now();
    match request(begun + PATIENCE).await {
        Ok(_) => panic!("{what}: it went well"),
        Err(error) => assert_eq!(kind(&error), due, "{what}: {error}"),
    }
    assert!(begun.elapsed() < PATIENCE + GRACE, "{what}: too late");
}

#[actix::test]
async fn a_wrong_answer_to_create_fails_it_alone() {
    let fake = FakeJanus::start().await;
    let client = client(&fake);
    for (fault, due) in answer_faults() {
        // `create` names no session yet, so there is none to be wrong
        let what = format!("create: {fault:?}")
            .chars()
            .take(100)
            .collect::<String>();
        fake.once(On::Request("create"), fault);
        fails(&what, due, async |deadline| {
            client.create(random_id(), deadline).await
        })
        .await;
        assert!(fake.all_done(), "{what}");
        // and the next goes well
        client.create(random_id(), soon()).await.unwrap();
    }
    for wrong in [
        json!("7"),
        json!(-1),
        json!(9_007_199_254_740_993_u64),
        Value::Null,
    ] {
        fake.once(On::Request("create"), Fault::Set("/data/id", wrong));
        fails("id", "protocol", async |deadline| {
            client.create(random_id(), deadline).await
        })
        .await;
    }
}

#[actix::test]
async fn a_wrong_answer_to_attach_or_keepalive_fails_it_alone() {
    let fake = FakeJanus::start().await;
    let client = client(&fake);
    for request in ["attach", "keepalive"] {
        for (fault, due) in answer_faults() {
            let call = Call::start(&client).await;
            let what = format!("{request}: {fault:?}")
                .chars()
                .take(100)
                .collect::<String>();
            fake.once(On::Request(request), fault);
            fails(&what, due, async |deadline| match request {
                "attach" => VideoRoom::attach(&call.session, "x", deadline)
                    .await
                    .map(drop),
                _ => call.session.keepalive(deadline).await,
            })
            .await;
            let still = call.session.keepalive(soon()).await;
            assert_eq!(still.is_ok(), due != "session lost", "{what}: {still:?}");
            fake.destroy_session(call.session.id());
        }
    }
}

#[actix::test]
async fn a_wrong_answer_to_a_message_fails_it_and_spoils_the_handle() {
    let fake = FakeJanus::start().await;
    let client = client(&fake);
    let mut faults = answer_faults();
    faults.push((Fault::Set("/session_id", 7.into()), "protocol"));
    for (name, on) in [
        ("join", On::Message("join")),
        ("publish", On::Message("configure")),
    ] {
        for (fault, due) in faults.clone() {
            let call = Call::joined(&client, "p1-1").await;
            let what = format!("{name}: {fault:?}")
                .chars()
                .take(100)
                .collect::<String>();
            fake.once(on.clone(), fault);
            fails(&what, due, async |deadline| match name {
                "join" => call
                    .videoroom
                    .join_publisher("tea", "p1-2", deadline)
                    .await
                    .map(drop),
                _ => call
                    .videoroom
                    .publish(OFFER.into(), &[], deadline)
                    .await
                    .map(drop),
            })
            .await;
            // refused outright: nothing is under way. Else Janus may still be at it.
            let next = call.videoroom.room_exists("tea", soon()).await;
            let then = next.as_ref().map_or_else(kind, |_| "fine");
            let expected = match due {
                "core" | "unauthorised" => "fine",
                "session lost" => "session lost",
                _ => "unusable",
            };
            assert_eq!(then, expected, "{what}: {next:?}");
            fake.destroy_session(call.session.id());
        }
    }
}

#[actix::test]
async fn a_wrong_event_that_answers_fails_its_request() {
    let fake = FakeJanus::start().await;
    let client = client(&fake);
    let set = |pointer, value: Value| Fault::Set(pointer, value);
    let cases = [
        (Fault::Dropped, "timeout"),
        (Fault::Late(PATIENCE * 3), "timeout"),
        // not taken for the answer, so none comes
        (set("/transaction", "foreign".into()), "timeout"),
        (set("/transaction", Value::Null), "timeout"),
        (set("/session_id", 7.into()), "timeout"),
        (set("/session_id", Value::Null), "timeout"),
        (set("/sender", 7.into()), "timeout"),
        (set("/sender", Value::Null), "timeout"),
        // taken for it, and wrong
        (
            set("/plugindata/plugin", "janus.plugin.echotest".into()),
            "protocol",
        ),
        (set("/plugindata", Value::Null), "protocol"),
        (set("/plugindata", 7.into()), "protocol"),
        (set("/plugindata/data", 7.into()), "protocol"),
        (set("/plugindata/data/videoroom", 7.into()), "protocol"),
        (set("/plugindata/data/configured", Value::Null), "protocol"),
        (set("/plugindata/data/streams", "x".into()), "protocol"),
        (set("/plugindata/data/error_code", 437.into()), "plugin"),
        (set("/jsep", Value::Null), "protocol"),
        (set("/jsep", "v=0".into()), "protocol"),
        (set("/jsep/type", "offer".into()), "protocol"),
        (set("/jsep/type", "rollback".into()), "protocol"),
        (set("/jsep/sdp", 7.into()), "protocol"),
        // the list itself is wrong, so the session is lost, and the request with it
        (set("/janus", 7.into()), "protocol"),
        (set("/janus", Value::Null), "protocol"),
        (set("/session_id", "1".into()), "protocol"),
        (set("/sender", (-1).into()), "protocol"),
        (set("/transaction", 7.into()), "protocol"),
    ];
    for (fault, due) in cases {
        let call = Call::joined(&client, "p1-1").await;
        let what = format!("event: {fault:?}");
        fake.once(On::Event("configure"), fault);
        fails(&what, due, async |deadline| {
            call.videoroom.publish(OFFER.into(), &[], deadline).await
        })
        .await;
        assert!(fake.all_done(), "{what}");
        fake.destroy_session(call.session.id());
    }
}

#[actix::test]
async fn a_wrong_poll_ends_the_session_once_and_is_not_repeated() {
    let fake = FakeJanus::start().await;
    let client = client(&fake);
    let mut faults = faults();
    faults.push((Fault::Status(404), "session lost"));
    faults.push((Fault::Body("[7]".into()), "protocol"));
    for (fault, due) in faults {
        let what = format!("poll: {fault:?}")
            .chars()
            .take(100)
            .collect::<String>();
        let (session, events) = client.create(random_id(), soon()).await.unwrap();
        let videoroom = VideoRoom::attach(&session, "x", soon()).await.unwrap();
        let before = fake.count("poll");
        fake.once(On::Poll, fault);
        let mut events = events;
        let begun = Instant::now();
        let error = events.next().await.expect_err(&what);
        assert_eq!(kind(&error), due, "{what}: {error}");
        assert!(begun.elapsed() < PATIENCE * 2 + GRACE, "{what}: too late");
        assert_eq!(events.next().await, Err(error.clone()), "{what}");
        assert_eq!(
            videoroom.room_exists("tea", soon()).await,
            Err(error),
            "{what}"
        );
        assert_eq!(fake.count("poll"), before + 1, "{what}");
    }
}

#[actix::test]
async fn errors_show_neither_secret_nor_url() {
    let fake = FakeJanus::start().await;
    let client = client(&fake);
    for (fault, _) in faults() {
        let (_session, mut events) = client.create(random_id(), soon()).await.unwrap();
        fake.once(On::Poll, fault);
        let error = events.next().await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(fake.secret().expose()), "{shown}");
        assert!(
            !shown.contains("http://") && !shown.contains("apisecret"),
            "{shown}"
        );
    }
}
