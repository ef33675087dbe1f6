//! Tapewire: one vocabulary of normalized events over many venues.
