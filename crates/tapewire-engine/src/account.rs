//! The account task: owns an adapter's cold side and its HTTP, and answers the lanes that ask.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tapewire_core::event::{Batch, Event};
use tapewire_core::{
    Account, AccountContext, AccountEffects, Call, Failure, Grant, HttpReply, HttpRequest, Recovery, Route,
    Subscription, Topic, Url, chain,
};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};

use crate::clock::Clock;
use crate::command::Command;
use crate::error::HttpError;
use crate::http::{HttpClient, Reply};

/// So many questions may wait for the account's task.
const QUESTIONS_MAX: usize = 4096;

/// What can be asked of an account on behalf of a connection.
#[derive(Debug)]
pub(crate) enum Ask {
    Grant { route: Route, connection: u64 },
    Snapshot { ticket: u64, topic: Topic, subscription: Subscription },
}

/// A question and who wants the answer.
#[derive(Debug)]
enum Question {
    Lane(Ask, mpsc::Sender<Command>),
    Instruments(oneshot::Sender<Result<Batch, Failure>>),
}

/// The way to an account's task.
#[derive(Clone, Debug)]
pub(crate) struct AccountHandle(mpsc::Sender<Question>);

impl AccountHandle {
    /// Asks; the answer comes as a command to `asker`.
    pub(crate) fn ask(&self, ask: Ask, asker: mpsc::Sender<Command>) -> Result<(), Failure> {
        let busy = |_| Failure::new(Recovery::Retry, "the account has too much to do");
        self.0.try_send(Question::Lane(ask, asker)).map_err(busy)
    }

