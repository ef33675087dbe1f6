//! Logs: to standard error, filtered by target and level.

use std::io::IsTerminal as _;

use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::error::Error;
use crate::style;

const DEFAULT: &str = "warn";

/// Starts to log what `filter` lets through; without one, what `TAPEWIRE_LOG` does, or warnings.
pub(crate) fn start(filter: Option<&str>) -> Result<(), Error> {
    let from_environment = std::env::var("TAPEWIRE_LOG").ok().filter(|text| !text.is_empty());
    let text = filter.map(str::to_owned).or(from_environment).unwrap_or_else(|| DEFAULT.to_owned());
    let Ok(targets) = text.parse::<Targets>() else {
        return Err(Error::LogFilter { text: tapewire::excerpt(text.as_bytes()) });
    };
    let ansi = style::wanted(std::io::stderr().is_terminal());
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(ansi).with_filter(targets);
    // Only a second start in one process could fail, and the first one's logs go on.
    _ = tracing_subscriber::registry().with(lines).try_init();
    Ok(())
}
