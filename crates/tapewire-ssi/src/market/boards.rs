//! The tables. See the module above for what they are worth.

use tapewire_core::hours::Span;
use tapewire_core::{Decimal, Hours};

use super::{Board, Phase, Rules, Session, Step};

pub(super) static HOSE: Rules = Rules {
    board: Board::Hose,
    sessions: &[
        session(Phase::OpeningAuction, (9, 0), (9, 15)),
        session(Phase::Continuous, (9, 15), (11, 30)),
        session(Phase::Break, (11, 30), (13, 0)),
        session(Phase::Continuous, (13, 0), (14, 30)),
        session(Phase::ClosingAuction, (14, 30), (14, 45)),
        session(Phase::PutThrough, (14, 45), (15, 0)),
    ],
    lot: 100,
    steps: &[step(0, 10), step(10_000, 50), step(50_000, 100)],
    band_percent: Decimal::new(7, 0),
    point_value: None,
    hours: &SHARES,
};

pub(super) static HNX: Rules = Rules {
    board: Board::Hnx,
    sessions: &[
        session(Phase::Continuous, (9, 0), (11, 30)),
        session(Phase::Break, (11, 30), (13, 0)),
        session(Phase::Continuous, (13, 0), (14, 30)),
        session(Phase::ClosingAuction, (14, 30), (14, 45)),
        session(Phase::AfterClose, (14, 45), (15, 0)),
    ],
    lot: 100,
    steps: &[step(0, 100)],
    band_percent: Decimal::new(10, 0),
    point_value: None,
    hours: &SHARES,
};

pub(super) static UPCOM: Rules = Rules {
    board: Board::Upcom,
    sessions: &[
        session(Phase::Continuous, (9, 0), (11, 30)),
        session(Phase::Break, (11, 30), (13, 0)),
        session(Phase::Continuous, (13, 0), (15, 0)),
    ],
    lot: 100,
    steps: &[step(0, 100)],
    band_percent: Decimal::new(15, 0),
    point_value: None,
    hours: &SHARES,
};

/// Of the futures on the VN30 index.
pub(super) static DERIVATIVES: Rules = Rules {
    board: Board::Derivatives,
    sessions: &[
        session(Phase::OpeningAuction, (8, 45), (9, 0)),
        session(Phase::Continuous, (9, 0), (11, 30)),
        session(Phase::Break, (11, 30), (13, 0)),
        session(Phase::Continuous, (13, 0), (14, 30)),
        session(Phase::ClosingAuction, (14, 30), (14, 45)),
    ],
    lot: 1,
    steps: &[Step { from: Decimal::ZERO, step: Decimal::new(1, 1) }],
    band_percent: Decimal::new(7, 0),
    point_value: Some(100_000),
    hours: &FUTURES,
};

/// When shares of all three boards are matched as orders come.
static SHARES: Hours =
    Hours::new("the Ho Chi Minh City and Hanoi exchanges", ZONE, &[span((9, 15), (11, 30)), span((13, 0), (14, 30))]);
/// The same of futures.
static FUTURES: Hours =
    Hours::new("Vietnam's derivatives board", ZONE, &[span((9, 0), (11, 30)), span((13, 0), (14, 30))]);

const ZONE: &str = "Asia/Ho_Chi_Minh";
const MONDAY_TO_FRIDAY: u8 = 0b001_1111;

const fn session(phase: Phase, from: (u16, u16), until: (u16, u16)) -> Session {
    Session { phase, from: minute(from), until: minute(until) }
}

const fn span(from: (u16, u16), until: (u16, u16)) -> Span {
    Span { days: MONDAY_TO_FRIDAY, from: minute(from), until: minute(until) }
}

const fn minute((hour, minute): (u16, u16)) -> u16 {
    hour * 60 + minute
}

const fn step(from: i64, step: i64) -> Step {
    Step { from: Decimal::new(from, 0), step: Decimal::new(step, 0) }
}
