//! Keys: whom a venue lets in, and whose signatures it checks.

use tapewire_core::{Credentials, Secret};

/// The keys of a venue.
///
/// Without any that were given, everybody is let in, and whoever uses the published demo key is checked. With some,
/// only those are known, and each is checked. [`BAD`] is refused in either case.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys {
    given: Vec<Credentials>,
}

/// What a venue knows of a key.
#[derive(Debug)]
pub(crate) enum Known {
    /// It is not let in.
    Refused,
    /// It is let in, whatever it signs.
    Unseen,
    /// It is let in if what it signs is right.
    Verify(Credentials),
}

impl Keys {
    pub(crate) const fn new(given: Vec<Credentials>) -> Self {
        Self { given }
    }

    /// What is known of a key.
    pub(crate) fn judge(&self, key: &str) -> Known {
        match self.given.iter().find(|credentials| credentials.key.expose() == key) {
            _ if key == BAD => Known::Refused,
            Some(credentials) => Known::Verify(credentials.clone()),
            None if !self.given.is_empty() => Known::Refused,
            None if key == DEMO => Known::Verify(demo()),
            None => Known::Unseen,
        }
    }
}

/// The published demo account.
fn demo() -> Credentials {
    let passphrase = Some(Secret::new("sim-passphrase"));
    Credentials { key: Secret::new(DEMO), secret: Secret::new("sim-secret"), passphrase }
}

/// The key that every venue refuses.
pub(crate) const BAD: &str = "bad-key";
/// The key of the published demo account.
pub(crate) const DEMO: &str = "sim-key";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_let_in_unless_keys_are_given() {
        let open = Keys::default();
        assert!(matches!(open.judge("anybody"), Known::Unseen));
        assert!(matches!(open.judge(BAD), Known::Refused));
        assert!(matches!(open.judge(DEMO), Known::Verify(it) if it.secret.expose() == "sim-secret"));
        let mine = Credentials { key: Secret::new("mine"), secret: Secret::new("word"), passphrase: None };
        let closed = Keys::new(vec![mine]);
        assert!(matches!(closed.judge("mine"), Known::Verify(it) if it.secret.expose() == "word"));
        assert!([DEMO, BAD, "anybody"].iter().all(|key| matches!(closed.judge(key), Known::Refused)));
    }
}
