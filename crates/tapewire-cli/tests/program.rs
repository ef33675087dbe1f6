//! The program as a user runs it: `stream`, `demo`, `sim`, `venues` and `instruments`, their output and exit codes.

mod support;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{Sim, code, events, kinds, run, said, tapewire};

#[test]
fn stream_prints_the_events_of_a_simulated_venue() {
    let sim = Sim::start("binance", &["--seed", "3"]);
    let subscriptions = ["binance:BTCUSDT@trade", "binance:BTCUSDT@book"];
    let arguments = ["stream", subscriptions[0], subscriptions[1], "--endpoint", &sim.endpoint(), "--max-events", "50"];
    let output = run(&arguments);
    assert_eq!((code(&output), said(&output).as_str()), (0, ""));
    let events = events(&output);
    let kinds = kinds(&events);
    assert_eq!(kinds["trade"] + kinds["book"], 50);
    assert!(!kinds.contains_key("gap"));
    for event in events.iter().filter(|event| event["kind"] == "trade" || event["kind"] == "book") {
        let text = format!("{}@{}", event["instrument"].as_str().unwrap(), event["channel"].as_str().unwrap());
        assert!(subscriptions.contains(&text.as_str()), "{text}");
        assert!(event["ts_recv"].is_i64(), "{event}");
    }
    let confirmed = events.iter().filter(|event| event["kind"] == "subscription" && event["state"] == "confirmed");
    assert_eq!(confirmed.count(), 2);
}

#[test]
fn stream_ends_after_a_time_and_in_text() {
    let sim = Sim::start("binance", &[]);
    let output =
        run(&["stream", "binance:BTCUSDT@quote", "--endpoint", &sim.endpoint(), "--for", "1s", "--format", "text"]);
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(code(&output), 0);
    assert!(text.lines().filter(|line| line.contains("binance:BTCUSDT@quote           bid ")).count() > 5, "{text}");
    assert!(!text.contains('\u{1b}'), "colours in a pipe");
}

#[test]
fn stream_over_tls_trusts_the_certificate_that_sim_names() {
    let sim = Sim::start("binance", &["--tls"]);
    let ca = sim.ready["ca"].as_str().unwrap().to_owned();
    assert!(sim.endpoint().starts_with("binance=wss://"));
    let arguments =
        ["stream", "binance:BTCUSDT@trade", "--endpoint", &sim.endpoint(), "--ca", &ca, "--max-events", "1"];
    let output = run(&arguments);
    assert_eq!((code(&output), kinds(&events(&output))["trade"]), (0, 1), "{}", said(&output));
}

#[test]
fn stream_fails_when_all_is_rejected_and_goes_on_when_something_is_left() {
    let sim = Sim::start("binance", &[]);
    let output = run(&["stream", "binance:BTCUSTD@trade", "--endpoint", &sim.endpoint()]);
    assert_eq!(code(&output), 1);
    assert!(said(&output).contains("binance:BTCUSTD@trade: ") && said(&output).contains("`BTCUSDT`"));
    let both = ["stream", "binance:BTCUSTD@trade", "binance:BTCUSDT@trade", "--max-events", "3"];
    let output = run(&[&both[..], &["--endpoint", &sim.endpoint()]].concat());
    assert_eq!((code(&output), kinds(&events(&output))["trade"]), (0, 3));
}

#[test]
fn what_no_venue_is_asked_for_is_wrong_usage() {
    // Nobody listens there: the adapter refuses by itself.
    let arguments =
        ["stream", "binance:btcusdt@trade", "binance:BTCUSDT@book:7", "--endpoint", "binance=ws://127.0.0.1:9"];
    let output = run(&arguments);
    assert_eq!(code(&output), 2, "{}", said(&output));
    assert_eq!(kinds(&events(&output)), BTreeMap::from([("subscription", 2)]));
    assert!(said(&output).contains("write it as `binance:BTCUSDT`"), "{}", said(&output));
}

