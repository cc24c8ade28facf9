//! `table!`: the rows of records that are found by an id and carry a version.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Ident, Result, Stmt, Token, Type, braced};

use crate::column::{Column, List, Role, told, unnest};
use crate::rows::{Rows, declared};

/// `table: Record as it => Row, options { lets; columns; parts }`
pub struct Table {
    table: Ident,
    record: Type,
    it: Ident,
    row: Ident,
    /// Rows can be read without excluding who changes them.
    shared: bool,
    /// Changed rows are written before new ones.
    kept_first: bool,
    /// The column with the record that owns the rows; they are read by it, under its lock.
    within: Option<Ident>,
    lets: Vec<Stmt>,
    columns: Vec<Column>,
    /// Modules whose `save` writes what belongs to the same records.
    parts: Vec<Ident>,
}

impl Parse for Table {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let table: Ident = input.parse()?;
        input.parse::<Token![:]>()?;
        let record = input.parse()?;
        input.parse::<Token![as]>()?;
        let it = input.parse()?;
        input.parse::<Token![=>]>()?;
        let row = input.parse()?;
        let (mut shared, mut kept_first, mut within) = (false, false, None);
        while input.parse::<Option<Token![,]>>()?.is_some() {
            let option: Ident = input.parse()?;
            match option.to_string().as_str() {
                "shared" => shared = true,
                "kept_first" => kept_first = true,
                "within" => within = Some(input.parse()?),
                other => {
                    let said = format!("`{other}` is none of shared, kept_first, within COLUMN");
                    return Err(Error::new(option.span(), said));
                }
            }
        }
        let body;
        braced!(body in input);
        let (mut lets, mut columns, mut parts) = (Vec::new(), Vec::new(), Vec::new());
        while body.peek(Token![let]) {
            lets.push(body.parse()?);
        }
        while !body.is_empty() {
            if body.peek(Token![mod]) {
                body.parse::<Token![mod]>()?;
                parts.push(body.parse()?);
                body.parse::<Token![;]>()?;
            } else {
                columns.push(body.parse()?);
            }
        }
        let read =
            Self { table, record, it, row, shared, kept_first, within, lets, columns, parts };
        read.one(Role::Key, "key")?;
        read.one(Role::Version, "version")?;
        Ok(read)
    }
}

