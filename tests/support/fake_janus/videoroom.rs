//! The fake's VideoRoom: who is where, who publishes what, who receives it. No media.
//!
//! A feed is announced as soon as its offer is answered, as if ICE took no time.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// All rooms.
#[derive(Default)]
pub struct Rooms {
    rooms: Vec<String>,
    /// By handle.
    publishers: BTreeMap<u64, Publisher>,
    subscribers: BTreeMap<u64, Subscriber>,
}

struct Publisher {
    session: u64,
    room: String,
    feed: String,
    /// None until it published.
    streams: Vec<Value>,
}

struct Subscriber {
    session: u64,
    /// Whether the last offer was answered; if not, the next waits.
    answered: bool,
    /// Whether one waits.
    pending: bool,
    /// The m-lines: feed and mid of each, none if inactive.
    lines: Vec<Option<(String, String)>>,
    version: u64,
}

/// What the plugin says to a message.
pub struct Answer {
    /// In the answer itself, not in an event.
    pub direct: bool,
    data: Value,
    /// No event comes.
    pub silent: bool,
    /// Null if none.
    pub jsep: Value,
    /// What others hear of it: session and event.
    pub others: Vec<(u64, Value)>,
}

impl Answer {
    fn event(data: Value) -> Self {
        Self {
            direct: false,
            silent: false,
            data,
            jsep: Value::Null,
            others: Vec::new(),
        }
    }

    fn error(code: u32, error: &str) -> Self {
        Self::event(json!({"videoroom": "event", "error_code": code, "error": error}))
    }

    fn direct(self) -> Self {
        Self {
            direct: true,
            ..self
        }
    }

    /// As it is sent.
    pub fn plugindata(&self) -> Value {
        plugindata(&self.data)
    }
}

