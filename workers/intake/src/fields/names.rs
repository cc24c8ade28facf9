//! The names of fields and columns, sorted by meaning.

use std::collections::HashMap;
use std::sync::LazyLock;

use domain::word_list::ListHash;

use super::foreign;
use super::kind::Field;

/// Names as `fold` leaves them, sorted by meaning; a name stands once.
pub(super) const NAMES: &[(Field, &str)] = &[
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
    (
        Field::DialCode,
        "dialcode dialingcode diallingcode callingcode phonecode phonecountrycode phonecountry telcountrycode \
         countrycallingcode countrydialcode countryphonecode mobilecountrycode landesvorwahl laendervorwahl \
         landervorwahl landvorwahl telefonlandesvorwahl isd isdcode internationalprefix phoneprefixcountry \
         prefijopais prefijointernacional prefissointernazionale indicatifpays landnummer landcode countryprefix \
         telefonlandcode codigopais codigodepais ddi phonecc telcc mobilecc",
    ),
    (
        Field::AreaCode,
        "areacode phoneareacode phonearea telarea phoneprefix telprefix telefonvorwahl vorwahl ortsvorwahl \
         telvorwahl vorwahlnummer kengetal netnummer prefijo prefisso indicatif indicatifregional lada ddd \
         riktnummer predvolba kierunkowy korzetszam citycode",
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
         nometprenom prenometnom vorundnachname vornamenachname vollstandigername \
         personname clientname klant customer customername kunde kundenname cliente client contacto contatto kontakt \
         user username guest guestname attendee attendeename visitor visitorname besteller bestellername absender \
         sender sendername kundin gast person lead applicant requester 收件人姓名 fromname",
    ),
    (
        Field::JobTitle,
        "jobtitle organizationtitle contacttitle position role jobposition function funktion beruf berufsbezeichnung \
         stellenbezeichnung cargo puesto posizione ruolo qualifica functie functietitel fonction \
         poste titredeposte occupation jobrole",
    ),
    (
        Field::Title,
        "title titel anrede salutation honorific courtesytitle nameprefix tratamiento titolo titre civilite \
         aanhef titulo anredetitel titelanrede prefix namenszusatz akademischertitel",
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
        "website websiteurl web homepage webseite internetseite sitioweb paginaweb \
         sitoweb sito siteweb siteinternet companywebsite webaddress companydomain companyurl websiteaddress \
         internet internetadresse firmenwebseite firmenhomepage companysite www hjemmeside hemsida \
         kotisivut stronainternetowa stronawww webovestranky webcim",
    ),
    (
        Field::Page,
        "url page pageurl pageuri pagelink pagetitle domain host hostname landingpage landingpageurl \
         referrer referer refererurl referrerurl httpreferer sourceurl sourcepage siteurl formurl formpage \
         currenturl currentpage originurl submittedfrom submissionurl entryurl posturl \
         seite seitenurl herkunftsseite paginaurl urlpagina urldelapagina urlpage embedurl permalink href \
         parenturl documenturl windowlocation pagepath webpage",
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
        "message content msg description comment comments body text question questions inquiry enquiry request \
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
         emailoptin acceptsmarketing werbeeinwilligung einwilligung consentimiento \
         consenso toestemming consentement agreetomarketing",
    ),
    (
        Field::Privacy,
        "gdpr gdprconsent gdpragreement privacy privacypolicy privacyconsent privacyaccepted terms tos \
         termsandconditions termsaccepted acceptterms agreeterms acceptance agree agreement dataprotection \
         dataprocessing datenschutz datenschutzerklarung datenschutzhinweis dsgvo agb nutzungsbedingungen \
         einverstanden einverstandnis rgpd privacidad politicadeprivacidad aceptacion acepto avisolegal \
         informativaprivacy privacyverklaring avg voorwaarden confidentialite politiquedeconfidentialite \
         rodo regulamin",
    ),
    (
        Field::NoBulk,
        "donotcontact donotbulkemail donotemail hasoptedoutofemail emailoptout optout unsubscribed",
    ),
    (
        Field::PhoneConsent,
        "phoneconsent consentphone callconsent consenttocall phoneoptin calloptin smsoptin smsconsent whatsappoptin \
         allowcalls telefoneinwilligung einwilligungtelefon consentimientotelefono consensotelefono",
    ),
    (Field::NoPhone, "donotphone donotcall hasoptedoutofphone phoneoptout smsoptout calloptout"),
    (
        Field::Profiling,
        "profilingconsent consentprofiling trackingconsent personalizationconsent profilingeinwilligung \
         consensoprofilazione profilazione",
    ),
    (
        Field::SubmittedAt,
        "submittedat submitted submittedon submissiondate submissiontime timestamp createdat created \
         createdtime createdon createddate date datetime requestdate sentat firedat",
    ),
    (Field::Action, "action operation rowaction aktion accion azione actie"),
    (
        Field::Deleted,
        "deleted isdeleted deletedat deletedon geloscht geloschtam loschdatum loschkennzeichen eliminado borrado supprime \
         eliminato verwijderd usuniety usunieto smazano zmazane slettet raderad archived isarchived",
    ),
    (Field::Test, "istest testlead test testmode debug"),
    (
        Field::Trap,
        "honeypot hp honey honeypotfield pot beehive bottrap bot botfield botcheck spamtrap spamcheck antispam \
         trap hpfield hpname hpemail hpurl nospam donotfill donotfillin donotfillthis leaveblank leaveempty \
         leavethisblank leavethisempty leavethisfieldblank leavethisfieldempty faxdonotfill gotcha \
         nichtausfullen bittefreilassen bitteleerlassen leerlassen feldleerlassen freilassen norellenar \
         nollenar dejarenblanco dejarvacio noncompilare lasciarevuoto nietinvullen leeglaten \
         neremplissezpas neremplirpas nepasremplir laisservide nevyplnovat niewypelniac hutky",
    ),
    (
        Field::Plumbing,
        "leadmillrow leadmillreason submit commit save send button oid reture returl redirect redirecturl thankyouurl encoding \
         charset debugemail csrf csrftoken csrfmiddlewaretoken authenticitytoken token utf8 \
         grecaptcharesponse hcaptcharesponse cfturnstileresponse captcha method \
         requestverificationtoken wpcf7 wpcf7version wpcf7locale wpcf7unittag wpcf7containerpost \
         formid postid queriedid xfpb googlekey apikey apiversion nonce wpnonce \
         wphttpreferer viewstate viewstategenerator eventvalidation formkey formtoken",
    ),
];

/// What a folded name means.
pub(super) fn known(folded: &str) -> Option<Field> {
    static BY_NAME: LazyLock<HashMap<&str, Field, ListHash>> = LazyLock::new(|| {
        NAMES
            .iter()
            .chain(foreign::NAMES)
            .flat_map(|(field, names)| names.split_whitespace().map(|name| (name, *field)))
            .collect()
    });
    BY_NAME.get(folded).copied()
}
