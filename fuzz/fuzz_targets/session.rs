//! Fuzzes the target `session`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tapewire_fuzz_targets::run("session", data));
