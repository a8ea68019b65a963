//! What browsers really write passes unchanged in meaning; what only an attacker writes does not.
//!
//! The fixtures are of Chromium 156, Firefox 153 and Janus 1.1.2, as they came.

use std::collections::BTreeSet;

use super::*;

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/fixtures/sdp/",
            $name,
            ".sdp"
        ))
    };
}

mod mutated;
mod peer;
mod refused;

/// Name, text, and the mids of its streams: what sends, and what may be switched on again.
const OFFERS: &[(&str, &str, &[&str])] = &[
    (
        "chromium",
        fixture!("chromium-offer-audio-video"),
        &["0", "1"],
    ),
    (
        "chromium audio",
        fixture!("chromium-offer-audio-only"),
        &["0"],
    ),
    (
        "chromium sendrecv",
        fixture!("chromium-offer-sendrecv"),
        &["0", "1"],
    ),
    (
        "chromium max-bundle",
        fixture!("chromium-offer-max-bundle"),
        &["0", "1"],
    ),
    (
        "chromium simulcast",
        fixture!("chromium-offer-simulcast"),
        &["0", "1"],
    ),
    (
        "chromium candidates",
        fixture!("chromium-offer-with-candidates"),
        &["0", "1"],
    ),
    (
        "chromium restart",
        fixture!("chromium-offer-ice-restart"),
        &["0", "1"],
    ),
    (
        "chromium inactive",
        fixture!("chromium-offer-one-inactive"),
        &["0"],
    ),
    (
        "chromium inactive, named",
        fixture!("chromium-offer-one-inactive"),
        &["0", "1"],
    ),
    (
        "chromium stopped",
        fixture!("chromium-offer-one-stopped"),
        &["0"],
    ),
    (
        "firefox",
        fixture!("firefox-offer-audio-video"),
        &["0", "1"],
    ),
    (
        "firefox simulcast",
        fixture!("firefox-offer-simulcast"),
        &["0", "1"],
    ),
    (
        "firefox candidates",
        fixture!("firefox-offer-with-candidates"),
        &["3", "4"],
    ),
    (
        "firefox restart",
        fixture!("firefox-offer-ice-restart"),
        &["3"],
    ),
    (
        "firefox inactive",
        fixture!("firefox-offer-one-inactive"),
        &["3"],
    ),
    (
        "firefox stopped",
        fixture!("firefox-offer-one-stopped"),
        &["3"],
    ),
];

/// Name, answer, and the gateway's offer it answers.
const ANSWERS: &[(&str, &str, &str)] = &[
    (
        "chromium",
        fixture!("chromium-answer"),
        fixture!("janus-offer"),
    ),
    (
        "chromium inactive",
        fixture!("chromium-answer-one-inactive"),
        fixture!("janus-offer-one-inactive"),
    ),
    (
        "chromium refuses",
        fixture!("chromium-answer-one-rejected"),
        fixture!("janus-offer"),
    ),
    (
        "firefox",
        fixture!("firefox-answer"),
        fixture!("janus-offer"),
    ),
    (
        "firefox inactive",
        fixture!("firefox-answer-one-inactive"),
        fixture!("janus-offer-one-inactive"),
    ),
    (
        "firefox refuses",
        fixture!("firefox-answer-one-rejected"),
        fixture!("janus-offer"),
    ),
];

fn mids(names: &[&str]) -> Vec<Mid> {
    names.iter().map(|name| Mid::parse(name).unwrap()).collect()
}

fn read_offer(text: &str, names: &[&str]) -> Result<Sdp, SdpError> {
    Sdp::parse_offer(text, &mids(names), CandidatePolicy::None)
}

fn read_answer(text: &str, offer: &str) -> Result<Sdp, SdpError> {
    let offer = Sdp::from_gateway(offer).unwrap();
    Sdp::parse_answer(text, &offer, CandidatePolicy::None)
}

