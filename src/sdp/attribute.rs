//! The attributes of a description: which are known, what they must be, how they are written.

use sdp_types::Attribute;

use super::candidate::is_ice_char;
use super::line::Line;
use super::{Candidate, CandidatePolicy, Direction};

/// What browsers write above the m-lines, and gateways read.
const OF_SESSION: &[&str] = &[
    "extmap-allow-mixed",
    "fingerprint",
    "group",
    "ice-options",
    "ice-pwd",
    "ice-ufrag",
    "msid-semantic",
    "setup",
];

/// What browsers write below an m-line, and gateways read.
const OF_MEDIA: &[&str] = &[
    "bundle-only",
    "extmap",
    "extmap-allow-mixed",
    "fingerprint",
    "fmtp",
    "ice-options",
    "ice-pwd",
    "ice-ufrag",
    "imageattr",
    "maxptime",
    "mid",
    "msid",
    "ptime",
    "rid",
    "rtcp",
    "rtcp-fb",
    "rtcp-mux",
    "rtcp-rsize",
    "rtcp-xr",
    "rtpmap",
    "setup",
    "simulcast",
    "ssrc",
    "ssrc-group",
];

/// What may stand only once in its section.
const SINGLE: &[&str] = &["ice-pwd", "ice-ufrag", "mid", "setup", "simulcast"];

/// The direction of a section; None if it names none.
pub(super) fn direction(attributes: &[Attribute]) -> Option<Direction> {
    attributes.iter().find_map(as_direction)
}

fn as_direction(attribute: &Attribute) -> Option<Direction> {
    match attribute.value {
        None => Direction::parse(&attribute.attribute),
        Some(_) => None,
    }
}

pub(super) fn has(attributes: &[Attribute], name: &str) -> bool {
    attributes
        .iter()
        .any(|attribute| attribute.attribute == name)
}

pub(super) fn value<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a str> {
    values(attributes, name).next()
}

pub(super) fn values<'a>(attributes: &'a [Attribute], name: &str) -> impl Iterator<Item = &'a str> {
    attributes
        .iter()
        .filter(move |attribute| attribute.attribute == name)
        .filter_map(|attribute| attribute.value.as_deref())
}

/// The mids that a `group:BUNDLE` names; None for every other attribute.
pub(super) fn bundled(attribute: &Attribute) -> Option<&str> {
    let group = attribute.value.as_deref()?;
    let mids = group.strip_prefix("BUNDLE")?;
    let is_bundle = attribute.attribute == "group" && (mids.is_empty() || mids.starts_with(' '));
    is_bundle.then_some(mids)
}

/// Whether the attribute at `index` of its section is what it must be. Unknown ones are.
pub(super) fn is_sound(section: &[Attribute], index: usize) -> Result<(), &'static str> {
    let Some(attribute) = section.get(index) else {
        return Ok(());
    };
    let name = attribute.attribute.as_str();
    let earlier = section.get(..index).unwrap_or_default();
    if SINGLE.contains(&name) && has(earlier, name) {
        return Err("an attribute that stands twice");
    }
    if as_direction(attribute).is_some() && direction(earlier).is_some() {
        return Err("two directions");
    }
    let text = attribute.value.as_deref().unwrap_or_default();
    let is_ice = |least| (least..=256).contains(&text.len()) && text.bytes().all(is_ice_char);
    match name {
        "crypto" => Err("keys in the clear"),
        "ice-ufrag" if !is_ice(4) => Err("not an ICE ufrag"),
        "ice-pwd" if !is_ice(22) => Err("not an ICE password"),
        "fingerprint" if fingerprint(text).is_none() => Err("not a fingerprint of SHA-2"),
        // Janus 1.1.2 spins for ever over an id that it reads as none (RFC 8285: 1 to 255).
        "extmap" if !is_extmap(text) => Err("not a header extension"),
        "setup" if !matches!(text, "active" | "passive" | "actpass") => Err("not a setup"),
        _ => Ok(()),
    }
}

/// An attribute of the session, as it goes on; None if it is left out.
pub(super) fn of_session(attribute: &Attribute) -> Option<String> {
    let name = attribute.attribute.as_str();
    if !OF_SESSION.contains(&name) || (name == "group" && bundled(attribute).is_none()) {
        return None;
    }
    Some(written(attribute))
}

/// An attribute of an m-line, as it goes on; None if it is left out.
pub(super) fn of_media(
    attribute: &Attribute,
    line: &Line,
    is_answer: bool,
    policy: CandidatePolicy,
) -> Option<String> {
    let text = attribute.value.as_deref().unwrap_or_default();
    if as_direction(attribute).is_some() {
        return Some(line.direction.as_str().to_owned());
    }
    match attribute.attribute.as_str() {
        "candidate" => Candidate::parse_line(&format!("candidate:{text}"))
            .ok()
            .filter(|candidate| candidate.may_pass(policy))
            .map(|candidate| candidate.line),
        "end-of-candidates" => {
            (policy != CandidatePolicy::None).then(|| "end-of-candidates".to_owned())
        }
        "bundle-only" if is_answer => None,
        // What speaks of a payload that is not there.
        "rtpmap" | "fmtp" | "rtcp-fb"
            if !text.starts_with("* ")
                && !text
                    .split(' ')
                    .next()
                    .and_then(|number| number.parse().ok())
                    .is_some_and(|number| line.has_payload(number)) =>
        {
            None
        }
        // Legal with one token, but Janus refuses the description.
        "msid" if policy != CandidatePolicy::Peer && text.split(' ').count() != 2 => None,
        // The address of RTCP, which ICE finds itself.
        "rtcp" => Some("rtcp:9 IN IP4 0.0.0.0".to_owned()),
        name if OF_MEDIA.contains(&name) => Some(written(attribute)),
        _ => None,
    }
}

fn written(attribute: &Attribute) -> String {
    let name = &attribute.attribute;
    match attribute.value.as_deref() {
        Some(text) if name == "fingerprint" => {
            format!("fingerprint:{}", fingerprint(text).unwrap_or_default())
        }
        Some(text) => format!("{name}:{text}"),
        None => name.clone(),
    }
}

/// `sha-256 AB:CD:…`, canonical (RFC 8122 §5).
fn fingerprint(text: &str) -> Option<String> {
    let (hash, digest) = text.split_once(' ')?;
    let hash = hash.to_ascii_lowercase();
    let length = match hash.as_str() {
        "sha-256" => 32,
        "sha-384" => 48,
        "sha-512" => 64,
        _ => return None,
    };
    let is_pair = |pair: &str| pair.len() == 2 && pair.bytes().all(|b| b.is_ascii_hexdigit());
    let is_whole = digest.split(':').count() == length && digest.split(':').all(is_pair);
    is_whole.then(|| format!("{hash} {}", digest.to_ascii_uppercase()))
}

/// `3 uri`, `3/sendonly uri`, perhaps with attributes behind.
fn is_extmap(text: &str) -> bool {
    let Some((id, rest)) = text.split_once(' ') else {
        return false;
    };
    let (id, direction) = id
        .split_once('/')
        .map_or((id, None), |(id, way)| (id, Some(way)));
    let known = ["sendrecv", "sendonly", "recvonly", "inactive"];
    id.len() <= 3
        && id.bytes().all(|b| b.is_ascii_digit())
        && id.parse::<u8>().is_ok_and(|id| id >= 1)
        && direction.is_none_or(|way| known.contains(&way))
        && !rest.trim().is_empty()
}
