"""What each Binance message must look like, field by field, and how messages follow each other.

Source: binance/binance-spot-api-docs, web-socket-streams.md, read 2026-07-21.
"""

import re
import sys

DECIMAL = re.compile(r"^\d+\.\d{8}$")
MS_MIN, MS_MAX = 1_500_000_000_000, 4_102_444_800_000


class Mismatch(Exception):
    """A message is not what the venue's documents say."""


def need(condition, sentence):
    if not condition:
        raise Mismatch(sentence)


def decimal(value):
    return isinstance(value, str) and DECIMAL.match(value)


def signed(value):
    return isinstance(value, str) and re.match(r"^-?\d+\.\d+$", value)


def whole(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def number(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= -1


def flag(value):
    return isinstance(value, bool)


def ms(value):
    return whole(value) and MS_MIN < value < MS_MAX


def text(value):
    return isinstance(value, str) and value != ""


def levels(value):
    return isinstance(value, list) and all(len(row) == 2 and decimal(row[0]) and decimal(row[1]) for row in value)


KLINE = {
    "t": ms, "T": ms, "s": text, "i": text, "f": number, "L": number, "o": decimal, "c": decimal, "h": decimal,
    "l": decimal, "v": decimal, "n": whole, "x": flag, "q": decimal, "V": decimal, "Q": decimal, "B": text,
}
TICKER = {
    "e": text, "E": ms, "s": text, "p": signed, "P": signed, "w": decimal, "x": decimal, "c": decimal, "Q": decimal,
    "b": decimal, "B": decimal, "a": decimal, "A": decimal, "o": decimal, "h": decimal, "l": decimal, "v": decimal,
    "q": decimal, "O": ms, "C": ms, "F": number, "L": number, "n": whole,
}
FIELDS = {
    "trade": {"e": text, "E": ms, "s": text, "t": whole, "p": decimal, "q": decimal, "T": ms, "m": flag, "M": flag},
    "aggTrade": {
        "e": text, "E": ms, "s": text, "a": whole, "p": decimal, "q": decimal, "f": whole, "l": whole, "T": ms,
        "m": flag, "M": flag,
    },
    "depthUpdate": {"e": text, "E": ms, "s": text, "U": whole, "u": whole, "b": levels, "a": levels},
    "kline": {"e": text, "E": ms, "s": text, "k": lambda value: isinstance(value, dict)},
    "24hrTicker": TICKER,
    "bookTicker": {"u": whole, "s": text, "b": decimal, "B": decimal, "a": decimal, "A": decimal},
    "partial": {"lastUpdateId": whole, "bids": levels, "asks": levels},
}


def fields(kind, message, table=None):
    """Every documented field is there and well formed, and no other one is."""
    table = table or FIELDS[kind]
    for name, check in table.items():
        need(name in message, f"{kind}: `{name}` is missing in {message}")
        need(check(message[name]), f"{kind}: `{name}` is {message[name]!r}")
    extra = set(message) - set(table)
    need(not extra, f"{kind}: {sorted(extra)} is not documented")
    if kind == "kline":
        fields("kline.k", message["k"], KLINE)


class Follows:
    """How the messages of one stream follow each other."""

    def __init__(self, kind, symbol):
        self.kind, self.symbol, self.count, self.last = kind, symbol, 0, None

    def take(self, message):
        kind, last = self.kind, self.last
        fields(kind, message)
        if "s" in message:
            need(message["s"] == self.symbol, f"{kind}: symbol {message['s']} on the stream of {self.symbol}")
        if "e" in message:
            need(message["e"] == kind, f"{kind}: event type {message['e']}")
        if kind == "trade":
            need(last is None or message["t"] == last["t"] + 1, f"trade: id {message['t']} after {last and last['t']}")
            need(float(message["q"]) > 0, "trade: nothing was traded")
        if kind == "aggTrade":
            need(message["f"] <= message["l"], "aggTrade: first id above last id")
            need(last is None or message["a"] == last["a"] + 1, "aggTrade: ids are not consecutive")
            need(last is None or message["f"] == last["l"] + 1, "aggTrade: trade ids are not consecutive")
        if kind == "depthUpdate":
            need(message["U"] <= message["u"], "depthUpdate: U above u")
            need(last is None or message["U"] == last["u"] + 1, "depthUpdate: U does not follow u")
        if kind == "bookTicker":
            need(last is None or message["u"] > last["u"], "bookTicker: u does not rise")
            need(float(message["b"]) < float(message["a"]), "bookTicker: crossed")
        if kind == "partial":
            bids, asks = ([float(row[0]) for row in message[side]] for side in ("bids", "asks"))
            need(bids == sorted(bids, reverse=True) and asks == sorted(asks), "partial: not best first")
            need(not bids or not asks or bids[0] < asks[0], "partial: crossed")
        if kind == "kline":
            bar = message["k"]
            low, high = float(bar["l"]), float(bar["h"])
            need(low <= float(bar["o"]) <= high and low <= float(bar["c"]) <= high, "kline: prices outside low and high")
            need(bar["t"] < bar["T"] and (bar["T"] + 1 - bar["t"]) % 1000 == 0, "kline: times")
        self.last, self.count = message, self.count + 1


def book_agrees(snapshot, updates, quotes):
    """The book out of snapshot and updates has the best prices that bookTicker names for the same update id."""
    bids = {row[0]: row[1] for row in snapshot["bids"]}
    asks = {row[0]: row[1] for row in snapshot["asks"]}
    last, compared = snapshot["lastUpdateId"], 0
    by_id = {quote["u"]: quote for quote in quotes}
    for update in updates:
        if update["u"] <= last:
            continue
        need(update["U"] <= last + 1, f"depthUpdate: {update['U']} leaves a hole behind {last}")
        for side, rows in ((bids, update["b"]), (asks, update["a"])):
            for price, quantity in rows:
                side[price] = quantity
                if float(quantity) == 0:
                    del side[price]
        last = update["u"]
        quote = by_id.get(last)
        if quote:
            best_bid, best_ask = max(bids, key=float), min(asks, key=float)
            need((best_bid, bids[best_bid]) == (quote["b"], quote["B"]), f"bid at {last}: {best_bid} and {quote['b']}")
            need((best_ask, asks[best_ask]) == (quote["a"], quote["A"]), f"ask at {last}: {best_ask} and {quote['a']}")
            compared += 1
    need(last > snapshot["lastUpdateId"], "no update came after the snapshot")
    return compared


def finish(client, outcome):
    """Prints what was seen, or what is wrong, and ends the program."""
    try:
        seen = outcome()
    except Mismatch as why:
        print(f"{client}: {why}", file=sys.stderr)
        sys.exit(1)
    print(f"{client}: " + ", ".join(f"{count} {kind}" for kind, count in seen.items()))
