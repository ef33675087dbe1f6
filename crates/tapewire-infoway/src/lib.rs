//! Infoway market data: the adapter, and a fact sheet of the venue.
//!
#![doc = include_str!("../README.md")]
//!
//! # Map
//!
//! - `connector`: the facts, as a [`Connector`](tapewire_core::Connector): capabilities, policy, topics. `business`: the
//!   groups of markets, each a venue here. `plan`: how much a key may ask for.
//! - `account`: the cold side: how to dial, the lists of symbols. `rest`: what answers over REST hold.
//! - `protocol`: the hot side: pushes in, events out. `control`: all frames that are no push. `request`: what we send.
//! - `topic`: subscription to feed and back. `symbol`: which symbols a business can have. `code`: what codes mean.
//! - `wire/`: the vendor's messages, field for field. `normalize`: message to event.

mod account;
mod business;
mod code;
mod connector;
mod control;
mod normalize;
mod plan;
mod protocol;
mod request;
mod rest;
mod symbol;
mod topic;
mod wire;

use tapewire_core::Venue;

pub use business::Business;
pub use connector::{Infoway, on};
pub use plan::{Plan, PlanError};

/// Equities of the United States, Hong Kong and mainland China, under the smallest plan: `infoway-stock`.
#[must_use]
pub fn stock() -> Venue {
    on(Business::Stock, Plan::default())
}

/// Pairs of crypto assets, under the smallest plan: `infoway-crypto`.
#[must_use]
pub fn crypto() -> Venue {
    on(Business::Crypto, Plan::default())
}

/// Currencies, metals, energy, futures and indices, under the smallest plan: `infoway-common`.
#[must_use]
pub fn common() -> Venue {
    on(Business::Common, Plan::default())
}

/// Equities of Japan, under the smallest plan: `infoway-japan`.
#[must_use]
pub fn japan() -> Venue {
    on(Business::Japan, Plan::default())
}

/// Equities of India, under the smallest plan: `infoway-india`.
#[must_use]
pub fn india() -> Venue {
    on(Business::India, Plan::default())
}

/// Equities of Korea, under the smallest plan: `infoway-korea`.
#[must_use]
pub fn korea() -> Venue {
    on(Business::Korea, Plan::default())
}

/// Equities of Taiwan, under the smallest plan: `infoway-taiwan`.
#[must_use]
pub fn taiwan() -> Venue {
    on(Business::Taiwan, Plan::default())
}
