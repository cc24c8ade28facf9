//! `part!`: the rows that belong to a record and lie in it as a list, found by its id and their place.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Ident, Result, Token, Type, braced};

use crate::column::{Column, List, Role, told, unnest};

/// What may become of rows that were inserted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Anything: those that differ are written over, those that are too many deleted.
    Replaced,
    /// Nothing; further ones may follow.
    Appended,
    /// Nothing but what is `changing`, and there are never more or fewer.
    Decided,
}

/// `table of owner: Part as it => Row, mode { columns }`
pub struct Part {
    table: Ident,
    owner: Ident,
    part: Type,
    it: Ident,
    row: Ident,
    mode: Mode,
    columns: Vec<Column>,
}

impl Parse for Part {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let table = input.parse()?;
        let of: Ident = input.parse()?;
        if of != "of" {
            return Err(Error::new(
                of.span(),
                "expected `table of OWNER: Part as it => Row, mode`",
            ));
        }
        let owner = input.parse()?;
        input.parse::<Token![:]>()?;
        let part = input.parse()?;
        input.parse::<Token![as]>()?;
        let it = input.parse()?;
        input.parse::<Token![=>]>()?;
        let row = input.parse()?;
        input.parse::<Token![,]>()?;
        let word: Ident = input.parse()?;
        let mode = match word.to_string().as_str() {
            "replaced" => Mode::Replaced,
            "appended" => Mode::Appended,
            "decided" => Mode::Decided,
            other => {
                let said = format!("`{other}` is none of replaced, appended and decided");
                return Err(Error::new(word.span(), said));
            }
        };
        let body;
        braced!(body in input);
        let mut columns: Vec<Column> = Vec::new();
        while !body.is_empty() {
            let column: Column = body.parse()?;
            let changing = column.role == Role::Changing && mode == Mode::Decided;
            if column.role != Role::Plain && !changing {
                let said = format!(
                    "`{}` is a column of a part: no role but, where it is decided, changing",
                    column.name
                );
                return Err(Error::new(column.name.span(), said));
            }
            columns.push(column);
        }
        Ok(Self { table, owner, part, it, row, mode, columns })
    }
}

