//! What a pass lets somebody do, and who two joins of one subject are; against the real actors over a
//! gateway in memory, on a clock that jumps.

#![allow(
    unreachable_pub,
    dead_code,
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

use std::future::Future;
use std::time::Duration;

use actix::System;
use model::asks::start;
use model::rules;
use model::world::World;
use parlour::calls::messages::{Command, InCall};
use parlour::names::{Kind, Mid, Source, StreamSpec};
use parlour::rooms::RoomEvent;
use parlour::rooms::authorisation::{Grant, Grants, Pass, Twice};
use parlour::rooms::events::Door;
use parlour::rooms::messages::{Act, Request};
use parlour::rooms::presence::MetaUpdate;

fn run(test: impl Future<Output = ()>) {
    let system = System::with_tokio_rt(|| {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap()
    });
    system.block_on(test);
}

/// Lets time pass, and all that is due by then be done.
async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
}

async fn soon() {
    pass(Duration::from_millis(100)).await;
}

/// Somebody's token.
fn token(subject: &str, grants: &[Grant]) -> Pass {
    Pass {
        subject: Some(subject.to_owned()),
        name: None,
        grants: grants.iter().copied().collect(),
        open: false,
        twice: Twice::Replace,
    }
}

const ALL_BUT_MODERATE: [Grant; 6] = [
    Grant::Publish,
    Grant::Subscribe,
    Grant::Chat,
    Grant::Data,
    Grant::Screen,
    Grant::Record,
];

impl World {
    /// Joins; which connection it is.
    async fn come(&mut self, pass: Pass, resume: Option<String>) -> usize {
        self.join_with(pass, "n".into(), resume, None);
        soon().await;
        self.connections.len() - 1
    }

    fn refusals(&self, who: usize) -> Vec<(&'static str, &'static str)> {
        std::mem::take(&mut self.connections[who].log().refusals)
    }

    /// Asks the room; the reason why not.
    async fn room_says(&self, who: usize, request: Request) -> Option<&'static str> {
        self.ask(&self.connections[who], "ask", request);
        soon().await;
        self.refusals(who).pop().map(|(_, reason)| reason)
    }

    /// Asks the call; the reason why not.
    async fn call_says(&self, who: usize, command: Command) -> Option<&'static str> {
        self.call(&self.connections[who], "call", command);
        soon().await;
        self.refusals(who).pop().map(|(_, reason)| reason)
    }

    fn resume(&self, who: usize) -> Option<String> {
        let log = self.connections[who].log();
        log.joined.as_ref().map(|(_, resume)| resume.clone())
    }

    fn role(&self, who: usize) -> &'static str {
        let record = self.table.get(&self.room).unwrap();
        let state = record.lock();
        let participant = self.connections[who].participant().unwrap();
        state.member(&participant).unwrap().meta.role
    }

    async fn rests(&self) {
        pass(Duration::from_secs(2)).await;
        rules::at_rest(self).unwrap();
    }
}

fn chat() -> Request {
    Request::Chat("hi".into())
}

fn data() -> Request {
    Request::Data(serde_json::from_str("{}").unwrap())
}

fn named(name: &str) -> Request {
    Request::Update(MetaUpdate {
        name: Some(name.into()),
        ..MetaUpdate::default()
    })
}

/// A `start_call` whose one stream is a screen.
fn start_screen() -> Command {
    let Command::Start { offer, streams } = start(true) else {
        unreachable!()
    };
    let streams = streams.into_iter().map(|stream| match stream.source {
        Source::Camera => StreamSpec {
            source: Source::Screen,
            ..stream
        },
        _ => stream,
    });
    Command::Start {
        offer,
        streams: streams.collect(),
    }
}

#[test]
fn what_is_not_granted_is_forbidden() {
    run(async {
        let mut world = World::start().await;
        let host = world.come(token("host", &Grant::ALL), None).await;
        let rows: [(Grant, fn() -> Request); 3] = [
            (Grant::Chat, chat),
            (Grant::Data, data),
            (Grant::Record, || Request::Act(Act::Record { on: true })),
        ];
        for (grant, request) in rows {
            let without: Vec<Grant> = Grant::ALL.into_iter().filter(|g| *g != grant).collect();
            let who = world.come(token("guest", &without), None).await;
            let said = world.room_says(who, request()).await;
            assert_eq!(said, Some("forbidden"), "{grant:?}");
            let who = world.come(token("guest", &[grant]), None).await;
            let due = (grant == Grant::Record).then_some("recording_off");
            assert_eq!(world.room_says(who, request()).await, due, "{grant:?}");
        }
        // To moderate takes its grant, whoever came first.
        let participant = world.connections[host].participant().unwrap();
        let guest = world.come(token("guest", &ALL_BUT_MODERATE), None).await;
        for act in [
            Act::End,
            Act::Lock(Door::default()),
            Act::Kick { participant },
        ] {
            let said = world.room_says(guest, Request::Act(act)).await;
            assert_eq!(said, Some("forbidden"));
        }
        world.rests().await;
    });
}

