//! Between browsers: nobody can have another evicted by telling them as much as they may.

use std::time::Duration;

use parlour::names::RoomName;
use parlour::phoenix::websocket::text_frame;
use parlour::rooms::ports::Deliver;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::client::{Client, Said, frame};
use super::{counted, server};

const OFFER: &str = include_str!("../fixtures/sdp/chromium-offer-with-candidates.sdp");

/// An offer about as large as one between browsers may be.
fn large_offer() -> String {
    let mut offer = OFFER.to_owned();
    let mut number = 0;
    while offer.len() < 31_000 {
        let line = format!("a=candidate:{number} 1 udp 2122260223 192.0.2.1 54321 typ host\r\n");
        offer.push_str(&line);
        number += 1;
    }
    offer
}

fn signal(reference: usize, payload: &Value) -> Vec<u8> {
    let text = json!(["1", reference.to_string(), "room:mesh", "signal", payload]).to_string();
    frame(0x81, text.as_bytes())
}

/// Sends as much as it may, for so long; how much of it was taken.
async fn tells_all_it_may(client: &mut Client, whom: &str, until: Instant) -> usize {
    let offer = json!({ "to": whom, "jsep": { "type": "offer", "sdp": large_offer() } });
    let line = "candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host";
    let ice =
        json!({ "candidate": line, "sdpMid": "0", "sdpMLineIndex": 0, "usernameFragment": "4cZh" });
    let candidate = json!({ "to": whom, "candidate": ice });
    let (mut sent, mut taken) = (0, 0);
    while Instant::now() < until {
        // All at once, then in the rhythm that the limits allow.
        let batch = if sent == 0 { 99 } else { 10 };
        let mut bytes = Vec::new();
        for number in 0..batch {
            let payload = match (sent, number) {
                (0, 0..10) | (_, 0) => &offer,
                _ => &candidate,
            };
            bytes.extend(signal(sent + number, payload));
        }
        client.send(&bytes).await;
        sent += batch;
        let mut wait = 0;
        for _ in 0..batch {
            let reply = client.until("a reply", |f| f[3] == "phx_reply").await;
            match reply[4]["response"]["retry_ms"].as_u64() {
                None => {
                    assert_eq!(reply[4]["status"], "ok", "{reply}");
                    taken += 1;
                }
                Some(ms) => {
                    assert_eq!(reply[4]["response"]["reason"], "too_fast", "{reply}");
                    wait = wait.max(ms);
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(wait.max(200))).await;
    }
    taken
}

#[actix::test]
async fn three_who_tell_a_fourth_all_they_may_do_not_have_them_evicted() {
    let system = server(&[]);
    let mut whom = Client::joined(system.address, "room:mesh", "Ann").await;
    let mut tellers = Vec::new();
    for name in ["Bob", "Cid", "Dan"] {
        tellers.push(Client::joined(system.address, "room:mesh", name).await);
    }
    let id = whom.me.clone();
    let until = Instant::now() + Duration::from_secs(6);
    let telling = futures_util::future::join_all(
        tellers
            .iter_mut()
            .map(|teller| tells_all_it_may(teller, &id, until)),
    );
    let (taken, told) = futures_util::join!(telling, async {
        // As a browser does: it reads what there is, whatever it is.
        while Instant::now() < until + Duration::from_secs(2) {
            match whom.next(Duration::from_millis(200)).await {
                Some(Said::Frame(_)) | None => {}
                ended => panic!("the addressee was put out: {ended:?}"),
            }
        }
        whom.signals.len()
    });
    let taken: usize = taken.iter().sum();
    assert!(taken > 3 * 99, "{taken}");
    assert_eq!(told, taken, "each one that was taken has come");
    assert_eq!(counted(&system, "evicted_total{why=\"slow\"}"), 0);
    let said = whom
        .ask("room:mesh", "chat", json!({ "text": "here" }))
        .await;
    assert_eq!(said["status"], "ok");
}

#[actix::test]
async fn whoever_reads_is_given_the_time_to() {
    const MANY: usize = 1_000;
    let system = server(&[]);
    let mut whom = Client::joined(system.address, "room:busy", "Ann").await;
    let room = system.rooms.get(&RoomName::parse("busy").unwrap()).unwrap();
    let deliver = {
        let state = room.lock();
        let (_, member) = state.members().next().unwrap();
        member.link.deliver.clone()
    };
    // More at once than may wait, and not by the fault of who reads.
    for number in 0..MANY {
        let text = json!([null, null, "room:busy", "data", { "n": number }]).to_string();
        deliver.do_send(Deliver {
            frame: text_frame(&text),
            stop_call: None,
        });
    }
    for number in 0..MANY {
        let is_next = |f: &Value| f[3] == "data" && f[4]["n"] == number;
        whom.until("each of them, in order", is_next).await;
    }
    assert_eq!(counted(&system, "evicted_total{why=\"slow\"}"), 0);
}
