//! Memory of idle connections: one, and a thousand in one process. That process does nothing else, and the server is
//! another one.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use tapewire_benches::Error;
use tapewire_benches::allocations;
use tapewire_benches::loopback::{answer, listen, upgraded};
use tapewire_benches::reading::one_thread;
use tapewire_binance::Spot;
use tapewire_core::event::Event;
use tapewire_core::{
    Account, Budget, Capabilities, Connector, Grant, Policy, Protocol, Route, Subscription, SubscriptionState, Target,
    Topic, Unsupported, Venue, VenueId,
};
use tapewire_engine::Engine;
use tokio::sync::mpsc;

/// The word that makes this program the server.
pub(crate) const SERVE: &str = "serve";
/// The word that makes it the client, which is measured.
pub(crate) const HOLD: &str = "hold";
/// How many connections are opened in the end.
const CONNECTIONS: u64 = 1000;

/// The Binance adapter, with one topic a connection.
struct OneTopicEach {
    spot: Spot,
    policy: Policy,
}

impl Connector for OneTopicEach {
    fn venue(&self) -> VenueId {
        self.spot.venue()
    }

    fn capabilities(&self) -> &Capabilities {
        self.spot.capabilities()
    }

    fn policy(&self, _: Route) -> &Policy {
        &self.policy
    }

    fn topic(&self, subscription: &Subscription) -> Result<Topic, Unsupported> {
        self.spot.topic(subscription)
    }

    fn account(&self, target: &Target) -> Box<dyn Account> {
        self.spot.account(target)
    }

    fn protocol(&self, route: Route, grant: &Grant) -> Box<dyn Protocol> {
        self.spot.protocol(route, grant)
    }
}

/// What a process holds.
#[derive(Clone, Copy, Debug)]
struct Held {
    /// By the system's count: resident, in bytes.
    resident: u64,
    /// By the allocator's: asked for and not given back.
    heap: u64,
}

impl Held {
    fn now() -> Result<Self, Error> {
        let status = fs::read_to_string("/proc/self/status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        let resident = kilobytes.ok_or_else(|| io::Error::from(io::ErrorKind::Unsupported))? * 1024;
        Ok(Self { resident, heap: allocations::held() })
    }
}

/// Prints what an idle connection holds.
pub(crate) fn compare(out: &mut dyn Write) -> Result<(), Error> {
    let program = std::env::current_exe()?;
    let mut server = Command::new(&program).arg(SERVE).stdout(Stdio::piped()).spawn()?;
    let mut port = String::new();
    let said = server.stdout.take().ok_or_else(|| io::Error::from(io::ErrorKind::BrokenPipe))?;
    BufReader::new(said).read_line(&mut port)?;
    let held = Command::new(&program).args([HOLD, port.trim()]).stderr(Stdio::inherit()).output();
    server.kill()?;
    server.wait()?;
    let held = held?;
    if !held.status.success() {
        return Err(Error::Program { program: "the client", why: held.status.to_string() });
    }
    Ok(out.write_all(&held.stdout)?)
}

/// Opens connections to a port of this machine, and prints what they hold.
pub(crate) fn hold(port: &str) -> Result<(), Error> {
    let [before, one, all] = measure(port)?;
    let (more, mut out) = (CONNECTIONS - 1, io::stdout());
    let kib = |bytes: u64| format!("{}.{} KiB", bytes / 1024, bytes % 1024 * 10 / 1024);
    writeln!(out, "memory of idle connections, plain ws, one subscription each")?;
    let (resident, heap) = (one.resident - before.resident, one.heap - before.heap);
    writeln!(out, "  an engine with one connection: {} resident, {} asked for", kib(resident), kib(heap))?;
    let (resident, heap) = ((all.resident - one.resident) / more, (all.heap - one.heap) / more);
    writeln!(out, "  each of {more} further connections: {} resident, {} asked for", kib(resident), kib(heap))?;
    writeln!(out, "  the process with {CONNECTIONS}: {} resident\n", kib(all.resident))?;
    Ok(())
}

fn measure(port: &str) -> Result<[Held; 3], Error> {
    let spot = Spot::new();
    let route = spot.routes().first().copied().unwrap_or(Route("market"));
    let policy = Policy {
        topics_max: 1,
        dials: Budget { amount: 10_000, per: Duration::from_secs(1) },
        ..spot.policy(route).clone()
    };
    let venue = Venue::new(OneTopicEach { spot, policy }).endpoint(format!("ws://127.0.0.1:{port}").parse()?);
    one_thread()?.block_on(async {
        let before = Held::now()?;
        let (confirmed, mut confirmations) = mpsc::channel(2000);
        let make = move || {
            let confirmed = confirmed.clone();
            move |event: &Event<'_>| {
                if let Event::Subscription(notice) = event
                    && notice.state == SubscriptionState::Confirmed
                {
                    _ = confirmed.try_send(());
                }
            }
        };
        let engine = Engine::builder().venue(venue).subscribe(subscription(0)?);
        let handle = engine.start_with(make).map_err(|why| failed(&why))?;
        let settled = Duration::from_millis(200);
        confirmations.recv().await;
        tokio::time::sleep(settled).await;
        let one = Held::now()?;
        for number in 1..CONNECTIONS {
            handle.subscribe(subscription(number)?).await.map_err(|why| failed(&why))?;
        }
        for _ in 1..CONNECTIONS {
            confirmations.recv().await;
        }
        tokio::time::sleep(settled).await;
        Ok([before, one, Held::now()?])
    })
}

fn subscription(number: u64) -> Result<Subscription, Error> {
    Ok(format!("binance:C{number}USDT@quote").parse()?)
}

/// Accepts connections until it is killed, and acknowledges what they ask for.
pub(crate) fn serve() -> Result<(), Error> {
    let (listener, address) = listen()?;
    writeln!(io::stdout(), "{}", address.port())?;
    loop {
        let mut stream = upgraded(&listener)?;
        thread::Builder::new().stack_size(64 * 1024).spawn(move || while answer(&mut stream).is_ok() {})?;
    }
}

fn failed(why: &dyn std::error::Error) -> Error {
    Error::Program { program: "the engine", why: tapewire_core::chain(why) }
}
