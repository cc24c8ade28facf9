//! Reference data: sets that decisions look things up in and that seldom change. A process reads each of
//! them once for each of its versions, and all its lanes share what was read.

use std::sync::Arc;

use crate::catalog::Catalog;
use crate::exchange_rate::ExchangeRates;

/// Hands the list of sets to a macro: `references!(load)`. The first word is the module of the store that
/// reads the set, and its version.
#[macro_export]
macro_rules! references {
    ($with:ident) => {
        $with! {
            catalog: Catalog;
            exchange_rates: ExchangeRates;
        }
    };
}

macro_rules! sets {
    ($($word:ident: $Of:ident;)*) => {
        /// A set of reference data.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Set {
            $($Of),*
        }

        /// The sets that were read.
        #[derive(Clone, Debug, Default)]
        pub struct References {
            $(pub $word: Option<Arc<$Of>>,)*
        }

        $(
            impl Facts for Arc<$Of> {
                const SETS: &'static [Set] = &[Set::$Of];

                fn of(known: &References) -> Self {
                    let set = known.$word.clone();
                    set.expect("what `SETS` names is read before facts are made of it")
                }
            }
        )*
    };
}
crate::references!(sets);

/// What a worker decides with besides the World: sets, or something made of them.
pub trait Facts: Clone + Send + Sync + 'static {
    /// The sets that it is made of. For their versions, too, its role may read them.
    const SETS: &'static [Set];

    /// Makes it of these sets, once for each of their versions.
    fn of(known: &References) -> Self;
}

impl Facts for () {
    const SETS: &'static [Set] = &[];

    fn of(_: &References) -> Self {}
}
