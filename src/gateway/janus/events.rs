//! What a call hears of Janus, in participants' terms.

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use super::line::JanusLine;
use super::words;
use crate::gateway::{EventStream, GatewayError, GatewayEvent};
use crate::janus::errors::harmless;
use crate::janus::events::{Kind as Happened, PluginData};
use crate::janus::session::{Events, Heard};
use crate::janus::videoroom::{Said, offer_of};
use crate::names::{Feed, Mid, Of};

/// The events of one line.
pub(super) struct JanusEvents {
    events: Events,
    line: JanusLine,
}

impl JanusEvents {
    pub(super) fn new(events: Events, line: JanusLine) -> Self {
        Self { events, line }
    }

    async fn listen(&mut self) -> Result<Vec<GatewayEvent>, GatewayError> {
        let heard = self.events.next().await.map_err(words::error)?;
        let mut told = Vec::new();
        for heard in heard {
            self.tell(heard, &mut told)?;
        }
        Ok(told)
    }

    fn tell(&self, heard: Heard, told: &mut Vec<GatewayEvent>) -> Result<(), GatewayError> {
        let name = heard.kind.name().to_owned();
        let unknown = |name: &str| GatewayEvent::Unknown {
            name: harmless(name),
        };
        let Some(handle) = heard.handle else {
            told.push(if heard.kind == Happened::Timeout {
                GatewayEvent::SessionGone { what: "timeout" }
            } else {
                unknown(&name)
            });
            return Ok(());
        };
        let Some(of) = self.line.side(handle) else {
            log::debug!(event = name.as_str(); "event of a handle that was let go");
            return Ok(());
        };
        let event = match heard.kind {
            Happened::Plugin(said) => return self.said(of, heard.answered, said, told),
            Happened::WebrtcUp => GatewayEvent::WebrtcUp(of),
            Happened::Media {
                mid,
                media,
                receiving,
            } => match (Mid::parse(&mid), words::kind(media)) {
                (Some(mid), Some(kind)) => GatewayEvent::Media {
                    of,
                    mid,
                    kind,
                    receiving,
                },
                _ => unknown(&name),
            },
            // Janus says which of its own ways is bad; its down is the browser's up, on both sides
            Happened::SlowLink { mid, uplink, lost } => match Mid::parse(&mid) {
                Some(mid) => GatewayEvent::SlowLink {
                    of,
                    mid,
                    uplink: !uplink,
                    lost,
                },
                None => unknown(&name),
            },
            Happened::Hangup { reason } => GatewayEvent::Hangup {
                of,
                reason: harmless(&reason),
            },
            Happened::Detached => GatewayEvent::SessionGone { what: "detached" },
            Happened::Timeout => GatewayEvent::SessionGone { what: "timeout" },
            Happened::Keepalive => return Ok(()),
            Happened::IceFailed | Happened::Trickle(_) | Happened::Unknown { .. } => unknown(&name),
        };
        told.push(event);
        Ok(())
    }

    /// What the plugin said. What answered a message is told only where more than the asker cares.
    fn said(
        &self,
        of: Of,
        answered: bool,
        said: PluginData,
        told: &mut Vec<GatewayEvent>,
    ) -> Result<(), GatewayError> {
        let unknown = |name: &str| GatewayEvent::Unknown {
            name: name.to_owned(), // ours, or made harmless where it was read
        };
        let about = |id: &str, event: fn(Feed) -> GatewayEvent| match Feed::parse(id) {
            Some(feed) => event(feed),
            None => unknown("event of a foreign feed"),
        };
        let event = match Said::read(&said.data) {
            Said::Configured(_) if of == Of::Publisher && said.jsep.is_some() => {
                GatewayEvent::Configured(of)
            }
            Said::Started => GatewayEvent::Configured(of),
            _ if answered => return Ok(()),
            Said::Publishers(publishers) | Said::Joined(publishers) => {
                GatewayEvent::Publishers(words::publications(publishers))
            }
            Said::Unpublished(Some(id)) => about(&id, GatewayEvent::Unpublished),
            Said::Leaving(id) => about(&id, GatewayEvent::Leaving),
            Said::Kicked(id) if self.is_own(&id) => GatewayEvent::SessionGone { what: "kicked" },
            Said::Kicked(id) => about(&id, GatewayEvent::Leaving),
            Said::Left { reason } => GatewayEvent::SessionGone {
                what: match reason.as_deref() {
                    Some("kicked") => "kicked",
                    _ => "left",
                },
            },
            Said::Talking { id, talking } => match Feed::parse(&id) {
                Some(feed) => GatewayEvent::Talking { feed, talking },
                None => unknown("talking of a foreign feed"),
            },
            Said::Updated(_) | Said::Configured(_) if of == Of::Subscriber => {
                let offer = offer_of(said).map_err(words::error)?;
                match offer.map(|offer| self.line.pushed(offer)).transpose()? {
                    Some(Some(offer)) => GatewayEvent::SubscriberOffer(offer),
                    Some(None) | None => return Ok(()),
                }
            }
            Said::Destroyed => GatewayEvent::RoomDestroyed,
            // one's own end of publishing comes with its `hangup`; the others change nothing here
            Said::Unpublished(None)
            | Said::Joining(_)
            | Said::Configured(_)
            | Said::Updated(_)
            | Said::Updating
            | Said::Moderated
            | Said::SlowLink => {
                log::debug!("event without consequence");
                return Ok(());
            }
            Said::Error { code, .. } => unknown(&format!("error {code}")),
            Said::Unknown(name) => unknown(&name),
        };
        told.push(event);
        Ok(())
    }

    fn is_own(&self, id: &str) -> bool {
        self.line
            .own_feed()
            .is_some_and(|feed| feed.to_string() == id)
    }
}

impl EventStream for JanusEvents {
    fn next(&mut self) -> LocalBoxFuture<'_, Result<Vec<GatewayEvent>, GatewayError>> {
        self.listen().boxed_local()
    }
}
