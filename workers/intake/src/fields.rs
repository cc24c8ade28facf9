//! The one declaration of what fields of forms and columns of files are called, in English,
//! Spanish, Italian, Dutch, German and French and by the vendors' own field names.

/// What a field of an input means to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    Email,
    OtherEmail,
    Phone,
    Mobile,
    OtherPhone,
    Fax,
    GivenName,
    FamilyName,
    FullName,
    JobTitle,
    Company,
    TaxId,
    Website,
    Profile,
    Line1,
    Line2,
    City,
    PostalCode,
    Subdivision,
    Country,
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
    NoBulk,
    SubmittedAt,
    /// What to do with the row: add, update, delete.
    Action,
    /// The sending system marks it as a test.
    Test,
    /// Plumbing of the form itself (buttons, tokens, return addresses): not kept.
    Plumbing,
}

impl Field {
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
}

/// Names as [`fold`] leaves them, sorted by meaning; a name stands once.
const NAMES: &[(Field, &str)] = &[
    (
        Field::Email,
        "email emailaddress mail mailaddress emailaddress1 email1 email1value workemail \
         businessemail corporateemail emailadresse mailadresse correo correoelectronico \
         direcciondecorreo direcciondecorreoelectronico indirizzoemail indirizzodipostaelettronica \
         postaelettronica emailadres mailadres adressemail adresseemail courriel adresseelectronique \
         em fromemail replyto useremail eaddress primaryemail recipientemail 收件人email",
    ),
    (
        Field::OtherEmail,
        "email2 email3 email2address email3address emailaddress2 emailaddress3 email2value \
         alternateemail secondaryemail otheremail personalemail privateemail homeemail",
    ),
    (
        Field::Phone,
        "phone phonenumber tel telephone telephonenumber telephone1 phone1 phone1value workphone \
         businessphone officephone companyphone mainphone telefon telefonnummer telefon1 telefono \
         telefono1 numerodetelefono numeroditelefono telefoon telefoonnummer telnr telefonnr \
         numerodetelephone telephonefixe ph rufnummer phoneno contactnumber contactno \
         businessphonenumber",
    ),
    (
        Field::Mobile,
        "mobile mobilephone mobilenumber mobilephonenumber cell cellphone mobil mobiltelefon handy \
         handynummer movil telefonomovil celular cellulare telefonocellulare mobiel mobielnummer \
         gsm portable telephoneportable whatsapp whatsappnumber 收件人手機",
    ),
    (
        Field::OtherPhone,
        "phone2 phone3 telephone2 telephone3 homephone homephone2 businessphone2 workphone2 \
         otherphone telefon2 telefono2 companyphone2 directphone phone2value privatephone",
    ),
    (Field::Fax, "fax faxnumber homefax businessfax otherfax telefax pager workfax faxnummer"),
    (
        Field::GivenName,
        "firstname givenname fname fn first vorname nombre nombredepila nome voornaam prenom \
         forename firstgivenname",
    ),
    (
        Field::FamilyName,
        "lastname familyname surname lname ln last nachname familienname apellido apellidos cognome \
         achternaam familienaam nomdefamille secondname",
    ),
    (
        Field::FullName,
        "name fullname contactname contact contactperson completename displayname ansprechpartner \
         ansprechpartnerin kontaktperson nombrecompleto nombreyapellidos nombreyapellido \
         nomecompleto nomeecognome nomecognome naam volledigenaam contactpersoon nom nomcomplet \
         nometprenom prenometnom vorundnachname vornamenachname vollstandigername username \
         personname clientname klant 收件人姓名 fromname",
    ),
    (
        Field::JobTitle,
        "jobtitle title position role jobposition function funktion beruf berufsbezeichnung \
         stellenbezeichnung cargo puesto posizione ruolo qualifica functie functietitel fonction \
         poste titredeposte occupation jobrole",
    ),
    (
        Field::Company,
        "company companyname organization organisation organizationname organisationname org \
         orgname account accountname firm business businessname employer firma firmenname \
         unternehmen empresa nombredelaempresa razonsocial azienda nomeazienda ragionesociale \
         societa bedrijf bedrijfsnaam entreprise societe nomdelentreprise raisonsociale compania",
    ),
    (
        Field::TaxId,
        "taxid vat vatid vatnumber vatno ustid ustidnr umsatzsteuerid nif cif nifcif partitaiva \
         piva btwnummer btw numerotva tva tvaintracommunautaire",
    ),
    (
        Field::Website,
        "website websiteurl web webpage url homepage webseite internetseite sitioweb paginaweb \
         sitoweb sito siteweb siteinternet companywebsite webaddress domain companydomain",
    ),
    (Field::Profile, "linkedin linkedinurl linkedinprofile profileurl xing xingprofile"),
    (
        Field::Line1,
        "address address1 addressline1 address1line1 street streetaddress streetaddress1 addr1 \
         addr strasse strassehausnummer strasseundhausnummer anschrift adresse direccion \
         domicilio calle via indirizzo straat adres straatnaam rue businessaddress mailingaddress \
         mailingstreet billingstreet workaddress companyaddress 收件地址",
    ),
    (
        Field::Line2,
        "address2 addressline2 address1line2 street2 addr2 strasse2 streetaddress2 adresszusatz \
         address1line3 apartment suite",
    ),
    (
        Field::City,
        "city town address1city cityname ct ort stadt wohnort ciudad poblacion localidad citta \
         comune plaats stad woonplaats ville mailingcity billingcity workcity",
    ),
    (
        Field::PostalCode,
        "zip zipcode postalcode postcode address1postalcode plz postleitzahl codigopostal cp cap \
         codiceavviamentopostale codepostal mailingpostalcode billingpostalcode uszip 收件郵遞區號",
    ),
    (
        Field::Subdivision,
        "state statecode province region regioncode address1stateorprovince stateprovince \
         stateorprovince bundesland provincia provincie departement county mailingstate \
         billingstate regionname canton kanton",
    ),
    (
        Field::Country,
        "country countrycode countryname countryregion address1country land pais paese pays nazione \
         mailingcountry billingcountry",
    ),
    (Field::Topic, "subject topic betreff asunto oggetto onderwerp sujet objet thema regarding"),
    (
        Field::Message,
        "message description comment comments body text question questions inquiry enquiry request \
         details nachricht mitteilung anfrage bemerkung bemerkungen kommentar mensaje comentario \
         comentarios consulta messaggio commento richiesta bericht vraag opmerking opmerkingen \
         remarque remarques commentaire commentaires demande note notes notizen notas howcanwehelp \
         howcanwehelpyou messagetext yourmessage projectdescription whatareyoulookingfor",
    ),
    (
        Field::Product,
        "sku product productname productcode productid item itemcode itemnumber article \
         articlenumber produkt artikel artikelnummer producto articulo referencia prodotto articolo \
         codicearticolo artikelnr produit reference productofinterest productinterest partnumber",
    ),
    (
        Field::Quantity,
        "quantity qty amountofunits units pieces pcs menge anzahl stuckzahl stueckzahl cantidad \
         unidades quantita aantal hoeveelheid quantite howmany numberofunits",
    ),
    (
        Field::Budget,
        "budget budgetamount estimatedbudget presupuesto bilancio budgetrange estimatedvalue \
         estimatedamount",
    ),
    (
        Field::Currency,
        "currency currencycode transactioncurrency wahrung waehrung moneda valuta devise",
    ),
    (
        Field::Timeframe,
        "timeframe purchasetimeframe timeline purchasetimeline kaufzeitraum plazodecompra",
    ),
    (Field::CloseDate, "closedate estimatedclosedate expectedclosedate abschlussdatum"),
    (
        Field::Employees,
        "employees numberofemployees noofemployees employeecount companysize mitarbeiter \
         mitarbeiterzahl anzahlmitarbeiter empleados numerodeempleados dipendenti medewerkers \
         aantalmedewerkers effectif nombredesalaries",
    ),
    (Field::Industry, "industry industrycode branche sector settore secteur industria"),
    (Field::Source, "leadsource leadsourcecode source herkunft origen fonte bron"),
    (
        Field::Campaign,
        "campaign campaignname campaignid campaigncode utmcampaign kampagne campana \
         campagna campagne event eventname eventcode formname",
    ),
    (
        Field::Owner,
        "owner ownername owneremail leadowner accountowner capturedby salesrep \
         salesperson salesrepresentative accountmanager assignedto assignedseller seller verkaufer \
         vertriebsmitarbeiter kundenbetreuer zustandig erfasstvon vendedor comercialasignado \
         capturadopor propietario venditore commerciale responsabilecommerciale inseritoda \
         verkoper eigenaar ingevoerddoor vendeur responsablecommercial saisipar proprietaire",
    ),
    (
        Field::Consent,
        "consent optin marketingconsent marketingoptin newsletter newsletteroptin subscribe \
         gdprconsent emailoptin acceptsmarketing werbeeinwilligung einwilligung consentimiento \
         consenso toestemming consentement agreetomarketing",
    ),
    (Field::NoBulk, "donotbulkemail donotemail hasoptedoutofemail emailoptout optout unsubscribed"),
    (
        Field::SubmittedAt,
        "submittedat submitted submittedon submissiondate submissiontime timestamp createdat created \
         createdtime createdon createddate date datetime requestdate sentat firedat",
    ),
    (Field::Action, "action operation rowaction aktion accion azione actie"),
    (Field::Test, "istest testlead test testmode debug"),
    (
        Field::Plumbing,
        "submit commit save send button oid reture returl redirect redirecturl thankyouurl encoding \
         charset debugemail csrf csrftoken csrfmiddlewaretoken authenticitytoken token utf8 \
         grecaptcharesponse hcaptcharesponse cfturnstileresponse captcha honeypot method \
         requestverificationtoken wpcf7 wpcf7version wpcf7locale wpcf7unittag wpcf7containerpost \
         formid postid queriedid refererurl xfpb googlekey apikey apiversion nonce wpnonce \
         wphttpreferer viewstate viewstategenerator eventvalidation formkey formtoken",
    ),
];

