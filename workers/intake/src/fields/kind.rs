//! What fields mean, and how their names are compared.

/// What a field of an input means to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    Email,
    OtherEmail,
    Phone,
    Mobile,
    OtherPhone,
    /// The dialling code of a country, in a field of its own.
    DialCode,
    /// The code of an area, in a field of its own.
    AreaCode,
    Fax,
    GivenName,
    FamilyName,
    FullName,
    JobTitle,
    /// A salutation, or the position: told by the value and by what stands beside it.
    Title,
    Company,
    TaxId,
    Website,
    /// Where the form stands: ours, not the writer's.
    Page,
    Profile,
    Line1,
    Line2,
    City,
    PostalCode,
    Subdivision,
    Country,
    /// Parts of a private address, which counts where there is no other.
    HomeLine1,
    HomeCity,
    HomePostalCode,
    HomeCountry,
    Topic,
    Message,
    Product,
    Quantity,
    Budget,
    Currency,
    Timeframe,
    CloseDate,
    Employees,
    Industry,
    Source,
    Campaign,
    Owner,
    Consent,
    /// Terms or a privacy policy were read: no consent to mail in bulk.
    Privacy,
    NoBulk,
    /// They may be called.
    PhoneConsent,
    NoPhone,
    /// What they do may be looked at to guess what they want.
    Profiling,
    SubmittedAt,
    /// What to do with the row: add, update, delete.
    Action,
    /// The record was deleted where it comes from.
    Deleted,
    /// The sending system marks it as a test.
    Test,
    /// A trap for robots, which people cannot see.
    Trap,
    /// Plumbing of the form itself (buttons, tokens, return addresses): not kept.
    Plumbing,
}

/// The names by which somebody says what a column means. What is plumbing is ignored.
const NAMES: &[(Field, &str)] = &[
    (Field::Email, "email"),
    (Field::OtherEmail, "other_email"),
    (Field::Phone, "phone"),
    (Field::Mobile, "mobile"),
    (Field::OtherPhone, "other_phone"),
    (Field::DialCode, "dial_code"),
    (Field::AreaCode, "area_code"),
    (Field::Fax, "fax"),
    (Field::GivenName, "given_name"),
    (Field::FamilyName, "family_name"),
    (Field::FullName, "full_name"),
    (Field::JobTitle, "job_title"),
    (Field::Title, "title"),
    (Field::Company, "company"),
    (Field::TaxId, "tax_id"),
    (Field::Website, "website"),
    (Field::Page, "page"),
    (Field::Profile, "profile"),
    (Field::Line1, "line1"),
    (Field::Line2, "line2"),
    (Field::City, "city"),
    (Field::PostalCode, "postal_code"),
    (Field::Subdivision, "subdivision"),
    (Field::Country, "country"),
    (Field::HomeLine1, "home_line1"),
    (Field::HomeCity, "home_city"),
    (Field::HomePostalCode, "home_postal_code"),
    (Field::HomeCountry, "home_country"),
    (Field::Topic, "topic"),
    (Field::Message, "message"),
    (Field::Product, "product"),
    (Field::Quantity, "quantity"),
    (Field::Budget, "budget"),
    (Field::Currency, "currency"),
    (Field::Timeframe, "timeframe"),
    (Field::CloseDate, "close_date"),
    (Field::Employees, "employees"),
    (Field::Industry, "industry"),
    (Field::Source, "source"),
    (Field::Campaign, "campaign"),
    (Field::Owner, "owner"),
    (Field::Consent, "consent"),
    (Field::Privacy, "privacy"),
    (Field::NoBulk, "no_bulk"),
    (Field::PhoneConsent, "phone_consent"),
    (Field::NoPhone, "no_phone"),
    (Field::Profiling, "profiling"),
    (Field::SubmittedAt, "submitted_at"),
    (Field::Action, "action"),
    (Field::Test, "test"),
    (Field::Trap, "trap"),
    (Field::Plumbing, "ignore"),
];

impl Field {
    /// Its name in a mapping, as `given_name`.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(field, _)| *field == self).map_or("other", |(_, name)| name)
    }

    /// The field of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, known)| *known == name).map(|(field, _)| *field)
    }

    /// The names of all fields.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(_, name)| *name)
    }

    /// Whether the field can name or reach somebody.
    #[must_use]
    pub fn is_contact(self) -> bool {
        matches!(
            self,
            Self::Email
                | Self::OtherEmail
                | Self::Phone
                | Self::Mobile
                | Self::OtherPhone
                | Self::GivenName
                | Self::FamilyName
                | Self::FullName
                | Self::Company
        )
    }

    /// Whether it may be one of several, of the business or private.
    pub(super) fn is_place_or_channel(self) -> bool {
        self.at_home().is_some()
            || matches!(
                self,
                Self::OtherEmail
                    | Self::Website
                    | Self::DialCode
                    | Self::AreaCode
                    | Self::Subdivision
                    | Self::Line2
            )
    }

    /// The same of a private address or line.
    pub(super) fn at_home(self) -> Option<Self> {
        Some(match self {
            Self::Email | Self::OtherEmail => Self::OtherEmail,
            Self::Phone | Self::OtherPhone => Self::OtherPhone,
            Self::Mobile => Self::Mobile,
            Self::Fax => Self::Fax,
            Self::Line1 => Self::HomeLine1,
            Self::City => Self::HomeCity,
            Self::PostalCode => Self::HomePostalCode,
            Self::Country => Self::HomeCountry,
            _ => return None,
        })
    }
}
