//! Loops that read a [`Fountain`](crate::fountain::Fountain): a bare one, and the engine with its ways to hand over.

use std::hint::black_box;
use std::sync::Arc;
use std::thread;

use async_trait::async_trait;
use futures_util::{SinkExt, StreamExt};
use tapewire_core::event::{Batch, Event, Trade};
use tapewire_core::{Url, Venue};
use tapewire_engine::{Builder, Delivery, DialError, Dialer, Engine, Stream};
use tokio::runtime::{self, Runtime};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::protocol::{Message, WebSocketConfig};

use crate::Error;
use crate::canned::{Canned, Makes, SUBSCRIPTION};
use crate::fountain::Source;

/// How much is read at once: what the engine's default is.
const READ_BUFFER: usize = 16 * 1024;

/// How events get from the connection's task to whoever wants them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandOver {
    /// A handler in the task.
    InTask,
    /// A feed on the same runtime, event by event.
    SameRuntime,
    /// A feed on the same runtime, batch by batch.
    SameRuntimeBatches,
    /// A feed on another thread, batch by batch.
    OtherThreadBatches,
    /// What one would write without the engine's queue: a handler that sends each event through a channel to another
    /// thread.
    OtherThreadEach,
}

/// A runtime for one thread.
///
/// # Errors
/// [`Error::File`] if the system gives none.
pub fn one_thread() -> Result<Runtime, Error> {
    Ok(runtime::Builder::new_current_thread().enable_all().build()?)
}

/// Reads all of a source by a loop that does nothing else; returns what the source's clock went on by.
///
/// # Errors
/// [`Error::Program`] if the upgrade fails.
pub fn bare(source: &Arc<Source>) -> Result<u64, Error> {
    one_thread()?.block_on(async {
        let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER);
        let opened = client_async_with_config("ws://canned.example/", source.open(), Some(config)).await;
        let (mut socket, _) = opened.map_err(|why| failed(&why))?;
        socket.send(Message::text("go")).await.map_err(|why| failed(&why))?;
        let reading = async {
            while let Some(Ok(message)) = socket.next().await {
                black_box(&message);
            }
        };
        tokio::select! {
            biased;
            () = reading => {}
            () = source.dry() => {}
        }
        Ok(source.took())
    })
}

/// Reads all of a source by the engine with an adapter that makes nothing of it.
///
/// # Errors
/// [`Error::Program`] if the engine does not start.
pub fn engine(source: &Arc<Source>) -> Result<u64, Error> {
    one_thread()?.block_on(async {
        let engine = builder(source, Makes::Nothing)?;
        let _handle = engine.start_with(|| |event: &Event<'_>| _ = black_box(event)).map_err(|why| failed(&why))?;
        source.dry().await;
        Ok(source.took())
    })
}

/// Reads all of a source by the engine with an adapter that makes a trade of each frame, and hands them over. The
/// source's clock has to be that of the process.
///
/// # Errors
/// [`Error::Program`] if the engine does not start, or events are lost.
pub fn handed_over(source: &Arc<Source>, how: HandOver) -> Result<u64, Error> {
    match how {
        HandOver::InTask => in_task(source),
        HandOver::OtherThreadEach => each(source),
        HandOver::SameRuntime | HandOver::SameRuntimeBatches => {
            one_thread()?.block_on(fed(source, how, builder(source, Makes::Trades)?))
        }
        HandOver::OtherThreadBatches => {
            let engine = one_thread()?;
            let feed = {
                let _inside = engine.enter();
                builder(source, Makes::Trades)?.start().map_err(|why| failed(&why))?
            };
            beside(&engine, || one_thread()?.block_on(drain(source, how, feed)))
        }
    }
}

fn in_task(source: &Arc<Source>) -> Result<u64, Error> {
    one_thread()?.block_on(async {
        let engine = builder(source, Makes::Trades)?;
        let _handle = engine.start_with(|| |event: &Event<'_>| _ = black_box(event)).map_err(|why| failed(&why))?;
        source.dry().await;
        Ok(source.took())
    })
}

async fn fed(source: &Source, how: HandOver, engine: Builder) -> Result<u64, Error> {
    drain(source, how, engine.start().map_err(|why| failed(&why))?).await
}

/// Reads a feed until all trades have come.
async fn drain(source: &Source, how: HandOver, mut feed: tapewire_engine::Feed) -> Result<u64, Error> {
    let (mut trades, mut batch) = (0, Batch::new());
    while trades < source.frames() {
        if how == HandOver::SameRuntime {
            let Some(event) = feed.next().await else { break };
            trades += u64::from(is_trade(&event)?);
        } else {
            if !feed.next_batch(&mut batch).await {
                break;
            }
            for event in batch.iter() {
                trades += u64::from(is_trade(&event)?);
            }
        }
    }
    Ok(crate::clock::process_ns() - source.began())
}

fn each(source: &Arc<Source>) -> Result<u64, Error> {
    let (sender, mut receiver) = mpsc::channel::<Trade>(usize::try_from(source.frames()).unwrap_or(usize::MAX));
    let engine = one_thread()?;
    let sending = move || {
        let sender = sender.clone();
        move |event: &Event<'_>| {
            if let Event::Trade(trade) = event {
                _ = sender.try_send((*trade).clone());
            }
        }
    };
    let _handle = {
        let _inside = engine.enter();
        builder(source, Makes::Trades)?.start_with(sending).map_err(|why| failed(&why))?
    };
    beside(&engine, || {
        one_thread()?.block_on(async {
            for _ in 0..source.frames() {
                black_box(receiver.recv().await);
            }
        });
        Ok(crate::clock::process_ns() - source.began())
    })
}

/// Runs a consumer on a thread of its own while the engine runs on this one.
fn beside(engine: &Runtime, consume: impl FnOnce() -> Result<u64, Error> + Send) -> Result<u64, Error> {
    thread::scope(|scope| {
        let (done, waiting) = oneshot::channel();
        scope.spawn(move || done.send(consume()));
        engine.block_on(waiting).unwrap_or_else(|_| Err(program("the consumer panicked".to_owned())))
    })
}

fn is_trade(event: &Event<'_>) -> Result<bool, Error> {
    match black_box(event) {
        Event::Trade(_) => Ok(true),
        Event::Gap(gap) => Err(program(format!("the consumer was too slow: {gap}"))),
        _ => Ok(false),
    }
}

fn builder(source: &Arc<Source>, makes: Makes) -> Result<Builder, Error> {
    let frames = usize::try_from(source.frames()).unwrap_or(usize::MAX);
    Ok(Engine::builder()
        .venue(Venue::new(Canned::new(makes)))
        .dialer(Arc::new(Pipes(Arc::clone(source))))
        .capacity(frames.saturating_mul(2))
        .delivery(Delivery::Block)
        .subscribe(SUBSCRIPTION.parse()?))
}

/// Opens fountains.
#[derive(Debug)]
struct Pipes(Arc<Source>);

#[async_trait]
impl Dialer for Pipes {
    async fn dial(&self, _: &Url) -> Result<Stream, DialError> {
        Ok(Stream::new(self.0.open()))
    }
}

fn failed(why: &dyn std::error::Error) -> Error {
    program(tapewire_core::chain(why))
}

fn program(why: String) -> Error {
    Error::Program { program: "a loop", why }
}
