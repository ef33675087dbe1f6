"""Drives the simulated OKEx v1 and v3 as programs of 2018 and 2020 did: websocket-client, and zlib for what arrives.

No SDK of the venue's speaks these dialects any more; its users wrote such programs, and so were its own examples.
Sources: the venue's references for spot and futures as of 2018, and its API guide v3.
"""

import hashlib
import json
import sys
import threading
import time
import zlib

import websocket

from checks import Mismatch, finish, need

PATIENCE_S = 60
FUTURES = "ok_sub_futureusd_btc_trade_quarter"
DEPTH = "ok_sub_spot_btc_usdt_depth"
BOOK = "spot/depth:BTC-USDT"


def inflate(data):
    """One whole stream, without a header, and nothing behind it."""
    need(isinstance(data, bytes), f"a text frame: {data!r}")
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    text = stream.decompress(data) + stream.flush()
    need(stream.eof and not stream.unused_data, "not one whole stream")
    return text.decode("utf-8")


class Program:
    """A client that sends what it wants when it is connected, and ends when it has seen enough."""

    def __init__(self, url, wanted):
        self.url, self.wanted, self.seen, self.wrong = url, wanted, {}, None

    def count(self, name):
        self.seen[name] = self.seen.get(name, 0) + 1

    def on_message(self, ws, message):
        try:
            self.take(inflate(message))
        except (Mismatch, KeyError, ValueError, IndexError, zlib.error) as why:
            self.wrong = why if isinstance(why, Mismatch) else Mismatch(f"{why!r} in {message[:200]!r}")
        if self.wrong or all(self.seen.get(name, 0) >= count for name, count in self.wanted.items()):
            ws.close()

    def run(self):
        ws = websocket.WebSocketApp(
            self.url,
            on_open=lambda ws: [ws.send(request) for request in self.requests()],
            on_message=self.on_message,
        )
        late = threading.Timer(PATIENCE_S, ws.close)
        late.start()
        ws.run_forever()
        late.cancel()
        if self.wrong:
            raise self.wrong
        for name, count in self.wanted.items():
            need(self.seen.get(name, 0) >= count, f"{name}: {self.seen.get(name, 0)} came, {count} were to come")
        return self.seen


def beside(text, clock):
    """Whether a time of day is within two minutes of a clock, around midnight too."""
    hour, minute, second = map(int, text.split(":"))
    now = clock.tm_hour * 3600 + clock.tm_min * 60 + clock.tm_sec
    away = abs(hour * 3600 + minute * 60 + second - now)
    return min(away, 86400 - away) < 120


class First(Program):
    """v1: arrays in, single or double quotes out, and a pong that is compared byte for byte."""

    def __init__(self, base):
        wanted = {"addChannel": 3, FUTURES: 20, DEPTH: 20, "pong": 2, "login": 1}
        super().__init__(f"{base}/ws/v1", wanted)
        self.last, self.book = None, {"bids": {}, "asks": {}}

    def requests(self):
        key, secret = "sim-key", "sim-secret"
        sign = hashlib.md5(f"api_key={key}&secret_key={secret}".encode()).hexdigest().upper()
        yield "{'event':'login','parameters':{'api_key':'%s','sign':'%s'}}" % (key, sign)
        yield f"{{'event':'addChannel','channel':'{FUTURES}'}}"
        yield json.dumps({"event": "addChannel", "channel": FUTURES})
        yield f"[{{'event':'addChannel','channel':'{DEPTH}'}}]"
        yield '{"event":"ping"}'
        yield "{'event':'ping'}"

    def take(self, text):
        if text == '{"event":"pong"}':
            return self.count("pong")
        for message in json.loads(text):
            channel, data = message["channel"], message["data"]
            need(message["binary"] == 1, f"{channel}: binary is {message['binary']}")
            if channel in ("addChannel", "login"):
                need(data["result"] is True, f"{message}")
            if channel == "addChannel":
                need(data["channel"] in (FUTURES, DEPTH), f"{message}")
            if channel == FUTURES:
                for trade in data:
                    self.trade(trade)
            if channel == DEPTH:
                self.depth(data)
            self.count(channel)

    def trade(self, trade):
        number, price, contracts, clock, side, coins = trade
        need(self.last is None or int(number) == self.last + 1, f"trade {number} follows {self.last}")
        self.last = int(number)
        need(side in ("bid", "ask"), f"side {side}")
        need(beside(clock, time.gmtime(time.time() + 8 * 3600)), f"{clock} is not the time in UTC+8")
        need(abs(float(contracts) * 100 / float(price) - float(coins)) < 1e-4, f"{contracts} contracts are no {coins}")

    def depth(self, data):
        for side, levels in self.book.items():
            prices = [float(price) for price, _ in data[side]]
            need(prices == sorted(prices, reverse=True), f"{side} do not come from the highest to the lowest")
            for price, size in data[side]:
                levels[price] = size
                if float(size) == 0:
                    del levels[price]
        bid, ask = max(map(float, self.book["bids"])), min(map(float, self.book["asks"]))
        need(bid < ask, f"crossed: {bid} and {ask}")


class Third(Program):
    """v3: a pong that is compressed, and a book whose checksum is that of its best 25 levels."""

    def __init__(self, base):
        super().__init__(f"{base}/ws/v3", {"subscribe": 2, "spot/depth": 30, "spot/trade": 10, "pong": 1, "error": 1})
        self.book = {"bids": {}, "asks": {}}

    def requests(self):
        yield json.dumps({"op": "subscribe", "args": [BOOK, "spot/trade:BTC-USDT", "spot/tickerinvalid:BTC-USDT"]})
        yield "ping"

    def take(self, text):
        if text == "pong":
            return self.count("pong")
        message = json.loads(text)
        if message.get("event") == "error":
            need(message["errorCode"] == 30040, f"{message}")
        if message.get("table") == "spot/depth":
            self.depth(message["action"], message["data"][0])
        self.count(message.get("event") or message["table"])

    def depth(self, action, data):
        if action == "partial":
            self.book = {"bids": {}, "asks": {}}
        for side, levels in self.book.items():
            for price, size, *_ in data[side]:
                levels[price] = size
                if size == "0":
                    del levels[price]
        bids = sorted(self.book["bids"].items(), key=lambda level: -float(level[0]))
        asks = sorted(self.book["asks"].items(), key=lambda level: float(level[0]))
        parts = []
        for index in range(25):
            for side in (bids, asks):
                parts.extend(side[index] if index < len(side) else ())
        checksum = zlib.crc32(":".join(parts).encode())
        checksum -= (checksum & 0x80000000) << 1
        need(checksum == data["checksum"], f"checksum {data['checksum']}, of the book {checksum}")


if __name__ == "__main__":
    websocket_base, _, dialect = sys.argv[1:4]
    program = {"v1": First, "v3": Third}[dialect]
    finish(f"websocket-client, {dialect}", lambda: program(websocket_base).run())
