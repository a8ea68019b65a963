//! How much a participant may send: what the page is told, and what Janus holds them to.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod support;

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use support::client::Client;
use support::janus::TestJanus;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// The real binary over this Janus; where it listens. Killed when dropped. Nobody reads what it prints
/// after its first line, and that must not matter to it.
async fn parlour(janus: &TestJanus, settings: &[(&str, &str)]) -> (Child, std::net::SocketAddr) {
    let access = janus.access();
    let mut child = Command::new(env!("CARGO_BIN_EXE_parlour"))
        .env("PARLOUR_LISTEN", "127.0.0.1:0")
        .env("PARLOUR_ADMIN_LISTEN", "off")
        .env("JANUS_URL", &access.http_url)
        .env("JANUS_API_SECRET", access.api_secret.expose())
        .env("JANUS_ADMIN_KEY", access.admin_key.expose())
        .envs(settings.iter().copied())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let read = timeout(Duration::from_secs(20), stdout.read_line(&mut line)).await;
    read.expect("it starts").unwrap();
    let (_, url) = line.trim_end().split_once("http://").expect(&line);
    let address = url.strip_suffix("/r/tea").unwrap().parse().unwrap();
    (child, address)
}

/// What Janus holds each publisher to. Parlour's own sessions come and go meanwhile.
async fn held_to(janus: &TestJanus) -> Vec<Value> {
    let mut found = Vec::new();
    for session in janus.sessions().await {
        let path = format!("/{session}");
        let handles = janus.admin(&path, json!({ "janus": "list_handles" })).await;
        for handle in handles["handles"].as_array().into_iter().flatten() {
            let info = janus.handle_info(session, handle.as_u64().unwrap()).await;
            if info["opaque_id"] == "publisher" {
                found.push(info["plugin_specific"]["bitrate"].clone());
            }
        }
    }
    found
}

#[actix::test]
async fn the_page_is_told_both_and_janus_holds_a_participant_to_their_sum() {
    let few = [
        ("PARLOUR_CAMERA_BITRATE", "300000"),
        ("PARLOUR_SCREEN_BITRATE", "450000"),
    ];
    for (settings, camera, screen) in [
        (&[][..], 1_500_000, 2_500_000),
        (&few[..], 300_000, 450_000),
    ] {
        let janus = TestJanus::start().await;
        let (_child, address) = parlour(&janus, settings).await;
        let mut ann = Client::join(address, "tea", json!({ "name": "Ann" })).await;
        assert_eq!(ann.joined["limits"]["camera_bitrate"], camera);
        assert_eq!(ann.joined["limits"]["screen_bitrate"], screen);
        ann.start_listening().await;
        assert_eq!(held_to(&janus).await, [json!(camera + screen)]);
    }
}
