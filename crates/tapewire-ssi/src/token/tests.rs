//! Tests of the session: tables of what comes and what is done.

use super::*;

const SECOND: i64 = 1_000_000_000;

fn at(seconds: i64) -> UnixNanos {
    UnixNanos(1_795_140_000 * SECOND + seconds * SECOND)
}

fn tokens(name: &str, issued: i64, life: i64, level: Level) -> Tokens {
    Tokens {
        access: Secret::new(format!("access-{name}")),
        refresh: Some(Secret::new(format!("refresh-{name}"))),
        issued: at(issued),
        until: at(issued + life),
        refresh_until: Some(at(issued + 8 * 3600)),
        level,
    }
}

fn refusal() -> Failure {
    Failure::new(Recovery::Reauthenticate, "no")
}

/// A session with tokens that were issued at second 0 for a quarter of an hour.
fn logged_in(level: Level) -> Session {
    let mut session = Session::new(Otp::Code);
    session.recall(tokens("1", 0, 900, level));
    session
}

/// A step in a word.
fn told(step: &Step) -> String {
    let shown = |secret: &Option<Secret>| secret.as_ref().map_or("-", Secret::expose).to_owned();
    match step {
        Step::Use(tokens) => format!("use {}", tokens.access.expose()),
        Step::Send(request, after) => {
            let what = match request {
                Request::Otp => "otp".to_owned(),
                Request::Token { code, transaction } => format!("token {} {}", shown(code), shown(transaction)),
                Request::Refresh { refresh, access } => format!("refresh {} {}", refresh.expose(), access.expose()),
            };
            format!("send {what} after {} s", after.as_secs())
        }
        Step::Prompt(_) => "prompt".to_owned(),
        Step::Wait => "wait".to_owned(),
        Step::Refuse(failure) => format!("refuse {:?}", failure.recovery),
    }
}

#[test]
fn market_data_need_no_person_and_one_login_serves_all() {
    let mut session = Session::new(Otp::Code);
    assert_eq!(told(&session.want(Level::Data, at(0))), "send token - - after 0 s");
    assert_eq!(told(&session.want(Level::Data, at(1))), "wait", "one at a time");
    assert_eq!(session.level(), Level::Data);
    assert_eq!(told(&session.granted(tokens("1", 1, 900, Level::Data))), "use access-1");
    assert_eq!(told(&session.want(Level::Data, at(800))), "use access-1");
    assert_eq!(told(&session.want(Level::Data, at(840))), "send refresh refresh-1 access-1 after 0 s", "in time");
    assert_eq!(told(&session.want(Level::Data, at(841))), "wait", "single flight");
    assert_eq!(told(&session.granted(tokens("2", 842, 900, Level::Data))), "use access-2");
    assert_eq!(told(&session.want(Level::Data, at(843))), "use access-2");
}

#[test]
fn ones_own_account_needs_a_code_and_lets_market_data_go_on() {
    let mut session = logged_in(Level::Data);
    assert_eq!(told(&session.want(Level::Own, at(1))), "prompt");
    assert_eq!(told(&session.want(Level::Own, at(2))), "prompt", "whoever was asked may be gone");
    assert_eq!(told(&session.want(Level::Data, at(3))), "use access-1", "nobody else waits for the person");
    assert_eq!(told(&session.typed(Secret::new("123456"))), "send token 123456 - after 0 s");
    assert_eq!(told(&session.typed(Secret::new("123456"))), "wait", "a code is tried once");
    assert_eq!(session.level(), Level::Own);
    assert_eq!(told(&session.granted(tokens("2", 10, 900, Level::Own))), "use access-2");
    assert_eq!(told(&session.want(Level::Data, at(11))), "use access-2");
    assert_eq!(told(&session.want(Level::Data, at(900))), "send refresh refresh-2 access-2 after 0 s");
    assert_eq!(session.level(), Level::Own, "a refresh keeps what the person agreed to");
}