/// Words that vendors and page builders put before a field's name; left out where the rest is known.
const PREFIXES: &[&str] = &[
    "your",
    "contact",
    "customer",
    "lead",
    "person",
    "user",
    "client",
    "visitor",
    "my",
    "kontakt",
    "cliente",
    "form",
    "field",
    "fields",
    "kunde",
    "buyer",
    "applicant",
    "sender",
    "primary",
    "input",
    "txt",
    "billing",
    "personal",
];
/// Longest name that is looked up, in bytes; longer ones are questions, not names.
const NAME_BYTES_MAX: usize = 80;

/// What a field of this name means; `None` where the name is not known.
#[must_use]
pub fn meaning(name: &str) -> Option<Field> {
    if name.len() > NAME_BYTES_MAX {
        return None;
    }
    let folded = fold(name);
    // JotForm numbers its questions: q3_name.
    let numbered =
        folded.strip_prefix('q').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let folded = match numbered {
        Some(rest) if folded.len() - rest.len() > 1 => rest.to_owned(),
        _ => folded,
    };
    known(&folded).or_else(|| {
        PREFIXES
            .iter()
            .filter_map(|prefix| folded.strip_prefix(prefix))
            .find_map(|rest| known(rest).filter(|_| !rest.is_empty()))
    })
}

