//! Fuzzes the target `decode_ssi`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tapewire_fuzz_targets::run("decode_ssi", data));
