//! ICE candidates: read strictly, written anew, and kept back unless the setting lets them pass.

use super::SdpError;
use crate::names::Mid;

/// Which candidates of browsers the gateway is told. Each is a request to send packets to the
/// address it names, and a gateway that browsers can reach needs none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CandidatePolicy {
    /// None.
    #[default]
    None,
    /// UDP to public addresses and ports from 1024; for a gateway that must send first.
    Public,
    /// All of sound form; for a LAN.
    All,
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

impl Candidate {
    /// Reads what `RTCIceCandidate.toJSON()` holds. `Ok(None)`: an empty candidate, there are no
    /// more. Errors: the form is wrong. An address that may not be told is no error: ask
    /// [`Candidate::may_pass`].
    pub fn parse(
        candidate: &str,
        sdp_mid: Option<&str>,
        sdp_m_line_index: Option<u64>,
    ) -> Result<Option<Self>, SdpError> {
        let _ = (candidate, sdp_mid, sdp_m_line_index);
        Err(SdpError::Candidate {
            detail: "not read yet",
        })
    }

    /// Whether the gateway may be told.
    pub fn may_pass(&self, policy: CandidatePolicy) -> bool {
        let _ = policy;
        false
    }
}
