//! What `table!` and `part!` write alike: the declaration, the types of rows, reading and inserting.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Ident, Stmt};

use crate::column::{Column, List, unnest};

/// A table as both see it.
pub struct Rows<'r> {
    pub table: &'r Ident,
    pub row: &'r Ident,
    /// All that is written. What is called `position` is not read: it shows in the order of the rows.
    pub columns: &'r [Column],
    pub lets: &'r [Stmt],
    /// The type of what is written as one row, and the names by which the values know it.
    pub item: TokenStream,
    pub names: TokenStream,
}

/// What other rooms ask a declaration for.
pub fn declared(
    table: &Ident,
    owner: Option<&Ident>,
    (versioned, shrinks): (bool, bool),
    columns: &[TokenStream],
) -> TokenStream {
    let owner = match owner {
        Some(column) => quote!(Some(stringify!(#column))),
        None => quote!(None),
    };
    quote! {
        /// The columns, for rooms that look at every table.
        pub const TABLE: crate::store::declared::Declared = crate::store::declared::Declared {
            name: stringify!(#table),
            owner: #owner,
            versioned: #versioned,
            shrinks: #shrinks,
            columns: &[#(#columns),*],
        };
    }
}

impl Rows<'_> {
    fn seen(&self) -> List<'_> {
        List(self.columns.iter().filter(|column| column.name != "position").collect())
    }

    /// A row as it is read, and the columns of many rows as they are written.
    pub fn types(&self) -> TokenStream {
        let Self { row, lets, item, names, columns, .. } = self;
        let row_fields = self.seen().0.into_iter().map(Column::row_field);
        let fields = columns.iter().map(Column::column_field);
        let push = columns.iter().map(Column::push);
        quote! {
            struct #row { #(#row_fields)* }

            #[derive(Default)]
            struct Columns<'r> { #(#fields)* of: ::core::marker::PhantomData<&'r ()> }

            impl<'r> Columns<'r> {
                fn of(items: &[#item]) -> ::core::result::Result<Self, ::sqlx::Error> {
                    let mut columns = Self::default();
                    for #names in items.iter().copied() {
                        #(#lets)*
                        #(#push)*
                    }
                    Ok(columns)
                }
            }
        }
    }

    /// A function that reads the rows of these ids; `rest` begins with the condition on `$1`.
    pub fn reading(&self, name: &str, rest: &str) -> TokenStream {
        let (row, name) = (self.row, Ident::new(name, Span::call_site()));
        let statement = format!("SELECT {} FROM {} WHERE {rest}", self.seen().read(), self.table);
        quote! {
            async fn #name(
                conn: &mut ::sqlx::PgConnection,
                ids: &[::uuid::Uuid],
            ) -> ::core::result::Result<Vec<#row>, ::sqlx::Error> {
                ::sqlx::query_as!(#row, #statement, ids).fetch_all(conn).await
            }
        }
    }

    /// The same for rows that lie within others, by those.
    pub fn reading_within(&self, owner: &Ident) -> TokenStream {
        self.reading("read", &format!("{owner} = ANY($1) ORDER BY {owner}, position"))
    }

    /// The function that inserts; `over` is what happens to rows that are there.
    pub fn insert(&self, over: &str) -> TokenStream {
        let (table, item) = (self.table, &self.item);
        let all = List(self.columns.iter().collect());
        let (names, bound, from) = (all.listed(), all.bound(), unnest(&all.types()));
        let insert = format!("INSERT INTO {table} ({names}) SELECT * FROM {from}{over}");
        quote! {
            async fn insert<'r>(
                conn: &mut ::sqlx::PgConnection,
                new: &[#item],
            ) -> ::core::result::Result<(), crate::store::save::SaveError> {
                if new.is_empty() {
                    return Ok(());
                }
                let columns = Columns::of(new)?;
                ::sqlx::query!(#insert, #(#bound),*).execute(conn).await?;
                Ok(())
            }
        }
    }
}
