//! How many calls are started on the gateway at once: a queue, so that a storm of them is no herd.
//!
//! Those beyond wait for their turn in the order in which they came, as long as what is left of their
//! time still suffices for a start. One that ends while it waits, or while it starts, gives its place
//! back: the turn is kept by the call's actor.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::errors::CallError;
use super::health::spread_ms;
use crate::files::Files;

/// What a start needs of its time once its turn has come.
const LEFT_FOR_START: Duration = Duration::from_secs(2);

/// The queue, shared by all rooms.
#[derive(Clone)]
pub struct Starts {
    turns: Arc<Semaphore>,
    files: Arc<Files>,
}

/// A turn; given back when dropped.
pub type Turn = OwnedSemaphorePermit;

impl Starts {
    /// At most so many at once, and none while file descriptors are about to run out.
    pub fn new(at_once: usize, files: Arc<Files>) -> Self {
        Self {
            turns: Arc::new(Semaphore::new(at_once)),
            files,
        }
    }

    /// Waits for a turn of a start that must be done by `deadline`.
    ///
    /// # Errors
    /// [`CallError::Busy`] if it does not come in time.
    pub async fn turn(self, deadline: Instant) -> Result<Turn, CallError> {
        let by = deadline.checked_sub(LEFT_FOR_START).unwrap_or(deadline);
        let turn = timeout_at(by, self.turns.acquire_owned()).await;
        match turn {
            Ok(Ok(turn)) if self.files.has_room_for_call() => Ok(turn),
            _ => Err(CallError::Busy {
                retry_ms: spread_ms(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_time() -> Instant {
        Instant::now() + Duration::from_secs(9)
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_comes_in_order_or_says_when_to_come_again() {
        let starts = Starts::new(1, Arc::default());
        let first = starts.clone().turn(in_time()).await.unwrap();
        let began = Instant::now();
        let refused = starts.clone().turn(in_time()).await.unwrap_err();
        assert_eq!(refused.reason(), "busy");
        assert!(refused.retry_ms().is_some_and(|ms| ms >= 500));
        assert_eq!(began.elapsed().as_secs(), 7);
        drop(first);
        assert!(starts.turn(in_time()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_gone_holds_no_place_in_the_queue() {
        let starts = Starts::new(1, Arc::default());
        let first = starts.clone().turn(in_time()).await.unwrap();
        let mut gone = Box::pin(starts.clone().turn(in_time()));
        assert!(futures_util::poll!(&mut gone).is_pending());
        let mut next = Box::pin(starts.clone().turn(in_time()));
        assert!(futures_util::poll!(&mut next).is_pending());
        drop(gone);
        drop(first);
        assert!(next.await.is_ok());
    }
}
