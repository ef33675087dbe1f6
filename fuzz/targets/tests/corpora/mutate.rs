//! Mutates the files of a corpus, the same way in every run.

/// What is likely to mean something to one of the targets.
const TOKENS: &[&[u8]] = &[
    b"\"",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b" ",
    b"\n",
    b"\r\n",
    b"\t",
    b"-",
    b"+",
    b".",
    b"e",
    b"E",
    b"0",
    b"00",
    b"1",
    b"9",
    b"-0",
    b"1e400",
    b"1e-400",
    b"18446744073709551616",
    b"9223372036854775808",
    b"true",
    b"null",
    b"\"\"",
    b"[]",
    b"{}",
    b"@",
    b"!",
    b"/",
    b"?",
    b"&",
    b"=",
    b"#",
    b"*",
    b"%",
    b"%2F",
    b"\x00",
    b"\x01",
    b"\x7f",
    b"\xff",
    b"\xc3\xa9",
    b"\xf0\x9f\x98\x80",
    b"\xe2\x80\xae",
];

/// A source of mutated files.
pub(crate) struct Mutator<'a> {
    corpus: &'a [(String, Vec<u8>)],
    random: fastrand::Rng,
}

impl<'a> Mutator<'a> {
    pub(crate) fn new(corpus: &'a [(String, Vec<u8>)]) -> Self {
        Self { corpus, random: fastrand::Rng::with_seed(0x7a9e_311e) }
    }

    /// The name of a file, and a mutation of it.
    pub(crate) fn next(&mut self) -> (&'a str, Vec<u8>) {
        let (name, data) = &self.corpus[self.random.usize(..self.corpus.len())];
        let mut data = data.clone();
        for _ in 0..=self.random.usize(..4) {
            self.mutate(&mut data);
        }
        (name, data)
    }

    fn mutate(&mut self, data: &mut Vec<u8>) {
        let at = self.random.usize(..=data.len());
        let end = (at + self.random.usize(..16)).min(data.len());
        match self.random.u8(..8) {
            0 if at < data.len() => data[at] = self.random.u8(..),
            1 if at < data.len() => data[at] ^= 1 << self.random.u8(..8),
            2 => drop(data.drain(at..end)),
            3 => drop(data.splice(at..at, TOKENS[self.random.usize(..TOKENS.len())].iter().copied())),
            4 => drop(data.splice(at..end, TOKENS[self.random.usize(..TOKENS.len())].iter().copied())),
            5 => {
                let copy = data[at..end].to_vec();
                let to = self.random.usize(..=data.len());
                drop(data.splice(to..to, copy));
            }
            6 => {
                let (_, other) = &self.corpus[self.random.usize(..self.corpus.len())];
                let from = self.random.usize(..=other.len());
                data.truncate(at);
                data.extend(&other[from..]);
            }
            _ if self.random.u8(..4) == 0 => data.truncate(at),
            _ => {}
        }
    }
}
