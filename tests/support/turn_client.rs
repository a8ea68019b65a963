//! A TURN client (RFC 5389, RFC 8656) over UDP, as small as tests need it: one allocation, what it may
//! send to, and what comes back.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use md5::{Digest, Md5};
use parlour::names::random_bytes;
use ring::hmac;
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
/// Between two sendings of a request: UDP loses some.
const RETRANSMIT: Duration = Duration::from_millis(500);
const PATIENCE: Duration = Duration::from_secs(10);

const ALLOCATE: u16 = 0x003;
const REFRESH: u16 = 0x004;
const CREATE_PERMISSION: u16 = 0x008;
const SEND_INDICATION: u16 = 0x016;
const DATA_INDICATION: u16 = 0x017;
const SUCCESS: u16 = 0x100;
const ERROR: u16 = 0x110;

const USERNAME: u16 = 0x0006;
const MESSAGE_INTEGRITY: u16 = 0x0008;
const ERROR_CODE: u16 = 0x0009;
const LIFETIME: u16 = 0x000d;
const XOR_PEER_ADDRESS: u16 = 0x0012;
const DATA: u16 = 0x0013;
const REALM: u16 = 0x0014;
const NONCE: u16 = 0x0015;
const XOR_RELAYED_ADDRESS: u16 = 0x0016;
const REQUESTED_ADDRESS_FAMILY: u16 = 0x0017;
const REQUESTED_TRANSPORT: u16 = 0x0019;

/// The code of an error response: 401, 403, 486, …
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused(pub u16);

/// A client with an allocation.
pub struct TurnClient {
    socket: UdpSocket,
    user: String,
    password: String,
    /// Realm and nonce, once the server said them.
    challenge: Option<(Vec<u8>, Vec<u8>)>,
    /// The address that is lent to it.
    pub relayed: SocketAddr,
    /// How many seconds, by the last answer.
    pub lifetime: u32,
}

struct Message {
    kind: u16,
    transaction: [u8; 12],
    attributes: Vec<(u16, Vec<u8>)>,
}

impl TurnClient {
    /// Has an address allocated, of that family.
    pub async fn allocate(
        server: SocketAddr,
        user: &str,
        password: &str,
        ipv6: bool,
    ) -> Result<Self, Refused> {
        let any: IpAddr = match server {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let socket = UdpSocket::bind((any, 0)).await.unwrap();
        socket.connect(server).await.unwrap();
        let mut client = Self {
            socket,
            user: user.to_owned(),
            password: password.to_owned(),
            challenge: None,
            relayed: server,
            lifetime: 0,
        };
        let mut wanted = vec![(REQUESTED_TRANSPORT, vec![17, 0, 0, 0])];
        if ipv6 {
            wanted.push((REQUESTED_ADDRESS_FAMILY, vec![2, 0, 0, 0]));
        }
        let answer = client.request(ALLOCATE, wanted).await?;
        let relayed = answer.find(XOR_RELAYED_ADDRESS).unwrap();
        client.relayed = address_of(relayed, answer.transaction);
        client.lifetime = number(answer.find(LIFETIME).unwrap());
        Ok(client)
    }

    /// Asks to be allowed to send to this address.
    pub async fn permit(&mut self, peer: SocketAddr) -> Result<(), Refused> {
        let permission = vec![(XOR_PEER_ADDRESS, peer.to_bytes())];
        self.request(CREATE_PERMISSION, permission).await.map(drop)
    }

    /// Asks for the allocation to go on.
    pub async fn refresh(&mut self) -> Result<(), Refused> {
        let answer = self.request(REFRESH, Vec::new()).await?;
        self.lifetime = number(answer.find(LIFETIME).unwrap());
        Ok(())
    }

    /// Sends a datagram through the relay; nobody says whether it went.
    pub async fn send(&self, peer: SocketAddr, data: &[u8]) {
        let attributes = vec![(XOR_PEER_ADDRESS, peer.to_bytes()), (DATA, data.to_vec())];
        let message = Message::new(SEND_INDICATION, attributes);
        self.socket.send(&message.encoded()).await.unwrap();
    }

    /// The next datagram that a peer sent to the relayed address.
    pub async fn receive(&self) -> (SocketAddr, Vec<u8>) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let message = self.read(deadline).await.expect("a peer's datagram");
            if message.kind == DATA_INDICATION {
                let peer = message.find(XOR_PEER_ADDRESS).unwrap();
                let peer = address_of(peer, message.transaction);
                return (peer, message.find(DATA).unwrap().to_vec());
            }
        }
    }

    /// Asks, with the credentials once the server wants them; a nonce that is stale is taken anew.
    async fn request(
        &mut self,
        kind: u16,
        attributes: Vec<(u16, Vec<u8>)>,
    ) -> Result<Message, Refused> {
        for _ in 0..3 {
            let bytes_of = |message: &Message| match &self.challenge {
                None => message.encoded(),
                Some((realm, _)) => message.signed(&key(&self.user, realm, &self.password)),
            };
            let mut message = Message::new(kind, attributes.clone());
            if let Some((realm, nonce)) = &self.challenge {
                message.attributes.extend([
                    (USERNAME, self.user.clone().into_bytes()),
                    (REALM, realm.clone()),
                    (NONCE, nonce.clone()),
                ]);
            }
            let answer = self.answer_to(&message, &bytes_of(&message)).await;
            if answer.kind == kind | SUCCESS {
                return Ok(answer);
            }
            assert_eq!(answer.kind, kind | ERROR);
            let code = answer.find(ERROR_CODE).unwrap();
            let code = u16::from(code[2]) * 100 + u16::from(code[3]);
            let is_challenge = code == 401 && self.challenge.is_none() || code == 438;
            if !is_challenge {
                return Err(Refused(code));
            }
            let text = |kind| answer.find(kind).unwrap().to_vec();
            self.challenge = Some((text(REALM), text(NONCE)));
        }
        panic!("the server takes no nonce of its own");
    }

    async fn answer_to(&self, message: &Message, bytes: &[u8]) -> Message {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.socket.send(bytes).await.unwrap();
            let again = deadline.min(Instant::now() + RETRANSMIT);
            while let Some(answer) = self.read(again).await {
                if answer.transaction == message.transaction {
                    return answer;
                }
            }
            assert!(Instant::now() < deadline, "the TURN server does not answer");
        }
    }

    /// The next message; none by the deadline, or while nobody listens (yet).
    async fn read(&self, deadline: Instant) -> Option<Message> {
        let mut buffer = [0; 2_048];
        let received = timeout_at(deadline, self.socket.recv(&mut buffer)).await;
        let Ok(Ok(length)) = received else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            return None;
        };
        Some(Message::decoded(&buffer[..length]))
    }
}

