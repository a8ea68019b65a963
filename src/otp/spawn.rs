//! Starting actors so that a panic is logged once, with the actor's name and the place.

use std::cell::Cell;
use std::future::Future;
use std::panic::PanicHookInfo;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use actix::dev::channel::channel;
use actix::{Actor, Addr, ArbiterHandle, AsyncContext, Context};

thread_local! {
    static CURRENT: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// An actor's future that says whose turn it is.
struct Named<F> {
    name: &'static str,
    future: Pin<Box<F>>,
}

impl<F: Future<Output = ()>> Future for Named<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<()> {
        // Not reset on a panic: the hook runs before unwinding, and the next poll overwrites it.
        let before = CURRENT.replace(Some(self.name));
        let poll = self.future.as_mut().poll(cx);
        CURRENT.set(before);
        poll
    }
}

/// Starts an actor on this thread's arbiter.
pub fn spawn<A: Actor<Context = Context<A>>>(
    name: &'static str,
    make: impl FnOnce(&mut Context<A>) -> A,
) -> Addr<A> {
    let mut context = Context::new();
    let address = context.address();
    let actor = make(&mut context);
    run(name, context, actor);
    address
}

/// Starts an actor on another arbiter. An address comes back at once; should that arbiter have ended
/// (or `make` panic there), it is a dead one, and whoever monitors it has a `Down` with `NoProc`.
pub fn spawn_in<A: Actor<Context = Context<A>>>(
    arbiter: &ArbiterHandle,
    name: &'static str,
    make: impl FnOnce(&mut Context<A>) -> A + Send + 'static,
) -> Addr<A> {
    let (sender, receiver) = channel(16);
    arbiter.spawn_fn(move || {
        let mut context = Context::with_receiver(receiver);
        let actor = make(&mut context);
        run(name, context, actor);
    });
    Addr::new(sender)
}

fn run<A: Actor<Context = Context<A>>>(name: &'static str, context: Context<A>, actor: A) {
    actix::spawn(Named {
        name,
        future: Box::pin(context.into_future(actor)),
    });
}

/// Logs each panic as one line, without a backtrace: making one holds the arbiter, and with it
/// every actor there, for up to a second. Replaces the process's panic hook.
pub fn log_panics() {
    std::panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        let actor = CURRENT.try_with(Cell::get).ok().flatten().unwrap_or("none");
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        let text = info
            .payload()
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| info.payload().downcast_ref::<String>().cloned())
            .unwrap_or_default();
        let what: String = text.escape_debug().take(200).collect();
        log::error!(actor = actor, place = place.as_str(), what = what.as_str(); "panic");
    }));
}
