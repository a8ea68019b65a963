//! A reply that is owed is given exactly once, whoever dies on the way.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, ActorContext, Addr, Arbiter, Context, Handler, Message};
use parlour::otp::spawn::spawn_in;
use parlour::otp::{Abandoned, Reply, ReplyTo, cast};
use tokio::sync::mpsc;

type Answer = &'static str;

/// What the asker was told, in order.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    Reply(u64, Answer),
    Note(u64),
}

struct Asker(mpsc::UnboundedSender<Told>);

impl Actor for Asker {
    type Context = Context<Self>;
}

impl Handler<Reply<Answer>> for Asker {
    type Result = ();

    fn handle(&mut self, reply: Reply<Answer>, _: &mut Self::Context) {
        self.0.send(Told::Reply(reply.token, reply.answer)).unwrap();
    }
}

#[derive(Message)]
#[rtype(result = "()")]
struct Note(u64);

impl Handler<Note> for Asker {
    type Result = ();

    fn handle(&mut self, note: Note, _: &mut Self::Context) {
        self.0.send(Told::Note(note.0)).unwrap();
    }
}

/// Holds questions; answers, keeps or dies of them as told.
#[derive(Default)]
struct Holder {
    kept: Vec<ReplyTo<Answer>>,
}

impl Actor for Holder {
    type Context = Context<Self>;
}

#[derive(Clone, Copy)]
enum Fate {
    Answer(Answer),
    Drop,
    Keep,
    PanicWithIt,
    StopWithIt,
}

#[derive(Message)]
#[rtype(result = "()")]
struct Question(Fate, ReplyTo<Answer>);

impl Handler<Question> for Holder {
    type Result = ();

    fn handle(&mut self, question: Question, ctx: &mut Self::Context) {
        let Question(fate, reply) = question;
        match fate {
            Fate::Answer(answer) => reply.send(answer),
            Fate::Drop => drop(reply),
            Fate::Keep => self.kept.push(reply),
            Fate::PanicWithIt => panic!("as told"),
            Fate::StopWithIt => {
                self.kept.push(reply);
                ctx.stop();
            }
        }
    }
}

/// Whoever inherits: answers with its own word, or lets go as well.
struct Heir {
    answers: bool,
    keys: mpsc::UnboundedSender<u64>,
}

impl Actor for Heir {
    type Context = Context<Self>;
}

impl Handler<Abandoned<Answer>> for Heir {
    type Result = ();

    fn handle(&mut self, abandoned: Abandoned<Answer>, _: &mut Self::Context) {
        let _ = self.keys.send(abandoned.key);
        if self.answers {
            abandoned.reply.send("by the heir");
        }
    }
}

#[derive(Message)]
#[rtype(result = "()")]
struct Stop;

impl Handler<Stop> for Heir {
    type Result = ();

    fn handle(&mut self, _: Stop, ctx: &mut Self::Context) {
        ctx.stop();
    }
}

struct Scene {
    asker: Addr<Asker>,
    told: mpsc::UnboundedReceiver<Told>,
    heir: Addr<Heir>,
    keys: mpsc::UnboundedReceiver<u64>,
}

impl Scene {
    fn set(heir_answers: bool) -> Self {
        let (sender, told) = mpsc::unbounded_channel();
        let (key_sender, keys) = mpsc::unbounded_channel();
        let heir = Heir {
            answers: heir_answers,
            keys: key_sender,
        };
        Self {
            asker: Asker(sender).start(),
            told,
            heir: heir.start(),
            keys,
        }
    }

    fn owed(&self, token: u64) -> ReplyTo<Answer> {
        let asker = self.asker.clone().recipient();
        ReplyTo::new(asker, token, Arc::new(|| "unanswered"))
    }

    fn inherited(&self, token: u64, key: u64) -> ReplyTo<Answer> {
        let heir = self.heir.clone().recipient();
        self.owed(token).with_heir(key, heir)
    }

    /// All that the asker is told until everybody is gone.
    async fn all(self) -> Vec<Told> {
        let Self {
            asker,
            mut told,
            heir,
            ..
        } = self;
        drop((asker, heir));
        let mut all = Vec::new();
        let closed = async {
            while let Some(one) = told.recv().await {
                all.push(one);
            }
        };
        let closed = tokio::time::timeout(Duration::from_secs(20), closed).await;
        closed.expect("nobody holds the asker any more");
        all
    }
}

async fn after(fate: Fate) -> Vec<Told> {
    let scene = Scene::set(true);
    let holder = Holder::default().start();
    cast(&holder, Question(fate, scene.owed(7)));
    drop(holder);
    scene.all().await
}

#[actix::test]
async fn an_answer_is_given_once() {
    assert_eq!(
        after(Fate::Answer("yes")).await,
        [Told::Reply(7, "yes")],
        "and nothing more when what held it is dropped"
    );
}

