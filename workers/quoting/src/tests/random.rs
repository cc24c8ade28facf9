//! Whatever is wanted, quoting decides; it never panics and every line adds up.

use proptest::prelude::*;

use super::*;

fn products() -> impl Strategy<Value = String> {
    prop_oneof!["(A-1|b-1|C-1|OLD-1|BARE-1|Beta Machine|gamma)", "\\PC{0,12}",]
}

prop_compose! {
    fn interests()(product in products(), (mantissa, scale) in (any::<i64>(), 0..28_u32)) -> Interest {
        Interest::of(product, Some(Decimal::new(mantissa, scale)))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn random_wishes_are_priced_or_listed(
        interest in prop::collection::vec(interests(), 0..20),
        message in "(\\PC|A-1|beta machine|3 x | ){0,20}",
        discount in 0..10_000_000_i64,
    ) {
        let enquiry = Enquiry { message: Some(message), ..Enquiry::default() };
        let lead = Lead::new(id(5), "L-1".into(), InputId(id(6)), enquiry);
        let mut story = story().given(opportunity()).given(lead);
        let wanted = interest.len();
        let event = OpportunityCreated { interest: interest.clone(), ..created(&[]) };
        match story.when(event) {
            Ok(told) => check(&told, wanted)?,
            Err(refused) => prop_assert_eq!(refused.reason().rule, "opportunity.totals"),
        }
        // What the type of the command refuses (a line separator, say) never comes so far.
        let sayable = |one: &Interest| one.product.parse::<domain::text::Short>().is_ok();
        for one in interest.into_iter().filter(sayable) {
            let command = add(&one.product, one.quantity.unwrap(), true);
            let command = discounted(command, Decimal::new(discount, 2));
            let before = now(&story).clone();
            if story.when(command).is_err() {
                prop_assert_eq!(now(&story), &before);
            }
        }
    }
}

fn check(told: &Told, wanted: usize) -> Result<(), TestCaseError> {
    let Some(said) = told.get::<OpportunityRepriced>() else {
        prop_assert!(wanted == 0 && told.says.is_empty());
        return Ok(());
    };
    prop_assert!(wanted == 0 || said.lines.len() + said.unpriced.len() == wanted);
    let sum: Decimal = said.lines.iter().map(|line| line.net_amount).sum();
    prop_assert_eq!(sum, said.totals.detail_amount);
    prop_assert!(said.lines.iter().all(|line| line.quantity > Decimal::ZERO));
    Ok(())
}
