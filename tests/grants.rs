//! What a pass lets somebody do; against the real actors over a gateway in memory, on a clock that jumps.

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
    pub mod passes;
    pub mod rules;
    pub mod world;
}

use std::time::Duration;

use model::asks::start;
use model::passes::{ALL_BUT_MODERATE, pass, run, soon, token};
use model::world::World;
use parlour::calls::messages::{Command, InCall};
use parlour::names::{Kind, Mid, Source, StreamSpec};
use parlour::rooms::authorisation::{Grant, Grants};
use parlour::rooms::events::Door;
use parlour::rooms::messages::{Act, Request};
use parlour::rooms::presence::MetaUpdate;

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
