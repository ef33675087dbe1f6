//! Accounts at work in a market: what each order becomes, and that fills and balances say the same.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::entry::{Deed, Entry};
use super::money::{ZERO, minus, parse, product, sum};
use super::ticket::Naming;
use super::*;
use crate::market::Scaled;
use crate::market::listing::default_profiles;
use crate::venues::okx::payload::Writer;

const START_US: i64 = 1_709_210_096_000_000;

/// A market and the accounts in it.
struct Stage {
    market: Market,
    instruments: Instruments,
    accounts: Accounts,
    events: Vec<Event>,
}

impl Stage {
    fn new() -> Self {
        let profiles: Vec<_> = default_profiles().into_iter().take(2).collect();
        let market = Market::with_profiles(7, START_US, profiles);
        let instruments = Instruments::of(market.listings(), |_| true);
        Self { market, instruments, accounts: Accounts::new(START_US), events: Vec::new() }
    }

    fn account(&mut self, key: &str) -> AccountId {
        self.accounts.of(key, &self.instruments).unwrap()
    }

    fn floor(&mut self) -> (&mut Accounts, Counter<'_>) {
        let Self { market, instruments, accounts, events } = self;
        let now_us = market.now_us();
        (accounts, Counter { market, instruments, events, now_us })
    }

    /// Carries out one request, and gives its result.
    fn one(&mut self, id: AccountId, deed: Deed, arg: Value) -> Value {
        let entry = Entry { deed, is_batch: false, args: &[arg], naming: Naming::Id, expires_ms: None };
        let (accounts, mut floor) = self.floor();
        let results = accounts.carry_out(&mut floor, (id, "key"), &entry, None);
        serde_json::from_str(&results.data).unwrap()
    }

    fn place(&mut self, id: AccountId, changes: Value) -> Value {
        let mut order = json!({ "instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit" });
        let Value::Object(changes) = changes else { panic!("{changes} is an object") };
        order.as_object_mut().unwrap().extend(changes);
        self.one(id, Deed::Place, order)
    }

    /// Lets the crowd trade.
    fn wait(&mut self, us: i64) {
        let until_us = self.market.now_us() + us;
        self.events.clear();
        self.market.advance(until_us, &mut self.events);
        let (accounts, mut floor) = self.floor();
        accounts.settle(&mut floor, 0);
        accounts.fire(&mut floor);
    }

    /// The messages of `orders` since it was asked last.
    fn told(&mut self) -> Vec<Value> {
        let text = |news| match news {
            News { what: Item::Order { text, .. }, .. } => serde_json::from_str(&text).ok(),
            _ => None,
        };
        self.accounts.news().into_iter().filter_map(text).collect()
    }

    fn best(&self, side: Side) -> i64 {
        self.market.book(ListingId(0)).best(side).unwrap().price_ticks
    }

    fn price(&self, ticks: i64) -> String {
        self.instruments.get(0).unwrap().price(ticks).to_string()
    }

    fn available(&self, id: AccountId, currency: &str) -> Scaled {
        let shop = Shop { market: &self.market, instruments: &self.instruments };
        self.accounts.get(id).unwrap().available(currency, shop, None)
    }
}

/// `state` of each message, with `cancelSource` or the size of the fill where there is one.
fn states(told: &[Value]) -> Vec<String> {
    let line = |it: &Value| {
        let text = |name: &str| it[name].as_str().unwrap().to_owned();
        let more = if text("state") == "canceled" { text("cancelSource") } else { text("fillSz") };
        format!("{} {more}", text("state"))
    };
    told.iter().map(line).collect()
}

/// A decimal number with a sign.
fn number(text: &str) -> Scaled {
    match text.strip_prefix('-') {
        Some(digits) => minus(parse(digits).unwrap()),
        None => parse(text).unwrap_or(ZERO),
    }
}

