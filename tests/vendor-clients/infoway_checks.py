"""What each Infoway frame must look like, member by member, and how frames follow each other.

Source: frames captured on production on 2026-08-15, which ship with infoway-sdk 0.4.1, and the vendor's documentation.
"""

import json
import re

from checks import need

DECIMAL = re.compile(r"^-?\d+(\.\d+)?$")
PERCENT = re.compile(r"^-?\d+\.\d{2}%$")
MS_MIN, MS_MAX = 1_500_000_000_000, 4_102_444_800_000


def decimal(value):
    return isinstance(value, str) and DECIMAL.match(value)


def text(value):
    return isinstance(value, str) and value != ""


def ms(value):
    return isinstance(value, int) and MS_MIN < value < MS_MAX


def seconds(value):
    return isinstance(value, str) and value.isdigit() and MS_MIN < int(value) * 1000 < MS_MAX


def side(value):
    """Two columns of the same length, or nobody."""
    if value is None:
        return True
    return len(value) == 2 and len(value[0]) == len(value[1]) and all(decimal(it) for column in value for it in column)


FIELDS = {
    "trade": {"p": decimal, "s": text, "t": ms, "td": lambda value: value in (0, 1, 2), "v": decimal, "vw": decimal},
    "depth": {"a": side, "b": side, "s": text, "t": ms},
    "kline": {
        "c": decimal, "h": decimal, "l": decimal, "o": decimal, "pca": decimal, "pfr": PERCENT.match, "s": text,
        "t": seconds, "ty": lambda value: value in range(1, 13), "v": decimal, "vw": decimal,
    },
}
KINDS = {10002: "trade", 10005: "depth", 10008: "kline"}
ACKS = {10001: "ack", 10004: "ack", 10007: "ack", 11010: "unsubscribed"}


class Frames:
    """Takes every frame as it came, and checks it."""

    def __init__(self, business):
        self.business, self.seen, self.symbols = business, {}, set()

    def __call__(self, raw):
        if raw == "You have permission to subscribe to all market data":
            return self.count("greeting")
        if raw.startswith("Subscribe fail: "):
            return self.count(json.loads(raw.removeprefix("Subscribe fail: "))["code"])
        frame = json.loads(raw)
        code = frame["code"]
        if code == 200:
            need(frame == {"code": 200, "msg": "ws connect success"}, f"{frame}")
            greeted = self.seen.get("greeting", 0) == self.seen.get("connected", 0) + 1
            need(greeted == (self.business == "stock"), "stocks are greeted in prose first, and nobody else is")
            return self.count("connected")
        if code in ACKS:
            need(list(frame) == ["code", "trace", "msg"] and frame["msg"] == "ok" and text(frame["trace"]), f"{raw}")
            return self.count(ACKS[code])
        need(code in KINDS, f"unexpected: {raw}")
        kind, data = KINDS[code], frame["data"]
        self.fields(kind, data)
        need(" " not in raw and list(data) == sorted(data), f"{kind}: not as compact and ordered as captured: {raw}")
        self.symbols.add(data["s"])
        self.count(f"kline {data['ty']}" if kind == "kline" else kind)

    def fields(self, kind, data):
        table = FIELDS[kind]
        need(set(data) == set(table), f"{kind}: members differ: {sorted(set(data) ^ set(table))}")
        for name, check in table.items():
            need(check(data[name]), f"{kind}: `{name}` is {data[name]!r}")
        if kind == "depth" and data["a"] and data["b"]:
            asks, bids = ([float(it) for it in data[name][0]] for name in "ab")
            need(asks == sorted(asks) and bids == sorted(bids, reverse=True), f"depth: not best first: {data}")
            need(bids[0] < asks[0], f"depth: crossed: {data}")
        if kind == "kline":
            low, high = float(data["l"]), float(data["h"])
            need(all(low <= float(data[name]) <= high for name in "oc"), f"kline: prices outside low and high: {data}")

    def count(self, name):
        self.seen[name] = self.seen.get(name, 0) + 1
