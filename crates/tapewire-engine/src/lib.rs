//! The tokio engine: sockets, TLS, HTTP, the one clock, tasks and shutdown.
