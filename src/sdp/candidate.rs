//! ICE candidates: read strictly, written anew, and kept back unless the setting lets them pass.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::SdpError;
use crate::names::Mid;

/// Longest candidate, in bytes; browsers' stay below 200.
const MAX_BYTES: usize = 400;
/// The first port that no system service has.
const FIRST_FREE_PORT: u16 = 1024;

/// Which candidates of a browser the other side is told, the gateway or another browser. Each makes it
/// send packets to the address that is named, and a gateway that browsers can reach needs none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CandidatePolicy {
    /// None.
    #[default]
    None,
    /// UDP to public addresses, ports from 1024; for a gateway that must send first.
    Public,
    /// All of sound form; for a LAN.
    All,
    /// Between two browsers, which need each other's: all where another browser can be, be it in a
    /// private network or behind a hidden name. Not what only services of the other one's own machine
    /// or network answer at.
    Peer,
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
    /// Where it points to, if it says so by number: names are never for the public.
    address: Option<IpAddr>,
    port: u16,
    is_udp: bool,
    /// Over TCP, and connects itself: nobody connects to it.
    is_active: bool,
}

impl Candidate {
    /// Reads what `RTCIceCandidate.toJSON()` holds:
    /// `{"candidate":"candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host","sdpMid":"0","sdpMLineIndex":0}`.
    /// `Ok(None)`: an empty candidate, there are no more.
    ///
    /// Errors: the form is wrong, or it names no m-line. An address that must not be told is no
    /// error: ask [`Candidate::may_pass`].
    pub fn parse(
        candidate: &str,
        sdp_mid: Option<&str>,
        sdp_m_line_index: Option<u64>,
    ) -> Result<Option<Self>, SdpError> {
        if candidate.is_empty() {
            return Ok(None);
        }
        let (sdp_mid, sdp_m_line_index) = m_line(sdp_mid, sdp_m_line_index)?;
        if sdp_mid.is_none() && sdp_m_line_index.is_none() {
            return Err(wrong("it names no m-line"));
        }
        let mut parsed = Self::parse_line(candidate)?;
        parsed.sdp_mid = sdp_mid;
        parsed.sdp_m_line_index = sdp_m_line_index;
        Ok(Some(parsed))
    }

    /// Reads `candidate:…` alone, as it stands in a description (RFC 8839 §5.1).
    pub(super) fn parse_line(candidate: &str) -> Result<Self, SdpError> {
        if candidate.len() > MAX_BYTES || !candidate.bytes().all(|b| (b' '..=b'~').contains(&b)) {
            return Err(wrong("too long, or not in plain characters"));
        }
        let fields = candidate
            .strip_prefix("candidate:")
            .ok_or_else(|| wrong("it does not begin with `candidate:`"))?;
        let mut fields = fields.split(' ');
        let mut next = |what| {
            fields
                .next()
                .filter(|f| !f.is_empty())
                .ok_or_else(|| wrong(what))
        };

        let foundation = next("foundation")?;
        if foundation.len() > 32 || !foundation.bytes().all(is_ice_char) {
            return Err(wrong("foundation"));
        }
        let component: u8 = number(next("component")?, "component")?;
        let transport = next("transport")?.to_ascii_lowercase();
        let priority: u32 = number(next("priority")?, "priority")?;
        let host = next("address")?;
        let address = host.parse::<IpAddr>().ok();
        if component == 0 || priority == 0 || !matches!(transport.as_str(), "udp" | "tcp") {
            return Err(wrong("component, priority or transport"));
        }
        if address.is_none() && !is_hidden_name(host) {
            return Err(wrong("address"));
        }
        let port: u16 = number(next("port")?, "port")?;
        if next("typ")? != "typ" {
            return Err(wrong("typ"));
        }
        let kind = next("type")?;
        if !matches!(kind, "host" | "srflx" | "prflx" | "relay") {
            return Err(wrong("type"));
        }

        let mut line = format!("candidate:{foundation} {component} {transport} {priority} ");
        // Writing to a String does not fail.
        let _ = match address {
            Some(address) => write!(line, "{address} {port} typ {kind}"),
            None => write!(line, "{} {port} typ {kind}", host.to_ascii_lowercase()),
        };
        let mut is_active = false;
        while let Some(name) = fields.next() {
            let value = fields
                .next()
                .filter(|v| !v.is_empty())
                .ok_or_else(|| wrong("extension"))?;
            let is_sound = match name {
                "raddr" => value.parse::<IpAddr>().is_ok() || is_hidden_name(value),
                "rport" => value.parse::<u16>().is_ok(),
                "tcptype" => matches!(value, "active" | "passive" | "so"),
                "generation" | "network-id" | "network-cost" => value.parse::<u32>().is_ok(),
                "ufrag" => value.len() <= 256 && value.bytes().all(is_ice_char),
                _ => continue, // unknown: left out
            };
            if !is_sound {
                return Err(wrong("extension"));
            }
            is_active |= (name, value) == ("tcptype", "active");
            let _ = write!(line, " {name} {value}");
        }
        Ok(Self {
            line,
            sdp_mid: None,
            sdp_m_line_index: None,
            address,
            port,
            is_udp: transport == "udp",
            is_active: is_active && transport == "tcp",
        })
    }

