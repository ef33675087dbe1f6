//! Logins: what the account asks the venue and a person for, and what becomes of each answer.

mod support;

use support::{Desk, START, tokens};
use tapewire_core::{Secret, Venue};
use tapewire_ssi::{Otp, Ssi, ssi};

const REQUEST_OTP: &str = "/api/v3/auth/requestOtp";
const TOKEN: &str = "/api/v3/auth/token";
const REFRESH: &str = "/api/v3/auth/refresh";
const INFO: &str = "/api/v3/account/info";

fn desk(otp: Otp) -> Desk {
    Desk::new(&Venue::new(Ssi::new().otp(otp)).credentials("K1", "S\"1").account("main"))
}

#[test]
fn market_data_are_granted_with_a_token_and_no_person() {
    let mut desk = desk(Otp::Code);
    let body = r#"{"apiKey":"K1","apiSecret":"S\"1"}"#;
    assert_eq!(desk.grant("market"), [format!("POST {TOKEN} {body} after 0 s")]);
    assert_eq!(desk.grant("market"), ["waits"]);
    let agent = desk.said.requests[0].headers.iter().find(|(name, _)| name == "User-Agent").unwrap();
    assert!(agent.1.starts_with("Mozilla/5.0"), "{}", agent.1);
    assert_eq!(desk.answer(TOKEN, 200, &format!(r#"{{"data":{}}}"#, tokens("1", 900))), ["granted"]);
    let grant = desk.granted();
    assert_eq!(grant.dial.url.to_string(), "wss://stream.ssi.com.vn/ws/v3");
    assert_eq!(&*grant.account, "main");
    assert_eq!(grant.renew_at.map(|at| at.0 / 1_000_000_000 - START), Some(840), "a minute before its end");
    let bearer = grant.dial.headers.iter().find(|(name, _)| name == "Authorization").unwrap();
    assert_eq!(bearer.1.expose(), "Bearer at-1");
    assert_eq!(desk.grant("market"), ["granted"]);
    let printed = format!("{:?} {:?} {:?}", desk.said.grants, desk.said.requests, desk.said.kept);
    assert!(!printed.contains("at-1") && !printed.contains("rt-1") && !printed.contains("K1"), "{printed}");
}

#[test]
fn tokens_are_refreshed_once_for_all_and_turn_over() {
    let mut desk = desk(Otp::Code);
    desk.grant("market");
    desk.answer(TOKEN, 200, &tokens("1", 900));
    desk.second = 841;
    assert_eq!(desk.grant("market"), [format!(r#"POST {REFRESH} {{"refreshToken":"rt-1"}} after 0 s"#)]);
    assert_eq!(desk.grant("market"), ["waits"]);
    assert_eq!(desk.answer(REFRESH, 200, &tokens("2", 1741)), ["granted"]);
    assert_eq!(desk.grant("market"), ["granted"]);
    let kept: Vec<&str> = desk.said.kept.iter().map(Secret::expose).collect();
    let holds = |at: usize, token: &str| kept[at].contains(token);
    assert!(kept.len() == 3 && holds(0, "rt-1") && holds(2, "rt-2"), "each set was kept before it was used");
    assert_eq!(kept[1], "", "and none while it was not known which is good: the next run must not use rt-1 again");
}

#[test]
fn a_code_is_asked_for_and_tried_once() {
    let mut desk = desk(Otp::SentCode);
    assert_eq!(desk.grant("account").len(), 1);
    for success in [r#"{"code":0,"msg":"Request OTP success"}"#, r#"{"code":200}"#, r#"{"code":204,"msg":""}"#, ""] {
        let asks = desk.answer(REQUEST_OTP, 200, success);
        assert_eq!(asks, ["asks for the one-time code that SSI has just sent"], "{success}");
    }
    assert_eq!(desk.grant("account"), ["asks for the one-time code that SSI has just sent"], "and no other is sent");
    let body = r#"{"apiKey":"K1","apiSecret":"S\"1","otp":"000000"}"#;
    assert_eq!(desk.typed(" 000000\n"), [format!("POST {TOKEN} {body} after 0 s")]);
    let refused = desk.answer(TOKEN, 401, r#"{"code":401100,"msg":"OTP is invalid"}"#);
    assert_eq!(refused, ["refused Reauthenticate 401100 OTP is invalid"]);
    assert!(desk.grant("account")[0].contains(REQUEST_OTP), "another code, not the same again");
    assert!(!desk.said.requests.iter().any(|request| request.replay == tapewire_core::Replay::Safe));
}

#[test]
fn an_approval_is_polled_for() {
    let mut desk = desk(Otp::Approval);
    desk.grant("account");
    let body = r#"{"apiKey":"K1","apiSecret":"S\"1","transactionId":"tx-1"}"#;
    let poll = [format!("POST {TOKEN} {body} after 5 s")];
    assert_eq!(desk.answer(REQUEST_OTP, 200, r#"{"code":0,"transactionId":"tx-1"}"#), poll);
    desk.second = 5;
    assert_eq!(desk.answer(TOKEN, 202, r#"{"code":401114,"msg":"Push-approval is pending"}"#), poll);
    desk.second = 10;
    assert_eq!(desk.answer(TOKEN, 200, &tokens("1", 900)), [format!("GET {INFO}  after 0 s")]);
    let accounts = r#"{"data":[{"accountNo":"1234561","accountType":"Cash"},{"accountNo":1234568}]}"#;
    assert_eq!(desk.answer(INFO, 200, accounts), ["granted"]);
    let login = desk.granted().login.as_ref().unwrap();
    assert_eq!(login.key.expose(), "1234561,1234568", "they are asked for once, and go with the grant");
    assert_eq!(desk.grant("account"), ["granted"]);
    assert!(desk.grant("market") == ["granted"] && desk.granted().login.is_none());
    desk.second = 900;
    desk.grant("account");
    let revoked = desk.answer(REFRESH, 401, r#"{"code":401103,"msg":"Session revoked"}"#);
    assert_eq!(revoked, ["refused Reauthenticate 401103 Session revoked"]);
    desk.grant("account");
    desk.answer(REQUEST_OTP, 200, r#"{"code":0,"transactionId":"tx-2"}"#);
    let rejected = desk.answer(TOKEN, 401, r#"{"code":401115,"msg":"Rejected"}"#);
    assert_eq!(rejected, ["refused Reauthenticate 401115 Rejected"]);
}

#[test]
fn refusals_are_told_whatever_status_they_come_with() {
    for (status, body, expected) in [
        (200, r#"{"code":401105,"msg":"Invalid apiKey"}"#, "refused Reauthenticate 401105 Invalid apiKey"),
        (401, r#"{"code":401105,"msg":"Invalid apiKey"}"#, "refused Reauthenticate 401105 Invalid apiKey"),
        (403, "<html>", "refused FixConfig 403 HTTP status 403"),
        (429, r#"{"code":429,"msg":"slow"}"#, "refused RetryAfter(30s) 429 slow"),
        (503, "", "refused Retry 503 HTTP status 503"),
        (200, "no json", "unreadable: expected an object at byte 0"),
    ] {
        let mut desk = desk(Otp::Code);
        desk.grant("market");
        assert_eq!(desk.answer(TOKEN, status, body), [expected], "{status} {body}");
        assert!(desk.grant("market")[0].contains(TOKEN), "nothing is under way any more");
    }
    let mut desk = desk(Otp::Code);
    desk.grant("market");
    let late = desk.answer(TOKEN, 200, &tokens("1", -10));
    assert!(late[0].starts_with("refused Reauthenticate") && late[0].contains("clock"), "{late:?}");
    assert!(Desk::new(&ssi()).grant("market")[0].starts_with("refused Reauthenticate"), "credentials are needed");
}

#[test]
fn a_refused_token_is_renewed_and_a_lost_refresh_is_not_repeated() {
    let mut desk = desk(Otp::Code);
    desk.grant("market");
    desk.answer(TOKEN, 200, &tokens("1", 900));
    desk.account.refused();
    assert!(desk.grant("market")[0].contains("rt-1"), "the venue refused it: a new one");
    let lost = tapewire_core::Failure::new(tapewire_core::Recovery::Retry, "no answer");
    assert_eq!(desk.account.unanswered(REFRESH, false, lost.clone()), lost);
    assert!(desk.grant("market")[0].contains("rt-1"), "it never got out");
    desk.account.unanswered(REFRESH, true, lost);
    assert!(desk.grant("market")[0].contains(TOKEN), "it may have been used up");
}

#[test]
fn tokens_of_a_former_run_are_used() {
    let mut first = desk(Otp::Code);
    first.grant("account");
    first.typed("123456");
    first.answer(TOKEN, 200, &tokens("1", 900));
    let mut next = desk(Otp::Code);
    next.account.kept(first.said.kept.last().unwrap());
    next.second = 60;
    assert_eq!(next.grant("account"), [format!("GET {INFO}  after 0 s")], "no code is asked for");
    let stranger = Desk::new(&Venue::new(Ssi::new()).credentials("K2", "S").account("main"));
    for (mut other, kept) in
        [(desk(Otp::Code), "broken"), (desk(Otp::Code), ""), (stranger, first.said.kept[0].expose())]
    {
        other.account.kept(&Secret::new(kept));
        assert_eq!(other.grant("account"), ["asks for a one-time code of SSI"], "nothing, or another key's");
    }
}

/// What became of kept tokens since, the run that kept them cannot know.
#[test]
fn tokens_of_a_former_run_may_have_lost_their_session() {
    let mut first = desk(Otp::Code);
    first.grant("account");
    first.typed("123456");
    first.answer(TOKEN, 200, &tokens("1", 900));
    let mut next = desk(Otp::Code);
    next.account.kept(&first.said.kept[0]);
    assert!(next.instruments()[0].contains("securitiesByBoard"));
    assert_eq!(next.grant("account"), [format!("GET {INFO}  after 0 s")]);
    let list = "/api/v3/data/securitiesByBoard?board=HOSE";
    assert_eq!(next.answer(list, 401, "")[0], "refused Retry 401 HTTP status 401", "both asked with the same one");
    let refused = next.answer(INFO, 401, r#"{"code":401,"msg":"Unauthorized"}"#);
    assert_eq!(refused, ["refused Retry 401 Unauthorized"], "the token, not the person");
    assert_eq!(next.grant("account"), [format!(r#"POST {REFRESH} {{"refreshToken":"rt-1"}} after 0 s"#)]);
    assert_eq!(next.said.kept.last().unwrap().expose(), "", "and no run after this one uses it again");
    let refused = next.answer(REFRESH, 401, r#"{"code":401104,"msg":"Replaced by another login"}"#);
    assert_eq!(refused, ["refused Retry 401104 the tokens of a former run are of no use: Replaced by another login"]);
    assert_eq!(next.grant("account"), ["asks for a one-time code of SSI"]);
    assert!(next.typed("123456")[0].contains(TOKEN));
    assert_eq!(next.answer(TOKEN, 200, &tokens("2", 900)), [format!("GET {INFO}  after 0 s")]);
    let refused = next.answer(INFO, 401, r#"{"code":401,"msg":"Unauthorized"}"#);
    assert_eq!(refused, ["refused Reauthenticate 401 Unauthorized"], "once, and not in a loop");
}

#[test]
fn a_code_that_is_typed_while_market_data_log_in_is_nobody_elses() {
    let mut desk = desk(Otp::Code);
    assert_eq!(desk.grant("account"), ["asks for a one-time code of SSI"]);
    assert!(desk.grant("market")[0].contains(TOKEN));
    assert_eq!(desk.typed("123456"), ["waits"]);
    assert_eq!(desk.answer(TOKEN, 200, &tokens("1", 900)), ["granted"], "market data, with a token for market data");
    assert!(desk.granted().login.is_none());
    assert!(desk.grant("account")[0].contains("123456"), "now the code is tried");
    assert_eq!(desk.answer(TOKEN, 200, &tokens("2", 900)), [format!("GET {INFO}  after 0 s")]);
}

/// Whoever logs in ends the session before. A connection that was refused with that one's token is no reason to renew
/// the token of now: each renewal would end the next connection's, in a circle.
#[test]
fn a_token_that_was_replaced_meanwhile_is_not_doubted() {
    let mut desk = desk(Otp::Code);
    desk.grant("market");
    desk.answer(TOKEN, 200, &tokens("1", 900));
    desk.grant("account");
    desk.typed("123456");
    desk.answer(TOKEN, 200, &tokens("2", 900));
    desk.account.refused();
    assert_eq!(desk.grant("market"), ["granted"]);
    assert!(desk.granted().dial.headers.iter().any(|(_, value)| value.expose() == "Bearer at-2"));
    desk.account.refused();
    assert!(desk.grant("market")[0].contains("rt-2"), "this one was ours");
}

#[test]
fn a_login_that_cannot_succeed_is_not_tried_again() {
    for (path, status, code, recovery) in [
        (REQUEST_OTP, 400, "400101", "Reauthenticate"),
        (REQUEST_OTP, 200, "400171", "Reauthenticate"),
        (TOKEN, 400, "400104", "Reauthenticate"),
        (TOKEN, 401, "401100", "Reauthenticate"),
        (TOKEN, 401, "401113", "Reauthenticate"),
        (TOKEN, 401, "401116", "Reauthenticate"),
        (TOKEN, 403, "403100", "Reauthenticate"),
        (TOKEN, 500, "500000", "Retry"),
    ] {
        let mut desk = desk(Otp::SentCode);
        desk.grant("account");
        if path == TOKEN {
            desk.answer(REQUEST_OTP, 200, "");
            desk.typed("123456");
        }
        let said = desk.answer(path, status, &format!(r#"{{"code":{code},"msg":"no"}}"#));
        assert_eq!(said, [format!("refused {recovery} {code} no")], "{path} {status}");
    }
}

#[test]
fn an_account_with_an_odd_number_is_told_and_many_are_asked_for_at_once() {
    let mut desk = desk(Otp::Code);
    desk.grant("account");
    desk.typed("123456");
    desk.answer(TOKEN, 200, &tokens("1", 900));
    let odd = desk.answer(INFO, 200, r#"[{"accountNo":"1234561"},{"accountNo":"12\"34"}]"#);
    assert!(odd.len() == 1 && odd[0].starts_with("refused FixConfig"), "{odd:?}");
    assert_eq!(desk.grant("account"), [format!("GET {INFO}  after 0 s")]);
    let many: Vec<String> = (0..65).map(|number| format!(r#"{{"accountNo":"{number:0>7}"}}"#)).collect();
    assert_eq!(desk.answer(INFO, 200, &format!("[{}]", many.join(","))), ["granted"]);
    assert_eq!(desk.granted().login.as_ref().unwrap().key.expose(), "", "all of the key");
}

#[test]
fn instruments_are_listed_board_by_board_with_a_token() {
    let mut desk = desk(Otp::Code);
    assert!(desk.instruments()[0].contains(TOKEN));
    let list = |board: &str| format!("/api/v3/data/securitiesByBoard?board={board}");
    let asked = |board: &str| format!("GET {}  after 0 s", list(board));
    assert_eq!(desk.answer(TOKEN, 200, &tokens("1", 900)), [asked("HOSE")]);
    let rows = r#"[{"symbol":"FPT","lotSize":"100"},{"board":"HOSE"}]"#;
    assert_eq!(desk.answer(&list("HOSE"), 200, rows), ["instrument".to_owned(), "malformed".to_owned(), asked("HNX")]);
    assert_eq!(
        desk.answer(&list("HNX"), 200, r#"{"data":[{"symbol":"SHS"}]}"#),
        ["instrument".to_owned(), asked("UPCOM")]
    );
    assert_eq!(desk.answer(&list("UPCOM"), 200, r#"{"code":204,"msg":"No Content"}"#), ["done"]);
    let refused = desk.answer(&list("HNX"), 200, r#"{"code":400208,"msg":"board not allowed"}"#);
    assert_eq!(refused, ["refused FixRequest 400208 board not allowed"]);
}
