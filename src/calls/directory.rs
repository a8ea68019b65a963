//! Which Supervisor minds which room's calls, looked up for each request.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use actix::Addr;

use super::supervisor::Supervisor;
use crate::names::RoomName;

/// See the module. Made in `main`; outlives the actors.
#[derive(Default)]
pub struct CallsDirectory(Mutex<HashMap<RoomName, Addr<Supervisor>>>);

impl CallsDirectory {
    fn lock(&self) -> MutexGuard<'_, HashMap<RoomName, Addr<Supervisor>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A room's calls are minded by this one now.
    pub fn set(&self, room: RoomName, supervisor: Addr<Supervisor>) {
        self.lock().insert(room, supervisor);
    }

    /// Who minds a room's calls; may be dead.
    pub fn get(&self, room: &RoomName) -> Option<Addr<Supervisor>> {
        self.lock().get(room).cloned()
    }

    /// A room is gone. A successor's entry stays.
    pub fn remove(&self, room: &RoomName, supervisor: &Addr<Supervisor>) {
        let mut directory = self.lock();
        if directory.get(room) == Some(supervisor) {
            directory.remove(room);
        }
    }
}
