//! Every setting: a flag and an environment variable of the same name, its default and its check.
//!
//! Read once in `main`, handed down. Nobody else reads the environment.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::sdp::CandidatePolicy;
use crate::secret::Secret;

/// Parlour: signalling for video chat, with the Janus gateway behind it.
#[derive(Clone, Debug, Parser)]
#[command(name = "parlour", version, about, long_about = None)]
pub struct Config {
    /// Address and port of the page and the socket.
    #[arg(long, env = "PARLOUR_LISTEN", default_value = "127.0.0.1:4000", value_parser = address)]
    pub listen: SocketAddr,

    /// Where people find this server, for the links that are given out; from the listener if unset.
    #[arg(long, env = "PARLOUR_PUBLIC_URL", value_parser = public_url)]
    pub public_url: Option<String>,

    /// This node's name on Janus: letters, digits and `-`. Of the listener if unset. Two servers on one
    /// Janus need different ones: at its start each destroys what rooms of its own name are there.
    #[arg(long, env = "PARLOUR_NODE", value_parser = node_name)]
    pub node: Option<String>,

    /// Janus: `http(s)://host:8088/janus`, or `spawn:` for a local one. Without it there are no calls,
    /// only presence and chat.
    #[arg(long, env = "JANUS_URL", value_parser = janus_url)]
    pub janus_url: Option<JanusUrl>,

    /// Janus's `api_secret`.
    #[arg(long, env = "JANUS_API_SECRET", hide_env_values = true)]
    pub janus_api_secret: Option<Secret>,

    /// A file with it.
    #[arg(
        long,
        env = "JANUS_API_SECRET_FILE",
        conflicts_with = "janus_api_secret"
    )]
    pub janus_api_secret_file: Option<PathBuf>,

    /// The `admin_key` of Janus's VideoRoom plugin.
    #[arg(long, env = "JANUS_ADMIN_KEY", hide_env_values = true)]
    pub janus_admin_key: Option<Secret>,

    /// A file with it.
    #[arg(long, env = "JANUS_ADMIN_KEY_FILE", conflicts_with = "janus_admin_key")]
    pub janus_admin_key_file: Option<PathBuf>,

    /// Janus's Admin API, for what looks at it.
    #[arg(long, env = "JANUS_ADMIN_URL")]
    pub janus_admin_url: Option<String>,

    /// Its secret.
    #[arg(long, env = "JANUS_ADMIN_SECRET", hide_env_values = true)]
    pub janus_admin_secret: Option<Secret>,

    /// A file with it.
    #[arg(
        long,
        env = "JANUS_ADMIN_SECRET_FILE",
        conflicts_with = "janus_admin_secret"
    )]
    pub janus_admin_secret_file: Option<PathBuf>,

    /// For `spawn:`: the address that browsers reach for media; a non-loopback one of this machine
    /// if unset.
    #[arg(long, env = "PARLOUR_MEDIA_ADDRESS", value_parser = ip_address)]
    pub media_address: Option<IpAddr>,

    /// For `spawn:`: UDP ports of media, first and last.
    #[arg(long, env = "PARLOUR_RTP_PORTS", default_value = "20000-29999", value_parser = ports)]
    pub rtp_ports: (u16, u16),

    /// Second listener, for operators: `/metrics`. `off` for none. 127.0.0.1:4001 if unset, and none
    /// if another server has that.
    #[arg(long, env = "PARLOUR_ADMIN_LISTEN", value_parser = admin_address)]
    pub admin_listen: Option<AdminListen>,

    /// Exact origins that may open a socket, comma-separated; the own host and port always may.
    #[arg(long, env = "PARLOUR_ALLOWED_ORIGINS", value_delimiter = ',', value_parser = origin)]
    pub allowed_origins: Vec<String>,

    /// How many people fit into a room.
    #[arg(long, env = "PARLOUR_ROOM_CAPACITY", default_value = "100", value_parser = number::<1, 1_000>)]
    pub room_capacity: u32,

    /// How many sockets may be open at once.
    #[arg(long, env = "PARLOUR_MAX_CONNECTIONS", default_value = "20000", value_parser = number::<1, 1_000_000>)]
    pub max_connections: u32,

    /// Which browser candidates reach Janus: `none`, `public`, `all`. Janus needs none, and each is
    /// a packet sent to whatever address it names.
    #[arg(long, env = "PARLOUR_CANDIDATES", default_value = "none", value_parser = candidates)]
    pub candidates: CandidatePolicy,

    /// STUN servers that browsers are told of, comma-separated: `stun:host:3478`.
    #[arg(long, env = "PARLOUR_STUN_URLS", value_delimiter = ',', value_parser = stun_url)]
    pub stun_urls: Vec<String>,

    /// How long SIGTERM may take.
    #[arg(long, env = "PARLOUR_DRAIN", default_value = "10s", value_parser = seconds::<1, 600>)]
    pub drain: Duration,

    /// What is logged: env_logger's filter.
    #[arg(long, env = "RUST_LOG", default_value = "info")]
    pub log: String,
}