#[actix::test]
async fn whatever_becomes_of_its_holder_the_asker_has_one_answer() {
    let fates = [Fate::Drop, Fate::Keep, Fate::PanicWithIt, Fate::StopWithIt];
    for fate in fates {
        assert_eq!(after(fate).await, [Told::Reply(7, "unanswered")]);
    }
}

#[actix::test]
async fn a_mailbox_that_closes_with_it_inside_answers() {
    for end in [Fate::PanicWithIt, Fate::StopWithIt] {
        let scene = Scene::set(true);
        let holder = Holder::default().start();
        for token in 1..=3 {
            let fate = if token == 1 {
                end
            } else {
                Fate::Answer("late")
            };
            cast(&holder, Question(fate, scene.owed(token)));
        }
        let mut told = scene.all().await;
        told.sort_by_key(|told| match told {
            Told::Reply(token, _) | Told::Note(token) => *token,
        });
        let unanswered = |token| Told::Reply(token, "unanswered");
        assert_eq!(told, [unanswered(1), unanswered(2), unanswered(3)]);
        drop(holder);
    }
}

#[actix::test]
async fn a_question_to_one_who_is_gone_is_answered() {
    let scene = Scene::set(true);
    let holder = Holder::default().start();
    cast(&holder, Question(Fate::StopWithIt, scene.owed(1)));
    assert!(
        holder
            .send(Question(Fate::Drop, scene.owed(2)))
            .await
            .is_err()
    );
    cast(&holder, Question(Fate::Answer("late"), scene.owed(3)));
    let told = scene.all().await;
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told.contains(&Told::Reply(3, "unanswered")));
}

#[actix::test]
async fn a_dead_arbiter_answers() {
    let scene = Scene::set(true);
    let arbiter = Arbiter::new();
    let holder = spawn_in(&arbiter.handle(), "holder", |_| Holder::default());
    cast(&holder, Question(Fate::Keep, scene.owed(1)));
    arbiter.stop();
    arbiter.join().unwrap();
    cast(&holder, Question(Fate::Keep, scene.owed(2)));
    let mut told = scene.all().await;
    told.sort_by_key(|told| matches!(told, Told::Reply(2, _)));
    let due = [Told::Reply(1, "unanswered"), Told::Reply(2, "unanswered")];
    assert_eq!(told, due);
}

#[actix::test]
async fn the_heir_answers_for_a_holder_that_died() {
    for fate in [Fate::Drop, Fate::PanicWithIt, Fate::StopWithIt] {
        let mut scene = Scene::set(true);
        let holder = Holder::default().start();
        cast(&holder, Question(fate, scene.inherited(7, 42)));
        drop(holder);
        let key = tokio::time::timeout(Duration::from_secs(20), scene.keys.recv()).await;
        assert_eq!(key.expect("the heir has it"), Some(42));
        assert_eq!(scene.all().await, [Told::Reply(7, "by the heir")]);
    }
}

#[actix::test]
async fn the_heir_of_an_answered_question_gets_nothing() {
    let mut scene = Scene::set(true);
    scene.inherited(7, 42).send("yes");
    let heir = scene.heir.clone();
    cast(&heir, Stop);
    assert_eq!(scene.keys.recv().await, None);
    drop(heir);
    assert_eq!(scene.all().await, [Told::Reply(7, "yes")]);
}

#[actix::test]
async fn an_heir_that_lets_go_as_well_leaves_what_was_laid_down() {
    let scene = Scene::set(false);
    drop(scene.inherited(7, 42));
    assert_eq!(scene.all().await, [Told::Reply(7, "unanswered")]);
}

#[actix::test]
async fn a_dead_heir_leaves_what_was_laid_down() {
    let mut scene = Scene::set(true);
    let late = scene.inherited(7, 42);
    cast(&scene.heir, Stop);
    assert_eq!(scene.keys.recv().await, None, "the heir is gone");
    drop(late);
    assert_eq!(scene.all().await, [Told::Reply(7, "unanswered")]);
}

#[actix::test]
async fn a_reply_keeps_its_place_among_the_messages_of_its_sender() {
    let scene = Scene::set(true);
    for round in 0..20 {
        cast(&scene.asker, Note(round));
        match round % 2 {
            0 => scene.owed(round).send("yes"),
            _ => drop(scene.owed(round)),
        }
    }
    let told = scene.all().await;
    let due: Vec<Told> = (0..20)
        .flat_map(|round| {
            let answer = if round % 2 == 0 { "yes" } else { "unanswered" };
            [Told::Note(round), Told::Reply(round, answer)]
        })
        .collect();
    assert_eq!(told, due);
}
