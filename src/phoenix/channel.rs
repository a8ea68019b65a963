//! What a client may ask of a room: each event's payload, read and checked. Pure.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::errors::RequestError;
use super::name;
use crate::calls::messages::{Command, InCall, Layers};
use crate::calls::subscriptions::Selection;
use crate::names::{Generation, Kind, Mid, Of, ParticipantId, Source, StreamSpec};
use crate::rooms::messages::Request;
use crate::rooms::presence::MetaUpdate;
use crate::sdp::{Candidate, CandidatePolicy, Sdp, SdpError};

/// Frames with SDP.
pub const MAX_SDP_FRAME_BYTES: usize = 256 * 1024;
/// Other frames.
pub const MAX_FRAME_BYTES: usize = 16 * 1024;
/// A chat message.
pub const MAX_CHAT_BYTES: usize = 4096;
/// Streams of one participant.
pub const MAX_STREAMS: usize = 16;
/// How deep `data` may be: relayed it stands two levels deeper, and many a client reads no further
/// than 127.
const MAX_DATA_DEPTH: usize = 125;
/// Streams named in one request.
const MAX_SELECTIONS: usize = 300;
/// A label's characters.
const MAX_LABEL_CHARS: usize = 64;

/// What a client asked, checked.
pub enum Asked {
    /// Of the room.
    Room(Request),
    /// Of its call.
    Call(Command),
    /// Nothing is to be done: answer ok.
    Nothing,
}

impl Asked {
    fn in_call(asked: InCall) -> Self {
        Self::Call(Command::InCall(asked))
    }
}

/// The payload of `phx_join`, checked.
pub struct JoinParams {
    /// As they call themselves.
    pub name: String,
    /// What an earlier join was given.
    pub resume: Option<String>,
    /// The generation the client still holds.
    pub call: Option<Generation>,
}

/// How large a frame of this event may be.
pub fn max_frame_bytes(event: &str) -> usize {
    match event {
        "start_call" | "update_call" | "subscriber_answer" | "signal" => MAX_SDP_FRAME_BYTES,
        _ => MAX_FRAME_BYTES,
    }
}

fn payload<T: DeserializeOwned>(text: &RawValue) -> Result<T, RequestError> {
    serde_json::from_str(text.get()).map_err(|error| RequestError::BadPayload {
        // Only serde's own words: where it quotes the input, it is escaped and short.
        detail: error.to_string().escape_debug().take(200).collect(),
    })
}

fn bad(detail: &str) -> RequestError {
    RequestError::BadPayload {
        detail: detail.to_owned(),
    }
}

/// Reads `phx_join`: `{"name":"Ann","resume":"…","call":17}`.
pub fn join(text: &RawValue) -> Result<JoinParams, RequestError> {
    #[derive(Deserialize)]
    struct Payload {
        name: String,
        resume: Option<String>,
        call: Option<Generation>,
        #[serde(rename = "token")]
        _token: Option<String>,
    }
    let Payload {
        name, resume, call, ..
    } = payload(text)?;
    let resume = resume.filter(|resume| resume.len() <= 64);
    Ok(JoinParams {
        name: name::check(&name)?,
        resume,
        call,
    })
}

/// Reads a request. `candidates` says which candidates may pass.
pub fn request(
    event: &str,
    text: &RawValue,
    candidates: CandidatePolicy,
) -> Result<Asked, RequestError> {
    Ok(match event {
        "start_call" => Asked::Call(start_call(text, candidates)?),
        "update_call" => Asked::in_call(update_call(text, candidates)?),
        "stop_call" => Asked::Call(stop_call(text)?),
        "trickle" => return trickle(text, candidates),
        "subscribe" => Asked::in_call(choose(text, true)?),
        "unsubscribe" => Asked::in_call(choose(text, false)?),
        "subscriber_answer" => Asked::in_call(subscriber_answer(text)?),
        "prefer" => Asked::in_call(prefer(text)?),
        "update" => Asked::Room(Request::Update(update(text)?)),
        "chat" => Asked::Room(Request::Chat(chat(text)?)),
        "data" => Asked::Room(Request::Data(data(text)?)),
        "signal" => return Err(RequestError::WrongMode),
        _ => return Err(RequestError::UnknownEvent),
    })
}

