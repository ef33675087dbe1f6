//! `tapewire desk`: orders, and what one has.

mod command;
mod shown;

use std::future::Future;
use std::io::Write as _;
use std::sync::Arc;

use tapewire::desk::{Desk, DeskError};
use tapewire::ssi::trading::Placed;
use tapewire::{Engine, Feed, RequestError, Signer, UnixNanos};

pub(crate) use self::command::Args;
use self::command::{Action, At, CancelArgs, FindArgs, ModifyArgs, OrdersArgs, PlaceArgs, Who};
use crate::config::{Accounts, with_desk};
use crate::error::Error;
use crate::otp::Terminal;
use crate::output::Output;
use crate::runtime::Stop;

const DAY_NANOS: i64 = 86_400_000_000_000;

pub(crate) async fn run(args: Args, mut output: Output, mut stop: Stop) -> Result<(), Error> {
    let stop = &mut stop;
    match args.action {
        Action::Place(args) => place(args, &mut output, stop).await,
        Action::Modify(args) => modify(args, &mut output, stop).await,
        Action::Cancel(args) => cancel(args, &mut output, stop).await,
        Action::Find(args) => find(args, &mut output, stop).await,
        Action::Orders(args) => orders(&args, &mut output, stop).await,
        Action::Balances(at) => balances(&at, &mut output, stop).await,
        Action::Positions(at) => positions(&at, &mut output, stop).await,
    }?;
    output.flush()?;
    Ok(())
}

async fn place(args: PlaceArgs, output: &mut Output, stop: &mut Stop) -> Result<(), Error> {
    let order = args.order();
    let open = Open::signing(args.instrument.venue().as_str(), &args.who)?;
    let key = match args.key {
        Some(key) => key,
        None => Desk::draw_key().map_err(|known| Error::Desk { known, hint: String::new() })?,
    };
    // Said before anything is sent: whatever happens then, the order can be looked for.
    _ = writeln!(std::io::stderr(), "order key: {key}");
    let hint = format!("; look it up with `tapewire desk find {} {key}`", open.venue);
    let placed = open.change(open.desk.place_under(&key, &order), stop, hint).await?;
    shown::placed(output, "placed", &placed)
}

async fn modify(args: ModifyArgs, output: &mut Output, stop: &mut Stop) -> Result<(), Error> {
    let open = Open::signing(&args.at.venue, &args.at.who)?;
    let placed = open.change(open.desk.modify(&args.order, args.change), stop, open.orders_hint()).await?;
    shown::placed(output, "changed", &placed)
}

async fn cancel(args: CancelArgs, output: &mut Output, stop: &mut Stop) -> Result<(), Error> {
    let open = Open::signing(&args.at.venue, &args.at.who)?;
    let placed = open.change(open.desk.cancel(&args.order), stop, open.orders_hint()).await?;
    shown::placed(output, "cancelled", &placed)
}

async fn find(args: FindArgs, output: &mut Output, stop: &mut Stop) -> Result<(), Error> {
    let open = Open::reading(&args.at)?;
    let Some(found) = open.ask(open.desk.find(&args.key), stop).await? else { return Ok(()) };
    let order = found.ok_or(Error::NoSuchOrder { venue: open.venue, key: args.key })?;
    shown::orders(output, &[order])
}

async fn orders(args: &OrdersArgs, output: &mut Output, stop: &mut Stop) -> Result<(), Error> {
    let open = Open::reading(&args.at)?;
    let today = open.engine.handle().now();
    let from = UnixNanos(today.0 - DAY_NANOS * i64::from(args.days - 1));
    let Some(orders) = open.ask(open.desk.orders(from, today), stop).await? else { return Ok(()) };
    shown::orders(output, &orders)
}

async fn balances(at: &At, output: &mut Output, stop: &mut Stop) -> Result<(), Error> {
    let open = Open::reading_for_client(at)?;
    let Some(balances) = open.ask(open.desk.balances(), stop).await? else { return Ok(()) };
    shown::balances(output, &balances)
}

async fn positions(at: &At, output: &mut Output, stop: &mut Stop) -> Result<(), Error> {
    let open = Open::reading_for_client(at)?;
    let Some(positions) = open.ask(open.desk.positions(), stop).await? else { return Ok(()) };
    shown::positions(output, &positions)
}

/// An engine that is logged in as the venue's account, and the desk on it.
struct Open {
    venue: &'static str,
    engine: Feed,
    desk: Desk,
}

impl Open {
    /// For what changes something.
    fn signing(venue: &str, who: &Who) -> Result<Self, Error> {
        let venue = with_desk(venue)?;
        let accounts = Accounts::load(&who.connect)?;
        accounts.has(venue, "device")?;
        let signer = accounts.signer(venue)?;
        Self::start(venue, &accounts, who, signer)
    }

    /// For orders, which are asked for by the account alone.
    fn reading(at: &At) -> Result<Self, Error> {
        let venue = with_desk(&at.venue)?;
        Self::start(venue, &Accounts::load(&at.who.connect)?, &at.who, Arc::new(Nobody))
    }

    /// For what belongs to a client.
    fn reading_for_client(at: &At) -> Result<Self, Error> {
        let venue = with_desk(&at.venue)?;
        let accounts = Accounts::load(&at.who.connect)?;
        accounts.has(venue, "client")?;
        Self::start(venue, &accounts, &at.who, Arc::new(Nobody))
    }

    fn start(venue: &'static str, accounts: &Accounts, who: &Who, signer: Arc<dyn Signer>) -> Result<Self, Error> {
        let trading = accounts.trading(venue, who.account.as_deref())?;
        let engine = Engine::builder().venue(accounts.venue(venue)?).otp_source(Arc::new(Terminal)).start()?;
        Ok(Self { venue, desk: Desk::new(engine.handle(), trading, signer), engine })
    }

    /// Waits for what becomes of something that changes something, and ends the engine.
    async fn change(
        &self,
        work: impl Future<Output = Result<Placed, DeskError>>,
        stop: &mut Stop,
        hint: String,
    ) -> Result<Placed, Error> {
        let outcome = tokio::select! {
            biased;
            () = stop.wait() => Err(Error::Interrupted { hint }),
            outcome = work => outcome.map_err(|known| {
                let hint = if matches!(known, DeskError::Unknown { .. }) { hint } else { String::new() };
                Error::Desk { known, hint }
            }),
        };
        self.engine.handle().shutdown().await;
        outcome
    }

    /// Waits for an answer, and ends the engine; `None` if the command was to end before.
    async fn ask<T>(
        &self,
        work: impl Future<Output = Result<T, RequestError>>,
        stop: &mut Stop,
    ) -> Result<Option<T>, Error> {
        let answer = tokio::select! {
            biased;
            () = stop.wait() => Ok(None),
            answer = work => answer.map(Some),
        };
        self.engine.handle().shutdown().await;
        Ok(answer?)
    }

    fn orders_hint(&self) -> String {
        format!("; see `tapewire desk orders {}`", self.venue)
    }
}

/// Signs nothing, for whoever only asks.
struct Nobody;

impl Signer for Nobody {
    fn rsa_sha256(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
}
