//! The program whose instructions are counted: `instructions KIND VARIANT COUNT [recorded]` reads so many frames,
//! `instructions book map|ours COUNT` applies so many messages, `instructions loop bare|engine COUNT` reads so many
//! frames from a stream.
//!
//! All frames are made, and the reader is warmed, whatever the count: so the difference between two counts is frames
//! and nothing else.

use std::env;
use std::process::ExitCode;

use tapewire_benches::frames::Corpus;
use tapewire_benches::{Error, aside, work};

#[expect(clippy::print_stderr, reason = "a program tells its errors there")]
fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}\nuse: instructions KIND VARIANT COUNT [recorded]");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[String]) -> Result<(), Error> {
    let unknown = |what, text: &str| Error::Unknown { what, text: text.to_owned() };
    let [kind, variant, count, how @ ..] = words else { return Err(unknown("work", &words.join(" "))) };
    let count = count.parse().map_err(|_| unknown("number", count))?;
    match (kind.as_str(), variant.as_str()) {
        ("book", variant) => {
            aside::book(variant.parse()?, count);
            return Ok(());
        }
        ("loop", variant) => return aside::frames(variant.parse()?, count),
        _ => {}
    }
    let kind = kind.parse()?;
    let corpus = match how {
        [] => Corpus::made(kind),
        [word] if word == "recorded" => {
            Corpus::recorded(kind)?.ok_or_else(|| unknown("recording of", kind.as_str()))?
        }
        _ => return Err(unknown("way", &how.join(" "))),
    };
    work::run(variant.parse()?, &corpus, count)
}
