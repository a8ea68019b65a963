//! What one browser tells another: a description or a candidate, checked and written anew.

use super::candidate::is_ice_char;
use super::{Candidate, CandidatePolicy, Sdp, SdpError};
use crate::names::Mid;

/// Longest ICE user name (RFC 8839 §5.4).
const MAX_USERNAME_BYTES: usize = 256;

/// What one browser tells another to connect to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// It offers a connection, or a change of one.
    Offer(Sdp),
    /// It answers an offer.
    Answer(Sdp),
    /// It can perhaps be reached so; `None`: there are no more candidates.
    Candidate(Option<PeerCandidate>),
}

impl Signal {
    /// Reads a description of this type (`RTCSdpType`). Errors: neither an offer nor an answer, or not
    /// a sound one.
    pub fn parse_description(kind: &str, sdp: &str) -> Result<Self, SdpError> {
        match kind {
            "offer" => Sdp::parse_peer_offer(sdp).map(Self::Offer),
            "answer" => Sdp::parse_peer_answer(sdp).map(Self::Answer),
            _ => Err(SdpError::wrong("neither an offer nor an answer")),
        }
    }
}

/// A candidate for another browser, as `RTCIceCandidateInit` has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerCandidate {
    /// The `candidate:` line, canonical; empty: no more of this m-line.
    pub line: String,
    /// Which m-line, by mid.
    pub sdp_mid: Option<Mid>,
    /// Which m-line, by index.
    pub sdp_m_line_index: Option<u16>,
    /// Of which ICE generation it is: the `ice-ufrag` of its description.
    pub username_fragment: Option<String>,
}

impl PeerCandidate {
    /// Reads what `RTCIceCandidate.toJSON()` holds:
    /// `{"candidate":"candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"4cZh"}`.
    ///
    /// Errors: the form is wrong, it names no m-line and is not empty, or no other browser can be
    /// where it points to.
    pub fn parse(
        candidate: &str,
        sdp_mid: Option<&str>,
        sdp_m_line_index: Option<u64>,
        username_fragment: Option<String>,
    ) -> Result<Self, SdpError> {
        let wrong = SdpError::wrong_candidate;
        let is_sound = |name: &String| {
            name.len() <= MAX_USERNAME_BYTES && name.bytes().all(is_ice_char) && !name.is_empty()
        };
        if !username_fragment.iter().all(is_sound) {
            return Err(wrong("usernameFragment"));
        }
        let (sdp_mid, sdp_m_line_index) = super::candidate::m_line(sdp_mid, sdp_m_line_index)?;
        let line = match candidate {
            "" => String::new(),
            _ if sdp_mid.is_none() && sdp_m_line_index.is_none() => {
                return Err(wrong("it names no m-line"));
            }
            _ => {
                let candidate = Candidate::parse_line(candidate)?;
                if !candidate.may_pass(CandidatePolicy::Peer) {
                    return Err(wrong("no other browser can be there"));
                }
                candidate.line
            }
        };
        Ok(Self {
            line,
            sdp_mid,
            sdp_m_line_index,
            username_fragment,
        })
    }
}
