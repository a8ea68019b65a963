//! What a client asks of its call through the gateway, read and checked. Pure.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::{Asked, MAX_STREAMS, bad, payload};
use crate::calls::messages::{Command, InCall, Layers};
use crate::calls::subscriptions::Selection;
use crate::names::{Kind, Mid, Of, ParticipantId, Source, StreamSpec};
use crate::phoenix::errors::RequestError;
use crate::phoenix::name;
use crate::sdp::{Candidate, CandidatePolicy, Sdp, SdpError};

/// Streams named in one request.
const MAX_SELECTIONS: usize = 300;
/// A label's characters.
const MAX_LABEL_CHARS: usize = 64;

/// A session description as browsers write it.
#[derive(Deserialize)]
pub(super) struct Jsep {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) sdp: String,
}

impl Jsep {
    pub(super) fn read(raw: &RawValue) -> Result<Self, SdpError> {
        object(raw)
            .ok_or_else(|| SdpError::wrong("a jsep is an object with the texts `type` and `sdp`"))
    }
}

/// Reads a candidate as browsers write it; none for null: there are no more.
pub(super) fn ice<T: DeserializeOwned>(raw: &RawValue) -> Result<Option<T>, SdpError> {
    if raw.get() == "null" {
        return Ok(None);
    }
    let ice = object(raw);
    ice.map(Some)
        .ok_or_else(|| SdpError::wrong_candidate("a candidate is an object or null"))
}

/// Reads an object. Derived readers take a list of a struct's fields as well, which is none.
fn object<T: DeserializeOwned>(raw: &RawValue) -> Option<T> {
    let is_object = raw.get().starts_with('{');
    is_object.then(|| serde_json::from_str(raw.get()).ok())?
}

/// Reads a jsep of one type; whatever else it is, is a bad description.
fn jsep(raw: &RawValue, kind: &str, wrong: &'static str) -> Result<String, RequestError> {
    let jsep = Jsep::read(raw)?;
    match jsep.kind == kind {
        true => Ok(jsep.sdp),
        false => Err(SdpError::wrong(wrong).into()),
    }
}

fn offer(
    raw: &RawValue,
    streams: &[StreamSpec],
    candidates: CandidatePolicy,
) -> Result<Sdp, RequestError> {
    let text = jsep(raw, "offer", "a publisher's jsep is an offer")?;
    let mids: Vec<Mid> = streams.iter().map(|stream| stream.mid.clone()).collect();
    let sdp = Sdp::parse_offer(&text, &mids, candidates)?;
    for line in sdp.media() {
        let fits = |stream: &&StreamSpec| stream.mid == line.mid;
        if let Some(stream) = streams.iter().find(fits) {
            let kind = match stream.source {
                Source::Mic => Kind::Audio,
                Source::Camera | Source::Screen => Kind::Video,
            };
            if kind != line.kind {
                return Err(SdpError::wrong("a stream's source does not fit its m-line").into());
            }
        }
    }
    Ok(sdp)
}

fn checked_streams(streams: Vec<StreamSpec>) -> Result<Vec<StreamSpec>, RequestError> {
    if streams.len() > MAX_STREAMS {
        return Err(bad("too many streams"));
    }
    for (at, stream) in streams.iter().enumerate() {
        let label = &stream.label;
        if label.chars().count() > MAX_LABEL_CHARS || label.chars().any(name::is_unwanted) {
            return Err(bad("a label is too long or holds a character it may not"));
        }
        if streams.iter().take(at).any(|other| other.mid == stream.mid) {
            return Err(bad("two streams on one mid"));
        }
    }
    Ok(streams)
}

pub(super) fn start_call(
    text: &RawValue,
    candidates: CandidatePolicy,
) -> Result<Command, RequestError> {
    #[derive(Deserialize)]
    struct Payload {
        jsep: Option<Box<RawValue>>,
        streams: Vec<StreamSpec>,
        #[serde(default)]
        recording: bool,
    }
    let Payload {
        jsep,
        streams,
        recording,
    } = payload(text)?;
    if recording {
        return Err(RequestError::RecordingOff);
    }
    let streams = checked_streams(streams)?;
    let offer = match (jsep, streams.is_empty()) {
        (Some(jsep), _) => Some(offer(&jsep, &streams, candidates)?),
        (None, true) => None,
        (None, false) => return Err(bad("streams without a jsep")),
    };
    Ok(Command::Start { offer, streams })
}

pub(super) fn update_call(
    text: &RawValue,
    candidates: CandidatePolicy,
) -> Result<InCall, RequestError> {
    #[derive(Deserialize)]
    struct Payload {
        jsep: Box<RawValue>,
        streams: Vec<StreamSpec>,
    }
    let Payload { jsep, streams } = payload(text)?;
    let streams = checked_streams(streams)?;
    Ok(InCall::Update {
        offer: offer(&jsep, &streams, candidates)?,
        streams,
    })
}

