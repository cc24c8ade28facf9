//! Changing the catalog: each list is checked as the catalog would be with it, taken as a whole or refused with
//! every problem.

use std::collections::BTreeSet;

use domain::catalog::{Catalog, Changes};
use domain::catalog_problems::{self, Problems, discount_list, prices_by, sizes};
use domain::commands::{
    DiscountListDefine, DiscountListDelete, ExchangeRateSet, LiteratureDefine, LiteratureDelete,
    PriceListDefine, PriceListDelete, UnitGroupDefine, UnitGroupDelete,
};
use domain::decide::{Already, Outcome, Refusal, World};
use domain::events::{
    DiscountListDefined, DiscountListDeleted, ExchangeRateChanged, LiteratureDefined,
    LiteratureDeleted, PriceListDefined, PriceListDeleted, UnitGroupDefined, UnitGroupDeleted,
};
use domain::exchange_rate::ExchangeRate;
use domain::ids::CatalogId;
use domain::message::SubjectKind;
use domain::text::Code;

use crate::quoting::Quoting;
use crate::settings::QuotingSettings;
use crate::when::{Decision, Then};

/// Most problems that an answer spells out; the rest is counted.
const PROBLEMS_SHOWN_MAX: usize = 50;

/// The catalog as it stands, and who judges what is to become of it.
pub(crate) struct Edit<'e> {
    pub(crate) old: Catalog,
    settings: &'e QuotingSettings,
    /// What is wrong with the command itself.
    pub(crate) problems: Vec<String>,
}

impl<'e> Edit<'e> {
    /// # Errors
    /// [`Refusal`] where another catalog is meant.
    pub(crate) fn of(
        world: &World,
        id: CatalogId,
        settings: &'e QuotingSettings,
    ) -> Result<Self, Refusal> {
        let old = world.catalog().cloned().unwrap_or_else(Catalog::empty);
        if id != old.id {
            return Err(Refusal::unknown(SubjectKind::Catalog, id));
        }
        Ok(Self { old, settings, problems: Vec::new() })
    }

    /// The catalog with that change, where nothing is wrong with it.
    ///
    /// # Errors
    /// [`Refusal`] `catalog.invalid` with every problem; then the catalog stays as it is.
    pub(crate) fn done<E: Changes + Into<Then>>(
        mut self,
        event: E,
        check: impl FnOnce(&mut Problems<'_>, &E),
    ) -> Decision {
        let mut new = self.old.clone();
        event.change(&mut new);
        let settings = self.settings;
        let taxed = |class: &str| settings.tax(class).is_some();
        let mut problems = Problems::new(&new, &taxed);
        sizes(&mut problems);
        if problems.found.is_empty() {
            check(&mut problems, &event);
        }
        let found = std::mem::take(&mut problems.found);
        self.problems.extend(found);
        if !self.problems.is_empty() {
            return Err(self.refused());
        }
        if new.holds_as(&self.old) {
            let id = self.old.id.0;
            let already = Already { subject: SubjectKind::Catalog, id, reference: None };
            return Ok(Outcome::already(already));
        }
        Ok(Outcome::nothing().changed(new, event))
    }

    fn refused(&self) -> Refusal {
        let count = self.problems.len();
        let shown = self.problems.iter().take(PROBLEMS_SHOWN_MAX);
        let s = if count == 1 { "" } else { "s" };
        let mut message =
            format!("The catalog would have {count} problem{s}, so it stays as it is:");
        shown.for_each(|problem| message.push_str(&format!("\n- {problem}")));
        if count > PROBLEMS_SHOWN_MAX {
            message.push_str(&format!("\n- and {} more.", count - PROBLEMS_SHOWN_MAX));
        }
        let found = format!("{count} problem{s}");
        Refusal::no(SubjectKind::Catalog, self.old.id, "catalog.invalid", found, message)
    }

    /// Notes what a command names twice.
    pub(crate) fn once<'k>(&mut self, what: &str, keys: impl Iterator<Item = &'k str>) {
        let mut seen = BTreeSet::new();
        for key in keys.filter(|key| !seen.insert(*key)) {
            self.problems.push(format!("The {what} `{key}` stands there twice."));
        }
    }

    /// The codes, in order, each once; notes those that the catalog does not have.
    pub(crate) fn known(
        &mut self,
        what: &str,
        codes: &[Code],
        has: impl Fn(&Catalog, &str) -> bool,
    ) -> Vec<Code> {
        for code in codes.iter().filter(|code| !has(&self.old, code)) {
            self.problems.push(format!("The catalog has no {what} `{code}`."));
        }
        let codes: BTreeSet<_> = codes.iter().cloned().collect();
        codes.into_iter().collect()
    }
}

