//! Too much, too fast, or all at once.

use std::time::Duration;

use serde_json::{Value, json};

use super::client::{Client, Said, frame, good_handshake};
use super::media::good_offer;
use super::rig::Rig;
use super::support::eventually;

const SOON: Duration = Duration::from_secs(5);

#[actix::test]
async fn a_thousand_frames_in_a_second_are_refused_and_then_the_socket_is() {
    let rig = Rig::without_gateway(&[]);
    let mut client = Client::joined(rig.address, "room:fast", "Mallory").await;
    let frames: Vec<u8> = (0..1_000)
        .flat_map(|n| {
            let text =
                json!(["1", n.to_string(), "room:fast", "update", {"hand": true}]).to_string();
            frame(0x81, text.as_bytes())
        })
        .collect();
    client.send(&frames).await;
    let mut refused = 0;
    let code = loop {
        match client.next(SOON).await {
            Some(Said::Frame(frame)) if frame[4]["response"]["reason"] == "too_fast" => {
                assert!(frame[4]["response"]["retry_ms"].is_u64(), "{frame}");
                refused += 1;
            }
            Some(Said::Frame(_)) => {}
            Some(Said::Closed(code)) => break code,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((code, refused), (1008, 200));
    crate::support::faults::held("F15", "too_fast, after 200 of them close 1008", "");
    rig.nothing_is_left().await;
}

#[actix::test]
async fn the_twentieth_protocol_error_closes_the_socket() {
    let rig = Rig::without_gateway(&[]);
    let mut client = Client::joined(rig.address, "room:errors", "Mallory").await;
    for _ in 0..20 {
        client.send(&frame(0x81, b"x")).await;
    }
    let mut answers = 0;
    let code = loop {
        match client.next(SOON).await {
            Some(Said::Frame(frame)) if frame[4]["response"]["reason"] == "bad_frame" => {
                answers += 1
            }
            Some(Said::Frame(_)) => {}
            Some(Said::Closed(code)) => break code,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((code, answers), (1008, 20));
    rig.nothing_is_left().await;
}

#[actix::test]
async fn who_never_reads_leaves_and_nobody_else_notices() {
    let rig = Rig::with_janus().await;
    let slow = Client::joined(rig.address, "room:slow", "Slow").await;
    let mut witness = Client::joined(rig.address, "room:slow", "Witness").await;
    let mut talkers = Vec::new();
    for _ in 0..4 {
        talkers.push(Client::joined(rig.address, "room:slow", "Talker").await);
    }
    let data = json!({"d": "x".repeat(15_000)});
    let is_leave = |frame: &Value| {
        let leaves = frame[4]["leaves"].as_object();
        leaves.is_some_and(|all| all.values().any(|who| who["metas"][0]["name"] == "Slow"))
    };
    let mut rounds = 0;
    let mut left = false;
    while !left {
        rounds += 1;
        assert!(rounds < 200, "never evicted");
        for talker in &mut talkers {
            let reply = talker.ask("room:slow", "data", data.clone()).await;
            assert_eq!(reply["status"], "ok", "{reply}");
        }
        let beat = witness.push("phoenix", "heartbeat", json!({})).await;
        let frame = witness
            .until("a beat", |frame| {
                is_leave(frame) || frame[1] == beat.as_str()
            })
            .await;
        left = is_leave(&frame);
        // Slower than anybody may talk.
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    // Who reads again in time learns why.
    let mut slow = slow;
    let code = loop {
        match slow.next(SOON).await {
            Some(Said::Frame(_)) => {}
            Some(Said::Closed(code)) => break code,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(code, 1013);
    assert_eq!(rig.members("slow"), 5);
}

/// The frames, in one write.
fn at_once(topic: &str, frames: &[(&str, &str, Value)]) -> Vec<u8> {
    frames
        .iter()
        .flat_map(|(join_ref, event, payload)| {
            let reference = format!("{join_ref}-{event}");
            frame(
                0x81,
                json!([join_ref, reference, topic, event, payload])
                    .to_string()
                    .as_bytes(),
            )
        })
        .collect()
}

#[actix::test]
async fn joins_and_leaves_in_one_breath_leave_one_membership_or_none() {
    let rig = Rig::without_gateway(&[]);
    let name = json!({"name": "Ann"});
    let (join, leave) = (("phx_join", name.clone()), ("phx_leave", json!({})));
    let step =
        |join_ref, (event, payload): &(&'static str, Value)| (join_ref, *event, payload.clone());
    let cases = [
        (vec![step("2", &join), step("3", &join)], 1),
        (vec![step("2", &join), step("2", &leave)], 0),
        (
            vec![step("2", &join), step("3", &join), step("4", &join)],
            1,
        ),
        (vec![step("1", &leave), step("2", &join)], 1),
        (vec![step("2", &join), step("1", &leave)], 1),
        (
            vec![step("2", &join), step("2", &leave), step("3", &join)],
            1,
        ),
        (
            vec![step("2", &join), step("3", &join), step("3", &leave)],
            0,
        ),
    ];
    for (number, (steps, due)) in cases.into_iter().enumerate() {
        let room = format!("breath-{number}");
        let topic = format!("room:{room}");
        let mut client = Client::joined(rig.address, &topic, "Ann").await;
        client.send(&at_once(&topic, &steps)).await;
        let mut waiting: Vec<String> = steps
            .iter()
            .map(|(join_ref, event, _)| format!("{join_ref}-{event}"))
            .collect();
        while !waiting.is_empty() {
            let reply = client
                .until("each reply", |frame| frame[3] == "phx_reply")
                .await;
            let reference = reply[1].as_str().unwrap();
            assert!(
                waiting.iter().any(|one| one == reference),
                "case {number}: twice {reply}"
            );
            waiting.retain(|one| one != reference);
        }
        eventually(&format!("case {number} leaves {due}"), SOON, async || {
            rig.members(&room) == due
        })
        .await;
        drop(client);
        eventually("all are gone", SOON, async || rig.members(&room) == 0).await;
    }
}

#[actix::test]
async fn two_hundred_who_join_and_reset_leave_nobody() {
    // Rooms that hold so many have a gateway.
    let rig = Rig::with_janus_and(&["--room-capacity", "300"]).await;
    let mut witness = Client::joined(rig.address, "room:reset", "Witness").await;
    let mut clients = Vec::new();
    for _ in 0..200 {
        clients.push(Client::open(rig.address).await);
    }
    for client in &mut clients {
        client
            .push("room:reset", "phx_join", json!({"name": "Hasty"}))
            .await;
    }
    clients.into_iter().for_each(Client::reset);
    eventually("nobody but the witness", SOON, async || {
        rig.members("reset") == 1
    })
    .await;
    let said = witness
        .ask("room:reset", "chat", json!({"text": "hi"}))
        .await;
    assert_eq!(said["status"], "ok");
}

#[actix::test]
async fn who_takes_over_while_the_call_starts_can_start_it() {
    let rig = Rig::with_janus().await;
    for wait in [0, 1, 3, 10, 30, 60] {
        let topic = format!("room:over-{wait}");
        let mut old = Client::open(rig.address).await;
        let joined = old.ask(&topic, "phx_join", json!({"name": "Ann"})).await;
        let start = old.push(&topic, "start_call", good_offer()).await;
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let mut new = Client::open(rig.address).await;
        let resume = &joined["response"]["resume"];
        let resumed = new
            .ask(
                &topic,
                "phx_join",
                json!({"name": "Ann", "resume": resume, "call": null}),
            )
            .await;
        assert_eq!(resumed["response"]["resumed"], true);
        let answer = old.answer(&start).await;
        assert!(
            answer["status"] == "ok" || answer["response"]["reason"] == "replaced",
            "{answer}"
        );
        let started = new.ask(&topic, "start_call", good_offer()).await;
        assert_eq!(started["status"], "ok", "after {wait} ms: {started}");
    }
    rig.nothing_is_left().await;
}

#[actix::test]
async fn a_reset_at_any_moment_of_a_start_leaves_nothing_on_janus() {
    let rig = Rig::with_janus().await;
    for wait in (0..80).step_by(4) {
        let mut client = Client::joined(rig.address, "room:moment", "Hasty").await;
        client.push("room:moment", "start_call", good_offer()).await;
        tokio::time::sleep(Duration::from_millis(wait)).await;
        client.reset();
    }
    rig.nothing_is_left().await;
}

#[actix::test]
async fn a_janus_that_is_killed_while_a_call_starts_costs_one_answer() {
    let mut rig = Rig::with_janus().await;
    for wait in [0, 1, 2, 4] {
        let topic = format!("room:killed-{wait}");
        let mut client = Client::joined(rig.address, &topic, "Ann").await;
        let start = client.push(&topic, "start_call", good_offer()).await;
        tokio::time::sleep(Duration::from_millis(wait)).await;
        rig.kill_janus();
        let answer = client.answer(&start).await;
        if answer["status"] != "ok" {
            let response = &answer["response"];
            let reason = response["reason"].as_str().unwrap();
            assert!(reason.starts_with("janus_"), "{answer}");
            assert!(response["retry_ms"].is_u64(), "{answer}");
        }
        let beat = client.push("phoenix", "heartbeat", json!({})).await;
        let next = client
            .until("a reply", |frame| frame[3] == "phx_reply")
            .await;
        assert_eq!(next[1], beat.as_str(), "one answer, and one only: {next}");
        rig.restart_janus().await;
        let by = tokio::time::Instant::now() + Duration::from_secs(15);
        loop {
            let again = client.ask(&topic, "start_call", good_offer()).await;
            if again["status"] == "ok" {
                break;
            }
            // What was live when Janus died has not been told so yet.
            let on = again["response"]["reason"] == "already_started";
            let retry_ms = again["response"]["retry_ms"].as_u64().or(on.then_some(100));
            let retry_ms = retry_ms.unwrap_or_else(|| panic!("no retry: {again}"));
            assert!(tokio::time::Instant::now() < by, "{again}");
            tokio::time::sleep(Duration::from_millis(retry_ms)).await;
        }
    }
    rig.nothing_is_left().await;
}

#[actix::test]
async fn what_is_one_socket_too_many_is_refused_before_the_upgrade() {
    let rig = Rig::without_gateway(&["--max-connections", "3"]);
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(Client::open(rig.address).await);
    }
    for _ in 0..3 {
        let (status, _) = Client::handshake(rig.address, &good_handshake("")).await;
        assert_eq!(status, 503);
    }
    open.pop();
    eventually("there is room again", SOON, async || {
        Client::handshake(rig.address, &good_handshake("")).await.0 == 101
    })
    .await;
}

#[actix::test]
async fn changes_of_a_call_in_one_breath_are_each_answered() {
    let rig = Rig::with_janus().await;
    let mut client = Client::joined(rig.address, "room:changes", "Hasty").await;
    let mut refs = Vec::new();
    let started = client.ask("room:changes", "start_call", good_offer()).await;
    assert_eq!(started["status"], "ok", "{started}");
    for _ in 0..4 {
        refs.push(
            client
                .push("room:changes", "update_call", good_offer())
                .await,
        );
        refs.push(
            client
                .push("room:changes", "subscribe", json!({"restart": true}))
                .await,
        );
    }
    for reference in &refs {
        // They are answered in any order.
        let reply = client
            .until("a reply", |frame| frame[3] == "phx_reply")
            .await;
        assert_eq!(reply[4]["status"], "ok", "{reference}: {reply}");
    }
    client
        .push("room:changes", "update_call", good_offer())
        .await;
    client.push("room:changes", "stop_call", json!({})).await;
    let again = client.ask("room:changes", "start_call", good_offer()).await;
    assert_eq!(again["status"], "ok", "{again}");
    drop(client);
    rig.nothing_is_left().await;
}

/// An ended call's long poll stays open at Janus for up to 30 s, and libmicrohttpd takes 1,020
/// connections unless it is told otherwise: then every call stands still.
#[actix::test]
async fn more_connections_to_janus_than_its_default_keep_no_call_from_starting() {
    let rig = Rig::with_janus().await;
    let mut idle = Vec::new();
    for _ in 0..1_100 {
        idle.push(
            tokio::net::TcpStream::connect(rig.janus_address())
                .await
                .unwrap(),
        );
    }
    let mut client = Client::joined(rig.address, "room:busy", "Ann").await;
    let started = client.ask("room:busy", "start_call", good_offer()).await;
    assert_eq!(started["status"], "ok", "{started}");
    drop(client);
    drop(idle);
    rig.nothing_is_left().await;
}
