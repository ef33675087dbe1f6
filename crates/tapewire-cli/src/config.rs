//! Where venues are and who we are there: flags over environment over the configuration file.

mod desk;
mod error;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tapewire::suggest::{did_you_mean, nearest};
use tapewire::venues;
use tapewire::{Credentials, ParseError, Secret, Url, Venue};

pub(crate) use self::desk::with_desk;
pub(crate) use self::error::ConfigError;

/// How to reach venues
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Connecting")]
pub(crate) struct ConnectArgs {
    /// WebSocket base URL to use for a venue; REST uses the same host and port unless `VENUE.rest=URL` is given
    #[arg(long, value_name = "VENUE=URL")]
    pub(crate) endpoint: Vec<String>,

    /// An additional certificate to trust, as PEM, such as a simulated venue's
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,

    /// Proxy to connect through: `http://HOST:PORT` (CONNECT) or `socks5://HOST:PORT`
    #[arg(long, value_name = "URL")]
    pub(crate) proxy: Option<String>,

    /// TOML file with a table per venue, such as `[okx]`, and in it any of endpoint, rest, proxy, ca, key, secret,
    /// passphrase, keep (a file to keep tokens in) and the venue's own settings, which `tapewire venues VENUE` lists.
    /// Environment variables such as `TAPEWIRE_OKX_KEY` override the file, and options override both
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// What can be set for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    Endpoint,
    Rest,
    Proxy,
    Ca,
    Key,
    Secret,
    Passphrase,
    Keep,
    /// One of the venue's own.
    Own(&'static str),
}

/// The fields by name.
const FIELDS: [(&str, Field); 8] = [
    ("endpoint", Field::Endpoint),
    ("rest", Field::Rest),
    ("proxy", Field::Proxy),
    ("ca", Field::Ca),
    ("key", Field::Key),
    ("secret", Field::Secret),
    ("passphrase", Field::Passphrase),
    ("keep", Field::Keep),
];

/// What the names of our environment variables begin with.
const PREFIX: &str = "TAPEWIRE_";
/// What a certificate in PEM begins with.
const PEM_BEGIN: &str = "-----BEGIN CERTIFICATE-----";

/// A value, and where it was said. Any of them may be secret, so none prints.
#[derive(Clone, Debug)]
struct Setting {
    text: Secret,
    origin: String,
}

/// What is set, for every venue.
#[derive(Clone, Debug, Default)]
pub(crate) struct Accounts {
    settings: BTreeMap<(String, Field), Setting>,
}

impl Accounts {
    /// Reads file, environment and flags.
    pub(crate) fn load(args: &ConnectArgs) -> Result<Self, ConfigError> {
        // Variables that are not UTF-8 are not ours.
        let environment =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self::gather(args, environment)
    }

    /// Reads a file alone; `origin` says who names it.
    pub(crate) fn of_file(path: &Path, origin: &str) -> Result<Self, ConfigError> {
        let read = |source| ConfigError::Read { origin: origin.to_owned(), path: path.to_owned(), source };
        let text = std::fs::read_to_string(path).map_err(read)?;
        let mut accounts = Self::default();
        accounts.file(path, &text)?;
        Ok(accounts)
    }

    fn gather(args: &ConnectArgs, environment: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let mut accounts = match &args.config {
            Some(path) => Self::of_file(path, "--config")?,
            None => Self::default(),
        };
        for (name, value) in environment {
            accounts.variable(&name, value)?;
        }
        accounts.flags(args)?;
        Ok(accounts)
    }

    /// A venue with all that is set for it.
    pub(crate) fn venue(&self, name: &str) -> Result<Venue, ConfigError> {
        let own = |setting: &str| {
            let (_, setting) =
                self.settings.iter().find(|((venue, field), _)| venue == name && field.is_own(setting))?;
            Some(setting.text.expose().to_owned())
        };
        let mut venue = venues::entry(name)?.make(own)?;
        if let Some(url) = self.url(name, Field::Endpoint, &["ws", "wss"], "ws:// or wss://")? {
            venue = venue.endpoint(url);
        }
        if let Some(url) = self.url(name, Field::Rest, &["http", "https"], "http:// or https://")? {
            venue = venue.rest(url);
        }
        if let Some(url) = self.url(name, Field::Proxy, &["http", "socks5"], "http:// or socks5://")? {
            venue = venue.proxy(url);
        }
        if let Some(setting) = self.get(name, Field::Ca) {
            let path = PathBuf::from(setting.text.expose());
            let origin = setting.origin.clone();
            let pem = match std::fs::read_to_string(&path) {
                Ok(pem) if pem.contains(PEM_BEGIN) => pem,
                Ok(_) => return Err(ConfigError::NoCertificate { origin, path }),
                Err(source) => return Err(ConfigError::Read { origin, path, source }),
            };
            venue = venue.root(pem);
        }
        if let Some(setting) = self.get(name, Field::Keep) {
            venue = venue.keep_tokens(setting.text.expose());
        }
        venue.target.credentials = self.credentials(name)?;
        Ok(venue)
    }

