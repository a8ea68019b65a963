//! A room that crashes over a signal: whoever sent it is told to send it again, and it arrives.

#![cfg(feature = "failpoints")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod support;

use parlour::config::Config;
use parlour::system::System;
use serde_json::json;
use support::client::Client;

#[actix::test]
async fn a_signal_that_a_crash_ate_is_refused_with_a_retry_and_arrives_then() {
    let _scenario = fail::FailScenario::setup();
    let flags = ["--listen=127.0.0.1:0", "--admin-listen=off"];
    let system = System::start(&Config::from_args(&flags).unwrap(), None).unwrap();
    let mut ann = Client::join(system.address, "tea", json!({ "name": "Ann" })).await;
    let mut bob = Client::join(system.address, "tea", json!({ "name": "Bob" })).await;
    let signal = json!({ "to": bob.id(), "candidate": null });

    // Before and after it was decided to whom it goes.
    for point in ["room-ask", "room-tell"] {
        fail::cfg(point, "1*panic(injected)->off").unwrap();
        let reply = ann.request("signal", signal.clone()).await;
        assert_eq!(reply["response"]["reason"], "room_restarting", "{reply}");
        let wait = reply["response"]["retry_ms"].as_u64().unwrap();
        bob.settle().await;
        assert_eq!(bob.count("signal"), 0, "at {point}");

        tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
        let reply = ann.request("signal", signal.clone()).await;
        assert_eq!(reply["status"], "ok", "{reply}");
        assert_eq!(bob.event("signal").await["from"], ann.id());
        bob.settle().await;
        assert_eq!(bob.count("signal"), 0, "at {point}");
    }
}
