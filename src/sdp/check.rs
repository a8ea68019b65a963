//! What a browser's description must be, and how it is written anew.
//!
//! The grammar is `sdp-types`'; here is what it means: which lines are kept, and the shapes that
//! gateways do not survive (an m-line of `rtx` alone, lines of 500 bytes, answers that are not of
//! the offer's form). Everything an official browser writes passes, unchanged in meaning.

use sdp_types::{Attribute, Media, ParserError, Session};

use super::attribute::{bundled, direction, has, is_sound, of_media, of_session, value};
use super::line::Line;
use super::{CandidatePolicy, Direction, Place, Sdp, SdpError};
use crate::names::{Kind, Mid};

/// Largest description; one of 300 m-lines has some 180 KiB.
const MAX_BYTES: usize = 256 * 1024;
/// The same between two browsers, which speak of three m-lines: some 10 KiB.
const MAX_PEER_BYTES: usize = 32 * 1024;
/// Longest line. A `sdes:mid` extmap of 500 bytes kills Janus 1.1.2; Chromium's longest has 117.
const MAX_LINE_BYTES: usize = 400;
/// Most m-lines of an offer. Browsers that publish use three.
const MAX_OFFERED: usize = 16;
/// Most m-lines of an answer: what comes down in a room of 100.
const MAX_ANSWERED: usize = 300;
/// The one protocol of WebRTC media (RFC 8829 §5.1.2).
const PROTOCOL: &str = "UDP/TLS/RTP/SAVPF";

/// What a description is for.
#[derive(Clone, Copy)]
pub(super) enum Side<'a> {
    /// It offers.
    Offer,
    /// It answers this offer.
    Answer(&'a Sdp),
    /// It answers an offer that is not known here.
    PeerAnswer,
}

/// A description of which nothing but the grammar is known.
struct Draft {
    session: Session,
    /// In which line of the text each attribute of the session stands.
    at: Vec<usize>,
    /// The same for each m-line: the line itself, and its attributes.
    media_at: Vec<(usize, Vec<usize>)>,
}

/// See [`Sdp::parse_offer`].
pub(super) fn offer(text: &str, mids: &[Mid], policy: CandidatePolicy) -> Result<Sdp, SdpError> {
    let draft = Draft::read(text, MAX_OFFERED)?;
    let sdp = draft.check(Side::Offer, policy)?;
    for mid in mids {
        if !sdp.lines.iter().any(|line| line.mid.as_ref() == Some(mid)) {
            return Err(whole("a stream's mid is not there"));
        }
        if mids.iter().filter(|other| *other == mid).count() > 1 {
            return Err(whole("two streams have the same mid"));
        }
    }
    for (line, (at, _)) in sdp.lines.iter().zip(&draft.media_at) {
        if line.direction.sends() && !line.mid.as_ref().is_some_and(|mid| mids.contains(mid)) {
            return Err(wrong(*at, "an m-line sends what is no stream"));
        }
    }
    Ok(sdp)
}

/// See [`Sdp::parse_answer`].
pub(super) fn answer(text: &str, offer: &Sdp, policy: CandidatePolicy) -> Result<Sdp, SdpError> {
    let draft = Draft::read(text, MAX_ANSWERED)?;
    if draft.session.medias.len() != offer.lines.len() {
        return Err(whole("not as many m-lines as offered"));
    }
    let sdp = draft.check(Side::Answer(offer), policy)?;
    let pairs = sdp.lines.iter().zip(&offer.lines).zip(&draft.media_at);
    for ((line, offered), (at, _)) in pairs {
        line.answers(offered).map_err(|detail| wrong(*at, detail))?;
    }
    Ok(sdp)
}

/// See [`Sdp::parse_peer_offer`] and [`Sdp::parse_peer_answer`].
pub(super) fn peer(text: &str, side: Side<'_>) -> Result<Sdp, SdpError> {
    if text.len() > MAX_PEER_BYTES {
        return Err(whole("too large"));
    }
    Draft::read(text, MAX_OFFERED)?.check(side, CandidatePolicy::Peer)
}

/// See [`Sdp::from_gateway`].
pub(super) fn gateway(text: &str) -> Result<Sdp, SdpError> {
    let session = Session::parse(text.as_bytes()).map_err(|_| whole("not SDP"))?;
    let default = direction(&session.attributes).unwrap_or(Direction::SendRecv);
    let lines = session
        .medias
        .iter()
        .map(|media| Line::read(media, default, false));
    Ok(Sdp {
        lines: lines.collect(),
        text: text.to_owned(),
    })
}

