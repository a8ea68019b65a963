//! A session on Janus, as tests hold it.

use std::rc::Rc;
use std::time::Duration;

use parlour::janus::client::{Client, random_id};
use parlour::janus::errors::Error;
use parlour::janus::session::{Events, Heard, Session};
use parlour::janus::transport::http::HttpTransport;
use parlour::janus::videoroom::{RoomOptions, VideoRoom};
use tokio::sync::mpsc;

use super::fake_janus::FakeJanus;
use super::soon;

/// What a request may take where it is to fail.
pub const PATIENCE: Duration = Duration::from_millis(300);

/// What a session heard, listened to in the background; an error is its last word.
pub struct Listener(mpsc::UnboundedReceiver<Result<Heard, Error>>);

impl Listener {
    /// Listens.
    pub fn of(mut events: Events) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        actix::spawn(async move {
            loop {
                match events.next().await {
                    Ok(heard) => heard.into_iter().for_each(|heard| {
                        let _ = sender.send(Ok(heard));
                    }),
                    Err(error) => {
                        let _ = sender.send(Err(error));
                        return;
                    }
                }
            }
        });
        Self(receiver)
    }

    /// The next word.
    pub async fn next(&mut self) -> Result<Heard, Error> {
        tokio::time::timeout(Duration::from_secs(5), self.0.recv())
            .await
            .expect("heard in time")
            .expect("not ended")
    }

    /// Everything heard so far.
    pub fn so_far(&mut self) -> Vec<Result<Heard, Error>> {
        std::iter::from_fn(|| self.0.try_recv().ok()).collect()
    }

    /// Waits for something.
    pub async fn until<T>(&mut self, wanted: impl Fn(&Result<Heard, Error>) -> Option<T>) -> T {
        let look = async {
            loop {
                let heard = self.0.recv().await.expect("the session still listens");
                if let Some(found) = wanted(&heard) {
                    return found;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), look)
            .await
            .expect("heard in time")
    }

    /// Waits for the end.
    pub async fn end(&mut self) -> Error {
        self.until(|heard| heard.clone().err()).await
    }
}

/// A client of the fake; its polls have twice [`PATIENCE`].
pub fn client(fake: &FakeJanus) -> Client {
    let transport = HttpTransport::new(&fake.url(), Some(fake.secret())).unwrap();
    Client::new(Rc::new(transport.with_poll_deadline(PATIENCE * 2)))
}

/// One call: a session somebody listens to, and a handle in a room.
pub struct Call {
    /// To ask.
    pub session: Session,
    /// Its handle.
    pub videoroom: VideoRoom,
    /// What it hears.
    pub heard: Listener,
}

impl Call {
    /// A session with a handle.
    pub async fn start(client: &Client) -> Self {
        let (session, events) = client.create(random_id(), soon()).await.unwrap();
        let videoroom = VideoRoom::attach(&session, "test", soon()).await.unwrap();
        Self {
            session,
            videoroom,
            heard: Listener::of(events),
        }
    }

    /// The same, in the room `tea`.
    pub async fn joined(client: &Client, feed: &str) -> Self {
        let call = Self::start(client).await;
        let options = RoomOptions::default();
        let made = call
            .videoroom
            .create_room("tea", &options, None, soon())
            .await;
        assert!(matches!(
            made,
            Ok(()) | Err(Error::Plugin { code: 427, .. })
        ));
        call.videoroom
            .join_publisher("tea", feed, soon())
            .await
            .unwrap();
        call
    }
}
