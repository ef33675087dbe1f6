//! Orders, the words of their life, and their events.
//!
//! Source: the order status codes and event models of ssi-sdk 3.3.2, read 2026-07.

use super::json::{Object, text};
use super::security::security;
use super::time::stamp;
use super::topic::AccountNumber;
use crate::market::{ListingId, OrderId, Scaled, Side};

/// How an order may trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Lo,
    Ato,
    Atc,
    /// Takes, and rests what is left.
    Mtl,
    Mp,
    /// All at once or not at all.
    Mok,
    /// What can be had at once.
    Mak,
    Plo,
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Pending,
    ReadyToSend,
    Sent,
    /// It waits for its session.
    Waiting,
    Queued,
    PartlyFilled,
    Filled,
    /// Filled in part, the rest cancelled.
    PartlyCancelled,
    Modifying,
    Cancelling,
    Cancelled,
    Rejected,
    Expired,
}

/// Why an order is refused: the venue's code, and its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reason {
    pub(super) code: &'static str,
    pub(super) words: &'static str,
}

/// An order as a client places it.
#[derive(Debug, Clone)]
pub(super) struct Ticket {
    pub(super) account: AccountNumber,
    pub(super) listing: ListingId,
    pub(super) side: Side,
    pub(super) kind: Kind,
    /// In steps; none for an order without a price.
    pub(super) price: Option<i64>,
    /// The price as it was written.
    pub(super) written: String,
    /// In shares or contracts.
    pub(super) quantity: i64,
    /// The client's own name for it.
    pub(super) key: String,
}

/// An order.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) ticket: Ticket,
    pub(super) id: String,
    pub(super) filled: i64,
    /// Steps times quantity.
    pub(super) value: i128,
    pub(super) cancelled: i64,
    pub(super) status: Status,
    pub(super) reason: Option<Reason>,
    pub(super) input_us: i64,
    pub(super) modified_us: i64,
    /// Its number in the book, while it rests there.
    pub(super) resting: Option<OrderId>,
    /// The price in steps for which the account has set something aside.
    pub(super) held_at: i64,
}

impl Kind {
    const ALL: [(&'static str, Self); 8] = [
        ("LO", Self::Lo),
        ("ATO", Self::Ato),
        ("ATC", Self::Atc),
        ("MTL", Self::Mtl),
        ("MP", Self::Mp),
        ("MOK", Self::Mok),
        ("MAK", Self::Mak),
        ("PLO", Self::Plo),
    ];

    pub(super) fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }

    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    pub(super) const fn has_price(self) -> bool {
        matches!(self, Self::Lo | Self::Plo)
    }
}

impl Status {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Pending => "PD",
            Self::ReadyToSend => "RS",
            Self::Sent => "SD",
            Self::Waiting => "IAV",
            Self::Queued => "QU",
            Self::PartlyFilled => "PF",
            Self::Filled => "FF",
            Self::PartlyCancelled => "FFPC",
            Self::Modifying => "WM",
            Self::Cancelling => "WC",
            Self::Cancelled => "CL",
            Self::Rejected => "RJ",
            Self::Expired => "EX",
        }
    }

    pub(super) const fn is_final(self) -> bool {
        matches!(self, Self::Filled | Self::PartlyCancelled | Self::Cancelled | Self::Rejected | Self::Expired)
    }
}

impl Order {
    /// What may still be filled.
    pub(super) const fn open(&self) -> i64 {
        if self.status.is_final() { 0 } else { self.ticket.quantity - self.filled - self.cancelled }
    }

    /// Its event, with the number that the account gives it.
    pub(super) fn event(&self, notify: u64) -> String {
        let (code, words) = self.reason.map_or(("", ""), |reason| (reason.code, reason.words));
        let event = self
            .members(Object::new().text("eventType", "orderEvent").text("accountNo", self.ticket.account.to_string()))
            .text("rejectReason", words)
            .text("systemRequestId", format!("S{}", self.id))
            .text("notifyId", notify.to_string())
            .text("connectionId", "");
        match self.reason {
            Some(_) => event.text("errorCode", code).text("errorMessage", words).done(),
            None => event.done(),
        }
    }

    /// Its row in the order book of the account.
    pub(super) fn row(&self) -> String {
        let words = self.reason.map_or("", |reason| reason.words);
        self.members(Object::new()).text("message", words).done()
    }

    /// The event of a fill.
    pub(super) fn fill(&self, (price, quantity): (i64, i64), now_us: i64, notify: u64) -> String {
        let it = security(self.ticket.listing);
        Object::new()
            .text("eventType", "orderMatchEvent")
            .text("notifyId", notify.to_string())
            .text("connectionId", "")
            .raw("clientRequestId", text(&self.ticket.key))
            .text("orderId", &self.id)
            .text("symbol", it.symbol)
            .text("side", side(self.ticket.side))
            .text("accountNo", self.ticket.account.to_string())
            .text("matchPrice", it.price(price).to_string())
            .raw("matchQty", quantity.to_string())
            .text("matchTime", stamp(now_us))
            .done()
    }

    fn members(&self, head: Object) -> Object {
        let ticket = &self.ticket;
        let price = if ticket.kind.has_price() { &*ticket.written } else { ticket.kind.name() };
        head.raw("clientRequestId", text(&ticket.key))
            .text("orderId", &self.id)
            .text("symbol", security(ticket.listing).symbol)
            .text("side", side(ticket.side))
            .text("orderType", ticket.kind.name())
            .raw("price", text(price))
            .text("avgPrice", self.average())
            .text("quantity", ticket.quantity.to_string())
            .text("osQty", self.open().to_string())
            .text("filledQty", self.filled.to_string())
            .text("cancelQty", self.cancelled.to_string())
            .text("orderStatus", self.status.code())
            .text("inputTime", stamp(self.input_us))
            .text("modifiedTime", stamp(self.modified_us))
    }

    fn average(&self) -> String {
        if self.filled == 0 {
            return "0".to_owned();
        }
        let unit = security(self.ticket.listing).price(1);
        let hundredths = unit.mantissa * self.value * 100 / i128::from(self.filled);
        let average = Scaled::new(hundredths, unit.scale + 2).to_string();
        average.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// A side as the venue writes it.
pub(super) const fn side(side: Side) -> &'static str {
    match side {
        Side::Bid => "B",
        Side::Ask => "S",
    }
}

#[rustfmt::skip] // A table reads better as one.
impl Reason {
    // Codes of the FastConnect v2 specification; v3 has no list of its own (read 2026-07).
    pub(super) const FLOOR: Self = Self { code: "ORD002", words: "Price is below floor level" };
    pub(super) const CEILING: Self = Self { code: "ORD003", words: "Price exceeds ceiling level" };
    pub(super) const STEP: Self = Self { code: "ORD004", words: "Price step is invalid" };
    pub(super) const LOT: Self = Self { code: "ORD005", words: "Quantity is no round lot" };
    pub(super) const HOLDING: Self = Self { code: "ORD007", words: "Quantity exceeds holding" };
    pub(super) const POWER: Self = Self { code: "ORD008", words: "Order exceeds purchasing power" };
    pub(super) const CHANGE: Self = Self { code: "ORD012", words: "Order cannot be changed now" };
    pub(super) const UNKNOWN: Self = Self { code: "ORD013", words: "No such order" };
    pub(super) const NOTHING: Self = Self { code: "ORD014", words: "Nothing changed" };
    pub(super) const SESSION: Self = Self { code: "ORD016", words: "Order type is not allowed in this session" };
    pub(super) const REDUCE: Self = Self { code: "ORD031", words: "Quantity is below what was filled" };
}
