//! `tapewire sim`: a simulated venue for any client, until a signal ends it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tapewire_sim::{Script, Simulator, Speed, VenueInfo};

use crate::config::{Accounts, ConfigError};
use crate::error::Error;
use crate::output::{Format, Output};
use crate::runtime::Stop;

const EXAMPLES: &str = "\
Examples:
  tapewire sim binance --listen 127.0.0.1:9443
  tapewire sim binance --listen 127.0.0.1:0 --tls --seed 7
  tapewire sim binance --listen 127.0.0.1:9443 --fault faults.jsonl
  tapewire sim binance --listen 127.0.0.1:9443 --replay day.jsonl.gz --speed max

When it is ready, it prints its addresses as one line of JSON: {\"venue\", \"ws\", \"rest\", \"ca\"}.";

const FAULTS: &str = "\
Each line of a fault script is one fault, which happens once:
  {\"at_ms\": 5000, \"fault\": \"drop\"}
  {\"after\": 100, \"connection\": 1, \"fault\": \"skip\", \"args\": {\"count\": 1, \"stream\": \"btcusdt@trade\"}}
`at_ms` is the time since the start, `after` the number of messages sent on a connection; connections are numbered from 1.";

/// Simulate a venue: its real WebSocket and REST protocols on a simulated market
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = long_help())]
pub(crate) struct Args {
    /// The venue to simulate, such as `binance`
    venue: String,

    /// Address to listen on; port 0 picks a free port
    #[arg(long, value_name = "ADDR")]
    listen: String,

    /// A separate address for REST
    #[arg(long, value_name = "ADDR")]
    rest_listen: Option<String>,

    /// Serve TLS with a new certificate; clients have to trust the file printed as `ca`
    #[arg(long)]
    tls: bool,

    /// Seed of the simulated market; the same seed gives the same orders
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,

    /// Replay recordings, plain or gzip, one after another, instead of the market; starts at the first subscription
    #[arg(long, value_name = "FILE", num_args = 1..)]
    replay: Vec<PathBuf>,

    /// Replay speed: a factor such as 10 or 0.5, or `max` for as fast as clients read
    #[arg(long, value_name = "N|max", default_value = "1", requires = "replay")]
    speed: Speed,

    /// Fault script, one JSON object per line; `--help` describes the format
    #[arg(long, value_name = "SCRIPT")]
    fault: Option<PathBuf>,

    /// Accept only the key in this file, in the format of `stream --config`, and check its signatures. By default every
    /// key but `bad-key` is accepted, and signatures are checked for `sim-key` with `sim-secret` and `sim-passphrase`
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,

    /// Set an option of the simulated venue; `--help` lists them
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
    if !args.replay.is_empty() {
        builder = builder.replay(&args.replay, args.speed);
    }
    if let Some(path) = &args.fault {
        builder = builder.faults(script(path)?);
    }
    if let Some(path) = &args.credentials {
        let known = Accounts::of_file(path, "--credentials")?.credentials(&args.venue)?;
        let nobody = || ConfigError::NoCredentials { path: path.clone(), venue: args.venue.clone() };
        builder = builder.credentials([known.ok_or_else(nobody)?]);
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
        // It is useless once the venue is gone, and somebody may have cleaned up already.
        _ = std::fs::remove_file(ca);
    }
    printed
}

fn script(path: &Path) -> Result<Script, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read {
        origin: "--fault".to_owned(),
        path: path.to_owned(),
        source,
    })?;
    text.parse().map_err(|source| Error::Script { path: path.to_owned(), source })
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

/// The examples, and what the simulators themselves say they can do; what several can do is said once.
fn long_help() -> String {
    let mut text = format!("{EXAMPLES}\n\n{FAULTS}");
    let all: Vec<_> = tapewire_sim::venues().collect();
    for (place, venue) in all.iter().enumerate() {
        let same = |other: &&&VenueInfo| std::ptr::eq(other.options, venue.options) && !venue.options.is_empty();
        if all.iter().take(place).any(|before| same(&before)) {
            continue;
        }
        let ids: Vec<&str> = all.iter().filter(same).map(|other| other.id).collect();
        let ids = if ids.is_empty() { venue.id.to_owned() } else { ids.join(", ") };
        _ = write!(text, "\n\n{ids}: {}", venue.summary);
        for option in venue.options {
            _ = write!(text, "\n  --option {}={}\n      {}", option.name, option.values, option.doc);
        }
    }
    _ = write!(text, "\n\nFaults; a script with a fault that the venue cannot play is rejected:");
    let mut told: Vec<&str> = Vec::new();
    for fault in all.iter().flat_map(|venue| venue.faults) {
        if !told.contains(&fault.name) {
            told.push(fault.name);
            _ = write!(text, "\n  {} {}\n      {}", fault.name, fault.args, fault.doc);
        }
    }
    text
}
