//! File descriptors run out: new sockets are refused in words, those inside notice nothing, and
//! `/healthz` goes on; afterwards everybody is served.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, prlimit};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{Instant, timeout};

use super::client::Client;
use super::knock::{Answer, ask, knock};
use super::support::janus::TestJanus;

/// Longer than actix waits after it could not accept.
const SOON: Duration = Duration::from_secs(20);

struct Process {
    child: Child,
    address: SocketAddr,
    before: Rlimit,
}

impl Process {
    async fn start(settings: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_parlour"))
            .env("PARLOUR_LISTEN", "127.0.0.1:0")
            .env("PARLOUR_ADMIN_LISTEN", "off")
            .env("PARLOUR_MAX_CONNECTIONS", "500")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let read = timeout(SOON, stdout.read_line(&mut line)).await;
        read.expect("it starts").unwrap();
        let (_, url) = line.trim_end().split_once("http://").expect(&line);
        let address = url.strip_suffix("/r/tea").unwrap().parse().unwrap();
        let mut process = Self {
            child,
            address,
            before: Rlimit {
                current: None,
                maximum: None,
            },
        };
        process.before = rustix::process::getrlimit(Resource::Nofile);
        process
    }

    fn pid(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// What `prlimit --pid … --nofile=…` does.
    fn limit(&self, files: Option<u64>) {
        let pid = Pid::from_raw(i32::try_from(self.pid()).unwrap());
        let limit = Rlimit {
            current: files.or(self.before.current),
            maximum: self.before.maximum,
        };
        prlimit(pid, Resource::Nofile, limit).unwrap();
    }

    /// How many descriptors it has.
    fn files(&self) -> u64 {
        let open = std::fs::read_dir(format!("/proc/{}/fd", self.pid())).unwrap();
        open.count() as u64
    }

    async fn health(&self) -> Answer {
        ask(self.address, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await
    }

    /// Nobody is cut off, and `/healthz` answers; new ones are refused in words.
    async fn holds(&self, inside: &mut [Client]) {
        for round in 0..3 {
            let health = timeout(SOON, self.health()).await.expect("health goes on");
            assert_eq!(health.status, 200);
            let refused = timeout(SOON, knock(self.address, ""))
                .await
                .expect("an answer");
            assert_eq!(refused.overload(), "out_of_descriptors");
            for client in &mut *inside {
                let said = client
                    .ask("room:files", "update", json!({ "hand": true }))
                    .await;
                assert_eq!(said["status"], "ok", "in round {round}: {said}");
            }
        }
    }
}

#[actix::test]
async fn when_descriptors_run_out_new_ones_are_refused_and_those_inside_notice_nothing() {
    let process = Process::start(&[]).await;
    let mut inside = Vec::new();
    for name in ["Ann", "Bob", "Cid", "Dan"] {
        inside.push(Client::joined(process.address, "room:files", name).await);
    }
    // A few more than are in use: newcomers fill them up.
    process.limit(Some(process.files() + 20));
    let mut filled = Vec::new();
    let refused = loop {
        let answer = knock(process.address, "").await;
        if answer.status != 101 {
            break answer;
        }
        filled.push(answer);
        assert!(filled.len() < 40, "never refused");
    };
    assert_eq!(refused.overload(), "out_of_descriptors");
    process.holds(&mut inside).await;
    // Fewer than are in use: there is none left at all, but for those that were kept.
    process.limit(Some(process.files() - 5));
    process.holds(&mut inside).await;
    // Afterwards everybody is served.
    process.limit(None);
    let deadline = Instant::now() + SOON;
    while knock(process.address, "").await.status != 101 {
        assert!(Instant::now() < deadline, "still refused");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut many = Vec::new();
    for _ in 0..50 {
        many.push(knock(process.address, "").await);
    }
    assert!(many.iter().all(|answer| answer.status == 101));
}

#[actix::test]
async fn a_call_goes_on_and_another_is_told_when_to_come_again() {
    let janus = TestJanus::start().await;
    let access = janus.access();
    let process = Process::start(&[
        ("JANUS_URL", &access.http_url),
        ("JANUS_API_SECRET", access.api_secret.expose()),
        ("JANUS_ADMIN_KEY", access.admin_key.expose()),
    ])
    .await;
    let listen = json!({ "streams": [] });
    let mut ann = Client::joined(process.address, "room:files", "Ann").await;
    let mut bob = Client::joined(process.address, "room:files", "Bob").await;
    let started = ann.ask("room:files", "start_call", listen.clone()).await;
    assert_eq!(started["status"], "ok", "{started}");
    process.limit(Some(process.files() - 5));
    // Longer than it takes until Janus is asked whether the call still lives.
    let until = Instant::now() + Duration::from_secs(12);
    while Instant::now() < until {
        let refused = bob.ask("room:files", "start_call", listen.clone()).await;
        assert_eq!(refused["response"]["reason"], "busy", "{refused}");
        let retry_ms = refused["response"]["retry_ms"].as_u64().unwrap();
        tokio::time::sleep(Duration::from_millis(retry_ms)).await;
        let said = ann
            .ask("room:files", "update", json!({ "hand": true }))
            .await;
        assert_eq!(said["status"], "ok", "{said}");
        assert_eq!(process.health().await.status, 200);
    }
    let still = ann.ask("room:files", "start_call", listen.clone()).await;
    assert_eq!(still["response"]["reason"], "already_started", "{still}");
    process.limit(None);
    let deadline = Instant::now() + SOON;
    while bob.ask("room:files", "start_call", listen.clone()).await["status"] != "ok" {
        assert!(Instant::now() < deadline, "still refused");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let seen = "none left for 12 s: the call and /healthz go on, a new call is told when; then all is served";
    crate::support::faults::held("F43", seen, "");
}
