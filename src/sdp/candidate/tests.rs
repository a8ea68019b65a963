//! Which candidates are read, and which may be told.

use proptest::prelude::*;

use super::*;

fn at(address: &str, port: u16) -> Candidate {
    let line = format!("candidate:1 1 udp 2122260223 {address} {port} typ host");
    Candidate::parse(&line, Some("0"), Some(0))
        .unwrap()
        .unwrap()
}

#[test]
fn what_browsers_send_is_read_and_written_anew() {
    for (given, written) in [
        (
            // Chromium
            "candidate:1467250027 1 udp 2122260223 192.168.0.196 46243 typ host generation 0 ufrag 4cZh network-id 1 network-cost 10",
            "candidate:1467250027 1 udp 2122260223 192.168.0.196 46243 typ host generation 0 ufrag 4cZh network-id 1 network-cost 10",
        ),
        (
            "candidate:842163049 1 udp 1677729535 203.0.113.7 46243 typ srflx raddr 0.0.0.0 rport 0 generation 0 ufrag 4cZh network-cost 999",
            "candidate:842163049 1 udp 1677729535 203.0.113.7 46243 typ srflx raddr 0.0.0.0 rport 0 generation 0 ufrag 4cZh network-cost 999",
        ),
        (
            // Firefox
            "candidate:0 1 UDP 2122252543 3CA57A6B-0fe5-4a76-9d22-3a3e1a3c5f0d.local 55024 typ host",
            "candidate:0 1 udp 2122252543 3ca57a6b-0fe5-4a76-9d22-3a3e1a3c5f0d.local 55024 typ host",
        ),
        (
            "candidate:2 1 TCP 2105524479 192.168.1.7 9 typ host tcptype active",
            "candidate:2 1 tcp 2105524479 192.168.1.7 9 typ host tcptype active",
        ),
        (
            // Safari, IPv6, an extension nobody needs
            "candidate:2 1 UDP 2122 2001:DB8:0::1 50000 typ host x-own thing ufrag a/+",
            "candidate:2 1 udp 2122 2001:db8::1 50000 typ host ufrag a/+",
        ),
    ] {
        let candidate = Candidate::parse(given, None, Some(0)).unwrap().unwrap();
        assert_eq!(candidate.line, written);
        assert_eq!(
            Candidate::parse(written, None, Some(0)).unwrap(),
            Some(candidate)
        );
    }
}

#[test]
fn an_empty_candidate_ends_them() {
    assert_eq!(Candidate::parse("", Some("0"), Some(0)), Ok(None));
}

#[test]
fn a_candidate_of_wrong_form_is_refused() {
    let long = format!(
        "candidate:1 1 udp 1 1.1.1.1 5000 typ host x {}",
        "y".repeat(2000)
    );
    for bad in [
        "5",
        "candidate:",
        "a=candidate:1 1 udp 1 1.1.1.1 5000 typ host",
        "candidate:1 1 udp 1 1.1.1.1 99999 typ host",
        "candidate:1 1 udp 1 1.1.1.1 +5000 typ host",
        "candidate:1 1 udp 1 1.1.1.1 -1 typ host",
        "candidate:1 1 udp 1 fe80::1%eth0 5000 typ host",
        "candidate:1 1 udp 1 x.local 5000 typ host",
        "candidate:1 1 udp 1 x.local.evil.com 5000 typ host",
        "candidate:1 1 udp 1 3ca57a6b-0fe5-4a76-9d22-3a3e1a3c5f0d.local.evil.com 5000 typ host",
        "candidate:1 1 udp 1 3ca57a6b-0fe5-4a76-9d22-3a3e1a3c5f0d-.local 5000 typ host",
        "candidate:1 1 udp 1 example.com 5000 typ host",
        "candidate:1 1 udp 1 0x7f.1 5000 typ host",
        "candidate:1 1 udp 1 2130706433 5000 typ host",
        "candidate:1 1 udp 1 127.1 5000 typ host",
        "candidate:1 1 udp 1 1.1.1.1 5000 typ guest",
        "candidate:1 1 udp 1 1.1.1.1 5000 host",
        "candidate:1 1 udp 1 1.1.1.1 5000 typ host raddr",
        "candidate:1 1 udp 1 1.1.1.1 5000 typ host raddr evil.com",
        "candidate:1 1 udp 1 1.1.1.1 5000 typ host\r\na=x",
        "candidate:1  1 udp 1 1.1.1.1 5000 typ host",
        "candidate:1 0 udp 1 1.1.1.1 5000 typ host",
        "candidate:1 1 sctp 1 1.1.1.1 5000 typ host",
        "candidate:1 1 udp 4294967296 1.1.1.1 5000 typ host",
        "candidate:ä 1 udp 1 1.1.1.1 5000 typ host",
        &long,
    ] {
        let error = Candidate::parse(bad, Some("0"), None).unwrap_err();
        assert_eq!(error.reason(), "bad_candidate", "{bad}");
    }
    let good = "candidate:1 1 udp 1 1.1.1.1 5000 typ host";
    assert!(Candidate::parse(good, None, None).is_err());
    assert!(Candidate::parse(good, Some("a b"), None).is_err());
    assert!(Candidate::parse(good, None, Some(65_536)).is_err());
}

