"""Drives python-okx, unmodified, against the simulated venue over TLS: the sockets its users open.

The client always wraps its sockets in TLS; it trusts the file that SSL_CERT_FILE names.
"""

import asyncio
import sys

from okx.MarketData import MarketAPI
from okx.PublicData import PublicAPI
from okx.websocket.WsPrivateAsync import WsPrivateAsync
from okx.websocket.WsPublicAsync import WsPublicAsync

from checks import Mismatch, finish, need
from okx_checks import Inbox

SYMBOL = "BTC-USDT"


async def until(inbox, counts, reading):
    """Waits until the inbox has seen so many of each."""
    while any(inbox.seen.get(name, 0) < count for name, count in counts.items()):
        if reading.done():
            await reading
            raise Mismatch("the connection ended")
        await asyncio.sleep(0.05)


async def public(websocket):
    inbox = Inbox()
    client = WsPublicAsync(url=f"{websocket}/ws/v5/public")
    reading = await client.start()
    need(client.websocket is not None, "public: the client could not connect")
    args = [{"channel": channel, "instId": SYMBOL} for channel in ("trades", "books", "tickers")]
    await client.subscribe(args, inbox, id="7")
    await until(inbox, {"subscribe": 3, "trades": 20, "books": 30, "tickers": 20}, reading)
    await client.unsubscribe(args[:1], inbox)
    await until(inbox, {"unsubscribe": 1}, reading)
    await client.stop()
    return inbox.seen


async def private(websocket):
    inbox = Inbox()
    client = WsPrivateAsync(
        apiKey="sim-key", passphrase="sim-passphrase", secretKey="sim-secret", url=f"{websocket}/ws/v5/private"
    )
    reading = await client.start()
    need(client.websocket is not None, "private: the client could not connect")
    await client.subscribe([{"channel": "account"}, {"channel": "orders", "instType": "ANY"}], inbox)
    wanted = {"login": 1, "subscribe": 2, "channel-conn-count": 2, "account": 1}
    await until(inbox, wanted, reading)
    await client.stop()
    return {f"private {name}": count for name, count in inbox.seen.items()}


def over_http(rest):
    public, market = PublicAPI(flag="0", domain=rest), MarketAPI(flag="0", domain=rest)
    answers = {
        "instruments": public.get_instruments(instType="SWAP"),
        "time": public.get_system_time(),
        "ticker": market.get_ticker(instId=SYMBOL),
        "books": market.get_orderbook(instId=SYMBOL, sz="5"),
        "rest trades": market.get_trades(instId=SYMBOL, limit="10"),
        "candles": market.get_candlesticks(instId=SYMBOL, bar="1m"),
    }
    for name, answer in answers.items():
        need(answer["code"] == "0" and answer["data"], f"{name}: {answer}")
    need(len(answers["books"]["data"][0]["bids"]) == 5, "books: five levels were asked for")
    return {"answers": len(answers)}


async def run(websocket, rest):
    both = await asyncio.gather(public(websocket), private(websocket))
    return both[0] | both[1] | await asyncio.to_thread(over_http, rest)


def main():
    try:
        return asyncio.run(asyncio.wait_for(run(*sys.argv[1:3]), 90))
    except (asyncio.TimeoutError, TimeoutError) as late:
        raise Mismatch("a message did not come in time") from late


if __name__ == "__main__":
    finish("python-okx", main)
