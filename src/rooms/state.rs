//! A room's state: what outlives the actor that serves it. Each change is one small function, and
//! sends nothing.
//!
//! - [`arrival`]: who comes in, and as whom;
//! - [`people`]: who is here, and who of them moderates;
//! - [`calls`]: which generations are live, and which ends of them are owed to the others;
//! - [`door`]: who may come in, who waits, who was put out, and the room's end.

use std::collections::{HashMap, VecDeque};

use actix::Addr;

use self::arrival::Resume;
use self::calls::Call;
use self::door::{Ban, Waiter};
use super::events::{ChatMessage, Door, StopCall};
use super::messages::Join;
use super::ports::{CallsPort, MembershipId};
use super::room::Room;
use crate::names::ParticipantId;

mod arrival;
mod calls;
mod door;
mod people;

pub use arrival::{Arrival, Entered, RESUME_FOR, ResumeToken};
pub use calls::Ending;
pub use door::{Dismissed, LOBBY_PLACES, WAIT_FOR};
pub use people::{Member, Muted};

/// How many chat messages latecomers get.
pub const CHAT_KEPT: usize = 50;

/// A room's state.
#[derive(Default)]
pub struct RoomState {
    /// The actor that serves it now; may be dead.
    pub room: Option<Addr<Room>>,
    /// Its calls; may be dead. None without a gateway.
    pub calls: Option<CallsPort>,
    /// How often somebody was sent here: a retirement that began before is void.
    pub given_out: u64,
    /// Who came before the actor's first start; it gets them then.
    pub waiting: Vec<Join>,
    members: HashMap<ParticipantId, Member>,
    by_membership: HashMap<MembershipId, ParticipantId>,
    calls_on: HashMap<ParticipantId, Call>,
    owed: Vec<StopCall>,
    chat: VecDeque<ChatMessage>,
    resumes: HashMap<ResumeToken, Resume>,
    arrivals: u64,
    door: Door,
    // The door was changed, and not everybody was told.
    door_unsaid: bool,
    lobby: Vec<Waiter>,
    // Who waits changed, or who is to be told of it.
    lobby_unsaid: bool,
    bans: VecDeque<Ban>,
    // Put out, and not told yet.
    dismissed: VecDeque<Dismissed>,
    closed: bool,
}

impl RoomState {
    /// Keeps a chat message for latecomers.
    pub fn keep_chat(&mut self, message: ChatMessage) {
        if self.chat.len() >= CHAT_KEPT {
            self.chat.pop_front();
        }
        self.chat.push_back(message);
    }

    /// The last chat messages, the oldest first.
    pub fn chat(&self) -> impl Iterator<Item = &ChatMessage> {
        self.chat.iter()
    }
}