impl Draft {
    /// Reads the grammar, and knows afterwards where everything stands.
    fn read(text: &str, max_media: usize) -> Result<Self, SdpError> {
        if text.len() > MAX_BYTES {
            return Err(whole("too large"));
        }
        let mut at = Vec::new();
        let mut media_at: Vec<(usize, Vec<usize>)> = Vec::new();
        for (index, line) in text.trim_end_matches(['\r', '\n']).split('\n').enumerate() {
            let number = index + 1;
            let line = line.strip_suffix('\r').unwrap_or(line);
            if line.len() > MAX_LINE_BYTES {
                return Err(wrong(number, "too long a line"));
            }
            if line.chars().any(char::is_control) {
                return Err(wrong(number, "a control character"));
            }
            let [key, b'=', ..] = line.as_bytes() else {
                return Err(wrong(number, "not of the form x=…"));
            };
            match (key, media_at.last_mut()) {
                (b'm', _) => media_at.push((number, Vec::new())),
                (b'a', Some((_, at))) => at.push(number),
                (b'a', None) => at.push(number),
                (b'k', _) => return Err(wrong(number, "keys in the clear")),
                _ => {}
            }
        }
        if media_at.is_empty() {
            return Err(whole("no m-lines"));
        }
        if media_at.len() > max_media {
            return Err(whole("too many m-lines"));
        }
        let session = Session::parse(text.as_bytes()).map_err(|error| grammar(&error))?;
        Ok(Self {
            session,
            at,
            media_at,
        })
    }

    /// Checks all that does not depend on what the description is for, and writes it.
    fn check(&self, side: Side<'_>, policy: CandidatePolicy) -> Result<Sdp, SdpError> {
        let session = &self.session;
        let origin = &session.origin;
        if origin.sess_id.is_empty() || !origin.sess_id.bytes().all(|b| b.is_ascii_digit()) {
            return Err(whole("the session's id is no number"));
        }
        let mut text = format!(
            "v=0\r\no=- {} {} IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n",
            origin.sess_id, origin.sess_version
        );
        attributes_are_sound(&session.attributes, &self.at)?;
        for attribute in session.attributes.iter().filter_map(of_session) {
            push_line(&mut text, 'a', &attribute);
        }
        let default = direction(&session.attributes).unwrap_or(Direction::SendRecv);
        let is_answer = !matches!(side, Side::Offer);

        let mut lines: Vec<Line> = Vec::with_capacity(session.medias.len());
        for (media, (at, attributes_at)) in session.medias.iter().zip(&self.media_at) {
            let mut line = Line::read(media, default, is_answer);
            if line.kind.is_none() || &*line.protocol != PROTOCOL || media.num_ports.is_some() {
                return Err(wrong(*at, "neither audio nor video of WebRTC"));
            }
            line.payloads_are_sound(media)
                .map_err(|detail| wrong(*at, detail))?;
            attributes_are_sound(&media.attributes, attributes_at)?;
            let names_itself = has(&media.attributes, "mid");
            // Not every browser names what it rejects; it is known by its place.
            let is_unnamed = is_answer && line.is_rejected && !names_itself;
            if let (true, Side::Answer(offer)) = (is_unnamed, side) {
                let offered = offer.lines.get(lines.len());
                line.mid = offered.and_then(|offered| offered.mid.clone());
            }
            let stays_unnamed = is_unnamed && matches!(side, Side::PeerAnswer);
            if line.mid.is_none() && !stays_unnamed {
                return Err(wrong(*at, "no mid, or not a sound one"));
            }
            let is_same = |other: &Line| other.mid.is_some() && other.mid == line.mid;
            if lines.iter().any(is_same) {
                return Err(wrong(*at, "a mid that stands twice"));
            }
            write_head(&mut text, &line, media);
            if let (false, Some(mid)) = (names_itself, &line.mid) {
                push_line(&mut text, 'a', &format!("mid:{mid}"));
            }
            for attribute in &media.attributes {
                if let Some(attribute) = of_media(attribute, &line, is_answer, policy) {
                    push_line(&mut text, 'a', &attribute);
                }
            }
            lines.push(line);
        }
        self.bundles_are_sound(&lines)?;
        self.transports_are_sound(&lines, is_answer)?;
        Ok(Sdp { text, lines })
    }