#[test]
fn an_order_binds_what_it_may_cost_until_it_is_taken_back() {
    let mut stage = Stage::new();
    let me = stage.account("me");
    let (free, coins) = (stage.available(me, "USDT"), stage.available(me, "BTC"));
    let price = stage.price(stage.best(Side::Bid) - 1_000);
    let result = stage.place(me, json!({ "px": price, "sz": "0.5", "clOrdId": "a1" }));
    assert_eq!((&result["sCode"], &result["clOrdId"]), (&json!("0"), &json!("a1")));
    let bound = product(parse(&price).unwrap(), parse("0.5").unwrap());
    assert_eq!(stage.available(me, "USDT"), sum(free, minus(bound)));
    let high = stage.price(stage.best(Side::Ask) + 1_000);
    stage.place(me, json!({ "side": "sell", "px": high, "sz": "0.25" }));
    assert_eq!(stage.available(me, "BTC"), sum(coins, minus(parse("0.25").unwrap())));
    assert_eq!(states(&stage.told()), ["live 0", "live 0"]);

    let owner = me.owner();
    assert_eq!(stage.market.book(ListingId(0)).orders(Side::Bid).filter(|it| it.owner == owner).count(), 1);
    let gone = stage.one(me, Deed::Cancel, json!({ "instId": "BTC-USDT", "clOrdId": "a1" }));
    assert_eq!((&gone["sCode"], &gone["ordId"]), (&json!("0"), &result["ordId"]));
    assert_eq!(states(&stage.told()), ["canceled 1"]);
    assert_eq!(stage.available(me, "USDT"), free);
    assert_eq!(stage.market.book(ListingId(0)).orders(Side::Bid).filter(|it| it.owner == owner).count(), 0);
}

#[test]
fn each_type_of_order_ends_as_documented() {
    let mut stage = Stage::new();
    let me = stage.account("me");
    let (bid, ask) = (stage.price(stage.best(Side::Bid)), stage.price(stage.best(Side::Ask)));
    let there = stage.market.book(ListingId(0)).best_ask().unwrap().size_lots;
    let more = stage.instruments.get(0).unwrap().size(there + 1).to_string();
    for (arg, end) in [
        (json!({ "ordType": "market", "sz": "1000" }), "filled 0"),
        (json!({ "ordType": "market", "sz": "0.01", "tgtCcy": "base_ccy" }), "filled 0.01"),
        (json!({ "ordType": "market", "side": "sell", "sz": "0.01" }), "filled 0.01"),
        (
            json!({ "ordType": "post_only", "px": stage.price(stage.best(Side::Ask) + 500), "sz": "0.01" }),
            "canceled 31",
        ),
        (json!({ "ordType": "ioc", "px": bid, "sz": "0.01" }), "canceled 14"),
        (json!({ "ordType": "fok", "px": ask, "sz": more }), "canceled 13"),
        (json!({ "ordType": "post_only", "px": bid, "sz": "0.01" }), "live 0"),
    ] {
        assert_eq!(stage.place(me, arg.clone())["sCode"], "0", "{arg}");
        let told = stage.told();
        let states = states(&told);
        assert_eq!(states[0], "live 0", "{arg}: every order begins alive");
        assert_eq!(states.last().unwrap(), end, "{arg}");
        let filled = told.iter().map(|it| number(it["fillSz"].as_str().unwrap())).fold(ZERO, sum);
        assert_eq!(told.last().unwrap()["accFillSz"], filled.to_string(), "{arg}: pushes add up");
    }
}