    /// Whether the other side may be told.
    pub fn may_pass(&self, policy: CandidatePolicy) -> bool {
        match policy {
            CandidatePolicy::None => false,
            CandidatePolicy::Public => {
                self.is_udp && self.port >= FIRST_FREE_PORT && self.address.is_some_and(is_public)
            }
            CandidatePolicy::All => self.port > 0,
            CandidatePolicy::Peer => {
                let is_open = self.port >= FIRST_FREE_PORT || (self.is_active && self.port > 0);
                is_open && self.address.is_none_or(is_of_a_peer)
            }
        }
    }
}

/// Which m-line is meant, by mid and by index.
pub(super) fn m_line(
    mid: Option<&str>,
    index: Option<u64>,
) -> Result<(Option<Mid>, Option<u16>), SdpError> {
    let mid = mid.map(|mid| Mid::parse(mid).ok_or_else(|| wrong("sdpMid")));
    let index = index.map(|index| u16::try_from(index).map_err(|_| wrong("sdpMLineIndex")));
    Ok((mid.transpose()?, index.transpose()?))
}

fn wrong(detail: &'static str) -> SdpError {
    SdpError::Candidate { detail }
}

/// A decimal number without a sign, which `parse` would take.
fn number<N: std::str::FromStr>(text: &str, what: &'static str) -> Result<N, SdpError> {
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(wrong(what));
    }
    text.parse().map_err(|_| wrong(what))
}

/// RFC 8839 §5.1: letters, digits, `+` and `/`.
pub(super) fn is_ice_char(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/'
}

/// `<uuid>.local`: how browsers hide an address of the local network. Whoever resolves any other
/// name does a client's bidding.
fn is_hidden_name(host: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    host.strip_suffix(".local").is_some_and(|uuid| {
        uuid.split('-').count() == lengths.len()
            && uuid.split('-').zip(lengths).all(|(part, length)| {
                part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit())
            })
    })
}

/// Whether an address is one of the public Internet, through whatever form it is written in.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => match embedded_v4(v6) {
            Some(v4) => is_public_v4(v4),
            // 2000::/3 is all that is given out; of it, Teredo hides an IPv4 address.
            None => v6.segments()[0] & 0xe000 == 0x2000 && v6.segments()[..2] != [0x2001, 0],
        },
    }
}

/// Whether another browser can be at an address: that of a host, in whatever network.
fn is_of_a_peer(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_of_a_host_v4(v4),
        IpAddr::V6(v6) if v6.is_loopback() || v6.is_multicast() => false,
        IpAddr::V6(v6) => match embedded_v4(v6) {
            Some(v4) => is_of_a_host_v4(v4),
            None => !v6.is_unicast_link_local(),
        },
    }
}

fn is_of_a_host_v4(v4: Ipv4Addr) -> bool {
    let [a, ..] = v4.octets();
    let is_special = v4.is_loopback()
        || v4.is_link_local() // services of clouds, too
        || v4.is_multicast()
        || a == 0 // this network
        || a >= 240; // reserved, broadcast
    !is_special
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    let is_special = v4.is_loopback()
        || v4.is_private()
        || v4.is_link_local()
        || v4.is_multicast()
        || a == 0 // this network
        || a >= 240 // reserved, broadcast
        || (a == 100 && b & 0xc0 == 64) // carriers' NAT
        || (a == 192 && b == 0 && c == 0) // protocol assignments
        || (a == 198 && b & 0xfe == 18); // benchmarks
    !is_special
}

/// The IPv4 address that an IPv6 one stands for: mapped, compatible, translated, NAT64, 6to4.
fn embedded_v4(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match v6.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] => Some(of(high, low)),
        [0, 0, 0, 0, 0xffff, 0, high, low] => Some(of(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(of(high, low)),
        [0x2002, high, low, ..] => Some(of(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
