//! [`Table`]: figures of every kind, as they are printed, checked in and compared.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use tapewire_benches::Error;
use tapewire_benches::rounds::Thousandths;
use tapewire_benches::work::Variant;

/// So many hundredths more than the table says are too many.
const MORE_MAX: u64 = 3;
/// The heads of the columns of [`Row::printed`].
pub(crate) const COLUMNS: &str = "kind                bytes     floor     serde  protocol   session  protocol/floor session/floor serde/floor  allocations";

/// The heads of the columns of [`Row::printed_aside`].
pub(crate) const COLUMNS_ASIDE: &str = "                            beside      ours   ours/beside";

/// What was counted, of one compiler and profile.
#[derive(Debug)]
pub(crate) struct Table {
    /// What the figures depend on beside our own code.
    pub(crate) head: String,
    pub(crate) rows: Vec<Row>,
}

/// Figures of one kind.
#[derive(Debug, Default)]
pub(crate) struct Row {
    pub(crate) kind: String,
    /// How long a frame is on average.
    pub(crate) bytes: u64,
    /// Instructions a frame, by variant; `None` where it does not read the kind.
    pub(crate) instructions: [Option<u64>; 4],
    /// How often memory was asked for in steady state, over all frames that were measured.
    pub(crate) allocations: u64,
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("instructions/table.txt")
}

impl Table {
    /// The table that is checked in.
    pub(crate) fn read() -> Result<Self, Error> {
        Ok(Self::parse(&fs::read_to_string(path())?))
    }

    /// Reads the form of [`Table::write`]: a head, then a line for each kind.
    fn parse(text: &str) -> Self {
        let (head, rows) = text.split_once('\n').unwrap_or((text, ""));
        let rows = rows.lines().skip(1).filter_map(Row::parse).collect();
        Self { head: head.trim_start_matches("# ").to_owned(), rows }
    }

    /// Checks this table in.
    pub(crate) fn write(&self) -> Result<(), Error> {
        Ok(fs::write(path(), self.text())?)
    }

    fn text(&self) -> String {
        let mut text = format!("# {}\n# kind bytes floor serde protocol session\n", self.head);
        for row in &self.rows {
            let cells = row.instructions.map(|cell| cell.map_or_else(|| "-".to_owned(), |count| count.to_string()));
            _ = writeln!(text, "{} {} {}", row.kind, row.bytes, cells.join(" "));
        }
        text
    }

    /// A sentence for each figure of `found` that is worse than this table allows. What serde_json needs is not ours.
    pub(crate) fn complaints(&self, found: &Self) -> Vec<String> {
        let mut complaints = Vec::new();
        for row in &found.rows {
            if row.allocations > 0 {
                complaints.push(format!("{} asks for memory {} times in steady state", row.kind, row.allocations));
            }
            let Some(known) = self.rows.iter().find(|known| known.kind == row.kind) else {
                complaints.push(format!("{} is not in the table: run with --update", row.kind));
                continue;
            };
            for (place, variant) in Variant::ALL.into_iter().enumerate().skip(2) {
                let cell = |row: &Row| row.instructions.get(place).copied().flatten();
                if let (Some(now), Some(then)) = (cell(row), cell(known))
                    && now * 100 > then * (100 + MORE_MAX)
                {
                    complaints.push(format!("{} through {variant} took {then} instructions, takes {now}", row.kind));
                }
            }
        }
        complaints
    }
}

impl Row {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let (kind, bytes) = (words.next()?.to_owned(), words.next()?.parse().ok()?);
        let instructions = [(); 4].map(|()| words.next().and_then(|word| word.parse().ok()));
        Some(Self { kind, bytes, instructions, allocations: 0 })
    }

    /// The row under [`COLUMNS`].
    pub(crate) fn printed(&self) -> String {
        let [floor, serde, protocol, session] = self.instructions;
        let count = |cell: Option<u64>| cell.map_or_else(|| "-".to_owned(), |count| count.to_string());
        let ratio = |cell| ratio(cell, floor).map_or_else(|| "-".to_owned(), |ratio| ratio.to_string());
        format!(
            "{:<18} {:>6} {:>9} {:>9} {:>9} {:>9}  {:>14} {:>13} {:>11} {:>12}",
            self.kind,
            self.bytes,
            count(floor),
            count(serde),
            count(protocol),
            count(session),
            ratio(protocol),
            ratio(session),
            ratio(serde),
            self.allocations,
        )
    }

    /// The row under [`COLUMNS_ASIDE`].
    pub(crate) fn printed_aside(&self) -> String {
        let [beside, _, ours, _] = self.instructions.map(Option::unwrap_or_default);
        let ratio = ratio(Some(ours), Some(beside)).unwrap_or(Thousandths(0)).to_string();
        format!("{:<18} {beside:>16} {ours:>9} {ratio:>13}", self.kind)
    }
}

fn ratio(cell: Option<u64>, beside: Option<u64>) -> Option<Thousandths> {
    Some(Thousandths(cell? * 1000 / beside?.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &str) -> Table {
        Table::parse(&format!("# rustc 1\n# kind bytes floor serde protocol session\n{rows}"))
    }

    #[test]
    fn is_read_as_it_is_written() {
        let text =
            "# rustc 1\n# kind bytes floor serde protocol session\ntrade 178 3800 5000 3400 4100\nrest 9 8 7 6 -\n";
        assert_eq!(Table::parse(text).text(), text);
    }

    #[test]
    fn complains_of_more_than_three_hundredths_and_of_any_allocation() {
        let known = table("trade 178 1000 1000 1000 2000\nticker 178 1000 1000 1000 -");
        assert_eq!(known.complaints(&table("trade 178 9999 9999 1030 2060")), Vec::<String>::new());
        let found = known.complaints(&table("trade 178 1000 1000 1031 2061\nquote 1 1 1 1 1"));
        let expected = [
            "trade through protocol took 1000 instructions, takes 1031",
            "trade through session took 2000 instructions, takes 2061",
            "quote is not in the table: run with --update",
        ];
        assert_eq!(found, expected);
        let mut found = table("ticker 178 1000 1000 500 9999");
        found.rows[0].allocations = 512;
        assert_eq!(known.complaints(&found), ["ticker asks for memory 512 times in steady state"]);
    }
}
