//! Changes of JSON: of any node, in kind, number and order. Texts in it that are SDP or candidates are
//! changed as such.

use arbitrary::{Result, Unstructured};
use serde_json::{Map, Number, Value};

use crate::{other_token, sdp};

/// Keys and texts that mean something to the readers, and some that should not.
const WORDS: &[&str] = &[
    "",
    "phoenix",
    "room:tea",
    "phx_join",
    "phx_leave",
    "phx_reply",
    "heartbeat",
    "chat",
    "data",
    "signal",
    "update",
    "start_call",
    "update_call",
    "stop_call",
    "trickle",
    "subscribe",
    "unsubscribe",
    "prefer",
    "subscriber_answer",
    "text",
    "to",
    "p2fyu5ura6n8g",
    "name",
    "resume",
    "call",
    "token",
    "mic",
    "camera",
    "screen",
    "hand",
    "quality",
    "role",
    "jsep",
    "type",
    "sdp",
    "offer",
    "answer",
    "rollback",
    "streams",
    "mid",
    "source",
    "label",
    "recording",
    "restart",
    "of",
    "publisher",
    "subscriber",
    "candidate",
    "sdpMid",
    "sdpMLineIndex",
    "usernameFragment",
    "participant",
    "substream",
    "temporal",
    "send",
    "version",
    "janus",
    "event",
    "media",
    "slowlink",
    "hangup",
    "detached",
    "timeout",
    "keepalive",
    "webrtcup",
    "session_id",
    "sender",
    "transaction",
    "plugindata",
    "plugin",
    "janus.plugin.videoroom",
    "videoroom",
    "joined",
    "publishers",
    "unpublished",
    "leaving",
    "kicked",
    "joining",
    "configured",
    "started",
    "talking",
    "stopped-talking",
    "attached",
    "updated",
    "destroyed",
    "error_code",
    "error",
    "id",
    "feed_id",
    "feed_mid",
    "codec",
    "description",
    "disabled",
    "active",
    "audio",
    "video",
    "ok",
    "receiving",
    "uplink",
    "lost",
    "reason",
    "__proto__",
    "\u{0}",
    "\u{202e}",
    "\u{200d}",
    "\r\n",
    "<img src=x onerror=alert(1)>",
    "candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host",
];

/// Changes a JSON text in one to three places.
pub fn change(text: &str, u: &mut Unstructured) -> Result<String> {
    let Ok(mut value) = serde_json::from_str::<Value>(text) else {
        return Err(arbitrary::Error::IncorrectFormat); // its bytes, then
    };
    for _ in 0..u.int_in_range(1..=3)? {
        let many = count(&value);
        let at = u.choose_index(many)?;
        if let Some(node) = nth(&mut value, &mut { at }) {
            change_node(node, u)?;
        }
    }
    Ok(value.to_string())
}

fn change_node(node: &mut Value, u: &mut Unstructured) -> Result<()> {
    let wraps = u.int_in_range(0..=39)?;
    match (&mut *node, wraps) {
        (_, 0) => {
            // Around the depth that readers stop at.
            let around = *u.choose(&[1, 2, 60, 124, 125, 126, 127, 128])?;
            for _ in 0..around {
                *node = Value::Array(vec![node.take()]);
            }
        }
        (_, 1..=5) => *node = made_up(u, 3)?,
        (Value::String(text), _) => {
            *text = match text.as_str() {
                text if text.starts_with("v=0") => sdp::change(text, u)?,
                text if text.starts_with("candidate:") => sdp::change_line(text, u)?,
                text if u.ratio(1, 3)? => text.to_owned() + &other_token(WORDS, u)?,
                _ => other_token(WORDS, u)?,
            }
        }
        (Value::Array(items), _) => match u.int_in_range(0..=3)? {
            0 if !items.is_empty() => drop(items.remove(u.choose_index(items.len())?)),
            1 if !items.is_empty() => items.push(u.choose(items)?.clone()),
            2 => items.reverse(),
            _ => items.push(made_up(u, 2)?),
        },
        (Value::Object(members), _) => match u.int_in_range(0..=3)? {
            0 if !members.is_empty() => {
                let at = u.choose_index(members.len())?;
                if let Some(key) = members.keys().nth(at).cloned() {
                    members.remove(&key);
                }
            }
            1 if !members.is_empty() => {
                // The same under another name.
                let at = u.choose_index(members.len())?;
                let moved = members.values().nth(at).cloned().unwrap_or_default();
                members.insert((*u.choose(WORDS)?).to_owned(), moved);
            }
            _ => {
                members.insert((*u.choose(WORDS)?).to_owned(), made_up(u, 2)?);
            }
        },
        (other, _) => *other = made_up(u, 1)?,
    }
    Ok(())
}

/// Any JSON, at most so deep.
fn made_up(u: &mut Unstructured, depth: usize) -> Result<Value> {
    let kinds = if depth == 0 { 7 } else { 9 };
    Ok(match u.int_in_range(0..=kinds)? {
        0 => Value::Null,
        1 => Value::Bool(u.arbitrary()?),
        2 => Value::from(u.int_in_range(0..=3)?),
        3 => Value::from(u.arbitrary::<u64>()?),
        4 => Value::from(u.arbitrary::<i64>()?),
        5 => Number::from_f64(u.arbitrary()?).map_or(Value::Null, Value::Number),
        6 | 7 => Value::String(other_token(WORDS, u)?),
        8 => {
            let many = u.int_in_range(0..=3)?;
            let items = (0..many).map(|_| made_up(u, depth - 1));
            Value::Array(items.collect::<Result<_>>()?)
        }
        _ => {
            let mut members = Map::new();
            for _ in 0..u.int_in_range(0..=3)? {
                members.insert((*u.choose(WORDS)?).to_owned(), made_up(u, depth - 1)?);
            }
            Value::Object(members)
        }
    })
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

/// The node of this number, counted from the root; `left` counts down.
fn nth<'a>(value: &'a mut Value, left: &mut usize) -> Option<&'a mut Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, left)),
        Value::Object(members) => members.values_mut().find_map(|member| nth(member, left)),
        _ => None,
    }
}