#[test]
fn mistakes_have_their_documented_codes_and_change_nothing() {
    let mut stage = Stage::new();
    let me = stage.account("me");
    let price = stage.price(stage.best(Side::Bid) - 1_000);
    assert_eq!(stage.place(me, json!({ "px": price, "sz": "0.1", "clOrdId": "a1" }))["sCode"], "0");
    let free = stage.available(me, "USDT");
    let writer = Writer { instrument: stage.instruments.get(0).unwrap(), market: &stage.market };
    let (highest, lowest) = writer.price_limits().unwrap();
    let (above, below) = (sum(highest, Scaled::new(1, 2)).to_string(), sum(lowest, Scaled::new(-1, 2)).to_string());
    let swap = |more: Value| {
        let mut arg = json!({ "instId": "BTC-USDT-SWAP", "tdMode": "cross" });
        arg.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        arg
    };
    let _ = stage.told();
    for (arg, code, says) in [
        (json!({ "px": price, "sz": "0.1", "clOrdId": "a1" }), "51000", "clOrdId"),
        (json!({ "px": price, "sz": "10" }), "51008", "Insufficient USDT balance"),
        (json!({ "ordType": "market", "sz": "200000" }), "51008", "Insufficient USDT balance"),
        (json!({ "side": "sell", "ordType": "market", "sz": "1.1" }), "51008", "Insufficient BTC balance"),
        (json!({ "ordType": "market", "sz": "0.01" }), "51020", "minimum"),
        (json!({ "px": above, "sz": "0.1" }), "51137", "highest price limit"),
        (json!({ "side": "sell", "px": below, "sz": "0.1" }), "51138", "lowest price limit"),
        (swap(json!({ "px": above, "sz": "1" })), "51006", "max buy price"),
        (swap(json!({ "ordType": "market", "sz": "10000" })), "51008", "Insufficient USDT balance"),
        (swap(json!({ "ordType": "market", "sz": "1", "reduceOnly": true })), "51169", "positions"),
    ] {
        let result = stage.place(me, arg.clone());
        assert_eq!((&result["sCode"], &result["ordId"]), (&json!(code), &json!("")), "{arg}: {result}");
        assert!(result["sMsg"].as_str().unwrap().contains(says), "{result}");
    }
    let order = json!({ "instId": "BTC-USDT", "ordId": "1", "newSz": "1" });
    assert_eq!(stage.one(me, Deed::Cancel, order.clone())["sCode"], "51400");
    assert_eq!(stage.one(me, Deed::Amend, order)["sCode"], "51503");
    let you = stage.account("you");
    let mine = json!({ "instId": "BTC-USDT", "clOrdId": "a1", "newSz": "1" });
    assert_eq!(stage.one(you, Deed::Cancel, mine.clone())["sCode"], "51400", "nobody reaches another's orders");
    assert_eq!(stage.one(me, Deed::Amend, json!({ "instId": "BTC-USDT", "clOrdId": "a1" }))["sCode"], "51500");
    assert_eq!(
        stage.one(me, Deed::Amend, json!({ "instId": "BTC-USDT", "clOrdId": "a1", "newSz": "9" }))["sCode"],
        "51008"
    );
    assert!(stage.told().is_empty(), "what is refused is not told");
    assert_eq!(stage.available(me, "USDT"), free);
}

