//! Names of fields that are questions: "What is your e-mail address?", "Wie lautet Ihre Telefonnummer?".

use domain::word_list::{Pieces, Words};
use domain::{pieces, words};

use super::kind::Field;
use super::names::known;
use super::qualified::counted;
use forms::fold;

/// Longest question that is looked at, in bytes.
const BYTES_MAX: usize = 200;
/// Words that ask or address the reader and say nothing of what is asked, folded.
static ASKING: Words = words!(
    " what whats which who whom is s are be your you the a an of our us we i my me do does did can could may should \
    would will shall please enter provide give tell type select choose in at on to for with by from under here and or if any best \
    valid full current preferred main interested work want need like required optional field so that this \
    wie was welche welcher welches wer ist lautet lauten heisst sind ihr ihre ihren ihrer ihres dein deine deinen sie du uns wir \
    bitte geben angeben eingeben nennen der die das den dem ein eine einen fur von zu unter an am im auf konnen durfen mochten \
    interessieren interessiert sich arbeiten pflichtfeld wahlen \
    quel quelle quels quelles est sont votre vos ton ta le la les un une de du des d l nous vous pouvons indiquer merci entrez \
    saisissez veuillez interesse souhaitez \
    cual cuales es son su sus tu tus el los las una por favor indique escriba introduzca nos podemos que te interesa desea \
    qual quali e il lo gli i suo sua suoi tuo tua inserisci inserire indica scriva scrivi per favore possiamo che ti interessa \
    wat welk welke uw je jouw het een van vul kunnen wij op geef \
    o os as seu seus sua digite insira informe qual \
    jaki jaka jakie jest twoj twoja twoje pana pani podaj prosze jaky jaka jake je vas vase vasi zadejte uvedte prosim \
    hvad hvilken hvilket er din dit dine deres dit indtast hva ditt deres oppgi vad vilken vilket ar ditt ange skriv \
    mika on sinun teidan anna kerro mi az on neve adja meg care dumneavoastra introduceti "
);
/// Whole questions by what they ask for, folded; they stand anywhere in the name.
static PHRASES: [(Field, Pieces); 4] = [
    (
        Field::FullName,
        pieces!([
            "wieheissensie wieheisstdu howshouldwecallyou whoareyou commentvousappelez comosellama comotellamas \
         comesichiama cometichiami hoeheetu hoeheetje comosechama jaksienazywasz jaksejmenujete hvadhedderdu \
         hvaheterdu vadheterdu"
        ]),
    ),
    (
        Field::Phone,
        pieces!([
            "callyou callyouback reachyoubyphone reachyouontelephone anrufen telefonischerreich vousappeler \
         vousrappeler llamarle llamarte chiamarla richiamarla bellenop umbellen terugbellen"
        ]),
    ),
    (
        Field::Message,
        pieces!([
            "howcanwehelp canwehelpyou canwedoforyou womitkonnenwir waskonnenwir wiekonnenwirihnenhelfen wiekonnenwirhelfen \
         wiekonnenwirdirhelfen commentpouvonsnous enquepodemosayudar comopodemosayudar comepossiamoaiutar \
         waarmeekunnenwe waarmeekunnenwij hoekunnenwe comopodemosajudar wczymmozemypomoc scimvammuzemepomoci \
         hvadkanvihjaelpe hvakanvihjelpe vadkanvihjalpa yourquestion yourproject tellusmore anythingelse"
        ]),
    ),
    (
        Field::Quantity,
        pieces!([
            "howmanyunits howmanypieces howmanymachines wievielestuck wievielegerate wievielemaschinen"
        ]),
    ),
];

/// What a question asks for: what is left of it without the words that only ask.
pub(super) fn asked(name: &str) -> Option<Field> {
    if name.len() > BYTES_MAX {
        return None;
    }
    let folded = fold(name);
    let phrase = PHRASES.iter().find(|(_, phrases)| phrases.stand_in(&folded));
    if let Some((field, _)) = phrase {
        return Some(*field);
    }
    let divided = name.split(|c: char| c.is_whitespace() || "?!:;,./()[]*_'’\"".contains(c));
    let words: Vec<String> = divided.map(fold).filter(|word| !word.is_empty()).collect();
    let left: Vec<&str> =
        words.iter().filter(|word| !ASKING.has(word)).map(String::as_str).collect();
    if left.is_empty() || left.len() == words.len() || left.len() > 3 {
        return None;
    }
    let left = left.concat();
    let field = known(&left).or_else(|| counted(&left))?;
    // What an action, a test or a page is called stands by itself.
    let plain = !matches!(
        field,
        Field::Action
            | Field::Test
            | Field::Plumbing
            | Field::Owner
            | Field::SubmittedAt
            | Field::Trap
            | Field::Page
    );
    plain.then_some(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_known_by_what_it_asks_for() {
        for (name, field) in [
            ("What is your e-mail address?", Field::Email),
            ("Wie lautet Ihre Telefonnummer?", Field::Phone),
            ("Quelle est votre adresse e-mail ?", Field::Email),
            ("¿Cuál es su teléfono?", Field::Phone),
            ("Wie heißen Sie?", Field::FullName),
            ("How can we help you?", Field::Message),
            ("Which product are you interested in?", Field::Product),
            ("In welcher Firma arbeiten Sie?", Field::Company),
        ] {
            assert_eq!(asked(name), Some(field), "{name}");
        }
        for name in [
            "Do you have a machine?",
            "What colour do you like?",
            "Was ist passiert?",
            "Your action",
        ] {
            assert_eq!(asked(name), None, "{name}");
        }
    }
}
