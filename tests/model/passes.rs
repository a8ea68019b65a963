//! People with passes of their own, one step after the other.

use std::future::Future;
use std::time::Duration;

use actix::System;
use parlour::calls::messages::Command;
use parlour::rooms::authorisation::{Grant, Pass, Twice};
use parlour::rooms::events::Door;
use parlour::rooms::messages::{Act, Request};

use super::rules;
use super::world::World;

pub fn run(test: impl Future<Output = ()>) {
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
pub async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
}

pub async fn soon() {
    pass(Duration::from_millis(100)).await;
}

/// Somebody's token.
pub fn token(subject: &str, grants: &[Grant]) -> Pass {
    Pass {
        subject: Some(subject.to_owned()),
        name: None,
        grants: grants.iter().copied().collect(),
        open: false,
        twice: Twice::Replace,
    }
}

pub const ALL_BUT_MODERATE: [Grant; 6] = [
    Grant::Publish,
    Grant::Subscribe,
    Grant::Chat,
    Grant::Data,
    Grant::Screen,
    Grant::Record,
];

impl World {
    /// Joins; which connection it is.
    pub async fn come(&mut self, pass: Pass, resume: Option<String>) -> usize {
        self.join_with(pass, "n".into(), resume, None);
        soon().await;
        self.connections.len() - 1
    }

    pub fn refusals(&self, who: usize) -> Vec<(&'static str, &'static str)> {
        std::mem::take(&mut self.connections[who].log().refusals)
    }

    /// Asks the room; the reason why not.
    pub async fn room_says(&self, who: usize, request: Request) -> Option<&'static str> {
        self.ask(&self.connections[who], "ask", request);
        soon().await;
        self.refusals(who).pop().map(|(_, reason)| reason)
    }

    /// Locks the room, with a lobby or without; the reason why not.
    pub async fn lock(&self, who: usize, lobby: bool) -> Option<&'static str> {
        let door = Door {
            locked: true,
            lobby,
        };
        self.room_says(who, Request::Act(Act::Lock(door))).await
    }

    /// Asks the call; the reason why not.
    pub async fn call_says(&self, who: usize, command: Command) -> Option<&'static str> {
        self.call(&self.connections[who], "call", command);
        soon().await;
        self.refusals(who).pop().map(|(_, reason)| reason)
    }

    pub fn resume(&self, who: usize) -> Option<String> {
        let log = self.connections[who].log();
        log.joined.as_ref().map(|(_, resume)| resume.clone())
    }

    pub fn role(&self, who: usize) -> &'static str {
        let record = self.table.get(&self.room).unwrap();
        let state = record.lock();
        let participant = self.connections[who].participant().unwrap();
        state.member(&participant).unwrap().meta.role
    }

    pub async fn rests(&self) {
        pass(Duration::from_secs(2)).await;
        rules::at_rest(self).unwrap();
    }
}
