"""Drives infoway-sdk, the vendor's own, unmodified, against the simulated venue.

`with_infoway_sdk.py WS REST` for what a key with everything sees; a third argument, `scarce`, for a venue that drops the
first connection and gives a key ten symbols, which it takes some seconds to release.
"""

import asyncio
import datetime
import decimal
import logging
import sys
from urllib.parse import urlsplit

from infoway import InfowayAuthError, InfowayClient, InfowayWebSocket, KlineType, SymbolType

from checks import Mismatch, finish, need
from infoway_checks import FIELDS, Frames


async def until(condition, reading, what, seconds=30):
    """Waits until something holds, while the client runs."""
    for _ in range(seconds * 20):
        if condition():
            return
        if reading.done():
            await reading
            raise Mismatch(f"{what}: the client ended")
        await asyncio.sleep(0.05)
    raise Mismatch(f"{what}: did not happen within {seconds} s")


class Client:
    """One socket of the vendor's client, with all that it tells."""

    def __init__(self, websocket, business, key="anybody", **options):
        self.frames = Frames(business)
        self.taken, self.errors, self.reconnects, self.disconnects = {}, [], 0, 0
        self.broken = None
        self.socket = InfowayWebSocket(api_key=key, business=business, base_url=f"{websocket}/ws", **options)
        self.socket.on_frame = self.on_frame
        for kind in FIELDS:
            setattr(self.socket, f"on_{kind}", self.taker(kind))
        self.socket.on_error, self.socket.on_reconnect = self.on_error, self.on_reconnect
        self.socket.on_disconnect = self.on_disconnect
        self.reading = None

    def on_frame(self, raw):
        # The client swallows what a callback raises.
        try:
            self.frames(raw)
        except Exception as why:
            self.broken = self.broken or why

    def taker(self, kind):
        async def take(data):
            self.taken.setdefault(kind, []).append(data)

        return take

    async def on_error(self, error):
        self.errors.append(error)

    async def on_reconnect(self):
        self.reconnects += 1

    async def on_disconnect(self):
        self.disconnects += 1

    def start(self):
        self.reading = asyncio.create_task(self.socket.connect())

    async def until_seen(self, counts):
        def seen():
            if self.broken:
                raise Mismatch(f"{self.frames.business}: {self.broken}")
            return all(self.frames.seen.get(name, 0) >= count for name, count in counts.items())

        await until(seen, self.reading, f"{self.frames.business}: {counts} of {self.frames.seen}")

    async def stop(self):
        await self.socket.close()
        await asyncio.wait_for(self.reading, 10)
        if self.broken:
            raise Mismatch(f"{self.frames.business}: {self.broken}")


async def business(websocket, name, symbols, parse=False):
    """Every feed of a business; then one interval ends, and the trades do."""
    client = Client(websocket, name, parse=parse)
    await client.socket.subscribe_trade(symbols)
    await client.socket.subscribe_depth(symbols)
    await client.socket.subscribe_kline(symbols, KlineType.MIN_1)
    client.start()
    await client.until_seen({"connected": 1, "ack": 3, "trade": 5, "depth": 20, "kline 1": 2})
    await client.socket.subscribe_kline(symbols[0], KlineType.DAY)
    await client.until_seen({"ack": 4, "kline 8": 2})
    await client.socket.unsubscribe_kline(symbols, KlineType.MIN_1)
    await client.socket.unsubscribe_trade(symbols)
    await client.until_seen({"unsubscribed": 2})
    before = dict(client.frames.seen)
    await client.until_seen({"kline 8": before["kline 8"] + 2, "depth": before["depth"] + 20})
    for ended in ("kline 1", "trade"):
        need(client.frames.seen[ended] == before[ended], f"{name}: {ended} went on after its end")
    await client.stop()
    need(client.frames.symbols == set(symbols), f"{name}: symbols {client.frames.symbols}")
    need(not client.errors and not client.reconnects, f"{name}: {client.errors}")
    told = {kind: len(client.taken[kind]) for kind in FIELDS}
    need(told["trade"] == client.frames.seen["trade"], f"{name}: {told} of {client.frames.seen} reached the callbacks")
    if parse:
        parsed(client.taken)
    return told


def parsed(taken):
    """The client's own reading of the numbers and times makes sense."""
    trade, depth, bar = (taken[kind][-1] for kind in ("trade", "depth", "kline"))
    numbers = [it for data in (trade, bar) for it in data.values() if isinstance(it, decimal.Decimal)]
    times = [it for data in (trade, depth, bar) for it in data.values() if isinstance(it, datetime.datetime)]
    need(len(numbers) >= 8 and len(times) >= 3, f"parsed: {trade} {depth} {bar}")
    now = datetime.datetime.now(datetime.timezone.utc)
    need(all(abs(now - it.astimezone(datetime.timezone.utc)) < datetime.timedelta(days=1, hours=1) for it in times), f"parsed: {times}")


