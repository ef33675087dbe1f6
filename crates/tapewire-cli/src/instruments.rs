//! `tapewire instruments`: what a venue lists, with unified symbols.

use std::fmt::Display;

use tapewire::event::{Batch, Event, Instrument};

use crate::config::{Accounts, ConnectArgs};
use crate::error::Error;
use crate::output::{Format, Output};
use crate::runtime::Stop;
use crate::table::{Cell, Table};

const EXAMPLES: &str = "\
Examples:
  tapewire instruments binance                                            from the live venue
  tapewire instruments binance --format json | head                       as event JSON
  tapewire instruments binance --endpoint binance=ws://127.0.0.1:9443     from a simulated venue";

/// List a venue's instruments: symbols, tick and lot sizes, state
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The venue, such as `binance`
    venue: String,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(crate) async fn run(args: Args, mut output: Output, mut stop: Stop) -> Result<(), Error> {
    let venue = Accounts::load(&args.connect)?.venue(&args.venue)?;
    if !venue.connector.capabilities().instruments {
        return Err(Error::NoInstruments { venue: venue.id() });
    }
    let batch = tokio::select! {
        biased;
        () = stop.wait() => return Ok(()),
        answer = tapewire::instruments(&venue) => answer?,
    };
    match output.format() {
        Format::Json => batch.iter().try_for_each(|event| output.event(&event))?,
        Format::Text => output.table(&table(&batch))?,
    }
    output.flush()?;
    Ok(())
}

fn table(batch: &Batch) -> Table {
    let instruments = || {
        batch.iter().filter_map(|event| match event {
            Event::Instrument(it) => Some(it),
            _ => None,
        })
    };
    let has_contracts = instruments().any(|it| it.contract_value.is_some());
    let mut titles = vec![
        Cell::left("instrument"),
        Cell::left("unified"),
        Cell::left("product"),
        Cell::left("state"),
        Cell::right("tick size"),
        Cell::right("lot size"),
        Cell::right("quantity min"),
        Cell::right("notional min"),
    ];
    titles.extend(has_contracts.then(|| Cell::right("one contract")));
    let mut table = Table::new(titles);
    for it in instruments() {
        table.row(row(it).into_iter().chain(has_contracts.then(|| contract(it))));
    }
    table
}

/// What one contract is worth.
fn contract(it: &Instrument) -> Cell {
    let worth = it.contract_value.map(|value| format!("{value} {}", it.contract_value_asset().unwrap_or("")));
    Cell::right(worth.as_deref().map_or("-", str::trim_end))
}

fn row(it: &Instrument) -> [Cell; 8] {
    let shown = |value: Option<&dyn Display>| value.map_or_else(|| "-".to_owned(), ToString::to_string);
    let number = |value: &Option<tapewire::Decimal>| Cell::right(shown(value.as_ref().map(|it| it as &dyn Display)));
    [
        Cell::left(it.instrument.to_string()),
        Cell::left(it.unified.as_deref().unwrap_or("-")),
        Cell::left(it.product.as_str()),
        Cell::left(it.state.as_str()),
        number(&it.tick_size),
        number(&it.lot_size),
        number(&it.quantity_min),
        number(&it.notional_min),
    ]
}
