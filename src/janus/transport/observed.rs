//! A transport that tells how long requests took and how they ended.

use std::rc::Rc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use tokio::time::Instant;

use super::{Link, Request, Transport};
use crate::janus::errors::Error;

/// Is told of each request: its name, how long it took, and why it failed, if so. A poll is `poll`.
/// What Janus or a plugin refuses has been answered, and is no failure here.
pub type Observe = dyn Fn(&'static str, Duration, Option<&Error>);

/// Another transport, watched.
#[derive(Clone)]
pub struct Observed {
    inner: Rc<dyn Transport>,
    observe: Rc<Observe>,
}

impl Observed {
    /// Watches `inner`.
    pub fn new(inner: Rc<dyn Transport>, observe: Rc<Observe>) -> Self {
        Self { inner, observe }
    }
}

struct ObservedLink {
    inner: Rc<dyn Link>,
    observe: Rc<Observe>,
}

fn observed<T: 'static>(
    observe: &Rc<Observe>,
    name: &'static str,
    exchange: LocalBoxFuture<'static, Result<T, Error>>,
) -> LocalBoxFuture<'static, Result<T, Error>> {
    let (observe, begun) = (observe.clone(), Instant::now());
    async move {
        let answer = exchange.await;
        observe(name, begun.elapsed(), answer.as_ref().err());
        answer
    }
    .boxed_local()
}

impl Transport for Observed {
    fn link(&self, deadline: Instant) -> LocalBoxFuture<'static, Result<Rc<dyn Link>, Error>> {
        let (link, observe) = (self.inner.link(deadline), self.observe.clone());
        async move {
            let inner = link.await?;
            let link: Rc<dyn Link> = Rc::new(ObservedLink { inner, observe });
            Ok(link)
        }
        .boxed_local()
    }

    fn info(&self, deadline: Instant) -> LocalBoxFuture<'static, Result<Value, Error>> {
        observed(&self.observe, "info", self.inner.info(deadline))
    }

    fn without_secret(&self) -> Rc<dyn Transport> {
        Rc::new(Self {
            inner: self.inner.without_secret(),
            observe: self.observe.clone(),
        })
    }
}

impl Link for ObservedLink {
    fn request(
        &self,
        request: Request,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<Value, Error>> {
        let name = request.name;
        observed(&self.observe, name, self.inner.request(request, deadline))
    }

    fn events(&self, session: u64) -> LocalBoxFuture<'static, Result<Vec<Value>, Error>> {
        observed(&self.observe, "poll", self.inner.events(session))
    }
}
