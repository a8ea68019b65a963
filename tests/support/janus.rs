//! A real Janus for one test, and a view into it by its Admin API.

use std::rc::Rc;
use std::time::Duration;

use parlour::gateway::janus::JanusSettings;
use parlour::janus::client::Client;
use parlour::janus::spawn::{Access, SpawnOptions, Spawned};
use parlour::janus::transport::http::HttpTransport;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::soon;

/// A Janus of the test's own. Killed when dropped.
pub struct TestJanus {
    spawned: Spawned,
    admin: awc::Client,
}

impl TestJanus {
    /// Starts one, on free ports.
    pub async fn start() -> Self {
        let spawned = Spawned::start(SpawnOptions::default())
            .await
            .expect("a Janus can be started");
        Self {
            spawned,
            admin: awc::Client::builder()
                .timeout(Duration::from_secs(5))
                .finish(),
        }
    }

    /// How it is reached.
    pub fn access(&self) -> &Access {
        self.spawned.access()
    }

    /// What `parlour` needs to know of it.
    pub fn settings(&self) -> JanusSettings {
        JanusSettings::of_spawned(self.access())
    }

    /// A transport to it.
    pub fn transport(&self) -> HttpTransport {
        let access = self.access();
        HttpTransport::new(&access.http_url, Some(access.api_secret.clone())).unwrap()
    }

    /// A client of it.
    pub fn client(&self) -> Client {
        Client::new(Rc::new(self.transport()))
    }

    /// Starts it again on the same ports.
    pub async fn restart(&mut self) {
        self.spawned.restart().await.expect("Janus starts again");
    }

    /// SIGSTOP: it hangs.
    pub fn suspend(&self) {
        self.signal(Signal::STOP);
    }

    /// SIGCONT: it goes on.
    pub fn resume(&self) {
        self.signal(Signal::CONT);
    }

    /// SIGKILL.
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    /// Ends it properly.
    pub async fn stop(self) {
        self.spawned.stop(soon()).await;
    }

    /// The running process itself.
    pub fn spawned(&mut self) -> &mut Spawned {
        &mut self.spawned
    }

    fn signal(&self, signal: Signal) {
        let pid = self.spawned.pid().expect("it runs");
        kill_process(Pid::from_raw(pid.cast_signed()).unwrap(), signal).unwrap();
    }

    /// Asks the Admin API.
    pub async fn admin(&self, path: &str, mut request: Value) -> Value {
        let access = self.access();
        request["transaction"] = "admin".into();
        request["admin_secret"] = access.admin_secret.expose().into();
        let url = format!("{}{path}", access.admin_url);
        let mut response = self.admin.post(url).send_json(&request).await.unwrap();
        response.json().await.unwrap()
    }

    /// All sessions.
    pub async fn sessions(&self) -> Vec<u64> {
        let answer = self.admin("", json!({"janus": "list_sessions"})).await;
        ids(&answer["sessions"])
    }

    /// The handles of a session.
    pub async fn handles(&self, session: u64) -> Vec<u64> {
        let answer = self
            .admin(&format!("/{session}"), json!({"janus": "list_handles"}))
            .await;
        ids(&answer["handles"])
    }

    /// What Janus knows of a handle.
    pub async fn handle_info(&self, session: u64, handle: u64) -> Value {
        let path = format!("/{session}/{handle}");
        self.admin(&path, json!({"janus": "handle_info"})).await["info"].take()
    }

    /// Ends a session behind its owner's back.
    pub async fn destroy_session(&self, session: u64) {
        let answer = self
            .admin(&format!("/{session}"), json!({"janus": "destroy_session"}))
            .await;
        assert_eq!(answer["janus"], "success", "{answer}");
    }

    /// Ends a handle behind its owner's back.
    pub async fn detach_handle(&self, session: u64, handle: u64) {
        let path = format!("/{session}/{handle}");
        let answer = self.admin(&path, json!({"janus": "detach_handle"})).await;
        assert_eq!(answer["janus"], "success", "{answer}");
    }

    /// Who is in a room, by feed id.
    pub async fn participants(&self, room: &str) -> Vec<String> {
        let answer = self
            .plugin(json!({"request": "listparticipants", "room": room}))
            .await;
        let all = answer["participants"].as_array().cloned();
        all.unwrap_or_default()
            .iter()
            .map(|participant| participant["id"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Asks the VideoRoom plugin.
    pub async fn plugin(&self, request: Value) -> Value {
        let message = json!({"janus": "message_plugin", "plugin": "janus.plugin.videoroom",
            "request": request});
        self.admin("", message).await["response"].take()
    }
}

fn ids(list: &Value) -> Vec<u64> {
    let list = list.as_array().expect("a list of ids");
    list.iter().map(|id| id.as_u64().unwrap()).collect()
}
