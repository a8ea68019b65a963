//! What a client may ask of a room: each event's payload, read and checked. Pure.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::errors::RequestError;
use super::name;
use crate::calls::messages::{Command, InCall};
use crate::names::Generation;
use crate::rooms::authorisation::Pass;
use crate::rooms::messages::{Act, Request};
use crate::rooms::presence::MetaUpdate;
use crate::sdp::CandidatePolicy;
use crate::secret::Secret;

mod call;
mod moderation;
pub mod signal;

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

/// How media goes in the rooms of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Through the gateway, which is told these candidates.
    Gateway(CandidatePolicy),
    /// From browser to browser.
    Mesh,
}

impl Mode {
    /// Its word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gateway(_) => "gateway",
            Self::Mesh => "mesh",
        }
    }

    fn candidates(self) -> CandidatePolicy {
        match self {
            Self::Gateway(policy) => policy,
            Self::Mesh => CandidatePolicy::None,
        }
    }
}

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
    /// As they call themselves; not checked yet, since a token may know better.
    pub name: Option<String>,
    /// What an earlier join was given.
    pub resume: Option<String>,
    /// The generation the client still holds.
    pub call: Option<Generation>,
    /// What lets them in, where that is asked for.
    pub token: Option<Secret>,
}

impl JoinParams {
    /// What they are called: by their token, else by themselves.
    pub fn name_beside(&self, pass: &Pass) -> Result<String, RequestError> {
        match (&pass.name, &self.name) {
            (Some(by_token), _) => Ok(by_token.clone()),
            (None, Some(name)) => name::check(name),
            (None, None) => Err(bad("missing field `name`")),
        }
    }
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

/// Reads `phx_join`: `{"name":"Ann","resume":"…","call":17,"token":"…"}`.
pub fn join(text: &RawValue) -> Result<JoinParams, RequestError> {
    #[derive(Deserialize)]
    struct Payload {
        name: Option<String>,
        resume: Option<String>,
        call: Option<Generation>,
        token: Option<String>,
    }
    let Payload {
        name,
        resume,
        call,
        token,
    } = payload(text)?;
    Ok(JoinParams {
        name,
        resume: resume.filter(|resume| resume.len() <= 64),
        call,
        token: token.map(Secret::new),
    })
}

/// Reads a request to a room of this mode.
pub fn request(event: &str, text: &RawValue, mode: Mode) -> Result<Asked, RequestError> {
    let candidates = mode.candidates();
    Ok(match event {
        "start_call" => Asked::Call(call::start_call(text, candidates)?),
        "update_call" => Asked::in_call(call::update_call(text, candidates)?),
        "stop_call" => Asked::Call(call::stop_call(text)?),
        "trickle" => return call::trickle(text, candidates),
        "subscribe" => Asked::in_call(call::choose(text, true)?),
        "unsubscribe" => Asked::in_call(call::choose(text, false)?),
        "subscriber_answer" => Asked::in_call(call::subscriber_answer(text)?),
        "prefer" => Asked::in_call(call::prefer(text)?),
        "update" => Asked::Room(Request::Update(update(text)?)),
        "chat" => Asked::Room(Request::Chat(chat(text)?)),
        "data" => Asked::Room(Request::Data(data(text)?)),
        "signal" => Asked::Room(signal::signal(text, mode)?),
        "mute" => Asked::Room(Request::Act(moderation::mute(text)?)),
        "kick" => Asked::Room(Request::Act(moderation::kick(text)?)),
        "lock" => Asked::Room(Request::Act(moderation::lock(text)?)),
        "end" => Asked::Room(Request::Act(Act::End)),
        "record" => Asked::Room(Request::Act(moderation::record(text)?)),
        "admit" => Asked::Room(Request::Act(moderation::admit(text)?)),
        "refuse" => Asked::Room(Request::Act(moderation::refuse(text)?)),
        _ => return Err(RequestError::UnknownEvent),
    })
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
