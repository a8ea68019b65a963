//! The fake's HTTP: reads requests, writes answers as wrong as they are due.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

/// What is done wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// This status, with an HTML body.
    Status(u16),
    /// The connection is closed hard before an answer.
    Reset,
    /// The connection is closed hard within the body.
    CutBody,
    /// Half of the JSON, as whole HTTP.
    TruncatedJson,
    /// This body.
    Body(String),
    /// Nothing ever, on an open connection.
    Hang,
    /// The head, then a byte a second.
    Drip,
    /// Valid JSON of 10 MiB.
    Huge,
    /// This comes later.
    Late(Duration),
    /// A member is set to a value; JSON pointer. Null removes it.
    Set(&'static str, Value),
    /// An event comes twice.
    Twice,
    /// An event never comes.
    Dropped,
}

/// A request.
pub struct Asked {
    /// GET, else POST.
    pub get: bool,
    /// With its query.
    pub path: String,
    /// Null if it is not JSON.
    pub body: Value,
}

/// Reads one; none if the connection is over.
pub async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Asked> {
    let mut end = None;
    while end.is_none() {
        end = buffer.windows(4).position(|window| window == b"\r\n\r\n");
        if end.is_none() && stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    let head = String::from_utf8(buffer.drain(..end? + 4).collect()).ok()?;
    let mut words = head.split_whitespace();
    let (method, path) = (words.next()?, words.next()?.to_owned());
    let length = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, length)| length.parse().unwrap());
    while buffer.len() < length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    let body: Vec<u8> = buffer.drain(..length).collect();
    Some(Asked {
        get: method == "GET",
        path,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    })
}

/// Writes the answer, as wrong as it is due. False: the connection is over.
pub async fn reply(stream: &mut TcpStream, answer: (u16, String), fault: Option<Fault>) -> bool {
    let (mut status, mut body) = answer;
    match fault {
        None | Some(Fault::Twice | Fault::Dropped) => {}
        Some(Fault::Status(due)) => (status, body) = (due, "<html>no</html>".into()),
        Some(Fault::TruncatedJson) => body.truncate(body.len() / 2),
        Some(Fault::Body(due)) => body = due,
        Some(Fault::Set(pointer, value)) => {
            let mut json: Value = serde_json::from_str(&body).unwrap();
            set(&mut json, pointer, value);
            body = json.to_string();
        }
        Some(Fault::Huge) => {
            let mut json: Value = serde_json::from_str(&body).unwrap();
            // A poll's answer is an array of events.
            let object = if json.is_array() {
                &mut json[0]
            } else {
                &mut json
            };
            object["padding"] = "x".repeat(10 * 1024 * 1024).into();
            body = json.to_string();
        }
        Some(Fault::Late(after)) => sleep(after).await,
        Some(Fault::Reset) => return reset(stream),
        Some(Fault::CutBody) => {
            let head = head(status, body.len());
            let half = &body[..body.len() / 2];
            let _ = stream.write_all(format!("{head}{half}").as_bytes()).await;
            sleep(Duration::from_millis(20)).await;
            return reset(stream);
        }
        Some(Fault::Hang) => {
            let _ = stream.read(&mut [0; 1]).await;
            return false;
        }
        Some(Fault::Drip) => {
            let _ = stream.write_all(head(status, body.len()).as_bytes()).await;
            for byte in body.bytes() {
                if stream.write_all(&[byte]).await.is_err() {
                    break;
                }
                sleep(Duration::from_secs(1)).await;
            }
            return false;
        }
    }
    let text = head(status, body.len()) + &body;
    stream.write_all(text.as_bytes()).await.is_ok()
}

fn head(status: u16, length: usize) -> String {
    format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    )
}

fn reset(stream: &TcpStream) -> bool {
    let _ = socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO));
    false
}

/// Sets what a JSON pointer names; null removes it.
pub fn set(json: &mut Value, pointer: &str, value: Value) {
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    let parent = json.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    if value.is_null() {
        parent.remove(member);
    } else {
        parent.insert(member.to_owned(), value);
    }
}
