//! The supervisor restarts what it should, when it should, alone; and leaks nothing by its own death.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix::{
    Actor, ActorContext, Addr, Arbiter, ArbiterHandle, AsyncContext, Context, Handler, Message,
    Recipient,
};
use parlour::otp::spawn::{spawn, spawn_in};
use parlour::otp::supervisor::{
    ChildSpec, CountChildren, Counts, Parent, StartChild, StopSupervisor, Supervisor,
};
use parlour::otp::{
    Backoff, Down, DownReason, Intensity, MonitorRef, Monitors, Restart, Watch, cast, monitor,
};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// A child as the product's are: it watches its supervisor, and has a timer that would keep it alive.
struct Child {
    parent: Parent,
    monitors: Monitors,
}

impl Actor for Child {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.run_interval(Duration::from_secs(3_600), |_, _| {});
    }
}

parlour::monitored!(Child);

#[derive(Message)]
#[rtype(result = "()")]
enum Do {
    End(DownReason),
    Panic,
}

impl Handler<Do> for Child {
    type Result = ();

    fn handle(&mut self, what: Do, ctx: &mut Self::Context) {
        match what {
            Do::End(reason) => {
                self.monitors.ending(reason);
                ctx.stop();
            }
            Do::Panic => panic!("as told"),
        }
    }
}

impl Handler<Down> for Child {
    type Result = ();

    fn handle(&mut self, down: Down, ctx: &mut Self::Context) {
        if self.parent.is(&down) {
            self.monitors.ending(DownReason::Shutdown);
            ctx.stop();
        }
    }
}

fn child_of(supervisor: &Recipient<Watch>, ctx: &Context<Child>) -> Child {
    Child {
        parent: Parent::watch(supervisor, ctx.address().downgrade().recipient()),
        monitors: Monitors::default(),
    }
}

/// A supervisor, and one child of it as it is started again and again.
struct Family {
    supervisor: Addr<Supervisor>,
    lives: mpsc::UnboundedReceiver<Addr<Child>>,
    sender: mpsc::UnboundedSender<Addr<Child>>,
    gave_up: Arc<AtomicUsize>,
}

impl Family {
    fn new() -> Self {
        Self::of(spawn("supervisor", |_| Supervisor::default()))
    }

    fn of(supervisor: Addr<Supervisor>) -> Self {
        let (sender, lives) = mpsc::unbounded_channel();
        Self {
            supervisor,
            lives,
            sender,
            gave_up: Arc::default(),
        }
    }

    fn spec(&self, restart: Restart) -> ChildSpec {
        let (sender, gave_up) = (self.sender.clone(), Arc::clone(&self.gave_up));
        ChildSpec {
            kind: "child",
            name: "child".into(),
            restart,
            intensity: Intensity::default(),
            backoff: Backoff::default(),
            start: Box::new(move |supervisor| {
                let child = spawn("child", |ctx| child_of(supervisor, ctx));
                sender.send(child.clone()).unwrap();
                Box::new(child)
            }),
            gave_up: Box::new(move || {
                gave_up.fetch_add(1, Ordering::Relaxed);
            }),
        }
    }

    fn start(&self, restart: Restart) {
        cast(&self.supervisor, StartChild(self.spec(restart)));
    }

    /// The next life of the child.
    async fn life(&mut self) -> Addr<Child> {
        let life = tokio::time::timeout(Duration::from_secs(20), self.lives.recv()).await;
        life.expect("the child is started").unwrap()
    }

    async fn counts(&self) -> Counts {
        self.supervisor.send(CountChildren).await.unwrap()
    }

    fn given_up(&self) -> usize {
        self.gave_up.load(Ordering::Relaxed)
    }

    /// No further life, however long one waits. For a clock that stands still.
    async fn stays_down(&mut self) {
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(self.lives.try_recv().is_err(), "started again");
    }
}

/// Hears of the end of whatever it watches.
struct Witness {
    downs: mpsc::UnboundedSender<Down>,
}

impl Actor for Witness {
    type Context = Context<Self>;
}

impl Handler<Down> for Witness {
    type Result = ();

    fn handle(&mut self, down: Down, _: &mut Self::Context) {
        self.downs.send(down).unwrap();
    }
}

struct Observed {
    _witness: Addr<Witness>,
    _monitors: Vec<MonitorRef>,
    downs: mpsc::UnboundedReceiver<Down>,
}