/// The operators' listener, if the settings name none.
pub const ADMIN_LISTEN: SocketAddr =
    SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 4001);

/// Where Janus is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JanusUrl {
    /// Its REST API.
    Http(String),
    /// A local one, which Parlour starts.
    Spawn,
}

/// The operators' listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminListen {
    /// None.
    Off,
    /// Here.
    At(SocketAddr),
}

impl Config {
    /// Reads flags and environment, and the files that hold secrets. `Err`: one line that names the
    /// setting, its value and what was expected, or the text of `--help` with exit code 0.
    pub fn read() -> Result<Self, Stop> {
        let mut config = Self::try_parse().map_err(|error| Stop::of(&error))?;
        config.read_secret_files()?;
        Ok(config)
    }

    /// As [`Self::read`], from these arguments alone; for tests.
    pub fn from_args(args: &[&str]) -> Result<Self, Stop> {
        let mut config = Self::try_parse_from([&["parlour"], args].concat())
            .map_err(|error| Stop::of(&error))?;
        config.read_secret_files()?;
        Ok(config)
    }

    fn read_secret_files(&mut self) -> Result<(), Stop> {
        let files = [
            (
                "JANUS_API_SECRET_FILE",
                &self.janus_api_secret_file,
                &mut self.janus_api_secret,
            ),
            (
                "JANUS_ADMIN_KEY_FILE",
                &self.janus_admin_key_file,
                &mut self.janus_admin_key,
            ),
            (
                "JANUS_ADMIN_SECRET_FILE",
                &self.janus_admin_secret_file,
                &mut self.janus_admin_secret,
            ),
        ];
        for (name, file, secret) in files {
            let Some(file) = file else { continue };
            let text = std::fs::read_to_string(file).map_err(|error| {
                Stop::wrong(
                    name,
                    &file.display().to_string(),
                    &format!("a readable file ({error})"),
                )
            })?;
            *secret = Some(Secret::new(text.trim()));
        }
        Ok(())
    }

    /// This node's name on Janus: from the settings, else of the listener; one that listens on all
    /// addresses is told from others by its host's name.
    pub fn node(&self) -> String {
        self.node.clone().unwrap_or_else(|| {
            let text = if self.listen.ip().is_unspecified() {
                let host = rustix::system::uname();
                format!(
                    "{}-{}",
                    host.nodename().to_string_lossy(),
                    self.listen.port()
                )
            } else {
                self.listen.to_string()
            };
            let name = text.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
            name.trim_matches('-').chars().take(64).collect()
        })
    }
}

/// Why the process does not go on, and with which exit code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// 0 for `--help` and `--version`, 2 for a wrong setting.
    pub code: u8,
    /// What to say.
    pub text: String,
}

impl Stop {
    fn wrong(name: &str, value: &str, expected: &str) -> Self {
        Self {
            code: 2,
            text: format!("parlour: {name} is {value:?}: expected {expected}"),
        }
    }

    /// One line out of clap's many, with the variable's name beside the flag's.
    fn of(error: &clap::Error) -> Self {
        use clap::error::{ContextKind, ContextValue, ErrorKind};
        if matches!(
            error.kind(),
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
        ) {
            return Self {
                code: 0,
                text: error.to_string(),
            };
        }
        let context = |kind| match error.get(kind) {
            Some(ContextValue::String(text)) => Some(text.clone()),
            _ => None,
        };
        let first_line = error
            .to_string()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        let (Some(flag), Some(value)) = (
            context(ContextKind::InvalidArg),
            context(ContextKind::InvalidValue),
        ) else {
            return Self {
                code: 2,
                text: format!("parlour: {first_line}"),
            };
        };
        let long = flag
            .split([' ', '='])
            .next()
            .unwrap_or_default()
            .trim_start_matches("--");
        let command = <Self as HasCommand>::command();
        let argument = command
            .get_arguments()
            .find(|arg| arg.get_long() == Some(long));
        let env = argument
            .and_then(|arg| arg.get_env())
            .map(|env| env.to_string_lossy().into_owned())
            .unwrap_or_default();
        let hidden = argument.is_some_and(clap::Arg::is_hide_env_values_set);
        let value = if hidden { "***".to_owned() } else { value };
        let expected = std::error::Error::source(error)
            .map(ToString::to_string)
            .unwrap_or_else(|| first_line.trim_start_matches("error: ").to_owned());
        Self {
            code: 2,
            text: format!("parlour: {env} (--{long}) is {value:?}: expected {expected}"),
        }
    }
}

