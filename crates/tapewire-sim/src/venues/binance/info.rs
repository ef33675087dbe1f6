//! The answer of `GET /api/v3/exchangeInfo`: limits, symbols and their filters.
//!
//! Source: "Exchange information" of the page "REST API" and the page "Filters", read 2026-07-21.

use serde::Serialize;

use super::rest::{bad, find, symbols};
use crate::face::{Answer, Request};
use crate::market::{Listing, ListingId, Scaled};

/// Writes the answer for the symbols that are asked for.
pub(super) fn exchange_info(listings: &[Listing], request: &Request, now: i64) -> Result<String, Answer> {
    let one = request.query.find("symbol").map(|name| vec![name.to_owned()]);
    let ids = match (one, symbols(request)?) {
        (Some(_), Some(_)) => return Err(bad(-1128, "Combination of optional parameters invalid.")),
        (Some(names), None) | (None, Some(names)) => {
            names.iter().map(|name| find(listings, name)).collect::<Result<Vec<_>, _>>()?
        }
        (None, None) => (0..listings.len()).map(ListingId).collect(),
    };
    let permissions = request.query.find("showPermissionSets") != Some("false");
    let listed = ids.iter().filter_map(|id| listings.get(id.0));
    let symbols = listed.map(|listing| Symbol::new(listing, permissions)).collect();
    let info = Info { timezone: "UTC", server_time: now, rate_limits: &RATE_LIMITS, exchange_filters: [], symbols };
    serde_json::to_string(&info).map_err(|_| bad(-1000, "An unknown error occurred while processing the request."))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    timezone: &'static str,
    server_time: i64,
    rate_limits: &'static [RateLimit],
    exchange_filters: [(); 0],
    symbols: Vec<Symbol>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RateLimit {
    rate_limit_type: &'static str,
    interval: &'static str,
    interval_num: u32,
    limit: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the venue's fields")]
struct Symbol {
    symbol: String,
    status: &'static str,
    base_asset: String,
    base_asset_precision: u32,
    quote_asset: String,
    quote_precision: u32,
    quote_asset_precision: u32,
    base_commission_precision: u32,
    quote_commission_precision: u32,
    order_types: &'static [&'static str],
    iceberg_allowed: bool,
    oco_allowed: bool,
    oto_allowed: bool,
    opo_allowed: bool,
    quote_order_qty_market_allowed: bool,
    allow_trailing_stop: bool,
    cancel_replace_allowed: bool,
    amend_allowed: bool,
    peg_instructions_allowed: bool,
    is_spot_trading_allowed: bool,
    is_margin_trading_allowed: bool,
    filters: [Filter; 7],
    permissions: [&'static str; 0],
    permission_sets: Vec<[&'static str; 1]>,
    default_self_trade_prevention_mode: &'static str,
    allowed_self_trade_prevention_modes: [&'static str; 4],
}

impl Symbol {
    fn new(listing: &Listing, permissions: bool) -> Self {
        Self {
            symbol: listing.symbol(),
            status: "TRADING",
            base_asset: listing.base.clone(),
            base_asset_precision: 8,
            quote_asset: listing.quote.clone(),
            quote_precision: 8,
            quote_asset_precision: 8,
            base_commission_precision: 8,
            quote_commission_precision: 8,
            order_types: &["LIMIT", "LIMIT_MAKER", "MARKET"],
            iceberg_allowed: false,
            oco_allowed: false,
            oto_allowed: false,
            opo_allowed: false,
            quote_order_qty_market_allowed: true,
            allow_trailing_stop: false,
            cancel_replace_allowed: false,
            amend_allowed: false,
            peg_instructions_allowed: false,
            is_spot_trading_allowed: true,
            is_margin_trading_allowed: false,
            filters: filters(listing),
            permissions: [],
            permission_sets: if permissions { vec![["SPOT"]] } else { Vec::new() },
            default_self_trade_prevention_mode: "EXPIRE_MAKER",
            allowed_self_trade_prevention_modes: ["NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"],
        }
    }
}

#[derive(Serialize)]
#[expect(clippy::enum_variant_names, reason = "the venue's names")]
#[serde(tag = "filterType", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
enum Filter {
    PriceFilter {
        min_price: String,
        max_price: String,
        tick_size: String,
    },
    LotSize {
        min_qty: String,
        max_qty: String,
        step_size: String,
    },
    MarketLotSize {
        min_qty: String,
        max_qty: String,
        step_size: String,
    },
    PercentPriceBySide {
        bid_multiplier_up: &'static str,
        bid_multiplier_down: &'static str,
        ask_multiplier_up: &'static str,
        ask_multiplier_down: &'static str,
        avg_price_mins: u32,
    },
    Notional {
        min_notional: String,
        apply_min_to_market: bool,
        max_notional: String,
        apply_max_to_market: bool,
        avg_price_mins: u32,
    },
    MaxNumOrders {
        max_num_orders: u32,
    },
    MaxNumAlgoOrders {
        max_num_algo_orders: u32,
    },
}

fn filters(listing: &Listing) -> [Filter; 7] {
    let text = |number: Scaled| format!("{number:.8}");
    [
        Filter::PriceFilter {
            min_price: text(listing.price(1)),
            max_price: text(listing.price(MOST_TICKS)),
            tick_size: text(listing.price(1)),
        },
        Filter::LotSize {
            min_qty: text(listing.size(1_i64)),
            max_qty: text(listing.size(MOST_LOTS)),
            step_size: text(listing.size(1_i64)),
        },
        // Zero switches a rule off.
        Filter::MarketLotSize {
            min_qty: text(listing.size(0_i64)),
            max_qty: text(listing.size(MOST_LOTS)),
            step_size: text(listing.size(0_i64)),
        },
        Filter::PercentPriceBySide {
            bid_multiplier_up: "5",
            bid_multiplier_down: "0.2",
            ask_multiplier_up: "5",
            ask_multiplier_down: "0.2",
            avg_price_mins: 5,
        },
        Filter::Notional {
            min_notional: text(listing.min_notional),
            apply_min_to_market: true,
            max_notional: "9000000.00000000".to_owned(),
            apply_max_to_market: false,
            avg_price_mins: 5,
        },
        Filter::MaxNumOrders { max_num_orders: 200 },
        Filter::MaxNumAlgoOrders { max_num_algo_orders: 5 },
    ]
}

const MOST_TICKS: i64 = 1_000_000_000;
const MOST_LOTS: i64 = 1_000_000_000;

/// Source: the documented limits of 2026, as `exchangeInfo` lists them.
static RATE_LIMITS: [RateLimit; 4] = [
    RateLimit { rate_limit_type: "REQUEST_WEIGHT", interval: "MINUTE", interval_num: 1, limit: 6_000 },
    RateLimit { rate_limit_type: "ORDERS", interval: "SECOND", interval_num: 10, limit: 50 },
    RateLimit { rate_limit_type: "ORDERS", interval: "DAY", interval_num: 1, limit: 160_000 },
    RateLimit { rate_limit_type: "RAW_REQUESTS", interval: "MINUTE", interval_num: 5, limit: 300_000 },
];
