//! The gateway that is a Janus with the VideoRoom plugin.
//!
//! A call is one Janus session with a publisher handle and, from its first stream on, a subscriber
//! handle; a feed's id is [`Feed`](crate::names::Feed)'s text; a media room is a VideoRoom, made when
//! its first participant comes. One [`JanusGateway`] an arbiter: it cannot leave its thread.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use tokio::time::{Instant, timeout_at};

use crate::janus::check::{self, Report};
use crate::janus::client::{Client, random_id};
use crate::janus::errors::Error;
use crate::janus::spawn::Access;
use crate::janus::transport::Transport;
use crate::janus::transport::http::HttpTransport;
use crate::janus::transport::observed::Observed;
use crate::janus::videoroom::{NO_SUCH_ROOM, RoomOptions, VideoRoom};
use crate::metrics::Metrics;
use crate::secret::Secret;

use super::{Gateway, GatewayError, Opened, SessionId};

mod events;
mod line;
mod subscriber;
mod words;

/// Where Janus is, and how its rooms are made.
#[derive(Clone, Debug)]
pub struct JanusSettings {
    /// The REST API: `http://127.0.0.1:8088/janus`.
    pub url: String,
    /// `general: api_secret` of Janus.
    pub api_secret: Option<Secret>,
    /// `general: admin_key` of the VideoRoom plugin.
    pub admin_key: Option<Secret>,
    /// How rooms are made.
    pub rooms: RoomSettings,
}

/// How rooms are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomSettings {
    /// Most bits a second of one publisher; none: no limit.
    pub bitrate: Option<u64>,
    /// Codecs by preference, comma-separated.
    pub video_codecs: String,
    /// Codecs by preference, comma-separated.
    pub audio_codecs: String,
    /// Seconds between key frames that Janus asks for.
    pub key_frame_every: u32,
}

impl Default for RoomSettings {
    fn default() -> Self {
        Self {
            bitrate: None,
            video_codecs: "vp8".into(),
            audio_codecs: "opus".into(),
            key_frame_every: 10,
        }
    }
}

impl RoomSettings {
    fn options(&self, capacity: usize) -> RoomOptions {
        RoomOptions {
            // a feed lingers a moment after its end, and each restart of a call is a new one
            publishers: capacity.saturating_mul(3).max(3),
            bitrate: self.bitrate,
            fir_freq: Some(self.key_frame_every),
            audiocodec: Some(self.audio_codecs.clone()),
            videocodec: Some(self.video_codecs.clone()),
            notify_joining: false,
            audiolevel_event: true,
            // half a second, at a level that a quiet voice reaches
            audio_active_packets: Some(10),
            audio_level_average: Some(70),
            dummy_publisher: false,
        }
    }
}

impl JanusSettings {
    /// For a Janus of one's own.
    pub fn of_spawned(access: &Access) -> Self {
        Self {
            url: access.http_url.clone(),
            api_secret: Some(access.api_secret.clone()),
            admin_key: Some(access.admin_key.clone()),
            rooms: RoomSettings::default(),
        }
    }
}

/// A Janus, as one arbiter sees it. Cheap to clone.
#[derive(Clone)]
pub struct JanusGateway {
    client: Client,
    settings: Rc<JanusSettings>,
    /// The id of the session in which the gateway itself is asked. Always the same: what a Janus
    /// that hung makes too late is found, and destroyed, by the next who asks.
    control: Rc<tokio::sync::Mutex<u64>>,
    /// It was looked at, and can be used.
    fit: Rc<Cell<bool>>,
}

impl JanusGateway {
    /// A gateway at the settings' URL. Asks nothing of it yet.
    ///
    /// # Errors
    /// `Unreachable` if the URL is none.
    pub fn new(settings: JanusSettings) -> Result<Self, GatewayError> {
        Ok(Self::over(Self::transport(&settings)?, settings))
    }

