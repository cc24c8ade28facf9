//! What an input says of consent: yes and no to a purpose, and what machines report of an address. It is kept by address
//! and telephone, so that whoever is recognised by one has one truth.

use std::collections::BTreeMap;

use domain::commands::{ConsentChange, ConsentLift, ConsentSuppress};
use domain::consent::{
    Bringer, Consent, ConsentAction, ConsentSaid, ConsentState, ConsentWord, Purpose, Standing,
    SuppressionReason,
};
use domain::decide::{Ctx, Needs, Outcome, Refusal, World};
use domain::enquiry::{Channel, Enquiry};
use domain::events::{ConsentChanged, ConsentLifted, ConsentSuppressed};
use domain::ids::ConsentId;
use domain::input::Input;
use domain::keys::ConsentOf;
use domain::message::SubjectKind;
use domain::party::{PartyKey, PartyKeyKind, person_keys};

use super::when::{Decision, Then};
use crate::signal::{Reported, Signal};

/// Names what must be known of the consent of whoever is reached by this key: the key too, under whose lock its record
/// is made, and what was kept of it where they were erased.
fn channel_needs(world: &World, key: &PartyKey, needs: &mut Needs) {
    needs.party(key);
    let channel = key.to_string();
    let erased = world.pseudonyms.as_ref().map(|it| ConsentOf(it.pseudonym(&channel)));
    erased.into_iter().for_each(|erased| needs.look_up(erased));
    needs.look_up(ConsentOf(channel));
}

pub(super) fn enquiry_needs(world: &World, enquiry: &Enquiry, needs: &mut Needs) {
    for said in &enquiry.consents {
        channels(enquiry, said.purpose).iter().for_each(|key| channel_needs(world, key, needs));
    }
}

pub(super) fn signal_needs(world: &World, signals: &[Signal], needs: &mut Needs) {
    signals.iter().for_each(|signal| channel_needs(world, &mail_key(&signal.email), needs));
}

/// What is known of the consent of whoever is reached by a channel. Of who was erased it is what was kept, which has its
/// channel again once something more is said.
fn known(world: &World, channel: &str) -> Option<Consent> {
    if let Some(consent) = world.by(ConsentOf(channel.to_owned())) {
        return Some(consent.clone());
    }
    let erased = world.by(ConsentOf(world.pseudonyms.as_ref()?.pseudonym(channel)))?;
    Some(Consent { channel: channel.to_owned(), ..erased.clone() })
}

fn mail_key(email: &str) -> PartyKey {
    PartyKey { kind: PartyKeyKind::Email, value: email.to_owned() }
}

/// The ways to reach somebody of which a purpose speaks: calls go to telephones, all else to addresses of mail.
fn channels(enquiry: &Enquiry, purpose: Purpose) -> Vec<PartyKey> {
    let wanted = if purpose == Purpose::Phone { PartyKeyKind::Phone } else { PartyKeyKind::Email };
    person_keys(enquiry).into_iter().filter(|key| key.kind == wanted).collect()
}

/// What changes in the records of one decision.
#[derive(Default)]
pub(super) struct Heard {
    consents: BTreeMap<String, Consent>,
    says: Vec<Then>,
}

impl Heard {
    fn consent(&self, world: &World, key: &PartyKey, ctx: &mut Ctx<'_, ()>) -> Consent {
        let channel = key.to_string();
        let known = self.consents.get(&channel).cloned().or_else(|| known(world, &channel));
        known.unwrap_or_else(|| Consent::new(ctx.id(), channel))
    }

    fn hear(&mut self, consent: &Consent, to: Standing, bringer: Bringer, by: Option<String>) {
        if !consent.takes(&to, bringer) {
            return;
        }
        let Ok(changed) = consent.apply(&ConsentAction::Change) else { return };
        let from = consent.standing(to.said.purpose).map(|standing| standing.said.word);
        let changed = changed.with(to.clone());
        let said = ConsentChanged {
            consent: consent.id,
            channel: consent.channel.clone(),
            from,
            to,
            bulk_mail: changed.allows(Purpose::BulkMail),
            by,
        };
        self.says.push(said.into());
        self.consents.insert(changed.channel.clone(), changed);
    }

