//! One address: its sockets, and how fast it opens them. A proxy on loopback says whose they are.

use std::time::Duration;

use super::knock::{knock, knock_for};
use super::support::eventually;
use super::{counted, server};

const SOON: Duration = Duration::from_secs(20);

#[actix::test]
async fn an_address_has_its_sockets_and_others_have_theirs() {
    let system = server(&["--max-connections-per-address=2"]);
    let at = system.address;
    let mut open = Vec::new();
    for _ in 0..2 {
        open.push(knock_for(at, "203.0.113.9").await);
    }
    let refused = knock_for(at, "203.0.113.9").await;
    assert_eq!(refused.overload(), "too_many_from_address");
    // Named by somebody in front of the proxy, who can say anything.
    let forged = knock_for(at, "127.0.0.1, 198.51.100.1, 203.0.113.9").await;
    assert_eq!(forged.overload(), "too_many_from_address");
    let line = "refused_total{reason=\"too_many_from_address\"}";
    assert_eq!(counted(&system, line), 2);
    open.push(knock_for(at, "203.0.113.10").await);
    for _ in 0..5 {
        open.push(knock(at, "").await);
    }
    assert!(open.iter().all(|answer| answer.status == 101));
    open.remove(0);
    eventually("there is a place again", SOON, async || {
        knock_for(at, "203.0.113.9").await.status == 101
    })
    .await;
}

#[actix::test]
async fn a_network_of_ipv6_is_one_address() {
    let system = server(&["--max-connections-per-address=1"]);
    let first = knock_for(system.address, "2001:db8:0:7::1").await;
    let second = knock_for(system.address, "[2001:db8:0:7:ffff::2]:4711").await;
    let other = knock_for(system.address, "2001:db8:0:8::1").await;
    assert_eq!((first.status, other.status), (101, 101));
    assert_eq!(second.overload(), "too_many_from_address");
}

#[actix::test]
async fn an_address_that_opens_too_many_in_a_second_is_told_when_to_come_again() {
    let system = server(&["--connections-per-second-per-address=3"]);
    let at = system.address;
    let mut open = Vec::new();
    let refused = loop {
        let answer = knock_for(at, "203.0.113.9").await;
        if answer.status != 101 {
            break answer;
        }
        open.push(answer);
        assert!(open.len() < 200, "never too fast");
    };
    assert_eq!(refused.overload(), "too_fast");
    assert!(open.len() >= 3, "{}", open.len());
    assert_eq!(counted(&system, "refused_total{reason=\"too_fast\"}"), 1);
    assert_eq!(knock_for(at, "203.0.113.10").await.status, 101);
    eventually("it is slow enough again", SOON, async || {
        knock_for(at, "203.0.113.9").await.status == 101
    })
    .await;
}

#[actix::test]
async fn nobody_is_believed_who_is_not_trusted() {
    let flags = ["--max-connections-per-address=1"];
    let alone = server(&[&flags[..], &["--trusted-proxies=none"]].concat());
    let far = server(&[&flags[..], &["--trusted-proxies=192.0.2.0/24"]].concat());
    for system in [alone, far] {
        let mut open = Vec::new();
        for _ in 0..5 {
            open.push(knock_for(system.address, "203.0.113.9").await);
        }
        assert!(open.iter().all(|answer| answer.status == 101));
    }
}

#[actix::test]
async fn a_page_that_came_by_https_is_of_no_http_origin() {
    let system = server(&[]);
    let status = async |origin: &str, proto: &str| {
        let more = format!("Origin: {origin}\r\nX-Forwarded-Proto: {proto}\r\n");
        knock(system.address, &more).await.status
    };
    assert_eq!(status("https://parlour", "https").await, 101);
    assert_eq!(status("http://parlour", "https").await, 403);
    assert_eq!(status("http://parlour", "http").await, 101);
    // A proxy between this one and the browser may have ended TLS.
    assert_eq!(status("https://parlour", "http").await, 101);
    let believes_nobody = server(&["--trusted-proxies=none"]);
    let more = "Origin: http://parlour\r\nX-Forwarded-Proto: https\r\n";
    assert_eq!(knock(believes_nobody.address, more).await.status, 101);
}

#[actix::test]
async fn what_is_too_much_of_all_says_when_to_come_again() {
    let system = server(&["--max-connections=2"]);
    let _open = [
        knock(system.address, "").await,
        knock(system.address, "").await,
    ];
    let refused = knock(system.address, "").await;
    assert_eq!(refused.overload(), "too_many_connections");
}
