//! The file of keys, and what a token of a good issuer becomes. What is refused is tried over real sockets
//! (`tests/bad_input/token_rows.rs`).

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use serde_json::{Value, json};

use super::issue::{Order, issue, new_keys};
use super::*;

/// RFC 8037, appendix A.
const D: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const K: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

fn keys(keys: Value) -> Result<KeySet, String> {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes())
}

fn room(name: &str) -> RoomName {
    RoomName::parse(name).unwrap()
}

fn order(room: &str) -> Order {
    Order {
        room: room.into(),
        lifetime: Duration::from_secs(60),
        ..Order::default()
    }
}

#[test]
fn what_is_issued_opens_its_room() {
    let sets = [
        json!([{ "kty": "oct", "k": K }]),
        json!([{ "kty": "oct", "kid": "1", "alg": "HS256", "use": "sig", "k": K }]),
        json!([{ "kty": "OKP", "kid": "1", "crv": "Ed25519", "x": X, "d": D }]),
        // The first can only verify.
        json!([
            { "kty": "OKP", "kid": "1", "crv": "Ed25519", "x": X },
            { "kty": "oct", "kid": "2", "k": K },
        ]),
    ];
    for set in sets {
        let wanted = Order {
            name: Some("Ann".into()),
            sub: Some("ann".into()),
            role: Some("moderator".into()),
            ..order("te*")
        };
        let token = issue(&keys(set.clone()).unwrap(), "parlour", &wanted).unwrap();
        let tokens = Tokens::new(keys(set).unwrap(), "parlour", Twice::Refuse);
        let pass = tokens.verify(&token, &room("tea")).unwrap();
        assert_eq!(pass.subject.as_deref(), Some("ann"));
        assert_eq!(pass.name.as_deref(), Some("Ann"));
        assert_eq!(pass.grants, Grants::of_moderator());
        assert!(!pass.open);
        assert_eq!(pass.twice, Twice::Refuse);
        assert_eq!(tokens.verify(&token, &room("coffee")), Err(Refused::Room));
    }
    let public = keys(json!([{ "kty": "OKP", "crv": "Ed25519", "x": X }])).unwrap();
    assert!(issue(&public, "parlour", &order("tea")).is_err());
}

#[test]
fn grants_are_those_of_the_role_or_exactly_those_listed() {
    let listed = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
    let chat: Grants = [Grant::Chat].into_iter().collect();
    let participant = Role::Participant;
    assert_eq!(grants(participant, None), Grants::of_participant());
    assert_eq!(grants(Role::Moderator, None), Grants::of_moderator());
    assert_eq!(grants(participant, Some(&listed(&["chat", "fly"]))), chat);
    assert_eq!(grants(participant, Some(&[])), Grants::default());
    let both = chat.with([Grant::Moderate].into_iter().collect());
    assert_eq!(grants(Role::Moderator, Some(&listed(&["chat"]))), both);
}

#[test]
fn keys_that_cannot_be_used_are_named_and_not_shown() {
    let oct = |kid: &str, k: &str| json!({ "kty": "oct", "kid": kid, "k": k });
    let okp = |x: &str, d: Value| json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "d": d });
    for (set, expected) in [
        (json!([]), "a key in it"),
        (json!([7]), "line 1"),
        (json!({}), "line 1"),
        (json!([{ "kty": 7 }]), "line 1"),
        (json!([{ "kty": "RSA", "n": K, "e": "AQAB" }]), "`kty`"),
        (json!([{ "kty": "oct" }]), "`k`"),
        (json!([oct("1", &format!("{K}="))]), "`k`"),
        (json!([oct("1", &K[..40])]), "32 bytes"),
        (json!([oct("1", "")]), "32 bytes"),
        (json!([{ "kty": "oct", "k": K, "alg": "HS512" }]), "`alg`"),
        (json!([{ "kty": "oct", "k": K, "use": "enc" }]), "`use`"),
        (
            json!([oct("1", K), oct("1", K)]),
            "key 2 has a `kid` of its own",
        ),
        (
            json!([oct("1", K), { "kty": "oct", "k": K }]),
            "key 2 has a `kid`",
        ),
        (json!([{ "kty": "OKP", "crv": "X25519", "x": X }]), "`crv`"),
        (json!([{ "kty": "OKP", "x": X }]), "`crv`"),
        (json!([okp(&X[1..], Value::Null)]), "`x`"),
        (json!([okp(X, json!(K))]), "`d`"),
        (json!([okp(X, json!(""))]), "`d`"),
        (json!([okp(X, json!(&D[..40]))]), "`d`"),
    ] {
        let wrong = keys(set.clone()).err().unwrap();
        assert!(wrong.contains(expected), "{set}: {wrong}");
        for secret in [K, D, X] {
            assert!(!wrong.contains(&secret[..20]), "{wrong}");
        }
    }
    for text in [
        "",
        "{",
        "null",
        "[]",
        r#"{"keys":[],"keys":[]}"#,
        "\u{feff}{}",
    ] {
        assert!(KeySet::parse(text.as_bytes()).is_err(), "{text}");
    }
    assert!(KeySet::parse(&[0xff]).is_err());
}

#[test]
fn new_keys_are_their_owners_alone_and_take_no_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    new_keys(&path).unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let set = KeySet::read(&path).unwrap();
    assert!(!set.is_exposed());
    let token = issue(&set, "parlour", &order("tea")).unwrap();
    assert!(new_keys(&path).is_err(), "a file is overwritten");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    let set = KeySet::read(&path).unwrap();
    assert!(set.is_exposed());
    let tokens = Tokens::new(set, "parlour", Twice::Replace);
    assert!(tokens.verify(&token, &room("tea")).is_ok());
    let wrong = KeySet::read(&folder.path().join("none")).err().unwrap();
    assert_eq!(wrong.to_string().lines().count(), 1);
    assert!(KeySet::read(folder.path()).is_err());
}