#[test]
fn market_data_log_in_while_a_person_is_waited_for() {
    let mut session = Session::new(Otp::SentCode);
    session.want(Level::Own, at(0));
    assert_eq!(told(&session.want(Level::Data, at(0))), "wait", "the code is being asked for");
    assert_eq!(told(&session.otp_asked(None, at(1))), "prompt");
    assert_eq!(told(&session.want(Level::Data, at(2))), "send token - - after 0 s");
    assert_eq!(told(&session.typed(Secret::new("123456"))), "wait", "one request at a time");
    assert_eq!(told(&session.granted(tokens("1", 3, 900, Level::Data))), "use access-1");
    assert_eq!(told(&session.want(Level::Own, at(3))), "send token 123456 - after 0 s", "the code is not lost");
    assert_eq!(session.level(), Level::Own);
}

#[test]
fn a_refused_code_or_refresh_is_tried_by_nobody_again() {
    let mut session = Session::new(Otp::SentCode);
    assert_eq!(told(&session.want(Level::Own, at(0))), "send otp after 0 s");
    assert_eq!(told(&session.want(Level::Own, at(1))), "wait");
    assert_eq!(told(&session.otp_asked(None, at(1))), "prompt");
    session.typed(Secret::new("000000"));
    assert_eq!(session.refused(refusal()), refusal());
    assert_eq!(told(&session.want(Level::Own, at(3))), "send otp after 0 s", "a new code");
    session.otp_asked(None, at(4));
    session.typed(Secret::new("123456"));
    session.granted(tokens("1", 5, 900, Level::Own));
    assert_eq!(told(&session.want(Level::Own, at(890))), "send refresh refresh-1 access-1 after 0 s");
    assert_eq!(session.refused(refusal()), refusal());
    assert_eq!(told(&session.want(Level::Own, at(891))), "send otp after 0 s", "the refresh token is not used again");
}

#[test]
fn a_code_is_tried_once_whatever_comes_of_it() {
    let mut session = Session::new(Otp::Code);
    session.want(Level::Own, at(0));
    assert_eq!(told(&session.typed(Secret::new("123456"))), "send token 123456 - after 0 s");
    assert_eq!(told(&session.typed(Secret::new("123456"))), "wait", "nobody is asked any more");
    _ = session.refused(Failure::new(Recovery::Retry, "no answer"));
    assert_eq!(told(&session.typed(Secret::new("123456"))), "wait");
    assert_eq!(told(&session.want(Level::Own, at(1))), "prompt", "another code");
}

#[test]
fn a_refresh_without_an_answer_costs_its_tokens_and_one_that_never_left_does_not() {
    let mut session = logged_in(Level::Data);
    session.want(Level::Data, at(850));
    session.unsent();
    assert_eq!(told(&session.want(Level::Data, at(851))), "send refresh refresh-1 access-1 after 0 s");
    _ = session.refused(Failure::new(Recovery::Retry, "no answer"));
    assert_eq!(told(&session.want(Level::Data, at(852))), "send token - - after 0 s", "not the same refresh");
}

#[test]
fn a_token_that_the_venue_refused_is_renewed_before_its_end() {
    let mut session = logged_in(Level::Data);
    session.doubt(&Secret::new("access-0"));
    assert_eq!(
        told(&session.want(Level::Data, at(4))),
        "use access-1",
        "another one was refused, which this one replaced"
    );
    session.doubt(&Secret::new("access-1"));
    assert_eq!(told(&session.want(Level::Data, at(5))), "send refresh refresh-1 access-1 after 0 s");
    assert_eq!(told(&session.granted(tokens("2", 6, 900, Level::Data))), "use access-2");
    assert_eq!(told(&session.want(Level::Data, at(7))), "use access-2");
}

#[test]
fn an_approval_is_asked_for_every_five_seconds_and_not_for_ever() {
    let mut session = Session::new(Otp::Approval);
    assert_eq!(told(&session.want(Level::Own, at(0))), "send otp after 0 s");
    assert_eq!(told(&session.otp_asked(Some(Secret::new("tx-1")), at(1))), "send token - tx-1 after 5 s");
    for second in [6, 11, 56] {
        assert_eq!(told(&session.poll(at(second))), "send token - tx-1 after 5 s", "{second}");
    }
    assert_eq!(told(&session.want(Level::Own, at(56))), "wait");
    assert_eq!(session.level(), Level::Own);
    assert_eq!(told(&session.poll(at(57))), "refuse Reauthenticate");
    assert_eq!(told(&session.poll(at(58))), "refuse Reauthenticate", "nothing was asked for");
    assert_eq!(told(&session.want(Level::Own, at(59))), "send otp after 0 s");
    session.otp_asked(Some(Secret::new("tx-2")), at(60));
    assert_eq!(told(&session.granted(tokens("1", 65, 900, Level::Own))), "use access-1");
}

