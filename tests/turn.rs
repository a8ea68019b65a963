//! Relays: who is given credentials, what a real coturn makes of them, and where it relays to when it is
//! set up as docs/turnserver.conf says.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod support;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use awc::http::StatusCode;
use awc::http::header::{self, HeaderName};
use parlour::addresses;
use parlour::config::Config;
use parlour::secret::Secret;
use parlour::system::System;
use parlour::turn::IceServers;
use serde_json::{Value, json};
use support::client::Client;
use support::coturn::{Coturn, SECRET};
use support::tokens::Issuer;
use support::turn_client::{Refused, TurnClient};
use tokio::net::UdpSocket;
use tokio::time::timeout;

const TURN_URL: &str = "turn:t.example:3478?transport=udp";

/// A server without a gateway that knows a relay.
fn server(turn_url: &str, more: &[&str]) -> System {
    let (urls, secret) = (
        format!("--turn-urls={turn_url}"),
        format!("--turn-secret={SECRET}"),
    );
    let flags = ["--listen=127.0.0.1:0", "--admin-listen=off", &urls, &secret];
    System::start(&Config::from_args(&[&flags, more].concat()).unwrap(), None).unwrap()
}

/// User name and credential of the one relay that is told of.
fn credentials(ice_servers: &Value) -> (String, String) {
    let text = |key: &str| ice_servers[0][key].as_str().unwrap().to_owned();
    (text("username"), text("credential"))
}

/// Seconds from now to the time in a user name, and whose it is.
fn lasting(username: &str) -> (u64, &str) {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let (expiry, user) = username.split_once(':').unwrap();
    (expiry.parse::<u64>().unwrap() - now, user)
}

async fn ask(system: &System, origin: Option<&str>) -> (StatusCode, Option<String>, Value) {
    ask_with(system, origin.map(|origin| (header::ORIGIN, origin))).await
}

async fn ask_with(
    system: &System,
    header: Option<(HeaderName, &str)>,
) -> (StatusCode, Option<String>, Value) {
    let request = awc::Client::default().get(format!("http://{}/ice_servers", system.address));
    let request = match header {
        Some(header) => request.insert_header(header),
        None => request,
    };
    let mut response = request.send().await.unwrap();
    let cached = response.headers().get(header::CACHE_CONTROL);
    let cached = cached.map(|value| value.to_str().unwrap().to_owned());
    (response.status(), cached, response.json().await.unwrap())
}

/// An address of this machine that is not loopback: where Janus would be.
fn own_address() -> IpAddr {
    let found = addresses::reachable(IpAddr::is_ipv4).unwrap();
    found.expect("an address but loopback")
}

#[actix::test]
async fn each_participant_is_given_credentials_of_their_own_for_an_hour() {
    let turn_and_stun = ["--stun-urls=stun:s.example:3478"];
    let system = server(TURN_URL, &turn_and_stun);
    let ann = Client::join(system.address, "tea", json!({ "name": "Ann" })).await;
    let bob = Client::join(system.address, "tea", json!({ "name": "Bob" })).await;
    for client in [&ann, &bob] {
        let servers = &client.joined["ice_servers"];
        assert_eq!(servers[0], json!({ "urls": ["stun:s.example:3478"] }));
        assert_eq!(servers[1]["urls"], json!([TURN_URL]));
        let (left, user) = lasting(servers[1]["username"].as_str().unwrap());
        assert!((3_590..=3_600).contains(&left), "{left}");
        assert_eq!(user, client.id());
    }
    let credential = |client: &Client| client.joined["ice_servers"][1]["credential"].clone();
    assert_ne!(credential(&ann), credential(&bob));
    // The wire holds the credential, never the secret.
    assert!(!ann.joined.to_string().contains(SECRET));
}