/// The lines that say something, section by section, in no order: without origin, addresses, ports,
/// candidates, and the direction of the session, which its m-lines override.
fn meaning(text: &str) -> Vec<BTreeSet<String>> {
    let mut sections = vec![BTreeSet::new()];
    for line in text.lines() {
        let line = match line.split(' ').collect::<Vec<_>>().as_slice() {
            [media, port, rest @ ..] if media.starts_with("m=") => {
                sections.push(BTreeSet::new());
                format!(
                    "{media} {} {}",
                    if *port == "0" { 0 } else { 9 },
                    rest.join(" ")
                )
            }
            _ => line.to_owned(),
        };
        let is_said_anew = ["o=", "c=", "a=candidate", "a=end-of-candidates", "a=rtcp:"]
            .iter()
            .any(|start| line.starts_with(start))
            || (sections.len() == 1 && line == "a=sendrecv");
        if !is_said_anew {
            sections.last_mut().unwrap().insert(line);
        }
    }
    sections
}

#[test]
fn what_browsers_offer_passes_unchanged_in_meaning() {
    for (name, text, mids) in OFFERS {
        let sdp = read_offer(text, mids).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(meaning(sdp.as_str()), meaning(text), "{name}");
        assert!(!sdp.as_str().contains("candidate"), "{name}");
        assert!(sdp.as_str().split("\r\n").all(|line| !line.contains('\n')));
    }
}

#[test]
fn what_browsers_answer_passes_unchanged_in_meaning() {
    for (name, text, offer) in ANSWERS {
        let sdp = read_answer(text, offer).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(meaning(sdp.as_str()), meaning(text), "{name}");
        assert!(!sdp.as_str().contains("candidate"), "{name}");
    }
}

#[test]
fn what_the_gateway_says_stays_as_it_is() {
    for text in [fixture!("janus-offer"), fixture!("janus-answer-simulcast")] {
        assert_eq!(Sdp::from_gateway(text).unwrap().as_str(), text);
    }
    assert!(Sdp::from_gateway("<html>").is_err());
    assert!(Sdp::from_gateway("").is_err());
}

#[test]
fn media_lines_are_told_with_kind_and_direction() {
    let told = |sdp: &Sdp| -> Vec<(String, Kind, Direction)> {
        sdp.media()
            .map(|line| (line.mid.to_string(), line.kind, line.direction))
            .collect()
    };
    let line = |mid: &str, kind, direction| (mid.to_owned(), kind, direction);
    let firefox = read_offer(fixture!("firefox-offer-audio-video"), &["0", "1"]).unwrap();
    assert_eq!(
        told(&firefox),
        [
            line("0", Kind::Audio, Direction::SendOnly),
            line("1", Kind::Video, Direction::SendOnly),
            line("2", Kind::Video, Direction::Inactive),
        ]
    );
    let stopped = read_offer(fixture!("chromium-offer-one-stopped"), &["0"]).unwrap();
    assert_eq!(
        told(&stopped)[1],
        line("1", Kind::Video, Direction::Inactive)
    );
    let gateway = Sdp::from_gateway(fixture!("janus-offer-one-inactive")).unwrap();
    assert_eq!(
        told(&gateway)[0],
        line("0", Kind::Audio, Direction::SendOnly)
    );
    assert_eq!(
        told(&gateway)[1],
        line("1", Kind::Video, Direction::Inactive)
    );
}

#[test]
fn candidates_in_a_description_pass_as_the_setting_says() {
    let text = fixture!("chromium-offer-with-candidates").replacen(
        "a=ice-ufrag",
        "a=candidate:7 1 udp 1 203.0.113.7 5000 typ host\r\na=candidate:bad\r\na=ice-ufrag",
        1,
    );
    let count = |policy| {
        let sdp = Sdp::parse_offer(&text, &mids(&["0", "1"]), policy).unwrap();
        sdp.as_str().matches("a=candidate").count()
    };
    assert_eq!(count(CandidatePolicy::None), 0);
    // The two of the fixture itself are 192.0.2.2: not of any inner network.
    assert_eq!(count(CandidatePolicy::Public), 3);
    assert_eq!(count(CandidatePolicy::All), 9);
}

#[test]
fn unknown_attributes_are_left_out() {
    let text = fixture!("chromium-offer-audio-only").replace(
        "a=rtcp-mux\r\n",
        "a=rtcp-mux\r\na=x-own:thing\r\na=fmtp:77 what=ever\r\na=ice-lite\r\ni=title\r\n",
    );
    let sdp = read_offer(&text, &["0"]).unwrap();
    assert_eq!(
        meaning(sdp.as_str()),
        meaning(fixture!("chromium-offer-audio-only"))
    );
}

