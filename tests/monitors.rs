//! A monitor tells its observer exactly once that its target ended, and why; whatever ended it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail"
)]

use std::time::Duration;

use actix::{Actor, ActorContext, Addr, Arbiter, AsyncContext, Context, Handler, Message};
use parlour::otp::spawn::{spawn, spawn_in};
use parlour::otp::{Down, DownReason, MonitorRef, Monitors, monitor};
use tokio::sync::mpsc;

#[derive(Default)]
struct Target {
    monitors: Monitors,
    panic_at_start: bool,
}

impl Actor for Target {
    type Context = Context<Self>;

    fn started(&mut self, _: &mut Self::Context) {
        assert!(!self.panic_at_start, "as told");
    }
}

parlour::monitored!(Target);

#[derive(Message)]
#[rtype(result = "()")]
enum Do {
    Stop(DownReason),
    StopSilently,
    StopThenPanic,
    Panic,
    PanicInFuture,
    PanicInTimer,
}

impl Handler<Do> for Target {
    type Result = ();

    fn handle(&mut self, what: Do, ctx: &mut Self::Context) {
        match what {
            Do::Stop(reason) => {
                self.monitors.ending(reason);
                ctx.stop();
            }
            Do::StopSilently => ctx.stop(),
            Do::StopThenPanic => {
                self.monitors.ending(DownReason::Normal);
                ctx.stop();
                panic!("as told");
            }
            Do::Panic => panic!("as told"),
            Do::PanicInFuture => {
                ctx.spawn(actix::fut::wrap_future(async { panic!("as told") }));
            }
            Do::PanicInTimer => {
                ctx.run_later(Duration::from_millis(1), |_, _| panic!("as told"));
            }
        }
    }
}

struct Observer(mpsc::UnboundedSender<Down>);

impl Actor for Observer {
    type Context = Context<Self>;
}

impl Handler<Down> for Observer {
    type Result = ();

    fn handle(&mut self, down: Down, _: &mut Self::Context) {
        self.0.send(down).unwrap();
    }
}

/// One target under observation.
struct Case {
    target: Addr<Target>,
    observer: Addr<Observer>,
    reference: MonitorRef,
    downs: mpsc::UnboundedReceiver<Down>,
}

impl Case {
    fn of(target: Addr<Target>) -> Self {
        let (sender, downs) = mpsc::unbounded_channel();
        let observer = Observer(sender).start();
        let reference = monitor(&target, observer.downgrade().recipient());
        Self {
            target,
            observer,
            reference,
            downs,
        }
    }

    /// The one `Down`; that there is no second shows when the observer's own end closes the channel.
    async fn only_down(mut self) -> DownReason {
        let down = tokio::time::timeout(Duration::from_secs(20), self.downs.recv())
            .await
            .expect("a Down comes")
            .unwrap();
        assert!(self.reference.is(&down), "of this monitor");
        drop((self.target, self.observer));
        assert!(self.downs.recv().await.is_none(), "exactly one Down");
        down.reason
    }
}

fn target() -> Addr<Target> {
    spawn("target", |_| Target::default())
}

async fn after(what: Do) -> DownReason {
    let case = Case::of(target());
    case.target.try_send(what).unwrap();
    case.only_down().await
}

#[actix::test]
async fn the_reason_a_target_gave_is_the_reason_of_its_down() {
    for reason in [
        DownReason::Normal,
        DownReason::Shutdown,
        DownReason::Failed("janus_lost"),
    ] {
        assert_eq!(after(Do::Stop(reason)).await, reason);
    }
    assert_eq!(after(Do::StopThenPanic).await, DownReason::Normal);
}

#[actix::test]
async fn a_target_that_ends_without_a_word_was_killed() {
    assert_eq!(after(Do::StopSilently).await, DownReason::Killed);
}

#[actix::test]
async fn a_panic_in_a_handler_a_future_or_a_timer_is_told_as_a_panic() {
    for what in [Do::Panic, Do::PanicInFuture, Do::PanicInTimer] {
        assert_eq!(after(what).await, DownReason::Panicked);
    }
}

#[actix::test]
async fn a_target_that_is_gone_already_is_told_at_once() {
    let gone = target();
    gone.send(Do::StopSilently).await.unwrap();
    assert_eq!(Case::of(gone).only_down().await, DownReason::NoProc);
}

#[actix::test]
async fn a_watch_queued_behind_a_panic_is_told_too() {
    let target = target();
    target.try_send(Do::Panic).unwrap();
    assert_eq!(Case::of(target).only_down().await, DownReason::NoProc);
}

#[actix::test]
async fn a_target_that_panics_as_it_starts_is_told() {
    let target = spawn("target", |_| Target {
        panic_at_start: true,
        ..Target::default()
    });
    assert_eq!(Case::of(target).only_down().await, DownReason::NoProc);
}

#[actix::test]
async fn the_end_of_an_arbiter_is_the_end_of_its_actors() {
    let arbiter = Arbiter::new();
    let target = spawn_in(&arbiter.handle(), "target", |_| Target::default());
    let case = Case::of(target.clone());
    target.send(Do::PanicInTimer).await.ok();
    drop(target);
    arbiter.stop();
    arbiter.join().ok();
    let reason = case.only_down().await;
    assert!(
        matches!(reason, DownReason::Killed | DownReason::Panicked),
        "{reason:?}"
    );
}

#[actix::test]
async fn an_actor_started_on_a_dead_arbiter_is_told_as_gone() {
    let arbiter = Arbiter::new();
    arbiter.stop();
    let handle = arbiter.handle();
    arbiter.join().ok();
    let target = spawn_in(&handle, "target", |_| Target::default());
    assert_eq!(Case::of(target).only_down().await, DownReason::NoProc);
}

#[actix::test]
async fn two_that_watch_each_other_end_when_nobody_else_knows_them() {
    // A strong reference in the watch would keep both alive for ever.
    let mut case = Case::of(target());
    let back = monitor(&case.target, case.observer.downgrade().recipient());
    let Case { target, .. } = &case;
    assert!(target.connected());
    let downs = &mut case.downs;
    drop(case.target);
    let mut got = Vec::new();
    while got.len() < 2 {
        got.push(downs.recv().await.unwrap().reason);
    }
    assert_eq!(got, [DownReason::Killed, DownReason::Killed]);
    drop(back);
}

#[actix::test]
async fn a_demonitored_target_ends_in_silence() {
    let Case {
        target,
        observer,
        reference,
        mut downs,
    } = Case::of(target());
    target.send(Do::Stop(DownReason::Normal)).await.ok();
    // Another watch, so that the end is known to have been told to those who still listen.
    let again = Case::of(self::target());
    drop(reference);
    again.target.try_send(Do::Panic).unwrap();
    again.only_down().await;
    drop((target, observer));
    while let Some(down) = downs.recv().await {
        // Told before the reference was dropped is the only way a Down may come.
        assert_eq!(down.reason, DownReason::Normal);
    }

    let Case {
        target,
        observer,
        reference,
        mut downs,
    } = Case::of(self::target());
    drop(reference);
    target.send(Do::Stop(DownReason::Normal)).await.ok();
    drop((target, observer));
    assert!(
        downs.recv().await.is_none(),
        "demonitored before the end: nothing"
    );
}
