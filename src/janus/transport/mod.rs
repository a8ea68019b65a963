//! How requests and events travel between a session and Janus.
//!
//! A [`Transport`] gives out [`Link`]s. Over REST all links are one; a transport with connections
//! makes one for each session. What is common to all (transactions, ids, the meaning of answers) is
//! not here but in [`client`](super::client) and [`session`](super::session), so that a transport
//! made for tests can be wrong about everything.

use std::rc::Rc;

use futures_util::future::LocalBoxFuture;
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::errors::Error;

pub mod http;
pub mod observed;

/// One request, without the API secret, which the transport adds.
#[derive(Clone, Debug)]
pub struct Request {
    /// What it is, for errors and meters: `create`, `attach` …; of a message, what its plugin calls it.
    pub name: &'static str,
    /// The session it is for; none for the server itself.
    pub session: Option<u64>,
    /// The handle it is for; none for the session itself.
    pub handle: Option<u64>,
    /// Ties the answer to it.
    pub transaction: String,
    /// The other members of the object: `janus` and what belongs to it.
    pub members: Map<String, Value>,
}

/// Gives out links to one Janus.
pub trait Transport {
    /// A link for one session, or for requests to the server itself.
    fn link(&self, deadline: Instant) -> LocalBoxFuture<'static, Result<Rc<dyn Link>, Error>>;

    /// What the server says of itself (`server_info`); needs no secret.
    fn info(&self, deadline: Instant) -> LocalBoxFuture<'static, Result<Value, Error>>;

    /// The same Janus, asked without the secret; to see whether it minds.
    fn without_secret(&self) -> Rc<dyn Transport>;
}

/// A way to and from Janus.
pub trait Link {
    /// Sends a request and gives the first answer to it (`ack`, `success`, `error` …), unchecked.
    /// Ends by the deadline.
    fn request(
        &self,
        request: Request,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<Value, Error>>;

    /// The next events of a session, unchecked, in order. Ends by itself; an error is final.
    fn events(&self, session: u64) -> LocalBoxFuture<'static, Result<Vec<Value>, Error>>;
}