#[actix::test]
async fn before_joining_one_is_given_credentials_for_a_test() {
    let system = server(TURN_URL, &["--allowed-origins=https://other.example"]);
    let own = format!("http://{}", system.address);
    let mut users = Vec::new();
    for origin in [None, Some(own.as_str()), Some("https://other.example")] {
        let (status, cached, said) = ask(&system, origin).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(cached.as_deref(), Some("no-store"));
        assert_eq!(said.as_object().unwrap().len(), 1, "{said}");
        let (username, _) = credentials(&said["ice_servers"]);
        let (left, user) = lasting(&username);
        assert!((290..=300).contains(&left), "{left}");
        users.push(user.to_owned());
    }
    users.sort();
    users.dedup();
    assert_eq!(users.len(), 3, "each time another user");
    for foreign in ["https://evil.example", "null"] {
        let (status, cached, said) = ask(&system, Some(foreign)).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert_eq!(cached.as_deref(), Some("no-store"));
        assert_eq!(said["reason"], "forbidden_origin");
        assert!(said.get("ice_servers").is_none(), "{said}");
    }
}

#[actix::test]
async fn whoever_asks_without_end_is_told_to_wait() {
    let system = server(TURN_URL, &["--connections-per-second-per-address=20"]);
    // Behind a proxy on loopback, which is trusted; of loopback itself there is no limit.
    let somebody = || Some((header::X_FORWARDED_FOR, "192.0.2.7"));
    let mut given = 0;
    let (status, said) = loop {
        let (status, _, said) = ask_with(&system, somebody()).await;
        if status != StatusCode::OK {
            break (status, said);
        }
        given += 1;
        assert!(given < 2_000, "no end");
    };
    assert!(given >= 20, "{given}");
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(said["reason"], "too_fast");
    // Nobody else waits.
    let other = Some((header::X_FORWARDED_FOR, "192.0.2.8"));
    assert_eq!(ask_with(&system, other).await.0, StatusCode::OK);
    let refused = "refused_total{reason=\"too_fast\"} 1";
    assert!(system.metrics.text().contains(refused));
}

#[actix::test]
async fn where_rooms_need_a_token_so_do_relays() {
    let issuer = Issuer::new(7);
    let system = server(TURN_URL, &[&issuer.flag()]);
    let token = issuer.token(&json!({ "room": "tea" }));
    for (authorization, due) in [
        (None, StatusCode::UNAUTHORIZED),
        (Some("Bearer rubbish".to_owned()), StatusCode::UNAUTHORIZED),
        (Some(format!("Basic {token}")), StatusCode::UNAUTHORIZED),
        (Some(format!("Bearer {token}")), StatusCode::OK),
    ] {
        let shown = authorization.as_deref();
        let header = shown.map(|shown| (header::AUTHORIZATION, shown));
        let (status, _, said) = ask_with(&system, header).await;
        assert_eq!(status, due, "{shown:?}: {said}");
        assert_eq!(said.get("ice_servers").is_some(), due == StatusCode::OK);
    }
}

#[actix::test]
async fn a_server_without_relay_says_so() {
    let config = Config::from_args(&["--listen=127.0.0.1:0", "--admin-listen=off"]).unwrap();
    let system = System::start(&config, None).unwrap();
    assert_eq!(ask(&system, None).await.2, json!({ "ice_servers": [] }));
    let ann = Client::join(system.address, "tea", json!({ "name": "Ann" })).await;
    assert_eq!(ann.joined["ice_servers"], json!([]));
}

#[cfg(feature = "failpoints")]
#[actix::test]
async fn whoever_stays_is_told_of_new_ones_in_time() {
    let _scenario = fail::FailScenario::setup();
    let system = server(TURN_URL, &[]);
    let mut ann = Client::join(system.address, "tea", json!({ "name": "Ann" })).await;
    ann.settle().await;
    assert_eq!(ann.count("ice_servers"), 0, "they are good for an hour");
    fail::cfg("ice-servers-renewed", "return(2)").unwrap();
    let first = ann.event("ice_servers").await;
    let second = ann.event("ice_servers").await;
    fail::remove("ice-servers-renewed");
    let expiry = |told: &Value| {
        let (username, _) = credentials(&told["ice_servers"]);
        let (expiry, user) = username.split_once(':').unwrap();
        assert_eq!(user, ann.id());
        expiry.parse::<u64>().unwrap()
    };
    let joined = json!({ "ice_servers": ann.joined["ice_servers"] });
    assert!(expiry(&joined) < expiry(&first) && expiry(&first) < expiry(&second));
}

