//! An echo server over the very WebSocket code that Parlour speaks through: for conformance suites,
//! whose fuzzing clients want every message back (`scripts/conformance`). No part of the product.
//!
//! Prints `listening on 127.0.0.1:PORT`. As in [`WebSocketSession`], the bytes of a connection go
//! through a [`Decoder`], answers through an [`Outbox`]; only the limits are the suite's, which sends
//! messages of 16 MiB.
//!
//! [`WebSocketSession`]: parlour::phoenix::session::WebSocketSession
#![allow(clippy::print_stdout, reason = "it says where it listens")]

use actix::{Actor, ActorContext, AsyncContext, Context, StreamHandler};
use actix_web::error::PayloadError;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use bytes::Bytes;
use parlour::phoenix::outbox::{Limits, Outbox, Voice};
use parlour::phoenix::websocket::{CloseCode, Decoder, Incoming, text_frame};
use tungstenite::protocol::frame::Frame;
use tungstenite::protocol::frame::coding::{Data, OpCode};

/// More than the suite's largest message.
const MAX_MESSAGE_BYTES: usize = 32 * 1024 * 1024;

/// A binary message in one frame, which Parlour itself never sends.
fn binary_frame(payload: Bytes) -> Bytes {
    let mut bytes = Vec::new();
    // Writing to memory does not fail.
    let _ = Frame::message(payload, OpCode::Data(Data::Binary), true).format(&mut bytes);
    bytes.into()
}

/// One connection.
struct Echo {
    voice: Voice,
    decoder: Decoder,
}

impl Actor for Echo {
    type Context = Context<Self>;
}

impl Echo {
    fn end(&self, code: u16, ctx: &mut Context<Self>) {
        self.voice.close(code, "");
        ctx.stop();
    }
}

impl StreamHandler<Result<Bytes, PayloadError>> for Echo {
    fn handle(&mut self, bytes: Result<Bytes, PayloadError>, ctx: &mut Self::Context) {
        let Ok(bytes) = bytes else {
            return self.end(CloseCode::PROTOCOL, ctx);
        };
        let incoming = self.decoder.feed(&bytes);
        if let Some(pongs) = self.decoder.take_pongs() {
            let _ = self.voice.push(pongs);
        }
        for incoming in incoming {
            // Refused once the socket is closed; the loop ends then anyway.
            let _ = match incoming {
                Incoming::Text(text) => self.voice.push(text_frame(&text)),
                Incoming::Binary(bytes) => self.voice.push(binary_frame(bytes)),
                Incoming::Ping | Incoming::Pong => Ok(()),
                Incoming::Close { echo, .. } => {
                    self.voice.end_with(echo);
                    return ctx.stop();
                }
                Incoming::Violation(violation) => return self.end(violation.code(), ctx),
            };
        }
    }

    fn finished(&mut self, ctx: &mut Self::Context) {
        self.end(CloseCode::PROTOCOL, ctx);
    }
}

async fn socket(request: HttpRequest, payload: web::Payload) -> actix_web::Result<HttpResponse> {
    let mut response = actix_web_actors::ws::handshake(&request)?;
    let outbox = Outbox::new(Limits {
        frames: 65_536,
        bytes: 4 * MAX_MESSAGE_BYTES,
    });
    Echo::create(|ctx| {
        ctx.add_stream(payload);
        Echo {
            voice: outbox.voice(),
            decoder: Decoder::new(MAX_MESSAGE_BYTES),
        }
    });
    Ok(response.streaming(outbox.body(|| {})))
}

#[actix::main]
async fn main() -> std::io::Result<()> {
    let server = HttpServer::new(|| App::new().default_service(web::to(socket)))
        .workers(2)
        .bind(("127.0.0.1", 0))?;
    for address in server.addrs() {
        println!("listening on {address}");
    }
    server.run().await
}
