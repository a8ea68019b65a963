//! How long a socket lives without news of its peer, and without a room.

use std::time::Duration;

use actix::{AsyncContext, Context};
use tokio::time::Instant;

use super::WebSocketSession;
use crate::phoenix::topic::Topic;
use crate::phoenix::websocket::{CloseCode, ping_frame};

/// Between pings of the server.
const PING_EVERY: Duration = Duration::from_secs(4);
/// Without a byte for so long, the connection is gone: two pings and a little.
const SILENCE: Duration = Duration::from_secs(9);
/// A socket that is in no room for so long is closed: it holds a place for nothing.
const UNJOINED: Duration = Duration::from_secs(10);
/// How often all three are looked at.
pub(super) const TICK: Duration = Duration::from_secs(1);

impl WebSocketSession {
    pub(super) fn tick(&mut self, ctx: &mut Context<Self>) {
        self.strike("socket-tick");
        let now = Instant::now();
        // To the moment, not to the next look: the others wait for it.
        if now - self.heard + TICK >= SILENCE {
            let wait = (self.heard + SILENCE).saturating_duration_since(now);
            ctx.run_later(wait, |this, ctx| this.end_if_silent(ctx));
        }
        if now - self.beat >= self.heartbeat_within {
            self.parts.metrics.evicted("heartbeat");
            log::info!("heartbeat overdue, evicted");
            return self.close(CloseCode::AWAY, "heartbeat overdue", ctx);
        }
        if self.is_unjoined(now) {
            self.parts.metrics.evicted("unjoined");
            log::info!("in no room for too long, evicted");
            return self.close(CloseCode::AWAY, "in no room", ctx);
        }
        if now - self.pinged >= PING_EVERY {
            self.pinged = now;
            self.voice.push_front(ping_frame());
        }
        self.schedule_overdue(now, ctx);
        self.renew_ice_servers(now, ctx);
    }

    /// Whether it is in no room for too long. A join that is under way is waited for.
    fn is_unjoined(&mut self, now: Instant) -> bool {
        let is_in_one = |topic: &Topic| topic.participant.is_some();
        if self.topics.values().any(is_in_one) {
            self.unjoined = None;
            return false;
        }
        let since = *self.unjoined.get_or_insert(now);
        self.topics.is_empty() && now - since >= UNJOINED
    }

    fn end_if_silent(&mut self, ctx: &mut Context<Self>) {
        if self.heard.elapsed() >= SILENCE {
            self.parts.metrics.evicted("ping");
            log::info!("connection silent, evicted");
            self.close(CloseCode::AWAY, "silent", ctx);
        }
    }
}
