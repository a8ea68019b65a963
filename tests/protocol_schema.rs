//! docs/protocol.schema.json refuses what the protocol does not know.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod support;

use serde_json::{Value, json};
use support::wire::Wire;

fn event(name: &str, payload: Value) -> Value {
    json!([null, null, "room:tea", name, payload])
}

fn reply(status: &str, response: Value) -> Value {
    json!(["1", "2", "room:tea", "phx_reply", { "status": status, "response": response }])
}

fn refused(frame: &Value, asked: Option<&str>) -> String {
    Wire::get()
        .check(frame, asked)
        .expect_err(&frame.to_string())
}

#[test]
fn a_frame_of_the_protocol_passes() {
    let talking = event("talking", json!({ "participant": "p1", "talking": true }));
    assert_eq!(Wire::get().check(&talking, None), Ok(()));
    let started = json!({ "jsep": null, "generation": 17 });
    let started = reply("ok", started);
    assert_eq!(Wire::get().check(&started, Some("start_call")), Ok(()));
    let busy = json!({ "reason": "busy", "detail": "…", "retry_ms": 1000 });
    assert_eq!(Wire::get().check(&reply("error", busy), Some("x")), Ok(()));
    let unread = json!({ "status": "error", "response": { "reason": "bad_frame", "detail": "" } });
    let unread = json!([null, null, "phoenix", "phx_reply", unread]);
    assert_eq!(Wire::get().check(&unread, None), Ok(()));
}

#[test]
fn a_wrong_event_is_refused_with_its_name_and_why() {
    let more = json!({ "participant": "p1", "talking": true, "loud": 3 });
    let error = refused(&event("talking", more), None);
    assert!(error.starts_with("talking: ") && error.contains("loud"));
    let less = refused(&event("talking", json!({ "participant": "p1" })), None);
    assert!(less.contains("\"talking\" is a required property"));
    let odd = json!({ "participant": "p1", "talking": "yes" });
    assert!(refused(&event("talking", odd), None).contains("/talking"));
    assert!(refused(&event("shouting", json!({})), None).contains("no such event"));
    // Deep inside.
    let stream = json!({ "mid": "0", "source": "mic", "label": "", "codec": null, "disabled": true,
        "feed": 1 });
    let publisher = json!({ "participant": "p1", "generation": 1, "streams": [stream] });
    let publishers = event("publishers", json!({ "publishers": [publisher] }));
    assert!(refused(&publishers, None).contains("feed"));
    // A name that is kept for later.
    refused(&event("lobby", json!({ "people": [] })), None);
}

#[test]
fn a_wrong_reply_is_refused() {
    let updated = reply("ok", json!({ "jsep": { "type": "offer", "sdp": "" } }));
    refused(&updated, Some("update_call"));
    refused(&reply("ok", json!({ "more": 1 })), Some("chat"));
    refused(&reply("ok", json!({})), Some("start_call"));
    refused(&reply("ok", json!({})), Some("no_such_request"));
    refused(&reply("error", json!({ "reason": "busy" })), Some("chat"));
    refused(&reply("late", json!({})), Some("chat"));
    // Nobody asked.
    refused(&reply("ok", json!({})), None);
}

#[test]
fn what_is_no_frame_is_refused() {
    for odd in [
        json!({}),
        json!([null, null, "room:tea", "talking"]),
        json!([1, null, "room:tea", "phx_close", {}]),
        json!([null, null, null, "phx_close", {}]),
        json!([null, "3", "room:tea", "phx_close", {}]),
    ] {
        refused(&odd, None);
    }
}
