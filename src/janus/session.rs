//! One session on Janus: its handles, its life, and what it hears.
//!
//! Made by [`Client::create`](super::client::Client::create) as a pair: the [`Session`] asks, its
//! [`Events`] listen. Messages are answered by events, so they are answered only while somebody
//! calls [`Events::next`]. What ends the listening ends the session for us: everything that waits
//! fails with the same error, and nothing more is sent. On Janus it lives on until it is destroyed
//! or times out.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use serde_json::{Map, Value};
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use super::client::{Transactions, ask, made};
use super::errors::{Error, harmless};
use super::events::{Event, Kind, PluginData};
use super::handle::{Handle, HandleState};
use super::transport::{Link, Request};

/// How many transactions that are over are remembered, to know a doubled answer for what it is.
const REMEMBERED: usize = 64;

/// A session. Cheap to clone. Dropping it asks nothing of Janus.
#[derive(Clone)]
pub struct Session {
    pub(crate) shared: Rc<Shared>,
}

/// What a session and its handles share.
pub(crate) struct Shared {
    link: Rc<dyn Link>,
    pub(crate) id: u64,
    transactions: Transactions,
    /// Who waits for an event, by transaction.
    waiting: RefCell<HashMap<String, Waiting>>,
    /// Transactions that were answered or given up.
    over: RefCell<VecDeque<String>>,
    handles: RefCell<HashMap<u64, Rc<HandleState>>>,
    /// Why nothing works any more.
    lost: RefCell<Option<Error>>,
    /// Wakes the listener when `lost` is set.
    ended: Notify,
    ignored: Cell<u64>,
}

struct Waiting {
    handle: u64,
    answer: oneshot::Sender<Result<PluginData, Error>>,
}

/// An event, as a session's listener gets it.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// The handle it is of; none if it is of the session.
    pub handle: Option<u64>,
    /// Whether it also answered a message of ours.
    pub answered: bool,
    /// What happened.
    pub kind: Kind,
}

/// What a session hears. The only one; dropping it ends the session for us.
pub struct Events {
    shared: Rc<Shared>,
}

impl Session {
    pub(crate) fn new(link: Rc<dyn Link>, id: u64, transactions: Transactions) -> (Self, Events) {
        let shared = Rc::new(Shared {
            link,
            id,
            transactions,
            waiting: RefCell::default(),
            over: RefCell::default(),
            handles: RefCell::default(),
            lost: RefCell::default(),
            ended: Notify::new(),
            ignored: Cell::default(),
        });
        let events = Events {
            shared: shared.clone(),
        };
        (Self { shared }, events)
    }

    /// Its id.
    pub fn id(&self) -> u64 {
        self.shared.id
    }

    /// Attaches to a plugin (Janus: `attach`). `opaque_id` is what the Admin API shows of it.
    ///
    /// # Errors
    /// `Core` with code 460 if there is no such plugin.
    pub async fn attach(
        &self,
        plugin: &'static str,
        opaque_id: &str,
        deadline: Instant,
    ) -> Result<Handle, Error> {
        let mut members = Map::new();
        members.insert("plugin".into(), plugin.into());
        members.insert("opaque_id".into(), opaque_id.into());
        let id = made(&self.shared.ask("attach", None, members, deadline).await?)?;
        let state = Rc::new(HandleState::new(id, plugin));
        self.shared.handles.borrow_mut().insert(id, state.clone());
        Ok(Handle::new(self.shared.clone(), state))
    }

    /// Tells Janus that the session is wanted, and asks whether it is still there (`keepalive`).
    ///
    /// # Errors
    /// `SessionLost` if not; the listener learns it too.
    pub async fn keepalive(&self, deadline: Instant) -> Result<(), Error> {
        self.shared
            .ask("keepalive", None, Map::new(), deadline)
            .await
            .map(drop)
    }

    /// Ends it with all its handles (`destroy`). Drop the [`Events`] then: their poll would hang.
    ///
    /// # Errors
    /// `SessionLost` if there was none.
    pub async fn destroy(&self, deadline: Instant) -> Result<(), Error> {
        let answer = self
            .shared
            .ask("destroy", None, Map::new(), deadline)
            .await
            .map(drop);
        self.shared.end(Error::SessionLost);
        answer
    }

    /// How many events were passed over because they were of another session, an unknown handle,
    /// or had been heard before.
    pub fn ignored(&self) -> u64 {
        self.shared.ignored.get()
    }
}

impl Events {
    /// The next events in order; none if Janus only said that it lives.
    ///
    /// Not to be cancelled while the session is wanted: an event may be lost with it, so a cancelled
    /// call ends the session for us, and so does every error.
    ///
    /// # Errors
    /// Of the transport; `SessionLost`; `Protocol` if what came is not a list of events. The same
    /// error again if called again.
    pub async fn next(&mut self) -> Result<Vec<Heard>, Error> {
        if let Some(error) = self.shared.lost() {
            return Err(error);
        }
        let mut unfinished = Unfinished {
            shared: &self.shared,
            armed: true,
        };
        let poll = self.shared.link.events(self.shared.id);
        let polled = tokio::select! {
            biased;
            polled = poll => polled,
            () = self.shared.ended.notified() => Err(self.shared.lost().unwrap_or(Error::SessionLost)),
        };
        let heard = polled.and_then(|raw| {
            let events: Result<Vec<Event>, Error> = raw.into_iter().map(Event::read).collect();
            Ok(events?
                .into_iter()
                .filter_map(|event| self.shared.hear(event))
                .collect())
        });
        unfinished.armed = false;
        if let Err(error) = &heard {
            self.shared.end(error.clone());
        }
        heard
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.shared.end(Error::Lost {
            detail: "nobody listens to the session any more".into(),
        });
    }
}

