//! The toy adapter's cold side: how to dial, instruments and snapshots.

use tapewire_core::event::{Book, BookAction, BookHead, Event, Instrument, Malformed, Product, TradingState};
use tapewire_core::{
    Account, AccountContext, Call, Channel, Credentials, DecodeError, DialRequest, Failure, Grant, HttpReply,
    HttpRequest, InstrumentId, ParseError, Recovery, Route, Target, UnixNanos, Url, excerpt,
};
use tapewire_json::{Cursor, Raw};

use super::message::{BookMessage, InstrumentMessage, Refusal};
use super::{Bug, VENUE};

const SOCKET: &str = "wss://toy.example";
pub(super) const REST: &str = "https://toy.example";

/// What does not belong to one connection.
#[derive(Debug)]
pub(super) struct ToyAccount {
    bug: Bug,
    dial: Result<Url, ParseError>,
    credentials: Option<Credentials>,
}

impl ToyAccount {
    pub(super) fn new(bug: Bug, target: &Target) -> Self {
        let query = target.credentials.as_ref().map(|it| format!("?token={}", it.key.expose())).unwrap_or_default();
        let dial = target.websocket_base(SOCKET).and_then(|base| base.join(&format!("/ws{query}")));
        Self { bug, dial, credentials: target.credentials.clone() }
    }
}

impl Account for ToyAccount {
    fn grant(&mut self, _: Route, cx: &mut AccountContext<'_>) {
        let secret = self.credentials.iter().map(|it| ("x-secret".to_owned(), it.secret.clone()));
        match &self.dial {
            Ok(url) => {
                let dial = DialRequest { url: url.clone(), headers: secret.collect() };
                cx.granted(Grant { dial, ..Grant::to(url.clone()) });
            }
            Err(error) => cx.refused(Failure::new(Recovery::FixConfig, error.to_string())),
        }
    }

    fn call(&mut self, call: &Call<'_>, cx: &mut AccountContext<'_>) {
        match call {
            Call::Instruments => cx.http(HttpRequest::get("/instruments", 1)),
            Call::Snapshot { subscription, .. } => {
                cx.http(HttpRequest::get(format!("/book?symbol={}", subscription.instrument.symbol()), 1));
            }
            _ => cx.refused(Failure::new(Recovery::FixRequest, "the toy venue cannot answer that")),
        }
    }

    fn http(&mut self, reply: HttpReply<'_>, cx: &mut AccountContext<'_>) -> Result<(), DecodeError> {
        match (reply.route(), reply.parameter("symbol")) {
            ("/book", Some(symbol)) => self.snapshot(symbol, reply, cx)?,
            ("/instruments", _) => self.instruments(reply, cx)?,
            _ => return Err(DecodeError::Payload("it answers nothing that was asked")),
        }
        cx.done();
        Ok(())
    }

    fn refusal(&mut self, reply: HttpReply<'_>) -> Failure {
        let failure = Failure::from_status(reply);
        match tapewire_json::from_str::<Refusal<'_>>(reply.body) {
            Ok(Refusal { err, why }) => {
                Failure { code: Some(excerpt(err.as_bytes())), reason: excerpt(why.as_bytes()), ..failure }
            }
            Err(_) => failure,
        }
    }
}

impl ToyAccount {
    fn snapshot(&self, symbol: &str, reply: HttpReply<'_>, cx: &mut AccountContext<'_>) -> Result<(), DecodeError> {
        let (mut message, mut cursor) = (BookMessage::default(), Cursor::new(reply.body));
        message.read(&mut cursor)?;
        cursor.end()?;
        let (Some(last), Some(time)) = (message.last, message.time) else {
            return Err(DecodeError::Payload("a book lacks its number or its time"));
        };
        let instrument = InstrumentId::new(VENUE, symbol)?;
        let head = BookHead {
            ts_event: Some(millis(time)?),
            ts_recv: reply.ts_recv,
            last_sequence: Some(last),
            ..BookHead::new(instrument, Channel::Book, BookAction::Snapshot)
        };
        if self.bug == Bug::SwapsSides {
            std::mem::swap(&mut message.bids, &mut message.asks);
        }
        cx.emit(&Event::Book(Book { head: &head, bids: &message.bids, asks: &message.asks }));
        Ok(())
    }

    fn instruments(&self, reply: HttpReply<'_>, cx: &mut AccountContext<'_>) -> Result<(), DecodeError> {
        let parts: Vec<Raw<'_>> = tapewire_json::from_str(reply.body)?;
        for part in parts {
            match instrument(part.text(), reply.ts_recv) {
                Ok(event) => cx.emit(&Event::Instrument(&event)),
                Err(why) => cx.emit(&Event::Malformed(&Malformed {
                    venue: VENUE,
                    subscription: None,
                    bytes: part.text().len(),
                    reason: why.to_string().into(),
                    excerpt: match self.bug {
                        Bug::QuotesInFull => part.text().into(),
                        _ => excerpt(part.text().as_bytes()).into(),
                    },
                    ts_recv: reply.ts_recv,
                })),
            }
        }
        Ok(())
    }
}

fn instrument(text: &str, ts_recv: Option<UnixNanos>) -> Result<Instrument, DecodeError> {
    let message: InstrumentMessage<'_> = tapewire_json::from_str(text)?;
    Ok(Instrument {
        instrument: InstrumentId::new(VENUE, &message.symbol)?,
        channel: Channel::Instrument,
        ts_event: None,
        ts_recv,
        unified: Some(format!("{}/{}", &*message.base, &*message.quote).into()),
        base: Some((*message.base).into()),
        quote: Some((*message.quote).into()),
        settle: None,
        product: Product::Spot,
        tick_size: Some(message.tick),
        lot_size: Some(message.lot),
        quantity_min: None,
        notional_min: None,
        contract_value: None,
        state: match &*message.state {
            "open" => TradingState::Open,
            "halted" => TradingState::Halted,
            _ => TradingState::Unknown,
        },
        raw_state: Some((*message.state).into()),
    })
}

/// A time of the venue.
pub(super) fn millis(time: i64) -> Result<UnixNanos, DecodeError> {
    UnixNanos::from_millis(time).ok_or(DecodeError::OutOfRange { field: "T" })
}
