//! What comes down to one participant: who publishes, what is wanted, what was offered. Pure.
//!
//! One offer is out at a time; what changes meanwhile changes the wanted set only, and the difference
//! goes out once the offer was answered. Offers are numbered by one process-wide rising count, so
//! that versions rise over a membership, whatever lives of calls it sees.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use tokio::time::Instant;

use crate::gateway::{
    Preference, Publication, Subscribed, SubscribedStream, SubscriberOffer, SubscriptionChange,
};
use crate::names::{Feed, Generation, Mid, ParticipantId, PublishedStream, Source};
use crate::sdp::Sdp;

/// After this long without an answer to an offer, the subscribing side is made anew.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// One stream, or all of a participant's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Whose.
    pub participant: ParticipantId,
    /// Which; all if `None`.
    pub mid: Option<Mid>,
}

/// An m-line of an offer in the browser's terms.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct OfferedStream {
    /// Its mid in the subscribing connection.
    pub mid: Mid,
    /// Whose stream.
    pub participant: ParticipantId,
    /// Which life of their call.
    pub generation: Generation,
    /// What it is.
    pub source: Source,
}

/// A numbered offer.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Rises with each offer.
    pub version: u64,
    /// What the gateway offers.
    pub sdp: Sdp,
    /// What is on its m-lines.
    pub streams: Vec<OfferedStream>,
}

struct Outstanding {
    offer: Offer,
    since: Instant,
}

/// What is to be asked of the gateway next.
#[derive(Debug)]
pub enum Step {
    /// Nothing now.
    Nothing,
    /// Change what comes down.
    Change(SubscriptionChange),
    /// Restart ICE.
    RestartIce,
}

/// What an answer is worth.
#[derive(Debug)]
pub enum Answer {
    /// It answers what is out: pass it on.
    Newest(Sdp),
    /// It was answered so before: nothing to do.
    Again,
    /// It is of an older offer; send the newest again if there is one out.
    Stale(Option<Offer>),
}

/// Somebody's say over what they receive of one participant.
#[derive(Default)]
struct Choice {
    all: Option<bool>,
    mids: HashMap<Mid, bool>,
}

/// See the module.
#[derive(Default)]
pub struct Subscriptions {
    published: BTreeMap<Feed, Vec<PublishedStream>>,
    choices: HashMap<ParticipantId, Choice>,
    current: Vec<SubscribedStream>,
    out: Option<Outstanding>,
    answered: Option<u64>,
    asking: Option<SubscriptionChange>,
    restart_wanted: bool,
    // Feeds the gateway said it has not (yet); until there is news of them.
    missing: HashSet<Feed>,
    // One of several was missing: ask for one after the other, to learn which.
    one_by_one: bool,
    // What was asked came to nothing: until an offer, or the timer.
    paused: bool,
    unanswered: u32,
}

impl Subscriptions {
    /// Somebody publishes: replaces what was known of them, earlier lives too.
    pub fn published(&mut self, publication: Publication) {
        let Publication { feed, streams } = publication;
        let known = self
            .published
            .keys()
            .find(|known| known.participant == feed.participant);
        if known.is_some_and(|known| known.generation > feed.generation) {
            return;
        }
        self.published
            .retain(|known, _| known.participant != feed.participant);
        self.missing.remove(&feed);
        self.published.insert(feed, streams);
    }

    /// Somebody's streams are gone. The gateway takes them out of the offer by itself.
    pub fn unpublished(&mut self, feed: &Feed) {
        self.published.remove(feed);
        self.missing.remove(feed);
    }

    /// Tries again what was missing or came to nothing, as a slow timer does.
    pub fn retry(&mut self) {
        self.missing.clear();
        self.paused = false;
    }

    /// Chooses to receive these, or not. `Err`: nobody publishes that.
    pub fn choose(&mut self, selections: &[Selection], receive: bool) -> Result<(), Selection> {
        for selection in selections {
            let exists = self.published.iter().any(|(feed, streams)| {
                feed.participant == selection.participant
                    && selection
                        .mid
                        .as_ref()
                        .is_none_or(|mid| streams.iter().any(|s| s.mid == *mid))
            });
            if !exists {
                return Err(selection.clone());
            }
        }
        for selection in selections {
            let choice = self
                .choices
                .entry(selection.participant.clone())
                .or_default();
            match &selection.mid {
                Some(mid) => {
                    choice.mids.insert(mid.clone(), receive);
                }
                None => {
                    *choice = Choice {
                        all: Some(receive),
                        mids: HashMap::new(),
                    }
                }
            }
        }
        Ok(())
    }

    /// Wants an ICE restart of what comes down.
    pub fn want_restart(&mut self) {
        self.restart_wanted = !self.current.is_empty();
    }

    fn wants(&self, feed: &Feed, mid: &Mid) -> bool {
        let choice = self.choices.get(&feed.participant);
        choice
            .and_then(|c| c.mids.get(mid).copied().or(c.all))
            .unwrap_or(true)
    }

