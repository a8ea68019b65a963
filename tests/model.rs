//! Random sequences of what people and gateways do, against the real actors: what DESIGN §2 promises
//! holds after each step, and when all is over nothing is left of anything.
//!
//! On one arbiter, on a clock that jumps to whatever is due next: minutes pass in milliseconds.

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail"
)]

mod model {
    pub mod asks;
    pub mod member;
    pub mod rules;
    pub mod world;
}

use std::time::Duration;

use actix::System;
use model::asks::start;
use model::member::Word;
use model::rules::{self, Verdict};
use model::world::{Connection, World};
use parlour::calls::messages::{Command, InCall};
use parlour::gateway::fake::{Fault, Kind};
use parlour::gateway::{GatewayError, GatewayEvent};
use parlour::names::{Kind as MediaKind, Of};
use parlour::rooms::events::Door;
use parlour::rooms::messages::Act;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::FileFailurePersistence;

/// What happens. A `u8` picks one of those it can happen to.
#[derive(Clone, Debug)]
enum Op {
    /// Somebody new, or one who comes back as who they were, with or without their call.
    Join {
        back: Option<u8>,
        with_call: bool,
        name: u8,
    },
    Leave(u8),
    Vanish(u8),
    Start {
        who: u8,
        publish: bool,
    },
    Stop {
        who: u8,
        restart: bool,
    },
    Answer(u8),
    RestartIce(u8),
    EventsFail(u8, Failure),
    Hangup(u8, Of),
    SessionDestroyed(u8),
    RequestFails(Kind, Failure),
    RequestHangs(Kind),
    /// Whoever asks that next panics: a JanusSession, the Reaper, Health.
    AskerPanics(Kind),
    /// The room panics when it is about to say this.
    RoomPanics(Word),
    /// A moderator puts somebody out, perhaps themselves.
    Kick(u8),
    Mute(u8, MediaKind),
    Lock(Door),
    /// A moderator ends the room.
    End,
    /// Crashes, one after the other.
    CrashLoop(u8),
    /// Browsers answer offers and start their calls again by themselves, or do not.
    BrowsersAct(bool),
    GatewayDown,
    GatewayHangs,
    GatewayUp,
    Wait(Duration),
}

#[derive(Clone, Copy, Debug)]
enum Failure {
    Lost,
    SessionLost,
    Protocol,
    Refused,
    OfferRefused,
}

impl Failure {
    fn error(self) -> GatewayError {
        let detail = String::from("as told");
        match self {
            Self::Lost => GatewayError::Lost { detail },
            Self::SessionLost => GatewayError::SessionLost,
            Self::Protocol => GatewayError::Protocol { detail },
            Self::Refused => GatewayError::Refused {
                request: "any",
                code: 499,
                detail,
            },
            Self::OfferRefused => GatewayError::OfferRefused { code: 465, detail },
        }
    }
}

fn failure() -> impl Strategy<Value = Failure> {
    use Failure::{Lost, OfferRefused, Protocol, Refused, SessionLost};
    select(vec![Lost, SessionLost, Protocol, Refused, OfferRefused])
}

fn request() -> impl Strategy<Value = Kind> {
    select(vec![
        Kind::Open,
        Kind::Destroy,
        Kind::Probe,
        Kind::Sweep,
        Kind::Join,
        Kind::Publish,
        Kind::Subscribe,
        Kind::Answer,
        Kind::Mute,
        Kind::Keepalive,
    ])
}

fn op() -> impl Strategy<Value = Op> {
    let (who, flag) = (any::<u8>(), any::<bool>());
    prop_oneof![
        8 => (proptest::option::of(who), flag, 0..3u8)
            .prop_map(|(back, with_call, name)| Op::Join { back, with_call, name }),
        2 => who.prop_map(Op::Leave),
        2 => who.prop_map(Op::Vanish),
        10 => (who, flag).prop_map(|(who, publish)| Op::Start { who, publish }),
        2 => (who, flag).prop_map(|(who, restart)| Op::Stop { who, restart }),
        2 => who.prop_map(Op::Answer),
        1 => who.prop_map(Op::RestartIce),
        5 => (who, failure()).prop_map(|(who, failure)| Op::EventsFail(who, failure)),
        2 => (who, select(vec![Of::Publisher, Of::Subscriber]))
            .prop_map(|(who, of)| Op::Hangup(who, of)),
        2 => who.prop_map(Op::SessionDestroyed),
        2 => (request(), failure()).prop_map(|(kind, failure)| Op::RequestFails(kind, failure)),
        2 => request().prop_map(Op::RequestHangs),
        3 => request().prop_map(Op::AskerPanics),
        3 => select(vec![Word::StopCall, Word::Leaving, Word::PresenceDiff, Word::Publishers])
            .prop_map(Op::RoomPanics),
        3 => who.prop_map(Op::Kick),
        2 => (who, select(vec![MediaKind::Audio, MediaKind::Video]))
            .prop_map(|(who, kind)| Op::Mute(who, kind)),
        1 => flag.prop_map(|lobby| Op::Lock(Door { locked: true, lobby })),
        2 => Just(Op::Lock(Door::default())),
        1 => Just(Op::End),
        2 => who.prop_map(Op::CrashLoop),
        2 => prop_oneof![2 => Just(true), 1 => Just(false)].prop_map(Op::BrowsersAct),
        1 => Just(Op::GatewayDown),
        1 => Just(Op::GatewayHangs),
        8 => Just(Op::GatewayUp),
        4 => (100..40_000u64).prop_map(|ms| Op::Wait(Duration::from_millis(ms))),
    ]
}

