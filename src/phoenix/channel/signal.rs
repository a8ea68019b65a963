//! `signal`: what one browser tells another, where media goes from browser to browser. Pure.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::call::{Jsep, ice};
use super::{Mode, bad, payload};
use crate::names::ParticipantId;
use crate::phoenix::errors::RequestError;
use crate::rooms::messages::Request;
use crate::sdp::{PeerCandidate, Signal};

/// The payload. A candidate of null says that there are no more: not the same as none.
#[derive(Deserialize)]
struct Payload {
    to: ParticipantId,
    jsep: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "even_null")]
    candidate: Option<Box<RawValue>>,
}

/// `RTCIceCandidate.toJSON()`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ice {
    candidate: String,
    sdp_mid: Option<String>,
    sdp_m_line_index: Option<u64>,
    username_fragment: Option<String>,
}

fn even_null<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Deserialize::deserialize(from).map(Some)
}

/// Reads `{"to":"p2f…","jsep":{…}}` or `{"to":"p2f…","candidate":{…}}`.
pub(super) fn signal(text: &RawValue, mode: Mode) -> Result<Request, RequestError> {
    if mode != Mode::Mesh {
        return Err(RequestError::WrongMode);
    }
    let Payload {
        to,
        jsep,
        candidate,
    } = payload(text)?;
    let signal = match (jsep, candidate) {
        (Some(jsep), None) => {
            let Jsep { kind, sdp } = Jsep::read(&jsep)?;
            Signal::parse_description(&kind, &sdp)?
        }
        (None, Some(candidate)) => {
            let candidate = ice::<Ice>(&candidate)?.map(|ice| {
                let mid = ice.sdp_mid.as_deref();
                let (index, username) = (ice.sdp_m_line_index, ice.username_fragment);
                PeerCandidate::parse(&ice.candidate, mid, index, username)
            });
            Signal::Candidate(candidate.transpose()?)
        }
        (Some(_), Some(_)) | (None, None) => return Err(bad("either `jsep` or `candidate`")),
    };
    Ok(Request::Signal {
        to,
        signal: Box::new(signal),
    })
}

/// Why nobody signals to themselves.
pub fn to_oneself() -> RequestError {
    bad("`to` is oneself")
}
