"""Drives python-binance, unmodified, against the simulated venue: the sockets its users open."""

import asyncio
import sys

from binance import AsyncClient, BinanceSocketManager

from checks import Follows, Mismatch, book_agrees, finish, need

MESSAGES = 12


async def take(socket, follows, unwrap=lambda message: message, count=MESSAGES):
    messages = []
    async with socket as stream:
        while follows.count < count:
            message = unwrap(await asyncio.wait_for(stream.recv(), 20))
            follows.take(message)
            messages.append(message)
    return messages


async def multiplex(manager):
    """Two streams over one combined socket: each frame names its stream."""
    follows = {"btcusdt@trade": Follows("trade", "BTCUSDT"), "ethusdt@bookTicker": Follows("bookTicker", "ETHUSDT")}
    async with manager.multiplex_socket(list(follows)) as stream:
        while any(it.count < 3 for it in follows.values()):
            frame = await asyncio.wait_for(stream.recv(), 20)
            need(set(frame) == {"stream", "data"}, f"multiplex: {frame}")
            need(frame["stream"] in follows, f"multiplex: stream {frame['stream']}")
            follows[frame["stream"]].take(frame["data"])
    return sum(it.count for it in follows.values())


async def run(websocket, rest):
    client = AsyncClient("sim-key", "sim-secret")
    client.API_URL = rest + "/api"
    manager = BinanceSocketManager(client)
    manager.STREAM_URL = websocket + "/"
    symbol = "BTCUSDT"
    kinds = {
        "trade": manager.trade_socket(symbol),
        "aggTrade": manager.aggtrade_socket(symbol),
        "kline": manager.kline_socket(symbol),
        "24hrTicker": manager.symbol_ticker_socket(symbol),
        "partial": manager.depth_socket(symbol, depth=5, interval=100),
    }
    counts = {"kline": 2, "24hrTicker": 3}
    depth = asyncio.create_task(take(manager.depth_socket(symbol, interval=100), Follows("depthUpdate", symbol), count=80))
    quotes = asyncio.create_task(take(manager.symbol_book_ticker_socket(symbol), Follows("bookTicker", symbol), count=600))
    await asyncio.sleep(1)
    snapshot = await client.get_order_book(symbol=symbol, limit=5000)
    rest_of = {
        kind: take(socket, Follows(kind, symbol), count=counts.get(kind, MESSAGES)) for kind, socket in kinds.items()
    }
    taken = await asyncio.gather(*rest_of.values())
    seen = {kind: len(messages) for kind, messages in zip(rest_of, taken)}
    seen["multiplex"] = await multiplex(manager)
    updates, quotes = await depth, await quotes
    seen["depthUpdate"], seen["bookTicker"] = len(updates), len(quotes)
    seen["book comparisons"] = book_agrees(snapshot, updates, quotes)
    need(seen["book comparisons"] > 0, "no bookTicker has the update id of a depthUpdate")
    info = await client.get_exchange_info()
    need(any(it["symbol"] == symbol and it["status"] == "TRADING" for it in info["symbols"]), "exchangeInfo: no BTCUSDT")
    bars = await client.get_klines(symbol=symbol, interval="1m", limit=2)
    need(bars and all(len(bar) == 12 for bar in bars), f"klines: {bars}")
    need(await client.ping() == {}, "ping")
    await client.close_connection()
    return seen


def main():
    try:
        return asyncio.run(asyncio.wait_for(run(*sys.argv[1:3]), 90))
    except (asyncio.TimeoutError, TimeoutError) as late:
        raise Mismatch("a message did not come in time") from late


if __name__ == "__main__":
    finish("python-binance", main)
