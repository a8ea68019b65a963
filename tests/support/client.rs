//! A Phoenix client for tests: raw enough to see each frame, patient enough to wait for the right one.
//! Each frame that came is held to the protocol's schema; one that does not fit fails the test.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::stream::SplitSink;
use futures_util::{SinkExt, StreamExt};
use parlour::names::Generation;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::wire::Wire;

/// How long a test waits for what should take milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How a socket ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With a close frame of this code.
    Close(u16),
    /// Without one.
    Cut,
}

/// One socket, joined to at most one room.
pub struct Client {
    writer: SplitSink<Socket, Message>,
    // Read by a task, so that pings are answered while a test does something else.
    reader: mpsc::UnboundedReceiver<Incoming>,
    reading: JoinHandle<()>,
    linger: socket2::Socket,
    /// Frames that came and were not waited for.
    pub inbox: Vec<Value>,
    /// The event of each ref that was not answered yet.
    asked: HashMap<String, String>,
    refs: u64,
    topic: String,
    join_ref: String,
    /// The reply to the join.
    pub joined: Value,
}

impl Client {
    /// A socket that joined nothing.
    pub async fn connect(address: SocketAddr) -> Self {
        Self::handshake(address, "phoenix").await
    }

    /// The same, with a token as the official client's `authToken` brings it.
    pub async fn connect_as(address: SocketAddr, token: &str) -> Self {
        Self::handshake(address, &format!("phoenix, base64url.bearer.phx.{token}")).await
    }

    async fn handshake(address: SocketAddr, protocols: &str) -> Self {
        let url = format!("ws://{address}/socket/websocket?vsn=2.0.0");
        let mut request = url.into_client_request().unwrap();
        let protocols = protocols.parse().unwrap();
        request
            .headers_mut()
            .insert("sec-websocket-protocol", protocols);
        let (socket, answer) = tokio_tungstenite::connect_async(request).await.unwrap();
        assert_eq!(answer.headers()["sec-websocket-protocol"], "phoenix");
        let MaybeTlsStream::Plain(stream) = socket.get_ref() else {
            unreachable!()
        };
        let linger = socket2::SockRef::from(stream).try_clone().unwrap();
        let (writer, mut stream) = socket.split();
        let (sender, reader) = mpsc::unbounded_channel();
        let reading = tokio::task::spawn_local(async move {
            while let Some(message) = stream.next().await {
                let incoming = match message {
                    Ok(Message::Text(text)) => Incoming::Text(text.to_string()),
                    Ok(Message::Close(close)) => {
                        Incoming::Ended(Ended::Close(close.map_or(1005, |close| close.code.into())))
                    }
                    Ok(_) => continue,
                    Err(_) => break,
                };
                if sender.send(incoming).is_err() {
                    return;
                }
            }
            let _ = sender.send(Incoming::Ended(Ended::Cut));
        });
        Self {
            writer,
            reader,
            reading,
            linger,
            inbox: Vec::new(),
            asked: HashMap::new(),
            refs: 0,
            topic: String::new(),
            join_ref: String::new(),
            joined: Value::Null,
        }
    }

    /// A socket that joined a room.
    pub async fn join(address: SocketAddr, room: &str, payload: Value) -> Self {
        let mut client = Self::connect(address).await;
        let reply = client.join_room(room, payload).await;
        assert_eq!(reply["status"], "ok", "{reply}");
        client
    }

    /// Joins; the reply, ok or not.
    pub async fn join_room(&mut self, room: &str, payload: Value) -> Value {
        let reference = self.send_join(room, payload).await;
        let reply = self.reply_to(&reference).await;
        self.joined = reply["response"].clone();
        reply
    }

    /// Sends a join without waiting; its ref.
    pub async fn send_join(&mut self, room: &str, payload: Value) -> String {
        self.refs += 1;
        self.join_ref = self.refs.to_string();
        self.topic = format!("room:{room}");
        self.send("phx_join", payload).await
    }

    /// Who one is.
    pub fn id(&self) -> String {
        self.joined["participant"].as_str().unwrap().to_owned()
    }

    /// What brings one back.
    pub fn resume(&self) -> Value {
        self.joined["resume"].clone()
    }

    /// Sends without waiting; its ref.
    pub async fn send(&mut self, event: &str, payload: Value) -> String {
        self.refs += 1;
        let reference = match event {
            "phx_join" => self.join_ref.clone(),
            _ => self.refs.to_string(),
        };
        let frame = json!([self.join_ref, reference, self.topic, event, payload]);
        self.asked.insert(reference.clone(), event.to_owned());
        self.writer
            .send(Message::text(frame.to_string()))
            .await
            .unwrap();
        reference
    }

    /// Sends and waits for the reply: `{status, response}`.
    pub async fn request(&mut self, event: &str, payload: Value) -> Value {
        let reference = self.send(event, payload).await;
        self.reply_to(&reference).await
    }

