//! The market as a whole: the same however it is run, true to its own events, and alive.

use std::collections::BTreeMap;

use super::*;

const START_US: i64 = 1_700_000_000_123_456;
const SECOND_US: i64 = 1_000_000;

fn run(market: &mut Market, seconds: i64) -> Vec<Event> {
    let mut out = Vec::new();
    market.advance(market.now_us() + seconds * SECOND_US, &mut out);
    out
}

#[test]
fn the_same_seed_gives_the_same_market_and_another_does_not() {
    let events = run(&mut Market::new(1, START_US), 5);
    assert!(events.len() > 1_000);
    assert_eq!(events, run(&mut Market::new(1, START_US), 5));
    assert_ne!(events, run(&mut Market::new(2, START_US), 5));
}

#[test]
fn the_cut_of_time_into_calls_does_not_matter() {
    let whole = run(&mut Market::new(3, START_US), 4);
    let mut market = Market::new(3, START_US);
    let mut rng = fastrand::Rng::with_seed(9);
    let mut pieces = Vec::new();
    while market.now_us() < START_US + 4 * SECOND_US {
        let until_us = (market.now_us() + rng.i64(-2_000..20_000)).min(START_US + 4 * SECOND_US);
        market.advance(until_us, &mut pieces);
    }
    assert!(pieces == whole, "the same events in the same order");
}

#[test]
fn a_listing_trades_the_same_whatever_else_is_listed() {
    let mut alone = Market::with_profiles(4, START_US, vec![listing::default_profiles().remove(1)]);
    let mut all = Market::new(4, START_US);
    let id = all.find("ETHUSDT").unwrap();
    let of_all: Vec<_> = run(&mut all, 3).into_iter().filter(|event| event.listing == id).collect();
    let of_one: Vec<_> = run(&mut alone, 3).into_iter().map(|event| Event { listing: id, ..event }).collect();
    assert_eq!(of_all, of_one);
}

#[test]
fn events_come_in_time_and_rebuild_the_books() {
    let mut market = Market::new(5, START_US);
    let ids: Vec<_> = (0..market.listings().len()).map(ListingId).collect();
    let levels = |market: &Market, id| -> BTreeMap<i64, i64> {
        let book = market.book(id);
        book.bids().chain(book.asks()).map(|level| (level.price_ticks, level.size_lots)).collect()
    };
    let mut books: Vec<_> = ids.iter().map(|id| (market.book(*id).update_id(), levels(&market, *id))).collect();
    let mut trades: Vec<_> = ids.iter().map(|id| market.history(*id).trades().back().map_or(0, |t| t.id)).collect();
    let mut fills = vec![0; ids.len()];

    let events = run(&mut market, 20);
    assert!(events.is_sorted_by_key(|event| event.time_us));
    assert!(events.iter().all(|event| (START_US + 1..=market.now_us()).contains(&event.time_us)));
    for Event { listing: ListingId(index), time_us, what } in events {
        let (last_update, book) = &mut books[index];
        match what {
            What::Trade(trade) => {
                trades[index] += 1;
                fills[index] += trade.size_lots;
                assert_eq!((trade.id, trade.time_us), (trades[index], time_us));
            }
            What::Aggregate(aggregate) => {
                assert_eq!(aggregate.last_trade, trades[index], "it comes right after its last trade");
                fills[index] -= aggregate.size_lots;
                assert_eq!(fills[index], 0, "and holds all trades since the aggregate before");
            }
            What::Level { price_ticks, size_lots, update_id, .. } => {
                *last_update += 1;
                assert_eq!(update_id, *last_update);
                if size_lots == 0 {
                    book.remove(&price_ticks)
                } else {
                    book.insert(price_ticks, size_lots)
                };
            }
            What::Touch { bid, bid_size, ask, ask_size, update_id } => {
                assert_eq!(update_id, *last_update);
                assert!(0 < bid && bid < ask, "the touch is crossed or empty");
                assert_eq!((book.get(&bid), book.get(&ask)), (Some(&bid_size), Some(&ask_size)));
                assert_eq!(book.range(bid + 1..ask).next(), None, "nothing rests inside the touch");
            }
        }
    }
    for (id, (update_id, book)) in ids.into_iter().zip(books) {
        assert_eq!((market.book(id).update_id(), levels(&market, id)), (update_id, book));
    }
}

#[test]
fn the_history_is_that_of_the_events() {
    let mut market = Market::new(6, START_US);
    let id = market.find("BTCUSDT").unwrap();
    let before = *market.history(id).minute().unwrap();
    let stats = market.history(id).stats().window(market.now_us(), stats::MAX_SPAN_US).unwrap().bar;
    assert!(!market.history(id).minutes().is_empty() && stats.count > 1_000, "there is a past at the start");
    let mut trades = Vec::new();
    let mut aggregates = Vec::new();
    for event in run(&mut market, 130).into_iter().filter(|event| event.listing == id) {
        match event.what {
            What::Trade(trade) => trades.push(trade),
            What::Aggregate(aggregate) => aggregates.push(aggregate),
            What::Level { .. } | What::Touch { .. } => {}
        }
    }
    let history = market.history(id);
    assert_eq!(history.trades().len(), history::MAX_TRADES);
    assert!(history.trades().iter().eq(&trades[trades.len() - history::MAX_TRADES..]));
    assert!(history.aggregates().iter().eq(&aggregates[aggregates.len() - history::MAX_TRADES..]));

    let mut expected = before;
    trades.iter().filter(|trade| trade.time_us < before.end_us).for_each(|trade| expected.add(trade));
    let closed = history.minutes().iter().find(|bar| bar.open_us == before.open_us);
    assert_eq!(closed, Some(&expected));
    let window = history.stats().window(market.now_us(), stats::MAX_SPAN_US).unwrap();
    assert_eq!(window.bar.count, stats.count + trades.len() as u64);
    assert_eq!(window.bar.close, trades.last().unwrap().price_ticks);
}

