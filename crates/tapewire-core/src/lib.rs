//! The vocabulary of Tapewire: instruments, events, books, and the traits of an adapter.
