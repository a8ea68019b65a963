//! The Poller: a JanusSession's ear to its gateway, whatever the transport.
//!
//! Started by its JanusSession, which watches it: its crash is that call's crash. It watches its
//! owner in turn and never outlives it: in the original the poll itself kept dead users alive. A poll
//! that failed may have eaten events, so it is never repeated: the Poller ends with the reason.

use actix::{
    Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler, Message, Recipient,
    WrapFuture,
};

use crate::gateway::{EventStream, GatewayError, GatewayEvent};
use crate::otp::supervisor::Parent;
use crate::otp::{Down, DownReason, Monitors, Watch, cast};

/// What the gateway told, in order.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Heard(pub Vec<GatewayEvent>);

/// See the module.
pub struct Poller {
    events: Option<Box<dyn EventStream>>,
    owner: Recipient<Heard>,
    parent: Parent,
    monitors: Monitors,
}

impl Poller {
    /// The actor; `watch` is its owner's.
    pub fn new(
        events: Box<dyn EventStream>,
        owner: Recipient<Heard>,
        watch: &Recipient<Watch>,
        ctx: &Context<Self>,
    ) -> Self {
        Self {
            events: Some(events),
            owner,
            parent: Parent::watch(watch, ctx.address().downgrade().recipient()),
            monitors: Monitors::default(),
        }
    }
}

/// Listens until it fails.
async fn listen(mut events: Box<dyn EventStream>, owner: Recipient<Heard>) -> GatewayError {
    loop {
        match events.next().await {
            Ok(heard) => {
                fail::fail_point!("poller");
                if !heard.is_empty() {
                    cast(&owner, Heard(heard));
                }
            }
            Err(error) => return error,
        }
    }
}

impl Actor for Poller {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        let Some(events) = self.events.take() else {
            return;
        };
        let ended = listen(events, self.owner.clone()).into_actor(self);
        ctx.spawn(ended.map(|error, this, ctx| {
            log::debug!(reason = error.reason(), detail = error.to_string().as_str(); "poll failed");
            this.monitors.ending(DownReason::Failed(error.reason()));
            ctx.stop();
        }));
    }
}

crate::monitored!(Poller);

impl Handler<Down> for Poller {
    type Result = ();

    fn handle(&mut self, down: Down, ctx: &mut Self::Context) {
        if self.parent.is(&down) {
            self.monitors.ending(DownReason::Shutdown);
            ctx.stop();
        }
    }
}
