//! The data API: what is listed, bars of the past, and the day so far.
//!
//! Source: SSI's developer portal, "Market data", and ssi-sdk 3.3.2, read 2026-07.

use super::board::Board;
use super::failure::Failure;
use super::index::read;
use super::json::{Object, list, text};
use super::live::Live;
use super::portfolio::Parameters;
use super::security::{INDICES, Index, Security, all, find, security};
use super::time::{AHEAD_US, DAY_US, date, day_number, parse_date, parse_stamp, stamp};
use crate::market::bars::roll_up;
use crate::market::{Bar, Interval, ListingId, Scaled};

/// Picks securities.
type Wanted = Box<dyn Fn(&Security) -> bool>;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    Bars,
    Master,
    Indices,
    IndexSummary,
    Securities,
    Summary,
    CorporateActions,
}

impl Table {
    pub(super) fn of(path: &str) -> Option<Self> {
        Some(match path.strip_prefix("/api/v3/data/")? {
            "ohlc" => Self::Bars,
            "masterdata" => Self::Master,
            "indexList" => Self::Indices,
            "indexSummary" => Self::IndexSummary,
            "securitiesByBoard" => Self::Securities,
            "securitiesSummary" => Self::Summary,
            "corporateActions" => Self::CorporateActions,
            _ => return None,
        })
    }

    pub(super) fn answer(self, given: Parameters<'_>, live: &Live) -> Result<String, Failure> {
        match self {
            Self::Bars => bars(given, live),
            Self::Master => {
                let (from, to) = days(given)?;
                let is_today = today(live).is_some_and(|day| (from..=to).contains(&day));
                let rows = all().filter(|_| is_today).map(|(id, it)| master(id, it, live)).collect();
                paged(rows, given)
            }
            Self::Indices => {
                let board = board(given)?;
                let wanted = INDICES.iter().filter(|index| board.is_none_or(|board| index.board == board));
                some(wanted.map(index_row).collect())
            }
            Self::IndexSummary => index_summary(given, live),
            Self::Securities => {
                let wanted = filter(given)?;
                some(all().filter(|(_, it)| wanted(it)).map(|(_, it)| security_row(it)).collect())
            }
            Self::Summary => {
                let (from, to) = days(given)?;
                let wanted = filter(given)?;
                let is_today = today(live).is_some_and(|day| (from..=to).contains(&day));
                let rows =
                    all().filter(|(_, it)| is_today && wanted(it)).map(|(id, it)| summary(id, it, live)).collect();
                paged(rows, given)
            }
            Self::CorporateActions => {
                let (from, to) = days(given)?;
                if to - from > 5 * DAY_US {
                    return Err(Failure::new(400, 400_202, "At most 5 days"));
                }
                Ok(NOTHING.to_owned())
            }
        }
    }
}

/// Bars of the past, the newest first. A time that is no time is refused; so are intervals that the venue has not.
fn bars(given: Parameters<'_>, live: &Live) -> Result<String, Failure> {
    let symbol = given("symbol").ok_or_else(|| Failure::new(400, 400_104, "symbol is required"))?;
    if !symbol.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Failure::new(400, 400_006, "symbol has characters that are not allowed"));
    }
    let interval = match given("timeFrame").as_deref() {
        Some("1m") => Interval::MINUTE,
        Some("3m") => Interval::millis(180_000),
        Some("5m") => Interval::millis(300_000),
        Some("15m") => Interval::millis(900_000),
        Some("1h") => Interval::millis(3_600_000),
        Some("1d") => Interval::millis(DAY_US / 1_000).moved(-AHEAD_US / 1_000),
        _ => return Err(Failure::new(400, 400_210, "timeFrame is not supported")),
    };
    let time = |name| {
        let text = given(name)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| Failure::new(400, 400_210, "from and to are required"))?;
        parse_stamp(&text.replace('+', " ")).ok_or_else(|| Failure::new(400, 400_213, "Date format is invalid"))
    };
    let (from, to) = (time("from")?, time("to")?);
    if from > to {
        return Err(Failure::new(400, 400_202, "from is after to"));
    }
    let Some((id, it)) = find(&symbol) else { return Ok(NOTHING.to_owned()) };
    let tomorrow = (day_number(live.market.now_us()) + 1) * DAY_US - AHEAD_US;
    if interval != day_interval() && to >= tomorrow {
        return Ok(NOTHING.to_owned());
    }
    let history = live.market.history(id);
    let bars = roll_up(history.minutes().iter().chain(history.minute()), interval);
    let wanted = bars.iter().rev().filter(|bar| bar.count > 0 && (from..=to).contains(&bar.open_us));
    let rows: Vec<_> = wanted.map(|bar| bar_row(id, it, bar, live)).collect();
    if rows.is_empty() {
        return Ok(NOTHING.to_owned());
    }
    let (rows, ..) = page(rows, given)?;
    Ok(Object::new().raw("data", list(rows)).done())
}

