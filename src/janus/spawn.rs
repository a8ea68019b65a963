//! A Janus of one's own: configured in a directory of its own, started, watched, stopped.
//!
//! Its APIs listen on loopback, on ports that were free, with secrets made for it. Only the
//! VideoRoom plugin and the transports are linked in. It runs in a process group of its own, so that
//! a terminal's Ctrl-C leaves it to its owner, and (with `setpriv`) is ended by the kernel when the
//! **thread** that started it ends: start it from a thread that lives as long as the process.

use std::fs;
use std::io;
use std::net::IpAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::rc::Rc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout_at};

use super::check::{read_info, secret_enforced};
use super::client::Client;
use super::errors::Error;
use super::transport::http::HttpTransport;
use crate::addresses;
use crate::secret::Secret;

mod setup;

use setup::{Directory, find_library, free_ports, log_of, make_directory, write_configuration};

/// How often another set of ports is tried when somebody took one in between.
const ATTEMPTS: usize = 3;

/// How long Janus may take to answer after its start: usually 40 to 160 ms.
const START_DEADLINE: Duration = Duration::from_secs(10);

/// How a Janus is started.
#[derive(Clone, Debug)]
pub struct SpawnOptions {
    /// The program; looked for in the path.
    pub program: PathBuf,
    /// The folder with `plugins` and `transports`; looked for if `None`.
    pub library: Option<PathBuf>,
    /// The address that peers reach; one of this machine's if `None`.
    pub media_address: Option<IpAddr>,
    /// UDP ports for media, first and last.
    pub rtp_ports: (u16, u16),
    /// How much Janus writes into its log: 3 warnings, 4 also what happens. Above 4: secrets too.
    pub debug_level: u8,
}

impl Default for SpawnOptions {
    fn default() -> Self {
        Self {
            program: "janus".into(),
            library: None,
            media_address: None,
            rtp_ports: (20000, 29999),
            debug_level: 3,
        }
    }
}

/// Why there is no Janus.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// No such program.
    #[error("there is no program `{program}`; is Janus installed?")]
    NotInstalled {
        /// What was looked for.
        program: String,
    },
    /// The program is there, its plugins are not.
    #[error("no folder with {missing} was found")]
    NoPlugins {
        /// The file.
        missing: &'static str,
    },
    /// Only loopback addresses: every offer would fail.
    #[error(
        "this machine has no address but loopback, and media needs one; name one that peers reach"
    )]
    NoMediaAddress,
    /// The file system said no.
    #[error("cannot {what}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// It ended at once.
    #[error("janus ended at its start ({status}): {log}")]
    Ended {
        /// How.
        status: ExitStatus,
        /// The end of its log.
        log: String,
    },
    /// It runs, but not as it should.
    #[error("janus does not answer as it should: {source}")]
    Unfit {
        /// What was wrong.
        source: Error,
    },
    /// Another Janus answers at its port.
    #[error("another Janus answers in its place")]
    Other,
    /// It took a request without the secret.
    #[error("janus answers without the API secret; its configuration was not read")]
    Open,
}

impl SpawnError {
    fn io(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { what, source }
    }
}

/// How a spawned Janus is reached.
#[derive(Clone, Debug)]
pub struct Access {
    /// The REST API.
    pub http_url: String,
    /// The WebSocket API.
    pub websocket_url: String,
    /// For both.
    pub api_secret: Secret,
    /// The Admin API.
    pub admin_url: String,
    /// For it.
    pub admin_secret: Secret,
    /// To make and destroy rooms.
    pub admin_key: Secret,
    /// What it calls itself.
    pub server_name: String,
    /// What peers are told.
    pub media_address: IpAddr,
}

/// A running Janus. Dropping it kills it.
pub struct Spawned {
    access: Access,
    directory: Directory,
    options: SpawnOptions,
    child: Child,
    group: Option<Pid>,
}

impl Spawned {
    /// Writes a configuration, starts Janus, and waits until it answers as itself and only to who
    /// knows the secret.
    ///
    /// # Errors
    /// See [`SpawnError`]. Nothing is left running.
    pub async fn start(options: SpawnOptions) -> Result<Self, SpawnError> {
        let media_address = match options.media_address {
            Some(address) => address,
            None => addresses::reachable(|_| true)
                .map_err(SpawnError::io("list this machine's addresses"))?
                .ok_or(SpawnError::NoMediaAddress)?,
        };
        let library = find_library(&options)?;
        let mut attempt = 1;
        loop {
            let started = Self::attempt(&options, &library, media_address).await;
            let again = matches!(started, Err(SpawnError::Other | SpawnError::Ended { .. }));
            if !again || attempt >= ATTEMPTS {
                return started;
            }
            attempt += 1;
        }
    }

