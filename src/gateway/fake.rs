//! A gateway in memory for model tests: behaves as the Janus adapter does, and fails as told.
//!
//! [`FakeGateway`] is the handle a test keeps; it makes [`Gateway`]s that all see the same sessions
//! and media rooms. Each request takes a while on its way and is carried out even if whoever asked
//! has gone meanwhile, as on a real gateway: so an unanswered `open` leaves a session. Needs a tokio
//! `LocalSet` (any actix arbiter). No media: a connection is up as soon as it is negotiated.

mod line;
mod media;
mod state;

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep, timeout_at};

use super::{Gateway, GatewayError, GatewayEvent, Opened, SessionId};
use crate::names::{Feed, Mid, ParticipantId};
use line::{FakeEvents, FakeLine};
use state::{Session, State};

/// A kind of request, to say which is to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `Gateway::open`.
    Open,
    /// `Gateway::destroy`.
    Destroy,
    /// `Gateway::probe`.
    Probe,
    /// `Gateway::sweep_rooms`.
    Sweep,
    /// `Line::join`.
    Join,
    /// `Line::publish`.
    Publish,
    /// `Line::subscribe` and `Line::restart_subscriber`.
    Subscribe,
    /// `Line::answer`.
    Answer,
    /// `Line::mute`.
    Mute,
    /// `Line::keepalive`.
    Keepalive,
    /// Everything else a line is asked.
    Other,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Destroy => "destroy",
            Self::Probe => "probe",
            Self::Sweep => "sweep",
            Self::Join => "join",
            Self::Publish => "publish",
            Self::Subscribe => "subscribe",
            Self::Answer => "answer",
            Self::Mute => "mute",
            Self::Keepalive => "keepalive",
            Self::Other => "other",
        }
    }
}

/// What becomes of a request that was told to fail.
#[derive(Clone, Debug)]
pub enum Fault {
    /// It is refused with this, and not carried out.
    Fail(GatewayError),
    /// It is carried out, but its answer never comes: the asker has a timeout at its deadline.
    Hang,
    /// Whoever asks panics, with the text [`INJECTED`].
    Panic,
}

/// What a panic says that was asked for.
pub const INJECTED: &str = "injected by a test";

/// How the gateway as a whole is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Power {
    Up,
    /// Requests are taken and wait.
    Hung,
    /// Cannot be reached; knows nothing.
    Down,
}

/// The handle of a gateway in memory. Cheap to clone; may cross threads.
#[derive(Clone)]
pub struct FakeGateway {
    shared: Arc<Shared>,
}

struct Shared {
    latency: Duration,
    power: watch::Sender<Power>,
    state: Mutex<State>,
    faults: Mutex<HashMap<Kind, VecDeque<Fault>>>,
}

impl FakeGateway {
    /// One that is up, and takes `latency` for each request.
    pub fn new(latency: Duration) -> Self {
        Self {
            shared: Arc::new(Shared {
                latency,
                power: watch::Sender::new(Power::Up),
                state: Mutex::default(),
                faults: Mutex::default(),
            }),
        }
    }

    /// A gateway for the arbiter it is called on.
    pub fn gateway(&self) -> Rc<dyn Gateway> {
        Rc::new(self.clone())
    }

    // ---- faults ----

    /// The next request of this kind that has no fault yet goes so.
    pub fn next(&self, kind: Kind, fault: Fault) {
        let mut faults = self.faults();
        faults.entry(kind).or_default().push_back(fault);
    }

    /// What was told of faults and did not happen yet is taken back.
    pub fn forget_faults(&self) {
        self.faults().clear();
    }

    /// It ends: sessions and rooms are gone, what listens has `Lost`, requests have `Unreachable`.
    pub fn go_down(&self) {
        self.shared.power.send_replace(Power::Down);
        let sessions = std::mem::take(&mut *self.state()).into_sessions();
        for session in sessions {
            session.end(GatewayError::Lost {
                detail: "the gateway ended".into(),
            });
        }
    }

    /// It stops to work (SIGSTOP): connections stand, nothing is answered. What it was asked
    /// meanwhile is carried out when it [comes up](Self::come_up).
    pub fn hang(&self) {
        self.shared.power.send_replace(Power::Hung);
    }

    /// It works (again).
    pub fn come_up(&self) {
        self.shared.power.send_replace(Power::Up);
    }

    /// The event stream of a participant's session fails; the session stays. False: they have none.
    pub fn fail_events(&self, of: &ParticipantId, error: GatewayError) -> bool {
        self.with_session_of(of, |session| session.end(error))
    }

    /// Something is told to a participant's session. False: they have none.
    pub fn tell(&self, of: &ParticipantId, event: GatewayEvent) -> bool {
        self.with_session_of(of, |session| session.tell(event))
    }

    /// A participant's session is destroyed behind its owner's back: nothing says so but the next
    /// request (`SessionLost`). False: they have none.
    pub fn destroy_session_of(&self, of: &ParticipantId) -> bool {
        let mut state = self.state();
        let id = state.session_of(of);
        id.is_some_and(|id| state.destroy(id))
    }

    // ---- what is on it ----

