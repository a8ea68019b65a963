//! The descriptions a made-up gateway gives: as small as they may be.

use crate::gateway::GatewayError;
use crate::names::{Kind, Mid};
use crate::sdp::{Direction, Sdp};

/// An m-line to be written.
pub(super) struct Line {
    pub(super) mid: Mid,
    pub(super) kind: Kind,
    pub(super) direction: Direction,
}

fn written(version: u64, setup: &str, lines: &[Line]) -> Result<Sdp, GatewayError> {
    let mids: Vec<&str> = lines.iter().map(|line| line.mid.as_str()).collect();
    let mut text = format!(
        "v=0\r\no=- 1 {version} IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {}\r\n\
         a=ice-lite\r\n",
        mids.join(" ")
    );
    for line in lines {
        let (media, codec) = match line.kind {
            Kind::Audio => ("audio 9 UDP/TLS/RTP/SAVPF 111", "111 opus/48000/2"),
            Kind::Video => ("video 9 UDP/TLS/RTP/SAVPF 96", "96 VP8/90000"),
        };
        text.push_str(&format!(
            "m={media}\r\nc=IN IP4 127.0.0.1\r\na=mid:{}\r\na={}\r\na=rtpmap:{codec}\r\n\
             a=rtcp-mux\r\na=ice-ufrag:fake\r\na=ice-pwd:fakefakefakefakefakefake\r\n\
             a=fingerprint:sha-256 {}\r\na=setup:{setup}\r\n",
            line.mid,
            line.direction.as_str(),
            ["00"; 32].join(":"),
        ));
    }
    Sdp::from_gateway(&text).map_err(|error| GatewayError::Protocol {
        detail: error.to_string(),
    })
}

/// What is offered to a subscriber.
pub(super) fn offer(version: u64, lines: &[Line]) -> Result<Sdp, GatewayError> {
    written(version, "actpass", lines)
}

/// What a publisher's offer is answered by: everything is taken.
pub(super) fn answer(offer: &Sdp) -> Result<Sdp, GatewayError> {
    let lines: Vec<Line> = offer
        .media()
        .map(|line| Line {
            mid: line.mid,
            kind: line.kind,
            direction: match line.direction.sends() {
                true => Direction::RecvOnly,
                false => Direction::Inactive,
            },
        })
        .collect();
    written(1, "active", &lines)
}
