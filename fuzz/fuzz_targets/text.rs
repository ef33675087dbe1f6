//! Fuzzes the target `text`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tapewire_fuzz_targets::run("text", data));