impl Observed {
    fn all(targets: &[Addr<Child>]) -> Self {
        let (sender, downs) = mpsc::unbounded_channel();
        let witness = Witness { downs: sender }.start();
        let observe = |target| monitor(target, witness.downgrade().recipient());
        Self {
            _monitors: targets.iter().map(observe).collect(),
            _witness: witness,
            downs,
        }
    }

    async fn reason(&mut self) -> DownReason {
        let down = tokio::time::timeout(Duration::from_secs(20), self.downs.recv()).await;
        down.expect("it ended").unwrap().reason
    }
}

const ENDINGS: [Do; 4] = [
    Do::End(DownReason::Normal),
    Do::End(DownReason::Shutdown),
    Do::End(DownReason::Failed("janus_lost")),
    Do::Panic,
];

/// How often a child of this kind is started if its lives end so, far apart.
async fn lives_of(restart: Restart, endings: [Do; 4]) -> Vec<bool> {
    let mut restarted = Vec::new();
    for ending in endings {
        let mut family = Family::new();
        family.start(restart);
        let first = family.life().await;
        cast(&first, ending);
        tokio::time::sleep(Duration::from_secs(1)).await;
        let again = family.lives.try_recv().is_ok();
        let active = usize::from(again);
        let counts = Counts {
            active,
            restarts: active,
        };
        assert_eq!(family.counts().await, counts);
        restarted.push(again);
    }
    restarted
}

#[actix::test]
async fn the_restart_type_says_which_endings_are_followed_by_a_restart() {
    tokio::time::pause();
    assert_eq!(lives_of(Restart::Permanent, ENDINGS).await, [true; 4]);
    let after_crashes_only = [false, false, true, true];
    assert_eq!(
        lives_of(Restart::Transient, ENDINGS).await,
        after_crashes_only
    );
    assert_eq!(lives_of(Restart::Temporary, ENDINGS).await, [false; 4]);
}

#[actix::test]
async fn the_fourth_crash_in_five_seconds_gives_up_once() {
    tokio::time::pause();
    let mut family = Family::new();
    family.start(Restart::Transient);
    for crash in 1..=4 {
        assert_eq!(family.given_up(), 0, "before crash {crash}");
        cast(&family.life().await, Do::Panic);
    }
    family.stays_down().await;
    assert_eq!(family.given_up(), 1);
    let counts = Counts {
        active: 0,
        restarts: 3,
    };
    assert_eq!(family.counts().await, counts);
}

#[actix::test]
async fn crashes_far_apart_are_borne_for_ever() {
    tokio::time::pause();
    let mut family = Family::new();
    family.start(Restart::Permanent);
    for _ in 0..20 {
        let life = family.life().await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        cast(&life, Do::Panic);
    }
    family.life().await;
    assert_eq!(family.given_up(), 0);
}

#[actix::test]
async fn the_first_restart_is_at_once_and_each_later_one_waits_longer() {
    tokio::time::pause();
    let mut family = Family::new();
    family.start(Restart::Permanent);
    let ranges = [(0, 0), (50, 100), (100, 200)];
    for (least, most) in ranges {
        let life = family.life().await;
        let crashed = Instant::now();
        cast(&life, Do::Panic);
        let again = family.life().await;
        let waited = crashed.elapsed();
        family.sender.send(again).unwrap();
        // The clock of tokio's timers counts whole milliseconds, rounded up.
        let range = Duration::from_millis(least)..=Duration::from_millis(most + 1);
        assert!(
            range.contains(&waited),
            "{waited:?} is not in {least}..{most} ms"
        );
    }
}

#[actix::test]
async fn a_crash_leaves_the_siblings_alone() {
    tokio::time::pause();
    let mut crashing = Family::new();
    let mut sibling = Family::of(crashing.supervisor.clone());
    crashing.start(Restart::Permanent);
    sibling.start(Restart::Permanent);
    let (first, other) = (crashing.life().await, sibling.life().await);
    for _ in 0..4 {
        cast(&first, Do::Panic); // a dead one's mailbox is silent
    }
    let again = crashing.life().await;
    sibling.stays_down().await;
    assert!(!first.connected() && again.connected() && other.connected());
    let counts = Counts {
        active: 2,
        restarts: 1,
    };
    assert_eq!(crashing.counts().await, counts);
}

#[actix::test]
async fn one_that_gives_up_a_child_keeps_the_others() {
    tokio::time::pause();
    let mut crashing = Family::new();
    let mut sibling = Family::of(crashing.supervisor.clone());
    sibling.start(Restart::Permanent);
    let other = sibling.life().await;
    crashing.start(Restart::Permanent);
    for _ in 0..4 {
        cast(&crashing.life().await, Do::Panic);
    }
    crashing.stays_down().await;
    assert_eq!((crashing.given_up(), sibling.given_up()), (1, 0));
    cast(&other, Do::Panic);
    sibling.life().await;
}

