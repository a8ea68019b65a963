//! What Parlour counts: names, units and help of every metric, prefixed `parlour_`.
//!
//! Counted where it happens, served by `http/`. Knows no other module.

use std::sync::atomic::{AtomicI64, AtomicU64};
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DownLabels {
    actor: String,
    reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StopCallLabels {
    reason: String,
    restart: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WhyLabels {
    why: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabels {
    kind: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    request: String,
}

/// Every metric. Shared by all threads.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Sockets that are open.
    pub connections: Gauge<i64, AtomicI64>,
    /// Rooms that exist.
    pub rooms: Gauge<i64, AtomicI64>,
    /// People in rooms.
    pub participants: Gauge<i64, AtomicI64>,
    /// Calls that are live.
    pub calls: Gauge<i64, AtomicI64>,
    /// Successful joins.
    pub joins: Counter<u64, AtomicU64>,
    /// Restarts of calls.
    pub restarts: Counter<u64, AtomicU64>,
    /// Calls given up after too many crashes.
    pub gave_up: Counter<u64, AtomicU64>,
    /// Sessions that wait to be cleared from Janus.
    pub reaper_queue: Gauge<i64, AtomicI64>,
    downs: Family<DownLabels, Counter>,
    stop_calls: Family<StopCallLabels, Counter>,
    evicted: Family<WhyLabels, Counter>,
    refused: Family<ReasonLabels, Counter>,
    janus_errors: Family<KindLabels, Counter>,
    join_seconds: Histogram,
    call_start_seconds: Histogram,
    janus_request_seconds: Family<RequestLabels, Histogram>,
    fanout_seconds: Histogram,
}

/// From 20 µs to some 20 s.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(20e-6, 2.0, 20))
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("parlour"),
            connections: Gauge::default(),
            rooms: Gauge::default(),
            participants: Gauge::default(),
            calls: Gauge::default(),
            joins: Counter::default(),
            restarts: Counter::default(),
            gave_up: Counter::default(),
            reaper_queue: Gauge::default(),
            downs: Family::default(),
            stop_calls: Family::default(),
            evicted: Family::default(),
            refused: Family::default(),
            janus_errors: Family::default(),
            join_seconds: seconds(),
            call_start_seconds: seconds(),
            janus_request_seconds: Family::new_with_constructor(seconds),
            fanout_seconds: seconds(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register(
            "connections",
            "Sockets that are open",
            self.connections.clone(),
        );
        registry.register("rooms", "Rooms that exist", self.rooms.clone());
        registry.register("participants", "People in rooms", self.participants.clone());
        registry.register("calls", "Calls that are live", self.calls.clone());
        registry.register("joins", "Successful joins of a room", self.joins.clone());
        registry.register(
            "restarts",
            "Restarts of calls after a crash",
            self.restarts.clone(),
        );
        registry.register(
            "gave_up",
            "Calls that crashed too often",
            self.gave_up.clone(),
        );
        registry.register(
            "reaper_queue",
            "Sessions that wait to be cleared from Janus",
            self.reaper_queue.clone(),
        );
        registry.register("downs", "Actors that ended, by reason", self.downs.clone());
        registry.register(
            "stop_calls",
            "Calls that ended, by reason",
            self.stop_calls.clone(),
        );
        registry.register(
            "evicted",
            "Connections closed by the server",
            self.evicted.clone(),
        );
        registry.register(
            "refused",
            "Requests refused, by reason",
            self.refused.clone(),
        );
        registry.register(
            "janus_errors",
            "What went wrong with Janus, by kind",
            self.janus_errors.clone(),
        );
        registry.register(
            "join_seconds",
            "From join to its answer",
            self.join_seconds.clone(),
        );
        registry.register(
            "call_start_seconds",
            "From start_call to its answer",
            self.call_start_seconds.clone(),
        );
        registry.register(
            "janus_request_seconds",
            "What Janus takes to answer",
            self.janus_request_seconds.clone(),
        );
        registry.register(
            "fanout_seconds",
            "What handing one event to all members takes",
            self.fanout_seconds.clone(),
        );
    }

    /// An actor ended.
    pub fn down(&self, actor: &str, reason: impl std::fmt::Display) {
        let labels = DownLabels {
            actor: actor.into(),
            reason: reason.to_string(),
        };
        self.downs.get_or_create(&labels).inc();
    }

    /// A generation ended.
    pub fn stop_call(&self, reason: &str, restart: bool) {
        let labels = StopCallLabels {
            reason: reason.into(),
            restart: restart.to_string(),
        };
        self.stop_calls.get_or_create(&labels).inc();
    }

    /// The server closed a connection: `slow`, `ping`, `heartbeat`, …
    pub fn evicted(&self, why: &str) {
        self.evicted
            .get_or_create(&WhyLabels { why: why.into() })
            .inc();
    }

    /// A request was refused.
    pub fn refused(&self, reason: &str) {
        self.refused
            .get_or_create(&ReasonLabels {
                reason: reason.into(),
            })
            .inc();
    }

    /// Something went wrong with Janus.
    pub fn janus_error(&self, kind: &str) {
        self.janus_errors
            .get_or_create(&KindLabels { kind: kind.into() })
            .inc();
    }

    /// A join was answered.
    pub fn join(&self, took: Duration) {
        self.joins.inc();
        self.join_seconds.observe(took.as_secs_f64());
    }

    /// A `start_call` was answered with ok.
    pub fn call_started(&self, took: Duration) {
        self.call_start_seconds.observe(took.as_secs_f64());
    }

    /// Janus answered.
    pub fn janus_request(&self, request: &str, took: Duration) {
        let labels = RequestLabels {
            request: request.into(),
        };
        self.janus_request_seconds
            .get_or_create(&labels)
            .observe(took.as_secs_f64());
    }

    /// An event was handed to all members of a room.
    pub fn fanout(&self, took: Duration) {
        self.fanout_seconds.observe(took.as_secs_f64());
    }

    /// All of it in the text format of Prometheus (OpenMetrics).
    pub fn text(&self) -> String {
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => text,
            Err(_) => String::new(),
        }
    }
}
