//! Everything that is proven on real servers, in one binary.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod audit;
mod bad_input;
mod contract;
mod corrections;
mod crashes;
mod database;
mod deals;
mod delivery;
mod deploying;
mod duplicates;
mod envelopes;
mod erasure;
mod explained;
mod growth;
mod holding;
mod identity;
mod imports;
mod installation;
mod keys;
mod layers;
mod lifecycles;
mod load;
mod merging;
mod messaging;
mod newer;
mod operators;
mod parking;
mod proxy;
mod reads;
mod rebuild;
mod repeats;
mod rights;
mod secrets;
mod security;
mod sending;
mod servers;
mod store_delivery;
mod store_subjects;
mod tables;
mod telemetry;
mod tidy;
mod undoing;
mod upkeep;
mod workbooks;
