//! Binance: spot market data.
