//! Answers over REST.

use serde::Deserialize;
use tapewire_json::{Raw, Text};

use super::{Word, is_success};
use crate::number::Number;

/// What an answer says of itself, whatever else it holds.
#[derive(Debug, Deserialize)]
pub(crate) struct Status<'a> {
    #[serde(borrow)]
    pub(crate) code: Option<Word<'a>>,
    #[serde(borrow)]
    msg: Option<Text<'a>>,
    #[serde(borrow)]
    message: Option<Text<'a>>,
    /// Many answers are wrapped in it.
    #[serde(borrow)]
    pub(crate) data: Option<Raw<'a>>,
}

impl Status<'_> {
    /// The code, unless it says that all is well: 0, 200, or 204 for nothing to tell.
    pub(crate) fn failure(&self) -> Option<&str> {
        let code = self.code.as_ref().map(Word::as_str)?;
        (!is_success(code)).then_some(code)
    }

    pub(crate) fn words(&self) -> &str {
        self.msg.as_deref().or(self.message.as_deref()).unwrap_or_default()
    }
}

/// `token` and `refresh`.
#[derive(Debug, Deserialize)]
pub(crate) struct Tokens<'a> {
    #[serde(rename = "accessToken", borrow)]
    pub(crate) access: Text<'a>,
    #[serde(rename = "refreshToken", borrow)]
    pub(crate) refresh: Option<Text<'a>>,
    /// Since 1970, in seconds; the portal shows it as a number and as a text.
    #[serde(rename = "expiresAt")]
    pub(crate) expires_at: Option<i64>,
    #[serde(rename = "refreshExpiresAt")]
    pub(crate) refresh_expires_at: Option<i64>,
}

/// `requestOtp`: the transaction is there where the account approves on a phone.
#[derive(Debug, Deserialize)]
pub(crate) struct OtpAsked<'a> {
    #[serde(rename = "transactionId", borrow)]
    pub(crate) transaction: Option<Word<'a>>,
}

/// A row of `account/info`.
#[derive(Debug, Deserialize)]
pub(crate) struct Owned<'a> {
    #[serde(rename = "accountNo", borrow)]
    pub(crate) number: Word<'a>,
}

/// A row of `securitiesByBoard`.
#[derive(Debug, Deserialize)]
pub(crate) struct Security<'a> {
    #[serde(borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(rename = "lotSize")]
    pub(crate) lot_size: Option<Number>,
    /// Of a covered warrant.
    #[serde(rename = "cwUnderlyingSymbol", borrow)]
    pub(crate) underlying: Option<Text<'a>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_success_may_have_a_code() {
        for (text, expected) in [
            (r#"{"code":0,"msg":"Request OTP success"}"#, None),
            (r#"{"code":"200","message":"ok"}"#, None),
            (r#"{"code":204,"msg":"No Content"}"#, None),
            (r#"{"accessToken":"a"}"#, None),
            (r#"{"code":401100,"msg":"OTP invalid"}"#, Some("401100")),
        ] {
            let status: Status<'_> = tapewire_json::from_str(text).unwrap();
            assert_eq!(status.failure(), expected, "{text}");
        }
    }
}
