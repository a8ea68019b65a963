//! How the server is: `/healthz`, `/readyz`, and `/metrics` for operators.

use std::sync::atomic::Ordering;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde_json::json;

use super::server::Shared;

/// `GET /healthz`: 200 while the process can answer.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// `GET /readyz`: 200 when it can also take calls, else 503 and why.
pub async fn readyz(shared: web::Data<Shared>) -> HttpResponse {
    let why_not = if shared.session.draining.load(Ordering::Relaxed) {
        Some("draining")
    } else if !shared.workers.all_live() {
        Some("worker_died")
    } else {
        let health = shared.board.as_ref().map(|board| board.get());
        health
            .filter(|health| !health.up)
            .map(|health| health.reason)
    };
    match why_not {
        None => HttpResponse::Ok().json(json!({
            "status": "ready", "mode": shared.session.mode.as_str(),
        })),
        Some(reason) => HttpResponse::ServiceUnavailable()
            .json(json!({ "status": "not_ready", "reason": reason })),
    }
}

/// `GET /metrics`, on the operators' listener.
pub async fn metrics(shared: web::Data<Shared>) -> HttpResponse {
    let metrics = &shared.session.metrics;
    let (rooms, participants, calls) = shared.session.rooms.counts();
    let gauge = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    metrics.rooms.set(gauge(rooms));
    metrics.participants.set(gauge(participants));
    metrics.calls.set(gauge(calls));
    let openmetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, openmetrics))
        .body(metrics.text())
}
