//! What a line says of the properties of its product, and which required ones still lack a value (F72).

use std::fmt::Write;

use domain::catalog::Property;
use domain::document::Line;
use domain::property_value::{PropertyValue, PropertyWish};
use domain::shelf::Shelf;

use crate::line::Unpriced;

/// The values that the line holds: those that are wished, else those that it held and may still hold, else the
/// defaults. A required property without any stands there without a value. Hidden ones are not asked for.
///
/// # Errors
/// [`Unpriced`] where a wish names no property of the product, one twice or one that is read only, or its value is
/// none that the property takes.
pub(crate) fn held(
    shelf: &Shelf,
    line: &Line,
    were: &[PropertyValue],
    wishes: &[PropertyWish],
) -> Result<Vec<PropertyValue>, Unpriced> {
    let product = line.sku.as_deref().and_then(|sku| shelf.catalog().products.get(sku));
    let mut all = product.map(|it| shelf.catalog().properties_of(it)).unwrap_or_default();
    all.retain(|property| !property.hidden);
    for (nth, wish) in wishes.iter().enumerate() {
        let name = &*wish.name;
        if all.iter().all(|property| *property.name != *name) {
            return Err(unknown(line, name, &all));
        }
        if wishes[..nth].iter().any(|before| before.name == wish.name) {
            let message = format!(
                "The property `{name}` of `{}` is given two values; write one.",
                line.label()
            );
            return Err(Unpriced::plain("line.property_twice", message));
        }
    }
    let mut values = Vec::with_capacity(all.len());
    for property in &all {
        let wish = wishes.iter().find(|wish| wish.name == property.name);
        let value = match wish {
            Some(wish) => match wish.value.as_deref() {
                Some(value) => Some(wished(line, property, value)?),
                None => default(property),
            },
            None => {
                let was = were.iter().find(|was| *was.name == *property.name);
                let was = was.and_then(|was| property.read(was.value.as_deref()?).ok());
                was.or_else(|| default(property))
            }
        };
        if value.is_some() || property.required {
            values.push(PropertyValue { name: property.name.to_string(), value });
        }
    }
    Ok(values)
}

fn default(property: &Property) -> Option<String> {
    property.read(property.default.as_deref()?).ok()
}

fn wished(line: &Line, property: &Property, value: &str) -> Result<String, Unpriced> {
    let (name, label) = (&*property.name, line.label());
    let read = property.read(value).map_err(|unfit| {
        let message = format!("The property `{name}` of `{label}` cannot be `{value}`: {unfit}.");
        Unpriced::plain(unfit.rule(), message)
    })?;
    if property.read_only && default(property).as_ref() != Some(&read) {
        let message = format!(
            "The property `{name}` of `{label}` is read only, so that it stays as the catalog has it; leave it out."
        );
        return Err(Unpriced::plain("line.property_read_only", message));
    }
    Ok(read)
}

fn unknown(line: &Line, name: &str, all: &[Property]) -> Unpriced {
    let label = line.label();
    let mut message = format!("`{label}` has no property `{name}`; ");
    let known: Vec<_> = all.iter().map(|property| format!("`{}`", &*property.name)).collect();
    let _ = match &known[..] {
        [] => write!(message, "it has none at all, so leave it out."),
        known => write!(message, "write it as the catalog does, as one of {}.", known.join(", ")),
    };
    Unpriced::plain("line.property_unknown", message)
}

/// What lines lack before they can be offered, each a finished sentence that names line, property and command.
pub(crate) fn lacking(lines: &[Line], command: &str) -> Vec<String> {
    let lacking = lines.iter().zip(1..).flat_map(|(line, place)| {
        line.lacking().map(move |name| {
            format!(
                "The line {place} (`{}`) lacks a value of the required property `{name}`; give it one with \
                 `{command}`, in `properties` of a change of the line `{}`.",
                line.label(),
                line.id
            )
        })
    });
    lacking.collect()
}
