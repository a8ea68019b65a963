//! Which address of this machine media can be reached at.

use std::net::{IpAddr, SocketAddr, UdpSocket};

use super::SpawnError;

/// An address of this machine that others may reach: the one that leads outside, or any.
///
/// # Errors
/// [`SpawnError::NoMediaAddress`] if there are loopback addresses only.
pub fn media_address() -> Result<IpAddr, SpawnError> {
    // Connecting UDP sends nothing: the kernel only chooses the address it would send from.
    let outside = |target: &str| -> Option<IpAddr> {
        let target: SocketAddr = target.parse().ok()?;
        let any = if target.is_ipv4() {
            "0.0.0.0:0"
        } else {
            "[::]:0"
        };
        let socket = UdpSocket::bind(any).ok()?;
        socket.connect(target).ok()?;
        Some(socket.local_addr().ok()?.ip()).filter(usable)
    };
    // addresses for documentation: routed like any other, nobody's
    if let Some(address) = outside("192.0.2.1:9").or_else(|| outside("198.51.100.1:9")) {
        return Ok(address);
    }
    let mut addresses: Vec<IpAddr> = if_addrs::get_if_addrs()
        .map_err(SpawnError::io("list this machine's addresses"))?
        .into_iter()
        .map(|interface| interface.ip())
        .filter(usable)
        .collect();
    addresses.sort_by_key(IpAddr::is_ipv6);
    addresses
        .into_iter()
        .next()
        .ok_or(SpawnError::NoMediaAddress)
}

fn usable(address: &IpAddr) -> bool {
    let local = match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    !(address.is_loopback() || address.is_unspecified() || local)
}
