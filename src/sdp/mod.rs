//! SDP and ICE candidates: parsed, checked, written anew. Pure; knows no other module but `names`.
//!
//! An [`Sdp`] or [`Candidate`] exists only parsed. What comes from a browser is checked
//! and written in one form, with known attributes only: gateways check almost nothing, and some
//! shapes crash them; another browser is given the same care. What comes from the gateway stays as it
//! is. What one browser may tell another is a [`Signal`].

mod attribute;
mod candidate;
mod check;
mod line;
mod peer;

use std::fmt;

pub use candidate::{Candidate, CandidatePolicy};
pub use peer::{PeerCandidate, Signal};

use crate::names::{Kind, Mid};

/// Why a description or a candidate was refused. Texts are our own words, never the client's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    /// A description that no browser writes, or that the gateway must not see.
    #[error("{place}: {detail}")]
    Description {
        /// Where.
        place: Place,
        /// What was wrong.
        detail: &'static str,
    },
    /// A candidate of the wrong form.
    #[error("candidate: {detail}")]
    Candidate {
        /// What was wrong.
        detail: &'static str,
    },
}

impl SdpError {
    /// A description that is wrong as a whole.
    pub fn wrong(detail: &'static str) -> Self {
        Self::Description {
            place: Place::Whole,
            detail,
        }
    }

    /// A candidate of the wrong form.
    pub fn wrong_candidate(detail: &'static str) -> Self {
        Self::Candidate { detail }
    }

    /// `reason` of the error reply; its `detail` is the error as text. Wire: add, never rename.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Description { .. } => "bad_sdp",
            Self::Candidate { .. } => "bad_candidate",
        }
    }
}

/// Where in a description something was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In this line, counted from 1.
    Line(usize),
    /// In the whole.
    Whole,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::Whole => f.write_str("description"),
        }
    }
}

/// Which way media may flow on an m-line, as its writer sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Both ways.
    SendRecv,
    /// Only from its writer.
    SendOnly,
    /// Only to its writer.
    RecvOnly,
    /// Not at all; an m-line that was rejected, too.
    Inactive,
}

impl Direction {
    /// The name of its attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    /// Whether its writer sends.
    pub fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// What is left of it for somebody who may send, or receive, or not.
    fn narrowed(self, may_send: bool, may_receive: bool) -> Self {
        let receives = matches!(self, Self::SendRecv | Self::RecvOnly);
        match (self.sends() && may_send, receives && may_receive) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        match text {
            "sendrecv" => Some(Self::SendRecv),
            "sendonly" => Some(Self::SendOnly),
            "recvonly" => Some(Self::RecvOnly),
            "inactive" => Some(Self::Inactive),
            _ => None,
        }
    }
}

/// One m-line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaLine {
    /// Its name.
    pub mid: Mid,
    /// Sound or picture.
    pub kind: Kind,
    /// Which way.
    pub direction: Direction,
}

/// A session description that was parsed and checked, in canonical text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sdp {
    text: String,
    lines: Vec<line::Line>,
}

impl Sdp {
    /// Reads a browser's offer to publish. Every one of `mids` must be there, and every m-line that
    /// sends must be one of them. Whether a stream fits the kind of its m-line, see [`Sdp::media`].
    ///
    /// Candidates that do not pass `policy` are left out.
    pub fn parse_offer(
        text: &str,
        mids: &[Mid],
        policy: CandidatePolicy,
    ) -> Result<Self, SdpError> {
        check::offer(text, mids, policy)
    }

    /// Reads a browser's answer to `offer`, the gateway's: m-lines as offered in number, order, mid,
    /// kind and protocol; of the offered payloads, at least one that carries media itself (but
    /// where the m-line is rejected or inactive).
    ///
    /// Candidates that do not pass `policy` are left out.
    pub fn parse_answer(
        text: &str,
        offer: &Sdp,
        policy: CandidatePolicy,
    ) -> Result<Self, SdpError> {
        check::answer(text, offer, policy)
    }

    /// Reads a browser's offer to another browser: any m-line may send. Candidates pass where another
    /// browser can be ([`CandidatePolicy::Peer`]), others are left out.
    pub fn parse_peer_offer(text: &str) -> Result<Self, SdpError> {
        check::peer(text, check::Side::Offer)
    }

    /// Reads a browser's answer to another browser's offer, which is not known here: whether it fits
    /// is the other one's to see. Candidates as in [`Sdp::parse_peer_offer`].
    pub fn parse_peer_answer(text: &str) -> Result<Self, SdpError> {
        check::peer(text, check::Side::PeerAnswer)
    }

    /// Takes the gateway's offer or answer as it is, if it is SDP at all.
    pub fn from_gateway(text: &str) -> Result<Self, SdpError> {
        check::gateway(text)
    }

    /// The description as it goes on: canonical, CRLF line ends; the gateway's as it came.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The same with what its writer may not do left out: `may` says of each m-line, counted from 0,
    /// whether they may send and receive on it. For a browser's: each m-line says its direction there.
    #[must_use]
    pub fn narrowed(&self, may: impl Fn(usize) -> (bool, bool)) -> Self {
        let mut lines = self.lines.clone();
        for (index, line) in lines.iter_mut().enumerate() {
            let (send, receive) = may(index);
            line.direction = line.direction.narrowed(send, receive);
        }
        let mut text = String::with_capacity(self.text.len());
        let mut media = 0_usize;
        for line in self.text.split_inclusive("\r\n") {
            media += usize::from(line.starts_with("m="));
            let attribute = line.strip_prefix("a=").map(str::trim_end);
            match (attribute.and_then(Direction::parse), media.checked_sub(1)) {
                (Some(direction), Some(index)) => {
                    let (send, receive) = may(index);
                    let narrowed = direction.narrowed(send, receive);
                    text.push_str(&format!("a={}\r\n", narrowed.as_str()));
                }
                (Some(_), None) | (None, _) => text.push_str(line),
            }
        }
        Self { text, lines }
    }

    /// Its m-lines of sound and picture, in order.
    pub fn media(&self) -> impl Iterator<Item = MediaLine> + '_ {
        self.lines.iter().filter_map(line::Line::media)
    }
}

#[cfg(test)]
mod tests;
