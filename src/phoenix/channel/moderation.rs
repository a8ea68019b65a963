//! What moderators ask of a room, read and checked. Pure.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::payload;
use crate::names::{Kind, ParticipantId};
use crate::phoenix::errors::RequestError;
use crate::rooms::events::Door;
use crate::rooms::messages::Act;

/// Reads `{"participant":"p2f…"}`.
fn person(text: &RawValue) -> Result<ParticipantId, RequestError> {
    #[derive(Deserialize)]
    struct Payload {
        participant: ParticipantId,
    }
    let Payload { participant } = payload(text)?;
    Ok(participant)
}

/// Reads `{"participant":"p2f…","kind":"audio"}`.
pub(super) fn mute(text: &RawValue) -> Result<Act, RequestError> {
    #[derive(Deserialize)]
    struct Payload {
        participant: ParticipantId,
        kind: Kind,
    }
    let Payload { participant, kind } = payload(text)?;
    Ok(Act::Mute { participant, kind })
}

pub(super) fn kick(text: &RawValue) -> Result<Act, RequestError> {
    person(text).map(|participant| Act::Kick { participant })
}

pub(super) fn admit(text: &RawValue) -> Result<Act, RequestError> {
    person(text).map(|participant| Act::Admit { participant })
}

pub(super) fn refuse(text: &RawValue) -> Result<Act, RequestError> {
    person(text).map(|participant| Act::Refuse { participant })
}

/// Reads `{"locked":true,"lobby":true}`; without `lobby` there is none.
pub(super) fn lock(text: &RawValue) -> Result<Act, RequestError> {
    #[derive(Deserialize)]
    struct Payload {
        locked: bool,
        #[serde(default)]
        lobby: bool,
    }
    let Payload { locked, lobby } = payload(text)?;
    Ok(Act::Lock(Door { locked, lobby }))
}

/// Reads `{"on":true}`.
pub(super) fn record(text: &RawValue) -> Result<Act, RequestError> {
    #[derive(Deserialize)]
    struct Payload {
        on: bool,
    }
    let Payload { on } = payload(text)?;
    Ok(Act::Record { on })
}
