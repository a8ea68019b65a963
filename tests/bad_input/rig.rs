//! A server in this process, with or without a Janus, and what can be seen of it.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use parlour::config::Config;
use parlour::gateway::janus::JanusGateway;
use parlour::names::RoomName;
use parlour::system::{MakeGateway, System};

use super::log_lines;
use super::row::Row;
use super::support::{eventually, janus::TestJanus};

/// Cases under way at once.
const AT_ONCE: usize = 6;

/// A server.
pub struct Rig {
    /// Where it listens.
    pub address: SocketAddr,
    /// What lets one in, where that is asked for.
    pub token: Option<String>,
    system: System,
    janus: Option<TestJanus>,
}

impl Rig {
    /// One without a gateway.
    pub fn without_gateway(more: &[&str]) -> Self {
        log_lines::collect();
        let args = ["--listen", "127.0.0.1:0", "--admin-listen", "off"];
        let config = Config::from_args(&[&args[..], more].concat())
            .map_err(|stop| stop.text)
            .unwrap();
        let system = System::start(&config, None).unwrap();
        Self {
            address: system.address,
            token: None,
            system,
            janus: None,
        }
    }

    /// One without a gateway that lets in by tokens, as this one.
    pub fn with_tokens(more: &[&str], token: String) -> Self {
        Self {
            token: Some(token),
            ..Self::without_gateway(more)
        }
    }

    /// One with a real Janus.
    pub async fn with_janus() -> Self {
        Self::with_janus_and(&[]).await
    }

    /// The same, with more flags.
    pub async fn with_janus_and(more: &[&str]) -> Self {
        log_lines::collect();
        let janus = TestJanus::start().await;
        let settings = janus.settings();
        let make: MakeGateway =
            Arc::new(move |_| Rc::new(JanusGateway::new(settings.clone()).unwrap()));
        let args = ["--listen", "127.0.0.1:0", "--admin-listen", "off"];
        let config = Config::from_args(&[&args[..], more].concat())
            .map_err(|stop| stop.text)
            .unwrap();
        let system = System::start(&config, Some(make)).unwrap();
        let rig = Self {
            address: system.address,
            token: None,
            system,
            janus: Some(janus),
        };
        rig.gateway_is_up().await;
        rig
    }

    /// How many are in a room.
    pub fn members(&self, room: &str) -> usize {
        let record = RoomName::parse(room).and_then(|name| self.system.rooms.get(&name));
        record.map_or(0, |record| record.lock().members().count())
    }

    /// Tries all cases of a table, and looks at what is left of them.
    pub async fn try_all(self, rows: Vec<Row>) {
        assert!(!rows.is_empty());
        let count = rows.len();
        let tried = stream::iter(rows.iter().enumerate()).map(async |(number, row)| {
            row.run(&self, number).await.map_err(|wrong| {
                format!("{}\n    due {:?}, but {wrong}", row.name(number), row.due)
            })
        });
        let tried: Vec<Result<(), String>> = tried.buffer_unordered(AT_ONCE).collect().await;
        let wrong: Vec<String> = tried.into_iter().filter_map(Result::err).collect();
        self.nothing_is_left().await;
        let suspicious = log_lines::suspicious();
        assert!(suspicious.is_empty(), "in the log: {suspicious:#?}");
        assert!(
            wrong.is_empty(),
            "{} of {count} not as due:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
    }

    /// `host:port` of Janus's REST API.
    pub fn janus_address(&self) -> String {
        let url = &self.janus.as_ref().unwrap().access().http_url;
        let address = url.strip_prefix("http://").unwrap();
        address.split('/').next().unwrap().to_owned()
    }

    /// SIGKILL to its Janus.
    pub fn kill_janus(&self) {
        self.janus.as_ref().unwrap().kill();
    }

    /// Starts its Janus again, and waits until calls can be taken.
    pub async fn restart_janus(&mut self) {
        self.janus.as_mut().unwrap().restart().await;
        self.gateway_is_up().await;
    }

    async fn gateway_is_up(&self) {
        eventually("the gateway is up", Duration::from_secs(10), async || {
            self.system
                .board
                .as_ref()
                .is_some_and(|board| board.get().up)
        })
        .await;
    }

    /// Nobody anywhere, no call, and Janus holds nothing but what watches its health.
    pub async fn nothing_is_left(&self) {
        eventually("nobody is left", Duration::from_secs(5), async || {
            self.system.rooms.counts().1 == 0
        })
        .await;
        if let Some(janus) = &self.janus {
            eventually("Janus holds no call", Duration::from_secs(5), async || {
                janus.sessions().await.len() <= 1
            })
            .await;
        }
        // What was given up before its create was answered is looked for again, 5 s apart.
        eventually(
            "no session is kept in mind",
            Duration::from_secs(20),
            async || self.system.sessions.is_empty(),
        )
        .await;
    }
}