#[actix::test]
async fn coturn_takes_what_parlour_gives_and_nothing_else() {
    let coturn = Coturn::start(own_address(), &[]).await;
    let system = server(&coturn.url(), &[]);
    let allocate = async |user: &str, password: &str| {
        let allocated = TurnClient::allocate(coturn.address, user, password, false).await;
        allocated.map(|client| client.relayed.ip())
    };
    let ann = Client::join(system.address, "tea", json!({ "name": "Ann" })).await;
    let (user, password) = credentials(&ann.joined["ice_servers"]);
    assert_eq!(allocate(&user, &password).await, Ok(own_address()));
    let (_, _, test) = ask(&system, None).await;
    let (test_user, test_password) = credentials(&test["ice_servers"]);
    let allocated = allocate(&test_user, &test_password).await;
    assert_eq!(allocated, Ok(own_address()));

    // Forged: another's name, a later end, a secret that was guessed, none at all.
    let (expiry, id) = user.split_once(':').unwrap();
    let later = expiry.parse::<u64>().unwrap() + 1;
    let guessed = IceServers::new(&[], &[coturn.url()], Some(&Secret::new("guessed")));
    let (guessed_user, guessed_password) = credentials(&guessed.of(id, Duration::from_secs(60)));
    for (user, password) in [
        (format!("{expiry}:{id}x"), password.clone()),
        (format!("{later}:{id}"), password.clone()),
        (guessed_user, guessed_password),
        (user.clone(), String::new()),
        (String::new(), password.clone()),
    ] {
        assert_eq!(
            allocate(&user, &password).await,
            Err(Refused(401)),
            "{user}"
        );
    }
    // Expired: what was right is no longer.
    let servers = IceServers::new(&[], &[coturn.url()], Some(&Secret::new(SECRET)));
    let (user, password) = credentials(&servers.of(id, Duration::from_secs(2)));
    let (address, name) = (coturn.address, user.as_str());
    let mut held = TurnClient::allocate(address, name, &password, false)
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(allocate(&user, &password).await, Err(Refused(401)));
    // What was allocated before goes on.
    assert_eq!(held.refresh().await, Ok(()));
}

