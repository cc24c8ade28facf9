//! The lab of leadmill: what measures the product and what breaks it. Nothing of the product knows of it,
//! and no release has it; `leadmill bench`, `selftest` and `mutate` go on as the programs in `bin`
//! where these lie beside the product.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`mod@bench`] | leads to invoices beside the bare loop that the same servers allow; one hop |
//! | [`selftest`] | servers, workers and messages broken under load, judged by a ledger kept outside |
//! | [`mutate`] | real inputs, changed at random, read by intake: each gets a verdict |
//! | [`Lab`], [`Proxy`] | servers that may be broken, and a way to each that can be cut and stalled |
//! | [`queries`] | the SQL of both: what product verbs never ask |

use std::env;
use std::ffi::OsString;

use leadmill::cli::Sibling;
use leadmill::cli::sibling::LEADMILL;

pub mod bench;
mod lab;
pub mod mutate;
mod proxy;
pub mod queries;
pub mod selftest;

pub use lab::Lab;
pub use proxy::Proxy;

/// The command line of this process as one of `leadmill`: that is whose it was where `leadmill` went on as
/// this program, and else this program's own verb stands for its name.
#[must_use]
pub fn words(program: Sibling) -> Vec<OsString> {
    let mut words: Vec<_> = env::args_os().collect();
    if words.first().is_none_or(|name| name != LEADMILL) {
        words.splice(..words.len().min(1), [LEADMILL.into(), program.verb.into()]);
    }
    words
}
