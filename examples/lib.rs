//! The examples of Tapewire: one file a program, see README.md.
