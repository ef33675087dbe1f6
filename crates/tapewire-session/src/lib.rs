//! The pure session machine: reconnect, heartbeat, subscriptions, books.
