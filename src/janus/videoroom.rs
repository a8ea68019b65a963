//! The VideoRoom plugin (multistream, Janus 1.x) with textual ids: requests, answers, events, typed.
//!
//! One handle is either a publisher's or a subscriber's, by its first `join`. Codes: 426 no such
//! room, 427 the room exists, 428 no such feed or stream, 432 full, 436 the id is in use.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::errors::Error;
use super::events::{Jsep, JsepKind, PluginData};
use super::handle::Handle;
use super::session::Session;

mod said;
mod types;

pub use said::Said;
use said::list;
pub use types::{
    Description, Offer, Publisher, RoomOptions, Stream, StreamChoice, Subscribe, SubscribedStream,
    Updated,
};

/// The plugin's name.
pub const PLUGIN: &str = "janus.plugin.videoroom";

/// No such room.
pub const NO_SUCH_ROOM: u32 = 426;
/// The room exists.
pub const ROOM_EXISTS: u32 = 427;
/// No such feed, or no such stream of it.
pub const NO_SUCH_FEED: u32 = 428;
/// The id is in use in the room.
pub const ID_IN_USE: u32 = 436;

/// A handle on the VideoRoom plugin. Cheap to clone.
#[derive(Clone)]
pub struct VideoRoom {
    handle: Handle,
}

impl VideoRoom {
    /// Attaches a new handle.
    ///
    /// # Errors
    /// `Core` with code 460 if the plugin is not loaded.
    pub async fn attach(
        session: &Session,
        opaque_id: &str,
        deadline: Instant,
    ) -> Result<Self, Error> {
        let handle = session.attach(PLUGIN, opaque_id, deadline).await?;
        Ok(Self { handle })
    }

    /// The handle itself.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Makes a room that lives until it is destroyed or Janus ends (`create`).
    ///
    /// # Errors
    /// `Plugin`: 427 exists, 433 the admin key is wrong.
    pub async fn create_room(
        &self,
        room: &str,
        options: &RoomOptions,
        admin_key: Option<&str>,
        deadline: Instant,
    ) -> Result<(), Error> {
        let mut body = object(options)?;
        if let Some(body) = body.as_object_mut() {
            body.insert("request".into(), "create".into());
            body.insert("room".into(), room.into());
            body.insert("permanent".into(), false.into());
            if let Some(key) = admin_key {
                body.insert("admin_key".into(), key.into());
            }
        }
        self.ask("create_room", body, None, deadline)
            .await
            .map(drop)
    }

    /// Destroys a room (`destroy`). Who is in it is told.
    ///
    /// # Errors
    /// `Plugin`: 426 no such room, 433 the admin key is wrong.
    pub async fn destroy_room(
        &self,
        room: &str,
        admin_key: Option<&str>,
        deadline: Instant,
    ) -> Result<(), Error> {
        let mut body = json!({"request": "destroy", "room": room});
        keyed(&mut body, admin_key);
        self.ask("destroy_room", body, None, deadline)
            .await
            .map(drop)
    }

    /// The ids of all rooms (`list`); of private ones too if the admin key is given.
    ///
    /// # Errors
    /// `Protocol` if an id is no text: then Janus is not configured for textual ids.
    pub async fn list_rooms(
        &self,
        admin_key: Option<&str>,
        deadline: Instant,
    ) -> Result<Vec<String>, Error> {
        #[derive(Deserialize)]
        struct Room {
            room: String,
        }
        let mut body = json!({"request": "list"});
        keyed(&mut body, admin_key);
        let said = self.ask("list_rooms", body, None, deadline).await?;
        let rooms: Vec<Room> = list(&said.data, "list").flatten().ok_or_else(unreadable)?;
        Ok(rooms.into_iter().map(|room| room.room).collect())
    }

    /// Whether there is such a room (`exists`).
    ///
    /// # Errors
    /// `Plugin` with code 430 if Janus is not configured for textual ids.
    pub async fn room_exists(&self, room: &str, deadline: Instant) -> Result<bool, Error> {
        let body = json!({"request": "exists", "room": room});
        let said = self.ask("room_exists", body, None, deadline).await?;
        let exists = said.data.get("exists").and_then(Value::as_bool);
        exists.ok_or_else(unreadable)
    }

