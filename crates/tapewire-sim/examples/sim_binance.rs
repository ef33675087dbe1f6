//! How do I start a simulated Binance to point any client at? `cargo run -p tapewire-sim --example sim_binance [ADDRESS]`
//! prints one JSON line with its URLs and runs until Ctrl-C.

use std::io::Write;

use tapewire_sim::Simulator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let sim = Simulator::builder("binance").listen(address).seed(7).start().await?;
    let line = serde_json::json!({ "venue": "binance", "ws": sim.ws_url(), "rest": sim.rest_url(), "ca": null });
    writeln!(std::io::stdout(), "{line}")?;
    tokio::signal::ctrl_c().await?;
    sim.stop().await;
    Ok(())
}
