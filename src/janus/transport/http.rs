//! Requests by POST, events by long poll (Janus REST API).

use std::rc::Rc;
use std::time::Duration;

use actix_http::error::ParseError;
use awc::error::{ConnectError, PayloadError, SendRequestError};
use awc::{Client, Connector};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::{Link, Request, Transport};
use crate::janus::errors::{Error, harmless};
use crate::secret::Secret;

/// What an answer may weigh. The largest true one, an offer of 250 m-lines, has 150 kB.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// How many events one poll may bring, and what they may weigh together: several large offers.
const MAX_EVENTS: usize = 20;
const MAX_POLL_BYTES: usize = 4 * 1024 * 1024;

/// How long a poll may be silent. Janus ends an idle one after 30 s with a `keepalive`.
pub const POLL_DEADLINE: Duration = Duration::from_secs(40);

/// The REST API of one Janus. Cheap to clone; belongs to the thread that made it.
#[derive(Clone)]
pub struct HttpTransport {
    client: Client,
    /// Without a slash at its end.
    base: Rc<str>,
    secret: Option<Secret>,
    poll_deadline: Duration,
}

impl HttpTransport {
    /// For the API at `url`, such as `http://127.0.0.1:8088/janus`.
    ///
    /// # Errors
    /// `Unreachable` if `url` is not an `http` or `https` URL with a host.
    pub fn new(url: &str, secret: Option<Secret>) -> Result<Self, Error> {
        let base = url.trim_end_matches('/');
        let sound = base.parse::<awc::http::Uri>().is_ok_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.host().is_some_and(|host| !host.is_empty())
                && uri.query().is_none()
        });
        if !sound {
            return Err(Error::Unreachable {
                detail: "not a URL of a REST API".into(),
            });
        }
        // awc comes without a crypto provider and panics without one. An Err means that the
        // process has one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // Deadlines are ours, for the body too. awc's limit of 100 would count waiting polls.
        let client = Client::builder()
            .connector(Connector::new().limit(0).timeout(Duration::from_secs(30)))
            .disable_timeout()
            .disable_redirects()
            .finish();
        Ok(Self {
            client,
            base: base.into(),
            secret,
            poll_deadline: POLL_DEADLINE,
        })
    }

    /// With another deadline for polls; for tests that do not want to wait 40 s.
    #[must_use]
    pub fn with_poll_deadline(mut self, deadline: Duration) -> Self {
        self.poll_deadline = deadline;
        self
    }

    fn url(&self, session: Option<u64>, handle: Option<u64>) -> String {
        let mut url = self.base.to_string();
        for id in [session, handle].into_iter().flatten() {
            url.push('/');
            url.push_str(&id.to_string());
        }
        url
    }

    async fn post(self, request: Request) -> Result<Value, Error> {
        let url = self.url(request.session, request.handle);
        let mut members = request.members;
        members.insert("transaction".into(), request.transaction.into());
        if let Some(secret) = &self.secret {
            members.insert("apisecret".into(), secret.expose().into());
        }
        let mut response = self
            .client
            .post(url)
            .send_json(&members)
            .await
            .map_err(sending)?;
        accept(response.status().as_u16(), false)?;
        let body = response.body().limit(MAX_ANSWER_BYTES).await;
        parse(&body.map_err(receiving)?)
    }

    async fn poll(self, session: u64) -> Result<Vec<Value>, Error> {
        let maxev = MAX_EVENTS.to_string();
        let mut query = vec![("maxev", maxev.as_str())];
        if let Some(secret) = &self.secret {
            query.push(("apisecret", secret.expose()));
        }
        let request = self
            .client
            .get(self.url(Some(session), None))
            .query(&query)
            .map_err(|_| Error::protocol("no query can be made of the secret"))?;
        let mut response = request.send().await.map_err(sending)?;
        accept(response.status().as_u16(), true)?;
        let body = response.body().limit(MAX_POLL_BYTES).await;
        match parse(&body.map_err(receiving)?)? {
            Value::Array(events) => Ok(events),
            event @ Value::Object(_) => Ok(vec![event]),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                Err(Error::protocol("a poll brought neither event nor list"))
            }
        }
    }

    async fn get_info(self) -> Result<Value, Error> {
        let request = self.client.get(format!("{}/info", self.base));
        let mut response = request.send().await.map_err(sending)?;
        accept(response.status().as_u16(), false)?;
        let body = response.body().limit(MAX_ANSWER_BYTES).await;
        parse(&body.map_err(receiving)?)
    }
}

