//! Everything that is proven on real servers, in one binary.

mod servers;