    /// Who we are there, if that is set.
    pub(crate) fn credentials(&self, name: &str) -> Result<Option<Credentials>, ConfigError> {
        let half = |setting: &Setting, missing| ConfigError::Half { origin: setting.origin.clone(), missing };
        let passphrase = self.get(name, Field::Passphrase);
        let key_alone = venues::entry(name)?.key_alone;
        match (self.get(name, Field::Key), self.get(name, Field::Secret)) {
            (Some(key), Some(secret)) => Ok(Some(Credentials {
                key: key.text.clone(),
                secret: secret.text.clone(),
                passphrase: passphrase.map(|setting| setting.text.clone()),
            })),
            (Some(key), None) if key_alone => {
                Ok(Some(Credentials { key: key.text.clone(), secret: Secret::new(""), passphrase: None }))
            }
            (Some(key), None) => Err(half(key, "secret")),
            (None, Some(secret)) => Err(half(secret, "key")),
            (None, None) => passphrase.map_or(Ok(None), |setting| Err(half(setting, "key"))),
        }
    }

    fn url(
        &self,
        name: &str,
        field: Field,
        schemes: &[&str],
        expected: &'static str,
    ) -> Result<Option<Url>, ConfigError> {
        let Some(setting) = self.get(name, field) else { return Ok(None) };
        let origin = setting.origin.clone();
        let url: Url = match setting.text.expose().parse() {
            Ok(url) => url,
            Err(ParseError::Url { why }) => return Err(ConfigError::Address { origin, why, expected }),
            Err(_) => return Err(ConfigError::Address { origin, why: "it cannot be read", expected }),
        };
        if !schemes.contains(&url.scheme()) {
            return Err(ConfigError::Scheme { origin, scheme: url.scheme().to_owned(), expected });
        }
        Ok(Some(url))
    }

    fn get(&self, venue: &str, field: Field) -> Option<&Setting> {
        self.settings.get(&(venue.to_owned(), field))
    }

    fn set(&mut self, venue: &str, field: Field, text: impl Into<String>, origin: String) {
        self.settings.insert((venue.to_owned(), field), Setting { text: Secret::new(text), origin });
    }

    /// Takes a configuration file: tables of texts.
    fn file(&mut self, path: &Path, text: &str) -> Result<(), ConfigError> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            ConfigError::Toml { path: path.to_owned(), line, why: error.message().to_owned() }
        })?;
        let shown = path.display();
        for (account, fields) in table {
            let toml::Value::Table(fields) = fields else {
                return Err(ConfigError::NotTable { path: path.to_owned(), name: account });
            };
            known_venue(&account, || format!("{shown}: [{account}]"))?;
            for (name, value) in fields {
                let origin = format!("{shown}: [{account}] {name}");
                let field = known_field(&account, &name, &origin)?;
                let value = match value {
                    toml::Value::String(value) => value,
                    toml::Value::Integer(number) => number.to_string(),
                    toml::Value::Boolean(on) => if on { "on" } else { "off" }.to_owned(),
                    _ => return Err(ConfigError::NotText { origin }),
                };
                self.set(&account, field, value, origin);
            }
        }
        Ok(())
    }

    /// Takes an environment variable, if it is one of ours; an empty one counts as none.
    fn variable(&mut self, name: &str, value: String) -> Result<(), ConfigError> {
        let Some(rest) = name.strip_prefix(PREFIX) else { return Ok(()) };
        // The longest name first: `BINANCE_USDM_KEY` is not the field `USDM_KEY` of `binance`.
        let owner = venues::names()
            .filter_map(|venue| Some((venue, rest.strip_prefix(&spelled(venue))?.strip_prefix('_')?)))
            .max_by_key(|(venue, _)| venue.len());
        let Some((venue, field)) = owner else { return Ok(()) };
        let field = known_field(venue, &field.to_lowercase(), name)?;
        if !value.is_empty() {
            self.set(venue, field, value, name.to_owned());
        }
        Ok(())
    }

    fn flags(&mut self, args: &ConnectArgs) -> Result<(), ConfigError> {
        for text in &args.endpoint {
            // An address alone may hold `=` as well, and a secret.
            let named = text.split_once('=').filter(|(name, _)| !name.contains([':', '/']));
            let (name, url) = named.ok_or(ConfigError::Endpoint)?;
            let (venue, field) = match name.strip_suffix(".rest") {
                Some(venue) => (venue, Field::Rest),
                None => (name, Field::Endpoint),
            };
            let origin = format!("--endpoint {name}");
            known_venue(venue, || "--endpoint".to_owned())?;
            self.set(venue, field, url, origin);
        }
        for venue in venues::names() {
            if let Some(path) = &args.ca {
                self.set(venue, Field::Ca, path.to_string_lossy(), "--ca".to_owned());
            }
            if let Some(url) = &args.proxy {
                self.set(venue, Field::Proxy, url, "--proxy".to_owned());
            }
        }
        Ok(())
    }
}

