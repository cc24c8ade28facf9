//! Words, divided by `|`, that tell what is asked for, as they begin, in lower case. Chosen by hand for the
//! languages in which enquiries came: English, German, French, Spanish, Italian, Dutch, Portuguese, Polish, Czech, Swedish,
//! Danish and Norwegian.

use crate::word_list::{Pieces, Words};
use crate::{pieces, words};

/// Whoever writes these asks for what follows, or for what stands before in the same clause.
pub(super) static ASKS: Pieces = pieces!(["\
    need|want|would like|'d like|quote|quotation|offer|price|pricing|cost|how much|order|buy|\
    purchas|interested|interest in|please send|looking for|request|enquir|inquir|do you have|\
    do you sell|available|deliver|send us|send me|require|brauch|benötig|möcht|angebot|\
    anfrage|preis|kost|bestell|kaufen|interess|bitte|such|bedarf|wollen|hätte|wünsch|\
    haben sie|habt ihr|liefer|offeriere|besoin|voudr|souhait|devis|prix|coût|command|acheter|\
    intéress|cherch|avez-vous|envoy|aimer|necesit|quer|quisi|oferta|presupuesto|precio|cuesta|\
    cuánto|pedir|pedido|comprar|interes|busc|cotiza|deseo|deseamos|bisogno|vorr|preventivo|\
    offerta|prezz|costa|quanto|ordin|comprare|acquist|cerch|desider|serv|nodig|willen|graag|\
    offerte|prijs|prijz|kopen|zoek|wensen|precis|orçamento|preço|custa|quanto|gostar|encomend|\
    procur|potrzeb|oferty|ofertę|oferta|cen|kosztuj|zamówi|kupić|prosz|chciel|potřebuj|nabídk|\
    stojí|objedn|koupit|pros|chtěl|zájem|behöv|offert|pris|kosta|köpa|vill|brug for|tilbud|\
    koste|købe|ønsk|trenger|kjøpe|söker|søger|we take|we'll take|will take|would take|\
    nehmen|nähmen|prendr|prendiamo|tomar|tomamos|nemen|bierzemy|weźmiemy|bereme|vezmeme|tager vi|\
    tar vi|vi tar|vi tager"]);

/// What follows them is there already, given back, or only compared with.
pub(super) static HAS: Pieces = pieces!(["\
    bought|we have|i have|we've|i've|we own|i own|already|returned|returning|instead of|\
    in place of|rather than|instead|decline|refus|than the|than a|than your|compared|replace|currently use|we use|no longer|\
    do not need|don't need|do not want|don't want|not the|without the|last year|successor of|\
    similar to|wir haben|ich habe|haben wir|habe ich|gekauft|bereits|schon|statt|zurück|\
    retour|als der|als die|als das|als den|im vergleich|verglichen|nicht den|nicht die|\
    nicht das|ablehn|abgelehnt|kein|besitz|nutzen|benutzen|ersatz für|ersetzen|nous avons|j'ai|déjà|acheté|\
    au lieu|plutôt que|que la|que le|retourn|remplac|par rapport|tenemos|tengo|ya |compramos|\
    compré|en lugar|en vez|que la|que el|devol|sustitu|reemplaz|abbiamo|già|comprato|invece|\
    al posto|rispetto|restitu|sostitui|wij hebben|we hebben|ik heb|al een|gekocht|in plaats|\
    dan de|dan het|terug|vervang|temos|tenho|já |em vez|devolv|substitu|mamy|mam |kupili|\
    kupił|zamiast|niż |zwrac|zwrot|máme|koupili|místo|než |vrac|vi har|jag har|jeg har|köpte|\
    købte|kjøpte|i stället|i stedet|än |end |enn "]);

/// Before products that are only compared, unless something else asks for them.
pub(super) static COMPARES: Pieces = pieces!(["\
    difference between|differ|unterschied|unterscheid|différence|diferencia|differenza|diferença|\
    verschil|różni|rozdíl|skillnad|forskel|forskjell|ero "]);

/// Directly behind a product: it is given away.
pub(super) const BACK: &str = "\
    zurückgeb|zurückschick|zurückzugeb|zurücksend|retour|loswerden|abgeben|verkaufen|ersetz|auszutausch|\
    austausch|ablös|zurück|back|devolv|restitu|terug|oddać|zwróci|vrátit|tillbaka|tilbage|tilbake";

/// Join what is said of one product to what is said of the next.
pub(super) static JOINTS: Pieces = pieces!([
    " and | und | et | y | e | en | i | a | och | og | ja | és | oraz | sowie | then | dann |, "
]);

/// Directly before a product: it is the writer's own.
pub(super) static MINE: Words = words!(
    "\
    our|my|unser|unsere|unseren|unserem|unserer|mein|meine|meinen|meiner|notre|nos|mon|ma|\
    nuestra|nuestro|nuestras|mi|nostra|nostro|nostre|mia|onze|ons|mijn|nossa|nosso|minha|nasz|\
    nasza|naszego|moja|náš|naše|naší|můj|vår|vores|vårt|min|mit"
);

/// Behind a product, where nothing asks: how it does.
pub(super) static IDLE: Pieces = pieces!(["\
    works|is broken|broke|funktioniert|läuft|ist defekt|ist kaputt|genügt|reicht|marche|\
    fonctionne|en panne|funciona|está roto|funziona|è rotto|werkt|is kapot|działa|funguje|\
    fungerar|fungerer|virker|arrived|kam |kamen|ist angekommen|wurde geliefert|was delivered|\
    were delivered"]);

/// Begin another thought within a sentence.
pub(super) static ENDS: Pieces = pieces!([
    " but | aber | sondern | mais | pero | sino | ma | maar | mas | ale | men |: | – | — "
]);

/// Stand between a number and what it counts.
pub(super) static BETWEEN: Words = words!(
    "\
    x|×|*|mal|times|st|st.|stk|stk.|stück|stücke|pcs|pcs.|pc|piece|pieces|unit|units|of|the|\
    of the|your|new|neue|neuen|neuer|von|der|die|das|den|des|ihrer|ihre|maschinen|maschine|\
    machines|machine|geräte|gerät|modell|model|modèle|modelo|modello|typ|type|pièces|pièce|\
    unités|unité|de|la|le|les|du|unidades|unidad|uds|uds.|ud.|piezas|pieza|del|pezzi|pezzo|pz|\
    pz.|unità|dei|di|stuks|stuk|van|kus|kusy|kusů|ks|sztuk|sztuki|szt|szt.|db|adet|peças|\
    unids|styck|styk|stycken|kg|kilo|kilos|g|l|liter|litres|m|set|sets|box|boxes|karton|\
    kartons|packs|pack|pakete|packungen"
);

/// The number behind them is a name and counts nothing.
pub(super) static LABELS: Words = words!(
    "\
    room|raum|zimmer|page|seite|s.|p.|halle|hall|no|no.|nr|nr.|number|nummer|n°|nº|num|haus|\
    house|katalog|catalogue|catalog|chapter|kapitel|sala|salle|stanza|page:|página|pagina|\
    strana|strona|position|pos|pos.|item|artikel|version|etage|floor|stock|piso|building|gate|\
    gleis|tor|line|linie|straße|strasse|street|rue|calle|via|level|order|bestellung|invoice|\
    rechnung|quote|ticket|#|year|jahr|since|seit|depuis|desde|dal|in|im|from|ab|until|bis"
);
