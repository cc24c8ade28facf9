//! One column as it is declared, and the pieces of statements that follow from it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Expr, Ident, Result, Token, Type};

/// What becomes of a column after its row was inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The row is found by it.
    Key,
    /// Counts the changes; an update is refused where it has moved on.
    Version,
    /// Never changes.
    Frozen,
    /// Large, or seldom changed: written by a statement of its own, where it differs.
    Apart,
    /// Written with the version. In a part that is decided once: what may change all the same.
    Changing,
    /// No role is written: in a table as `Changing`, in a part as `Frozen`.
    Plain,
}

/// `role name: type<Json>? refers table = value;`
pub struct Column {
    pub role: Role,
    pub name: Ident,
    sql: Ident,
    json: Option<Type>,
    optional: bool,
    refers: Option<Ident>,
    value: Expr,
    /// The types in a row that was read, and in the columns of a bulk statement.
    types: (TokenStream, TokenStream),
}

impl Parse for Column {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let first: Ident = input.parse()?;
        let (role, name) = if input.peek(Token![:]) {
            (Role::Plain, first)
        } else {
            (Self::role(&first)?, input.parse()?)
        };
        input.parse::<Token![:]>()?;
        let sql: Ident = input.parse()?;
        let mut json = None;
        if input.peek(Token![<]) {
            input.parse::<Token![<]>()?;
            json = Some(input.parse()?);
            input.parse::<Token![>]>()?;
        }
        let optional = input.parse::<Option<Token![?]>>()?.is_some();
        let mut refers = None;
        if !input.peek(Token![=]) {
            let word: Ident = input.parse()?;
            if word != "refers" {
                return Err(Error::new(word.span(), "expected `refers TABLE` or `= value`"));
            }
            refers = Some(input.parse()?);
        }
        input.parse::<Token![=]>()?;
        let value = input.parse()?;
        input.parse::<Token![;]>()?;
        let (row, column) = kinds(&name, &sql, json.as_ref())?;
        let types =
            if optional { (quote!(Option<#row>), quote!(Option<#column>)) } else { (row, column) };
        Ok(Self { role, name, sql, json, optional, refers, value, types })
    }
}

impl Column {
    fn role(word: &Ident) -> Result<Role> {
        Ok(match word.to_string().as_str() {
            "key" => Role::Key,
            "version" => Role::Version,
            "frozen" => Role::Frozen,
            "apart" => Role::Apart,
            "changing" => Role::Changing,
            other => {
                let roles = "key, version, frozen, apart and changing";
                let said = format!("`{other}` is no role of a column; the roles are {roles}");
                return Err(Error::new(word.span(), said));
            }
        })
    }

    /// `name: Type,` of the row.
    pub fn row_field(&self) -> TokenStream {
        let (name, (row, _)) = (&self.name, &self.types);
        quote!(#name: #row,)
    }

    /// `name: Vec<Type>,` of the columns.
    pub fn column_field(&self) -> TokenStream {
        let (name, (_, column)) = (&self.name, &self.types);
        quote!(#name: Vec<#column>,)
    }

    /// Adds the value of one record to the columns.
    pub fn push(&self) -> TokenStream {
        let (name, value) = (&self.name, &self.value);
        match (self.sql == "text", self.optional) {
            (true, true) => quote!(columns.#name.push((#value).map(::std::borrow::Cow::from));),
            (true, false) => quote!(columns.#name.push(::std::borrow::Cow::from(#value));),
            _ => quote!(columns.#name.push(#value);),
        }
    }

    /// The parameter of a bulk statement.
    fn bound(&self) -> TokenStream {
        let (name, (_, column)) = (&self.name, &self.types);
        quote!(&columns.#name as &[#column])
    }

    /// How a statement reads it.
    fn read(&self) -> String {
        let name = &self.name;
        // The field of the row says what it holds.
        if self.json.is_some() { format!("{name} AS \"{name}: _\"") } else { name.to_string() }
    }

    /// The entry in the declaration that other rooms read.
    fn told(&self, changing: bool) -> TokenStream {
        let (name, ty) = (self.name.to_string(), self.sql.to_string());
        let refers = match &self.refers {
            Some(table) => quote!(Some(stringify!(#table))),
            None => quote!(None),
        };
        let changes = match (self.role, changing) {
            (Role::Apart, _) => quote!(Apart),
            (_, true) => quote!(Always),
            (_, false) => quote!(Never),
        };
        quote! {
            crate::store::declared::Column {
                name: #name,
                ty: #ty,
                changes: crate::store::declared::Changes::#changes,
                refers: #refers,
            }
        }
    }
}

/// The types of such a value in a row that was read, and in the columns of a bulk statement.
fn kinds(name: &Ident, sql: &Ident, json: Option<&Type>) -> Result<(TokenStream, TokenStream)> {
    let same = |kind: TokenStream| (kind.clone(), kind);
    Ok(match (sql.to_string().as_str(), json) {
        ("uuid", None) => same(quote!(::uuid::Uuid)),
        ("bigint", None) => same(quote!(i64)),
        ("integer", None) => same(quote!(i32)),
        ("boolean", None) => same(quote!(bool)),
        ("numeric", None) => same(quote!(::rust_decimal::Decimal)),
        ("date", None) => same(quote!(::chrono::NaiveDate)),
        ("timestamptz", None) => same(quote!(::chrono::DateTime<::chrono::Utc>)),
        ("text", None) => (quote!(String), quote!(::std::borrow::Cow<'r, str>)),
        ("jsonb", Some(json)) => {
            (quote!(::sqlx::types::Json<#json>), quote!(::sqlx::types::Json<&'r #json>))
        }
        ("jsonb", None) => {
            let said = format!("say what `{name}` holds: jsonb<Type>");
            return Err(Error::new(sql.span(), said));
        }
        (other, _) => {
            let known = "uuid, bigint, integer, boolean, numeric, date, timestamptz, text and \
                         jsonb<Type>";
            let said = format!("`{name}` has the type `{other}`; known are {known}");
            return Err(Error::new(sql.span(), said));
        }
    })
}

/// Columns of one declaration, as a list.
pub struct List<'c>(pub Vec<&'c Column>);

impl<'c> List<'c> {
    pub fn of(columns: &'c [Column], roles: &[Role]) -> Self {
        Self(columns.iter().filter(|column| roles.contains(&column.role)).collect())
    }

    pub fn names(&self) -> Vec<&'c Ident> {
        self.0.iter().map(|column| &column.name).collect()
    }

    /// `a, b`
    pub fn listed(&self) -> String {
        joined(self.0.iter().map(|column| column.name.to_string()))
    }

    /// `a, b AS "b: Json<…>"`
    pub fn read(&self) -> String {
        joined(self.0.iter().map(|column| column.read()))
    }

    /// `a = u.a, b = u.b`, or of another row than `u`.
    pub fn set(&self, from: &str) -> String {
        joined(self.0.iter().map(|column| format!("{0} = {from}.{0}", column.name)))
    }

    /// The types, for `unnest`.
    pub fn types(&self) -> Vec<String> {
        self.0.iter().map(|column| column.sql.to_string()).collect()
    }

    pub fn bound(&self) -> Vec<TokenStream> {
        self.0.iter().map(|column| column.bound()).collect()
    }
}

/// The entries in the declaration that other rooms read.
pub fn told(columns: &[Column], changing: &[Role]) -> Vec<TokenStream> {
    columns.iter().map(|column| column.told(changing.contains(&column.role))).collect()
}

/// `unnest($1::uuid[], $2::text[])`
pub fn unnest<'t>(types: impl IntoIterator<Item = &'t String>) -> String {
    let arrays = types.into_iter().zip(1..).map(|(ty, n)| format!("${n}::{ty}[]"));
    format!("unnest({})", joined(arrays))
}

pub fn joined(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join(", ")
}
