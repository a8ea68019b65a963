//! The page that ships with the server, out of the binary.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, AcceptEncoding, Encoding};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use rust_embed::RustEmbed;

use crate::names::RoomName;

/// `web/dist`, as it was when the binary was built; empty if the page was not built.
#[derive(RustEmbed)]
#[folder = "web/dist/"]
#[allow_missing = true]
struct Dist;

const HTML: &str = "text/html; charset=utf-8";

const NOT_BUILT: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Parlour</title>\
    <p>This server was built without its page. <code>make build</code> builds both.";

const BAD_ROOM: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Parlour</title>\
    <p>There can be no room of that name: 1 to 64 of a–z, A–Z, 0–9, <code>-</code> and <code>_</code>. \
    <a href=\"/\">Choose another</a>.";

const NOTHING_HERE: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Parlour</title>\
    <p>There is nothing here. Rooms are at <code>/r/name</code>; or <a href=\"/\">start here</a>.";

fn html(status: StatusCode, body: &'static str) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, HTML))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(body)
}

/// Forms in which the build leaves a file, the smallest first.
static FORMS: [(Encoding, &str); 2] = [(Encoding::brotli(), "br"), (Encoding::gzip(), "gz")];

/// A file in the smallest form that the browser takes; none if there is no such file.
fn file(
    path: &str,
    status: StatusCode,
    kind: &str,
    cache: &'static str,
    request: &HttpRequest,
) -> Option<HttpResponse> {
    let plain = Dist::get(path)?;
    let accepted = request.get_header::<AcceptEncoding>();
    let forms = FORMS.iter().filter_map(|(encoding, ending)| {
        let takes = accepted.as_ref()?.negotiate([encoding].into_iter()) == Some(encoding.clone());
        let smaller = takes
            .then(|| Dist::get(&format!("{path}.{ending}")))
            .flatten()?;
        Some((smaller, Some(encoding)))
    });
    let (file, encoding) = forms.chain([(plain, None)]).next()?;
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::VARY, "accept-encoding"));
    if let Some(encoding) = encoding {
        response.insert_header((header::CONTENT_ENCODING, encoding.to_string()));
    }
    Some(response.body(file.data.into_owned()))
}

fn index(status: StatusCode, request: &HttpRequest) -> Option<HttpResponse> {
    file("index.html", status, HTML, "no-cache", request)
}

/// `GET /`.
pub async fn home(request: HttpRequest) -> HttpResponse {
    index(StatusCode::OK, &request).unwrap_or_else(|| html(StatusCode::OK, NOT_BUILT))
}

/// `GET /r/<room>`: the page, which reads the room from its address. A bad name: 404 and why.
pub async fn room(name: web::Path<String>, request: HttpRequest) -> HttpResponse {
    match RoomName::parse(&name) {
        Some(_) => home(request).await,
        // The page says it itself, in its own clothes.
        None => index(StatusCode::NOT_FOUND, &request)
            .unwrap_or_else(|| html(StatusCode::NOT_FOUND, BAD_ROOM)),
    }
}

/// Anything else.
pub async fn nothing_here() -> HttpResponse {
    html(StatusCode::NOT_FOUND, NOTHING_HERE)
}

/// `GET /assets/…`: named after their content, so they never change.
pub async fn asset(path: web::Path<String>, request: HttpRequest) -> HttpResponse {
    let path = format!("assets/{path}");
    let kind = Dist::get(&path).map(|file| file.metadata.mimetype().to_owned());
    let cache = "public, max-age=31536000, immutable";
    kind.and_then(|kind| file(&path, StatusCode::OK, &kind, cache, &request))
        .unwrap_or_else(|| HttpResponse::NotFound().finish())
}
