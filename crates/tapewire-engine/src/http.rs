//! HTTP requests as values: sent over kept connections, within a budget of weight, a time and a size.

use std::error::Error as _;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, Method, Request, Response, Uri};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tapewire_core::{Budget, HttpMethod, HttpReply, HttpRequest, Replay, UnixNanos, Url, chain, excerpt};
use tower_service::Service;

use crate::clock::Clock;
use crate::dial::{Dialer, Stream, add_headers};
use crate::error::{DialError, HttpError, Stage, keep_off};
use crate::limiter::{Denied, Held, HostLimiter, Turn, Wish};

/// Who we say we are.
pub(crate) const AGENT: &str = concat!("tapewire/", env!("CARGO_PKG_VERSION"));

/// Bytes of an answer that we accept. Lists of all instruments of a large venue come to about 20 MiB.
const BODY_MAX: usize = 64 * 1024 * 1024;
/// How long an answer may take, the connection included.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// How long a connection is kept for the next request.
const IDLE_MAX: Duration = Duration::from_secs(30);
/// How many connections to one host are kept.
const IDLE_CONNECTIONS_MAX: usize = 4;
/// The longest wait that a host can ask for: the longest ban that a venue documents.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// Sends requests. Redirections are not followed: they are answers.
#[derive(Debug)]
pub(crate) struct HttpClient {
    client: Client<Connector, Full<Bytes>>,
    clock: Clock,
    limiter: HostLimiter,
    budget: Budget,
    body_max: usize,
    within: Duration,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The status, 100 to 599.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: String,
    /// How long the host says to wait.
    pub(crate) retry_after: Option<Duration>,
    /// When the last byte was received.
    pub(crate) ts_recv: UnixNanos,
    /// The request's turn at the host.
    turn: Turn,
}

impl Reply {
    /// Keeps all requests off a host that refused this one, if its status is one that does: for as long as it said, else
    /// for `usual` where the adapter knows that, and longer each time. Returns for how long.
    pub(crate) fn keep_off(&self, usual: Option<Duration>) -> Option<Duration> {
        self.turn.refused(self.status, self.retry_after, usual)
    }

    /// The answer to a request for `path`, as an adapter sees it.
    pub(crate) fn seen<'a>(&'a self, path: &'a str) -> HttpReply<'a> {
        HttpReply { path, status: self.status, body: &self.body, ts_recv: Some(self.ts_recv) }
    }
}

impl HttpClient {
    /// A client that spends at most `budget` at each host.
    pub(crate) fn new(dialer: Arc<dyn Dialer>, clock: Clock, budget: Budget) -> Self {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_MAX)
            .pool_max_idle_per_host(IDLE_CONNECTIONS_MAX)
            .build(Connector { dialer });
        let limiter = HostLimiter::new(clock.clone());
        Self { client, clock, limiter, budget, body_max: BODY_MAX, within: ANSWER_WITHIN }
    }

    /// Sends a request to its path behind `base`, when the budget allows, and reads the whole answer; it is an error if
    /// the budget allows it only later than `patience`; `tell` hears why it waits. A request that is safe to send again
    /// is, once, if its connection broke before the answer was complete.
    ///
    /// # Cancel safety
    /// Dropped while it waits for the budget, it has done nothing; dropped later, the request may have been sent.
    pub(crate) async fn send(
        &self,
        base: &Url,
        request: &HttpRequest,
        patience: Duration,
        tell: &impl Fn(Held),
    ) -> Result<Reply, HttpError> {
        let host = base.authority();
        let first = self.attempt(base, &host, request, patience, tell).await;
        if matches!(first, Err(HttpError::Lost { .. })) && request.replay == Replay::Safe {
            tracing::debug!(host, "sending a request again: its connection broke");
            return self.attempt(base, &host, request, patience, tell).await;
        }
        first
    }

    async fn attempt(
        &self,
        base: &Url,
        host: &str,
        request: &HttpRequest,
        patience: Duration,
        tell: &impl Fn(Held),
    ) -> Result<Reply, HttpError> {
        let prepared = prepare(base, request)?;
        let turn = self.spend(host, request.weight, patience, tell).await?;
        let exchange = Box::pin(self.exchange(host, prepared, turn));
        let late = || HttpError::Timeout { host: host.to_owned(), within: self.within };
        let reply = tokio::time::timeout(self.within, exchange).await.map_err(|_| late())??;
        if keep_off(reply.status).is_none() {
            reply.turn.reached();
        }
        Ok(reply)
    }

    async fn spend(
        &self,
        host: &str,
        weight: u32,
        patience: Duration,
        tell: &impl Fn(Held),
    ) -> Result<Turn, HttpError> {
        let wish = Wish::request(self.budget, weight, patience);
        self.limiter.wait(host, wish, tell).await.map_err(|denied| match denied {
            Denied::TooHeavy => HttpError::TooHeavy { weight, amount: self.budget.amount },
            Denied::Wait(wait) => HttpError::Budget { host: host.to_owned(), wait },
        })
    }

    async fn exchange(&self, host: &str, request: Request<Full<Bytes>>, turn: Turn) -> Result<Reply, HttpError> {
        let response = self.client.request(request).await.map_err(|error| failed(host, &error))?;
        let status = response.status().as_u16();
        let retry_after = retry_after(response.headers());
        let body = self.body(host, response).await?;
        let ts_recv = self.clock.now().wall;
        Ok(Reply { status, body, retry_after, ts_recv, turn })
    }

    async fn body(&self, host: &str, response: Response<Incoming>) -> Result<String, HttpError> {
        let host = || host.to_owned();
        let collected = Limited::new(response.into_body(), self.body_max).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                return HttpError::TooLarge { host: host(), limit: self.body_max };
            }
            HttpError::Lost { host: host(), reason: excerpt(chain(&*error).as_bytes()) }
        })?;
        String::from_utf8(collected.to_bytes().into()).map_err(|_| HttpError::NotUtf8 { host: host() })
    }
}