/// Bounds a whole exchange, body included. Giving it up closes its connection.
async fn by<T>(
    deadline: Instant,
    request: &'static str,
    exchange: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let after = deadline.saturating_duration_since(Instant::now());
    timeout_at(deadline, exchange)
        .await
        .unwrap_or(Err(Error::Timeout { request, after }))
}

impl Transport for HttpTransport {
    fn link(&self, _: Instant) -> LocalBoxFuture<'static, Result<Rc<dyn Link>, Error>> {
        let link: Rc<dyn Link> = Rc::new(self.clone());
        futures_util::future::ready(Ok(link)).boxed_local()
    }

    fn info(&self, deadline: Instant) -> LocalBoxFuture<'static, Result<Value, Error>> {
        by(deadline, "info", self.clone().get_info()).boxed_local()
    }

    fn without_secret(&self) -> Rc<dyn Transport> {
        Rc::new(Self {
            secret: None,
            ..self.clone()
        })
    }
}

impl Link for HttpTransport {
    fn request(
        &self,
        request: Request,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<Value, Error>> {
        by(deadline, request.name, self.clone().post(request)).boxed_local()
    }

    fn events(&self, session: u64) -> LocalBoxFuture<'static, Result<Vec<Value>, Error>> {
        let deadline = Instant::now() + self.poll_deadline;
        by(deadline, "poll", self.clone().poll(session)).boxed_local()
    }
}

/// What an HTTP status means. Janus answers POSTs with 200, errors too.
fn accept(status: u16, poll: bool) -> Result<(), Error> {
    match status {
        200 => Ok(()),
        401 | 403 => Err(Error::Unauthorised),
        404 if poll => Err(Error::SessionLost),
        _ => Err(Error::protocol(format!("HTTP status {status}"))),
    }
}

fn parse(body: &Bytes) -> Result<Value, Error> {
    serde_json::from_slice(body).map_err(|error| Error::protocol(format!("not JSON: {error}")))
}

/// Why no head of an answer came. Never quotes the URL.
fn sending(error: SendRequestError) -> Error {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the enum is non-exhaustive")]
    match error {
        SendRequestError::Connect(ConnectError::Disconnected) => Error::Lost {
            detail: "closed before the answer".into(),
        },
        SendRequestError::Connect(error) => Error::Unreachable {
            detail: harmless(&error.to_string()),
        },
        SendRequestError::Send(error) => Error::Lost {
            detail: harmless(&error.to_string()),
        },
        SendRequestError::Response(error @ (ParseError::Io(_) | ParseError::Incomplete)) => {
            Error::Lost {
                detail: harmless(&error.to_string()),
            }
        }
        SendRequestError::Response(error) => Error::protocol(format!("not HTTP: {error}")),
        other => Error::protocol(format!("the exchange failed: {other}")),
    }
}

/// Why the body of an answer did not come whole.
fn receiving(error: PayloadError) -> Error {
    if matches!(error, PayloadError::Overflow) {
        return Error::protocol("the answer is too large");
    }
    Error::Lost {
        detail: harmless(&error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_url_of_a_rest_api_is_taken() {
        for good in [
            "http://127.0.0.1:8088/janus",
            "https://janus.example/janus/",
            "http://[::1]:8088/janus",
        ] {
            assert!(HttpTransport::new(good, None).is_ok(), "{good}");
        }
        for bad in [
            "",
            "spawn:",
            "ws://h:8188",
            "ftp://h/janus",
            "/janus",
            "http://",
            "http://h/?a=b",
        ] {
            let refused = HttpTransport::new(bad, None).map(drop);
            assert!(matches!(refused, Err(Error::Unreachable { .. })), "{bad}");
        }
    }
}
