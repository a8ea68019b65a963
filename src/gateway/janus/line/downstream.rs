//! The subscribing side of a line: made with its first streams, changed, let go.

use std::rc::Rc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::JanusLine;
use crate::gateway::janus::subscriber::Subscriber;
use crate::gateway::janus::words;
use crate::gateway::{GatewayError, Subscribed, SubscriptionChange};
use crate::janus::errors::Error;
use crate::janus::videoroom::{NO_SUCH_FEED, Subscribe, Updated, VideoRoom};

/// How long Janus may take to let a handle go.
const DETACH_DEADLINE: Duration = Duration::from_secs(4);

impl JanusLine {
    pub(super) async fn change(
        self,
        change: SubscriptionChange,
        deadline: Instant,
    ) -> Result<Subscribed, GatewayError> {
        let after = deadline.saturating_duration_since(Instant::now());
        let turn = timeout_at(deadline, self.shared.changing.lock()).await;
        let _turn = turn.map_err(|_| GatewayError::Timeout {
            request: "subscribe",
            after,
        })?;
        let subscribe: Vec<Subscribe> = change
            .subscribe
            .iter()
            .map(|(feed, mid)| Subscribe {
                feed: feed.to_string(),
                mid: Some(mid.to_string()),
            })
            .collect();
        let updated = match self.subscriber() {
            // streams in use belong to a subscriber, so there are none to let go
            None if subscribe.is_empty() => return Ok(Subscribed::Nothing),
            None => self.begin(&subscribe, deadline).await?,
            Some(subscriber) => {
                let unsubscribe: Vec<String> =
                    change.unsubscribe.iter().map(ToString::to_string).collect();
                if subscribe.is_empty() && unsubscribe.is_empty() {
                    return Ok(Subscribed::Nothing);
                }
                let update = subscriber
                    .videoroom
                    .update(&subscribe, &unsubscribe, deadline);
                (update.await, subscriber)
            }
        };
        match updated {
            (Ok(updated), subscriber) => subscriber.subscribed(updated),
            (Err(Error::Plugin { code, .. }), _) if code == NO_SUCH_FEED => {
                Ok(Subscribed::NoSuchFeed)
            }
            (Err(error), _) => Err(words::error(error)),
        }
    }

    /// Makes the subscribing side with its first streams. If they are refused it is given back, so
    /// that a subscriber always has had an offer.
    async fn begin(
        &self,
        subscribe: &[Subscribe],
        deadline: Instant,
    ) -> Result<(Result<Updated, Error>, Rc<Subscriber>), GatewayError> {
        let room = {
            let joined = self.shared.joined.borrow();
            joined.as_ref().map(|(room, _)| room.id.clone())
        };
        let room = room.ok_or_else(|| words::unasked("subscribe", "no room was joined"))?;
        let attached = VideoRoom::attach(&self.shared.session, "subscriber", deadline).await;
        let subscriber = Rc::new(Subscriber::new(attached.map_err(words::error)?));
        // known before its first event
        *self.shared.subscriber.borrow_mut() = Some(subscriber.clone());
        let mut unjoined = Unjoined {
            line: self,
            subscriber: subscriber.clone(),
            armed: true,
        };
        let updated = subscriber
            .videoroom
            .join_subscriber(&room, subscribe, deadline)
            .await;
        unjoined.armed = false;
        if updated.is_err() {
            self.let_go(&subscriber);
        }
        Ok((updated, subscriber))
    }

    /// Takes `subscriber` off, if it is still the one: it is heard of no more.
    fn take_off(&self, subscriber: &Rc<Subscriber>) {
        let current = self.subscriber();
        if current.is_some_and(|current| Rc::ptr_eq(&current, subscriber)) {
            self.shared.subscriber.borrow_mut().take();
        }
        subscriber.videoroom.handle().forget();
    }

    /// Takes `subscriber` off and gives its handle back, in the background.
    pub(super) fn let_go(&self, subscriber: &Rc<Subscriber>) {
        self.take_off(subscriber);
        let handle = subscriber.videoroom.handle().clone();
        tokio::task::spawn_local(async move {
            if let Err(error) = handle.detach(Instant::now() + DETACH_DEADLINE).await {
                log::debug!(error = error.to_string().as_str(); "a handle was not given back");
            }
        });
    }
}

/// A subscriber whose first join has not come to its end. If its caller gives up, it is taken off;
/// its handle stays with the session, since nothing is asked of Janus while dropping.
struct Unjoined<'a> {
    line: &'a JanusLine,
    subscriber: Rc<Subscriber>,
    armed: bool,
}

impl Drop for Unjoined<'_> {
    fn drop(&mut self) {
        if self.armed {
            self.line.take_off(&self.subscriber);
        }
    }
}
