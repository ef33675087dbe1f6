//! Logging in over the socket: who is let in, and why not.
//!
//! Source: the venue's API guide v3, "WebSocket", section "Login", and the codes from 30000 on.

use super::request::Refusal;
use crate::venues::keys::{Keys, Known};
use crate::venues::okx_common::signature::{Signed, Wrong};

/// Checks the arguments of a login. Who is let in, and whose signature is looked at, the keys say.
pub(super) fn check(args: &[String], keys: &Keys, now_us: i64) -> Result<(), Refusal> {
    let [key, passphrase, timestamp, sign] = args else { return Err(Refusal::new(30027, "Login failure")) };
    let names = ["KEY", "PASSPHRASE", "TIMESTAMP", "SIGN"];
    for ((value, name), code) in args.iter().zip(names).zip([30001, 30004, 30003, 30002]) {
        if value.is_empty() {
            return Err(Refusal::new(code, format!("OK_ACCESS_{name} cannot be blank")));
        }
    }
    match keys.judge(key) {
        Known::Refused => Err(Refusal::new(30006, "Invalid OK_ACCESS_KEY")),
        Known::Unseen => Ok(()),
        Known::Verify(credentials) => {
            Signed { passphrase, timestamp, sign }.verify(&credentials, now_us).map_err(|wrong| match wrong {
                Wrong::Timestamp => Refusal::new(30005, "Invalid OK_ACCESS_TIMESTAMP"),
                Wrong::Expired => Refusal::new(30008, "Timestamp request expired"),
                Wrong::Passphrase => Refusal::new(30015, "Invalid OK_ACCESS_PASSPHRASE"),
                Wrong::Sign => Refusal::new(30013, "Invalid sign"),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::venues::okx_common::signature;

    #[test]
    fn the_demo_key_is_verified_and_others_are_not() {
        let now_us = 1_704_876_947_500_000;
        let time = "1704876947.123";
        let right = signature::login("sim-secret", time);
        let check = |args: [&str; 4]| {
            let args = args.map(str::to_owned);
            check(&args, &Keys::default(), now_us).map_err(|refusal| refusal.code)
        };
        assert_eq!(check(["sim-key", "sim-passphrase", time, &right]), Ok(()), "a time with a fraction");
        assert_eq!(check(["anybody", "p", "t", "s"]), Ok(()));
        for (args, code) in [
            (["sim-key", "sim-passphrase", "now", &right], 30005),
            (["sim-key", "sim-passphrase", "1704876916", &right], 30008),
            (["sim-key", "sim-passphrase", "1704876948", &right], 30013),
            (["sim-key", "other", time, &right], 30015),
            (["bad-key", "sim-passphrase", time, &right], 30006),
            (["", "sim-passphrase", time, &right], 30001),
            (["sim-key", "sim-passphrase", time, ""], 30002),
        ] {
            assert_eq!(check(args), Err(code), "{args:?}");
        }
        assert_eq!(super::check(&[], &Keys::default(), now_us).map_err(|it| it.code), Err(30027));
    }
}
