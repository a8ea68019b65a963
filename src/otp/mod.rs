//! What OTP gives an Elixir program, on actix: monitors, replies that cannot be lost, supervisors.
//!
//! - [`mod@monitor`]: `Process.monitor`; one [`Down`] each, whatever ended the target.
//! - [`reply`]: the `from` of `GenServer.call`; one answer each, whoever dies on the way.
//! - [`restart`]: restart intensity and back-off, as decisions without an actor.
//! - [`supervisor`]: a dynamic, one-for-one supervisor.
//! - [`spawn`]: starts an actor so that its panic is logged with its name.
//! - [`strike`]: where tests have one actor panic.
//! - [`send`]: the ways to send a message, by what a full mailbox means.
//!
//! Knows actix only; no word of video.

pub mod monitor;
pub mod reply;
pub mod restart;
pub mod send;
pub mod spawn;
mod strike;
pub mod supervisor;

pub use monitor::{Down, DownReason, MonitorId, MonitorRef, Monitors, Watch, Watchable, monitor};
pub use reply::{Abandoned, Reply, ReplyTo};
pub use restart::{Backoff, Intensity, Restart, RestartLog, Verdict};
pub use send::cast;
pub use strike::strike;
