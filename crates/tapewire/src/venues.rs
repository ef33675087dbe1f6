//! The venues of this build: the one place that knows them all.

use tapewire_core::suggest::{did_you_mean, nearest};
use tapewire_core::{Recovery, Venue, excerpt};

/// Gives the value of a setting.
type Settings<'a> = &'a dyn Fn(&str) -> Option<String>;
/// Makes a venue, or says which setting is wrong.
type Make = fn(Settings<'_>) -> Result<Venue, String>;

/// A venue of this build.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its name, such as `binance`.
    pub name: &'static str,
    /// Whether its credentials are a key alone, without a secret.
    pub key_alone: bool,
    /// What can be set beside address and credentials.
    pub settings: &'static [SettingInfo],
    /// What can be set for orders; empty where the `desk` has no such venue, or this build has no `desk`.
    pub desk: &'static [SettingInfo],
    make: Make,
}

/// Something that can be set for a venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettingInfo {
    /// Its name.
    pub name: &'static str,
    /// The values it takes, and the default.
    pub values: &'static str,
    /// What it changes, in one line.
    pub doc: &'static str,
}

/// All venues.
pub const VENUES: &[Entry] = &[
    #[cfg(feature = "binance")]
    Entry::plain("binance", |_| Ok(tapewire_binance::spot())),
    #[cfg(feature = "okx")]
    okx::ENTRY,
    #[cfg(feature = "okx")]
    Entry::plain("okex-v3", |_| Ok(tapewire_okx::okex_v3())),
    #[cfg(feature = "okx")]
    Entry::plain("okex-v1", |_| Ok(tapewire_okx::okex_v1())),
    #[cfg(feature = "infoway")]
    infoway::entry("infoway-stock", |get| infoway::make(tapewire_infoway::Business::Stock, get)),
    #[cfg(feature = "infoway")]
    infoway::entry("infoway-crypto", |get| infoway::make(tapewire_infoway::Business::Crypto, get)),
    #[cfg(feature = "infoway")]
    infoway::entry("infoway-common", |get| infoway::make(tapewire_infoway::Business::Common, get)),
    #[cfg(feature = "infoway")]
    infoway::entry("infoway-japan", |get| infoway::make(tapewire_infoway::Business::Japan, get)),
    #[cfg(feature = "infoway")]
    infoway::entry("infoway-india", |get| infoway::make(tapewire_infoway::Business::India, get)),
    #[cfg(feature = "infoway")]
    infoway::entry("infoway-korea", |get| infoway::make(tapewire_infoway::Business::Korea, get)),
    #[cfg(feature = "infoway")]
    infoway::entry("infoway-taiwan", |get| infoway::make(tapewire_infoway::Business::Taiwan, get)),
    #[cfg(feature = "ssi")]
    ssi::ENTRY,
];

impl Entry {
    /// A venue without settings of its own.
    #[cfg(any(feature = "binance", feature = "okx"))]
    const fn plain(name: &'static str, make: Make) -> Self {
        Self { name, key_alone: false, settings: &[], desk: &[], make }
    }

    /// The venue at its default address, without credentials, with what is set; `get` gives the value of a setting.
    ///
    /// # Errors
    /// [`BadSetting`] for a value that the setting does not take.
    pub fn make(&self, get: impl Fn(&str) -> Option<String>) -> Result<Venue, BadSetting> {
        (self.make)(&get).map_err(|why| BadSetting { venue: self.name, why })
    }
}

/// A setting of a venue has a value that it does not take. Nothing was done; the text says what it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BadSetting {
    /// The venue.
    pub venue: &'static str,
    /// The setting, and what is wrong.
    pub why: String,
}

impl BadSetting {
    /// What the caller can do: set another value.
    #[must_use]
    pub const fn recovery(&self) -> Recovery {
        Recovery::FixConfig
    }
}

impl std::fmt::Display for BadSetting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.venue, self.why)
    }
}

impl std::error::Error for BadSetting {}

#[cfg(feature = "infoway")]
mod infoway {
    //! Infoway's businesses: what a key's plan allows is the same for all of them.

    use tapewire_core::Venue;
    use tapewire_infoway::{Business, Infoway, Plan};