impl Table {
    fn list(&self, roles: &[Role]) -> List<'_> {
        List::of(&self.columns, roles)
    }

    /// The one column of that role.
    fn one(&self, role: Role, word: &str) -> Result<&Column> {
        let mut found = self.columns.iter().filter(|column| column.role == role);
        let Some(first) = found.next() else {
            let said = format!("`{}` has no column with the role `{word}`", self.table);
            return Err(Error::new(self.table.span(), said));
        };
        match found.next() {
            None => Ok(first),
            Some(second) => {
                let said =
                    format!("`{}` is a second `{word}`, beside `{}`", second.name, first.name);
                Err(Error::new(second.name.span(), said))
            }
        }
    }

    pub fn tokens(&self) -> Result<TokenStream> {
        let Self { table, record, it, row, within, lets, columns, .. } = self;
        let told = told(columns, &[Role::Version, Role::Changing, Role::Plain]);
        let declared = declared(table, within.as_ref(), (true, false), &told);
        let (item, names) = (quote!(&'r #record), quote!(#it));
        let rows = Rows { table, row, columns, lets, item, names };
        let (types, insert) = (rows.types(), rows.insert(""));
        let (reads, save, update) = (self.reads(&rows)?, self.save(), self.update()?);
        let loads = self.loads();
        Ok(quote!(#declared #types #reads #loads #save #insert #update))
    }

    fn reads(&self, rows: &Rows<'_>) -> Result<TokenStream> {
        if let Some(owner) = &self.within {
            return Ok(rows.reading_within(owner));
        }
        let key = &self.one(Role::Key, "key")?.name;
        let found = format!("{key} = ANY($1) ORDER BY {key}");
        let locked = rows.reading("locked", &format!("{found} FOR NO KEY UPDATE"));
        let shared = self.shared.then(|| rows.reading("shared", &format!("{found} FOR KEY SHARE")));
        Ok(quote!(#locked #shared))
    }

    /// What the store is asked for; what lies within others is loaded by the module itself.
    fn loads(&self) -> TokenStream {
        let (Self { record, row, parts, .. }, mut loads) = (self, TokenStream::new());
        if self.within.is_some() {
            return loads;
        }
        let result = quote!(::core::result::Result<Vec<#record>, ::sqlx::Error>);
        let (conn, ids) =
            (quote!(conn: &mut ::sqlx::PgConnection), quote!(ids: &[impl ::domain::ids::Id]));
        let ids_of = quote!(&crate::store::column::uuids(ids));
        let whole = if parts.is_empty() {
            quote!(rows.into_iter().map(#row::record).collect())
        } else {
            quote! {
                let mut found = ::std::collections::BTreeMap::new();
                for row in rows {
                    found.insert(row.id, row.record()?);
                }
                if !found.is_empty() {
                    #(#parts::load(&mut *conn, &mut found).await?;)*
                }
                Ok(found.into_values().collect())
            }
        };
        loads.extend(quote! {
            /// Locks the records, ascending, and reads them with what belongs to them.
            pub async fn load(#conn, #ids) -> #result {
                let rows = locked(&mut *conn, #ids_of).await?;
                #whole
            }
        });
        if self.shared {
            loads.extend(quote! {
                /// Reads records that are only referred to. They cannot vanish before the end of the
                /// transaction, but who has locked them may change them: nobody waits.
                pub async fn refer(#conn, #ids) -> #result {
                    shared(conn, #ids_of).await?.into_iter().map(#row::record).collect()
                }
            });
        }
        loads
    }

    fn save(&self) -> TokenStream {
        let Self { record, parts, .. } = self;
        let insert = quote!(insert(&mut *conn, &new).await?;);
        let update = quote!(update(&mut *conn, &kept).await?;);
        let both = if self.kept_first { quote!(#update #insert) } else { quote!(#insert #update) };
        let (seen, name) = match self.within {
            Some(_) => (quote!(), quote!(save_rows)),
            None => (quote!(pub), quote!(save)),
        };
        quote! {
            /// Inserts new records and saves changed ones.
            /// Refuses what somebody else changed since it was read, and a change of what never changes.
            #seen async fn #name(
                conn: &mut ::sqlx::PgConnection,
                changes: &[crate::store::save::Change<'_, #record>],
            ) -> ::core::result::Result<(), crate::store::save::SaveError> {
                let (new, kept) = crate::store::save::parted(changes);
                #both
                #(#parts::save(&mut *conn, changes).await?;)*
                Ok(())
            }
        }
    }

    /// The statement that sets these columns, found by the key and, where the version is among them,
    /// only where that has not moved on.
    fn updating(&self, set: &List<'_>) -> Result<(String, Vec<TokenStream>)> {
        let key = self.one(Role::Key, "key")?;
        let version = set.0.iter().find(|column| column.role == Role::Version);
        let columns = List([key].into_iter().chain(set.0.iter().copied()).collect());
        let (mut types, mut bound) = (columns.types(), columns.bound());
        let (mut names, mut sets) = (columns.listed(), set.set("u"));
        let mut only = format!("t.{0} = u.{0}", key.name);
        if let Some(version) = version {
            types.push("bigint".to_owned());
            bound.push(quote!(&versions));
            names.push_str(", version_read");
            sets.push_str(", modified_at = now()");
            only.push_str(&format!(" AND t.{} = u.version_read", version.name));
        }
        let from = format!("{} AS u({names})", unnest(&types));
        Ok((format!("UPDATE {} AS t SET {sets} FROM {from} WHERE {only}", self.table), bound))
    }

    fn update(&self) -> Result<TokenStream> {
        let Self { table, record, .. } = self;
        let name = table.to_string();
        let key = &self.one(Role::Key, "key")?.name;
        let version = &self.one(Role::Version, "version")?.name;
        let frozen = self.list(&[Role::Frozen]).names();
        let free = self.list(&[Role::Version, Role::Apart, Role::Changing, Role::Plain]).names();
        let plain = self.list(&[Role::Version, Role::Changing, Role::Plain]);
        let (update, bound) = self.updating(&plain)?;
        let apart = self.apart()?;
        Ok(quote! {
            async fn update<'r>(
                conn: &mut ::sqlx::PgConnection,
                kept: &[(&'r #record, &'r #record)],
            ) -> ::core::result::Result<(), crate::store::save::SaveError> {
                let (was, now): (Vec<_>, Vec<_>) = kept.iter().copied().unzip();
                let (before, after) = (Columns::of(&was)?, Columns::of(&now)?);
                let mut changed = Vec::with_capacity(now.len());
                for n in 0..now.len() {
                    #(if before.#frozen[n] != after.#frozen[n] {
                        let (id, what) = (after.#key[n], stringify!(#frozen));
                        return Err(crate::store::save::SaveError::Frozen { table: #name, id, what });
                    })*
                    if false #(|| before.#free[n] != after.#free[n])* {
                        changed.push(n);
                    }
                }
                if changed.is_empty() {
                    return Ok(());
                }
                let versions: Vec<i64> = changed.iter().map(|n| before.#version[*n]).collect();
                let records: Vec<_> = changed.iter().map(|n| now[*n]).collect();
                let fewer;
                let columns = if records.len() == now.len() {
                    &after
                } else {
                    fewer = Columns::of(&records)?;
                    &fewer
                };
                let done = ::sqlx::query!(#update, #(#bound),*).execute(&mut *conn).await?;
                crate::store::save::all_touched(#name, records.len(), &done)?;
                #apart
                Ok(())
            }
        })
    }

    /// Writes the columns that are apart, of the records where one of them differs.
    fn apart(&self) -> Result<TokenStream> {
        let apart = self.list(&[Role::Apart]);
        if apart.0.is_empty() {
            return Ok(quote!());
        }
        let (name, names) = (self.table.to_string(), apart.names());
        let (update, bound) = self.updating(&apart)?;
        Ok(quote! {
            let edited = changed.into_iter().filter(|n| false #(|| before.#names[*n] != after.#names[*n])*);
            let records: Vec<_> = edited.map(|n| now[n]).collect();
            if !records.is_empty() {
                let columns = Columns::of(&records)?;
                let done = ::sqlx::query!(#update, #(#bound),*).execute(&mut *conn).await?;
                crate::store::save::all_touched(#name, records.len(), &done)?;
            }
        })
    }
}