/// What happens, and how long before the next thing does: nothing at all, until all within the server
/// is done, or some answers of the gateway.
fn step() -> impl Strategy<Value = (Op, Option<Duration>)> {
    let gap = prop_oneof![
        2 => Just(None),
        2 => Just(Some(Duration::from_millis(1))),
        3 => (5..60u64).prop_map(|ms| Some(Duration::from_millis(ms))),
    ];
    (op(), gap)
}

/// One of those who are in the room.
fn member(world: &World, who: u8) -> Option<&Connection> {
    let here: Vec<_> = world.connections.iter().filter(|c| c.is_in()).collect();
    let index = usize::from(who).checked_rem(here.len())?;
    Some(here[index])
}

fn happen(world: &mut World, op: &Op) {
    let with = |who: u8, act: &dyn Fn(&World, &Connection)| {
        if let Some(connection) = member(world, who) {
            act(world, connection);
        }
    };
    match op {
        Op::Join {
            back,
            with_call,
            name,
        } => {
            let known: Vec<_> = world
                .connections
                .iter()
                .filter_map(|c| {
                    let log = c.log();
                    let (_, resume) = log.joined.clone()?;
                    Some((resume, log.generation.filter(|_| *with_call)))
                })
                .collect();
            let back = back.and_then(|back| {
                let index = usize::from(back).checked_rem(known.len())?;
                Some(known[index].clone())
            });
            let (resume, call) = back.unzip();
            world.join(format!("n{name}"), resume, call.flatten());
        }
        Op::Leave(who) => with(*who, &|world, c| world.leave(c)),
        Op::Vanish(who) => with(*who, &|world, c| world.vanish(c)),
        Op::Start { who, publish } => {
            with(*who, &|world, c| {
                world.call(c, "start_call", start(*publish))
            });
        }
        Op::Stop { who, restart } => with(*who, &|world, c| {
            world.call(c, "stop_call", Command::Stop { restart: *restart });
        }),
        Op::Answer(who) => with(*who, &|world, c| world.answer(c)),
        Op::RestartIce(who) => with(*who, &|world, c| {
            world.call(c, "restart", Command::InCall(InCall::RestartSubscriber));
        }),
        Op::EventsFail(who, failure) => with(*who, &|world, c| {
            if let Some(id) = c.participant() {
                world.fake.fail_events(&id, failure.error());
            }
        }),
        Op::Hangup(who, of) => with(*who, &|world, c| {
            if let Some(id) = c.participant() {
                let reason = String::from("as told");
                world
                    .fake
                    .tell(&id, GatewayEvent::Hangup { of: *of, reason });
            }
        }),
        Op::SessionDestroyed(who) => with(*who, &|world, c| {
            if let Some(id) = c.participant() {
                world.fake.destroy_session_of(&id);
            }
        }),
        Op::RequestFails(kind, failure) => {
            world.fake.next(*kind, Fault::Fail(failure.error()));
        }
        Op::RequestHangs(kind) => world.fake.next(*kind, Fault::Hang),
        Op::AskerPanics(kind) => world.fake.next(*kind, Fault::Panic),
        Op::GatewayDown => world.fake.go_down(),
        Op::GatewayHangs => world.fake.hang(),
        Op::GatewayUp => world.fake.come_up(),
        Op::RoomPanics(word) => world.panic_at(*word),
        Op::Kick(who) => with(*who, &|world, c| {
            if let Some(participant) = c.participant() {
                world.moderate(Act::Kick { participant });
            }
        }),
        Op::Mute(who, kind) => with(*who, &|world, c| {
            if let Some(participant) = c.participant() {
                let kind = *kind;
                world.moderate(Act::Mute { participant, kind });
            }
        }),
        Op::Lock(door) => world.moderate(Act::Lock(*door)),
        Op::End => world.moderate(Act::End),
        // What takes time.
        Op::Wait(_) | Op::CrashLoop(_) | Op::BrowsersAct(_) => {}
    }
}

/// Lets time pass, and all that is due by then be done.
async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
}

/// Four crashes of one call, each as soon as it is on again.
async fn crash_loop(world: &World, who: u8) {
    let Some(connection) = member(world, who) else {
        return;
    };
    for _ in 0..4 {
        let Some(id) = connection.participant().filter(|_| connection.is_in()) else {
            return;
        };
        world.call(connection, "start_call", start(true));
        pass(Duration::from_millis(300)).await;
        world.fake.fail_events(&id, Failure::Protocol.error());
        pass(Duration::from_millis(1)).await;
    }
}

