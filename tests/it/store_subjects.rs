//! The subjects' half of the store, on a real PostgreSQL: what is saved is read back, what two
//! batches want at once is locked, what no record can be is refused by the tables themselves.

mod database;
mod locks;
mod random;
mod refusals;
mod round_trips;
mod samples;
