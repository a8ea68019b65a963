//! The STUN and TURN servers that browsers are told of, and what lets them use a relay for a while.
//!
//! Credentials are of "A REST API For Access To TURN Services" (draft-uberti-behave-turn-rest-00), as
//! coturn reads them (`use-auth-secret`): the user name says when they expire and whose they are, the
//! credential is an HMAC over it. So a TURN server checks them without asking anybody. It does so when
//! an address is allocated: a relay that is in use goes on beyond their end.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use data_encoding::BASE64;
use ring::hmac;
use serde_json::{Value, json};

use crate::secret::Secret;

/// How long the credentials of a participant last. Whoever stays longer is told new ones before.
pub const OF_A_PARTICIPANT: Duration = Duration::from_secs(60 * 60);
/// How long those last that are for a connection test alone.
pub const OF_A_TEST: Duration = Duration::from_secs(5 * 60);

/// The servers, and the key that the TURN servers know.
#[derive(Clone)]
pub struct IceServers {
    stun_urls: Vec<String>,
    turn: Option<Turn>,
}

#[derive(Clone)]
struct Turn {
    urls: Vec<String>,
    key: hmac::Key,
}

impl fmt::Debug for IceServers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let turn = self.turn.as_ref().map(|turn| &turn.urls);
        f.debug_struct("IceServers")
            .field("stun_urls", &self.stun_urls)
            .field("turn_urls", &turn)
            .finish_non_exhaustive()
    }
}

impl IceServers {
    /// STUN servers, which know no users, and TURN servers with the secret that is shared with them.
    /// Without a secret, or without URLs, no relay is told of.
    pub fn new(stun_urls: &[String], turn_urls: &[String], secret: Option<&Secret>) -> Self {
        let turn = secret.filter(|_| !turn_urls.is_empty()).map(|secret| Turn {
            urls: turn_urls.to_vec(),
            // What the draft names and coturn takes; as an HMAC, SHA-1 is not broken.
            key: hmac::Key::new(
                hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
                secret.expose().as_bytes(),
            ),
        });
        Self {
            stun_urls: stun_urls.to_vec(),
            turn,
        }
    }

    /// Whether what [`Self::of`] gives is good for a time only.
    pub fn expire(&self) -> bool {
        self.turn.is_some()
    }

    /// For this user, from now on for so long, as `RTCConfiguration.iceServers`:
    /// `[{"urls":["stun:…"]},{"urls":["turn:…"],"username":"1795563905:p2f…","credential":"…="}]`.
    pub fn of(&self, user: &str, lasting: Duration) -> Value {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let expiry = now.unwrap_or_default().saturating_add(lasting).as_secs();
        self.until(user, expiry)
    }

    /// As [`Self::of`], until this second of Unix time.
    fn until(&self, user: &str, expiry: u64) -> Value {
        let mut servers = Vec::new();
        if !self.stun_urls.is_empty() {
            servers.push(json!({ "urls": self.stun_urls }));
        }
        if let Some(Turn { urls, key }) = &self.turn {
            let username = format!("{expiry}:{user}");
            let credential = BASE64.encode(hmac::sign(key, username.as_bytes()).as_ref());
            servers.push(json!({ "urls": urls, "username": username, "credential": credential }));
        }
        Value::Array(servers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(urls: &[&str]) -> Vec<String> {
        urls.iter().map(|&url| url.to_owned()).collect()
    }

    #[test]
    fn credentials_are_those_that_coturn_reckons() {
        let secret = Secret::new("north");
        let servers = IceServers::new(&[], &urls(&["turn:t.example:3478"]), Some(&secret));
        // echo -n 1795563905:p2fyu5ura6n8g | openssl dgst -sha1 -hmac north -binary | base64
        let expected = json!([{
            "urls": ["turn:t.example:3478"],
            "username": "1795563905:p2fyu5ura6n8g",
            "credential": "H3g2VGxo4N6ucIDOENy5i0aQBhM=",
        }]);
        assert_eq!(servers.until("p2fyu5ura6n8g", 1_795_563_905), expected);
        assert!(!format!("{servers:?}").contains("north"));
    }

    #[test]
    fn they_expire_when_they_are_said_to() {
        let secret = Secret::random();
        let servers = IceServers::new(&[], &urls(&["turn:t.example"]), Some(&secret));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let given = servers.of("p1", OF_A_PARTICIPANT);
        let (expiry, user) = given[0]["username"]
            .as_str()
            .unwrap()
            .split_once(':')
            .unwrap();
        let left = expiry.parse::<u64>().unwrap() - now.as_secs();
        assert!((3_600..3_660).contains(&left), "{left}");
        assert_eq!(user, "p1");
    }

    #[test]
    fn without_a_relay_there_is_nothing_that_expires() {
        let stun = urls(&["stun:s.example:3478"]);
        let turn = urls(&["turn:t.example"]);
        let secret = Secret::random();
        let only_stun = json!([{ "urls": ["stun:s.example:3478"] }]);
        for servers in [
            IceServers::new(&stun, &turn, None),
            IceServers::new(&stun, &[], Some(&secret)),
        ] {
            assert!(!servers.expire());
            assert_eq!(servers.of("p1", OF_A_TEST), only_stun);
        }
        assert_eq!(
            IceServers::new(&[], &[], None).of("p1", OF_A_TEST),
            json!([])
        );
        let both = IceServers::new(&stun, &turn, Some(&secret));
        assert!(both.expire());
        assert_eq!(both.of("p1", OF_A_TEST).as_array().unwrap().len(), 2);
    }
}
