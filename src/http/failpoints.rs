//! `/failpoints/{name}` of the operators' listener, in binaries for tests only: sets a point of the cargo
//! feature `failpoints` (`PUT`, the body as `fail::cfg` takes it) or unsets it (`DELETE`).

use actix_web::{HttpResponse, web};

/// Sets a point.
pub(super) async fn set(name: web::Path<String>, actions: String) -> HttpResponse {
    match fail::cfg(name.into_inner(), &actions) {
        Ok(()) => HttpResponse::NoContent().finish(),
        Err(error) => HttpResponse::BadRequest().body(error),
    }
}

/// Unsets it.
pub(super) async fn unset(name: web::Path<String>) -> HttpResponse {
    fail::remove(name.into_inner());
    HttpResponse::NoContent().finish()
}
