//! Dialect v5, venue id `okx`: OKX as it is today.