    /// Asks for all instruments.
    ///
    /// # Cancel safety
    /// Cancel safe: the answer of a cancelled call is dropped.
    pub(crate) async fn instruments(&self) -> Result<Batch, Failure> {
        let gone = || Failure::new(Recovery::Stop, "the account's task has ended");
        let (asker, answer) = oneshot::channel();
        self.0.send(Question::Instruments(asker)).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

/// A task that has not begun to run.
pub(crate) struct AccountTask {
    account: Box<dyn Account>,
    base: Option<Url>,
    http: Arc<HttpClient>,
    clock: Clock,
    questions: mpsc::Receiver<Question>,
    jobs: HashMap<u64, Job>,
    last_job: u64,
    requests: JoinSet<(u64, HttpRequest, Result<Reply, HttpError>)>,
}

/// One question being worked on.
struct Job {
    asker: Asker,
    answer: Batch,
    requests: Vec<AbortHandle>,
}

enum Asker {
    Grant(u64, mpsc::Sender<Command>),
    Snapshot(u64, Subscription, mpsc::Sender<Command>),
    Instruments(oneshot::Sender<Result<Batch, Failure>>),
}

/// Makes an account's task and the way to it.
pub(crate) fn account(
    account: Box<dyn Account>,
    base: Option<Url>,
    http: HttpClient,
    clock: Clock,
) -> (AccountHandle, AccountTask) {
    let (sender, questions) = mpsc::channel(QUESTIONS_MAX);
    let task = AccountTask {
        account,
        base,
        http: Arc::new(http),
        clock,
        questions,
        jobs: HashMap::new(),
        last_job: 0,
        requests: JoinSet::new(),
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
}

impl AccountTask {
    /// Runs until every way to it is gone.
    pub(crate) async fn run(mut self) {
        loop {
            tokio::select! {
                biased;
                Some(outcome) = self.requests.join_next() => match outcome {
                    Ok((job, request, reply)) => self.replied(job, &request, reply).await,
                    Err(error) if error.is_cancelled() => {}
                    Err(error) => tracing::error!(%error, "a request's task failed"),
                },
                question = self.questions.recv() => match question {
                    Some(question) => self.begin(question).await,
                    None => return,
                },
            }
        }
    }

    async fn begin(&mut self, question: Question) {
        if let Question::Lane(Ask::Snapshot { subscription, .. }, asker) = &question {
            self.forget(*subscription, asker);
        }
        self.last_job += 1;
        let (asker, wishes) = self.ask(question);
        self.jobs.insert(self.last_job, Job { asker, answer: Batch::new(), requests: Vec::new() });
        self.act(self.last_job, wishes).await;
    }

    /// Forgets the snapshots that nobody waits for: their connection has ended, or asks for the same anew after it was
    /// lost. Else each loss would add to what is asked for in vain, and a budget is slow to pay.
    fn forget(&mut self, subscription: Subscription, asker: &mpsc::Sender<Command>) {
        self.jobs.retain(|_, job| {
            let Asker::Snapshot(_, other, lane) = &job.asker else { return true };
            let in_vain = lane.is_closed() || *other == subscription && lane.same_channel(asker);
            if in_vain {
                job.requests.iter().for_each(AbortHandle::abort);
            }
            !in_vain
        });
    }

    /// Puts a question to the account.
    fn ask(&mut self, question: Question) -> (Asker, Wishes) {
        let (now, account) = (Some(self.clock.now().wall), &mut *self.account);
        let wishes = |call: &mut dyn FnMut(&mut AccountContext<'_>)| {
            guarded(|wishes| call(&mut AccountContext::new(now, wishes)))
        };
        match question {
            Question::Lane(Ask::Grant { route, connection }, asker) => {
                (Asker::Grant(connection, asker), wishes(&mut |cx| account.grant(route, cx)))
            }
            Question::Lane(Ask::Snapshot { ticket, topic, subscription }, asker) => {
                let call = Call::Snapshot { topic: &topic, subscription };
                (Asker::Snapshot(ticket, subscription, asker), wishes(&mut |cx| account.call(&call, cx)))
            }
            Question::Instruments(asker) => {
                (Asker::Instruments(asker), wishes(&mut |cx| account.call(&Call::Instruments, cx)))
            }
        }
    }

    async fn replied(&mut self, job: u64, request: &HttpRequest, reply: Result<Reply, HttpError>) {
        let wishes = guarded(|wishes| self.read(request, reply, wishes));
        self.act(job, wishes).await;
    }

    /// Has the account read an answer, or say what a refusal means.
    fn read(&mut self, request: &HttpRequest, reply: Result<Reply, HttpError>, wishes: &mut Wishes) {
        let reply = match reply {
            Ok(reply) => reply,
            Err(error) => return wishes.refused(Failure::new(error.recovery(), chain(&error))),
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

    async fn act(&mut self, number: u64, wishes: Wishes) {
        let Some(job) = self.jobs.get_mut(&number) else { return };
        job.answer.extend(wishes.answer.iter());
        if let (Some(prompt), Asker::Grant(connection, asker)) = (wishes.prompt, &job.asker) {
            _ = asker.send(Command::AwaitingInput { connection: *connection, prompt }).await;
        }
        for request in wishes.requests {
            let (http, base) = (Arc::clone(&self.http), self.base.clone());
            job.requests.push(self.requests.spawn(async move {
                let reply = match base {
                    Some(base) => http.send(&base, &request).await,
                    None => Err(HttpError::NoBase),
                };
                (number, request, reply)
            }));
        }
        let Some(end) = wishes.end else { return };
        let Some(Job { asker, answer, .. }) = self.jobs.remove(&number) else { return };
        let answer = match end {
            End::Granted(grant) => Ok((Some(*grant), answer)),
            End::Done => Ok((None, answer)),
            End::Refused(failure) => Err(failure),
        };
        deliver(asker, answer).await;
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
async fn deliver(asker: Asker, answer: Result<(Option<Grant>, Batch), Failure>) {
    let wrong = || Failure::new(Recovery::Stop, "the adapter ended a grant without granting it");
    match asker {
        Asker::Grant(connection, asker) => {
            let answer = answer.and_then(|(grant, _)| grant.ok_or_else(wrong));
            _ = asker.send(Command::Granted { connection, answer }).await;
        }
        Asker::Snapshot(ticket, _, asker) => {
            _ = asker.send(Command::Snapshot { ticket, answer: answer.map(|(_, batch)| batch) }).await;
        }
        Asker::Instruments(asker) => _ = asker.send(answer.map(|(_, batch)| batch)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use async_trait::async_trait;
    use tapewire_core::{Budget, DecodeError};

    use super::*;
    use crate::{DialError, Dialer, Stream};

    struct Asks;

    impl Account for Asks {
        fn grant(&mut self, _: Route, _: &mut AccountContext<'_>) {}

        fn call(&mut self, _: &Call<'_>, cx: &mut AccountContext<'_>) {
            cx.http(HttpRequest::get("/depth", 1));
        }

        fn http(&mut self, _: HttpReply<'_>, _: &mut AccountContext<'_>) -> Result<(), DecodeError> {
            Ok(())
        }
    }

    #[derive(Debug)]
    struct Never;

    #[async_trait]
    impl Dialer for Never {
        async fn dial(&self, _: &Url) -> Result<Stream, DialError> {
            std::future::pending().await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_asked_for_again_or_by_nobody_is_asked_for_once() {
        let clock = Clock::system();
        let budget = Budget { amount: 1, per: Duration::from_secs(60) };
        let http = HttpClient::new(Arc::new(Never), clock.clone(), budget);
        let (_handle, mut task) = account(Box::new(Asks), Some("http://toy:1/".parse().unwrap()), http, clock);
        let ask = |ticket: u64| Ask::Snapshot {
            ticket,
            topic: Topic::new(ticket.to_string(), Route("market")),
            subscription: format!("toy:{}@book", ticket % 200).parse().unwrap(),
        };
        let (lane, commands) = mpsc::channel(1);
        let (other, _other_commands) = mpsc::channel(1);
        task.begin(Question::Lane(ask(7), other)).await;
        for ticket in 0..1000 {
            task.begin(Question::Lane(ask(ticket), lane.clone())).await;
        }
        assert_eq!(task.jobs.len(), 201, "one for each book, and the other connection's");
        drop(commands);
        task.begin(Question::Lane(ask(1), lane)).await;
        assert_eq!(task.jobs.len(), 2);
        tokio::time::sleep(Duration::from_millis(1)).await;
        while task.requests.try_join_next().is_some() {}
        assert_eq!(task.requests.len(), 2, "what is forgotten is not sent");
    }
}
