//! Simulated venues that speak the real wire protocols on loopback.

pub mod market;
