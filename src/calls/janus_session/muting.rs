//! What of a call nobody else gets: a moderator muted it. The table says what, the gateway is told, and
//! holds to it whatever the browser sends.

use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use actix::{ActorFutureExt, AsyncContext, Context, Handler, WrapFuture};
use tokio::time::Instant;

use super::{JanusSession, MuteChanged, Phase, REQUEST_WITHIN};
use crate::gateway::{Answered, GatewayError, Line};
use crate::names::{Mid, ParticipantId, Source, StreamSpec};
use crate::rooms::table::RoomRecord;
use crate::sdp::Sdp;

/// What publishing came to, and which mids are held back.
pub(super) type Published = (Answered, HashSet<Mid>);

/// Publishes, and has muted what is to be before anybody learns of the answer: without it no media
/// flows.
pub(super) async fn publish(
    line: Rc<dyn Line>,
    (record, participant): (Arc<RoomRecord>, ParticipantId),
    (offer, streams): (Sdp, Vec<StreamSpec>),
    deadline: Instant,
) -> Result<Published, GatewayError> {
    let answered = line.publish(offer, streams, deadline).await?;
    let due = record.lock().muted(&participant);
    let mut muted = HashSet::new();
    for stream in answered.streams.iter().filter(|stream| !stream.disabled) {
        if due.holds(stream.source) {
            line.mute(stream.mid.clone(), true, deadline).await?;
            muted.insert(stream.mid.clone());
        }
    }
    Ok((answered, muted))
}

impl JanusSession {
    /// Has the gateway mute what the table says, and nothing else; one stream after the other.
    pub(super) fn follow_mutes(&mut self, ctx: &mut Context<Self>) {
        let (Phase::Live, false, Some(line)) = (self.phase, self.asking_mute, self.line()) else {
            return;
        };
        let due = self.record.lock().muted(&self.participant);
        let differs = self.published.iter().find(|stream| {
            !stream.disabled && due.holds(stream.source) != self.muted.contains(&stream.mid)
        });
        let Some((mid, source)) = differs.map(|stream| (stream.mid.clone(), stream.source)) else {
            return;
        };
        let mute = due.holds(source);
        self.asking_mute = true;
        let deadline = Instant::now() + REQUEST_WITHIN;
        let asked = line.mute(mid.clone(), mute, deadline);
        let asked = async move {
            asked.await?;
            // Else the others' pictures stay frozen until the next key frame.
            match (mute, source) {
                (false, Source::Camera) => line.request_keyframe(deadline).await,
                (_, Source::Mic | Source::Camera | Source::Screen) => Ok(()),
            }
        };
        ctx.spawn(asked.into_actor(self).map(move |done, this, ctx| {
            this.asking_mute = false;
            match (done, mute) {
                (Ok(()), true) => {
                    this.muted.insert(mid);
                }
                (Ok(()), false) => {
                    this.muted.remove(&mid);
                }
                // A call that cannot be muted ends: the next one is muted before it begins.
                (Err(error), _) => return this.fail_with(&error, ctx),
            }
            this.follow_mutes(ctx);
        }));
    }
}

impl Handler<MuteChanged> for JanusSession {
    type Result = ();

    fn handle(&mut self, _: MuteChanged, ctx: &mut Self::Context) {
        self.follow_mutes(ctx);
    }
}
