//! Fuzzes the target `decode_okex_v1`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tapewire_fuzz_targets::run("decode_okex_v1", data));