#[test]
fn wrong_usage_is_2_with_a_sentence_on_what_to_write() {
    let cases: [(&[&str], &str); 13] = [
        (&["stream"], "<SUB>"),
        (&["stream", "binance:BTCUSDT@trade", "--ca", "Cargo.toml"], "--ca: Cargo.toml contains no PEM certificate"),
        (&["stream", "BTCUSDT"], "write `venue:SYMBOL@channel`, such as `binance:BTCUSDT@trade`"),
        (&["stream", "binance:BTCUSDT@trad"], "did you mean `trade`?"),
        (&["stream", "binanse:BTCUSDT@trade"], "did you mean `binance`?"),
        (&["stream", "binance:BTCUSDT@trade", "--for", "10"], "10s, 500ms, 2m or 1h"),
        (&["stream", "binance:BTCUSDT@trade", "--max-events", "0"], "write a whole number above 0"),
        (&["stream", "binance:BTCUSDT@trade", "--endpoint", "ws://x"], "write VENUE=URL"),
        (&["stream", "binance:BTCUSDT@trade", "--ca", "no-such-file"], "--ca: cannot read no-such-file"),
        (&["stream", "binance:BTCUSDT@trade", "--log", "tapewire=loudly"], "cannot read the log filter"),
        (&["instruments", "nowhere-at-all"], "is not a known venue; known: "),
        (&["sim", "binance", "--listen", "here"], "such as 127.0.0.1:9443"),
        (&["venues", "binanc"], "did you mean `binance`?"),
    ];
    for (arguments, sentence) in cases {
        let output = run(arguments);
        assert_eq!(code(&output), 2, "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains(sentence), "{arguments:?}: {}", said(&output));
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn environment_and_file_configure_a_venue_and_secrets_do_not_print() {
    let sim = Sim::start("binance", &[]);
    let url = sim.ready["ws"].as_str().unwrap();
    let arguments = ["stream", "binance:BTCUSDT@trade", "--max-events", "1"];
    let output = tapewire(&arguments).env("TAPEWIRE_BINANCE_ENDPOINT", url).output().unwrap();
    assert_eq!(code(&output), 0, "{}", said(&output));

    let file = std::env::temp_dir().join(format!("tapewire-test-{}.toml", std::process::id()));
    let with_file = |text: String| {
        std::fs::write(&file, text).unwrap();
        run(&[&arguments[..], &["--config", file.to_str().unwrap(), "--log", "trace"]].concat())
    };
    let good = with_file(format!("[binance]\nendpoint = '{url}'\nkey = 'KEY1'\nsecret = 'WORD2'\n"));
    let bad = with_file("[binance]\nkey = 'KEY1'\nsecret = WORD2\n".to_owned());
    let unknown = with_file("[binance]\nsecrte = 'WORD2'\n".to_owned());
    std::fs::remove_file(&file).unwrap();
    assert_eq!((code(&good), code(&bad), code(&unknown)), (0, 2, 2));
    for output in [&good, &bad, &unknown] {
        let all = said(output) + &String::from_utf8_lossy(&output.stdout);
        assert!(!all.contains("WORD2") && !all.contains("KEY1"), "{all}");
    }
    assert!(said(&bad).contains(" line 3: "), "{}", said(&bad));
    assert!(said(&unknown).contains("[binance] secrte: `secrte` is not a setting"), "{}", said(&unknown));
}

#[test]
fn a_pipe_that_closes_early_ends_quietly() {
    let mut child =
        tapewire(&["demo", "--format", "json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().starts_with('{'));
    drop(lines);
    let output = child.wait_with_output().unwrap();
    assert_eq!((code(&output), said(&output).as_str()), (0, ""));
}

#[test]
fn demo_prints_trades_quotes_books_and_bars_without_gaps() {
    let output = run(&["demo", "--for", "3s", "--seed", "5", "--format", "json"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let events = events(&output);
    let kinds = kinds(&events);
    for kind in ["trade", "quote", "book", "bar", "ticker"] {
        assert!(kinds.contains_key(kind), "no {kind}: {kinds:?}");
    }
    assert!(!kinds.contains_key("gap") && !kinds.contains_key("malformed"), "{kinds:?}");
    let told = said(&output);
    let (titles, row) = (told.lines().next().unwrap(), told.lines().find(|line| line.starts_with("binance ")).unwrap());
    let count = |title: &str| titles.split("  ").filter(|it| !it.is_empty()).map(str::trim).position(|it| it == title);
    let of = |title: &str| row.split_whitespace().nth(count(title).unwrap()).unwrap();
    assert_eq!((of("gaps"), of("malformed"), of("connects")), ("0", "0", "1"), "{told}");
    assert_ne!(of("trades"), "0", "{told}");
}

#[test]
fn venues_prints_a_row_for_each_channel() {
    let output = run(&["venues", "binance", "--format", "json"]);
    let rows = events(&output);
    assert!(rows.iter().any(|row| row["channel"] == "trade" && row["venue"] == "binance"));
    let text = run(&["venues", "--format", "text"]);
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(rows.iter().all(|row| text.contains(row["topic"].as_str().unwrap())), "{text}");
}

#[test]
fn instruments_lists_unified_symbols_and_fails_without_a_venue() {
    let sim = Sim::start("binance", &[]);
    let endpoint = sim.endpoint();
    let output = run(&["instruments", "binance", "--endpoint", &endpoint]);
    let listed = events(&output);
    assert_eq!(code(&output), 0, "{}", said(&output));
    assert!(listed.iter().all(|it| it["kind"] == "instrument"));
    assert!(listed.iter().any(|it| it["instrument"] == "binance:BTCUSDT" && it["unified"] == "BTC/USDT"));
    drop(sim);
    let output = run(&["instruments", "binance", "--endpoint", &endpoint]);
    assert_eq!((code(&output), output.stdout.len()), (1, 0));
    assert!(said(&output).contains("could not connect to 127.0.0.1:"), "{}", said(&output));
}

#[test]
fn faults_of_a_script_happen_and_a_wrong_script_is_told_by_its_line() {
    let file = std::env::temp_dir().join(format!("tapewire-test-{}.jsonl", std::process::id()));
    let path = file.to_str().unwrap();
    std::fs::write(&file, "# one fault\n{\"after\": 30, \"connection\": 1, \"fault\": \"drop\"}\n").unwrap();
    let sim = Sim::start("binance", &["--fault", path]);
    let output = run(&["stream", "binance:BTCUSDT@trade", "--endpoint", &sim.endpoint(), "--max-events", "60"]);
    std::fs::write(&file, "\n{\"at_ms\": 1, \"fault\": \"explode\"}\n").unwrap();
    let wrong = run(&["sim", "binance", "--listen", "127.0.0.1:0", "--fault", path]);
    std::fs::remove_file(&file).unwrap();

    let events = events(&output);
    let said_of = |kind: &str, key: &str| -> Vec<String> {
        let of_kind = events.iter().filter(|event| event["kind"] == kind);
        of_kind.map(|event| event[key].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!((code(&output), said_of("gap", "cause")), (0, vec!["disconnect".to_owned()]));
    assert!(said_of("connection", "state").contains(&"backoff".to_owned()));
    assert_eq!(code(&wrong), 2);
    assert!(said(&wrong).contains(": line 2 of the fault script: unknown variant `explode`"), "{}", said(&wrong));
}

#[test]
fn recordings_are_played_as_fast_as_they_are_read() {
    let file = std::env::temp_dir().join(format!("tapewire-test-replay-{}.jsonl", std::process::id()));
    let trade = |id: u32| {
        let data =
            format!(r#"{{"e":"trade","E":1,"s":"BTCUSDT","t":{id},"p":"1.50","q":"2","T":1,"m":true,"M":true}}"#);
        let text = format!(r#"{{"stream":"btcusdt@trade","data":{data}}}"#);
        serde_json::json!({"dir": "in", "product": "spot", "t_ns": u64::from(id) * 3_600_000_000_000, "text": text})
    };
    let lines: Vec<String> = (1..=500).map(|id| trade(id).to_string()).collect();
    std::fs::write(&file, lines.join("\n")).unwrap();
    let sim = Sim::start("binance", &["--replay", file.to_str().unwrap(), "--speed", "max"]);
    let arguments = ["stream", "binance:BTCUSDT@trade", "--endpoint", &sim.endpoint(), "--max-events", "500"];
    let output = run(&arguments);
    std::fs::remove_file(&file).unwrap();
    let events = events(&output);
    let ids: Vec<String> = events.iter().filter_map(|event| event["id"].as_str().map(str::to_owned)).collect();
    assert_eq!(ids, (1..=500).map(|id| id.to_string()).collect::<Vec<_>>());
    assert!(!kinds(&events).contains_key("gap"));

    let alone = run(&["sim", "binance", "--listen", "127.0.0.1:0", "--speed", "max"]);
    let missing = run(&["sim", "binance", "--listen", "127.0.0.1:0", "--replay", "no-such-file"]);
    assert_eq!((code(&alone), code(&missing)), (2, 2));
    assert!(said(&missing).contains("cannot read the recording no-such-file: "), "{}", said(&missing));
}

#[cfg(unix)]
#[test]
fn sim_names_where_it_is_and_ends_on_either_signal() {
    for (signal, arguments) in [("-INT", &["--tls"][..]), ("-TERM", &["--rest-listen", "127.0.0.1:0"])] {
        let sim = Sim::start("binance", arguments);
        let fields: Vec<&String> = sim.ready.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["ca", "rest", "venue", "ws"]);
        let ca = sim.ready["ca"].as_str().map(str::to_owned);
        assert_eq!(ca.is_some(), signal == "-INT");
        assert_eq!(sim.ready["ws"].as_str().unwrap()[5..] == sim.ready["rest"].as_str().unwrap()[7..], ca.is_some());
        assert_eq!(sim.interrupt(signal), Some(0));
        assert!(ca.is_none_or(|path| !std::path::Path::new(&path).exists()), "the certificate was left behind");
    }
}

#[cfg(unix)]
#[test]
fn stream_ends_in_order_on_a_signal() {
    let sim = Sim::start("binance", &[]);
    let mut child = tapewire(&["stream", "binance:BTCUSDT@trade", "--endpoint", &sim.endpoint()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains(r#""kind":"trade""#)));
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    // Every line that was begun is whole, and the last ones tell of the end.
    let rest: Vec<Value> = lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    assert!(rest.iter().any(|event| event["kind"] == "connection" && event["state"] == "closed"), "{rest:?}");
    assert_eq!(code(&child.wait_with_output().unwrap()), 0);
}
