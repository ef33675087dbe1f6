//! What is around messages, and frames that are no data: acknowledgements, lists, refusals, answers to commands.

use serde::{Deserialize, Deserializer};
use tapewire_json::{Raw, Text};

use super::{Word, is_success};

/// A frame of any kind. Which kind it is, only the members that it has can tell.
#[derive(Debug, Deserialize)]
pub(crate) struct Envelope<'a> {
    /// Of a command on the order-entry socket, and of its answers.
    #[serde(borrow)]
    pub(crate) id: Option<Word<'a>>,
    #[serde(borrow)]
    pub(crate) method: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) channel: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) topic: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) status: Option<Word<'a>>,
    #[serde(borrow)]
    pub(crate) message: Option<Text<'a>>,
    /// Of a refusal, which may call its text `msg` or `message`.
    #[serde(borrow)]
    pub(crate) code: Option<Word<'a>>,
    #[serde(borrow)]
    pub(crate) msg: Option<Text<'a>>,
    /// In seconds.
    #[serde(rename = "retryAfter", borrow)]
    pub(crate) retry_after: Option<Word<'a>>,
    /// Of a list: topics joined by `;`, and empty where there are none.
    #[serde(default, deserialize_with = "given", borrow)]
    pub(crate) trading: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) data: Option<Raw<'a>>,
    #[serde(borrow)]
    pub(crate) result: Option<Raw<'a>>,
    #[serde(borrow)]
    pub(crate) error: Option<CommandError<'a>>,
}

/// Why a command was refused.
#[derive(Debug, Deserialize)]
pub(crate) struct CommandError<'a> {
    #[serde(borrow)]
    pub(crate) code: Option<Word<'a>>,
    #[serde(borrow)]
    pub(crate) message: Option<Text<'a>>,
}

impl Envelope<'_> {
    /// The code of a refusal. Those that say that all is well are the ones of REST.
    pub(crate) fn refusal(&self) -> Option<&str> {
        let code = self.code.as_ref().map(Word::as_str)?;
        (!is_success(code)).then_some(code)
    }

    /// The text of a refusal.
    pub(crate) fn words(&self) -> Option<&str> {
        self.msg.as_deref().or(self.message.as_deref()).filter(|text| !text.is_empty())
    }
}

/// Keeps an empty text apart from an absent member.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Text<'de>>, D::Error> {
    Text::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_may_be_numbers_or_texts() {
        for text in [r#"{"code":429,"msg":"no","retryAfter":45}"#, r#"{"message":"no","retryAfter":"45","code":"429"}"#]
        {
            let read: Envelope<'_> = tapewire_json::from_str(text).unwrap();
            assert_eq!(read.code.as_ref().map(Word::as_str), Some("429"), "{text}");
            assert_eq!(
                (read.words(), read.retry_after.as_ref().and_then(Word::number)),
                (Some("no"), Some(45)),
                "{text}"
            );
        }
    }
}