#[test]
fn streams_and_sending_lines_must_be_the_same() {
    let text = fixture!("chromium-offer-audio-video");
    for (names, detail) in [
        (&["0"][..], "sends what is no stream"),
        (&["0", "1", "2"], "not there"),
        (&["0", "1", "1"], "same mid"),
        (&[], "sends what is no stream"),
    ] {
        let error = read_offer(text, names).unwrap_err();
        assert!(error.to_string().contains(detail), "{names:?}: {error}");
    }
}

#[test]
fn an_error_names_the_line() {
    let good = fixture!("chromium-offer-audio-only");
    let number = good
        .lines()
        .position(|line| line.starts_with("a=setup"))
        .unwrap()
        + 1;
    let error = read_offer(&good.replace("actpass", "x"), &["0"]).unwrap_err();
    assert_eq!(error.to_string(), format!("line {number}: not a setup"));
}

#[test]
fn sha_384_and_512_and_small_letters_are_fingerprints() {
    let good = fixture!("chromium-offer-audio-only");
    let print = good
        .split("a=fingerprint:")
        .nth(1)
        .unwrap()
        .split("\r\n")
        .next()
        .unwrap();
    for (hash, length) in [("sha-384", 48), ("sha-512", 64), ("SHA-256", 32)] {
        let other = format!("{hash} {}", vec!["ab"; length].join(":"));
        let sdp = read_offer(&good.replace(print, &other), &["0"]).unwrap();
        let canonical = format!("{} {}", hash.to_lowercase(), vec!["AB"; length].join(":"));
        assert!(sdp.as_str().contains(&canonical));
    }
}

#[test]
fn transport_of_the_session_or_of_the_bundle_suffices() {
    let good = fixture!("chromium-offer-audio-video");
    let strip = |text: &str| -> String {
        text.split_inclusive("\r\n")
            .filter(|line| {
                !["a=ice-", "a=setup", "a=finger"]
                    .iter()
                    .any(|s| line.starts_with(s))
            })
            .collect()
    };
    let video = good.find("m=video").unwrap();
    let bundled = format!("{}{}", &good[..video], strip(&good[video..]));
    assert!(read_offer(&bundled, &["0", "1"]).is_ok());
    let apart = bundled.replace("BUNDLE 0 1", "BUNDLE 0");
    assert!(read_offer(&apart, &["0", "1"]).is_err());
}

#[test]
fn an_answer_may_reject_without_naming_the_line_or_its_codecs() {
    let good = fixture!("chromium-answer");
    let video = good.find("m=video").unwrap();
    let rejected = format!(
        "{}m=video 0 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\na=bundle-only\r\na=inactive\r\n",
        good[..video].replace("BUNDLE 0 1", "BUNDLE 0")
    );
    let sdp = read_answer(&rejected, fixture!("janus-offer")).unwrap();
    assert!(sdp.as_str().contains("m=video 0 UDP/TLS/RTP/SAVPF 0\r\n"));
    assert!(sdp.as_str().contains("a=mid:1\r\n"));
    assert!(!sdp.as_str().contains("bundle-only"));
    assert_eq!(sdp.media().last().unwrap().direction, Direction::Inactive);
}

#[test]
fn three_hundred_lines_are_answered() {
    let grow = |text: &str, count: usize| {
        let video = text.find("m=video").unwrap();
        let mids: Vec<String> = (0..count).map(|mid| mid.to_string()).collect();
        let sections = (2..count).map(|mid| text[video..].replace("mid:1", &format!("mid:{mid}")));
        let sections: String = sections.collect();
        format!("{text}{sections}")
            .replace("BUNDLE 0 1", &format!("BUNDLE {}", mids[..90].join(" ")))
    };
    let (offer, answer) = (fixture!("janus-offer"), fixture!("chromium-answer"));
    assert!(read_answer(&grow(answer, 300), &grow(offer, 300)).is_ok());
    assert!(read_answer(&grow(answer, 301), &grow(offer, 301)).is_err());
}
