//! The page that ships with the server, out of the binary.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, web};
use rust_embed::RustEmbed;

use crate::names::RoomName;

/// What the page may do: nothing from another origin, nothing inline.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `web/dist`, as it was when the binary was built; empty if the page was not built.
#[derive(RustEmbed)]
#[folder = "web/dist/"]
#[allow_missing = true]
struct Dist;

const NOT_BUILT: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Parlour</title>\
    <p>This server was built without its page. <code>make build</code> builds both.";

const BAD_ROOM: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Parlour</title>\
    <p>There can be no room of that name: 1 to 64 of a–z, A–Z, 0–9, <code>-</code> and <code>_</code>. \
    <a href=\"/\">Choose another</a>.";

const NOTHING_HERE: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Parlour</title>\
    <p>There is nothing here. Rooms are at <code>/r/name</code>; or <a href=\"/\">start here</a>.";

fn html(status: StatusCode, body: impl Into<actix_web::web::Bytes>) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(body.into())
}

fn index() -> HttpResponse {
    match Dist::get("index.html") {
        Some(file) => html(StatusCode::OK, file.data.into_owned()),
        None => html(StatusCode::OK, NOT_BUILT),
    }
}

/// `GET /`.
pub async fn home() -> HttpResponse {
    index()
}

/// `GET /r/<room>`: the page, which reads the room from its address. A bad name: 404 and why.
pub async fn room(name: web::Path<String>) -> HttpResponse {
    match (RoomName::parse(&name), Dist::get("index.html")) {
        (Some(_), _) => index(),
        // The page says it itself, in its own clothes.
        (None, Some(file)) => html(StatusCode::NOT_FOUND, file.data.into_owned()),
        (None, None) => html(StatusCode::NOT_FOUND, BAD_ROOM),
    }
}

/// Anything else.
pub async fn nothing_here() -> HttpResponse {
    html(StatusCode::NOT_FOUND, NOTHING_HERE)
}

/// `GET /assets/…`: named after their content, so they never change.
pub async fn asset(path: web::Path<String>) -> HttpResponse {
    let path = format!("assets/{path}");
    match Dist::get(&path) {
        Some(file) => HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, file.metadata.mimetype()))
            .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
            .body(file.data.into_owned()),
        None => HttpResponse::NotFound().finish(),
    }
}

/// What every answer carries.
pub fn security_headers() -> [(header::HeaderName, HeaderValue); 4] {
    [
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(CSP),
        ),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    ]
}
