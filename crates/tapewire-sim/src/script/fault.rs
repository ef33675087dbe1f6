//! The faults with their arguments, and what is to be known of each.

use serde::Deserialize;

use crate::face::Trick;

/// What happens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Fault {
    Drop {},
    Close {
        #[serde(default = "normal")]
        code: u16,
        #[serde(default)]
        reason: String,
    },
    HalfOpen {
        hold_ms: Option<u32>,
    },
    Silent {
        for_ms: Option<u32>,
    },
    SilentStream {
        stream: String,
        for_ms: Option<u32>,
    },
    Skip(Frames),
    Duplicate(Frames),
    Reorder(Frames),
    Corrupt(Frames),
    Truncate(Frames),
    Delay {
        ms: u32,
        #[serde(default = "one")]
        count: u32,
        stream: Option<String>,
    },
    Burst {
        ms: u32,
    },
    Cut {
        stream: Option<String>,
    },
    Fragment {
        #[serde(default = "fragment_bytes")]
        size: u32,
        #[serde(default = "one")]
        count: u32,
        stream: Option<String>,
    },
    Replay {
        #[serde(default = "one")]
        count: u32,
    },
    HugeFrame {
        #[serde(default = "huge")]
        bytes: u64,
    },
    PingFlood {
        #[serde(default = "thousand")]
        count: u32,
        #[serde(default = "thousand")]
        for_ms: u32,
    },
    SequenceReset {},
    Malformed {
        #[serde(default = "garbage")]
        text: String,
    },
    AckLost {
        #[serde(default = "one")]
        count: u32,
    },
    AckLate {
        ms: u32,
        #[serde(default = "one")]
        count: u32,
    },
    AckWrong {
        #[serde(default = "one")]
        count: u32,
    },
    PartialRefusal {
        stream: String,
        count: Option<u32>,
    },
    ServerShutdown {
        #[serde(default)]
        close_after_ms: u32,
    },
    Refuse {
        #[serde(default = "one")]
        count: u32,
    },
    HttpStatus {
        status: u16,
        retry_after: Option<u32>,
        #[serde(default = "one")]
        count: u32,
    },
    SlowAccept {
        ms: u32,
        #[serde(default = "one")]
        count: u32,
    },
    Trickle {
        #[serde(default = "one")]
        size: u32,
        #[serde(default = "hundred")]
        every_ms: u32,
        stop_after: Option<u32>,
        #[serde(default = "one")]
        count: u32,
    },
    WrongAccept {
        #[serde(default = "one")]
        count: u32,
    },
    EarlyFrame {
        text: Option<String>,
        #[serde(default = "one")]
        count: u32,
    },
    RestFail {
        status: u16,
        retry_after: Option<u32>,
        path: Option<String>,
        #[serde(default = "one")]
        count: u32,
    },
    RestStale {
        path: Option<String>,
        #[serde(default = "one")]
        count: u32,
    },
    RestSlow {
        ms: u32,
        path: Option<String>,
        #[serde(default = "one")]
        count: u32,
    },
}

/// The next so many data frames, of one stream or of any.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Frames {
    #[serde(default = "one")]
    pub(crate) count: u32,
    pub(crate) stream: Option<String>,
}

impl Fault {
    /// Whether it hits the listener, an upgrade or REST rather than a connection.
    pub(crate) const fn is_gate(&self) -> bool {
        self.is_of_upgrade()
            || matches!(
                self,
                Self::Refuse { .. } | Self::RestFail { .. } | Self::RestStale { .. } | Self::RestSlow { .. }
            )
    }

    /// Whether it hits the answer to an upgrade.
    pub(crate) const fn is_of_upgrade(&self) -> bool {
        matches!(
            self,
            Self::HttpStatus { .. }
                | Self::SlowAccept { .. }
                | Self::Trickle { .. }
                | Self::WrongAccept { .. }
                | Self::EarlyFrame { .. }
        )
    }

    /// Whether it hits the venue, and so everybody.
    pub(crate) const fn is_of_venue(&self) -> bool {
        matches!(self, Self::PartialRefusal { .. } | Self::SequenceReset {})
    }

    /// The part in it that only the face can play.
    pub(crate) const fn trick(&self) -> Option<Trick> {
        match self {
            Self::RestStale { .. } => Some(Trick::StaleAnswer),
            Self::ServerShutdown { .. } => Some(Trick::ShutdownNotice),
            Self::AckWrong { .. } => Some(Trick::WrongReply),
            Self::PartialRefusal { .. } => Some(Trick::Refusal),
            Self::SequenceReset {} => Some(Trick::SequenceReset),
            _ => None,
        }
    }

    /// How often it hits.
    pub(crate) const fn count(&self) -> u32 {
        match self {
            Self::Skip(Frames { count, .. })
            | Self::Duplicate(Frames { count, .. })
            | Self::Reorder(Frames { count, .. })
            | Self::Corrupt(Frames { count, .. })
            | Self::Truncate(Frames { count, .. })
            | Self::Delay { count, .. }
            | Self::Fragment { count, .. }
            | Self::AckLost { count }
            | Self::AckLate { count, .. }
            | Self::AckWrong { count }
            | Self::Refuse { count }
            | Self::HttpStatus { count, .. }
            | Self::SlowAccept { count, .. }
            | Self::Trickle { count, .. }
            | Self::WrongAccept { count }
            | Self::EarlyFrame { count, .. }
            | Self::RestFail { count, .. }
            | Self::RestStale { count, .. }
            | Self::RestSlow { count, .. } => *count,
            _ => 1,
        }
    }

    /// How long it lasts, where it ends by time.
    pub(crate) const fn for_ms(&self) -> Option<u32> {
        match self {
            Self::Silent { for_ms } | Self::SilentStream { for_ms, .. } => *for_ms,
            _ => None,
        }
    }

    /// Checks what would otherwise have to be bounded where it happens.
    pub(super) fn check(&self) -> Result<(), String> {
        match self {
            Self::Fragment { size: 0, .. } | Self::Trickle { size: 0, .. } => Err("`size` is at least 1".to_owned()),
            Self::Replay { count } | Self::PingFlood { count, .. } if *count > FRAMES_MAX => {
                Err(format!("`count` is at most {FRAMES_MAX}"))
            }
            Self::HttpStatus { status, .. } | Self::RestFail { status, .. } if !(200..=599).contains(status) => {
                Err("`status` is from 200 to 599".to_owned())
            }
            _ => Ok(()),
        }
    }
}

const fn one() -> u32 {
    1
}

const fn hundred() -> u32 {
    100
}

const fn thousand() -> u32 {
    1_000
}

const fn fragment_bytes() -> u32 {
    16
}

const fn huge() -> u64 {
    1 << 30
}

const fn normal() -> u16 {
    1000
}

fn garbage() -> String {
    "{\"e\":\"tra".to_owned()
}

/// How many frames one fault may send.
const FRAMES_MAX: u32 = 10_000;
