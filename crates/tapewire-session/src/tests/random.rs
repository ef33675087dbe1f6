//! Random interleavings against a venue that loses answers: in the end it serves what is wanted, and nothing else.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Player;
use super::toy::Toy;

const SEEDS: u64 = 300;

/// The venue's side of one connection.
#[derive(Default)]
struct Venue {
    connection: u64,
    open: bool,
    subscribed: BTreeSet<String>,
    answers: Vec<String>,
}

impl Venue {
    /// Does what the session wants.
    fn react(&mut self, effects: &[String]) {
        for effect in effects {
            let effect = effect.strip_prefix('@').and_then(|it| it.split_once(' ')).map_or(&**effect, |(_, it)| it);
            if let Some(connection) = effect.strip_prefix("grant ") {
                *self = Self { connection: connection.parse().unwrap(), ..Self::default() };
            }
            if effect.starts_with("close ") {
                *self = Self::default();
            }
            let Some((_, request)) = effect.split_once("> ") else { continue };
            let words: Vec<&str> = request.split(' ').collect();
            match words.as_slice() {
                ["sub", id, topics @ ..] => {
                    self.subscribed.extend(topics.iter().map(|topic| (*topic).to_owned()));
                    self.answers.push(format!("ack {id}"));
                }
                ["unsub", id, topics @ ..] => {
                    topics.iter().for_each(|topic| _ = self.subscribed.remove(*topic));
                    self.answers.push(format!("ack {id}"));
                }
                ["PING"] => self.answers.push("pong".to_owned()),
                _ => panic!("not understood: {request}"),
            }
        }
    }
}

/// Plays one seed; returns everything that happened.
fn run(seed: u64) -> Vec<String> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut player = Player::new(Toy::plain(), seed);
    let (mut venue, mut wanted, mut trace) = (Venue::default(), BTreeSet::new(), Vec::new());
    let mut step = |player: &mut Player, venue: &mut Venue, line: &str| {
        player.effects.clear();
        player.step(line);
        venue.react(&player.effects);
        trace.push(format!("{line} => {}", player.effects.join(" | ")));
    };
    step(&mut player, &mut venue, "catalog none");
    for turn in 0..400 {
        let is_calm = turn >= 200;
        let topic = format!("{}@trade", ["A", "B", "C", "D", "E"][random.usize(..5)]);
        match random.u32(..12) {
            0..=2 if !is_calm => {
                wanted.insert(topic.replace('@', "."));
                step(&mut player, &mut venue, &format!("+{topic}"));
            }
            3..=4 if !is_calm => {
                wanted.remove(&topic.replace('@', "."));
                step(&mut player, &mut venue, &format!("-{topic}"));
            }
            5 if !is_calm && venue.connection > 0 => {
                let connection = std::mem::take(&mut venue).connection;
                step(&mut player, &mut venue, &format!("lost {connection}"));
            }
            6 if !is_calm && !venue.answers.is_empty() => {
                venue.answers.remove(0);
            }
            7 if venue.open && !venue.subscribed.is_empty() => {
                let wire = venue.subscribed.iter().nth(random.usize(..venue.subscribed.len())).unwrap();
                let line = format!("{}< trade {wire} {turn}", venue.connection);
                step(&mut player, &mut venue, &line);
            }
            8..=9 => step(&mut player, &mut venue, &format!("wait {}ms", random.u64(..3000))),
            _ if venue.connection > 0 && !venue.open => {
                venue.open = true;
                let connection = venue.connection;
                step(&mut player, &mut venue, &format!("up {connection}"));
            }
            _ if !venue.answers.is_empty() => {
                let answer = venue.answers.remove(0);
                let connection = venue.connection;
                let line =
                    if answer == "pong" { format!("ponged {connection}") } else { format!("{connection}< {answer}") };
                step(&mut player, &mut venue, &line);
            }
            _ => {}
        }
    }
    let served = if venue.open { venue.subscribed.clone() } else { BTreeSet::new() };
    assert_eq!(served, wanted, "seed {seed}:\n{}", trace.join("\n"));
    let confirmed: BTreeSet<String> = player
        .session
        .topics
        .told
        .iter()
        .filter(|(_, it)| it.as_str() == "confirmed")
        .map(|(it, _)| it.to_string())
        .collect();
    let wanted = wanted.iter().map(|wire| format!("toy:{}", wire.replace('.', "@"))).collect();
    assert_eq!(confirmed, wanted, "seed {seed}:\n{}", trace.join("\n"));
    trace
}

#[test]
fn in_the_end_the_venue_serves_what_is_wanted() {
    (0..SEEDS).for_each(|seed| _ = run(seed));
}

#[test]
fn the_same_seed_has_the_same_effects() {
    for seed in 0..20 {
        assert_eq!(run(seed), run(seed), "seed {seed}");
    }
    assert_ne!(run(1), run(2));
}

#[test]
fn waits_are_drawn_from_the_seed() {
    let wait = |seed| {
        let mut player = Player::new(Toy::plain(), seed);
        player.play("catalog none\n +A@trade\n lost 1");
        player.session.deadline()
    };
    assert!(wait(1) == wait(1) && wait(1) != wait(2));
    assert!(wait(3).unwrap().0 >= Duration::from_millis(50));
}
