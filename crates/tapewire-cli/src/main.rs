//! The tapewire program.

fn main() {}
