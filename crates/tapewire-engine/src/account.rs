//! The account task: owns an adapter's cold side and its HTTP, and answers the lanes and programs that ask.

mod ask;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use tapewire_core::event::{Batch, Event};
use tapewire_core::{
    Account, AccountContext, AccountEffects, Call, Failure, Grant, HttpRequest, Recovery, Secret, Subscription, Url,
    VenueId, chain,
};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

pub(crate) use self::ask::{AccountHandle, Ask};
use self::ask::{Asker, Order, Outcome};
use crate::clock::Clock;
use crate::command::Command;
use crate::error::HttpError;
use crate::http::{HttpClient, Reply};
use crate::keep::Keeper;
use crate::otp::OtpSource;
use crate::request::{Answer, RequestError};

/// What a job is told that waits for another one where there is none.
const LONELY: &str = "the adapter waits for something that nobody does";
/// What a request is told that needs a person, where no connection tells that one is needed.
const UNTOLD: &str = "a person has to log in: give the engine an `OtpSource`, or subscribe to the account first";
/// So many questions may wait for the account's task.
const QUESTIONS_MAX: usize = 4096;
/// So many requests of the program may be under way at an account.
const REQUESTS_MAX: usize = 256;
/// How long a question of ours waits for its budget before that is an error; nobody is in a hurry.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long a request of the program does: an order that comes late is another order.
const REQUEST_PATIENCE: Duration = Duration::from_secs(2);

/// A task that has not begun to run.
pub(crate) struct AccountTask {
    account: Box<dyn Account>,
    base: Option<Url>,
    http: Arc<HttpClient>,
    clock: Clock,
    person: Option<Person>,
    keeper: Option<Keeper>,
    orders: mpsc::Receiver<Order>,
    jobs: BTreeMap<u64, Job>,
    last_job: u64,
    requests: JoinSet<(u64, HttpRequest, Result<Reply, HttpError>)>,
    /// People who were asked.
    typing: JoinSet<(u64, Option<Secret>)>,
}

/// Whom to ask what only a person knows.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) venue: VenueId,
    pub(crate) source: Arc<dyn OtpSource>,
}

/// What an account's task is made from.
pub(crate) struct Parts {
    pub(crate) account: Box<dyn Account>,
    pub(crate) base: Option<Url>,
    pub(crate) http: HttpClient,
    pub(crate) clock: Clock,
    pub(crate) person: Option<Person>,
    pub(crate) keeper: Option<Keeper>,
}

/// One question being worked on.
struct Job {
    ask: Ask,
    asker: Asker,
    answer: Batch,
    requests: Vec<AbortHandle>,
    /// Whether it waits for another job to end.
    waits: bool,
    /// Whether it waits for a person.
    prompted: bool,
    /// Whether the program's request is on its way: the next answer is the program's.
    forwarded: bool,
}

/// Makes an account's task and the way to it.
pub(crate) fn account(parts: Parts) -> (AccountHandle, AccountTask) {
    let (sender, orders) = mpsc::channel(QUESTIONS_MAX);
    let Parts { account, base, http, clock, person, keeper } = parts;
    let task = AccountTask {
        account,
        base,
        http: Arc::new(http),
        clock,
        person,
        keeper,
        orders,
        jobs: BTreeMap::new(),
        last_job: 0,
        requests: JoinSet::new(),
        typing: JoinSet::new(),
    };
    (AccountHandle(sender), task)
}

/// What one call of the account wants to happen.
#[derive(Default)]
struct Wishes {
    requests: Vec<HttpRequest>,
    answer: Batch,
    end: Option<End>,
    prompt: Option<String>,
    waits: bool,
    keep: Option<Secret>,
}

/// How a call of the account ends its part in a job.
enum End {
    Granted(Box<Grant>),
    Done,
    Refused(Failure),
    Forwarded(HttpRequest),
}

impl AccountEffects for Wishes {
    fn http(&mut self, request: HttpRequest) {
        self.requests.push(request);
    }

    fn granted(&mut self, grant: Grant) {
        self.end = Some(End::Granted(Box::new(grant)));
    }

    fn emit(&mut self, event: &Event<'_>) {
        self.answer.push(event);
    }

    fn done(&mut self) {
        self.end = Some(End::Done);
    }

    fn refused(&mut self, failure: Failure) {
        self.end = Some(End::Refused(failure));
    }