/// A request as the wire has it; none of its header lines print.
fn prepare(base: &Url, request: &HttpRequest) -> Result<Request<Full<Bytes>>, HttpError> {
    let unfit = |why| HttpError::Request { why };
    let address = base.join(&request.path).map_err(|_| unfit("its path cannot stand in an address"))?;
    // Without user and password: they would be sent to nobody, and must not be kept with the connection.
    let uri = format!("{}://{}{}", base.scheme(), base.authority(), address.expose_path());
    let uri: Uri = uri.parse().map_err(|_| unfit("its path cannot stand in an address"))?;
    let mut prepared = Request::new(Full::new(Bytes::from(request.body.clone())));
    *prepared.uri_mut() = uri;
    *prepared.method_mut() = method(request.method);
    let lines = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    add_headers(prepared.headers_mut(), lines).map_err(unfit)?;
    Ok(prepared)
}

const fn method(method: HttpMethod) -> Method {
    match method {
        HttpMethod::Get => Method::GET,
        HttpMethod::Post => Method::POST,
        HttpMethod::Put => Method::PUT,
        HttpMethod::Delete => Method::DELETE,
    }
}

fn failed(host: &str, error: &ClientError) -> HttpError {
    let dial = error.source().and_then(|source| source.downcast_ref::<DialError>());
    match dial {
        Some(error) => HttpError::Dial(error.clone()),
        None => HttpError::Lost { host: host.to_owned(), reason: excerpt(chain(error).as_bytes()) },
    }
}

/// How long an answer says to wait, in seconds or until a date; a date counts from the answer's own, so that our clock
/// need not be right.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let date = headers.get(DATE)?.to_str().ok()?;
            let (until, from) = (httpdate::parse_http_date(text).ok()?, httpdate::parse_http_date(date).ok()?);
            until.duration_since(from).unwrap_or_default()
        }
    };
    Some(wait.min(RETRY_AFTER_MAX))
}

/// Our dialler, as the HTTP library wants it.
#[derive(Clone, Debug)]
struct Connector {
    dialer: Arc<dyn Dialer>,
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Stream>;
    type Error = DialError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, DialError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), DialError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let dialer = Arc::clone(&self.dialer);
        Box::pin(async move {
            let url: Url = uri.to_string().parse().map_err(|_| DialError::Address { why: "it is not a URL" })?;
            // Limited here too: the library lets a dial go on when its request has found another connection.
            let dialled = tokio::time::timeout(ANSWER_WITHIN, dialer.dial(&url)).await;
            let late = |_| DialError::Timeout { host: url.authority(), stage: Stage::Connect, within: ANSWER_WITHIN };
            dialled.map_err(late)?.map(TokioIo::new)
        })
    }
}

#[cfg(test)]
mod tests;
