//! The messages that come by the thousand cost no memory: decoding one allocates nothing once it has warmed up.

#![expect(unsafe_code, reason = "counting allocations needs an allocator of our own")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use tapewire_binance::Spot;
use tapewire_core::event::Event;
use tapewire_core::{
    Connector, Context, DecodeError, DialRequest, Effects, Failure, Frame, Grant, Reply, TopicId, TopicTable,
};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: everything is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Counts events; keeps nothing.
#[derive(Default)]
struct Count(usize);

impl Effects for Count {
    fn emit(&mut self, topic: Option<TopicId>, _: &Event<'_>) {
        self.0 += usize::from(topic.is_some());
    }
    fn reply(&mut self, _: &Reply<'_>) {}
    fn malformed(&mut self, _: Option<TopicId>, _: &[u8], _: &DecodeError) {}
    fn send(&mut self, _: Frame<'_>) {}
    fn ready(&mut self) {}
    fn hand_over(&mut self, _: &str) {}
    fn fail(&mut self, _: Failure) {}
}

#[test]
fn frequent_messages_allocate_nothing() {
    let spot = Spot::new();
    let mut topics = TopicTable::default();
    for channel in ["trade", "trade:agg", "quote", "book", "book:5", "bar:1m"] {
        let subscription = format!("binance:BNBBTC@{channel}").parse().unwrap();
        topics.add(spot.topic(&subscription).unwrap(), subscription);
    }
    let dial = DialRequest { url: "wss://venue.example/stream".parse().unwrap(), headers: Vec::new() };
    let mut protocol = spot.protocol(spot.routes()[0], &Grant { dial, renew_at: None });
    let frames = [
        r#"{"stream":"bnbbtc@trade","data":{"e":"trade","E":1,"s":"BNBBTC","t":1,"p":"1.5","q":"2","T":1,"m":true,"M":true}}"#,
        r#"{"stream":"bnbbtc@aggTrade","data":{"e":"aggTrade","E":1,"s":"BNBBTC","a":1,"p":"1","q":"2","f":1,"l":1,"T":1,"m":true}}"#,
        r#"{"stream":"bnbbtc@bookTicker","data":{"u":1,"s":"BNBBTC","b":"25","B":"31","a":"26","A":"40"}}"#,
        r#"{"stream":"bnbbtc@depth@100ms","data":{"e":"depthUpdate","E":1,"s":"BNBBTC","U":1,"u":2,"b":[["1","2"],["3","4"]],"a":[["5","6"]]}}"#,
        r#"{"stream":"bnbbtc@depth5@100ms","data":{"lastUpdateId":1,"bids":[["1","2"]],"asks":[["3","4"]]}}"#,
        r#"{"stream":"bnbbtc@kline_1m","data":{"e":"kline","E":1,"s":"BNBBTC","k":{"t":1,"T":2,"i":"1m","o":"1","c":"1","h":"1","l":"1","v":"1","n":1,"x":false,"q":"1"}}}"#,
    ];
    let (mut nonce, mut count) = (0, Count::default());
    let mut round = |count: &mut Count| {
        for frame in frames {
            protocol.frame(Frame::Text(frame), &mut Context::new(None, &mut nonce, &topics, count));
        }
    };
    round(&mut count);
    let before = ALLOCATIONS.get();
    for _ in 0..100 {
        round(&mut count);
    }
    assert_eq!((ALLOCATIONS.get() - before, count.0), (0, 606));
}
