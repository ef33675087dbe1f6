//! The messages of the dialect, field for field. Members that nothing is made of are not read.
//!
//! Sources: frames recorded in April 2021 and in 2019 (see `fixtures/v3/README.md`); names of members that no recording
//! holds are those of public client code (gocryptotrader, `exchanges/okgroup/okgroup_types.go`, read 2026-07).

pub(crate) mod control;
pub(crate) mod depth;
pub(crate) mod market;
pub(crate) mod private;
