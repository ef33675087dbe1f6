//! "Did you mean": the names nearest to one that is not known.

/// How many names to offer at the most.
const SUGGESTIONS_MAX: usize = 3;

/// The known names nearest to `text`, best first; none if nothing is near.
pub fn nearest<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let wanted = text.to_lowercase();
    let distance_max = (wanted.chars().count() / 2).clamp(1, 6);
    let mut found: Vec<(usize, &str)> = known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&wanted, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= distance_max)
        .collect();
    found.sort_unstable();
    found.into_iter().take(SUGGESTIONS_MAX).map(|(_, name)| name.to_owned()).collect()
}

/// `names` as a sentence's end: "; did you mean `a` or `b`?", or nothing.
#[must_use]
pub fn did_you_mean(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => format!("; did you mean {one}?"),
        [most @ .., last] => format!("; did you mean {} or {last}?", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_the_nearest_first() {
        let known = ["BTCUSDT", "BTCUSDC", "ETHUSDT", "BNBBTC"];
        assert_eq!(nearest("BTCUSTD", known), ["BTCUSDT", "BTCUSDC", "ETHUSDT"]);
        assert!(nearest("ZZZZZZZZZ", known).is_empty());
        assert_eq!(did_you_mean(&nearest("btcusdt", ["BTCUSDT"])), "; did you mean `BTCUSDT`?");
    }
}
