//! The HTTP client, against small servers on loopback.