    /// What to ask of the gateway now; nothing while an answer of it, or of the browser, is awaited.
    /// What it answers goes to [`Self::asked`].
    pub fn next_step(&mut self) -> Step {
        if self.asking.is_some() || self.out.is_some() || self.paused {
            return Step::Nothing;
        }
        if std::mem::take(&mut self.restart_wanted) {
            self.asking = Some(SubscriptionChange::default());
            return Step::RestartIce;
        }
        let mut change = SubscriptionChange::default();
        for (feed, streams) in &self.published {
            if self.missing.contains(feed) {
                continue;
            }
            let new = streams.iter().filter(|stream| {
                !stream.disabled && self.wants(feed, &stream.mid) && !self.has(feed, &stream.mid)
            });
            change
                .subscribe
                .extend(new.map(|stream| (feed.clone(), stream.mid.clone())));
            if self.one_by_one && !change.subscribe.is_empty() {
                break;
            }
        }
        let unwanted = self.current.iter().filter(|stream| {
            self.published.contains_key(&stream.feed) && !self.wants(&stream.feed, &stream.feed_mid)
        });
        change
            .unsubscribe
            .extend(unwanted.map(|stream| stream.mid.clone()));
        if change == SubscriptionChange::default() {
            self.one_by_one = false;
            return Step::Nothing;
        }
        self.asking = Some(change.clone());
        Step::Change(change)
    }

    fn has(&self, feed: &Feed, mid: &Mid) -> bool {
        self.current
            .iter()
            .any(|stream| stream.feed == *feed && stream.feed_mid == *mid)
    }

    /// The gateway answered the last step. An offer in it is now out.
    pub fn asked(&mut self, subscribed: Subscribed, now: Instant) -> Option<Offer> {
        let asked = self.asking.take().unwrap_or_default();
        match subscribed {
            Subscribed::Offer(offer) => Some(self.offered(offer, now)),
            // Its offer comes later, if any does: asking again at once would be asking for ever.
            Subscribed::Nothing => {
                self.paused = true;
                None
            }
            Subscribed::NoSuchFeed => {
                let feeds: HashSet<_> = asked.subscribe.into_iter().map(|(feed, _)| feed).collect();
                if feeds.len() > 1 {
                    self.one_by_one = true;
                } else {
                    self.paused = feeds.is_empty();
                    self.missing.extend(feeds);
                }
                None
            }
        }
    }

    /// The gateway offers: the next version, which is out now and replaces what was out before.
    pub fn offered(&mut self, offer: SubscriberOffer, now: Instant) -> Offer {
        let SubscriberOffer {
            offer: sdp,
            streams,
        } = offer;
        self.paused = false;
        self.current = streams;
        let streams = self.current.iter().map(|stream| OfferedStream {
            mid: stream.mid.clone(),
            participant: stream.feed.participant.clone(),
            generation: stream.feed.generation,
            source: self.source_of(&stream.feed, &stream.feed_mid),
        });
        let offer = Offer {
            version: Generation::next().0,
            sdp,
            streams: streams.collect(),
        };
        self.out = Some(Outstanding {
            offer: offer.clone(),
            since: now,
        });
        offer
    }

    fn source_of(&self, feed: &Feed, mid: &Mid) -> Source {
        let streams = self
            .published
            .get(feed)
            .map(Vec::as_slice)
            .unwrap_or_default();
        streams
            .iter()
            .find(|stream| stream.mid == *mid)
            .map_or(Source::Camera, |s| s.source)
    }

    /// What is out and unanswered.
    pub fn outstanding(&self) -> Option<&Offer> {
        self.out.as_ref().map(|out| &out.offer)
    }

    /// Looks at an answer. After [`Answer::Newest`] call [`Self::answered`] once it was passed on.
    pub fn check_answer(&self, version: u64) -> Answer {
        match &self.out {
            Some(out) if out.offer.version == version => Answer::Newest(out.offer.sdp.clone()),
            _ if self.answered == Some(version) => Answer::Again,
            out => Answer::Stale(out.as_ref().map(|out| out.offer.clone())),
        }
    }

    /// The gateway took the answer to this version. A newer offer that came meanwhile stays out.
    pub fn answered(&mut self, version: u64) {
        self.answered = Some(version);
        self.unanswered = 0;
        if self
            .out
            .as_ref()
            .is_some_and(|out| out.offer.version == version)
        {
            self.out = None;
        }
    }

    /// Whether the offer that is out has waited too long; then how often that happened in a row.
    pub fn overdue(&mut self, now: Instant) -> Option<u32> {
        let out = self.out.as_ref()?;
        (now.saturating_duration_since(out.since) >= ANSWER_WITHIN).then(|| {
            self.unanswered += 1;
            self.unanswered
        })
    }

    /// The subscribing side is gone: everything wanted is subscribed anew.
    pub fn reset(&mut self) {
        self.current.clear();
        self.out = None;
        self.asking = None;
        self.restart_wanted = false;
        self.paused = false;
    }

    /// The gateway refused an answer; how often one was refused or missed in a row.
    pub fn answer_refused(&mut self) -> u32 {
        self.unanswered += 1;
        self.unanswered
    }

    /// Finds the m-line on which somebody's stream comes down.
    pub fn mid_of(&self, participant: &ParticipantId, mid: &Mid) -> Option<Mid> {
        self.current
            .iter()
            .find(|stream| stream.feed.participant == *participant && stream.feed_mid == *mid)
            .map(|stream| stream.mid.clone())
    }

    /// Names a preference's m-line. `Err`: that is not received.
    pub fn prefer(
        &self,
        selection: &Selection,
        layers: (Option<u8>, Option<u8>, Option<bool>),
    ) -> Result<Preference, Selection> {
        let mid = selection
            .mid
            .as_ref()
            .and_then(|mid| self.mid_of(&selection.participant, mid));
        let (substream, temporal, send) = layers;
        let mid = mid.ok_or_else(|| selection.clone())?;
        Ok(Preference {
            mid,
            substream,
            temporal,
            send,
        })
    }
}

#[cfg(test)]
mod tests;
