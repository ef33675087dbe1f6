//! Tables for people: columns as wide as their widest cell, the last ones dropped where the terminal is narrow.

use std::io::{self, Write};

use crate::style::{Painted, Tone};

/// The space between columns.
const GUTTER: usize = 2;

/// One cell.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    text: String,
    tone: Tone,
    right: bool,
}

impl Cell {
    /// A cell whose text begins at its left.
    pub(crate) fn left(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: Tone::Plain, right: false }
    }

    /// A cell whose text ends at its right, as numbers do.
    pub(crate) fn right(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: Tone::Plain, right: true }
    }

    /// The same in a tone.
    pub(crate) fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    fn width(&self) -> usize {
        self.text.chars().count()
    }
}

/// Rows of cells, the most important columns first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<Cell>>,
}

/// A printed line: pieces of text with their tones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Line(Vec<(String, Tone)>);

impl Table {
    /// A table with these titles.
    pub(crate) fn new(titles: impl IntoIterator<Item = Cell>) -> Self {
        Self { rows: vec![titles.into_iter().map(|cell| cell.tone(Tone::Dim)).collect()] }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The lines. Columns that do not fit into `width` are dropped from the last one on, but never the first.
    pub(crate) fn lines(&self, width: Option<usize>) -> Vec<Line> {
        let mut widths = self.widths();
        while let Some(limit) = width
            && widths.len() > 1
            && widths.iter().sum::<usize>() + GUTTER * (widths.len() - 1) > limit
        {
            widths.pop();
        }
        self.rows.iter().map(|row| line(row, &widths)).collect()
    }

    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widest = |column: usize| self.rows.iter().filter_map(|row| row.get(column)).map(Cell::width).max();
        (0..columns).map(|column| widest(column).unwrap_or(0)).collect()
    }
}

fn line(row: &[Cell], widths: &[usize]) -> Line {
    let mut line = Line::default();
    for (place, (cell, width)) in row.iter().zip(widths).enumerate() {
        let fill = width.saturating_sub(cell.width());
        let gutter = if place == 0 { 0 } else { GUTTER };
        let (before, after) = if cell.right { (gutter + fill, 0) } else { (gutter, fill) };
        line.push(" ".repeat(before), Tone::Plain);
        line.push(cell.text.clone(), cell.tone);
        if place + 1 < row.len().min(widths.len()) {
            line.push(" ".repeat(after), Tone::Plain);
        }
    }
    line
}

impl Line {
    /// A line of one piece.
    pub(crate) fn of(text: impl Into<String>, tone: Tone) -> Self {
        let mut line = Self::default();
        line.push(text.into(), tone);
        line
    }

    /// Appends a piece.
    pub(crate) fn push(&mut self, text: String, tone: Tone) {
        if !text.is_empty() {
            self.0.push((text, tone));
        }
    }

    /// Prints the line without its end, cut off at `width` characters.
    pub(crate) fn print(&self, out: &mut impl Write, width: Option<usize>, coloured: bool) -> io::Result<()> {
        let mut room = width.unwrap_or(usize::MAX);
        for (text, tone) in &self.0 {
            let cut = text.char_indices().nth(room).map_or(text.as_str(), |(at, _)| text.get(..at).unwrap_or(""));
            write!(out, "{}", Painted(cut, *tone, coloured))?;
            room -= cut.chars().count();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(lines: &[Line], width: Option<usize>) -> Vec<String> {
        let print = |line: &Line| {
            let mut out = Vec::new();
            line.print(&mut out, width, false).unwrap();
            String::from_utf8(out).unwrap()
        };
        lines.iter().map(print).collect()
    }

    fn table() -> Table {
        let mut table = Table::new([Cell::left("name"), Cell::right("price"), Cell::left("note")]);
        table.row([Cell::left("a"), Cell::right("10.5"), Cell::left("first")]);
        table.row([Cell::left("longer"), Cell::right("9"), Cell::left("")]);
        table
    }

    #[test]
    fn aligns_columns() {
        let expected = ["name    price  note", "a        10.5  first", "longer      9  "];
        assert_eq!(printed(&table().lines(None), None), expected);
    }

    #[test]
    fn drops_columns_and_cuts_lines_that_do_not_fit() {
        assert_eq!(printed(&table().lines(Some(14)), None), ["name    price", "a        10.5", "longer      9"]);
        assert_eq!(printed(&table().lines(Some(3)), Some(3)), ["nam", "a", "lon"]);
    }
}