    fn suppress(
        &mut self,
        consent: &Consent,
        reason: SuppressionReason,
        input: &Input,
        ctx: &Ctx<'_, ()>,
    ) {
        if let Ok(now) = consent.apply(&ConsentAction::Suppress { at: ctx.now, reason }) {
            let said = ConsentSuppressed {
                consent: now.id,
                channel: now.channel.clone(),
                suppression_reason: reason,
                input: Some(input.id),
                comment: None,
                by: None,
            };
            self.says.push(said.into());
            self.consents.insert(now.channel.clone(), now);
        }
    }

    /// The records, with what is said of them.
    pub(super) fn outcome(self) -> Outcome<Then> {
        let outcome = self.consents.into_values().fold(Outcome::nothing(), Outcome::put);
        self.says.into_iter().fold(outcome, Outcome::say)
    }
}

/// What an enquiry says of consent. Of one that a person must look at, only what takes something back counts before.
pub(super) fn of_enquiry(
    world: &World,
    input: &Input,
    enquiry: &Enquiry,
    held: bool,
    ctx: &mut Ctx<'_, ()>,
) -> Heard {
    let mut heard = Heard::default();
    let bringer =
        if input.channel == Channel::Import { Bringer::List } else { Bringer::Themselves };
    for said in &enquiry.consents {
        if held && said.word != ConsentWord::Withdrawn {
            continue;
        }
        for key in channels(enquiry, said.purpose) {
            let consent = heard.consent(world, &key, ctx);
            heard.hear(&consent, standing(said.clone(), input, ctx), bringer, None);
        }
    }
    heard
}

/// May whoever asks be written to in bulk once that was heard? `None` where the enquiry says nothing of it.
pub(super) fn bulk_mail(world: &World, enquiry: &Enquiry, heard: &Heard) -> Option<bool> {
    enquiry.consents.iter().find(|said| said.purpose == Purpose::BulkMail)?;
    let channel = channels(enquiry, Purpose::BulkMail).first()?.to_string();
    let known = heard.consents.get(&channel).cloned().or_else(|| known(world, &channel));
    Some(known.is_some_and(|consent| consent.allows(Purpose::BulkMail)))
}

/// What machines report.
pub(super) fn of_signals(
    world: &World,
    input: &Input,
    signals: &[Signal],
    ctx: &mut Ctx<'_, ()>,
) -> Heard {
    let mut heard = Heard::default();
    let withdrawn = |purpose| ConsentSaid {
        purpose,
        word: ConsentWord::Withdrawn,
        wording: None,
        version: None,
    };
    for Signal { email, what } in signals {
        let key = mail_key(email);
        if *what != Reported::Bounced {
            let consent = heard.consent(world, &key, ctx);
            let to = standing(withdrawn(Purpose::BulkMail), input, ctx);
            heard.hear(&consent, to, Bringer::Themselves, None);
        }
        let reason = match what {
            Reported::Bounced => SuppressionReason::Bounce,
            Reported::Complained => SuppressionReason::Complaint,
            Reported::Unsubscribed => continue,
        };
        let consent = heard.consent(world, &key, ctx);
        heard.suppress(&consent, reason, input, ctx);
    }
    heard
}

fn standing(said: ConsentSaid, input: &Input, ctx: &Ctx<'_, ()>) -> Standing {
    Standing { said, at: ctx.now, source: ctx.source.to_owned(), input: Some(input.id) }
}

/// Whom a command is about: the record by its id, else the address or telephone.
pub(super) struct Whom<'c> {
    id: Option<ConsentId>,
    channel: Option<&'c str>,
}

impl<'c> Whom<'c> {
    pub(super) fn of_change(it: &'c ConsentChange) -> Self {
        Self { id: it.consent, channel: it.channel.as_deref() }
    }

    pub(super) fn of_suppress(it: &'c ConsentSuppress) -> Self {
        Self { id: it.consent, channel: it.channel.as_deref() }
    }

    pub(super) fn of_lift(it: &'c ConsentLift) -> Self {
        Self { id: it.consent, channel: it.channel.as_deref() }
    }