/// So that `Stop::of` finds an argument's variable.
trait HasCommand {
    fn command() -> clap::Command;
}

impl HasCommand for Stop {
    fn command() -> clap::Command {
        <Config as clap::CommandFactory>::command()
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "an IP address and a port, as 127.0.0.1:4000".into())
}

fn admin_address(text: &str) -> Result<AdminListen, String> {
    match text {
        "off" => Ok(AdminListen::Off),
        text => text
            .parse()
            .map(AdminListen::At)
            .map_err(|_| "an IP address and a port, as 127.0.0.1:4001, or `off`".into()),
    }
}

fn http_like(text: &str) -> bool {
    let rest = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', ':']))
        && text.bytes().all(|b| b.is_ascii_graphic())
}

fn janus_url(text: &str) -> Result<JanusUrl, String> {
    match text {
        "spawn:" => Ok(JanusUrl::Spawn),
        text if http_like(text) => Ok(JanusUrl::Http(text.trim_end_matches('/').to_owned())),
        _ => Err("http(s)://host:8088/janus, or spawn:".into()),
    }
}

fn public_url(text: &str) -> Result<String, String> {
    match http_like(text) {
        true => Ok(text.trim_end_matches('/').to_owned()),
        false => Err("http(s)://host".into()),
    }
}

fn origin(text: &str) -> Result<String, String> {
    let text = text.trim();
    match http_like(text) && text.matches('/').count() == 2 {
        true => Ok(text.to_ascii_lowercase()),
        false => Err("an origin, as https://meet.example.org".into()),
    }
}

fn stun_url(text: &str) -> Result<String, String> {
    let text = text.trim();
    let host = text
        .strip_prefix("stun:")
        .or_else(|| text.strip_prefix("stuns:"));
    match host.is_some_and(|host| !host.is_empty()) {
        true => Ok(text.to_owned()),
        false => Err("stun:host:3478".into()),
    }
}

fn node_name(text: &str) -> Result<String, String> {
    let fits = (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    match fits {
        true => Ok(text.to_owned()),
        false => Err("1 to 64 letters, digits and `-`".into()),
    }
}

fn ports(text: &str) -> Result<(u16, u16), String> {
    let (first, last) = text.split_once('-').ok_or("two ports, as 20000-29999")?;
    match (first.parse::<u16>(), last.parse::<u16>()) {
        (Ok(first), Ok(last)) if 1024 <= first && first < last => Ok((first, last)),
        _ => Err("two ports from 1024, the first the smaller, as 20000-29999".into()),
    }
}

fn number<const MIN: u32, const MAX: u32>(text: &str) -> Result<u32, String> {
    let number = text
        .parse()
        .ok()
        .filter(|number| (MIN..=MAX).contains(number));
    number.ok_or_else(|| format!("a number from {MIN} to {MAX}"))
}

fn ip_address(text: &str) -> Result<IpAddr, String> {
    text.parse()
        .map_err(|_| "an IP address, as 192.0.2.7".into())
}

fn candidates(text: &str) -> Result<CandidatePolicy, String> {
    match text {
        "none" => Ok(CandidatePolicy::None),
        "public" => Ok(CandidatePolicy::Public),
        "all" => Ok(CandidatePolicy::All),
        _ => Err("none, public or all".into()),
    }
}

fn seconds<const MIN: u64, const MAX: u64>(text: &str) -> Result<Duration, String> {
    let range = Duration::from_secs(MIN)..=Duration::from_secs(MAX);
    humantime::parse_duration(text)
        .ok()
        .filter(|duration| range.contains(duration))
        .ok_or_else(|| format!("{MIN}s to {MAX}s"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(args: &[&str]) -> String {
        let stop = Config::from_args(args).unwrap_err();
        assert_eq!(stop.code, 2);
        assert_eq!(stop.text.lines().count(), 1, "{}", stop.text);
        stop.text
    }

    #[test]
    fn a_wrong_setting_names_itself_its_value_and_what_was_expected() {
        let text = wrong(&["--janus-url", "ftp://x"]);
        assert!(
            text.contains("JANUS_URL") && text.contains("ftp://x"),
            "{text}"
        );
        assert!(text.contains("spawn:"), "{text}");
        assert!(wrong(&["--room-capacity", "0"]).contains("PARLOUR_ROOM_CAPACITY"));
        assert!(wrong(&["--drain", "1h"]).contains("600s"));
        assert!(wrong(&["--listen", "x"]).contains("PARLOUR_LISTEN"));
        assert!(wrong(&["--rtp-ports", "9-3"]).contains("PARLOUR_RTP_PORTS"));
    }

    #[test]
    fn a_node_is_named_after_its_listener() {
        let config = Config::from_args(&["--listen", "[::1]:4000"]).unwrap();
        assert_eq!(config.node(), "1--4000");
    }
}
