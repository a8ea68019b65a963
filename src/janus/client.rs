//! One Janus: makes sessions under chosen ids, destroys sessions by id, and asks the server itself.

use std::cell::Cell;
use std::rc::Rc;

use data_encoding::HEXLOWER;
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::errors::Error;
use super::events::id_of;
use super::session::{Events, Session};
use super::transport::{Link, Request, Transport};

/// A client of one Janus. Cheap to clone; belongs to the thread that made it.
#[derive(Clone)]
pub struct Client {
    transport: Rc<dyn Transport>,
    transactions: Transactions,
}

/// Makes the names of transactions: never the same twice, also not of two clients.
#[derive(Clone)]
pub(crate) struct Transactions {
    prefix: Rc<str>,
    last: Rc<Cell<u64>>,
}

impl Transactions {
    fn new() -> Self {
        let prefix = HEXLOWER.encode(&random_id().to_be_bytes());
        Self {
            prefix: prefix.into(),
            last: Rc::default(),
        }
    }

    pub(crate) fn next(&self) -> String {
        self.last.set(self.last.get() + 1);
        format!("{}.{}", self.prefix, self.last.get())
    }
}

/// A random session id: 1 to 2^53 - 1, which is what Janus itself makes.
pub fn random_id() -> u64 {
    let mut bytes = [0; 8];
    // Without randomness the id is as good as taken, and Janus says so.
    let _ = getrandom::fill(&mut bytes);
    (u64::from_le_bytes(bytes) >> 11).max(1)
}

impl Client {
    /// A client that speaks through `transport`.
    pub fn new(transport: Rc<dyn Transport>) -> Self {
        Self {
            transport,
            transactions: Transactions::new(),
        }
    }

    /// The same Janus, asked without the secret.
    #[must_use]
    pub fn without_secret(&self) -> Self {
        Self::new(self.transport.without_secret())
    }

    /// Makes a session of the given id (Janus: `create`). An error leaves the id to be destroyed:
    /// Janus may have made it, or may still.
    ///
    /// # Errors
    /// `Core` with code 468 if the id is in use.
    pub async fn create(&self, id: u64, deadline: Instant) -> Result<(Session, Events), Error> {
        let link = self.transport.link(deadline).await?;
        let request = self.request("create", None, |members| {
            members.insert("id".into(), id.into());
        });
        let answer = ask(&*link, request, deadline).await?;
        if made(&answer)? != id {
            return Err(Error::protocol("a session was made under another id"));
        }
        Ok(Session::new(link, id, self.transactions.clone()))
    }

    /// Destroys a session with all its handles (Janus: `destroy`). False: there is none of that id.
    ///
    /// # Errors
    /// Of the transport, or what Janus says but for 458.
    pub async fn destroy(&self, id: u64, deadline: Instant) -> Result<bool, Error> {
        let link = self.transport.link(deadline).await?;
        let request = self.request("destroy", Some(id), |_| {});
        match ask(&*link, request, deadline).await {
            Ok(_) => Ok(true),
            Err(Error::SessionLost) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Asks whether anybody is there (Janus: `ping`).
    ///
    /// # Errors
    /// Of the transport.
    pub async fn ping(&self, deadline: Instant) -> Result<(), Error> {
        let link = self.transport.link(deadline).await?;
        ask(&*link, self.request("ping", None, |_| {}), deadline)
            .await
            .map(drop)
    }

    /// What the server says of itself (Janus: `info`); needs no secret.
    ///
    /// # Errors
    /// Of the transport; `Protocol` if it is not a `server_info`.
    pub async fn info(&self, deadline: Instant) -> Result<Value, Error> {
        let info = self.transport.info(deadline).await?;
        match info.get("janus").and_then(Value::as_str) {
            Some("server_info") => Ok(info),
            _ => Err(Error::protocol("the server's info is none")),
        }
    }

    fn request(
        &self,
        name: &'static str,
        session: Option<u64>,
        fill: impl FnOnce(&mut Map<String, Value>),
    ) -> Request {
        let mut members = Map::new();
        members.insert("janus".into(), name.into());
        fill(&mut members);
        Request {
            name,
            session,
            handle: None,
            transaction: self.transactions.next(),
            members,
        }
    }
}

/// Sends a request and checks that its answer is one: of this transaction, this session, and no error.
pub(crate) async fn ask(
    link: &dyn Link,
    request: Request,
    deadline: Instant,
) -> Result<Value, Error> {
    let (name, session, transaction) = (request.name, request.session, request.transaction.clone());
    let answer = link.request(request, deadline).await?;
    let kind = answer.get("janus").and_then(Value::as_str);
    let theirs = answer.get("transaction").and_then(Value::as_str);
    // Janus answers what it could not read, and a wrong secret, without the rest.
    if theirs.is_some_and(|theirs| theirs != transaction)
        || (theirs.is_none() && kind != Some("error"))
    {
        log::warn!(request = name; "answer of a foreign transaction");
        return Err(Error::protocol("the answer belongs to another transaction"));
    }
    // A refused `create` names the session that has the id.
    let theirs = id_of(&answer, "session_id")?;
    if session.is_some() && theirs.is_some() && theirs != session {
        log::warn!(request = name; "answer of a foreign session");
        return Err(Error::protocol("the answer belongs to another session"));
    }
    match kind {
        Some("ack" | "success" | "pong") => Ok(answer),
        Some("error") => Err(refusal(name, &answer)),
        Some(other) => Err(Error::protocol(format!("`{name}` was answered `{other}`"))),
        None => Err(Error::protocol("an answer without `janus`")),
    }
}

fn refusal(request: &'static str, answer: &Value) -> Error {
    let code = answer.pointer("/error/code").and_then(Value::as_u64);
    let reason = answer.pointer("/error/reason").and_then(Value::as_str);
    match code.map(u32::try_from) {
        Some(Ok(code)) => Error::core(request, code, reason.unwrap_or_default()),
        _ => Error::protocol("an error without a code"),
    }
}

/// `data.id` of a `success`.
pub(crate) fn made(answer: &Value) -> Result<u64, Error> {
    answer
        .pointer("/data/id")
        .and_then(Value::as_u64)
        .ok_or_else(|| Error::protocol("nothing was made, or its id is no number"))
}
