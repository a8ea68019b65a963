//! The SessionTable: every session id on the gateway, made in `main`, outliving the actors.
//!
//! An id is written before its `create` and struck when its `destroy` is confirmed. Its owner holds a
//! [`Lease`]: when that is dropped, whatever dropped it, the id is the Reaper's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix::{Message, Recipient};
use tokio::time::Instant;

use crate::gateway::SessionId;
use crate::otp::cast;

/// An id has lost its owner: clear it.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct Orphaned(pub SessionId);

/// What is known of a session on the gateway.
#[derive(Clone, Copy, Debug)]
pub struct SessionEntry {
    /// A live owner holds its lease.
    pub owned: bool,
    /// Its `create` was answered: one `no such session` is the end of it. If not, a gateway that
    /// hung may still make it.
    pub confirmed: bool,
    /// When its `create` was sent.
    pub since: Instant,
}

/// See the module.
#[derive(Default)]
pub struct SessionTable {
    sessions: Mutex<HashMap<SessionId, SessionEntry>>,
    reaper: Mutex<Option<Recipient<Orphaned>>>,
}

impl SessionTable {
    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, SessionEntry>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a new id down, before it is made.
    pub fn lease(self: &Arc<Self>) -> Lease {
        let id = SessionId::random();
        let entry = SessionEntry {
            owned: true,
            confirmed: false,
            since: Instant::now(),
        };
        self.lock().insert(id, entry);
        Lease {
            id,
            table: Arc::clone(self),
        }
    }

    /// Who clears from now on.
    pub fn set_reaper(&self, reaper: Recipient<Orphaned>) {
        *self.reaper.lock().unwrap_or_else(PoisonError::into_inner) = Some(reaper);
    }

    /// What has no owner.
    pub fn orphans(&self) -> Vec<SessionId> {
        self.lock()
            .iter()
            .filter(|(_, entry)| !entry.owned)
            .map(|(id, _)| *id)
            .collect()
    }

    /// What has a live owner.
    pub fn owned(&self) -> Vec<SessionId> {
        self.lock()
            .iter()
            .filter(|(_, entry)| entry.owned)
            .map(|(id, _)| *id)
            .collect()
    }

    /// What is known of an id.
    pub fn get(&self, id: SessionId) -> Option<SessionEntry> {
        self.lock().get(&id).copied()
    }

    /// The gateway has it no more.
    pub fn strike(&self, id: SessionId) {
        self.lock().remove(&id);
    }

    /// How many there are, owned or not.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether nothing of ours is on the gateway.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }
}

/// The ownership of one session on the gateway. Dropping it makes the session an orphan.
pub struct Lease {
    id: SessionId,
    table: Arc<SessionTable>,
}

impl Lease {
    /// The id.
    pub fn id(&self) -> SessionId {
        self.id
    }

    /// Its `create` was answered.
    pub fn confirm(&self) {
        if let Some(entry) = self.table.lock().get_mut(&self.id) {
            entry.confirmed = true;
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(entry) = self.table.lock().get_mut(&self.id) {
            entry.owned = false;
        }
        let reaper = self
            .table
            .reaper
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(reaper) = reaper {
            cast(&reaper, Orphaned(self.id));
        }
    }
}