/// A venue's name as environment variables spell it.
pub(crate) fn spelled(venue: &str) -> String {
    venue.to_uppercase().replace('-', "_")
}

fn known_venue(name: &str, origin: impl FnOnce() -> String) -> Result<(), ConfigError> {
    match venues::find(name) {
        Ok(_) => Ok(()),
        Err(source) => Err(ConfigError::UnknownVenue { origin: origin(), source }),
    }
}

/// The names of what can be set for a venue.
fn fields(venue: &str) -> Vec<(&'static str, Field)> {
    let own = venues::entry(venue).map_or([&[][..]; 2], |entry| [entry.settings, entry.desk]);
    FIELDS.into_iter().chain(own.concat().iter().map(|setting| (setting.name, Field::Own(setting.name)))).collect()
}

fn known_field(venue: &str, name: &str, origin: &str) -> Result<Field, ConfigError> {
    let fields = fields(venue);
    let found = fields.iter().find(|(known, _)| *known == name);
    found.map(|(_, field)| *field).ok_or_else(|| {
        let names = || fields.iter().map(|(known, _)| *known);
        let near = nearest(name, names());
        let all = || format!("; known: {}", names().collect::<Vec<_>>().join(", "));
        ConfigError::UnknownField {
            origin: origin.to_owned(),
            name: tapewire::excerpt(name.as_bytes()),
            hint: if near.is_empty() { all() } else { did_you_mean(&near) },
        }
    })
}

