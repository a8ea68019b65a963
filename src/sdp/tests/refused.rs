//! What is refused, one change of a good description each.

use super::{Sdp, read_answer, read_offer};

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
        let error = Sdp::parse_peer_offer(text).expect_err(name);
        assert_eq!(error.reason(), "bad_sdp", "{name}, to a browser");
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
        (
            "only rtx, rejected, unnamed",
            only_payloads(good, "97")
                .replace("a=rtpmap:97 rtx/90000\r\n", "")
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
