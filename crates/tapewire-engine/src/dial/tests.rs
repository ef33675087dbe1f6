//! Diallers, against small servers on loopback.
