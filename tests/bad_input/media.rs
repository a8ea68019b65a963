//! Descriptions, candidates and what is asked of a call, with a real Janus behind.

use serde_json::{Value, json};

use super::log_lines::CANARY;
use super::rig::Rig;
use super::row::{Due, Place, Row, request, row};

const BAD_SDP: Due = Due::Error("bad_sdp");
const BAD_PAYLOAD: Due = Due::Error("bad_payload");
const BAD_CANDIDATE: Due = Due::Error("bad_candidate");
const NOT_FOUND: Due = Due::Error("not_found");

pub const OFFER: &str = include_str!("../fixtures/sdp/chromium-offer-audio-video.sdp");

fn streams() -> Value {
    json!([{"mid": "0", "source": "mic", "label": ""}, {"mid": "1", "source": "camera", "label": ""}])
}

/// What starts a call with sound and picture.
pub fn good_offer() -> Value {
    offer(OFFER)
}

fn offer(sdp: &str) -> Value {
    json!({"jsep": {"type": "offer", "sdp": sdp}, "streams": streams()})
}

/// The offer, with a part of it another.
fn with(from: &str, to: &str) -> Value {
    assert!(OFFER.contains(from), "{from}");
    offer(&OFFER.replace(from, to))
}

/// The offer, with lines that start so changed or gone.
fn lines(start: &str, change: impl Fn(&str) -> Option<String>) -> Value {
    assert!(OFFER.lines().any(|line| line.starts_with(start)), "{start}");
    let lines = OFFER
        .lines()
        .filter_map(|line| match line.starts_with(start) {
            true => change(line),
            false => Some(line.to_owned()),
        });
    offer(&lines.map(|line| line + "\r\n").collect::<String>())
}

/// So many m-lines of sound, all sending.
fn many(count: usize) -> Value {
    let video = OFFER.find("m=video").unwrap();
    let audio = &OFFER[OFFER.find("m=audio").unwrap()..video];
    let head: String = OFFER[..OFFER.find("m=audio").unwrap()]
        .lines()
        .filter(|line| !line.starts_with("a=group"))
        .map(|line| format!("{line}\r\n"))
        .collect();
    let body: String = (0..count)
        .map(|n| audio.replace("a=mid:0", &format!("a=mid:{n}")))
        .collect();
    let streams: Vec<Value> = (0..count.min(16))
        .map(|n| json!({"mid": n.to_string(), "source": "mic", "label": ""}))
        .collect();
    json!({"jsep": {"type": "offer", "sdp": head + &body}, "streams": streams})
}

