//! What one browser tells another, where there is no gateway.

use serde_json::{Value, json};

use super::log_lines::CANARY;
use super::media::OFFER;
use super::rig::Rig;
use super::row::{Due, Place, Row, request, row};

const BAD_SDP: Due = Due::Error("bad_sdp");
const BAD_PAYLOAD: Due = Due::Error("bad_payload");
const BAD_CANDIDATE: Due = Due::Error("bad_candidate");
const NOT_FOUND: Due = Due::Error("not_found");

fn signal(payload: &Value, due: Due) -> Row {
    let text = request("signal", &payload.to_string());
    row("signal", text, Place::Member, due)
}

fn jsep(kind: &str, sdp: &str, due: Due) -> Row {
    let payload = json!({"to": "$W", "jsep": {"type": kind, "sdp": sdp}});
    signal(&payload, due)
}

/// The offer, with a part of it another.
fn offer(from: &str, to: &str, due: Due) -> Row {
    assert!(OFFER.contains(from), "{from}");
    jsep("offer", &OFFER.replace(from, to), due)
}

fn candidate(candidate: Value, due: Due) -> Row {
    signal(&json!({"to": "$W", "candidate": candidate}), due)
}

fn ice(line: &str, due: Due) -> Row {
    let ice = json!({"candidate": line, "sdpMid": "0", "sdpMLineIndex": 0});
    candidate(ice, due)
}

#[actix::test]
async fn whom_and_what() {
    let rows = [
        (json!({}), BAD_PAYLOAD),
        (json!({"to": "$W"}), BAD_PAYLOAD),
        (json!({"to": "$W", "jsep": null}), BAD_PAYLOAD),
        (json!({"candidate": null}), BAD_PAYLOAD),
        (json!({"to": null, "candidate": null}), BAD_PAYLOAD),
        (json!({"to": 7, "candidate": null}), BAD_PAYLOAD),
        (json!({"to": ["$W"], "candidate": null}), BAD_PAYLOAD),
        (json!({"to": "", "candidate": null}), BAD_PAYLOAD),
        (json!({"to": "*", "candidate": null}), BAD_PAYLOAD),
        (json!({"to": "../$W", "candidate": null}), BAD_PAYLOAD),
        (
            json!({"to": CANARY.to_uppercase(), "candidate": null}),
            BAD_PAYLOAD,
        ),
        (
            json!({"to": "$W", "jsep": {}, "candidate": {}}),
            BAD_PAYLOAD,
        ),
        (
            json!({"to": "$W", "jsep": {"type": "offer", "sdp": OFFER}, "candidate": null}),
            BAD_PAYLOAD,
        ),
        (json!({"to": CANARY, "candidate": null}), NOT_FOUND),
        (
            json!({"to": CANARY, "jsep": {"type": "offer", "sdp": OFFER}}),
            NOT_FOUND,
        ),
        (json!({"to": "$W", "candidate": null}), Due::Ok),
        (
            json!({"to": "$W", "candidate": null, "from": CANARY, "more": CANARY}),
            Due::Ok,
        ),
    ];
    let rows = rows.iter().map(|(payload, due)| signal(payload, *due));
    Rig::without_gateway(&[]).try_all(rows.collect()).await;
}

