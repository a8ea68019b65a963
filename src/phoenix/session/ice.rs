//! New credentials for those who stay: a relay is needed at any time, and theirs are for an hour.

use std::time::Duration;

use actix::Context;
use tokio::time::Instant;

use super::WebSocketSession;
use crate::phoenix::events::ice_servers;
use crate::phoenix::frame::push;
use crate::phoenix::websocket::text_frame;
use crate::turn;

/// How long one told of them stays so.
fn renewed_after() -> Duration {
    fail::fail_point!("ice-servers-renewed", |seconds| {
        let seconds = seconds.and_then(|seconds| seconds.parse().ok());
        Duration::from_secs(seconds.unwrap_or_default())
    });
    turn::OF_A_PARTICIPANT / 2
}

impl WebSocketSession {
    /// Tells of new ones where half of the time of the old ones is over. A join tells of them too, so
    /// whoever was away has theirs.
    pub(super) fn renew_ice_servers(&mut self, now: Instant, ctx: &mut Context<Self>) {
        if !self.parts.welcome.ice_servers.expire() {
            return;
        }
        let mut told = Vec::new();
        for (name, topic) in &mut self.topics {
            let Some(participant) = &topic.participant else {
                continue;
            };
            if now - topic.ice_told >= renewed_after() {
                topic.ice_told = now;
                let servers = &self.parts.welcome.ice_servers;
                let servers = servers.of(participant.as_str(), turn::OF_A_PARTICIPANT);
                told.push((name.clone(), topic.join_ref.clone(), servers));
            }
        }
        for (name, join_ref, servers) in told {
            let (event, payload) = ice_servers(&servers);
            let text = push(join_ref.as_deref(), &name, event, &payload);
            self.write(text_frame(&text), ctx);
        }
    }
}
