//! Delivery: what was taken, decided, said, put off and parked, so that each message has its effect once.
//! No record of leadmill's business is in here.

pub mod batch;
pub mod chunk;
pub mod conflict;
pub mod delayed;
pub mod event;
pub mod inbox;
pub mod logged;
pub mod nothing;
pub mod parked;
pub mod partition;
pub mod received;
pub mod refusal;
pub mod replay;
pub mod schedule;
pub mod trial;
