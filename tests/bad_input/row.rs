//! A case, and how it is tried.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use serde_json::json;

use super::client::{Client, Said, frame, good_handshake};
use super::log_lines::CANARY;
use super::rig::Rig;
use super::support::eventually;

/// How soon the end of a connection is seen by all.
const SOON: Duration = Duration::from_secs(5);

/// Where a literal goes. `$T` in it is the topic, `$W` the id of somebody else who is there.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// Bytes on a new connection.
    Connection,
    /// Bytes of a WebSocket.
    Socket,
    /// The same, after which nothing more is sent.
    LastBytes,
    /// A text frame, of somebody who has joined nothing.
    Stranger,
    /// The token that the handshake of a joiner brings.
    Bearer,
    /// A text frame, of a member.
    Member,
    /// A text frame, of a member with a call that only receives.
    Caller,
    /// A text frame, of a member who publishes.
    Publisher,
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// An answer: done.
    Ok,
    /// An answer: refused, for this reason.
    Error(&'static str),
    /// The connection is closed, with this code.
    Close(u16),
    /// Either of them: TCP itself ended.
    Gone,
    /// This HTTP status.
    Http(u16),
    /// No answer; all goes on.
    Nothing,
}

/// The ref of what rows send.
pub const REF: &str = "7";

/// One case.
pub struct Row {
    /// Which kind.
    pub class: &'static str,
    /// What is sent.
    pub literal: Vec<u8>,
    /// Where.
    pub place: Place,
    /// What must come of it.
    pub due: Due,
}

/// Shortens the tables.
pub fn row(class: &'static str, literal: impl Into<Vec<u8>>, place: Place, due: Due) -> Row {
    Row {
        class,
        literal: literal.into(),
        place,
        due,
    }
}

/// A frame of a member with this payload, as JSON.
pub fn request(event: &str, payload: &str) -> String {
    format!(r#"["1","{REF}","$T","{event}",{payload}]"#)
}

impl Row {
    /// For people.
    pub fn name(&self, number: usize) -> String {
        let start: String = self
            .literal
            .escape_ascii()
            .take(100)
            .map(char::from)
            .collect();
        format!(
            "{} {number} ({:?}, {} bytes: {start})",
            self.class,
            self.place,
            self.literal.len()
        )
    }

    /// Tries it. The error says what was not as due.
    pub async fn run(&self, rig: &Rig, number: usize) -> Result<(), String> {
        let room = format!("{}-{number}", self.class);
        let topic = format!("room:{room}");
        let token = rig.token.as_deref();
        let mut witness = Client::joined_by(rig.address, &topic, "Witness", token).await;
        let (status, mut client) = self.stage(rig, &topic, &witness.me).await?;
        match (self.due, status) {
            (Due::Http(due), status) if due == status => {}
            (Due::Http(_), status) => return Err(format!("status {status}")),
            (due, _) => self.check(due, &mut client).await?,
        }
        let text = format!("still here, after {number}");
        let said = witness.ask(&topic, "chat", json!({ "text": text })).await;
        if said["status"] != "ok" {
            return Err(format!("the witness was told {said}"));
        }
        witness
            .until("the chat", |frame| {
                frame[3] == "chat" && frame[4]["text"] == text.as_str()
            })
            .await;
        let signals = format!("{:?}", witness.signals);
        let is_due = self.due == Due::Ok || witness.signals.is_empty();
        if !is_due || signals.contains(CANARY) {
            return Err(format!("the witness was signalled {signals}"));
        }
        drop(client);
        eventually("nobody but the witness is there", SOON, async || {
            rig.members(&room) == 1
        })
        .await;
        Ok(())
    }

    /// Sets up what the place says, and sends the literal.
    async fn stage(&self, rig: &Rig, topic: &str, witness: &str) -> Result<(u16, Client), String> {
        if let Place::Connection = self.place {
            return Ok(Client::handshake(rig.address, &self.literal).await);
        }
        if let Place::Bearer = self.place {
            let token = BASE64URL_NOPAD.encode(&self.literal);
            let header =
                format!("Sec-WebSocket-Protocol: phoenix, base64url.bearer.phx.{token}\r\n");
            let handshake = good_handshake(&header);
            let (status, mut client) = Client::handshake(rig.address, &handshake).await;
            client.ignore_pings();
            let join = json!(["1", REF, topic, "phx_join", { "name": "Mallory" }]).to_string();
            client.send(&frame(0x81, join.as_bytes())).await;
            return Ok((status, client));
        }
        let mut client = match self.place {
            Place::Connection
            | Place::Bearer
            | Place::Socket
            | Place::LastBytes
            | Place::Stranger => Client::open(rig.address).await,
            Place::Member | Place::Caller | Place::Publisher => {
                Client::joined(rig.address, topic, "Mallory").await
            }
        };
        let start = match self.place {
            Place::Caller => Some(json!({ "streams": [] })),
            Place::Publisher => Some(super::media::good_offer()),
            _ => None,
        };
        if let Some(start) = start {
            let started = client.ask(topic, "start_call", start).await;
            if started["status"] != "ok" {
                return Err(format!("the call did not start: {started}"));
            }
        }
        client.ignore_pings();
        match self.place {
            Place::Socket => client.send(&self.literal).await,
            Place::LastBytes => {
                client.send(&self.literal).await;
                client.finish().await;
            }
            _ => {
                let text = match std::str::from_utf8(&self.literal) {
                    Ok(text) => text
                        .replace("$T", topic)
                        .replace("$W", witness)
                        .into_bytes(),
                    Err(_) => self.literal.clone(),
                };
                client.send(&frame(0x81, &text)).await;
            }
        }
        Ok((101, client))
    }

    /// One answer, and one only: a heartbeat behind it is answered next.
    async fn check(&self, due: Due, client: &mut Client) -> Result<(), String> {
        let mut answers = Vec::new();
        let mut beat = None;
        if due == Due::Nothing {
            beat = Some(client.push("phoenix", "heartbeat", json!({})).await);
        }
        loop {
            match client.next(Duration::from_secs(10)).await {
                Some(Said::Frame(frame)) if frame[3] == "phx_reply" => {
                    if beat.is_some() && frame[1].as_str() == beat.as_deref() {
                        break;
                    }
                    if frame[1] == REF || frame[1].is_null() {
                        answers.push(frame);
                    }
                    if beat.is_none() {
                        beat = Some(client.push("phoenix", "heartbeat", json!({})).await);
                    }
                }
                Some(Said::Frame(_)) => {}
                Some(Said::Closed(code)) => {
                    if due != Due::Close(code) || !answers.is_empty() {
                        return Err(format!("closed with {code}, after {answers:?}"));
                    }
                    return match client.ends(SOON).await {
                        true => Ok(()),
                        false => Err("a close frame, but the connection stays".into()),
                    };
                }
                Some(Said::Ended) if due == Due::Gone => return Ok(()),
                other => return Err(format!("{other:?}, after {answers:?}")),
            }
        }
        let held = match (due, answers.as_slice()) {
            (Due::Nothing, []) => true,
            (Due::Ok, [answer]) => answer[4]["status"] == "ok" && answer[1] == REF,
            (Due::Error(reason), [answer]) => {
                let response = &answer[4]["response"];
                answer[4]["status"] == "error"
                    && response["reason"] == reason
                    && response["detail"].is_string()
            }
            _ => false,
        };
        match held {
            true => Ok(()),
            false => Err(format!("answered {answers:?}")),
        }
    }
}
