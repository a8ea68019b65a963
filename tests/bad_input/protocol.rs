//! The HTTP before a WebSocket: handshakes, and requests that are none.

use super::client::good_handshake;
use super::log_lines::CANARY;
use super::rig::Rig;
use super::row::{Due, Place, Row, row};

fn handshake(literal: impl Into<Vec<u8>>, status: u16) -> Row {
    row("handshake", literal, Place::Connection, Due::Http(status))
}

fn http(literal: impl Into<Vec<u8>>, status: u16) -> Row {
    row("http", literal, Place::Connection, Due::Http(status))
}

/// The good handshake, with one of its parts another.
fn with(from: &str, to: &str) -> Vec<u8> {
    let good = String::from_utf8(good_handshake("")).unwrap();
    assert!(good.contains(from), "{from}");
    good.replacen(from, to, 1).into_bytes()
}

const KEY: &str = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
const VERSION: &str = "Sec-WebSocket-Version: 13\r\n";

#[actix::test]
async fn handshakes() {
    let good = |more: &str| good_handshake(more);
    Rig::without_gateway(&[])
        .try_all(vec![
            handshake(good(""), 101),
            handshake(good("Origin: http://parlour\r\n"), 101),
            handshake(good("Origin: http://parlour:80\r\n"), 101),
            // Behind a proxy that ends TLS.
            handshake(good("Origin: https://parlour\r\n"), 101),
            handshake(
                good("Sec-WebSocket-Protocol: phoenix, base64url.bearer.phx.abc\r\n"),
                101,
            ),
            handshake(with(KEY, ""), 400),
            handshake(with("AAAAAAAAAAAAAAAAAAAAAA==", ""), 400),
            handshake(with("AAAAAAAAAAAAAAAAAAAAAA==", "!!!"), 400),
            handshake(with("AAAAAAAAAAAAAAAAAAAAAA==", "YWJj"), 400),
            handshake(good(KEY), 400),
            handshake(with(VERSION, ""), 426),
            handshake(with("Version: 13", "Version: 7"), 426),
            handshake(with("Version: 13", "Version: 8"), 426),
            handshake(with("Version: 13", "Version: 99"), 426),
            handshake(with("Version: 13", &format!("Version: {CANARY}")), 426),
            handshake(with("Upgrade: websocket\r\n", ""), 400),
            handshake(
                with("Upgrade: websocket", &format!("Upgrade: {CANARY}")),
                400,
            ),
            handshake(with("Connection: Upgrade\r\n", ""), 400),
            handshake(with("GET ", "POST "), 404),
            handshake(with("HTTP/1.1", "HTTP/1.0"), 400),
            handshake(good("Content-Length: 5\r\n"), 400),
            handshake(good("Transfer-Encoding: chunked\r\n"), 400),
            handshake(with("?vsn=2.0.0", ""), 400),
            handshake(with("vsn=2.0.0", "vsn=1.0.0"), 400),
            handshake(with("vsn=2.0.0", "vsn="), 400),
            handshake(with("vsn=2.0.0", &format!("{CANARY}=1&vsn=%zz")), 400),
            handshake(good("Origin: null\r\n"), 403),
            handshake(good(&format!("Origin: http://{CANARY}.example\r\n")), 403),
            handshake(good("Origin: http://parlour.evil.example\r\n"), 403),
            handshake(good("Origin: http://parlour:81\r\n"), 403),
            handshake(good("Origin: https://parlour:80\r\n"), 403),
            handshake(good("Origin: http://parlour@evil.example\r\n"), 403),
            handshake(
                good("Origin: http://parlour\r\nOrigin: http://parlour\r\n"),
                403,
            ),
        ])
        .await;
}

#[actix::test]
async fn requests_that_are_none() {
    let get =
        |path: &str, more: &str| format!("GET {path} HTTP/1.1\r\nHost: parlour\r\n{more}\r\n");
    let many: String = (0..300).map(|n| format!("X-{n}: {CANARY}\r\n")).collect();
    Rig::without_gateway(&[])
        .try_all(vec![
            http(get("/healthz", ""), 200),
            http(get("/r/tea", ""), 200),
            http("GET /healthz HTTP/1.1\r\n\r\n", 400),
            http(get("/healthz", "Host: evil\r\n"), 400),
            http(get("/healthz", "Host: parlour\r\n"), 400),
            http(get("/../etc/passwd", ""), 404),
            http(get("/assets/../../etc/passwd", ""), 404),
            http(get("/assets/%2e%2e/%2e%2e/etc/passwd", ""), 404),
            http(get(&format!("/assets/{CANARY}"), ""), 404),
            http(get(&format!("/r/<script>{CANARY}"), ""), 400),
            http(get("/r/%3Cscript%3E", ""), 404),
            http(get("/r/%00", ""), 404),
            http(get("/r/%0d%0aX:1", ""), 404),
            http(get("//evil", ""), 404),
            http(get("/metrics", ""), 404),
            http(get("/admin", ""), 404),
            http(get(&format!("/{}", "a".repeat(70_000)), ""), 400),
            http(
                get("/healthz", &format!("X: {}\r\n", CANARY.repeat(15_000))),
                431,
            ),
            http(get("/healthz", &many), 431),
            http(
                get(
                    "/healthz",
                    "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
                ),
                400,
            ),
            http(
                get("/healthz", "Content-Length: 1\r\nContent-Length: 2\r\n"),
                400,
            ),
            http(
                get("/healthz", &format!("Transfer-Encoding: {CANARY}\r\n")),
                400,
            ),
            http(get("/healthz", &format!("X: 1\r\n {CANARY}\r\n")), 400),
            http(get("/healthz", &format!("X : {CANARY}\r\n")), 400),
            http(get("/healthz", &format!("X: {CANARY}\0\r\n")), 400),
            http(get("/healthz", "").replace("GET", "TRACE"), 404),
            http(get("/healthz", "").replace("GET", "OPTIONS"), 404),
            http(get("/healthz", "").replace("GET", "DELETE"), 404),
            http("CONNECT evil:80 HTTP/1.1\r\nHost: evil:80\r\n\r\n", 404),
            http(format!("{CANARY}\r\n\r\n"), 400),
            http("\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n", 400),
        ])
        .await;
}
