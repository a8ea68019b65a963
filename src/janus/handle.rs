//! One handle: a session's connection to a plugin, and its PeerConnection.
//!
//! At most one message is under way a handle, from its sending to the event that answers it;
//! others wait their turn in order. A message that got no answer leaves the handle unusable, since
//! Janus may still be at work on it, and overlapping work on one handle can crash Janus 1.1.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};
use tokio::time::{Instant, timeout_at};

use super::errors::Error;
use super::events::{Jsep, PluginData, id_of};
use super::session::Shared;

/// A handle. Cheap to clone. Dropping it asks nothing of Janus.
#[derive(Clone)]
pub struct Handle {
    shared: Rc<Shared>,
    state: Rc<HandleState>,
}

/// What a handle's session knows of it.
pub(crate) struct HandleState {
    id: u64,
    plugin: &'static str,
    turn: tokio::sync::Mutex<()>,
    /// Why it must not be used any more.
    spoilt: Cell<Option<&'static str>>,
}

impl HandleState {
    pub(crate) fn new(id: u64, plugin: &'static str) -> Self {
        Self {
            id,
            plugin,
            turn: tokio::sync::Mutex::new(()),
            spoilt: Cell::new(None),
        }
    }

    pub(crate) fn spoil(&self, why: &'static str) {
        if self.spoilt.get().is_none() {
            self.spoilt.set(Some(why));
        }
    }
}

impl Handle {
    pub(crate) fn new(shared: Rc<Shared>, state: Rc<HandleState>) -> Self {
        Self { shared, state }
    }

    /// Its id; events name it.
    pub fn id(&self) -> u64 {
        self.state.id
    }

    /// Makes it unusable, for a reason that only the caller knows.
    pub fn spoil(&self, why: &'static str) {
        self.state.spoil(why);
    }

    /// Sends a message to the plugin and waits for what the plugin says: at once (`success`), or in
    /// an event (`ack`). Waits its turn before.
    ///
    /// # Errors
    /// `Core` if Janus itself refuses; `Unusable`; `Timeout`, `Protocol` and the transport's, after
    /// which the handle is unusable. What the plugin refuses is not told from what it does.
    pub async fn message(
        &self,
        name: &'static str,
        body: impl Serialize,
        jsep: Option<Jsep>,
        deadline: Instant,
    ) -> Result<PluginData, Error> {
        let said = self.send(name, body, jsep, None, deadline).await?;
        said.ok_or_else(|| Error::protocol("no answer"))
    }

    /// The same for messages that Janus may answer later, of itself, without naming them: after
    /// `patience` that is none, and what comes then is an event like any other.
    ///
    /// # Errors
    /// As [`Handle::message`].
    pub async fn message_within(
        &self,
        name: &'static str,
        body: impl Serialize,
        patience: Duration,
        deadline: Instant,
    ) -> Result<Option<PluginData>, Error> {
        self.send(name, body, None, Some(patience), deadline).await
    }

    async fn send(
        &self,
        name: &'static str,
        body: impl Serialize,
        jsep: Option<Jsep>,
        patience: Option<Duration>,
        deadline: Instant,
    ) -> Result<Option<PluginData>, Error> {
        let after = deadline.saturating_duration_since(Instant::now());
        let timeout = Error::Timeout {
            request: name,
            after,
        };
        let mut members = Map::new();
        members.insert("body".into(), json_of(body)?);
        if let Some(jsep) = jsep {
            members.insert("jsep".into(), json_of(jsep)?);
        }
        let Ok(_turn) = timeout_at(deadline, self.state.turn.lock()).await else {
            return Err(timeout);
        };
        self.usable()?;
        let (transaction, mut event) = self.shared.expect(self.state.id);
        let mut under_way = UnderWay {
            shared: &self.shared,
            state: &self.state,
            transaction: &transaction,
            spoils: true,
            late_is_news: patience.is_some(),
        };
        let handle = Some(self.state.id);
        let answer = self
            .shared
            .ask_as(transaction.clone(), "message", handle, members, deadline)
            .await
            .map_err(|error| named(error, name));
        if matches!(answer, Err(Error::Core { .. } | Error::Unauthorised)) {
            under_way.spoils = false; // read and refused: nothing is under way
        }
        let answer = answer?;
        let said = if answer.get("janus").and_then(Value::as_str) == Some("ack") {
            let until =
                patience.map_or(deadline, |patience| deadline.min(Instant::now() + patience));
            match timeout_at(until, &mut event).await {
                Ok(Ok(said)) => said?,
                Ok(Err(_)) => return Err(self.shared.lost().unwrap_or(Error::SessionLost)),
                Err(_) if patience.is_some() => {
                    under_way.spoils = false;
                    return Ok(None);
                }
                Err(_) => return Err(timeout),
            }
        } else {
            if id_of(&answer, "sender")?.is_some_and(|sender| sender != self.state.id) {
                return Err(Error::protocol("another handle answered"));
            }
            PluginData::read(&answer).ok_or_else(|| Error::protocol("an unreadable answer"))?
        };
        if said.plugin != self.state.plugin {
            return Err(Error::protocol("another plugin answered"));
        }
        under_way.spoils = false;
        Ok(Some(said))
    }

