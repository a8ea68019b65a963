//! What connections ask, and how it is noted that they did.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use actix::Addr;
use parlour::calls::messages::{CallRequest, Command, OwnerLink};
use parlour::gateway::fake::INJECTED;
use parlour::names::{Mid, ParticipantId, RoomName, Source, StreamSpec};
use parlour::otp::{ReplyTo, cast};
use parlour::rooms::RoomError;
use parlour::rooms::messages::{Leave, RoomReply};
use parlour::rooms::ports::MembershipId;
use parlour::rooms::table::RoomTable;
use parlour::sdp::{CandidatePolicy, Sdp};
use tokio::time::Instant;

use super::member::{Log, Member, Pending};

const OFFER: &str = include_str!("../fixtures/sdp/chromium-offer-audio-video.sdp");
/// As WebSocketSession gives each request of a call.
const BUDGET: Duration = Duration::from_secs(9);

/// Leaves the room there is, if any.
pub fn send_leave(
    (table, room): (&RoomTable, &RoomName),
    address: &Addr<Member>,
    (membership, log): (MembershipId, &Arc<Mutex<Log>>),
) {
    let record = table.get(room);
    let room = record.and_then(|record| record.lock().room.clone());
    log.lock().unwrap().is_leaving = room.is_some();
    let Some(room) = room else {
        return; // no such room: nobody is in it
    };
    let reply = room_reply(address, ask(log, "leave"));
    cast(&room, Leave { membership, reply });
}

/// A `start_call`.
pub fn start(publish: bool) -> Command {
    if !publish {
        let (offer, streams) = (None, Vec::new());
        return Command::Start { offer, streams };
    }
    let mids = [Mid::parse("0").unwrap(), Mid::parse("1").unwrap()];
    let offer = Sdp::parse_offer(OFFER, &mids, CandidatePolicy::default()).unwrap();
    let sources = [Source::Mic, Source::Camera];
    let streams = mids.into_iter().zip(sources).map(|(mid, source)| {
        let label = String::new();
        StreamSpec { mid, source, label }
    });
    Command::Start {
        offer: Some(offer),
        streams: streams.collect(),
    }
}

/// Notes a request; its token.
pub fn ask(log: &Arc<Mutex<Log>>, what: &'static str) -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let token = LAST.fetch_add(1, Ordering::Relaxed);
    let since = Instant::now();
    let pending = Pending { what, since };
    log.lock().unwrap().pending.insert(token, pending);
    token
}

/// The answer that a room owes.
pub fn room_reply(address: &Addr<Member>, token: u64) -> ReplyTo<RoomReply> {
    let asker = address.clone().recipient();
    ReplyTo::new(asker, token, Arc::new(|| Err(RoomError::Restarting)))
}

/// A request to a call.
pub fn request(
    (what, command): (&'static str, Command),
    (address, membership, log): (&Addr<Member>, MembershipId, &Arc<Mutex<Log>>),
    participant: ParticipantId,
) -> CallRequest {
    let token = ask(log, what);
    let asker = address.clone().recipient();
    CallRequest {
        participant,
        owner: OwnerLink {
            membership,
            events: address.clone().recipient(),
            watch: address.clone().recipient(),
        },
        command,
        deadline: Instant::now() + BUDGET,
        reply: ReplyTo::new(asker, token, Arc::new(|| Err(RoomError::Restarting.into()))),
    }
}

thread_local! {
    static PANICS: Arc<AtomicUsize> = Arc::default();
}

/// The panics of this thread from now on. Those that were asked for are neither counted nor shown.
pub fn count_panics() -> Arc<AtomicUsize> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let shown = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let text = info.payload().downcast_ref::<String>();
            if text.is_some_and(|text| text == INJECTED) {
                return;
            }
            let _ = PANICS.try_with(|panics| panics.fetch_add(1, Ordering::Relaxed));
            shown(info);
        }));
    });
    PANICS.with(|panics| {
        panics.store(0, Ordering::Relaxed);
        Arc::clone(panics)
    })
}
