//! Reference data: which version of each set is valid, and what stands in it.

use domain::reference::{References, Set};

use super::{Connection, Result, catalog, exchange_rates};

macro_rules! sets {
    ($($word:ident: $Of:ident;)*) => {
        /// The version of a set that is valid now.
        pub async fn version(conn: &mut Connection, set: Set) -> Result<i64> {
            match set {
                $(Set::$Of => Ok($word::version(conn).await?),)*
            }
        }

        /// Reads a set as it is now.
        pub async fn load(conn: &mut Connection, set: Set, into: &mut References) -> Result<()> {
            match set {
                $(Set::$Of => into.$word = Some($word::load(conn).await?.into()),)*
            }
            Ok(())
        }

        /// The tables in which a set stands.
        pub(super) const fn tables(set: Set) -> &'static [&'static str] {
            match set {
                $(Set::$Of => $word::TABLES,)*
            }
        }
    };
}
domain::references!(sets);
