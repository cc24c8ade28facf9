//! The programs of the lab, by the words of `leadmill`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod bench;
mod folder;
mod mutate;
mod selftest;
mod words;
