//! `part!`: the rows that belong to a record and lie in it as a list, found by its id and their place.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Ident, Result, Token, Type, braced, parse_quote};

use crate::column::{Column, List, Role, told, unnest};
use crate::rows::{Rows, declared};

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

/// `table of owner: Part as it => Row, mode in Record.field { columns }`
pub struct Part {
    table: Ident,
    owner: Ident,
    part: Type,
    it: Ident,
    row: Ident,
    mode: Mode,
    /// The record and the field in which the list lies; `None` where it is loaded and saved by hand.
    place: Option<(Ident, Ident)>,
    /// The owner and the position, then those that are declared.
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
        let owner: Ident = input.parse()?;
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
        let mut place = None;
        if input.parse::<Option<Token![in]>>()?.is_some() {
            let record = input.parse()?;
            input.parse::<Token![.]>()?;
            place = Some((record, input.parse()?));
        }
        let body;
        braced!(body in input);
        let mut columns: Vec<Column> =
            vec![parse_quote!(#owner: uuid = owner;), parse_quote!(position: integer = position;)];
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
        Ok(Self { table, owner, part, it, row, mode, place, columns })
    }
}

impl Part {
    fn own(&self) -> &[Column] {
        &self.columns[2..]
    }

    pub fn tokens(&self) -> TokenStream {
        let Self { table, owner, part, it, row, columns, .. } = self;
        let changing: &[Role] = match self.mode {
            Mode::Replaced => &[Role::Plain],
            Mode::Appended => &[],
            Mode::Decided => &[Role::Changing],
        };
        let shrinks = self.mode == Mode::Replaced;
        let declared = declared(table, Some(owner), (false, shrinks), &told(self.own(), changing));
        let item = quote!(crate::store::save::Placed<'r, #part>);
        let names = quote!((owner, position, #it));
        let rows = Rows { table, row, columns, lets: &[], item, names };
        let over = match self.mode {
            Mode::Replaced => {
                let set = List(self.own().iter().collect()).set("excluded");
                format!(" ON CONFLICT ({owner}, position) DO UPDATE SET {set}")
            }
            Mode::Appended | Mode::Decided => String::new(),
        };
        let (types, read, insert) = (rows.types(), rows.reading_within(owner), rows.insert(&over));
        let (write, of_records) = (self.write(), self.of_records());
        quote!(#declared #types #read #write #insert #of_records)
    }

    /// Loading and saving the lists of whole records; `part` of the row makes one of it.
    fn of_records(&self) -> Option<TokenStream> {
        let (owner, (record, field)) = (&self.owner, self.place.as_ref()?);
        Some(quote! {
            /// Reads the lists of records that are locked into them.
            pub(crate) async fn load(
                conn: &mut ::sqlx::PgConnection,
                found: &mut ::std::collections::BTreeMap<::uuid::Uuid, #record>,
            ) -> ::core::result::Result<(), ::sqlx::Error> {
                let ids: Vec<_> = found.keys().copied().collect();
                for row in read(conn, &ids).await? {
                    if let Some(record) = found.get_mut(&row.#owner) {
                        let part = row.part(record)?;
                        record.#field.push(part);
                    }
                }
                Ok(())
            }

            /// Writes what is new in the lists of changed records, and what differs.
            ///
            /// # Errors
            /// `Frozen` where a decision changed what never changes, else those of the database.
            pub(crate) async fn save(
                conn: &mut ::sqlx::PgConnection,
                changes: &[crate::store::save::Change<'_, #record>],
            ) -> ::core::result::Result<(), crate::store::save::SaveError> {
                use crate::store::save::List;
                write(conn, &List::of(changes, |record| record.id.into(), |record| &record.#field)).await
            }
        })
    }

    fn write(&self) -> TokenStream {
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
                let update = self.update();
                quote! {
                    #update
                    insert(conn, &lists.iter().flat_map(List::new_ones).collect::<Vec<_>>()).await
                }
            }
        };
        quote! {
            /// Writes what is new and what differs.
            async fn write<'r>(
                conn: &mut ::sqlx::PgConnection,
                lists: &[crate::store::save::List<'r, #part>],
            ) -> ::core::result::Result<(), crate::store::save::SaveError> {
                use crate::store::save::List;
                #steps
            }
        }
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
    fn update(&self) -> TokenStream {
        let Self { table, owner, .. } = self;
        let name = table.to_string();
        let fixed = List::of(self.own(), &[Role::Plain]).names();
        let changing = List::of(self.own(), &[Role::Changing]);
        let (listed, set, bound) = (changing.listed(), changing.set("u"), changing.bound());
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
                    let done = ::sqlx::query!(#update, &columns.#owner, &columns.position, #(#bound),*)
                        .execute(&mut *conn)
                        .await?;
                    crate::store::save::all_touched(#name, now.len(), &done)?;
                }
            }
        });
        quote! {
            let (mut was, mut now) = (Vec::new(), Vec::new());
            for list in lists {
                for (stored, changed) in list.kept(#name)? {
                    was.push(stored);
                    now.push(changed);
                }
            }
            let (before, after) = (Columns::of(&was)?, Columns::of(&now)?);
            for n in 0..now.len() {
                #(if before.#fixed[n] != after.#fixed[n] {
                    let (id, what) = (after.#owner[n], stringify!(#fixed));
                    return Err(crate::store::save::SaveError::Frozen { table: #name, id, what });
                })*
            }
            #write
        }
    }
}
