//! The account task: owns an adapter's cold side and its HTTP, and answers the lanes that ask.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tapewire_core::event::{Batch, Event};
use tapewire_core::{
    Account, AccountContext, AccountEffects, Call, Failure, Grant, HttpReply, HttpRequest, Recovery, Route, Secret,
    Subscription, Topic, Url, VenueId, chain,
};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};

use crate::clock::Clock;
use crate::command::Command;
use crate::error::HttpError;
use crate::http::{HttpClient, Reply};
use crate::keep::Keeper;
use crate::otp::OtpSource;

/// What a job is told that waits for another one where there is none.
const LONELY: &str = "the adapter waits for something that nobody does";
/// So many questions may wait for the account's task.
const QUESTIONS_MAX: usize = 4096;

/// What can be asked of an account.
#[derive(Clone, Debug)]
pub(crate) enum Ask {
    /// How to open a connection; `renew` says that the venue refused what was granted last.
    Grant { route: Route, connection: u64, renew: bool },
    /// A snapshot of a book.
    Snapshot { ticket: u64, topic: Topic, subscription: Subscription },
    /// All instruments.
    Instruments,
}

/// Who wants the answer.
#[derive(Debug)]
enum Asker {
    Lane(mpsc::Sender<Command>),
    Caller(oneshot::Sender<Result<Batch, Failure>>),
}

/// What the account's task is told.
#[derive(Debug)]
enum Order {
    Ask(Ask, Asker),
    /// What a person typed.
    Input(Secret),
}

/// The way to an account's task.
#[derive(Clone, Debug)]
pub(crate) struct AccountHandle(mpsc::Sender<Order>);

impl AccountHandle {
    /// Asks; the answer comes as a command to `asker`.
    pub(crate) fn ask(&self, ask: Ask, asker: mpsc::Sender<Command>) -> Result<(), Failure> {
        let busy = |_| Failure::new(Recovery::Retry, "the account has too much to do");
        self.0.try_send(Order::Ask(ask, Asker::Lane(asker))).map_err(busy)
    }

