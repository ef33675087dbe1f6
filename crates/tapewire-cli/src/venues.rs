//! `tapewire venues`: what can be subscribed, from the adapters' own tables.

use serde::Serialize;
use tapewire::{Capabilities, Venue};

use crate::error::Error;
use crate::output::{Format, Output};
use crate::table::{Cell, Table};

const EXAMPLES: &str = "\
Examples:
  tapewire venues                    all venues with their channels
  tapewire venues binance            one of them
  tapewire venues --format json      one object for each channel";

/// List what can be subscribed, at every venue or at one
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The venue, such as `binance`; all of them if not given
    venue: Option<String>,
}

/// One channel of a venue, as printed in JSON.
#[derive(Serialize)]
struct Row<'a> {
    venue: &'a str,
    title: &'a str,
    channel: &'a str,
    topic: &'a str,
    all: bool,
    note: &'a str,
    products: Vec<&'a str>,
    instruments: bool,
    read: &'a str,
}

pub(crate) fn run(args: &Args, mut output: Output) -> Result<(), Error> {
    let venues = match &args.venue {
        Some(name) => vec![tapewire::venues::find(name)?],
        None => tapewire::venues::all().collect(),
    };
    match output.format() {
        Format::Json => json(&venues, &mut output)?,
        Format::Text => text(&venues, &mut output)?,
    }
    output.flush()?;
    Ok(())
}

fn json(venues: &[Venue], output: &mut Output) -> Result<(), Error> {
    for venue in venues {
        let known = venue.connector.capabilities();
        for row in known.channels {
            output.json(&Row {
                venue: venue.id().as_str(),
                title: known.title,
                channel: row.channel,
                topic: row.topic,
                all: row.all,
                note: row.note,
                products: products(known),
                instruments: known.instruments,
                read: known.read,
            })?;
        }
    }
    Ok(())
}

fn text(venues: &[Venue], output: &mut Output) -> Result<(), Error> {
    use std::io::Write as _;
    for (place, venue) in venues.iter().enumerate() {
        let known = venue.connector.capabilities();
        let before = if place == 0 { "" } else { "\n" };
        let listed = if known.instruments { "instruments are listed" } else { "no list of instruments" };
        let head = format!("{before}{}: {}; {}; {listed}", venue.id(), known.title, products(known).join(", "));
        writeln!(output.writer(), "{head}\n")?;
        let mut table = Table::new(["channel", "all", "topic", "note"].map(Cell::left));
        for row in known.channels {
            let all = if row.all { "*" } else { "" };
            table.row([row.channel, all, row.topic, row.note].map(Cell::left));
        }
        output.table(&table)?;
        writeln!(output.writer(), "\n`*` in `all`: can be had for all instruments, as {}:*@CHANNEL", venue.id())?;
        writeln!(output.writer(), "read {}", known.read)?;
        let (settings, desk) = tapewire::venues::entry(venue.id().as_str())
            .map_or_else(|_| Default::default(), |entry| (entry.settings, entry.desk));
        for setting in settings {
            writeln!(output.writer(), "set `{}`: {}; {}", setting.name, setting.doc, setting.values)?;
        }
        for setting in desk {
            writeln!(output.writer(), "set `{}` for orders: {}; {}", setting.name, setting.doc, setting.values)?;
        }
    }
    Ok(())
}

fn products(known: &Capabilities) -> Vec<&'static str> {
    known.products.iter().map(|product| product.as_str()).collect()
}
