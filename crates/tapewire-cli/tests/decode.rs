//! The program's contract for `decode` and `book`, on a few lines.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::io::Write;
use std::process::{Command, Output, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;

fn run(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tapewire"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that has refused its arguments does not read.
    _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn texts(output: &Output) -> (Vec<String>, String) {
    let lines = String::from_utf8(output.stdout.clone()).unwrap().lines().map(str::to_owned).collect();
    (lines, String::from_utf8(output.stderr.clone()).unwrap())
}

const TRADE: &str = r#"{"dir":"in","recv_ns":5,"product":"spot","text":"{\"stream\":\"x@trade\",\"data\":{\"s\":\"X\",\"t\":1,\"p\":\"1.50\",\"q\":\"2\",\"T\":3,\"m\":true}}"}"#;

#[test]
fn events_carry_the_number_of_their_line_last() {
    let (lines, said) = texts(&run(&["decode", "binance"], format!("\n{TRADE}\n").as_bytes()));
    let expected = concat!(
        r#"{"kind":"trade","venue":"binance","instrument":"binance:X","channel":"trade","ts_event":3000000,"ts_recv":5,"#,
        r#""id":"1","price":"1.50","quantity":"2","quantity_unit":"base","aggressor":"sell","sequence":null,"#,
        r#""turnover":null,"condition":null,"raw_condition":null,"line":2}"#
    );
    assert_eq!((lines, said.as_str()), (vec![expected.to_owned()], ""));
}

#[test]
fn control_messages_are_told_as_such() {
    let input = r#"{"dir":"in","text":"{\"result\":null,\"id\":7}"}
{"dir":"in","t_ns":9,"text":"{\"code\":2,\"msg\":\"Invalid request\"}"}
{"dir":"in","text":"{\"result\":[\"a@trade\"],\"id\":8}"}
{"dir":"in","kind":"rest","request":"GET /api/v3/depth?symbol=NO","text":"{\"code\":-1121,\"msg\":\"Invalid symbol.\"}"}
"#;
    let (lines, _) = texts(&run(&["decode", "binance", "--strict"], input.as_bytes()));
    let expected = [
        r#"{"kind":"control","venue":"binance","instrument":null,"channel":null,"ts_event":null,"ts_recv":null,"control":"ack","code":null,"request":"7","reason":null,"fatal":false,"line":1}"#,
        r#"{"kind":"control","venue":"binance","instrument":null,"channel":null,"ts_event":null,"ts_recv":9,"control":"error","code":"2","request":null,"reason":"Invalid request","fatal":false,"line":2}"#,
        r#"{"kind":"control","venue":"binance","instrument":null,"channel":null,"ts_event":null,"ts_recv":null,"control":"list","code":null,"request":"8","reason":null,"topics":["a@trade"],"fatal":false,"line":3}"#,
        r#"{"kind":"control","venue":"binance","instrument":null,"channel":null,"ts_event":null,"ts_recv":null,"control":"error","code":"-1121","request":null,"reason":"Invalid symbol.","fatal":false,"line":4}"#,
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_bad_line_is_malformed_and_the_run_goes_on() {
    let input = format!("{{\"dir\":\"in\",\"text\":\"{{\"}}\nnot a line\n{TRADE}\n");
    for (strict, code) in [(None, 0), (Some("--strict"), 1)] {
        let arguments: Vec<&str> = ["decode", "binance"].into_iter().chain(strict).collect();
        let output = run(&arguments, input.as_bytes());
        let (lines, said) = texts(&output);
        assert_eq!((output.status.code(), lines.len()), (Some(code), 3), "{said}");
        for (line, number) in lines.iter().zip([1, 2]) {
            assert!(line.starts_with(r#"{"kind":"malformed","venue":"binance","instrument":null"#), "{line}");
            assert!(line.ends_with(&format!(",\"line\":{number}}}")), "{line}");
        }
        assert!(lines[1].contains(r#""bytes":10,"#) && lines[1].contains(r#""excerpt":"not a line""#), "{}", lines[1]);
        assert!(said.contains("2 malformed"), "{said}");
    }
}

#[test]
fn lines_of_others_are_skipped_and_counted() {
    let usdm = TRADE.replace("spot", "usdm");
    let input = format!("{usdm}\n{{\"dir\":\"out\",\"text\":\"x\"}}\n{{\"dir\":\"note\"}}\n{usdm}\n{TRADE}\n");
    let (lines, said) = texts(&run(&["decode", "binance", "--strict"], input.as_bytes()));
    assert_eq!((lines.len(), said.as_str()), (1, "skipped 2 lines of `usdm`\n"));
    let (_, said) = texts(&run(&["decode", "binance"], usdm.as_bytes()));
    assert_eq!(said, "skipped 1 line of `usdm`\n");
    let (_, said) = texts(&run(&["decode", "binance"], TRADE.replace("spot", "v3").as_bytes()));
    assert_eq!(said, "skipped 1 line of `v3`; use `okex-v3` for them\n");
}

#[test]
fn what_was_sent_need_not_be_readable() {
    let input = format!(
        "{{\"dir\":\"out\"}}\n{{\"dir\":\"out\",\"hex\":\"zz\"}}\n{{\"dir\":\"out\",\"kind\":\"ping\"}}\n{TRADE}\n"
    );
    let output = run(&["decode", "binance", "--strict"], input.as_bytes());
    let (lines, said) = texts(&output);
    assert_eq!((output.status.code(), lines.len(), said.as_str()), (Some(0), 1, ""), "{lines:?}");
    // A connection that was opened is another matter: what follows may depend on its path.
    let output = run(&["decode", "binance", "--strict"], br#"{"dir":"out","kind":"connect"}"#);
    assert_eq!((output.status.code(), texts(&output).0.len()), (Some(1), 1));
}

#[test]
fn a_new_connection_brings_its_path() {
    let frame = r#"{"dir":"in","text":"{\"lastUpdateId\":1,\"bids\":[],\"asks\":[]}"}"#;
    let micros = TRADE.replace("\\\"T\\\":3", "\\\"T\\\":1700000000123456");
    let input = format!(
        "{frame}\n{}\n{frame}\n{}\n{micros}\n",
        r#"{"dir":"out","kind":"connect","text":"/ws/btcusdt@depth5"}"#,
        r#"{"dir":"out","kind":"connect","text":"/stream?timeUnit=MICROSECOND"}"#
    );
    let (lines, _) = texts(&run(&["decode", "binance"], input.as_bytes()));
    assert!(lines[0].starts_with(r#"{"kind":"raw""#), "{}", lines[0]);
    assert!(lines[1].contains(r#""instrument":"binance:BTCUSDT","channel":"book:5""#), "{}", lines[1]);
    assert!(lines[2].contains(r#""ts_event":1700000000123456000"#), "{}", lines[2]);
}

#[test]
fn gzip_is_read_as_plain_text_is_and_a_cut_file_fails() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(format!("{TRADE}\n").repeat(100).as_bytes()).unwrap();
    let whole = encoder.finish().unwrap();
    let output = run(&["decode", "binance"], &whole);
    assert_eq!((output.status.code(), texts(&output).0.len()), (Some(0), 100));
    let output = run(&["decode", "binance"], &whole[..whole.len() - 6]);
    let (lines, said) = texts(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(lines.len() > 1 && lines.last().unwrap().contains(r#""kind":"malformed""#), "{said}");
    assert!(said.contains("cannot read the recording: "), "{said}");
}

#[test]
fn wrong_usage_is_2_and_names_what_is_near() {
    let output = run(&["decode", "binanse"], b"");
    let (lines, said) = texts(&output);
    assert_eq!((output.status.code(), lines.len()), (Some(2), 0));
    assert!(said.contains("did you mean `binance`?"), "{said}");
    assert_eq!(run(&["decode"], b"").status.code(), Some(2));
}

/// A depth message from `first` to `last` that sets the best bid's quantity to `last`.
fn depth(first: u64, last: u64) -> String {
    let data = format!(r#"{{\"E\":1,\"s\":\"X\",\"U\":{first},\"u\":{last},\"b\":[[\"1.0\",\"{last}\"]],\"a\":[]}}"#);
    format!(r#"{{"dir":"in","text":"{{\"stream\":\"x@depth@100ms\",\"data\":{data}}}"}}"#)
}

fn snapshot(last: u64) -> String {
    let body = format!(r#"{{\"lastUpdateId\":{last},\"bids\":[[\"1.0\",\"5\"]],\"asks\":[[\"2\",\"3\"]]}}"#);
    format!(r#"{{"dir":"in","kind":"rest","request":"GET /api/v3/depth?symbol=X&limit=1000","text":"{body}"}}"#)
}

#[test]
fn books_tell_each_step_under_their_line() {
    let input =
        [depth(3, 4), depth(5, 7), snapshot(5), depth(8, 8), depth(2, 8), depth(10, 11), snapshot(9)].join("\n");
    let (lines, _) = texts(&run(&["book", "binance"], input.as_bytes()));
    let told = |line: u64, action: &str, rest: &str| {
        format!(r#"{{"line":{line},"instrument":"binance:X","channel":"book","action":"{action}",{rest}}}"#)
    };
    let waiting = r#""state":"waiting","sequence":null,"best_bid":null,"best_ask":null"#;
    let synced = |sequence: u64, quantity: u64| {
        format!(r#""state":"synced","sequence":{sequence},"best_bid":["1.0","{quantity}"],"best_ask":["2","3"]"#)
    };
    let expected = [
        told(1, "buffered", waiting),
        told(2, "buffered", waiting),
        told(3, "snapshot_applied", &synced(5, 5)),
        told(1, "dropped", &synced(5, 5)),
        told(2, "applied", &synced(7, 7)),
        told(4, "applied", &synced(8, 8)),
        told(5, "ignored_old", &synced(8, 8)),
        told(6, "gap", waiting),
        told(7, "snapshot_applied", &synced(9, 5)),
        told(6, "applied", &synced(11, 11)),
        r#"{"final":true,"instrument":"binance:X","channel":"book","state":"synced","sequence":11,"bids":[["1.0","11"]],"asks":[["2","3"]]}"#.to_owned(),
    ];
    assert_eq!(lines, expected);
}

#[test]
fn partial_books_are_books_of_their_own() {
    let frame = r#"{"dir":"in","text":"{\"stream\":\"x@depth5\",\"data\":{\"lastUpdateId\":1,\"bids\":[[\"1\",\"2\"],[\"0.5\",\"2\"]],\"asks\":[]}}"}"#;
    let (lines, _) = texts(&run(&["book", "binance", "--depth", "1"], frame.as_bytes()));
    assert_eq!(
        lines,
        [
            r#"{"line":1,"instrument":"binance:X","channel":"book:5","action":"snapshot_applied","state":"synced","sequence":1,"best_bid":["1","2"],"best_ask":null}"#,
            r#"{"final":true,"instrument":"binance:X","channel":"book:5","state":"synced","sequence":1,"bids":[["1","2"]],"asks":[]}"#,
        ]
    );
}

#[test]
fn a_crossed_book_ends_with_the_levels_it_has() {
    let frame = r#"{"dir":"in","text":"{\"stream\":\"x@depth5\",\"data\":{\"lastUpdateId\":1,\"bids\":[[\"5\",\"2\"]],\"asks\":[[\"4\",\"1\"]]}}"}"#;
    let (lines, _) = texts(&run(&["book", "binance"], frame.as_bytes()));
    let last = r#""state":"synced","sequence":1,"bids":[["5","2"]],"asks":[["4","1"]]}"#;
    assert!(lines[1].ends_with(last), "{}", lines[1]);
}
