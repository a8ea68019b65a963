//! What a client is told: the payloads of DESIGN's events, and how a room's are framed once.

use bytes::Bytes;
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::frame::push;
use super::websocket::text_frame;
use crate::calls::messages::CallNotice;
use crate::calls::subscriptions::Offer;
use crate::names::{ParticipantId, RoomName};
use crate::rooms::RoomEvent;
use crate::rooms::ports::Encoder;
use crate::sdp::{PeerCandidate, Signal};

/// The topic of a room.
pub fn topic(room: &RoomName) -> String {
    format!("room:{room}")
}

/// Frames a room's events for its members: no `join_ref`, so that one frame serves all.
pub struct BroadcastEncoder;

impl Encoder for BroadcastEncoder {
    fn encode(&self, room: &RoomName, event: &RoomEvent) -> Bytes {
        let topic = topic(room);
        let text = |name: &str, payload: &serde_json::Value| push(None, &topic, name, payload);
        let framed = match event {
            RoomEvent::StopCall(stop_call) => push(None, &topic, "stop_call", stop_call),
            RoomEvent::Publishers(publishers) => {
                text("publishers", &json!({ "publishers": publishers }))
            }
            RoomEvent::Unpublished(feed) => {
                push(None, &topic, "unpublished", &FeedPayload::from(feed))
            }
            RoomEvent::Leaving(feed) => push(None, &topic, "leaving", &FeedPayload::from(feed)),
            RoomEvent::Talking {
                participant,
                talking,
            } => text(
                "talking",
                &json!({ "participant": participant, "talking": talking }),
            ),
            RoomEvent::Media {
                of,
                participant,
                mid,
                kind,
                receiving,
            } => text(
                "media",
                &json!({ "of": of, "participant": participant, "mid": mid, "kind": kind,
                    "receiving": receiving }),
            ),
            RoomEvent::PresenceState(state) => push(None, &topic, "presence_state", state),
            RoomEvent::PresenceDiff(diff) => push(None, &topic, "presence_diff", diff),
            RoomEvent::Chat(message) => push(None, &topic, "chat", message),
            RoomEvent::Data { from, data } => {
                push(None, &topic, "data", &DataPayload { from, data })
            }
            RoomEvent::Lock(door) => push(None, &topic, "lock", door),
            RoomEvent::Lobby(people) => text("lobby", &json!({ "people": people })),
            RoomEvent::RoomClosed { reason } => text("room_closed", &json!({ "reason": reason })),
        };
        text_frame(&framed)
    }
}

#[derive(Serialize)]
struct FeedPayload<'a> {
    participant: &'a ParticipantId,
    generation: crate::names::Generation,
}

impl<'a> From<&'a crate::names::Feed> for FeedPayload<'a> {
    fn from(feed: &'a crate::names::Feed) -> Self {
        Self {
            participant: &feed.participant,
            generation: feed.generation,
        }
    }
}

#[derive(Serialize)]
struct DataPayload<'a> {
    from: &'a ParticipantId,
    data: &'a RawValue,
}

/// What one browser tells another, as an event and its payload.
pub fn of_peer(from: &ParticipantId, signal: &Signal) -> (&'static str, serde_json::Value) {
    let payload = match signal {
        Signal::Offer(sdp) => {
            json!({ "from": from, "jsep": { "type": "offer", "sdp": sdp.as_str() } })
        }
        Signal::Answer(sdp) => {
            json!({ "from": from, "jsep": { "type": "answer", "sdp": sdp.as_str() } })
        }
        Signal::Candidate(candidate) => {
            json!({ "from": from, "candidate": candidate.as_ref().map(written) })
        }
    };
    ("signal", payload)
}

/// As `RTCIceCandidateInit`.
fn written(candidate: &PeerCandidate) -> serde_json::Value {
    json!({
        "candidate": candidate.line,
        "sdpMid": candidate.sdp_mid,
        "sdpMLineIndex": candidate.sdp_m_line_index,
        "usernameFragment": candidate.username_fragment,
    })
}

/// The STUN and TURN servers with new credentials, as an event and its payload.
pub fn ice_servers(servers: &serde_json::Value) -> (&'static str, serde_json::Value) {
    ("ice_servers", json!({ "ice_servers": servers }))
}

/// What a call tells its owner, as an event and its payload; none for what is not for the client.
pub fn of_call(notice: &CallNotice) -> Option<(&'static str, serde_json::Value)> {
    Some(match notice {
        CallNotice::Linked { .. } => return None,
        CallNotice::Configured(of) => ("configured", json!({ "of": of })),
        CallNotice::WebrtcUp(of) => ("webrtcup", json!({ "of": of })),
        CallNotice::SlowLink {
            of,
            mid,
            uplink,
            lost,
        } => (
            "slowlink",
            json!({ "of": of, "mid": mid, "uplink": uplink, "lost": lost }),
        ),
        CallNotice::Hangup { of, reason } => {
            let reason: String = reason.escape_debug().take(200).collect();
            ("hangup", json!({ "of": of, "reason": reason }))
        }
        CallNotice::Offer(Offer {
            version,
            sdp,
            streams,
        }) => (
            "subscriber_offer",
            json!({ "jsep": { "type": "offer", "sdp": sdp.as_str() }, "version": version,
                "streams": streams }),
        ),
    })
}
