//! [`Dialer`]: the cold side of the old dialects, which have none left: it says where to dial and who logs in.

use tapewire_core::{
    Account, AccountContext, Call, DecodeError, Failure, Grant, HttpReply, Recovery, Route, Target, Url,
};

/// An account that asks nothing over HTTP.
pub(crate) struct Dialer {
    target: Target,
    /// The default base of each route's address.
    bases: &'static [(Route, &'static str)],
    path: &'static str,
}

impl Dialer {
    /// For connections to `path` at a route's base, or at the target's where it has one.
    pub(crate) fn new(target: &Target, bases: &'static [(Route, &'static str)], path: &'static str) -> Self {
        Self { target: target.clone(), bases, path }
    }

    fn grant_to(&self, url: Url) -> Grant {
        let login = self.target.credentials.clone();
        Grant { login, account: self.target.account.as_str().into(), ..Grant::to(url) }
    }
}

impl Account for Dialer {
    fn grant(&mut self, route: Route, cx: &mut AccountContext<'_>) {
        let base = self.bases.iter().find(|(known, _)| *known == route).map_or("", |(_, base)| base);
        match self.target.websocket_base(base).and_then(|base| base.join(self.path)) {
            Ok(url) => cx.granted(self.grant_to(url)),
            Err(error) => cx.refused(Failure::new(Recovery::FixConfig, error.to_string())),
        }
    }

    fn call(&mut self, _: &Call<'_>, cx: &mut AccountContext<'_>) {
        cx.refused(Failure::new(Recovery::FixRequest, "this dialect is spoken over WebSockets alone"));
    }

    fn http(&mut self, _: HttpReply<'_>, _: &mut AccountContext<'_>) -> Result<(), DecodeError> {
        Err(DecodeError::Payload("an answer over HTTP, and nothing was asked"))
    }
}