#[test]
fn an_amended_order_keeps_its_place_only_if_it_gets_smaller() {
    let mut stage = Stage::new();
    let me = stage.account("me");
    let price = stage.price(stage.best(Side::Bid) - 1_000);
    stage.place(me, json!({ "px": price, "sz": "0.5", "clOrdId": "a1" }));
    let place = |stage: &Stage| {
        let resting: Vec<_> =
            stage.market.book(ListingId(0)).orders(Side::Bid).filter(|it| it.owner == me.owner()).collect();
        (resting[0].id, resting[0].price_ticks, resting[0].size_lots)
    };
    let (first, ticks, _) = place(&stage);
    let _ = stage.told();
    let amend = |stage: &mut Stage, more: Value| {
        let mut arg = json!({ "instId": "BTC-USDT", "clOrdId": "a1", "reqId": "r7" });
        arg.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(stage.one(me, Deed::Amend, arg)["sCode"], "0");
        let told = stage.told();
        assert_eq!((&told[0]["reqId"], &told[0]["amendSource"]), (&json!("r7"), &json!("1")));
        told
    };
    let told = amend(&mut stage, json!({ "newSz": "0.2" }));
    assert_eq!((&told[0]["amendResult"], &told[0]["sz"]), (&json!("0"), &json!("0.2")));
    assert_eq!(place(&stage), (first, ticks, 20_000), "the same order, smaller");
    amend(&mut stage, json!({ "newSz": "0.3" }));
    let (second, ..) = place(&stage);
    assert!(second > first, "behind the others now");
    let (higher, across) = (stage.price(ticks + 5), stage.price(stage.best(Side::Ask) + 100));
    amend(&mut stage, json!({ "newPx": higher }));
    assert_eq!(place(&stage).1, ticks + 5);
    let told = amend(&mut stage, json!({ "newPx": across }));
    assert_eq!(told.last().unwrap()["state"], "filled", "a price that reaches the other side trades");

    stage.place(me, json!({ "ordType": "post_only", "px": price, "sz": "0.1", "clOrdId": "a2" }));
    let _ = stage.told();
    let across = json!({ "instId": "BTC-USDT", "clOrdId": "a2", "newPx": stage.price(stage.best(Side::Ask)) });
    assert_eq!(stage.one(me, Deed::Amend, across.clone())["sCode"], "0", "taken, and then it fails");
    let told = stage.told();
    assert_eq!(
        (&told[0]["amendResult"], &told[0]["px"], &told[0]["state"]),
        (&json!("-1"), &json!(price), &json!("live"))
    );
    let mut or_cancel = across;
    or_cancel["cxlOnFail"] = json!(true);
    stage.one(me, Deed::Amend, or_cancel);
    assert_eq!(states(&stage.told()), ["canceled 31"]);
}

#[test]
fn no_account_trades_with_itself_and_two_may() {
    let mut stage = Stage::new();
    let (me, you) = (stage.account("me"), stage.account("you"));
    // With the best bids gone, there is room in front of the crowd.
    let size_lots = stage.market.book(ListingId(0)).best_bid().unwrap().size_lots;
    let taker =
        crate::market::Order { owner: Owner::FLOW, side: Side::Ask, size_lots, kind: crate::market::Kind::Market };
    stage.market.submit(ListingId(0), taker, &mut Vec::new()).unwrap();
    let price = stage.price(stage.best(Side::Ask) - 1);
    let sell = json!({ "side": "sell", "px": price, "sz": "0.1" });
    let buy = json!({ "ordType": "ioc", "px": price, "sz": "0.1" });
    stage.place(me, sell.clone());
    stage.place(me, buy.clone());
    assert_eq!(states(&stage.told()), ["live 0", "live 0", "canceled 32", "canceled 14"], "the older one goes");
    stage.place(me, sell);
    stage.place(you, buy);
    let told = stage.told();
    assert_eq!(states(&told), ["live 0", "live 0", "filled 0.1", "filled 0.1"]);
    let of = |side: &str, name: &str| told.iter().rfind(|it| it["side"] == side).unwrap()[name].clone();
    assert_eq!((of("buy", "execType"), of("sell", "execType")), (json!("T"), json!("M")));
    assert_eq!(of("buy", "tradeId"), of("sell", "tradeId"));
    assert_eq!((of("buy", "fillFee"), of("buy", "fillFeeCcy")), (json!("-0.0001"), json!("BTC")));
}

