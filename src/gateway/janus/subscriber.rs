//! The subscribing side of a line: its handle, and the last offer that came of it.

use std::cell::{Cell, RefCell};

use super::words;
use crate::gateway::{GatewayError, Subscribed, SubscribedStream, SubscriberOffer};
use crate::janus::videoroom::{Offer, Updated, VideoRoom};

/// The subscribing side.
pub(super) struct Subscriber {
    pub(super) videoroom: VideoRoom,
    /// What the last offer has on its m-lines.
    streams: RefCell<Vec<SubscribedStream>>,
    /// The version of the last offer, to know one that is doubled or overtaken.
    version: Cell<Option<u64>>,
}

impl Subscriber {
    pub(super) fn new(videoroom: VideoRoom) -> Self {
        Self {
            videoroom,
            streams: RefCell::default(),
            version: Cell::default(),
        }
    }

    /// Remembers an offer and says it in our terms; none if a later one is known, or itself: what is
    /// asked for and what is pushed reach us by two ways.
    pub(super) fn take(&self, offer: Offer) -> Result<Option<SubscriberOffer>, GatewayError> {
        let version = words::version(&offer.sdp);
        if version.is_some() && version <= self.version.get() {
            log::debug!("an offer is passed over, a later one is known");
            return Ok(None);
        }
        let offer = words::offer(offer, &self.streams.borrow())?;
        self.version.set(version);
        *self.streams.borrow_mut() = offer.streams.clone();
        Ok(Some(offer))
    }

    pub(super) fn subscribed(&self, updated: Updated) -> Result<Subscribed, GatewayError> {
        match updated {
            Updated::Offer(offer) => Ok(self
                .take(offer)?
                .map_or(Subscribed::Nothing, Subscribed::Offer)),
            Updated::Unchanged | Updated::Postponed => Ok(Subscribed::Nothing),
        }
    }
}