fn known(folded: &str) -> Option<Field> {
    static BY_NAME: std::sync::LazyLock<std::collections::HashMap<&str, Field>> =
        std::sync::LazyLock::new(|| {
            NAMES
                .iter()
                .flat_map(|(field, names)| names.split_whitespace().map(|name| (name, *field)))
                .collect()
        });
    BY_NAME.get(folded).copied()
}

/// Letters and digits only, lower case, without accents: `Straße & Nr.` becomes `strassenr`.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'à'..='å' | 'ā' | 'ă' | 'ą' => out.push('a'),
            'æ' => out.push_str("ae"),
            'ç' | 'ć' | 'č' => out.push('c'),
            'è'..='ë' | 'ē' | 'ę' | 'ě' => out.push('e'),
            'ì'..='ï' | 'ī' | 'ı' => out.push('i'),
            'ł' => out.push('l'),
            'ñ' | 'ń' | 'ň' => out.push('n'),
            'ò'..='ö' | 'ø' | 'ō' | 'ő' => out.push('o'),
            'œ' => out.push_str("oe"),
            'ß' => out.push_str("ss"),
            'ś' | 'š' | 'ş' | 'ș' => out.push('s'),
            'ù'..='ü' | 'ū' | 'ů' | 'ű' => out.push('u'),
            'ý' | 'ÿ' => out.push('y'),
            'ź' | 'ż' | 'ž' => out.push('z'),
            // Accents that stand by themselves, as decomposed text has them.
            '\u{300}'..='\u{36f}' => {}
            c if c.is_alphanumeric() => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_folded_and_stands_once() {
        let mut seen = std::collections::HashMap::new();
        for (field, names) in NAMES {
            for name in names.split_whitespace() {
                assert_eq!(fold(name), name);
                assert_eq!(seen.insert(name, field), None, "{name} stands twice");
            }
        }
    }

    #[test]
    fn names_of_six_languages_and_vendors_are_known() {
        for (name, field) in [
            ("E-mail 2 Address", Field::OtherEmail),
            ("Straße & Hausnummer", Field::Line1),
            ("Straße", Field::Line1),
            ("correo electrónico", Field::Email),
            ("Partita IVA", Field::TaxId),
            ("your-email", Field::Email),
            ("address1_stateorprovince", Field::Subdivision),
            ("FNAME", Field::GivenName),
            ("Prénom", Field::GivenName),
            ("Telefoonnummer", Field::Phone),
            ("Mobile Phone", Field::Mobile),
            ("PHONE_NUMBER", Field::Phone),
            ("items[0][sku]", Field::Product),
        ] {
            let name = name.strip_prefix("items[0]").unwrap_or(name);
            assert_eq!(meaning(name), Some(field), "{name}");
        }
        assert_eq!(meaning("Favourite colour"), None);
        assert_eq!(meaning(""), None);
    }
}