#[test]
fn orders_that_only_reduce_follow_their_position() {
    let mut stage = Stage::new();
    let me = stage.account("me");
    let swap = |more: Value| {
        let mut arg = json!({ "instId": "BTC-USDT-SWAP", "tdMode": "cross", "side": "sell" });
        arg.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        arg
    };
    let far = stage.price(stage.best(Side::Ask) + 10_000);
    // The account is long ten contracts.
    stage.place(me, swap(json!({ "px": far, "sz": "25", "reduceOnly": true, "clOrdId": "r1" })));
    assert_eq!(stage.told()[0]["sz"], "10", "no more than there is");
    stage.place(me, swap(json!({ "ordType": "market", "sz": "4" })));
    let told = stage.told();
    let reduced = told.iter().rfind(|it| it["clOrdId"] == "r1").unwrap();
    assert_eq!((&reduced["sz"], &reduced["amendSource"]), (&json!("6"), &json!("2")));
    stage.place(me, swap(json!({ "ordType": "market", "sz": "7" })));
    let told = stage.told();
    let ended = told.iter().rfind(|it| it["clOrdId"] == "r1").unwrap();
    assert_eq!((&ended["state"], &ended["cancelSource"]), (&json!("canceled"), &json!("17")));
    let number = stage.instruments.number("BTC-USDT-SWAP").unwrap();
    assert_eq!(stage.accounts.get(me).unwrap().positions[&number].lots, -1_000, "short one contract now");
}

#[test]
fn an_order_that_waits_is_placed_when_a_trade_reaches_its_price() {
    let mut stage = Stage::new();
    let me = stage.account("me");
    let last = stage.market.history(ListingId(0)).trades().back().unwrap().price_ticks;
    let wait = |more: Value| {
        let mut arg = json!({ "instId": "BTC-USDT", "tdMode": "cash", "side": "sell", "sz": "0.01" });
        arg.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        arg
    };
    let (up, down) = (stage.price(last + 300), stage.price(last - 300));
    for (arg, code) in [
        (wait(json!({ "ordType": "trigger", "triggerPx": up, "orderPx": "-1", "algoClOrdId": "up" })), "0"),
        (wait(json!({ "ordType": "conditional", "slTriggerPx": down, "slOrdPx": "-1", "algoClOrdId": "down" })), "0"),
        (wait(json!({ "ordType": "conditional", "tpTriggerPx": up, "tpOrdPx": "-1", "sz": "50" })), "0"),
        (wait(json!({ "ordType": "trigger", "triggerPx": up, "orderPx": "-1", "algoClOrdId": "up" })), "51000"),
        (wait(json!({ "ordType": "trigger", "triggerPx": "0.001", "orderPx": "-1" })), "51000"),
        (wait(json!({ "ordType": "trigger", "orderPx": "-1" })), "51000"),
        (wait(json!({ "ordType": "oco", "tpTriggerPx": up, "slTriggerPx": down })), "51000"),
        (wait(json!({ "ordType": "trigger", "triggerPx": up, "orderPx": "-1", "sz": "0.000001" })), "51020"),
        (wait(json!({ "ordType": "trigger", "triggerPx": up, "triggerPxType": "mark" })), "51000"),
    ] {
        assert_eq!(stage.one(me, Deed::PlaceAlgo, arg.clone())["sCode"], code, "{arg}");
    }
    let told = |stage: &mut Stage| -> Vec<String> {
        let line = |news| match news {
            News { what: Item::Algo { text, .. }, .. } => {
                let it: Value = serde_json::from_str(&text).unwrap();
                Some(format!("{} {} {}", it["algoClOrdId"], it["state"], it["failCode"]).replace('"', ""))
            }
            _ => None,
        };
        stage.accounts.news().into_iter().filter_map(line).collect()
    };
    assert_eq!(told(&mut stage), ["up live ", "down live ", " live "]);
    let canceled = stage.one(me, Deed::CancelAlgo, json!({ "instId": "BTC-USDT", "algoClOrdId": "down" }));
    assert_eq!((&canceled["sCode"], told(&mut stage)), (&json!("0"), vec!["down canceled ".to_owned()]));
    let again = stage.one(me, Deed::CancelAlgo, json!({ "instId": "BTC-USDT", "algoClOrdId": "down" }));
    assert_eq!(again["sCode"], "51400");

    let before = stage.accounts.get(me).unwrap().fills_made;
    for _ in 0..600 {
        stage.wait(100_000);
        let high = stage.market.history(ListingId(0)).trades().iter().map(|trade| trade.price_ticks).max().unwrap();
        let made = stage.accounts.get(me).unwrap().fills_made - before;
        if made > 0 {
            assert!(high >= last + 300, "nothing is placed before its price is reached");
            // The one for 50 BTC was not covered.
            assert_eq!(told(&mut stage), ["up effective ", " order_failed 51008"]);
            return;
        }
    }
    panic!("the price never rose by 3");
}