    /// Waits for the reply to a ref.
    pub async fn reply_to(&mut self, reference: &str) -> Value {
        let what = format!("the reply to {reference}");
        let is_reply = |f: &Value| f[3] == "phx_reply" && f[1] == reference;
        self.frame(&what, is_reply).await[4].clone()
    }

    /// Waits for an event; its payload.
    pub async fn event(&mut self, event: &str) -> Value {
        self.event_where(event, |_| true).await
    }

    /// Waits for an event with a payload that is meant.
    pub async fn event_where(&mut self, event: &str, meant: impl Fn(&Value) -> bool) -> Value {
        self.frame(event, |f| f[3] == event && meant(&f[4])).await[4].clone()
    }

    /// Waits for a frame, among those that came too.
    pub async fn frame(&mut self, what: &str, meant: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.inbox.iter().position(&meant) {
                return self.inbox.remove(at);
            }
            match timeout_at(deadline, self.reader.recv()).await {
                Ok(Some(Incoming::Text(text))) => self.take_in(&text),
                Ok(ended) => panic!("the socket ended ({ended:?}), not {what}"),
                Err(_) => panic!("{what} did not come; there is {:?}", self.events()),
            }
        }
    }

    /// Puts a frame into the inbox, if the protocol knows it.
    fn take_in(&mut self, text: &str) {
        let frame: Value = serde_json::from_str(text).unwrap();
        let asked = match (frame[3].as_str(), frame[1].as_str()) {
            (Some("phx_reply"), Some(reference)) => self.asked.remove(reference),
            _ => None,
        };
        if let Err(wrong) = Wire::get().check(&frame, asked.as_deref()) {
            panic!("not in docs/protocol.schema.json: {wrong}");
        }
        self.inbox.push(frame);
    }

    /// Takes in whatever is on its way: everything sent before the reply to a heartbeat.
    pub async fn settle(&mut self) {
        loop {
            self.refs += 1;
            let reference = self.refs.to_string();
            let beat = json!([null, reference, "phoenix", "heartbeat", {}]);
            self.asked.insert(reference.clone(), "heartbeat".to_owned());
            self.writer
                .send(Message::text(beat.to_string()))
                .await
                .unwrap();
            let reply = self.reply_to(&reference).await;
            if reply["status"] == "ok" {
                return;
            }
            // A fast machine's test came to the limit of frames; let the bucket fill.
            assert_eq!(reply["response"]["reason"], "too_fast", "{reply}");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// The names of the events in the inbox.
    pub fn events(&self) -> Vec<String> {
        let shown = |f: &Value| format!("{} {}", f[3].as_str().unwrap_or("?"), f[4]);
        self.inbox
            .iter()
            .map(|f| shown(f).chars().take(120).collect())
            .collect()
    }

    /// How many events of that name wait in the inbox.
    pub fn count(&self, event: &str) -> usize {
        self.inbox.iter().filter(|f| f[3] == event).count()
    }

    /// Forgets what came.
    pub async fn forget(&mut self) {
        self.settle().await;
        self.inbox.clear();
    }

    /// Starts a call that only receives; its generation.
    pub async fn start_listening(&mut self) -> Generation {
        let reply = self.request("start_call", json!({ "streams": [] })).await;
        assert_eq!(reply["status"], "ok", "{reply}");
        serde_json::from_value(reply["response"]["generation"].clone()).unwrap()
    }

    /// Waits for somebody's one `stop_call`.
    pub async fn stop_call_of(&mut self, id: &str) -> Value {
        self.event_where("stop_call", |p| p["participant"] == id)
            .await
    }

    /// Waits for somebody's leave in presence.
    pub async fn leave_of(&mut self, id: &str) {
        self.event_where("presence_diff", |p| {
            !p["leaves"][id].is_null() && p["joins"][id].is_null()
        })
        .await;
    }

    /// How the socket ends.
    pub async fn ended(&mut self) -> Ended {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match timeout_at(deadline, self.reader.recv())
                .await
                .expect("the socket ends")
            {
                Some(Incoming::Text(text)) => self.take_in(&text),
                Some(Incoming::Ended(ended)) => return ended,
                None => return Ended::Cut,
            }
        }
    }

    /// Closes the connection as a vanished tab does: without a close frame, with a reset.
    pub fn vanish(self) {
        self.linger.set_linger(Some(Duration::ZERO)).unwrap();
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.reading.abort();
        // What came and was not waited for is held to the schema, too.
        while let Ok(Incoming::Text(text)) = self.reader.try_recv() {
            if !std::thread::panicking() {
                self.take_in(&text);
            }
        }
    }
}

#[derive(Debug)]
enum Incoming {
    Text(String),
    Ended(Ended),
}