#[actix::test]
async fn descriptions() {
    let rows = vec![
        jsep("offer", OFFER, Due::Ok),
        jsep("answer", &OFFER.replace("actpass", "active"), Due::Ok),
        jsep("answer", OFFER, BAD_SDP),
        jsep("rollback", "", BAD_SDP),
        jsep("rollback", OFFER, BAD_SDP),
        jsep("pranswer", OFFER, BAD_SDP),
        jsep(CANARY, OFFER, BAD_SDP),
        jsep("offer", "", BAD_SDP),
        jsep("offer", CANARY, BAD_SDP),
        jsep("offer", &"x".repeat(250 * 1024), BAD_SDP),
        signal(&json!({"to": "$W", "jsep": 7}), BAD_SDP),
        signal(&json!({"to": "$W", "jsep": {"type": "offer"}}), BAD_SDP),
        signal(
            &json!({"to": "$W", "jsep": {"type": "offer", "sdp": [OFFER]}}),
            BAD_SDP,
        ),
        offer("m=audio", "m=application", BAD_SDP),
        offer("UDP/TLS/RTP/SAVPF", "RTP/AVP", BAD_SDP),
        offer("a=mid:1", "a=mid:0", BAD_SDP),
        offer("a=mid:0", "a=mid:<x>", BAD_SDP),
        offer("a=setup:actpass", "a=setup:kanarienvogel", BAD_SDP),
        offer("a=mid:0\r\n", "a=mid:0\ra=x\r\n", BAD_SDP),
        offer(
            "a=mid:0\r\n",
            "k=clear:kanarienvogel\r\na=mid:0\r\n",
            BAD_SDP,
        ),
        offer(
            "a=mid:0\r\n",
            "a=mid:0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:kanarienvogel\r\n",
            BAD_SDP,
        ),
        offer("a=fingerprint:sha-256 ", "a=fingerprint:sha-1 ", BAD_SDP),
        offer("s=-", &format!("s={}", "x".repeat(401)), BAD_SDP),
        // What is not known is taken out, and the rest goes its way.
        offer("s=-", "s=kanarienvogel", Due::Ok),
        offer("a=mid:0\r\n", "a=mid:0\r\na=kanarienvogel:1\r\n", Due::Ok),
        offer(
            "a=mid:0\r\n",
            "a=mid:0\r\na=candidate:1 1 udp 1 kanarienvogel 9 typ host\r\n",
            Due::Ok,
        ),
    ];
    Rig::without_gateway(&[]).try_all(rows).await;
}

#[actix::test]
async fn candidates() {
    let to = |address: &str, due| {
        let line = format!("candidate:1 1 udp 2122260223 {address} 54321 typ host");
        ice(&line, due)
    };
    let line = "candidate:1 1 udp 1 192.0.2.1 5000 typ host";
    let mut rows = vec![
        candidate(json!(5), BAD_CANDIDATE),
        candidate(json!("x"), BAD_CANDIDATE),
        candidate(json!([]), BAD_CANDIDATE),
        candidate(json!({}), BAD_CANDIDATE),
        candidate(json!({"candidate": null}), BAD_CANDIDATE),
        candidate(json!({"candidate": line}), BAD_CANDIDATE),
        candidate(json!({"candidate": line, "sdpMid": "a b"}), BAD_CANDIDATE),
        candidate(
            json!({"candidate": line, "sdpMLineIndex": -1}),
            BAD_CANDIDATE,
        ),
        candidate(
            json!({"candidate": line, "sdpMid": "0", "usernameFragment": 7}),
            BAD_CANDIDATE,
        ),
        candidate(
            json!({"candidate": line, "sdpMid": "0", "usernameFragment": "<x>"}),
            BAD_CANDIDATE,
        ),
        candidate(
            json!({"candidate": line, "sdpMid": "0", "kanarienvogel": CANARY}),
            Due::Ok,
        ),
        candidate(json!({"candidate": ""}), Due::Ok),
        candidate(Value::Null, Due::Ok),
        ice(CANARY, BAD_CANDIDATE),
        ice(&format!("{line} {}", CANARY.repeat(150)), BAD_CANDIDATE),
        ice(&format!("{line}\r\na=x"), BAD_CANDIDATE),
        ice(&format!("{line} kanarienvogel 1"), Due::Ok),
        ice("candidate:1 1 udp 1 192.168.1.1 53 typ host", BAD_CANDIDATE),
        ice(
            "candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype active",
            Due::Ok,
        ),
        ice(
            "candidate:1 1 tcp 1 192.168.1.1 80 typ host tcptype passive",
            BAD_CANDIDATE,
        ),
    ];
    for address in [
        "kanarienvogel.example",
        "x.local.evil.com",
        "0x7f.1",
        "127.0.0.1\u{0}",
        "fe80::1%eth0",
        "127.0.0.1",
        "0.0.0.0",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
    ] {
        rows.push(to(address, BAD_CANDIDATE));
    }
    for address in [
        "fd00::1",
        "10.0.0.1",
        "100.64.0.1",
        "192.0.2.1",
        "0a1b2c3d-1111-4222-8333-444455556666.local",
    ] {
        rows.push(to(address, Due::Ok));
    }
    Rig::without_gateway(&[]).try_all(rows).await;
}
