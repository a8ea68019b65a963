//! What is a frame, what is none, and what is said of the one that is none.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn parts(refs: [Option<&str>; 4]) -> Parts {
    let [join_ref, reference, topic, event] = refs.map(|text| text.map(str::to_owned));
    Parts {
        join_ref,
        reference,
        topic,
        event,
    }
}

#[test]
fn the_official_clients_frames_are_read() {
    let frame = decode(r#"["3","3","room:tea","phx_join",{"name":"Ann"}]"#).unwrap();
    assert_eq!(frame.join_ref.as_deref(), Some("3"));
    assert_eq!(frame.reference.as_deref(), Some("3"));
    assert_eq!((&*frame.topic, &*frame.event), ("room:tea", "phx_join"));
    assert_eq!(frame.payload.get(), r#"{"name":"Ann"}"#);
    let beat = decode(r#"[null,"7","phoenix","heartbeat",{}]"#).unwrap();
    assert_eq!(
        (beat.join_ref, beat.reference.as_deref()),
        (None, Some("7"))
    );
    assert!(decode(" [ null , null , \"a\" , \"b\" , { \"c\" : [ 1 ] } ] ").is_ok());
}

#[test]
fn what_is_no_frame_is_refused() {
    let long = "x".repeat(10_000);
    let deep = |depth: usize| {
        let (open, close) = ("[".repeat(depth - 1), "]".repeat(depth - 1));
        format!(r#"["1","2","t","e",{{"a":{open}{close}}}]"#)
    };
    let with = |payload: &str| format!(r#"["1","2","t","e",{payload}]"#);
    let mut bad = vec![
        String::new(),
        "x".into(),
        "{}".into(),
        "[]".into(),
        "null".into(),
        r#"["1","2","t","e"]"#.into(),
        r#"["1","2","t","e",{},{}]"#.into(),
        r#"["1","2","t","e",{}]x"#.into(),
        r#"["1","2","t","e",{}][]"#.into(),
        "\u{feff}[\"1\",\"2\",\"t\",\"e\",{}]".into(),
        format!(r#"["1","{long}","t","e",{{}}]"#),
        format!(r#"["{long}","2","t","e",{{}}]"#),
        format!(r#"["1","2","{long}","e",{{}}]"#),
        format!(r#"["1","2","t","{long}",{{}}]"#),
        r#"["1",18446744073709551616,"t","e",{}]"#.into(),
        r#"["1","\u0000","t","e",{}]"#.into(),
        r#"["1","2","t","\u0000",{}]"#.into(),
        r#"["1","2","\ud800","e",{}]"#.into(),
        "[".repeat(10_000),
        format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)),
        deep(128),
        deep(10_000),
        with(r#"{"a":NaN}"#),
        with(r#"{"a":1e400}"#),
        with(r#"{"a":01}"#),
        with(r#"{"a":"\ud800"}"#),
        with(r#"{"\ud800":1}"#),
        with(r#"{"a":1,"a":2}"#),
        with(r#"{"b":[{"a":1,"\u0061":2}]}"#),
        with(r#"{"a":1,}"#),
        with("{\"a\":\"\n\"}"),
    ];
    for place in 0..4 {
        for wrong in ["null", "7", "true", "1.5", "[]", "{}"] {
            if place < 2 && wrong == "null" {
                continue; // a ref may be
            }
            let mut elements = [r#""1""#, r#""2""#, r#""t""#, r#""e""#, "{}"];
            elements[place] = wrong;
            bad.push(format!("[{}]", elements.join(",")));
        }
    }
    for text in bad {
        let shown: String = text.chars().take(80).collect();
        assert_eq!(
            decode(&text).expect_err(&shown).reason(),
            "bad_frame",
            "{shown}"
        );
    }
    assert!(decode(&deep(127)).is_ok());
}

#[test]
fn lengths_hold_to_the_byte() {
    for (place, max) in [(0, 64), (1, 64), (2, 128), (3, 64)] {
        for (length, fits) in [(max, true), (max + 1, false)] {
            let mut texts = ["1", "2", "t", "e"].map(str::to_owned);
            texts[place] = "x".repeat(length);
            let text = json!([texts[0], texts[1], texts[2], texts[3], {}]).to_string();
            assert_eq!(decode(&text).is_ok(), fits, "{place} {length}");
            let escaped = text.replace('x', "\\u0078");
            assert_eq!(decode(&escaped).is_ok(), fits, "{place} {length}");
        }
    }
}

#[test]
fn a_refused_frame_tells_the_refs_that_could_be_read() {
    let all = parts([Some("1"), Some("2"), Some("t"), Some("e")]);
    let error = decode(r#"["1","2","t","e",{"a":1e400}]"#).unwrap_err();
    assert_eq!((error.reason(), error.parts()), ("bad_frame", &all));
    for wrong in ["null", "7", "\"x\"", "true", "1.5", "[]"] {
        let error = decode(&format!(r#"["1","2","t","e",{wrong}]"#)).unwrap_err();
        assert_eq!((error.reason(), error.parts()), ("bad_payload", &all));
    }
    let error = decode(r#"["1","2",7,"e",{}]"#).unwrap_err();
    assert_eq!(
        error.parts(),
        &parts([Some("1"), Some("2"), None, Some("e")])
    );
    assert_eq!(decode("{}").unwrap_err().parts(), &Parts::default());
}

#[test]
fn a_binary_push_is_read_as_far_as_its_refs() {
    let binary = b"\0\x01\x02\x08\x04123room:teadata\xff\xfe";
    assert_eq!(
        decode_binary(binary).unwrap(),
        BinaryHeader {
            join_ref: Some("1".into()),
            reference: Some("23".into()),
            topic: "room:tea".into(),
            event: "data".into(),
        }
    );
    let refs = decode_binary(b"\0\0\0\x01\x01te").unwrap();
    assert_eq!((refs.join_ref, refs.reference), (None, None));
    let bad: [&[u8]; 7] = [
        b"",
        b"\0\x01\x01\x01",
        b"\x01\x01\x02\x08\x04123room:teadata",
        b"\0\x01\x02\x08\x04123room:teadat",
        b"\0\x01\x01\x01\x01\xff2te",
        b"\0\xff\xff\xff\xff",
        &[&[0, 65, 0, 1, 1][..], &[b'x'; 67]].concat(),
    ];
    for bytes in bad {
        assert_eq!(decode_binary(bytes).unwrap_err().reason(), "bad_frame");
    }
}

#[test]
fn pushes_and_replies_are_what_the_official_client_expects() {
    assert_eq!(
        push(None, "room:tea", "talking", &json!({"talking": true})),
        r#"[null,null,"room:tea","talking",{"talking":true}]"#
    );
    assert_eq!(
        reply(Some("1"), Some("3"), "room:tea", Status::Ok, &json!({})),
        r#"["1","3","room:tea","phx_reply",{"status":"ok","response":{}}]"#
    );
    assert_eq!(
        reply(
            None,
            None,
            "phoenix",
            Status::Error,
            &json!({"reason": "bad_frame"})
        ),
        r#"[null,null,"phoenix","phx_reply",{"status":"error","response":{"reason":"bad_frame"}}]"#
    );
}

#[test]
fn what_cannot_be_written_becomes_an_error_reply() {
    let keys = std::collections::HashMap::from([(vec![1], 2)]);
    assert_eq!(
        reply(Some("1"), Some("3"), "t", Status::Ok, &keys),
        r#"["1","3","t","phx_reply",{"status":"error","response":{"reason":"internal"}}]"#
    );
    assert_eq!(push(None, "t", "e", &keys), r#"[null,null,"t","e",{}]"#);
}

/// Any JSON a client may send, some levels deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back(
        join_ref in proptest::option::of("[0-9]{1,20}"),
        topic in "[^\u{0}]{0,30}",
        event in "[a-z_]{1,64}",
        payload in proptest::collection::btree_map(any::<String>(), any_json(), 0..4),
    ) {
        let frame = decode(&push(join_ref.as_deref(), &topic, &event, &payload)).unwrap();
        prop_assert_eq!(frame.join_ref, join_ref);
        prop_assert_eq!(frame.reference, None);
        prop_assert_eq!((frame.topic, frame.event), (topic, event));
        prop_assert_eq!(frame.payload.get(), serde_json::to_string(&payload).unwrap());
    }

    #[test]
    fn reading_never_panics(
        text in r#"[\[\]{}",:0-9a-eu\\ .-]{0,60}"#,
        any_text in any::<String>(),
        bytes: Vec<u8>,
    ) {
        let _ = decode(&text);
        let _ = decode(&any_text);
        let _ = decode_binary(&bytes);
        let _ = decode_binary(&[&[0, 1, 1, 1, 1][..], &bytes].concat());
    }
}
