//! As many rooms as there may be.

use serde_json::json;

use super::client::Client;
use super::{counted, server};

#[actix::test]
async fn one_room_too_many_is_refused_and_those_there_are_can_be_joined() {
    let system = server(&["--max-rooms=2"]);
    let _first = Client::joined(system.address, "room:one", "Ann").await;
    let mut second = Client::joined(system.address, "room:two", "Bob").await;
    let reply = second
        .ask("room:three", "phx_join", json!({ "name": "Bob" }))
        .await;
    assert_eq!(reply["response"]["reason"], "server_full", "{reply}");
    assert!(reply["response"]["retry_ms"].is_u64(), "{reply}");
    let said = second
        .ask("room:three", "chat", json!({ "text": "hi" }))
        .await;
    assert_eq!(said["response"]["reason"], "not_joined");
    let said = second
        .ask("room:two", "chat", json!({ "text": "hi" }))
        .await;
    assert_eq!(said["status"], "ok");
    let _third = Client::joined(system.address, "room:one", "Eve").await;
    assert_eq!(counted(&system, "refused_total{reason=\"server_full\"}"), 1);
    assert_eq!(system.rooms.len(), 2);
}
