//! Login: an MD5 over the sorted parameters with the secret behind them.

use tapewire_core::{Credentials, Secret};

use crate::quoted::push_quoted;

/// The frame that logs in.
pub(crate) fn frame(credentials: &Credentials) -> String {
    let key = credentials.key.expose();
    let mut frame = r#"{"event":"login","parameters":{"api_key":"#.to_owned();
    push_quoted(&mut frame, key);
    frame.push_str(",\"sign\":");
    push_quoted(&mut frame, &sign(&[("api_key", key)], &credentials.secret));
    frame.push_str("}}");
    frame
}

/// Signs parameters: sorted by name and joined, the secret behind them, in capital hexadecimal digits.
fn sign(parameters: &[(&str, &str)], secret: &Secret) -> String {
    let mut sorted = parameters.to_vec();
    sorted.sort_unstable();
    let mut message: String = sorted.iter().map(|(name, value)| format!("{name}={value}&")).collect();
    message.push_str("secret_key=");
    secret.md5_behind(message.as_bytes()).iter().map(|byte| format!("{byte:02X}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The venue's reference of 2018 gives the form; the sums were reckoned with another MD5.
    #[test]
    fn signs_sorted_parameters() {
        let (key, secret) = ("c821db84-6fbd-11e4-a9e3-c86000d26d7c", "B2C3D4E5F60718293A4B5C6D7E8F9012");
        let order = [("symbol", "bch_btc"), ("type", "buy"), ("price", "50"), ("amount", "0.02"), ("api_key", key)];
        let signed = |parameters: &[(&str, &str)], secret: &str| sign(parameters, &Secret::new(secret));
        assert_eq!(signed(&[("api_key", key)], secret), "7DA5BB68BF826B814D66E568B477EA76");
        assert_eq!(signed(&order, secret), "3E3CD2B1B70AE163D190CF5FF233A6C1");
        assert_eq!(signed(&[("api_key", "K")], "S"), "EEF5858D62189A519FC3908F8667BD84");
    }

    #[test]
    fn sends_the_key_and_the_sum() {
        let credentials = Credentials { key: Secret::new("K"), secret: Secret::new("S"), passphrase: None };
        assert_eq!(
            frame(&credentials),
            r#"{"event":"login","parameters":{"api_key":"K","sign":"EEF5858D62189A519FC3908F8667BD84"}}"#
        );
    }
}
