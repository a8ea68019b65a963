//! SDP and ICE candidates: parsed, checked, written anew. Pure; knows no other module but `names`.
//!
//! An [`Sdp`] or [`Candidate`] exists only parsed.

use crate::names::Mid;

/// A session description that was parsed and checked, in canonical text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sdp {
    text: String,
}

impl Sdp {
    /// The description as it goes on: canonical, CRLF line ends.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// An ICE candidate that was parsed and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The `candidate:` line, canonical.
    pub line: String,
    /// Which m-line, by mid.
    pub sdp_mid: Option<Mid>,
    /// Which m-line, by index.
    pub sdp_m_line_index: Option<u16>,
}

/// Why a text is no description.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a session description")]
pub struct SdpError;

impl Sdp {
    /// Stand-in until the parser lands: takes what the gateway wrote.
    pub fn from_gateway(text: &str) -> Result<Self, SdpError> {
        if !text.starts_with("v=0") {
            return Err(SdpError);
        }
        Ok(Self {
            text: text.to_owned(),
        })
    }
}
