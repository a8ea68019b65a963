//! Who two joins of one subject are, who stays out, and who waits how long; against the real actors over
//! a gateway in memory, on a clock that jumps.

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
use parlour::rooms::RoomEvent;
use parlour::rooms::authorisation::{Grant, Pass, Twice};
use parlour::rooms::messages::{Act, Request};

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
        let ended = world
            .script
            .read()
            .iter()
            .find_map(|said| match &said.event {
                RoomEvent::StopCall(stop_call) => Some((stop_call.reason, stop_call.restart)),
                _ => None,
            });
        assert_eq!(ended, Some(("replaced", true)));
        assert_eq!(world.call_says(second, start(true)).await, None);
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
        assert_eq!(world.lock(host, false).await, None);
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
        assert_eq!(world.lock(ann, true).await, None);
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
        assert_eq!(world.lock(ann, true).await, None);
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
        assert_eq!(world.lock(ann, true).await, None);
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
