//! What one browser tells another.

use super::*;

const HIDDEN: &str = "3ca57a6b-0fe5-4a76-9d22-3a3e1a3c5f0d.local";

fn origin(text: &str) -> Vec<&str> {
    let line = text.lines().find(|line| line.starts_with("o=")).unwrap();
    line.split(' ').skip(1).take(2).collect()
}

fn candidates(text: &str) -> usize {
    text.matches("a=candidate").count()
}

#[test]
fn what_browsers_offer_and_answer_passes_unchanged_in_meaning() {
    for (name, text, _) in OFFERS {
        let sdp = Sdp::parse_peer_offer(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(meaning(sdp.as_str()), meaning(text), "{name}");
        assert_eq!(origin(sdp.as_str()), origin(text), "{name}");
        assert_eq!(candidates(sdp.as_str()), candidates(text), "{name}");
        let ends = |text: &str| text.matches("a=end-of-candidates").count();
        assert_eq!(ends(sdp.as_str()), ends(text), "{name}");
    }
    for (name, text, _) in ANSWERS {
        let sdp = Sdp::parse_peer_answer(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(meaning(sdp.as_str()), meaning(text), "{name}");
        assert_eq!(origin(sdp.as_str()), origin(text), "{name}");
    }
}

#[test]
fn the_fixtures_hold_what_a_browser_needs_of_another() {
    let all: String = OFFERS
        .iter()
        .map(|(_, text, _)| Sdp::parse_peer_offer(text).unwrap().as_str().to_owned())
        .collect();
    for line in [
        "a=ice-options:trickle",
        "a=fingerprint:sha-256 ",
        "a=setup:actpass",
        "a=mid:",
        "a=msid:",
        "a=ssrc:",
        "a=rid:",
        "a=simulcast:",
        "a=group:BUNDLE ",
        "a=candidate:",
        "a=sendrecv",
    ] {
        assert!(all.contains(line), "{line}");
    }
}

#[test]
fn an_answer_may_send_and_what_is_for_gateways_alone_does_not_hold() {
    let text = fixture!("chromium-answer").replace("a=recvonly", "a=sendrecv\r\na=msid:alone");
    let sdp = Sdp::parse_peer_answer(&text).unwrap();
    assert!(
        sdp.media()
            .all(|line| line.direction == Direction::SendRecv)
    );
    assert!(sdp.as_str().contains("a=msid:alone\r\n"));
}

#[test]
fn an_answer_may_reject_without_naming_the_line_but_an_offer_may_not() {
    let good = fixture!("chromium-answer");
    let video = good.find("m=video").unwrap();
    let rejected = format!(
        "{}m=video 0 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\n",
        good[..video].replace("BUNDLE 0 1", "BUNDLE 0")
    );
    let sdp = Sdp::parse_peer_answer(&rejected).unwrap();
    assert_eq!(Sdp::parse_peer_answer(sdp.as_str()).unwrap(), sdp);
    assert!(Sdp::parse_peer_offer(&rejected).is_err());
    let unnamed = good
        .replace("a=mid:1\r\n", "")
        .replace("BUNDLE 0 1", "BUNDLE 0");
    assert!(Sdp::parse_peer_answer(&unnamed).is_err(), "not rejected");
}

#[test]
fn an_answer_that_is_none_is_refused() {
    let good = fixture!("chromium-answer");
    for (name, text) in [
        ("actpass", good.replace("setup:active", "setup:actpass")),
        ("an offer", fixture!("chromium-offer-audio-video").into()),
        ("no ICE", good.replace("a=ice-pwd", "a=x")),
        ("mid twice", good.replace("a=mid:1", "a=mid:0")),
        ("data", fixture!("refused-data-channel").into()),
        ("rtx", good.replace("SAVPF 96 97", "SAVPF 97")),
        ("empty", String::new()),
    ] {
        let error = Sdp::parse_peer_answer(&text).expect_err(name);
        assert_eq!(error.reason(), "bad_sdp", "{name}");
    }
    for kind in ["rollback", "pranswer", "", "Offer"] {
        let error = Signal::parse_description(kind, good).unwrap_err();
        assert_eq!(error.reason(), "bad_sdp", "{kind}");
    }
}

#[test]
fn candidates_in_a_description_are_left_out_where_no_browser_can_be() {
    let bad = "a=candidate:7 1 udp 1 127.0.0.1 5000 typ host\r\na=candidate:bad\r\na=ice-ufrag";
    let text = fixture!("chromium-offer-with-candidates");
    let sdp = Sdp::parse_peer_offer(&text.replacen("a=ice-ufrag", bad, 1)).unwrap();
    assert_eq!(candidates(sdp.as_str()), candidates(text));
    assert!(!sdp.as_str().contains("127.0.0.1 5000"));
}

fn candidate(address: &str, port: u16, rest: &str) -> Result<PeerCandidate, SdpError> {
    let transport = if rest.contains("tcptype") {
        "tcp"
    } else {
        "udp"
    };
    let line = format!("candidate:1 1 {transport} 7 {address} {port} typ {rest}");
    PeerCandidate::parse(&line, Some("0"), Some(0), Some("4cZh".into()))
}

#[test]
fn a_candidate_passes_wherever_another_browser_can_be() {
    for (address, port, rest) in [
        (HIDDEN, 50_000, "host"),
        ("192.168.1.7", 50_000, "host"),
        ("10.0.0.1", 1024, "host"),
        ("100.64.1.2", 50_000, "host"),
        ("203.0.113.7", 50_000, "srflx raddr 0.0.0.0 rport 0"),
        ("203.0.113.7", 50_000, "relay raddr 203.0.113.9 rport 4000"),
        ("2001:db8::1", 50_000, "host"),
        ("fd00::1", 50_000, "host"),
        ("192.168.1.7", 9, "host tcptype active"),
        ("192.168.1.7", 50_000, "host tcptype passive"),
    ] {
        let read = candidate(address, port, rest).unwrap_or_else(|e| panic!("{address}: {e}"));
        assert!(
            read.line.contains(address) && read.line.ends_with(rest),
            "{read:?}"
        );
        assert_eq!(read.username_fragment.as_deref(), Some("4cZh"));
    }
}

#[test]
fn a_candidate_that_points_at_the_other_ones_own_machine_or_services_is_refused() {
    for (address, port, rest) in [
        ("127.0.0.1", 8080, "host"),
        ("::1", 8080, "host"),
        ("::ffff:127.0.0.1", 8080, "host"),
        ("0.0.0.0", 8080, "host"),
        ("::", 8080, "host"),
        ("169.254.169.254", 8080, "host"),
        ("fe80::1", 8080, "host"),
        ("224.0.0.1", 8080, "host"),
        ("ff02::1", 8080, "host"),
        ("255.255.255.255", 8080, "host"),
        ("192.168.1.1", 53, "host"),
        ("192.168.1.1", 0, "host"),
        ("192.168.1.1", 80, "host tcptype passive"),
        ("192.168.1.1", 0, "host tcptype active"),
        ("example.org", 8080, "host"),
    ] {
        let error = candidate(address, port, rest).expect_err(address);
        assert_eq!(error.reason(), "bad_candidate", "{address} {port}");
    }
}

#[test]
fn the_end_of_candidates_keeps_what_it_is_the_end_of() {
    let end = PeerCandidate::parse("", Some("1"), Some(1), Some("4cZh".into())).unwrap();
    assert_eq!((end.line.as_str(), end.sdp_m_line_index), ("", Some(1)));
    assert!(PeerCandidate::parse("", None, None, None).is_ok());
}

#[test]
fn a_candidate_of_no_m_line_or_of_a_strange_name_is_refused() {
    let good = "candidate:1 1 udp 7 192.0.2.1 5000 typ host";
    let long = "x".repeat(257);
    for (mid, index, name) in [
        (None, None, None),
        (Some("a b"), Some(0), None),
        (None, Some(65_536), None),
        (Some("0"), None, Some("")),
        (Some("0"), None, Some("a-b")),
        (Some("0"), None, Some("a\r\nb")),
        (Some("0"), None, Some(long.as_str())),
    ] {
        let read = PeerCandidate::parse(good, mid, index, name.map(str::to_owned));
        assert!(read.is_err(), "{mid:?} {index:?} {name:?}");
    }
    assert!(PeerCandidate::parse("", None, None, Some("a-b".into())).is_err());
}