fn day_interval() -> Interval {
    Interval::millis(DAY_US / 1_000).moved(-AHEAD_US / 1_000)
}

fn bar_row(id: ListingId, it: &Security, bar: &Bar, live: &Live) -> String {
    let writer = live.writer();
    let price = |steps: i64| writer.style.decimal(it.price(steps));
    Object::new()
        .text("symbol", it.symbol)
        .text("tradingDate", stamp(bar.open_us))
        .raw("open", price(bar.open))
        .raw("high", price(bar.high))
        .raw("low", price(bar.low))
        .raw("close", price(bar.close))
        .raw("volume", writer.quantity(id, bar.volume_lots))
        .raw("value", writer.style.whole(bar.value * it.worth(1, it.lot())))
        .done()
}

fn master(id: ListingId, it: &Security, live: &Live) -> String {
    let row = Object::new().text("board", it.board.name()).text("symbol", it.symbol);
    limits(row.text("tradingDate", date(live.market.now_us())), id, live).done()
}

fn limits(row: Object, id: ListingId, live: &Live) -> Object {
    let (it, style) = (security(id), live.writer().style);
    let price = |steps: i64| style.decimal(it.price(steps));
    row.raw("ceiling", price(it.ceiling())).raw("floor", price(it.floor())).raw("refPrice", price(it.reference))
}

fn index_row(index: &Index) -> String {
    Object::new().text("index", index.code).text("indexName", index.name).text("board", index.board.name()).done()
}

fn index_summary(given: Parameters<'_>, live: &Live) -> Result<String, Failure> {
    let board = board(given)?;
    let code = given("index");
    if code.is_some() == board.is_some() {
        return Err(Failure::new(400, 504_207, "Exactly one of index and board"));
    }
    let wanted = |index: &Index| {
        code.as_deref().is_some_and(|code| index.code.eq_ignore_ascii_case(code)) || board == Some(index.board)
    };
    let style = live.writer().style;
    let row = |number: usize, index: &Index| {
        let reading = read(number, &live.todays);
        let (points, whole) =
            (|hundredths| style.decimal(Scaled::new(hundredths, 2)), |number: i128| style.whole(number));
        Object::new()
            .text("index", index.code)
            .text("board", index.board.name())
            .text("tradingDate", date(live.market.now_us()))
            .raw("indexValue", points(reading.value))
            .raw("indexChange", points(reading.change))
            .raw("indexChangePercentage", points(reading.change_percent))
            .raw("totalTrade", whole(reading.matched + reading.deals))
            .raw("totalTradeValue", whole(reading.matched_value + reading.deals_value))
            .raw("totalMatch", whole(reading.matched))
            .raw("totalMatchValue", whole(reading.matched_value))
            .raw("totalDeal", whole(reading.deals))
            .raw("totalDealValue", whole(reading.deals_value))
            .raw("totalAdvanceStock", whole(reading.advances))
            .raw("totalDeclineStock", whole(reading.declines))
            .raw("totalNoChangeStock", whole(reading.unchanged))
            .raw("totalCeilingStock", whole(reading.at_ceiling))
            .raw("totalFloorStock", whole(reading.at_floor))
            .done()
    };
    some(
        INDICES
            .iter()
            .enumerate()
            .filter(|(_, index)| wanted(index))
            .map(|(number, index)| row(number, index))
            .collect(),
    )
}

fn security_row(it: &Security) -> String {
    let index = INDICES.iter().find(|index| it.baskets.contains(&index.code)).map_or("", |index| index.code);
    let future = it.board == Board::Derivatives;
    Object::new()
        .text("symbol", it.symbol)
        .text("board", it.board.name())
        .text("index", index)
        .raw("symbolNameVi", text(it.name_vi))
        .raw("symbolNameEn", text(it.name_en))
        .raw("lotSize", it.lot().to_string())
        .raw("listedShare", if future { "null" } else { "\"1000000000\"" })
        .text("firstTradingDate", "2010/01/04")
        .text("lastTradingDate", if future { "2026/12/17" } else { "" })
        .text("maturityDate", if future { "2026/12/17" } else { "" })
        .text("stockType", if future { "FU" } else { "S" })
        .done()
}