    fn forward(&mut self, request: HttpRequest) {
        self.end = Some(End::Forwarded(request));
    }

    fn need_input(&mut self, prompt: &str) {
        self.prompt = Some(prompt.to_owned());
    }

    fn wait(&mut self) {
        self.waits = true;
    }

    fn keep(&mut self, secret: &Secret) {
        self.keep = Some(secret.clone());
    }
}

impl AccountTask {
    /// Runs until every way to it is gone.
    pub(crate) async fn run(mut self) {
        self.recall().await;
        loop {
            tokio::select! {
                biased;
                Some(outcome) = self.requests.join_next() => match outcome {
                    Ok((job, request, reply)) => self.replied(job, &request, reply).await,
                    Err(error) if error.is_cancelled() => {}
                    Err(error) => tracing::error!(%error, "a request's task failed"),
                },
                Some(outcome) = self.typing.join_next() => match outcome {
                    Ok((job, typed)) => self.typed(job, typed).await,
                    Err(error) => tracing::error!(%error, "asking a person failed"),
                },
                order = self.orders.recv() => match order {
                    Some(Order::Ask(ask, asker)) => self.begin(ask, asker).await,
                    Some(Order::Input(typed)) => self.input(typed).await,
                    None => return,
                },
            }
        }
    }

    /// Tells the account what it kept in a former run.
    async fn recall(&mut self) {
        let Some(keeper) = &self.keeper else { return };
        match keeper.read().await {
            Ok(Some(kept)) => {
                let account = &mut *self.account;
                if catch_unwind(AssertUnwindSafe(|| account.kept(&kept))).is_err() {
                    tracing::error!("the account panicked at what it had kept");
                }
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "what was kept in a former run cannot be read"),
        }
    }

    async fn begin(&mut self, ask: Ask, asker: Asker) {
        match (&ask, &asker) {
            (Ask::Snapshot { subscription, .. }, Asker::Lane(lane)) => self.forget(*subscription, lane),
            (Ask::Request(_), _) if !self.has_room() => return asker.answer(Err(RequestError::NotSent(ask::busy()))),
            _ => {}
        }
        self.last_job += 1;
        let wishes = self.ask(&ask);
        self.jobs.insert(self.last_job, Job::new(ask, asker));
        self.act(self.last_job, wishes).await;
    }

    /// Whether one more request of the program can be taken. Those that have not begun and that nobody waits for any
    /// more are forgotten.
    fn has_room(&mut self) -> bool {
        self.jobs.retain(|_, job| !(job.waits && job.asker.has_gone()));
        self.jobs.values().filter(|job| matches!(job.ask, Ask::Request(_))).count() < REQUESTS_MAX
    }

    /// Forgets the snapshots that nobody waits for: their connection has ended, or asks for the same anew after it was
    /// lost. Else each loss would add to what is asked for in vain, and a budget is slow to pay.
    fn forget(&mut self, subscription: Subscription, asker: &mpsc::Sender<Command>) {
        self.jobs.retain(|_, job| {
            let (Ask::Snapshot { subscription: other, .. }, Asker::Lane(lane)) = (&job.ask, &job.asker) else {
                return true;
            };
            let in_vain = lane.is_closed() || *other == subscription && lane.same_channel(asker);
            if in_vain {
                job.requests.iter().for_each(AbortHandle::abort);
            }
            !in_vain
        });
    }

    /// Puts a question to the account.
    fn ask(&mut self, ask: &Ask) -> Wishes {
        let (now, account) = (Some(self.clock.now().wall), &mut *self.account);
        guarded(|wishes| {
            let cx = &mut AccountContext::new(now, wishes);
            match ask {
                Ask::Grant { route, renew, .. } => {
                    if *renew {
                        account.refused();
                    }
                    account.grant(*route, cx);
                }
                Ask::Snapshot { topic, subscription, .. } => {
                    account.call(&Call::Snapshot { topic, subscription: *subscription }, cx);
                }
                Ask::Instruments => account.call(&Call::Instruments, cx),
                Ask::Request(request) => account.call(&Call::Request(request), cx),
            }
        })
    }