    /// Passes a candidate of the peer's on: `{"candidate","sdpMid","sdpMLineIndex"}`, or
    /// `{"completed":true}` (Janus: `trickle`).
    ///
    /// # Errors
    /// `Core` with code 466 if Janus cannot read it.
    pub async fn trickle(&self, candidate: Value, deadline: Instant) -> Result<(), Error> {
        self.usable()?;
        let mut members = Map::new();
        members.insert("candidate".into(), candidate);
        self.shared
            .ask("trickle", Some(self.state.id), members, deadline)
            .await
            .map(drop)
    }

    /// Ends the PeerConnection (Janus: `hangup`). The handle is not usable afterwards.
    ///
    /// # Errors
    /// Of Janus or the transport.
    pub async fn hangup(&self, deadline: Instant) -> Result<(), Error> {
        self.state.spoil("it was hung up");
        self.shared
            .ask("hangup", Some(self.state.id), Map::new(), deadline)
            .await
            .map(drop)
    }

    /// Forgets the handle: no event of it is heard from now on. For [`Handle::detach`], which asks
    /// Janus to forget it too.
    pub fn forget(&self) {
        self.state.spoil("it was detached");
        self.shared.forget_handle(self.state.id);
    }

    /// Gives the handle back (Janus: `detach`). From the first poll of this future on, none of its
    /// events is heard.
    ///
    /// # Errors
    /// `Core` with code 459 if it was gone already.
    pub async fn detach(&self, deadline: Instant) -> Result<(), Error> {
        self.forget();
        self.shared
            .ask("detach", Some(self.state.id), Map::new(), deadline)
            .await
            .map(drop)
    }

    fn usable(&self) -> Result<(), Error> {
        if let Some(lost) = self.shared.lost() {
            return Err(lost);
        }
        match self.state.spoilt.get() {
            Some(why) => Err(Error::Unusable { why }),
            None => Ok(()),
        }
    }
}

/// A message under way: whatever ends the wait for its answer, a caller that gives up included,
/// leaves no trace but an unusable handle.
struct UnderWay<'a> {
    shared: &'a Shared,
    state: &'a HandleState,
    transaction: &'a str,
    spoils: bool,
    late_is_news: bool,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.shared.give_up(self.transaction, self.late_is_news);
        if self.spoils {
            self.state.spoil("a message on it was not answered");
        }
    }
}

fn json_of(value: impl Serialize) -> Result<Value, Error> {
    serde_json::to_value(value).map_err(|error| Error::protocol(format!("not sent: {error}")))
}

/// Names the plugin's request rather than `message`.
fn named(error: Error, name: &'static str) -> Error {
    match error {
        Error::Core { code, reason, .. } => Error::Core {
            request: name,
            code,
            reason,
        },
        Error::Timeout {
            request: "message",
            after,
        } => Error::Timeout {
            request: name,
            after,
        },
        Error::Timeout { .. }
        | Error::Unreachable { .. }
        | Error::Lost { .. }
        | Error::SessionLost
        | Error::Unauthorised
        | Error::Plugin { .. }
        | Error::Unusable { .. }
        | Error::Protocol { .. } => error,
    }
}
