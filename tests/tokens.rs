//! Who comes in where keys are set: what a good token gives, in which places it may come, and how keys
//! are changed. What a bad one is told: `tests/bad_input/token_rows.rs`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "a test may fail"
)]

mod support;

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use parlour::config::Config;
use parlour::system::System;
use serde_json::{Value, json};

use support::client::Client;
use support::eventually;
use support::tokens::{Issuer, b64, claims, now};

fn config(flags: &[&str]) -> Config {
    let own = ["--listen=127.0.0.1:0", "--admin-listen=off", "--node=test"];
    Config::from_args(&[&own[..], flags].concat()).unwrap()
}

fn start(flags: &[&str]) -> System {
    System::start(&config(flags), None).unwrap()
}

/// The answer to a join: `{status, response}`.
async fn join(address: SocketAddr, room: &str, payload: Value) -> Value {
    let mut client = Client::connect(address).await;
    client.join_room(room, payload).await
}

fn refused(answer: &Value) -> bool {
    answer["status"] == "error" && answer["response"]["reason"] == "unauthorised"
}

#[actix::test]
async fn a_token_says_who_one_is_and_what_one_may_do() {
    let issuer = Issuer::new(1);
    let system = start(&[&issuer.flag()]);
    let header = r#"{"alg":"EdDSA","kid":"e"}"#;
    let claims = claims(&json!({ "room": "tea", "name": "Ann", "sub": "ann", "grants": ["chat"] }));
    let token = issuer.eddsa(header, &claims.to_string());
    // With a name, and without one.
    for payload in [
        json!({ "name": "Bob", "token": token }),
        json!({ "token": token }),
    ] {
        let mut ann = Client::join(system.address, "tea", payload).await;
        assert_eq!(ann.joined["grants"], json!(["chat"]));
        let id = ann.id();
        let state = ann.event("presence_state").await;
        assert_eq!(state[&id]["metas"][0]["name"], "Ann");
    }
    assert!(refused(
        &join(system.address, "coffee", json!({ "token": token })).await
    ));
    let nameless = issuer.token(&json!({ "role": "moderator" }));
    let mut bob = Client::join(
        system.address,
        "tea",
        json!({ "name": "Bob", "token": nameless }),
    )
    .await;
    let grants = bob.joined["grants"].as_array().unwrap();
    assert!(grants.contains(&json!("moderate")) && grants.contains(&json!("record")));
    let (id, state) = (bob.id(), bob.event("presence_state").await);
    assert_eq!(state[&id]["metas"][0]["name"], "Bob");
    let answer = join(system.address, "tea", json!({ "token": nameless })).await;
    assert_eq!(
        answer["response"]["reason"], "bad_payload",
        "nobody says a name"
    );
}

#[actix::test]
async fn without_a_token_nobody_comes_in_and_without_keys_everybody() {
    let issuer = Issuer::new(1);
    let (closed, open) = (start(&[&issuer.flag()]), start(&[]));
    assert!(refused(
        &join(closed.address, "tea", json!({ "name": "Ann" })).await
    ));
    let text = closed.metrics.text();
    let counted = text
        .lines()
        .find(|line| line.contains("reason=\"unauthorised\""));
    assert!(
        counted.is_some_and(|line| line.ends_with(" 1")),
        "{counted:?}"
    );
    for token in [
        Value::Null,
        json!("nonsense"),
        json!(issuer.token(&json!({}))),
    ] {
        let answer = join(
            open.address,
            "tea",
            json!({ "name": "Ann", "token": token }),
        )
        .await;
        assert_eq!(answer["status"], "ok", "{answer}");
    }
}

#[actix::test]
async fn the_token_of_the_handshake_is_for_all_joins_and_no_other_may_stand_beside_it() {
    let issuer = Issuer::new(1);
    let system = start(&[&issuer.flag()]);
    let (token, other) = (
        issuer.token(&json!({})),
        issuer.token(&json!({ "sub": "b" })),
    );
    let mut client = Client::connect_as(system.address, &b64(&token)).await;
    for (payload, due) in [
        (json!({ "name": "Ann" }), "ok"),
        (json!({ "name": "Ann", "token": token }), "ok"),
        (json!({ "name": "Ann", "token": other }), "error"),
        (json!({ "name": "Ann", "token": "" }), "error"),
    ] {
        let answer = client.join_room("tea", payload).await;
        assert_eq!(answer["status"], due, "{answer}");
    }
}