#[test]
fn one_s_own_orders_meet_the_crowd_and_are_left_alone_by_it() {
    let mut market = Market::new(7, START_US);
    let id = market.find("BTCUSDT").unwrap();
    let (mut out, owner) = (Vec::new(), Owner(1));
    let ask = market.book(id).best_ask().unwrap();
    let order = Order { owner, side: Side::Bid, size_lots: ask.size_lots, kind: Kind::Limit(ask.price_ticks) };
    let outcome = market.submit(id, order, &mut out).unwrap();
    assert_eq!((outcome.filled_lots, outcome.resting_lots), (ask.size_lots, 0));
    assert!(out.iter().all(|event| event.time_us == START_US && event.listing == id));
    let bought: i64 = out
        .iter()
        .filter_map(|event| match event.what {
            What::Trade(trade) if trade.buyer_order == outcome.id && !trade.buyer_is_maker => Some(trade.size_lots),
            _ => None,
        })
        .sum();
    assert_eq!(bought, ask.size_lots);

    // Far from the touch, where the crowd trims its own orders.
    let far = Order { kind: Kind::PostOnly(1), size_lots: 3, ..order };
    let resting = market.submit(id, far, &mut out).unwrap().id;
    run(&mut market, 30);
    assert_eq!(market.book(id).order(resting).map(|resting| resting.size_lots), Some(3));
    assert_eq!(market.cancel(id, resting, &mut out).map(|resting| resting.owner), Some(owner));
    assert_eq!(market.cancel(id, resting, &mut out), None);
}

#[test]
fn the_crowd_is_as_lively_as_promised() {
    let mut market = Market::new(8, START_US);
    let (btc, nkn) = (market.find("BTCUSDT").unwrap(), market.find("NKNUSDT").unwrap());
    assert_eq!(market.find("BTC-USDT"), None);
    let (mut trades, mut changes, mut quiet_trades) = (0, 0, 0);
    for _ in 0..60 {
        for event in run(&mut market, 1) {
            match event.what {
                What::Trade(_) if event.listing == btc => trades += 1,
                What::Level { .. } if event.listing == btc => changes += 1,
                What::Trade(_) if event.listing == nkn => quiet_trades += 1,
                _ => {}
            }
        }
        let book = market.book(btc);
        for levels in [book.bids().count(), book.asks().count()] {
            assert!((200..1_000).contains(&levels), "{levels} levels");
        }
    }
    assert!((20..80).contains(&(trades / 60)), "{trades} trades of BTCUSDT in a minute");
    assert!((200..500).contains(&(changes / 60)), "{changes} changes of BTCUSDT in a minute");
    assert!((2..120).contains(&quiet_trades), "{quiet_trades} trades of NKNUSDT in a minute");
}

#[test]
fn every_listing_has_a_full_book_that_trades() {
    let all = listing::profiles(|_| true);
    assert!(all.len() > listing::default_profiles().len());
    let mut market = Market::with_profiles(9, START_US, all);
    let mut trades = vec![0; market.listings().len()];
    for event in run(&mut market, 120) {
        if let What::Trade(_) = event.what {
            trades[event.listing.0] += 1;
        }
    }
    for (index, listing) in market.listings().iter().enumerate() {
        let book = market.book(ListingId(index));
        assert!(book.bids().count() >= 5 && book.asks().count() >= 5, "{}", listing.symbol());
        assert!(trades[index] > 10, "{} trades of {}", trades[index], listing.symbol());
    }
}

#[test]
fn what_is_closed_does_not_trade_but_has_traded() {
    let mut profiles = listing::profiles(|class| class == Class::Stock(Place::HongKong));
    profiles.iter_mut().for_each(|profile| profile.hours = profile.listing.class.hours());
    // 2023-11-14 22:13:20 UTC, which is 06:13 in Hong Kong; it opens 3 h 16 min 40 s later.
    let mut market = Market::with_profiles(10, START_US, profiles);
    let last = market.history(ListingId(0)).trades().back().copied().unwrap();
    let close_us = START_US - (14 * 3_600 + 13 * 60 + 20) * SECOND_US - 123_456;
    assert!((close_us - 60 * SECOND_US..close_us).contains(&last.time_us), "the last trade was before the close");
    assert_eq!(run(&mut market, 3 * 3_600 + 16 * 60 + 39), []);
    assert!(run(&mut market, 61).len() > 100, "the morning");
}
