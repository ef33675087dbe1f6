"""Drives ssi-sdk, unmodified, against the simulated venue over TLS: both of its clients, from login to reconnect.

It trusts the file that SSL_CERT_FILE and WEBSOCKET_CLIENT_CA_BUNDLE name. The simulated venue has to answer requestOtp
with the code 200, which this release of the client wants, approve Smart OTP, and drop the first and the fourth socket.
"""

import asyncio
import sys
import threading
import time

from ssi_sdk import (
    AsyncAuth, AsyncData, AsyncStream, AsyncTrading, Auth, Config, Data, Stream, Trading, async_trading_ws, trading_ws,
)
from ssi_sdk.enums import OrderSide, OrderType
from ssi_sdk.exceptions import APIError, AuthenticationError, DuplicateRequestError
from ssi_sdk.models.streaming import (
    IntervalMessage, MarketFlagMessage, MarketDataMessage, QuoteMessage, ForeignRoomMessage, TradeMessage,
)

from checks import Mismatch, finish, need
from ssi_demo_key import DEMO_KEY

ACCOUNT, FUTURES, SYMBOL = "1234561", "1234568", "SSI"
PATIENCE_S = 60


def config(websocket, rest, key="sim-key", secret="sim-secret"):
    return Config(
        client_id="C1", api_url=rest, streaming_url=f"{websocket}/ws/v3",
        trading_ws_domain=f"{websocket}/ws/v3/trading", api_key=key, api_secret=secret, private_key=DEMO_KEY,
        retry_delay_ms=500, log_level="CRITICAL",
    )


def kept(check):
    """The client swallows what its callbacks raise: it is kept for the one who waits."""

    def checked(inbox, message):
        with inbox.lock:
            try:
                check(inbox, message)
            except (Mismatch, AttributeError, TypeError) as why:
                inbox.wrong = inbox.wrong or why

    return checked


class Inbox:
    """Takes what the streams hand over, and checks it."""

    def __init__(self):
        self.seen, self.again, self.orders, self.filled = {}, {}, {}, {}
        self.states, self.prices, self.volume, self.wrong = [], {}, None, None
        self.lock = threading.Lock()

    @kept
    def data(self, message):
        if isinstance(message, TradeMessage):
            need(message.price % 50 == 0 and message.quantity > 0, f"trade: {message}")
            last, self.volume = self.volume, message.total_volume
            need(last is None or last <= message.total_volume, f"trade: volume {message.total_volume} after {last}")
        if isinstance(message, QuoteMessage):
            need(1 <= len(message.bid_prices) <= 3 and 1 <= len(message.ask_prices) <= 3, f"quote: {message}")
            need(message.bid_prices[0] < message.ask_prices[0], f"quote: {message}")
        if isinstance(message, IntervalMessage):
            need(message.low <= message.close <= message.high, f"bar: {message}")
        if isinstance(message, MarketFlagMessage):
            need(message.flag == "LO", f"flag: {message}")
        if isinstance(message, ForeignRoomMessage):
            need(0 <= message.current_room <= message.total_room, f"room: {message}")
        if isinstance(message, MarketDataMessage):
            need(message.floor < message.ref_price < message.ceiling, f"limits: {message}")
        if isinstance(message, dict):
            # What the client knows no class for; it takes acknowledgements for such.
            need(message.get("status") == "ok" and "topic" not in message, f"not understood: {message}")
        self.count(type(message).__name__)

    @kept
    def order(self, message):
        self.orders.setdefault(message.client_request_id, []).append(message.status.value)
        self.prices[message.client_request_id] = message.price
        self.count("order")

    @kept
    def match(self, message):
        need(message.symbol == SYMBOL and message.match_price > 0 and message.match_qty > 0, f"match: {message}")
        self.filled[message.client_request_id] = self.filled.get(message.client_request_id, 0) + message.match_qty
        self.count("match")

    @kept
    def portfolio(self, message):
        need(message.account_no.endswith(FUTURES[-1]) and message.net == 2, f"portfolio: {message}")
        self.count("portfolio")

    @kept
    def state(self, event):
        self.states.append(event.state)
        if event.state == "reconnected":
            self.again = {}

    @kept
    def pong(self, message):
        if message.get("message") == "pong":
            self.count("pong")

    def count(self, name):
        for counts in (self.seen, self.again):
            counts[name] = counts.get(name, 0) + 1

    def has(self, **counts):
        return self.holds(self.seen, counts)

    def has_again(self, **counts):
        """The same of what came since the connection was lost and came back."""
        return "reconnected" in self.states and self.holds(self.again, counts)

    def holds(self, seen, counts):
        with self.lock:
            if self.wrong is not None:
                raise Mismatch(str(self.wrong))
            return all(seen.get(name, 0) >= count for name, count in counts.items())

    def reached(self, key, status):
        with self.lock:
            return status in self.orders.get(key, [])

    def attach(self, streaming):
        streaming.on_data, streaming.on_order, streaming.on_order_match = self.data, self.order, self.match
        streaming.on_portfolio, streaming.on_connection = self.portfolio, self.state