    async fn attempt(
        options: &SpawnOptions,
        library: &Path,
        media_address: IpAddr,
    ) -> Result<Self, SpawnError> {
        let server_name = setup::name();
        let [http, admin, websocket] = free_ports().map_err(SpawnError::io("find free ports"))?;
        let access = Access {
            http_url: format!("http://127.0.0.1:{http}/janus"),
            websocket_url: format!("ws://127.0.0.1:{websocket}"),
            api_secret: Secret::random(),
            admin_url: format!("http://127.0.0.1:{admin}/admin"),
            admin_secret: Secret::random(),
            admin_key: Secret::random(),
            server_name,
            media_address,
        };
        let directory = make_directory(&access.server_name, library)?;
        let place = directory.path().display().to_string();
        let rtp_ports = format!("{}-{}", options.rtp_ports.0, options.rtp_ports.1);
        let values = [
            ("@DIRECTORY@", place.as_str()),
            ("@SERVER_NAME@", &access.server_name),
            ("@API_SECRET@", access.api_secret.expose()),
            ("@ADMIN_SECRET@", access.admin_secret.expose()),
            ("@ADMIN_KEY@", access.admin_key.expose()),
            ("@RTP_PORTS@", &rtp_ports),
            ("@MEDIA_ADDRESS@", &media_address.to_string()),
            ("@HTTP_PORT@", &http.to_string()),
            ("@ADMIN_PORT@", &admin.to_string()),
            ("@WEBSOCKET_PORT@", &websocket.to_string()),
        ];
        write_configuration(&directory, &values)?;
        let (child, group) = launch(options, directory.path())?;
        let mut spawned = Self {
            access,
            directory,
            options: options.clone(),
            child,
            group,
        };
        spawned.settle().await?;
        Ok(spawned)
    }

    /// How it is reached.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// Its process id; none once it ended and was waited for.
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits until it ended by itself, and says how. Can be cancelled and called again.
    ///
    /// # Errors
    /// If the operating system cannot tell.
    pub async fn exited(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Starts it again, with the same ports and secrets, after it ended (or kills it before). From
    /// the thread that lives longest, like [`Spawned::start`].
    ///
    /// # Errors
    /// See [`SpawnError`]; it can be called again.
    pub async fn restart(&mut self) -> Result<(), SpawnError> {
        self.kill();
        let _ = self.child.wait().await;
        let (child, group) = launch(&self.options, self.directory.path())?;
        self.child = child;
        self.group = group;
        self.settle().await
    }

    /// Ends it: SIGTERM to its group, and SIGKILL at the deadline. Removes its directory.
    pub async fn stop(mut self, deadline: Instant) {
        self.signal(Signal::TERM);
        if timeout_at(deadline, self.child.wait()).await.is_err() {
            log::warn!(pid = self.child.id(); "janus does not end, killing it");
            self.kill();
            let _ = self.child.wait().await;
        }
        self.group = None;
    }

    /// The end of what it wrote.
    pub fn log(&self) -> String {
        log_of(self.directory.path())
    }

    /// Waits until it answers, and looks whether that is it.
    async fn settle(&mut self) -> Result<(), SpawnError> {
        let deadline = Instant::now() + START_DEADLINE;
        let unfit = |source| SpawnError::Unfit { source };
        let secret = Some(self.access.api_secret.clone());
        let transport = HttpTransport::new(&self.access.http_url, secret).map_err(unfit)?;
        let client = Client::new(Rc::new(transport));
        let info = loop {
            let status = self.child.try_wait();
            if let Some(status) = status.map_err(SpawnError::io("wait for janus"))? {
                let log = self.log();
                return Err(SpawnError::Ended { status, log });
            }
            match client.info(deadline).await {
                Ok(info) => break info,
                Err(Error::Unreachable { .. } | Error::Lost { .. })
                    if Instant::now() < deadline =>
                {
                    sleep(Duration::from_millis(10)).await;
                }
                Err(error) => return Err(unfit(error)),
            }
        };
        let report = read_info(&info).map_err(unfit)?;
        if report.server_name != self.access.server_name {
            return Err(SpawnError::Other);
        }
        if !secret_enforced(&client, deadline).await.map_err(unfit)? {
            return Err(SpawnError::Open);
        }
        log::info!(pid = self.child.id(), version = report.version_string.as_str(); "janus started");
        Ok(())
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group.filter(|_| self.child.id().is_some()) {
            let _ = kill_process_group(group, signal);
        }
    }

    fn kill(&mut self) {
        self.signal(Signal::KILL);
        let _ = self.child.start_kill();
    }
}

impl Drop for Spawned {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Under `setpriv` where there is one, so that it never outlives us, however we end.
fn launch(options: &SpawnOptions, directory: &Path) -> Result<(Child, Option<Pid>), SpawnError> {
    let start = |mut command: Command| -> io::Result<Child> {
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(directory.join("janus.log"))?;
        command
            .arg("-F")
            .arg(directory)
            .arg("-o")
            .arg("-d")
            .arg(options.debug_level.to_string())
            .current_dir(directory)
            .stdin(Stdio::null())
            .stderr(Stdio::from(log.try_clone()?))
            .stdout(Stdio::from(log))
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
    };
    let mut guarded = Command::new("setpriv");
    guarded.args(["--pdeathsig", "TERM"]).arg(&options.program);
    let child = match start(guarded) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            log::warn!("no setpriv: janus outlives a killed server");
            start(Command::new(&options.program))
        }
        started => started,
    };
    let child = child.map_err(SpawnError::io("start janus"))?;
    let group = child
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .and_then(Pid::from_raw);
    Ok((child, group))
}
