//! Runs a command that needs sockets: starts tokio, and ends the command in an orderly way when a signal asks for it.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::Sleep;

use crate::error::Error;

/// How long a command may take to end after it was told to: a little longer than an engine's shutdown.
const END_WITHIN: Duration = Duration::from_secs(6);

/// Tells a command when to end.
#[derive(Debug)]
pub(crate) struct Stop {
    asked: watch::Receiver<bool>,
    time: Option<Pin<Box<Sleep>>>,
}

impl Stop {
    /// Ends after this time too, counted from now.
    pub(crate) fn after(mut self, time: Option<Duration>) -> Self {
        self.time = time.map(|time| Box::pin(tokio::time::sleep(time)));
        self
    }

    /// Waits until the command is to end.
    ///
    /// # Cancel safety
    /// Cancel safe: the end is remembered.
    pub(crate) async fn wait(&mut self) {
        let Self { asked, time } = self;
        let time = async {
            match time {
                Some(time) => time.as_mut().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            // An error says that whoever could ask is gone, and then nothing is left to wait for.
            _ = asked.wait_for(|asked| *asked) => {}
            () = time => {}
        }
    }
}

/// Runs a command until it ends by itself, or a signal ends it.
///
/// The command has a thread of its own, because it writes to standard output: whoever reads that slowly must not hold
/// up the engine's tasks, nor the signals.
pub(crate) fn run<C, F>(command: C) -> Result<(), Error>
where
    C: FnOnce(Stop) -> F + Send + 'static,
    F: Future<Output = Result<(), Error>>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Error::Runtime)?;
    let outcome = runtime.block_on(async {
        let mut signals = Signals::new().map_err(Error::Runtime)?;
        let (asker, asked) = watch::channel(false);
        let handle = Handle::current();
        let stop = Stop { asked, time: None };
        let mut working = tokio::task::spawn_blocking(move || handle.block_on(command(stop)));
        let ended = tokio::select! {
            biased;
            ended = &mut working => ended,
            () = signals.wait() => {
                _ = asker.send(true);
                tokio::time::timeout(END_WITHIN, working).await.map_err(|_| Error::Stuck)?
            }
        };
        // A command that panicked has printed why.
        ended.unwrap_or(Err(Error::Stuck))
    });
    // A thread that still writes to a full pipe would be waited for without end.
    runtime.shutdown_background();
    // Somebody may still be asked for a password.
    crate::otp::restore();
    outcome
}

/// The signals that end a command.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            biased;
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The signals that end a command.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn wait(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