impl Field {
    fn is_own(self, setting: &str) -> bool {
        matches!(self, Self::Own(name) if name == setting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tapewire::chain;

    fn gathered(file: &str, variables: &[(&str, &str)], endpoints: &[&str]) -> Result<Venue, String> {
        let build = || {
            let mut accounts = Accounts::default();
            accounts.file(Path::new("a.toml"), file)?;
            for (name, value) in variables {
                accounts.variable(name, (*value).to_owned())?;
            }
            let endpoint = endpoints.iter().map(|text| (*text).to_owned()).collect();
            accounts.flags(&ConnectArgs { endpoint, ..ConnectArgs::default() })?;
            accounts.venue("binance")
        };
        build().map_err(|error: ConfigError| chain(&error))
    }

    #[test]
    fn flags_go_before_environment_before_file() {
        let file = "[binance]\nendpoint = 'ws://file'\nrest = 'http://file'\nproxy = 'socks5://file'";
        let variables = [("TAPEWIRE_BINANCE_REST", "http://env"), ("TAPEWIRE_BINANCE_ENDPOINT", "ws://env")];
        let target = gathered(file, &variables, &["binance=ws://flag"]).unwrap().target;
        let host = |url: Option<Url>| url.map(|url| url.host().to_owned());
        assert_eq!(host(target.websocket).as_deref(), Some("flag"));
        assert_eq!(host(target.rest).as_deref(), Some("env"));
        assert_eq!(host(target.proxy).as_deref(), Some("file"));
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str);
        let cases: [Case; 9] = [
            (
                "[binance]\ncolour = 'a'",
                &[],
                "a.toml: [binance] colour: `colour` is not a setting; known: endpoint, rest, proxy, ca, key, secret, passphrase, keep",
            ),
            ("[binanse]", &[], "a.toml: [binanse]: `binanse` is not a known venue; did you mean `binance`?"),
            (
                "[binance]\nkee = 'a'",
                &[],
                "a.toml: [binance] kee: `kee` is not a setting; did you mean `keep` or `key`?",
            ),
            ("[binance]\nkey = [1]", &[], "a.toml: [binance] key: write text in quotes, a whole number, true or false"),
            ("[binance]\nkey = 'k'", &[], "a.toml: [binance] key: the secret is missing: set both key and secret"),
            (
                "",
                &[("TAPEWIRE_BINANCE_SECRTE", "x")],
                "TAPEWIRE_BINANCE_SECRTE: `secrte` is not a setting; did you mean `secret`?",
            ),
            (
                "",
                &[("TAPEWIRE_BINANCE_REST", "x")],
                "TAPEWIRE_BINANCE_REST: not a valid address: it has no scheme; start it with http:// or https://",
            ),
            (
                "",
                &[("TAPEWIRE_BINANCE_PROXY", "x")],
                "TAPEWIRE_BINANCE_PROXY: not a valid address: it has no scheme; start it with http:// or socks5://",
            ),
            (
                "binance = 'ws://a'",
                &[],
                "a.toml: `binance` is outside of any table: settings go below the venue they are for, such as [binance]",
            ),
        ];
        for (file, variables, expected) in cases {
            assert_eq!(gathered(file, variables, &[]).unwrap_err(), expected);
        }
    }

    #[test]
    fn says_what_is_wrong_with_an_endpoint() {
        for (endpoint, expected) in [
            ("binanse=ws://a", "--endpoint: `binanse` is not a known venue; did you mean `binance`?"),
            ("ws://me:WORD2@a/?token=b", "--endpoint: write VENUE=URL, such as binance=ws://127.0.0.1:9443"),
            ("ws://a", "--endpoint: write VENUE=URL, such as binance=ws://127.0.0.1:9443"),
            ("binance=http://a", "--endpoint binance: `http://` does not work here: write ws:// or wss://"),
            ("binance.rest=ws://a", "--endpoint binance.rest: `ws://` does not work here: write http:// or https://"),
        ] {
            assert_eq!(gathered("", &[], &[endpoint]).unwrap_err(), expected);
        }
    }

    #[test]
    fn values_are_texts_numbers_and_switches() {
        let okx = |file: &str| {
            let mut accounts = Accounts::default();
            accounts.file(Path::new("a.toml"), file).unwrap();
            let setting = |field| accounts.get("okx", field).map(|setting| setting.text.expose().to_owned());
            (setting(Field::Own("demo")), setting(Field::Passphrase))
        };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(okx("[okx]\ndemo = true\npassphrase = 815"), (text("on"), text("815")));
        assert_eq!(okx("[okx]\ndemo = false\npassphrase = '0815'"), (text("off"), text("0815")));
    }

    #[test]
    fn secrets_stay_hidden_in_errors_and_in_debug() {
        let broken = gathered("[binance]\nkey = 'k'\nsecret = \"WORD2", &[], &[]).unwrap_err();
        assert!(broken.starts_with("a.toml line 3: ") && !broken.contains("WORD2"), "{broken}");
        let venue = gathered("[binance]\nkey = 'KEY1'\nsecret = 'WORD2'", &[], &[]).unwrap();
        assert_eq!(venue.target.credentials.as_ref().unwrap().secret.expose(), "WORD2");
        let printed = format!("{venue:?}");
        assert!(!printed.contains("WORD2") && !printed.contains("KEY1"), "{printed}");
        let wrong = gathered("", &[("TAPEWIRE_BINANCE_PROXY", "ftp://me:WORD2@host")], &[]).unwrap_err();
        assert!(!wrong.contains("WORD2"), "{wrong}");
    }

    #[test]
    fn empty_variables_and_those_of_others_count_as_none() {
        let variables = [("TAPEWIRE_BINANCE_PROXY", ""), ("TAPEWIRE_LOG", "debug"), ("PATH", "x")];
        assert!(gathered("", &variables, &[]).unwrap().target.proxy.is_none());
    }
}
