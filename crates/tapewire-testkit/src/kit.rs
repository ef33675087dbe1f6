//! [`Kit`]: the form that an adapter's tests fill in, and running the cases over it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use async_trait::async_trait;
use libtest_mimic::{Arguments, Completion, Trial};
use tapewire_core::{Secret, Subscription, Topic, Venue, VenueId};
use tapewire_engine::OtpSource;

use crate::case::Verdict;
use crate::cases;
use crate::fixture::{self, Fixture};
use crate::report::{Outcome, Report};

/// An adapter, and what its conformance is judged by.
#[derive(Clone, Debug)]
pub struct Kit {
    venue: Venue,
    fixtures: Option<PathBuf>,
    subscriptions: Vec<String>,
    quiet: Vec<String>,
    simulator: Option<tapewire_sim::Builder>,
    one_time_code: Option<String>,
    update: bool,
}

/// Set to anything but an empty text or 0, it makes what fixtures decode to be written anew.
pub(crate) const UPDATE: &str = "TAPEWIRE_UPDATE";

impl Kit {
    /// The suite for an adapter. Nothing else is given yet: each case names what it lacks.
    #[must_use]
    pub fn new(venue: Venue) -> Self {
        let update = std::env::var(UPDATE).is_ok_and(|value| !matches!(value.as_str(), "" | "0"));
        Self {
            venue,
            fixtures: None,
            subscriptions: Vec::new(),
            quiet: Vec::new(),
            simulator: None,
            one_time_code: None,
            update,
        }
    }

    /// The folder of recorded frames: every `*.jsonl` in it, in the form that `tapewire decode` reads.
    /// `NAME.expected.jsonl` beside `NAME.jsonl` holds what it must decode to. Lines that say they are of another venue
    /// are passed over.
    #[must_use]
    pub fn fixtures(mut self, folder: impl Into<PathBuf>) -> Self {
        self.fixtures = Some(folder.into());
        self
    }

    /// Writes what the fixtures decode to anew, instead of comparing it. To be read before it is committed. By default
    /// that is done where `TAPEWIRE_UPDATE=1` is in the environment.
    #[must_use]
    pub fn update(mut self, update: bool) -> Self {
        self.update = update;
        self
    }

    /// Subscriptions to try, at least one for each row of the capability table. They are what fixtures are decoded
    /// with, and what is asked of the simulated venue.
    #[must_use]
    pub fn subscriptions(mut self, texts: &[&str]) -> Self {
        self.subscriptions.extend(texts.iter().map(|text| (*text).to_owned()));
        self
    }

    /// Subscriptions of which the simulated venue has no data: they have to be confirmed, and nothing more.
    #[must_use]
    pub fn quiet(mut self, texts: &[&str]) -> Self {
        self.quiet.extend(texts.iter().map(|text| (*text).to_owned()));
        self
    }

    /// The simulated venue; the cases choose seed, faults and listener.
    #[must_use]
    pub fn simulator(mut self, simulator: tapewire_sim::Builder) -> Self {
        self.simulator = Some(simulator);
        self
    }

    /// What is typed where the adapter asks a person, as for a one-time code.
    #[must_use]
    pub fn one_time_code(mut self, text: impl Into<String>) -> Self {
        self.one_time_code = Some(text.into());
        self
    }

    /// Runs every case, one after the other.
    pub fn check(&self) -> Report {
        self.check_only("")
    }

    /// Runs the cases whose names hold `filter`.
    pub fn check_only(&self, filter: &str) -> Report {
        let chosen = cases::all().filter(|case| case.name.contains(filter));
        Report { outcomes: chosen.map(|case| Outcome { case, verdict: (case.run)(self).err() }).collect() }
    }