#[test]
fn a_token_moderates_by_its_grant_and_the_role_passes_to_nobody() {
    run(async {
        let mut world = World::start().await;
        let guest = world.come(token("guest", &ALL_BUT_MODERATE), None).await;
        let host = world.come(token("host", &[Grant::Moderate]), None).await;
        let other = world.come(token("other", &[Grant::Moderate]), None).await;
        let roles = [guest, host, other].map(|who| world.role(who));
        assert_eq!(roles, ["participant", "moderator", "moderator"]);
        let grants: Grants = [Grant::Moderate].into_iter().collect();
        assert_eq!(world.connections[host].log().grants, grants, "and no more");
        world.leave(&world.connections[host]);
        // A moderator may put out a moderator.
        let participant = world.connections[other].participant().unwrap();
        let host = world.come(token("host", &[Grant::Moderate]), None).await;
        let said = world
            .room_says(host, Request::Act(Act::Kick { participant }))
            .await;
        assert_eq!(said, None);
        assert!(!world.connections[other].is_in());
        world.leave(&world.connections[host]);
        soon().await;
        assert_eq!(world.role(guest), "participant");
        world.rests().await;
    });
}

#[test]
fn who_may_not_publish_sends_nothing_and_who_may_not_share_sends_no_screen() {
    run(async {
        let mut world = World::start().await;
        let listener = world.come(token("l", &[Grant::Subscribe]), None).await;
        assert_eq!(
            world.call_says(listener, start(true)).await,
            Some("forbidden")
        );
        assert_eq!(world.call_says(listener, start(false)).await, None);
        let Command::Start { offer, streams } = start(true) else {
            unreachable!()
        };
        let offer = offer.unwrap();
        let update = Command::InCall(InCall::Update { offer, streams });
        assert_eq!(world.call_says(listener, update).await, Some("forbidden"));
        assert!(
            world.connections[listener].log().generation.is_some(),
            "it goes on"
        );
        let speaker = world.come(token("s", &[Grant::Publish]), None).await;
        assert_eq!(
            world.call_says(speaker, start_screen()).await,
            Some("forbidden")
        );
        assert_eq!(world.call_says(speaker, start(true)).await, None);
        world.rests().await;
    });
}

#[test]
fn nothing_comes_down_to_who_may_not_subscribe() {
    run(async {
        let mut world = World::start().await;
        let speaker = world.come(token("s", &Grant::ALL), None).await;
        let deaf = world.come(token("d", &[Grant::Publish]), None).await;
        let hearing = world.come(token("h", &[Grant::Subscribe]), None).await;
        for who in [speaker, deaf] {
            assert_eq!(world.call_says(who, start(true)).await, None);
        }
        assert_eq!(world.call_says(hearing, start(false)).await, None);
        let restart = || Command::InCall(InCall::RestartSubscriber);
        assert_eq!(world.call_says(deaf, restart()).await, Some("forbidden"));
        pass(Duration::from_secs(3)).await;
        assert!(world.connections[deaf].log().offer.is_none());
        assert!(world.connections[hearing].log().offer.is_some());
        // With a token that says more, they start anew, and hear.
        let more = token("d", &[Grant::Publish, Grant::Subscribe]);
        let (resume, call) = (world.resume(deaf), world.connections[deaf].log().generation);
        world.join_with(more, "n".into(), resume, call);
        soon().await;
        let now = world.connections.len() - 1;
        assert_eq!(
            world.connections[now].log().generation,
            None,
            "the old call ended"
        );
        assert_eq!(world.call_says(now, start(true)).await, None);
        soon().await;
        assert!(world.connections[now].log().offer.is_some());
        for connection in &world.connections {
            world.answer(connection);
        }
        world.rests().await;
    });
}