#[actix::test]
async fn coturn_relays_to_janus_and_to_no_other_private_address() {
    // This machine's address stands for Janus's, and its loopback for what else is in the house.
    let janus = UdpSocket::bind((own_address(), 0)).await.unwrap();
    let inside = UdpSocket::bind((Ipv4Addr::new(127, 0, 0, 2), 0))
        .await
        .unwrap();
    let coturn = Coturn::start(own_address(), &[own_address()]).await;
    let servers = IceServers::new(&[], &[coturn.url()], Some(&Secret::new(SECRET)));
    let (user, password) = credentials(&servers.of("p1", Duration::from_secs(60)));
    let allocated = TurnClient::allocate(coturn.address, &user, &password, false).await;
    let mut client = allocated.unwrap();

    let to_janus = janus.local_addr().unwrap();
    assert_eq!(client.permit(to_janus).await, Ok(()));
    client.send(to_janus, b"hello").await;
    let mut buffer = [0; 64];
    let heard = timeout(Duration::from_secs(5), janus.recv_from(&mut buffer)).await;
    let (length, from) = heard.expect("it is relayed").unwrap();
    assert_eq!((&buffer[..length], from), (&b"hello"[..], client.relayed));
    janus.send_to(b"answer", client.relayed).await.unwrap();
    assert_eq!(client.receive().await, (to_janus, b"answer".to_vec()));

    let own = own_address();
    for denied in [
        "0.0.0.0",
        "10.0.0.0",
        "10.1.2.3",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.254",
        "127.0.0.1",
        "127.0.0.2",
        "127.255.255.254",
        "169.254.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.17.0.1",
        "172.31.255.254",
        "192.0.0.1",
        "192.0.2.1",
        "192.0.2.254",
        "192.88.99.1",
        "192.168.0.1",
        "192.168.255.254",
        "198.18.0.1",
        "198.19.255.254",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
    ] {
        let ip: IpAddr = denied.parse().unwrap();
        assert!(ip != own, "Janus is there");
        let permitted = client.permit(SocketAddr::new(ip, 3_478)).await;
        assert_eq!(permitted, Err(Refused(403)), "{denied}");
    }
    // Of another family than what was allocated.
    for foreign in ["::1", "::ffff:127.0.0.1", "fd00::1"] {
        let permitted = client
            .permit(SocketAddr::new(foreign.parse().unwrap(), 3_478))
            .await;
        assert_eq!(permitted, Err(Refused(443)), "{foreign}");
    }
    // Public ones are asked for and allowed; nothing is sent there.
    for public in [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.128.0.1",
        "172.32.0.1",
        "193.0.0.1",
    ] {
        let permitted = client
            .permit(SocketAddr::new(public.parse().unwrap(), 3_478))
            .await;
        assert_eq!(permitted, Ok(()), "{public}");
    }
    // Nor does what is sent without a permission get through; what is sent after it does.
    client.send(inside.local_addr().unwrap(), b"in").await;
    client.send(to_janus, b"after").await;
    let heard = timeout(Duration::from_secs(5), janus.recv_from(&mut buffer)).await;
    assert_eq!(&buffer[..heard.unwrap().unwrap().0], b"after");
    assert!(inside.try_recv(&mut buffer).is_err(), "relayed to loopback");
}

#[actix::test]
async fn coturn_relays_to_no_private_address_of_ipv6_either() {
    let Some(own) = addresses::reachable(IpAddr::is_ipv6).unwrap() else {
        eprintln!("skipped: this machine has no IPv6");
        return;
    };
    let coturn = Coturn::start(own, &[]).await;
    let servers = IceServers::new(&[], &[coturn.url()], Some(&Secret::new(SECRET)));
    let (user, password) = credentials(&servers.of("p1", Duration::from_secs(60)));
    let allocated = TurnClient::allocate(coturn.address, &user, &password, true).await;
    let mut client = allocated.unwrap();
    for denied in [
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:192.168.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "fc00::1",
        "fd00::1",
        "fdff::1",
        "fe80::1",
        "febf::1",
        "ff02::1",
    ] {
        let permitted = client
            .permit(SocketAddr::new(denied.parse().unwrap(), 3_478))
            .await;
        assert_eq!(permitted, Err(Refused(403)), "{denied}");
    }
    let public = SocketAddr::new("2606:4700::1111".parse().unwrap(), 3_478);
    assert_eq!(client.permit(public).await, Ok(()));
}

#[actix::test]
async fn one_participant_has_twelve_allocations_whatever_credentials_they_show() {
    let coturn = Coturn::start(own_address(), &[]).await;
    let servers = IceServers::new(&[], &[coturn.url()], Some(&Secret::new(SECRET)));
    let allocate = async |user: &str, seconds: u64| {
        let of = servers.of(user, Duration::from_secs(seconds));
        let (user, password) = credentials(&of);
        TurnClient::allocate(coturn.address, &user, &password, false).await
    };
    let mut held = Vec::new();
    for _ in 0..12 {
        held.push(allocate("p1", 60).await.unwrap());
    }
    assert_eq!(allocate("p1", 60).await.err(), Some(Refused(486)));
    assert_eq!(allocate("p1", 90).await.err(), Some(Refused(486)));
    assert!(allocate("p2", 60).await.is_ok());
}