    /// The sessions that live, in order.
    pub fn live_sessions(&self) -> Vec<SessionId> {
        self.state().sessions().map(|(id, _)| id).collect()
    }

    /// The feeds that are in a media room, in order of their sessions.
    pub fn feeds(&self) -> Vec<Feed> {
        let state = self.state();
        let feeds = state.sessions().filter_map(|(_, session)| session.feed());
        feeds.cloned().collect()
    }

    /// The streams of a participant that are held back, in order; none without a session.
    pub fn muted(&self, of: &ParticipantId) -> Option<Vec<Mid>> {
        let mut muted = None;
        self.with_session_of(of, |session| muted = Some(session.muted()));
        muted
    }

    /// The ids of the media rooms, in order.
    pub fn media_rooms(&self) -> Vec<String> {
        self.state().rooms().cloned().collect()
    }

    // ---- how it works ----

    fn state(&self) -> MutexGuard<'_, State> {
        let state = self.shared.state.lock();
        state.unwrap_or_else(PoisonError::into_inner)
    }

    fn faults(&self) -> MutexGuard<'_, HashMap<Kind, VecDeque<Fault>>> {
        let faults = self.shared.faults.lock();
        faults.unwrap_or_else(PoisonError::into_inner)
    }

    fn with_session_of(&self, of: &ParticipantId, act: impl FnOnce(&Session)) -> bool {
        let state = self.state();
        let session = state.session_of(of).and_then(|id| state.session(id).ok());
        session.map(act).is_some()
    }

    /// A request on its way: `work` is done when it arrives, whoever still waits for it.
    fn request<T: 'static>(
        &self,
        kind: Kind,
        deadline: Instant,
        turn: Option<Arc<tokio::sync::Mutex<()>>>,
        work: impl FnOnce(&mut State) -> Result<T, GatewayError> + 'static,
    ) -> LocalBoxFuture<'static, Result<T, GatewayError>> {
        let fault = self.faults().get_mut(&kind).and_then(VecDeque::pop_front);
        panic_if(matches!(fault, Some(Fault::Panic)));
        let (sender, answer) = oneshot::channel();
        let this = self.clone();
        tokio::task::spawn_local(async move {
            // one message in flight a side
            let _turn = match turn {
                Some(turn) => Some(turn.lock_owned().await),
                None => None,
            };
            sleep(this.shared.latency).await;
            let mut power = this.shared.power.subscribe();
            let up = power.wait_for(|power| *power != Power::Hung).await;
            let is_down = up.map_or(true, |power| *power == Power::Down);
            let done = match (is_down, &fault) {
                (true, _) => Err(GatewayError::Unreachable {
                    detail: "nobody listens".into(),
                }),
                (false, Some(Fault::Fail(error))) => Err(error.clone()),
                (false, Some(Fault::Hang | Fault::Panic) | None) => work(&mut this.state()),
            };
            if !is_down && matches!(fault, Some(Fault::Hang)) {
                // held, so that no answer is not taken for a lost one
                tokio::time::sleep_until(deadline).await;
                return;
            }
            let _ = sender.send(done);
        });
        let (asked, request) = (Instant::now(), kind.name());
        async move {
            let timeout = GatewayError::Timeout {
                request,
                after: deadline.saturating_duration_since(asked),
            };
            match timeout_at(deadline, answer).await {
                Ok(Ok(done)) => done,
                Ok(Err(_)) | Err(_) => Err(timeout),
            }
        }
        .boxed_local()
    }

    /// What happens by itself a moment later, if the gateway lives then.
    fn later(&self, work: impl FnOnce(&mut State) + 'static) {
        let this = self.clone();
        tokio::task::spawn_local(async move {
            sleep(this.shared.latency).await;
            let mut power = this.shared.power.subscribe();
            let _ = power.wait_for(|power| *power != Power::Hung).await;
            work(&mut this.state());
        });
    }
}

#[expect(clippy::panic, reason = "this is what the test wants")]
fn panic_if(wanted: bool) {
    if wanted {
        panic!("{INJECTED}");
    }
}

impl Gateway for FakeGateway {
    fn open(
        &self,
        id: SessionId,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<Opened, GatewayError>> {
        let opened = self.request(Kind::Open, deadline, None, move |state| state.open(id));
        let line = FakeLine::new(self.clone(), id);
        async move {
            let events = FakeEvents::new(opened.await?);
            Ok(Opened {
                line: Rc::new(line),
                events: Box::new(events),
            })
        }
        .boxed_local()
    }

    fn destroy(
        &self,
        id: SessionId,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<bool, GatewayError>> {
        self.request(Kind::Destroy, deadline, None, move |state| {
            Ok(state.destroy(id))
        })
    }

    fn probe(&self, deadline: Instant) -> LocalBoxFuture<'static, Result<(), GatewayError>> {
        self.request(Kind::Probe, deadline, None, |_| Ok(()))
    }

    fn sweep_rooms(
        &self,
        prefix: String,
        keep: Vec<String>,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<usize, GatewayError>> {
        self.request(Kind::Sweep, deadline, None, move |state| {
            Ok(state.sweep(&prefix, &keep))
        })
    }
}
