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
from ssi_sdk.models.streaming import IntervalMessage, MarketFlagMessage, QuoteMessage, TradeMessage

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
        self.seen, self.orders, self.states, self.volume, self.wrong = {}, {}, [], None, None
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
        self.count(type(message).__name__)

    @kept
    def order(self, message):
        self.orders.setdefault(message.client_request_id, []).append(message.status.value)
        self.count("order")

    @kept
    def match(self, message):
        need(message.symbol == SYMBOL, f"match: {message}")
        self.count("match")

    @kept
    def portfolio(self, message):
        need(message.account_no == FUTURES, f"portfolio: {message}")
        self.count("portfolio")

    @kept
    def state(self, event):
        self.states.append(event.state)

    @kept
    def pong(self, message):
        if message.get("message") == "pong":
            self.count("pong")

    def count(self, name):
        self.seen[name] = self.seen.get(name, 0) + 1

    def has(self, **counts):
        with self.lock:
            if self.wrong is not None:
                raise Mismatch(str(self.wrong))
            return all(self.seen.get(name, 0) >= count for name, count in counts.items())

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
    trading.trading.cancel_order(ACCOUNT, "sdk-rests")
    until(lambda: inbox.reached("sdk-rests", "CL"), "a cancel")
    trading.trading.place_market_order(ACCOUNT, SYMBOL, OrderSide.SELL, 200, "sdk-takes")
    until(lambda: inbox.reached("sdk-takes", "FF") and inbox.has(match=1), "a fill")
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
            streaming.subscribe_order_status(ACCOUNT)
            streaming.subscribe_portfolio(FUTURES)
            until(lambda: inbox.has(TradeMessage=3, QuoteMessage=10, IntervalMessage=2, MarketFlagMessage=4), "data")
            until(lambda: inbox.has(IndexTickMessage=2, portfolio=1), "index and portfolio")
            until(lambda: "reconnected" in inbox.states, "a connection again")
            listed = streaming.list_subscription()
            need(listed["trading"] == [f"order.{ACCOUNT}", f"portfolio.{FUTURES}"], f"list: {listed}")
            need(len(listed["data"]) == 5, f"list: {listed}")
            streaming.ping(on_response=inbox.pong)
            until(lambda: inbox.has(pong=1), "a pong")
            orders(auth, inbox)
        tables(auth)
        commands(auth)
    return inbox.seen


async def asynchronous(websocket, rest):
    inbox = Inbox()
    async with AsyncAuth(config(websocket, rest, "another", "word")) as auth:
        await auth.request_otp()
        await auth.authenticate(otp="654321")
        trading = AsyncTrading(auth)
        account = (await trading.account.get_account_info())[0].account_no
        bars = await AsyncData(auth).market_data.get_ohlc_1minute(SYMBOL)
        need(bars, "bars: none")
        async with AsyncStream(auth) as client:
            inbox.attach(client.streaming)
            await client.streaming.connect()
            await client.streaming.subscribe_symbol_trade([SYMBOL])
            await client.streaming.subscribe_symbol_quote([SYMBOL])
            await client.streaming.subscribe_order_status(account)
            await client.streaming.ping(on_response=inbox.pong)
            await until_async(lambda: inbox.has(TradeMessage=2, QuoteMessage=5, pong=1), "data")
            await until_async(lambda: "reconnected" in inbox.states, "a connection again")
            await trading.trading.place_market_order(account, SYMBOL, OrderSide.BUY, 100, "async-takes")
            await until_async(lambda: inbox.reached("async-takes", "FF") and inbox.has(match=1), "a fill")
            await trading.trading.place_limit_order(account, SYMBOL, OrderSide.BUY, 100, 29500, "async-rests")
            await until_async(lambda: inbox.reached("async-rests", "QU"), "an order in the book")
            await trading.trading.cancel_order(account, "async-rests")
            await until_async(lambda: inbox.reached("async-rests", "CL"), "a cancel")
        need((await trading.portfolio.get_equity_positions(account)), "positions: none")
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
