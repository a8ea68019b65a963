//! What must hold whatever happened: DESIGN §2, rules 6, 7 and 11.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::time::Duration;

use parlour::names::{Generation, ParticipantId};
use parlour::rooms::RoomEvent;
use parlour::rooms::events::StopCall;
use parlour::rooms::presence::PresenceDiff;

use super::member::Script;
use super::world::World;

/// What was broken, in words.
pub type Verdict = Result<(), String>;

/// Every request is answered within its budget, and a little for what is not the gateway's.
const ANSWERED_WITHIN: Duration = Duration::from_millis(9_500);

/// `Err` of the text, unless.
macro_rules! rule {
    ($holds:expr, $($text:tt)+) => {
        if !$holds {
            return Err(format!($($text)+));
        }
    };
}

/// What the script says of generations.
#[derive(Default)]
struct Generations {
    began: BTreeMap<Generation, ParticipantId>,
    ended: BTreeSet<Generation>,
    said_but_not_shown: Vec<StopCall>,
    // A room that panicked says again what was not struck yet.
    may_repeat: BTreeSet<Generation>,
    // It shows what it says by the whole presence, not by a difference.
    is_rebuilding: bool,
}

impl Generations {
    fn read(script: &Script) -> Result<Self, String> {
        let mut this = Self::default();
        let mut due_leaving = None;
        for said in script.read().iter() {
            if said.unsaid {
                due_leaving = None;
                this.is_rebuilding = true;
                let interrupted = std::mem::take(&mut this.said_but_not_shown);
                this.may_repeat
                    .extend(interrupted.iter().map(|stop_call| stop_call.generation));
                if let RoomEvent::PresenceDiff(diff) = &said.event {
                    this.diff(diff)?; // it is in the table
                }
                continue;
            }
            if let Some(feed) = due_leaving.take() {
                rule!(
                    matches!(&said.event, RoomEvent::Leaving(of) if *of == feed),
                    "after the stop_call of {feed} came {:?}",
                    said.event
                );
                continue;
            }
            if this.is_rebuilding && matches!(said.event, RoomEvent::PresenceState(_)) {
                this.is_rebuilding = false;
                this.said_but_not_shown.clear();
            }
            let belongs = matches!(
                said.event,
                RoomEvent::StopCall(_) | RoomEvent::PresenceDiff(_)
            );
            rule!(
                belongs || this.said_but_not_shown.is_empty(),
                "after stop_calls came {:?}, not one presence_diff",
                said.event
            );
            match &said.event {
                RoomEvent::StopCall(stop_call) => {
                    this.stop_call(stop_call)?;
                    due_leaving = Some(stop_call.feed());
                }
                RoomEvent::PresenceDiff(diff) => this.diff(diff)?,
                // That stands for all.
                RoomEvent::RoomClosed { reason: "ended" } => {
                    this.ended.extend(this.began.keys());
                    this.may_repeat.clear();
                }
                _ => {}
            }
        }
        rule!(
            this.said_but_not_shown.is_empty() || this.is_rebuilding,
            "no presence_diff after {:?}",
            this.said_but_not_shown
        );
        Ok(this)
    }

    fn stop_call(&mut self, stop_call: &StopCall) -> Verdict {
        let generation = stop_call.generation;
        rule!(
            self.began.get(&generation) == Some(&stop_call.participant),
            "{stop_call:?}, which never began"
        );
        rule!(
            self.ended.insert(generation) || self.may_repeat.remove(&generation),
            "{stop_call:?} said a second time"
        );
        self.said_but_not_shown.push(stop_call.clone());
        Ok(())
    }

    fn diff(&mut self, diff: &PresenceDiff) -> Verdict {
        for stop_call in std::mem::take(&mut self.said_but_not_shown) {
            let who = &stop_call.participant;
            let call = diff.joins.get(who).map(|metas| metas.metas[0].call);
            rule!(
                self.is_rebuilding
                    || diff.leaves.contains_key(who)
                        && call.flatten() != Some(stop_call.generation),
                "the presence_diff after {stop_call:?} does not say so: {diff:?}"
            );
        }
        for (who, metas) in &diff.joins {
            if let Some(generation) = metas.metas[0].call {
                let before = self.began.insert(generation, who.clone());
                rule!(
                    before.is_none_or(|before| before == *who),
                    "generation {generation} of two"
                );
                rule!(
                    !self.ended.contains(&generation),
                    "generation {generation} shown after its end"
                );
            }
        }
        Ok(())
    }
}

/// What holds whenever nothing is on its way within the server.
pub fn always(world: &World) -> Verdict {
    let generations = Generations::read(&world.script)?;
    let panics = world.panics.load(Ordering::Relaxed);
    rule!(panics == 0, "{panics} panics that nobody asked for");
    stop_calls_reached_all(world)?;
    if room_works(world) {
        calls_are_as_said(world, &generations)?;
        members_live_and_know(world)?;
    }
    for (index, connection) in world.connections.iter().enumerate() {
        let log = connection.log();
        rule!(
            log.faults.is_empty(),
            "connection {index}: {:?}",
            log.faults
        );
        let late = log
            .pending
            .values()
            .find(|pending| pending.since.elapsed() > ANSWERED_WITHIN);
        if let Some(late) = late {
            let after = late.since.elapsed();
            return Err(format!(
                "connection {index}: {} is not answered after {after:?}",
                late.what
            ));
        }
    }
    Ok(())
}