impl Part {
    pub fn tokens(&self) -> Result<TokenStream> {
        let (rows, read, write) = (self.rows()?, self.read(), self.write()?);
        let (table, owner) = (self.table.to_string(), self.owner.to_string());
        let changing: &[Role] = match self.mode {
            Mode::Replaced => &[Role::Plain],
            Mode::Appended => &[],
            Mode::Decided => &[Role::Changing],
        };
        let columns = told(&self.columns, changing);
        let shrinks = self.mode == Mode::Replaced;
        Ok(quote! {
            /// The columns, for rooms that look at every table.
            pub const TABLE: crate::store::declared::Declared = crate::store::declared::Declared {
                name: #table,
                owner: Some(#owner),
                versioned: false,
                shrinks: #shrinks,
                columns: &[#(#columns),*],
            };
            #rows
            #read
            #write
        })
    }

    fn rows(&self) -> Result<TokenStream> {
        let Self { owner, part, it, row, columns, .. } = self;
        let row_fields = columns.iter().map(Column::row_field).collect::<Result<Vec<_>>>()?;
        let fields = columns.iter().map(Column::column_field).collect::<Result<Vec<_>>>()?;
        let push = columns.iter().map(Column::push);
        Ok(quote! {
            struct #row { #owner: ::uuid::Uuid, #(#row_fields)* }

            #[derive(Default)]
            struct Columns<'r> { owner: Vec<::uuid::Uuid>, position: Vec<i32>, #(#fields)* of: ::core::marker::PhantomData<&'r ()> }

            impl<'r> Columns<'r> {
                fn of(parts: impl IntoIterator<Item = (::uuid::Uuid, i32, &'r #part)>) -> Self {
                    let mut columns = Self::default();
                    for (owner, position, #it) in parts {
                        columns.owner.push(owner);
                        columns.position.push(position);
                        #(#push)*
                    }
                    columns
                }
            }
        })
    }

    fn read(&self) -> TokenStream {
        let Self { table, owner, row, columns, .. } = self;
        let read = List(columns.iter().collect()).read();
        let select = format!(
            "SELECT {owner}, {read} FROM {table} WHERE {owner} = ANY($1) ORDER BY {owner}, position"
        );
        quote! {
            async fn read(
                conn: &mut ::sqlx::PgConnection,
                owners: &[::uuid::Uuid],
            ) -> ::core::result::Result<Vec<#row>, ::sqlx::Error> {
                ::sqlx::query_as!(#row, #select, owners).fetch_all(conn).await
            }
        }
    }

    fn write(&self) -> Result<TokenStream> {
        let (part, table) = (&self.part, self.table.to_string());
        let steps = match self.mode {
            Mode::Replaced => {
                let delete = self.delete();
                quote! {
                    #delete
                    insert(conn, &lists.iter().flat_map(List::differing).collect::<Vec<_>>()).await
                }
            }
            Mode::Appended => quote! {
                let mut new = Vec::new();
                for list in lists {
                    new.extend(list.appended(#table)?);
                }
                insert(conn, &new).await
            },
            Mode::Decided => {
                let update = self.update()?;
                quote! {
                    #update
                    insert(conn, &lists.iter().flat_map(List::new_ones).collect::<Vec<_>>()).await
                }
            }
        };
        let insert = self.insert()?;
        Ok(quote! {
            /// Writes what is new and what differs.
            async fn write(
                conn: &mut ::sqlx::PgConnection,
                lists: &[crate::store::save::List<'_, #part>],
            ) -> ::core::result::Result<(), crate::store::save::SaveError> {
                use crate::store::save::List;
                #steps
            }
            #insert
        })
    }

    fn insert(&self) -> Result<TokenStream> {
        let Self { table, owner, part, .. } = self;
        let all = List(self.columns.iter().collect());
        let (listed, bound) = (all.listed(), all.bound()?);
        let mut types = vec!["uuid".to_owned(), "integer".to_owned()];
        types.extend(all.types());
        let over = match self.mode {
            Mode::Replaced => {
                format!(" ON CONFLICT ({owner}, position) DO UPDATE SET {}", all.set("excluded"))
            }
            Mode::Appended | Mode::Decided => String::new(),
        };
        let insert = format!(
            "INSERT INTO {table} ({owner}, position, {listed}) SELECT * FROM {}{over}",
            unnest(&types)
        );
        Ok(quote! {
            async fn insert(
                conn: &mut ::sqlx::PgConnection,
                parts: &[(::uuid::Uuid, i32, &#part)],
            ) -> ::core::result::Result<(), crate::store::save::SaveError> {
                if parts.is_empty() {
                    return Ok(());
                }
                let columns = Columns::of(parts.iter().copied());
                ::sqlx::query!(#insert, &columns.owner, &columns.position, #(#bound),*)
                    .execute(conn)
                    .await?;
                Ok(())
            }
        })
    }

    /// Takes away what is too many.
    fn delete(&self) -> TokenStream {
        let Self { table, owner, .. } = self;
        let delete = format!(
            "DELETE FROM {table} AS t USING unnest($1::uuid[], $2::integer[]) AS u(owner, length)
             WHERE t.{owner} = u.owner AND t.position >= u.length"
        );
        quote! {
            let (owners, lengths): (Vec<_>, Vec<_>) = lists.iter().filter_map(List::shortened).unzip();
            if !owners.is_empty() {
                ::sqlx::query!(#delete, &owners, &lengths).execute(&mut *conn).await?;
            }
        }
    }

    /// Checks what was decided, and writes what may change.
    fn update(&self) -> Result<TokenStream> {
        let Self { table, owner, .. } = self;
        let name = table.to_string();
        let fixed = List::of(&self.columns, &[Role::Plain]).names();
        let changing = List::of(&self.columns, &[Role::Changing]);
        let (listed, set, bound) = (changing.listed(), changing.set("u"), changing.bound()?);
        let write = (!changing.0.is_empty()).then(|| {
            let mut types = vec!["uuid".to_owned(), "integer".to_owned()];
            types.extend(changing.types());
            let update = format!(
                "UPDATE {table} AS t SET {set} FROM {} AS u(owner, position, {listed})
                 WHERE t.{owner} = u.owner AND t.position = u.position",
                unnest(&types)
            );
            quote! {
                if !now.is_empty() {
                    let columns = &after;
                    let done = ::sqlx::query!(#update, &columns.owner, &columns.position, #(#bound),*)
                        .execute(&mut *conn)
                        .await?;
                    crate::store::save::all_touched(#name, now.len(), &done)?;
                }
            }
        });
        Ok(quote! {
            let (mut was, mut now) = (Vec::new(), Vec::new());
            for list in lists {
                for (stored, changed) in list.kept(#name)? {
                    was.push(stored);
                    now.push(changed);
                }
            }
            let (before, after) = (Columns::of(was), Columns::of(now.iter().copied()));
            for n in 0..now.len() {
                #(if before.#fixed[n] != after.#fixed[n] {
                    let (id, what) = (after.owner[n], stringify!(#fixed));
                    return Err(crate::store::save::SaveError::Frozen { table: #name, id, what });
                })*
            }
            #write
        })
    }
}