    /// Enters a room as one who may publish (`join`). Answers who publishes.
    ///
    /// # Errors
    /// `Plugin`: 426, 436.
    pub async fn join_publisher(
        &self,
        room: &str,
        id: &str,
        deadline: Instant,
    ) -> Result<Vec<Publisher>, Error> {
        let body = json!({"request": "join", "ptype": "publisher", "room": room, "id": id});
        let said = self.ask("join", body, None, deadline).await?;
        if let Said::Joined(publishers) = Said::read(&said.data) {
            return Ok(publishers);
        }
        Err(unreadable())
    }

    /// Publishes, or changes what is published (`configure`). Gives the answer's SDP and all streams.
    /// An offer the plugin refuses leaves the handle unusable.
    ///
    /// # Errors
    /// `Core` 465 and 490, `Plugin` 424, 431, 437: the offer is no good.
    pub async fn publish(
        &self,
        offer: String,
        descriptions: &[Description],
        deadline: Instant,
    ) -> Result<(String, Vec<Stream>), Error> {
        let mut body = json!({"request": "configure"});
        if let Some(body) = body.as_object_mut().filter(|_| !descriptions.is_empty()) {
            body.insert("descriptions".into(), object(descriptions)?);
        }
        let jsep = Jsep {
            kind: JsepKind::Offer,
            sdp: offer,
        };
        let said = self.ask("configure", body, Some(jsep), deadline).await;
        if matches!(said, Err(Error::Plugin { .. })) {
            self.handle.spoil("the plugin refused an offer");
        }
        let said = said?;
        let sdp = sdp_of(said.jsep, JsepKind::Answer)?.ok_or_else(unreadable)?;
        if let Said::Configured(streams) = Said::read(&said.data) {
            return Ok((sdp, streams));
        }
        Err(unreadable())
    }

    /// Asks the publishing peer for a key frame (`configure`).
    ///
    /// # Errors
    /// `Plugin` 424 before `join`.
    pub async fn request_keyframe(&self, deadline: Instant) -> Result<(), Error> {
        let body = json!({"request": "configure", "keyframe": true});
        self.ask("configure", body, None, deadline).await.map(drop)
    }

    /// Holds back a stream of a publisher of this room, or lets it through again (`moderate`): nothing of
    /// it is relayed, whatever its publisher sends. Everybody in the room is told.
    ///
    /// # Errors
    /// `Plugin`: 426 no such room, 428 no such publisher, or it has no such stream.
    pub async fn moderate(
        &self,
        room: &str,
        (feed, mid): (String, String),
        mute: bool,
        deadline: Instant,
    ) -> Result<(), Error> {
        let body = json!({"request": "moderate", "room": room, "id": feed, "mid": mid,
            "mute": mute});
        self.ask("moderate", body, None, deadline).await.map(drop)
    }

    /// Enters a room to receive (`join`). All streams must be there, and at least one.
    ///
    /// # Errors
    /// `Plugin`: 428 if one is not there; then nothing was done, and it can be tried again.
    pub async fn join_subscriber(
        &self,
        room: &str,
        streams: &[Subscribe],
        deadline: Instant,
    ) -> Result<Updated, Error> {
        let body = json!({"request": "join", "ptype": "subscriber", "room": room,
            "streams": object(streams)?, "use_msid": true});
        updated(self.ask("join", body, None, deadline).await?)
    }