/// A session description as browsers write it.
#[derive(Deserialize)]
struct Jsep {
    #[serde(rename = "type")]
    kind: String,
    sdp: String,
}

/// Reads a jsep of one type; whatever else it is, is a bad description.
fn jsep(raw: &RawValue, kind: &str, wrong: &'static str) -> Result<String, RequestError> {
    let jsep: Jsep = serde_json::from_str(raw.get())
        .map_err(|_| SdpError::wrong("a jsep is an object with the texts `type` and `sdp`"))?;
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

fn start_call(text: &RawValue, candidates: CandidatePolicy) -> Result<Command, RequestError> {
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

fn update_call(text: &RawValue, candidates: CandidatePolicy) -> Result<InCall, RequestError> {
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

fn stop_call(text: &RawValue) -> Result<Command, RequestError> {
    #[derive(Deserialize)]
    struct Payload {
        #[serde(default)]
        restart: bool,
    }
    let Payload { restart } = payload(text)?;
    Ok(Command::Stop { restart })
}

fn trickle(text: &RawValue, policy: CandidatePolicy) -> Result<Asked, RequestError> {
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
    let ice: Option<Ice> = serde_json::from_str(candidate.get())
        .map_err(|_| SdpError::wrong_candidate("a candidate is an object or null"))?;
    let candidate = match ice {
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

fn choose(text: &RawValue, receive: bool) -> Result<InCall, RequestError> {
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

fn subscriber_answer(text: &RawValue) -> Result<InCall, RequestError> {
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

fn prefer(text: &RawValue) -> Result<InCall, RequestError> {
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

fn update(text: &RawValue) -> Result<MetaUpdate, RequestError> {
    #[derive(Deserialize)]
    struct Payload {
        name: Option<String>,
        mic: Option<bool>,
        camera: Option<bool>,
        screen: Option<bool>,
        hand: Option<bool>,
        quality: Option<String>,
        role: Option<Box<RawValue>>,
    }
    let Payload {
        name,
        mic,
        camera,
        screen,
        hand,
        quality,
        role,
    } = payload(text)?;
    if role.is_some() {
        return Err(RequestError::Forbidden {
            detail: "nobody sets their own role",
        });
    }
    if quality
        .as_ref()
        .is_some_and(|q| q.len() > 32 || q.chars().any(name::is_unwanted))
    {
        return Err(bad("quality is a short word"));
    }
    let name = name.as_deref().map(name::check).transpose()?;
    Ok(MetaUpdate {
        name,
        mic,
        camera,
        screen,
        hand,
        quality,
    })
}

fn chat(text: &RawValue) -> Result<String, RequestError> {
    #[derive(Deserialize)]
    struct Payload {
        text: String,
    }
    let Payload { text } = payload(text)?;
    if text.trim().is_empty() {
        return Err(bad("the text is empty"));
    }
    if text.len() > MAX_CHAT_BYTES {
        return Err(RequestError::TooLarge {
            what: "a chat message",
            limit: MAX_CHAT_BYTES,
        });
    }
    Ok(text)
}

fn data(text: &RawValue) -> Result<Box<RawValue>, RequestError> {
    match depth(text.get()) <= MAX_DATA_DEPTH {
        true => Ok(text.to_owned()),
        false => Err(bad("the data is nested too deep")),
    }
}

/// How deep arrays and objects are nested in sound JSON.
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_are_not_depth() {
        for (json, due) in [
            ("{}", 1),
            (r#"{"a":[[1],{}]}"#, 3),
            (r#"{"a":"[[[{"}"#, 1),
            (r#"{"a\"[[":"\\"}"#, 1),
        ] {
            assert_eq!(depth(json), due, "{json}");
        }
    }
}
