//! Tests of the whole: end to end in `it/`, the repository itself in `tidy/`, vendor SDKs in `vendor-clients/`.