pub(super) fn stop_call(text: &RawValue) -> Result<Command, RequestError> {
    #[derive(Deserialize)]
    struct Payload {
        #[serde(default)]
        restart: bool,
    }
    let Payload { restart } = payload(text)?;
    Ok(Command::Stop { restart })
}

pub(super) fn trickle(text: &RawValue, policy: CandidatePolicy) -> Result<Asked, RequestError> {
    #[derive(Deserialize)]
    struct Payload {
        of: Of,
        candidate: Box<RawValue>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Ice {
        candidate: String,
        sdp_mid: Option<String>,
        sdp_m_line_index: Option<u64>,
    }
    let Payload { of, candidate } =
        payload(text).map_err(|_| SdpError::wrong_candidate("{of, candidate}"))?;
    let candidate = match ice::<Ice>(&candidate)? {
        None => None,
        Some(ice) => {
            let mid = ice.sdp_mid.as_deref();
            Candidate::parse(&ice.candidate, mid, ice.sdp_m_line_index)?
        }
    };
    let passes = match &candidate {
        None => policy != CandidatePolicy::None,
        Some(candidate) => candidate.may_pass(policy),
    };
    Ok(match passes {
        true => Asked::in_call(InCall::Trickle { of, candidate }),
        false => Asked::Nothing,
    })
}

#[derive(Deserialize)]
struct Selected {
    participant: ParticipantId,
    mid: Option<Mid>,
}

pub(super) fn choose(text: &RawValue, receive: bool) -> Result<InCall, RequestError> {
    #[derive(Deserialize)]
    struct Payload {
        #[serde(default)]
        restart: bool,
        streams: Option<Vec<Selected>>,
    }
    let Payload { restart, streams } = payload(text)?;
    match (restart && receive, streams) {
        (true, None) => Ok(InCall::RestartSubscriber),
        (false, Some(streams)) if streams.len() <= MAX_SELECTIONS => {
            let selections = streams
                .into_iter()
                .map(|Selected { participant, mid }| Selection { participant, mid })
                .collect();
            Ok(InCall::Choose {
                selections,
                receive,
            })
        }
        (false, Some(_)) => Err(bad("too many streams")),
        (true, Some(_)) | (false, None) => Err(bad("either `streams` or `restart: true`")),
    }
}

pub(super) fn subscriber_answer(text: &RawValue) -> Result<InCall, RequestError> {
    #[derive(Deserialize)]
    struct Payload {
        jsep: Box<RawValue>,
        version: serde_json::Value,
    }
    let Payload { jsep, version } = payload(text)?;
    // What is no version of ours is not the newest.
    let version = version.as_u64().unwrap_or_default();
    let answer = self::jsep(&jsep, "answer", "a subscriber's jsep is an answer")?;
    Ok(InCall::Answer { answer, version })
}

pub(super) fn prefer(text: &RawValue) -> Result<InCall, RequestError> {
    #[derive(Deserialize)]
    struct Preferred {
        participant: ParticipantId,
        mid: Mid,
        substream: Option<u8>,
        temporal: Option<u8>,
        send: Option<bool>,
    }
    #[derive(Deserialize)]
    struct Payload {
        streams: Vec<Preferred>,
    }
    let Payload { streams } = payload(text)?;
    if streams.is_empty() || streams.len() > MAX_SELECTIONS {
        return Err(bad("no streams, or too many"));
    }
    let above = |layer: Option<u8>| layer.is_some_and(|layer| layer > 2);
    if streams
        .iter()
        .any(|stream| above(stream.substream) || above(stream.temporal))
    {
        return Err(bad("substream and temporal are 0, 1 or 2"));
    }
    let preferences = streams.into_iter().map(|stream| {
        let Preferred {
            participant,
            mid,
            substream,
            temporal,
            send,
        } = stream;
        let layers: Layers = (substream, temporal, send);
        (
            Selection {
                participant,
                mid: Some(mid),
            },
            layers,
        )
    });
    Ok(InCall::Prefer(preferences.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn raw(value: &serde_json::Value) -> Box<RawValue> {
        serde_json::value::to_raw_value(value).unwrap()
    }

    #[test]
    fn a_list_of_the_fields_is_no_object() {
        let listed = json!({"jsep": ["offer", "v=0"], "streams": []});
        let refused = start_call(&raw(&listed), CandidatePolicy::All).unwrap_err();
        assert_eq!(refused.reason(), "bad_sdp");
        assert!(refused.to_string().contains("a jsep is an object"));

        let line = "candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host";
        let listed = json!({"of": "publisher", "candidate": [line, "0", 0]});
        let refused = trickle(&raw(&listed), CandidatePolicy::All).map(|_| ());
        assert_eq!(refused.unwrap_err().reason(), "bad_candidate");
    }
}