/// What is no offer to a gateway.
fn bad_offers() -> Vec<(Value, Due)> {
    let replaced = |text: &'static str| move |_: &str| Some(text.to_owned());
    let gone = |_: &str| None;
    let sha = "a=fingerprint:";
    let jsep = |jsep: Value| json!({"jsep": jsep, "streams": streams()});
    let streams =
        |streams: Value| json!({"jsep": {"type": "offer", "sdp": OFFER}, "streams": streams});
    let sdp: Vec<Value> = vec![
        offer(""),
        offer("v=0"),
        offer(CANARY),
        offer(&CANARY.repeat(5_000)),
        with("s=-", &format!("s={}", "x".repeat(65 * 1024))),
        with(
            "a=mid:0",
            &format!("a=mid:0\r\na={CANARY}:{}", "x".repeat(400)),
        ),
        lines("a=ice-ufrag", gone),
        lines("a=ice-pwd", gone),
        lines("a=ice-pwd", replaced("a=ice-pwd:short")),
        lines("a=fingerprint", gone),
        lines(sha, replaced("a=fingerprint:sha-256 AA:BB")),
        lines(sha, replaced("a=fingerprint:sha-256 ZZ:ZZ")),
        lines(
            sha,
            replaced("a=fingerprint:md5 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"),
        ),
        lines("a=setup", replaced("a=setup:kanarienvogel")),
        with("a=mid:1", "a=mid:0"),
        with("a=mid:0", &format!("a=mid:{}", "m".repeat(1_000))),
        with("a=mid:0", "a=mid:\"0"),
        with("a=mid:0", "a=mid:<x>"),
        many(17),
        many(200),
        with("a=mid:0\r\n", "a=mid:0\ra=x\r\n"),
        with("a=mid:0\r\n", "a=mid:0\r\n\r\nPOST /janus HTTP/1.1\r\n"),
        with("UDP/TLS/RTP/SAVPF", "RTP/AVP"),
        with("m=audio", "m=text"),
        with("m=audio", "m=application"),
        with("a=mid:0\r\n", "k=clear:kanarienvogel\r\na=mid:0\r\n"),
        with(
            "a=mid:0\r\n",
            "a=mid:0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:kanarienvogel\r\n",
        ),
        lines("a=group", replaced("a=group:BUNDLE 0 7")),
        lines("a=group", replaced("a=group:BUNDLE 0 0 1")),
        // Of such an extension Janus 1.1.2 says "Invalid extension ID", for ever.
        lines(
            "a=extmap:4 ",
            replaced("a=extmap:0 urn:ietf:params:rtp-hdrext:sdes:mid"),
        ),
        lines(
            "a=extmap:4 ",
            replaced("a=extmap:-1 urn:ietf:params:rtp-hdrext:sdes:mid"),
        ),
        lines(
            "a=extmap:4 ",
            replaced("a=extmap:256 urn:ietf:params:rtp-hdrext:sdes:mid"),
        ),
        lines(
            "a=extmap:4 ",
            replaced("a=extmap:18446744073709551615 urn:ietf:params:rtp-hdrext:sdes:mid"),
        ),
        lines(
            "a=extmap:4 ",
            replaced("a=extmap:x urn:ietf:params:rtp-hdrext:sdes:mid"),
        ),
        lines("a=extmap:4 ", replaced("a=extmap:4")),
        offer(&OFFER.replace("a=mid:0", "a=mid:0\u{0}")),
        jsep(json!({"type": "answer", "sdp": OFFER})),
        jsep(json!({"type": "pranswer", "sdp": OFFER})),
        jsep(json!({"type": CANARY, "sdp": OFFER})),
        jsep(json!({"type": "offer"})),
        jsep(json!({"sdp": OFFER})),
        jsep(json!({"type": "offer", "sdp": 7})),
        jsep(json!(7)),
        jsep(json!("rubbish")),
        jsep(json!([])),
        streams(json!([])),
        streams(json!([{"mid": "0", "source": "mic", "label": ""}])),
        streams(json!([{"mid": "0", "source": "mic"}, {"mid": "7", "source": "camera"}])),
        streams(json!([{"mid": "0", "source": "camera"}, {"mid": "1", "source": "mic"}])),
    ];
    let payload = vec![
        streams(json!(7)),
        streams(json!({})),
        streams(json!([{"mid": 0, "source": "mic"}])),
        streams(json!([{"mid": "0", "source": CANARY}])),
        streams(json!([{"mid": "a b", "source": "mic"}])),
        streams(json!([{"mid": "0", "source": "mic", "label": "a\u{202e}"}])),
        streams(json!([{"mid": "0", "source": "mic", "label": CANARY.repeat(10)}])),
        streams(json!([{"mid": "0", "source": "mic"}, {"mid": "0", "source": "mic"}])),
        json!({"jsep": {"type": "offer", "sdp": OFFER}}),
    ];
    let sdp = sdp.into_iter().map(|payload| (payload, BAD_SDP));
    sdp.chain(payload.into_iter().map(|payload| (payload, BAD_PAYLOAD)))
        .collect()
}

fn descriptions(event: &str, place: Place) -> Vec<Row> {
    let big = json!({"jsep": {"type": "offer", "sdp": "x".repeat(250 * 1024)}, "streams": []});
    bad_offers()
        .into_iter()
        .chain([(big, BAD_SDP), (good_offer(), Due::Ok)])
        .map(|(payload, due)| row("sdp", request(event, &payload.to_string()), place, due))
        .collect()
}

