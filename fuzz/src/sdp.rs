//! Changes of SDP and of candidates: of lines, and of the tokens in them.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::other_token;

/// Lines that some gateway, or browser, should not see; and some that it should.
const LINES: &[&str] = &[
    "a=candidate:1 1 udp 2122260223 169.254.169.254 80 typ host",
    "a=candidate:1 1 udp 1 ::ffff:127.0.0.1 5000 typ host generation 0",
    "a=candidate:2 1 TCP 1518280447 192.168.1.2 9 typ host tcptype active",
    "a=candidate:3 1 udp 5 203.0.113.7 50000 typ srflx raddr 0.0.0.0 rport 0",
    "a=candidate:4 1 udp 6 12345678-9abc-def0-1234-56789abcdef0.local 50000 typ host",
    "a=end-of-candidates",
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x",
    "k=clear:x",
    "a=extmap:0 urn:ietf:params:rtp-hdrext:sdes:mid",
    "a=extmap:14/sendonly urn:ietf:params:rtp-hdrext:toffset",
    "a=group:BUNDLE 0 1",
    "a=group:LS 0 1",
    "a=bundle-only",
    "a=inactive",
    "a=sendrecv",
    "a=recvonly",
    "a=setup:actpass",
    "a=setup:active",
    "a=rtcp:9 IN IP4 169.254.169.254",
    "a=rtcp-fb:* nack",
    "a=ice-lite",
    "a=x-own:1",
    "a=mid:0",
    "a=msid:- a",
    "a=msid:a",
    "b=AS:30",
    "b=CT:1",
    "i=x",
    "u=http://127.0.0.1/",
    "z=0 0",
    "m=audio 9 UDP/TLS/RTP/SAVPF 0",
    "m=video 0 UDP/TLS/RTP/SAVPF 96",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "m=text 9 RTP/AVP 98",
    "a=rtpmap:96 rtx/90000",
    "a=rtpmap:96 VP8/90000",
];

/// Tokens that mean something to somebody.
const TOKENS: &[&str] = &[
    "",
    "0",
    "1",
    "9",
    "65536",
    "-1",
    "+1",
    "01",
    "127",
    "128",
    "VP8/90000",
    "rtx/90000",
    "opus/48000/2",
    "red/8000",
    "UDP/TLS/RTP/SAVPF",
    "RTP/AVP",
    "audio",
    "video",
    "application",
    "BUNDLE",
    "sha-256",
    "SHA-1",
    "active",
    "actpass",
    "holdconn",
    "IN",
    "IP4",
    "IP6",
    "127.0.0.1",
    "10.0.0.1",
    "0.0.0.0",
    "192.0.2.1",
    "2001:db8::1",
    "::1",
    "fe80::1",
    "64:ff9b::7f00:1",
    "x.local",
    "example.com",
    "udp",
    "TCP",
    "typ",
    "host",
    "relay",
    "raddr",
    "rport",
    "tcptype",
    "generation",
    "ufrag",
    "*",
    "\r",
    "\t",
    "\u{202e}",
    "ä",
];

/// One change of a text of lines. Numbers are taken modulo what there is.
#[derive(Arbitrary)]
enum Change {
    Remove(usize),
    Copy {
        line: usize,
        to: usize,
    },
    Swap(usize, usize),
    Insert {
        line: usize,
        at: usize,
    },
    Token {
        line: usize,
        token: usize,
    },
    TokenOf {
        line: usize,
        token: usize,
        from: usize,
    },
    DropToken {
        line: usize,
        token: usize,
    },
    Cut(usize),
}

/// Changes a description in one to four places.
pub fn change(text: &str, u: &mut Unstructured) -> Result<String> {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    for _ in 0..u.int_in_range(1..=4)? {
        let many = lines.len().max(1);
        match Change::arbitrary(u)? {
            _ if lines.is_empty() => lines.push("v=0\r\n".to_owned()),
            Change::Remove(line) => drop(lines.remove(line % many)),
            Change::Copy { line, to } => lines.insert(to % many, lines[line % many].clone()),
            Change::Swap(one, other) => lines.swap(one % many, other % many),
            Change::Insert { line, at } => {
                lines.insert(at % many, format!("{}\r\n", LINES[line % LINES.len()]));
            }
            Change::Token { line, token } => {
                let new = other_token(TOKENS, u)?;
                replace(&mut lines[line % many], token, |_| new);
            }
            Change::TokenOf { line, token, from } => {
                let (from, mut new) = (lines[from % many].clone(), String::new());
                let mut from = from;
                replace(&mut from, token, |old| {
                    new = old.to_owned();
                    String::new()
                });
                replace(&mut lines[line % many], token, |_| new);
            }
            Change::DropToken { line, token } => {
                replace(&mut lines[line % many], token, |_| String::new())
            }
            Change::Cut(line) => lines.truncate(line % many + 1),
        }
    }
    Ok(lines.concat())
}

/// Changes one line, such as a candidate, in one to three of its tokens.
pub fn change_line(line: &str, u: &mut Unstructured) -> Result<String> {
    let mut line = line.to_owned();
    for _ in 0..u.int_in_range(1..=3)? {
        let new = other_token(TOKENS, u)?;
        match u.int_in_range(0..=5)? {
            0 => line = format!("{line} {new}"),
            _ => replace(&mut line, u.arbitrary()?, |_| new),
        }
    }
    Ok(line)
}

/// Puts `new(old)` in the place of the `at`th token of a line.
fn replace(line: &mut String, at: usize, new: impl FnOnce(&str) -> String) {
    let tokens: Vec<&str> = line
        .split_inclusive([' ', ':', '=', ';', '/', '\r', '\n'])
        .collect();
    let at = at % tokens.len().max(1);
    let Some(old) = tokens.get(at) else { return };
    let (old, end) = old.split_at(
        old.trim_end_matches([' ', ':', '=', ';', '/', '\r', '\n'])
            .len(),
    );
    let changed = format!("{}{end}", new(old));
    let mut tokens = tokens.clone();
    tokens[at] = &changed;
    *line = tokens.concat();
}
