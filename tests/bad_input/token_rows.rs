//! Tokens that open no door, each in both places: with the handshake, and in the join.

use serde_json::{Value, json};

use super::client::Client;
use super::log_lines;
use super::rig::Rig;
use super::row::{Due, Place, Row, row};
use super::support::tokens::{Issuer, b64, claims, now};

const HEADER: &str = r#"{"alg":"HS256","kid":"h"}"#;
const CANARY: &str = log_lines::CANARY;

/// Good but for its header.
fn with_header(issuer: &Issuer, header: &Value) -> String {
    issuer.hs256(&header.to_string(), &claims(&json!({})).to_string())
}

/// Good but for these claims.
fn with(issuer: &Issuer, more: Value) -> String {
    issuer.token(&more)
}

/// Good but for one claim, whose value is this text.
fn with_text(issuer: &Issuer, claim: &str, text: &str) -> String {
    let mut good = claims(&json!({}));
    good.as_object_mut().unwrap().remove(claim);
    let good = good.to_string();
    let claims = format!("{{\"{claim}\":{text},{}", &good[1..]);
    issuer.hs256(HEADER, &claims)
}

fn algorithms(issuer: &Issuer) -> Vec<String> {
    let good = claims(&json!({})).to_string();
    let mut tokens: Vec<String> = [
        "none", "None", "nOnE", "NONE", "HS384", "hs256", "RS256", "EdDSA", "",
    ]
    .into_iter()
    .map(|alg| with_header(issuer, &json!({ "alg": alg, "kid": "h" })))
    .collect();
    // The public key as the secret of an HMAC, in each form one might find it.
    for key in [issuer.public(), b64(issuer.public()).into_bytes()] {
        for alg in ["HS256", "EdDSA", "RS256"] {
            let header = json!({ "alg": alg, "kid": "e" }).to_string();
            tokens.push(Issuer::hmac(&key, &header, &good));
        }
    }
    // Another key than it names.
    tokens.push(issuer.hs256(r#"{"alg":"HS256","kid":"e"}"#, &good));
    tokens.push(issuer.eddsa(r#"{"alg":"EdDSA","kid":"h"}"#, &good));
    tokens.push(issuer.eddsa(HEADER, &good));
    tokens.push(Issuer::hmac(&[], HEADER, &good));
    tokens.push(Issuer::new(2).hs256(HEADER, &good));
    tokens
}

fn headers(issuer: &Issuer) -> Vec<String> {
    let mut headers = vec![json!({}), json!([]), json!("x"), json!({ "alg": "HS256" })];
    for kid in [
        json!("../../dev/null"),
        json!("' OR 1"),
        json!(CANARY.repeat(800)),
        json!("k".repeat(5_000)),
        json!("unknown"),
        json!("H"),
        json!(""),
        json!(null),
        json!(7),
        json!(["h"]),
    ] {
        headers.push(json!({ "alg": "HS256", "kid": kid }));
    }
    for (name, value) in [
        ("jwk", issuer.oct("h")),
        ("jwk", json!(null)),
        ("jku", json!("http://evil/keys.json")),
        ("x5u", json!("http://evil/x")),
        ("x5c", json!(["AAAA"])),
        ("x5c", json!([])),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("crit", json!(null)),
    ] {
        headers.push(json!({ "alg": "HS256", "kid": "h", name: value }));
    }
    let mut tokens: Vec<String> = headers
        .iter()
        .map(|header| with_header(issuer, header))
        .collect();
    let good = claims(&json!({})).to_string();
    for text in [
        "",
        "{",
        "\u{feff}{}",
        r#"{"alg":"none","alg":"HS256","kid":"h"}"#,
        r#"{"alg":"HS256","kid":"x","kid":"h"}"#,
        r#"{"alg":"HS256","kid":"h"}{}"#,
    ] {
        tokens.push(issuer.hs256(text, &good));
    }
    tokens
}

fn bad_claims(issuer: &Issuer) -> Vec<String> {
    let mut tokens: Vec<String> = [
        json!({ "exp": null }),
        json!({ "exp": 0 }),
        json!({ "exp": now() - 31 }),
        json!({ "exp": now() - 3_600 }),
        json!({ "exp": -1 }),
        json!({ "exp": (now() + 600).to_string() }),
        json!({ "exp": [now() + 600] }),
        json!({ "exp": true }),
        json!({ "nbf": now() + 3_600 }),
        json!({ "nbf": u64::MAX }),
        json!({ "nbf": "0" }),
        json!({ "nbf": 0.5 }),
        json!({ "aud": null }),
        json!({ "aud": "" }),
        json!({ "aud": "Parlour" }),
        json!({ "aud": "parlour " }),
        json!({ "aud": [] }),
        json!({ "aud": ["other"] }),
        json!({ "aud": 7 }),
        json!({ "aud": { "parlour": 1 } }),
        json!({ "iss": 7 }),
        json!({ "room": null }),
        json!({ "room": "" }),
        json!({ "room": "other" }),
        json!({ "room": "tokens" }),
        json!({ "room": "x*" }),
        json!({ "room": "tokens-?" }),
        json!({ "room": ".*" }),
        json!({ "room": "*".repeat(129) }),
        json!({ "room": 7 }),
        json!({ "room": ["*"] }),
        json!({ "sub": "" }),
        json!({ "sub": 7 }),
        json!({ "sub": format!("{CANARY}\u{0}") }),
        json!({ "sub": format!("{CANARY}\u{202e}") }),
        json!({ "sub": "s".repeat(257) }),
        json!({ "name": "" }),
        json!({ "name": 7 }),
        json!({ "name": format!("{CANARY}\n") }),
        json!({ "name": "n".repeat(65) }),
        json!({ "role": "king" }),
        json!({ "role": "Moderator" }),
        json!({ "role": 1 }),
        json!({ "grants": "chat" }),
        json!({ "grants": [7] }),
        json!({ "grants": { "chat": true } }),
    ]
    .into_iter()
    .map(|more| with(issuer, more))
    .collect();
    for text in [
        "1e400",
        "1e3",
        "9999999999.5",
        "99999999999999999999",
        "NaN",
        "0x7fffffff",
    ] {
        tokens.push(with_text(issuer, "exp", text));
    }
    let far = now() + 600;
    tokens.push(with_text(issuer, "exp", &format!("1,\"exp\":{far}")));
    tokens.push(with_text(issuer, "exp", &format!("{far},\"exp\":1")));
    tokens.push(with_text(issuer, "room", "\"x\",\"room\":\"*\""));
    for text in ["[]", "", "7", "null", "\"x\"", "{", "{}x", CANARY] {
        tokens.push(issuer.hs256(HEADER, text));
    }
    tokens.push(issuer.hs256(HEADER, &format!("{}7", "[".repeat(2_000))));
    tokens
}

fn forms(issuer: &Issuer) -> Vec<String> {
    let good = issuer.token(&json!({}));
    let parts: Vec<&str> = good.split('.').collect();
    let [head, payload, signature] = parts[..] else {
        panic!("{good}")
    };
    let flipped = |part: &str, at: usize| {
        let mut bytes = part.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    };
    // 8,193 bytes and otherwise good.
    let long = (0..).map(|size| with(issuer, json!({ "pad": "p".repeat(5_800 + size) })));
    let long = long.into_iter().find(|token| token.len() > 8_192).unwrap();
    // The last character of 32 bytes has two bits that mean nothing.
    let last = signature.len() - 1;
    let mut loose = signature.as_bytes().to_vec();
    loose[last] += 1;
    let loose = String::from_utf8(loose).unwrap();
    vec![
        String::new(),
        ".".into(),
        "..".into(),
        CANARY.into(),
        format!("{head}.{payload}"),
        format!("{head}.{payload}."),
        format!("{head}..{signature}"),
        format!(".{payload}.{signature}"),
        format!("{good}."),
        format!("{good}.{signature}"),
        format!("{good}="),
        format!("{head}=.{payload}.{signature}"),
        format!(" {good}"),
        format!("{good}\n"),
        format!("Bearer {good}"),
        good.replace('.', ","),
        good.to_ascii_uppercase(),
        format!("{}.{payload}.{signature}", flipped(head, 3)),
        format!("{head}.{}.{signature}", flipped(payload, 9)),
        format!("{head}.{payload}.{}", flipped(signature, 5)),
        format!("{head}.{payload}.{loose}"),
        format!("{head}.{payload}.{}", &signature[1..]),
        format!("{head}.{payload}.{signature}AAAA"),
        format!("{head}.{payload}.AAAA"),
        long,
        "a.b.c".repeat(2_000),
        "é.é.é".into(),
    ]
}

/// A join, with this for its token.
fn join(token: &Value) -> String {
    let payload = json!({ "name": "Mallory", "token": token });
    json!(["1", "7", "$T", "phx_join", payload]).to_string()
}

fn rows(token: &str, due: Due) -> [Row; 2] {
    [
        row("tokens", join(&json!(token)), Place::Stranger, due),
        row("tokens", token, Place::Bearer, due),
    ]
}

#[actix::test]
async fn tokens() {
    let issuer = Issuer::new(1);
    let rig = Rig::with_tokens(&[&issuer.flag()], issuer.token(&json!({})));
    let address = rig.address;
    let bad = [
        algorithms(&issuer),
        headers(&issuer),
        bad_claims(&issuer),
        forms(&issuer),
    ]
    .concat();
    let good = [
        issuer.token(&json!({})),
        issuer.token(&json!({ "aud": ["x", "parlour"], "iss": "x", "grants": ["chat", "fly"] })),
        issuer.token(&json!({ "nbf": now(), "room": "tok*" })),
        issuer.token(&json!({ "sub": "ann@example.org", "name": "Ann", "role": "moderator" })),
        issuer.eddsa(
            r#"{"alg":"EdDSA","kid":"e","typ":"JWT","x":{}}"#,
            &claims(&json!({ "room": "tokens-*" })).to_string(),
        ),
    ];
    let unauthorised = Due::Error("unauthorised");
    let mut table: Vec<Row> = bad
        .iter()
        .flat_map(|token| rows(token, unauthorised))
        .collect();
    table.extend(good.iter().flat_map(|token| rows(token, Due::Ok)));
    table.push(row(
        "tokens",
        join(&Value::Null),
        Place::Stranger,
        unauthorised,
    ));
    for token in [json!(7), json!({}), json!([good[0]]), json!(true)] {
        let due = Due::Error("bad_payload");
        table.push(row("tokens", join(&token), Place::Stranger, due));
    }
    rig.try_all(table).await;
    // What a line could hold of them: any part of a token, not only what it says.
    let parts = bad.iter().chain(&good).flat_map(|token| token.split('.'));
    let parts: Vec<&str> = parts.filter(|part| part.len() > 20).collect();
    let shown = log_lines::holding(&parts);
    assert!(shown.is_empty(), "in the log: {shown:#?}");
    drop(Client::open(address).await);
}

#[actix::test]
async fn whoever_is_refused_is_told_the_same() {
    let issuer = Issuer::new(1);
    let rig = Rig::with_tokens(&[&issuer.flag()], issuer.token(&json!({})));
    let tokens = [
        algorithms(&issuer).swap_remove(0),
        headers(&issuer).swap_remove(4),
        bad_claims(&issuer).swap_remove(2),
        forms(&issuer).swap_remove(4),
    ];
    let mut told = Vec::new();
    for token in tokens.iter().map(|token| json!(token)).chain([Value::Null]) {
        let mut client = Client::open(rig.address).await;
        let payload = json!({ "name": "Mallory", "token": token });
        let answer = client.ask("room:tea", "phx_join", payload).await;
        told.push(answer.to_string());
    }
    assert!(told.iter().all(|answer| *answer == told[0]), "{told:#?}");
    rig.nothing_is_left().await;
}
