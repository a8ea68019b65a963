//! Phoenix frames: what is read is within its limits and reads back the same once it is written anew;
//! what is refused tells why in a word of the closed list.
#![no_main]

use std::collections::BTreeMap;

use parlour::phoenix::frame::{self, FrameError, Parts, Status};
use parlour_fuzz::{json, rules};
use serde_json::Value;
use serde_json::value::RawValue;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    binary(data);
    if let Ok(text) = std::str::from_utf8(data) {
        textual(text);
    }
});

parlour_fuzz::mutate_texts!(json::change);

fn textual(text: &str) {
    let frame = match frame::decode(text) {
        Ok(frame) => frame,
        Err(error) => return refused(&error),
    };
    parts_are_short(&Parts {
        join_ref: frame.join_ref.clone(),
        reference: frame.reference.clone(),
        topic: Some(frame.topic.clone()),
        event: Some(frame.event.clone()),
    });
    let (join_ref, reference) = (frame.join_ref.as_deref(), frame.reference.as_deref());

    // Sound for every reader, not only for ours. (Around it is one level more than some read.)
    let whole: Vec<&RawValue> = serde_json::from_str(text).expect("JSON");
    assert_eq!(whole.len(), 5);
    assert_eq!(
        serde_json::from_str::<Value>(whole[2].get()).unwrap(),
        frame.topic
    );
    assert_eq!(whole[4].get(), frame.payload.get());
    assert!(
        serde_json::from_str::<Value>(frame.payload.get())
            .expect("sound")
            .is_object()
    );

    let written = serde_json::to_string(&(
        join_ref,
        reference,
        &frame.topic,
        &frame.event,
        &frame.payload,
    ));
    let again = frame::decode(&written.unwrap()).expect("what passed passes again");
    assert_eq!(again.join_ref, frame.join_ref);
    assert_eq!(again.reference, frame.reference);
    assert_eq!((&again.topic, &again.event), (&frame.topic, &frame.event));
    assert_eq!(again.payload.get(), frame.payload.get());

    let pushed = frame::decode(&frame::push(
        join_ref,
        &frame.topic,
        &frame.event,
        &frame.payload,
    ));
    let pushed = pushed.expect("what is pushed is a frame");
    assert_eq!(
        (pushed.reference, pushed.payload.get()),
        (None, frame.payload.get())
    );

    let reply = frame::reply(
        join_ref,
        reference,
        &frame.topic,
        Status::Ok,
        &frame.payload,
    );
    let reply: [&RawValue; 5] = serde_json::from_str(&reply).expect("JSON");
    let payload: BTreeMap<String, &RawValue> =
        serde_json::from_str(reply[4].get()).expect("an object");
    assert_eq!(payload["response"].get(), frame.payload.get());
    assert_eq!(
        serde_json::from_str::<Option<String>>(reply[1].get()).unwrap(),
        frame.reference
    );
}

/// `00`, four lengths, four texts: written anew, they are the head that was read.
fn binary(bytes: &[u8]) {
    let head = match frame::decode_binary(bytes) {
        Ok(head) => head,
        Err(error) => return refused(&error),
    };
    let texts = [
        head.join_ref.clone().unwrap_or_default(),
        head.reference.clone().unwrap_or_default(),
        head.topic.clone(),
        head.event.clone(),
    ];
    let mut written = vec![0];
    written.extend(texts.iter().map(|text| text.len() as u8));
    written.extend(texts.concat().bytes());
    assert!(bytes.starts_with(&written));
    assert_eq!(frame::decode_binary(&written).as_ref(), Ok(&head));
}

fn refused(error: &FrameError) {
    rules::refusal_is_sound(error.reason(), &error.to_string());
    parts_are_short(error.parts());
}

fn parts_are_short(parts: &Parts) {
    let is_sound = |text: &Option<String>, max| {
        text.iter()
            .all(|text| text.len() <= max && !text.chars().any(char::is_control))
    };
    assert!(is_sound(&parts.join_ref, 64) && is_sound(&parts.reference, 64));
    assert!(is_sound(&parts.event, 64));
    assert!(parts.topic.iter().all(|topic| topic.len() <= 128));
}
