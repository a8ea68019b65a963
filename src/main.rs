//! The binary: settings in, system up, signals, exit code.

use std::cell::RefCell;
use std::io::{IsTerminal, Write};
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use cli::Asked;
use parlour::config::{Config, JanusUrl};
use parlour::files;
use parlour::gateway::GatewayError;
use parlour::gateway::janus::{JanusGateway, JanusSettings, RoomSettings};
use parlour::janus::spawn::{SpawnError, SpawnOptions, Spawned};
use parlour::otp::spawn::log_panics;
use parlour::rooms::room::MESH_CAPACITY;
use parlour::system::{MakeGateway, System};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio::time::Instant;

mod cli;
mod qr;

/// How long a Janus that is configured but not yet there is waited for before the start goes on.
const JANUS_START: Duration = Duration::from_secs(5);
/// Before a spawned Janus that ended is started again.
const SPAWN_AGAIN: Duration = Duration::from_millis(500);

thread_local! {
    static GATEWAY: RefCell<Option<JanusGateway>> = const { RefCell::new(None) };
}

fn main() -> ExitCode {
    let config = match cli::read(std::env::args_os()) {
        Ok(Asked::Serve(config)) => config,
        Ok(Asked::Answered(text)) => {
            say(&text);
            return ExitCode::SUCCESS;
        }
        Err(stop) if stop.code == 0 => {
            say(&stop.text);
            return ExitCode::SUCCESS;
        }
        Err(stop) => {
            eprintln!("{}", stop.text);
            return ExitCode::from(stop.code);
        }
    };
    env_logger::Builder::new().parse_filters(&config.log).init();
    log_panics();
    // Failpoints of the environment, in a binary that tests built.
    let _failpoints = fail::FailScenario::setup();
    actix::System::new().block_on(run(*config))
}

/// To standard output: for people, not for the log. If nobody reads there (any more), so be it:
/// `println` would panic.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

async fn run(config: Config) -> ExitCode {
    let (Ok(mut terminate), Ok(mut interrupt)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        eprintln!("parlour: signals cannot be heard");
        return ExitCode::FAILURE;
    };
    if let Err(too_few) = files::raise(u64::from(config.max_connections)) {
        let (sockets, wanted, needed) = (too_few.sockets, too_few.wanted, too_few.needed);
        log::warn!(sockets = sockets, wanted = wanted, needed = needed;
            "too few file descriptors for all sockets: raise the hard limit, or lower PARLOUR_MAX_CONNECTIONS");
    }
    // A signal ends a start as well; a Janus that was spawned for it ends with the future.
    let started = tokio::select! {
        started = start(&config) => started,
        () = told_to_end(&mut terminate, &mut interrupt) => return ExitCode::SUCCESS,
    };
    let (system, janus) = match started {
        Ok(started) => started,
        Err((code, why)) => {
            eprintln!("parlour: {why}");
            return ExitCode::from(code);
        }
    };
    let (stop, stopped) = oneshot::channel();
    let janus = janus.map(|janus| actix::spawn(keep_up(janus, stopped)));
    let code = tokio::select! {
        () = told_to_end(&mut terminate, &mut interrupt) => ExitCode::SUCCESS,
        () = unsound(&system) => ExitCode::FAILURE,
    };
    log::info!("going down");
    // Janus gets the end of the time: one that hangs is killed by then.
    let end = Instant::now() + config.drain;
    if !system.stop(end - config.drain / 4).await {
        log::warn!("sessions were left on Janus");
    }
    drop(stop);
    if let Some(janus) = janus
        && let Ok(janus) = janus.await
    {
        janus.stop(end - config.drain / 20).await;
    }
    code
}

