//! One-time passwords: asked for on the terminal.

use std::io::{IsTerminal, Write};

use async_trait::async_trait;
use tapewire::{OtpSource, Secret, VenueId};
use tokio::sync::oneshot;

/// Whoever sits at the terminal. Where there is none, nobody answers, and a line says what to do.
#[derive(Debug)]
pub(crate) struct Terminal;

#[async_trait]
impl OtpSource for Terminal {
    async fn one_time_password(&self, venue: VenueId, prompt: &str) -> Option<Secret> {
        let wanted = format!("{venue} wants {prompt}");
        // A thread of its own: the program can end while it waits for a line.
        let (typed, answer) = oneshot::channel();
        std::thread::spawn(move || typed.send(ask(&wanted)));
        answer.await.ok().flatten()
    }
}

/// Asks on standard error, for standard output is data, and reads a line. Waits for as long as a person does.
fn ask(wanted: &str) -> Option<Secret> {
    let input = std::io::stdin();
    let mut errors = std::io::stderr();
    if !input.is_terminal() {
        _ = writeln!(errors, "{wanted}, and nobody can be asked: standard input is no terminal");
        return None;
    }
    // A line of its own: events go on meanwhile.
    _ = writeln!(errors, "{wanted}: type it, and press Enter");
    let mut line = String::new();
    let read = input.read_line(&mut line);
    let typed = line.trim();
    (read.is_ok() && !typed.is_empty()).then(|| Secret::new(typed))
}