def until(condition, what):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        need(time.monotonic() < end, f"{what} did not come in time")
        time.sleep(0.05)


async def until_async(condition, what):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        need(time.monotonic() < end, f"{what} did not come in time")
        await asyncio.sleep(0.05)


def refused(kind, call, *args, **named):
    try:
        call(*args, **named)
    except kind:
        return
    raise Mismatch(f"{call.__name__} was not refused")


def logins(websocket, rest):
    with Auth(config(websocket, rest, "bad-key")) as auth:
        refused(AuthenticationError, auth.authenticate)
    with Auth(config(websocket, rest)) as auth:
        auth.authenticate()
        info = Data(auth).market_data.get_securities_info(SYMBOL)
        need(info is not None and info.symbol == SYMBOL, f"securities: {info}")
        refused((AuthenticationError, APIError), Trading(auth).account.get_account_info)
    with Auth(config(websocket, rest)) as auth:
        auth.request_otp()
        refused(AuthenticationError, auth.authenticate, otp="000000")
        asked = auth.request_otp_typed()
        need(asked.transaction_id, f"Smart OTP: no transaction in {asked}")
        need(auth.ensure_authenticated(transaction_id=asked.transaction_id, poll_interval_ms=100), "Smart OTP: no token")
        before = auth.access_token
        auth.refresh()
        need(auth.access_token not in (None, before), "refresh: the same token again")


def tables(auth):
    market = Data(auth).market_data
    need(market.get_ohlc_1minute(SYMBOL), "bars: none")
    need(len(market.get_indexes()) == 5, "indexes: not five")
    need(market.get_index_summary("VN30") is not None, "index summary: none")
    need(any(row.symbol == SYMBOL for row in market.get_master_data()), "master data: no SSI")
    summary = market.get_securities_summary(SYMBOL)
    need(summary and summary[0].ceiling == 33150, f"summary: {summary}")


def orders(auth, inbox):
    trading = Trading(auth)
    need([row.account_no for row in trading.account.get_account_info()][:1] == [ACCOUNT], "accounts: not ours")
    placed = trading.trading.place_limit_order(ACCOUNT, SYMBOL, OrderSide.BUY, 100, 29500, "sdk-rests")
    need(placed.client_request_id == "sdk-rests", f"placed: {placed}")
    until(lambda: inbox.reached("sdk-rests", "QU"), "an order in the book")
    refused(DuplicateRequestError, trading.trading.place_limit_order, ACCOUNT, SYMBOL, OrderSide.BUY, 100, 29500, "sdk-rests")
    trading.trading.modify_order_price(ACCOUNT, "sdk-rests", 29550)
    until(lambda: inbox.reached("sdk-rests", "WM"), "a change")
    until(lambda: inbox.orders["sdk-rests"][-1] == "QU", "an order that was changed")
    need(inbox.prices["sdk-rests"] == 29550, f"changed: {inbox.prices}")
    trading.trading.cancel_order(ACCOUNT, "sdk-rests")
    until(lambda: inbox.reached("sdk-rests", "CL"), "a cancel")
    trading.trading.place_market_order(ACCOUNT, SYMBOL, OrderSide.SELL, 200, "sdk-takes")
    until(lambda: inbox.reached("sdk-takes", "FF") and inbox.filled.get("sdk-takes") == 200, "fills of the whole order")
    most = trading.trading.get_max_buy_sell(ACCOUNT, SYMBOL, 31000)
    need(most.max_sell_quantity == 4800, f"most: {most}")
    portfolio = trading.portfolio
    need(portfolio.get_equity_balance(ACCOUNT).account_balance > 1e9, "balance: the sale brought nothing")
    held = {row.symbol: row for row in portfolio.get_equity_positions(ACCOUNT)}
    need(held[SYMBOL].quantity == 4800, f"positions: {held}")
    need(portfolio.get_open_derivative_positions(FUTURES)[0].net == 2, "positions: no future")
    need({row.status.value for row in portfolio.get_today_orders(ACCOUNT)} == {"CL", "FF"}, "order book")