    /// The mids of `a=group:BUNDLE`.
    fn bundle(&self) -> impl Iterator<Item = &str> {
        let groups = self.session.attributes.iter().filter_map(bundled);
        groups.flat_map(|mids| mids.split_ascii_whitespace())
    }

    fn bundles_are_sound(&self, lines: &[Line]) -> Result<(), SdpError> {
        let mut seen = Vec::new();
        for name in self.bundle() {
            let is_known = lines.iter().any(|line| line.is_named(name));
            if !is_known || seen.contains(&name) {
                return Err(whole("BUNDLE names a mid that is not there, or twice"));
            }
            seen.push(name);
        }
        Ok(())
    }

    /// Every m-line that is not rejected has ICE and DTLS: of its own, the session's, or those of
    /// the first one it is bundled with.
    fn transports_are_sound(&self, lines: &[Line], is_answer: bool) -> Result<(), SdpError> {
        let first = self.bundle().next();
        let first = first.and_then(|name| lines.iter().position(|line| line.is_named(name)));
        let first = first.and_then(|index| self.session.medias.get(index));
        for ((line, media), (at, _)) in lines.iter().zip(&self.session.medias).zip(&self.media_at) {
            if line.is_rejected {
                continue;
            }
            let is_bundled = self.bundle().any(|name| line.is_named(name));
            let find = |name: &str| {
                value(&media.attributes, name)
                    .or_else(|| value(&self.session.attributes, name))
                    .or_else(|| value(&first.filter(|_| is_bundled)?.attributes, name))
            };
            if find("ice-ufrag").is_none() || find("ice-pwd").is_none() {
                return Err(wrong(*at, "no ICE"));
            }
            if find("fingerprint").is_none() {
                return Err(wrong(*at, "no fingerprint"));
            }
            match find("setup") {
                Some("active" | "passive") => {}
                Some("actpass") if !is_answer => {}
                _ => return Err(wrong(*at, "no setup, or one that is none")),
            }
        }
        Ok(())
    }
}

/// Writes `m=` and what stands before its attributes. Addresses and ports are ICE's matter.
fn write_head(text: &mut String, line: &Line, media: &Media) {
    let kind = match line.kind {
        Some(Kind::Audio) => "audio",
        Some(Kind::Video) | None => "video",
    };
    let port = if media.port == 0 { 0 } else { 9 };
    let mut head = format!("{kind} {port} {}", line.protocol);
    for payload in &line.payloads {
        head.push(' ');
        head.push_str(&payload.number.to_string());
    }
    push_line(text, 'm', &head);
    push_line(text, 'c', "IN IP4 0.0.0.0");
    for limit in &media.bandwidths {
        if matches!(limit.bwtype.as_str(), "AS" | "TIAS") {
            push_line(text, 'b', &format!("{}:{}", limit.bwtype, limit.bandwidth));
        }
    }
    if direction(&media.attributes).is_none() {
        push_line(text, 'a', line.direction.as_str());
    }
}

fn push_line(text: &mut String, key: char, line: &str) {
    text.push(key);
    text.push('=');
    text.push_str(line);
    text.push_str("\r\n");
}

fn attributes_are_sound(section: &[Attribute], at: &[usize]) -> Result<(), SdpError> {
    for (index, at) in at.iter().enumerate() {
        is_sound(section, index).map_err(|detail| wrong(*at, detail))?;
    }
    Ok(())
}

/// What the grammar said, in our words: the parser's own quote the client.
fn grammar(error: &ParserError) -> SdpError {
    use ParserError as E;
    if let E::InvalidLineFormat(line, _)
    | E::InvalidFieldEncoding(line, _)
    | E::InvalidFieldFormat(line, _)
    | E::MissingField(line, _)
    | E::FieldTrailingData(line, _)
    | E::InvalidVersion(line, _) = error
    {
        return wrong(*line, "not the grammar of SDP");
    }
    whole("not SDP: no v=0 at its head, or a line too many")
}

fn wrong(line: usize, detail: &'static str) -> SdpError {
    SdpError::Description {
        place: Place::Line(line),
        detail,
    }
}

fn whole(detail: &'static str) -> SdpError {
    SdpError::Description {
        place: Place::Whole,
        detail,
    }
}