    async fn replied(&mut self, job: u64, request: &HttpRequest, reply: Result<Reply, HttpError>) {
        if self.jobs.get(&job).is_some_and(|job| job.forwarded) {
            let outcome = self.outcome(request, reply);
            if let Some(Job { asker, .. }) = self.jobs.remove(&job) {
                asker.answer(outcome);
            }
            return;
        }
        let wishes = guarded(|wishes| self.read(request, reply, wishes));
        self.act(job, wishes).await;
    }

    /// Has the account read an answer, or say what a refusal means.
    fn read(&mut self, request: &HttpRequest, reply: Result<Reply, HttpError>, wishes: &mut Wishes) {
        match self.success(request, reply) {
            Ok(reply) => {
                let cx = &mut AccountContext::new(Some(reply.ts_recv), wishes);
                if let Err(error) = self.account.http(reply.seen(&request.path), cx) {
                    wishes.refused(Failure::new(Recovery::Retry, chain(&error)));
                }
            }
            Err(failure) => wishes.refused(failure),
        }
    }

    /// An answer with a status of success; of any other the account says what it means.
    fn success(&mut self, request: &HttpRequest, reply: Result<Reply, HttpError>) -> Result<Reply, Failure> {
        let reply = reply.map_err(|error| {
            let usual = Failure::new(error.recovery(), chain(&error));
            self.account.unanswered(&request.path, error.was_sent(), usual)
        })?;
        if (200..300).contains(&reply.status) {
            return Ok(reply);
        }
        let mut failure = self.account.refusal(reply.seen(&request.path));
        let known = if let Recovery::RetryAfter(wait) = failure.recovery { Some(wait) } else { None };
        if let Some(wait) = reply.keep_off(known).or(reply.retry_after) {
            failure.recovery = Recovery::RetryAfter(wait);
        }
        Err(failure)
    }

    /// What became of the program's request.
    fn outcome(&mut self, request: &HttpRequest, reply: Result<Reply, HttpError>) -> Outcome {
        let was_sent = reply.as_ref().err().is_none_or(HttpError::was_sent);
        // A server that is in trouble, or a proxy before it, does not say how far the request came.
        let is_in_trouble = matches!(&reply, Ok(Reply { status: 408 | 500..=599, .. }) | Err(_));
        let success = catch_unwind(AssertUnwindSafe(|| self.success(request, reply)));
        let reply = success.unwrap_or_else(|_| Err(panicked())).map_err(|failure| {
            // Nor does a venue by whose word the same request may succeed at once.
            let is_refusal = !is_in_trouble && failure.recovery != Recovery::Retry;
            match was_sent {
                false => RequestError::NotSent(failure),
                true if is_refusal => RequestError::Refused(failure),
                true => RequestError::Unknown(failure),
            }
        })?;
        Ok(Answer { path: request.path.clone(), status: reply.status, body: reply.body, ts_recv: reply.ts_recv })
    }

    /// A person typed something: it is for the job that has waited longest for it.
    async fn input(&mut self, typed: Secret) {
        match self.jobs.iter().find(|(_, job)| job.prompted) {
            Some((job, _)) => self.typed(*job, Some(typed)).await,
            None => tracing::warn!("something was typed that nobody asked for"),
        }
    }

    async fn typed(&mut self, number: u64, typed: Option<Secret>) {
        let Some(job) = self.jobs.get_mut(&number).filter(|job| job.prompted) else { return };
        job.prompted = false;
        let (now, account) = (Some(self.clock.now().wall), &mut *self.account);
        let wishes = guarded(|wishes| match &typed {
            Some(typed) => account.input(typed, &mut AccountContext::new(now, wishes)),
            None => wishes.refused(Failure::new(Recovery::Reauthenticate, "nobody entered what was asked for")),
        });
        self.act(number, wishes).await;
    }

    /// Does what a call of the account wants; where that ends a job, puts the questions anew that waited for it.
    async fn act(&mut self, number: u64, wishes: Wishes) {
        let mut next = self.carry_out(number, wishes).await;
        while next {
            // Each may end at once, and let the others go on in turn.
            next = false;
            let waiting: Vec<u64> = self.jobs.iter().filter(|(_, job)| job.waits).map(|(number, _)| *number).collect();
            for number in waiting {
                let Some(job) = self.jobs.get_mut(&number) else { continue };
                job.waits = false;
                let ask = job.ask.clone();
                let wishes = self.ask(&ask);
                next |= self.carry_out(number, wishes).await;
            }
        }
    }