/// Whether there is nobody who is about to be restarted.
fn room_works(world: &World) -> bool {
    let record = world.table.get(&world.room);
    record.is_none_or(|record| {
        let state = record.lock();
        state.room.as_ref().is_some_and(actix::Addr::connected)
    })
}

/// Every generation that began is live, or has ended with its one `stop_call`.
fn calls_are_as_said(world: &World, generations: &Generations) -> Verdict {
    let record = world.table.get(&world.room);
    for (generation, who) in &generations.began {
        let is_live = record
            .as_ref()
            .is_some_and(|record| record.lock().is_live(who, *generation));
        let has_ended = generations.ended.contains(generation);
        rule!(
            is_live != has_ended,
            "generation {generation} of {who}: live {is_live}, stop_call {has_ended}"
        );
    }
    if let Some(record) = record {
        let state = record.lock();
        rule!(state.owed().is_empty(), "still owed: {:?}", state.owed());
        for (who, member) in state.members() {
            rule!(
                member.meta.call == state.live_generation(who),
                "{who} shows call {:?}, live is {:?}",
                member.meta.call,
                state.live_generation(who)
            );
        }
    }
    for (index, connection) in world.connections.iter().enumerate() {
        if let Some(generation) = connection.log().generation {
            rule!(
                generations.began.contains_key(&generation),
                "connection {index} was told of generation {generation}, which never began"
            );
        }
    }
    Ok(())
}

/// Each `stop_call` reached every member of its moment once, and nobody else; but for repetitions by a
/// room that panicked over it, which a session drops.
fn stop_calls_reached_all(world: &World) -> Verdict {
    let script = world.script.read();
    let mut by_generation: BTreeMap<Generation, Vec<usize>> = BTreeMap::new();
    for (place, said) in script.iter().enumerate().filter(|(_, said)| !said.unsaid) {
        if let RoomEvent::StopCall(stop_call) = &said.event {
            let places = by_generation.entry(stop_call.generation).or_default();
            places.push(place);
        }
    }
    for (generation, places) in by_generation {
        for (index, connection) in world.connections.iter().enumerate() {
            let log = connection.log();
            let is_due = |place: &&usize| script[**place].members.contains(&connection.membership);
            let due = places.iter().filter(is_due).count();
            let got = log.stop_calls.iter().filter(|got| places.contains(got));
            let got = got.count();
            rule!(
                got == due || log.gone && got < due,
                "connection {index} had {got} of {due} stop_calls of {generation}"
            );
        }
    }
    Ok(())
}

/// No ghost in the room; nobody is lost; and all see the same.
fn members_live_and_know(world: &World) -> Verdict {
    let record = world.table.get(&world.room);
    let state = record.as_ref().map(|record| record.lock());
    let presence = state
        .as_ref()
        .map(|state| state.presence())
        .unwrap_or_default();
    let here: BTreeSet<_> = state
        .iter()
        .flat_map(|state| state.members())
        .map(|(_, member)| member.link.membership)
        .collect();
    for (index, connection) in world.connections.iter().enumerate() {
        let is_member = here.contains(&connection.membership);
        rule!(
            is_member == connection.is_in() || connection.log().is_leaving,
            "connection {index}: in the room {is_member}, by its own word {}",
            connection.is_in()
        );
        let log = connection.log();
        rule!(
            !is_member || log.presence == presence,
            "connection {index} sees {:#?}, true is {presence:#?}",
            log.presence
        );
    }
    let known = world.connections.iter().map(|c| c.membership).collect();
    rule!(here.is_subset(&known), "a member that nobody is");
    Ok(())
}

/// What holds when the gateway has worked for a minute: nothing is left of anything.
pub fn at_rest(world: &World) -> Verdict {
    always(world)?;
    rule!(room_works(world), "the room was not restarted");
    let orphans = world.sessions.orphans();
    rule!(orphans.is_empty(), "not cleared: {orphans:?}");
    let mut owned = world.sessions.owned();
    owned.sort_unstable();
    let live = world.fake.live_sessions();
    rule!(
        owned == live,
        "the table has {owned:?}, the gateway {live:?}"
    );
    let (_, _, calls) = world.table.counts();
    rule!(
        calls == live.len(),
        "{calls} calls, {} sessions",
        live.len()
    );
    for connection in &world.connections {
        let log = connection.log();
        let waits: Vec<_> = log.pending.values().map(|pending| pending.what).collect();
        rule!(waits.is_empty(), "never answered: {waits:?}");
        rule!(log.gone || !log.is_leaving, "a leave that was never done");
    }
    Ok(())
}

/// What holds half a minute after the last one left.
pub fn all_gone(world: &World) -> Verdict {
    at_rest(world)?;
    rule!(
        world.table.get(&world.room).is_none(),
        "the room is not retired"
    );
    rule!(
        world.directory.get(&world.room).is_none(),
        "its calls are still known"
    );
    rule!(world.sessions.is_empty(), "sessions are left");
    let rooms = world.fake.media_rooms();
    rule!(rooms.is_empty(), "media rooms are left: {rooms:?}");
    Ok(())
}
