//! Receivers that a frame wakes up each time: a bare loop, and the whole engine with decoding and hand-over.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use tapewire_core::Subscription;
use tapewire_core::event::Event;
use tapewire_engine::{Builder, Engine};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::loopback::{listen, pin, send_each};
use crate::reading::one_thread;
use crate::venue::Venue;
use crate::{Error, clock};

/// So many frames are dealt with before time is taken.
const WARM: usize = 200;

/// A timer for silence would ring after this time.
const SILENCE_MAX: Duration = Duration::from_secs(60);

/// Counts frames as they are dealt with, and takes the time of the thread that deals with them.
#[derive(Debug)]
struct Count {
    of: u64,
    /// What the sender looks at.
    seen: Arc<AtomicU64>,
    began: AtomicU64,
    took: AtomicU64,
    done: Notify,
}

impl Count {
    fn new(of: usize) -> Arc<Self> {
        let [began, took] = [(); 2].map(|()| AtomicU64::new(0));
        Arc::new(Self { of: of as u64, seen: Arc::default(), began, took, done: Notify::new() })
    }

    fn one(&self) {
        let seen = self.seen.load(Ordering::Relaxed) + 1;
        if seen == WARM as u64 {
            self.began.store(clock::thread_ns(), Ordering::Relaxed);
        }
        if seen == self.of {
            self.took.store(clock::thread_ns() - self.began.load(Ordering::Relaxed), Ordering::Release);
            self.done.notify_one();
        }
        self.seen.store(seen, Ordering::Release);
    }
}

/// How many of so many frames are measured.
#[must_use]
pub fn measured(frames: usize) -> usize {
    frames.saturating_sub(WARM)
}

/// A loop that does nothing with its frames, with this read buffer, or the default one of the crate; beside a timer
/// that never rings, if it is `timed`, as everything has that watches for silence.
///
/// # Errors
/// [`Error`] if the connection fails.
pub fn bare(texts: &Arc<Vec<String>>, read_buffer: Option<usize>, timed: bool) -> Result<u64, Error> {
    pin(0);
    let (listener, address) = listen()?;
    let count = Count::new(texts.len());
    let sender = send_each(listener, Arc::clone(texts), Arc::clone(&count.seen), false);
    one_thread()?.block_on(async {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let config = read_buffer.map(|size| WebSocketConfig::default().read_buffer_size(size));
        let opened = client_async_with_config(format!("ws://{address}/"), stream, config).await;
        let (mut socket, _) = opened.map_err(|why| failed(&why))?;
        if timed {
            tokio::spawn(tokio::time::sleep(SILENCE_MAX));
        }
        for _ in 0..texts.len() {
            black_box(socket.next().await);
            count.one();
        }
        Ok::<_, Error>(())
    })?;
    end(sender)?;
    Ok(count.took.load(Ordering::Acquire))
}

/// The engine with the Binance adapter, and a handler in its task.
///
/// # Errors
/// [`Error`] if the engine does not start.
pub fn engine_in_task(texts: &Arc<Vec<String>>) -> Result<u64, Error> {
    pin(0);
    let (listener, address) = listen()?;
    let count = Count::new(texts.len());
    let sender = send_each(listener, Arc::clone(texts), Arc::clone(&count.seen), true);
    one_thread()?.block_on(async {
        let counting = Arc::clone(&count);
        let make = move || {
            let count = Arc::clone(&counting);
            move |event: &Event<'_>| {
                if let Event::Trade(_) = black_box(event) {
                    count.one();
                }
            }
        };
        let _handle = builder(address)?.start_with(make).map_err(|why| failed(&why))?;
        count.done.notified().await;
        Ok::<_, Error>(())
    })?;
    end(sender)?;
    Ok(count.took.load(Ordering::Acquire))
}

/// The engine with the Binance adapter, and its feed read by another task of the same thread.
///
/// # Errors
/// [`Error`] if the engine does not start.
pub fn engine_fed(texts: &Arc<Vec<String>>) -> Result<u64, Error> {
    pin(0);
    let (listener, address) = listen()?;
    let count = Count::new(texts.len());
    let sender = send_each(listener, Arc::clone(texts), Arc::clone(&count.seen), true);
    one_thread()?.block_on(async {
        let mut feed = builder(address)?.start().map_err(|why| failed(&why))?;
        let mut left = texts.len();
        while left > 0 {
            let Some(event) = feed.next().await else { break };
            if let Event::Trade(_) = black_box(event) {
                left -= 1;
                count.one();
            }
        }
        Ok::<_, Error>(())
    })?;
    end(sender)?;
    Ok(count.took.load(Ordering::Acquire))
}

fn builder(address: std::net::SocketAddr) -> Result<Builder, Error> {
    let venue = tapewire_binance::spot().endpoint(format!("ws://{address}").parse()?);
    // Books would wait for snapshots, which this server does not have.
    let wanted = Venue::Binance
        .subscriptions()?
        .into_iter()
        .filter(|it: &Subscription| it.channel != tapewire_core::Channel::Book);
    Ok(wanted.fold(Engine::builder().venue(venue), Builder::subscribe))
}

fn end(sender: std::thread::JoinHandle<std::io::Result<()>>) -> Result<(), Error> {
    match sender.join() {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(Error::Program { program: "the sender", why: "it panicked".to_owned() }),
    }
}

fn failed(why: &dyn std::error::Error) -> Error {
    Error::Program { program: "a receiver", why: tapewire_core::chain(why) }
}
