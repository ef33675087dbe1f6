//! One-time passwords: who types them.

use async_trait::async_trait;
use tapewire_core::{Secret, VenueId};

/// Gets what only a person has, such as a one-time password, while an engine runs.
///
/// Without one, a connection that needs it reports `awaiting_input` and waits for
/// [`Handle::input`](crate::Handle::input).
#[async_trait]
pub trait OtpSource: Send + Sync + std::fmt::Debug {
    /// Gets what `prompt` asks for, for an account of `venue`; with `None` the login fails. It may take as long as a person
    /// does.
    ///
    /// # Cancel safety
    /// Dropped when the engine ends; an answer given later is lost.
    async fn one_time_password(&self, venue: VenueId, prompt: &str) -> Option<Secret>;
}
