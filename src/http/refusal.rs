//! How a handshake is refused: before the upgrade, with a status and a word of the closed list.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use serde_json::json;

use super::per_address::TooMuch;
use crate::metrics::Metrics;

/// When to come again, if it is not known better.
const LATER: Duration = Duration::from_secs(5);

/// Why a handshake is refused.
#[derive(Clone, Copy, Debug)]
pub struct Refusal {
    status: StatusCode,
    // A word of the closed list of reasons; and for people.
    said: (&'static str, &'static str),
    retry_after: Option<Duration>,
}

impl Refusal {
    /// Not for want of room: coming again does not help.
    pub(super) fn of(status: StatusCode, said: (&'static str, &'static str)) -> Self {
        Self {
            status,
            said,
            retry_after: None,
        }
    }

    /// Not a WebSocket handshake.
    pub(super) fn bad_handshake(detail: &'static str) -> Self {
        Self::of(StatusCode::BAD_REQUEST, ("bad_handshake", detail))
    }

    /// A page of another origin; `detail` says what it may not.
    pub(super) fn forbidden_origin(detail: &'static str) -> Self {
        Self::of(StatusCode::FORBIDDEN, ("forbidden_origin", detail))
    }

    fn overload(said: (&'static str, &'static str), retry_after: Duration) -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            said,
            retry_after: Some(retry_after),
        }
    }

    /// The server is going down.
    pub(super) fn draining() -> Self {
        Self::overload(("draining", "the server is going down"), LATER)
    }

    /// File descriptors have run out.
    pub(super) fn out_of_descriptors() -> Self {
        let detail = "the server has no file descriptor left for a socket";
        Self::overload(("out_of_descriptors", detail), LATER)
    }

    /// All sockets together are as many as there may be.
    pub(super) fn too_many_connections() -> Self {
        let detail = "the server has as many connections as it takes";
        Self::overload(("too_many_connections", detail), LATER)
    }

    /// The answer, counted; the connection ends with it.
    pub fn answer(&self, metrics: &Metrics) -> HttpResponse {
        let (reason, detail) = self.said;
        metrics.refused(reason);
        let mut response = HttpResponse::build(self.status);
        if let Some(after) = self.retry_after {
            // Whole seconds, and never at once.
            let seconds = after.as_secs_f64().ceil().max(1.0);
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        response
            .force_close()
            .json(json!({ "reason": reason, "detail": detail }))
    }
}

impl From<TooMuch> for Refusal {
    fn from(too_much: TooMuch) -> Self {
        match too_much {
            TooMuch::Sockets => {
                let detail = "this address has as many connections as it may have";
                Self::overload(("too_many_from_address", detail), LATER)
            }
            TooMuch::Speed { wait } => {
                let detail = "this address opens too many connections in too little time";
                Self::overload(("too_fast", detail), wait)
            }
        }
    }
}
