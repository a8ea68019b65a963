//! Every setting: a flag and an environment variable of the same name, its default and its check.
//!
//! Read once in `main`, handed down. Nobody else reads the environment.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{CommandFactory, Parser};

use crate::sdp::CandidatePolicy;
use crate::turn::IceServers;

mod networks;
mod secrets;
mod stop;
mod values;

pub use networks::Networks;
pub use secrets::Secrets;
pub use stop::Stop;
use values::{
    address, admin_address, audience, candidates, ip_address, janus_url, node_name, number, origin,
    ports, public_url, seconds, state_home, stun_url, turn_url, twice, yes_or_no,
};

/// Parlour: signalling for video chat, with the Janus gateway behind it.
#[derive(Clone, Debug, Parser)]
#[command(name = "parlour", version, about, long_about = None)]
pub struct Config {
    /// Address and port of the page and the socket.
    #[arg(long, env = "PARLOUR_LISTEN", default_value = "127.0.0.1:4000", value_parser = address)]
    pub listen: SocketAddr,

    /// For a meeting in one house: listens on all interfaces (or where PARLOUR_LISTEN says, if that is
    /// not loopback), over TLS with a certificate of its own, so that browsers give their cameras.
    #[arg(long, env = "PARLOUR_LAN", value_parser = yes_or_no)]
    pub lan: bool,

    /// What is kept between starts (the certificate of --lan) is in the folder `parlour` of this one;
    /// ~/.local/state if unset.
    #[arg(long, env = "XDG_STATE_HOME", value_parser = state_home)]
    pub state_home: Option<PathBuf>,

    /// Where people find this server, for the links that are given out; from the listener if unset.
    #[arg(long, env = "PARLOUR_PUBLIC_URL", value_parser = public_url)]
    pub public_url: Option<String>,

    /// This node's name on Janus: letters, digits and `-`. Of the listener if unset. Two servers on one
    /// Janus need different ones: at its start each destroys what rooms of its own name are there.
    #[arg(long, env = "PARLOUR_NODE", value_parser = node_name)]
    pub node: Option<String>,

    /// Janus: `http(s)://host:8088/janus`, or `spawn:` for a local one. Without it calls go
    /// from browser to browser, up to four people in a room.
    #[arg(long, env = "JANUS_URL", value_parser = janus_url)]
    pub janus_url: Option<JanusUrl>,

    /// Janus's Admin API, for what looks at it.
    #[arg(long, env = "JANUS_ADMIN_URL")]
    pub janus_admin_url: Option<String>,

    /// Every secret, each of its own or in a file.
    #[command(flatten)]
    pub secrets: Secrets,

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

    /// Who may come in: a file with a JWK Set, whose keys sign the tokens of those who may (`oct` for
    /// HS256, `OKP` Ed25519 for EdDSA; each of several by its `kid`). Read at the start. Rooms are open to
    /// everybody if unset.
    #[arg(long, env = "PARLOUR_TOKEN_KEYS", global = true)]
    pub token_keys: Option<PathBuf>,

    /// What a token's `aud` must name.
    #[arg(long, env = "PARLOUR_TOKEN_AUDIENCE", default_value = "parlour", value_parser = audience, global = true)]
    pub token_audience: String,

    /// What comes of a second join with the same `sub` in one room: `replace` (the first one goes) or
    /// `refuse` (the second one may not come in).
    #[arg(long, env = "PARLOUR_SAME_IDENTITY", default_value = "replace", value_parser = twice)]
    pub same_identity: Twice,

    /// Exact origins that may open a socket, comma-separated; the own host and port always may.
    #[arg(long, env = "PARLOUR_ALLOWED_ORIGINS", value_delimiter = ',', value_parser = origin)]
    pub allowed_origins: Vec<String>,

    /// How many people fit into a room.
    #[arg(long, env = "PARLOUR_ROOM_CAPACITY", default_value = "100", value_parser = number::<1, 1_000>)]
    pub room_capacity: u32,

    /// How many sockets may be open at once.
    #[arg(long, env = "PARLOUR_MAX_CONNECTIONS", default_value = "20000", value_parser = number::<1, 1_000_000>)]
    pub max_connections: u32,

    /// How many sockets one address may have at once; of IPv6 a network of 64 bits is one address, and
    /// loopback is not limited.
    #[arg(long, env = "PARLOUR_MAX_CONNECTIONS_PER_ADDRESS", default_value = "1000", value_parser = number::<1, 1_000_000>)]
    pub max_connections_per_address: u32,

    /// How many sockets one address may open in a second, and at once.
    #[arg(long, env = "PARLOUR_CONNECTIONS_PER_SECOND_PER_ADDRESS", default_value = "100", value_parser = number::<1, 1_000_000>)]
    pub connections_per_second_per_address: u32,

    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed: addresses and networks,
    /// comma-separated, or `none`.
    #[arg(long, env = "PARLOUR_TRUSTED_PROXIES", default_value = "loopback", value_parser = Networks::parse)]
    pub trusted_proxies: Networks,

