//! The terminal's echo: off while a secret is typed, and back on whichever way that ends.

use std::io;
use std::sync::{Mutex, PoisonError};

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

/// A key that does nothing: `_POSIX_VDISABLE`.
#[cfg(any(target_os = "linux", target_os = "android"))]
const NO_KEY: u8 = 0;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const NO_KEY: u8 = 0xff;

/// The terminal as it was before it hid what is typed.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// What is typed does not show until this is dropped.
#[derive(Debug)]
pub(super) struct Hidden(());

/// Hides what is typed at the terminal behind standard input. Lines are still edited, and Ctrl-C still interrupts.
pub(super) fn hide() -> Hidden {
    let mut before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner);
    if before.is_none()
        && let Ok(now) = tcgetattr(io::stdin())
    {
        let mut hidden = now.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        // The end of the line shows.
        hidden.local_modes.insert(LocalModes::ECHONL);
        // Whoever stops the program, or kills it without being asked, would be left with a terminal that shows nothing.
        for key in [SpecialCodeIndex::VQUIT, SpecialCodeIndex::VSUSP] {
            hidden.special_codes[key] = NO_KEY;
        }
        *before = tcsetattr(io::stdin(), OptionalActions::Now, &hidden).is_ok().then_some(now);
    }
    Hidden(())
}

impl Hidden {
    /// A line was typed. What was typed behind it stays.
    pub(super) fn end(self) {
        show(OptionalActions::Now);
    }
}

impl Drop for Hidden {
    /// The question was withdrawn: what was typed of a secret until then must not reach whoever reads next.
    fn drop(&mut self) {
        show(OptionalActions::Flush);
    }
}

/// Makes the terminal what it was, for the program ends. A task that is still asking is not waited for.
pub(crate) fn restore() {
    show(OptionalActions::Flush);
}

fn show(how: OptionalActions) {
    let before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(before) = before {
        _ = tcsetattr(io::stdin(), how, &before);
    }
}
