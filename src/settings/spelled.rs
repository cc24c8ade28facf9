//! Keys that differ in nothing but case: variables come in lower case, so that one means the key of a file.

use config::{Map, Value, ValueKind};

/// What [`Value::origin`] says of a variable.
const ENVIRONMENT: &str = "the environment";

/// Lets what comes later take the place of what came before under the same key in another case, as it does under the
/// very same one. Two keys of one file stay two.
pub(super) fn fold(table: &mut Map<String, Value>) {
    for value in table.values_mut() {
        if let ValueKind::Table(inner) = &mut value.kind {
            fold(inner);
        }
    }
    let mut keys: Vec<String> = table.keys().cloned().collect();
    // What came first is the one whose spelling stays.
    keys.sort_by_key(|key| (table.get(key).map(rank), key.clone()));
    for (place, first) in keys.iter().enumerate() {
        for later in keys.iter().skip(place + 1).filter(|key| key.eq_ignore_ascii_case(first)) {
            if let (Some(was), Some(is)) = (table.get(first), table.get(later))
                && rank(was) < rank(is)
                && let Some(is) = table.remove(later)
                && let Some(was) = table.get_mut(first)
            {
                put(was, is);
            }
        }
    }
}

/// A table is completed, anything else replaced.
fn put(was: &mut Value, is: Value) {
    match (&mut was.kind, is.kind) {
        (ValueKind::Table(known), ValueKind::Table(more)) => {
            known.extend(more);
            fold(known);
        }
        (_, kind) => *was = Value::new(Some(&ENVIRONMENT.to_owned()), kind),
    }
}

/// What is built in, then a file, then the environment. A table is what its last value is.
fn rank(value: &Value) -> u8 {
    match (&value.kind, value.origin()) {
        (ValueKind::Table(inner), _) => inner.values().map(rank).max().unwrap_or_default(),
        (_, Some(ENVIRONMENT)) => 2,
        (_, Some(_)) => 1,
        (_, None) => 0,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use crate::settings::{Settings, Sources};

    fn settings(file: &str, variables: &[(&str, &str)]) -> Settings {
        let name = format!("leadmill-spelled-{}-{}.toml", std::process::id(), file.len());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, file).unwrap();
        let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let sources = Sources { file: Some(path.clone()), variables: variables.collect() };
        let read = sources
            .with_servers("postgres://127.0.0.1/leadmill", "amqp://127.0.0.1:5672")
            .settings();
        std::fs::remove_file(path).unwrap();
        read.unwrap()
    }

    #[test]
    fn f78_a_variable_takes_the_place_of_what_is_built_in_and_of_a_file_whatever_its_case() {
        let list = |file: &str, variables: &[(&str, &str)]| {
            let lists = settings(file, variables).qualification.price_list;
            let euro = lists.iter().filter(|(currency, _)| currency.eq_ignore_ascii_case("EUR"));
            let euro: Vec<_> = euro.map(|(_, list)| list.clone()).collect();
            assert_eq!(euro.len(), 1, "{lists:?}");
            euro[0].clone()
        };
        let variable = [("LEADMILL_QUALIFICATION__PRICE_LIST__EUR", "eur")];
        assert_eq!(list("", &[]), "standard-eur");
        assert_eq!(list("", &variable), "eur");
        assert_eq!(list("[qualification.price_list]\nEUR = 'of-the-file'", &variable), "eur");
        assert_eq!(list("[qualification.price_list]\neur = 'of-the-file'\n", &[]), "of-the-file");
        assert_eq!(list("[qualification.price_list]\neur = 'of-the-file'\n\n", &variable), "eur");
    }

    #[test]
    fn a_table_is_completed_by_a_variable_and_keeps_its_other_fields() {
        let file = "[quoting.tax_rates.Luxury]\ncategory = 'S'\nrate = '25'\n";
        let variable = [("LEADMILL_QUOTING__TAX_RATES__LUXURY__RATE", "33")];
        let rates = settings(file, &variable).quoting.tax_rates;
        assert_eq!(rates["Luxury"].rate.to_string(), "33");
        assert!(!rates.contains_key("luxury"));
    }
}
