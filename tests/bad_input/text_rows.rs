//! Phoenix frames, topics, joins, names, and what members say.

use serde_json::{Value, json};

use super::client::Client;
use super::log_lines::CANARY;
use super::rig::Rig;
use super::row::{Due, Place, Row, request, row};

const BAD_FRAME: Due = Due::Error("bad_frame");
const BAD_PAYLOAD: Due = Due::Error("bad_payload");
const BAD_TOPIC: Due = Due::Error("bad_topic");
const BAD_NAME: Due = Due::Error("bad_name");
const NOT_JOINED: Due = Due::Error("not_joined");
const TOO_LARGE: Due = Due::Error("too_large");
const UNKNOWN_EVENT: Due = Due::Error("unknown_event");
const WRONG_MODE: Due = Due::Error("wrong_mode");

fn said(literal: impl Into<Vec<u8>>, due: Due) -> Row {
    row("phoenix", literal, Place::Member, due)
}

/// A frame with this payload, of a member who relays it.
fn data(payload: &str, due: Due) -> Row {
    said(request("data", payload), due)
}

fn nested(depth: usize) -> String {
    format!(
        "{{\"d\":{}{}}}",
        "[".repeat(depth - 1),
        "]".repeat(depth - 1)
    )
}

#[actix::test]
async fn phoenix_frames() {
    let mut rows: Vec<Row> = ["", "x", "{}", "[]", "null", "7", "[[]]", CANARY]
        .into_iter()
        .map(|text| said(text, BAD_FRAME))
        .collect();
    rows.push(said(r#"["1","7","$T","chat"]"#, BAD_FRAME));
    rows.push(said(r#"["1","7","$T","chat",{},{}]"#, BAD_FRAME));
    for place in 0..5 {
        for wrong in [
            json!(7),
            json!(true),
            json!([]),
            json!({}),
            json!(1.5),
            Value::Null,
            json!(CANARY),
        ] {
            let mut frame = json!(["1", "7", "$T", "data", {}]);
            let due = match (place, &wrong) {
                (0, Value::String(_)) => NOT_JOINED,
                (0, Value::Null) | (4, Value::Object(_)) => Due::Ok,
                // Answered, but by no ref, or another one.
                (1, Value::Null | Value::String(_)) => continue,
                (2, Value::String(_)) => BAD_TOPIC,
                (3, Value::String(_)) => UNKNOWN_EVENT,
                (4, _) => BAD_PAYLOAD,
                _ => BAD_FRAME,
            };
            frame[place] = wrong;
            rows.push(said(frame.to_string(), due));
        }
    }
    let long = CANARY.repeat(1_000);
    rows.extend([
        said(format!(r#"["1","{long}","$T","data",{{}}]"#), BAD_FRAME),
        said(format!(r#"["{long}","7","$T","data",{{}}]"#), BAD_FRAME),
        said(r#"["1",18446744073709551616,"$T","data",{}]"#, BAD_FRAME),
        said(r#"["1","a\nb","$T","data",{}]"#, BAD_FRAME),
        said(format!(r#"["1","7","$T","{long}",{{}}]"#), BAD_FRAME),
        said(format!(r#"["1","7","room:{long}","data",{{}}]"#), BAD_FRAME),
        said(r#"["1","7","$T","da\u0000ta",{}]"#, BAD_FRAME),
        data(&nested(100), Due::Ok),
        data(&nested(120), Due::Ok),
        data(&nested(128), BAD_FRAME),
        data(&nested(5_000), BAD_FRAME),
        data(r#"{"n":NaN}"#, BAD_FRAME),
        data(r#"{"n":1e400}"#, BAD_FRAME),
        data(r#"{"n":01}"#, BAD_FRAME),
        data(r#"{"n":"\ud800"}"#, BAD_FRAME),
        data(r#"{"n":"\ud83d\ude00"}"#, Due::Ok),
        data(r#"{"n":"\u0000"}"#, Due::Ok),
        data(r#"{"n":18446744073709551616}"#, Due::Ok),
        data(r#"{"a":1,"a":2}"#, BAD_FRAME),
        data(r#"{"a":1,"\u0061":2}"#, BAD_FRAME),
        data(r#"{"a":[{"b":1,"b":2}]}"#, BAD_FRAME),
        said("\u{feff}[\"1\",\"7\",\"$T\",\"data\",{}]", BAD_FRAME),
        said(r#"["1","7","$T","data",{}]junk"#, BAD_FRAME),
        said(
            r#"["1","7","$T","data",{}]["1","8","$T","data",{}]"#,
            BAD_FRAME,
        ),
        said("[\"1\",\"7\",\"$T\",\"data\",{\"a\":\"\t\"}]", BAD_FRAME),
        said(r#"["1","7","$T","data",{},]"#, BAD_FRAME),
        said(
            request("phx_reply", r#"{"status":"ok","response":{}}"#),
            UNKNOWN_EVENT,
        ),
        said(request("phx_close", "{}"), UNKNOWN_EVENT),
        said(request("phx_error", "{}"), UNKNOWN_EVENT),
        said(request("presence_state", "{}"), UNKNOWN_EVENT),
        said(request("presence_diff", "{}"), UNKNOWN_EVENT),
        said(request("stop_calls", "{}"), UNKNOWN_EVENT),
        said(request("publishers", "{}"), UNKNOWN_EVENT),
        said(request("heartbeat", "{}"), UNKNOWN_EVENT),
        said(request("", "{}"), UNKNOWN_EVENT),
        said(request(CANARY, "{}"), UNKNOWN_EVENT),
        said(r#"[null,"7","phoenix","heartbeat",{}]"#, Due::Ok),
        said(
            r#"[null,"7","phoenix","phx_join",{"name":"x"}]"#,
            UNKNOWN_EVENT,
        ),
        said(r#"["7","7","$T","phx_join",{"name":"Again"}]"#, Due::Ok),
        said(r#"["0","7","$T","chat",{"text":"x"}]"#, NOT_JOINED),
        said(r#"["0","7","$T","phx_leave",{}]"#, Due::Ok),
        said(r#"["1","7","$T","phx_leave",{}]"#, Due::Ok),
    ]);
    let binary = |bytes: &[u8], due| {
        row(
            "phoenix",
            super::client::frame(0x82, bytes),
            Place::Socket,
            due,
        )
    };
    rows.extend([
        binary(b"", BAD_FRAME),
        binary(b"\x00", BAD_FRAME),
        binary(b"\xff\xff\xff\xff\xff", BAD_FRAME),
        binary(b"\x00\x01\x01\x08\x0417room:teadata\x00\x01\x02", BAD_FRAME),
        binary(b"\x00\x01\x01\xff\x0417room:tea", BAD_FRAME),
        binary(b"\x00\x01\x01\x03\x0417\xff\xff\xffdata", BAD_FRAME),
        binary(&[0; 60_000], BAD_FRAME),
    ]);
    Rig::without_gateway(&[]).try_all(rows).await;
}

#[actix::test]
async fn topics() {
    let join = |topic: &str| json!(["1", "7", topic, "phx_join", {"name": "Ann"}]).to_string();
    let long = |n| format!("room:{}", "a".repeat(n));
    let mut rows: Vec<Row> = [
        "",
        "room:",
        "room",
        ":",
        "a b",
        "room:a b",
        "room:ä",
        "room:а",
        "room:../x",
        "room:%2e%2e",
        "room:a.>",
        "room:a*",
        "room:a\r\nX: 1",
        "room:a\0",
        "Room:a",
        "roomx",
        "room::a",
        " room:a",
        "room:a/b",
        "room:a?b",
        "room:\u{202e}a",
        "lobby",
        "room:$SYS",
    ]
    .into_iter()
    .map(|topic| row("topics", join(topic), Place::Stranger, BAD_TOPIC))
    .collect();
    rows.push(row(
        "topics",
        join("phoenix"),
        Place::Stranger,
        UNKNOWN_EVENT,
    ));
    rows.push(row("topics", join(&long(65)), Place::Stranger, BAD_TOPIC));
    rows.push(row("topics", join(&long(64)), Place::Stranger, Due::Ok));
    rows.push(row(
        "topics",
        join("room:A-Za_z-0"),
        Place::Stranger,
        Due::Ok,
    ));
    let events = [
        "start_call",
        "update_call",
        "stop_call",
        "trickle",
        "subscribe",
        "unsubscribe",
        "subscriber_answer",
        "prefer",
        "update",
        "chat",
        "data",
        "signal",
        "mute",
        "kick",
        "lock",
        "end",
        "record",
        "admit",
        "refuse",
    ];
    rows.extend(
        events.map(|event| row("topics", request(event, "{}"), Place::Stranger, NOT_JOINED)),
    );
    rows.push(row(
        "topics",
        request("phx_leave", "{}"),
        Place::Stranger,
        Due::Ok,
    ));
    Rig::without_gateway(&[]).try_all(rows).await;
}

#[actix::test]
async fn joins() {
    let join =
        |payload: &str, due| row("joins", request("phx_join", payload), Place::Stranger, due);
    let garbage = CANARY.repeat(700);
    Rig::without_gateway(&[])
        .try_all(vec![
            join("[]", BAD_PAYLOAD),
            join("{}", BAD_PAYLOAD),
            join(r#"{"name":""}"#, BAD_NAME),
            join(r#"{"name":7}"#, BAD_PAYLOAD),
            join(r#"{"name":{}}"#, BAD_PAYLOAD),
            join(r#"{"name":null}"#, BAD_PAYLOAD),
            join(r#"{"name":"Ann","token":7}"#, BAD_PAYLOAD),
            join(r#"{"name":"Ann","resume":7}"#, BAD_PAYLOAD),
            join(r#"{"name":"Ann","call":"x"}"#, BAD_PAYLOAD),
            join(r#"{"name":"Ann","call":-1}"#, BAD_PAYLOAD),
            join(r#"{"name":"Ann","call":1.5}"#, BAD_PAYLOAD),
            join(&format!(r#"{{"name":"Ann","resume":"{CANARY}"}}"#), Due::Ok),
            join(
                &format!(r#"{{"name":"Ann","resume":"{garbage}"}}"#),
                Due::Ok,
            ),
            join(r#"{"name":"Ann","resume":"\u0000"}"#, Due::Ok),
            join(
                r#"{"name":"Ann","resume":null,"call":18446744073709551615}"#,
                Due::Ok,
            ),
            join(&format!(r#"{{"name":"Ann","{CANARY}":["more"]}}"#), Due::Ok),
            join(
                &format!(r#"{{"name":"Ann","x":"{}"}}"#, "x".repeat(17_000)),
                TOO_LARGE,
            ),
        ])
        .await;
    // The witness is one, a guest the second.
    let rig = Rig::without_gateway(&["--room-capacity", "1"]);
    rig.try_all(vec![row(
        "joins",
        request("phx_join", r#"{"name":"Ann"}"#),
        Place::Stranger,
        Due::Error("full"),
    )])
    .await;
}

#[actix::test]
async fn names() {
    let refused = [
        "",
        " ",
        " \t ",
        "\u{202e}evil",
        "\u{2066}a",
        "a\u{200b}b",
        "\u{feff}a",
        "a\u{ad}b",
        "a\u{85}b",
        "a\u{2028}b",
        "a\u{2029}b",
        "a\0b",
        "\u{1b}[2J",
        "a\r\nb",
        "a\u{7f}b",
        "\u{200e}a",
        "\u{e0041}a",
    ]
    .map(str::to_owned);
    let long = [
        CANARY.repeat(770),
        "a".repeat(65),
        format!("a{}", "\u{301}".repeat(200)),
        "👩‍👩‍👧".repeat(64),
    ];
    let kept = [
        "<img src=x onerror=alert(1)>",
        "\"><svg>",
        "javascript:",
        "e\u{301}",
        "Аlice",
        "👩‍👩‍👧",
        "李雷",
        "O'Neil",
        "{{constructor}}",
        "%s%n",
        "' OR 1=1 --",
        CANARY,
    ]
    .map(str::to_owned);
    let mut rows = Vec::new();
    let refused = refused.iter().chain(&long).map(|name| (name, BAD_NAME));
    for (name, due) in refused.chain(kept.iter().map(|name| (name, Due::Ok))) {
        let payload = json!({ "name": name }).to_string();
        rows.push(row(
            "names",
            request("phx_join", &payload),
            Place::Stranger,
            due,
        ));
        rows.push(row(
            "names",
            request("update", &payload),
            Place::Member,
            due,
        ));
    }
    Rig::without_gateway(&[]).try_all(rows).await;
}

#[actix::test]
async fn what_members_say() {
    let says = |event: &str, payload: Value, due| {
        row(
            "talk",
            request(event, &payload.to_string()),
            Place::Member,
            due,
        )
    };
    let text = |text: String| json!({ "text": text });
    let overhead = request("data", r#"{"d":""}"#)
        .replace("$T", "room:talk-00")
        .len();
    Rig::without_gateway(&[])
        .try_all(vec![
            says("chat", text(CANARY.into()), Due::Ok),
            says("chat", text("x".repeat(4_096)), Due::Ok),
            says("chat", text("x".repeat(4_097)), TOO_LARGE),
            says("chat", text("ä".repeat(2_049)), TOO_LARGE),
            says("chat", text(String::new()), BAD_PAYLOAD),
            says("chat", text(" \u{a0}\n".into()), BAD_PAYLOAD),
            says("chat", json!({"text": 7}), BAD_PAYLOAD),
            says("chat", json!({"text": [CANARY]}), BAD_PAYLOAD),
            says("chat", json!({}), BAD_PAYLOAD),
            says(
                "data",
                json!({"d": CANARY, "from": "somebody else"}),
                Due::Ok,
            ),
            says(
                "data",
                json!({"d": "x".repeat(16 * 1024 + 1 - overhead)}),
                TOO_LARGE,
            ),
            says(
                "data",
                json!({"d": "x".repeat(16 * 1024 - 1 - overhead)}),
                Due::Ok,
            ),
            says("data", json!([]), BAD_PAYLOAD),
            says(
                "update",
                json!({"role": "moderator"}),
                Due::Error("forbidden"),
            ),
            says("update", json!({"mic": "true"}), BAD_PAYLOAD),
            says("update", json!({"mic": 1}), BAD_PAYLOAD),
            says("update", json!({"quality": CANARY.repeat(9)}), BAD_PAYLOAD),
            says("update", json!({"quality": "a\u{202e}b"}), BAD_PAYLOAD),
            says(
                "update",
                json!({"call": 7, "joined_at": 0, "phx_ref": CANARY}),
                Due::Ok,
            ),
            says("start_call", json!({"streams": []}), WRONG_MODE),
            says("stop_call", json!({}), WRONG_MODE),
            says("stop_call", json!({"restart": "yes"}), BAD_PAYLOAD),
        ])
        .await;
}

#[actix::test]
async fn a_ninth_room_is_one_too_many() {
    let rig = Rig::without_gateway(&[]);
    let mut client = Client::open(rig.address).await;
    let mut joined = 0;
    while joined < 8 {
        let topic = format!("room:many-{joined}");
        let reply = client.ask(&topic, "phx_join", json!({"name": "Ann"})).await;
        match reply["response"]["retry_ms"].as_u64() {
            Some(wait) => tokio::time::sleep(std::time::Duration::from_millis(wait)).await,
            None => joined += 1,
        }
        assert!(
            reply["status"] == "ok" || reply["response"]["reason"] == "too_fast",
            "{reply}"
        );
    }
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    let ninth = client
        .ask("room:many-9", "phx_join", json!({"name": "Ann"}))
        .await;
    assert_eq!(ninth["response"]["reason"], "too_many_rooms", "{ninth}");
    drop(client);
    rig.nothing_is_left().await;
}
