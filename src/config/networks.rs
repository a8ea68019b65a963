//! Addresses and networks, as the settings list them.

use std::net::IpAddr;

use ipnet::IpNet;

/// Some networks; an address alone is one of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// Reads `192.0.2.7,10.0.0.0/8,2001:db8::/32`; `loopback` stands for this machine's own addresses,
    /// `none` alone for no network.
    ///
    /// # Errors
    /// What was expected, if it is none of that.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.trim() == "none" {
            return Ok(Self::default());
        }
        let mut networks = Vec::new();
        for element in text.split(',').map(str::trim) {
            match element {
                "loopback" => networks.extend(loopback()),
                element => {
                    let network = element.parse::<IpNet>().ok();
                    let one = || element.parse::<IpAddr>().ok().map(IpNet::from);
                    networks.push(network.or_else(one).ok_or(EXPECTED)?);
                }
            }
        }
        Ok(Self(networks))
    }

    /// Whether it is in one of them. One of IPv4 that is written as IPv6 is one of IPv4.
    pub fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

const EXPECTED: &str = "addresses and networks, as 192.0.2.7,10.0.0.0/8, loopback, or none";

fn loopback() -> [IpNet; 2] {
    let v4 = ipnet::Ipv4Net::new_assert(std::net::Ipv4Addr::new(127, 0, 0, 0), 8);
    let v6 = ipnet::Ipv6Net::from(std::net::Ipv6Addr::LOCALHOST);
    [v4.into(), v6.into()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_networks_are_listed_and_anything_else_is_not() {
        let within = |list: &str, address: &str| {
            let networks = Networks::parse(list).unwrap();
            networks.contain(address.parse().unwrap())
        };
        assert!(within("loopback", "127.8.8.8") && within("loopback", "::1"));
        assert!(within("loopback", "::ffff:127.0.0.1"));
        assert!(within("192.0.2.7, 10.0.0.0/8", "10.255.0.1"));
        assert!(within("10.1.2.3/8", "10.255.0.1"));
        assert!(within("2001:db8::/32", "2001:db8:1::1"));
        assert!(!within("192.0.2.7", "192.0.2.8") && !within("none", "127.0.0.1"));
        for wrong in [
            "",
            "x",
            "10.0.0.0/33",
            "10.0.0.0/8,",
            "none,10.0.0.1",
            "1.2.3",
        ] {
            assert!(Networks::parse(wrong).is_err(), "{wrong}");
        }
    }
}
