//! Recordings: what is subscribed to comes as it was recorded, and lines of another business do not.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tapewire_sim::{Simulator, Speed};

use super::{ask, open};

#[expect(clippy::print_stdout, reason = "a test that skips says so")]
fn recordings() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/recordings");
    let folder = std::env::var_os("TAPEWIRE_RECORDINGS").map_or_else(beside, PathBuf::from).join("infoway");
    if !folder.is_dir() {
        println!("SKIPPED: there are no recordings in {}", folder.display());
        return None;
    }
    Some(folder)
}

/// The pushes of a recording, as they were recorded.
fn pushes(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let frames = lines.filter(|line| line["dir"] == "in").map(|line| line["text"].as_str().unwrap().to_owned());
    frames
        .filter(|text| [10_002, 10_005, 10_008].iter().any(|code| text.contains(&format!(r#"{{"code":{code},"#))))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn recordings_are_played_to_those_who_subscribe() {
    let Some(folder) = recordings() else { return };
    let bars = json!({ "arr": [{ "type": 1, "codes": "BTCUSDT,ETHUSDT" }, { "type": 8, "codes": "BTCUSDT" }] });
    for (id, file, requests, count) in [
        ("infoway-crypto", "real_crypto_trade.jsonl", [(10_000, json!({ "codes": "BTCUSDT" }))].to_vec(), 10),
        ("infoway-crypto", "real_crypto_depth.jsonl", vec![(10_003, json!({ "codes": "BTCUSDT" }))], 10),
        ("infoway-crypto", "real_crypto_multi_kline.jsonl", vec![(10_006, bars)], 3),
        (
            "infoway-common",
            "made_common_forex.jsonl",
            vec![(10_000, json!({ "codes": "EURUSD,XAUUSD" })), (10_003, json!({ "codes": "EURUSD" }))],
            4,
        ),
        (
            "infoway-stock",
            "doc_stock_examples.jsonl",
            vec![(10_000, json!({ "codes": "AMZN.US" })), (10_003, json!({ "codes": "002594.SZ" }))],
            2,
        ),
    ] {
        let path = folder.join(file);
        let recorded = pushes(&path);
        assert_eq!(recorded.len(), count, "{file}");
        let sim = Simulator::builder(id).replay([&path], Speed::Times(1)).start().await.unwrap();
        let mut client = open(&sim, id.split_once('-').unwrap().1).await;
        for (code, data) in requests {
            ask(&mut client, code, data).await;
        }
        for wanted in recorded {
            assert_eq!(client.text().await, wanted);
        }
        sim.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn lines_of_another_business_and_other_topics_are_not_played() {
    let path = std::env::temp_dir().join(format!("tapewire-sim-infoway-{}.jsonl", std::process::id()));
    let line = |business: &str, text: &str| format!("{}\n", json!({ "dir": "in", "business": business, "text": text }));
    let push = |price: &str| {
        format!(r#"{{"code":10002,"data":{{"p":"{price}","s":"BTCUSDT","t":1,"td":1,"ty":"x","v":"1","vw":"1"}}}}"#)
    };
    let other = r#"{"code":10008,"data":{"s":"BTCUSDT","t":"60","ty":8}}"#;
    let lines = [
        line("crypto", r#"{"code":200,"msg":"ws connect success"}"#),
        line("common", &push("1")),
        line("crypto", &push("2")),
        line("crypto", other),
        line("crypto", "Param not json"),
        line("crypto", &push("3")),
    ];
    std::fs::write(&path, lines.concat()).unwrap();
    let sim = Simulator::builder("infoway-crypto").replay([&path], Speed::Max).start().await.unwrap();
    let mut client = open(&sim, "crypto").await;
    ask(&mut client, 10_000, json!({ "codes": "BTCUSDT" })).await;
    let seen = client.texts_for(10_000).await;
    std::fs::remove_file(&path).unwrap();
    assert_eq!(seen, [push("2"), push("3")]);
    sim.stop().await;
}
