//! What browsers really write passes unchanged in meaning; what only an attacker writes does not.
//!
//! The fixtures are of Chromium 156, Firefox 153 and Janus 1.1.2, as they came.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../tests/fixtures/sdp/", $name, ".sdp"))
    };
}

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

/// Each is one change of Chromium's offer of sound and picture.
#[test]
fn an_offer_no_browser_makes_is_refused() {
    let good = fixture!("chromium-offer-audio-video");
    let print = good
        .split("a=fingerprint:")
        .nth(1)
        .unwrap()
        .split("\r\n")
        .next()
        .unwrap();
    let pwd = good
        .split("a=ice-pwd:")
        .nth(1)
        .unwrap()
        .split("\r\n")
        .next()
        .unwrap();
    let ufrag = good
        .split("a=ice-ufrag:")
        .nth(1)
        .unwrap()
        .split("\r\n")
        .next()
        .unwrap();
    let with = |line: &str| good.replacen("a=rtcp-mux\r\n", &format!("{line}\r\n"), 1);
    let instead = |old: &str, new: &str| {
        let text = good.replace(old, new);
        assert_ne!(text, good, "{old}");
        text
    };
    let section = &good[good.find("m=audio").unwrap()..good.find("m=video").unwrap()];
    let many = |count: usize| {
        let sections = (2..count).map(|mid| section.replace("a=mid:0", &format!("a=mid:{mid}")));
        let sections = sections.map(|section| section.replace("sendonly", "inactive"));
        format!("{good}{}", sections.collect::<String>())
    };
    assert!(read_offer(&many(16), &["0", "1"]).is_ok());
    let sdes = format!(
        "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid{}",
        "x".repeat(400)
    );
    let bad: &[(&str, String)] = &[
        ("empty", String::new()),
        ("version alone", "v=0".into()),
        ("version 1", instead("v=0", "v=1")),
        ("rubbish", "hello".into()),
        ("a MiB", with(&"a=x\r\n".repeat(262_144))),
        ("long line", with(&format!("a=x:{}", "y".repeat(65_536)))),
        ("line of 401", with(&format!("a=x:{}", "y".repeat(397)))),
        ("long extmap", with(&sdes)),
        ("no ufrag", instead(&format!("a=ice-ufrag:{ufrag}\r\n"), "")),
        ("no pwd", instead(&format!("a=ice-pwd:{pwd}\r\n"), "")),
        ("short pwd", instead(pwd, &pwd[..21])),
        ("short ufrag", instead(ufrag, "abc")),
        ("strange ufrag", instead(ufrag, "ab-cd")),
        ("ufrag twice", with("a=ice-ufrag:abcd")),
        (
            "no fingerprint",
            instead(&format!("a=fingerprint:{print}\r\n"), ""),
        ),
        ("short fingerprint", instead(print, "sha-256 AA:BB")),
        (
            "fingerprint no hex",
            instead(print, &print.replace(':', ":Z").replace(":Z0", ":ZZ")),
        ),
        (
            "fingerprint of signs",
            instead(print, &format!("sha-256 {}", vec!["+A"; 32].join(":"))),
        ),
        ("md5", instead("sha-256", "md5")),
        ("wrong length for hash", instead("sha-256", "sha-512")),
        ("no setup", instead("a=setup:actpass\r\n", "")),
        ("strange setup", instead("setup:actpass", "setup:both")),
        ("mid twice", instead("a=mid:1", "a=mid:0")),
        ("two mids", with("a=mid:7")),
        (
            "long mid",
            instead("a=mid:1", &format!("a=mid:{}", "1".repeat(1000))),
        ),
        ("strange mid", instead("a=mid:1", "a=mid:\"")),
        ("empty mid", instead("a=mid:1", "a=mid:")),
        ("no mid", instead("a=mid:1\r\n", "")),
        ("17 m-lines", many(17)),
        ("500 m-lines", many(500)),
        ("no m-lines", good[..good.find("m=audio").unwrap()].into()),
        ("bare CR", instead("s=-", "s=-\rx")),
        ("NUL", instead("s=-", "s=\0")),
        ("escape", instead("s=-", "s=\x1b[2J")),
        (
            "a request behind",
            format!("{good}\r\n\r\nPOST / HTTP/1.1\r\n"),
        ),
        ("plain RTP", instead("UDP/TLS/RTP/SAVPF", "RTP/AVP")),
        ("TCP", instead("UDP/TLS/RTP/SAVPF", "TCP/TLS/RTP/SAVPF")),
        ("text", instead("m=video", "m=text")),
        ("data channel", fixture!("refused-data-channel").into()),
        (
            "crypto",
            with("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x"),
        ),
        ("key", with("k=clear:x")),
        ("BUNDLE of nobody", instead("BUNDLE 0 1", "BUNDLE 0 2")),
        ("BUNDLE twice", instead("BUNDLE 0 1", "BUNDLE 0 0")),
        ("two directions", with("a=recvonly")),
        ("payload without rtpmap", instead("SAVPF 96", "SAVPF 77 96")),
        ("payload twice", instead("SAVPF 96", "SAVPF 96 96")),
        ("payload of 128", instead("SAVPF 96", "SAVPF 128 96")),
        ("payload of 300", instead("SAVPF 96", "SAVPF 300 96")),
        ("payload no number", instead("SAVPF 96", "SAVPF x 96")),
        ("two rtpmaps", with("a=rtpmap:111 VP8/90000")),
        ("only rtx", only_payloads(good, "97")),
        ("only red, fec, rtx", only_payloads(good, "118 120 119")),
        ("session id", instead(good.split(' ').nth(1).unwrap(), "x")),
        ("two ports", instead("m=video 9 ", "m=video 9/2 ")),
    ];
    for (name, text) in bad {
        let error = read_offer(text, &["0", "1"]).expect_err(name);
        assert_eq!(error.reason(), "bad_sdp", "{name}");
    }
}