    use super::{Entry, Make, SettingInfo, Settings, switch};

    const SETTINGS: &[SettingInfo] = &[
        SettingInfo {
            name: "plan",
            values: "free (default), basic, premium, advanced, pro, or CONNECTIONSxSYMBOLS/ALL",
            doc: "the plan of the key; subscriptions beyond it are rejected before the vendor sees them",
        },
        SettingInfo {
            name: "trade_types",
            values: "on or off (default)",
            doc: "request the type of each equity trade",
        },
    ];

    pub(super) const fn entry(name: &'static str, make: Make) -> Entry {
        Entry { name, key_alone: true, settings: SETTINGS, desk: &[], make }
    }

    pub(super) fn make(business: Business, get: Settings<'_>) -> Result<Venue, String> {
        let mut connector = Infoway::new(business);
        if let Some(text) = get("plan") {
            connector = connector.plan(text.parse::<Plan>().map_err(|error| format!("plan: {error}"))?);
        }
        Ok(Venue::new(connector.trade_types(switch("trade_types", get)?)))
    }
}

#[cfg(feature = "okx")]
mod okx {
    //! OKX: where the account is, and which books it may have.

    use tapewire_core::Venue;
    use tapewire_okx::{Books, Okx, Region};

    use super::{Entry, SettingInfo, Settings, switch};

    pub(super) const ENTRY: Entry = Entry { name: "okx", key_alone: false, settings: SETTINGS, desk: &[], make };

    const SETTINGS: &[SettingInfo] = &[
        SettingInfo {
            name: "region",
            values: "global (default), eea or us",
            doc: "where the account was opened; decides the hosts",
        },
        SettingInfo {
            name: "demo",
            values: "on or off (default)",
            doc: "demo trading, which has its own keys and hosts",
        },
        SettingInfo {
            name: "books",
            values: "books (default), tick50 or tick400",
            doc: "source of `book`; tick by tick needs a login and fee tier VIP4",
        },
        SettingInfo {
            name: "or_books",
            values: "on or off (default)",
            doc: "fall back to `books` where tick-by-tick books are refused",
        },
    ];

    fn make(get: Settings<'_>) -> Result<Venue, String> {
        let mut connector = Okx::default();
        if let Some(text) = get("region") {
            connector = connector.region(text.parse::<Region>().map_err(|error| format!("region: {error}"))?);
        }
        if let Some(text) = get("books") {
            connector = connector.full_books(text.parse::<Books>().map_err(|error| format!("books: {error}"))?);
        }
        connector = connector.demo(switch("demo", get)?).or_books(switch("or_books", get)?);
        Ok(Venue::new(connector))
    }
}

#[cfg(feature = "ssi")]
mod ssi {
    //! SSI: how a person agrees to a login, and whose orders are wanted.

    use tapewire_core::Venue;
    use tapewire_ssi::{Otp, Ssi};

    use super::{Entry, SettingInfo, Settings};

    pub(super) const ENTRY: Entry = Entry { name: "ssi", key_alone: false, settings: SETTINGS, desk: DESK, make };

    const DESK: &[SettingInfo] = if cfg!(feature = "desk") { ORDERS } else { &[] };

    const ORDERS: &[SettingInfo] = &[
        SettingInfo {
            name: "client",
            values: "the client ID that the portal shows",
            doc: "who requests balances and positions",
        },
        SettingInfo {
            name: "device",
            values: "a name of your own",
            doc: "the device they come from; any name will do, nothing is read from this machine",
        },
        SettingInfo {
            name: "signing_key",
            values: "a file with the private key, as the portal shows it, as XML, or as PEM",
            doc: "signs them",
        },
    ];

    const SETTINGS: &[SettingInfo] = &[
        SettingInfo {
            name: "otp",
            values: "code (default), sent or approval",
            doc: "a code shown by the app, a code that is sent, or an approval on the phone",
        },
        SettingInfo {
            name: "accounts",
            values: "account numbers separated by commas (default: all of the key)",
            doc: "whose orders, fills and positions to follow",
        },
    ];

