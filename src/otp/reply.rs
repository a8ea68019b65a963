//! The `from` of a call: an answer that is owed, exactly once, to whoever asked.
//!
//! A [`ReplyTo`] travels inside requests, from actor to actor. Answering consumes it; dropping it
//! unanswered (a panic, a stopped arbiter, a mailbox that was closed) hands it to its heir if it has
//! one, else answers with what was laid down when it was made. So a request is answered once,
//! whatever dies on the way. Answers are messages, so that they keep their order among the other
//! messages of the same sender.

use std::sync::Arc;

use actix::{Message, Recipient};

/// An answer on its way to the asker.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Reply<A: Send + 'static> {
    /// Which question, in the asker's numbering.
    pub token: u64,
    /// The answer.
    pub answer: A,
}

/// A question whose holder died; sent to the heir, who answers it in its place.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Abandoned<A: Send + 'static> {
    /// What the heir named it by.
    pub key: u64,
    /// Still to be answered.
    pub reply: ReplyTo<A>,
}

/// An answer that is owed. See the module.
pub struct ReplyTo<A: Send + 'static> {
    token: u64,
    // None once answered or handed on.
    asker: Option<Recipient<Reply<A>>>,
    heir: Option<(u64, Recipient<Abandoned<A>>)>,
    unanswered: Arc<dyn Fn() -> A + Send + Sync>,
}

impl<A: Send + 'static> ReplyTo<A> {
    /// An answer owed to `asker` for its question `token`; `unanswered` is said if nobody does.
    pub fn new(
        asker: Recipient<Reply<A>>,
        token: u64,
        unanswered: Arc<dyn Fn() -> A + Send + Sync>,
    ) -> Self {
        Self {
            token,
            asker: Some(asker),
            heir: None,
            unanswered,
        }
    }

    /// From now on `heir` gets it, under `key`, should its holder die.
    #[must_use]
    pub fn with_heir(mut self, key: u64, heir: Recipient<Abandoned<A>>) -> Self {
        self.heir = Some((key, heir));
        self
    }

    /// Answers.
    pub fn send(mut self, answer: A) {
        if let Some(asker) = self.asker.take() {
            asker.do_send(Reply {
                token: self.token,
                answer,
            });
        }
    }
}

impl<A: Send + 'static> Drop for ReplyTo<A> {
    fn drop(&mut self) {
        let Some(asker) = self.asker.take() else {
            return;
        };
        match self.heir.take() {
            // Without an heir of its own: should that mailbox be closed too, its drop answers.
            Some((key, heir)) => heir.do_send(Abandoned {
                key,
                reply: Self {
                    token: self.token,
                    asker: Some(asker),
                    heir: None,
                    unanswered: Arc::clone(&self.unanswered),
                },
            }),
            None => asker.do_send(Reply {
                token: self.token,
                answer: (self.unanswered)(),
            }),
        }
    }
}
