//! The screen: lines that are drawn over and over in one place of the terminal, which stays as it was otherwise.

use std::io::{self, Write};

use crossterm::cursor::{Hide, MoveTo, MoveToColumn, MoveUp, Show};
use crossterm::queue;
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, DisableLineWrap, EnableLineWrap, EndSynchronizedUpdate, size,
};

use crate::table::Line;

/// What is assumed of a terminal that does not say.
const SIZE_DEFAULT: (u16, u16) = (80, 24);

/// A place on the terminal. Dropping it, be it by a panic, gives the cursor back, behind the last drawing.
pub(super) struct Screen<W: Write> {
    out: W,
    coloured: bool,
    /// How many lines stand there now.
    height: u16,
    size: (u16, u16),
}

impl<W: Write> Screen<W> {
    /// Takes the lines from the cursor on.
    pub(super) fn open(out: W, coloured: bool) -> io::Result<Self> {
        let mut screen = Self { out, coloured, height: 0, size: terminal_size() };
        queue!(screen.out, Hide, DisableLineWrap)?;
        screen.out.flush()?;
        Ok(screen)
    }

    /// Draws lines over those that were drawn last. `lines` gets the columns and rows there are.
    pub(super) fn draw(&mut self, lines: impl FnOnce(usize, usize) -> Vec<Line>) -> io::Result<()> {
        queue!(self.out, BeginSynchronizedUpdate)?;
        let (columns, rows) = terminal_size();
        if (columns, rows) != self.size {
            // The terminal has laid out the old lines anew, nobody knows where.
            self.size = (columns, rows);
            self.height = 0;
            queue!(self.out, Clear(ClearType::All), MoveTo(0, 0))?;
        }
        queue!(self.out, MoveToColumn(0))?;
        if self.height > 0 {
            queue!(self.out, MoveUp(self.height))?;
        }
        self.height = 0;
        // The cursor stands on the line behind, which has to fit too.
        let (columns, rows) = (usize::from(columns), usize::from(rows.saturating_sub(1)));
        for line in lines(columns, rows).iter().take(rows) {
            line.print(&mut self.out, Some(columns), self.coloured)?;
            queue!(self.out, Clear(ClearType::UntilNewLine))?;
            self.out.write_all(b"\r\n")?;
            self.height += 1;
        }
        queue!(self.out, Clear(ClearType::FromCursorDown), EndSynchronizedUpdate)?;
        self.out.flush()
    }

    /// Leaves the last drawing behind, with an empty line under it.
    pub(super) fn close(mut self) -> io::Result<()> {
        self.out.write_all(b"\r\n")
    }
}

impl<W: Write> Drop for Screen<W> {
    fn drop(&mut self) {
        // A terminal that is gone needs no restoring.
        _ = queue!(self.out, EndSynchronizedUpdate, EnableLineWrap, Show);
        _ = self.out.flush();
    }
}

/// Columns and rows, at least one of each.
fn terminal_size() -> (u16, u16) {
    let (columns, rows) = size().unwrap_or(SIZE_DEFAULT);
    if columns == 0 || rows == 0 { SIZE_DEFAULT } else { (columns, rows) }
}