def commands(auth):
    """The client signs in base64, as documented, and again in hexadecimal when that is refused."""
    socket = trading_ws(auth)
    try:
        placed = socket.place_order(ACCOUNT, SYMBOL, OrderSide.BUY, 100, 29500, OrderType.LO, "socket-rests")
        need(placed.client_request_id == "socket-rests", f"placed by socket: {placed}")
        held = socket.query_account_balance(ACCOUNT).result
        need(held["equity"]["accountNo"] == ACCOUNT, f"balance by socket: {held}")
        time.sleep(0.5)
        gone = socket.cancel_order(ACCOUNT, client_request_id="socket-rests")
        need(gone.order_id == placed.order_id, f"cancelled by socket: {gone}")
    finally:
        socket.close()


def synchronous(websocket, rest):
    inbox = Inbox()
    logins(websocket, rest)
    with Auth(config(websocket, rest)) as auth:
        auth.authenticate(otp="123456")
        with Stream(auth) as client:
            streaming = client.streaming
            inbox.attach(streaming)
            streaming.connect()
            streaming.subscribe_symbol_trade([SYMBOL])
            streaming.subscribe_symbol_quote([SYMBOL])
            streaming.subscribe_symbol_ohlcv([SYMBOL], "1m")
            streaming.subscribe_market_flag()
            streaming.subscribe_index_trade(["VN30"])
            streaming.subscribe_symbol_room([SYMBOL])
            streaming.subscribe_market([SYMBOL])
            streaming.subscribe_order_status(ACCOUNT)
            streaming.subscribe_portfolio(FUTURES)
            until(lambda: inbox.has(TradeMessage=3, QuoteMessage=10, IntervalMessage=2, MarketFlagMessage=4), "data")
            until(lambda: inbox.has(IndexTickMessage=2, portfolio=1), "index and portfolio")
            until(lambda: inbox.has(ForeignRoomMessage=1, MarketDataMessage=1), "room and limits")
            until(lambda: inbox.has_again(TradeMessage=1, QuoteMessage=2), "data on a new connection")
            listed = streaming.list_subscription()
            need(listed["trading"] == [f"order.{ACCOUNT}", f"portfolio.{FUTURES}"], f"list: {listed}")
            need(len(listed["data"]) == 7, f"list: {listed}")
            streaming.ping(on_response=inbox.pong)
            until(lambda: inbox.has(pong=1), "a pong")
            orders(auth, inbox)
        tables(auth)
        commands(auth)
    return inbox.seen


async def refused_async(kind, call, *args, **named):
    try:
        await call(*args, **named)
    except kind:
        return
    raise Mismatch(f"{call.__name__} was not refused")


async def logins_async(websocket, rest):
    async with AsyncAuth(config(websocket, rest, "bad-key")) as auth:
        await refused_async(AuthenticationError, auth.authenticate)
    async with AsyncAuth(config(websocket, rest, "another", "word")) as auth:
        await refused_async(AuthenticationError, auth.authenticate, otp="000000")
        asked = await auth.request_otp_typed()
        token = await auth.ensure_authenticated(transaction_id=asked.transaction_id, poll_interval_ms=100)
        await auth.refresh()
        need(auth.access_token not in (None, token), "refresh: the same token again")


