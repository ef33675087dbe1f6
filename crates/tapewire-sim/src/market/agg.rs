//! Aggregated trades: the consecutive fills of one taker order at one price, as one record.

use super::order::{OrderId, Trade};

/// The fills of one taker order at one price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AggTrade {
    /// Rises by one per aggregate of the listing, from 1.
    pub id: u64,
    /// Time of the fills in microseconds since 1970 UTC.
    pub time_us: i64,
    /// Price in ticks.
    pub price_ticks: i64,
    /// Sum of the fills in lots.
    pub size_lots: i64,
    /// Id of the first fill.
    pub first_trade: u64,
    /// Id of the last fill; the ids between them belong to this aggregate too.
    pub last_trade: u64,
    /// Whether the buyer was the maker, that is: the aggressor sold.
    pub buyer_is_maker: bool,
}

/// Groups a listing's trades, taken in the order of their ids.
#[derive(Debug, Clone, Default)]
pub struct Aggregator {
    last_id: u64,
    open: Option<(OrderId, AggTrade)>,
}

impl Aggregator {
    /// Takes the next trade; gives the aggregate before it, if this trade does not belong to it.
    pub fn push(&mut self, trade: &Trade) -> Option<AggTrade> {
        if let Some((taker, aggregate)) = &mut self.open
            && *taker == trade.taker_order()
            && aggregate.price_ticks == trade.price_ticks
        {
            aggregate.size_lots += trade.size_lots;
            aggregate.last_trade = trade.id;
            return None;
        }
        let complete = self.flush();
        self.last_id += 1;
        let aggregate = AggTrade {
            id: self.last_id,
            time_us: trade.time_us,
            price_ticks: trade.price_ticks,
            size_lots: trade.size_lots,
            first_trade: trade.id,
            last_trade: trade.id,
            buyer_is_maker: trade.buyer_is_maker,
        };
        self.open = Some((trade.taker_order(), aggregate));
        complete
    }

    /// Gives the aggregate under way: its taker order has no more fills at this price.
    pub fn flush(&mut self) -> Option<AggTrade> {
        self.open.take().map(|(_, aggregate)| aggregate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_of_one_taker_at_one_price_are_one_aggregate() {
        // (taker, price, size) of trades 1, 2, ...; then (first, last, price, size) of aggregates 1, 2, ...
        let fills = [(9, 100, 1), (9, 100, 2), (9, 101, 4), (10, 101, 8), (11, 101, 16), (11, 101, 32)];
        let expected = [(1, 2, 100, 3), (3, 3, 101, 4), (4, 4, 101, 8), (5, 6, 101, 48)];
        let mut aggregator = Aggregator::default();
        let mut aggregates = Vec::new();
        for (id, (taker, price_ticks, size_lots)) in (1..).zip(fills) {
            let trade = Trade {
                id,
                time_us: 7,
                price_ticks,
                size_lots,
                buyer_order: taker,
                seller_order: 1,
                buyer_is_maker: false,
            };
            aggregates.extend(aggregator.push(&trade));
        }
        aggregates.extend(aggregator.flush());
        assert_eq!(aggregator.flush(), None);
        let plain: Vec<_> =
            aggregates.iter().map(|a| (a.first_trade, a.last_trade, a.price_ticks, a.size_lots)).collect();
        assert_eq!(plain, expected);
        assert_eq!(aggregates.iter().map(|a| a.id).collect::<Vec<_>>(), [1, 2, 3, 4]);
    }
}