/// The picture's payloads, replaced.
fn only_payloads(text: &str, payloads: &str) -> String {
    let start = text.find("m=video").unwrap();
    let end = start + text[start..].find("\r\n").unwrap();
    format!(
        "{}m=video 9 UDP/TLS/RTP/SAVPF {payloads}{}",
        &text[..start],
        &text[end..]
    )
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
fn an_answer_must_be_of_the_offers_form() {
    let good = fixture!("chromium-answer");
    let offer = fixture!("janus-offer");
    let instead = |old: &str, new: &str| {
        let text = good.replace(old, new);
        assert_ne!(text, good, "{old}");
        text
    };
    let (audio, video) = (good.find("m=audio").unwrap(), good.find("m=video").unwrap());
    let swapped = format!(
        "{}{}{}",
        &good[..audio],
        &good[video..],
        &good[audio..video]
    );
    let twice = format!("{good}{}", good[video..].replace("mid:1", "mid:2"));
    let bad: &[(&str, String)] = &[
        ("only rtx", only_payloads(good, "97")),
        (
            "only rtx, inactive",
            only_payloads(good, "97").replace("recvonly", "inactive"),
        ),
        (
            "only rtx, rejected",
            only_payloads(good, "97").replace("m=video 9", "m=video 0"),
        ),
        (
            "rtx by another name",
            only_payloads(good, "97").replace("97 rtx", "97 VP8"),
        ),
        (
            "rtx by another name, rejected",
            only_payloads(good, "97")
                .replace("97 rtx", "97 VP8")
                .replace("m=video 9", "m=video 0"),
        ),
        ("swapped", swapped),
        ("too many", twice),
        ("too few", good[..video].replace("BUNDLE 0 1", "BUNDLE 0")),
        (
            "other mid",
            instead("a=mid:1", "a=mid:7").replace("BUNDLE 0 1", "BUNDLE 0 7"),
        ),
        ("other kind", instead("m=video", "m=audio")),
        (
            "other protocol",
            instead("UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP"),
        ),
        ("payload not offered", only_payloads(good, "96 0")),
        ("other codec", instead("96 VP8", "96 H264")),
        ("actpass", instead("setup:active", "setup:actpass")),
        ("an offer", fixture!("chromium-offer-audio-video").into()),
    ];
    for (name, text) in bad {
        let error = read_answer(text, offer).expect_err(name);
        assert_eq!(error.reason(), "bad_sdp", "{name}");
    }
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

/// One change of a text, in lines or bytes.
fn mutate(text: &str, (kind, at, with): (u8, usize, char)) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let index = at % lines.len().max(1);
    match kind % 6 {
        0 if !lines.is_empty() => {
            lines.remove(index);
        }
        1 if !lines.is_empty() => {
            let line = lines[index];
            lines.insert(at / 7 % lines.len(), line);
        }
        2 if !lines.is_empty() => {
            let other = at / 7 % lines.len();
            lines.swap(index, other);
        }
        3 => return text.chars().take(at % (text.len() + 1)).collect(),
        4 => {
            let mut changed: Vec<char> = text.chars().collect();
            if let Some(place) = changed.get_mut(at % text.len().max(1)) {
                *place = with;
            }
            return changed.into_iter().collect();
        }
        _ => {
            let mut changed: Vec<char> = text.chars().collect();
            changed.insert(at % (changed.len() + 1), with);
            return changed.into_iter().collect();
        }
    }
    lines.concat()
}

/// Characters that mean something to SDP, and some that must not.
fn characters() -> impl Strategy<Value = char> {
    prop_oneof![
        proptest::sample::select("0123456789 :/=;\r\n\0-+amv".chars().collect::<Vec<_>>()),
        any::<char>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_mutated_offer_never_panics_and_what_passes_reads_back_the_same(
        which in 0..OFFERS.len(),
        changes in proptest::collection::vec((any::<u8>(), any::<usize>(), characters()), 0..6),
        policy in proptest::sample::select(vec![
            CandidatePolicy::None, CandidatePolicy::Public, CandidatePolicy::All,
        ]),
    ) {
        let (_, text, names) = OFFERS[which];
        let text = changes.into_iter().fold(text.to_owned(), |text, change| mutate(&text, change));
        let mids = mids(names);
        if let Ok(sdp) = Sdp::parse_offer(&text, &mids, policy) {
            let again = Sdp::parse_offer(sdp.as_str(), &mids, policy).unwrap();
            prop_assert_eq!(&again, &sdp);
            prop_assert!(sdp.as_str().lines().all(|line| line.len() <= 400));
        }
        let _ = Sdp::from_gateway(&text);
    }

    #[test]
    fn a_mutated_answer_never_panics_and_what_passes_reads_back_the_same(
        which in 0..ANSWERS.len(),
        changes in proptest::collection::vec((any::<u8>(), any::<usize>(), characters()), 0..6),
    ) {
        let (_, text, offer) = ANSWERS[which];
        let text = changes.into_iter().fold(text.to_owned(), |text, change| mutate(&text, change));
        if let Ok(sdp) = read_answer(&text, offer) {
            prop_assert_eq!(&read_answer(sdp.as_str(), offer).unwrap(), &sdp);
        }
    }

    #[test]
    fn any_text_never_panics(text in ".{0,300}") {
        let _ = read_offer(&text, &["0"]);
        let _ = Sdp::from_gateway(&text);
    }
}