    /// Whether the plugin's own thread works: most requests pass through it, and one that hangs is not
    /// seen by `create` and `attach`. Asks to enter a room that there is none of, and wants its no.
    ///
    /// # Errors
    /// Whatever else comes of it.
    pub async fn probe(&self, deadline: Instant) -> Result<(), Error> {
        let body = json!({"request": "join", "ptype": "publisher", "room": "no-such-room"});
        match self.ask("join", body, None, deadline).await {
            Ok(_) | Err(Error::Plugin { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Changes what is received, in one step (`update`). `unsubscribe` names m-lines of the
    /// subscriber's own connection.
    ///
    /// # Errors
    /// `Plugin`: 428 if a stream is not there; then nothing was done.
    pub async fn update(
        &self,
        subscribe: &[Subscribe],
        unsubscribe: &[String],
        deadline: Instant,
    ) -> Result<Updated, Error> {
        let mut body = json!({"request": "update"});
        if let Some(body) = body.as_object_mut() {
            if !subscribe.is_empty() {
                body.insert("subscribe".into(), object(subscribe)?);
            }
            if !unsubscribe.is_empty() {
                // `mid` would be the publisher's, and without `feed` nothing at all
                let mids = unsubscribe.iter().map(|mid| json!({"sub_mid": mid}));
                body.insert("unsubscribe".into(), mids.collect());
            }
        }
        updated(self.ask("update", body, None, deadline).await?)
    }

    /// Answers the newest offer (`start`).
    ///
    /// # Errors
    /// `Core` 465 to 490: the answer is no good.
    pub async fn start(&self, answer: String, deadline: Instant) -> Result<(), Error> {
        let body = json!({"request": "start"});
        let jsep = Jsep {
            kind: JsepKind::Answer,
            sdp: answer,
        };
        let said = self.ask("start", body, Some(jsep), deadline).await?;
        if Said::read(&said.data) == Said::Started {
            return Ok(());
        }
        Err(unreadable())
    }

    /// Asks for an offer that restarts ICE (`configure`). While an earlier offer is unanswered Janus
    /// says nothing and pushes the new one after the answer: after `patience` that is `Postponed`.
    ///
    /// # Errors
    /// As all messages.
    pub async fn restart(&self, patience: Duration, deadline: Instant) -> Result<Updated, Error> {
        let body = json!({"request": "configure", "restart": true});
        let said = self
            .handle
            .message_within("configure", body, patience, deadline)
            .await?;
        let Some(said) = said else {
            return Ok(Updated::Postponed);
        };
        let said = accepted("configure", said)?;
        Ok(match sdp_of(said.jsep, JsepKind::Offer)? {
            None => Updated::Postponed,
            Some(sdp) => Updated::Offer(Offer { sdp, streams: None }),
        })
    }

    /// Chooses layers, or pauses streams (`configure`).
    ///
    /// # Errors
    /// As all messages.
    pub async fn choose(&self, streams: &[StreamChoice], deadline: Instant) -> Result<(), Error> {
        let body = json!({"request": "configure", "streams": object(streams)?});
        self.ask("configure", body, None, deadline).await.map(drop)
    }

    async fn ask(
        &self,
        name: &'static str,
        body: Value,
        jsep: Option<Jsep>,
        deadline: Instant,
    ) -> Result<PluginData, Error> {
        accepted(name, self.handle.message(name, body, jsep, deadline).await?)
    }
}

/// Reads an offer pushed to a subscriber, or brought by an answer; none if there is none.
///
/// # Errors
/// `Protocol` if it is an answer, or comes with something that is not about subscriptions.
pub fn offer_of(said: PluginData) -> Result<Option<Offer>, Error> {
    let words = Said::read(&said.data);
    let streams = if let Said::Updated(streams) = words {
        Some(streams)
    } else if matches!(words, Said::Configured(_) | Said::Updating) {
        None
    } else {
        return Err(unreadable());
    };
    let sdp = sdp_of(said.jsep, JsepKind::Offer)?;
    Ok(sdp.map(|sdp| Offer { sdp, streams }))
}

fn updated(said: PluginData) -> Result<Updated, Error> {
    if Said::read(&said.data) == Said::Updating {
        return Ok(Updated::Postponed);
    }
    Ok(offer_of(said)?.map_or(Updated::Unchanged, Updated::Offer))
}

fn accepted(request: &'static str, said: PluginData) -> Result<PluginData, Error> {
    if let Said::Error { code, reason } = Said::read(&said.data) {
        return Err(Error::Plugin {
            request,
            code,
            reason,
        });
    }
    Ok(said)
}

fn sdp_of(jsep: Option<Jsep>, due: JsepKind) -> Result<Option<String>, Error> {
    match jsep {
        Some(jsep) if jsep.kind != due => Err(Error::protocol("offer and answer are mixed up")),
        jsep => Ok(jsep.map(|jsep| jsep.sdp)),
    }
}

fn object<T: Serialize + ?Sized>(value: &T) -> Result<Value, Error> {
    serde_json::to_value(value).map_err(|error| Error::protocol(format!("not sent: {error}")))
}

fn keyed(body: &mut Value, admin_key: Option<&str>) {
    if let (Some(body), Some(key)) = (body.as_object_mut(), admin_key) {
        body.insert("admin_key".into(), key.into());
    }
}

fn unreadable() -> Error {
    Error::protocol("an answer of the VideoRoom that does not fit its request")
}
