//! One m-line, as far as it is compared: name, kind, protocol, payloads, direction.

use sdp_types::Media;

use super::attribute::{direction, has, value, values};
use super::{Direction, MediaLine};
use crate::names::{Kind, Mid};

/// The last payload number that means a codec without an rtpmap (RFC 3551 §6).
const LAST_STATIC: u8 = 34;

/// One m-line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Its name, if it has a sound one.
    pub(super) mid: Option<Mid>,
    /// None: neither sound nor picture.
    pub(super) kind: Option<Kind>,
    pub(super) protocol: Box<str>,
    pub(super) payloads: Vec<Payload>,
    /// Inactive if it is rejected.
    pub(super) direction: Direction,
    /// Port 0, and not because it shares that of another.
    pub(super) is_rejected: bool,
}

/// One payload type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Payload {
    pub(super) number: u8,
    /// From its rtpmap, lower case: `vp8/90000`.
    encoding: Option<Box<str>>,
}

impl Payload {
    /// Carries no media of its own, only what repairs that of others.
    fn is_repair(&self) -> bool {
        self.encoding.as_ref().is_some_and(|encoding| {
            let name = encoding.split('/').next().unwrap_or_default();
            matches!(name, "rtx" | "red" | "ulpfec") || name.starts_with("flexfec")
        })
    }
}

impl Line {
    /// Reads what can be read. `default` is the session's direction. Only an offer shares ports by
    /// `a=bundle-only`: in an answer port 0 always rejects.
    pub(super) fn read(media: &Media, default: Direction, is_answer: bool) -> Self {
        let is_rejected = media.port == 0 && (is_answer || !has(&media.attributes, "bundle-only"));
        let direction = direction(&media.attributes).unwrap_or(default);
        Self {
            mid: value(&media.attributes, "mid").and_then(Mid::parse),
            kind: match media.media.as_str() {
                "audio" => Some(Kind::Audio),
                "video" => Some(Kind::Video),
                _ => None,
            },
            protocol: media.proto.as_str().into(),
            payloads: payloads(media),
            direction: if is_rejected {
                Direction::Inactive
            } else {
                direction
            },
            is_rejected,
        }
    }

    /// As others see it; None for what is neither sound nor picture, or has no name.
    pub(super) fn media(&self) -> Option<MediaLine> {
        Some(MediaLine {
            mid: self.mid.clone()?,
            kind: self.kind?,
            direction: self.direction,
        })
    }

    pub(super) fn is_named(&self, name: &str) -> bool {
        self.mid.as_ref().is_some_and(|mid| mid.as_str() == name)
    }

    pub(super) fn has_payload(&self, number: u8) -> bool {
        self.payloads.iter().any(|payload| payload.number == number)
    }

    /// Whether the payloads are numbers, each once, of which it is known what they carry, and one of
    /// them carries media itself.
    pub(super) fn payloads_are_sound(&self, media: &Media) -> Result<(), &'static str> {
        if media.fmt.split(' ').count() != self.payloads.len() {
            return Err("payloads that are no numbers");
        }
        for (index, payload) in self.payloads.iter().enumerate() {
            let mut later = self.payloads.iter().skip(index + 1);
            if payload.number > 127 || later.any(|other| other.number == payload.number) {
                return Err("payloads out of range, or twice");
            }
            if payload.encoding.is_none() && payload.number > LAST_STATIC && !self.is_rejected {
                return Err("a payload without its rtpmap");
            }
        }
        let mut mapped: Vec<u8> = rtpmaps(media).map(|(number, _)| number).collect();
        mapped.sort_unstable();
        if mapped.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err("two rtpmaps for one payload");
        }
        if self.payloads.iter().all(Payload::is_repair) {
            return Err("no payload that carries media itself");
        }
        Ok(())
    }

    /// Whether this line of an answer fits the one that was offered in its place.
    pub(super) fn answers(&self, offered: &Self) -> Result<(), &'static str> {
        if self.mid != offered.mid || self.kind != offered.kind || self.protocol != offered.protocol
        {
            return Err("not the m-line that was offered in its place");
        }
        if offered.is_rejected && !self.is_rejected {
            return Err("takes what is not offered");
        }
        let is_off = self.is_rejected || self.direction == Direction::Inactive;
        let mut carries_media = false;
        for payload in &self.payloads {
            let known = offered
                .payloads
                .iter()
                .find(|known| known.number == payload.number);
            match known {
                Some(known) => {
                    let is_same = known.encoding == payload.encoding
                        || (payload.encoding.is_none() && is_off);
                    if !is_same {
                        return Err("a payload that is not what was offered");
                    }
                    carries_media |= !known.is_repair();
                }
                None if is_off => carries_media |= !payload.is_repair(),
                None => return Err("a payload that was not offered"),
            }
        }
        if carries_media {
            Ok(())
        } else {
            Err("no payload that carries media itself")
        }
    }
}

fn payloads(media: &Media) -> Vec<Payload> {
    let numbers = media
        .fmt
        .split(' ')
        .filter_map(|number| number.parse().ok());
    let mut payloads: Vec<Payload> = numbers
        .map(|number| Payload {
            number,
            encoding: None,
        })
        .collect();
    for (number, encoding) in rtpmaps(media) {
        if let Some(payload) = payloads.iter_mut().find(|p| p.number == number) {
            let encoding = encoding.trim().to_ascii_lowercase();
            // One channel is what is meant where none is named.
            let encoding = match encoding.strip_suffix("/1") {
                Some(shorter) if shorter.contains('/') => shorter,
                _ => &encoding,
            };
            payload.encoding = Some(encoding.into());
        }
    }
    payloads
}

fn rtpmaps(media: &Media) -> impl Iterator<Item = (u8, &str)> {
    values(&media.attributes, "rtpmap").filter_map(|rtpmap| {
        let (number, encoding) = rtpmap.split_once(' ')?;
        Some((number.parse().ok()?, encoding))
    })
}