macro_rules! defines {
    ($($decide:ident($Define:ident) says $Defined:ident { $field:ident: $what:literal by $check:expr })*) => {$(
        pub(crate) fn $decide(
            world: &World,
            command: &$Define,
            settings: &QuotingSettings,
        ) -> Decision {
            let mut edit = Edit::of(world, command.catalog, settings)?;
            edit.once($what, command.$field.iter().map(|it| it.code.as_str()));
            let mut $field = command.$field.clone();
            $field.sort_by(|a, b| a.code.cmp(&b.code));
            let event = $Defined { catalog: command.catalog, $field };
            edit.done(event, |problems, event| {
                let check: fn(&mut Problems<'_>, &_) = $check;
                event.$field.iter().for_each(|it| check(problems, it));
            })
        }
    )*};
}
defines! {
    define_unit_groups(UnitGroupDefine) says UnitGroupDefined { unit_groups: "unit group" by catalog_problems::unit_group }
    define_price_lists(PriceListDefine) says PriceListDefined { price_lists: "price list" by catalog_problems::price_list }
    define_literature(LiteratureDefine) says LiteratureDefined { literature: "literature" by catalog_problems::literature }
}

pub(crate) fn define_discount_lists(
    world: &World,
    command: &DiscountListDefine,
    settings: &QuotingSettings,
) -> Decision {
    let mut edit = Edit::of(world, command.catalog, settings)?;
    edit.once("discount list", command.discount_lists.iter().map(|it| it.code.as_str()));
    let mut discount_lists = command.discount_lists.clone();
    discount_lists.sort_by(|a, b| a.code.cmp(&b.code));
    let event = DiscountListDefined { catalog: command.catalog, discount_lists };
    edit.done(event, |problems, event| {
        event.discount_lists.iter().for_each(|list| discount_list(problems, list));
        let codes = event.discount_lists.iter().map(|list| list.code.as_str());
        prices_by(problems, &codes.collect());
    })
}

/// Each currency has one rate on a day, and none is of the base currency itself.
pub(crate) fn set_exchange_rates(
    world: &World,
    command: &ExchangeRateSet,
    quoting: &Quoting,
) -> Decision {
    let mut edit = Edit::of(world, command.catalog, &quoting.settings)?;
    let mut rates = command.rates.clone();
    rates.sort_by_key(ExchangeRate::key);
    let keys: Vec<_> = rates.iter().map(ExchangeRate::key).collect();
    edit.once("exchange rate", keys.iter().map(String::as_str));
    for rate in rates.iter().filter(|rate| Some(rate.currency) == quoting.base.currency) {
        edit.problems.push(format!(
            "{} is the base currency (`seller.base_currency`), whose rate is always 1; leave it out.",
            rate.currency
        ));
    }
    let event = ExchangeRateChanged { catalog: command.catalog, rates };
    edit.done(event, |problems, event| {
        event.rates.iter().for_each(|rate| catalog_problems::exchange_rate(problems, rate));
    })
}

pub(crate) fn delete_unit_groups(
    world: &World,
    command: &UnitGroupDelete,
    settings: &QuotingSettings,
) -> Decision {
    let mut edit = Edit::of(world, command.catalog, settings)?;
    let has = |catalog: &Catalog, code: &str| catalog.unit_groups.contains_key(code);
    let codes = edit.known("unit group", &command.codes, has);
    let products = edit.old.products.values().chain(edit.old.revisions.values());
    let used = products.filter_map(|product| {
        let code = product.unit_group.as_ref().filter(|code| codes.contains(code))?;
        Some(format!("The product `{}` is sold in the unit group `{code}`.", product.sku))
    });
    let used: Vec<_> = used.collect();
    edit.problems.extend(used);
    edit.done(UnitGroupDeleted { catalog: command.catalog, codes }, |_, _| {})
}

pub(crate) fn delete_discount_lists(
    world: &World,
    command: &DiscountListDelete,
    settings: &QuotingSettings,
) -> Decision {
    let mut edit = Edit::of(world, command.catalog, settings)?;
    let has = |catalog: &Catalog, code: &str| catalog.discount_lists.contains_key(code);
    let codes = edit.known("discount list", &command.codes, has);
    let lists = edit.old.price_lists.values();
    let used = lists.flat_map(|list| {
        let named = list.items.iter().filter_map(|item| item.discount_list.as_ref());
        let named: BTreeSet<_> = named.filter(|code| codes.contains(code)).collect();
        named.into_iter().map(move |code| {
            format!("The price list `{}` names the discount list `{code}`.", list.code)
        })
    });
    let used: Vec<_> = used.collect();
    edit.problems.extend(used);
    edit.done(DiscountListDeleted { catalog: command.catalog, codes }, |_, _| {})
}

pub(crate) fn delete_price_lists(
    world: &World,
    command: &PriceListDelete,
    settings: &QuotingSettings,
) -> Decision {
    let mut edit = Edit::of(world, command.catalog, settings)?;
    let has = |catalog: &Catalog, code: &str| catalog.price_lists.contains_key(code);
    let codes = edit.known("price list", &command.codes, has);
    edit.done(PriceListDeleted { catalog: command.catalog, codes }, |_, _| {})
}

pub(crate) fn delete_literature(
    world: &World,
    command: &LiteratureDelete,
    settings: &QuotingSettings,
) -> Decision {
    let mut edit = Edit::of(world, command.catalog, settings)?;
    let has = |catalog: &Catalog, code: &str| catalog.literature.contains_key(code);
    let codes = edit.known("literature", &command.codes, has);
    edit.done(LiteratureDeleted { catalog: command.catalog, codes }, |_, _| {})
}