    fn key(&self, region: &str) -> Option<PartyKey> {
        let written = self.channel?;
        if let Some(value) = forms::email(written) {
            return Some(PartyKey { kind: PartyKeyKind::Email, value });
        }
        let value = forms::phone(written, region).filter(|number| number.starts_with('+'))?;
        Some(PartyKey { kind: PartyKeyKind::Phone, value })
    }

    pub(super) fn needs(&self, world: &World, region: &str, needs: &mut Needs) {
        if let Some(id) = self.id {
            needs.lock(id);
            // Its record is changed under the lock of its key, as everywhere.
            let key = world.find(id).and_then(|consent| consent.channel.parse().ok());
            key.iter().for_each(|key: &PartyKey| needs.party(key));
        } else if let Some(key) = self.key(region) {
            channel_needs(world, &key, needs);
        }
    }

    fn find(&self, world: &World, region: &str, ctx: &mut Ctx<'_, ()>) -> Result<Consent, Refusal> {
        if let Some(id) = self.id {
            return world.known(id).cloned();
        }
        let key = self.key(region).ok_or_else(|| {
            let written = self.channel.unwrap_or_default();
            let message = format!(
                "\"{written}\" is neither an e-mail address nor a telephone with the code of its country; send one of \
                 both as `channel`, or the id of the record as `consent`."
            );
            Refusal::no(SubjectKind::Consent, written, "consent.no_channel", "channel", message)
        })?;
        Ok(Heard::default().consent(world, &key, ctx))
    }
}

pub(super) fn change(
    world: &World,
    command: &ConsentChange,
    region: &str,
    ctx: &mut Ctx<'_, ()>,
) -> Decision {
    let consent = Whom::of_change(command).find(world, region, ctx)?;
    let at = command.at.filter(|at| *at < ctx.now).unwrap_or(ctx.now);
    let to = Standing { said: command.said(), at, source: ctx.source.to_owned(), input: None };
    let mut heard = Heard::default();
    heard.hear(&consent, to, Bringer::Themselves, ctx.by());
    if !heard.says.is_empty() {
        return Ok(heard.outcome());
    }
    let standing = consent.standing(command.purpose);
    if standing.is_some_and(|standing| standing.said.word == command.word) {
        return Ok(Outcome::is_so(SubjectKind::Consent, consent.id));
    }
    let word = standing.map_or("nothing", |standing| standing.said.word.into());
    let message = format!(
        "What was said of `{}` by {} does not count: {word} stands, said on {}. Look at it with `leadmill show consent \
         {}`.",
        command.purpose,
        consent.channel,
        standing.map(|standing| standing.at.format("%Y-%m-%d").to_string()).unwrap_or_default(),
        consent.id,
    );
    Err(Refusal::no(SubjectKind::Consent, consent.id, "consent.older_word", word, message))
}

pub(super) fn suppress(
    world: &World,
    command: &ConsentSuppress,
    region: &str,
    ctx: &mut Ctx<'_, ()>,
) -> Decision {
    let consent = Whom::of_suppress(command).find(world, region, ctx)?;
    if matches!(consent.state, ConsentState::Suppressed { .. }) {
        return Ok(Outcome::is_so(SubjectKind::Consent, consent.id));
    }
    let now = consent.apply(&ConsentAction::Suppress { at: ctx.now, reason: command.reason })?;
    let said = ConsentSuppressed {
        consent: now.id,
        channel: now.channel.clone(),
        suppression_reason: command.reason,
        input: None,
        comment: command.comment.clone().map(String::from).filter(|text| !text.is_empty()),
        by: ctx.by(),
    };
    Ok(Outcome::nothing().changed(now, said))
}

pub(super) fn lift(
    world: &World,
    command: &ConsentLift,
    region: &str,
    ctx: &mut Ctx<'_, ()>,
) -> Decision {
    let consent = Whom::of_lift(command).find(world, region, ctx)?;
    if consent.state == ConsentState::Open {
        return Ok(Outcome::is_so(SubjectKind::Consent, consent.id));
    }
    let now = consent.apply(&ConsentAction::Lift)?;
    let said = ConsentLifted {
        consent: now.id,
        channel: now.channel.clone(),
        comment: command.reason.to_string(),
        bulk_mail: now.allows(Purpose::BulkMail),
        by: ctx.by(),
    };
    Ok(Outcome::nothing().changed(now, said))
}