fn plugindata(data: &Value) -> Value {
    json!({"plugin": "janus.plugin.videoroom", "data": data})
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl Rooms {
    /// Answers a message.
    pub fn message(&mut self, session: u64, handle: u64, body: &Value, jsep: &Value) -> Answer {
        let room = text(&body["room"]);
        match body["request"].as_str().unwrap_or_default() {
            "create" if self.rooms.contains(&room) => Answer::error(427, "exists").direct(),
            "create" => {
                self.rooms.push(room.clone());
                Answer::event(json!({"videoroom": "created", "room": room})).direct()
            }
            "destroy" => {
                self.rooms.retain(|known| *known != room);
                Answer::event(json!({"videoroom": "destroyed", "room": room})).direct()
            }
            "exists" => {
                let exists = self.rooms.contains(&room);
                Answer::event(json!({"videoroom": "success", "exists": exists})).direct()
            }
            "list" => {
                let list: Vec<Value> = self.rooms.iter().map(|id| json!({"room": id})).collect();
                Answer::event(json!({"videoroom": "success", "list": list})).direct()
            }
            "join" if !self.rooms.contains(&room) => Answer::error(426, "No such room"),
            "join" if body["ptype"] == "publisher" => self.join(session, handle, room, body),
            "join" => {
                let subscriber = Subscriber {
                    session,
                    answered: true,
                    pending: false,
                    lines: Vec::new(),
                    version: 0,
                };
                self.subscribers.insert(handle, subscriber);
                let answer = self.change(handle, &body["streams"], &Value::Null, "attached");
                if answer.jsep.is_null() {
                    self.subscribers.remove(&handle);
                }
                answer
            }
            "update" => self.change(handle, &body["subscribe"], &body["unsubscribe"], "updated"),
            "start" => {
                let mut answer = Answer::event(json!({"videoroom": "event", "started": "ok"}));
                if let Some(subscriber) = self.subscribers.get_mut(&handle) {
                    subscriber.answered = true;
                    if std::mem::take(&mut subscriber.pending) {
                        answer.others.push(subscriber.pushed(handle));
                    }
                }
                answer
            }
            "configure" if jsep["type"] == "offer" => self.publish(handle, body, jsep),
            "configure" if body["restart"] == true => {
                let mut answer = Answer::event(json!({"videoroom": "event", "configured": "ok"}));
                if let Some(subscriber) = self.subscribers.get_mut(&handle) {
                    if subscriber.answered {
                        answer.jsep = subscriber.offer();
                    } else {
                        subscriber.pending = true;
                        answer.silent = true;
                    }
                }
                answer
            }
            "configure" => Answer::event(json!({"videoroom": "event", "configured": "ok"})),
            "moderate" => Answer::event(json!({"videoroom": "success"})).direct(),
            _ => Answer::error(423, "Unknown request"),
        }
    }

    /// A handle is gone: what others hear of it.
    pub fn gone(&mut self, handle: u64) -> Vec<(u64, Value)> {
        self.subscribers.remove(&handle);
        let Some(gone) = self.publishers.remove(&handle) else {
            return Vec::new();
        };
        let room = &gone.room;
        let mut events = Vec::new();
        for (handle, subscriber) in &mut self.subscribers {
            events.extend(subscriber.without(*handle, &gone.feed));
        }
        if !gone.streams.is_empty() {
            let data = json!({"videoroom": "event", "room": room, "unpublished": gone.feed});
            events.extend(self.to_others(handle, room, &data));
        }
        let data = json!({"videoroom": "event", "room": room, "leaving": gone.feed});
        events.extend(self.to_others(handle, room, &data));
        events
    }

    fn to_others(&self, handle: u64, room: &str, data: &Value) -> Vec<(u64, Value)> {
        let others = self.publishers.iter();
        others
            .filter(|(other, publisher)| **other != handle && publisher.room == room)
            .map(|(other, publisher)| {
                let event = json!({"janus": "event", "session_id": publisher.session,
                    "sender": other, "plugindata": plugindata(data)});
                (publisher.session, event)
            })
            .collect()
    }

    fn join(&mut self, session: u64, handle: u64, room: String, body: &Value) -> Answer {
        let feed = text(&body["id"]);
        let in_room = |publisher: &&Publisher| publisher.room == room;
        if self
            .publishers
            .values()
            .filter(in_room)
            .any(|p| p.feed == feed)
        {
            return Answer::error(436, "User ID already exists");
        }
        let publishing: Vec<Value> = self
            .publishers
            .values()
            .filter(in_room)
            .filter(|publisher| !publisher.streams.is_empty())
            .map(Publisher::announced)
            .collect();
        let data = json!({"videoroom": "joined", "room": room, "id": feed,
            "publishers": publishing});
        let publisher = Publisher {
            session,
            room,
            feed,
            streams: Vec::new(),
        };
        self.publishers.insert(handle, publisher);
        Answer::event(data)
    }

    fn publish(&mut self, handle: u64, body: &Value, jsep: &Value) -> Answer {
        let Some(publisher) = self.publishers.get_mut(&handle) else {
            return Answer::error(424, "Invalid request: one has to join first");
        };
        let offer = text(&jsep["sdp"]);
        let lines = offer.lines().filter_map(|line| line.strip_prefix("m="));
        publisher.streams = lines
            .enumerate()
            .map(|(index, line)| {
                let audio = line.starts_with("audio");
                let (kind, codec) = if audio {
                    ("audio", "opus")
                } else {
                    ("video", "vp8")
                };
                let mid = index.to_string();
                let described = body["descriptions"].as_array();
                let described = described.into_iter().flatten().find(|d| d["mid"] == *mid);
                json!({"type": kind, "mindex": index, "mid": mid, "codec": codec,
                    "description": described.map(|described| &described["description"])})
            })
            .collect();
        let (room, streams) = (publisher.room.clone(), publisher.streams.clone());
        let announced = publisher.announced();
        let session = publisher.session;
        let data = json!({"videoroom": "event", "room": room, "publishers": [announced]});
        let mut answer = Answer::event(json!({"videoroom": "event", "room": room,
            "configured": "ok", "streams": streams}));
        answer.jsep = json!({"type": "answer", "sdp": offer
            .replace("a=sendrecv", "a=recvonly")
            .replace("a=sendonly", "a=recvonly")
            .replace("a=setup:actpass", "a=setup:active")});
        answer.others = self.to_others(handle, &room, &data);
        let up = json!({"janus": "webrtcup", "session_id": session, "sender": handle});
        answer.others.push((session, up));
        answer
    }

    fn change(
        &mut self,
        handle: u64,
        subscribe: &Value,
        unsubscribe: &Value,
        word: &str,
    ) -> Answer {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let wanted: Vec<(String, String)> = list(subscribe)
            .iter()
            .map(|stream| (text(&stream["feed"]), text(&stream["mid"])))
            .collect();
        let there = |(feed, mid): &(String, String)| {
            self.publishers.values().any(|publisher| {
                publisher.feed == *feed && publisher.streams.iter().any(|s| s["mid"] == **mid)
            })
        };
        if !wanted.iter().all(there) {
            return Answer::error(428, "No such feed");
        }
        let Some(subscriber) = self.subscribers.get_mut(&handle) else {
            return Answer::error(424, "Invalid request: not a subscriber");
        };
        let before = subscriber.lines.clone();
        for gone in list(unsubscribe) {
            let index: usize = text(&gone["sub_mid"]).parse().unwrap();
            subscriber.lines[index] = None;
        }
        for stream in wanted {
            match subscriber.lines.iter().position(Option::is_none) {
                Some(free) => subscriber.lines[free] = Some(stream),
                None => subscriber.lines.push(Some(stream)),
            }
        }
        let mut data = json!({"videoroom": word});
        let mut jsep = Value::Null;
        if subscriber.lines != before && !subscriber.answered {
            subscriber.pending = true;
            data = json!({"videoroom": "updating"});
        } else if subscriber.lines != before {
            data["streams"] = subscriber.streams();
            jsep = subscriber.offer();
        }
        Answer {
            jsep,
            ..Answer::event(data)
        }
    }
}

impl Publisher {
    fn announced(&self) -> Value {
        json!({"id": self.feed, "streams": self.streams})
    }
}

impl Subscriber {
    fn streams(&self) -> Value {
        let stream = |(index, line): (usize, &Option<(String, String)>)| match line {
            Some((feed, mid)) => json!({"type": "video", "mindex": index,
                "mid": index.to_string(), "active": true, "feed_id": feed, "feed_mid": mid}),
            None => json!({"type": "video", "mindex": index, "mid": index.to_string(),
                "active": false}),
        };
        self.lines.iter().enumerate().map(stream).collect()
    }

    /// What a publisher's end does to it.
    fn without(&mut self, handle: u64, feed: &str) -> Option<(u64, Value)> {
        let of_feed =
            |line: &&mut Option<(String, String)>| line.as_ref().is_some_and(|(of, _)| of == feed);
        let gone: Vec<_> = self.lines.iter_mut().filter(of_feed).collect();
        if gone.is_empty() {
            return None;
        }
        gone.into_iter().for_each(|line| *line = None);
        if self.answered {
            return Some(self.pushed(handle));
        }
        self.pending = true;
        None
    }

    /// An offer of Janus's own accord.
    fn pushed(&mut self, handle: u64) -> (u64, Value) {
        let data = json!({"videoroom": "updated", "streams": self.streams()});
        let event = json!({"janus": "event", "session_id": self.session, "sender": handle,
            "plugindata": plugindata(&data), "jsep": self.offer()});
        (self.session, event)
    }

    fn offer(&mut self) -> Value {
        self.version += 1;
        self.answered = false;
        let mut sdp = format!(
            "v=0\r\no=- 1 {} IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n",
            self.version
        );
        for (mid, line) in self.lines.iter().enumerate() {
            let direction = if line.is_some() {
                "sendonly"
            } else {
                "inactive"
            };
            sdp += &format!(
                "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 192.0.2.1\r\na={direction}\r\n\
                a=mid:{mid}\r\na=rtcp-mux\r\na=ice-ufrag:abcd\r\n\
                a=ice-pwd:QO2saGCg91Zp4QFXdLud7RRc\r\na=fingerprint:sha-256 {}\r\n\
                a=setup:actpass\r\na=rtpmap:96 VP8/90000\r\n",
                ["AB"; 32].join(":")
            );
        }
        json!({"type": "offer", "sdp": sdp})
    }
}
