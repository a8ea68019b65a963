//! What must hold of whatever passes: written a second time, from the documents rather than from the
//! code that is tested.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::LazyLock;

use parlour::sdp::CandidatePolicy;

/// The words that an error reply may carry: those of docs/protocol.md.
static REASONS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    let document = include_str!("../../docs/protocol.md");
    let rows = document.lines().filter_map(|line| {
        let (word, rest) = line.strip_prefix("| `")?.split_once("` | ")?;
        rest.split('|').next()?.contains("reply").then_some(word)
    });
    rows.collect()
});

/// The reason is one of the closed list, the text short and in our own words: nothing in it moves a
/// cursor or ends a line.
pub fn refusal_is_sound(reason: &str, detail: &str) {
    assert!(
        REASONS.len() > 30,
        "the list of docs/protocol.md is not read any more"
    );
    assert!(
        REASONS.contains(reason),
        "`{reason}` is not in the closed list"
    );
    assert!(detail.len() <= 400, "{detail}");
    text_is_harmless(detail);
}

/// No control characters.
pub fn text_is_harmless(text: &str) {
    assert!(!text.chars().any(char::is_control), "{text:?}");
}

/// What may stand behind `a=` in what is written anew.
const ATTRIBUTES: &str = " bundle-only candidate end-of-candidates extmap extmap-allow-mixed fingerprint fmtp \
    group ice-options ice-pwd ice-ufrag imageattr inactive maxptime mid msid msid-semantic ptime recvonly rid \
    rtcp rtcp-fb rtcp-mux rtcp-rsize rtcp-xr rtpmap sendonly sendrecv setup simulcast ssrc ssrc-group ";

/// A description as it goes on to a gateway or another browser.
pub fn description_is_sound(text: &str, policy: CandidatePolicy, max_media: usize) {
    assert!(text.starts_with("v=0\r\no=- "), "{text}");
    assert!(text.ends_with("\r\n"), "{text}");
    let media = text.lines().filter(|line| line.starts_with("m=")).count();
    assert!((1..=max_media).contains(&media), "{media} m-lines");
    for line in text.trim_end_matches("\r\n").split("\r\n") {
        assert!(line.len() <= 400, "a line of {}: {line}", line.len());
        text_is_harmless(line);
        let (key, value) = line.split_once('=').unwrap();
        match key {
            "v" | "o" | "s" | "t" => {}
            "b" => assert!(
                value.starts_with("AS:") || value.starts_with("TIAS:"),
                "{line}"
            ),
            "c" => assert_eq!(value, "IN IP4 0.0.0.0"),
            "m" => {
                let fields: Vec<&str> = value.split(' ').collect();
                assert!(matches!(fields[0], "audio" | "video"), "{line}");
                assert!(matches!(fields[1], "0" | "9"), "{line}");
                assert_eq!(fields[2], "UDP/TLS/RTP/SAVPF");
                let is_payload =
                    |field: &&str| field.parse::<u8>().is_ok_and(|number| number < 128);
                assert!(
                    fields.len() > 3 && fields[3..].iter().all(is_payload),
                    "{line}"
                );
            }
            "a" => attribute_is_sound(value, policy),
            _ => panic!("{line}"),
        }
    }
}

fn attribute_is_sound(attribute: &str, policy: CandidatePolicy) {
    let (name, value) = attribute.split_once(':').unwrap_or((attribute, ""));
    assert!(
        ATTRIBUTES.contains(&format!(" {name} ")),
        "unknown: {attribute}"
    );
    match name {
        "candidate" => candidate_is_sound(attribute, policy),
        "end-of-candidates" => assert_ne!(policy, CandidatePolicy::None),
        "extmap" => {
            let id = value.split([' ', '/']).next().unwrap();
            assert!(id.parse::<u8>().is_ok_and(|id| id > 0), "{attribute}");
        }
        "fingerprint" => assert!(value.starts_with("sha-"), "{attribute}"),
        "group" => assert!(value.starts_with("BUNDLE"), "{attribute}"),
        "rtcp" => assert_eq!(value, "9 IN IP4 0.0.0.0"),
        _ => {}
    }
}

/// A candidate that the other side is told: where it makes them send packets to.
pub fn candidate_is_sound(line: &str, policy: CandidatePolicy) {
    text_is_harmless(line);
    let fields: Vec<&str> = line
        .strip_prefix("candidate:")
        .unwrap()
        .split(' ')
        .collect();
    let [
        foundation,
        component,
        transport,
        priority,
        host,
        port,
        "typ",
        kind,
        extensions @ ..,
    ] = fields.as_slice()
    else {
        panic!("{line}");
    };
    assert!(
        (1..=32).contains(&foundation.len()) && component.parse::<u8>().is_ok_and(|n| n > 0),
        "{line}"
    );
    assert!(
        matches!(*transport, "udp" | "tcp") && priority.parse::<u32>().is_ok(),
        "{line}"
    );
    assert!(
        matches!(*kind, "host" | "srflx" | "prflx" | "relay"),
        "{line}"
    );
    let known = [
        "raddr",
        "rport",
        "tcptype",
        "generation",
        "network-id",
        "network-cost",
        "ufrag",
    ];
    assert!(
        extensions
            .chunks(2)
            .all(|pair| pair.len() == 2 && known.contains(&pair[0])),
        "{line}"
    );
    let port: u16 = port.parse().unwrap();
    let address = host.parse::<IpAddr>();
    if address.is_err() {
        // Nothing but what mDNS answers is ever looked up.
        assert!(
            host.ends_with(".local") && host.len() == 42 && host.matches('.').count() == 1,
            "{line}"
        );
    }
    match policy {
        CandidatePolicy::None => panic!("none may pass: {line}"),
        CandidatePolicy::All => assert_ne!(port, 0, "{line}"),
        CandidatePolicy::Public => {
            assert!(*transport == "udp" && port >= 1024, "{line}");
            let address = address.expect("no name is public");
            assert!(!is_local(address) && !is_private(address), "{line}");
        }
        CandidatePolicy::Peer => {
            let is_active = extensions
                .chunks(2)
                .any(|pair| pair == ["tcptype", "active"]);
            assert!(
                port >= 1024 || (port > 0 && is_active && *transport == "tcp"),
                "{line}"
            );
            assert!(!address.is_ok_and(is_local), "{line}");
        }
    }
}

/// An address of this machine or link, or of nobody, in whatever form.
fn is_local(address: IpAddr) -> bool {
    match plain(address) {
        IpAddr::V4(v4) => {
            let first = v4.octets()[0];
            v4.is_loopback()
                || v4.is_link_local()
                || v4.is_multicast()
                || first == 0
                || first >= 240
        }
        IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6.is_unspecified()
                || v6.is_multicast()
                || v6.is_unicast_link_local()
        }
    }
}

fn is_private(address: IpAddr) -> bool {
    match plain(address) {
        IpAddr::V4(v4) => v4.is_private() || matches!(v4.octets(), [100, 64..=127, ..]),
        IpAddr::V6(v6) => v6.is_unique_local(),
    }
}

/// The IPv4 address that an IPv6 one leads to: mapped, or by NAT64.
fn plain(address: IpAddr) -> IpAddr {
    let canonical = address.to_canonical();
    if let IpAddr::V6(v6) = canonical
        && let [0x64, 0xff9b, 0, 0, 0, 0, high, low] = v6.segments()
    {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        return IpAddr::from([a, b, c, d]);
    }
    canonical
}
