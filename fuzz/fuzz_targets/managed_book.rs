//! Fuzzes the target `managed_book`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tapewire_fuzz_targets::run("managed_book", data));
