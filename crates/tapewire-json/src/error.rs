//! What a text can do wrong.

use std::fmt;

/// Why a text was refused, and where.
///
/// One pointer wide, so that `Result<(), Error>` travels in a register on the path that matters.
pub struct Error(Box<Inner>);

/// The result of reading JSON.
pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    at: Option<usize>,
}

/// What was wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text is not JSON here, or is JSON of another shape: says what would have fitted.
    Expected(&'static str),
    /// A required member is not there.
    Missing(&'static str),
    /// A member that was asked for came twice in one object.
    Duplicate(&'static str),
    /// Objects and arrays are nested deeper than [`MAX_DEPTH`](crate::MAX_DEPTH).
    TooDeep,
    /// A number is well formed and does not fit the type that was asked for.
    OutOfRange(&'static str),
    /// A value was refused by the type that was reading it.
    Refused(String),
}

impl Error {
    #[cold]
    #[inline(never)]
    pub(crate) fn at(kind: ErrorKind, at: usize) -> Self {
        Self(Box::new(Inner { kind, at: Some(at) }))
    }

    /// An error of the caller's own, to be placed by the cursor that meets it.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner { kind, at: None }))
    }

    /// Says where the error came up, unless that is known already.
    #[cold]
    #[inline(never)]
    pub(crate) fn placed(mut self, at: usize) -> Self {
        self.0.at.get_or_insert(at);
        self
    }

    /// What was wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The byte offset at which reading stopped, where it is known.
    #[must_use]
    pub fn offset(&self) -> Option<usize> {
        self.0.at
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            ErrorKind::Expected(what) => write!(f, "expected {what}")?,
            ErrorKind::Missing(name) => write!(f, "missing member `{name}`")?,
            ErrorKind::Duplicate(name) => write!(f, "member `{name}` came twice")?,
            ErrorKind::TooDeep => f.write_str("nested too deep")?,
            ErrorKind::OutOfRange(what) => write!(f, "number out of range for {what}")?,
            ErrorKind::Refused(why) => f.write_str(why)?,
        }
        match self.0.at {
            Some(at) => write!(f, " at byte {at}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

impl serde::de::Error for Error {
    fn custom<T: fmt::Display>(why: T) -> Self {
        Self::new(ErrorKind::Refused(why.to_string()))
    }

    fn missing_field(name: &'static str) -> Self {
        Self::new(ErrorKind::Missing(name))
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self::new(ErrorKind::Duplicate(name))
    }
}
