//! The two listeners: the public one, and the operators'.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::{AsRawFd as _, RawFd};
use std::sync::Arc;
use std::time::Duration;

use actix_http::ConnectionType;
use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::body::MessageBody;
use actix_web::dev::{Extensions, Server, ServiceRequest, ServiceResponse};
use actix_web::middleware::{DefaultHeaders, Next, from_fn};
use actix_web::rt::net::TcpStream;
use actix_web::{
    App, Error, FromRequest, Handler, HttpRequest, HttpServer, Resource, Responder, web,
};
use rustls::ServerConfig;

use super::connections::Connections;
use super::headers::security_headers;
use super::per_address::PerAddress;
use super::workers::Workers;
use super::{ice, page, socket, state};
use crate::calls::health::HealthBoard;
use crate::config::Networks;
use crate::files::Files;
use crate::phoenix::session::SessionParts;

/// After so long without an acknowledgement of what was sent, the peer is gone.
const USER_TIMEOUT: Duration = Duration::from_secs(8);
/// Unsent bytes the kernel holds for a slow reader: what is beyond waits where it is bounded.
const NOT_SENT: u32 = 16 * 1024;
/// Connections that may wait to be accepted: a storm of those who come back. (The kernel drops what is
/// beyond, and whoever is dropped tries again after one, three, seven seconds.)
const BACKLOG: i32 = 4_096;

/// Connections beside sockets that one worker takes: of pages, and of those that are refused.
const BESIDE: usize = 1_024;
/// How long a TLS handshake may take, as long as the head of a request.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(5);

/// What the handlers need.
pub struct Shared {
    /// What sessions need.
    pub session: Arc<SessionParts>,
    /// The sockets that are open.
    pub connections: Arc<Connections>,
    /// How the gateway is; none without one.
    pub board: Option<Arc<HealthBoard>>,
    /// Other origins that may open a socket, in lower case.
    pub allowed_origins: Vec<String>,
    /// People come by TLS, with a certificate that others vouch for.
    pub https: bool,
    /// How many of them are of one address.
    pub per_address: PerAddress,
    /// Who may say for whom they ask.
    pub trusted_proxies: Networks,
    /// Whether there are file descriptors for them.
    pub files: Arc<Files>,
    /// Whether those that serve them live.
    pub workers: Arc<Workers>,
}

/// The descriptor of a connection, as it was accepted.
struct Descriptor(RawFd);

/// Whether the request's connection may be one that stays.
pub(super) fn may_stay(request: &HttpRequest, shared: &Shared) -> bool {
    let descriptor = request.conn_data::<Descriptor>();
    descriptor.is_none_or(|descriptor| shared.files.may_stay(descriptor.0))
}

/// Lets a connection go after its answer if it has one of the last descriptors.
async fn let_go(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let shared = request.app_data::<web::Data<Shared>>();
    let stays = shared.is_none_or(|shared| may_stay(request.request(), shared));
    let mut response = next.call(request).await?;
    if !stays {
        let head = response.response_mut().head_mut();
        head.set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}

/// Binds the public listener, under TLS if there is one. Its server runs until it is stopped; signals
/// are `main`'s.
pub fn public(
    shared: web::Data<Shared>,
    listener: TcpListener,
    tls: Option<ServerConfig>,
) -> io::Result<Server> {
    let https = shared.https;
    // It was bound elsewhere, with a backlog of 128; listening again changes that alone.
    socket2::SockRef::from(&listener).listen(BACKLOG)?;
    let workers = Arc::clone(&shared.workers);
    let wanted = workers.wanted();
    let most = shared.connections.limit().saturating_add(BESIDE);
    let server = HttpServer::new(move || {
        workers.enter();
        let mut headers = DefaultHeaders::new();
        for header in security_headers(https) {
            headers = headers.add(header);
        }
        App::new()
            .app_data(shared.clone())
            .wrap(headers)
            .wrap(from_fn(let_go))
            .service(looked_at("/", page::home))
            .service(looked_at("/r/{room}", page::room))
            .service(looked_at("/r/{room}/", page::room))
            .service(looked_at("/assets/{path:.*}", page::asset))
            .service(looked_at("/healthz", state::healthz))
            .service(looked_at("/readyz", state::readyz))
            .service(looked_at("/ice_servers", ice::ice_servers))
            .route("/socket/websocket", web::get().to(socket::socket))
            .default_service(web::to(page::nothing_here))
    });
    let server = server
        .workers(wanted)
        // Of one worker: what is too much is refused in words, not left waiting.
        .max_connections(most)
        .on_connect(tune)
        // Zero, not one second: else a close frame is followed by a second of silence.
        .client_disconnect_timeout(Duration::ZERO)
        .tls_handshake_timeout(HANDSHAKE_WITHIN)
        .disable_signals()
        .shutdown_timeout(1);
    let server = match tls {
        None => server.listen(listener)?,
        Some(tls) => server.listen_rustls_0_23(listener, tls)?,
    };
    Ok(server.run())
}

/// Binds the operators' listener.
pub fn admin(shared: web::Data<Shared>, address: SocketAddr) -> io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(shared.clone())
            .wrap(from_fn(let_go))
            .service(looked_at("/metrics", state::metrics))
            .service(looked_at("/healthz", state::healthz))
            .service(looked_at("/readyz", state::readyz))
            .configure(for_tests)
    });
    Ok(server
        .on_connect(tune)
        .workers(1)
        .disable_signals()
        .shutdown_timeout(1)
        .bind(address)?
        .run())
}

/// What only binaries for tests have.
#[cfg(feature = "failpoints")]
fn for_tests(routes: &mut web::ServiceConfig) {
    let point = web::resource("/failpoints/{name}")
        .route(web::put().to(super::failpoints::set))
        .route(web::delete().to(super::failpoints::unset));
    routes.service(point);
}

/// What only binaries for tests have.
#[cfg(not(feature = "failpoints"))]
fn for_tests(_: &mut web::ServiceConfig) {}

/// A resource to be read, also by HEAD: monitors and link previews ask so.
fn looked_at<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args> + Clone,
    F::Output: Responder + 'static,
    Args: FromRequest + 'static,
{
    web::resource(path)
        .route(web::get().to(handler.clone()))
        .route(web::head().to(handler))
        .default_service(web::to(page::nothing_here))
}

/// Sees to it that the kernel tells of a peer that is gone, and holds little for one that is slow.
fn tune(connection: &dyn std::any::Any, data: &mut Extensions) {
    let under_tls = || {
        let stream = connection.downcast_ref::<TlsStream<TcpStream>>()?;
        Some(stream.get_ref().0)
    };
    let Some(stream) = connection.downcast_ref().or_else(under_tls) else {
        log::error!("a connection of an unknown kind: its socket is not tuned");
        return;
    };
    data.insert(Descriptor(stream.as_raw_fd()));
    let socket = socket2::SockRef::from(stream);
    let keepalive = socket2::TcpKeepalive::new()
        .with_time(Duration::from_secs(4))
        .with_interval(Duration::from_secs(2))
        .with_retries(2);
    let tuned = [
        socket.set_tcp_nodelay(true),
        socket.set_tcp_user_timeout(Some(USER_TIMEOUT)),
        socket.set_tcp_keepalive(&keepalive),
        socket.set_tcp_notsent_lowat(NOT_SENT),
    ];
    if let Some(error) = tuned.into_iter().find_map(Result::err) {
        log::debug!(error = error.to_string().as_str(); "socket option refused");
    }
}
