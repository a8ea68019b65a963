//! `GET /socket/websocket?vsn=2.0.0`: checks the handshake strictly, then starts a WebSocketSession.
//!
//! The handshake's answer is actix-web-actors'; its context is not used: it would freeze with its
//! peer. What actix lets pass (a bad or doubled key, version 7) is refused here first.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::{HttpRequest, HttpResponse, web};
use data_encoding::{BASE64, BASE64URL_NOPAD};

use super::clients::Client;
use super::per_address::AddressSlot;
use super::refusal::Refusal;
use super::server::{Shared, may_stay};
use crate::otp::cast;
use crate::otp::send::Slot;
use crate::otp::spawn::spawn;
use crate::phoenix::outbox::{Limits, Outbox};
use crate::phoenix::session::{Close, SocketGone, WebSocketSession};
use crate::secret::Secret;
use crate::tokens;

/// Without a word of the client, its heartbeat may take so long (the official client's is 30 s).
const HEARTBEAT_WITHIN: Duration = Duration::from_secs(60);
/// A client that beats faster is held to three times that, but never to less than this.
const HEARTBEAT_AT_LEAST: Duration = Duration::from_secs(10);
/// What stands before the token, which is in base64url once more.
const BEARER: &str = "base64url.bearer.phx.";

/// Answers the upgrade.
pub async fn socket(
    request: HttpRequest,
    payload: web::Payload,
    shared: web::Data<Shared>,
) -> HttpResponse {
    let (params, places) = match admit(&request, &shared) {
        Ok(admitted) => admitted,
        Err(refusal) => return refusal.answer(&shared.session.metrics),
    };
    let upgraded = actix_web_actors::ws::handshake_with_protocols(&request, &["phoenix"]);
    let Ok(mut response) = upgraded else {
        let refusal = Refusal::bad_handshake("not a WebSocket handshake");
        return refusal.answer(&shared.session.metrics);
    };
    let outbox = Outbox::new(Limits::default());
    let parts = Arc::clone(&shared.session);
    // Kept as long as the socket, so only where somebody looks at it.
    let asked = shared.session.tokens.is_some();
    let bearer = asked.then(|| bearer(request.headers())).flatten();
    let session = spawn("websocket_session", |ctx| {
        use actix::AsyncContext;
        ctx.add_stream(payload);
        WebSocketSession::new(parts, &outbox, params.heartbeat_within, bearer)
    });
    let number = shared
        .connections
        .note(session.clone().recipient::<Close>());
    let connections = Arc::clone(&shared.connections);
    response.streaming(outbox.body(move || {
        connections.forget(number);
        drop(places); // the connection itself is gone, not just its actor
        cast(&session, SocketGone);
    }))
}

struct Params {
    heartbeat_within: Duration,
}

/// What a socket has taken of what is limited; given back when dropped.
struct Places {
    _of_all: Slot,
    _of_address: AddressSlot,
}

/// Whether this may become a socket: a sound handshake first, then whether there is room for it.
fn admit(request: &HttpRequest, shared: &Shared) -> Result<(Params, Places), Refusal> {
    let client = Client::of_request(request, &shared.trusted_proxies);
    let params = check(request, client.secure, shared)?;
    if shared.session.draining.load(Ordering::Relaxed) {
        return Err(Refusal::draining());
    }
    let of_address = shared.per_address.take(client.address)?;
    if !may_stay(request, shared) {
        return Err(Refusal::out_of_descriptors());
    }
    let of_all = shared.connections.take();
    let of_all = of_all.ok_or_else(Refusal::too_many_connections)?;
    let places = Places {
        _of_all: of_all,
        _of_address: of_address,
    };
    Ok((params, places))
}

fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut all = headers.get_all(name);
    let first = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(first)
}

fn check(request: &HttpRequest, secure: Option<bool>, shared: &Shared) -> Result<Params, Refusal> {
    let bad = Refusal::bad_handshake;
    let headers = request.headers();
    if request.version() != actix_web::http::Version::HTTP_11 {
        return Err(bad("WebSockets need HTTP/1.1"));
    }
    let upgrade = one(headers, &header::UPGRADE).unwrap_or_default();
    if !upgrade.eq_ignore_ascii_case("websocket") {
        return Err(bad("no `Upgrade: websocket`"));
    }
    if headers.contains_key(header::CONTENT_LENGTH)
        || headers.contains_key(header::TRANSFER_ENCODING)
    {
        return Err(bad("a handshake has no body"));
    }
    if one(headers, &header::SEC_WEBSOCKET_VERSION) != Some("13") {
        let said = ("bad_handshake", "`Sec-WebSocket-Version` is not 13");
        return Err(Refusal::of(StatusCode::UPGRADE_REQUIRED, said));
    }
    let key = one(headers, &header::SEC_WEBSOCKET_KEY).unwrap_or_default();
    if BASE64.decode(key.as_bytes()).map(|key| key.len()) != Ok(16) {
        return Err(bad("`Sec-WebSocket-Key` is not 16 bytes in base64"));
    }
    if !origin_allowed(headers, secure, shared) {
        return Err(Refusal::forbidden_origin(
            "a page of another origin may not open a socket",
        ));
    }
    params(request.query_string())
}

