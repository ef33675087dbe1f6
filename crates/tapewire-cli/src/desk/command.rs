//! What `tapewire desk` is told.

use tapewire::InstrumentId;
use tapewire::event::{Id, Side};
use tapewire::ssi::trading::{Change, NewOrder, OrderError, OrderKind, RequestKey, Which};

use crate::config::ConnectArgs;

const EXAMPLES: &str = "\
Examples:
  tapewire desk place ssi:SSI buy 100 31000            at 31,000 or better
  tapewire desk place ssi:SSI sell 100 ATC             at the closing price
  tapewire desk modify ssi 12345 price=31050
  tapewire desk cancel ssi key=my-key-1
  tapewire desk find ssi my-key-1                      what became of an order that got no answer
  tapewire desk orders ssi --days 7
  tapewire desk balances ssi

Logging in takes `key` and `secret`, and a one-time code unless `keep` names a file with the tokens of an earlier run.
Orders also take `device` and `signing_key`; `tapewire venues ssi` says what they are. To follow an order, run
`tapewire stream 'ssi:*@order'`.

Each order has a key of its own, printed on standard error before anything is sent, and is sent once. If no answer comes,
the order is looked up by its key. If the venue does not list it either, the exit code is 1; nothing is ever sent again.";

/// Place, change and cancel orders; list orders, cash and holdings
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(super) action: Action,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum Action {
    /// Place an order
    Place(PlaceArgs),
    /// Change the price or the quantity of an order
    Modify(ModifyArgs),
    /// Cancel an order
    Cancel(CancelArgs),
    /// Look up one of today's orders by its key
    Find(FindArgs),
    /// List orders as they stand
    Orders(OrdersArgs),
    /// List cash
    Balances(At),
    /// List holdings
    Positions(At),
}

#[derive(Debug, clap::Args)]
pub(super) struct PlaceArgs {
    /// What to trade, such as `ssi:SSI`
    pub(super) instrument: InstrumentId,

    /// Buy or sell
    pub(super) side: Way,

    /// How much, in shares or contracts
    #[arg(value_parser = quantity)]
    pub(super) quantity: u64,

    /// A limit such as `31000`, or a kind of order: ATO, ATC, MTL, MP, MOK, MAK, PLO=PRICE
    #[arg(value_name = "PRICE|KIND", value_parser = kind)]
    pub(super) kind: OrderKind,

    /// The order's key: up to 20 letters, digits, `-` and `_`, unique within a day [default: random]
    #[arg(long, value_parser = key)]
    pub(super) key: Option<RequestKey>,

    #[command(flatten)]
    pub(super) who: Who,
}

#[derive(Debug, clap::Args)]
pub(super) struct ModifyArgs {
    #[command(flatten)]
    pub(super) at: At,

    /// The venue's id of the order, or `key=KEY`
    #[arg(value_parser = which)]
    pub(super) order: Which,

    /// What is to change: `price=31050` or `quantity=200`
    #[arg(value_parser = change)]
    pub(super) change: Change,
}

#[derive(Debug, clap::Args)]
pub(super) struct CancelArgs {
    #[command(flatten)]
    pub(super) at: At,

    /// The venue's id of the order, or `key=KEY`
    #[arg(value_parser = which)]
    pub(super) order: Which,
}

#[derive(Debug, clap::Args)]
pub(super) struct FindArgs {
    #[command(flatten)]
    pub(super) at: At,

    /// The key
    #[arg(value_parser = key)]
    pub(super) key: RequestKey,
}

#[derive(Debug, clap::Args)]
pub(super) struct OrdersArgs {
    #[command(flatten)]
    pub(super) at: At,

    /// How many days to go back, including today
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=366))]
    pub(super) days: u16,
}

/// Where, and for whom.
#[derive(Debug, clap::Args)]
pub(super) struct At {
    /// The venue, such as `ssi`
    pub(super) venue: String,

    #[command(flatten)]
    pub(super) who: Who,
}

/// For whom, and how the venue is reached.
#[derive(Debug, clap::Args)]
pub(super) struct Who {
    /// The account number, if `accounts` does not name exactly one
    #[arg(long, value_name = "NUMBER")]
    pub(super) account: Option<String>,

    #[command(flatten)]
    pub(super) connect: ConnectArgs,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum Way {
    Buy,
    Sell,
}

impl PlaceArgs {
    pub(super) fn order(&self) -> NewOrder {
        let side = match self.side {
            Way::Buy => Side::Buy,
            Way::Sell => Side::Sell,
        };
        NewOrder { instrument: self.instrument, side, quantity: self.quantity, kind: self.kind }
    }
}

fn key(text: &str) -> Result<RequestKey, &'static str> {
    RequestKey::new(text).ok_or("write up to 20 letters, digits, `-` and `_`")
}

fn quantity(text: &str) -> Result<u64, &'static str> {
    text.parse().ok().filter(|number| *number > 0).ok_or("write a whole number above 0")
}

fn kind(text: &str) -> Result<OrderKind, OrderError> {
    if let Ok(price) = text.parse() {
        return Ok(OrderKind::Limit(price));
    }
    match text.split_once('=') {
        Some((word, price)) => OrderKind::named(word, Some(price.parse().map_err(|_| OrderError::Price)?)),
        None => OrderKind::named(text, None),
    }
}

fn which(text: &str) -> Result<Which, &'static str> {
    match text.split_once('=') {
        Some(("key", text)) => key(text).map(Which::Key),
        Some(_) => Err("write the venue's id of the order, or key=KEY"),
        None => Ok(Which::Id(Id::from_text(text))),
    }
}

fn change(text: &str) -> Result<Change, &'static str> {
    let wrong = "write price=PRICE or quantity=QUANTITY, of one alone";
    match text.split_once('=') {
        Some(("price", price)) => price.parse().map(Change::Price).map_err(|_| wrong),
        Some(("quantity", text)) => quantity(text).map(Change::Quantity).map_err(|_| wrong),
        _ => Err(wrong),
    }
}
