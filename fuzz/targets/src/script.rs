//! Fault scripts: read or refused, and what is refused names the line that is at fault.

use tapewire_sim::Script;

pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let read = text.parse::<Script>();
    let mut alone = text.lines().map(str::parse::<Script>);
    match read {
        Ok(_) => assert!(alone.all(|line| line.is_ok()), "a line is refused by itself"),
        Err(error) => {
            let first_bad = alone.position(|line| line.is_err());
            assert_eq!(first_bad, error.line.checked_sub(1), "{error}");
            let line = text.lines().nth(error.line - 1).expect("the line that is named");
            assert_eq!(line.parse::<Script>().expect_err("it is refused by itself").why, error.why);
        }
    }
}