#[actix::test]
async fn who_comes_back_needs_a_token_and_who_is_in_stays_in() {
    let issuer = Issuer::new(1);
    let system = start(&[&issuer.flag()]);
    let fresh = issuer.token(&json!({ "sub": "ann" }));
    // Three seconds are left of the half minute that clocks may be apart.
    let token = issuer.token(&json!({ "sub": "ann", "exp": now() - 27 }));
    let mut ann = Client::join(
        system.address,
        "tea",
        json!({ "name": "Ann", "token": token }),
    )
    .await;
    let (id, resume) = (ann.id(), ann.resume());
    eventually("the token expires", Duration::from_secs(20), async || {
        let payload = json!({ "name": "Ann", "token": token, "resume": resume });
        tokio::time::sleep(Duration::from_millis(300)).await;
        refused(&join(system.address, "tea", payload).await)
    })
    .await;
    // Whoever took over while it was good is in, however it ended since.
    let payload = json!({ "name": "Ann", "token": fresh, "resume": resume });
    let mut back = Client::join(system.address, "tea", payload).await;
    assert_eq!(back.id(), id);
    for payload in [
        json!({ "name": "Ann", "resume": resume }),
        json!({ "name": "Ann", "resume": resume, "token": token }),
    ] {
        assert!(refused(&join(system.address, "tea", payload).await));
    }
    // Neither knock took anything over.
    assert_eq!(
        back.request("chat", json!({ "text": "here" })).await["status"],
        "ok"
    );
    ann.ended().await;
}

#[actix::test]
async fn keys_are_changed_while_tokens_of_the_old_one_are_about() {
    let (old, new) = (Issuer::new(1), Issuer::new(2));
    let of = |issuer: &Issuer, kid: &str| {
        let header = json!({ "alg": "HS256", "kid": kid }).to_string();
        let token = issuer.hs256(&header, &claims(&json!({})).to_string());
        json!({ "name": "Ann", "token": token })
    };
    old.publish(&[old.oct("2030"), new.oct("2031")]);
    let during = start(&[&old.flag()]);
    assert_eq!(
        join(during.address, "tea", of(&old, "2030")).await["status"],
        "ok"
    );
    assert_eq!(
        join(during.address, "tea", of(&new, "2031")).await["status"],
        "ok"
    );
    assert!(refused(
        &join(during.address, "tea", of(&old, "2031")).await
    ));
    old.publish(&[new.oct("2031")]);
    let after = start(&[&old.flag()]);
    assert!(refused(&join(after.address, "tea", of(&old, "2030")).await));
    assert_eq!(
        join(after.address, "tea", of(&new, "2031")).await["status"],
        "ok"
    );
    // A key that is alone may do without a name; its tokens then name none.
    let mut nameless = new.oct("");
    nameless.as_object_mut().unwrap().remove("kid");
    old.publish(&[nameless]);
    let alone = start(&[&old.flag(), "--token-audience=tea.example.org"]);
    let claims = claims(&json!({ "aud": "tea.example.org" })).to_string();
    let token = new.hs256(r#"{"alg":"HS256"}"#, &claims);
    let payload = json!({ "name": "Ann", "token": token });
    assert_eq!(join(alone.address, "tea", payload).await["status"], "ok");
    assert!(refused(&join(alone.address, "tea", of(&new, "2031")).await));
}

fn parlour(arguments: &[&str], keys: Option<&Path>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlour"));
    command.args(arguments).env_remove("PARLOUR_TOKEN_KEYS");
    if let Some(keys) = keys {
        command.env("PARLOUR_TOKEN_KEYS", keys);
    }
    command.output().unwrap()
}

#[actix::test]
async fn an_operator_with_nothing_has_a_token_in_two_commands() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys.json");
    let made = parlour(&["token", "--new-keys", keys.to_str().unwrap()], None);
    assert!(made.status.success(), "{made:?}");
    let asked = [
        "token",
        "--room",
        "te*",
        "--name",
        "Ann",
        "--sub",
        "ann",
        "--grants",
        "chat,data",
    ];
    let made = parlour(&asked, Some(&keys));
    assert!(made.status.success(), "{made:?}");
    let token = String::from_utf8(made.stdout).unwrap();
    assert_eq!(token.lines().count(), 1);
    let system = start(&[&format!("--token-keys={}", keys.display())]);
    let payload = json!({ "token": token.trim_end_matches('\n') });
    let ann = Client::join(system.address, "tea", payload).await;
    assert_eq!(ann.joined["grants"], json!(["chat", "data"]));
}

#[test]
fn a_wrong_file_of_keys_stops_the_start_with_one_line_that_does_not_show_it() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys.json");
    let secret = b64(b"a secret of too few bytes");
    let text = json!({ "keys": [{ "kty": "oct", "kid": "1", "k": secret }] });
    std::fs::write(&keys, text.to_string()).unwrap();
    for arguments in [
        &["--listen=127.0.0.1:0", "--admin-listen=off"][..],
        &["serve", "--listen=127.0.0.1:0", "--admin-listen=off"],
        &["token", "--room", "tea"],
    ] {
        for file in [&keys, &folder.path().join("none")] {
            let ended = parlour(arguments, Some(file));
            let said = String::from_utf8(ended.stderr).unwrap();
            assert_eq!(ended.status.code(), Some(2), "{said}");
            assert!(ended.stdout.is_empty());
            assert_eq!(said.lines().count(), 1, "{said}");
            let named =
                said.contains("PARLOUR_TOKEN_KEYS") && said.contains(file.to_str().unwrap());
            assert!(named && !said.contains(&secret), "{said}");
        }
    }
}
