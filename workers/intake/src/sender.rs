//! What an address tells by itself: whether anybody reads there, and whose domain it is.

use domain::pieces;
use domain::word_list::Pieces;

use forms::fold;

/// Local parts of addresses that take no answers, folded; they stand at the beginning or end.
const NO_ANSWERS: &[&str] = &[
    "noreply",
    "donotreply",
    "noanswer",
    "nichtantworten",
    "keineantwort",
    "noresponder",
    "nepasrepondre",
    "nonrispondere",
    "mailerdaemon",
    "bounce",
    "notifications",
    "nopriority",
    "nietbeantwoorden",
    "naoresponda",
    "nieodpowiadaj",
    "svaraej",
    "svarikke",
    "ikkesvar",
    "neodpovidat",
    "neodpovidejte",
    "unmonitored",
];
static ANY_NO_ANSWERS: Pieces = pieces!(NO_ANSWERS);
/// Domains at which anybody has an address: two of them have nothing in common.
const PUBLIC: &[&str] = &[
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "msn.com",
    "yahoo.com",
    "yahoo.de",
    "yahoo.fr",
    "yahoo.co.uk",
    "icloud.com",
    "me.com",
    "mac.com",
    "aol.com",
    "gmx.de",
    "gmx.net",
    "gmx.at",
    "gmx.ch",
    "web.de",
    "t-online.de",
    "freenet.de",
    "orange.fr",
    "wanadoo.fr",
    "free.fr",
    "laposte.net",
    "sfr.fr",
    "libero.it",
    "virgilio.it",
    "alice.it",
    "tiscali.it",
    "mail.ru",
    "yandex.ru",
    "bk.ru",
    "wp.pl",
    "onet.pl",
    "o2.pl",
    "interia.pl",
    "seznam.cz",
    "email.cz",
    "centrum.cz",
    "freemail.hu",
    "citromail.hu",
    "abv.bg",
    "qq.com",
    "163.com",
    "126.com",
    "naver.com",
    "daum.net",
    "proton.me",
    "protonmail.com",
    "posteo.de",
    "mailbox.org",
    "bluewin.ch",
    "telenet.be",
    "skynet.be",
    "ziggo.nl",
    "kpnmail.nl",
    "hotmail.fr",
    "hotmail.es",
    "hotmail.it",
    "hotmail.de",
    "outlook.de",
    "outlook.fr",
    "outlook.es",
    "yahoo.es",
    "yahoo.it",
    "uol.com.br",
    "bol.com.br",
    "terra.com.br",
    "sapo.pt",
];

/// Whether nobody reads what is sent to this address.
#[must_use]
pub fn takes_no_answers(email: &str) -> bool {
    let local = fold(local(email));
    ANY_NO_ANSWERS.stand_in(&local)
        && NO_ANSWERS.iter().any(|name| local.starts_with(name) || local.ends_with(name))
}

/// What stands before the sign.
#[must_use]
pub(crate) fn local(email: &str) -> &str {
    email.rsplit_once('@').map_or(email, |(local, _)| local)
}

/// What stands behind the sign.
#[must_use]
pub(crate) fn host(email: &str) -> &str {
    email.rsplit_once('@').map_or("", |(_, host)| host)
}

/// Whether two addresses belong to one house: their domain is the same, or one lies below the
/// other, and it is none at which anybody has an address.
#[must_use]
pub(crate) fn same_house(one: &str, other: &str) -> bool {
    let (one, other) = (host(one), host(other));
    let below = |long: &str, short: &str| {
        long.strip_suffix(short).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    !one.is_empty()
        && !other.is_empty()
        && (below(one, other) || below(other, one))
        && !PUBLIC.contains(&one)
        && !PUBLIC.contains(&other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_house_has_one_domain_and_the_public_ones_are_no_house() {
        assert!(same_house("a@shop.example", "b@shop.example"));
        assert!(same_house("a@mail.shop.example", "b@shop.example"));
        assert!(!same_house("a@gmail.com", "b@gmail.com"));
        assert!(!same_house("a@workshop.example", "b@shop.example"));
        assert!(takes_no_answers("no-reply@shop.example"));
        assert!(!takes_no_answers("postmaster@shop.example"));
    }
}
