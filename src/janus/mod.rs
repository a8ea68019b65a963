//! A client of the Janus WebRTC gateway and its VideoRoom plugin.
//!
//! - [`client`]: asks the server itself: sessions made under chosen ids, destroyed by id, info, ping
//! - [`session`]: one session: attaches handles, is kept alive, hears events
//! - [`handle`]: one plugin handle: messages, one at a time, each with its deadline
//! - [`videoroom`]: the requests and answers of the VideoRoom plugin, typed
//! - [`events`]: everything a session can hear
//! - [`errors`]: why something failed
//! - [`transport`]: how requests travel: REST with long poll
//! - [`check`]: whether a server is fit for use
//! - [`spawn`]: a Janus of one's own, as a child process
//!
//! Lives on one thread (`!Send`), inside a `LocalSet` such as actix's arbiters. The answer to a
//! message comes as an event, so somebody must keep calling [`session::Events::next`].

pub mod check;
pub mod client;
pub mod errors;
pub mod events;
pub mod handle;
pub mod session;
pub mod spawn;
pub mod transport;
pub mod videoroom;