#[test]
fn the_public_policy_keeps_back_what_is_not_of_the_internet() {
    for inner in [
        "127.0.0.1",
        "0.0.0.0",
        "0.1.2.3",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "100.127.255.255",
        "::",
        "::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "fc00::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::",
        "2001:0:1:2::1",
    ] {
        assert!(
            !at(inner, 5000).may_pass(CandidatePolicy::Public),
            "{inner}"
        );
    }
    for public in [
        "203.0.113.7",
        "8.8.8.8",
        "100.128.0.1",
        "2a00:1450::1",
        "64:ff9b::808:808",
    ] {
        assert!(
            at(public, 5000).may_pass(CandidatePolicy::Public),
            "{public}"
        );
        assert!(
            !at(public, 5000).may_pass(CandidatePolicy::None),
            "{public}"
        );
    }
}

#[test]
fn the_public_policy_keeps_back_names_low_ports_and_tcp() {
    let hidden = "3ca57a6b-0fe5-4a76-9d22-3a3e1a3c5f0d.local";
    assert!(!at(hidden, 5000).may_pass(CandidatePolicy::Public));
    assert!(at(hidden, 5000).may_pass(CandidatePolicy::All));
    for port in [0, 22, 1023] {
        assert!(
            !at("8.8.8.8", port).may_pass(CandidatePolicy::Public),
            "{port}"
        );
    }
    assert!(at("8.8.8.8", 1024).may_pass(CandidatePolicy::Public));
    let tcp = "candidate:1 1 tcp 1 8.8.8.8 5000 typ host tcptype passive";
    let tcp = Candidate::parse(tcp, None, Some(0)).unwrap().unwrap();
    assert!(!tcp.may_pass(CandidatePolicy::Public));
}

proptest! {
    #[test]
    fn reading_never_panics_and_what_is_written_reads_back(
        fields in proptest::collection::vec("[a-z0-9.:+/-]{0,12}|udp|typ|host|1|8\\.8\\.8\\.8|::1", 0..14),
        address in any::<IpAddr>(), port: u16,
    ) {
        let mut line = format!("candidate:{}", fields.join(" "));
        if fields.len() % 2 == 0 {
            line = format!("candidate:1 1 udp 7 {address} {port} typ host {}", fields.join(" "));
        }
        if let Ok(Some(candidate)) = Candidate::parse(&line, Some("0"), Some(0)) {
            prop_assert_eq!(
                Candidate::parse(&candidate.line, Some("0"), Some(0)).unwrap(),
                Some(candidate)
            );
        }
    }
}