fn summary(id: ListingId, it: &Security, live: &Live) -> String {
    let (writer, today) = (live.writer(), live.today(id));
    let (style, last) = (writer.style, live.last(id));
    let price = |steps: i64| style.decimal(it.price(steps));
    let [open, high, low] = today.range.unwrap_or([it.reference; 3]);
    let change = last - it.reference;
    let hundredths = i128::from(change) * 10_000 / i128::from(it.reference);
    let row = Object::new()
        .text("symbol", it.symbol)
        .text("tradingDate", date(live.market.now_us()))
        .raw("open", price(open))
        .raw("high", price(high))
        .raw("low", price(low))
        .raw("close", price(last))
        .raw("average", style.decimal(writer.average(id, today)))
        .raw("priceChange", price(change))
        .raw("priceChangePercentage", style.decimal(Scaled::new(hundredths, 2)))
        .raw("totalMatch", writer.quantity(id, today.volume))
        .raw("totalMatchValue", style.whole(today.value * it.worth(1, it.lot())))
        .raw("totalForeignBuy", writer.quantity(id, today.foreign.bought))
        .raw("totalForeignSell", writer.quantity(id, today.foreign.sold));
    limits(row, id, live).done()
}

/// Which securities exactly one of three parameters names.
fn filter(given: Parameters<'_>) -> Result<Wanted, Failure> {
    let board = board(given)?;
    match (given("symbol"), board, given("index")) {
        (Some(symbol), None, None) => Ok(Box::new(move |it| it.symbol.eq_ignore_ascii_case(&symbol))),
        (None, Some(board), None) => Ok(Box::new(move |it| it.board == board)),
        (None, None, Some(code)) => {
            let index = INDICES.iter().find(|index| index.code.eq_ignore_ascii_case(&code));
            Ok(Box::new(move |it| index.is_some_and(|index| it.is_in(index))))
        }
        _ => Err(Failure::new(400, 504_208, "Exactly one of symbol, board and index")),
    }
}

fn board(given: Parameters<'_>) -> Result<Option<Board>, Failure> {
    let Some(name) = given("board") else { return Ok(None) };
    Board::find(&name).map(Some).ok_or_else(|| Failure::new(400, 400_208, "Board is not allowed"))
}

/// The first microseconds of the first and the last day asked for.
fn days(given: Parameters<'_>) -> Result<(i64, i64), Failure> {
    let day = |name| {
        let text = given(name).unwrap_or_default().replace('+', " ");
        let text = text.split(' ').next().unwrap_or_default();
        parse_date(text).ok_or_else(|| Failure::new(400, 400_213, "Date format is invalid"))
    };
    let (from, to) = (day("from")?, day("to")?);
    if from > to { Err(Failure::new(400, 400_202, "from is after to")) } else { Ok((from, to)) }
}

/// The first microsecond of today.
fn today(live: &Live) -> Option<i64> {
    parse_date(&date(live.market.now_us()))
}

fn some(rows: Vec<String>) -> Result<String, Failure> {
    Ok(if rows.is_empty() { NOTHING.to_owned() } else { list(rows) })
}

fn paged(rows: Vec<String>, given: Parameters<'_>) -> Result<String, Failure> {
    if rows.is_empty() {
        return Ok(NOTHING.to_owned());
    }
    let count = rows.len();
    let (rows, index, size) = page(rows, given)?;
    Ok(Object::new()
        .raw("data", list(rows))
        .raw("pageIndex", index.to_string())
        .raw("pageSize", size.to_string())
        .raw("itemsCount", count.to_string())
        .raw("pagesCount", count.div_ceil(size).to_string())
        .done())
}

/// The rows of a page, its number from 1 on, and its size.
pub(super) fn page(rows: Vec<String>, given: Parameters<'_>) -> Result<(Vec<String>, usize, usize), Failure> {
    let number = |name, default| match given(name) {
        None => Ok(default),
        Some(text) => {
            let number = text.parse().ok().filter(|number| (1..=PAGE_MAX).contains(number));
            number.ok_or_else(|| Failure::bad(format!("{name} is 1 to {PAGE_MAX}")))
        }
    };
    let (index, size) = (number("pageIndex", 1)?, number("pageSize", PAGE_DEFAULT)?);
    Ok((rows.into_iter().skip((index - 1) * size).take(size).collect(), index, size))
}

/// The answer without rows: it is no list.
pub(super) const NOTHING: &str = r#"{"code":204,"msg":"No Content"}"#;
/// Rows of a page, unless asked otherwise.
const PAGE_DEFAULT: usize = 10;
const PAGE_MAX: usize = 100_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::venues::ssi::failure::said;

    #[test]
    fn an_empty_answer_says_so() {
        assert_eq!(NOTHING, said(204, "No Content"));
    }
}
