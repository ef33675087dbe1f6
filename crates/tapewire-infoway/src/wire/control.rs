//! What is no push: answers, errors, the greeting; and what the vendor answers over REST.

use serde::Deserialize;
use tapewire_json::{Raw, Text};

/// Any message without data. Which members it has tells what it is.
#[derive(Debug, Deserialize)]
pub(crate) struct Control<'a> {
    pub(crate) code: Option<u64>,
    /// The request that is accepted.
    #[serde(borrow)]
    trace: Option<Text<'a>>,
    /// The request that is refused: errors call it so.
    #[serde(rename = "traceId", borrow)]
    trace_id: Option<Text<'a>>,
    #[serde(rename = "msg", borrow)]
    pub(crate) message: Option<Text<'a>>,
    /// The symbol of a message that is none of these.
    #[serde(rename = "s", borrow)]
    pub(crate) symbol: Option<Text<'a>>,
    /// Bars as REST answers them, which do not say their interval.
    #[serde(rename = "respList", borrow)]
    pub(crate) bars: Option<Raw<'a>>,
}

impl Control<'_> {
    /// The request that it answers.
    pub(crate) fn request(&self) -> Option<&str> {
        let trace = self.trace.as_deref().filter(|trace| !trace.is_empty());
        trace.or_else(|| self.trace_id.as_deref().filter(|trace| !trace.is_empty()))
    }

    /// Whether it names a request the way errors do.
    pub(crate) fn names_it_as_errors_do(&self) -> bool {
        self.trace_id.is_some()
    }
}

/// The envelope of an answer over REST, in each of its forms: `ret` and `data`; `code` and `message`; `detail` alone;
/// `status` and `title`.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer<'a> {
    pub(crate) ret: Option<i64>,
    pub(crate) code: Option<i64>,
    pub(crate) status: Option<i64>,
    #[serde(rename = "msg", borrow)]
    message: Option<Text<'a>>,
    #[serde(rename = "message", borrow)]
    long_message: Option<Text<'a>>,
    #[serde(borrow)]
    detail: Option<Text<'a>>,
    #[serde(borrow)]
    title: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) data: Option<Raw<'a>>,
}

impl Answer<'_> {
    /// The vendor's words.
    pub(crate) fn words(&self) -> Option<&str> {
        let all = [&self.message, &self.long_message, &self.detail, &self.title];
        all.into_iter().find_map(Option::as_deref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_and_errors_name_their_request_differently() {
        let read = |text| tapewire_json::from_str::<Control<'_>>(text).unwrap();
        let ack = read(r#"{"code":10001,"trace":"a1","msg":"ok"}"#);
        assert_eq!((ack.code, ack.request(), ack.names_it_as_errors_do()), (Some(10001), Some("a1"), false));
        let error = read("{\"traceId\":\"e1\",\"code\":507,\"msg\":\"Param lost：data\"}");
        assert_eq!((error.code, error.request(), error.names_it_as_errors_do()), (Some(507), Some("e1"), true));
        assert_eq!(error.message.as_deref(), Some("Param lost：data"));
        assert_eq!(read(r#"{"code":501,"traceId":""}"#).request(), None);
    }
}
