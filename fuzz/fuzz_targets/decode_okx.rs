//! Fuzzes the target `decode_okx`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tapewire_fuzz_targets::run("decode_okx", data));