#[actix::test]
async fn descriptions_that_start_a_call() {
    let mut rows = descriptions("start_call", Place::Member);
    let start = |payload: Value, due| {
        row(
            "sdp",
            request("start_call", &payload.to_string()),
            Place::Member,
            due,
        )
    };
    rows.extend([
        start(
            json!({"streams": [{"mid": "0", "source": "mic"}]}),
            BAD_PAYLOAD,
        ),
        start(
            json!({"streams": [], "recording": true}),
            Due::Error("recording_off"),
        ),
        start(json!({"streams": [], "recording": "yes"}), BAD_PAYLOAD),
        start(json!({"streams": []}), Due::Ok),
        // What no gateway should see is taken out, and the rest goes its way.
        start(
            with("a=mid:0\r\n", "a=mid:0\r\na=kanarienvogel:1\r\n"),
            Due::Ok,
        ),
        start(
            with(
                "a=mid:0\r\n",
                "a=mid:0\r\na=candidate:1 1 udp 1 kanarienvogel\r\n",
            ),
            Due::Ok,
        ),
        start(
            with(
                "a=mid:0\r\n",
                "a=mid:0\r\na=candidate:1 1 udp 1 169.254.169.254 80 typ host\r\n",
            ),
            Due::Ok,
        ),
    ]);
    Rig::with_janus().await.try_all(rows).await;
}

#[actix::test]
async fn descriptions_that_change_a_call() {
    Rig::with_janus()
        .await
        .try_all(descriptions("update_call", Place::Publisher))
        .await;
}

#[actix::test]
async fn candidates() {
    let ice = |line: &str| json!({"candidate": line, "sdpMid": "0", "sdpMLineIndex": 0});
    let to = |address: &str| {
        ice(&format!(
            "candidate:1 1 udp 2122260223 {address} 54321 typ host"
        ))
    };
    let formless = [
        json!(5),
        json!("x"),
        json!([]),
        json!({}),
        json!({"candidate": 7, "sdpMid": "0"}),
        json!({"candidate": "candidate:1 1 udp 1 192.0.2.1 5000 typ host"}),
        json!({"candidate": "candidate:1 1 udp 1 192.0.2.1 5000 typ host", "sdpMid": "a b"}),
        json!({"candidate": "candidate:1 1 udp 1 192.0.2.1 5000 typ host", "sdpMLineIndex": 70_000}),
        json!({"candidate": "candidate:1 1 udp 1 192.0.2.1 5000 typ host", "sdpMLineIndex": -1}),
        ice(CANARY),
        ice(&format!(
            "candidate:1 1 udp 1 192.0.2.1 5000 typ host {}",
            CANARY.repeat(150)
        )),
        ice("candidate:1 1 udp 1 192.0.2.1 99999 typ host"),
        ice("candidate:1 1 udp 1 192.0.2.1 5000 typ kanarienvogel"),
        ice("candidate:1 1 kanarienvogel 1 192.0.2.1 5000 typ host"),
        ice("candidate:1 1 udp 1 192.0.2.1 5000\r\na=x typ host"),
        to("kanarienvogel.example"),
        to("x.local.evil.com"),
        to("0x7f.1"),
        to("2130706433"),
        to("127.0.0.1\u{0}"),
        to("fe80::1%eth0"),
    ];
    let addresses = [
        "127.0.0.1",
        "0.0.0.0",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "fd00::1",
        "10.0.0.1",
        "100.64.0.1",
        "192.0.2.1",
        "0a1b2c3d-1111-4222-8333-444455556666.local",
    ];
    let mut cases: Vec<(Value, Due)> = formless
        .into_iter()
        .map(|ice| (ice, BAD_CANDIDATE))
        .collect();
    cases.extend(addresses.map(|address| (to(address), Due::Ok)));
    cases.extend([
        (
            ice("candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype active"),
            Due::Ok,
        ),
        (ice("candidate:1 1 udp 1 192.0.2.1 22 typ host"), Due::Ok),
        (ice(""), Due::Ok),
        (Value::Null, Due::Ok),
    ]);
    let mut rows = Vec::new();
    for (candidate, due) in cases {
        for of in ["publisher", "subscriber"] {
            let payload = json!({"of": of, "candidate": candidate}).to_string();
            rows.push(row(
                "trickle",
                request("trickle", &payload),
                Place::Caller,
                due,
            ));
        }
    }
    for payload in [
        json!({}),
        json!({"of": CANARY, "candidate": null}),
        json!({"of": "publisher"}),
    ] {
        rows.push(row(
            "trickle",
            request("trickle", &payload.to_string()),
            Place::Caller,
            BAD_CANDIDATE,
        ));
    }
    Rig::with_janus().await.try_all(rows).await;
}

