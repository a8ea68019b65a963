//! `GET /ice_servers`: the STUN and TURN servers, for a connection test before the first join.
//!
//! Who joins is told with the reply. Here nobody has said who they are, so what is given lasts for a
//! test only, to a user made up for it, and no more of it than [`A_SECOND`].

use std::num::NonZeroU32;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use data_encoding::HEXLOWER;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use serde_json::json;

use super::server::Shared;
use super::socket::origin_allowed;
use crate::names::random_bytes;
use crate::phoenix::errors::Refusal;
use crate::turn;

/// How many are answered in a second, of all addresses together.
const A_SECOND: u32 = 20;
/// How many at once: a class that opens its invitation together.
const AT_ONCE: u32 = 200;

/// The bucket of a server's answers.
pub fn answers() -> DefaultDirectRateLimiter {
    let of = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
    RateLimiter::direct(Quota::per_second(of(A_SECOND)).allow_burst(of(AT_ONCE)))
}

/// `{"ice_servers":[{"urls":["turn:…"],"username":"…","credential":"…"}]}`, as the join's reply has it.
pub async fn ice_servers(request: HttpRequest, shared: web::Data<Shared>) -> HttpResponse {
    let mut response = match may_ask(&request, &shared) {
        Ok(()) => {
            let user = HEXLOWER.encode(&random_bytes::<8>());
            let servers = &shared.session.welcome.ice_servers;
            HttpResponse::Ok().json(json!({ "ice_servers": servers.of(&user, turn::OF_A_TEST) }))
        }
        Err((status, refusal)) => {
            shared.session.metrics.refused(refusal.reason);
            HttpResponse::build(status).json(refusal)
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn may_ask(request: &HttpRequest, shared: &Shared) -> Result<(), (StatusCode, Refusal)> {
    let refuse = |status, (reason, detail): (&'static str, &str), retry_ms| {
        let detail = detail.to_owned();
        Err((
            status,
            Refusal {
                reason,
                detail,
                retry_ms,
            },
        ))
    };
    if !origin_allowed(request.headers(), shared) {
        let why = ("forbidden_origin", "a page of another origin may not ask");
        return refuse(StatusCode::FORBIDDEN, why, None);
    }
    // Rooms are open, and so is this. Where a token is needed to join, `Authorization: Bearer` has to
    // show one here, else 401 `unauthorised`.
    match shared.ice_answers.check() {
        Ok(()) => Ok(()),
        Err(not_until) => {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            let retry_ms = u64::try_from(wait.as_millis()).ok().map(|ms| ms.max(1));
            let why = ("too_fast", "too many ask in too little time");
            refuse(StatusCode::TOO_MANY_REQUESTS, why, retry_ms)
        }
    }
}
