//! A thread that serves HTTP ends: its members leave, the server says so until there is another, and
//! whoever comes then is served.

#![cfg(feature = "failpoints")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod support;

use std::time::Duration;

use actix::Arbiter;
use parlour::config::Config;
use parlour::names::RoomName;
use parlour::system::System;
use serde_json::json;
use support::client::{Client, Ended};
use support::eventually;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const SOON: Duration = Duration::from_secs(20);

/// A connection that stays, and so does its thread.
struct Monitor(TcpStream);

impl Monitor {
    async fn open(system: &System) -> Self {
        let mut monitor = Self(TcpStream::connect(system.address).await.unwrap());
        assert!(
            monitor
                .ready()
                .await
                .is_some_and(|text| text.contains("\"ready\""))
        );
        monitor
    }

    /// What `/readyz` says; nothing if its thread ended.
    async fn ready(&mut self) -> Option<String> {
        let request = b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n";
        self.0.write_all(request).await.ok()?;
        let mut text = String::new();
        while !text.ends_with('}') {
            let mut chunk = [0; 4_096];
            let read = self
                .0
                .read(&mut chunk)
                .await
                .ok()
                .filter(|read| *read > 0)?;
            text.push_str(std::str::from_utf8(&chunk[..read]).unwrap());
        }
        Some(text)
    }
}

/// On a machine of two cores or more: of several connections one thread has but some.
#[actix::test]
async fn its_members_leave_readyz_says_so_and_another_takes_its_place() {
    let scenario = fail::FailScenario::setup();
    let flags = ["--listen=127.0.0.1:0", "--admin-listen=off"];
    let system = System::start(&Config::from_args(&flags).unwrap(), None).unwrap();
    let mut all = Vec::new();
    for name in ["Ann", "Bob", "Cid", "Dan"] {
        all.push(Client::join(system.address, "tea", json!({ "name": name })).await);
    }
    let mut monitors = Vec::new();
    for _ in 0..4 {
        monitors.push(Monitor::open(&system).await);
    }
    // The next who says anything ends the thread that hears it.
    fail::cfg_callback("socket-bytes", || {
        fail::remove("socket-bytes");
        Arbiter::current().stop();
    })
    .unwrap();
    all[0].send("chat", json!({ "text": "hi" })).await;
    assert_eq!(all[0].ended().await, Ended::Cut);
    eventually("those of the thread left", SOON, async || {
        (1..4).contains(&system.rooms.counts().1)
    })
    .await;
    let mut said = Vec::new();
    for monitor in &mut monitors {
        said.extend(monitor.ready().await);
    }
    assert!((1..4).contains(&said.len()), "{said:?}");
    let all_say_so = said
        .iter()
        .all(|text| text.contains(" 503 ") && text.contains("worker_died"));
    assert!(all_say_so, "{said:?}");
    // actix makes another as soon as it has a connection for the old one.
    eventually("there is another", SOON, async || {
        let mut new = Monitor(TcpStream::connect(system.address).await.unwrap());
        new.ready().await.is_some_and(|text| text.contains(" 200 "))
    })
    .await;
    let stayed = system.rooms.counts().1;
    for number in 0..4 {
        let room = format!("again-{number}");
        let mut eve = Client::join(system.address, &room, json!({ "name": "Eve" })).await;
        eve.settle().await;
    }
    let tea = system.rooms.get(&RoomName::parse("tea").unwrap()).unwrap();
    assert_eq!(tea.lock().members().count(), stayed);
    scenario.teardown();
}