class Door:
    """Passes connections on to the venue, and counts them."""

    def __init__(self, websocket):
        target = urlsplit(websocket)
        self.host, self.port, self.count = target.hostname, target.port, 0

    async def passing(self, reader, writer):
        self.count += 1
        far_reader, far_writer = await asyncio.open_connection(self.host, self.port)

        async def copy(source, sink):
            while data := await source.read(65536):
                sink.write(data)
            sink.close()

        await asyncio.gather(copy(reader, far_writer), copy(far_reader, writer), return_exceptions=True)


async def bad_key(websocket):
    """The client stops for good after one attempt."""
    door = Door(websocket)
    server = await asyncio.start_server(door.passing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = Client(f"ws://127.0.0.1:{port}", "stock", key="bad-key")
    await client.socket.subscribe_trade("AMZN.US")
    client.start()
    try:
        await asyncio.wait_for(client.reading, 10)
        raise Mismatch("bad key: no error was raised")
    except InfowayAuthError as refusal:
        need(refusal.ret == 401, f"bad key: {refusal}")
    # The first attempt again would come after a second.
    await asyncio.sleep(2.5)
    need(door.count == 1, f"bad key: {door.count} attempts")
    server.close()
    return {"bad key attempts": door.count}


def over_http(rest):
    client = InfowayClient(api_key="anybody", base_url=rest, max_retries=1)
    need([it["s"] for it in client.stock.get_trade("AMZN.US,00700.HK")] == ["AMZN.US", "00700.HK"], "trades over HTTP")
    book = client.crypto.get_depth("BTCUSDT", parse=True)[0]
    need(len(book["a"]) == 5 and book["b"][0][0] < book["a"][0][0], f"book over HTTP: {book}")
    bars = client.crypto.get_kline("BTCUSDT", KlineType.MIN_1, 3)
    need(len(bars[0]["respList"]) == 3, f"bars over HTTP: {bars}")
    need(len(client.common.get_kline("EURUSD,USDJPY", KlineType.MIN_1, 2, parse=True)) == 4, "bars of two symbols")
    need("AMZN.US" in str(client.basic.get_symbols(SymbolType.STOCK_US)), "list of symbols")
    try:
        InfowayClient(api_key="bad-key", base_url=rest).stock.get_trade("AMZN.US")
        raise Mismatch("a bad key is answered over HTTP")
    except InfowayAuthError:
        return {"answers": 6}


async def everything(websocket, rest):
    crypto, stock, common, refused, _ = await asyncio.gather(
        business(websocket, "crypto", ["BTCUSDT", "ETHUSDT"]),
        business(websocket, "stock", ["AMZN.US", "002594.SZ"]),
        business(websocket, "common", ["EURUSD", "XAUUSD"], parse=True),
        bad_key(websocket),
        business(websocket, "korea", ["005930.KS"]),
    )
    seen = {f"{name} {kind}": count for name, told in (("crypto", crypto), ("stock", stock), ("common", common)) for kind, count in told.items()}
    return seen | refused | await asyncio.to_thread(over_http, rest)


async def scarce(websocket):
    """The venue drops the connection; the client comes again while its symbols still count, and asks until they do not."""
    symbols = ["AAPL.US", "AMZN.US", "TSLA.US", "00700.HK", "09988.HK", "600519.SH", "002594.SZ", "1.US", "2.US", "3.US"]
    client = Client(websocket, "stock")
    await client.socket.subscribe_trade(symbols)
    client.start()
    await client.until_seen({"connected": 1, "ack": 1, "trade": 2})
    await until(lambda: client.reconnects == 1, client.reading, "the client comes again")
    at_drop = client.frames.seen["trade"]
    await client.until_seen({"connected": 2, 516: 1})
    await client.until_seen({"ack": 2, "trade": at_drop + 5})
    need(client.disconnects == 1, f"{client.disconnects} disconnections")
    need([error.ret for error in client.errors if hasattr(error, "ret")][-1] == 516, f"{client.errors}")

    other = Client(websocket, "stock", key="somebody-else")
    await other.socket.subscribe_trade(symbols + ["4.US"])
    other.start()
    await other.until_seen({505: 1})
    await until(lambda: other.errors, other.reading, "the client tells the refusal")
    need(other.errors[0].ret == 505 and "exceeds the limit 10" in str(other.errors[0]), f"{other.errors}")
    await asyncio.gather(client.stop(), other.stop())
    return {"reconnects": client.reconnects, "refusals 516": client.frames.seen[516], "refusals 505": other.frames.seen[505]}


def main():
    # What it complains about is part of the test.
    logging.getLogger("infoway").setLevel(logging.CRITICAL)
    websocket, rest, *mode = sys.argv[1:]
    run = scarce(websocket) if mode == ["scarce"] else everything(websocket, rest)
    try:
        return asyncio.run(asyncio.wait_for(run, 90))
    except (asyncio.TimeoutError, TimeoutError) as late:
        raise Mismatch("a frame did not come in time") from late


if __name__ == "__main__":
    finish("infoway-sdk", main)