    fn make(get: Settings<'_>) -> Result<Venue, String> {
        let mut connector = Ssi::new().otp(match get("otp").as_deref() {
            None | Some("code") => Otp::Code,
            Some("sent") => Otp::SentCode,
            Some("approval") => Otp::Approval,
            Some(_) => return Err("otp: write code, sent or approval".to_owned()),
        });
        for number in get("accounts").iter().flat_map(|list| list.split(',')).map(str::trim) {
            connector = connector.trading_account(number).map_err(|error| format!("accounts: {error}"))?;
        }
        Ok(Venue::new(connector))
    }
}

/// A setting that is on or off, and off where it is not set.
#[cfg(any(feature = "infoway", feature = "okx"))]
fn switch(name: &str, get: Settings<'_>) -> Result<bool, String> {
    match get(name).as_deref() {
        None | Some("off") => Ok(false),
        Some("on") => Ok(true),
        Some(_) => Err(format!("{name}: write on or off")),
    }
}

/// The names, in order of the list.
#[must_use]
pub fn names() -> impl ExactSizeIterator<Item = &'static str> + Clone {
    VENUES.iter().map(|entry| entry.name)
}

/// All venues as they are where nothing is set, in order of the list.
pub fn all() -> impl Iterator<Item = Venue> {
    // Without a setting none is wrong, which a test checks.
    VENUES.iter().filter_map(|entry| entry.make(|_| None).ok())
}

/// What is known of a venue by its name, such as `binance`.
///
/// # Errors
/// [`UnknownVenue`], which names the nearest ones.
pub fn entry(name: &str) -> Result<&'static Entry, UnknownVenue> {
    VENUES.iter().find(|entry| entry.name == name).ok_or_else(|| UnknownVenue::new(name))
}

/// The venue of a name, such as `binance`, as it is where nothing is set.
///
/// # Errors
/// [`UnknownVenue`], which names the nearest ones.
///
/// ```
/// # #[cfg(feature = "binance")] {
/// assert!(tapewire::venues::find("binance").is_ok());
/// let error = tapewire::venues::find("binanse").unwrap_err();
/// assert_eq!(error.to_string(), "`binanse` is not a known venue; did you mean `binance`?");
/// # }
/// ```
pub fn find(name: &str) -> Result<Venue, UnknownVenue> {
    entry(name)?.make(|_| None).map_err(|_| UnknownVenue::new(name))
}

/// No venue of this build has the name. Nothing was done; write one of [`names`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownVenue {
    /// What was written, made printable.
    pub name: String,
    /// The names nearest to it.
    pub nearest: Vec<String>,
}

impl UnknownVenue {
    fn new(name: &str) -> Self {
        Self { name: excerpt(name.as_bytes()), nearest: nearest(name, names()) }
    }

    /// What the caller can do: write another name.
    #[must_use]
    pub const fn recovery(&self) -> Recovery {
        Recovery::FixRequest
    }
}

impl std::fmt::Display for UnknownVenue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` is not a known venue", self.name)?;
        if !self.nearest.is_empty() {
            return f.write_str(&did_you_mean(&self.nearest));
        }
        f.write_str("; known: ")?;
        for (place, name) in names().enumerate() {
            write!(f, "{}{name}", if place == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownVenue {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_venue_is_found_by_the_name_it_gives_itself() {
        assert_eq!(all().count(), names().len());
        for (name, venue) in names().zip(all()) {
            assert_eq!((venue.id().as_str(), find(name).unwrap().id()), (name, venue.id()));
        }
    }

    #[test]
    fn unknown_names_are_told_what_there_is() {
        let known = names().collect::<Vec<_>>().join(", ");
        let error = find("no\u{1b}where-at-all").unwrap_err();
        assert_eq!(error.to_string(), format!("`no\u{fffd}where-at-all` is not a known venue; known: {known}"));
    }

    #[test]
    fn every_setting_refuses_what_it_does_not_take() {
        for entry in VENUES {
            for setting in entry.settings {
                let get = |name: &str| (name == setting.name).then(|| "?!".to_owned());
                let error = entry.make(get).err().map(|error| error.to_string()).unwrap_or_default();
                assert!(error.starts_with(&format!("{}: {}: ", entry.name, setting.name)), "{error}");
            }
        }
    }
}
