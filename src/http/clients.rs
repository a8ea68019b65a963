//! Who a request comes from: its peer, or whom a proxy in front names.
//!
//! What a proxy says is believed only of one that the settings trust: `X-Forwarded-For` from its right
//! end, as far as trusted proxies go, and `X-Forwarded-Proto`. Anybody else could write anything there.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName, X_FORWARDED_FOR, X_FORWARDED_PROTO};

use crate::config::Networks;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// Their address; never one of IPv4 written as IPv6.
    pub address: IpAddr,
    /// How they came to the proxy in front, if it says so: by `https`, or not.
    pub secure: Option<bool>,
}

impl Client {
    /// Who is behind a request.
    pub fn of_request(request: &HttpRequest, trusted: &Networks) -> Self {
        let peer = request
            .peer_addr()
            .map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.ip());
        Self::of(peer, request.headers(), trusted)
    }

    /// Who is behind a request from this peer.
    pub fn of(peer: IpAddr, headers: &HeaderMap, trusted: &Networks) -> Self {
        let mut address = peer.to_canonical();
        if !trusted.contain(address) {
            return Self {
                address,
                secure: None,
            };
        }
        // Several headers are one list; each proxy wrote behind those before it.
        for named in values(headers, &X_FORWARDED_FOR).into_iter().rev() {
            // Whatever stands left of what is no address is nobody's word.
            let Some(named) = address_of(named) else {
                break;
            };
            address = named.to_canonical();
            if !trusted.contain(address) {
                break;
            }
        }
        let scheme = values(headers, &X_FORWARDED_PROTO).pop();
        let secure = scheme.and_then(|scheme| match scheme.to_ascii_lowercase().as_str() {
            "https" | "wss" => Some(true),
            "http" | "ws" => Some(false),
            _ => None,
        });
        Self { address, secure }
    }
}

/// The elements of a list that may be spread over several headers.
fn values<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Vec<&'a str> {
    let texts = headers.get_all(name).map(|value| value.to_str());
    // One that is no text is an element that says nothing.
    let elements = texts.flat_map(|text| text.unwrap_or("?").split(','));
    elements.map(str::trim).collect()
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711`.
fn address_of(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
    let parsed = bare.unwrap_or(text).parse().ok();
    parsed.or_else(|| text.parse::<SocketAddr>().ok().map(|at| at.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn client(peer: &str, forwarded: &[&str], trusted: &str) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_str(value).unwrap());
        }
        let trusted = Networks::parse(trusted).unwrap();
        let client = Client::of(peer.parse().unwrap(), &headers, &trusted);
        client.address.to_string()
    }

    #[test]
    fn a_trusted_proxy_names_the_client_and_nobody_else_does() {
        let named = ["203.0.113.9"];
        assert_eq!(client("127.0.0.1", &named, "loopback"), "203.0.113.9");
        assert_eq!(client("::1", &named, "loopback"), "203.0.113.9");
        assert_eq!(client("::ffff:127.0.0.1", &named, "loopback"), named[0]);
        assert_eq!(client("127.0.0.1", &named, "none"), "127.0.0.1");
        assert_eq!(client("192.0.2.1", &named, "loopback"), "192.0.2.1");
        assert_eq!(client("192.0.2.1", &named, "192.0.2.0/24"), named[0]);
    }

    #[test]
    fn the_rightmost_that_is_no_trusted_proxy_is_the_client() {
        let trusted = "loopback,10.0.0.0/8";
        for (forwarded, due) in [
            (&["1.1.1.1, 203.0.113.9"][..], "203.0.113.9"),
            (&["127.0.0.1, 203.0.113.9"], "203.0.113.9"),
            (&["1.1.1.1, 203.0.113.9, 10.1.2.3"], "203.0.113.9"),
            (&["1.1.1.1, 203.0.113.9", "10.1.2.3"], "203.0.113.9"),
            (&["203.0.113.9:4711"], "203.0.113.9"),
            (&["[2001:db8::1]:4711,10.0.0.1"], "2001:db8::1"),
            (&["::ffff:203.0.113.9"], "203.0.113.9"),
            // All are proxies: the one farthest away. None is named: the peer.
            (&["10.0.0.2, 10.0.0.1"], "10.0.0.2"),
            (&[], "127.0.0.1"),
            // What is no address hides what stands left of it.
            (&["203.0.113.9, unknown, 10.0.0.1"], "10.0.0.1"),
            (&["203.0.113.9, "], "127.0.0.1"),
        ] {
            assert_eq!(
                client("127.0.0.1", forwarded, trusted),
                due,
                "{forwarded:?}"
            );
        }
    }

    #[test]
    fn only_a_trusted_proxy_says_how_the_client_came() {
        let secure = |peer: &str, proto: &str| {
            let mut headers = HeaderMap::new();
            headers.append(X_FORWARDED_PROTO, HeaderValue::from_str(proto).unwrap());
            let loopback = Networks::parse("loopback").unwrap();
            Client::of(peer.parse().unwrap(), &headers, &loopback).secure
        };
        assert_eq!(secure("127.0.0.1", "https"), Some(true));
        assert_eq!(secure("127.0.0.1", "HTTP"), Some(false));
        assert_eq!(secure("127.0.0.1", "http, https"), Some(true));
        assert_eq!(secure("127.0.0.1", "gopher"), None);
        assert_eq!(secure("192.0.2.1", "https"), None);
    }
}
