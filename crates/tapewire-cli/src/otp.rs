//! One-time passwords: asked for on the terminal, which does not show what is typed.

#[cfg(unix)]
mod echo;
#[cfg(not(unix))]
mod echo {
    //! Elsewhere what is typed is shown.

    pub(super) struct Hidden;

    pub(super) fn hide() -> Hidden {
        Hidden
    }

    impl Hidden {
        pub(super) fn end(self) {}
    }

    pub(crate) fn restore() {}
}

use std::io::{self, IsTerminal as _, Write as _};

use async_trait::async_trait;
use tapewire::{OtpSource, Secret, VenueId};
use tokio::sync::{Mutex, mpsc};

pub(crate) use self::echo::restore;

/// Whoever sits at the terminal. Where there is none, nobody answers, and a line says what to do.
#[derive(Debug)]
pub(crate) struct Terminal;

#[async_trait]
impl OtpSource for Terminal {
    async fn one_time_password(&self, venue: VenueId, prompt: &str) -> Option<Secret> {
        if !io::stdin().is_terminal() {
            _ = writeln!(io::stderr(), "{venue} needs {prompt}, but standard input is not a terminal");
            return None;
        }
        // One question at a time.
        let mut reader = READER.lock().await;
        let reader = reader.get_or_insert_with(Reader::start);
        reader.forget();
        let hidden = echo::hide();
        // On standard error, for standard output is data. A line of its own: events go on meanwhile.
        _ = writeln!(io::stderr(), "{venue} needs {prompt}: type it (it will not be shown) and press Enter");
        let line = reader.line().await;
        hidden.end();
        let typed = line.as_deref().map(str::trim)?;
        (!typed.is_empty()).then(|| Secret::new(typed))
    }
}

/// The one thread that reads lines, once somebody was asked for one.
static READER: Mutex<Option<Reader>> = Mutex::const_new(None);

/// Reads a line when one is wanted, in a thread of its own: the program can end while it waits, and a question can be
/// withdrawn.
struct Reader {
    wishes: std::sync::mpsc::Sender<()>,
    /// Lines as they were typed; `None` for an end or an error.
    lines: mpsc::UnboundedReceiver<Option<String>>,
    /// Whether the thread waits for a line. One that was withdrawn before it was typed is still to come.
    reads: bool,
}

impl Reader {
    fn start() -> Self {
        let (wishes, wanted) = std::sync::mpsc::channel();
        let (typed, lines) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            while wanted.recv().is_ok() {
                let mut line = String::new();
                let read = io::stdin().read_line(&mut line);
                if typed.send(read.is_ok_and(|length| length > 0).then_some(line)).is_err() {
                    return;
                }
            }
        });
        Self { wishes, lines, reads: false }
    }

    /// Forgets what was typed when nobody asked any more.
    fn forget(&mut self) {
        while self.lines.try_recv().is_ok() {
            self.reads = false;
        }
    }

    async fn line(&mut self) -> Option<String> {
        if !self.reads {
            self.reads = self.wishes.send(()).is_ok();
        }
        let line = self.lines.recv().await.flatten();
        self.reads = false;
        line
    }
}