    /// How many rooms there may be at once.
    #[arg(long, env = "PARLOUR_MAX_ROOMS", default_value = "10000", value_parser = number::<1, 1_000_000>)]
    pub max_rooms: u32,

    /// How many calls are started on Janus at once; the others wait for their turn.
    #[arg(long, env = "PARLOUR_CALL_STARTS", default_value = "64", value_parser = number::<1, 10_000>)]
    pub call_starts: u32,

    /// Most bits a second of one camera's picture, all its layers together.
    #[arg(long, env = "PARLOUR_CAMERA_BITRATE", default_value = "1500000", value_parser = number::<50_000, 20_000_000>)]
    pub camera_bitrate: u32,

    /// Most bits a second of one shared screen. Through Janus both together are the most that one
    /// participant sends.
    #[arg(long, env = "PARLOUR_SCREEN_BITRATE", default_value = "2500000", value_parser = number::<50_000, 20_000_000>)]
    pub screen_bitrate: u32,

    /// Which browser candidates reach Janus: `none`, `public`, `all`. Janus needs none, and each is
    /// a packet sent to whatever address it names.
    #[arg(long, env = "PARLOUR_CANDIDATES", default_value = "none", value_parser = candidates)]
    pub candidates: CandidatePolicy,

    /// STUN servers that browsers are told of, comma-separated: `stun:host:3478`.
    #[arg(long, env = "PARLOUR_STUN_URLS", value_delimiter = ',', value_parser = stun_url)]
    pub stun_urls: Vec<String>,

    /// TURN servers that browsers are told of, comma-separated, with credentials for an hour:
    /// `turn:host:3478?transport=udp`, `turns:host:5349?transport=tcp`. They go with PARLOUR_TURN_SECRET.
    #[arg(long, env = "PARLOUR_TURN_URLS", value_delimiter = ',', value_parser = turn_url)]
    pub turn_urls: Vec<String>,

    /// How long SIGTERM may take.
    #[arg(long, env = "PARLOUR_DRAIN", default_value = "10s", value_parser = seconds::<1, 600>)]
    pub drain: Duration,

    /// What is logged: env_logger's filter.
    #[arg(long, env = "RUST_LOG", default_value = "info")]
    pub log: String,
}

/// The operators' listener, if the settings name none.
pub const ADMIN_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 4001);

/// Where Janus is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JanusUrl {
    /// Its REST API.
    Http(String),
    /// A local one, which Parlour starts.
    Spawn,
}