#[actix::test]
async fn a_supervisor_that_panics_leaks_no_child_and_starts_none_afterwards() {
    let mut family = Family::new();
    let elsewhere = Arbiter::new();
    let mut children = Vec::new();
    for _ in 0..3 {
        family.start(Restart::Permanent);
        children.push(family.life().await);
    }
    let (sender, handle) = (family.sender.clone(), elsewhere.handle());
    let far = ChildSpec {
        start: Box::new(move |supervisor| {
            let supervisor = supervisor.clone();
            let child = spawn_in(&handle, "child", move |ctx| child_of(&supervisor, ctx));
            sender.send(child.clone()).unwrap();
            Box::new(child)
        }),
        ..family.spec(Restart::Permanent)
    };
    cast(&family.supervisor, StartChild(far));
    children.push(family.life().await);
    let mut observed = Observed::all(&children);

    let fatal = ChildSpec {
        start: Box::new(|_| panic!("as told")),
        ..family.spec(Restart::Permanent)
    };
    cast(&family.supervisor, StartChild(fatal));
    family.start(Restart::Permanent); // queued behind the panic

    for _ in &children {
        assert_eq!(observed.reason().await, DownReason::Shutdown);
    }
    assert!(family.supervisor.send(CountChildren).await.is_err());
    assert!(
        family.lives.try_recv().is_err(),
        "a start behind the panic ran"
    );
    elsewhere.stop();
}

#[actix::test]
async fn a_supervisor_that_is_stopped_takes_its_children_along() {
    let mut family = Family::new();
    family.start(Restart::Permanent);
    let child = family.life().await;
    let mut observed = Observed::all(&[child]);
    cast(&family.supervisor, StopSupervisor);
    assert_eq!(observed.reason().await, DownReason::Shutdown);
}

#[actix::test]
async fn a_child_started_by_a_dying_supervisor_stops_too() {
    // Its own watch of the supervisor finds nobody (`NoProc`).
    let family = Family::new();
    let supervisor = family.supervisor.clone();
    cast(&supervisor, StopSupervisor);
    assert!(supervisor.send(CountChildren).await.is_err());
    let late = spawn("child", |ctx| child_of(&supervisor.recipient(), ctx));
    // It is gone before anybody else can watch it.
    let mut observed = Observed::all(&[late]);
    assert_eq!(observed.reason().await, DownReason::NoProc);
}

#[actix::test]
async fn a_down_of_an_unknown_monitor_is_ignored() {
    tokio::time::pause();
    let mut family = Family::new();
    family.start(Restart::Permanent);
    let child = family.life().await;
    // The Down of a monitor that somebody else made.
    let foreign = spawn("child", |ctx| {
        child_of(&family.supervisor.clone().recipient(), ctx)
    });
    let reference = monitor(&foreign, family.supervisor.downgrade().recipient());
    cast(&foreign, Do::Panic);
    family.stays_down().await;
    drop(reference);
    assert!(child.connected());
    let counts = Counts {
        active: 1,
        restarts: 0,
    };
    assert_eq!(family.counts().await, counts);
}

#[actix::test]
async fn a_child_whose_arbiter_died_is_started_again_on_another() {
    let mut family = Family::new();
    let arbiters = Arc::new(Mutex::new(Vec::new()));
    let (sender, used) = (family.sender.clone(), Arc::clone(&arbiters));
    let spec = ChildSpec {
        start: Box::new(move |supervisor| {
            let arbiter = Arbiter::new();
            let handle: ArbiterHandle = arbiter.handle();
            used.lock().unwrap().push(arbiter);
            let supervisor = supervisor.clone();
            let child = spawn_in(&handle, "child", move |ctx| child_of(&supervisor, ctx));
            sender.send(child.clone()).unwrap();
            Box::new(child)
        }),
        ..family.spec(Restart::Transient)
    };
    cast(&family.supervisor, StartChild(spec));
    let first = family.life().await;
    arbiters.lock().unwrap()[0].stop();

    let again = family.life().await;
    assert!(!first.connected());
    // It works there: it ends as told, and that is no crash.
    let mut observed = Observed::all(std::slice::from_ref(&again));
    cast(&again, Do::End(DownReason::Normal));
    assert_eq!(observed.reason().await, DownReason::Normal);
    assert_eq!(family.counts().await.restarts, 1);
    for arbiter in arbiters.lock().unwrap().iter() {
        arbiter.stop();
    }
}
