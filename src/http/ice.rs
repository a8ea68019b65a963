//! `GET /ice_servers`: the STUN and TURN servers, for a connection test before the first join.
//!
//! Who joins is told with the reply. Here nobody has said who they are, so what is given lasts for a
//! test only, to a user made up for it. Where rooms need a token, so does this: relays cost bandwidth.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use data_encoding::HEXLOWER;
use serde_json::json;

use super::clients::Client;
use super::refusal::Refusal;
use super::server::Shared;
use super::socket::origin_allowed;
use crate::names::random_bytes;
use crate::turn;

/// `{"ice_servers":[{"urls":["turn:…"],"username":"…","credential":"…"}]}`, as the join's reply has it.
pub async fn ice_servers(request: HttpRequest, shared: web::Data<Shared>) -> HttpResponse {
    let mut response = match may_ask(&request, &shared) {
        Ok(()) => {
            let user = HEXLOWER.encode(&random_bytes::<8>());
            let servers = &shared.session.welcome.ice_servers;
            HttpResponse::Ok().json(json!({ "ice_servers": servers.of(&user, turn::OF_A_TEST) }))
        }
        Err(refusal) => refusal.answer(&shared.session.metrics),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn may_ask(request: &HttpRequest, shared: &Shared) -> Result<(), Refusal> {
    let client = Client::of_request(request, &shared.trusted_proxies);
    if !origin_allowed(request.headers(), client.secure, shared) {
        return Err(Refusal::forbidden_origin(
            "a page of another origin may not ask",
        ));
    }
    // Counts as the opening of a socket, which is what follows it.
    drop(shared.per_address.take(client.address)?);
    match &shared.session.tokens {
        Some(tokens) if bearer(request.headers()).is_none_or(|t| tokens.is_current(t).is_err()) => {
            let why = ("unauthorised", "no token, or none that is good now");
            Err(Refusal::of(StatusCode::UNAUTHORIZED, why))
        }
        _ => Ok(()),
    }
}

/// `Authorization: Bearer …` (RFC 6750).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    text.strip_prefix("Bearer ")
}