    /// Runs the cases as a test program does: each is a test of its name, with the usual options for filters and
    /// lists. For a test target with `harness = false`.
    #[must_use]
    pub fn main(self) -> ExitCode {
        let trials = cases::all().map(|case| {
            let kit = self.clone();
            Trial::ignorable_test(case.name, move || match (case.run)(&kit) {
                Ok(()) => Ok(Completion::Completed),
                Err(Verdict::Skipped(why)) => Ok(Completion::ignored_with(why)),
                Err(verdict) => Err(Outcome { case, verdict: Some(verdict) }.to_string().into()),
            })
        });
        libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
    }

    /// The adapter at its target.
    #[must_use]
    pub fn venue(&self) -> &Venue {
        &self.venue
    }

    /// The fixtures, in the order of their files' names and lines.
    ///
    /// # Errors
    /// [`Verdict::Missing`] if there are none, [`Verdict::Failed`] if a file cannot be read.
    pub fn recorded(&self) -> Result<Vec<Fixture>, Verdict> {
        let folder = self.fixture_folder()?;
        let mut fixtures = fixture::load(folder).map_err(|error| Verdict::failed(tapewire_core::chain(&error)))?;
        let is_ours = |word: &String| self.venue.connector.is_recorded_as(word);
        fixtures.retain(|fixture| fixture.line.belongs_to.as_ref().is_none_or(is_ours));
        if fixtures.is_empty() {
            return Err(Verdict::Missing(format!("recorded frames: there is no line in {}/*.jsonl", folder.display())));
        }
        Ok(fixtures)
    }

    /// The folder of the fixtures.
    ///
    /// # Errors
    /// [`Verdict::Missing`] if none was given.
    pub fn fixture_folder(&self) -> Result<&Path, Verdict> {
        let missing = || Verdict::Missing("recorded frames: call `Kit::fixtures` with their folder".to_owned());
        self.fixtures.as_deref().ok_or_else(missing)
    }

    /// The subscriptions, and the topics that serve them.
    ///
    /// # Errors
    /// [`Verdict::Missing`] if there are none, [`Verdict::Failed`] if one cannot be read or the adapter refuses it.
    pub fn topics(&self) -> Result<Vec<(Subscription, Topic)>, Verdict> {
        if self.subscriptions.is_empty() {
            return Err(Verdict::Missing("subscriptions to try: call `Kit::subscriptions`".to_owned()));
        }
        let topic = |text: &String| {
            let subscription: Subscription =
                text.parse().map_err(|error| Verdict::failed(format!("subscription {text}: {error}")))?;
            let topic = self.venue.connector.topic(&subscription);
            let topic = topic.map_err(|why| Verdict::failed(format!("`Connector::topic` refuses {text}: {why}")))?;
            Ok((subscription, topic))
        };
        self.subscriptions.iter().map(topic).collect()
    }

    /// Whether what fixtures decode to is written anew.
    pub(crate) fn updates(&self) -> bool {
        self.update
    }

    /// Whether no data of a subscription are to be expected.
    pub(crate) fn is_quiet(&self, subscription: &Subscription) -> bool {
        let text = subscription.to_string();
        self.quiet.contains(&text)
    }

    /// Who types the one-time code, if there is one.
    pub(crate) fn typist(&self) -> Option<Arc<dyn OtpSource>> {
        let typed = Secret::new(self.one_time_code.clone()?);
        Some(Arc::new(Typist(typed)))
    }

    /// The simulated venue, to be started.
    ///
    /// # Errors
    /// [`Verdict::Missing`] if there is none.
    pub fn simulated(&self) -> Result<tapewire_sim::Builder, Verdict> {
        let missing = || Verdict::Missing("a simulated venue: call `Kit::simulator`".to_owned());
        self.simulator.clone().ok_or_else(missing)
    }
}

/// Types the same whatever is asked.
#[derive(Debug)]
struct Typist(Secret);

#[async_trait]
impl OtpSource for Typist {
    async fn one_time_password(&self, _: VenueId, _: &str) -> Option<Secret> {
        Some(self.0.clone())
    }
}
