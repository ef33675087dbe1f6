"""Drives python-okx, unmodified, against the simulated venue over TLS: the sockets its users open.

The client always wraps its sockets in TLS; it trusts the file that SSL_CERT_FILE names.
"""

import asyncio
import sys

from okx.Account import AccountAPI
from okx.MarketData import MarketAPI
from okx.PublicData import PublicAPI
from okx.Trade import TradeAPI
from okx.websocket.WsPrivateAsync import WsPrivateAsync
from okx.websocket.WsPublicAsync import WsPublicAsync

from checks import Mismatch, finish, need
from okx_checks import Inbox

SYMBOL = "BTC-USDT"
KEYS = {"api_key": "sim-key", "api_secret_key": "sim-secret", "passphrase": "sim-passphrase", "flag": "0"}


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


def far_below(rest):
    """A price at which nobody sells."""
    best = MarketAPI(flag="0", domain=rest).get_orderbook(instId=SYMBOL, sz="1")["data"][0]["bids"][0][0]
    return str(int(float(best)) - 100)


async def private(websocket, rest):
    inbox = Inbox()
    client = WsPrivateAsync(
        apiKey="sim-key", passphrase="sim-passphrase", secretKey="sim-secret", url=f"{websocket}/ws/v5/private"
    )
    reading = await client.start()
    need(client.websocket is not None, "private: the client could not connect")
    await client.subscribe([{"channel": "account"}, {"channel": "orders", "instType": "ANY"}], inbox)
    wanted = {"login": 1, "subscribe": 2, "channel-conn-count": 2, "account": 1}
    await until(inbox, wanted, reading)
    await orders(client, inbox, reading, rest)
    await client.stop()
    return {f"private {name}": count for name, count in inbox.seen.items()}


async def orders(client, inbox, reading, rest):
    """One order is placed, amended and canceled, and another one filled; the pushes tell it."""
    listed = await asyncio.to_thread(PublicAPI(flag="0", domain=rest).get_instruments, instType="SPOT", instId=SYMBOL)
    code = listed["data"][0]["instIdCode"]
    price = await asyncio.to_thread(far_below, rest)
    order = {"instIdCode": code, "tdMode": "cash", "side": "buy"}
    which = {"instIdCode": code, "clOrdId": "p1"}
    await client.place_order([order | {"ordType": "limit", "px": price, "sz": "0.01", "clOrdId": "p1"}], id="1")
    await until(inbox, {"order": 1, "orders": 1}, reading)
    await client.amend_order([which | {"newSz": "0.02"}], id="2")
    await until(inbox, {"amend-order": 1, "orders": 2}, reading)
    await client.cancel_order([which], id="3")
    await until(inbox, {"cancel-order": 1, "orders": 3}, reading)
    await client.place_order([order | {"ordType": "market", "sz": "500", "clOrdId": "p2"}], id="4")
    while not inbox.orders.get("p2", [""])[-1] == "filled":
        await until(inbox, {"orders": inbox.seen["orders"] + 1}, reading)
    need(inbox.orders["p1"] == ["live", "live", "canceled"], f"orders: {inbox.orders}")
    need(inbox.orders["p2"][:2] == ["live", "partially_filled"], f"orders: {inbox.orders}")


def account(rest):
    """The same over signed REST."""
    trade, account = TradeAPI(domain=rest, **KEYS), AccountAPI(domain=rest, **KEYS)
    price = far_below(rest)
    placed = trade.place_order(
        instId=SYMBOL, tdMode="cash", side="buy", ordType="limit", px=price, sz="0.01", clOrdId="r1"
    )
    done = {
        "balance": account.get_account_balance(ccy="USDT"),
        "positions": account.get_positions(instType="SWAP"),
        "order": trade.get_order(instId=SYMBOL, clOrdId="r1"),
        "pending": trade.get_order_list(instType="SPOT", instId=SYMBOL),
        "place": placed,
        "amend": trade.amend_order(instId=SYMBOL, clOrdId="r1", newSz="0.02"),
        "cancel": trade.cancel_order(instId=SYMBOL, ordId=placed["data"][0]["ordId"]),
        "market": trade.place_order(instId=SYMBOL, tdMode="cash", side="sell", ordType="market", sz="0.01"),
    }
    done["fills"] = trade.get_fills(instType="SPOT")
    for name, answer in done.items():
        need(answer["code"] == "0" and answer["data"], f"{name}: {answer}")
    for name in ("place", "amend", "cancel", "market"):
        need(done[name]["data"][0]["sCode"] == "0", f"{name}: {done[name]}")
    need(done["order"]["data"][0]["state"] == "live", f"order: {done['order']}")
    need(float(done["balance"]["data"][0]["details"][0]["ordFrozen"]) > 0, f"balance: {done['balance']}")
    wrong = TradeAPI(domain=rest, **(KEYS | {"api_secret_key": "other"})).get_fills()
    need(wrong["code"] == "50113", f"a wrong signature: {wrong}")
    return {"signed answers": len(done)}


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
    both = await asyncio.gather(public(websocket), private(websocket, rest))
    return both[0] | both[1] | await asyncio.to_thread(over_http, rest) | await asyncio.to_thread(account, rest)


def main():
    try:
        return asyncio.run(asyncio.wait_for(run(*sys.argv[1:3]), 90))
    except (asyncio.TimeoutError, TimeoutError) as late:
        raise Mismatch("a message did not come in time") from late


if __name__ == "__main__":
    finish("python-okx", main)
