//! Listeners, TLS and HTTP: takes byte streams in, gives REST requests and WebSocket upgrades to the hub.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, SEC_WEBSOCKET_ACCEPT, UPGRADE};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;

use crate::clock::Clock;
use crate::connection::{self, Surroundings};
use crate::face::{Answer, Request};
use crate::hub::Command;
use crate::script::Fault;
use crate::stats::Counters;
use crate::wire::{Broken, Switch, Wire};

/// What every byte stream is served with.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    pub(crate) hub: mpsc::Sender<Command>,
    pub(crate) clock: Clock,
    pub(crate) counters: Arc<Counters>,
    pub(crate) stop: watch::Receiver<bool>,
    /// How many of the byte streams to come are to be reset at once.
    pub(crate) refusals: Arc<AtomicU32>,
    /// One permit for each byte stream that may be open.
    pub(crate) places: Arc<Semaphore>,
}

/// What a listener serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Both,
    WebSocket,
    Http,
}

impl Server {
    /// Accepts until told to stop.
    pub(crate) async fn listen(self, listener: TcpListener, tls: Option<TlsAcceptor>, role: Role) {
        let mut stop = self.stop.clone();
        loop {
            let place = tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => return,
                place = Arc::clone(&self.places).acquire_owned() => place,
            };
            let accepted = tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => return,
                accepted = listener.accept() => accepted,
            };
            // An accept that fails says something about that one client, or that we are out of descriptors: go on.
            let Ok((stream, peer)) = accepted else {
                tokio::time::sleep(ACCEPT_AGAIN).await;
                continue;
            };
            let (server, tls) = (self.clone(), tls.clone());
            tokio::spawn(async move {
                server.accepted(stream, peer.ip(), tls, role).await;
                drop(place);
            });
        }
    }

    async fn accepted(self, stream: TcpStream, peer: IpAddr, tls: Option<TlsAcceptor>, role: Role) {
        // Small frames must not wait for each other; a system that cannot do this only makes us slower.
        let _ = stream.set_nodelay(true);
        if self.refuses() {
            return Wire::tcp(stream).switch().set(Broken::Reset);
        }
        let wire = match tls {
            None => Wire::tcp(stream),
            Some(tls) => match timeout(HANDSHAKE_WITHIN, tls.accept(stream)).await {
                Ok(Ok(stream)) => Wire::tls(stream),
                // Plain text, an unknown authority, silence: that client cannot be talked to.
                Ok(Err(_)) | Err(_) => return,
            },
        };
        self.serve(wire, peer, role).await;
    }

    /// Takes one of the refusals that a fault asked for.
    pub(crate) fn refuses(&self) -> bool {
        self.refusals.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }

    /// Serves one byte stream until it ends or is upgraded.
    pub(crate) async fn serve(self, wire: Wire, peer: IpAddr, role: Role) {
        let switch = wire.switch();
        let mut stop = self.stop.clone();
        let service = service_fn(move |request| {
            let (server, switch) = (self.clone(), Arc::clone(&switch));
            async move { Ok::<_, Infallible>(server.answer(request, peer, role, switch).await) }
        });
        let served = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HANDSHAKE_WITHIN)
            .max_buf_size(HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(wire), service)
            .with_upgrades();
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => {}
            // However it ended, the client sees it on the wire.
            _ = served => {}
        }
    }

    async fn answer(
        self,
        request: http::Request<Incoming>,
        peer: IpAddr,
        role: Role,
        switch: Arc<Switch>,
    ) -> Response<Full<Bytes>> {
        let target = (request.uri().path(), request.uri().query().unwrap_or_default());
        let asked = Request::new(peer, request.method().clone(), target, request.headers().clone());
        match (role, request.headers().contains_key(UPGRADE)) {
            (Role::Both | Role::WebSocket, true) => self.upgrade(request, asked, switch).await,
            (Role::Both | Role::Http, false) => match body(request.into_body()).await {
                Ok(body) => self.http(Request { body, ..asked }).await,
                Err(refusal) => respond(refusal),
            },
            (Role::WebSocket, false) | (Role::Http, true) => respond(Answer::new(404, "")),
        }
    }

    async fn http(self, request: Request) -> Response<Full<Bytes>> {
        let (reply, answer) = oneshot::channel();
        if self.hub.send(Command::Http { request, reply }).await.is_err() {
            return respond(gone());
        }
        let Ok((answer, held)) = answer.await else { return respond(gone()) };
        tokio::time::sleep(held).await;
        respond(answer)
    }

    /// Admits a WebSocket; the connection runs in a task of its own once the answer is on the wire.
    async fn upgrade(
        self,
        mut request: http::Request<Incoming>,
        asked: Request,
        switch: Arc<Switch>,
    ) -> Response<Full<Bytes>> {
        let Ok(mut response) = create_response_with_body(&request, Full::default) else {
            return respond(Answer::new(400, ""));
        };
        let (reply, opened) = oneshot::channel();
        let command = Command::Open { request: asked, switch: Arc::clone(&switch), reply };
        if self.hub.send(command).await.is_err() {
            return respond(gone());
        }
        let opened = match opened.await {
            Ok(Ok(opened)) => opened,
            Ok(Err(refusal)) => return respond(refusal),
            Err(_) => return respond(gone()),
        };
        match &opened.upgrade {
            Some(Fault::SlowAccept { ms, .. }) => tokio::time::sleep(Duration::from_millis((*ms).into())).await,
            Some(Fault::Trickle { size, every_ms, stop_after, .. }) => {
                switch.drip(Some((*size as usize, Duration::from_millis((*every_ms).into()))));
                if let Some(bytes) = stop_after {
                    switch.break_after(*bytes as usize, Broken::HalfOpen);
                }
            }
            Some(Fault::WrongAccept { .. }) => {
                _ = response.headers_mut().insert(SEC_WEBSOCKET_ACCEPT, HeaderValue::from_static(WRONG_ACCEPT));
            }
            Some(Fault::EarlyFrame { .. }) => switch.hold(),
            _ => {}
        }
        let with = Surroundings { hub: self.hub, clock: self.clock, counters: self.counters, stop: self.stop, switch };
        let upgrade = hyper::upgrade::on(&mut request);
        tokio::spawn(async move {
            // A client that left before the upgrade drops its queue here, and the hub notices.
            if let Ok(Ok(upgraded)) = timeout(HANDSHAKE_WITHIN, upgrade).await {
                connection::run(upgraded, opened, with).await;
            }
        });
        response
    }
}

/// Reads a request to its end.
async fn body(body: Incoming) -> Result<Bytes, Answer> {
    match timeout(HANDSHAKE_WITHIN, Limited::new(body, BODY_BYTES_MAX).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Answer::new(413, "")),
        Ok(Err(_)) => Err(Answer::new(400, "")),
        Err(_) => Err(Answer::new(408, "")),
    }
}

fn respond(answer: Answer) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(answer.body));
    // A status outside 100 to 999 is a mistake of the face.
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json;charset=UTF-8"));
    for (name, value) in answer.headers {
        // What cannot be a header is left out.
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// The hub has stopped.
fn gone() -> Answer {
    Answer::new(503, "")
}

/// How many byte streams are open at a time; more wait in the system's backlog.
pub(crate) const STREAMS_MAX: usize = 4_096;
/// How long a client may take for TLS, for its request's head, and for the upgrade.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(15);
/// The answer to some other key.
const WRONG_ACCEPT: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const HEAD_BYTES_MAX: usize = 128 << 10;
/// The largest body of a request.
const BODY_BYTES_MAX: usize = 64 << 10;
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);
