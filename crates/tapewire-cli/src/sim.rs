//! `tapewire sim`: a simulated venue for any client, until a signal ends it.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;
use tapewire_sim::Simulator;

use crate::error::Error;
use crate::output::{Format, Output};
use crate::runtime::Stop;

const EXAMPLES: &str = "\
Examples:
  tapewire sim binance --listen 127.0.0.1:9443
  tapewire sim binance --listen 127.0.0.1:0 --tls --seed 7

One line of JSON says when it is ready and where: {\"venue\", \"ws\", \"rest\", \"ca\"}.";

/// Simulate a venue: its WebSocket and REST protocol over a seeded market
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = long_help())]
pub(crate) struct Args {
    /// The venue to simulate, such as `binance`
    venue: String,

    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR")]
    listen: String,

    /// Where to listen for REST, if not at the same address
    #[arg(long, value_name = "ADDR")]
    rest_listen: Option<String>,

    /// Serve TLS with a certificate made at the start; the printed `ca` is the file to trust
    #[arg(long)]
    tls: bool,

    /// Choose the market; the same seed gives the same orders
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,

    /// Set one of the venue's variants; `--help` lists them
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value)]
    option: Vec<(String, String)>,
}

/// What is printed when the venue is ready.
#[derive(Serialize)]
struct Ready<'a> {
    venue: &'a str,
    ws: String,
    rest: String,
    ca: Option<String>,
}

pub(crate) async fn run(args: Args, mut stop: Stop) -> Result<(), Error> {
    let mut builder = Simulator::builder(&args.venue).listen(&args.listen).tls(args.tls).seed(args.seed);
    if let Some(address) = &args.rest_listen {
        builder = builder.rest_listen(address);
    }
    for (name, value) in &args.option {
        builder = builder.option(name, value);
    }
    if args.tls {
        builder = builder.ca_file(ca_file(&args.venue));
    }
    let simulator = builder.start().await?;
    let ca = simulator.ca_file().map(PathBuf::from);
    let printed = announce(&args.venue, &simulator);
    if printed.is_ok() {
        stop.wait().await;
    }
    simulator.stop().await;
    if let Some(ca) = ca {
        // It is of no use to anybody once the venue is gone, and somebody may have cleaned up already.
        _ = std::fs::remove_file(ca);
    }
    printed
}

fn announce(venue: &str, simulator: &Simulator) -> Result<(), Error> {
    let mut output = Output::new(Some(Format::Json));
    let ca = simulator.ca_file().map(|path| path.display().to_string());
    output.json(&Ready { venue, ws: simulator.ws_url(), rest: simulator.rest_url(), ca })?;
    output.flush()?;
    Ok(())
}

/// A place for the certificate that no other simulator on this machine uses.
fn ca_file(venue: &str) -> PathBuf {
    std::env::temp_dir().join(format!("tapewire-sim-{venue}-{}.pem", std::process::id()))
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// The examples, and what the simulators themselves say they can do.
fn long_help() -> String {
    let mut text = format!("{EXAMPLES}\n\nVenues and their options:\n");
    for venue in tapewire_sim::venues() {
        _ = writeln!(text, "  {:10} {}", venue.id, venue.summary);
        for option in venue.options {
            _ = writeln!(text, "    --option {}={}\n        {}", option.name, option.values, option.doc);
        }
    }
    text
}