#[actix::test]
async fn what_is_asked_of_a_call() {
    let asks = |event: &str, payload: Value, due| {
        row(
            "media",
            request(event, &payload.to_string()),
            Place::Caller,
            due,
        )
    };
    let answer = |version: Value, due| {
        asks(
            "subscriber_answer",
            json!({"jsep": {"type": "answer", "sdp": OFFER}, "version": version}),
            due,
        )
    };
    let prefer = |more: Value, due| {
        let mut stream = json!({"participant": "pnobody", "mid": "0"});
        stream
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        asks("prefer", json!({"streams": [stream]}), due)
    };
    let nobody = json!({"participant": "pnobody"});
    let no_call = Due::Error("no_call");
    let idle_signal = |payload: Value| {
        row(
            "media",
            request("signal", &payload.to_string()),
            Place::Member,
            Due::Error("wrong_mode"),
        )
    };
    let idle = |event: &str, payload: Value| {
        row(
            "media",
            request(event, &payload.to_string()),
            Place::Member,
            no_call,
        )
    };
    Rig::with_janus()
        .await
        .try_all(vec![
            answer(json!(-1), Due::Error("stale_version")),
            answer(json!("1"), Due::Error("stale_version")),
            answer(json!(1.5), Due::Error("stale_version")),
            answer(Value::Null, Due::Error("stale_version")),
            answer(json!(1), Due::Error("stale_version")),
            answer(json!(u64::MAX), Due::Error("stale_version")),
            asks(
                "subscriber_answer",
                json!({"jsep": {"type": "offer", "sdp": OFFER}, "version": 1}),
                BAD_SDP,
            ),
            asks(
                "subscriber_answer",
                json!({"jsep": 7, "version": 1}),
                BAD_SDP,
            ),
            asks("subscribe", json!({"streams": [nobody]}), NOT_FOUND),
            asks("unsubscribe", json!({"streams": [nobody]}), NOT_FOUND),
            asks(
                "subscribe",
                json!({"streams": [{"participant": CANARY.to_uppercase()}]}),
                BAD_PAYLOAD,
            ),
            asks(
                "subscribe",
                json!({"streams": [{"participant": "../x"}]}),
                BAD_PAYLOAD,
            ),
            asks(
                "subscribe",
                json!({"streams": [{"participant": "pnobody", "mid": "a b"}]}),
                BAD_PAYLOAD,
            ),
            asks(
                "subscribe",
                json!({"streams": vec![nobody.clone(); 500]}),
                Due::Error("bad_payload"),
            ),
            asks("subscribe", json!({"streams": []}), Due::Ok),
            asks("subscribe", json!({"restart": true}), Due::Ok),
            asks(
                "subscribe",
                json!({"restart": true, "streams": []}),
                BAD_PAYLOAD,
            ),
            asks("subscribe", json!({}), BAD_PAYLOAD),
            prefer(json!({"substream": 3}), BAD_PAYLOAD),
            prefer(json!({"substream": -1}), BAD_PAYLOAD),
            prefer(json!({"substream": 1.5}), BAD_PAYLOAD),
            prefer(json!({"temporal": 9}), BAD_PAYLOAD),
            prefer(json!({"send": "no"}), BAD_PAYLOAD),
            prefer(json!({"substream": 1}), NOT_FOUND),
            asks("prefer", json!({"streams": []}), BAD_PAYLOAD),
            asks("update_call", json!({"streams": []}), BAD_PAYLOAD),
            asks(
                "start_call",
                json!({"streams": []}),
                Due::Error("already_started"),
            ),
            asks("stop_call", json!({"restart": 7}), BAD_PAYLOAD),
            idle_signal(json!({"to": "$W", "candidate": null})),
            idle_signal(json!({"to": CANARY, "jsep": {}, "candidate": {}})),
            asks("stop_call", json!({}), Due::Ok),
            idle("update_call", good_offer()),
            idle("subscribe", json!({"streams": [nobody]})),
            idle("subscribe", json!({"restart": true})),
            idle(
                "prefer",
                json!({"streams": [{"participant": "pnobody", "mid": "0"}]}),
            ),
            idle(
                "subscriber_answer",
                json!({"jsep": {"type": "answer", "sdp": OFFER}, "version": 1}),
            ),
        ])
        .await;
}