impl Message {
    fn new(kind: u16, attributes: Vec<(u16, Vec<u8>)>) -> Self {
        let transaction = random_bytes::<12>();
        // Addresses are written for a transaction.
        let masked = |(kind, value): (u16, Vec<u8>)| match kind {
            XOR_PEER_ADDRESS => (kind, xor(&value, transaction)),
            _ => (kind, value),
        };
        Self {
            kind,
            transaction,
            attributes: attributes.into_iter().map(masked).collect(),
        }
    }

    fn find(&self, wanted: u16) -> Option<&[u8]> {
        let mut all = self.attributes.iter();
        all.find(|(kind, _)| *kind == wanted)
            .map(|(_, value)| value.as_slice())
    }

    fn encoded(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(self.kind.to_be_bytes());
        bytes.extend([0, 0]);
        bytes.extend(COOKIE);
        bytes.extend(self.transaction);
        for (kind, value) in &self.attributes {
            bytes.extend(kind.to_be_bytes());
            bytes.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
            bytes.extend(value);
            bytes.resize(bytes.len().next_multiple_of(4), 0);
        }
        set_length(&mut bytes, 0);
        bytes
    }

    fn signed(&self, key: &[u8]) -> Vec<u8> {
        let mut bytes = self.encoded();
        // The length counts the signature that is yet to come.
        set_length(&mut bytes, 24);
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
        let signature = hmac::sign(&key, &bytes);
        bytes.extend(MESSAGE_INTEGRITY.to_be_bytes());
        bytes.extend(20_u16.to_be_bytes());
        bytes.extend(signature.as_ref());
        bytes
    }

    fn decoded(bytes: &[u8]) -> Self {
        let word = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
        assert_eq!(bytes[4..8], COOKIE);
        let (mut attributes, mut at) = (Vec::new(), 20);
        while at < bytes.len() {
            let length = usize::from(word(at + 2));
            attributes.push((word(at), bytes[at + 4..at + 4 + length].to_vec()));
            at += 4 + length.next_multiple_of(4);
        }
        Self {
            kind: word(0),
            transaction: bytes[8..20].try_into().unwrap(),
            attributes,
        }
    }
}

fn set_length(bytes: &mut [u8], more: usize) {
    let length = u16::try_from(bytes.len() - 20 + more).unwrap();
    bytes[2..4].copy_from_slice(&length.to_be_bytes());
}

/// Of the long-term credential mechanism.
fn key(user: &str, realm: &[u8], password: &str) -> Vec<u8> {
    let parts = [user.as_bytes(), realm, password.as_bytes()];
    Md5::digest(parts.join(&b':')).to_vec()
}

fn number(value: &[u8]) -> u32 {
    u32::from_be_bytes(value.try_into().unwrap())
}

trait ToBytes {
    fn to_bytes(&self) -> Vec<u8>;
}

impl ToBytes for SocketAddr {
    /// As an address attribute, not yet masked.
    fn to_bytes(&self) -> Vec<u8> {
        let (family, address) = match self.ip() {
            IpAddr::V4(ip) => (1, ip.octets().to_vec()),
            IpAddr::V6(ip) => (2, ip.octets().to_vec()),
        };
        [vec![0, family], self.port().to_be_bytes().to_vec(), address].concat()
    }
}

/// Masks an address attribute, or takes the mask off.
fn xor(value: &[u8], transaction: [u8; 12]) -> Vec<u8> {
    let mask = [&COOKIE[..], &transaction].concat();
    let (head, address) = value.split_at(4);
    let port = head[2..].iter().zip(&mask).map(|(byte, mask)| byte ^ mask);
    let address = address.iter().zip(&mask).map(|(byte, mask)| byte ^ mask);
    head[..2]
        .iter()
        .copied()
        .chain(port)
        .chain(address)
        .collect()
}

fn address_of(value: &[u8], transaction: [u8; 12]) -> SocketAddr {
    let plain = xor(value, transaction);
    let port = u16::from_be_bytes([plain[2], plain[3]]);
    let ip: IpAddr = match plain[1] {
        1 => <[u8; 4]>::try_from(&plain[4..]).unwrap().into(),
        _ => <[u8; 16]>::try_from(&plain[4..]).unwrap().into(),
    };
    SocketAddr::new(ip, port)
}
