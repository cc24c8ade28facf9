//! Everything that is proven on real servers, in one binary.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod database;
mod delivery;
mod installation;
mod messaging;
mod proxy;
mod sending;
mod servers;
mod store_delivery;
mod store_subjects;