/// Ends the session unless the poll came to its end.
struct Unfinished<'a> {
    shared: &'a Shared,
    armed: bool,
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if self.armed {
            self.shared.end(Error::Lost {
                detail: "a poll was given up".into(),
            });
        }
    }
}

impl Shared {
    /// Sends one request and gives its checked answer, unless the session is lost.
    pub(crate) async fn ask(
        &self,
        name: &'static str,
        handle: Option<u64>,
        members: Map<String, Value>,
        deadline: Instant,
    ) -> Result<Value, Error> {
        self.ask_as(self.transactions.next(), name, handle, members, deadline)
            .await
    }

    /// The same, under a transaction that was registered before.
    pub(crate) async fn ask_as(
        &self,
        transaction: String,
        name: &'static str,
        handle: Option<u64>,
        mut members: Map<String, Value>,
        deadline: Instant,
    ) -> Result<Value, Error> {
        if let Some(error) = self.lost() {
            return Err(error);
        }
        members.insert("janus".into(), name.into());
        let request = Request {
            name,
            session: Some(self.id),
            handle,
            transaction,
            members,
        };
        let answer = ask(&*self.link, request, deadline).await;
        if matches!(answer, Err(Error::SessionLost)) {
            self.end(Error::SessionLost);
        }
        answer
    }

    /// Registers a transaction, so that an event which comes before its `ack` finds it.
    pub(crate) fn expect(
        &self,
        handle: u64,
    ) -> (String, oneshot::Receiver<Result<PluginData, Error>>) {
        let transaction = self.transactions.next();
        let (answer, receiver) = oneshot::channel();
        self.waiting
            .borrow_mut()
            .insert(transaction.clone(), Waiting { handle, answer });
        (transaction, receiver)
    }

    /// Waits no longer. What comes of it later is passed over, if `late_is_news` is not set.
    pub(crate) fn give_up(&self, transaction: &str, late_is_news: bool) {
        if self.waiting.borrow_mut().remove(transaction).is_some() && !late_is_news {
            self.remember(transaction.to_owned());
        }
    }

    pub(crate) fn forget_handle(&self, handle: u64) {
        self.handles.borrow_mut().remove(&handle);
    }

    pub(crate) fn lost(&self) -> Option<Error> {
        self.lost.borrow().clone()
    }

    /// Ends the session for us; the first reason counts. Must not panic: runs in `Drop`.
    fn end(&self, error: Error) {
        let first = {
            let mut lost = self.lost.borrow_mut();
            lost.is_none() && {
                *lost = Some(error.clone());
                true
            }
        };
        if !first {
            return;
        }
        let waiting = std::mem::take(&mut *self.waiting.borrow_mut());
        for waiting in waiting.into_values() {
            let _ = waiting.answer.send(Err(error.clone()));
        }
        self.ended.notify_one();
    }

    fn remember(&self, transaction: String) {
        let mut over = self.over.borrow_mut();
        if over.len() >= REMEMBERED {
            over.pop_front();
        }
        over.push_back(transaction);
    }

    /// Takes an event: to who waits for it, and to the listener.
    fn hear(&self, event: Event) -> Option<Heard> {
        if event.kind == Kind::Keepalive {
            return None;
        }
        if event.session != Some(self.id) {
            return self.ignore("of a foreign session", &event);
        }
        let handle = match event.sender {
            None => None,
            Some(sender) => match self.handles.borrow().get(&sender) {
                Some(state) => Some(state.clone()),
                None => return self.ignore("of an unknown handle", &event),
            },
        };
        if let Some(state) = &handle {
            match &event.kind {
                Kind::Hangup { .. } => state.spoil("it hung up"),
                Kind::Detached => state.spoil("it was detached"),
                Kind::Plugin(_)
                | Kind::WebrtcUp
                | Kind::Media { .. }
                | Kind::SlowLink { .. }
                | Kind::IceFailed
                | Kind::Timeout
                | Kind::Trickle(_)
                | Kind::Keepalive
                | Kind::Unknown { .. } => {}
            }
        }
        let answered = match (&event.transaction, event.sender) {
            (Some(transaction), Some(sender)) => {
                if self.over.borrow().contains(transaction) {
                    return self.ignore("heard before, or given up", &event);
                }
                self.answer(transaction, sender, &event.kind)
            }
            _ => false,
        };
        Some(Heard {
            handle: event.sender,
            answered,
            kind: event.kind,
        })
    }

    /// Gives an event to who waits for it, if anybody does.
    fn answer(&self, transaction: &str, sender: u64, kind: &Kind) -> bool {
        let waiting = {
            let mut all = self.waiting.borrow_mut();
            match all.get(transaction) {
                Some(waiting) if waiting.handle == sender => all.remove(transaction),
                _ => None,
            }
        };
        let Some(waiting) = waiting else {
            return false;
        };
        self.remember(transaction.to_owned());
        let answer = if let Kind::Plugin(said) = kind {
            Ok(said.clone())
        } else {
            Err(Error::protocol(format!(
                "a message was answered by an unreadable `{}`",
                kind.name()
            )))
        };
        let _ = waiting.answer.send(answer);
        true
    }

    fn ignore(&self, why: &'static str, event: &Event) -> Option<Heard> {
        self.ignored.set(self.ignored.get() + 1);
        log::warn!(session = self.id, event = harmless(event.kind.name()).as_str(), why;
            "event passed over");
        None
    }
}
