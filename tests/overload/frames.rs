//! Frames that get no reply are frames all the same.

use std::time::Duration;

use serde_json::json;

use super::client::{Client, Said, frame};
use super::support::eventually;
use super::{counted, server};

const SOON: Duration = Duration::from_secs(20);

#[actix::test]
async fn a_flood_of_control_frames_or_of_empty_parts_closes_the_socket() {
    let parts = |number| [frame(0x01, b""), vec![frame(0x00, b""); number].concat()].concat();
    let floods = [
        ("pings", vec![frame(0x89, b"hi"); 1_000].concat()),
        ("pongs", vec![frame(0x8a, b""); 1_000].concat()),
        ("parts", parts(1_000)),
    ];
    let system = server(&[]);
    let mut witness = Client::joined(system.address, "room:flood", "Witness").await;
    for (number, (what, flood)) in floods.into_iter().enumerate() {
        let mut client = Client::joined(system.address, "room:flood", "Mallory").await;
        client.ignore_pings();
        client.send(&flood).await;
        let code = loop {
            match client.next(SOON).await {
                Some(Said::Frame(_)) => {}
                Some(Said::Closed(code)) => break code,
                other => panic!("{what}: {other:?}"),
            }
        };
        assert_eq!(code, 1008, "{what}");
        let evicted = counted(&system, "evicted_total{why=\"policy\"}");
        assert_eq!(evicted, number as u64 + 1, "{what}");
        let said = witness
            .ask("room:flood", "chat", json!({ "text": what }))
            .await;
        assert_eq!(said["status"], "ok", "{what}: {said}");
        eventually("only the witness is left", SOON, async || {
            system.rooms.counts().1 == 1
        })
        .await;
    }
}

#[actix::test]
async fn as_many_as_a_lively_client_sends_are_answered() {
    let system = server(&[]);
    let mut client = Client::open(system.address).await;
    client.send(&vec![frame(0x89, b"hi"); 20].concat()).await;
    let beat = br#"[null,"7","phoenix","heartbeat",{}]"#;
    let pieces: Vec<Vec<u8>> = beat.chunks(1).map(|byte| frame(0x00, byte)).collect();
    let message = [frame(0x01, b""), pieces.concat(), frame(0x80, b"")].concat();
    client.send(&message).await;
    let reply = client.answer("7").await;
    assert_eq!(reply["status"], "ok", "{reply}");
}
