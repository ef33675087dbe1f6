//! `tapewire venues`: what can be subscribed, from the adapters' own tables.

use std::io::Write as _;

use serde::Serialize;
use tapewire::{Capabilities, Venue, VenueId};

use crate::config::spelled;
use crate::error::Error;
use crate::output::{Format, Output};
use crate::table::{Cell, Table};

const EXAMPLES: &str = "\
Examples:
  tapewire venues                    all venues with their channels
  tapewire venues binance            one venue
  tapewire venues --format json      one object per channel";

/// List the channels and settings of every venue, or of one
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The venue, such as `binance`; all venues if omitted
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
    for (place, venue) in venues.iter().enumerate() {
        if place > 0 {
            writeln!(output.writer(), "\n")?;
        }
        let known = venue.connector.capabilities();
        writeln!(output.writer(), "{}: {}\n", venue.id(), known.title)?;
        let mut table = Table::new(["channel", "all", "topic", "note"].map(Cell::left));
        for row in known.channels {
            let all = if row.all { "*" } else { "" };
            table.row([row.channel, all, row.topic, row.note].map(Cell::left));
        }
        output.table(&table)?;
        writeln!(output.writer())?;
        facts(venue, output)?;
        settings(venue.id(), output)?;
    }
    Ok(())
}

/// What is to be known beside the channels.
fn facts(venue: &Venue, output: &mut Output) -> Result<(), Error> {
    let (known, id, out) = (venue.connector.capabilities(), venue.id(), output.writer());
    if known.channels.iter().any(|row| row.all) {
        writeln!(out, "all          channels with `*` can be subscribed for all instruments: {id}:*@CHANNEL")?;
    }
    writeln!(out, "products     {}", products(known).join(", "))?;
    let listed = if known.instruments { "listed by `tapewire instruments " } else { "the venue does not list them" };
    let end = if known.instruments { format!("{id}`") } else { String::new() };
    writeln!(out, "instruments  {listed}{end}")?;
    writeln!(out, "source       read {}", known.read)?;
    Ok(())
}

/// The settings of the venue's own, and how to set them.
fn settings(id: VenueId, output: &mut Output) -> Result<(), Error> {
    let (settings, desk) =
        tapewire::venues::entry(id.as_str()).map_or_else(|_| Default::default(), |entry| (entry.settings, entry.desk));
    if settings.is_empty() && desk.is_empty() {
        return Ok(());
    }
    let variable = format!("TAPEWIRE_{}_SETTING", spelled(id.as_str()));
    writeln!(output.writer(), "settings     below [{id}] in a --config file, or {variable} in the environment\n")?;
    let mut table = Table::new(["setting", "values", "meaning"].map(Cell::left));
    for setting in settings {
        table.row([setting.name, setting.values, setting.doc].map(Cell::left));
    }
    for setting in desk {
        table.row([setting.name, setting.values, &format!("for orders: {}", setting.doc)].map(Cell::left));
    }
    output.table(&table)?;
    Ok(())
}

fn products(known: &Capabilities) -> Vec<&'static str> {
    known.products.iter().map(|product| product.as_str()).collect()
}