#[test]
fn a_name_of_the_token_is_not_changed() {
    run(async {
        let mut world = World::start().await;
        let mut pass = token("a", &Grant::ALL);
        pass.name = Some("Ann of the token".into());
        let ann = world.come(pass, None).await;
        assert_eq!(world.room_says(ann, named("Eve")).await, Some("forbidden"));
        let hand = Request::Update(MetaUpdate {
            hand: Some(true),
            ..MetaUpdate::default()
        });
        assert_eq!(world.room_says(ann, hand).await, None);
        let free = world.come(token("b", &Grant::ALL), None).await;
        assert_eq!(world.room_says(free, named("Bob")).await, None);
        let record = world.table.get(&world.room).unwrap();
        let names: Vec<String> = {
            let state = record.lock();
            let mut names: Vec<_> = state.members().map(|(_, m)| m.meta.name.clone()).collect();
            names.sort();
            names
        };
        assert_eq!(names, ["Ann of the token", "Bob"]);
    });
}

#[test]
fn the_newer_of_two_joins_of_one_subject_takes_over_and_starts_its_call_anew() {
    run(async {
        let mut world = World::start().await;
        let first = world.come(token("ann", &Grant::ALL), None).await;
        assert_eq!(world.call_says(first, start(true)).await, None);
        let generation = world.connections[first].log().generation;
        assert!(generation.is_some());
        // Even if it names the generation: it holds no call.
        world.join_with(token("ann", &Grant::ALL), "n".into(), None, generation);
        soon().await;
        let second = world.connections.len() - 1;
        let (old, new) = (&world.connections[first], &world.connections[second]);
        assert_eq!(old.participant(), new.participant());
        assert!(!old.is_in() && new.is_in());
        assert_eq!(new.log().generation, None);
        let said = world.script.read();
        let ended = said.iter().find_map(|said| match &said.event {
            RoomEvent::StopCall(stop_call) => Some((stop_call.reason, stop_call.restart)),
            _ => None,
        });
        assert_eq!(ended, Some(("replaced", true)));
        drop(said);
        assert_eq!(world.call_says(second, start(true)).await, None);
        // Open rooms know no subjects: two are two.
        world.rests().await;
    });
}

#[test]
fn where_nobody_may_be_twice_the_second_is_refused_but_for_who_comes_back() {
    run(async {
        let mut world = World::start().await;
        let once = || Pass {
            twice: Twice::Refuse,
            ..token("ann", &Grant::ALL)
        };
        let first = world.come(once(), None).await;
        let second = world.come(once(), None).await;
        assert_eq!(world.refusals(second), [("join", "identity_taken")]);
        assert!(world.connections[first].is_in());
        let resume = world.resume(first);
        let back = world.come(once(), resume).await;
        assert!(world.connections[back].is_in());
        assert!(!world.connections[first].is_in());
        // Who left may come anew.
        world.vanish(&world.connections[back]);
        soon().await;
        let anew = world.come(once(), None).await;
        assert!(world.connections[anew].is_in());
        // And the one who left is not let in beside.
        let resume = world.resume(back);
        let ghost = world.come(once(), resume).await;
        assert_eq!(world.refusals(ghost), [("join", "identity_taken")]);
        world.rests().await;
    });
}

#[test]
fn a_resume_is_worth_nothing_to_another_subject() {
    run(async {
        let mut world = World::start().await;
        let ann = world.come(token("ann", &Grant::ALL), None).await;
        let resume = world.resume(ann);
        for pass in [token("eve", &Grant::ALL), Pass::open()] {
            let other = world.come(pass, resume.clone()).await;
            assert_ne!(
                world.connections[other].participant(),
                world.connections[ann].participant()
            );
        }
        assert!(world.connections[ann].is_in());
        world.rests().await;
    });
}

#[test]
fn a_kicked_subject_is_out_with_whatever_token_until_the_room_ends() {
    run(async {
        let mut world = World::start().await;
        let host = world.come(token("host", &Grant::ALL), None).await;
        let eve = world.come(token("eve", &Grant::ALL), None).await;
        let participant = world.connections[eve].participant().unwrap();
        let kick = Request::Act(Act::Kick { participant });
        assert_eq!(world.room_says(host, kick).await, None);
        let again = world.come(token("eve", &[Grant::Chat]), None).await;
        assert_eq!(world.refusals(again), [("join", "kicked")]);
        world.leave(&world.connections[host]);
        // Still within the half minute that a reload may take.
        pass(Duration::from_secs(20)).await;
        let again = world.come(token("eve", &[Grant::Chat]), None).await;
        assert_eq!(world.refusals(again), [("join", "kicked")]);
        pass(Duration::from_secs(31)).await;
        let again = world.come(token("eve", &[Grant::Chat]), None).await;
        assert!(
            world.connections[again].is_in(),
            "{:?}",
            world.refusals(again)
        );
    });
}

