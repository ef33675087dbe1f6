//! Orders, balances and positions as they are printed: events in JSON, tables for people.

use std::io::Write as _;

use serde::Serialize;
use tapewire::event::{Balance, Event, Order, Position};
use tapewire::ssi::trading::Placed;

use crate::error::Error;
use crate::output::{Format, Output};
use crate::table::{Cell, Table};

/// What the venue has taken, as printed in JSON.
#[derive(Serialize)]
struct Taken<'a> {
    action: &'a str,
    order_id: Option<String>,
    client_order_id: Option<String>,
    status: &'a str,
    raw_status: Option<&'a str>,
}

/// Prints what the venue has taken; `action` is `placed`, `changed` or `cancelled`.
pub(super) fn placed(output: &mut Output, action: &str, placed: &Placed) -> Result<(), Error> {
    let status = placed.status.as_str();
    match output.format() {
        Format::Json => output.json(&Taken {
            action,
            order_id: placed.order_id.as_ref().map(ToString::to_string),
            client_order_id: placed.client_order_id.as_ref().map(ToString::to_string),
            status,
            raw_status: placed.raw_status.as_deref(),
        })?,
        Format::Text => {
            let (id, key) = (or_dash(placed.order_id.as_ref()), or_dash(placed.client_order_id.as_ref()));
            writeln!(output.writer(), "{action}: order {id} under the key {key}, {status}")?;
        }
    }
    Ok(())
}

pub(super) fn orders(output: &mut Output, orders: &[Order]) -> Result<(), Error> {
    let left = ["time", "order", "key", "instrument", "side", "kind", "status"].map(Cell::left);
    let titles = left.into_iter().chain(["price", "quantity", "filled", "average"].map(Cell::right));
    let row = |it: &Order| {
        let time = it.ts_event.map_or_else(|| "-".to_owned(), |time| time.to_string().chars().take(19).collect());
        let side = it.side.map_or("-", |side| side.as_str());
        let left = [
            time,
            or_dash(it.order_id.as_ref()),
            or_dash(it.client_order_id.as_ref()),
            it.instrument.to_string(),
            side.to_owned(),
            or_dash(it.order_type.as_ref()),
            it.status.as_str().to_owned(),
        ];
        let right = [it.price, it.quantity, it.filled, it.average_price].map(|number| or_dash(number.as_ref()));
        left.map(Cell::left).into_iter().chain(right.map(Cell::right)).collect()
    };
    list(output, orders, titles, Event::Order, row)
}

pub(super) fn balances(output: &mut Output, balances: &[Balance]) -> Result<(), Error> {
    let titles = [Cell::left("asset"), Cell::right("total"), Cell::right("available"), Cell::right("locked")];
    let row = |it: &Balance| {
        let numbers = [it.total, it.available, it.locked].map(|number| Cell::right(or_dash(number.as_ref())));
        [Cell::left(&*it.asset)].into_iter().chain(numbers).collect()
    };
    list(output, balances, titles, Event::Balance, row)
}

pub(super) fn positions(output: &mut Output, positions: &[Position]) -> Result<(), Error> {
    let right = ["long", "short", "net", "entry price"].map(Cell::right);
    let titles = [Cell::left("instrument")].into_iter().chain(right);
    let row = |it: &Position| {
        let numbers = [it.long, it.short, it.net, it.entry_price].map(|number| Cell::right(or_dash(number.as_ref())));
        [Cell::left(it.instrument.to_string())].into_iter().chain(numbers).collect()
    };
    list(output, positions, titles, Event::Position, row)
}

fn list<'a, T>(
    output: &mut Output,
    all: &'a [T],
    titles: impl IntoIterator<Item = Cell>,
    event: impl Fn(&'a T) -> Event<'a>,
    row: impl Fn(&'a T) -> Vec<Cell>,
) -> Result<(), Error> {
    match output.format() {
        Format::Json => all.iter().try_for_each(|it| output.event(&event(it)))?,
        Format::Text => {
            let mut table = Table::new(titles);
            all.iter().for_each(|it| table.row(row(it)));
            output.table(&table)?;
        }
    }
    Ok(())
}

fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}
