//! What Janus says, in the poll and through the VideoRoom: read for what it is, or passed on as unknown;
//! never something else, and never raw in our own words. Input: one event.
#![no_main]

use parlour::janus::events::{Event, Kind};
use parlour::janus::videoroom::Said;
use parlour_fuzz::{json, rules};
use serde_json::Value;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(raw) = serde_json::from_str::<Value>(text) else {
        return;
    };
    let read = Event::read(raw.clone());
    assert_eq!(read.is_ok(), is_event(&raw), "{raw}");
    let Ok(event) = read else { return };
    assert_eq!(event.session, raw.get("session_id").and_then(Value::as_u64));
    assert_eq!(event.sender, raw.get("sender").and_then(Value::as_u64));
    assert_eq!(
        event.transaction.as_deref(),
        raw.get("transaction").and_then(Value::as_str)
    );
    assert_eq!(Some(event.kind.name()), raw["janus"].as_str());
    match &event.kind {
        Kind::Unknown { raw: kept, .. } => assert_eq!(*kept, raw),
        Kind::Plugin(said) => {
            assert_eq!(raw["plugindata"]["plugin"], said.plugin);
            if let Some(jsep) = &said.jsep {
                assert_eq!(raw["jsep"]["sdp"], jsep.sdp);
            }
            plugin(&said.data);
        }
        Kind::Media { mid, receiving, .. } => {
            assert_eq!(
                (&raw["mid"], &raw["receiving"]),
                (&mid.as_str().into(), &(*receiving).into())
            );
        }
        Kind::SlowLink { mid, uplink, lost } => {
            assert_eq!(
                (&raw["mid"], &raw["uplink"]),
                (&mid.as_str().into(), &(*uplink).into())
            );
            assert_eq!(raw["lost"], *lost);
        }
        _ => {}
    }

    // A member that a newer Janus adds changes nothing.
    let mut newer = raw;
    newer["brand-new"] = Value::Array(vec![Value::Null]);
    let newer = Event::read(newer).expect("an event");
    assert!(newer.kind == event.kind || matches!(event.kind, Kind::Unknown { .. }));
});

parlour_fuzz::mutate_texts!(json::change);

/// An object with a text `janus`, whose ids are whole numbers and whose transaction is a text.
fn is_event(raw: &Value) -> bool {
    let all = |name: &str, is: fn(&Value) -> bool| raw.get(name).is_none_or(is);
    raw.get("janus").is_some_and(Value::is_string)
        && all("session_id", Value::is_u64)
        && all("sender", Value::is_u64)
        && all("transaction", Value::is_string)
}

fn plugin(data: &Value) {
    let said = Said::read(data);
    match &said {
        Said::Unknown(word) => {
            rules::text_is_harmless(word);
            assert!(word.chars().count() <= 200);
        }
        Said::Error { code, reason } => {
            rules::text_is_harmless(reason);
            assert_eq!(data["error_code"], *code);
        }
        Said::Talking { id, talking } => {
            assert_eq!(data["id"], *id);
            assert_eq!(data["videoroom"] == "talking", *talking);
        }
        Said::Leaving(id) => assert_eq!(data["leaving"], *id),
        Said::Kicked(id) => assert_eq!(data["kicked"], *id),
        Said::Joined(publishers) | Said::Publishers(publishers) => {
            let due = data["publishers"].as_array().map_or(0, Vec::len);
            assert_eq!(publishers.len(), due);
            let ids = publishers.iter().enumerate();
            ids.for_each(|(at, publisher)| assert_eq!(data["publishers"][at]["id"], publisher.id));
        }
        _ => {}
    }
    if let Value::Object(members) = data {
        let mut newer = members.clone();
        newer.insert("zz-brand-new".to_owned(), Value::Null);
        let newer = Said::read(&Value::Object(newer));
        assert!(newer == said || matches!(said, Said::Unknown(_)));
    }
}