#[test]
fn who_may_open_the_door_comes_in_through_a_locked_one() {
    run(async {
        let mut world = World::start().await;
        let host = world.come(token("host", &[Grant::Moderate]), None).await;
        let door = Door {
            locked: true,
            lobby: false,
        };
        assert_eq!(
            world.room_says(host, Request::Act(Act::Lock(door))).await,
            None
        );
        let guest = world.come(token("guest", &ALL_BUT_MODERATE), None).await;
        assert_eq!(world.refusals(guest), [("join", "locked")]);
        let other = world.come(token("other", &[Grant::Moderate]), None).await;
        assert!(world.connections[other].is_in());
        // The same person again is no new one.
        let host = world.come(token("host", &[Grant::Moderate]), None).await;
        assert!(world.connections[host].is_in());
        world.rests().await;
    });
}

#[test]
fn who_stops_asking_waits_no_more() {
    run(async {
        let mut world = World::start().await;
        let ann = world.come(Pass::open(), None).await;
        let door = Door {
            locked: true,
            lobby: true,
        };
        world.room_says(ann, Request::Act(Act::Lock(door))).await;
        let eve = world.come(Pass::open(), None).await;
        assert_eq!(world.refusals(eve), [("join", "waiting")]);
        let record = world.table.get(&world.room).unwrap();
        pass(Duration::from_secs(13)).await;
        assert_eq!(record.lock().lobby().len(), 1);
        pass(Duration::from_secs(3)).await;
        assert_eq!(record.lock().lobby().len(), 0);
        let last = world
            .script
            .read()
            .iter()
            .rev()
            .find_map(|said| match &said.event {
                RoomEvent::Lobby(people) => Some(people.len()),
                _ => None,
            });
        assert_eq!(last, Some(0), "moderators were told");
        world.rests().await;
    });
}

#[test]
fn at_most_a_hundred_wait() {
    run(async {
        let mut world = World::start().await;
        let ann = world.come(Pass::open(), None).await;
        let door = Door {
            locked: true,
            lobby: true,
        };
        world.room_says(ann, Request::Act(Act::Lock(door))).await;
        for _ in 0..101 {
            world.join("w".into(), None, None);
        }
        soon().await;
        let said: Vec<_> = (1..=101).map(|who| world.refusals(who)[0].1).collect();
        assert!(said[..100].iter().all(|said| *said == "waiting"));
        assert_eq!(said[100], "busy");
    });
}

#[test]
fn a_locked_room_that_stood_empty_is_open_though_somebody_knocks_all_the_time() {
    run(async {
        let mut world = World::start().await;
        let ann = world.come(Pass::open(), None).await;
        let door = Door {
            locked: true,
            lobby: true,
        };
        world.room_says(ann, Request::Act(Act::Lock(door))).await;
        world.vanish(&world.connections[ann]);
        let mut tries = 0;
        loop {
            let eve = world.come(Pass::open(), None).await;
            if world.connections[eve].is_in() {
                assert_eq!(world.role(eve), "moderator");
                break;
            }
            tries += 1;
            assert!(tries < 40, "nobody comes in for ever");
            pass(Duration::from_secs(2)).await;
        }
        // Half a minute in which whoever locked it can come back.
        assert!(tries >= 12, "{tries}");
    });
}

#[test]
fn a_mute_outlives_a_reload() {
    run(async {
        let mut world = World::start().await;
        let host = world.come(token("host", &[Grant::Moderate]), None).await;
        let bob = world.come(token("bob", &ALL_BUT_MODERATE), None).await;
        let participant = world.connections[bob].participant().unwrap();
        let mute = Act::Mute {
            participant: participant.clone(),
            kind: Kind::Audio,
        };
        assert_eq!(world.room_says(host, Request::Act(mute)).await, None);
        let resume = world.resume(bob);
        world.vanish(&world.connections[bob]);
        soon().await;
        let bob = world.come(token("bob", &ALL_BUT_MODERATE), resume).await;
        assert_eq!(world.call_says(bob, start(true)).await, None);
        let muted = || world.fake.muted(&participant).unwrap();
        assert_eq!(muted(), [Mid::parse("0").unwrap()]);
        let unmute = MetaUpdate {
            mic: Some(true),
            ..MetaUpdate::default()
        };
        assert_eq!(world.room_says(bob, Request::Update(unmute)).await, None);
        assert_eq!(muted(), []);
        world.rests().await;
    });
}
