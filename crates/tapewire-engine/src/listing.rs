//! What a venue lists: asked for when a symbol is wanted, again where it could not be had, and again for a symbol that
//! an older list does not have.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tapewire_core::event::{Batch, Normalized};
use tapewire_core::{Failure, Monotonic, Recovery, Subscription};
use tapewire_session::Catalog;

use crate::account::AccountHandle;
use crate::clock::Clock;

/// A list this old may lack what was listed since; how often it is asked for at the most.
const FRESH_FOR: Duration = Duration::from_secs(60);
/// A list that could not be had is asked for again after this time, doubled each time up to a limit.
const AGAIN_AFTER: Duration = Duration::from_secs(10);
const AGAIN_AFTER_MAX: Duration = Duration::from_secs(600);
/// How many subscriptions may wait for a newer list; further ones are judged by the one that is there.
const WAITING_MAX: usize = 4096;

type Asked = Pin<Box<dyn Future<Output = Result<Batch, Failure>> + Send>>;

/// The list of one venue.
pub(crate) struct Listing {
    account: AccountHandle,
    clock: Clock,
    state: State,
    known: Option<Arc<Catalog>>,
    /// When the venue last gave a list, or none.
    answered_at: Monotonic,
    failures: u32,
    waiting: Vec<Subscription>,
}

enum State {
    /// Nobody has asked, or what was asked has come.
    Idle,
    Asked(Asked),
    /// To be asked for again.
    Due(Monotonic),
    /// It cannot be had.
    Hopeless,
}

impl Listing {
    pub(crate) fn new(account: AccountHandle, clock: Clock) -> Self {
        Self {
            account,
            clock,
            state: State::Idle,
            known: None,
            answered_at: Monotonic::default(),
            failures: 0,
            waiting: Vec::new(),
        }
    }

    /// Notes that an instrument is wanted. Returns whether its subscription has to wait for a newer list, by which it
    /// is then given back.
    pub(crate) fn holds(&mut self, subscription: Subscription) -> bool {
        let Some(catalog) = &self.known else {
            if matches!(self.state, State::Idle) {
                self.ask();
            }
            return false;
        };
        let is_asked = matches!(self.state, State::Asked(_));
        let is_old = is_asked || self.clock.mono().since(self.answered_at) >= FRESH_FOR;
        if catalog.knows(subscription.instrument) || !is_old || self.waiting.len() >= WAITING_MAX {
            return false;
        }
        if !is_asked {
            self.ask();
        }
        self.waiting.push(subscription);
        true
    }

    /// Forgets a subscription that waits.
    pub(crate) fn forget(&mut self, subscription: Subscription) {
        self.waiting.retain(|it| *it != subscription);
    }

    /// The next list, or why it cannot be had, with the subscriptions that waited for it.
    ///
    /// # Cancel safety
    /// Cancel safe: what was asked stays asked.
    pub(crate) async fn next(&mut self) -> (Result<Arc<Catalog>, Failure>, Vec<Subscription>) {
        loop {
            match &mut self.state {
                State::Idle | State::Hopeless => std::future::pending().await,
                State::Due(at) => {
                    tokio::time::sleep_until(self.clock.instant(*at)).await;
                    self.ask();
                }
                State::Asked(answer) => {
                    let answer = answer.await;
                    return (self.answered(answer), std::mem::take(&mut self.waiting));
                }
            }
        }
    }

    fn ask(&mut self) {
        let account = self.account.clone();
        self.state = State::Asked(Box::pin(async move { account.instruments().await }));
    }

    fn answered(&mut self, answer: Result<Batch, Failure>) -> Result<Arc<Catalog>, Failure> {
        let now = self.clock.mono();
        self.answered_at = now;
        let instruments = match answer {
            Ok(instruments) => instruments,
            Err(failure) => {
                self.state = match failure.recovery {
                    // What is known goes on to serve.
                    _ if self.known.is_some() => State::Idle,
                    Recovery::Retry => State::Due(now.after(self.again())),
                    Recovery::RetryAfter(wait) => State::Due(now.after(wait.max(self.again()))),
                    _ => State::Hopeless,
                };
                self.failures = self.failures.saturating_add(1);
                return Err(failure);
            }
        };
        let catalog: Catalog = instruments.iter().filter_map(|event| Normalized::instrument(&event)).collect();
        let catalog = Arc::new(catalog);
        self.known = Some(Arc::clone(&catalog));
        self.state = State::Idle;
        Ok(catalog)
    }

    fn again(&self) -> Duration {
        AGAIN_AFTER.saturating_mul(1 << self.failures.min(10)).min(AGAIN_AFTER_MAX)
    }
}
