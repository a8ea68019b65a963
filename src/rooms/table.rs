//! The RoomTable: every room's state, made in `main`, outliving the actors that use it.
//!
//! What an ETS table is to the Elixir original. A room's actor, its address included, is looked up
//! here for each request, so that nobody keeps a dead one.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix::Addr;

use super::messages::SayOwed;
use super::ports::Notice;
use super::room::Room;
use super::state::{Ending, RoomState};
use crate::names::{Feed, ParticipantId, RoomName, random_text};
use crate::otp::cast;
use crate::otp::send::Slots;

/// How many requests may wait for one room.
const ROOM_REQUESTS: usize = 256;

/// A room, as long as it exists.
pub struct RoomRecord {
    /// Its name.
    pub name: RoomName,
    /// Its id on the gateway: this node's name and random, new for each life of the room.
    pub media_room: String,
    /// How many fit.
    pub capacity: usize,
    /// Requests under way to it.
    pub requests: Slots,
    state: Mutex<RoomState>,
    moving: AtomicBool,
}

impl RoomRecord {
    fn new(name: RoomName, node: &str, capacity: usize) -> Self {
        Self {
            name,
            media_room: format!("{node}_{}", random_text()),
            capacity,
            requests: Slots::new(ROOM_REQUESTS),
            state: Mutex::default(),
            moving: AtomicBool::new(false),
        }
    }

    /// Moves everybody on to another server (`Notice::MoveOn`); from here on they are told nothing
    /// more. Answers how many they are.
    pub fn move_on(&self) -> usize {
        self.moving.store(true, Ordering::Relaxed);
        let state = self.lock();
        let told = state
            .members()
            .map(|(_, member)| cast(&member.link.notice, Notice::MoveOn));
        told.count()
    }

    /// Whether everybody was moved on.
    pub fn is_moving(&self) -> bool {
        self.moving.load(Ordering::Relaxed)
    }

    /// Ends whatever generation somebody has, in the table, and has the room say so: the one way a
    /// call ends, whoever ends it. The first reason wins.
    pub fn end_call(&self, who: &ParticipantId, reason: &'static str, restart: bool) {
        let (ending, room) = {
            let mut state = self.lock();
            (state.end_any(who, reason, restart), state.room.clone())
        };
        nudge(ending, room);
    }

    /// As [`Self::end_call`], if it is still this generation.
    pub fn end_generation(&self, feed: &Feed, reason: &'static str, restart: bool) {
        let (ending, room) = {
            let mut state = self.lock();
            let ending = state.end(&feed.participant, feed.generation, reason, restart);
            (ending, state.room.clone())
        };
        nudge(ending, room);
    }

    /// The state, locked. Hold it for one step, never across an await.
    pub fn lock(&self) -> MutexGuard<'_, RoomState> {
        // A panic under the lock leaves no half-made change that matters: each step is one insert
        // or removal. What it protects must outlive it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Has the room say what is owed now.
fn nudge(ending: Ending, room: Option<Addr<Room>>) {
    if let (Ending::Owed, Some(room)) = (ending, room) {
        cast(&room, SayOwed);
    }
}

/// Every room of this node.
pub struct RoomTable {
    node: String,
    rooms: Mutex<HashMap<RoomName, Arc<RoomRecord>>>,
}

impl RoomTable {
    /// An empty table; `node` begins the rooms' ids on the gateway.
    pub fn new(node: String) -> Self {
        Self {
            node,
            rooms: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RoomName, Arc<RoomRecord>>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What every id of this node's rooms on the gateway begins with.
    pub fn media_room_prefix(&self) -> String {
        format!("{}_", self.node)
    }

    /// A room that exists.
    pub fn get(&self, name: &RoomName) -> Option<Arc<RoomRecord>> {
        self.lock().get(name).cloned()
    }

    /// The room of that name, made if there is none or it has ended; true if it was. Counts as given
    /// out.
    pub fn get_or_make(&self, name: &RoomName, capacity: usize) -> (Arc<RoomRecord>, bool) {
        let mut rooms = self.lock();
        if rooms.get(name).is_some_and(|room| room.lock().is_closed()) {
            rooms.remove(name);
        }
        let mut made = false;
        let record = rooms.entry(name.clone()).or_insert_with(|| {
            made = true;
            Arc::new(RoomRecord::new(name.clone(), &self.node, capacity))
        });
        record.lock().given_out += 1;
        (Arc::clone(record), made)
    }

    /// Drops a room that is still empty and was given to nobody since `given_out` was read, or that was
    /// ended. True: nobody is sent there any more.
    pub fn retire(&self, record: &RoomRecord, given_out: u64) -> bool {
        let mut rooms = self.lock();
        let is_the_one = rooms
            .get(&record.name)
            .is_some_and(|room| std::ptr::eq(&raw const **room, record));
        let (idle, closed) = {
            let state = record.lock();
            let idle = state.is_empty() && state.given_out == given_out;
            (idle, state.is_closed())
        };
        if is_the_one && (idle || closed) {
            rooms.remove(&record.name);
        }
        closed || (is_the_one && idle)
    }

    /// Drops a room, whoever is in it. A successor of the same name stays.
    pub fn remove(&self, record: &RoomRecord) {
        self.lock()
            .retain(|_, room| !std::ptr::eq(&raw const **room, record));
    }

    /// How many rooms there are.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All rooms.
    pub fn all(&self) -> Vec<Arc<RoomRecord>> {
        self.lock().values().cloned().collect()
    }

    /// Rooms, members and live calls, for the gauges.
    pub fn counts(&self) -> (usize, usize, usize) {
        let rooms = self.all();
        let mut counts = (rooms.len(), 0, 0);
        for room in rooms {
            let state = room.lock();
            counts.1 += state.members().count();
            counts.2 += state.live_calls();
        }
        counts
    }
}