    /// Asks for all instruments.
    ///
    /// # Cancel safety
    /// Cancel safe: the answer of a cancelled call is dropped.
    pub(crate) async fn instruments(&self) -> Result<Batch, Failure> {
        let gone = || Failure::new(Recovery::Stop, "the account's task has ended");
        let (asker, answer) = oneshot::channel();
        self.0.send(Order::Ask(Ask::Instruments, Asker::Caller(asker))).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// Hands on what a person typed; it is lost if nobody asked for it.
    ///
    /// # Cancel safety
    /// Cancel safe: a cancelled call has handed on nothing.
    pub(crate) async fn input(&self, typed: Secret) {
        _ = self.0.send(Order::Input(typed)).await;
    }
}

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

enum End {
    Granted(Box<Grant>),
    Done,
    Refused(Failure),
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
        if let (Ask::Snapshot { subscription, .. }, Asker::Lane(lane)) = (&ask, &asker) {
            self.forget(*subscription, lane);
        }
        self.last_job += 1;
        let wishes = self.ask(&ask);
        let (answer, requests) = (Batch::new(), Vec::new());
        self.jobs.insert(self.last_job, Job { ask, asker, answer, requests, waits: false, prompted: false });
        self.act(self.last_job, wishes).await;
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
            }
        })
    }

    async fn replied(&mut self, job: u64, request: &HttpRequest, reply: Result<Reply, HttpError>) {
        let wishes = guarded(|wishes| self.read(request, reply, wishes));
        self.act(job, wishes).await;
    }

    /// Has the account read an answer, or say what a refusal means.
    fn read(&mut self, request: &HttpRequest, reply: Result<Reply, HttpError>, wishes: &mut Wishes) {
        let reply = match reply {
            Ok(reply) => reply,
            Err(error) => {
                let usual = Failure::new(error.recovery(), chain(&error));
                return wishes.refused(self.account.unanswered(&request.path, error.was_sent(), usual));
            }
        };
        let (status, ts_recv) = (reply.status, Some(reply.ts_recv));
        let answer = HttpReply { path: &request.path, status, body: &reply.body, ts_recv };
        if (200..300).contains(&status) {
            if let Err(error) = self.account.http(answer, &mut AccountContext::new(ts_recv, wishes)) {
                wishes.refused(Failure::new(Recovery::Retry, chain(&error)));
            }
            return;
        }
        let mut failure = self.account.refusal(answer);
        if let Some(wait) = reply.retry_after {
            failure.recovery = Recovery::RetryAfter(wait);
        }
        wishes.refused(failure);
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
            None => wishes.refused(Failure::new(Recovery::Reauthenticate, "nobody typed what was asked for")),
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

    /// Returns whether that ended the job, and others wait.
    async fn carry_out(&mut self, number: u64, mut wishes: Wishes) -> bool {
        if let Some((secret, keeper)) = wishes.keep.take().zip(self.keeper.as_ref())
            && let Err(error) = keeper.write(secret).await
        {
            tracing::error!(%error, "what should be there in the next run cannot be kept");
        }
        let others = self.jobs.iter().any(|(other, job)| *other != number && !job.waits);
        let Some(job) = self.jobs.get_mut(&number) else { return false };
        job.answer.extend(wishes.answer.iter());
        if let Some(prompt) = wishes.prompt {
            job.prompted = true;
            if let (Ask::Grant { connection, .. }, Asker::Lane(lane)) = (&job.ask, &job.asker) {
                let command = Command::AwaitingInput { connection: *connection, prompt: prompt.clone() };
                _ = lane.send(command).await;
            }
            if let Some(Person { venue, source }) = self.person.clone() {
                self.typing.spawn(async move { (number, source.one_time_password(venue, &prompt).await) });
            }
        }
        for request in wishes.requests {
            let (http, base) = (Arc::clone(&self.http), self.base.clone());
            job.requests.push(self.requests.spawn(async move {
                tokio::time::sleep(request.after).await;
                let reply = match base {
                    Some(base) => http.send(&base, &request).await,
                    None => Err(HttpError::NoBase),
                };
                (number, request, reply)
            }));
        }
        job.waits = wishes.waits && others;
        let lonely = wishes.waits && !others;
        let end = wishes.end.or_else(|| lonely.then(|| End::Refused(Failure::new(Recovery::Retry, LONELY))));
        let Some(end) = end else { return false };
        let Some(Job { ask, asker, answer, .. }) = self.jobs.remove(&number) else { return false };
        let answer = match end {
            End::Granted(grant) => Ok((Some(*grant), answer)),
            End::Done => Ok((None, answer)),
            End::Refused(failure) => Err(failure),
        };
        deliver(ask, asker, answer).await;
        self.jobs.values().any(|job| job.waits)
    }
}

/// What a call of the account wants. A panic of the adapter refuses this one question: the connections that wait for
/// the answers to others know nothing of it.
fn guarded(call: impl FnOnce(&mut Wishes)) -> Wishes {
    let mut wishes = Wishes::default();
    if catch_unwind(AssertUnwindSafe(|| call(&mut wishes))).is_err() {
        tracing::error!("the account panicked at a question, which counts as refused");
        wishes = Wishes::default();
        wishes.refused(Failure::new(Recovery::Retry, "the adapter's account panicked"));
    }
    wishes
}

/// Tells the answer to whoever asked; one who is gone needs none.
async fn deliver(ask: Ask, asker: Asker, answer: Result<(Option<Grant>, Batch), Failure>) {
    let wrong = || Failure::new(Recovery::Stop, "the adapter ended a grant without granting it");
    let command = match (ask, asker) {
        (_, Asker::Caller(asker)) => {
            _ = asker.send(answer.map(|(_, batch)| batch));
            return;
        }
        (Ask::Grant { connection, .. }, Asker::Lane(lane)) => {
            (lane, Command::Granted { connection, answer: answer.and_then(|(grant, _)| grant.ok_or_else(wrong)) })
        }
        (Ask::Snapshot { ticket, .. }, Asker::Lane(lane)) => {
            (lane, Command::Snapshot { ticket, answer: answer.map(|(_, batch)| batch) })
        }
        // No lane asks for these.
        (Ask::Instruments, Asker::Lane(_)) => return,
    };
    _ = command.0.send(command.1).await;
}

#[cfg(test)]
mod tests;