/// What comes of one person (by their token's `sub`) who joins a room that they are in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Twice {
    /// The first membership goes.
    #[default]
    Replace,
    /// The second one may not come in.
    Refuse,
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
    /// From these flags, and the environment; for tests. The binary has commands beside (`cli`).
    ///
    /// # Errors
    /// One line that names the setting, its value and what was expected, or the text of `--help` with
    /// exit code 0.
    pub fn from_args(args: &[&str]) -> Result<Self, Stop> {
        Self::try_parse_from([&["parlour"], args].concat())
            .map_err(|error| Stop::of(&error, &Self::command()))?
            .completed()
    }

    /// What follows from several settings together.
    ///
    /// # Errors
    /// As [`Self::from_args`].
    pub fn completed(mut self) -> Result<Self, Stop> {
        self.check_turn()?;
        if self.lan && self.listen.ip().is_loopback() {
            self.listen.set_ip(match self.listen {
                SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
                SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
            });
        }
        Ok(self)
    }

    /// TURN servers and the secret that is shared with them: neither is of use without the other.
    fn check_turn(&self) -> Result<(), Stop> {
        let secret = self.secrets.turn.as_ref();
        let has_secret = secret.is_some_and(|secret| !secret.expose().is_empty());
        match (self.turn_urls.is_empty(), has_secret) {
            (false, false) => Err(Stop::wrong(
                "PARLOUR_TURN_SECRET",
                "",
                "the secret of the servers in PARLOUR_TURN_URLS (here, or by PARLOUR_TURN_SECRET_FILE)",
            )),
            (true, true) => Err(Stop::wrong(
                "PARLOUR_TURN_URLS",
                "",
                "the servers that PARLOUR_TURN_SECRET is of, as turn:host:3478?transport=udp",
            )),
            _ => Ok(()),
        }
    }

    /// The STUN and TURN servers for browsers.
    pub fn ice_servers(&self) -> IceServers {
        IceServers::new(&self.stun_urls, &self.turn_urls, self.secrets.turn.as_ref())
    }

    /// Where things are kept between starts; not made yet. None without a home.
    pub fn state_directory(&self) -> Option<PathBuf> {
        let set = self.state_home.clone();
        let home = set
            .filter(|home| home.is_absolute())
            .or_else(|| Some(std::env::home_dir()?.join(".local/state")));
        home.filter(|home| home.is_absolute())
            .map(|home| home.join("parlour"))
    }

    /// Most bits a second of one participant, camera and screen together.
    pub fn participant_bitrate(&self) -> u64 {
        u64::from(self.camera_bitrate) + u64::from(self.screen_bitrate)
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
        assert!(wrong(&["--token-audience", ""]).contains("PARLOUR_TOKEN_AUDIENCE"));
        assert!(wrong(&["--same-identity", "both"]).contains("PARLOUR_SAME_IDENTITY"));
        let proxies = wrong(&["--trusted-proxies", "10.0.0.0/33"]);
        assert!(
            proxies.contains("PARLOUR_TRUSTED_PROXIES") && proxies.contains("10.0.0.0/8"),
            "{proxies}"
        );
    }

    #[test]
    fn a_relay_goes_with_its_secret_and_the_other_way_round() {
        let (urls, secret) = ("--turn-urls=turn:t.example", "--turn-secret=north");
        let text = wrong(&[urls]);
        assert!(text.contains("PARLOUR_TURN_SECRET is"), "{text}");
        assert!(wrong(&[urls, "--turn-secret="]).contains("PARLOUR_TURN_SECRET is"));
        let text = wrong(&[secret]);
        assert!(
            text.contains("PARLOUR_TURN_URLS is") && !text.contains("north"),
            "{text}"
        );
        let config = Config::from_args(&[urls, secret]).unwrap();
        assert!(config.ice_servers().expire());
        assert!(!format!("{config:?}").contains("north"));
        assert!(
            !Config::from_args(&["--turn-secret="])
                .unwrap()
                .ice_servers()
                .expire()
        );
    }

    #[test]
    fn what_is_limited_is_never_limited_to_nothing() {
        for (flag, name) in [
            ("--max-connections", "PARLOUR_MAX_CONNECTIONS"),
            (
                "--max-connections-per-address",
                "PARLOUR_MAX_CONNECTIONS_PER_ADDRESS",
            ),
            (
                "--connections-per-second-per-address",
                "PARLOUR_CONNECTIONS_PER_SECOND_PER_ADDRESS",
            ),
            ("--max-rooms", "PARLOUR_MAX_ROOMS"),
            ("--call-starts", "PARLOUR_CALL_STARTS"),
        ] {
            for value in ["", "0", "-1", "x", "1.5", "1000001"] {
                let text = wrong(&[&format!("{flag}={value}")]);
                assert!(text.contains(name) && text.contains("from 1 to"), "{text}");
            }
            Config::from_args(&[flag, "1"]).unwrap();
        }
    }

    #[test]
    fn bit_rates_have_bounds_and_no_zero() {
        for (flag, name) in [
            ("--camera-bitrate", "PARLOUR_CAMERA_BITRATE"),
            ("--screen-bitrate", "PARLOUR_SCREEN_BITRATE"),
        ] {
            for value in ["0", "49999", "20000001", "1.5M", "-1", "4294967296"] {
                let text = wrong(&[&format!("{flag}={value}")]);
                assert!(text.contains(name) && text.contains("20000000"), "{text}");
            }
            Config::from_args(&[flag, "50000"]).unwrap();
        }
        let config = Config::from_args(&[]).unwrap();
        assert_eq!(config.participant_bitrate(), 4_000_000);
        let most = ["--camera-bitrate=20000000", "--screen-bitrate=20000000"];
        let config = Config::from_args(&most).unwrap();
        assert_eq!(config.participant_bitrate(), 40_000_000);
    }

    #[test]
    fn a_lan_is_listened_to_on_all_interfaces_unless_one_is_named() {
        let listen = |args: &[&str]| Config::from_args(args).unwrap().listen.to_string();
        assert_eq!(listen(&[]), "127.0.0.1:4000");
        assert_eq!(listen(&["--lan"]), "0.0.0.0:4000");
        assert_eq!(
            listen(&["--lan", "--listen=127.0.0.1:4443"]),
            "0.0.0.0:4443"
        );
        assert_eq!(listen(&["--lan", "--listen=[::1]:0"]), "[::]:0");
        assert_eq!(
            listen(&["--lan", "--listen=192.0.2.7:4000"]),
            "192.0.2.7:4000"
        );
    }

    #[test]
    fn what_is_kept_is_in_an_absolute_folder() {
        let directory = |args: &[&str]| Config::from_args(args).unwrap().state_directory();
        let set = directory(&["--state-home=/srv/state"]);
        assert_eq!(set, Some(PathBuf::from("/srv/state/parlour")));
        for unusable in ["--state-home=", "--state-home=state"] {
            assert_eq!(directory(&[unusable]), directory(&[]));
        }
    }

    #[test]
    fn a_node_is_named_after_its_listener() {
        let config = Config::from_args(&["--listen", "[::1]:4000"]).unwrap();
        assert_eq!(config.node(), "1--4000");
    }
}
