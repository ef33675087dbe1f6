//! What an unknown payload says of itself: kind, symbol and time, as far as it does.

use std::borrow::Cow;

use tapewire_json::{Cursor, Raw};

/// The members that most payloads begin with. What is absent or of another type is `None`.
#[derive(Debug, Default)]
pub(crate) struct Header<'a> {
    pub(crate) event: Option<Cow<'a, str>>,
    pub(crate) symbol: Option<Cow<'a, str>>,
    pub(crate) time: Option<i64>,
}

impl<'a> Header<'a> {
    /// Looks into a payload of any kind.
    pub(crate) fn of(payload: Raw<'a>) -> Self {
        let (mut header, mut reference_time) = (Self::default(), None);
        let text = |value: &mut Cursor<'a>| value.read::<Raw<'a>>().map(|raw| raw.cursor().string().ok());
        let number =
            |value: &mut Cursor<'a>| value.read::<Raw<'a>>().map(|raw| tapewire_json::from_str(raw.text()).ok());
        // The payload was checked before; one that is no object says nothing.
        _ = payload.cursor().object(|key, value| {
            match key {
                b"e" => header.event = text(value)?,
                b"s" => header.symbol = text(value)?,
                b"E" => header.time = number(value)?,
                b"t" => reference_time = number(value)?,
                _ => value.skip()?,
            }
            Ok(())
        });
        // Only reference prices tell their time in `t`; elsewhere it is an id.
        if header.event.as_deref() == Some("referencePrice") {
            header.time = reference_time;
        }
        header
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_it_can_read() {
        let cases = [
            (r#"{"e":"avgPrice","E":7,"s":"BTCUSDT","t":9}"#, (Some("avgPrice"), Some("BTCUSDT"), Some(7))),
            (
                r#"{"e":"referencePrice","s":"BAZUSD","r":null,"t":9}"#,
                (Some("referencePrice"), Some("BAZUSD"), Some(9)),
            ),
            (r#"{"e":1,"E":"x","s":{}}"#, (None, None, None)),
            (r#"{"e":"\u0061"}"#, (Some("a"), None, None)),
            ("[1]", (None, None, None)),
            ("3", (None, None, None)),
        ];
        for (text, (event, symbol, time)) in cases {
            let header = Header::of(tapewire_json::from_str(text).unwrap());
            assert_eq!(
                (header.event.as_deref(), header.symbol.as_deref(), header.time),
                (event, symbol, time),
                "{text}"
            );
        }
    }
}
