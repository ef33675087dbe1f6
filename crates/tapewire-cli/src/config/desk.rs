//! What orders are placed with: the account, the device, and the key that signs.

use std::path::PathBuf;
use std::sync::Arc;

use tapewire::ssi::trading::{PrivateKey, Trading};
use tapewire::{RsaSigner, Secret, Signer, venues};

use super::{Accounts, ConfigError, Field, spelled};

impl Accounts {
    /// Who trades at a venue: the named account, or the only one that is set.
    pub(crate) fn trading(&self, venue: &'static str, account: Option<&str>) -> Result<Trading, ConfigError> {
        let set = self.get(venue, Field::Own("accounts")).map_or("", |setting| setting.text.expose());
        let mut numbers = set.split(',').map(str::trim).filter(|number| !number.is_empty());
        let number = match (account, numbers.next(), numbers.next()) {
            (Some(named), ..) => named,
            (None, Some(only), None) => only,
            (None, ..) => return Err(ConfigError::WhichAccount { venue }),
        };
        let own = |name| self.get(venue, Field::Own(name)).map_or("", |setting| setting.text.expose());
        Ok(Trading::new(number, own("client"), own("device")))
    }

    /// The key that signs.
    pub(crate) fn signer(&self, venue: &'static str) -> Result<Arc<dyn Signer>, ConfigError> {
        let setting = self.required(venue, "signing_key")?;
        let path = PathBuf::from(setting.text.expose());
        let origin = || setting.origin.clone();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => Secret::new(text),
            Err(source) => return Err(ConfigError::Read { origin: origin(), path, source }),
        };
        let unfit = |source: Box<dyn std::error::Error + Send + Sync>| {
            let path = path.clone();
            ConfigError::SigningKey { origin: origin(), path, source }
        };
        let key = PrivateKey::read(&text).map_err(|error| unfit(error.into()))?;
        Ok(Arc::new(RsaSigner::new(key.expose()).map_err(|error| unfit(error.into()))?))
    }

    /// Checks that a setting is there.
    pub(crate) fn has(&self, venue: &'static str, name: &'static str) -> Result<(), ConfigError> {
        self.required(venue, name).map(drop)
    }

    fn required(&self, venue: &'static str, name: &'static str) -> Result<&super::Setting, ConfigError> {
        let variable = || format!("{}{}_{}", super::PREFIX, spelled(venue), name.to_uppercase());
        self.get(venue, Field::Own(name)).ok_or_else(|| ConfigError::Missing { venue, name, variable: variable() })
    }
}

/// The venue of a name, if orders can be placed there.
pub(crate) fn with_desk(name: &str) -> Result<&'static str, ConfigError> {
    let entry = venues::entry(name)?;
    let having = || venues::VENUES.iter().filter(|entry| !entry.desk.is_empty()).map(|entry| entry.name);
    if entry.desk.is_empty() {
        return Err(ConfigError::NoDesk { venue: entry.name, having: having().collect::<Vec<_>>().join(", ") });
    }
    Ok(entry.name)
}