async fn told_to_end(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// When nothing would be restarted any more.
async fn unsound(system: &System) {
    while system.is_sound() {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    log::error!("the top supervisor is gone");
}

/// Starts a spawned Janus again whenever it ended, until it is told to stop.
async fn keep_up(mut janus: Spawned, mut stop: oneshot::Receiver<()>) -> Spawned {
    loop {
        tokio::select! {
            _ = &mut stop => return janus,
            status = janus.exited() => {
                let status = status.map_or_else(|error| error.to_string(), |s| s.to_string());
                log::error!(status = status.as_str(); "janus ended, started again");
            }
        }
        tokio::select! {
            _ = &mut stop => return janus,
            started = async {
                tokio::time::sleep(SPAWN_AGAIN).await;
                janus.restart().await
            } => if let Err(error) = started {
                log::error!(error = error.to_string().as_str(); "janus does not start");
            }
        }
    }
}

/// Janus, then the server. `Err`: the exit code, and why.
async fn start(config: &Config) -> Result<(System, Option<Spawned>), (u8, String)> {
    let (gateway, janus, found) = gateway(config).await.map_err(|why| (1, why))?;
    let system = System::start(config, gateway).map_err(|error| (2, error.to_string()))?;
    wait_for_gateway(&system).await;
    greet(config, &system, &found);
    Ok((system, janus))
}

/// The gateway that the settings name, and in a line what it is.
async fn gateway(
    config: &Config,
) -> Result<(Option<MakeGateway>, Option<Spawned>, String), String> {
    let rooms = RoomSettings {
        bitrate: Some(config.participant_bitrate()),
        ..RoomSettings::default()
    };
    let (settings, spawned) = match &config.janus_url {
        None => return Ok((None, None, format!("{}; JANUS_URL for more", mesh(config)))),
        Some(JanusUrl::Spawn) => {
            let options = SpawnOptions {
                media_address: config.media_address,
                rtp_ports: config.rtp_ports,
                ..SpawnOptions::default()
            };
            match Spawned::start(options).await {
                Ok(janus) => {
                    let mut settings = JanusSettings::of_spawned(janus.access());
                    settings.rooms = rooms;
                    (settings, Some(janus))
                }
                Err(error @ SpawnError::NoMediaAddress) => {
                    return Ok((None, None, format!("{}: {error}", mesh(config))));
                }
                Err(error) => return Err(error.to_string()),
            }
        }
        Some(JanusUrl::Http(url)) => {
            let settings = JanusSettings {
                url: url.clone(),
                api_secret: config.secrets.janus_api.clone(),
                admin_key: config.secrets.janus_admin_key.clone(),
                rooms,
            };
            (settings, None)
        }
    };
    let first = JanusGateway::new(settings.clone()).map_err(|error| error.to_string())?;
    let found = look_at(&first).await?;
    let make: MakeGateway = Arc::new(move |metrics| {
        let metrics = Arc::clone(metrics);
        // One an arbiter: its connections to Janus are shared by all calls there.
        let gateway = GATEWAY.with_borrow_mut(|gateway| match gateway {
            Some(gateway) => Ok(gateway.clone()),
            None => JanusGateway::measured(settings.clone(), metrics)
                .inspect(|made| *gateway = Some(made.clone())),
        });
        match gateway {
            Ok(gateway) => Rc::new(gateway),
            // It was made of the same settings a moment ago.
            Err(error) => unreachable!("{error}"),
        }
    });
    Ok((Some(make), spawned, found))
}

/// What a server without a gateway offers.
fn mesh(config: &Config) -> String {
    let most = MESH_CAPACITY.min(usize::try_from(config.room_capacity).unwrap_or(MESH_CAPACITY));
    format!("calls go from browser to browser, up to {most} people")
}

/// Whether this Janus is fit for use. One that is not there yet may come, one that refuses our secret
/// may be mended; one that is open to everybody, or cannot carry our rooms, is refused.
async fn look_at(gateway: &JanusGateway) -> Result<String, String> {
    let report = match gateway.check(Instant::now() + JANUS_START).await {
        Ok(report) => report,
        Err(GatewayError::Unauthorised) => {
            return Ok("Janus refuses JANUS_API_SECRET: calls fail until that is mended".into());
        }
        Err(error) => return Ok(format!("Janus is not there yet: {error}")),
    };
    match report.unfit() {
        Some(what) => Err(format!("this Janus cannot be used: {what}")),
        None => Ok(format!(
            "Janus {} ({})",
            report.version_string, report.server_name
        )),
    }
}

async fn wait_for_gateway(system: &System) {
    let Some(board) = &system.board else { return };
    let deadline = Instant::now() + JANUS_START;
    while !board.get().up && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn greet(config: &Config, system: &System, found: &str) {
    let mut address = system.address;
    if address.ip().is_unspecified() {
        // Nobody can open that; this machine is at loopback as well.
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    let own = || format!("http://{address}");
    let base = system.base_url.clone().unwrap_or_else(own);
    let mode = system.mode();
    say(&format!(
        "Parlour {} is open: {base}/r/tea",
        env!("CARGO_PKG_VERSION")
    ));
    say(&format!("  mode: {mode}; {found}"));
    if config.lan {
        invite(&format!("{base}/r/tea"));
    }
}

/// How the others in the house come in.
fn invite(url: &str) {
    say(
        "  others in the house: open that address, or scan it. The browser warns of the certificate, \
         which this machine made itself: choose Advanced (or Show Details), then go on to the page",
    );
    // Nobody scans a file.
    if std::io::stdout().is_terminal()
        && let Some(code) = qr::on_terminal(url)
    {
        say(&code);
    }
}
