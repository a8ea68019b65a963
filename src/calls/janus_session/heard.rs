//! What the gateway tells of a call: what of it goes to the room, what to the owner, what ends it.

use std::time::Duration;

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use tokio::time::Instant;

use super::{FeedLeft, JanusSession, REQUEST_WITHIN};
use crate::calls::messages::CallNotice;
use crate::gateway::GatewayEvent;
use crate::names::{Feed, Kind, Mid, Of};
use crate::otp::cast;
use crate::rooms::messages::CallNews;

/// After the publisher's connection ended, how long its owner has to say why.
const HANGUP_GRACE: Duration = Duration::from_millis(300);

impl JanusSession {
    pub(super) fn heard(&mut self, event: GatewayEvent, ctx: &mut Context<Self>) {
        match event {
            GatewayEvent::Publishers(publications) => {
                for publication in publications {
                    if publication.feed.participant != self.participant {
                        self.subscriptions.published(publication);
                    }
                }
                self.advance(ctx);
            }
            GatewayEvent::Unpublished(feed) => self.subscriptions.unpublished(&feed),
            GatewayEvent::Leaving(feed) => {
                self.subscriptions.unpublished(&feed);
                // Nobody ended that call, so its session was taken away: its owner's poll would not
                // tell, and its next keepalive is seconds away.
                let Feed {
                    participant,
                    generation,
                } = feed;
                if self.record.lock().is_live(&participant, generation) {
                    cast(&self.feed_left, FeedLeft { participant });
                }
            }
            GatewayEvent::Talking { feed, talking } => {
                // Everybody hears it of everybody; each says it of oneself.
                if feed == self.feed() {
                    self.tell_room(CallNews::Talking(talking));
                }
            }
            GatewayEvent::Configured(of) => {
                fail::fail_point!("session-configured");
                self.tell_owner(CallNotice::Configured(of));
            }
            GatewayEvent::WebrtcUp(of) => {
                self.tell_owner(CallNotice::WebrtcUp(of));
                if of == Of::Publisher {
                    self.publisher_up = true;
                    self.announce();
                }
            }
            GatewayEvent::Media {
                of: Of::Publisher,
                mid,
                kind,
                receiving,
            } => {
                self.media(mid, kind, receiving, ctx);
            }
            GatewayEvent::Media {
                of: Of::Subscriber, ..
            } => {}
            GatewayEvent::SlowLink {
                of,
                mid,
                uplink,
                lost,
            } => {
                self.tell_owner(CallNotice::SlowLink {
                    of,
                    mid,
                    uplink,
                    lost,
                });
            }
            GatewayEvent::Hangup {
                of: Of::Publisher,
                reason,
            } => {
                self.tell_owner(CallNotice::Hangup {
                    of: Of::Publisher,
                    reason,
                });
                ctx.run_later(HANGUP_GRACE, |this, ctx| this.fail("media_lost", ctx));
            }
            GatewayEvent::Hangup {
                of: Of::Subscriber,
                reason,
            } => {
                self.renew_subscriber(&reason, ctx);
            }
            GatewayEvent::SubscriberOffer(offer) => {
                let offer = self.subscriptions.offered(offer, Instant::now());
                self.tell_owner(CallNotice::Offer(offer));
            }
            GatewayEvent::RoomDestroyed => self.fail("janus_room_destroyed", ctx),
            GatewayEvent::SessionGone { what } => {
                log::info!(participant = self.participant.as_str(), what = what; "taken away");
                self.fail("janus_session_lost", ctx);
            }
            GatewayEvent::Unknown { name } => {
                log::debug!(name = name.as_str(); "unknown event of the gateway");
                self.parts.metrics.janus_error("unknown_event");
            }
        }
    }

    pub(super) fn media(&mut self, mid: Mid, kind: Kind, receiving: bool, ctx: &mut Context<Self>) {
        let before = self.receiving.insert(mid.clone(), receiving);
        self.tell_room(CallNews::Media {
            mid,
            kind,
            receiving,
        });
        // After a gap the others' pictures stay frozen for seconds, until a key frame.
        if kind == Kind::Video
            && receiving
            && before == Some(false)
            && let Some(line) = self.line()
        {
            let asked = line
                .request_keyframe(Instant::now() + REQUEST_WITHIN)
                .into_actor(self);
            ctx.spawn(asked.map(|asked, this, ctx| {
                if let Err(error) = asked
                    && error.is_outage()
                {
                    this.fail_with(&error, ctx);
                }
            }));
        }
    }
}
