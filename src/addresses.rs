//! Which addresses of this machine others can reach.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};

/// The IPv4 address that leads outside, or any other address that `fits`. None if there is none but
/// loopback and link-local ones.
///
/// # Errors
/// If the machine's addresses cannot be listed.
pub fn reachable(fits: impl Fn(&IpAddr) -> bool) -> io::Result<Option<IpAddr>> {
    // addresses for documentation: routed like any other, nobody's
    let mut outside = ["192.0.2.1:9", "198.51.100.1:9"]
        .into_iter()
        .filter_map(leading_to);
    if let Some(address) = outside.find(&fits) {
        return Ok(Some(address));
    }
    Ok(all_reachable()?.into_iter().find(fits))
}

/// Every address that others can reach, IPv4 first.
///
/// # Errors
/// If the machine's addresses cannot be listed.
pub fn all_reachable() -> io::Result<Vec<IpAddr>> {
    let mut addresses: Vec<IpAddr> = if_addrs::get_if_addrs()?
        .into_iter()
        .map(|interface| interface.ip())
        .filter(usable)
        .collect();
    addresses.sort_by_key(IpAddr::is_ipv6);
    Ok(addresses)
}

/// From where the kernel would send to `target`. Connecting UDP sends nothing.
fn leading_to(target: &str) -> Option<IpAddr> {
    let target: SocketAddr = target.parse().ok()?;
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect(target).ok()?;
    Some(socket.local_addr().ok()?.ip()).filter(usable)
}

fn usable(address: &IpAddr) -> bool {
    let local = match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    !(address.is_loopback() || address.is_unspecified() || local)
}