    /// As [`Self::new`], with each request counted and timed.
    ///
    /// # Errors
    /// `Unreachable` if the URL is none.
    pub fn measured(settings: JanusSettings, metrics: Arc<Metrics>) -> Result<Self, GatewayError> {
        let observe = move |request: &'static str, took, failed: Option<&Error>| {
            // A poll takes as long as nothing happens.
            if request != "poll" && failed.is_none() {
                metrics.janus_request(request, took);
            }
        };
        let observed = Observed::new(Self::transport(&settings)?, Rc::new(observe));
        Ok(Self::over(Rc::new(observed), settings))
    }

    fn transport(settings: &JanusSettings) -> Result<Rc<dyn Transport>, GatewayError> {
        let transport = HttpTransport::new(&settings.url, settings.api_secret.clone());
        Ok(Rc::new(transport.map_err(words::error)?))
    }

    /// A gateway over any transport; its settings' URL and API secret are not used.
    pub fn over(transport: Rc<dyn Transport>, settings: JanusSettings) -> Self {
        Self {
            client: Client::new(transport),
            settings: Rc::new(settings),
            control: Rc::new(tokio::sync::Mutex::new(random_id())),
            fit: Rc::default(),
        }
    }

    /// Looks whether this Janus is fit for use; what is not is in the report.
    ///
    /// # Errors
    /// `Unauthorised` if the secret is wrong; else what kept it from answering.
    pub async fn check(&self, deadline: Instant) -> Result<Report, GatewayError> {
        check::check(&self.client, deadline)
            .await
            .map_err(words::error)
    }

    /// Does something on a handle of the gateway's own, and clears it.
    async fn control<T>(
        &self,
        deadline: Instant,
        work: impl AsyncFnOnce(&VideoRoom) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let after = deadline.saturating_duration_since(Instant::now());
        let turn = timeout_at(deadline, self.control.lock()).await;
        let id = turn.map_err(|_| Error::Timeout {
            request: "control",
            after,
        })?;
        let mut opened = self.client.create(*id, deadline).await;
        if matches!(opened, Err(Error::Core { code: 468, .. })) {
            self.client.destroy(*id, deadline).await?;
            opened = self.client.create(*id, deadline).await;
        }
        let (session, mut events) = opened?;
        let done = match VideoRoom::attach(&session, "control", deadline).await {
            // Answers of the plugin come as events.
            Ok(videoroom) => tokio::select! {
                biased;
                done = work(&videoroom) => done,
                error = async {
                    loop {
                        if let Err(error) = events.next().await {
                            break error;
                        }
                    }
                } => Err(error),
            },
            Err(error) => Err(error),
        };
        let cleared = self.client.destroy(*id, deadline).await;
        let done = done?;
        cleared?;
        Ok(done)
    }

    async fn open(self, id: SessionId, deadline: Instant) -> Result<Opened, Error> {
        let (session, events) = self.client.create(id.0, deadline).await?;
        let publisher = VideoRoom::attach(&session, "publisher", deadline).await?;
        let line = line::JanusLine::new(session, publisher, self.settings);
        Ok(Opened {
            events: Box::new(events::JanusEvents::new(events, line.clone())),
            line: Rc::new(line),
        })
    }

    async fn sweep(
        self,
        prefix: String,
        keep: Vec<String>,
        deadline: Instant,
    ) -> Result<usize, Error> {
        let key = self.settings.admin_key.as_ref().map(Secret::expose);
        self.control(deadline, async |videoroom| {
            let mut swept = 0;
            for room in videoroom.list_rooms(key, deadline).await? {
                if !room.starts_with(&prefix) || keep.contains(&room) {
                    continue;
                }
                match videoroom.destroy_room(&room, key, deadline).await {
                    Ok(()) => swept += 1,
                    Err(Error::Plugin {
                        code: NO_SUCH_ROOM, ..
                    }) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(swept)
        })
        .await
    }
}

impl Gateway for JanusGateway {
    fn open(
        &self,
        id: SessionId,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<Opened, GatewayError>> {
        let opened = self.clone().open(id, deadline);
        async move { opened.await.map_err(words::error) }.boxed_local()
    }

    fn destroy(
        &self,
        id: SessionId,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<bool, GatewayError>> {
        let client = self.client.clone();
        async move { client.destroy(id.0, deadline).await.map_err(words::error) }.boxed_local()
    }

    fn probe(&self, deadline: Instant) -> LocalBoxFuture<'static, Result<(), GatewayError>> {
        let gateway = self.clone();
        async move {
            // The first time more thoroughly: one that is open to everybody must not be used.
            if !gateway.fit.get() {
                if let Some(what) = gateway.check(deadline).await?.unfit() {
                    return Err(GatewayError::Unfit { what });
                }
                gateway.fit.set(true);
            }
            let probed = gateway
                .control(deadline, async |videoroom| videoroom.probe(deadline).await)
                .await;
            probed.map_err(words::error)
        }
        .boxed_local()
    }

    fn sweep_rooms(
        &self,
        prefix: String,
        keep: Vec<String>,
        deadline: Instant,
    ) -> LocalBoxFuture<'static, Result<usize, GatewayError>> {
        let swept = self.clone().sweep(prefix, keep, deadline);
        async move { swept.await.map_err(words::error) }.boxed_local()
    }
}
