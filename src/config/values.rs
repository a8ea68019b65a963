//! The values of settings, read from their text. `Err`: what was expected, for the line that
//! [`Stop`](super::Stop) says.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::{AdminListen, JanusUrl, Twice};
use crate::sdp::CandidatePolicy;

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "an IP address and a port, as 127.0.0.1:4000".into())
}

pub(super) fn admin_address(text: &str) -> Result<AdminListen, String> {
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

pub(super) fn janus_url(text: &str) -> Result<JanusUrl, String> {
    match text {
        "spawn:" => Ok(JanusUrl::Spawn),
        text if http_like(text) => Ok(JanusUrl::Http(text.trim_end_matches('/').to_owned())),
        _ => Err("http(s)://host:8088/janus, or spawn:".into()),
    }
}

pub(super) fn public_url(text: &str) -> Result<String, String> {
    match http_like(text) {
        true => Ok(text.trim_end_matches('/').to_owned()),
        false => Err("http(s)://host".into()),
    }
}

pub(super) fn origin(text: &str) -> Result<String, String> {
    let text = text.trim();
    match http_like(text) && text.matches('/').count() == 2 {
        true => Ok(text.to_ascii_lowercase()),
        false => Err("an origin, as https://meet.example.org".into()),
    }
}

pub(super) fn stun_url(text: &str) -> Result<String, String> {
    let text = text.trim();
    let server = after_scheme(text, ["stun:", "stuns:"]);
    match server.is_some_and(host_and_port) {
        true => Ok(text.to_owned()),
        false => Err("stun:host:3478".into()),
    }
}

/// RFC 7065. Strictly: a browser refuses every call for one URL that it cannot read.
pub(super) fn turn_url(text: &str) -> Result<String, String> {
    let text = text.trim();
    let server = after_scheme(text, ["turn:", "turns:"]).map(|rest| {
        rest.strip_suffix("?transport=udp")
            .or_else(|| rest.strip_suffix("?transport=tcp"))
            .unwrap_or(rest)
    });
    match server.is_some_and(host_and_port) {
        true => Ok(text.to_owned()),
        false => Err("turn:host:3478?transport=udp or turns:host:5349?transport=tcp".into()),
    }
}

fn after_scheme<'a>(text: &'a str, schemes: [&str; 2]) -> Option<&'a str> {
    schemes.iter().find_map(|scheme| text.strip_prefix(scheme))
}

/// `host`, `host:3478`, `192.0.2.7:3478`, `[2001:db8::7]:3478`.
fn host_and_port(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !text.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let bracketed = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    let host_is_sound = match bracketed {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => {
            (1..=253).contains(&host.len())
                && host
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-')
        }
    };
    host_is_sound && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}

pub(super) fn node_name(text: &str) -> Result<String, String> {
    let fits = (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    match fits {
        true => Ok(text.to_owned()),
        false => Err("1 to 64 letters, digits and `-`".into()),
    }
}

pub(super) fn ports(text: &str) -> Result<(u16, u16), String> {
    let (first, last) = text.split_once('-').ok_or("two ports, as 20000-29999")?;
    match (first.parse::<u16>(), last.parse::<u16>()) {
        (Ok(first), Ok(last)) if 1024 <= first && first < last => Ok((first, last)),
        _ => Err("two ports from 1024, the first the smaller, as 20000-29999".into()),
    }
}

pub(super) fn number<const MIN: u32, const MAX: u32>(text: &str) -> Result<u32, String> {
    let number = text
        .parse()
        .ok()
        .filter(|number| (MIN..=MAX).contains(number));
    number.ok_or_else(|| format!("a number from {MIN} to {MAX}"))
}

pub(super) fn ip_address(text: &str) -> Result<IpAddr, String> {
    text.parse()
        .map_err(|_| "an IP address, as 192.0.2.7".into())
}

pub(super) fn candidates(text: &str) -> Result<CandidatePolicy, String> {
    match text {
        "none" => Ok(CandidatePolicy::None),
        "public" => Ok(CandidatePolicy::Public),
        "all" => Ok(CandidatePolicy::All),
        _ => Err("none, public or all".into()),
    }
}

pub(super) fn audience(text: &str) -> Result<String, String> {
    match (1..=256).contains(&text.len()) && !text.chars().any(char::is_control) {
        true => Ok(text.to_owned()),
        false => Err("1 to 256 bytes without control characters".into()),
    }
}

pub(super) fn twice(text: &str) -> Result<Twice, String> {
    match text {
        "replace" => Ok(Twice::Replace),
        "refuse" => Ok(Twice::Refuse),
        _ => Err("replace or refuse".into()),
    }
}

pub(super) fn seconds<const MIN: u64, const MAX: u64>(text: &str) -> Result<Duration, String> {
    let range = Duration::from_secs(MIN)..=Duration::from_secs(MAX);
    humantime::parse_duration(text)
        .ok()
        .filter(|duration| range.contains(duration))
        .ok_or_else(|| format!("{MIN}s to {MAX}s"))
}

/// A flag's variable: clap's own takes `true` and `false` alone.
pub(super) fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" | "" => Ok(false),
        _ => Err("true or false".into()),
    }
}

/// Empty or relative counts as unset, as the XDG Base Directory Specification wants it.
pub(super) fn state_home(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    Ok(if path.is_absolute() {
        path
    } else {
        PathBuf::new()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ice_servers_are_urls_that_every_browser_reads() {
        for url in [
            "turn:t.example",
            "turn:t.example:3478",
            " turn:192.0.2.7:3478?transport=udp",
            "turn:[2001:db8::7]:3478?transport=tcp",
            "turns:[2001:db8::7]",
            "turns:t.example:5349?transport=tcp",
        ] {
            assert_eq!(turn_url(url).as_deref(), Ok(url.trim()));
        }
        for url in [
            "",
            "turn:",
            "turn:?transport=udp",
            "turn://t.example",
            "turn:t.example:0",
            "turn:t.example:65536",
            "turn:t.example:x",
            "turn:t.example?transport=sctp",
            "turn:t.example?transport=udp&x=1",
            "turn:user@t.example",
            "turn:2001:db8::7",
            "turn:[t.example]",
            "stun:t.example",
            "https://t.example",
        ] {
            assert!(turn_url(url).is_err(), "{url}");
        }
        assert!(stun_url("stun:s.example:3478").is_ok() && stun_url("stuns:s.example").is_ok());
        for url in [
            "stun:",
            "stun:s.example?transport=udp",
            "turn:t.example",
            "stun:a b",
        ] {
            assert!(stun_url(url).is_err(), "{url}");
        }
    }
}
