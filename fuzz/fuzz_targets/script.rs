//! Fuzzes the target `script`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tapewire_fuzz_targets::run("script", data));
