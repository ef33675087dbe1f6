"""Drives the vendor's own SDK, binance-sdk-spot, unmodified, against the simulated venue."""

import asyncio
import sys

from binance_common.configuration import ConfigurationRestAPI, ConfigurationWebSocketStreams
from binance_sdk_spot.spot import Spot

from checks import Follows, Mismatch, finish, need

SYMBOL = "btcusdt"
WANTED = {"trade": 10, "aggTrade": 10, "kline": 2, "bookTicker": 20, "depthUpdate": 10, "partial": 10}


def plain(value):
    """A model of the SDK as the message it was made from."""
    value = getattr(value, "actual_instance", None) or value
    if hasattr(value, "to_dict"):
        value = value.to_dict()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


async def run(websocket, rest):
    client = Spot(
        config_rest_api=ConfigurationRestAPI(api_key="sim-key", api_secret="sim-secret", base_path=rest),
        config_ws_streams=ConfigurationWebSocketStreams(stream_url=websocket),
    )
    need(client.rest_api.ping().status == 200, "ping over REST")
    connection = await client.websocket_streams.create_connection()
    follows = {kind: Follows(kind, SYMBOL.upper()) for kind in WANTED}
    wrong = []

    def take(kind):
        def callback(model):
            try:
                follows[kind].take(plain(model))
            except Mismatch as why:
                wrong.append(why)

        return callback

    opened = {
        "trade": await connection.trade(symbol=SYMBOL),
        "aggTrade": await connection.agg_trade(symbol=SYMBOL),
        "kline": await connection.kline(symbol=SYMBOL, interval="1m"),
        "bookTicker": await connection.book_ticker(symbol=SYMBOL),
        "depthUpdate": await connection.diff_book_depth(symbol=SYMBOL, update_speed="100ms"),
        "partial": await connection.partial_book_depth(symbol=SYMBOL, levels="10", update_speed="100ms"),
    }
    for kind, stream in opened.items():
        stream.on("message", take(kind))
    for _ in range(300):
        if wrong or all(follows[kind].count >= count for kind, count in WANTED.items()):
            break
        await asyncio.sleep(0.1)
    if wrong:
        raise wrong[0]
    for kind, count in WANTED.items():
        need(follows[kind].count >= count, f"{kind}: {follows[kind].count} messages came, {count} were to come")
    await opened["trade"].unsubscribe()
    await asyncio.sleep(0.5)
    before = follows["trade"].count
    await asyncio.sleep(1.5)
    need(follows["trade"].count == before, "trades came after the unsubscribe")
    await connection.close_connection(close_session=True)
    return {kind: it.count for kind, it in follows.items()}


if __name__ == "__main__":
    finish("binance-sdk-spot", lambda: asyncio.run(asyncio.wait_for(run(*sys.argv[1:3]), 90)))