async def orders_async(auth, inbox, account, futures):
    service, portfolio = AsyncTrading(auth).trading, AsyncTrading(auth).portfolio
    await service.place_market_order(account, SYMBOL, OrderSide.BUY, 100, "async-takes")
    filled = lambda: inbox.reached("async-takes", "FF") and inbox.filled.get("async-takes") == 100
    await until_async(filled, "fills of the whole order")
    await service.place_limit_order(account, SYMBOL, OrderSide.BUY, 100, 29500, "async-rests")
    await until_async(lambda: inbox.reached("async-rests", "QU"), "an order in the book")
    again = (account, SYMBOL, OrderSide.BUY, 100, 29500, "async-rests")
    await refused_async(DuplicateRequestError, service.place_limit_order, *again)
    await service.modify_order_price(account, "async-rests", 29550)
    await until_async(lambda: inbox.reached("async-rests", "WM"), "a change")
    await until_async(lambda: inbox.orders["async-rests"][-1] == "QU", "an order that was changed")
    need(inbox.prices["async-rests"] == 29550, f"changed: {inbox.prices}")
    await service.cancel_order(account, "async-rests")
    await until_async(lambda: inbox.reached("async-rests", "CL"), "a cancel")
    held = {row.symbol: row for row in await portfolio.get_equity_positions(account)}
    need(held[SYMBOL].quantity == 5100, f"positions: {held}")
    need((await portfolio.get_equity_balance(account)).account_balance < 1e9, "balance: the purchase cost nothing")
    need((await portfolio.get_open_derivative_positions(futures))[0].net == 2, "positions: no future")
    need({row.status.value for row in await portfolio.get_today_orders(account)} == {"CL", "FF"}, "order book")


async def asynchronous(websocket, rest):
    inbox = Inbox()
    await logins_async(websocket, rest)
    async with AsyncAuth(config(websocket, rest, "another", "word")) as auth:
        await auth.request_otp()
        await auth.authenticate(otp="654321")
        accounts = [row.account_no for row in await AsyncTrading(auth).account.get_account_info()]
        account, futures = accounts[0], accounts[-1]
        bars = await AsyncData(auth).market_data.get_ohlc_1minute(SYMBOL)
        need(bars, "bars: none")
        async with AsyncStream(auth) as client:
            inbox.attach(client.streaming)
            await client.streaming.connect()
            await client.streaming.subscribe_symbol_trade([SYMBOL])
            await client.streaming.subscribe_symbol_quote([SYMBOL])
            await client.streaming.subscribe_order_status(account)
            await client.streaming.subscribe_portfolio(futures)
            await client.streaming.ping(on_response=inbox.pong)
            await until_async(lambda: inbox.has(TradeMessage=2, QuoteMessage=5, pong=1, portfolio=1), "data")
            await until_async(lambda: inbox.has_again(TradeMessage=1, QuoteMessage=2), "data on a new connection")
            listed = await client.streaming.list_subscription()
            need(listed["trading"] == [f"order.{account}", f"portfolio.{futures}"], f"list: {listed}")
            need(sorted(listed["data"]) == [f"quote.{SYMBOL}", f"trade.{SYMBOL}"], f"list: {listed}")
            await orders_async(auth, inbox, account, futures)
        socket = await async_trading_ws(auth)
        placed = await socket.place_order(account, SYMBOL, OrderSide.BUY, 100, 29500, OrderType.LO, "async-socket")
        need(placed.order_id, f"placed by socket: {placed}")
        await socket.close()
    return {f"async {name}": count for name, count in inbox.seen.items()}


def main():
    websocket, rest = sys.argv[1:3]
    return synchronous(websocket, rest) | asyncio.run(asyncio.wait_for(asynchronous(websocket, rest), 90))


if __name__ == "__main__":
    finish("ssi-sdk", main)
