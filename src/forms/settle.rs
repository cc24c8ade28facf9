//! An enquiry that a person wrote, in the forms of what a reader reads.

use domain::correction::Correction;
use domain::decide::Malformed;
use domain::enquiry::{Address, Channel, Enquiry, Interest, OtherField, Person, Thread};
use rust_decimal::Decimal;

use crate::email::email;
use crate::organisation;
use crate::phone::phone;
use crate::text::{line, paragraph};

/// What somebody corrects, each value in its form. `region` is the country of telephones without a code (ISO 3166
/// alpha-2, may be empty).
///
/// # Errors
/// [`Malformed`] with the field that no enquiry has, or that has no such form.
pub fn corrected(correction: &Correction, region: &str) -> Result<Correction, Malformed> {
    let alone = correction.of(None, Channel::Web);
    let mut enquiry = alone.ok_or_else(|| malformed("enquiry", "is no part of an enquiry"))?;
    settle(&mut enquiry, region)?;
    Ok(correction.settled(&enquiry))
}

/// Brings every field into its form; what is blank goes.
fn settle(enquiry: &mut Enquiry, region: &str) -> Result<(), Malformed> {
    // Each field is named, so that a new one is not forgotten.
    let Enquiry {
        person,
        company,
        tax_id,
        website,
        address,
        topic,
        message,
        earlier,
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
        consents: _,
        submitted_at: _,
        other,
    } = enquiry;
    settle_person(person, region)?;
    settle_address(address);
    lines([company, website, topic, industry, campaign, owner, own_id]);
    *message = message.take().and_then(|text| paragraph(&text));
    *earlier = earlier.iter().filter_map(|text| paragraph(text)).collect();
    if let Some(written) = tax_id.take_if(|id| !id.trim().is_empty()) {
        let id = organisation::tax_id(&written);
        let what = "is no tax id with its country before it, as DE123456789";
        *tax_id = Some(id.ok_or_else(|| malformed("enquiry.tax_id", what))?);
    }
    *answers = answers.iter().filter_map(|id| line(id)).collect();
    let named = |it: Interest| Some(Interest { product: line(&it.product)?, ..it });
    *interest = std::mem::take(interest).into_iter().filter_map(named).collect();
    let nothing = |quantity: Decimal| quantity <= Decimal::ZERO;
    if let Some(place) = interest.iter().position(|wanted| wanted.quantity.is_some_and(nothing)) {
        let field = format!("enquiry.interest[{place}].quantity");
        return Err(malformed(&field, "is not above zero"));
    }
    let kept =
        |OtherField { name, value }| Some(OtherField { name: line(&name)?, value: line(&value)? });
    *other = std::mem::take(other).into_iter().filter_map(kept).collect();
    Ok(())
}

fn settle_person(person: &mut Person, region: &str) -> Result<(), Malformed> {
    let Person { given_name, family_name, job_title, emails, phones } = person;
    lines([given_name, family_name, job_title]);
    *emails = self::emails(emails, "enquiry.person.emails")?;
    *phones = numbers(phones, "enquiry.person.phones", region)?;
    Ok(())
}

/// Brings an address into its form; one that says nothing is none.
pub fn settle_address(address: &mut Option<Address>) {
    let Some(Address { line1, line2, city, postal_code, subdivision, country }) = address else {
        return;
    };
    lines([line1, line2, city, postal_code, subdivision]);
    *country = country.take().and_then(|text| organisation::country(&text));
    address.take_if(|address| *address == Address::default());
}

fn lines<const N: usize>(texts: [&mut Option<String>; N]) {
    for text in texts {
        *text = text.take().and_then(|text| line(&text));
    }
}

/// E-mail addresses in their one form, the same but once; `field` names them in what is wrong.
///
/// # Errors
/// [`Malformed`] with the first that is none.
pub fn emails(written: &[String], field: &str) -> Result<Vec<String>, Malformed> {
    channels(written, field, "is no e-mail address", email)
}

/// Telephones in their one form, the same but once; `region` as in [`corrected`].
///
/// # Errors
/// [`Malformed`] with the first that is none.
pub fn numbers(written: &[String], field: &str, region: &str) -> Result<Vec<String>, Malformed> {
    channels(written, field, "is no telephone number", |written| phone(written, region))
}

fn channels(
    written: &[String],
    field: &str,
    what: &str,
    form: impl Fn(&str) -> Option<String>,
) -> Result<Vec<String>, Malformed> {
    let mut found = Vec::new();
    for (place, text) in written.iter().enumerate() {
        let channel = form(text).ok_or_else(|| malformed(&format!("{field}[{place}]"), what))?;
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
