//! The outbox and the codec under a real server, against a real client.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests fail by panicking"
)]

use std::time::Duration;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use actix_web_actors::ws;
use futures_util::{SinkExt, StreamExt};
use parlour::phoenix::outbox::{Limits, Outbox, Voice};
use parlour::phoenix::websocket::{Decoder, Incoming, ping_frame, text_frame};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What the server saw of its one client.
#[derive(Debug, PartialEq)]
enum Seen {
    /// A push was refused, with this many bytes queued just before.
    Overflow(usize),
    /// The response body was dropped.
    Gone,
}

/// What became of a message: the session goes on, or its voice is dropped.
enum Next {
    GoOn,
    DropVoice,
}

/// Answers a text by what it asks for.
fn answer(voice: &Voice, asked: &str, seen: &mpsc::UnboundedSender<Seen>) -> Next {
    match asked {
        "crash" => return Next::DropVoice,
        "close" => voice.close(1012, "restart"),
        "ping" => {
            voice.push(text_frame("after the ping")).unwrap();
            voice.push_front(ping_frame());
        }
        "flood" => {
            let (outbox, seen) = ((**voice).clone(), seen.clone());
            actix_web::rt::spawn(async move {
                let mut queued = 0;
                while outbox.push(text_frame(&"x".repeat(10_000))).is_ok() {
                    queued = outbox.queued_bytes();
                    tokio::task::yield_now().await; // the server drains what the socket takes
                }
                seen.send(Seen::Overflow(queued)).unwrap();
            });
        }
        text => voice.push(text_frame(text)).unwrap(),
    }
    Next::GoOn
}

async fn socket(
    request: HttpRequest,
    mut payload: web::Payload,
    seen: web::Data<mpsc::UnboundedSender<Seen>>,
) -> Result<HttpResponse, actix_web::Error> {
    let mut head = ws::handshake_with_protocols(&request, &["phoenix"])?;
    let outbox = Outbox::new(Limits::default());
    let voice = outbox.voice();
    let told = seen.clone();
    let body = outbox.body(move || told.send(Seen::Gone).unwrap());
    actix_web::rt::spawn(async move {
        let mut decoder = Decoder::new(64 * 1024);
        while let Some(Ok(bytes)) = payload.next().await {
            let incoming = decoder.feed(&bytes);
            if let Some(pongs) = decoder.take_pongs() {
                let _ = voice.push(pongs);
            }
            for incoming in incoming {
                match incoming {
                    Incoming::Text(text) => match answer(&voice, &text, &seen) {
                        Next::GoOn => {}
                        Next::DropVoice => return,
                    },
                    Incoming::Close { echo, .. } => {
                        voice.end_with(echo);
                        return;
                    }
                    Incoming::Violation(violation) => voice.close(violation.code(), ""),
                    Incoming::Binary(_) | Incoming::Ping | Incoming::Pong => {}
                }
            }
        }
    });
    Ok(head.streaming(body))
}

/// A client at a server of its own, and what the server sees.
async fn connected() -> (Client, mpsc::UnboundedReceiver<Seen>) {
    let (seen, sees) = mpsc::unbounded_channel();
    let seen = web::Data::new(seen);
    let app = move || {
        App::new()
            .app_data(seen.clone())
            .route("/", web::get().to(socket))
    };
    let server = HttpServer::new(app)
        .workers(1)
        .disable_signals()
        .client_disconnect_timeout(Duration::ZERO)
        .bind(("127.0.0.1", 0))
        .unwrap();
    let address = *server.addrs().first().unwrap();
    actix_web::rt::spawn(server.run());
    let (client, _) = connect_async(format!("ws://{address}/")).await.unwrap();
    (client, sees)
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    let deadline = Duration::from_secs(20);
    tokio::time::timeout(deadline, future)
        .await
        .expect("in time")
}

async fn next(client: &mut Client) -> Message {
    within(client.next()).await.unwrap().unwrap()
}

fn code(message: &Message) -> Option<u16> {
    if let Message::Close(Some(frame)) = message {
        Some(frame.code.into())
    } else {
        None
    }
}

#[actix::test]
async fn texts_go_both_ways_and_a_close_is_echoed_and_ends_the_connection() {
    let (mut client, mut sees) = connected().await;
    client.send("hello".into()).await.unwrap();
    assert_eq!(next(&mut client).await, "hello".into());
    client.send(Message::Ping("7".into())).await.unwrap();
    assert_eq!(next(&mut client).await, Message::Pong("7".into()));
    client.send("ping".into()).await.unwrap();
    assert_eq!(next(&mut client).await, Message::Ping("".into()));
    assert_eq!(next(&mut client).await, "after the ping".into());
    client.close(None).await.unwrap();
    assert_eq!(next(&mut client).await, Message::Close(None));
    assert!(within(client.next()).await.is_none());
    assert_eq!(within(sees.recv()).await, Some(Seen::Gone));
}

#[actix::test]
async fn closes_of_the_server_reach_the_client() {
    for (asked, due) in [("close", 1012), ("crash", 1011)] {
        let (mut client, mut sees) = connected().await;
        client.send(asked.into()).await.unwrap();
        assert_eq!(code(&next(&mut client).await), Some(due));
        assert_eq!(within(sees.recv()).await, Some(Seen::Gone));
    }
    let (mut client, _sees) = connected().await;
    let large = "x".repeat(65 * 1024);
    client.send(large.as_str().into()).await.unwrap();
    assert_eq!(code(&next(&mut client).await), Some(1009));
}

#[actix::test]
async fn a_client_that_does_not_read_gets_whole_frames_and_then_1013_once_it_does() {
    let (mut client, mut sees) = connected().await;
    client.send("flood".into()).await.unwrap();
    match within(sees.recv()).await {
        Some(Seen::Overflow(queued)) => assert!((1_000_000..=1_048_576).contains(&queued)),
        other => panic!("{other:?}"),
    }
    let (due, mut whole) = ("x".repeat(10_000), 0);
    let last = loop {
        let message = next(&mut client).await;
        if message != due.as_str().into() {
            break message;
        }
        whole += 1;
    };
    assert_eq!(code(&last), Some(1013));
    assert!(whole > 0, "the socket takes some before it is full");
    assert_eq!(within(sees.recv()).await, Some(Seen::Gone));
}

#[actix::test]
async fn a_connection_that_is_cut_is_told_once() {
    let (client, mut sees) = connected().await;
    drop(client);
    assert_eq!(within(sees.recv()).await, Some(Seen::Gone));
    assert!(sees.try_recv().is_err());
}