#[test]
fn an_account_without_approval_gets_a_code_instead() {
    let mut session = Session::new(Otp::Approval);
    session.want(Level::Own, at(0));
    assert_eq!(told(&session.otp_asked(None, at(1))), "prompt");
}

#[test]
fn short_lives_are_no_loop_and_a_wrong_clock_is_told() {
    let mut session = Session::new(Otp::Code);
    session.want(Level::Data, at(0));
    let short = tokens("1", 0, 20, Level::Data);
    assert_eq!(short.renew_at(), at(15));
    session.granted(short);
    assert_eq!(told(&session.want(Level::Data, at(5))), "use access-1");
    assert_eq!(told(&session.want(Level::Data, at(15))), "send refresh refresh-1 access-1 after 0 s");
    let late = session.granted(tokens("2", 15, 0, Level::Data));
    assert!(matches!(&late, Step::Refuse(why) if why.reason.contains("clock")), "{late:?}");
    assert_eq!(
        told(&late),
        "refuse Reauthenticate",
        "final: another login would be as useless, and end this one's session"
    );
}

#[test]
fn tokens_of_a_former_run_that_are_of_no_use_cost_nobody_the_run() {
    for (level, next) in [(Level::Data, "send token - - after 0 s"), (Level::Own, "prompt")] {
        let mut session = logged_in(level);
        assert_eq!(told(&session.want(level, at(850))), "send refresh refresh-1 access-1 after 0 s");
        let refused = session.refused(refusal());
        assert_eq!(refused.recovery, Recovery::Retry, "{level:?}");
        assert_eq!(refused.reason, "the tokens of a former run are of no use: no");
        assert_eq!(told(&session.want(level, at(851))), next);
        session.typed(Secret::new("123456"));
        session.granted(tokens("2", 852, 900, level));
        session.want(level, at(1700));
        assert_eq!(session.refused(refusal()), refusal(), "those of this run are another matter");
    }
}

#[test]
fn a_refresh_token_that_has_ended_is_not_used() {
    let mut session = Session::new(Otp::Code);
    session.recall(Tokens { refresh_until: Some(at(800)), ..tokens("1", 0, 900, Level::Data) });
    assert_eq!(told(&session.want(Level::Data, at(850))), "send token - - after 0 s");
}

#[test]
fn tokens_are_kept_and_read_again() {
    for given in [
        tokens("1", 0, 900, Level::Own),
        Tokens { refresh: None, refresh_until: None, ..tokens("2", 5, 60, Level::Data) },
    ] {
        let read = Tokens::read(&given.written()).unwrap();
        let all = |it: &Tokens| {
            let refresh = it.refresh.as_ref().map(|refresh| refresh.expose().to_owned());
            (it.access.expose().to_owned(), refresh, it.issued, it.until, it.refresh_until, it.level)
        };
        assert_eq!(all(&read), all(&given));
    }
    for text in ["", "own", "own 1 2 3 a", "mine 1 2 3 a b", "own 1 2 x a b", "own 1 2 3  b", "own 1 2 3 a b c"] {
        assert!(Tokens::read(&Secret::new(text)).is_none(), "{text}");
    }
}

#[test]
fn nothing_of_it_prints() {
    let mut session = Session::new(Otp::Approval);
    let step = session.granted(tokens("WORD", 0, 900, Level::Data));
    session.otp_asked(Some(Secret::new("WORD")), at(0));
    let sent = Request::Refresh { refresh: Secret::new("WORD"), access: Secret::new("WORD") };
    let kept = tokens("WORD", 0, 900, Level::Own).written();
    assert!(!format!("{session:?} {step:?} {sent:?} {kept:?}").contains("WORD"));
}
