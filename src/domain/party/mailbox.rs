//! Addresses that are nobody's, and those that several people read.

/// Words that stand in an address only where there is none, without punctuation and digits, whatever the domain.
const PLACEHOLDERS: &str = " \
    noemail nomail noemailaddress noaddress nomailaddress noemailprovided notprovided notavailable \
    notapplicable noneprovided nonegiven nosuchaddress unknownemail emailunknown undefined fakeemail \
    dummyemail dummymail placeholder donthave donthaveemail doesnothaveemail \
    keineemail keinemail keineemailadresse keinemailadresse keinemailvorhanden keineemailvorhanden \
    keineadresse keineangabe nichtvorhanden nichtangegeben ohneemail ohnemail unbekannteemail \
    sinemail sincorreo sinmail notieneemail notienecorreo notiene nodisponible noemailes ningunemail \
    senzaemail senzamail nessunaemail nessunamail nonhaemail noncelha \
    geenemail geenmail geenmailadres geenemailadres heeftgeenemail \
    pasdemail pasdemel pasdadresse pasdecourriel sansmail sansemail aucunmail aucunemail \
    sememail naotem naotememail semcorreio brakmaila brakemail brakemaila niemamaila bezmaila bezemailu \
    bezmejlu nemamail nemaemail nemamemail nincsemail nincsemailcim nincsmail ingenemail ingenmail \
    none donotemail donotmail doesnotemail nomailbox ingenepost eisahkopostia eimeilia noemailbg fararemail ";

/// Words that say the same, but may be initials or a box of a company: only where the domain says it too.
const DOUBTFUL: &str = " \
    no na none nil null x xx xxx aa aaa abc abcd asd asdf asdfg qwe qwer qwerty test tester testing \
    keine kein keiner ohne unbekannt unknown ninguno ninguna nada nessuno nessuna geen aucun aucune nenhum \
    brak bez nema nincs ingen yok nemam fake dummy email mail name user username yourname your you someone \
    somebody anyone nobody noone nothing anonymous customer client kunde invalid empty leer me ";

/// First words of domains that say that there is no address.
const NO_DOMAINS: &str = " \
    noemail nomail none no na nil null x xx xxx aa aaa abc abcd asd asdf asdfg qwe qwer qwerty test testing \
    keine kein keineemail keinemail ohne unbekannt unknown ninguno ninguna nada nessuno nessuna geen geenmail aucun \
    brak nincs ingen fake dummy fakemail email mail domain yourdomain yourcompany invalid empty noaddress notprovided placeholder nowhere nobody noone mailinator ";

/// Mailboxes that several people read, by their role, in the languages of the markets: the whole local part
/// or its first or last word.
const ROLES: &str = " \
    info infos information informacion informacje informace office mail email post kontakt contact contacto \
    contatto contatti contactus kapcsolat hello hallo hola ciao bonjour hi service services support help \
    helpdesk hilfe team admin administration administracion amministrazione administratie verwaltung \
    sekretariat secretariat secretaria segreteria secretariaat reception recepcion rezeption receptie empfang accueil \
    sales vertrieb verkauf ventas vendite verkoop vente ventes commercial comercial commerciale sprzedaz prodej \
    eladas forsaljning salg myynti vendas export import purchasing purchase procurement einkauf compras acquisti \
    inkoop achat achats zakupy nakup beszerzes inkop indkob innkjop osto \
    buchhaltung rechnung rechnungen accounting accounts accountspayable accountsreceivable invoice invoices \
    billing finance finanzen finanzas contabilidad facturacion facturas administrasjon contabilita fatture \
    fatturazione boekhouding facturen factuur facturation compta comptabilite ksiegowosc faktury fakturace \
    ucetni ucetnictvi konyveles szamla faktura bogholderi regnskap ekonomi talous laskut financeiro \
    order orders bestellung bestellungen pedidos ordini bestellingen commandes zamowienia objednavky \
    marketing press presse prensa stampa pers hr jobs personal personnel personalabteilung rrhh karriere career careers \
    booking bookings reservation reservations reservierung reservas prenotazioni reservering rezervace rezerwacje \
    enquiries enquiry inquiries inquiry anfrage anfragen anfragen consultas richieste webmaster postmaster \
    hostmaster web website shop store webshop tienda negozio boutique sklep obchod bolt butik \
    logistik logistics logistica lager warehouse dispatch versand spedition werkstatt workshop technik technical \
    management direktion direction direccion direzione directie geschaeftsfuehrung geschaftsfuhrung gf leitung \
    biuro firma company empresa azienda bedrijf hotel restaurant cafe kitchen kueche kuche praxis kanzlei labor \
    zentrale central centrale centralino iroda kancelar urad noreply donotreply nieuwsbrief newsletter \
    family familie familia famiglia famille rodzina rodina fam csalad familien familjen perhe ";

