//! The requests of the REST API: their paths, who may make them, and how often.
//!
//! Source: the venue's API guide v5, each request's "Rate Limit" and "Rate limit rule", read 2026-07.

use super::budget::{Rate, Who};
use super::trade::entry::Deed;
use crate::face::Request;

/// One request of the API.
#[derive(Debug)]
pub(super) struct Endpoint {
    method: &'static str,
    path: &'static str,
    /// How often in two seconds; for orders, they themselves are counted.
    most: usize,
    /// The parameter whose values are counted apart.
    about: &'static str,
    pub(super) what: What,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// What everybody may know.
    Public,
    Balance,
    Positions,
    Config,
    Instruments,
    Order,
    Pending,
    History,
    Fills,
    AlgoOrder,
    AlgoPending,
    AlgoHistory,
    /// Order entry, and whether of several orders.
    Entry(Deed, bool),
}

impl Endpoint {
    /// Finds what is asked for; none for a path that does not exist.
    pub(super) fn find(request: &Request) -> Option<&'static Self> {
        let (method, path) = (request.method(), request.path());
        ENDPOINTS.iter().find(|endpoint| endpoint.path == path && endpoint.method == method)
    }

    /// Whether a path exists for another method.
    pub(super) fn exists(path: &str) -> bool {
        ENDPOINTS.iter().any(|endpoint| endpoint.path == path)
    }

    /// How it is counted: how many, whose, and what about.
    pub(super) fn rate<'a>(&self, request: &'a Request, key: Option<&str>) -> (Rate, Who, &'a str) {
        let who = key.map_or_else(|| Who::Address(request.peer()), |key| Who::Account(key.to_owned()));
        (Rate::new(self.path, self.most), who, request.parameter(self.about).unwrap_or_default())
    }

    pub(super) const fn counts_orders(&self) -> bool {
        matches!(self.what, What::Entry(..))
    }
}

const fn get(path: &'static str, most: usize, about: &'static str, what: What) -> Endpoint {
    Endpoint { method: "GET", path, most, about, what }
}

const fn post(path: &'static str, deed: Deed, is_batch: bool) -> Endpoint {
    Endpoint { method: "POST", path, most: 0, about: "", what: What::Entry(deed, is_batch) }
}

#[rustfmt::skip] // A table reads better as one.
const ENDPOINTS: &[Endpoint] = &[
    get("/api/v5/public/time", 10, "", What::Public),
    get("/api/v5/public/instruments", 20, "instType", What::Public),
    get("/api/v5/public/underlying", 20, "", What::Public),
    get("/api/v5/market/ticker", 20, "", What::Public),
    get("/api/v5/market/tickers", 20, "", What::Public),
    get("/api/v5/market/books", 40, "", What::Public),
    get("/api/v5/market/trades", 100, "", What::Public),
    get("/api/v5/market/candles", 40, "", What::Public),
    get("/api/v5/account/balance", 10, "", What::Balance),
    get("/api/v5/account/positions", 10, "", What::Positions),
    get("/api/v5/account/config", 5, "", What::Config),
    get("/api/v5/account/instruments", 20, "instType", What::Instruments),
    get("/api/v5/trade/order", 60, "instId", What::Order),
    get("/api/v5/trade/orders-pending", 60, "", What::Pending),
    get("/api/v5/trade/orders-history", 40, "", What::History),
    get("/api/v5/trade/fills", 60, "", What::Fills),
    get("/api/v5/trade/order-algo", 20, "", What::AlgoOrder),
    get("/api/v5/trade/orders-algo-pending", 20, "", What::AlgoPending),
    get("/api/v5/trade/orders-algo-history", 20, "", What::AlgoHistory),
    post("/api/v5/trade/order", Deed::Place, false),
    post("/api/v5/trade/batch-orders", Deed::Place, true),
    post("/api/v5/trade/cancel-order", Deed::Cancel, false),
    post("/api/v5/trade/cancel-batch-orders", Deed::Cancel, true),
    post("/api/v5/trade/amend-order", Deed::Amend, false),
    post("/api/v5/trade/amend-batch-orders", Deed::Amend, true),
    post("/api/v5/trade/order-algo", Deed::PlaceAlgo, false),
    post("/api/v5/trade/cancel-algos", Deed::CancelAlgo, true),
];