/// Many orders of two accounts, and a crowd that trades with them: cash moves by exactly what the messages say.
#[test]
fn balances_move_by_what_fills_say_and_by_nothing_else() {
    let mut stage = Stage::new();
    let accounts = [stage.account("me"), stage.account("you")];
    let mut expected: BTreeMap<(AccountId, String), Scaled> = BTreeMap::new();
    for id in accounts {
        for cash in stage.accounts.get(id).unwrap().cash() {
            expected.insert((id, cash.currency.clone()), cash.amount);
        }
    }
    let mut rng = fastrand::Rng::with_seed(11);
    let (mut fills, mut makers, mut names) = (0, 0, 0);
    for _ in 0..600 {
        let id = accounts[rng.usize(..2)];
        let pair = if rng.bool() { "BTC-USDT" } else { "BTC-USDT-SWAP" };
        let mode = if pair == "BTC-USDT" { "cash" } else { "cross" };
        let (side, step) = if rng.bool() { ("buy", Side::Bid) } else { ("sell", Side::Ask) };
        let price = stage.price(stage.best(step) + rng.i64(-20..20));
        let size = if mode == "cash" { format!("0.0{}", rng.u32(1..60)) } else { rng.u32(1..6).to_string() };
        let order_type = ["limit", "market", "post_only", "ioc"][rng.usize(..4)];
        names += 1;
        let order = json!({ "instId": pair, "tdMode": mode, "side": side, "px": price, "sz": size, "tgtCcy": "base_ccy",
            "ordType": order_type, "clOrdId": format!("n{names}") });
        stage.one(id, Deed::Place, order);
        let meant = json!({ "instId": pair, "clOrdId": format!("n{}", rng.u32(1..=names)), "newPx": price });
        match rng.u32(..6) {
            0 => drop(stage.one(id, Deed::Amend, meant)),
            1 => drop(stage.one(id, Deed::Cancel, meant)),
            _ => {}
        }
        stage.wait(rng.i64(0..100_000));
        for News { account, what } in stage.accounts.news() {
            let Item::Order { text, instrument } = what else { continue };
            let it: Value = serde_json::from_str(&text).unwrap();
            let text = |name: &str| it[name].as_str().unwrap();
            if text("execType").is_empty() {
                continue;
            }
            fills += 1;
            makers += usize::from(text("execType") == "M");
            let instrument = stage.instruments.get(instrument).unwrap();
            let mut pay = |currency: &str, amount| {
                let cash = expected.entry((account, currency.to_owned())).or_insert(ZERO);
                *cash = sum(*cash, amount);
            };
            pay(text("fillFeeCcy"), number(text("fillFee")));
            if instrument.kind == Kind::Swap {
                pay("USDT", number(text("fillPnl")));
            } else {
                let (size, value) = (number(text("fillSz")), product(number(text("fillPx")), number(text("fillSz"))));
                let sign =
                    |amount: Scaled, buys: bool| if buys == (text("side") == "buy") { amount } else { minus(amount) };
                pay("BTC", sign(size, true));
                pay("USDT", sign(value, false));
            }
        }
        for ((id, currency), amount) in &expected {
            let holdings = stage.accounts.get(*id).unwrap();
            let cash = holdings.cash().find(|cash| cash.currency == *currency).unwrap();
            assert_eq!(super::super::instrument::plain(cash.amount), *amount, "{currency}");
            assert!(currency == "USDT" || cash.amount.mantissa >= 0, "{currency} is not overdrawn");
        }
    }
    assert!(fills > 300 && makers > 50, "{fills} fills, {makers} as maker");
}