fn words(list: &'static str) -> std::collections::HashSet<&'static str> {
    list.split_whitespace().collect()
}

/// Whether the address was written where there is none, as `noemail@noemail.com`: it reaches nobody, and says
/// nothing about who is who.
#[must_use]
pub fn is_placeholder(email: &str) -> bool {
    use std::sync::LazyLock;
    static SURE: LazyLock<std::collections::HashSet<&str>> = LazyLock::new(|| words(PLACEHOLDERS));
    static MAYBE: LazyLock<std::collections::HashSet<&str>> = LazyLock::new(|| words(DOUBTFUL));
    static DOMAINS: LazyLock<std::collections::HashSet<&str>> = LazyLock::new(|| words(NO_DOMAINS));
    let lower = email.trim().to_lowercase();
    let Some((local, domain)) = lower.rsplit_once('@') else { return false };
    let local = plain(local);
    let first = plain(domain.split('.').next().unwrap_or_default());
    // RFC 2606: the top-level domain that is never given to anybody.
    domain.ends_with(".invalid")
        || SURE.contains(local.as_str())
        || SURE.contains(first.as_str())
        || DOMAINS.contains(first.as_str()) && (MAYBE.contains(local.as_str()) || local.is_empty())
        || local == first && MAYBE.contains(local.as_str())
}

/// Whether several people read the mailbox: that of a role or a family. Who writes from it is told by the name.
#[must_use]
pub fn is_shared(email: &str) -> bool {
    static ALL: std::sync::LazyLock<std::collections::HashSet<&str>> =
        std::sync::LazyLock::new(|| words(ROLES));
    let Some((local, _)) = email.rsplit_once('@') else { return false };
    let local = local.split('+').next().unwrap_or_default().to_lowercase();
    let is_role = |word: &str| ALL.contains(plain(word).as_str());
    let mut parts = local.split(['.', '-', '_']).filter(|word| !word.is_empty());
    let first = parts.next();
    is_role(&local) || first.is_some_and(is_role) || parts.next_back().is_some_and(is_role)
}

/// Letters only.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphabetic()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_is_known_by_what_it_says_and_a_person_is_none() {
        for email in [
            "noemail@noemail.com",
            "no-email@acme.example",
            "keine@keine.example",
            "keine.email@firma.de",
            "none@none.com",
            "na@na.com",
            "n.a@n-a.de",
            "x@x.xx",
            "test@test.com",
            "sin-correo@hotel.es",
            "anna@noemail.com",
            "a@b.invalid",
            "unbekannt@unbekannt.de",
            "noemail123@gmail.com",
            "pas-de-mail@free.fr",
            "email@email.com",
            "no_email@none.com",
        ] {
            assert!(is_placeholder(email), "{email}");
        }
        for email in [
            "na@acme.example",
            "no@olsen.example",
            "acme@acme.example",
            "xxx@example.com",
            "test@acme.example",
            "x@acme.com",
            "info@info-bau.de",
            "anna.none@acme.example",
            "nomailov@acme.ru",
            "keiner@keiner-bau.de",
            "mail@gmx.de",
            "name@company.com",
        ] {
            assert!(!is_placeholder(email), "{email}");
        }
    }

    #[test]
    fn a_shared_mailbox_is_known_by_its_role() {
        for email in [
            "info@acme.example",
            "buchhaltung@acme.example",
            "info.berlin@acme.example",
            "sales-de@acme.example",
            "office2@a.example",
            "berlin.vertrieb@a.example",
            "familie.weber@gmx.de",
            "compras@a.example",
            "ksiegowosc@a.example",
        ] {
            assert!(is_shared(email), "{email}");
        }
        for email in [
            "ana@acme.example",
            "infante@acme.example",
            "m.post-weber@acme.example",
            "salesch@acme.example",
        ] {
            assert!(!is_shared(email), "{email}");
        }
    }
}