    /// Returns whether the account has ended its part in the job, and others wait.
    async fn carry_out(&mut self, number: u64, mut wishes: Wishes) -> bool {
        if let Some((secret, keeper)) = wishes.keep.take().zip(self.keeper.as_ref())
            && let Err(error) = keeper.write(secret).await
        {
            tracing::error!(%error, "what should be there in the next run cannot be kept");
        }
        if let Some(prompt) = wishes.prompt.take() {
            self.prompt(number, &prompt, &mut wishes).await;
        }
        let others = self.jobs.iter().any(|(other, job)| *other != number && !job.waits && !job.forwarded);
        for request in wishes.requests {
            self.send(number, request, PATIENCE);
        }
        let Some(job) = self.jobs.get_mut(&number) else { return false };
        job.answer.extend(wishes.answer.iter());
        job.waits = wishes.waits && others;
        let lonely = wishes.waits && !others;
        match wishes.end.or_else(|| lonely.then(|| End::Refused(Failure::new(Recovery::Retry, LONELY)))) {
            None => return false,
            Some(End::Forwarded(request)) if matches!(job.ask, Ask::Request(_)) && !job.asker.has_gone() => {
                job.forwarded = true;
                self.send(number, request, REQUEST_PATIENCE);
            }
            Some(end) => {
                let Some(Job { ask, asker, answer, .. }) = self.jobs.remove(&number) else { return false };
                let answer = match end {
                    End::Granted(grant) => Ok((Some(*grant), answer)),
                    End::Done => Ok((None, answer)),
                    End::Refused(failure) => Err(failure),
                    End::Forwarded(_) => Err(Failure::new(Recovery::Stop, "the adapter sends what nobody waits for")),
                };
                ask::deliver(ask, asker, answer).await;
            }
        }
        self.jobs.values().any(|job| job.waits)
    }

    /// Has a person asked something for a job. One who is asked already is not asked twice: the job then waits.
    async fn prompt(&mut self, number: u64, prompt: &str, wishes: &mut Wishes) {
        let asked = self.jobs.iter().any(|(other, job)| *other != number && job.prompted);
        let Some(job) = self.jobs.get_mut(&number) else { return };
        match (&job.ask, &job.asker) {
            (Ask::Grant { connection, .. }, Asker::Lane(lane)) => {
                let command = Command::AwaitingInput { connection: *connection, prompt: prompt.to_owned() };
                _ = lane.send(command).await;
            }
            (Ask::Request(_), _) if self.person.is_none() && !asked => {
                return wishes.refused(Failure::new(Recovery::Reauthenticate, format!("{UNTOLD}: {prompt}")));
            }
            _ => {}
        }
        (job.prompted, wishes.waits) = (!asked, asked);
        if let Some(Person { venue, source }) = self.person.clone().filter(|_| !asked) {
            let prompt = prompt.to_owned();
            self.typing.spawn(async move { (number, source.one_time_password(venue, &prompt).await) });
        }
    }

    fn send(&mut self, number: u64, request: HttpRequest, patience: Duration) {
        let Some(job) = self.jobs.get_mut(&number) else { return };
        let (http, base) = (Arc::clone(&self.http), self.base.clone());
        let tell = job.asker.teller(&job.ask);
        job.requests.push(self.requests.spawn(async move {
            tokio::time::sleep(request.after).await;
            let reply = match base {
                Some(base) => http.send(&base, &request, patience, &tell).await,
                None => Err(HttpError::NoBase),
            };
            (number, request, reply)
        }));
    }
}

impl Job {
    fn new(ask: Ask, asker: Asker) -> Self {
        let (answer, requests) = (Batch::new(), Vec::new());
        Self { ask, asker, answer, requests, waits: false, prompted: false, forwarded: false }
    }
}

/// What a call of the account wants. A panic of the adapter refuses this one question: the connections that wait for
/// the answers to others know nothing of it.
fn guarded(call: impl FnOnce(&mut Wishes)) -> Wishes {
    let mut wishes = Wishes::default();
    if catch_unwind(AssertUnwindSafe(|| call(&mut wishes))).is_err() {
        tracing::error!("the account panicked at a question, which counts as refused");
        wishes = Wishes::default();
        wishes.refused(panicked());
    }
    wishes
}

fn panicked() -> Failure {
    Failure::new(Recovery::Retry, "the adapter's account panicked")
}

#[cfg(test)]
mod tests;