/// Some who are in call, and all that happens; then a gateway that works, a call of everybody, and everybody's leave.
async fn live_through(in_call: u8, steps: &[(Op, Option<Duration>)]) -> Verdict {
    let mut world = World::start().await;
    for _ in 0..in_call {
        world.join("n0".into(), None, None);
    }
    pass(Duration::from_millis(1)).await;
    for connection in &world.connections {
        world.call(connection, "start_call", start(true));
    }
    pass(Duration::from_millis(100)).await;
    let mut browsers_act = true;
    for (index, (op, gap)) in steps.iter().enumerate() {
        happen(&mut world, op);
        match op {
            Op::Wait(time) => pass(*time).await,
            Op::CrashLoop(who) => crash_loop(&world, *who).await,
            Op::BrowsersAct(act) => browsers_act = *act,
            _ => {}
        }
        if let Some(gap) = gap {
            if browsers_act {
                world.browsers_act();
            }
            pass(*gap).await;
            rules::always(&world).map_err(|fault| format!("after step {index}: {fault}"))?;
        }
    }
    let said = |when: &'static str| move |fault: String| format!("{when}: {fault}");
    world.fake.forget_faults();
    world.forget_panic();
    world.fake.come_up();
    pass(Duration::from_secs(60)).await;
    rules::at_rest(&world).map_err(said("a minute after the last fault"))?;
    everybody_calls(&world)
        .await
        .map_err(said("starting by hand"))?;
    for (index, connection) in world.connections.iter().enumerate() {
        match index % 2 {
            0 if connection.is_in() => world.leave(connection),
            _ => world.vanish(connection),
        }
    }
    pass(Duration::from_secs(31)).await;
    rules::all_gone(&world).map_err(said("after everybody left"))
}

/// Whoever is here and has no call starts one, and it stands.
async fn everybody_calls(world: &World) -> Verdict {
    let here = || world.connections.iter().filter(|c| c.is_in());
    let live = |c: &Connection| {
        let record = world.table.get(&world.room)?;
        record.lock().live_generation(&c.participant()?)
    };
    for connection in here().filter(|c| live(c).is_none()) {
        connection.log().refusals.clear();
        world.call(connection, "start_call", start(true));
    }
    pass(Duration::from_secs(2)).await;
    for connection in here() {
        if live(connection).is_none() {
            let refusals = &connection.log().refusals;
            return Err(format!("no call: {refusals:?}"));
        }
    }
    rules::at_rest(world)
}

fn check(in_call: u8, steps: &[(Op, Option<Duration>)]) -> Verdict {
    let system = System::with_tokio_rt(|| {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap()
    });
    system.block_on(live_through(in_call, steps))
}

/// 64 cases; more with `PROPTEST_CASES`.
fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig {
        cases: match default.cases {
            256 => 64, // proptest's own default: nothing was told
            told => told,
        },
        max_shrink_iters: 4_000,
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..default
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_happens_nothing_is_said_twice_lost_or_left_over(
        in_call in 0..4u8,
        steps in proptest::collection::vec(step(), 0..40),
    ) {
        check(in_call, &steps).map_err(TestCaseError::fail)?;
    }
}

// What once went wrong, at its shortest.

const NOW: Option<Duration> = None;
const SOON: Option<Duration> = Some(Duration::from_millis(1));

const JOIN: Op = Op::Join {
    back: None,
    with_call: false,
    name: 0,
};

fn reload(name: u8) -> Op {
    Op::Join {
        back: Some(0),
        with_call: false,
        name,
    }
}

#[test]
fn a_reload_under_another_name_leaves_one_presence() {
    check(3, &[(reload(1), SOON)]).unwrap();
}

#[test]
fn an_old_socket_that_dies_as_the_new_one_comes_in_still_ends_the_call() {
    let steps = [
        (Op::RestartIce(0), NOW),
        (reload(0), NOW),
        (Op::Vanish(0), NOW),
    ];
    check(1, &steps).unwrap();
}

#[test]
fn a_room_that_panics_over_a_leave_leaves_no_call_behind() {
    // Somebody stays, so that the room does.
    let steps = [
        (JOIN, SOON),
        (Op::RoomPanics(Word::StopCall), NOW),
        (Op::Leave(0), SOON),
    ];
    check(1, &steps).unwrap();
}

#[test]
fn a_room_that_panics_over_a_reload_leaves_no_call_behind() {
    let steps = [(Op::RoomPanics(Word::StopCall), NOW), (reload(0), SOON)];
    check(1, &steps).unwrap();
}

#[test]
fn a_room_that_panics_over_a_join_leaves_no_ghost() {
    let steps = [(Op::RoomPanics(Word::Publishers), NOW), (JOIN, SOON)];
    check(1, &steps).unwrap();
}
