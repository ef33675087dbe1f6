"""What each OKX message must look like, member by member, and how messages follow each other.

Source: the venue's API guide v5, "WebSocket", read 2026-07.
"""

import json
import re

from checks import need

DECIMAL = re.compile(r"^-?\d+(\.\d*[1-9])?$")
MS_MIN, MS_MAX = 1_500_000_000_000, 4_102_444_800_000


def decimal(value):
    return isinstance(value, str) and DECIMAL.match(value)


def text(value):
    return isinstance(value, str) and value != ""


def ms(value):
    return isinstance(value, str) and value.isdigit() and MS_MIN < int(value) < MS_MAX


def whole(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= -1


def side(value):
    return value in ("buy", "sell")


def levels(value):
    return isinstance(value, list) and all(
        len(row) == 4 and decimal(row[0]) and decimal(row[1]) and row[2] == "0" and row[3].isdigit() for row in value
    )


FIELDS = {
    "trades": {
        "instId": text, "tradeId": text, "px": decimal, "sz": decimal, "side": side, "ts": ms, "count": decimal,
        "source": text, "seqId": whole,
    },
    "tickers": {
        "instType": text, "instId": text, "last": decimal, "lastSz": decimal, "askPx": decimal, "askSz": decimal,
        "bidPx": decimal, "bidSz": decimal, "open24h": decimal, "high24h": decimal, "low24h": decimal,
        "sodUtc0": decimal, "sodUtc8": decimal, "volCcy24h": decimal, "vol24h": decimal, "ts": ms,
    },
    "books": {"asks": levels, "bids": levels, "ts": ms, "checksum": whole, "prevSeqId": whole, "seqId": whole},
}


class Book:
    """A book out of snapshot and updates, whose chain of numbers holds."""

    def __init__(self):
        self.last, self.bids, self.asks = None, {}, {}

    def take(self, action, data):
        if action == "snapshot":
            need(data["prevSeqId"] == -1, f"books: a snapshot follows {data['prevSeqId']}")
            self.bids, self.asks = {}, {}
        else:
            need(action == "update", f"books: action {action}")
            need(data["prevSeqId"] == self.last, f"books: {data['prevSeqId']} follows {self.last}")
        self.last = data["seqId"]
        for mine, rows in ((self.bids, data["bids"]), (self.asks, data["asks"])):
            for price, size, *_ in rows:
                mine[price] = size
                if size == "0":
                    del mine[price]
        best_bid, best_ask = max(map(float, self.bids)), min(map(float, self.asks))
        need(best_bid < best_ask, f"books: crossed, {best_bid} and {best_ask}")


class Inbox:
    """Takes what a client hands over, and checks it."""

    def __init__(self):
        self.seen, self.book, self.trade = {}, Book(), None
        self.orders = {}

    def __call__(self, raw):
        message = json.loads(raw) if isinstance(raw, str) else raw
        if "event" in message:
            event = message["event"]
            need(event != "error", f"{message}")
            need(text(message.get("connId")), f"{event}: no connId in {message}")
            return self.count(event)
        if "op" in message:
            need(message["code"] == "0" and message["data"][0]["sCode"] == "0", f"{message}")
            return self.count(message["op"])
        channel = message["arg"]["channel"]
        for data in message["data"]:
            self.fields(channel, data)
        if channel == "books":
            self.book.take(message["action"], message["data"][0])
        if channel == "trades":
            trade = message["data"][0]
            first = int(trade["tradeId"]) - int(trade["count"]) + 1
            need(self.trade is None or first == self.trade + 1, f"trades: {first} follows {self.trade}")
            self.trade = int(trade["tradeId"])
        if channel == "orders":
            for order in message["data"]:
                self.orders.setdefault(order["clOrdId"], []).append(order["state"])
        self.count(channel)

    def fields(self, channel, data):
        table = FIELDS.get(channel)
        if table is None or not isinstance(data, dict):
            return
        need(set(data) == set(table), f"{channel}: members differ: {sorted(set(data) ^ set(table))}")
        for name, check in table.items():
            need(check(data[name]), f"{channel}: `{name}` is {data[name]!r}")

    def count(self, name):
        self.seen[name] = self.seen.get(name, 0) + 1
