//! A held input that a person releases: what they read in it passes the same forms as what a reader
//! reads, so that they are recognised by the same keys.

use domain::certainty::Sureness;
use domain::commands::InputRelease;
use domain::decide::{Already, Arrived, Ctx, Malformed, Outcome, Refusal, World};
use domain::enquiry::{Address, Channel, Enquiry, Interest, OtherField, Person, Thread};
use domain::input::{Input, Verdict};
use domain::message::SubjectKind;
use rust_decimal::Decimal;

use super::verdict::judge;
use super::when::Decision;
use crate::normal;
use crate::options::ReadOptions;

/// Reads the command, and brings what it corrects into the forms of the readers.
pub(super) fn read(arrived: &Arrived, options: &ReadOptions) -> Result<InputRelease, Malformed> {
    let mut release: InputRelease = arrived.data()?;
    if let Some(correction) = &mut release.enquiry {
        let alone = correction.of(None, Channel::Web);
        let mut enquiry = alone.ok_or_else(|| malformed("enquiry", "is no part of an enquiry"))?;
        settle(&mut enquiry, options)?;
        *correction = correction.settled(&enquiry);
    }
    Ok(release)
}

/// What was read of a held input, with what a person corrects in it; `None` where there is neither. Whoever
/// corrects has looked, so that nothing is in doubt any more.
pub(super) fn whole(input: &Input, command: &InputRelease) -> Option<Enquiry> {
    let Some(correction) = &command.enquiry else { return input.enquiry.clone() };
    let corrected = correction.of(input.enquiry.as_ref(), input.channel)?;
    Some(Enquiry { doubts: Vec::new(), certainty: Sureness::default(), ..corrected })
}

pub(super) fn release_held(
    world: &World,
    command: &InputRelease,
    ctx: &mut Ctx<'_, ()>,
) -> Decision {
    let input = world.known(command.input)?;
    if let Verdict::Created { lead } | Verdict::Joined { lead } = input.verdict {
        return Ok(Outcome::already(Already {
            subject: SubjectKind::Lead,
            id: lead.0,
            reference: None,
        }));
    }
    let Some(enquiry) = whole(input, command) else {
        return Err(Refusal::no(
            SubjectKind::Input,
            input.id,
            "input.no_enquiry",
            "held",
            "Nothing could be read from the input; give the `enquiry` that a person reads in it.",
        ));
    };
    let person = &enquiry.person;
    if command.enquiry.is_none() && person.emails.is_empty() && person.phones.is_empty() {
        return Err(Refusal::no(
            SubjectKind::Input,
            input.id,
            "input.no_channel",
            "held",
            "What was read has no e-mail address or telephone; give it as `enquiry.person.emails` or \
             `enquiry.person.phones`, or an empty `enquiry` to make a lead all the same.",
        ));
    }
    judge(world, input.clone(), &enquiry, false, ctx)
}

/// Each field is named, so that a new one is not forgotten.
fn settle(enquiry: &mut Enquiry, options: &ReadOptions) -> Result<(), Malformed> {
    let Enquiry {
        person,
        company,
        tax_id,
        website,
        address,
        topic,
        message,
        interest,
        doubts: _,
        certainty: _,
        budget: _,
        currency: _,
        budget_status: _,
        purchase_timeframe: _,
        purchase_process: _,
        need: _,
        decision_maker: _,
        close_date: _,
        employees: _,
        annual_revenue: _,
        revenue_currency: _,
        industry,
        source: _,
        campaign,
        owner,
        thread: Thread { message: own_id, answers },
        consent: _,
        submitted_at: _,
        other,
    } = enquiry;
    settle_person(person, options)?;
    settle_address(address);
    lines([company, website, topic, industry, campaign, owner, own_id]);
    *message = message.take().and_then(|text| normal::paragraph(&text));
    if let Some(written) = tax_id.take_if(|id| !id.trim().is_empty()) {
        let id = normal::tax_id(&written);
        let what = "is no tax id with its country before it, as DE123456789";
        *tax_id = Some(id.ok_or_else(|| malformed("enquiry.tax_id", what))?);
    }
    *answers = answers.iter().filter_map(|id| normal::line(id)).collect();
    let named = |Interest { product, quantity }| {
        Some(Interest { product: normal::line(&product)?, quantity })
    };
    *interest = std::mem::take(interest).into_iter().filter_map(named).collect();
    let nothing = |quantity: Decimal| quantity <= Decimal::ZERO;
    if let Some(place) = interest.iter().position(|wanted| wanted.quantity.is_some_and(nothing)) {
        let field = format!("enquiry.interest[{place}].quantity");
        return Err(malformed(&field, "is not above zero"));
    }
    let kept = |OtherField { name, value }| {
        Some(OtherField { name: normal::line(&name)?, value: normal::line(&value)? })
    };
    *other = std::mem::take(other).into_iter().filter_map(kept).collect();
    Ok(())
}

fn settle_person(person: &mut Person, options: &ReadOptions) -> Result<(), Malformed> {
    let Person { given_name, family_name, job_title, emails, phones } = person;
    lines([given_name, family_name, job_title]);
    let region = &options.default_region;
    *emails = channels(emails, "emails", "is no e-mail address", normal::email)?;
    let phone = |written: &str| normal::phone(written, region);
    *phones = channels(phones, "phones", "is no telephone number", phone)?;
    Ok(())
}

fn settle_address(address: &mut Option<Address>) {
    let Some(Address { line1, line2, city, postal_code, subdivision, country }) = address else {
        return;
    };
    lines([line1, line2, city, postal_code, subdivision]);
    *country = country.take().and_then(|text| normal::country(&text));
    address.take_if(|address| *address == Address::default());
}

fn lines<const N: usize>(texts: [&mut Option<String>; N]) {
    for text in texts {
        *text = text.take().and_then(|text| normal::line(&text));
    }
}

/// Each in its one form, the same but once.
fn channels(
    written: &[String],
    name: &str,
    what: &str,
    form: impl Fn(&str) -> Option<String>,
) -> Result<Vec<String>, Malformed> {
    let mut found = Vec::new();
    for (place, text) in written.iter().enumerate() {
        let field = format!("enquiry.person.{name}[{place}]");
        let channel = form(text).ok_or_else(|| malformed(&field, what))?;
        if !found.contains(&channel) {
            found.push(channel);
        }
    }
    Ok(found)
}

fn malformed(field: &str, what: &str) -> Malformed {
    let reason = format!("The field `{field}` {what}; correct it, or leave it out.");
    Malformed { reason, field: field.to_owned() }
}