fn params(query: &str) -> Result<Params, Refusal> {
    let query: Vec<(String, String)> = pairs_of(query);
    let value = |name: &str| {
        query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, v)| v.as_str())
    };
    if value("vsn") != Some("2.0.0") {
        return Err(Refusal::bad_handshake("`vsn` is not 2.0.0"));
    }
    let heartbeat = value("heartbeat_ms")
        .and_then(|ms| ms.parse().ok())
        .map(Duration::from_millis);
    let heartbeat_within = heartbeat.map_or(HEARTBEAT_WITHIN, |every| {
        every
            .saturating_mul(3)
            .clamp(HEARTBEAT_AT_LEAST, HEARTBEAT_WITHIN)
    });
    Ok(Params { heartbeat_within })
}

/// The token that the official client offers as a sub-protocol (its `authToken`); it is looked at when a
/// room is joined. Several that differ, or one that cannot be read or is too long, are an empty token: no
/// key signed that.
fn bearer(headers: &HeaderMap) -> Option<Secret> {
    let offered = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL);
    let offered = offered.filter_map(|value| value.to_str().ok());
    let mut bearers = offered
        .flat_map(|value| value.split(','))
        .filter_map(|protocol| protocol.trim().strip_prefix(BEARER));
    let first = bearers.next()?;
    let bytes = match bearers.all(|token| token == first) {
        true => BASE64URL_NOPAD.decode(first.as_bytes()).ok(),
        false => None,
    };
    let bytes = bytes.filter(|bytes| bytes.len() <= tokens::MAX_BYTES);
    let token = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    Some(Secret::new(token.unwrap_or_default()))
}

fn pairs_of(query: &str) -> Vec<(String, String)> {
    web::Query::<Vec<(String, String)>>::from_query(query)
        .map(web::Query::into_inner)
        .unwrap_or_default()
}

/// No `Origin`: not a page. Else the own host and port, or one that the settings allow. A page that a
/// proxy served by https is not one of http, whatever its host.
pub(super) fn origin_allowed(headers: &HeaderMap, secure: Option<bool>, shared: &Shared) -> bool {
    if !headers.contains_key(header::ORIGIN) {
        return true;
    }
    let Some(origin) = one(headers, &header::ORIGIN).map(str::to_ascii_lowercase) else {
        return false;
    };
    if shared.allowed_origins.contains(&origin) {
        return true;
    }
    let host = one(headers, &header::HOST)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let Some((scheme, origin_host)) = origin.split_once("://") else {
        return false;
    };
    if secure == Some(true) && scheme != "https" {
        return false;
    }
    let with_port = |host: &str| {
        let has_port = host
            .rsplit_once(':')
            .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        match (has_port, scheme) {
            (true, _) => host.to_owned(),
            (false, "https") => format!("{host}:443"),
            (false, _) => format!("{host}:80"),
        }
    };
    !host.is_empty() && with_port(origin_host) == with_port(&host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_version_2_of_the_protocol_is_spoken() {
        assert!(params("vsn=2.0.0").is_ok());
        for query in ["", "vsn=1.0.0", "vsn=2.0.1", "VSN=2.0.0"] {
            assert!(params(query).is_err(), "{query}");
        }
    }

    #[test]
    fn a_token_comes_as_a_sub_protocol() {
        let of = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(
                    header::SEC_WEBSOCKET_PROTOCOL,
                    header::HeaderValue::from_static(value),
                );
            }
            bearer(&headers).map(|token| token.expose().to_owned())
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&["phoenix"]), None);
        let token = Some("a.b".to_owned());
        assert_eq!(of(&["phoenix, base64url.bearer.phx.YS5i"]), token);
        assert_eq!(of(&["phoenix", "base64url.bearer.phx.YS5i"]), token);
        let twice = "base64url.bearer.phx.YS5i,base64url.bearer.phx.YS5i";
        assert_eq!(of(&[twice]), token);
        for unreadable in [
            "base64url.bearer.phx.",
            "base64url.bearer.phx.YS5i=",
            "base64url.bearer.phx.!",
            "base64url.bearer.phx._w",
            "base64url.bearer.phx.YS5i, base64url.bearer.phx.YS5j",
        ] {
            assert_eq!(of(&[unreadable]), Some(String::new()), "{unreadable}");
        }
    }

    #[test]
    fn a_client_that_beats_faster_is_held_to_it() {
        let within = |query| {
            params(query)
                .map(|p| p.heartbeat_within.as_secs())
                .unwrap_or(0)
        };
        assert_eq!(within("vsn=2.0.0"), 60);
        assert_eq!(within("vsn=2.0.0&heartbeat_ms=5000"), 15);
        assert_eq!(within("vsn=2.0.0&heartbeat_ms=1"), 10);
        assert_eq!(within("vsn=2.0.0&heartbeat_ms=x"), 60);
    }
}
