//! Whether every thread that serves HTTP lives.
//!
//! One that ends takes its sockets with it. actix starts another, but only once it has a connection for
//! it; until then the server says that it is not ready.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The workers of the public listener.
pub struct Workers {
    wanted: usize,
    alive: AtomicUsize,
    draining: Arc<AtomicBool>,
}

/// One that lives. Its thread holds it, and drops it at its end.
struct Alive(Arc<Workers>);

impl Workers {
    /// One a core. Those that end while the server goes down are no loss.
    pub fn new(draining: Arc<AtomicBool>) -> Self {
        Self {
            wanted: std::thread::available_parallelism().map_or(2, usize::from),
            alive: AtomicUsize::new(0),
            draining,
        }
    }

    /// How many there are to be.
    pub fn wanted(&self) -> usize {
        self.wanted
    }

    /// Notes the calling thread as one of them, for as long as its arbiter runs.
    pub(super) fn enter(self: &Arc<Self>) {
        self.alive.fetch_add(1, Ordering::Relaxed);
        let alive = Alive(Arc::clone(self));
        actix_web::rt::spawn(async move {
            let _alive = alive;
            std::future::pending::<()>().await;
        });
    }

    /// Whether all of them live.
    pub fn all_live(&self) -> bool {
        self.alive.load(Ordering::Relaxed) >= self.wanted
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.alive.fetch_sub(1, Ordering::Relaxed);
        if !self.0.draining.load(Ordering::Relaxed) {
            log::error!("an HTTP worker ended, and its sockets with it");
        }
    }
}
