//! The session, driven by lists of inputs.
