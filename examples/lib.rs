//! What all examples share: a venue to connect to, simulated unless `--live` is given.

use std::error::Error;

use tapewire::Venue;
use tapewire_sim::{Script, Simulator};

/// A venue to connect to.
#[derive(Debug)]
pub struct Place {
    /// The venue, with the address to connect to.
    pub venue: Venue,
    /// What simulates it, if anything does. It runs until this is dropped.
    simulator: Option<Simulator>,
}

impl Place {
    /// The real Binance if the program was called with `--live`, else a simulated one.
    ///
    /// # Errors
    /// If the simulator cannot be started.
    pub async fn from_args() -> Result<Self, Box<dyn Error>> {
        if std::env::args().any(|argument| argument == "--live") {
            return Ok(Self { venue: tapewire::binance::spot(), simulator: None });
        }
        Self::simulated("").await
    }

    /// A simulated Binance on a free port of this machine, with faults as in `tapewire sim --fault`; none if the
    /// script is empty.
    ///
    /// # Errors
    /// If the script cannot be read, or the simulator cannot be started.
    pub async fn simulated(faults: &str) -> Result<Self, Box<dyn Error>> {
        let script: Script = faults.parse()?;
        let simulator = Simulator::builder("binance").listen("127.0.0.1:0").faults(script).start().await?;
        let venue = tapewire::binance::spot().endpoint(simulator.ws_url().parse()?);
        Ok(Self { venue, simulator: Some(simulator) })
    }

    /// Whether the venue is simulated.
    #[must_use]
    pub fn is_simulated(&self) -> bool {
        self.simulator.is_some()
    }
}
