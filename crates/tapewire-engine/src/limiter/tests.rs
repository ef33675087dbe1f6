//! Limits under paused time: who waits, for what, and who is told.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::task::JoinSet;

use super::*;

const SECOND: Duration = Duration::from_secs(1);
const FOREVER: Duration = Duration::MAX;

fn wish(amount: u32, weight: u32, patience: Duration) -> Wish {
    Wish::request(Budget { amount, per: SECOND }, weight, patience)
}

fn policy(amount: u32) -> Policy {
    Policy { dials: Budget { amount, per: SECOND * 60 }, ..Policy::default() }
}

fn nobody(_: Held) {}

fn refused() -> Result<(), DialError> {
    let source = Arc::new(std::io::ErrorKind::ConnectionRefused.into());
    Err(DialError::Connect { host: "a".to_owned(), source })
}

fn status(status: u16, retry_after: Option<Duration>) -> Result<(), DialError> {
    Err(DialError::Refusal { host: "a".to_owned(), status, retry_after, excerpt: String::new() })
}

#[tokio::test(start_paused = true)]
async fn waits_in_order_and_a_waiter_that_leaves_takes_nothing() {
    let clock = Clock::system();
    let limiter = HostLimiter::new(clock.clone());
    limiter.wait("a", wish(2, 2, FOREVER), &nobody).await.unwrap();
    let leaver = limiter.wait("a", wish(2, 2, FOREVER), &nobody);
    assert!(tokio::time::timeout(SECOND / 2, leaver).await.is_err());
    limiter.wait("b", wish(2, 2, FOREVER), &nobody).await.unwrap();
    assert_eq!(clock.mono().0, SECOND / 2, "another host does not wait");
    let heavy = limiter.wait("a", wish(2, 2, FOREVER), &nobody);
    let light = limiter.wait("a", wish(2, 1, FOREVER), &nobody);
    let (heavy_at, light_at) =
        tokio::join!(async { (heavy.await, clock.mono()).1 }, async { (light.await, clock.mono()).1 });
    assert!(heavy_at.0 > SECOND && heavy_at.0 < SECOND * 11 / 10, "{heavy_at:?}");
    assert!(light_at.0 > SECOND * 2, "a light one does not overtake: {light_at:?}");
}

#[tokio::test(start_paused = true)]
async fn a_pause_holds_for_those_who_wait_already_and_they_are_told() {
    let clock = Clock::system();
    let limiter = DialLimiter::new(clock.clone());
    let first = limiter.turn("a", &policy(1), nobody).await;
    let told = RefCell::new(Vec::new());
    let one = policy(1);
    let waiting = limiter.turn("a", &one, |held| told.borrow_mut().push(held));
    let refusing = async { first.dialled(&status(429, Some(SECOND * 90))) };
    let (_, wait) = tokio::join!(waiting, refusing);
    assert_eq!(wait, Some(SECOND * 90));
    assert!(clock.mono().0 >= SECOND * 90, "{:?}", clock.mono());
    let told: Vec<_> = told.into_inner().into_iter().map(|held| (held.wait.unwrap().as_secs(), held.why)).collect();
    let budget = (60, "the request budget for a is used up".to_owned());
    assert_eq!(told, [budget, (29, "a refused with HTTP status 429".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn says_at_once_what_cannot_be_or_takes_too_long() {
    let limiter = HostLimiter::new(Clock::system());
    assert_eq!(limiter.wait("a", wish(5, 6, FOREVER), &nobody).await.unwrap_err(), Denied::TooHeavy);
    let turn = limiter.wait("a", wish(5, 1, FOREVER), &nobody).await.unwrap();
    turn.refused(418, Some(SECOND * 600), None);
    assert_eq!(limiter.wait("a", wish(5, 1, SECOND), &nobody).await.unwrap_err(), Denied::Wait(SECOND * 600));
}

/// However many wait for a host that is away, one at a time tries, and when one gets through they all do, at once.
#[tokio::test(start_paused = true)]
async fn those_who_wait_for_a_host_come_together_when_it_is_back() {
    let clock = Clock::system();
    let limiter = DialLimiter::new(clock.clone());
    let back_at = SECOND * 45;
    let dials = Arc::new(AtomicU32::new(0));
    let mut all = JoinSet::new();
    for _ in 0..8 {
        all.spawn(connect(limiter.clone(), clock.clone(), back_at, Arc::clone(&dials)));
    }
    for at in all.join_all().await {
        assert!(at - back_at <= SECOND * 2, "{at:?}");
    }
    let dials = dials.load(Ordering::Relaxed);
    assert!(dials <= 30 + 8, "few in vain: {dials}");
}

async fn connect(limiter: DialLimiter, clock: Clock, back_at: Duration, dials: Arc<AtomicU32>) -> Duration {
    loop {
        let turn = limiter.turn("a", &policy(60), nobody).await;
        dials.fetch_add(1, Ordering::Relaxed);
        if clock.mono().0 >= back_at {
            turn.dialled(&Ok(()));
            return clock.mono().0;
        }
        turn.dialled(&refused());
        tokio::time::sleep(SECOND / 10).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_table_of_hosts_is_bounded() {
    let limiter = HostLimiter::new(Clock::system());
    for number in 0..HOSTS_MAX + 50 {
        limiter.wait(&number.to_string(), wish(100, 1, FOREVER), &nobody).await.unwrap();
    }
    assert_eq!(lock(&limiter.hosts).len(), HOSTS_MAX + 1, "and the one that the rest share");
    tokio::time::sleep(SECOND * 2).await;
    limiter.wait("one more", wish(100, 1, FOREVER), &nobody).await.unwrap();
    assert_eq!(lock(&limiter.hosts).len(), 1);
}
