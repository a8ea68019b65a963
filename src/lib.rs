//! Parlour: signalling for video chat. The map of the crate, from the street to the foundations.
//!
//! A browser's frame comes in at the top and goes down as far as it has to; what happens below comes
//! up as messages. A layer names those below it only (`tests/layers.rs` sees to it). The path of a
//! call, the two tables and what always holds are told in ARCHITECTURE.md, the wire in
//! docs/protocol.md.
//!
//! | layer | what it is | knows nothing of |
//! |---|---|---|
//! | [`system`] | puts everything up and takes it down; the only place that knows every layer | |
//! | [`http`] | the front door: [the upgrade](http::socket), [the page](http::page), [how the server is](http::state), [a meeting in one house](http::lan) | frames |
//! | [`phoenix`] | the reception: the [`WebSocketSession`](phoenix::session::WebSocketSession), an actor a connection; [frames](phoenix::frame), [what may be asked](phoenix::channel), [how much of it](phoenix::limits) | the gateway |
//! | [`tokens`] | the invitations: who may come in, by [keys](tokens::keys) of the operator | sockets, frames |
//! | [`calls`] | the switchboard: a [`Supervisor`](calls::supervisor::Supervisor) a room, a [`JanusSession`](calls::janus_session::JanusSession) with its [`Poller`](calls::poller::Poller) a call; [`Reaper`](calls::reaper::Reaper) and [`Health`](calls::health::Health); the [`SessionTable`](calls::sessions::SessionTable) | sockets, frames, Janus's wire |
//! | [`rooms`] | the parlours: the [`RoomRegistry`](rooms::registry::RoomRegistry), a [`Room`](rooms::room::Room) each; the [`RoomTable`] | the wire, the gateway |
//! | [`gateway`] | the exchange: the trait [`Gateway`] in participants' terms, and [its Janus](gateway::janus) | rooms, browsers |
//! | [`janus`] | the line out: a client of Janus and its VideoRoom, and [a Janus of one's own](janus::spawn) | participants |
//! | [`otp`] | the foundations: [monitors](otp::monitor()), [answers that cannot be lost](otp::reply), [supervisors](otp::supervisor) on actix | everything but actix |
//!
//! Below all, each for itself: [`names`], the shared vocabulary, checked; [`sdp`], customs for what
//! browsers write; [`config`], every setting, read once; [`metrics`], the meters; [`addresses`], where
//! this machine can be reached; [`files`], its file descriptors; [`secret`], texts that are never shown;
//! [`turn`], the STUN and TURN servers that browsers are told of.
//!
//! Who starts whom, and who is told of whose end:
//!
//! ```text
//! main ─ top supervisor ─┬─ RoomRegistry
//!                        ├─ Room (one a room) ─ Supervisor (one a room) ─ JanusSession (one a call) ─ Poller
//!                        ├─ Health
//!                        └─ Reaper
//! http worker ─ WebSocketSession (one a connection; watched by its Rooms and its JanusSessions)
//! ```
//!
//! [`RoomTable`]: rooms::RoomTable
//! [`Gateway`]: gateway::Gateway

#[macro_use]
pub mod otp;

pub mod addresses;
pub mod calls;
pub mod config;
pub mod files;
pub mod gateway;
pub mod http;
pub mod janus;
pub mod metrics;
pub mod names;
pub mod phoenix;
pub mod rooms;
pub mod sdp;
pub mod secret;
pub mod system;
pub mod tokens;
pub mod turn;
